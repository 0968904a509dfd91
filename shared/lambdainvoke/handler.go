package lambdainvoke

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
)

// Reply is what a task's function answers. A task that failed is an answer, not
// an error of the function: those count what crashed.
type Reply struct {
	Result  jobqueue.Result `json:"result"`
	Failure *Failure        `json:"failure,omitempty"`
}

// Failure is an error on its way from the task to the dispatcher.
type Failure struct {
	Op     string        `json:"op,omitempty"`
	Kind   fault.Kind    `json:"kind"`
	Code   string        `json:"code,omitempty"`
	Retry  time.Duration `json:"retry,omitempty"`
	Say    string        `json:"say,omitempty"` // to the merchant
	Text   string        `json:"text"`
	Fenced bool          `json:"fenced,omitempty"`
}

func failure(err error) *Failure {
	if err == nil {
		return nil
	}
	f := &Failure{Kind: fault.KindOf(err), Retry: fault.RetryAfter(err), Text: err.Error(), Fenced: errors.Is(err, jobqueue.ErrFenced)}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		f.Op, f.Code, f.Say, f.Text = e.Op, e.Code, e.Merchant, e.Err.Error()
	}
	return f
}

// err is the task's error again, as far as anybody asks.
func (f *Failure) err() error {
	switch {
	case f == nil:
		return nil
	case f.Fenced:
		return fmt.Errorf("%s: %w", f.Text, jobqueue.ErrFenced)
	}
	return &fault.Error{Op: f.Op, Kind: f.Kind, Code: f.Code, RetryAfter: f.Retry, Merchant: f.Say, Err: errors.New(f.Text)}
}

// margin is what a slice leaves of its function's time, to make its outcome
// durable: at the time-out nothing warns a function.
const margin = 15 * time.Second

// Handler is the handler of a task's function: executor runs the slice.
func Handler(executor jobqueue.Invoker) func(context.Context, jobqueue.Request) (Reply, error) {
	return func(ctx context.Context, r jobqueue.Request) (Reply, error) {
		if end, ok := ctx.Deadline(); ok {
			end = end.Add(-margin)
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, end)
			defer cancel()
			if r.Deadline.IsZero() || end.Before(r.Deadline) {
				r.Deadline = end
			}
		}
		res, err := executor.Invoke(ctx, r)
		return Reply{Result: res, Failure: failure(err)}, nil
	}
}
