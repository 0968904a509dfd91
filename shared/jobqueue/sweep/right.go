package sweep

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"backroom/shared/clock"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/table"
)

// A clock that was ahead leaves times behind that are still to come once it is
// right: a slot that is said to be served, a lease, the time of a retry. Nothing
// would happen until then. What was the present when it was written cannot be in
// the future, and what was to come is no further away than its rule: by that the
// sweep knows such a time, sets it right and says so.

// historyAsOf is h as of now, and how far the clock was ahead that wrote it; 0
// if it was not.
func historyAsOf(h jobqueue.History, now time.Time) (jobqueue.History, time.Duration) {
	ahead := max(clock.Ahead(h.CoveredUntil, now), clock.Ahead(h.Started, now), clock.Ahead(h.Ended, now))
	if ahead == 0 {
		return h, 0
	}
	runs := h.Started.After(h.Ended)
	for _, t := range []*time.Time{&h.CoveredUntil, &h.Started, &h.Ended} {
		if t.After(now) { // all of them, or an end would come before its start
			*t = now
		}
	}
	if runs && !h.Started.After(h.Ended) {
		h.Ended = h.Started.Add(-time.Second)
	}
	return h, ahead
}

// categoryAsOf is c as of now, a category in which no slice is at work, and how far the
// clock was ahead that wrote it; 0 if it was not.
func categoryAsOf(c jobqueue.Category, now time.Time) (jobqueue.Category, time.Duration) {
	ahead := max(clock.Ahead(c.At, now), clock.Ahead(c.Since, now))
	if c.Yields {
		// How long its run was asked to wait still holds, counted from now.
		c.Resume, c.Until = c.Resume.Add(-ahead), c.Until.Add(-ahead)
		if latest := now.Add(jobqueue.MaxBackoff); c.Resume.Sub(latest) > clock.Slack {
			ahead = max(ahead, c.Resume.Sub(latest))
			c.Resume, c.Until = latest, latest.Add(jobqueue.LeaseTime)
		}
	}
	if c.Run != nil {
		r := *c.Run
		ahead = max(ahead, clock.Ahead(r.Started, now))
		r.Started, r.Accepted = clock.Past(r.Started, now), clock.Past(r.Accepted, now)
		c.Run = &r
	}
	c.At, c.Since = clock.Past(c.At, now), clock.Past(c.Since, now)
	for k, h := range c.Entries {
		h, by := historyAsOf(h, now)
		if by == 0 {
			continue
		}
		ahead = max(ahead, by)
		c.Entries = maps.Clone(c.Entries)
		c.Entries[k] = h
	}
	return c, ahead
}

// entryAsOf is e as of now, an entry that was saved, or failed first, while the clock was
// ahead, and by how much; 0 if it was not. A start within a day of that was meant by that clock: it is
// earlier by whole days, so that the time of day stays. Any other is a date that
// somebody has named.
func entryAsOf(e jobqueue.Entry, now time.Time) (jobqueue.Entry, time.Duration) {
	ahead, failed := clock.Ahead(e.SavedAt, now), clock.Ahead(e.FailingSince, now)
	e.FailingSince = clock.Past(e.FailingSince, now)
	if ahead == 0 {
		return e, failed
	}
	if e.EarliestStart.After(now) && e.EarliestStart.Sub(e.SavedAt) <= 24*time.Hour {
		zone, err := time.LoadLocation(e.Zone)
		if err != nil {
			zone = time.UTC
		}
		days := int((ahead + 24*time.Hour - 1) / (24 * time.Hour))
		e.EarliestStart = e.EarliestStart.In(zone).AddDate(0, 0, -days).UTC()
	}
	e.SavedAt = now
	return e, max(ahead, failed)
}

// setRight sets right what a clock that was ahead has written of a shop's entries
// and of the categories in which no slice is at work, and answers how much that was.
func (s *Sweeper) setRight(ctx context.Context, es []jobqueue.Entry, cs map[string]jobqueue.Category) (righted int, err error) {
	var errs []error
	for _, group := range slices.Sorted(maps.Keys(cs)) {
		c := cs[group]
		if c.Run != nil && !c.Yields {
			continue // a write would fence the slice; its lease is looked after apart
		}
		done, err := s.rightCategory(ctx, group, c, es)
		errs = append(errs, err)
		if done {
			righted++
		}
	}
	for _, e := range es {
		done, err := s.rightEntry(ctx, e, cs[e.Group()])
		errs = append(errs, err)
		if done {
			righted++
		}
	}
	return righted, errors.Join(errs...)
}

