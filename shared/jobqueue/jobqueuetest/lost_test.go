package jobqueuetest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobqueuetest"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/table"
)

// between does something once, right after the renewals of a lease were read.
type between struct {
	table.Table
	do func()
}

func (b *between) Get(ctx context.Context, k table.Key) (table.Item, error) {
	it, err := b.Table.Get(ctx, k)
	if do := b.do; do != nil && strings.HasPrefix(k.SK, "BEAT#") {
		b.do = nil
		do()
	}
	return it, err
}

// A slice may be late with its renewal and renew just when somebody has seen
// that its lease is over: of the two one is first, and the other gives way.
func TestARenewalAtTheLastMomentHolds(t *testing.T) {
	for _, tt := range []struct {
		name    string
		renewed bool // before, too
		after   time.Duration
		act     func(t *testing.T, r *rig, d *dispatch.Dispatcher)
	}{
		{"against a claim", true, 3 * time.Minute, claims},
		{"the first one, against a claim", false, 3 * time.Minute, claims},
		{"against the sweep", true, 2 * time.Hour, sweeps},
		{"the first one, against the sweep", false, 2 * time.Hour, sweeps},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, task("sync-orders", "orders", done), task("process-orders", "orders", done))
			run := r.trigger("sync-orders")
			var lease jobqueue.Lease
			owner := r.dispatcher(r.table)
			owner.Invoker = invokerFunc(func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
				lease = q.Lease
				return jobqueue.Result{}, errBroken // nothing is heard of it
			})
			if _, err := owner.Handle(t.Context(), r.receive()); err != nil {
				t.Fatal(err)
			}
			renew := func() {
				var err error
				if lease, _, err = owner.Jobs.Store.Renew(t.Context(), lease); err != nil {
					t.Error(err)
				}
			}
			if tt.renewed {
				renew()
			}
			r.Advance(tt.after)
			tt.act(t, r, r.dispatcher(&between{r.table, renew}))
			if !lease.Until.After(r.Now()) {
				t.Fatal("the renewal did not come between")
			}
			if err := owner.Jobs.Store.Write(t.Context(), lease, note("MINE")); err != nil {
				t.Errorf("write under the renewed lease: %v", err)
			}
			if got := r.run(run.ID); got.Done() {
				t.Errorf("the run was ended: %q", got.Outcome)
			}
		})
	}
}

func claims(t *testing.T, r *rig, d *dispatch.Dispatcher) {
	t.Helper()
	other := r.trigger("process-orders")
	body := []byte(`{"v":1,"shop":"acme","entry":"process-orders","trigger":"manual","run":"` + other.ID + `"}`)
	if disp, err := d.Handle(t.Context(), messageOf(r, body)); err != nil || disp.Ack {
		t.Errorf("the other run: %+v, %v, want it to wait", disp, err)
	}
}

func sweeps(t *testing.T, r *rig, d *dispatch.Dispatcher) {
	t.Helper()
	s := sweep.New(d, sweep.ShopList{shop})
	if swept, err := s.Sweep(t.Context()); err != nil || swept.Lost != 0 {
		t.Errorf("%+v, %v, want nothing closed", swept, err)
	}
}

// unsent sweeps once a minute while nothing that is sent arrives.
func (r *rig) unsent(s *sweep.Sweeper, d time.Duration) (total sweep.Swept) {
	r.tb.Helper()
	r.d.Jobs.Queue = &mute{Queue: r.queue}
	defer func() { r.d.Jobs.Queue = r.queue }()
	for end := r.Now().Add(d); r.Now().Before(end); {
		r.Advance(time.Minute)
		one, err := s.Sweep(r.tb.Context())
		if err != nil && !errors.Is(err, errBroken) {
			r.tb.Fatal(err)
		}
		total = total.Add(one)
	}
	return total
}

