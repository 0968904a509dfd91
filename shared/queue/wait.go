package queue

import (
	"context"
	"time"
)

// Wait is the long poll of an adapter that keeps its messages itself: it looks
// until there are some, until wait is over or ctx is done. look answers the
// messages, a channel that is closed when there may be new ones, made before it
// looked, and how long it takes until one may become visible again (0: unknown).
// Errors: those of look, and of a ctx that is done.
func Wait(ctx context.Context, wait time.Duration, look func() (ms []Message, wake <-chan struct{}, next time.Duration, err error)) ([]Message, error) {
	var over <-chan time.Time
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		over = t.C
	}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		ms, wake, next, err := look()
		if err != nil || len(ms) > 0 || wait <= 0 {
			return ms, err
		}
		var due <-chan time.Time
		if next > 0 {
			due = time.After(next)
		}
		select {
		case <-ctx.Done():
		case <-over:
			wait = 0 // one last look
		case <-wake:
		case <-due:
		}
	}
}
