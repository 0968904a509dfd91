package jobqueuetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/faulty"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
)

func failing(context.Context, jobqueue.Request) (jobqueue.Result, error) {
	return jobqueue.Result{}, &fault.Error{Op: "test", Kind: fault.Rejected, Err: errBroken, Merchant: "It is broken."}
}

func TestHoldAndRelease(t *testing.T) {
	r := newRig(t, every(task("sync-orders", "orders", done), 10*time.Minute))
	ctx := t.Context()
	if _, err := r.d.Jobs.Hold(ctx, shop, "sync-orders", "stocktaking"); err != nil {
		t.Fatal(err)
	}
	r.pass(time.Hour)
	if got := r.runs(); len(got) != 0 || !r.history("sync-orders").Started.IsZero() {
		t.Errorf("%d runs while on hold, last started %v", len(got), r.history("sync-orders").Started)
	}
	_, err := r.d.Jobs.Trigger(ctx, jobs.TriggerRequest{Shop: shop, Entry: "sync-orders", Trigger: jobqueue.ByHand})
	if !errors.Is(err, jobs.ErrOnHold) || !strings.Contains(err.Error(), "stocktaking") {
		t.Errorf("trigger = %v, want a refusal with the reason", err)
	}
	e, err := r.d.Jobs.Release(ctx, shop, "sync-orders")
	if err != nil || e.Status != jobqueue.Ready || e.HoldReason != "" {
		t.Fatal(e.Status, e.HoldReason, err)
	}
	r.pass(20 * time.Minute)
	if h := r.history("sync-orders"); r.Now().Sub(h.Started) > 10*time.Minute {
		t.Errorf("last started %v at %v", h.Started, r.Now())
	}
	if _, err := r.d.Jobs.Release(ctx, shop, "sync-orders"); err == nil {
		t.Error("ready was made ready")
	}
}

func TestRestartRunsAFailedEntryWithAllAttempts(t *testing.T) {
	work := failing
	r := newRig(t, task("sync-orders", "orders", func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) { return work(ctx, q) }))
	r.trigger("sync-orders")
	r.drain()
	if e := r.entry("sync-orders"); e.Status != jobqueue.InError || e.Attempts != 1 {
		t.Fatal(e.Status, e.Attempts)
	}
	work = done
	run, err := r.d.Jobs.Restart(t.Context(), shop, "sync-orders")
	if err != nil {
		t.Fatal(err)
	}
	r.drain()
	if e := r.entry("sync-orders"); e.Status != jobqueue.Ready || e.Attempts != 0 || e.LastError != "" || r.run(run.ID).Outcome != jobqueue.Succeeded {
		t.Errorf("%+v, run %q", e, r.run(run.ID).Outcome)
	}
}

// TestRestartJoinsTheRunThatWaits, as a second run now does, but not one that
// was cancelled before it started.
func TestRestartJoinsTheRunThatWaits(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", created))
	waits := r.trigger("sync-orders")
	r.hold("sync-orders")
	if run := r.restart("sync-orders"); run.ID != waits.ID || run.Version != r.run(waits.ID).Version {
		t.Errorf("restarted as %s, version %d; want %s, version %d", run.ID, run.Version, waits.ID, r.run(waits.ID).Version)
	}
	if err := r.d.Jobs.Cancel(t.Context(), shop, waits.ID); err != nil {
		t.Fatal(err)
	}
	again := r.trigger("sync-orders")
	r.drain()
	if a, b := r.run(waits.ID).Outcome, r.run(again.ID).Outcome; len(r.runs()) != 2 || a != jobqueue.Cancelled && a != jobqueue.Skipped || b != jobqueue.Succeeded {
		t.Errorf("%d runs: %q and %q", len(r.runs()), a, b)
	}
}

