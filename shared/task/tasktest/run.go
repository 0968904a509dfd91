package tasktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
)

// played is a world with a process at work in it.
type played struct {
	t    *judge
	k    *Kit
	w    World
	task jobqueue.Task
}

func (s Suite) open(j *judge, n, bad int) *played {
	j.Helper()
	k := newKit(j, s)
	p := &played{t: j, k: k, w: s.Open(k, n, bad)}
	k.Pass(time.Minute)
	k.writes, k.calls = 0, 0
	k.injector.Arm(0, "", false)
	p.restart()
	return p
}

// restart begins a new process in the place of the present one, dead or alive.
func (p *played) restart() {
	p.k.injector.Revive()
	p.task = p.w.Task()
}

// done is what became of a run.
type done struct {
	counts      jobqueue.Counts
	slices      int
	checkpoints []json.RawMessage // of the slices that went on
	last        jobqueue.Result
}

// run plays a whole run as the queue does: a slice that was throttled goes on at its
// checkpoint when it may, one whose process died is delivered again, and any other
// error ends the run.
func (p *played) run(change func(*jobqueue.Request)) (d done, err error) {
	r := p.begin(change)
	for d.slices = 1; d.slices <= 300; d.slices++ {
		res, err := invoke(p.t.Context(), p.task, r)
		switch {
		case p.k.injector.Dead():
			p.restart()
		case fault.KindOf(err) == fault.Throttled:
			d.counts = d.counts.Add(res.Counts)
			if res.Checkpoint != nil {
				r.Checkpoint = res.Checkpoint
			}
			p.k.Pass(max(fault.RetryAfter(err), time.Second))
		case err != nil:
			return d, err
		default:
			d.counts, d.last = d.counts.Add(res.Counts), res
			if res.Done {
				return d, nil
			}
			d.checkpoints = append(d.checkpoints, res.Checkpoint)
			r.Checkpoint = res.Checkpoint
		}
		r = p.next(r)
	}
	return d, fmt.Errorf("the run does not end, it is at %s", r.Checkpoint)
}

func (p *played) begin(change func(*jobqueue.Request)) jobqueue.Request {
	r := p.k.Request(p.k.suite.Task)
	r.Parameters = p.k.suite.Parameters
	if change != nil {
		change(&r)
	}
	return r
}

// next is the next delivery of r, to a new owner.
func (p *played) next(r jobqueue.Request) jobqueue.Request {
	n := p.k.Request(r.Task)
	n.Run, n.Slice, n.Parameters, n.Checkpoint, n.MaxPages, n.DryRun = r.Run, r.Slice+1, r.Parameters, r.Checkpoint, r.MaxPages, r.DryRun
	return n
}

// must is run for one that has to end well.
func (p *played) must(change func(*jobqueue.Request)) done {
	p.t.Helper()
	d, err := p.run(change)
	if err != nil {
		p.t.Fatalf("run: %v", err)
	}
	return d
}

// settle lets an hour pass with a run every seven minutes.
func (p *played) settle() {
	p.t.Helper()
	for range 9 {
		p.k.Pass(7 * time.Minute)
		p.must(nil)
	}
}

// quiet plays a run that has nothing to do any more, after others have looked at what
// was left to look at.
func (p *played) quiet() {
	p.t.Helper()
	p.k.Pass(time.Hour)
	writes, calls, holds := p.k.writes, p.k.calls, p.holds()
	d := p.must(nil)
	if n := p.k.writes - writes; n > 0 {
		p.t.Errorf("%d writes when nothing is left to do", n)
	}
	if n := p.k.calls - calls; n > p.k.suite.Idle {
		p.t.Errorf("%d calls when nothing is left to do, want %d at most", n, p.k.suite.Idle)
	}
	if c := d.counts; c.Created+c.Updated+c.Failed > 0 {
		p.t.Errorf("nothing is left to do, and it counts %+v", c)
	}
	p.same(holds, "nothing was left to do")
}

// holds is what the world holds, each record's things in order.
func (p *played) holds() map[int][]string {
	h := map[int][]string{}
	for i, things := range p.w.Holds() {
		if h[i] = slices.Sorted(slices.Values(things)); len(things) == 0 {
			delete(h, i)
		}
	}
	return h
}

// same compares what the world holds with want, and names what differs.
func (p *played) same(want map[int][]string, when string) {
	p.t.Helper()
	p.say(differences(want, p.holds()), when)
}

func differences(want, got map[int][]string) (out []string) {
	records := map[int]bool{}
	for _, h := range []map[int][]string{want, got} {
		for i := range h {
			records[i] = true
		}
	}
	for _, i := range slices.Sorted(maps.Keys(records)) {
		if !slices.Equal(want[i], got[i]) {
			out = append(out, fmt.Sprintf("%s: there is %q, want %q", named(i), got[i], want[i]))
		}
	}
	return out
}

func named(record int) string {
	if record == Common {
		return "what records share"
	}
	return fmt.Sprintf("record %d", record)
}