// rightCategory sets right one category, with a word at those of its entries whose
// times have changed.
func (s *Sweeper) rightCategory(ctx context.Context, group string, c jobqueue.Category, es []jobqueue.Entry) (bool, error) {
	store := s.jobs.Store
	now := store.Now()
	next, ahead := categoryAsOf(c, now)
	if ahead == 0 {
		return false, nil
	}
	scope, name, _ := strings.Cut(group, "#")
	ops := []table.Op{store.PutCategory(jobqueue.Entry{Scope: scope, Category: name}, next)}
	var changed []jobqueue.Entry
	for _, e := range es {
		if e.Group() != group || c.History(e) == next.History(e) {
			continue
		}
		_, by := historyAsOf(c.History(e), now)
		e.Righted = &jobqueue.Righted{At: now.UTC().Truncate(time.Second), Ahead: by}
		ops, changed = append(ops, store.PutEntry(e)), append(changed, e)
	}
	if err := store.Table.Write(ctx, ops...); err != nil {
		return false, jobstore.IgnoreConflict(err)
	}
	s.jobs.Log.WarnContext(ctx, "times of a category were ahead of the clock and were set right", "scope", scope, "category", name, "ahead", ahead)
	var errs []error
	for _, e := range changed {
		e.Version++
		errs = append(errs, s.rearm(ctx, e, c.History(e), e, next.History(e)))
	}
	return true, errors.Join(errs...)
}

// rightEntry sets right when an entry starts that was saved while the clock was ahead.
func (s *Sweeper) rightEntry(ctx context.Context, e jobqueue.Entry, c jobqueue.Category) (bool, error) {
	store := s.jobs.Store
	now := store.Now()
	next, ahead := entryAsOf(e, now)
	if ahead == 0 {
		return false, nil
	}
	next.Righted = &jobqueue.Righted{At: now.UTC().Truncate(time.Second), Ahead: ahead}
	if err := store.Table.Write(ctx, store.PutEntry(next)); err != nil {
		return false, jobstore.IgnoreConflict(err)
	}
	s.jobs.Log.WarnContext(ctx, "a job entry was saved while the clock was ahead; its start was set right", "shop", e.Shop, "entry", e.ID,
		"ahead", ahead, "was", e.EarliestStart, "start", next.EarliestStart)
	next.Version++
	return true, s.rearm(ctx, e, c.History(e), next, c.History(next))
}

// rearm makes the schedules of an entry what they are from now on.
func (s *Sweeper) rearm(ctx context.Context, was jobqueue.Entry, had jobqueue.History, e jobqueue.Entry, h jobqueue.History) error {
	next, _ := e.NextRun(h)
	s.jobs.Disarm(ctx, was, had, next)
	if err := s.jobs.Arm(ctx, e, h); err != nil {
		return err
	}
	s.jobs.RunIfLate(ctx, e, h)
	return nil
}

// rightLease sets right a lease that ends later than it can, and reports whether
// it did: its owner, if it lives, renews it; if not, it ends.
func (s *Sweeper) rightLease(ctx context.Context, at jobqueue.Entry, c jobqueue.Category, b jobqueue.Beat) (bool, error) {
	store := s.jobs.Store
	now := store.Now()
	if c.Yields || clock.Ahead(jobqueue.LeaseEnd(c, b), now.Add(jobqueue.LeaseTime)) == 0 {
		return false, nil
	}
	ahead := jobqueue.LeaseEnd(c, b).Sub(now.Add(jobqueue.LeaseTime))
	if b.Fence != c.Fence {
		b.Progress = nil
	}
	b.Fence, b.Until, b.Right = c.Fence, now.Add(jobqueue.LeaseTime), true
	if err := store.Table.Write(ctx, store.PutBeat(at, b.Version, b)); err != nil {
		return false, jobstore.IgnoreConflict(err)
	}
	s.jobs.Log.WarnContext(ctx, "a lease ended later than it can and was set right", "scope", at.Scope, "category", at.Category, "run", c.ID, "ahead", ahead)
	return true, nil
}

// retryAsOf is r as of now, the row of a failed run, and false if it is right.
func retryAsOf(r jobqueue.Run, now time.Time) (jobqueue.Run, bool) {
	if clock.Ahead(r.Ended, now) == 0 && clock.Ahead(r.RetryAt, now.Add(jobqueue.MaxBackoff)) == 0 {
		return r, false
	}
	r.Started, r.Ended, r.RetryAt = clock.Past(r.Started, now), clock.Past(r.Ended, now), now
	return r, true
}

// retryNow stores r, the failed run of e whose times were set right, and has it
// tried again at once.
func (s *Sweeper) retryNow(ctx context.Context, e jobqueue.Entry, r jobqueue.Run) (sent int, err error) {
	if err := s.jobs.Store.Table.Write(ctx, s.jobs.Store.PutRun(r, false)); err != nil {
		return 0, jobstore.IgnoreConflict(err)
	}
	s.jobs.Log.WarnContext(ctx, "the time of a retry was ahead of the clock and was set right", "shop", e.Shop, "entry", e.ID, "run", r.ID)
	if err := s.jobs.Schedules.Delete(ctx, jobqueue.RetryName(e, r)); err != nil {
		return 0, err
	}
	return 1, s.sendRetry(ctx, e, r)
}