// TestARunThatHasEndedIsNotCancelled: who asks is told how it ended.
func TestARunThatHasEndedIsNotCancelled(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", created))
	run := r.trigger("sync-orders")
	r.drain()
	err := r.d.Jobs.Cancel(t.Context(), shop, run.ID)
	if !errors.Is(err, jobs.ErrRefused) || !strings.Contains(err.Error(), "has ended already (succeeded)") || r.run(run.ID).Outcome != jobqueue.Succeeded {
		t.Errorf("cancel: %v, run %q", err, r.run(run.ID).Outcome)
	}
}

func TestRunByHandEndsTheError(t *testing.T) {
	work := failing
	r := newRig(t, task("sync-orders", "orders", func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) { return work(ctx, q) }))
	r.trigger("sync-orders")
	r.drain()
	work = done
	r.trigger("sync-orders")
	r.drain()
	if e := r.entry("sync-orders"); e.Status != jobqueue.Ready {
		t.Errorf("%s after a run by hand that succeeded", e.Status)
	}
}

func TestRestartOfAnEntryForOneRun(t *testing.T) {
	work := failing
	r := newRig(t, task("sync-orders", "orders", func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) { return work(ctx, q) }))
	e := r.entry("sync-orders")
	e.ID, e.Version, e.Once, e.EarliestStart = "once", 0, true, r.Now().Add(time.Minute)
	if _, err := r.d.Jobs.Save(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	r.pass(2 * time.Minute)
	if got := r.entry("once"); got.Status != jobqueue.InError {
		t.Fatal(got.Status)
	}
	work = done
	if _, err := r.d.Jobs.Restart(t.Context(), shop, "once"); err != nil {
		t.Fatal(err)
	}
	r.drain()
	if _, err := r.d.Jobs.Store.Entry(t.Context(), shop, "once"); !errors.Is(err, jobstore.ErrNotFound) {
		t.Errorf("entry is still there: %v", err)
	}
	// The same id again is an entry of its own, with a run of its own.
	e.EarliestStart = r.Now().Add(time.Minute)
	if _, err := r.d.Jobs.Save(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	r.pass(2 * time.Minute)
	if n := len(r.runs()); n != 3 {
		t.Errorf("%d runs, want 3", n)
	}
}

func TestDelete(t *testing.T) {
	var r *rig
	var refused error
	r = newRig(t, task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		refused = r.d.Jobs.Delete(t.Context(), shop, "sync-orders") //nolint:contextcheck // the test's
		return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}}, nil
	}), every(task("sync-products", "products", done), 10*time.Minute))
	ctx := t.Context()
	first := r.trigger("sync-orders")
	r.drain()
	if ref, ok := errors.AsType[*jobs.Refusal](refused); !ok || ref.Status != jobqueue.InProcess {
		t.Errorf("delete in process = %v", refused)
	}
	if got := r.run(first.ID); got.Outcome != jobqueue.Succeeded {
		t.Errorf("the run in process ended %q", got.Outcome)
	}
	waits := r.trigger("sync-orders")
	if err := r.d.Jobs.Delete(ctx, shop, "sync-orders"); err != nil {
		t.Fatal(err)
	}
	r.drain()
	if got := r.run(waits.ID); got.Outcome != jobqueue.Skipped || !strings.Contains(got.Merchant, "deleted") {
		t.Errorf("the accepted run: %q, %s", got.Outcome, got.Merchant)
	}
	if err := r.d.Jobs.Delete(ctx, shop, "sync-products"); err != nil {
		t.Fatal(err)
	}
	n := len(r.runs())
	r.pass(time.Hour)
	if got := r.runs(); len(got) != n {
		t.Errorf("a deleted entry ran: %+v", got[n:])
	}
	if err := r.d.Jobs.Delete(ctx, shop, "sync-orders"); !errors.Is(err, jobstore.ErrNotFound) {
		t.Errorf("delete again = %v", err)
	}
}

