package jobqueue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backroom/shared/table"
)

// Save stores an entry as it was read, or a new one (Version 0), and arms its
// schedule. Errors: [Problem]s joined, all that is wrong with it, nothing
// stored; table.ErrConflict when it has changed meanwhile.
func (d *Dispatcher) Save(ctx context.Context, e Entry) (Entry, error) {
	ps := e.Problems(d.Tasks)
	var was Entry
	if e.Version > 0 {
		var err error
		if was, err = d.Store.Entry(ctx, e.Shop, e.ID); err != nil {
			return e, err
		}
		if was.Group() != e.Group() {
			// What its runs left behind is with the category, and so may a run be.
			ps = append(ps, Problem{Field: "category", Value: e.Group(), Want: was.Group() + " as before; make a new entry for another"})
		}
		e.Made, e.Forgets = was.Made, was.Forgets
	}
	if e.Version == 0 && e.Scope != e.Shop && len(ps) == 0 {
		if others, err := d.Store.Entries(ctx, e.Scope); err != nil {
			return e, err
		} else if len(others) > 0 {
			ps = append(ps, Problem{Field: "scope", Value: e.Scope, Want: e.Shop + ", or a company that several shops share: this is another shop"})
		}
	}
	c, err := d.Store.lock(ctx, e)
	if err != nil {
		return e, err
	}
	if e.Version == 0 {
		e.Made, e.Forgets = newID(d.Store.Now(), d.random), ""
		e.Forgets = c.History(e).Last
	}
	if len(ps) == 0 {
		ps = e.spent(was, c, d.Store.Now())
	}
	if len(ps) > 0 {
		return e, joined(fmt.Sprintf("job entry %s of %s", e.ID, e.Shop), ps)
	}
	e.SavedAt, e.Righted = d.Store.Now().UTC().Truncate(time.Second), nil
	if err := d.Store.SaveEntry(ctx, e); err != nil {
		return e, err
	}
	if _, err := d.rank(ctx, e); err != nil {
		d.Log.WarnContext(ctx, "priority not noted yet", "shop", e.Shop, "entry", e.ID, "err", err)
	}
	e, h, err := d.Store.WithHistory(ctx, e.Shop, e.ID)
	if err != nil {
		return e, err
	}
	if was.Version > 0 {
		next, _ := e.NextRun(h)
		d.disarm(ctx, was, c.History(was), next)
	}
	if err := d.Arm(ctx, e, h); err != nil {
		return e, err
	}
	d.late(ctx, e, h)
	return e, nil
}

// late has an entry run at once, as in BC, whose next time has gone by when it
// is saved: the grid's schedule ticks at its next slot only, and one for a single
// time fires by itself. It may fail: the sweep finds the slot too.
func (d *Dispatcher) late(ctx context.Context, e Entry, h History) {
	now := d.Store.Now()
	slot, ok := e.NextRun(h)
	if _, grid := e.Grid(); !ok || !grid || slot.After(now) || !e.isSlot(h, slot, now) {
		return
	}
	if err := d.sendSlot(ctx, e, slot); err != nil {
		d.Log.WarnContext(ctx, "first run not sent yet; the sweep does it", "shop", e.Shop, "entry", e.ID, "err", err)
	}
}

// sendSlot sends the message of a slot: the one that its schedule sends, or
// should have sent.
func (d *Dispatcher) sendSlot(ctx context.Context, e Entry, slot time.Time) error {
	body, err := encode(e.tick(stamp(slot)))
	if err != nil {
		return err
	}
	return d.Queue.Send(ctx, e.Group(), "", body)
}

// spent is what keeps an entry from running by itself from now on, if somebody
// has just said so: the rule is new, or another than was's.
func (e Entry) spent(was Entry, c category, now time.Time) []Problem {
	old, rule := was.Rule, e.Rule
	if old.EarliestStart.Equal(rule.EarliestStart) && old.Expiration.Equal(rule.Expiration) {
		old.EarliestStart, old.Expiration = rule.EarliestStart, rule.Expiration // which may be written differently
	}
	if e.Expiration.IsZero() || e.Version > 0 && old == rule {
		return nil
	}
	bad := func(want string) []Problem {
		return []Problem{{Field: "expiration", Value: rule.Expiration.Format(time.RFC3339), Want: want}}
	}
	if !e.Expiration.After(now) {
		return bad("after now, " + now.UTC().Format(time.RFC3339))
	}
	if c.Run != nil && c.Shop == e.Shop && c.Run.Entry == e.ID {
		return nil // what is next depends on when that ends
	}
	h := c.History(e)
	e.Status = Ready
	if _, ok := e.NextRun(h); ok || !e.Recurs() {
		return nil
	}
	e.Expiration = time.Time{}
	next, ok := e.NextRun(h)
	if !ok {
		return nil
	}
	return bad("not before its next run, " + next.UTC().Format(time.RFC3339))
}

// rank has e's category know its priority, for which it may be due before
// others, and reports whether it did not. A category in which a run is in
// process is left alone: a write would fence it, and the next sweep comes.
func (d *Dispatcher) rank(ctx context.Context, e Entry) (bool, error) {
	for range maxTries {
		c, err := d.Store.lock(ctx, e)
		if err != nil || !e.misranked(c) {
			return false, err
		}
		h := c.History(e)
		h.Rank = e.Priority.rank()
		op, err := d.Store.putCategory(e, c.with(e, h))
		if err != nil {
			return false, err
		}
		if err := d.Store.Table.Write(ctx, op); !errors.Is(err, table.ErrConflict) {
			return err == nil, err
		}
	}
	return false, nil
}

// misranked reports whether c is free and does not know e's priority.
func (e Entry) misranked(c category) bool {
	h, known := c.Entries[stateKey(e.Scope, e.Shop, e.ID)]
	return c.Run == nil && (!known || h.Rank != e.Priority.rank())
}

// Ensure gives a shop the job entry of every registered task that it lacks,
// with anchor as the earliest start, and arms the schedules of those that recur.
func (d *Dispatcher) Ensure(ctx context.Context, shop, scope string, anchor time.Time) error {
	for _, reg := range d.Tasks.All() {
		e, h, err := d.Store.WithHistory(ctx, shop, reg.Name)
		switch {
		case err == nil:
			err = d.Arm(ctx, e, h)
		case errors.Is(err, ErrNotFound):
			e = reg.Default
			e.Shop, e.ID, e.Task, e.Scope, e.Status = shop, reg.Name, reg.Name, scope, Ready
			e.EarliestStart = anchor.Truncate(time.Second) // what a message can say
			_, err = d.Save(ctx, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
