package lambdafn

import (
	"context"
	"errors"
	"time"

	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/sqs"
)

// Numbers of a sweep.
const (
	// spread has each schedule compared once in a quarter of an hour: one call
	// of Scheduler for 10,000 shops a minute would be its whole quota.
	spread = 15
	// parallel reads hide the table's round trips.
	parallel = 16
	// sweepMargin is what a sweep leaves of its function's time to tell what it did.
	sweepMargin = 5 * time.Second
)

// Sweep is the handler of the function that a schedule starts every minute. A
// sweep that could not mend everything is no error of the function: it says so,
// and the next one tries again. Its event is an empty object.
func (f *Function) Sweep(tasks *jobqueue.Registry, shops sweep.Shops) (any, error) {
	d, err := f.Dispatcher(tasks)
	if err != nil {
		return nil, err
	}
	s := sweep.New(d, shops)
	s.Spread, s.Parallel = spread, parallel
	return func(ctx context.Context, _ struct{}) (sweep.Swept, error) {
		if end, ok := ctx.Deadline(); ok {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, end.Add(-sweepMargin))
			defer cancel()
		}
		began := f.world.Now()
		swept, err := s.Sweep(ctx)
		dead, countErr := f.deadLetters(ctx)
		swept, err = swept.Add(dead), errors.Join(err, countErr)
		if err != nil {
			f.Log.ErrorContext(ctx, "sweep", "err", err)
		}
		f.Metrics.Swept(swept, f.world.Now().Sub(began), err != nil)
		return swept, nil
	}, nil
}

// deadLetters counts the messages in the two queues of dead letters. SQS's own
// metrics of a queue that nothing happens in come a quarter of an hour late.
func (f *Function) deadLetters(ctx context.Context) (out sweep.Swept, err error) {
	client := awssqs.NewFromConfig(f.aws)
	for _, q := range []struct {
		url  string
		into *int
	}{{f.config.Dispatch.DeadURL, &out.DeadLetters}, {f.config.Dispatch.DeadSchedulesURL, &out.Undelivered}} {
		if q.url == "" {
			continue
		}
		n, countErr := sqs.New(client, q.url).Waiting(ctx)
		*q.into, err = n, errors.Join(err, countErr)
	}
	return out, err
}
