package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
)

// Executor is the task's side of an invocation: it renews the lease, ends the
// slice when the lease is lost or over, the run cancelled or the deadline long
// past, and makes the outcome durable before it is answered. It ends a slice by
// its context, which a task must heed. Safe for concurrent use.
type Executor struct {
	tasks *jobqueue.Registry
	store *jobstore.Store
	log   *slog.Logger
}

// NewExecutor makes an executor. It panics when one of its parts is nil.
func NewExecutor(tasks *jobqueue.Registry, store *jobstore.Store, log *slog.Logger) *Executor {
	if tasks == nil || store == nil || log == nil {
		panic("dispatch: an executor needs tasks, store and log")
	}
	return &Executor{tasks: tasks, store: store, log: log}
}

var _ jobqueue.Invoker = (*Executor)(nil)

// Why a slice is ended.
var (
	errCancelled = errors.New("the run was cancelled")
	errOverrun   = fmt.Errorf("the slice went on for %v after its deadline", jobqueue.Overrun)
)

// Codes of ends that are none of the task's.
const (
	CodeCancelled   = "cancelled"
	codeQuarantined = "quarantined"
	codeOverrun     = "overrun"
)

// Invoke runs the slice to its end. Errors: the task's own; ErrFenced when the lease
// is lost; those of storing the outcome, which is then not durable.
func (x *Executor) Invoke(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	reg, ok := x.tasks.Get(r.Task)
	if !ok {
		return jobqueue.Result{}, &fault.Error{Op: "jobqueue.Executor", Kind: fault.Bug, Err: fmt.Errorf("task %q is not registered here", r.Task)}
	}
	slice, stop := context.WithCancelCause(ctx)
	if !r.Deadline.IsZero() {
		end := time.AfterFunc(r.Deadline.Sub(x.store.Now())+jobqueue.Overrun, func() { stop(errOverrun) })
		defer end.Stop()
	}
	// A lease that could not be renewed until its end is somebody else's to take.
	over := time.AfterFunc(r.Lease.Until.Sub(x.store.Now()), func() { stop(jobqueue.ErrFenced) })
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
	if errors.Is(cause, jobqueue.ErrFenced) || errors.Is(err, jobqueue.ErrFenced) {
		return jobqueue.Result{}, fmt.Errorf("task %s: %w", r.Task, jobqueue.ErrFenced)
	}
	switch {
	case errors.Is(cause, errCancelled):
		err = &fault.Error{Op: r.Task, Kind: fault.Rejected, Code: CodeCancelled, Err: errCancelled}
	case errors.Is(cause, errOverrun) && err != nil:
		err = &fault.Error{
			Op: r.Task, Kind: fault.Transient, Code: codeOverrun, Err: errors.Join(errOverrun, err),
			Merchant: "The job stopped answering and was ended.",
		}
	case ctx.Err() != nil && err != nil:
		// The process stops: that is nobody's failure, the slice is run again.
		res, err = jobqueue.Result{Checkpoint: r.Checkpoint}, nil
	}
	res, saveErr := x.store.EndSlice(context.WithoutCancel(ctx), r, res, err)
	if saveErr != nil {
		return jobqueue.Result{}, fmt.Errorf("task %s: outcome not stored: %w", r.Task, saveErr)
	}
	return res, err
}

// run turns a panic of the task into a failure of the run: one shop's bad
// record must not end the process of all.
func run(ctx context.Context, t jobqueue.Task, r jobqueue.Request) (res jobqueue.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &fault.Error{Op: r.Task, Kind: fault.Bug, Err: fmt.Errorf("panic: %v", p)}
		}
	}()
	return t.Run(ctx, r)
}

// renew renews the lease until ctx ends, and puts off its end, over.
func (x *Executor) renew(ctx context.Context, l jobqueue.Lease, over *time.Timer, stop context.CancelCauseFunc) {
	tick := time.NewTicker(jobqueue.RenewEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		renewed, cancelled, err := x.store.Renew(ctx, l)
		switch {
		case errors.Is(err, jobqueue.ErrFenced):
			stop(jobqueue.ErrFenced)
			return
		case cancelled:
			stop(errCancelled)
			return
		case err != nil && ctx.Err() == nil:
			x.log.WarnContext(ctx, "lease not renewed", "category", l.Category, "scope", l.Scope, "err", err)
		case err == nil:
			l = renewed
			over.Reset(l.Until.Sub(x.store.Now()))
		}
	}
}
