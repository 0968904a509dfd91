package alarmsim_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/recurrence"
)

// failing has the runs of ill shops fail, of all tasks or of those that are named.
func failing(kind fault.Kind, code string, tasks ...string) func(*world) {
	return func(w *world) {
		w.does = func(r jobqueue.Request) (jobqueue.Result, error) {
			if !strings.HasPrefix(r.Shop, "ill-") || len(tasks) > 0 && !slices.Contains(tasks, r.Task) {
				return succeeds(r)
			}
			w.failed(r.Shop)
			return jobqueue.Result{}, &fault.Error{Op: "scenario", Kind: kind, Code: code, Err: errors.New("as the scenario says")}
		}
	}
}

// failed notes that a run of a shop failed. The trouble is there once more than
// the share of the shops have failed that the scenario is about, three at least.
func (w *world) failed(shop string) {
	w.fails[shop] = true
	n := len(w.fails) * w.illEach
	if w.first.IsZero() && (w.share == 0 || n >= 3 && float64(n) > w.share*float64(w.shops())) {
		w.first = w.Now()
	}
}

// beyond has a trouble begin when more than a share of the shops fail.
func beyond(share float64, begin func(*world)) func(*world) {
	return func(w *world) {
		w.share = share
		begin(w)
	}
}

// faulty is a trouble that is there at once, or with the next run that is due if
// it keeps runs away.
func faulty(f faults) func(*world) {
	return func(w *world) {
		if w.faults, w.first = f, w.Now(); f.stop() || f.noSchedules && !f.dropped {
			w.first = w.nextSlot()
		}
	}
}

// quietly has 1.5 % of all runs fail, and the API a request in 60.
func quietly(w *world) {
	w.does = func(r jobqueue.Request) (jobqueue.Result, error) {
		if w.rng.Float64() < 0.015 {
			return jobqueue.Result{}, &fault.Error{Op: "scenario", Kind: fault.Transient, Err: errors.New("for a moment")}
		}
		return succeeds(r)
	}
}

// deployed: a deployment two hours after the first, during which for two minutes no message
// is delivered and nobody calls the sweep.
func deployed(w *world, at time.Time) {
	w.apiFails = 0
	if at.Minute()%3 == 0 {
		w.apiFails = 1
	}
	d := at.Sub(midnight)
	during := d >= 2*time.Hour && d < 2*time.Hour+2*time.Minute
	w.noSweep, w.noDelivery = during, during
}

// unarmed: roles lost the right to plan a retry, and one is due.
func unarmed(functions ...string) func(*world) {
	return func(w *world) {
		failing(fault.Transient, "")(w)
		for _, f := range functions {
			w.take(f, "scheduler:CreateSchedule")
		}
	}
}

// lacking takes a right from a function.
func lacking(function, action string) func(*world) {
	return func(w *world) {
		if w.first = w.Now(); function != "sweep" {
			w.first = w.nextSlot()
		}
		w.take(function, action)
	}
}

// pressed has somebody ask for a run of ill shops every ten minutes.
func pressed(task string) func(*world, time.Time) {
	return func(w *world, at time.Time) {
		if at.Minute()%10 != 0 {
			return
		}
		for _, code := range w.ills {
			if _, err := w.operator.Jobs.Trigger(w.tb.Context(), jobs.TriggerRequest{Shop: code, Entry: task, Trigger: jobqueue.ByHand}); err != nil {
				w.tb.Fatal(err)
			}
		}
	}
}

// daily has the one run a day of ill shops be now, and fail.
func daily(w *world) {
	failing(fault.Transient, "")(w)
	for _, code := range w.ills {
		if _, err := w.operator.Jobs.Trigger(w.tb.Context(), jobs.TriggerRequest{Shop: code, Entry: "sync-orders", Trigger: jobqueue.ByHand}); err != nil {
			w.tb.Fatal(err)
		}
	}
}

// noNext stores a rule from which nothing follows, as an earlier release let it be.
func noNext(w *world) {
	w.first = w.Now()
	for _, code := range w.ills {
		e, err := w.operator.Jobs.Store.Entry(w.tb.Context(), code, "sync-orders")
		if err != nil {
			w.tb.Fatal(err)
		}
		e.Rule = recurrence.Rule{Formula: "0D", EarliestStart: e.EarliestStart}
		if err := w.operator.Jobs.Store.SaveEntry(w.tb.Context(), e); err != nil {
			w.tb.Fatal(err)
		}
	}
}

// goesOn has runs of ill shops go on, a slice a minute, for as long as it lasts.
func goesOn(w *world) {
	w.does = func(r jobqueue.Request) (jobqueue.Result, error) {
		if strings.HasPrefix(r.Shop, "ill-") {
			w.sliced = true
			return jobqueue.Result{Checkpoint: []byte(`"further"`), Counts: jobqueue.Counts{Created: 50}}, nil
		}
		return succeeds(r)
	}
}

func held(w *world) {
	for _, code := range w.ills {
		for _, entry := range []string{"sync-orders", "process-orders"} {
			if _, err := w.operator.Jobs.Hold(w.tb.Context(), code, entry, "a scenario"); err != nil {
				w.tb.Fatal(err)
			}
		}
	}
}

func paused(w *world) {
	for _, code := range w.ills {
		if err := w.operator.Jobs.Store.Pause(w.tb.Context(), code, "a scenario"); err != nil {
			w.tb.Fatal(err)
		}
	}
}

// strand has runs of ill shops go on for ever, their messages vanish, and the
// sweep send nothing.
func strand(w *world) {
	w.does = func(r jobqueue.Request) (jobqueue.Result, error) {
		if strings.HasPrefix(r.Shop, "ill-") {
			w.failed(r.Shop)
			return jobqueue.Result{Checkpoint: []byte(`"half"`)}, nil
		}
		return succeeds(r)
	}
	w.loses = true
	w.take("sweep", "sqs:SendMessage")
}

// drop loses what waits for ill shops at the moment.
func (w *world) drop(ctx context.Context) {
	for {
		ms, err := w.account.Queue.Queue.Receive(ctx, 1, time.Minute, 0)
		if err != nil || len(ms) == 0 {
			return
		}
		if strings.Contains(string(ms[0].Body), "ill-") {
			_ = w.account.Queue.Queue.Delete(ctx, ms[0].Receipt)
		}
	}
}

func nonsense(w *world) {
	w.first = w.Now()
	if err := w.account.Queue.Queue.Send(w.tb.Context(), "nobody", "", []byte("no trigger")); err != nil {
		w.tb.Fatal(err)
	}
}
