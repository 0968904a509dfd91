// Package outbound decides about creates and actions whose effect may be unknown.
//
// Each is preceded by a durable intent with the time it is sent. After a lost
// answer the thing is looked up: what is found is adopted at once, but "not found",
// or "not done", counts only when the request can no longer take effect.
package outbound

import (
	"cmp"
	"time"

	"backroom/shared/clock"
	"backroom/shared/fault"
)

// settle can be shortened by the linker, for tests that kill real processes
// against a simulator: no setting reaches it.
var settle = "20m"

// Settle is how long a request to Business Central may still take effect after
// it was sent: 8 minutes queued, 8 running, and a margin.
var Settle = duration(settle)

func duration(s string) time.Duration {
	d, err := time.ParseDuration(s)
	if err != nil {
		panic("outbound: settle was linked as " + s)
	}
	return d
}

// SendWithin is how old an intent may be when its request goes out. Settle
// counts from the intent, and its margin must cover the time between the two.
const SendWithin = 2 * time.Minute

// Created is the outcome of one create of a batch. Exactly one of Entity and
// Err is meaningful; an Err of kind fault.Unknown may have taken effect.
type Created[T any] struct {
	Entity T
	Err    error
}

// Step is what to do about one thing to create.
type Step int

// The steps.
const (
	Create    Step = iota + 1 // nothing exists, nothing can still arrive
	Adopt                     // exactly one exists
	Wait                      // the outcome is unknown and not settled yet
	Ambiguous                 // more than one exists: never choose
)

// Next decides. sent is the time of the intent, zero when there is none, and now
// that of the lookup, both by one clock, see [Sent]; found is the number of things
// that a lookup made after now has shown.
func Next(sent time.Time, found int, now time.Time) Step {
	switch {
	case found > 1:
		return Ambiguous
	case found == 1:
		return Adopt
	case sent.IsZero() || !now.Before(sent.Add(Settle)):
		return Create
	}
	return Wait
}

// maySend reports whether a request sent at now, and answered or given up
// within timeout, is over before the lease ends: only then may a create start.
// A paused owner that wakes up after its lease fails this test.
func maySend(now, leaseUntil time.Time, timeout time.Duration) bool {
	return clock.Since(leaseUntil, now)+timeout < 0
}

// fresh reports whether the request of an intent stored with the time sent may
// still go out. A process that slept in between takes the intent back instead.
func fresh(sent, now time.Time) bool { return clock.Since(sent, now) <= SendWithin }

// Kind is the fault.Kind of a failed create. Unlike fault.KindOf it takes a
// failure that nobody has classified for Unknown: the create may have happened.
func Kind(err error) fault.Kind {
	if err == nil {
		return ""
	}
	return cmp.Or(fault.Of(err).Kind, fault.Unknown)
}
