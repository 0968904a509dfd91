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

// Overrun is how long a slice may go on after its deadline. One that has not
// yielded by then hangs: it is stopped, and its run has failed.
const Overrun = 3 * time.Minute

// Executor is the task's side of an invocation: it renews the lease, ends the
// slice when the lease is lost or over, the run cancelled or the deadline long
// past, and makes the outcome durable before it is answered. It ends a slice by
// its context, which a task must heed.
type Executor struct {
	Tasks *Registry
	Store *Store
	Log   *slog.Logger
}

var _ Invoker = (*Executor)(nil)

// Why a slice is ended.
var (
	errCancelled = errors.New("the run was cancelled")
	errOverrun   = fmt.Errorf("the slice went on for %v after its deadline", Overrun)
)

// Codes of ends that are none of the task's.
const (
	codeCancelled   = "cancelled"
	codeQuarantined = "quarantined"
	codeOverrun     = "overrun"
)

// Invoke runs the slice to its end.
func (x *Executor) Invoke(ctx context.Context, r Request) (Result, error) {
	reg, ok := x.Tasks.Get(r.Task)
	if !ok {
		return Result{}, &fault.Error{Op: "jobqueue.Executor", Kind: fault.Bug, Err: fmt.Errorf("task %q is not registered here", r.Task)}
	}
	slice, stop := context.WithCancelCause(ctx)
	if !r.Deadline.IsZero() {
		end := time.AfterFunc(r.Deadline.Sub(x.Store.Now())+Overrun, func() { stop(errOverrun) })
		defer end.Stop()
	}
	// A lease that could not be renewed until its end is somebody else's to take.
	over := time.AfterFunc(r.Lease.Until.Sub(x.Store.Now()), func() { stop(ErrFenced) })
	defer over.Stop()
	renewals := make(chan struct{})
	go func() {
		defer close(renewals)
		x.renew(slice, r.Lease, over, stop)
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
	case errors.Is(cause, errOverrun) && err != nil:
		err = &fault.Error{
			Op: r.Task, Kind: fault.Transient, Code: codeOverrun, Err: errors.Join(errOverrun, err),
			Merchant: "The job stopped answering and was ended.",
		}
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

// renew renews the lease until ctx ends, and puts off its end, over.
func (x *Executor) renew(ctx context.Context, l Lease, over *time.Timer, stop context.CancelCauseFunc) {
	tick := time.NewTicker(RenewEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		renewed, cancelled, err := x.Store.Renew(ctx, l)
		switch {
		case errors.Is(err, ErrFenced):
			stop(ErrFenced)
			return
		case cancelled:
			stop(errCancelled)
			return
		case err != nil && ctx.Err() == nil:
			x.Log.WarnContext(ctx, "lease not renewed", "category", l.Category, "scope", l.Scope, "err", err)
		case err == nil:
			l = renewed
			over.Reset(l.Until.Sub(x.Store.Now()))
		}
	}
}
