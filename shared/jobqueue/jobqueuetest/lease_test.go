package jobqueuetest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobqueuetest"
	"backroom/shared/queue"
	"backroom/shared/table"
)

// invokerFunc is an invoker made of a function.
type invokerFunc func(context.Context, jobqueue.Request) (jobqueue.Result, error)

func (f invokerFunc) Invoke(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	return f(ctx, r)
}

func (r *rig) receive() queue.Message {
	r.tb.Helper()
	ms, err := r.queue.Receive(r.tb.Context(), 1, jobqueue.HoldTime, 0)
	if err != nil || len(ms) != 1 {
		r.tb.Fatalf("received %d messages, %v; want 1", len(ms), err)
	}
	return ms[0]
}

func note(key string) jobqueue.TableOp {
	return table.Put(table.Item{Key: table.Key{PK: "SHOP#acme", SK: key}, Data: []byte(key)}, table.Always)
}

func TestPausedOwnerThatWakesUpChangesNothing(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done))
	run := r.trigger("sync-orders")
	asleep, wake := make(chan jobqueue.Lease), make(chan struct{})
	old := r.dispatcher(r.table)
	var lateWrite, lateEnd error
	old.Invoker = invokerFunc(func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		asleep <- q.Lease
		<-wake
		lateWrite = old.Jobs.Store.Write(ctx, q.Lease, note("LATE"))
		lateEnd = jobqueuetest.SaveSlice(ctx, old.Jobs.Store, q, jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 99}})
		return jobqueue.Result{}, lateEnd
	})
	m := r.receive()
	handled := make(chan error)
	go func() {
		_, err := old.Handle(t.Context(), m)
		handled <- err
	}()
	lease := <-asleep

	// While the lease lives, the message may come back as often as it likes.
	r.Advance(100 * time.Second)
	r.drain()
	if got := r.run(run.ID); got.Done() || got.Starts != 1 {
		t.Errorf("under a live lease: run = %+v, want one start and no end", got)
	}
	r.Advance(jobqueue.LeaseTime)
	r.drain()
	got := r.run(run.ID)
	if got.Outcome != jobqueue.Succeeded || got.Counts.Created != 0 {
		t.Fatalf("after the lease: run = %+v, want it ended by the new owner", got)
	}
	if _, _, err := old.Jobs.Store.Renew(t.Context(), lease); !errors.Is(err, jobqueue.ErrFenced) {
		t.Errorf("renewal = %v, want ErrFenced", err)
	}

	close(wake)
	if err := <-handled; err != nil {
		t.Errorf("old dispatcher: %v, want it to find the recorded end", err)
	}
	if !errors.Is(lateWrite, jobqueue.ErrFenced) || !errors.Is(lateEnd, jobqueue.ErrFenced) {
		t.Errorf("late write %v, late outcome %v; want both fenced", lateWrite, lateEnd)
	}
	if _, err := r.table.Get(t.Context(), table.Key{PK: "SHOP#acme", SK: "LATE"}); !errors.Is(err, table.ErrNotFound) {
		t.Errorf("the late write is there (%v)", err)
	}
	if again := r.run(run.ID); again.Version != got.Version {
		t.Errorf("the run was written again: %+v", again)
	}
}

