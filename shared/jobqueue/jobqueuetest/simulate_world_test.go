package jobqueuetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/table"
)

// The simulation runs the real dispatchers, executors' protocol, sweeper and
// triggers on a virtual clock. Each of them is a process of its own; a process
// stops before each thing that it does to the outside, and a scheduler with a
// seeded source of chance decides who goes on. Exactly one process runs at any
// time: the same seed gives the same history, step by step.

var (
	errSimDead  = errors.New("sim: the process is gone")
	errSimFault = errors.New("sim: failed, without effect")
)

// simStart is when every history begins.
var simStart = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

const (
	simHours  = 6 * time.Hour     // with faults and people's actions
	simSettle = 100 * time.Minute // without
)

// maxSkew is how far a process's clock is from the true time at most.
const maxSkew = 5 * time.Second

// proc is one process.
type proc struct {
	w     *world
	name  string
	class string // dispatcher, task, user, sweeper, clock
	skew  time.Duration

	resume chan struct{}
	wake   time.Time // when it goes on
	paused time.Time // it does nothing until then, and knows nothing of it
	dead   bool
	done   bool

	by      *proc // a task's dispatcher
	exposed bool  // the message in its hands is not kept hidden

	refused    string // conditions of its last write, if they did not hold
	refusedFor int    // began, as of then

	receipt string // of the message in its hands
	body    []byte
	began   int // step at which that was received
	yielded bool
	renewed time.Time // by its own clock: start of the lease that it believes in
	group   string    // that the lease is of
}

// now is the process's own clock.
func (p *proc) now() time.Time { return p.w.now.Add(p.skew) }

// sleep lets others go on until d has passed.
func (p *proc) sleep(d time.Duration) {
	p.wake = p.w.now.Add(d)
	p.w.back <- struct{}{}
	<-p.resume
}

// point lets others go on before something is done to the outside.
func (p *proc) point() error {
	if !p.dead {
		p.sleep(0)
	}
	if p.dead {
		return errSimDead
	}
	return nil
}

// timer is something that happens by itself.
type timer struct {
	at time.Time
	do func()
}

// world is one history.
type world struct {
	ctx    context.Context //nolint:containedctx // of the whole history
	seed   uint64
	rng    *rand.Rand // the scheduler's and the world's
	now    time.Time
	steps  int
	calm   bool // no faults any more
	noting bool

	lostAfter time.Duration // the sweep's patience

	back   chan struct{}
	procs  []*proc
	timers []timer
	armed  []event // faults that wait for their moment

	// sabotage reports whether a write is lost whose process is told that it
	// worked; nil: none is.
	sabotage func(*proc, []table.Op) bool

	table     *memory.Table
	queue     *memory.Queue
	schedules *memory.Schedules
	tasks     *jobqueue.Registry
	entries   []jobqueue.Entry
	doomed    map[string]time.Time // entries whose slices die, until then
	deaf      map[string]time.Time // groups whose messages are not delivered, until then
	echo      bool                 // two tasks always start each other
	single    bool                 // there is one machine, with one clock
	down      bool                 // that machine is not up

	did map[string]int // what people did, as often as it had an effect

	watch  *watch
	notes  []string
	struck int // faults that had an effect

	trouble time.Time // until when the last of them may have kept something back
}

// spawn makes a process; it runs when the scheduler says so.
func (w *world) spawn(class, name string, f func(*proc)) *proc {
	p := &proc{w: w, class: class, name: name, resume: make(chan struct{}), wake: w.now}
	if class != "clock" && !w.single {
		p.skew = time.Duration(w.rng.Int64N(int64(2*maxSkew))) - maxSkew
	}
	w.procs = append(w.procs, p)
	go func() {
		<-p.resume
		if !p.dead {
			f(p)
		}
		p.done = true
		w.back <- struct{}{}
	}()
	return p
}

func (w *world) step(p *proc) {
	p.resume <- struct{}{}
	<-w.back
	if p.done {
		w.procs = slices.DeleteFunc(w.procs, func(o *proc) bool { return o == p })
	}
}

func (w *world) after(d time.Duration, do func()) {
	w.timers = append(w.timers, timer{w.now.Add(d), do})
}

// run lets the world go on until a time, or until an invariant is broken.
func (w *world) run(until time.Time) {
	for w.now.Before(until) && w.watch.broken == nil {
		w.steps++
		next := until
		for i := 0; i < len(w.timers); i++ {
			if t := w.timers[i]; !t.at.After(w.now) {
				w.timers = slices.Delete(w.timers, i, i+1)
				t.do()
				i--
			} else if t.at.Before(next) {
				next = t.at
			}
		}
		var ready []*proc
		for _, p := range w.procs {
			at := p.wake
			if p.paused.After(at) && !p.dead {
				at = p.paused
			}
			if !at.After(w.now) {
				ready = append(ready, p)
			} else if at.Before(next) {
				next = at
			}
		}
		if len(ready) == 0 {
			w.now = next
			continue
		}
		w.step(ready[w.rng.IntN(len(ready))])
		if w.rng.IntN(2) == 0 {
			w.now = w.now.Add(time.Duration(w.rng.IntN(60)) * time.Millisecond)
		}
	}
}

// stop ends every process.
func (w *world) stop() {
	for len(w.procs) > 0 {
		p := w.procs[0]
		p.dead = true
		w.step(p)
	}
}

// strike counts a fault that has an effect, the last of it after d.
func (w *world) strike(d time.Duration) {
	w.struck++
	w.trouble = latest(w.trouble, w.now.Add(d))
}

func (w *world) chance(percent int) bool { return w.rng.IntN(100) < percent }

// between is a random time from a to b.
func (w *world) between(a, b time.Duration) time.Duration {
	return a + time.Duration(w.rng.Int64N(int64(b-a)+1))
}

// note adds a line to the history.
func (w *world) note(format string, args ...any) {
	if w.noting {
		w.notes = append(w.notes, fmt.Sprintf("%s %6d  %s", w.now.Sub(simStart).Round(time.Millisecond), w.steps, fmt.Sprintf(format, args...)))
	}
}

// storedSchema is that of everything the queue stores.
const storedSchema = 1

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// guarded is what work answers, or the failure that a panic of it is.
func guarded(work func() (jobqueue.Result, error)) (res jobqueue.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &fault.Error{Op: "sim", Kind: fault.Bug, Err: fmt.Errorf("panic: %v", p)}
		}
	}()
	return work()
}
