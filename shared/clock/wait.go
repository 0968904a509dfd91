package clock

import (
	"context"
	"time"
)

// Wait waits for d on real time, or until ctx ends, whose error it answers then.
func Wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
