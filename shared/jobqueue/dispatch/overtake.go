package dispatch

import (
	"context"
	"errors"
	"slices"
	"strings"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/queue"
)

// A queue delivers the messages of a group in the order in which they were
// sent; priority is this dispatcher's doing. When a run is about to start and
// an entry of its category that is due has a higher priority, that entry's run
// starts instead, with the message at hand. The message is given back, and is
// at the head of its group again. docs/decisions/0013 says why that is safe.

// overtaker finds the run that goes before one of e: of the due entry with the
// highest priority above e's. It costs a read for each entry of a higher
// priority, and none where all have the same.
func (d *Dispatcher) overtaker(ctx context.Context, e jobqueue.Entry, c jobqueue.Category) (jobqueue.Entry, jobqueue.Run, bool, error) {
	type rival struct {
		key  string
		rank int
	}
	var rivals []rival
	for key, h := range c.Entries {
		if h.Rank > e.Priority.Rank() {
			rivals = append(rivals, rival{key, h.Rank})
		}
	}
	slices.SortFunc(rivals, func(a, b rival) int {
		if a.rank != b.rank {
			return b.rank - a.rank
		}
		return strings.Compare(a.key, b.key)
	})
	for _, v := range rivals {
		shop, id, ok := strings.Cut(v.key, "/")
		if !ok {
			shop, id = e.Scope, v.key
		}
		f, err := d.Jobs.Store.Entry(ctx, shop, id)
		if errors.Is(err, jobstore.ErrNotFound) || err == nil && (f.Group() != e.Group() || f.Priority.Rank() <= e.Priority.Rank()) {
			continue
		}
		if err != nil {
			return f, jobqueue.Run{}, false, err
		}
		if _, ok, err := d.Jobs.Store.Paused(ctx, f.Shop); err != nil {
			return f, jobqueue.Run{}, false, err
		} else if ok {
			continue
		}
		r, ok, err := d.due(ctx, f, c)
		if err != nil || ok {
			return f, r, ok, err
		}
	}
	return jobqueue.Entry{}, jobqueue.Run{}, false, nil
}

// due is the run that an entry waits for: one that was accepted, else that of
// its earliest slot.
func (d *Dispatcher) due(ctx context.Context, e jobqueue.Entry, c jobqueue.Category) (jobqueue.Run, bool, error) {
	if _, ok := d.Jobs.Tasks.Get(e.Task); !ok {
		return jobqueue.Run{}, false, nil // its own message says so
	}
	now := d.Jobs.Store.Now()
	if r, ok, err := d.Jobs.Waiting(ctx, e); err != nil {
		return r, false, err
	} else if ok {
		verdict, _ := admitAt(e, c.History(e), r, jobqueue.Message{Trigger: r.Trigger}, now)
		return r, verdict == start, nil
	}
	h := c.History(e)
	slot, ok := e.NextRun(h)
	if !ok || slot.After(now) {
		return jobqueue.Run{}, false, nil
	}
	m := e.Tick(jobqueue.Stamp(slot))
	r := scheduled(e, h, m, now)
	verdict, _ := admitAt(e, h, r, m, now)
	return r, verdict == start, nil
}

// instead runs a slice of r with somebody else's message, which comes back.
func (d *Dispatcher) instead(ctx context.Context, e jobqueue.Entry, c jobqueue.Category, r jobqueue.Run, m queue.Message) (Disposition, error) {
	cl, wait, err := d.claim(ctx, e, c, r)
	switch {
	case err != nil:
		return Disposition{}, err
	case cl == nil:
		return again(wait), nil
	}
	disp, err := d.slice(ctx, *cl, m.Receipt)
	if disp.Ack {
		disp = again(0)
	}
	return disp, err
}

// overtaken reports whether c is held by a run that has overtaken others, whose
// own message is behind m. Whatever message comes carries it on.
func overtaken(c jobqueue.Category, m jobqueue.Message) bool {
	return c.Run != nil && c.Run.Overtook != "" && (c.ID != m.RunID() || c.Shop != m.Shop)
}

// carry goes on with the run that holds the category, with a message that is
// not its own.
func (d *Dispatcher) carry(ctx context.Context, e jobqueue.Entry, c jobqueue.Category, m queue.Message) (Disposition, error) {
	now := d.Jobs.Store.Now()
	if wait := c.Resume.Sub(now); wait > 0 {
		return again(wait), nil
	}
	owner, err := d.ownerOf(ctx, e, c)
	if err != nil {
		return Disposition{}, err
	}
	return d.instead(ctx, owner, c, c.Running(), m)
}

// ownerOf is the entry of the run that holds e's category.
func (d *Dispatcher) ownerOf(ctx context.Context, e jobqueue.Entry, c jobqueue.Category) (jobqueue.Entry, error) {
	if c.Shop == e.Shop && c.Run.Entry == e.ID {
		return e, nil
	}
	owner, err := d.Jobs.Store.Entry(ctx, c.Shop, c.Run.Entry)
	if errors.Is(err, jobstore.ErrNotFound) {
		// It was deleted, and its run is still to be ended.
		return jobqueue.Entry{Shop: c.Shop, ID: c.Run.Entry, Scope: e.Scope, Category: e.Category}, nil
	}
	return owner, err
}
