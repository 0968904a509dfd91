package customersync

import (
	"context"
	"slices"

	"backroom/shared/fault"
	"backroom/shared/insync"
	"backroom/shared/issue"
	"backroom/shared/outbound"
)

// actions bring customers to the shop, several by one request.
func (s *slice) actions() outbound.Actions[*leaver, Written] {
	return outbound.Actions[*leaver, Written]{
		Hold: s.Hold(), Records: s.sending(), Clock: s.Clock, Name: func(w Written) string { return "Shopify customer " + w.ID }, Already: s.Writer.Taken,
	}
}

func (s *slice) sending() insync.Sending[*leaver, Written] {
	return insync.Sending[*leaver, Written]{
		Now: s.Now, Store: s.put, Made: s.made, Failed: s.failed,
		Record: func(w *leaver) *insync.Record { return &w.record },
		Fresh:  func(w *leaver) bool { return w.link.ID == "" },
		Write: func(ctx context.Context, ws []*leaver) ([]outbound.Created[Written], error) {
			cs := make([]Change, len(ws))
			for i, w := range ws {
				cs[i] = w.change
			}
			return s.Writer.Write(ctx, cs)
		},
	}
}

// failed stores why the shop does not have w as BC does.
func (s *slice) failed(ctx context.Context, w *leaver, v outbound.Verdict, err error) error {
	reason := ChangeRefused
	switch v { //nolint:exhaustive // of the others nothing is said
	case outbound.Lost:
		reason = ChangeUnknown
	case outbound.Taken:
		// Somebody has what it is known by: perhaps it is what an earlier request has made.
		reason = ContactTaken
	}
	w.problems, w.detail = []issue.Part{{Reason: reason, Things: []string{w.customer.Number}}}, ""
	if err != nil {
		w.detail = fault.Say(err)
	}
	return s.done(ctx, w)
}

// made stores that the shop has w.
func (s *slice) made(ctx context.Context, w *leaver, got Written) error {
	fresh := w.link.ID == "" || !w.link.Linked()
	created := w.link.ID == ""
	if created {
		ls, err := s.links(ctx, []string{got.ID})
		if err != nil {
			return err
		}
		w.link = ls[got.ID]
		s.Counts.Created++
	} else {
		s.Counts.Updated++
	}
	if err := s.join(ctx, w, fresh, got.UpdatedAt); err != nil {
		return err
	}
	return s.done(ctx, w)
}

// extras sets the custom fields of those that the shop has now.
func (s *slice) extras(ctx context.Context, works []*leaver) error {
	var ms []Metafield
	var owners []*leaver
	flush := func() error {
		if len(ms) == 0 {
			return nil
		}
		err := s.setFields(ctx, owners, ms)
		ms, owners = nil, nil
		return err
	}
	for _, w := range works {
		if s.Request.DryRun || w.link.ID == "" || blocking(w.problems) || !w.record.Unset {
			continue
		}
		if len(ms)+len(w.content.Fields) > MaxWrites {
			if err := flush(); err != nil {
				return err
			}
		}
		owners = append(owners, w)
		for _, m := range w.content.Fields {
			m.Owner = w.link.ID
			ms = append(ms, m)
		}
	}
	return flush()
}

func (s *slice) setFields(ctx context.Context, owners []*leaver, ms []Metafield) error {
	if err := s.Hold().Ensure(ctx); err != nil {
		return err
	}
	errs, err := s.Writer.SetMetafields(ctx, ms)
	if err != nil && fault.KindOf(err) != fault.Unknown {
		return err
	}
	for _, w := range owners {
		failure := err
		if err == nil {
			failure = errs[slices.IndexFunc(ms, func(m Metafield) bool { return m.Owner == w.link.ID })]
		}
		if failure != nil {
			part := issue.Part{Reason: FieldsRefused, Things: []string{w.customer.Number}}
			if fault.KindOf(failure) == fault.Unknown {
				part.Reason = ChangeUnknown
			}
			if err := s.trouble(ctx, &w.record, w.customer.Number, fault.Say(failure), part); err != nil {
				return err
			}
			continue
		}
		w.record.Fields, w.record.Unset = w.content.fields(), false
		if !w.sending {
			s.Counts.Updated++
		}
		if err := s.put(ctx, &w.record); err != nil {
			return err
		}
	}
	return nil
}
