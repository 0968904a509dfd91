package jobqueuetest_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobqueuetest"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/queue"
	"backroom/shared/schedule"
	"backroom/shared/table"
)

func (r *rig) sweeper() *sweep.Sweeper {
	return sweep.New(r.d, sweep.ShopList{shop})
}

// sweeps lets time pass and sweeps every minute, without handling messages.
func (r *rig) sweeps(s *sweep.Sweeper, d time.Duration) (total sweep.Swept) {
	r.tb.Helper()
	for end := r.Now().Add(d); r.Now().Before(end); {
		r.Advance(time.Minute)
		one, err := s.Sweep(r.tb.Context())
		if err != nil {
			r.tb.Fatal(err)
		}
		total = total.Add(one)
	}
	return total
}

// mute is a queue that loses what is sent to it.
type mute struct {
	queue.Queue
	lost int
}

func (q *mute) Send(context.Context, string, string, []byte) error {
	q.lost++
	return errBroken
}

func TestSweepDoesNothingWhereNothingIsWrong(t *testing.T) {
	r := newRig(t, every(task("sync-orders", "orders", done), 10*time.Minute), task("process-orders", "orders", done))
	s := r.sweeper()
	for range 120 {
		r.pass(time.Minute)
		swept, err := s.Sweep(t.Context())
		if err != nil || swept.Mended() != 0 || swept.Shops != 1 || swept.Entries != 2 {
			t.Fatalf("at %v: %+v, %v; want two entries of a shop and no repair", r.Now(), swept, err)
		}
	}
}

func TestSweepArmsASchedule(t *testing.T) {
	for _, tt := range []struct {
		name    string
		damage  func(r *rig) error
		armed   int
		aligned int
	}{
		{"that vanished", func(r *rig) error {
			return r.schedules.Delete(t.Context(), r.entry("sync-orders").ScheduleName())
		}, 1, 0},
		{"of another cadence", func(r *rig) error {
			has, err := r.schedules.Get(t.Context(), r.entry("sync-orders").ScheduleName())
			has.Recurrence.Rate = time.Hour
			return errors.Join(err, r.schedules.Every(t.Context(), has.Name, has.Recurrence, has.Target))
		}, 0, 1},
		{"of another group", func(r *rig) error {
			has, err := r.schedules.Get(t.Context(), r.entry("sync-orders").ScheduleName())
			has.Target.Group = "elsewhere"
			return errors.Join(err, r.schedules.Every(t.Context(), has.Name, has.Recurrence, has.Target))
		}, 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, every(task("sync-orders", "orders", done), 10*time.Minute))
			want, err := r.schedules.Get(t.Context(), r.entry("sync-orders").ScheduleName())
			if err != nil {
				t.Fatal(err)
			}
			if err := tt.damage(r); err != nil {
				t.Fatal(err)
			}
			swept, err := r.sweeper().Sweep(t.Context())
			if err != nil || swept.Armed != tt.armed || swept.Aligned != tt.aligned || swept.Mended() != 1 {
				t.Errorf("%+v, %v; want %d armed, %d aligned", swept, err, tt.armed, tt.aligned)
			}
			if got, err := r.schedules.Get(t.Context(), want.Name); err != nil || got != want {
				t.Errorf("schedule %+v, %v; want %+v", got, err, want)
			}
		})
	}
}

