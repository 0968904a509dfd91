package companysync

import (
	"context"

	"backroom/shared/fault"
	"backroom/shared/insync"
	"backroom/shared/issue"
	"backroom/shared/outbound"
)

// actions bring companies to the shop, several by one request.
func (s *slice) actions() outbound.Actions[*leaver, Written] {
	return outbound.Actions[*leaver, Written]{
		Hold: s.Hold(), Records: s.sending(), Clock: s.Clock, Name: func(w Written) string { return "company " + w.ID }, Already: s.Writer.Taken,
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
		// Some company has the number, or somebody the e-mail address: perhaps of what an
		// earlier request has made, which is found once the index shows it.
		reason = Taken
	}
	w.problems, w.detail = []issue.Part{{Reason: reason, Things: []string{w.customer.Number}}}, ""
	if err != nil {
		w.detail = fault.Say(err)
	}
	return s.done(ctx, w)
}

// made stores that the shop has w.
func (s *slice) made(ctx context.Context, w *leaver, got Written) error {
	if w.link.ID == "" {
		l, err := s.Links.Get(ctx, s.link(got.ID))
		if err != nil {
			return err
		}
		w.link = l
		s.Counts.Created++
	} else {
		s.Counts.Updated++
	}
	if err := s.join(ctx, w); err != nil {
		return err
	}
	return s.done(ctx, w)
}

// joins makes customers of the shop the main contacts of companies that have none.
func (s *slice) joins(ctx context.Context, works []*leaver) error {
	for _, w := range works {
		if s.Request.DryRun || w.link.ID == "" || blocking(w.problems) || !w.record.Unset {
			continue
		}
		if err := s.joinOne(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

func (s *slice) joinOne(ctx context.Context, w *leaver) error {
	if err := s.Hold().Ensure(ctx); err != nil {
		return err
	}
	if w.here.ID == "" { // it was made just now: its location has an id
		read, err := s.Shop.Companies(ctx, []string{w.link.ID})
		if err != nil || len(read.Companies) == 0 || len(read.Companies[0].Locations) == 0 {
			return err // the next run has it
		}
		w.here = read.Companies[0]
	}
	if w.here.Contact == nil {
		err := s.Writer.Join(ctx, w.here.ID, w.here.Locations[0].ID, w.person)
		switch kind := fault.KindOf(err); {
		case err == nil:
			s.Counts.Updated++
		case kind == fault.Rejected, kind == fault.Unknown:
			part := issue.Part{Reason: ContactRefused, Things: []string{w.customer.Number}}
			if kind == fault.Unknown {
				part.Reason = ChangeUnknown
			}
			w.problems, w.detail = []issue.Part{part}, fault.Say(err)
			return s.troubled(ctx, w)
		default:
			return err
		}
	}
	w.record.Unset = false
	return s.put(ctx, &w.record)
}
