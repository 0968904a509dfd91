package functions_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/recurrence"
	"backroom/shared/schedule"
)

// scenarios are what the queue goes through, each in an account of its own.
var scenarios = map[string]func(*testing.T, *world){
	"a day with an outage":  dayWithOutage,
	"chained":               chained,
	"listed":                listed,
	"one-off":               oneOff,
	"orphan":                orphan,
	"large checkpoint":      largeCheckpoint,
	"overtaking":            overtaking,
	"follow-up":             followUp,
	"recorded by the sweep": recorded,
	"lost":                  lost,
	"hand-over":             handOver,
	"another role":          otherRole,
	"restored table":        restored,
	"merchants":             merchants,
	"posted":                posted,
	"proved":                proved,
}

func finished(context.Context, jobqueue.Request) (jobqueue.Result, error) {
	return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}}, nil
}

// save stores one more entry of the shop; the built-in one is on hold, so that
// nothing else runs.
func (w *world) save(t *testing.T, e jobqueue.Entry) {
	t.Helper()
	if w.script == nil {
		w.script = finished
	}
	if _, err := w.dispatcher.Jobs.Hold(t.Context(), "sample", "sync-orders", "a scenario"); err != nil {
		t.Fatal(err)
	}
	e.Shop, e.Scope, e.MaxAttempts, e.Status = "sample", "sample", 3, jobqueue.Ready
	if e.Task == "" {
		e.Task = "sync-orders"
	}
	if e.Category == "" {
		e.Category = "orders"
	}
	if _, err := w.dispatcher.Jobs.Save(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

func (w *world) trigger(t *testing.T, entry string) jobqueue.Run {
	t.Helper()
	r, err := w.dispatcher.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: "sample", Entry: entry, Trigger: jobqueue.ByHand})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (w *world) ended(t *testing.T, run string, want jobqueue.Outcome) {
	t.Helper()
	r, err := w.dispatcher.Jobs.Store.Run(t.Context(), "sample", run)
	if err != nil || r.Outcome != want {
		t.Errorf("run %s: %q %s, %v; want %s", run, r.Outcome, r.Detail, err, want)
	}
}

// chained: each run arms the next.
func chained(t *testing.T, w *world) {
	t.Helper()
	ran := map[string]int{}
	w.script = func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
		ran[r.Entry]++
		return finished(ctx, r)
	}
	w.save(t, jobqueue.Entry{ID: "drifting", Rule: recurrence.Rule{Every: 10 * time.Minute, Drifting: true, EarliestStart: w.Now().Add(time.Minute)}})
	w.save(t, jobqueue.Entry{ID: "by-date", Rule: recurrence.Rule{Formula: "1D", EarliestStart: w.Now().Add(time.Minute)}})
	w.live(55 * time.Minute)
	if ran["drifting"] < 5 || ran["by-date"] != 1 {
		t.Errorf("ran %v, want 5 and 1", ran)
	}
	e, h, err := w.dispatcher.Jobs.Store.WithHistory(t.Context(), "sample", "by-date")
	if err != nil {
		t.Fatal(err)
	}
	next, ok := e.NextRun(h)
	if !ok || !next.After(w.Now()) {
		t.Errorf("the next date is %v", next)
	}
	w.Advance(next.Sub(w.Now()))
	w.live(5 * time.Minute)
	if ran["by-date"] != 2 {
		t.Errorf("ran %v after its next date", ran)
	}
}

// oneOff: its entry goes with its run.
func oneOff(t *testing.T, w *world) {
	t.Helper()
	w.save(t, jobqueue.Entry{ID: "once", Once: true, Rule: recurrence.Rule{EarliestStart: w.Now().Add(time.Minute)}})
	w.live(10 * time.Minute)
	if e, err := w.dispatcher.Jobs.Store.Entry(t.Context(), "sample", "once"); !errors.Is(err, jobstore.ErrNotFound) {
		t.Errorf("after its run there is %+v, %v", e, err)
	}
}

// orphan: a schedule ticks for an entry that is gone.
func orphan(t *testing.T, w *world) {
	t.Helper()
	w.script = finished
	e, err := w.dispatcher.Jobs.Store.Entry(t.Context(), "sample", "sync-orders")
	if err != nil {
		t.Fatal(err)
	}
	rec, _ := e.Grid()
	gone := jobqueue.Entry{Shop: "sample", ID: "gone"}
	body := `{"v":1,"shop":"sample","entry":"gone","trigger":"schedule","at":"` + schedule.TimePlaceholder + `"}`
	if err := w.dispatcher.Jobs.Schedules.Every(t.Context(), gone.ScheduleName(), rec, schedule.Target{Group: e.Group(), Body: body}); err != nil {
		t.Fatal(err)
	}
	w.live(15 * time.Minute)
	if _, err := w.dispatcher.Jobs.Schedules.Get(t.Context(), gone.ScheduleName()); !errors.Is(err, schedule.ErrNotFound) {
		t.Errorf("it still ticks: %v", err)
	}
}

