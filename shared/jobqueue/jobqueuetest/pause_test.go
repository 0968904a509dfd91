package jobqueuetest_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
)

func TestPauseOfAShopAndOfEverything(t *testing.T) {
	for name, of := range map[string]string{"a shop": shop, "everything": jobstore.Everything} {
		t.Run(name, func(t *testing.T) {
			started := 0
			r := newRig(t, every(task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
				started++
				return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}}, nil
			}), 10*time.Minute))
			ctx := t.Context()
			other := r.dispatcher(r.table) // of another process
			r.pass(5 * time.Minute)
			if started != 1 {
				t.Fatalf("%d runs before", started)
			}
			waits := r.trigger("sync-orders")
			if err := other.Jobs.Store.Pause(ctx, of, "moving house"); err != nil {
				t.Fatal(err)
			}
			r.Advance(jobstore.PauseSeen)
			r.drain()
			if got := r.run(waits.ID); got.Outcome != jobqueue.Skipped || !strings.Contains(got.Merchant, "moving house") {
				t.Errorf("a run that waited is %q: %s", got.Outcome, got.Merchant)
			}
			_, err := r.d.Jobs.Trigger(ctx, jobs.TriggerRequest{Shop: shop, Entry: "sync-orders", Trigger: jobqueue.ByHand})
			if err == nil || !strings.Contains(err.Error(), "moving house; resume it first") {
				t.Errorf("trigger = %v", err)
			}
			s := r.sweeper()
			for range 6 {
				r.pass(10 * time.Minute)
				if swept, err := s.Sweep(ctx); err != nil || swept.Overdue+swept.Resent != 0 {
					t.Errorf("the sweep starts what is paused: %+v, %v", swept, err)
				}
			}
			if started != 1 || len(r.runs()) != 2 {
				t.Errorf("%d runs while paused, %d rows: held slots leave no trace", started-1, len(r.runs()))
			}
			if was, err := other.Jobs.Store.Resume(ctx, of); err != nil || !was {
				t.Fatal(was, err)
			}
			r.pass(10*time.Minute + jobstore.PauseSeen)
			if started != 2 {
				t.Errorf("%d runs after the pause, want the next slot's and none that was stored up", started-1)
			}
			if was, err := other.Jobs.Store.Resume(ctx, of); err != nil || was {
				t.Errorf("resume again: %v, %v", was, err)
			}
		})
	}
}

func TestPauseOfAnotherShop(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done))
	if err := r.d.Jobs.Store.Pause(t.Context(), "beta", "x"); err != nil {
		t.Fatal(err)
	}
	run := r.trigger("sync-orders")
	r.drain()
	if got := r.run(run.ID); got.Outcome != jobqueue.Succeeded {
		t.Errorf("outcome %q", got.Outcome)
	}
}

func TestPauseLetsARunGoOn(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{Done: q.Slice == 3, Counts: jobqueue.Counts{Created: 1}}, nil
	}))
	run := r.trigger("sync-orders")
	r.next()
	if err := r.d.Jobs.Store.Pause(t.Context(), shop, "x"); err != nil {
		t.Fatal(err)
	}
	r.drain()
	if got := r.run(run.ID); got.Outcome != jobqueue.Succeeded || got.Counts.Created != 3 {
		t.Errorf("%q with %d", got.Outcome, got.Counts.Created)
	}
}