func TestSweepRemovesTheScheduleOfAnEntryOnHold(t *testing.T) {
	r := newRig(t, every(task("sync-orders", "orders", done), 10*time.Minute))
	e := r.entry("sync-orders")
	e.Status = jobqueue.OnHold
	if err := r.d.Jobs.Store.SaveEntry(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	swept, err := r.sweeper().Sweep(t.Context())
	if err != nil || swept.Aligned != 1 {
		t.Errorf("%+v, %v; want one schedule brought in step", swept, err)
	}
	if _, err := r.schedules.Get(t.Context(), e.ScheduleName()); !errors.Is(err, schedule.ErrNotFound) {
		t.Errorf("schedule of an entry on hold: %v, want none", err)
	}
}

func TestSweepSendsAnAcceptedTriggerAgain(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done))
	real := r.d.Jobs.Queue
	r.d.Jobs.Queue = &mute{Queue: real}
	run := r.trigger("sync-orders")
	r.d.Jobs.Queue = real
	s := r.sweeper()
	r.Advance(59 * time.Second)
	if swept, err := s.Sweep(t.Context()); err != nil || swept.Mended() != 0 {
		t.Fatalf("after 59 s: %+v, %v; want it left alone", swept, err)
	}
	r.Advance(time.Second)
	if swept, err := s.Sweep(t.Context()); err != nil || swept.Resent != 1 {
		t.Fatalf("after 60 s: %+v, %v; want it sent", swept, err)
	}
	if _, err := s.Sweep(t.Context()); err != nil || r.queue.Len() != 1 {
		t.Fatalf("a second sweep: %v, %d messages; want one", err, r.queue.Len())
	}
	r.drain()
	if got := r.run(run.ID); got.Outcome != jobqueue.Succeeded {
		t.Errorf("run is %q, want succeeded", got.Outcome)
	}
}

// abandon starts a run and lets its slice die without a word; its message is gone too.
func abandon(t *testing.T, r *rig) jobqueue.Run {
	t.Helper()
	run := r.trigger("sync-orders")
	m := r.receive()
	dead := r.dispatcher(r.table)
	dead.Invoker = invokerFunc(func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{}, errBroken
	})
	if _, err := dead.Handle(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if err := r.queue.Delete(t.Context(), m.Receipt); err != nil {
		t.Fatal(err)
	}
	return run
}

func TestSweepBringsARunBackThatNoMessageBrings(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done))
	run := abandon(t, r)
	s := r.sweeper()
	if swept := r.sweeps(s, 6*time.Minute); swept.Mended() != 0 {
		t.Fatalf("while its lease lives, and shortly after: %+v, want nothing", swept)
	}
	if swept := r.sweeps(s, 2*time.Minute); swept.Revived == 0 || r.queue.Len() != 1 {
		t.Fatalf("then: %+v, %d messages; want it sent", swept, r.queue.Len())
	}
	r.drain()
	if got := r.run(run.ID); got.Outcome != jobqueue.Succeeded || got.Slice != 1 {
		t.Errorf("run = %+v, want resumed and succeeded", got)
	}
}

func TestSweepClosesALostRun(t *testing.T) {
	r := newRig(t, every(task("sync-orders", "orders", done), 10*time.Minute))
	run := abandon(t, r)
	s := r.sweeper()
	r.d.Jobs.Queue = &mute{Queue: r.queue} // nothing brings it back
	for range 70 {
		r.Advance(time.Minute)
		if _, err := s.Sweep(t.Context()); err != nil && !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
	}
	r.d.Jobs.Queue = r.queue
	got := r.run(run.ID)
	if got.Outcome != jobqueue.Lost || got.Merchant == "" || got.Whose != "system" {
		t.Fatalf("run = %+v, want lost, with a sentence", got)
	}
	if e := r.entry("sync-orders"); e.Status != jobqueue.Ready || e.Attempts != 0 || r.history(e.ID).Outcome != jobqueue.Lost {
		t.Errorf("entry = %+v, want ready, no attempt counted", e)
	}
	r.pass(11 * time.Minute)
	if e := r.entry("sync-orders"); r.history(e.ID).Outcome != jobqueue.Succeeded {
		t.Errorf("after its next slot it is %q, want succeeded", r.history(e.ID).Outcome)
	}
}

