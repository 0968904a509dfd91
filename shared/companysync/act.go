package companysync

import (
	"context"

	"backroom/shared/fault"
	"backroom/shared/insync"
	"backroom/shared/issue"
	"backroom/shared/outbound"
)

func (s *slice) actions() outbound.Actions[*leaver, Written] {
	return outbound.Actions[*leaver, Written]{
		Hold: s.Hold(), Records: sending{s}, Clock: s.Clock, Name: func(w Written) string { return "company " + w.ID }, Already: s.Writer.Taken,
	}
}

// sending is the protocol of companies that one request brings to the shop.
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
		// Some company has the number, or somebody the e-mail address: perhaps of what an
		// earlier request has made, which is found once the index shows it.
		say(Taken)
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
	if w.link.ID == "" {
		l, err := o.Links.Get(ctx, o.link(got.ID))
		if err != nil {
			return err
		}
		w.link = l
		o.Counts.Created++
	} else {
		o.Counts.Updated++
	}
	if err := o.join(ctx, w); err != nil {
		return err
	}
	return o.done(ctx, w)
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
