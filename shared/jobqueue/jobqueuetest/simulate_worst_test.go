package jobqueuetest

import (
	"context"
	"slices"
	"strings"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/queue"
	"backroom/shared/record"
	"backroom/shared/table"
)

// What chance alone brings together too rarely: several things that go wrong at
// the same time, each of which happens.

// box is the end of all processes of the only machine that there is, and their
// start anew. It knows that nobody else is at work.
func (w *world) box() {
	w.strike(3 * time.Minute)
	w.note("FAULT the machine goes down")
	var receipts []string
	for _, p := range w.procs {
		if p.class == "clock" {
			continue
		}
		p.dead, p.wake = true, w.now
		if p.receipt != "" {
			receipts = append(receipts, p.receipt)
		}
	}
	w.down = true
	w.after(w.between(time.Second, 2*time.Minute), func() {
		w.spawn("boot", "boot", func(p *proc) {
			for _, r := range receipts { // as a queue in a file does at its start
				if err := w.queue.Extend(w.ctx, r, 0); err != nil {
					w.note("%s: %v", p.name, err)
				}
			}
			if err := jobstore.New(simTable{p}, p.now).EndLeases(w.ctx, "company", "shop1", "shop2", "shop3"); err != nil {
				panic(err)
			}
			w.down = false
		})
	})
}

// freed sees the lease of a run in progress be ended by the machine's start.
func (v *watch) freed(name string) {
	g := v.group(name)
	g.held, g.wait = v.w.now.Add(-jobqueue.LeaseTime), 0
	g.freed, g.freedAt = true, v.w.steps
}

// givesBack sees a dispatcher give the message in its hands back.
func (v *watch) givesBack(p *proc, after time.Duration) {
	m, err := jobqueue.ParseMessage(p.body)
	if err != nil || p.class != "dispatcher" {
		return
	}
	g := v.group(v.entries[m.Shop+"/"+m.Entry].Group())
	// Two seconds are the wait of a claim that met others again and again.
	if g.freed && g.freedAt < p.began && after > 2*time.Second && g.c.Run != nil && g.c.ID == m.RunID() && g.c.Shop == m.Shop {
		v.fail("I4", "the lease of run %s was ended, and its message waits %v for it", g.c.ID, after)
	}
}

// deaf has a group's messages stay where they are for a time: they are
// delivered to nobody.
func (w *world) deafen(group string, d time.Duration) {
	w.deaf[group] = w.now.Add(d)
	w.note("FAULT nothing of %s is delivered until %s", group, w.deaf[group].Sub(simStart))
}

// unheard puts a message back that nobody hears of, and reports whether it did.
func (w *world) unheard(m queue.Message) bool {
	until := w.deaf[m.Group]
	if !w.now.Before(until) {
		return false
	}
	if err := w.queue.Extend(w.ctx, m.Receipt, min(until.Sub(w.now), time.Hour)); err != nil {
		panic(err)
	}
	return true
}

// abandon has a slice stand still, its dispatcher die and its message stay away
// for longer than the sweep is patient. The sweeper that gives it up stands
// still too, and then the slice goes on.
func (w *world) abandon(tries int) {
	for _, t := range w.procs {
		if t.class != "task" || t.group == "" || t.dead || t.by == nil || t.by.dead || t.paused.After(w.now) {
			continue
		}
		rest := w.lostAfter + jobqueue.LeaseTime + w.between(8*time.Minute, 15*time.Minute)
		w.strike(rest)
		t.paused = w.now.Add(rest)
		t.by.die()
		t.by.wake = w.now
		w.deafen(t.group, rest)
		w.armed = append(w.armed, event{kind: "stall-closing", who: "sweeper"})
		w.note("FAULT %s stands still until %s", t.name, t.paused.Sub(simStart))
		return
	}
	if tries > 0 {
		w.after(10*time.Second, func() { w.abandon(tries - 1) })
	}
}

// displace has a slice stand still for longer than its lease, while its message
// is delivered again: it wakes up as the owner of nothing.
func (w *world) displace(tries int) {
	for _, t := range w.procs {
		if t.class != "task" || t.group == "" || t.dead || t.by == nil || t.by.dead || t.paused.After(w.now) {
			continue
		}
		t.paused = w.now.Add(w.between(jobqueue.LeaseTime+20*time.Second, 2*jobqueue.LeaseTime))
		w.strike(t.paused.Sub(w.now))
		t.by.exposed = true
		if err := w.queue.Extend(w.ctx, t.by.receipt, 0); err != nil {
			w.note("%s: %v", t.name, err)
		}
		w.note("FAULT %s stands still until %s, and its message comes back", t.name, t.paused.Sub(simStart))
		return
	}
	if tries > 0 {
		w.after(10*time.Second, func() { w.displace(tries - 1) })
	}
}