// An entry that is deleted while another's run holds its category, and made
// anew, does not take over what the old one's runs left behind.
func TestEntryMadeAnewStartsFresh(t *testing.T) {
	var r *rig
	deletes := false
	r = newRig(t, every(task("a", "one", done), 10*time.Minute), task("b", "one", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		if deletes {
			if err := r.d.Jobs.Delete(t.Context(), shop, "a"); err != nil { //nolint:contextcheck // the test's
				t.Error(err)
			}
		}
		return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}}, nil
	}))
	r.pass(30 * time.Minute)
	e := r.entry("a")
	if r.history(e.ID).Started.IsZero() {
		t.Fatal("it never ran")
	}
	deletes = true
	b := r.trigger("b")
	r.drain()
	if got := r.run(b.ID); got.Outcome != jobqueue.Succeeded {
		t.Fatalf("the other's run ended %q: %s", got.Outcome, got.Detail)
	}
	e.Version, e.EarliestStart = 0, r.Now().Add(time.Hour)
	if _, err := r.d.Jobs.Save(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if h := r.history("a"); !h.Started.IsZero() || h.Empty != 0 {
		t.Errorf("the new entry has started at %v, %d empty", h.Started, h.Empty)
	}
	r.pass(90 * time.Minute)
	if h := r.history("a"); h.Started.IsZero() {
		t.Error("the new entry does not run")
	}
}

func TestCancelEntry(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done))
	ctx := t.Context()
	if _, err := r.d.Jobs.CancelEntry(ctx, shop, "sync-orders"); err == nil || !strings.Contains(err.Error(), "no run of it is in process") {
		t.Errorf("cancel of nothing = %v", err)
	}
	run := r.trigger("sync-orders")
	if id, err := r.d.Jobs.CancelEntry(ctx, shop, "sync-orders"); err != nil || id != run.ID {
		t.Fatal(id, err)
	}
	r.drain()
	if got := r.run(run.ID); got.Outcome != jobqueue.Cancelled {
		t.Errorf("outcome %q", got.Outcome)
	}
}

