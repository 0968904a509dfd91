package jobqueuetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/table"
)

// abroad is a system on the other side, in which a create without a key of its
// own may take effect long after whoever sent it is dead.
type abroad struct {
	*lab
	effects map[string][]time.Time // by run
}

func (a *abroad) found(run string) (n int) {
	for _, at := range a.effects[run] {
		if !a.Now().Before(at) {
			n++
		}
	}
	return n
}

// create makes one thing for r's run, as all tasks do: the intent is written
// first, under the lease, and a thing whose outcome is unknown is looked up.
// pause is between the decision and the intent; the effect comes after delay.
func (a *abroad) create(ctx context.Context, r jobqueue.Request, pause func(), delay time.Duration) (jobqueue.Result, error) {
	k := table.Key{PK: "SHOP#acme", SK: "INTENT#" + r.Run}
	var sent time.Time
	it, err := a.table.Get(ctx, k)
	if err == nil {
		err = sent.UnmarshalText(it.Data)
	}
	if err != nil && !errors.Is(err, table.ErrNotFound) {
		return jobqueue.Result{}, err
	}
	const unsettled, timeout = 20 * time.Minute, 100 * time.Second
	switch n := a.found(r.Run); {
	case n > 1:
		return jobqueue.Result{}, &fault.Error{Op: "create", Kind: fault.Bug, Err: errNo}
	case n == 1:
		return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Unchanged: 1}}, nil
	case !sent.IsZero() && a.Now().Before(sent.Add(unsettled)), !a.Now().Add(timeout).Before(r.Lease.Until):
		return jobqueue.Result{}, &fault.Error{Op: "create", Kind: fault.Throttled, RetryAfter: 5 * time.Minute, Err: errNo}
	}
	if pause != nil {
		pause()
	}
	now, err := a.Now().MarshalText()
	if err != nil {
		return jobqueue.Result{}, err
	}
	if err := a.d.Jobs.Store.Write(ctx, r.Lease, table.Put(table.Item{Key: k, Data: now}, table.Always)); err != nil {
		return jobqueue.Result{}, err
	}
	a.effects[r.Run] = append(a.effects[r.Run], a.Now().Add(delay))
	return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}}, nil
}

func TestI17ExternalWritesRepeatSafely(t *testing.T) {
	invariant(t, func(l *lab) error {
		a := &abroad{l, map[string][]time.Time{}}
		l.settle(job("export", "documents", func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
			return a.create(ctx, r, nil, 0)
		}))
		for _, tt := range []struct {
			name string
			do   func(jobqueue.Request) error // the first slice's side
		}{
			{"its answer is lost", func(r jobqueue.Request) error {
				_, _ = a.create(l.ctx, r, nil, 0)
				return errKilled
			}},
			{"it takes effect long after its sender is dead", func(r jobqueue.Request) error {
				_, _ = a.create(l.ctx, r, nil, 15*time.Minute)
				return errKilled
			}},
			{"its sender sleeps before the intent, and wakes up when another slice has made it", func(r jobqueue.Request) error {
				l.during = nil
				_, err := a.create(l.ctx, r, func() {
					l.Advance(jobqueue.LeaseTime)
					l.drain()
				}, 0)
				return err
			}},
		} {
			first := true
			l.during = func(r jobqueue.Request) error {
				if !first {
					return nil
				}
				first = false
				return tt.do(r)
			}
			run := l.trigger("export")
			_, err := l.deliver(l.d)
			must(err)
			l.pass(40*time.Minute, 30*time.Second, nil)
			if n, got := a.found(run.ID), l.run(run.ID); n != 1 || got.Outcome != jobqueue.Succeeded {
				return violated("%s: %d things were created, and the run is %q", tt.name, n, got.Outcome)
			}
		}
		return nil
	})
}