func TestAnotherRunOfTheCategoryWaitsForTheLease(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done), task("process-orders", "orders", done))
	a := r.trigger("sync-orders")
	ma := r.receive()
	// The owner of a dies without a word.
	dead := r.dispatcher(r.table)
	dead.Invoker = invokerFunc(func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{}, errBroken
	})
	disp, err := dead.Handle(t.Context(), ma)
	if err != nil || disp.Ack || disp.After <= 0 {
		t.Fatalf("slice without outcome: %+v, %v; want the message kept until the lease ends", disp, err)
	}
	b := r.trigger("process-orders")
	body := []byte(`{"v":1,"shop":"acme","entry":"process-orders","trigger":"manual","run":"` + b.ID + `"}`)
	// Two dispatchers see b's message, as if no group blocked it.
	for range 2 {
		disp, err := r.dispatcher(r.table).Handle(t.Context(), queue.Message{Body: body, Sent: r.Now(), Receives: 1})
		if err != nil || disp.Ack || disp.After < 100*time.Second {
			t.Fatalf("under the lease: %+v, %v; want a wait for the rest of it", disp, err)
		}
	}
	j := r.job("process-orders")
	if h := j.WaitsFor; h == nil || h.Shop != shop || h.Entry != "sync-orders" || h.Run != a.ID {
		t.Errorf("it waits for %+v, want run %s of sync-orders", j.WaitsFor, a.ID)
	}
	r.Advance(jobqueue.LeaseTime + time.Second)
	disp, err = r.dispatcher(r.table).Handle(t.Context(), queue.Message{Body: body, Sent: r.Now(), Receives: 2})
	if err != nil || !disp.Ack {
		t.Fatalf("after the lease: %+v, %v; want it run", disp, err)
	}
	r.drain()
	if got := r.run(a.ID); got.Outcome != jobqueue.Succeeded {
		t.Errorf("a is %q, want resumed and succeeded", got.Outcome)
	}
}

func TestRenewedLeaseIsNotTaken(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done))
	run := r.trigger("sync-orders")
	m := r.receive()
	var lease jobqueue.Lease
	d := r.dispatcher(r.table)
	d.Invoker = invokerFunc(func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		r.Advance(100 * time.Second)
		renewed, cancelled, err := d.Jobs.Store.Renew(ctx, q.Lease)
		if err != nil || cancelled || !renewed.Until.Equal(r.Now().Add(jobqueue.LeaseTime)) {
			t.Errorf("renewed until %v, cancelled %v, %v", renewed.Until, cancelled, err)
		}
		lease = renewed
		r.Advance(100 * time.Second) // beyond the first lease, within the renewed one
		other, err := r.dispatcher(r.table).Handle(ctx, m)
		if err != nil || other.Ack || other.After < 15*time.Second {
			t.Errorf("second dispatcher: %+v, %v; want it to wait", other, err)
		}
		return jobqueue.Result{Done: true}, jobqueuetest.SaveSlice(ctx, d.Jobs.Store, q, jobqueue.Result{Done: true})
	})
	if disp, err := d.Handle(t.Context(), m); err != nil || !disp.Ack {
		t.Fatal(disp, err)
	}
	if got := r.run(run.ID); got.Starts != 0 || got.Slice != 1 || got.Outcome != jobqueue.Succeeded {
		t.Errorf("run = %+v, want one slice", got)
	}
	if err := d.Jobs.Store.Write(t.Context(), lease, note("LATE")); !errors.Is(err, jobqueue.ErrFenced) {
		t.Errorf("write after the end = %v, want ErrFenced", err)
	}
}

func TestOutcomeOfASliceWhoseDispatcherDiedIsUsed(t *testing.T) {
	n := 0
	r := newRig(t, task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		n++
		return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 7}}, nil
	}))
	run := r.trigger("sync-orders")
	m := r.receive()
	d := r.dispatcher(r.table)
	ctx, die := context.WithCancel(t.Context())
	executor := d.Invoker
	d.Invoker = invokerFunc(func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		res, err := executor.Invoke(ctx, q)
		die()
		panic(errors.Join(err, errors.New("the dispatcher dies here"), resultNote(res)))
	})
	func() {
		defer func() { _ = recover() }()
		_, _ = d.Handle(ctx, m)
	}()
	// Its lease lives, and still the next delivery records the end at once.
	r.Advance(jobqueue.HoldTime)
	r.drain()
	if got := r.run(run.ID); got.Outcome != jobqueue.Succeeded || got.Counts.Created != 7 || n != 1 {
		t.Errorf("run = %+v after %d slices, want the one slice's outcome", got, n)
	}
}

type resultNote jobqueue.Result

func (resultNote) Error() string { return "with a result" }