// largeCheckpoint: what does not fit into the category's item is kept apart. A
// run that goes on, and one that nobody knows, can be looked at.
func largeCheckpoint(t *testing.T, w *world) {
	t.Helper()
	big, err := json.Marshal(strings.Repeat("x", 40<<10))
	if err != nil {
		t.Fatal(err)
	}
	w.script = func(_ context.Context, r jobqueue.Request) (jobqueue.Result, error) {
		if r.Slice > 1 && len(r.Checkpoint) != len(big) {
			t.Errorf("slice %d begins with a checkpoint of %d bytes", r.Slice, len(r.Checkpoint))
		}
		w.look(t, r.Run, http.StatusOK) //nolint:contextcheck // somebody else asks
		return jobqueue.Result{Done: r.Slice == 3, Checkpoint: big, Counts: jobqueue.Counts{Created: 1}}, nil
	}
	for _, task := range []string{"sync-orders", "process-orders"} {
		w.save(t, jobqueue.Entry{ID: "large-" + task, Task: task})
		r := w.trigger(t, "large-"+task)
		w.live(5 * time.Minute)
		w.ended(t, r.ID, jobqueue.Succeeded)
	}
	w.look(t, "nobody", http.StatusNotFound)
}

// overtaking: the higher priority goes first.
func overtaking(t *testing.T, w *world) {
	t.Helper()
	var order []string
	w.script = func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
		order = append(order, r.Entry)
		return finished(ctx, r)
	}
	w.save(t, jobqueue.Entry{ID: "low", Priority: jobqueue.Low})
	w.save(t, jobqueue.Entry{ID: "high", Priority: jobqueue.High})
	low, high := w.trigger(t, "low"), w.trigger(t, "high")
	w.live(5 * time.Minute)
	w.ended(t, low.ID, jobqueue.Succeeded)
	w.ended(t, high.ID, jobqueue.Succeeded)
	if got := fmt.Sprint(order); got != "[high low]" {
		t.Errorf("ran %s", got)
	}
}

// followUp: the entry of the task that is asked for has a name of its own.
func followUp(t *testing.T, w *world) {
	t.Helper()
	var ran []string
	w.script = func(_ context.Context, r jobqueue.Request) (jobqueue.Result, error) {
		ran = append(ran, r.Entry)
		out := jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}}
		if r.Task == "sync-orders" {
			out.FollowUps = []string{"process-orders"}
		}
		return out, nil
	}
	w.save(t, jobqueue.Entry{ID: "import"})
	w.save(t, jobqueue.Entry{ID: "documents", Task: "process-orders"})
	if err := w.dispatcher.Jobs.Delete(t.Context(), "sample", "process-orders"); err != nil {
		t.Fatal(err)
	}
	w.trigger(t, "import")
	w.live(5 * time.Minute)
	if got := fmt.Sprint(ran); got != "[import documents]" {
		t.Errorf("ran %s", got)
	}
}

// lost: a dispatcher dies with its message, and no message brings the run back.
func lost(t *testing.T, w *world) {
	t.Helper()
	w.save(t, jobqueue.Entry{ID: "by-hand"})
	w.script = func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{Checkpoint: json.RawMessage(`"half"`), Counts: jobqueue.Counts{Created: 1}}, nil
	}
	r := w.trigger(t, "by-hand")
	if _, err := w.account.Deliver(t.Context(), w.dispatch); err != nil {
		t.Fatal(err)
	}
	for end := w.Now().Add(3 * time.Hour); w.Now().Before(end); w.Advance(time.Minute) {
		w.drop(t)
		if _, err := w.sweep.Invoke(t.Context(), []byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
	w.ended(t, r.ID, jobqueue.Lost)
}

// recorded: dispatchers die with their messages once their tasks have stored what
// they did, and the sweep records it: a slice whose checkpoint is large, and the
// end of an entry for one run.
func recorded(t *testing.T, w *world) {
	t.Helper()
	big, err := json.Marshal(strings.Repeat("x", 40<<10))
	if err != nil {
		t.Fatal(err)
	}
	w.script = func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
		if r.Entry == "once" {
			return finished(ctx, r)
		}
		return jobqueue.Result{Done: r.Slice == 2, Checkpoint: big, Counts: jobqueue.Counts{Created: 1}}, nil
	}
	w.save(t, jobqueue.Entry{ID: "large"})
	r := w.trigger(t, "large")
	w.dieAfterInvoke(t)
	w.live(time.Hour)
	w.ended(t, r.ID, jobqueue.Succeeded)
	w.save(t, jobqueue.Entry{ID: "once", Once: true, Rule: recurrence.Rule{EarliestStart: w.Now().Add(time.Minute)}})
	w.Advance(time.Minute)
	if err := w.account.Schedules.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.dieAfterInvoke(t)
	if e, err := w.dispatcher.Jobs.Store.Entry(t.Context(), "sample", "once"); !errors.Is(err, jobstore.ErrNotFound) {
		t.Errorf("after its run there is %+v, %v", e, err)
	}
}

