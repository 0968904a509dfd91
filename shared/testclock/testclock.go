// Package testclock is a clock that only moves when a test, or who waits on it,
// moves it.
package testclock

import (
	"context"
	"sync"
	"time"
)

// Clock is safe for concurrent use.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Monday is a Monday's noon, for tests to which one time is as good as another.
var Monday = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// New makes a clock that stands at a time.
func New(at time.Time) *Clock { return &Clock{at: at} }

// Now is what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Wait moves the clock at once; it fails as ctx does.
func (c *Clock) Wait(ctx context.Context, d time.Duration) error {
	c.Advance(d)
	return ctx.Err()
}