func TestCrashingTaskIsQuarantined(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done), task("process-orders", "orders", done))
	run := r.trigger("sync-orders")
	behind := r.trigger("process-orders")
	n := 0
	r.d.Invoker = invokerFunc(func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		if q.Task == "sync-orders" {
			n++
			return jobqueue.Result{}, errBroken // the function's process died
		}
		return r.dispatcher(r.table).Invoker.Invoke(ctx, q)
	})
	r.drain()
	r.pass(30 * time.Minute)
	got := r.run(run.ID)
	if n != jobqueue.MaxStarts || got.Outcome != jobqueue.Failed || got.Merchant == "" {
		t.Errorf("%d starts, run %q; want failed after %d", n, got.Outcome, jobqueue.MaxStarts)
	}
	if e := r.entry("sync-orders"); e.Status != jobqueue.InError {
		t.Errorf("entry is %q, want in error", e.Status)
	}
	if got := r.run(behind.ID); got.Outcome != jobqueue.Succeeded {
		t.Errorf("the next of the category is %q, want succeeded", got.Outcome)
	}
}

// TestACrashingEntryDoesNotResumeByItself: starting anew at each slot is for
// failures, not for what takes its process down with it.
func TestACrashingEntryDoesNotResumeByItself(t *testing.T) {
	r := newRig(t, every(task("sync-orders", "orders", created), time.Hour))
	e := r.entry("sync-orders")
	e.Resume, e.MaxAttempts = true, 1
	r.save(e)
	n := 0
	work := r.d.Invoker
	r.d.Invoker = invokerFunc(func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		n++
		return jobqueue.Result{}, errBroken // the function's process died
	})
	r.pass(6 * time.Hour)
	if e := r.entry("sync-orders"); n != jobqueue.MaxStarts || e.Status != jobqueue.InError || !e.Quarantined {
		t.Errorf("%d starts, %s, quarantined %t", n, e.Status, e.Quarantined)
	}
	if next, ok := r.entry("sync-orders").NextRun(r.history("sync-orders")); ok {
		t.Errorf("next run at %v", next)
	}
	r.d.Invoker = work
	if _, err := r.d.Jobs.Release(t.Context(), shop, "sync-orders"); err != nil {
		t.Fatal(err)
	}
	r.pass(2 * time.Hour)
	if e := r.entry("sync-orders"); e.Status != jobqueue.Ready || e.Quarantined || r.history(e.ID).Outcome != jobqueue.Succeeded {
		t.Errorf("mended and made ready: %s, quarantined %t, last %q", e.Status, e.Quarantined, r.history(e.ID).Outcome)
	}
}

func TestEndLeasesLetsASuccessorGoOnAtOnce(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done))
	run := r.trigger("sync-orders")
	m := r.receive()
	var lease jobqueue.Lease
	d := r.dispatcher(r.table)
	d.Invoker = invokerFunc(func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		lease = q.Lease
		return jobqueue.Result{}, errBroken
	})
	if _, err := d.Handle(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if err := r.d.Jobs.Store.EndLeases(t.Context(), shop); err != nil {
		t.Fatal(err)
	}
	if err := d.Jobs.Store.Write(t.Context(), lease, note("LATE")); !errors.Is(err, jobqueue.ErrFenced) {
		t.Errorf("write of the dead = %v, want ErrFenced", err)
	}
	disp, err := r.d.Handle(t.Context(), m)
	if err != nil || !disp.Ack || r.run(run.ID).Outcome != jobqueue.Succeeded {
		t.Errorf("successor: %+v, %v, run %q; want it to go on at once", disp, err, r.run(run.ID).Outcome)
	}
}

func TestMessageDeliveredTooOftenHandsOver(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done))
	run := r.trigger("sync-orders")
	m := r.receive()
	m.Receives = 900
	disp, err := r.d.Handle(t.Context(), m)
	if err != nil || !disp.Ack {
		t.Fatal(disp, err)
	}
	if err := r.queue.Delete(t.Context(), m.Receipt); err != nil {
		t.Fatal(err)
	}
	if r.run(run.ID).Done() {
		t.Fatal("the run ended with its message")
	}
	r.pass(2 * time.Minute)
	if got := r.run(run.ID); got.Outcome != jobqueue.Succeeded {
		t.Errorf("run is %q, want it to go on with the new message", got.Outcome)
	}
}
