package jobqueuetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobqueuetest"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
	"backroom/shared/queue"
	"backroom/shared/table"
	"backroom/shared/testclock"
)

const shop = "acme"

// rig is a whole job queue in memory, on its own clock.
type rig struct {
	*testclock.Clock
	seq       atomic.Int64
	tb        testing.TB
	table     *memory.Table
	queue     *memory.Queue
	schedules *memory.Schedules
	tasks     *jobqueue.Registry
	d         *dispatch.Dispatcher
}

func newRig(tb testing.TB, regs ...jobqueue.Registration) *rig {
	tb.Helper()
	r := &rig{Clock: testclock.New(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)), tb: tb}
	r.table = memory.NewTable(r.Now)
	r.queue = memory.NewQueue(r.Now)
	r.schedules = memory.NewSchedules(r.Now, r.queue)
	r.tasks = jobqueue.NewRegistry(regs...)
	r.d = r.dispatcher(r.table)
	if err := r.d.Jobs.Ensure(tb.Context(), shop, shop, r.Now().Add(time.Minute)); err != nil {
		tb.Fatal(err)
	}
	return r
}

// dispatcher makes one more dispatcher of the same queue, on a view of the table.
func (r *rig) dispatcher(t table.Table) *dispatch.Dispatcher {
	store := jobstore.New(t, r.Now)
	log := slog.New(slog.DiscardHandler)
	jobs := jobs.New(store, r.tasks, r.queue, r.schedules, log)
	jobs.Random = func(n int64) int64 { return r.seq.Add(1) % n }
	return dispatch.New(jobs, dispatch.NewExecutor(r.tasks, store, log))
}

// tick fires the schedules that are due.
func (r *rig) tick() {
	r.tb.Helper()
	if _, err := r.schedules.Tick(r.tb.Context()); err != nil {
		r.tb.Fatal(err)
	}
}

// next handles one message, which there must be.
func (r *rig) next() {
	r.tb.Helper()
	if some, err := r.d.Next(r.tb.Context(), 0); err != nil || !some {
		r.tb.Fatalf("handled a message: %v, %v", some, err)
	}
}

// messageOf is a delivery that no queue has made.
func messageOf(r *rig, body []byte) queue.Message {
	return queue.Message{Body: body, Sent: r.Now(), Receives: 1}
}

// drain handles messages until none is visible.
func (r *rig) drain() {
	r.tb.Helper()
	for {
		some, err := r.d.Next(r.tb.Context(), 0)
		if err != nil {
			r.tb.Fatal(err)
		}
		if !some {
			return
		}
	}
}

// pass lets time pass in steps of 10 s, firing schedules and handling messages.
func (r *rig) pass(d time.Duration) {
	r.tb.Helper()
	for end := r.Now().Add(d); r.Now().Before(end); {
		r.Advance(10 * time.Second)
		if _, err := r.schedules.Tick(r.tb.Context()); err != nil {
			r.tb.Fatal(err)
		}
		r.drain()
	}
}

func (r *rig) trigger(entry string) jobqueue.Run {
	r.tb.Helper()
	run, err := r.d.Jobs.Trigger(r.tb.Context(), jobs.TriggerRequest{Shop: shop, Entry: entry, Trigger: jobqueue.ByHand})
	if err != nil {
		r.tb.Fatal(err)
	}
	return run
}

func (r *rig) run(id string) jobqueue.Run {
	r.tb.Helper()
	run, err := r.d.Jobs.Store.Run(r.tb.Context(), shop, id)
	if err != nil {
		r.tb.Fatal(err)
	}
	return run
}

func (r *rig) entry(id string) jobqueue.Entry {
	r.tb.Helper()
	e, err := r.d.Jobs.Store.Entry(r.tb.Context(), shop, id)
	if err != nil {
		r.tb.Fatal(err)
	}
	return e
}

// history is what the runs of an entry have left behind.
func (r *rig) history(id string) jobqueue.History {
	r.tb.Helper()
	h, err := r.d.Jobs.Store.History(r.tb.Context(), r.entry(id))
	if err != nil {
		r.tb.Fatal(err)
	}
	return h
}

// runs lists all runs, oldest first.
func (r *rig) runs() []jobqueue.Run {
	r.tb.Helper()
	rs, err := jobqueuetest.Logged(r.tb.Context(), r.d.Jobs.Store, shop)
	if err != nil {
		r.tb.Fatal(err)
	}
	slices.Reverse(rs)
	return rs
}

func task(name, category string, f jobqueue.TaskFunc) jobqueue.Registration {
	return jobqueue.Registration{Name: name, Task: f, Default: jobqueue.Entry{Category: category, MaxAttempts: 3, RerunDelay: time.Minute}}
}

func every(reg jobqueue.Registration, d time.Duration) jobqueue.Registration {
	reg.Default.Every = d
	return reg
}

func done(context.Context, jobqueue.Request) (jobqueue.Result, error) {
	return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Read: 1, Unchanged: 1}}, nil
}

var errBroken = errors.New("broken")

func checkpoint(v any) json.RawMessage {
	js, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return js
}
