package jobqueuetest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/queue"
	"backroom/shared/table"
)

// outage makes shops whose runs by hand, one each, were accepted while the queue
// took nothing.
func outage(t *testing.T, shops int) (*rig, sweep.ShopList) {
	t.Helper()
	r := newRig(t, every(task("sync-orders", "orders", done), time.Hour))
	var codes sweep.ShopList
	down := r.d.Jobs.Queue
	r.d.Jobs.Queue = deaf{down}
	for i := range shops {
		code := fmt.Sprintf("shop-%04d", i)
		codes = append(codes, code)
		if err := r.d.Jobs.Ensure(t.Context(), code, code, r.Now().Add(30*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, err := r.d.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: code, Entry: "sync-orders", Trigger: jobqueue.ByHand}); err != nil {
			t.Fatal(err)
		}
	}
	r.d.Jobs.Queue = down
	return r, codes
}

// deaf is a queue that loses what is sent.
type deaf struct{ queue.Queue }

func (deaf) Send(context.Context, string, string, []byte) error { return nil }

// After an outage many runs wait. A sweep looks after some of them, and others
// have their turn: none is forgotten.
func TestRunsThatWaitAreSweptInParts(t *testing.T) {
	r, codes := outage(t, 1000)
	s := r.sweeper()
	s.Shops = codes
	r.Advance(2 * time.Minute)
	swept, err := s.Sweep(t.Context())
	if err != nil || swept.Shops != len(codes) || swept.Resent != 400 || swept.Postponed != 600 {
		t.Fatalf("%d shops, %d sent, %d postponed, %v; want 1000, 400, 600", swept.Shops, swept.Resent, swept.Postponed, err)
	}
	sent := map[string]bool{}
	for end := r.Now().Add(2 * time.Hour); r.Now().Before(end) && len(sent) < len(codes); r.Advance(time.Minute) {
		if _, err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		for {
			ms, err := r.queue.Receive(t.Context(), 10, time.Minute, 0)
			if err != nil {
				t.Fatal(err)
			}
			if len(ms) == 0 {
				break
			}
			for _, m := range ms {
				sent[m.Group] = true
				if _, err := r.d.Handle(t.Context(), m); err != nil {
					t.Fatal(err)
				}
				if err := r.queue.Delete(t.Context(), m.Receipt); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if len(sent) != len(codes) {
		t.Errorf("%d runs of %d were sent within two hours", len(sent), len(codes))
	}
}

// heard is a queue that only notes the groups it is sent to.
type heard struct {
	queue.Queue
	groups map[string]bool
}

func (h heard) Send(_ context.Context, group, _ string, _ []byte) error {
	h.groups[group] = true
	return nil
}

// What does not help some runs does not keep others from their turn.
func TestRunsThatWaitHaveTheirTurn(t *testing.T) {
	r, codes := outage(t, 600)
	groups := map[string]bool{}
	r.d.Jobs.Queue = heard{r.d.Jobs.Queue, groups}
	s := r.sweeper()
	s.Shops = codes
	r.Advance(2 * time.Minute)
	for range 3 {
		if _, err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.Advance(10 * time.Second)
	}
	if len(groups) <= 400 {
		t.Errorf("three sweeps have sent to the same %d of 600", len(groups))
	}
}

// A slot whose category is at work is not late, however long that takes.
func TestWhatWaitsForARunIsNotLate(t *testing.T) {
	r := newRig(t, every(task("sync-orders", "orders", done), time.Hour), task("long", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{Counts: jobqueue.Counts{Created: 1}}, nil
	}))
	r.trigger("long")
	m := r.receive()
	for range 20 {
		if _, err := r.d.Handle(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		r.Advance(time.Minute)
		if swept, err := r.sweeper().Sweep(t.Context()); err != nil || swept.Late+swept.Stuck != 0 {
			t.Fatalf("at %v: %+v, %v", r.Now(), swept, err)
		}
	}
}

// A sweep that is cut short has seen shops, however many runs wait.
func TestRunsThatWaitDoNotStarveShops(t *testing.T) {
	r, codes := outage(t, 300)
	s := r.sweeper()
	s.Shops = codes
	r.Advance(2 * time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	calls := 0
	r.d.Jobs.Store = jobstore.New(counted{r.table, func() {
		if calls++; calls == 300 {
			cancel()
		}
	}}, r.Now)
	swept, err := s.Sweep(ctx)
	if !errors.Is(err, context.Canceled) || swept.Shops < 20 || swept.Resent < 20 {
		t.Errorf("cut short: %d shops, %d sent, %v; want 20 of each at least", swept.Shops, swept.Resent, err)
	}
}

// counted is a table that tells of each read.
type counted struct {
	table.Table
	read func()
}

func (c counted) Get(ctx context.Context, k table.Key) (table.Item, error) {
	c.read()
	return c.Table.Get(ctx, k)
}

func (c counted) Query(ctx context.Context, q table.Query) (table.Page, error) {
	c.read()
	return c.Table.Query(ctx, q)
}

// An accepted run, and a category whose run makes no progress, are told of while
// nothing helps, and not after.
func TestWhatStandsStillIsTold(t *testing.T) {
	r, codes := outage(t, 1)
	s := r.sweeper()
	s.Shops = codes
	deafQueue := r.d.Jobs.Queue
	r.d.Jobs.Queue = deaf{deafQueue}
	late := func(want int) {
		t.Helper()
		if swept, err := s.Sweep(t.Context()); err != nil || swept.Late != want {
			t.Errorf("at %v: %+v, %v; want %d late", r.Now(), swept, err, want)
		}
	}
	r.Advance(8 * time.Minute)
	late(0)
	r.Advance(2 * time.Minute)
	late(1)
	r.d.Jobs.Queue = deafQueue
	s = r.sweeper()
	s.Shops = codes
	swept := r.sweeps(s, 10*time.Minute)
	if swept.Resent == 0 {
		t.Fatalf("%+v; want it sent", swept)
	}
	r.drain()
	late(0)
}

// A category whose run makes no progress is told of ten minutes after its lease,
// until the run goes on.
func TestStuckCategoriesAreTold(t *testing.T) {
	slices := 0
	r := newRig(t, task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		slices++
		return jobqueue.Result{Done: slices > 1, Counts: jobqueue.Counts{Created: 1}}, nil
	}))
	r.trigger("sync-orders")
	m := r.receive()
	if _, err := r.d.Handle(t.Context(), m); err != nil { // the first slice; then its message is lost
		t.Fatal(err)
	}
	if err := r.queue.Delete(t.Context(), m.Receipt); err != nil {
		t.Fatal(err)
	}
	queue := r.d.Jobs.Queue
	r.d.Jobs.Queue = deaf{queue}
	s := r.sweeper()
	stuck := func(want int) {
		t.Helper()
		if swept, err := s.Sweep(t.Context()); err != nil || swept.Stuck != want {
			t.Errorf("at %v: %+v, %v; want %d stuck", r.Now(), swept, err, want)
		}
	}
	r.Advance(jobqueue.LeaseTime + 10*time.Minute)
	stuck(0)
	r.Advance(time.Minute)
	stuck(1)
	r.d.Jobs.Queue = queue
	s = r.sweeper()
	r.sweeps(s, 30*time.Minute)
	r.drain()
	stuck(0)
}

// What could not be recorded is told of, and only that.
func TestUnrecordedEndsAreTold(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done))
	run := r.trigger("sync-orders")
	told := 0
	broken := false
	r.d.Jobs.Store.Table = gone{r.table, func() bool { return broken }}
	r.d.OnUnrecorded = func(group string, err error) {
		if told++; group != shop+"#orders" || !errors.Is(err, errBroken) {
			t.Errorf("told of %s: %v", group, err)
		}
	}
	m := r.receive()
	broken = true
	if _, err := r.d.Handle(t.Context(), m); err == nil || told != 1 {
		t.Errorf("%v, told %d times; want an error, told once", err, told)
	}
	broken = false
	if _, err := r.d.Handle(t.Context(), m); err != nil || told != 1 || r.run(run.ID).Outcome != jobqueue.Succeeded {
		t.Errorf("%v, told %d times", err, told)
	}
}

// A run was accepted while the clock was ahead, and lost on its way: it starts
// within minutes of the correction, not when that time has come.
func TestARunAcceptedAheadOfTheClockStarts(t *testing.T) {
	for _, ahead := range []time.Duration{45 * time.Minute, 400 * 24 * time.Hour} {
		r, codes := outage(t, 1)
		r.Advance(-ahead)
		s := r.sweeper()
		s.Shops = codes
		for range 10 {
			r.Advance(time.Minute)
			if _, err := s.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		ms, err := r.queue.Receive(t.Context(), 10, time.Minute, 0)
		if err != nil || len(ms) == 0 {
			t.Errorf("the clock was %v ahead: %d messages, %v", ahead, len(ms), err)
		}
	}
}
