package schedule

import (
	"fmt"
	"time"
)

// First is when a schedule made at now fires first, and false if never.
func (s Schedule) First(now time.Time) (time.Time, bool) {
	if !s.At.IsZero() {
		return s.At, true
	}
	return s.Recurrence.Next(now)
}

// Due decides about a schedule whose next firing is next. If that is over at
// now, fire is the time to fire for, the latest of those missed, and following
// the firing after now; last tells that there is none and the schedule ends.
func (s Schedule) Due(next, now time.Time) (fire, following time.Time, due, last bool) {
	if next.After(now) {
		return time.Time{}, next, false, false
	}
	if !s.At.IsZero() {
		return s.At, time.Time{}, true, true
	}
	fire = next
	// Look back in growing steps for a firing that was missed, then walk to the last one.
	for _, back := range []time.Duration{time.Minute, time.Hour, 24 * time.Hour, 40 * 24 * time.Hour} {
		from := now.Add(-back)
		if !from.After(next) {
			from = next
		}
		t, ok := s.Recurrence.Next(from)
		if !ok || t.After(now) {
			if from.Equal(next) {
				break
			}
			continue
		}
		for ok && !t.After(now) {
			fire = t
			t, ok = s.Recurrence.Next(t)
		}
		break
	}
	following, ok := s.Recurrence.Next(now)
	return fire, following, true, !ok
}

// Right is when a schedule fires next at now whose next firing is stored as next:
// a recurring one no later than its recurrence says, however far the clock was ahead
// when it fired last. A single one fires at its time.
func (s Schedule) Right(next, now time.Time) time.Time {
	if !s.At.IsZero() || !next.After(now) {
		return next
	}
	if first, ok := s.Recurrence.Next(now); ok && first.Before(next) {
		return first
	}
	return next
}

// Validate is the ErrInvalid that names the field of s that is wrong; nil if none is.
func (s Schedule) Validate() error {
	if err := CheckName(s.Name); err != nil {
		return err
	}
	if s.Target.Group == "" || s.Target.Body == "" {
		return fmt.Errorf("target: Group and Body must be set: %w", ErrInvalid)
	}
	if s.At.IsZero() {
		return s.Recurrence.Validate()
	}
	return nil
}