// dieAfterInvoke has the next dispatcher die as soon as its task has answered,
// and loses its message and all that the sweep sends for half an hour.
func (w *world) dieAfterInvoke(t *testing.T) {
	t.Helper()
	called := false
	g := w.guards["dispatch"]
	g.Dead = func(action string) bool {
		was := called
		called = called || action == "lambda:InvokeFunction"
		return was
	}
	if _, err := w.account.Deliver(t.Context(), w.dispatch); err != nil || !called {
		t.Fatalf("task called: %v, %v", called, err)
	}
	g.Dead = nil
	for end := w.Now().Add(30 * time.Minute); w.Now().Before(end); w.Advance(time.Minute) {
		w.drop(t)
		if _, err := w.sweep.Invoke(t.Context(), []byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
}

// drop loses every message that can be received.
func (w *world) drop(t *testing.T) {
	t.Helper()
	for {
		ms, err := w.account.Queue.Queue.Receive(t.Context(), 1, visible, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(ms) == 0 {
			return
		}
		if err := w.account.Queue.Queue.Delete(t.Context(), ms[0].Receipt); err != nil {
			t.Fatal(err)
		}
	}
}

const visible = 15 * time.Minute

// handOver: a message that has become old ends, and a new one goes on.
func handOver(t *testing.T, w *world) {
	t.Helper()
	w.save(t, jobqueue.Entry{ID: "by-hand"})
	r := w.trigger(t, "by-hand")
	w.Advance(10*24*time.Hour + time.Minute)
	w.live(5 * time.Minute)
	w.ended(t, r.ID, jobqueue.Succeeded)
	if n := w.account.Queue.Queue.Len(); n != 0 {
		t.Errorf("%d messages are left", n)
	}
}

// otherRole: schedules that were made with the role of before are made anew
// before it goes, and nothing is late by it.
func otherRole(t *testing.T, w *world) {
	t.Helper()
	const before = "arn:aws:iam::123456789012:role/backroom-prod-schedules"
	w.save(t, jobqueue.Entry{ID: "grid", Rule: recurrence.Rule{Every: 20 * time.Minute, EarliestStart: w.Now().Add(time.Minute)}})
	w.save(t, jobqueue.Entry{ID: "by-date", Rule: recurrence.Rule{Formula: "1D", EarliestStart: w.Now().Add(3 * time.Hour)}})
	w.account.Schedules.SendWith(before)
	if old := w.account.Schedules.SendingWith(before); len(old) != 3 { // those two, and that of the proof
		t.Fatalf("%q send with the role of before, want three", old)
	}
	w.live(16 * time.Minute)
	if old := w.account.Schedules.SendingWith(before); len(old) != 0 {
		t.Errorf("%q still send with the role of before", old)
	}
	w.account.Schedules.DeleteRole(before)
	w.live(4 * time.Hour)
	if n := w.account.Schedules.Dropped(); n != 0 {
		t.Errorf("%d firings were lost", n)
	}
	for _, entry := range []string{"grid", "by-date"} {
		if _, h, err := w.dispatcher.Jobs.Store.WithHistory(t.Context(), "sample", entry); err != nil || w.Now().Sub(h.Started) > time.Hour+20*time.Minute {
			t.Errorf("%s ran last at %v, %v", entry, h.Started, err)
		}
	}
}

// restored: a table as of a moment at which the schedules of today were not
// there, and whose accepted run has no message any more.
func restored(t *testing.T, w *world) {
	t.Helper()
	w.script = finished
	w.live(5 * time.Minute)
	e, err := w.dispatcher.Jobs.Store.Entry(t.Context(), "sample", "sync-orders")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.dispatcher.Jobs.Schedules.Delete(t.Context(), e.ScheduleName()); err != nil {
		t.Fatal(err)
	}
	r := w.trigger(t, "process-orders")
	w.drop(t)
	w.live(30 * time.Minute)
	w.ended(t, r.ID, jobqueue.Succeeded)
	if _, err := w.dispatcher.Jobs.Schedules.Get(t.Context(), e.ScheduleName()); err != nil {
		t.Errorf("its schedule: %v", err)
	}
}