// stallClosing has a sweeper stand still that gives up a run, while the slices
// of its category go on.
func (w *world) stallClosing(p *proc, ops []table.Op) {
	if p.class != "sweeper" || len(ops) < 2 || !strings.HasPrefix(ops[0].Item.SK, "LOCK#") || !strings.HasPrefix(ops[1].Item.SK, "RUN#") {
		return
	}
	if w.fault(p, "stall-closing") == "" {
		return
	}
	group := strings.TrimPrefix(ops[0].Item.PK, "SCOPE#") + "#" + strings.TrimPrefix(ops[0].Item.SK, "LOCK#")
	for _, t := range w.procs {
		if t.class == "task" && t.group == group && t.paused.After(w.now) {
			t.paused = w.now
		}
	}
	p.sleep(w.between(5*time.Second, 40*time.Second))
}

// lateEnd has a slice stand still before it stores its outcome, until somebody
// else has taken the category: its message is delivered again meanwhile. The
// store then does not know what has become of the write, which had no effect.
func (w *world) lateEnd(t *proc, ops []table.Op) bool {
	if t.class != "task" || t.by == nil || ops[len(ops)-1].Verb != table.VerbPut || !strings.HasPrefix(ops[len(ops)-1].Item.SK, "LOCK#") || w.fault(t, "late-end") == "" {
		return false
	}
	t.by.exposed = true
	if err := w.queue.Extend(w.ctx, t.by.receipt, 0); err != nil {
		w.note("%s: %v", t.name, err)
	}
	g := w.watch.group(t.group)
	w.trouble = latest(w.trouble, w.now.Add(10*time.Minute))
	for fence, n := g.c.Fence, 0; n < 600 && !t.dead && g.c.Fence == fence; n++ {
		t.sleep(time.Second)
	}
	return true
}

// bystander is a dispatcher of somebody to whom nothing happens, and who acts at once.
func (w *world) bystander() *dispatch.Dispatcher {
	d := w.machine(&proc{w: w, name: "bystander", class: "user"})
	d.Jobs.Store.Table, d.Jobs.Queue, d.Jobs.Schedules = watched{w.table, w}, w.queue, w.schedules
	return d
}

// watched is the table of a bystander.
type watched struct {
	table.Table

	w *world
}

func (t watched) Write(_ context.Context, ops ...table.Op) error {
	return t.w.write(&proc{w: t.w, name: "bystander", class: "user"}, ops, false)
}

// runOf is the run whose row ops write, and whether they write a category too.
func runOf(ops []table.Op) (r jobqueue.Run, cond table.Cond, lock bool) {
	for _, op := range ops {
		shop, of := strings.CutPrefix(op.Item.PK, "SHOP#")
		id, row := strings.CutPrefix(op.Item.SK, "RUN#")
		switch {
		case op.Verb != table.VerbPut:
		case of && row:
			if err := record.Decode(op.Item.Data, storedSchema, &r); err != nil {
				panic(err)
			}
			r.Shop, r.ID, cond = shop, id, op.Cond
		case strings.HasPrefix(op.Item.SK, "LOCK#"):
			lock = true
		}
	}
	return r, cond, lock
}

// takenBy is the category that ops write, as a slice takes it.
func takenBy(ops []table.Op) (c jobqueue.Category) {
	for _, op := range ops {
		if op.Verb == table.VerbPut && strings.HasPrefix(op.Item.SK, "LOCK#") {
			if err := record.Decode(op.Item.Data, storedSchema, &c); err != nil {
				panic(err)
			}
		}
	}
	return c
}

// meanwhile has somebody act between a dispatcher's decision about a run and its
// write: cancel an accepted run that it starts; make the entry ready whose run
// without a row it skips, so that another delivery of it starts; or hold the
// entry whose run without a row it starts, so that another delivery is skipped.
func (w *world) meanwhile(p *proc, ops []table.Op) {
	waits := func(f event) bool {
		return f.kind == "cancelled-start" || f.kind == "released-skip" || f.kind == "held-start"
	}
	if p.class != "dispatcher" || !slices.ContainsFunc(w.armed, waits) {
		return
	}
	r, cond, lock := runOf(ops)
	c := takenBy(ops)
	said := func(err error) {
		if err != nil {
			w.note("bystander: %v", err)
		}
	}
	switch {
	case lock && r.ID != "" && r.Outcome == "" && !r.Accepted.IsZero() && r.Slice == 1 && w.fault(p, "cancelled-start") != "":
		said(w.bystander().Jobs.Cancel(w.ctx, r.Shop, r.ID))
	case !lock && r.Outcome == jobqueue.Skipped && cond.IsAbsent() && w.fault(p, "released-skip") != "":
		_, err := w.bystander().Jobs.Release(w.ctx, r.Shop, r.Entry)
		said(err)
		said(w.queue.Extend(w.ctx, p.receipt, 0))
		p.sleep(w.between(20*time.Second, 3*time.Minute))
	case c.Owner != "" && c.Run.Trigger == jobqueue.ByRetry && c.Row == 0 && c.Run.Slice == 1 && c.Run.Starts == 1 && w.fault(p, "held-start") != "":
		_, err := w.bystander().Jobs.Hold(w.ctx, c.Shop, c.Run.Entry, "a bystander's")
		said(err)
		said(w.queue.Extend(w.ctx, p.receipt, 0))
		p.sleep(w.between(20*time.Second, 2*time.Minute))
		_, err = w.bystander().Jobs.Release(w.ctx, c.Shop, c.Run.Entry)
		said(err)
	}
}
