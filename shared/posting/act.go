package posting

import (
	"context"
	"errors"
	"fmt"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/outbound"
)

// Conditions of a refusal that a reason stands for. They are in the chain of its error.
var (
	// ErrBlocked: a customer, an item or an account is blocked.
	ErrBlocked = errors.New("something is blocked")
	// ErrSetup: a posting group or a posting setup is missing.
	ErrSetup = errors.New("posting setup is missing")
)

// prepare sets posting dates and quantities, and answers the documents that are then
// as they are to be posted.
func (s *slice) prepare(ctx context.Context, ws []work) (ready []work, err error) {
	var changed []work
	var changes []Change
	for _, w := range ws {
		if w.plan.changes() {
			changed, changes = append(changed, w), append(changes, w.plan.change)
		} else {
			ready = append(ready, w)
		}
	}
	if len(changes) == 0 {
		return ready, nil
	}
	if err := s.Hold().Ensure(ctx); err != nil {
		return nil, err
	}
	answers, err := s.target.Change(ctx, s.kind, changes)
	if err != nil {
		return nil, err
	}
	for n, w := range changed {
		ok, err := s.prepared(ctx, &w, answers[n])
		if err != nil {
			return nil, err
		}
		if ok {
			ready = append(ready, w)
		}
	}
	return ready, s.flush(ctx)
}

// prepared looks at the answer to a change. One that somebody else was quicker to
// change, or whose change is not answered, is left for a later run: the change does
// no harm when it is made again.
func (s *slice) prepared(ctx context.Context, w *work, a outbound.Created[Document]) (bool, error) {
	if a.Err == nil {
		wrong := w.plan.kept(s.kind, s.p.Post, a.Entity)
		meant := w.plan.change.gross()
		w.Document = a.Entity
		switch {
		case wrong == TotalMoved && !s.p.Retry:
			w.rec.Meant = &meant
			return false, s.park(ctx, *w, wrong, moved(*w, meant), nil)
		case wrong != "" && wrong != TotalMoved:
			return false, s.park(ctx, *w, wrong, "", nil)
		}
		return true, nil
	}
	switch outbound.Kind(a.Err) {
	case fault.Rejected, fault.Bug:
		if errors.Is(a.Err, ErrNotDraft) {
			return false, nil // it is posted, or gone
		}
		return false, s.park(ctx, *w, ChangeDenied, said(*w, a.Err), a.Err)
	case fault.Blocked:
		return false, a.Err
	case fault.Transient, fault.Throttled, fault.Unknown:
	}
	s.counts.SystemFailed++
	s.counts.Failed++
	return false, nil
}

// said is a document, and what BC says of it.
func said(w work, err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Merchant != "" {
		return fmt.Sprintf("%s: %s", w.name(), e.Merchant)
	}
	return w.name()
}

// posts are the documents of a page on their way. They implement outbound.Records.
type posts struct {
	*slice
	sent []work // whose intent is stored, to be looked at
	told []bool // of each: BC has said that it is posted
}

// Intend stores that ws are about to be posted. What their orders say is asked again
// then: who wants a document to stay as it is has said so before, or sees the intent.
func (a *posts) Intend(ctx context.Context, ws []work, i outbound.Intent) ([]work, error) {
	for n := range ws {
		r := &ws[n].rec
		r.Number, r.External = ws[n].Number, ws[n].ExternalNumber
		r.SentAt, r.SentThere = i.At, i.There
		r.Before, r.Asked = standOf(ws[n].Document), ws[n].plan.posts
		r.Log = r.Log.With(i.Event())
	}
	if err := a.keep(ctx, ws); err != nil {
		return nil, err
	}
	var ready, waits []work
	for _, w := range ws {
		if w.origin.Order != "" {
			o, err := a.Origins.Origin(ctx, a.request.Shop, w.ID, w.ExternalNumber)
			if err != nil {
				return nil, err
			}
			if o.Waits != "" {
				waits = append(waits, w)
				a.counts.Skipped++
				continue
			}
		}
		ready = append(ready, w)
	}
	return ready, a.Withdraw(ctx, waits)
}

