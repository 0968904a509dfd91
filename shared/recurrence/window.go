package recurrence

import (
	"time"

	"backroom/shared/schedule"
)

// nextInWindow is the first slot after a time of a cadence that begins with each
// opening of the daily window and goes on by elapsed time.
func (r Rule) nextInWindow(after time.Time) (time.Time, bool) {
	if after.Before(r.EarliestStart) {
		after = r.EarliestStart.Add(-time.Nanosecond)
	}
	zone := r.zone()
	// A window of yesterday may still be open, and clocks change by hours.
	d := dateOf(after.In(zone)).AddDate(0, 0, -1)
	// A weekday comes within a week. A date that a zone leaves out takes one more.
	for range 2 * 7 {
		if t, ok := r.slotOn(d, after); ok {
			return t, true
		}
		d = d.AddDate(0, 0, 1)
	}
	return time.Time{}, false
}

// slotOn is the first slot after a time in the window that opens on a date.
func (r Rule) slotOn(d, after time.Time) (time.Time, bool) {
	opening := opensAt(d, r.opens(), r.zone())
	t := opening
	if !after.Before(opening) {
		past := after.Sub(opening) % r.Every
		t = after.Add(r.Every - past)
	}
	closes := d.Add(time.Duration(r.opens()+r.length()) * time.Minute)
	// Clocks go back by less than three hours: the window may open once more.
	for ; t.Sub(opening) <= time.Duration(r.length()+180)*time.Minute; t = t.Add(r.Every) {
		local := t.In(r.zone())
		wall := dateOf(local).Add(time.Duration(local.Hour()*60+local.Minute()) * time.Minute)
		if r.Weekdays.Has(local.Weekday()) && r.inWindow(local) && !wall.After(closes) {
			return t, true
		}
	}
	return time.Time{}, false
}

// opensAt is when the window of a date opens, at minute m of its day: at the
// first occurrence of that time or, where clocks skip it, when the clock before
// the change would have shown it.
func opensAt(date time.Time, m int, zone *time.Location) time.Time {
	wall := date.Add(time.Duration(m) * time.Minute)
	if t, ok := schedule.FirstOccurrence(wall, zone); ok {
		return t
	}
	_, offset := wall.Add(-36 * time.Hour).In(zone).Zone()
	return wall.Add(-time.Duration(offset) * time.Second)
}
