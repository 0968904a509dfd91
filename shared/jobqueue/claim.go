package jobqueue

import (
	"context"
	"errors"
	"time"

	"backroom/shared/clock"
	"backroom/shared/table"
)

// maxTries bounds the repeats of a transaction that met somebody else's.
const maxTries = 8

// claim takes the category for the run, and stores that the slice starts. It
// gives nil and a wait when a live owner holds the category.
func (d *Dispatcher) claim(ctx context.Context, e Entry, c category, r Run) (*claimed, time.Duration, error) {
	decided := e.Version
	for range maxTries {
		// A slice may have ended, and its dispatcher died before it recorded
		// that: the outcome is used, whoever finds it, and the slice not run again.
		if end, ok, err := d.Store.sliceEnd(ctx, c); err != nil {
			return nil, 0, err
		} else if ok {
			return d.overdue(ctx, e, c, end)
		}
		var b beat
		var err error
		if c.Run != nil && (!c.Yields || c.ID != r.ID) {
			if b, err = d.Store.beat(ctx, e); err != nil {
				return nil, 0, err
			}
		}
		now := d.Store.Now()
		step, wait := decideClaim(c, b, r.ID, now, d.Store.Skew)
		if step == claimWait {
			return nil, wait + time.Duration(d.random(int64(time.Second))), nil
		}
		cl, ops, err := d.start(e, r, c, b, now)
		if err != nil {
			return nil, 0, err
		}
		err = d.Store.Table.Write(ctx, ops...)
		if err == nil {
			cl.category.Version++
			cl.run, err = d.Store.whole(ctx, cl.run)
			return &cl, 0, err
		}
		if !errors.Is(err, table.ErrConflict) && !errors.Is(err, table.ErrUnknown) {
			return nil, 0, err
		}
		// Somebody else was there, or it may have worked: look again. A claim
		// that worked shows our own owner token.
		if e, err = d.Store.Entry(ctx, e.Shop, e.ID); err != nil {
			return nil, 0, err
		}
		held, err := d.Store.lock(ctx, e)
		if err != nil {
			return nil, 0, err
		}
		if held.Owner == cl.category.Owner {
			cl.entry, cl.category = e, held
			cl.run, err = d.Store.whole(ctx, held.running())
			return &cl, 0, err
		}
		anew := held.Version != c.Version || e.Version != decided || r.rowless() || !r.Accepted.IsZero()
		if anew {
			// What it was decided from has changed: the next delivery decides anew.
			return nil, 0, nil
		}
		c = held
	}
	return nil, time.Second, nil
}

// overdue records the outcome that was found with the category, and lets the
// message come back at once, to find what has become of it.
func (d *Dispatcher) overdue(ctx context.Context, e Entry, c category, end sliceEnd) (*claimed, time.Duration, error) {
	owner, err := d.ownerOf(ctx, e, c)
	if err != nil {
		return nil, 0, err
	}
	run, err := d.Store.whole(ctx, c.running())
	if err != nil {
		return nil, 0, err
	}
	_, err = d.finish(context.WithoutCancel(ctx), claimed{entry: owner, run: run, category: c}, end)
	if errors.Is(err, ErrFenced) {
		err = nil // somebody else has recorded it
	}
	return nil, 0, err
}

// start is the transaction that begins a slice: one write for a run by
// schedule, and for every further slice.
func (d *Dispatcher) start(e Entry, r Run, c category, b beat, now time.Time) (cl claimed, ops []table.Op, err error) {
	add := func(op table.Op, e error) {
		ops = append(ops, op)
		err = errors.Join(err, e)
	}
	if c.Run != nil && c.ID != r.ID {
		// A dead owner's run is set aside: its message brings it back.
		aside := c.running()
		add(d.Store.putRun(aside, true))
	}
	if c.Run != nil && !c.Yields {
		// On the version that was seen: of a renewal and this, one loses.
		add(put(beatKey(e.Scope, e.Category), b.Version, beat{Fence: c.Fence + 1, Until: now.Add(LeaseTime)}))
	}
	if r.rowless() {
		// Of this and a record that the run did not start, one is first.
		add(table.Check(runKey(r.Shop, r.ID), table.Absent), nil)
	}
	first := r.Started.IsZero()
	r.Started = clock.Past(r.Started, now)
	row := r.Version > 0 && (first || c.ID != r.ID)
	if first {
		r.Started, r.Slice = now, 1
	}
	r.Starts++
	if row { // out of the index of those that wait for a message
		add(d.Store.putRun(r, false))
		r.Version++
	}
	changed := false
	if h := c.History(e); first && r.Apart && !r.DryRun && h.Empty > 0 {
		h.Empty = 0 // somebody takes an interest
		c = c.with(e, h)
	}
	if first && !r.Apart {
		h := c.History(e)
		h.Started, h.Last, h.Rank = now, r.ID, e.Priority.rank()
		if h.CoveredUntil = now; r.Trigger == BySchedule && r.Scheduled.After(now) {
			h.CoveredUntil = r.Scheduled // the clocks of schedules and dispatchers differ
		}
		if r.Trigger != BySchedule {
			h.Empty = 0
		}
		c = c.with(e, h)
		if e.Status == Error || e.Status == Finished {
			e.Status, e.Attempts, changed = Ready, 0, true
		}
		if e.Queued == r.ID {
			e.Queued, changed = "", true
		}
		if e.Righted != nil {
			r.Righted, r.Detail = true, e.Righted.Sentence()
			e.Righted, changed = nil, true
		}
	}
	switch {
	case changed:
		add(d.Store.putEntry(e))
		e.Version++
	case first && len(ops) > 0 && e.Version > 0:
		// A hold or an end of the entry since it was read comes before this. A
		// slot in a free category starts with one write, and does without.
		add(table.Check(entryKey(e.Shop, e.ID), table.VersionIs(e.Version)), nil)
	}
	c = c.claimedBy(r, newID(now, d.random), now)
	op, putErr := d.Store.putCategory(e, c)
	add(op, putErr)
	return claimed{entry: e, run: r, category: c, poison: r.Starts > MaxStarts}, ops, err
}

// rowless reports whether r has no row, and somebody else may give it one that
// says that it did not start. A slot leaves no such row, but for the only one of
// an entry for one run: its start needs no look at the row.
func (r Run) rowless() bool {
	return r.Version == 0 && r.Started.IsZero() && (r.Trigger != BySchedule || r.Once)
}
