package dispatch

import (
	"context"
	"errors"
	"time"

	"backroom/shared/clock"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/table"
)

// claim takes the category for the run, and stores that the slice starts. It
// gives nil and a wait when a live owner holds the category.
func (d *Dispatcher) claim(ctx context.Context, e jobqueue.Entry, c jobqueue.Category, r jobqueue.Run) (*claimed, time.Duration, error) {
	decided := e.Version
	for range jobstore.MaxTries {
		// A slice may have ended, and its dispatcher died before it recorded
		// that: the outcome is used, whoever finds it, and the slice not run again.
		if end, ok, err := d.Jobs.Store.SliceEnd(ctx, c); err != nil {
			return nil, 0, err
		} else if ok {
			return nil, 0, d.RecordFound(ctx, e, c, end)
		}
		var b jobqueue.Beat
		var err error
		if c.Run != nil && (!c.Yields || c.ID != r.ID) {
			if b, err = d.Jobs.Store.Beat(ctx, e); err != nil {
				return nil, 0, err
			}
		}
		now := d.Jobs.Store.Now()
		step, wait := decideClaim(c, b, r.ID, now, d.Jobs.Store.Skew)
		if step == claimWait {
			return nil, wait + time.Duration(d.Jobs.Int64N(int64(time.Second))), nil
		}
		cl, ops := d.start(e, r, c, b, now)
		err = d.Jobs.Store.Table.Write(ctx, ops...)
		if err == nil {
			cl.category.Version++
			cl.run, err = d.Jobs.Store.Whole(ctx, cl.run)
			return &cl, 0, err
		}
		if !errors.Is(err, table.ErrConflict) && !errors.Is(err, table.ErrUnknown) {
			return nil, 0, err
		}
		// Somebody else was there, or it may have worked: look again. A claim
		// that worked shows our own owner token.
		if e, err = d.Jobs.Store.Entry(ctx, e.Shop, e.ID); err != nil {
			return nil, 0, err
		}
		held, err := d.Jobs.Store.Category(ctx, e)
		if err != nil {
			return nil, 0, err
		}
		if held.Owner == cl.category.Owner {
			cl.entry, cl.category = e, held
			cl.run, err = d.Jobs.Store.Whole(ctx, held.Running())
			return &cl, 0, err
		}
		anew := held.Version != c.Version || e.Version != decided || rowless(r) || !r.Accepted.IsZero()
		if anew {
			// What it was decided from has changed: the next delivery decides anew.
			return nil, 0, nil
		}
		c = held
	}
	return nil, time.Second, nil
}

// RecordFound records the outcome that was found with the category, and lets the
// message come back at once, to find what has become of it. Errors: those of the table.
func (d *Dispatcher) RecordFound(ctx context.Context, e jobqueue.Entry, c jobqueue.Category, end jobqueue.SliceEnd) error {
	owner, err := d.ownerOf(ctx, e, c)
	if err != nil {
		return err
	}
	run, err := d.Jobs.Store.Whole(ctx, c.Running())
	if err != nil {
		return err
	}
	_, err = d.finish(context.WithoutCancel(ctx), claimed{entry: owner, run: run, category: c}, end)
	if errors.Is(err, jobqueue.ErrFenced) {
		return nil // somebody else has recorded it
	}
	return err
}

