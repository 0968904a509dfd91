package jobqueuetest_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
	"backroom/shared/queue"
	"backroom/shared/table"
)

// bubble is a job queue on the clock of a synctest bubble.
func bubble(f jobqueue.TaskFunc, views ...table.Table) (*memory.Queue, []*dispatch.Dispatcher) {
	tasks := jobqueue.NewRegistry(task("sync-orders", "orders", f))
	q := memory.NewQueue(time.Now)
	schedules := memory.NewSchedules(time.Now, q)
	log := slog.New(slog.DiscardHandler)
	var ds []*dispatch.Dispatcher
	for _, v := range views {
		store := jobstore.New(v, time.Now)
		ds = append(ds, dispatch.New(jobs.New(store, tasks, q, schedules, log), dispatch.NewExecutor(tasks, store, log)))
	}
	return q, ds
}

// TestASliceThatHangsIsStopped long after its deadline, and its run has failed
// with a sentence; the next attempt is made.
func TestASliceThatHangsIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		_, ds := bubble(func(ctx context.Context, _ jobqueue.Request) (jobqueue.Result, error) {
			if n++; n > 1 {
				return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}}, nil
			}
			<-ctx.Done()
			return jobqueue.Result{}, ctx.Err()
		}, memory.NewTable(time.Now))
		d, ctx := ds[0], t.Context()
		if err := d.Jobs.Ensure(ctx, shop, shop, time.Now()); err != nil {
			t.Fatal(err)
		}
		run, err := d.Jobs.Trigger(ctx, jobs.TriggerRequest{Shop: shop, Entry: "sync-orders", Trigger: jobqueue.ByHand})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := d.Next(ctx, 0); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took <= jobqueue.Overrun || took > jobqueue.ShortSlice+jobqueue.Overrun {
			t.Errorf("stopped after %v", took)
		}
		got, err := d.Jobs.Store.Run(ctx, shop, run.ID)
		if err != nil || got.Outcome != jobqueue.Failed || got.ErrorKind != fault.Transient || got.Merchant == "" || got.RetryAt.IsZero() {
			t.Errorf("run %+v, %v; want it failed for now, with a sentence and a retry", got, err)
		}
	})
}

// cut is a table that cannot be reached while off.
type cut struct {
	table.Table
	off *atomic.Bool
}

func (c cut) Get(ctx context.Context, k table.Key) (table.Item, error) {
	if c.off.Load() {
		return table.Item{}, errBroken
	}
	return c.Table.Get(ctx, k)
}

func (c cut) Write(ctx context.Context, ops ...table.Op) error {
	if c.off.Load() {
		return errBroken
	}
	return c.Table.Write(ctx, ops...)
}

// TestASliceThatCannotRenewItsLeaseStopsBeforeAnotherStarts: it is cut off from
// the table, and still no two slices of a category work at the same time.
func TestASliceThatCannotRenewItsLeaseStopsBeforeAnotherStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var working, most, stopped atomic.Int64
		var off atomic.Bool
		whole := memory.NewTable(time.Now)
		q, ds := bubble(func(ctx context.Context, _ jobqueue.Request) (jobqueue.Result, error) {
			most.Store(max(most.Load(), working.Add(1)))
			defer working.Add(-1)
			select {
			case <-ctx.Done():
				stopped.Add(1)
				return jobqueue.Result{}, ctx.Err()
			case <-time.After(9 * time.Minute):
			}
			return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}}, nil
		}, cut{whole, &off}, whole)
		if err := ds[0].Jobs.Ensure(ctx, shop, shop, time.Now()); err != nil {
			t.Fatal(err)
		}
		ds[0].SliceTime, ds[1].SliceTime = 10*time.Minute, 10*time.Minute
		run, err := ds[0].Jobs.Trigger(ctx, jobs.TriggerRequest{Shop: shop, Entry: "sync-orders", Trigger: jobqueue.ByHand})
		if err != nil {
			t.Fatal(err)
		}
		ms, err := q.Receive(ctx, 1, time.Hour, 0)
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = ds[0].Handle(ctx, ms[0]) }()
		time.Sleep(40 * time.Second) // it has renewed once
		off.Store(true)
		time.Sleep(jobqueue.LeaseTime)
		go func() { _, _ = ds[1].Handle(ctx, queue.Message{Body: ms[0].Body, Sent: time.Now(), Receives: 2}) }()
		time.Sleep(time.Minute)
		if most.Load() != 1 || stopped.Load() != 1 || working.Load() != 1 {
			t.Errorf("%d slices at the same time; %d stopped, %d at work", most.Load(), stopped.Load(), working.Load())
		}
		time.Sleep(10 * time.Minute)
		if got, err := ds[1].Jobs.Store.Run(ctx, shop, run.ID); err != nil || !got.Done() {
			t.Errorf("run %+v, %v", got, err)
		}
	})
}
