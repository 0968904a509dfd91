package documents

import (
	"context"
	"errors"
	"slices"
	"time"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/outbound"
	"backroom/shared/sales"
)

const (
	// refusedFor is how long a refused document is not sent again unchanged.
	refusedFor = time.Hour
	// differsFor is the same for one whose total differs: until the order, the
	// settings or a person change it.
	differsFor = 10 * 365 * 24 * time.Hour
)

// create sends one batch: intents first, and nothing unless the lease outlives
// the request. It answers those that were deleted to be made again.
func (s *slice) create(ctx context.Context, ws []work) (again []work, err error) {
	if err := s.renew(ctx); err != nil {
		return nil, err
	}
	if err := s.claimed(ctx); err != nil {
		return nil, err
	}
	ws, err = s.intend(ctx, ws)
	if err != nil || len(ws) == 0 {
		return nil, err
	}
	docs := make([]sales.Document, len(ws))
	for i, w := range ws {
		if docs[i], err = s.numbered(ctx, w); err != nil {
			return nil, err
		}
	}
	before := s.claim.doubt
	s.claim.doubt = true // until all answers are stored
	answers, callErr := s.target.CreateDocuments(ctx, docs)
	var created, unnumbered []work
	var outcomes []Outcome
	stop := callErr
	for i, w := range ws {
		err := callErr
		if err == nil {
			err = answers[i].Err
		}
		if err == nil {
			w.got = answers[i].Entity
			created = append(created, w)
			continue
		}
		if callErr == nil && w.unnumbered(err) {
			unnumbered = append(unnumbered, w)
			continue
		}
		if callErr == nil && outbound.Kind(err) == fault.Blocked {
			stop = err // so would every other of this connection
		}
		outcomes = append(outcomes, s.failed(w, err, callErr != nil))
	}
	if _, err := s.save(ctx, outcomes); err != nil {
		return nil, err
	}
	s.claim.doubt = before || slices.ContainsFunc(outcomes, func(o Outcome) bool { return o.Unknown })
	if again, err = s.withoutNumbers(ctx, unnumbered); err != nil {
		return nil, err
	}
	remade, err := s.settle(ctx, created)
	if again = append(again, remade...); err != nil {
		return again, err
	}
	if outbound.Kind(stop) == fault.Unknown {
		return again, nil // each is marked, the others of the run go on
	}
	return again, stop
}

// intend stores the intents of ws, and answers those that may be sent now.
func (s *slice) intend(ctx context.Context, ws []work) ([]work, error) {
	now := s.Now()
	there, err := outbound.There(ctx, s.target, now)
	if err != nil {
		return nil, err
	}
	intents := make([]Outcome, len(ws))
	for i, w := range ws {
		intents[i] = Outcome{Pending: w.pending, SentAt: now, SentThere: there}
	}
	stored, err := s.save(ctx, intents)
	if err != nil {
		return nil, err
	}
	var out []work
	for i, w := range ws {
		if stored[i].ID == "" {
			continue // changed meanwhile
		}
		w.again = !w.pending.SentAt.IsZero()
		w.pending = stored[i]
		out = append(out, w)
	}
	// The time is taken again: what was stored is old if this process slept.
	if err := s.held(); err != nil {
		return nil, err
	}
	if !outbound.Fresh(now, s.Now()) || !s.claim.binds(s.Now(), s.Timeout) {
		back := make([]Outcome, len(out))
		for i, w := range out {
			back[i] = Outcome{Pending: w.pending, Withdrawn: true}
		}
		if _, err := s.save(ctx, back); err != nil {
			return nil, err
		}
		return nil, &fault.Error{Op: "process-orders", Kind: fault.Transient, Err: errors.New("slept between an intent and its create")}
	}
	return out, nil
}

// failed is what becomes of an order whose create gave err; whole: the whole call did.
func (s *slice) failed(w work, err error, whole bool) Outcome {
	sameKey := code(err) == "Internal_EntityWithSameKeyExists"
	switch kind := outbound.Kind(err); {
	// The number is taken: by an earlier create of ours, which the next run finds.
	// If it was looked for after it had settled, the number is somebody else's.
	case kind == fault.Unknown, sameKey && !w.again:
		return s.issue(w.pending, issue.OutcomeUnknown, w.order.Name, true)
	case whole, kind == fault.Throttled, kind == fault.Transient, kind == fault.Blocked:
		if !whole {
			s.counts.Failed++
			s.counts.SystemFailed++
		}
		return Outcome{Pending: w.pending, Withdrawn: true}
	case kind == fault.Bug:
		return s.refused(w, issue.SystemFailure, w.order.Name, err)
	default:
		return s.refused(w, issue.DocumentRefused, merchant(err), err)
	}
}

func (s *slice) refused(w work, r issue.Reason, thing string, err error) Outcome {
	o := s.issue(w.pending, r, thing, false)
	o.Issue.Detail = err.Error()
	o.Tried, o.NotBefore = w.print, s.Now().Add(refusedFor)
	return o
}