// start is the transaction that begins a slice: one write for a run by
// schedule, and for every further slice.
func (d *Dispatcher) start(e jobqueue.Entry, r jobqueue.Run, c jobqueue.Category, b jobqueue.Beat, now time.Time) (cl claimed, ops []table.Op) {
	if c.Run != nil && c.ID != r.ID {
		// A dead owner's run is set aside: its message brings it back.
		ops = append(ops, d.Jobs.Store.PutRun(c.Running(), true))
	}
	if c.Run != nil && !c.Yields {
		// On the version that was seen: of a renewal and this, one loses.
		ops = append(ops, d.Jobs.Store.PutBeat(e, b.Version, jobqueue.Beat{Fence: c.Fence + 1, Until: now.Add(jobqueue.LeaseTime)}))
	}
	if rowless(r) {
		// Of this and a record that the run did not start, one is first.
		ops = append(ops, jobstore.CheckNoRow(r))
	}
	first := r.Started.IsZero()
	r.Started = clock.Past(r.Started, now)
	row := r.Version > 0 && (first || c.ID != r.ID)
	if first {
		r.Started, r.Slice = now, 1
	}
	r.Starts++
	if row { // out of the index of those that wait for a message
		ops = append(ops, d.Jobs.Store.PutRun(r, false))
		r.Version++
	}
	e, c, r, changed := begins(e, c, r, first, now)
	switch {
	case changed:
		ops = append(ops, d.Jobs.Store.PutEntry(e))
		e.Version++
	case first && len(ops) > 0 && e.Version > 0:
		// A hold or an end of the entry since it was read comes before this. A
		// slot in a free category starts with one write, and does without.
		ops = append(ops, jobstore.CheckEntry(e))
	}
	c = c.ClaimedBy(r, jobqueue.NewID(now, d.Jobs.Int64N), now)
	return claimed{entry: e, run: r, category: c, poison: r.Starts > jobqueue.MaxStarts}, append(ops, d.Jobs.Store.PutCategory(e, c))
}

// begins is what changes of e and its category c, which e's run r has, when a slice
// of r starts at now, the first one or another; changed: e's own item does.
func begins(e jobqueue.Entry, c jobqueue.Category, r jobqueue.Run, first bool, now time.Time) (_ jobqueue.Entry, _ jobqueue.Category, _ jobqueue.Run, changed bool) {
	h := c.History(e)
	if first && r.Apart && !r.DryRun && h.Empty > 0 {
		h.Empty = 0 // somebody takes an interest
		c = c.With(e, h)
	}
	if !first || r.Apart {
		return e, c, r, false
	}
	h.Started, h.Last, h.Rank = now, r.ID, e.Priority.Rank()
	if h.CoveredUntil = now; r.Trigger == jobqueue.BySchedule && r.Scheduled.After(now) {
		h.CoveredUntil = r.Scheduled // the clocks of schedules and dispatchers differ
	}
	if r.Trigger != jobqueue.BySchedule {
		h.Empty = 0
	}
	c = c.With(e, h)
	if e.Status == jobqueue.InError || e.Status == jobqueue.Finished {
		e.Status, e.Attempts, changed = jobqueue.Ready, 0, true
	}
	if e.Queued == r.ID {
		e.Queued, changed = "", true
	}
	if e.Righted != nil {
		r.Righted, r.Detail = true, e.Righted.Sentence()
		e.Righted, changed = nil, true
	}
	return e, c, r, changed
}

// rowless reports whether r has no row, and somebody else may give it one that
// says that it did not start. A slot leaves no such row, but for the only one of
// an entry for one run: its start needs no look at the row.
func rowless(r jobqueue.Run) bool {
	return r.Version == 0 && r.Started.IsZero() && (r.Trigger != jobqueue.BySchedule || r.Once)
}

// claimStep is what a claim may do.
type claimStep int

const (
	claimNew    claimStep = iota + 1 // free, or its owner is dead
	claimResume                      // the same run goes on: yielded, or its slice died
	claimWait                        // a live owner holds it
)

// decideClaim decides whether run may take the category at now. skew is how
// far clocks may differ: a lease counts as over only that much later.
func decideClaim(c jobqueue.Category, b jobqueue.Beat, run string, now time.Time, skew time.Duration) (step claimStep, wait time.Duration) {
	switch {
	case c.Run == nil:
		return claimNew, 0
	case c.Yields && c.ID == run:
		return claimResume, 0
	}
	// A yielded category is kept for its run until the lease time is over, so
	// that a run whose message was lost does not block the category for ever.
	end := jobqueue.LeaseEnd(c, b).Add(skew)
	switch {
	case now.Before(end):
		longest := jobqueue.LeaseTime + skew
		if c.Yields {
			longest += jobqueue.MaxBackoff
		}
		if clock.Due(end, now, longest) {
			return claimWait, jobqueue.RenewEvery // it ends later than it can, which a sweep sets right
		}
		return claimWait, end.Sub(now)
	}
	if c.ID == run {
		return claimResume, 0
	}
	return claimNew, 0
}
