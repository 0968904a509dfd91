package tasktest

import (
	"encoding/json"
	"time"

	"backroom/shared/faulty"
	"backroom/shared/jobqueue"
)

// clean is a run with which nothing went wrong.
type clean struct {
	holds  map[int][]string
	counts jobqueue.Counts
	points int // writes that can fail, those of shared keys included
	calls  int
}

func undisturbed(j *judge, s Suite, n int) clean {
	j.Helper()
	p := s.open(j, n, -1)
	d := p.must(nil)
	return clean{holds: p.holds(), counts: d.counts, points: p.k.injector.Writes(), calls: p.k.calls}
}

// works: a run does something about each record, and the same in each of two worlds:
// a harness that lists what differs by chance proves nothing.
func works(j *judge, s Suite, c clean) {
	p := s.open(j, s.Records, -1)
	before := p.holds()
	p.must(nil)
	p.same(c.holds, "in another world like it")
	if p.k.writes < s.Writes {
		j.Errorf("%d writes, there were %d", p.k.writes, s.Writes)
	}
	for i := range s.Records {
		if len(differences(of(i, before), of(i, c.holds))) == 0 {
			j.Errorf("of record %d nothing was done", i)
		}
	}
	if c.counts.Created+c.counts.Updated == 0 || c.counts.Failed != s.Fails {
		j.Errorf("the run counts %+v", c.counts)
	}
}

// of is the part of a record.
func of(record int, holds map[int][]string) map[int][]string {
	return map[int][]string{record: holds[record]}
}

func idle(j *judge, s Suite, c clean) {
	p := s.open(j, s.Records, -1)
	p.must(nil)
	p.settle()
	p.quiet()
	p.same(c.holds, "after some runs")
}

// echo: what comes back is known as our own. It may be looked at once.
func echo(j *judge, s Suite, _ clean) {
	p := s.open(j, s.Records, -1)
	p.must(nil)
	p.w.Echo()
	p.k.Pass(time.Minute)
	holds := p.holds()
	if d := p.must(nil); d.counts.Created+d.counts.Updated+d.counts.Failed > 0 {
		j.Errorf("of its own echo it counts %+v", d.counts)
	}
	p.same(holds, "after the echo")
	p.quiet()
}

func dry(j *judge, s Suite, c clean) {
	p := s.open(j, s.Records, -1)
	before := p.holds()
	d := p.must(func(r *jobqueue.Request) { r.DryRun = true })
	if p.k.writes > 0 {
		j.Errorf("%d writes", p.k.writes)
	}
	if len(d.last.FollowUps) > 0 {
		j.Errorf("it asks for %v", d.last.FollowUps)
	}
	if len(d.last.Report) == 0 {
		j.Errorf("it reports nothing")
	}
	p.same(before, "after a dry run")
	p.must(nil)
	p.same(c.holds, "run after a dry run")
}

// bad: a record with a fault of its own stops no other, is told, and is done when
// it is mended, however late.
func bad(j *judge, s Suite, c clean) {
	for b := range s.Records {
		if !j.at("record %d is bad", b) {
			return
		}
		p := s.open(j, s.Records, b)
		if d := p.must(nil); d.counts.Failed <= s.Fails {
			j.Errorf("the run counts %+v", d.counts)
		}
		p.settle()
		got := p.holds()
		if len(differences(of(b, c.holds), of(b, got))) == 0 {
			j.Errorf("nothing of it is missing")
		}
		for i := range s.Records {
			if i != b {
				p.say(differences(of(i, c.holds), of(i, got)), "of another")
			}
		}
		p.w.Heal()
		for range 20 {
			if len(differences(c.holds, p.holds())) == 0 {
				break
			}
			p.k.Pass(30 * time.Minute)
			p.must(nil)
		}
		p.same(c.holds, "when it is mended")
	}
}

// leastLag is how far index reads trail at half of the points of the writes.
const leastLag = 20 * time.Second

// writes: each write fails before its effect, after it, with half of it, or has it
// when nobody waits for it any more, with the process going on and gone, and with
// index reads that trail or do not.
func writes(j *judge, s Suite, c clean) {
	walked := 0
	for n := 1; n <= c.points; n++ {
		for _, mode := range []faulty.Mode{faulty.Before, faulty.After, faulty.Half, faulty.Late} {
			for _, dies := range []bool{false, true} {
				if walked++; walked%max(s.Stride, 1) != 0 {
					continue
				}
				if !j.at("write %d %s, dies %t", n, mode, dies) {
					return
				}
				p := s.open(j, s.Records, -1)
				p.k.stored.IndexLag = time.Duration((walked/2+n)%2) * leastLag
				p.k.injector.Arm(n, mode, dies)
				for runs := 1; !p.k.injector.Struck(); runs++ { // a list that trails puts off some of the work
					if runs > 3 || runs > 1 && p.k.stored.IndexLag == 0 {
						j.Errorf("it did not fail")
						break
					}
					_, _ = p.run(nil) // whether it fails is its own affair
					p.k.Pass(time.Minute)
				}
				p.settle()
				p.k.Pass(time.Minute) // for the index
				p.same(c.holds, "after an hour")
				p.quiet()
			}
		}
	}
}

