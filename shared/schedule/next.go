package schedule

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

var namePattern = regexp.MustCompile(`^[0-9A-Za-z_.-]{1,64}$`)

// CheckName refuses names that EventBridge Scheduler would refuse, with ErrInvalid.
func CheckName(name string) error {
	if !namePattern.MatchString(name) {
		return fmt.Errorf("name %.70q: 1 to 64 of [0-9A-Za-z_.-]: %w", name, ErrInvalid)
	}
	return nil
}

// Validate is the ErrInvalid that names the field of r that is wrong; nil if none is.
func (r Recurrence) Validate() error {
	switch {
	case (r.Rate == 0) == (r.Cron == ""):
		return fmt.Errorf("recurrence: exactly one of Rate and Cron must be set: %w", ErrInvalid)
	case r.Cron != "":
		if _, err := r.cron(); err != nil {
			return err
		}
	case r.Rate < time.Minute || r.Rate%time.Minute != 0:
		return fmt.Errorf("recurrence: Rate %v: whole minutes, at least 1m: %w", r.Rate, ErrInvalid)
	}
	return nil
}

func (r Recurrence) cron() (*cron.SpecSchedule, error) {
	if strings.ContainsAny(r.Cron, "=@") || len(strings.Fields(r.Cron)) != 5 {
		return nil, fmt.Errorf("recurrence: Cron %q: five fields, minute hour day-of-month month day-of-week: %w", r.Cron, ErrInvalid)
	}
	s, err := cron.ParseStandard(r.Cron)
	if err != nil {
		return nil, fmt.Errorf("recurrence: Cron %q: %w: %w", r.Cron, err, ErrInvalid)
	}
	spec, ok := s.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("recurrence: Cron %q: %w", r.Cron, ErrInvalid)
	}
	// Fields are matched against a wall clock that knows no daylight saving.
	spec.Location = time.UTC
	return spec, nil
}

// Next is the first firing after a time, and false if there is none (a date
// that never comes). r must be valid.
//
// Cron counts on the zone's wall clock: each local time that it names fires
// once, at its first occurrence; one that daylight saving skips does not fire.
func (r Recurrence) Next(after time.Time) (time.Time, bool) {
	if r.Rate > 0 {
		if after.Before(r.Anchor) {
			return r.Anchor, true
		}
		// In seconds: a Duration is too short for an anchor long ago.
		past, rate := after.Unix()-r.Anchor.Unix(), int64(r.Rate/time.Second)
		if after.Nanosecond() < r.Anchor.Nanosecond() {
			past--
		}
		return time.Unix(r.Anchor.Unix()+(past/rate+1)*rate, int64(r.Anchor.Nanosecond())).UTC(), true
	}
	spec, err := r.cron()
	if err != nil {
		return time.Time{}, false
	}
	if after.Before(r.Anchor) {
		after = r.Anchor.Add(-time.Second)
	}
	zone := r.Zone
	if zone == nil {
		zone = time.UTC
	}
	// Start a day early: in the repeated hour an earlier wall time may still follow.
	for wall := wallOf(after.In(zone)).Add(-24 * time.Hour); ; {
		if wall = spec.Next(wall); wall.IsZero() {
			return time.Time{}, false
		}
		at, ok := FirstOccurrence(wall, zone)
		if ok && at.After(after) {
			return at.UTC(), true
		}
	}
}

// wallOf is the clock's face at t, carried as UTC.
func wallOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// FirstOccurrence is the earliest instant at which the zone's clock shows
// wall, which is carried as UTC, and false if it never does.
func FirstOccurrence(wall time.Time, zone *time.Location) (time.Time, bool) {
	guess := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	// time.Date may answer either occurrence, and moves a skipped time. The
	// offset before a change of clocks gives the first of two; no two changes
	// are within two days.
	for _, at := range []time.Time{guess.Add(-24 * time.Hour), guess.Add(24 * time.Hour)} {
		_, offset := at.Zone()
		if t := wall.Add(-time.Duration(offset) * time.Second).In(zone); wallOf(t).Equal(wall) {
			return t, true
		}
	}
	return time.Time{}, false
}

// BodyAt is the target's body for one firing.
func (t Target) BodyAt(at time.Time) []byte {
	return []byte(strings.ReplaceAll(t.Body, TimePlaceholder, at.UTC().Format(time.RFC3339)))
}
