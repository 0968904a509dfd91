// Package schedule is the contract of the clock that puts messages on the
// queue: EventBridge Scheduler's behaviour, nothing finer than a minute.
// scheduletest holds the suite.
package schedule

import (
	"context"
	"errors"
	"time"
)

// TimePlaceholder in a Target's Body is replaced by the scheduled time in RFC
// 3339, UTC, so that one firing delivered twice has one body and two firings
// have two.
const TimePlaceholder = "<aws.scheduler.scheduled-time>"

// ErrInvalid means that the schedule cannot be expressed; the text says which field.
var ErrInvalid = errors.New("invalid schedule")

// ErrNotFound is Get's answer for a name that holds nothing.
var ErrNotFound = errors.New("no such schedule")

// Target is the message a firing sends. The queue deduplicates it by its body.
type Target struct {
	Group string
	Body  string // may hold TimePlaceholder
}

// Recurrence is when a recurring schedule fires: exactly one of Rate and Cron.
type Recurrence struct {
	Rate time.Duration // whole minutes, ≥ 1; fires at Anchor + n·Rate
	Cron string        // five fields: minute hour day-of-month month day-of-week
	// Anchor is the first firing of a Rate, and the time before which a Cron
	// does not fire. An anchor in the past keeps the grid: the first firing is
	// the next grid point after now.
	Anchor time.Time
	// Zone is where Cron is read. A local time that daylight saving skips is
	// skipped; one that occurs twice fires once. nil means UTC.
	Zone *time.Location
}

// Schedule is one stored schedule.
type Schedule struct {
	Name       string
	Recurrence Recurrence // zero for a one-time schedule
	At         time.Time  // zero for a recurring one
	Target     Target
	// Outdated is Get's alone: the schedule sends in a way that its engine was told
	// before, such as with a role that may be gone tomorrow, and is to be made anew.
	Outdated bool
}

// Schedules keeps schedules and fires them: each firing sends Target to the
// queue at least once, at or within a minute after its time. A process that
// was down fires a missed recurrence once, and every missed one-time schedule.
// All methods are safe for concurrent use.
type Schedules interface {
	// Every creates or replaces the recurring schedule name (1 to 64 of
	// [0-9A-Za-z-_.]).
	Every(ctx context.Context, name string, r Recurrence, t Target) error
	// At creates the one-time schedule name; it disappears after it fired. A
	// name that exists already is left as it is, without error, so that
	// repeating the call is safe. A time in the past fires at once.
	At(ctx context.Context, name string, at time.Time, t Target) error
	// Delete removes name; removing what is not there succeeds.
	Delete(ctx context.Context, name string) error
	// Get reads name, or ErrNotFound.
	Get(ctx context.Context, name string) (Schedule, error)
}