// A run with parameters of its own says nothing about its entry, lost or not.
func TestALostRunApartLeavesItsEntryAlone(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done))
	r.trigger("sync-orders")
	r.drain()
	before := r.history("sync-orders")
	run, err := r.d.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: shop, Entry: "sync-orders", Trigger: jobqueue.ByHand, DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	dead := r.dispatcher(r.table)
	dead.Invoker = invokerFunc(func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{}, errBroken
	})
	m := r.receive()
	if _, err := dead.Handle(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if swept := r.unsent(r.sweeper(), 70*time.Minute); swept.Lost != 1 || r.run(run.ID).Outcome != jobqueue.Lost {
		t.Fatalf("%+v, run %+v; want it lost", swept, r.run(run.ID))
	}
	after := r.history("sync-orders")
	if after.Outcome != before.Outcome || !after.Started.Equal(before.Started) {
		t.Errorf("the entry's last run: %q at %v, want %q at %v", after.Outcome, after.Started, before.Outcome, before.Started)
	}
}

// A run whose entry was deleted is closed too, so that the category is free.
func TestALostRunOfADeletedEntryIsClosed(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done), task("process-orders", "orders", done))
	run := abandon(t, r)
	if err := r.table.Write(t.Context(), table.Delete(table.Key{PK: "SHOP#" + shop, SK: "ENTRY#sync-orders"}, table.Always)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.d.Jobs.Store.Entry(t.Context(), shop, "sync-orders"); !errors.Is(err, jobstore.ErrNotFound) {
		t.Fatalf("the entry is still there: %v", err)
	}
	if swept := r.unsent(r.sweeper(), 70*time.Minute); swept.Lost != 1 || r.run(run.ID).Outcome != jobqueue.Lost {
		t.Fatalf("%+v, run %+v; want it lost", swept, r.run(run.ID))
	}
	other := r.trigger("process-orders")
	r.drain()
	if got := r.run(other.ID); got.Outcome != jobqueue.Succeeded {
		t.Errorf("the next run of the category is %q, want succeeded", got.Outcome)
	}
}

// A run that was set aside has no lease that ends: it is given the time of one
// more than a run whose lease has ended.
func TestARunSetAsideIsLostAnHourAndALeaseLater(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done), task("process-orders", "orders", done))
	run := abandon(t, r)
	r.Advance(jobqueue.LeaseTime + time.Second)
	other := r.trigger("process-orders")
	r.drain()
	if got := r.run(other.ID); got.Outcome != jobqueue.Succeeded {
		t.Fatalf("the other run is %q, want it to have come in", got.Outcome)
	}
	s := r.sweeper()
	r.unsent(s, time.Hour+jobqueue.LeaseTime)
	if got := r.run(run.ID); got.Done() {
		t.Fatalf("after an hour and a lease: %q, want it left alone", got.Outcome)
	}
	r.unsent(s, time.Minute)
	if got := r.run(run.ID); got.Outcome != jobqueue.Lost || got.Whose != "system" {
		t.Errorf("a minute later: %+v, want it lost", got)
	}
}

// While the category is at work a retry would only wait: it is not sent.
func TestNoRetryIsSentWhileTheCategoryIsAtWork(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{}, errBroken
	}), task("process-orders", "orders", done))
	run := r.trigger("sync-orders")
	book := r.d.Jobs.Schedules
	r.d.Jobs.Schedules = forgetful{book}
	r.drain()
	r.d.Jobs.Schedules = book
	if failed := r.run(run.ID); failed.RetryAt.IsZero() {
		t.Fatalf("run = %+v, want a retry", failed)
	}
	r.trigger("process-orders")
	m := r.receive()
	s := r.sweeper()
	slow := r.dispatcher(r.table)
	slow.Invoker = invokerFunc(func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		for range 60 {
			r.Advance(jobqueue.RenewEvery)
			if _, _, err := slow.Jobs.Store.Renew(ctx, q.Lease); err != nil {
				return jobqueue.Result{}, err
			}
			if swept, err := s.Sweep(ctx); err != nil || swept.Retried != 0 {
				t.Errorf("beside a run at work: %+v, %v; want no retry", swept, err)
			}
		}
		return jobqueue.Result{Done: true}, jobqueuetest.SaveSlice(ctx, slow.Jobs.Store, q, jobqueue.Result{Done: true})
	})
	if disp, err := slow.Handle(t.Context(), m); err != nil || !disp.Ack {
		t.Fatalf("%+v, %v", disp, err)
	}
	if swept := r.sweeps(s, 3*time.Hour); swept.Retried == 0 {
		t.Errorf("afterwards: %+v, want the retry sent", swept)
	}
}
