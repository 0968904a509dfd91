package outbound

import (
	"context"
	"fmt"
	"time"

	"backroom/shared/jobqueue"
)

// Hold is how a run makes sure, before it changes anything outside, that its lease
// outlives the change. Not safe for concurrent use.
type Hold struct {
	Op      string          // the task's name, for errors
	Lease   *jobqueue.Lease // the run's own, which Renew sets
	Guard   jobqueue.Guard
	Now     func() time.Time
	Timeout time.Duration // the longest that one request is waited for
}

// Renew makes the lease last as long as one may. It gives context.Canceled when
// the run is to stop, and jobqueue.ErrFenced when the lease is lost.
func (h Hold) Renew(ctx context.Context) error {
	lease, cancelled, err := h.Guard.Renew(ctx, *h.Lease)
	if err != nil {
		return err
	}
	*h.Lease = lease
	if cancelled {
		return context.Canceled
	}
	return nil
}

// Held gives jobqueue.ErrFenced unless the lease outlives a request that starts
// now: an owner that wakes up after its lease must change nothing.
func (h Hold) Held() error {
	if maySend(h.Now(), h.Lease.Until, h.Timeout) {
		return nil
	}
	return fmt.Errorf("%s: the lease does not outlive a request: %w", h.Op, jobqueue.ErrFenced)
}

// Ensure is Held, after a renewal if one is needed. Errors: jobqueue.ErrFenced, and
// those of the renewal.
func (h Hold) Ensure(ctx context.Context) error {
	if h.Held() == nil {
		return nil
	}
	if err := h.Renew(ctx); err != nil {
		return err
	}
	return h.Held()
}
