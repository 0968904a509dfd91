package sweep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"backroom/shared/clock"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/table"
)

// Runs that wait for a message and are looked after in one sweep. After an
// outage there are many more: others have their turn in the next ones, and by
// then most of them have started.
const (
	waitsASweep = 400
	waitsSeen   = 10 * waitsASweep
)

// waiting are the runs that wait for a message, accepted and not started, or set
// aside while their message was away, and are due for something. The index has
// all that says so; it may trail, and they are read before anything is done.
func (s *Sweeper) waiting(ctx context.Context) (due []jobstore.Waiter, out Swept, err error) {
	for page := ""; ; {
		ws, next, err := s.jobs.Store.Waiters(ctx, page)
		if err != nil {
			return due, out, fmt.Errorf("jobqueue: sweep: %w", err)
		}
		for _, w := range ws {
			if s.isDue(w) {
				due = append(due, w)
			}
		}
		if page = next; page == "" || len(due) >= waitsSeen {
			break
		}
	}
	if n := len(due); n > waitsASweep {
		first := int(s.jobs.Int64N(int64(n)))
		due = append(slices.Clone(due[first:]), due[:first]...)[:waitsASweep]
		out.Postponed = n - waitsASweep
	}
	return due, out, nil
}

// isDue reports whether something is to be done about a run that waits for a
// message; also if it cannot be read, which [Sweeper.waits] then says.
func (s *Sweeper) isDue(w jobstore.Waiter) bool {
	now := s.jobs.Store.Now()
	age := now.Sub(w.Since)
	switch {
	case w.Err != nil:
		return true
	case clock.Ahead(w.Since, now) > 0:
		return true // it is set right
	case w.Run.Started.IsZero():
		return sendNow(age, jobqueue.ResendAfter)
	}
	return age > s.lostAfter()+jobqueue.LeaseTime || sendNow(age, reviveAfter)
}

// waits is what is done about one run that waits for a message.
func (s *Sweeper) waits(ctx context.Context, listed jobqueue.Run) (out Swept, err error) {
	store := s.jobs.Store
	// The index may trail: what counts is the item.
	w, ok, err := store.Waiter(ctx, listed.Shop, listed.ID)
	if err != nil || !ok {
		return out, err
	}
	r, at := w.Run, w.Since
	age := store.Now().Sub(at)
	switch {
	case r.Done():
	case clock.Ahead(at, store.Now()) > 0:
		r.Accepted, r.Started = clock.Past(r.Accepted, store.Now()), clock.Past(r.Started, store.Now())
		if err := store.Table.Write(ctx, store.PutRun(r, true)); err != nil {
			return out, jobstore.IgnoreConflict(err)
		}
		out.Righted++
		s.jobs.Log.WarnContext(ctx, "a run waited since a time ahead of the clock, which was set right", "shop", r.Shop, "run", r.ID, "since", at)
	case !r.Started.IsZero() && age > s.lostAfter()+jobqueue.LeaseTime:
		lost, err := s.closeAside(ctx, r)
		if err != nil || !lost {
			return out, jobstore.IgnoreConflict(err)
		}
		out.Lost++
		return out, nil
	case r.Started.IsZero() && sendNow(age, jobqueue.ResendAfter):
		err = s.jobs.Resend(ctx, r)
		out.Resent++
	case !r.Started.IsZero() && sendNow(age, reviveAfter):
		err = s.jobs.Resend(ctx, r)
		out.Revived++
	}
	if err != nil {
		out = Swept{}
	}
	return out, err
}

// closeAside ends a run that was set aside, and whose message has not come, and
// reports whether it did. Where another run holds the category a later sweep
// does it: a write would fence that one.
func (s *Sweeper) closeAside(ctx context.Context, r jobqueue.Run) (bool, error) {
	store := s.jobs.Store
	now := store.Now()
	lost := asLost(r, now)
	ops := []table.Op{store.PutRun(lost, false)}
	e, err := store.Entry(ctx, r.Shop, r.Entry)
	switch {
	case errors.Is(err, jobstore.ErrNotFound) || err == nil && e.IsAnother(r.Made):
	case err != nil:
		return false, err
	default:
		c, err := store.Category(ctx, e)
		if err != nil || c.Run != nil {
			return false, err
		}
		ops = append(ops, s.after(e, c, lost, now)...)
	}
	if err := store.Table.Write(ctx, ops...); err != nil {
		return false, err
	}
	s.dispatcher.TellEnded(lost)
	return true, nil
}

// after are the writes that have a lost run of e leave behind what others do, in
// its category c, which is free: none if a later run of e has started.
func (s *Sweeper) after(e jobqueue.Entry, c jobqueue.Category, lost jobqueue.Run, now time.Time) []table.Op {
	h := c.History(e)
	if lost.Apart || h.Last != lost.ID {
		return nil
	}
	c = c.With(e, h.AfterRun(lost, true, false, now))
	ops := []table.Op{s.jobs.Store.PutCategory(e, c)}
	if next := e.After(lost, jobqueue.Ending{Outcome: jobqueue.Lost}).Rescheduled(c.History(e), now); !next.SameItem(e) {
		ops = append(ops, s.jobs.Store.PutEntry(next))
	}
	return ops
}