func TestSweepLeavesALiveRunAlone(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done))
	run := r.trigger("sync-orders")
	m := r.receive()
	s := r.sweeper()
	slow := r.dispatcher(r.table)
	slow.Invoker = invokerFunc(func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		for range 200 { // for hours, with renewals
			r.Advance(jobqueue.RenewEvery)
			if _, _, err := slow.Jobs.Store.Renew(ctx, q.Lease); err != nil {
				return jobqueue.Result{}, err
			}
			if swept, err := s.Sweep(ctx); err != nil || swept.Mended() != 0 {
				t.Errorf("sweep beside a live run: %+v, %v; want nothing", swept, err)
			}
		}
		return jobqueue.Result{Done: true}, jobqueuetest.SaveSlice(ctx, slow.Jobs.Store, q, jobqueue.Result{Done: true})
	})
	if disp, err := slow.Handle(t.Context(), m); err != nil || !disp.Ack {
		t.Fatalf("%+v, %v", disp, err)
	}
	if got := r.run(run.ID); got.Outcome != jobqueue.Succeeded {
		t.Errorf("run is %q, want succeeded", got.Outcome)
	}
}

func TestSweepRecordsAnOutcomeThatNobodyRecorded(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done))
	run := r.trigger("sync-orders")
	m := r.receive()
	dead := r.dispatcher(r.table)
	dead.Invoker = invokerFunc(func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		// The slice ends well; its dispatcher is gone by then.
		err := jobqueuetest.SaveSlice(ctx, dead.Jobs.Store, q, jobqueue.Result{Done: true, Counts: jobqueue.Counts{Read: 7, Created: 7}})
		if err := r.queue.Delete(ctx, m.Receipt); err != nil {
			t.Error(err)
		}
		return jobqueue.Result{}, errors.Join(err, context.Canceled)
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	dead.Jobs.Store.Table = gone{r.table, func() bool { return r.queue.Len() == 0 }}
	if _, err := dead.Handle(ctx, m); err == nil {
		t.Fatal("the dead dispatcher has recorded it")
	}
	swept := r.sweeps(r.sweeper(), 5*time.Minute)
	if got := r.run(run.ID); swept.Recorded != 1 || got.Outcome != jobqueue.Succeeded || got.Counts.Created != 7 {
		t.Errorf("%+v; run = %+v, want its outcome recorded", swept, got)
	}
}

func TestSweepRunsASlotThatWentBy(t *testing.T) {
	r := newRig(t, every(task("sync-orders", "orders", done), time.Hour))
	if err := r.schedules.Delete(t.Context(), r.entry("sync-orders").ScheduleName()); err != nil {
		t.Fatal(err)
	}
	s := r.sweeper()
	s.Spread = 1 << 20 // only what is overdue is compared
	r.Advance(7 * time.Minute)
	if swept, err := s.Sweep(t.Context()); err != nil || swept.Mended() != 0 || swept.Late != 0 {
		t.Fatalf("six minutes late: %+v, %v; want patience", swept, err)
	}
	r.Advance(2 * time.Minute)
	swept, err := s.Sweep(t.Context())
	if err != nil || swept.Overdue != 1 || swept.Armed != 1 || swept.Late != 0 {
		t.Fatalf("eight minutes late: %+v, %v; want it sent and its schedule armed", swept, err)
	}
	if _, err := s.Sweep(t.Context()); err != nil || r.queue.Len() != 1 {
		t.Fatalf("second sweep: %v, %d messages, want one", err, r.queue.Len())
	}
	r.Advance(2 * time.Minute)
	if swept, err := s.Sweep(t.Context()); err != nil || swept.Late != 1 {
		t.Fatalf("ten minutes late: %+v, %v; want it told, for the message did not help", swept, err)
	}
	r.drain()
	if e := r.entry("sync-orders"); !r.history(e.ID).Started.Equal(r.Now()) {
		t.Errorf("last started %v, want now", r.history(e.ID).Started)
	}
	if swept, err := s.Sweep(t.Context()); err != nil || swept.Mended()+swept.Late != 0 {
		t.Errorf("after the run: %+v, %v; want nothing", swept, err)
	}
}

