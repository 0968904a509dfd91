package insync

import (
	"context"
	"time"

	"backroom/shared/issue"
	"backroom/shared/outbound"
)

// Sending is the protocol of things that one request brings to the shop, of which each has
// its intent in a [Record]. It implements outbound.Records, with the errors of its
// functions. Safe for concurrent use as far as they are.
type Sending[W, E any] struct {
	Now    func() time.Time
	Record func(W) *Record
	Fresh  func(W) bool // the shop has nothing of it yet
	Store  func(context.Context, ...*Record) error
	// Write sends all of them by one request. Its answers are in their order.
	Write func(context.Context, []W) ([]outbound.Created[E], error)
	// Made stores that the shop has it, Failed that it has not, or that nobody knows.
	Made   func(context.Context, W, E) error
	Failed func(context.Context, W, outbound.Verdict, error) error
}

// Intend implements outbound.Records, as do those below.
func (s Sending[W, E]) Intend(ctx context.Context, ws []W, i outbound.Intent) ([]W, error) {
	for _, w := range ws {
		r := s.Record(w)
		r.SentAt, r.SentThere, r.NotBefore = i.At, i.There, i.At
		r.Add = r.Add || s.Fresh(w)
		r.Log = r.Log.With(i.Event())
	}
	return ws, s.store(ctx, ws...)
}

// Send implements outbound.Records.
func (s Sending[W, E]) Send(ctx context.Context, ws []W) ([]outbound.Created[E], error) {
	return s.Write(ctx, ws)
}

// Withdraw implements outbound.Records.
func (s Sending[W, E]) Withdraw(ctx context.Context, ws []W) error {
	for _, w := range ws {
		s.withdrawn(s.Record(w))
	}
	return s.store(ctx, ws...)
}

// withdrawn takes the intent out of a record: it is tried again by the next run.
func (s Sending[W, E]) withdrawn(r *Record) {
	r.SentAt, r.SentThere = time.Time{}, time.Time{}
	r.Log = r.Log.With(outbound.Event{At: s.Now(), Did: outbound.DidWithdraw})
	if r.Trouble == "" {
		*r = r.Troubled(issue.SystemFailure, s.Now())
		r.NotBefore = s.Now()
	}
}

// Answered implements outbound.Records.
func (s Sending[W, E]) Answered(ctx context.Context, as []outbound.Answer[W, E]) error {
	for _, a := range as {
		if err := s.answered(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

func (s Sending[W, E]) answered(ctx context.Context, a outbound.Answer[W, E]) error {
	r := s.Record(a.Item)
	r.Log = r.Log.With(a.Log...)
	switch a.Verdict {
	case outbound.Made:
		return s.Made(ctx, a.Item, a.Entity)
	case outbound.Unsent:
		s.withdrawn(r)
		return s.store(ctx, a.Item)
	case outbound.Lost: // the intent stays
	case outbound.Taken, outbound.Refused:
		r.SentAt, r.SentThere = time.Time{}, time.Time{}
	}
	return s.Failed(ctx, a.Item, a.Verdict, a.Err)
}

func (s Sending[W, E]) store(ctx context.Context, ws ...W) error {
	rs := make([]*Record, len(ws))
	for i, w := range ws {
		rs[i] = s.Record(w)
	}
	return s.Store(ctx, rs...)
}