func TestRetryHasTheInputOfTheFailedRun(t *testing.T) {
	type parameters struct {
		Names []string `json:"names,omitempty"`
	}
	work := failing
	var got []string
	reg := task("sync-orders", "orders", func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		got = append(got, string(q.Parameters))
		return work(ctx, q)
	})
	reg.Parameters = jobqueue.ParametersOf(parameters{}, nil)
	r := newRig(t, reg)
	ctx := t.Context()
	failed, err := r.d.Jobs.Trigger(ctx, jobs.TriggerRequest{Shop: shop, Entry: "sync-orders", Trigger: jobqueue.ByHand, Parameters: json.RawMessage(`{"names":["#1001"]}`)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.d.Jobs.Retry(ctx, shop, failed.ID); err == nil || !strings.Contains(err.Error(), "has not ended") {
		t.Errorf("retry of a run that waits = %v", err)
	}
	r.drain()
	work = done
	again, err := r.d.Jobs.Retry(ctx, shop, failed.ID)
	if err != nil || again.Repeats != failed.ID || again.ID == failed.ID {
		t.Fatalf("%+v, %v", again, err)
	}
	r.drain()
	if len(got) != 2 || got[0] != got[1] || r.run(again.ID).Outcome != jobqueue.Succeeded {
		t.Errorf("parameters %q, outcome %q", got, r.run(again.ID).Outcome)
	}
	if _, err := r.d.Jobs.Retry(ctx, shop, again.ID); err == nil || !strings.Contains(err.Error(), "succeeded: run its job again") {
		t.Errorf("retry of a run that succeeded = %v", err)
	}
	plain := r.trigger("sync-orders")
	work = failing
	r.drain()
	x, err := r.d.Jobs.Retry(ctx, shop, plain.ID)
	if err != nil || x.Apart {
		t.Fatalf("%+v, %v; want a run as any other: it has the entry's input", x, err)
	}
	y, err := r.d.Jobs.Retry(ctx, shop, plain.ID)
	if err != nil || y.ID != x.ID {
		t.Errorf("asked twice: runs %s and %s, %v", x.ID, y.ID, err)
	}
}

func TestReleaseFailed(t *testing.T) {
	r := newRig(t, task("a", "one", failing), task("b", "two", failing), task("c", "three", done))
	for _, e := range []string{"a", "b", "c"} {
		r.trigger(e)
	}
	r.drain()
	ids, err := r.d.Jobs.ReleaseFailed(t.Context(), shop)
	if err != nil || !slices.Equal(ids, []string{"a", "b"}) || r.entry("a").Status != jobqueue.Ready {
		t.Errorf("%v, %v, a is %s", ids, err, r.entry("a").Status)
	}
	if ids, err := r.d.Jobs.ReleaseFailed(t.Context(), shop); err != nil || len(ids) != 0 {
		t.Errorf("again: %v, %v", ids, err)
	}
}

// TestActionsAreWholeOrNotAtAll fails every write of every action, before and
// after its effect: what is stored is the old or the new, an answer of success
// is true, and asking again leads to the same end.
func TestActionsAreWholeOrNotAtAll(t *testing.T) {
	reset := func(r *rig) { r.trigger("sync-orders"); r.drain() }
	for name, c := range map[string]struct {
		prepare func(*rig)
		do      func(context.Context, *dispatch.Dispatcher) error
		done    func(*rig) bool
	}{
		"hold": {func(*rig) {}, func(ctx context.Context, d *dispatch.Dispatcher) error {
			_, err := d.Jobs.Hold(ctx, shop, "sync-orders", "x")
			return err
		}, func(r *rig) bool { return r.entry("sync-orders").Status == jobqueue.OnHold }},
		"ready": {reset, func(ctx context.Context, d *dispatch.Dispatcher) error {
			_, err := d.Jobs.Release(ctx, shop, "sync-orders")
			return err
		}, func(r *rig) bool {
			e := r.entry("sync-orders")
			return e.Status == jobqueue.Ready && e.Attempts == 0
		}},
		"restart": {reset, func(ctx context.Context, d *dispatch.Dispatcher) error {
			_, err := d.Jobs.Restart(ctx, shop, "sync-orders")
			return err
		}, func(r *rig) bool {
			e := r.entry("sync-orders")
			if (e.Status == jobqueue.Ready) != (e.Queued != "") {
				r.tb.Errorf("half done: %s with run %q", e.Status, e.Queued)
			}
			return e.Status == jobqueue.Ready && r.run(e.Queued).Trigger == jobqueue.ByHand
		}},
		"delete": {reset, func(ctx context.Context, d *dispatch.Dispatcher) error {
			return d.Jobs.Delete(ctx, shop, "sync-orders")
		}, func(r *rig) bool {
			_, err := r.d.Jobs.Store.Entry(r.tb.Context(), shop, "sync-orders")
			return errors.Is(err, jobstore.ErrNotFound)
		}},
		"pause": {func(*rig) {}, func(ctx context.Context, d *dispatch.Dispatcher) error { return d.Jobs.Store.Pause(ctx, shop, "x") }, func(r *rig) bool {
			_, ok, err := r.d.Jobs.Store.PausedNow(r.tb.Context(), shop)
			return ok && err == nil
		}},
	} {
		for n := 1; ; n++ {
			struck := true
			for _, mode := range []faulty.Mode{faulty.Before, faulty.After} {
				for _, dies := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s, write %d, %s, dies %v", name, n, mode, dies), func(t *testing.T) {
						r := newRig(t, task("sync-orders", "orders", failing))
						c.prepare(r)
						inj := &faulty.Injector{Now: r.Now}
						d := r.dispatcher(faulty.Table{Inner: r.table, Injector: inj})
						inj.Arm(n, mode, dies)
						err := c.do(t.Context(), d)
						struck = inj.Struck()
						inj.Revive()
						is := c.done(r)
						if err == nil && !is {
							t.Fatal("it said yes, and nothing was done")
						}
						if err != nil && !dies && mode == faulty.After {
							t.Errorf("the answer of a write that worked was lost: %v", err)
						}
						if err = c.do(t.Context(), d); err != nil && !is || !c.done(r) {
							t.Errorf("again: %v, done %v", err, c.done(r))
						}
					})
				}
			}
			if !struck {
				break
			}
		}
	}
}