// keep stores the postings of ws, whose versions are then those that are stored.
func (a *posts) keep(ctx context.Context, ws []work) error {
	for _, w := range ws {
		a.store(w)
	}
	err := a.flush(ctx)
	for n := range ws {
		ws[n].rec.Version++
	}
	return err
}

// Send implements outbound.Records.
func (a *posts) Send(ctx context.Context, ws []work) ([]outbound.Created[struct{}], error) {
	ds := make([]Document, len(ws))
	for n, w := range ws {
		ds[n] = w.Document
	}
	return a.target.Post(ctx, a.kind, ds)
}

// Withdraw implements outbound.Records.
func (a *posts) Withdraw(ctx context.Context, ws []work) error {
	for _, w := range ws {
		a.unsent(w, outbound.Event{At: a.Now(), Did: outbound.DidWithdraw})
	}
	return a.flush(ctx)
}

// unsent takes an intent back. What is stored of nothing else goes with it.
func (a *posts) unsent(w work, events ...outbound.Event) {
	w.rec = w.rec.forgotten()
	if w.rec.Tries == 0 {
		a.ops = append(a.ops, w.rec.drop())
		return
	}
	w.rec.Log = w.rec.Log.With(events...)
	a.store(w)
}

// Answered implements outbound.Records. What BC says that it has posted is looked at
// before that is believed: its intent stays.
func (a *posts) Answered(ctx context.Context, as []outbound.Answer[work, struct{}]) error {
	for _, answer := range as {
		w := answer.Item
		var err error
		switch answer.Verdict {
		case outbound.Made, outbound.Taken:
			w.rec.Log = w.rec.Log.With(answer.Log...)
			a.sent, a.told = append(a.sent, w), append(a.told, answer.Verdict == outbound.Made)
			continue
		case outbound.Lost:
			w.rec.Log = w.rec.Log.With(answer.Log...)
			i := issue.Join(outbound.Reasons).New(outbound.OutcomeUnknown, w.name())
			err = a.say(ctx, w, i, answer.Err)
			w.rec.Version++
			a.sent, a.told = append(a.sent, w), append(a.told, false)
		case outbound.Unsent:
			if !answer.Whole {
				a.counts.Failed++
				a.counts.SystemFailed++
			}
			a.unsent(w, answer.Log...)
		case outbound.Refused:
			w.rec.Log = w.rec.Log.With(answer.Log...)
			err = a.refused(ctx, w, answer.Err)
		}
		if err != nil {
			return err
		}
	}
	return a.flush(ctx)
}

// refused parks a document that BC has refused to post, with the reason that its
// refusal stands for.
func (a *posts) refused(ctx context.Context, w work, err error) error {
	if kind := outbound.Kind(err); kind == fault.Bug {
		return a.park(ctx, w, issue.SystemFailure, "", err)
	}
	if e := a.knowDates(ctx); e != nil {
		return e
	}
	switch {
	case w.PostingDate != "" && !a.dates.Has(w.PostingDate):
		return a.park(ctx, w, DateClosed, dated(w.PostingDate, w), err)
	case errors.Is(err, ErrBlocked):
		return a.park(ctx, w, Blocked, "", err)
	case errors.Is(err, ErrSetup):
		return a.park(ctx, w, SetupMissing, "", err)
	}
	return a.park(ctx, w, PostingDenied, said(w, err), err)
}

// settle looks at what was sent. What is posted is done; what is not seen keeps its
// intent, and a later run decides.
func (a *posts) settle(ctx context.Context) error {
	if len(a.sent) == 0 {
		return nil
	}
	ds := make([]Document, len(a.sent))
	for n, w := range a.sent {
		ds[n] = w.Document
	}
	looks, err := a.target.Look(ctx, a.kind, ds, true)
	if err != nil {
		return err
	}
	for n, w := range a.sent {
		if looks[n].Err != nil {
			continue
		}
		shown, as := w.rec.shown(looks[n])
		switch {
		case shown == outbound.Done:
			a.finish(w, as)
		case a.told[n]:
			a.counts.Failed++
			if err := a.say(ctx, w, Reasons.New(NotProved, w.name()), nil); err != nil {
				return err
			}
		}
	}
	return a.flush(ctx)
}
