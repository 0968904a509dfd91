package sweep

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
)

// entry mends one entry: its schedule, its slots, and what it waits for.
func (s *Sweeper) entry(ctx context.Context, e jobqueue.Entry, h jobqueue.History, busy bool) (out Swept, err error) {
	now := s.jobs.Store.Now()
	slot, overdue := overdueSlot(e, h, now)
	if overdue || s.turn(e, now) {
		if out, err = s.schedule(ctx, e, h); err != nil {
			return out, err
		}
	}
	if overdue && !busy && now.Sub(slot) >= lateAfter {
		out.Late++
	}
	if overdue && !busy && sendNow(now.Sub(slot), overdueAfter) {
		if err := s.jobs.SendSlot(ctx, e, slot); err != nil {
			return out, err
		}
		out.Overdue++
	}
	if e.Queued != "" {
		done, err := s.queued(ctx, e, busy)
		if err != nil {
			return out, err
		}
		out = out.Add(done)
	}
	if e.Attempts > 0 && e.Status == jobqueue.Ready && !busy && h.Outcome == jobqueue.Failed && h.Last == h.Logged {
		done, err := s.retry(ctx, e, h)
		if err != nil {
			return out, err
		}
		out = out.Add(done)
	}
	return out, nil
}

// turn reports whether it is this entry's turn to have its schedule compared.
func (s *Sweeper) turn(e jobqueue.Entry, now time.Time) bool {
	if s.Spread <= 1 {
		return true
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%s#%s", e.Shop, e.ID)
	minute := now.Unix() / 60
	return h.Sum64()%uint64(s.Spread) == uint64(minute)%uint64(s.Spread) //nolint:gosec // after 1970
}

// queued looks after the run that the entry waits for: one that is over must
// not keep others from being accepted.
func (s *Sweeper) queued(ctx context.Context, e jobqueue.Entry, busy bool) (out Swept, err error) {
	store := s.jobs.Store
	r, err := store.Row(ctx, e.Shop, e.Queued)
	if err != nil && !errors.Is(err, jobstore.ErrNotFound) {
		return out, err
	}
	if err == nil && !r.Done() && r.Started.IsZero() {
		if !busy && store.Now().Sub(r.Accepted) >= lateAfter {
			out.Late++
		}
		return out, nil
	}
	e.Queued = ""
	if err := store.Table.Write(ctx, store.PutEntry(e)); err != nil {
		return out, jobstore.IgnoreConflict(err)
	}
	out.Cleared++
	return out, nil
}

// retry sends the retry of the run that failed last, if it has not come.
func (s *Sweeper) retry(ctx context.Context, e jobqueue.Entry, h jobqueue.History) (out Swept, err error) {
	r, err := s.jobs.Store.Row(ctx, e.Shop, h.Last)
	if errors.Is(err, jobstore.ErrNotFound) || err == nil && r.RetryAt.IsZero() {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	now := s.jobs.Store.Now()
	if right, wrong := retryAsOf(r, now); wrong {
		out.Retried, err = s.retryNow(ctx, e, right)
		return out, err
	}
	age := now.Sub(r.RetryAt)
	if age >= lateAfter {
		out.Late++
	}
	if !sendNow(age, retryGrace) {
		return out, nil
	}
	if err := s.sendRetry(ctx, e, r); err != nil {
		return out, err
	}
	out.Retried++
	return out, nil
}

func (s *Sweeper) sendRetry(ctx context.Context, e jobqueue.Entry, r jobqueue.Run) error {
	return s.jobs.Queue.Send(ctx, e.Group(), "", e.RetryOf(r).Encode())
}
