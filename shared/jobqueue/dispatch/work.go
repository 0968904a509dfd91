package dispatch

import (
	"context"
	"errors"
	"sync"
	"time"

	"backroom/shared/clock"
	"backroom/shared/jobqueue"
	"backroom/shared/queue"
)

// Work receives and handles messages until ctx ends, at most concurrency at a
// time. Slices that run when ctx ends are asked to stop, and go on from their
// checkpoint when somebody works on this queue again.
func (d *Dispatcher) Work(ctx context.Context, concurrency int) {
	var wg sync.WaitGroup
	d.slots.Add(int64(concurrency))
	defer d.slots.Add(-int64(concurrency))
	for range concurrency {
		wg.Go(func() {
			for ctx.Err() == nil {
				if _, err := d.Next(ctx, 20*time.Second); err != nil && ctx.Err() == nil {
					d.Jobs.Log.ErrorContext(ctx, "message not handled; it comes back", "err", err)
					_ = clock.Wait(ctx, time.Second) // the loop looks at ctx
				}
			}
		})
	}
	wg.Wait()
}

// Next handles one message, waiting for it up to wait, and reports whether
// there was one. Errors: those of [Dispatcher.Handle] and of the queue; the message
// then comes back.
func (d *Dispatcher) Next(ctx context.Context, wait time.Duration) (bool, error) {
	ms, err := d.Jobs.Queue.Receive(ctx, 1, jobqueue.HoldTime, wait)
	if err != nil || len(ms) == 0 {
		return false, err
	}
	m := ms[0]
	disp, err := d.Handle(ctx, m)
	if err != nil {
		return true, err
	}
	ctx = context.WithoutCancel(ctx)
	if disp.Ack {
		err = d.Jobs.Queue.Delete(ctx, m.Receipt)
	} else {
		err = d.Jobs.Queue.Extend(ctx, m.Receipt, max(disp.After, 0))
	}
	if errors.Is(err, queue.ErrStaleReceipt) {
		return true, nil // somebody else has it by now, and finds what is recorded
	}
	return true, err
}
