package documents

import (
	"context"
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

// create makes the documents of one batch. It answers those that are to be made
// again: without a number, or after they were deleted.
func (s *slice) create(ctx context.Context, ws []work) ([]work, error) {
	if err := s.askNumbers(ctx); err != nil {
		return nil, err
	}
	c := &creation{slice: s}
	err := outbound.Creates[work, sales.Found]{
		Hold: s.Hold(), Records: c, Clock: s.target.Clock, Ready: s.claimed,
		Bound: func() bool { return s.claim.binds(s.Now(), s.Timeout) },
		Name:  func(f sales.Found) string { return called(f.Header.Kind, f.Header.Number) },
	}.Create(ctx, ws)
	return c.again, err
}

// creation is one batch of documents that are made.
type creation struct {
	*slice
	again []work
}

// Intend implements outbound.Records.
func (c *creation) Intend(ctx context.Context, ws []work, i outbound.Intent) ([]work, error) {
	outcomes := make([]Outcome, len(ws))
	for n, w := range ws {
		w.pending.Log = w.pending.Log.With(i.Event())
		outcomes[n] = Outcome{Pending: w.pending, SentAt: i.At, SentThere: i.There, Whole: w.whole}
	}
	stored, err := c.save(ctx, outcomes)
	if err != nil {
		return nil, err
	}
	var out []work
	for n, w := range ws {
		if stored[n].ID == "" {
			continue // changed meanwhile
		}
		w.again = !w.pending.SentAt.IsZero()
		w.pending = stored[n]
		out = append(out, w)
	}
	return out, nil
}

// Send implements outbound.Records.
func (c *creation) Send(ctx context.Context, ws []work) ([]Created[sales.Found], error) {
	docs := make([]sales.Document, len(ws))
	for i, w := range ws {
		docs[i] = c.numbered(w)
	}
	return c.target.Documents.CreateDocuments(ctx, docs)
}

// Withdraw implements outbound.Records.
func (c *creation) Withdraw(ctx context.Context, ws []work) error {
	outcomes := make([]Outcome, len(ws))
	for i, w := range ws {
		w.pending.Log = w.pending.Log.With(outbound.Event{At: c.Now(), Did: outbound.DidWithdraw})
		outcomes[i] = Outcome{Pending: w.pending, Withdrawn: true}
	}
	_, err := c.save(ctx, outcomes)
	return err
}

type answer = outbound.Answer[work, sales.Found]

// Answered implements outbound.Records. What was made is settled at once.
func (c *creation) Answered(ctx context.Context, as []answer) error {
	var created, unnumbered []work
	var outcomes []Outcome
	before := c.claim.doubt
	c.claim.doubt = true // until all answers are stored
	for _, a := range as {
		a.Item.pending.Log = a.Item.pending.Log.With(a.Log...)
		w := a.Item
		switch {
		case a.Verdict == outbound.Made:
			w.got = a.Entity
			c.onBasis(&w)
			created = append(created, w)
		case !a.Whole && w.unnumbered(a.Err):
			unnumbered = append(unnumbered, w)
		default:
			outcomes = append(outcomes, c.failed(a))
		}
	}
	if _, err := c.save(ctx, outcomes); err != nil {
		return err
	}
	c.claim.doubt = before || slices.ContainsFunc(outcomes, func(o Outcome) bool { return o.Unknown })
	var err error
	if c.again, err = c.withoutNumbers(ctx, unnumbered); err != nil {
		return err
	}
	remade, err := c.settle(ctx, created)
	c.again = append(c.again, remade...)
	return err
}

// failed is what becomes of an order whose create gave a.
func (s *slice) failed(a answer) Outcome {
	w := a.Item
	switch {
	// The number is taken: by an earlier create of ours, which the next run finds.
	// If it was looked for after it had settled, the number is somebody else's.
	case a.Verdict == outbound.Lost, a.Verdict == outbound.Taken && !w.again:
		return s.issue(w.pending, outbound.OutcomeUnknown, w.order.Name, true)
	case a.Verdict == outbound.Unsent:
		if !a.Whole {
			s.Counts.Failed++
			s.Counts.SystemFailed++
		}
		return Outcome{Pending: w.pending, Withdrawn: true}
	case outbound.Kind(a.Err) == fault.Bug:
		return s.refused(w, issue.SystemFailure, w.order.Name, a.Err)
	default:
		return s.refused(w, DocumentRefused, merchant(a.Err), a.Err)
	}
}

func (s *slice) refused(w work, r issue.Reason, thing string, err error) Outcome {
	o := s.issue(w.pending, r, thing, false)
	o.Issue.Detail = err.Error()
	o.Tried, o.NotBefore = w.print, s.Now().Add(refusedFor)
	return o
}