// twice: each message is delivered again when its slice is over.
func twice(j *judge, s Suite, c clean) {
	p := s.open(j, s.Records, -1)
	r := p.begin(onePage)
	for done := false; !done; {
		if _, err := invoke(j.Context(), p.task, r); err != nil {
			j.Fatalf("%v", err)
		}
		p.restart()
		again := p.next(r)
		again.Slice = r.Slice
		res, err := invoke(j.Context(), p.task, again)
		if err != nil {
			j.Fatalf("delivered again: %v", err)
		}
		r, done = p.next(again), res.Done
		r.Checkpoint = res.Checkpoint
		if r.Slice > 100 {
			j.Fatalf("the run does not end")
		}
	}
	p.same(c.holds, "each slice twice")
	p.settle()
	p.same(c.holds, "and an hour later")
	p.quiet()
}

// throttled: each call in turn is one too many. The run goes on where it was, and no
// record is to blame.
func throttled(j *judge, s Suite, c clean) {
	for n := 1; n <= c.calls; n += max(s.Calls, 1) {
		if !j.at("call %d is refused", n) {
			return
		}
		p := s.open(j, s.Records, -1)
		p.refusedOnce(n, c)
		p.settle()
		p.same(c.holds, "an hour later")
		p.quiet()
	}
	if s.Paged == 0 {
		return
	}
	paged := undisturbed(j, s, s.Paged)
	j.at("the last of %d calls is refused", paged.calls)
	d := s.open(j, s.Paged, -1).refusedOnce(paged.calls, paged)
	pages := s.open(j, s.Paged, -1).must(onePage).slices
	if most := paged.counts.Read + paged.counts.Read/max(pages-1, 1); d.counts.Read > most {
		j.Errorf("it reads %d records of %d: it begins anew", d.counts.Read, s.Paged)
	}
}

func (p *played) refusedOnce(n int, c clean) done {
	p.t.Helper()
	p.k.refuse = n
	d := p.must(nil)
	if p.k.refused == 0 {
		p.t.Errorf("no call was refused")
	}
	// What was made before the refusal may be found after it.
	if d.counts.Failed != c.counts.Failed || d.counts.Created+d.counts.Updated != c.counts.Created+c.counts.Updated {
		p.t.Errorf("it counts %+v, want %+v", d.counts, c.counts)
	}
	p.same(c.holds, "after the run")
	return d
}

// lost: an owner sleeps at each step while another does the work, and wakes up.
func lost(j *judge, s Suite, c clean) {
	for n := 1; j.at("the old owner slept at step %d", n); n += max(s.Calls, 1) {
		p := s.open(j, s.Records, -1)
		steps, asleep := 0, false
		var before map[int][]string
		changes := 0
		p.k.step = func() {
			if steps++; steps != n {
				return
			}
			p.k.step, asleep = nil, true
			p.restart()
			p.settle()
			before, changes = p.holds(), p.k.changes
		}
		old := p.task
		// What the old owner says does not matter, what it does, does.
		_, _ = invoke(j.Context(), old, p.begin(nil))
		if !asleep {
			if n <= s.Writes {
				j.Errorf("there is no such step, and there were %d writes", s.Writes)
			}
			return
		}
		p.same(before, "when it woke up")
		if n := p.k.changes - changes; n > 0 {
			j.Errorf("it changed what is stored %d times when it woke up", n)
		}
		p.same(c.holds, "in the end")
		p.quiet()
	}
}

// killed: the process goes after each slice and in each, and the run goes on at the
// checkpoint before it, or is given up for a new one.
func killed(j *judge, s Suite, _ clean) {
	if s.Paged == 0 {
		return
	}
	whole := undisturbed(j, s, s.Paged)
	p := s.open(j, s.Paged, -1)
	paged := p.must(onePage)
	p.same(whole.holds, "page by page")
	if len(paged.checkpoints) < 2 {
		j.Errorf("%d records take %d slices of one page, want 3 at least", s.Paged, paged.slices)
	}
	for at := range paged.slices {
		for _, how := range []string{"after", "in", "instead of"} {
			if !j.at("killed %s slice %d", how, at+1) {
				return
			}
			p := s.open(j, s.Paged, -1)
			from := p.slices(at)
			resumed := func(r *jobqueue.Request) { onePage(r); r.Checkpoint = from }
			switch how {
			case "after":
				if _, err := invoke(j.Context(), p.task, p.begin(resumed)); err != nil {
					j.Errorf("%v", err)
				}
			case "in":
				p.k.injector.Arm(1, faulty.After, true)
				_, _ = invoke(j.Context(), p.task, p.begin(resumed))
			default:
				resumed = onePage // given up: another run begins
			}
			p.restart()
			d := p.must(resumed)
			if most := paged.slices - at + 1; how != "instead of" && d.slices > most {
				j.Errorf("of %d slices it takes %d more", paged.slices, d.slices)
			}
			p.settle()
			p.same(whole.holds, "in the end")
		}
	}
}

func onePage(r *jobqueue.Request) { r.MaxPages = 1 }

// slices plays the first n slices of a run, and answers where it is then.
func (p *played) slices(n int) json.RawMessage {
	p.t.Helper()
	r := p.begin(onePage)
	for range n {
		res, err := invoke(p.t.Context(), p.task, r)
		if err != nil || res.Done {
			p.t.Fatalf("done %t, %v", res.Done, err)
		}
		r.Checkpoint = res.Checkpoint
		r = p.next(r)
	}
	return r.Checkpoint
}

// say says what differs.
func (p *played) say(differences []string, when string) {
	p.t.Helper()
	for _, d := range differences {
		p.t.Errorf("%s: %s", when, d)
	}
}
