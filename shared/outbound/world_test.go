package outbound_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/outbound"
)

// stored is what the store holds of a thing to make.
type stored struct {
	version    int
	sent, from time.Time // of the intent, by both clocks
	number     string    // of the thing that was made or found
	refused    bool
	differs    bool
}

// item is a thing to make, as a run has read it.
type item struct {
	name string
	stored
}

// world is a store and another side that makes a second thing of a name without a
// word. Every write of either goes through write, which can make one fail.
type world struct {
	now      time.Time
	ahead    time.Duration // the host's clock, before the other side's
	fence    int64
	store    map[string]stored
	made     map[string][]string // contents by name
	requests [][]string          // names of each
	answers  map[string]error    // of one create, by name
	whole    error               // of the next request, which has no effect
	sleep    time.Duration       // after the next write of the store
	cancel   bool
	deaf     error // of asking for the time
	ready    func() error
	bound    func() bool

	writes, failAt int
	when           string
	dies           bool
	late           func()
	lateAt         time.Time
}

type died struct{}

func newWorld(names ...string) *world {
	w := &world{
		now: time.Date(2026, 7, 2, 8, 0, 0, 0, time.UTC), store: map[string]stored{}, made: map[string][]string{}, answers: map[string]error{},
	}
	for _, n := range names {
		w.store[n] = stored{}
	}
	return w
}

func (w *world) clock() time.Time { return w.now.Add(w.ahead) }

func (w *world) advance(d time.Duration) {
	w.now = w.now.Add(d)
	if w.late != nil && !w.now.Before(w.lateAt) {
		f := w.late
		w.late = nil
		f()
	}
}

func (w *world) write(effect func() error, lost error) error {
	w.writes++
	w.advance(time.Second)
	if w.writes != w.failAt {
		return effect()
	}
	switch w.when {
	case "after":
		_ = effect()
	case "late":
		w.late, w.lateAt = func() { _ = effect() }, w.now.Add(16*time.Minute)
	}
	if w.dies {
		panic(died{})
	}
	return lost
}

var errDown = errors.New("the store is down")

// put writes items under the run's fence, each only if it is as it was read.
func (r *run) put(items ...*item) error {
	err := r.w.write(func() error {
		if r.fence != r.w.fence {
			return jobqueue.ErrFenced
		}
		for _, i := range items {
			if r.w.store[i.name].version != i.version {
				return errors.New("conflict")
			}
		}
		for _, i := range items {
			i.version++
			r.w.store[i.name] = i.stored
		}
		return nil
	}, errDown)
	r.w.advance(r.w.sleep)
	r.w.sleep = 0
	return err
}

// run is one slice of a task that makes things.
type run struct {
	w     *world
	fence int64
	lease jobqueue.Lease
	log   outbound.Log
	gone  string // a name that somebody else changes before its intent is stored
}

func (r *run) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	if r.fence != r.w.fence {
		return l, false, jobqueue.ErrFenced
	}
	l.Until = r.w.clock().Add(15 * time.Minute)
	return l, r.w.cancel, nil
}

func (*run) Write(context.Context, jobqueue.Lease, ...jobqueue.TableOp) error {
	panic("the protocol stores nothing by itself")
}

func (*run) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

func (r *run) ServerTime(context.Context, time.Duration) (time.Time, error) { return r.w.now, r.w.deaf }

func (r *run) Intend(_ context.Context, is []*item, in outbound.Intent) (out []*item, err error) {
	for _, i := range is {
		if i.name != r.gone {
			i.sent, i.from = in.At, in.There
			out = append(out, i)
		}
	}
	return out, r.put(out...)
}

func (r *run) Send(_ context.Context, is []*item) (out []outbound.Created[string], err error) {
	var names []string
	for _, i := range is {
		names = append(names, i.name)
	}
	r.w.requests = append(r.w.requests, names)
	if r.w.whole != nil {
		return nil, r.w.whole
	}
	err = r.w.write(func() error {
		for _, n := range names {
			if err := r.w.answers[n]; err != nil {
				out = append(out, outbound.Created[string]{Err: err})
				continue
			}
			r.w.made[n] = append(r.w.made[n], n)
			out = append(out, outbound.Created[string]{Entity: "no. of " + n})
		}
		return nil
	}, errors.New("EOF"))
	return out, err
}

func (r *run) Withdraw(_ context.Context, is []*item) error {
	for _, i := range is {
		i.sent, i.from = time.Time{}, time.Time{}
	}
	return r.put(is...)
}

func (r *run) Answered(_ context.Context, as []outbound.Answer[*item, string]) error {
	var out []*item
	for _, a := range as {
		i := a.Item
		r.log = r.log.With(a.Log...)
		switch a.Verdict {
		case outbound.Lost, outbound.Taken:
			continue
		case outbound.Made:
			i.number = a.Entity
		case outbound.Refused:
			i.refused = true
		case outbound.Unsent:
		}
		i.sent, i.from = time.Time{}, time.Time{}
		out = append(out, i)
	}
	return r.put(out...)
}

// begin is a new owner's slice.
func (w *world) begin() *run {
	w.fence++
	return &run{w: w, fence: w.fence, lease: jobqueue.Lease{Fence: w.fence, Until: w.clock().Add(15 * time.Minute)}}
}

func (r *run) creates() outbound.Creates[*item, string] {
	c := outbound.Creates[*item, string]{
		Hold:    outbound.Hold{Op: "things", Lease: &r.lease, Guard: r, Now: r.w.clock, Timeout: 2 * time.Minute},
		Records: r, Clock: r, Bound: r.w.bound,
	}
	if f := r.w.ready; f != nil {
		c.Ready = func(context.Context) error { return f() }
	}
	return c
}

// read are the things that are still to be made.
func (w *world) read(names ...string) (out []*item) {
	for _, n := range names {
		if s := w.store[n]; s.number == "" && !s.refused && !s.differs {
			out = append(out, &item{n, s})
		}
	}
	return out
}

// slice looks all things up, and makes those that nothing is found of.
func (w *world) slice(t *testing.T, names ...string) (err error) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(died); !ok {
				panic(p)
			}
			err = errors.New("died")
		}
	}()
	r := w.begin()
	there, err := outbound.There(t.Context(), r, w.clock())
	if err != nil {
		return err
	}
	var create []*item
	for _, i := range w.read(names...) {
		found := w.made[i.name]
		switch outbound.Next(outbound.Sent(!i.sent.IsZero(), i.from, there), len(found), there) {
		case outbound.Create:
			create = append(create, i)
		case outbound.Adopt:
			i.sent, i.from = time.Time{}, time.Time{}
			if i.differs = found[0] != i.name; !i.differs {
				i.number = "no. of " + i.name
			}
			if err := r.put(i); err != nil {
				return err
			}
		case outbound.Wait:
		case outbound.Ambiguous:
			return fmt.Errorf("%s: two are found", i.name)
		}
	}
	if len(create) == 0 {
		return nil
	}
	return r.creates().Create(t.Context(), create)
}

func rejected(code string) error {
	return &fault.Error{Op: "x", Kind: fault.Rejected, Code: code, Err: errors.New("no")}
}

func of(k fault.Kind) error { return &fault.Error{Op: "x", Kind: k, Err: errors.New("no")} }
