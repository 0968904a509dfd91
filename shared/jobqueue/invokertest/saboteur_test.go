package invokertest_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backroom/shared/contract"
	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/invokertest"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
)

func open(tasks *jobqueue.Registry) invokertest.Harness {
	store := jobstore.New(memory.NewTable(time.Now), time.Now)
	return invokertest.Harness{Store: store, Invoker: dispatch.NewExecutor(tasks, store, slog.New(slog.DiscardHandler))}
}

func TestExecutor(t *testing.T) { invokertest.Run(t, open) }

// bad is an invoker made of a good one and a way to spoil it.
type bad struct {
	jobqueue.Invoker

	tasks  *jobqueue.Registry
	store  *jobstore.Store
	losing *atomic.Bool // the next answer is to be lost
	invoke func(ctx context.Context, b bad, r jobqueue.Request) (jobqueue.Result, error)
}

func (b bad) Invoke(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	return b.invoke(ctx, b, r)
}

func TestEverySaboteurIsNoticed(t *testing.T) {
	var mu sync.Mutex
	var latest jobqueue.Result
	tests := []struct {
		name   string
		invoke func(ctx context.Context, b bad, r jobqueue.Request) (jobqueue.Result, error)
		full   bool // calls find no room
		lose   bool // answers can be lost
	}{
		{name: "the task runs twice", invoke: func(ctx context.Context, b bad, r jobqueue.Request) (jobqueue.Result, error) {
			if reg, ok := b.tasks.Get(r.Task); ok && r.Slice < 10 {
				func() {
					defer func() { _ = recover() }()
					_, _ = reg.Task.Run(ctx, r)
				}()
			}
			return b.Invoker.Invoke(ctx, r)
		}},
		{name: "the outcome is not stored", invoke: func(ctx context.Context, b bad, r jobqueue.Request) (jobqueue.Result, error) {
			if reg, ok := b.tasks.Get(r.Task); ok {
				return reg.Task.Run(ctx, r)
			}
			return b.Invoker.Invoke(ctx, r)
		}},
		{name: "a failure loses its kind", invoke: func(ctx context.Context, b bad, r jobqueue.Request) (jobqueue.Result, error) {
			res, err := b.Invoker.Invoke(ctx, r)
			if err != nil && !errors.Is(err, jobqueue.ErrFenced) {
				err = errors.New(err.Error())
			}
			return res, err
		}},
		{name: "a failure is swallowed", invoke: func(ctx context.Context, b bad, r jobqueue.Request) (jobqueue.Result, error) {
			res, _ := b.Invoker.Invoke(ctx, r)
			return res, nil
		}},
		{name: "the lost lease is an ordinary error", invoke: func(ctx context.Context, b bad, r jobqueue.Request) (jobqueue.Result, error) {
			res, err := b.Invoker.Invoke(ctx, r)
			if errors.Is(err, jobqueue.ErrFenced) {
				err = errors.New("lease")
			}
			return res, err
		}},
		{name: "the checkpoint does not arrive", invoke: func(ctx context.Context, b bad, r jobqueue.Request) (jobqueue.Result, error) {
			r.Checkpoint = nil
			return b.Invoker.Invoke(ctx, r)
		}},
		{name: "the deadline does not arrive", invoke: func(ctx context.Context, b bad, r jobqueue.Request) (jobqueue.Result, error) {
			r.Deadline = time.Time{}
			return b.Invoker.Invoke(ctx, r)
		}},
		{name: "an outcome is stored after the lease was lost", invoke: func(ctx context.Context, b bad, r jobqueue.Request) (jobqueue.Result, error) {
			res, err := b.Invoker.Invoke(ctx, r)
			if errors.Is(err, jobqueue.ErrFenced) {
				r.Lease.Version++
				_, saved := b.store.EndSlice(ctx, r, jobqueue.Result{Done: true}, nil)
				err = errors.Join(err, saved)
			}
			return res, err
		}},
		{name: "after a lost answer the task is asked again", lose: true, invoke: func(ctx context.Context, b bad, r jobqueue.Request) (jobqueue.Result, error) {
			res, err := b.Invoker.Invoke(ctx, r)
			if b.losing.Swap(false) {
				_, again := b.Invoker.Invoke(ctx, r)
				err = errors.Join(err, errors.New("answer lost"), again)
			}
			return res, err
		}},
		{name: "a dry run becomes a real one", invoke: func(ctx context.Context, b bad, r jobqueue.Request) (jobqueue.Result, error) {
			r.DryRun = false
			return b.Invoker.Invoke(ctx, r)
		}},
		{name: "follow-ups are lost", invoke: func(ctx context.Context, b bad, r jobqueue.Request) (jobqueue.Result, error) {
			res, err := b.Invoker.Invoke(ctx, r)
			res.FollowUps = nil
			return res, err
		}},
		{name: "answers get mixed up", invoke: func(ctx context.Context, b bad, r jobqueue.Request) (jobqueue.Result, error) {
			res, err := b.Invoker.Invoke(ctx, r)
			mu.Lock()
			defer mu.Unlock()
			if latest.Counts.Read > res.Counts.Read {
				res = latest
			}
			latest = res
			return res, err
		}},
		{name: "an unknown task succeeds", invoke: func(ctx context.Context, b bad, r jobqueue.Request) (jobqueue.Result, error) {
			if _, ok := b.tasks.Get(r.Task); !ok {
				return jobqueue.Result{Done: true}, nil
			}
			return b.Invoker.Invoke(ctx, r)
		}},
		{name: "throttled, but it ran", full: true, invoke: func(ctx context.Context, b bad, r jobqueue.Request) (jobqueue.Result, error) {
			res, err := b.Invoker.Invoke(ctx, r)
			return res, errors.Join(&fault.Error{Op: "bad", Kind: fault.Throttled, RetryAfter: time.Second, Err: errors.New("busy")}, err)
		}},
	}
	var failed []string
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			failed = append(failed, contract.MustFail(t, invokertest.Cases, func(*testing.T) invokertest.Open {
				return func(tasks *jobqueue.Registry) invokertest.Harness {
					h := open(tasks)
					losing := &atomic.Bool{}
					h.Invoker = bad{h.Invoker, tasks, h.Store, losing, tt.invoke}
					if tt.lose {
						h.LoseAnswer = func() { losing.Store(true) }
					}
					if tt.full {
						h.Full = func() {}
					}
					return h
				}
			})...)
		})
	}
	contract.Sabotaged(t, invokertest.Cases, failed)
}