func TestSweepSendsARetryThatVanished(t *testing.T) {
	calls := 0
	r := newRig(t, task("sync-orders", "orders", func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		if calls++; calls == 1 {
			return jobqueue.Result{}, errBroken
		}
		return done(ctx, q)
	}))
	run := r.trigger("sync-orders")
	book := r.d.Jobs.Schedules
	r.d.Jobs.Schedules = forgetful{book}
	r.drain()
	r.d.Jobs.Schedules = book
	failed := r.run(run.ID)
	if failed.Outcome != jobqueue.Failed || failed.RetryAt.IsZero() {
		t.Fatalf("run = %+v, want failed, with a retry", failed)
	}
	swept := r.sweeps(r.sweeper(), failed.RetryAt.Sub(r.Now())+7*time.Minute)
	if swept.Retried == 0 || r.queue.Len() != 1 {
		t.Fatalf("%+v, %d messages; want the retry sent", swept, r.queue.Len())
	}
	r.drain()
	if e := r.entry("sync-orders"); e.Attempts != 0 || r.history(e.ID).Outcome != jobqueue.Succeeded {
		t.Errorf("entry = %+v, want the retry to have succeeded", e)
	}
}

func TestSweepClearsARunThatNobodyWaitsForAnyMore(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done))
	e := r.entry("sync-orders")
	e.Queued = "gone"
	if err := r.d.Jobs.Store.SaveEntry(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	swept, err := r.sweeper().Sweep(t.Context())
	if err != nil || swept.Cleared != 1 || r.entry("sync-orders").Queued != "" {
		t.Errorf("%+v, %v, queued %q; want it cleared", swept, err, r.entry("sync-orders").Queued)
	}
}

// TestSweepsSideBySide: many sweepers and dispatchers at once, everything broken at
// once, and each accepted run is run once.
func TestSweepsSideBySide(t *testing.T) {
	var mu sync.Mutex
	started := map[string]int{}
	count := func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		mu.Lock()
		defer mu.Unlock()
		started[q.Run]++
		return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Read: 1, Created: 1}}, nil
	}
	r := newRig(t, every(task("a", "one", count), time.Hour), every(task("b", "one", count), time.Hour), task("c", "two", count))
	real := r.d.Jobs.Queue
	r.d.Jobs.Queue = &mute{Queue: real}
	var accepted []jobqueue.Run
	for _, name := range []string{"a", "b", "c"} {
		accepted = append(accepted, r.trigger(name))
		if err := r.schedules.Delete(t.Context(), r.entry(name).ScheduleName()); err != nil {
			t.Fatal(err)
		}
	}
	r.d.Jobs.Queue = real
	r.Advance(9 * time.Minute)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5 {
				if _, err := r.sweeper().Sweep(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			d := r.dispatcher(r.table)
			for range 50 {
				if _, err := d.Next(t.Context(), 0); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for range 3 {
		if _, err := r.sweeper().Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.Advance(15 * time.Second)
		r.drain()
	}
	for _, run := range accepted {
		if got := r.run(run.ID); got.Outcome != jobqueue.Succeeded || started[run.ID] != 1 {
			t.Errorf("run %s of %s: %q, started %d times", run.ID, run.Entry, got.Outcome, started[run.ID])
		}
	}
	for id, n := range started {
		if n != 1 {
			t.Errorf("run %s was started %d times", id, n)
		}
	}
	for _, name := range []string{"a", "b"} {
		if _, err := r.schedules.Get(t.Context(), r.entry(name).ScheduleName()); err != nil {
			t.Errorf("schedule of %s: %v", name, err)
		}
	}
}

// gone is a table of a process that is gone once a condition holds.
type gone struct {
	table.Table
	dead func() bool
}

func (g gone) Get(ctx context.Context, k table.Key) (table.Item, error) {
	if g.dead() {
		return table.Item{}, errBroken
	}
	return g.Table.Get(ctx, k)
}

// forgetful is a clock that forgets what happens once.
type forgetful struct{ schedule.Schedules }

func (forgetful) At(context.Context, string, time.Time, schedule.Target) error { return nil }
