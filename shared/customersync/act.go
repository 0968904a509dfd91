package customersync

import (
	"context"
	"slices"

	"backroom/shared/fault"
	"backroom/shared/insync"
	"backroom/shared/issue"
	"backroom/shared/outbound"
)

func (s *slice) actions() outbound.Actions[*leaver, Written] {
	return outbound.Actions[*leaver, Written]{
		Hold: s.Hold(), Records: sending{s}, Clock: s.Clock, Name: func(w Written) string { return "Shopify customer " + w.ID }, Already: s.Writer.Taken,
	}
}

// sending is the protocol of customers that one request brings to the shop.
type sending struct{ *slice }

// Intend implements outbound.Records, as do those below.
func (o sending) Intend(ctx context.Context, ws []*leaver, i outbound.Intent) ([]*leaver, error) {
	for _, w := range ws {
		w.record.SentAt, w.record.SentThere, w.record.NotBefore = i.At, i.There, i.At
		w.record.Add = w.record.Add || w.link.ID == ""
		w.record.Log = w.record.Log.With(i.Event())
	}
	return ws, o.store(ctx, ws)
}

func (o sending) store(ctx context.Context, ws []*leaver) error {
	rs := make([]*insync.Record, len(ws))
	for i, w := range ws {
		rs[i] = &w.record
	}
	return o.put(ctx, rs...)
}

// Send implements outbound.Records.
func (o sending) Send(ctx context.Context, ws []*leaver) ([]outbound.Created[Written], error) {
	cs := make([]Change, len(ws))
	for i, w := range ws {
		cs[i] = w.change
	}
	return o.Writer.Write(ctx, cs)
}

// Withdraw implements outbound.Records.
func (o sending) Withdraw(ctx context.Context, ws []*leaver) error {
	for _, w := range ws {
		o.withdrawn(w)
	}
	return o.store(ctx, ws)
}

// withdrawn is w without its intent: it is tried again by the next run.
func (o sending) withdrawn(w *leaver) {
	w.record.SentAt, w.record.SentThere = w.record.Settled().SentAt, w.record.Settled().SentThere
	w.record.Log = w.record.Log.With(outbound.Event{At: o.Now(), Did: outbound.DidWithdraw})
	if w.record.Trouble == "" {
		w.record = w.record.Troubled(issue.SystemFailure, o.Now())
		w.record.NotBefore = o.Now()
	}
}

// Answered implements outbound.Records.
func (o sending) Answered(ctx context.Context, as []outbound.Answer[*leaver, Written]) error {
	for _, a := range as {
		if err := o.answered(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

func (o sending) answered(ctx context.Context, a outbound.Answer[*leaver, Written]) error {
	w := a.Item
	w.record.Log = w.record.Log.With(a.Log...)
	say := func(reason issue.Reason) {
		w.problems, w.detail = []issue.Part{{Reason: reason, Things: []string{w.customer.Number}}}, ""
		if a.Err != nil {
			w.detail = fault.Say(a.Err)
		}
	}
	switch a.Verdict {
	case outbound.Made:
		return o.made(ctx, w, a.Entity)
	case outbound.Lost:
		say(ChangeUnknown) // the intent stays
		return o.done(ctx, w)
	case outbound.Taken:
		// Somebody has what it is known by: perhaps it is what an earlier request has made.
		say(ContactTaken)
	case outbound.Refused:
		say(ChangeRefused)
	case outbound.Unsent:
		o.withdrawn(w)
		return o.store(ctx, []*leaver{w})
	}
	w.record.SentAt, w.record.SentThere = w.record.Settled().SentAt, w.record.Settled().SentThere
	return o.done(ctx, w)
}

// made stores that the shop has w.
func (o sending) made(ctx context.Context, w *leaver, got Written) error {
	fresh := w.link.ID == "" || !w.link.Linked()
	created := w.link.ID == ""
	if created {
		ls, err := o.links(ctx, []string{got.ID})
		if err != nil {
			return err
		}
		w.link = ls[got.ID]
		o.Counts.Created++
	} else {
		o.Counts.Updated++
	}
	if err := o.join(ctx, w, fresh, got.UpdatedAt); err != nil {
		return err
	}
	return o.done(ctx, w)
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
