package sweep

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"backroom/shared/clock"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/table"
)

// category mends the run in progress of one category, if it is of this shop,
// and reports whether somebody is at work there.
func (s *Sweeper) category(ctx context.Context, code, group string, c jobqueue.Category) (held bool, out Swept, err error) {
	store := s.jobs.Store
	scope, name, _ := strings.Cut(group, "#")
	at := jobqueue.Entry{Scope: scope, Category: name}
	if now := store.Now(); now.Before(c.Until) && (c.Yields || clock.Ahead(c.Until, now.Add(jobqueue.LeaseTime)) == 0) {
		return true, out, nil // without a read of the renewals
	}
	b, err := store.Beat(ctx, at)
	if err != nil {
		return true, out, err
	}
	if righted, err := s.rightLease(ctx, at, c, b); err != nil {
		return true, out, err
	} else if righted {
		out.Righted++
		return true, out, nil
	}
	quiet := alone(c, b, store.Now(), store.Skew)
	if c.Shop != code {
		return quiet <= 0, out, nil
	}
	if quiet > stuckAfter {
		out.Stuck++
	}
	switch decideRun(c, quiet, s.lostAfter()) {
	case settle:
		end, ok, err := store.SliceEnd(ctx, c)
		if err != nil || !ok {
			return true, out, err
		}
		if err := s.dispatcher.RecordFound(ctx, at, c, end); err != nil {
			return true, out, err
		}
		out.Recorded++
	case revive:
		if err := s.jobs.SendTo(ctx, group, c.Running()); err != nil {
			return true, out, err
		}
		out.Revived++
	case closeIt:
		lost, err := s.close(ctx, at, c, b)
		if err != nil || !lost {
			return true, out, err
		}
		out.Lost++
		return false, out, nil
	case leave:
	}
	return quiet <= 0, out, nil
}

// close ends a run that nobody goes on with, and reports whether it did; if not,
// somebody else was first. The version of the category guards it: of this and a
// claim, a recorded outcome or a release, one is first. The beat is checked too:
// of this and a renewal, one is first. An error says that neither was, and that
// the category stands still.
func (s *Sweeper) close(ctx context.Context, at jobqueue.Entry, c jobqueue.Category, b jobqueue.Beat) (bool, error) {
	store := s.jobs.Store
	r := c.Running()
	for range jobstore.MaxTries {
		lost, ops, err := s.closing(ctx, at, c, b, r)
		if err != nil {
			return false, err
		}
		err = store.Table.Write(ctx, ops...)
		if err == nil {
			s.dispatcher.TellEnded(lost)
			return true, nil
		}
		if !errors.Is(err, table.ErrConflict) {
			return false, err
		}
		held, errA := store.Category(ctx, at)
		beats, errB := store.Beat(ctx, at)
		if err := errors.Join(errA, errB); err != nil || held.Version != c.Version || beats.Version != b.Version {
			return false, err
		}
		// The entry has changed, or somebody has made a row of the run, which gives way.
		if r.Version, err = store.RowVersion(ctx, r); err != nil {
			return false, err
		}
	}
	return false, fmt.Errorf("category %s of %s stands still: run %s of %s is not closed: %w", at.Category, at.Scope, c.ID, c.Shop, table.ErrConflict)
}

// closing are the writes that end r as lost, which is in progress in c.
func (s *Sweeper) closing(ctx context.Context, at jobqueue.Entry, c jobqueue.Category, b jobqueue.Beat, r jobqueue.Run) (jobqueue.Run, []table.Op, error) {
	store := s.jobs.Store
	now := store.Now()
	r = asLost(r, now)
	e, err := store.Entry(ctx, c.Shop, c.Run.Entry)
	if errors.Is(err, jobstore.ErrNotFound) {
		e, err = jobqueue.Entry{Shop: c.Shop, ID: c.Run.Entry}, nil
	}
	if err != nil {
		return r, nil, err
	}
	was := e
	e = e.After(r, jobqueue.Ending{Outcome: jobqueue.Lost})
	e.Scope, e.Category = at.Scope, at.Category // where it ran
	lock := c.Free()
	if !r.Apart {
		lock = lock.With(e, lock.History(e).AfterRun(r, true, false, now))
		e = e.Rescheduled(lock.History(e), now)
	}
	ops := []table.Op{store.PutCategory(at, lock), store.PutRun(r, false), jobstore.CheckBeat(at, b)}
	if e.Version > 0 && !e.SameItem(was) {
		e.Scope, e.Category = was.Scope, was.Category
		ops = append(ops, store.PutEntry(e))
	}
	return r, ops, nil
}
