package jobqueuetest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
)

// TestAStartInThePastRunsAtOnce, as in BC: with the next message, not at the
// next slot; once, whatever ticks later; not before its window opens.
func TestAStartInThePastRunsAtOnce(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(e *jobqueue.Entry)
		atOnce int // runs without any time passing
		after  int // runs an hour later, at :00 and :30 of the grid
	}{
		{"every half hour", func(e *jobqueue.Entry) { e.Every = 30 * time.Minute }, 1, 3},
		{"every day", func(e *jobqueue.Entry) { e.Every = 24 * time.Hour }, 1, 1},
		{"every half hour, its window closed", func(e *jobqueue.Entry) {
			e.Every, e.StartingTime, e.EndingTime = 30*time.Minute, "12:00", "13:00"
		}, 0, 0},
		{"on hold", func(e *jobqueue.Entry) { e.Every, e.Status = 30*time.Minute, jobqueue.OnHold }, 0, 0},
		{"a start in the future", func(e *jobqueue.Entry) {
			e.Every, e.EarliestStart = 30*time.Minute, e.EarliestStart.Add(3*time.Hour)
		}, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, task("sync-orders", "orders", created))
			r.Advance(10 * time.Minute)
			e := jobqueue.Entry{
				Shop: shop, ID: "late", Task: "sync-orders", Scope: shop, Category: "orders", Status: jobqueue.Ready, MaxAttempts: 1,
			}
			e.EarliestStart = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
			tt.change(&e)
			r.save(e)
			r.drain()
			if n := len(r.runs()); n != tt.atOnce {
				t.Errorf("%d runs at once, want %d", n, tt.atOnce)
			}
			r.pass(time.Hour)
			if n := len(r.runs()); n != tt.after {
				t.Errorf("%d runs after an hour, want %d", n, tt.after)
			}
		})
	}
}

// TestAFailedEntryForOneRunRunsWhenItIsMadeReady, and is gone after that.
func TestAFailedEntryForOneRunRunsWhenItIsMadeReady(t *testing.T) {
	for _, tt := range []struct {
		name  string
		ready func(r *rig) error
	}{
		{"by itself", func(r *rig) error {
			_, err := r.d.Jobs.Release(r.tb.Context(), shop, "one")
			return err
		}},
		{"with all that failed", func(r *rig) error {
			_, err := r.d.Jobs.ReleaseFailed(r.tb.Context(), shop)
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fails := true
			r := newRig(t, task("sync-orders", "orders", func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
				if fails {
					return jobqueue.Result{}, errBroken
				}
				return created(ctx, q)
			}))
			r.once(r.Now().Add(time.Minute))
			r.pass(4 * time.Hour)
			if e := r.entry("one"); e.Status != jobqueue.InError {
				t.Fatalf("%s, want error", e.Status)
			}
			fails = false
			before := len(r.runs())
			if err := tt.ready(r); err != nil {
				t.Fatal(err)
			}
			r.pass(2 * time.Minute)
			rs := r.runs()
			if len(rs) != before+1 || rs[before].Outcome != jobqueue.Succeeded {
				t.Errorf("%d runs, %d before; the last one %+v", len(rs), before, rs[len(rs)-1].Outcome)
			}
			if _, err := r.d.Jobs.Store.Entry(t.Context(), shop, "one"); !errors.Is(err, jobstore.ErrNotFound) {
				t.Errorf("the entry is still there: %v", err)
			}
		})
	}
}

// TestAcceptedRunsAreBounded: of an entry so many wait at most, another says
// what to do, and is accepted when one of them has started; others are not
// kept from their runs.
func TestAcceptedRunsAreBounded(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", created), task("process-orders", "orders", created))
	ask := func(entry string) error {
		_, err := r.d.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: shop, Entry: entry, Trigger: jobqueue.ByHand, DryRun: true})
		return err
	}
	for i := range jobqueue.MaxWaiting {
		if err := ask("sync-orders"); err != nil {
			t.Fatalf("run %d: %v", i+1, err)
		}
	}
	for range 3 {
		err := ask("sync-orders")
		if !errors.Is(err, jobs.ErrBusy) || !errors.Is(err, jobs.ErrRefused) || !strings.Contains(err.Error(), fmt.Sprint(jobqueue.MaxWaiting)) || !strings.Contains(err.Error(), "cancel") {
			t.Fatalf("beyond the bound: %v", err)
		}
	}
	if n := len(r.runs()); n != jobqueue.MaxWaiting {
		t.Errorf("%d runs accepted, want %d", n, jobqueue.MaxWaiting)
	}
	r.trigger("sync-orders")
	if err := ask("process-orders"); err != nil {
		t.Errorf("of another entry: %v", err)
	}
	r.next()
	if err := ask("sync-orders"); err != nil {
		t.Errorf("when one has started: %v", err)
	}
	if err := ask("sync-orders"); !errors.Is(err, jobs.ErrBusy) {
		t.Errorf("and one more: %v", err)
	}
	r.drain()
	for _, run := range r.runs() {
		if run.Outcome != jobqueue.Succeeded {
			t.Errorf("run %s: %q", run.ID, run.Outcome)
		}
	}
}

// TestWhatAFailedEntryNeedsIsSaid: while attempts are left, when the next one
// is; after the last one, what a person must do, and never that it is tried
// again by itself.
func TestWhatAFailedEntryNeedsIsSaid(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{}, errBroken
	}))
	r.trigger("sync-orders")
	r.drain()
	j := r.job("sync-orders")
	if last := r.runs()[0]; !j.RetryAt.Equal(last.RetryAt) || j.RetryAt.IsZero() || !strings.Contains(last.Merchant, "tried again") {
		t.Errorf("retry at %v, and the run says %v, %q", j.RetryAt, last.RetryAt, last.Merchant)
	}
	r.pass(3 * time.Hour)
	j = r.job("sync-orders")
	rs := r.runs()
	if j.State != jobqueue.InError || !j.RetryAt.IsZero() || strings.Contains(j.Why, "tried again") || !strings.Contains(j.Why, "make it ready") || !strings.Contains(j.Why, "all 3 attempts") {
		t.Errorf("%s, %q", j.State, j.Why)
	}
	if last := rs[len(rs)-1]; strings.Contains(last.Merchant, "tried again") {
		t.Errorf("the last attempt says %q", last.Merchant)
	}
	e := r.entry("sync-orders")
	e.LastError = "The run failed for a passing reason and is tried again by itself." // of an earlier release
	e.Resume = true
	if err := r.d.Jobs.Store.SaveEntry(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if why := r.job("sync-orders").Why; strings.Contains(why, "tried again") || !strings.Contains(why, "next time") {
		t.Errorf("of an earlier release: %q", why)
	}
}
