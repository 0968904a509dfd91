package recurrence_test

import (
	"testing"
	"time"

	"backroom/shared/recurrence"
)

// changing are the zones whose clocks have changed between 2018 and 2028, one of
// each that agree.
var changing = []string{
	"Europe/London", "Europe/Berlin", "Europe/Chisinau", "Europe/Istanbul", "Europe/Dublin", "Atlantic/Azores",
	"America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/St_Johns", "America/Anchorage",
	"America/Havana", "America/Santiago", "America/Asuncion", "America/Sao_Paulo", "America/Nuuk", "America/Mexico_City",
	"Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Asia/Amman", "Asia/Beirut", "Asia/Gaza",
	"Asia/Jerusalem", "Asia/Tehran", "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Auckland", "Pacific/Apia",
	"America/Adak", "America/Boise", "America/Campo_Grande", "America/Chihuahua", "America/Detroit", "America/Halifax", "America/Hermosillo",
	"America/Ojinaga", "America/Port-au-Prince", "America/Scoresbysund", "America/Tijuana", "America/Whitehorse", "America/Winnipeg",
	"Antarctica/Casey", "Antarctica/Macquarie", "Antarctica/Troll", "Asia/Almaty", "Asia/Damascus", "Asia/Famagusta", "Asia/Hebron",
	"Asia/Nicosia", "Africa/Juba", "Africa/Sao_Tome", "Africa/Khartoum", "Atlantic/Bermuda", "Atlantic/Canary", "Atlantic/Faroe",
	"Atlantic/Stanley", "Australia/Adelaide", "Australia/Melbourne", "Europe/Athens", "Europe/Kyiv", "Europe/Lisbon", "Europe/Moscow",
	"Europe/Volgograd", "Pacific/Chatham", "Pacific/Easter", "Pacific/Fiji", "Pacific/Norfolk", "Pacific/Tongatapu",
}

// gaps are the local times at which clocks skip some, as the first skipped one,
// in ten years.
func gaps(zone *time.Location) (out []time.Time) {
	const step = 15 * time.Minute
	from := time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC)
	for d := from; d.Before(from.AddDate(10, 0, 0)); d = d.AddDate(0, 0, 1) {
		_, before := d.In(zone).Zone()
		if _, after := d.AddDate(0, 0, 1).In(zone).Zone(); after <= before {
			continue
		}
		for t := d; ; t = t.Add(step) {
			if _, now := t.In(zone).Zone(); now != before {
				out = append(out, t.Add(time.Duration(before)*time.Second))
				break
			}
		}
	}
	return out
}

// shows is the first instant at which zone's clock shows hour and minute on a
// date, found by looking at the clock each quarter of an hour.
func shows(date time.Time, hour, minute int, zone *time.Location) (time.Time, bool) {
	y, m, d := date.Date()
	for t := date.Add(-16 * time.Hour); t.Before(date.Add(40 * time.Hour)); t = t.Add(15 * time.Minute) {
		l := t.In(zone)
		ly, lm, ld := l.Date()
		if ly == y && lm == m && ld == d && l.Hour() == hour && l.Minute() == minute {
			return t, true
		}
	}
	return time.Time{}, false
}

// TestOneWeekdayOverChangesOfClocks: a rule of one weekday whose local time is
// skipped goes on with the next such day that has it, whatever its cadence.
func TestOneWeekdayOverChangesOfClocks(t *testing.T) {
	checked := 0
	for _, name := range changing {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, gap := range gaps(zone) {
			for _, days := range []int{1, 3, 7, 14, 364} {
				walkOver(t, name, zone, gap, days)
				checked++
			}
		}
	}
	t.Logf("%d zones, %d rules", len(changing), checked)
	if checked < 1000 {
		t.Errorf("%d rules are too few", checked)
	}
}

// walkOver walks a rule of every so many days from before a gap until after it.
func walkOver(t *testing.T, name string, zone *time.Location, gap time.Time, days int) {
	t.Helper()
	weekday, hour, minute := gap.Weekday(), gap.Hour(), gap.Minute()
	first := gap.Truncate(24*time.Hour).AddDate(0, 0, -7*days) // the gap's day is one of the rule's
	start, ok := shows(first, hour, minute, zone)
	if !ok {
		return // another gap
	}
	r := recurrence.Rule{
		Every: time.Duration(days) * 24 * time.Hour, EarliestStart: start, Zone: name,
		Weekdays: recurrence.Days(weekday), StartingTime: recurrence.At(hour, minute),
	}
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	at := start
	for date := first.AddDate(0, 0, days); !at.After(gap.AddDate(0, 0, 1)); date = date.AddDate(0, 0, days) {
		if date.Weekday() != weekday {
			continue
		}
		want, ok := shows(date, hour, minute, zone)
		if !ok {
			continue
		}
		next, ok := r.Next(at)
		if !ok || !next.Equal(want) {
			t.Fatalf("%s in %s: after %v comes %v (%v), want %v", r.Words(), name, at.In(zone), next.In(zone), ok, want.In(zone))
		}
		at = next
	}
}
