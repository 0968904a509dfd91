package jobqueue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"backroom/shared/fault"
)

// Invoker runs one slice of a task somewhere: in this process, or as a Lambda
// function. It returns what the task returned. Throttled means that the task
// was not started. Any other error may hide a slice that has run or still
// runs: the durable outcome tells, or the end of its lease.
type Invoker interface {
	Invoke(ctx context.Context, r Request) (Result, error)
}

// Executor is the task's side of an invocation: it renews the lease, ends the
// slice when the lease is lost or the run cancelled, and makes the outcome
// durable before it is answered.
type Executor struct {
	Tasks *Registry
	Store *Store
	Log   *slog.Logger
}

var _ Invoker = (*Executor)(nil)

// errCancelled ends a slice whose run was cancelled.
var errCancelled = errors.New("the run was cancelled")

const codeCancelled = "cancelled"

// Invoke runs the slice to its end.
func (x *Executor) Invoke(ctx context.Context, r Request) (Result, error) {
	reg, ok := x.Tasks.Get(r.Task)
	if !ok {
		return Result{}, &fault.Error{Op: "jobqueue.Executor", Kind: fault.Bug, Err: fmt.Errorf("task %q is not registered here", r.Task)}
	}
	slice, stop := context.WithCancelCause(ctx)
	renewals := make(chan struct{})
	go func() {
		defer close(renewals)
		x.renew(slice, r.Lease, stop)
	}()
	res, err := run(slice, reg.Task, r)
	cause := context.Cause(slice)
	stop(nil)
	<-renewals
	if errors.Is(cause, ErrFenced) || errors.Is(err, ErrFenced) {
		return Result{}, fmt.Errorf("task %s: %w", r.Task, ErrFenced)
	}
	switch {
	case errors.Is(cause, errCancelled):
		err = &fault.Error{Op: r.Task, Kind: fault.Rejected, Code: codeCancelled, Err: errCancelled}
	case ctx.Err() != nil && err != nil:
		// The process stops: that is nobody's failure, the slice is run again.
		res, err = Result{Checkpoint: r.Checkpoint}, nil
	}
	res, saveErr := x.Store.endSlice(context.WithoutCancel(ctx), r, res, err)
	if saveErr != nil {
		return Result{}, fmt.Errorf("task %s: outcome not stored: %w", r.Task, saveErr)
	}
	return res, err
}

// run turns a panic of the task into a failure of the run: one shop's bad
// record must not end the process of all.
func run(ctx context.Context, t Task, r Request) (res Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &fault.Error{Op: r.Task, Kind: fault.Bug, Err: fmt.Errorf("panic: %v", p)}
		}
	}()
	return t.Run(ctx, r)
}

func (x *Executor) renew(ctx context.Context, l Lease, stop context.CancelCauseFunc) {
	tick := time.NewTicker(RenewEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		_, cancelled, err := x.Store.Renew(ctx, l)
		switch {
		case errors.Is(err, ErrFenced):
			stop(ErrFenced)
			return
		case cancelled:
			stop(errCancelled)
			return
		case err != nil && ctx.Err() == nil:
			x.Log.WarnContext(ctx, "lease not renewed", "category", l.Category, "scope", l.Scope, "err", err)
		}
	}
}
