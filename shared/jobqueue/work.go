package jobqueue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"backroom/shared/queue"
	"backroom/shared/table"
)

// Work receives and handles messages until ctx ends, at most concurrency at a
// time. Slices that run when ctx ends are asked to stop, and go on from their
// checkpoint when somebody works on this queue again.
func (d *Dispatcher) Work(ctx context.Context, concurrency int) {
	var wg sync.WaitGroup
	for range concurrency {
		wg.Go(func() {
			for ctx.Err() == nil {
				if _, err := d.Next(ctx, 20*time.Second); err != nil && ctx.Err() == nil {
					d.Log.ErrorContext(ctx, "message not handled; it comes back", "err", err)
					pause(ctx, time.Second)
				}
			}
		})
	}
	wg.Wait()
}

// Next handles one message, waiting for it up to wait, and reports whether
// there was one.
func (d *Dispatcher) Next(ctx context.Context, wait time.Duration) (bool, error) {
	ms, err := d.Queue.Receive(ctx, 1, HoldTime, wait)
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
		err = d.Queue.Delete(ctx, m.Receipt)
	} else {
		err = d.Queue.Extend(ctx, m.Receipt, max(disp.After, 0))
	}
	if errors.Is(err, queue.ErrStaleReceipt) {
		return true, nil // somebody else has it by now, and finds what is recorded
	}
	return true, err
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// EndLeases ends every lease of the scopes: for a process that starts up as
// the only one, and knows that its predecessor is dead. Runs go on at their
// checkpoints, and what their dead slices may still send is refused.
func (s *Store) EndLeases(ctx context.Context, scopes ...string) error {
	for _, scope := range scopes {
		q := table.Query{PK: "SCOPE#" + scope, Prefix: "LOCK#"}
		for {
			p, err := s.Table.Query(ctx, q)
			if err != nil {
				return fmt.Errorf("jobqueue: leases of %s: %w", scope, err)
			}
			for _, it := range p.Items {
				if err := s.endLease(ctx, scope, it.SK[len("LOCK#"):]); err != nil {
					return fmt.Errorf("jobqueue: leases of %s: %w", scope, err)
				}
			}
			if q.Page = p.Next; q.Page == "" {
				break
			}
		}
	}
	return nil
}

func (s *Store) endLease(ctx context.Context, scope, name string) error {
	var c category
	var b beat
	var err error
	if c.Version, err = s.get(ctx, lockKey(scope, name), &c); err != nil || (c.Owner == "" && !c.Yields) {
		return err
	}
	if b.Version, err = s.get(ctx, beatKey(scope, name), &b); err != nil {
		return err
	}
	c.Until = s.Now().Add(-time.Nanosecond)
	c.Fence++ // the beat of the old fence counts no more
	op, err := put(lockKey(scope, name), c.Version, c)
	if err != nil {
		return err
	}
	return s.Table.Write(ctx, op)
}
