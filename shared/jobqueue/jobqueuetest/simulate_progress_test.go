package jobqueuetest

import (
	"fmt"
	"strings"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/table"
)

// The invariants of what does not happen. They are looked at once in a while,
// and speak of the time since the last thing that went wrong.
const (
	// progressWithin: a category in which something is due and not on hold has a
	// slice start, yield or end within so long after the lease that it is under:
	// what is missing is sent again after ten minutes, by sweeps of which some
	// come late.
	progressWithin = 11 * time.Minute
	// queuedWithin: an entry does not wait for longer for a run that is over.
	queuedWithin = 20 * time.Minute
)

// progress looks at every category: one in which something is due does something.
func (v *watch) progress() {
	now := v.w.now
	due := v.due()
	for _, name := range sorted(v.groups) {
		g := v.groups[name]
		w, ok := due[name]
		if g.c.Run != nil && (!ok || g.held.Before(w.since)) {
			w, ok = wait{"the end of run " + g.c.ID, g.held, g.held}, true
		}
		if !ok {
			continue
		}
		from := latest(latest(w.since, g.moved), latest(v.w.trouble, v.w.deaf[name]))
		if end := g.held.Add(g.wait + jobqueue.LeaseTime); g.c.Run != nil {
			from = latest(from, end)
		}
		// What has been sent again in vain is sent at twice its age, then hourly.
		within := max(progressWithin, min(from.Sub(w.slot), time.Hour)+4*time.Minute)
		if now.Sub(from) > within {
			v.fail("I19", "%s stands still since %s, and %s waits", name, from.Sub(simStart), w.what)
		}
	}
	for _, id := range sorted(v.entries) {
		e := v.entries[id]
		r, ok := v.rows[e.Shop+"/"+e.Queued]
		if e.Queued != "" && (!ok || r.Done() || !r.Started.IsZero()) && now.Sub(latest(r.Ended, v.w.trouble)) > queuedWithin {
			v.fail("I13", "%s waits for run %s, which is over", id, e.Queued)
		}
	}
}

// wait is something that is due.
type wait struct {
	what  string
	since time.Time // when nothing stood against it
	slot  time.Time // its time
}

// due is what has been due for longest in each category.
func (v *watch) due() map[string]wait {
	now := v.w.now
	out := map[string]wait{}
	for _, id := range sorted(v.entries) {
		e := v.entries[id]
		if now.Before(v.paused[e.Shop]) {
			continue
		}
		note := func(what string, at time.Time) {
			w := wait{what + " of " + id, latest(latest(at, v.ready[id]), v.paused[e.Shop]), at}
			if was, ok := out[e.Group()]; !ok || w.since.Before(was.since) {
				out[e.Group()] = w
			}
		}
		h := v.group(e.Group()).c.History(e)
		if slot, ok := e.NextRun(h); ok && e.IsDue(h, slot, now) {
			note("the slot "+slot.Sub(simStart).String(), slot)
		}
		if r, ok := v.rows[e.Shop+"/"+e.Queued]; ok && !r.Done() && r.Started.IsZero() {
			note("run "+r.ID, r.Accepted)
		}
	}
	return out
}

// refused sees a transaction that had no effect, for a condition did not hold.
// Whoever tries the same again has learnt nothing: it cannot work.
func (v *watch) refused(p *proc, ops []table.Op) {
	var failing []string
	for _, op := range ops {
		it, err := v.w.table.Get(v.w.ctx, op.Item.Key)
		current := it.Version
		if err != nil {
			current = 0
		}
		if n, is := op.Cond.Version(); !op.Cond.Holds(current) && (is || op.Cond.IsAbsent()) {
			failing = append(failing, fmt.Sprintf("%s/%s at %d", op.Item.PK, op.Item.SK, n))
		}
	}
	now := strings.Join(failing, ", ")
	if now != "" && p.refused == now && p.refusedFor == p.began && p.class == "dispatcher" {
		v.fail("I20", "%s repeats a write that was refused for %s", p.name, now)
	}
	p.refused, p.refusedFor = now, p.began
}
