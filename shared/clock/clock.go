// Package clock judges stored times by a clock that may have been set since they
// were written: a host's clock steps when somebody sets it, when its battery was
// empty, when a virtual machine wakes up.
//
// Its one law: whoever waits for a stored time waits no longer than the rule that
// made it can ask for, counted from any look at it by a clock that is right.
package clock

import (
	"fmt"
	"time"
)

// Slack is how far a time may be ahead without being taken for wrong: the clocks
// of two machines differ, and schedules fire a little early.
const Slack = time.Minute

// Ahead is how far the clock was ahead of now when it wrote written, which was
// its present then; 0 if it was not, within Slack.
func Ahead(written, now time.Time) time.Duration {
	if d := wall(written).Sub(wall(now)); d > Slack {
		return d
	}
	return 0
}

// Past is a time that was the present when it was written: itself, or now where
// the clock was ahead.
func Past(written, now time.Time) time.Time {
	if Ahead(written, now) > 0 {
		return now
	}
	return written
}

// Due reports whether what waits until a stored time need not wait any more: it
// has come, or is further away than longest, the longest wait of its rule.
func Due(at, now time.Time, longest time.Duration) bool {
	left := wall(at).Sub(wall(now))
	return left <= 0 || left > longest+Slack
}

// Since is how long ago then was, two readings of one process: by the wall clock
// or by the process's own count, whichever is longer. The count does not see the
// time that a machine has slept, the wall clock not the time by which it was set
// back. A clock that was set back behind then gives what the count says.
func Since(then, now time.Time) time.Duration {
	return max(now.Sub(then), wall(now).Sub(wall(then)))
}

// Passed is the time that has surely passed between two readings of one process:
// what both hands agree on, at least 0.
func Passed(then, now time.Time) time.Duration {
	return max(min(now.Sub(then), wall(now).Sub(wall(then))), 0)
}

// Words is how far two clocks are apart, as people say it: 45 minutes, 3 hours, 400 days.
func Words(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	if d < 2*time.Minute {
		return "1 minute"
	}
	return fmt.Sprintf("%d minutes", d/time.Minute)
}

// wall is t without the process's own count.
func wall(t time.Time) time.Time { return t.Round(0) }
