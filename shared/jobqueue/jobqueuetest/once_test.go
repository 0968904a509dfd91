package jobqueuetest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
)

// created is a task that finds something to do.
func created(context.Context, jobqueue.Request) (jobqueue.Result, error) {
	return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}}, nil
}

// once saves an entry for one run of sync-orders.
func (r *rig) once(at time.Time) jobqueue.Entry {
	r.tb.Helper()
	e := jobqueue.Entry{
		Shop: shop, ID: "one", Task: "sync-orders", Scope: shop, Category: "orders", Status: jobqueue.Ready,
		Once: true, MaxAttempts: 3, RerunDelay: time.Minute,
	}
	e.EarliestStart = at
	return r.save(e)
}

func (r *rig) save(e jobqueue.Entry) jobqueue.Entry {
	r.tb.Helper()
	e, err := r.d.Jobs.Save(r.tb.Context(), e)
	if err != nil {
		r.tb.Fatal(err)
	}
	return e
}

// TestAnEntryForOneRunIsGoneWhenThatHasEnded, whatever people and failures did
// around it; and a run beside it, or an edit in the middle, does not make it go.
func TestAnEntryForOneRunIsGoneWhenThatHasEnded(t *testing.T) {
	for _, tt := range []struct {
		name string
		fail int // so many runs fail first
		do   func(r *rig)
		runs int // in the log after four hours
		left jobqueue.Status
	}{
		{name: "at its time", runs: 1},
		{name: "after a retry", fail: 1, runs: 2},
		{name: "not when all attempts failed", fail: 3, runs: 3, left: jobqueue.InError},
		{name: "restarted then", fail: 3, runs: 4, do: func(r *rig) {
			r.pass(2 * time.Hour)
			r.restart("one")
		}},
		{name: "run now, beside its time", runs: 2, do: func(r *rig) { r.trigger("one") }},
		{name: "restarted before its time", runs: 1, do: func(r *rig) {
			r.hold("one")
			r.restart("one")
		}},
		{name: "restarted before its time, after a retry", fail: 1, runs: 2, do: func(r *rig) {
			r.hold("one")
			r.restart("one")
		}},
		{name: "asked for, and then restarted", runs: 1, do: func(r *rig) {
			r.trigger("one")
			r.hold("one")
			r.restart("one")
		}},
		{name: "edited to be earlier", runs: 1, do: func(r *rig) {
			e := r.entry("one")
			e.EarliestStart = e.EarliestStart.Add(-30 * time.Minute)
			r.save(e)
		}},
		{name: "edited to be later, while it waits", runs: 1, do: func(r *rig) {
			e := r.entry("one")
			e.EarliestStart = e.EarliestStart.Add(time.Hour)
			r.save(e)
		}},
		{name: "edited to run again, while it is in process", runs: 2, do: func(r *rig) {
			work := r.d.Invoker
			r.d.Invoker = invokerFunc(func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
				e := r.entry("one") //nolint:contextcheck // the test's
				e.EarliestStart = r.Now().Add(time.Hour)
				r.save(e) //nolint:contextcheck // the test's
				r.d.Invoker = work
				return work.Invoke(ctx, q)
			})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fail := tt.fail
			r := newRig(t, task("sync-orders", "orders", func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
				if fail--; fail >= 0 {
					return jobqueue.Result{}, &fault.Error{Op: "test", Kind: fault.Transient, Err: errBroken}
				}
				return created(ctx, q)
			}))
			r.once(r.Now().Add(time.Hour))
			if tt.do != nil {
				tt.do(r)
			}
			r.pass(4 * time.Hour)
			if rs := r.runs(); len(rs) != tt.runs {
				t.Errorf("%d runs in the log, want %d", len(rs), tt.runs)
				for _, x := range rs {
					t.Log(x.Scheduled, x.Trigger, x.Outcome, x.Detail)
				}
			}
			e, err := r.d.Jobs.Store.Entry(t.Context(), shop, "one")
			if tt.left == "" && !errors.Is(err, jobstore.ErrNotFound) || tt.left != "" && (err != nil || e.Status != tt.left) {
				t.Errorf("the entry is %q, %v; want %q", e.Status, err, tt.left)
			}
		})
	}
}

func (r *rig) hold(id string) {
	r.tb.Helper()
	if _, err := r.d.Jobs.Hold(r.tb.Context(), shop, id, ""); err != nil {
		r.tb.Fatal(err)
	}
}

func (r *rig) restart(id string) jobqueue.Run {
	r.tb.Helper()
	run, err := r.d.Jobs.Restart(r.tb.Context(), shop, id)
	if err != nil {
		r.tb.Fatal(err)
	}
	return run
}
