package recurrence

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"backroom/shared/schedule"
)

// Grid is the coarsest schedule that ticks at each slot of r; ticks that are no
// slot are told apart by IsSlot. It is false for a rule without slots of its
// own: one that does not recur, and a chained one, whose next time is armed
// alone when a run has ended.
//
// A cron expression combines each of its hours with each of its minutes, so
// that a cadence such as every 50 minutes in a window ticks more often than it
// has slots. Where a zone's clocks change, the ticks of a window are those of all
// its offsets from UTC. A grid goes on after the expiration.
func (r Rule) Grid() (schedule.Recurrence, bool) {
	if !r.Recurs() || r.Chained() {
		return schedule.Recurrence{}, false
	}
	rate := schedule.Recurrence{Rate: r.Every, Anchor: r.EarliestStart}
	utc := r.zone() == time.UTC // local times are at equal distances
	switch {
	case r.windowed():
		return r.windowGrid(), true
	case !r.local():
		// A rate ticks on the other days too.
		if !utc || len(r.days()) == 7 || day%r.Every != 0 || r.EarliestStart.Second() != 0 {
			return rate, true
		}
		t := ticks{}
		anchor := r.EarliestStart.UTC()
		for m := range int(day / r.Every) {
			t.add(anchor.Hour()*60+anchor.Minute()+m*int(r.Every/time.Minute), r.days()...)
		}
		if t.perWeek() >= 7*int(day/r.Every) {
			return rate, true
		}
		return schedule.Recurrence{Cron: t.cron(), Anchor: r.EarliestStart, Zone: r.zone()}, true
	}
	days := r.days()
	if r.Every > day {
		first := r.firstDay(r.time())
		if utc {
			rate.Anchor = first.Add(time.Duration(r.time()) * time.Minute)
			return rate, true
		}
		if r.Every%(7*day) == 0 {
			days = []time.Weekday{first.Weekday()}
		}
	}
	t := ticks{}
	t.add(r.time(), days...)
	return schedule.Recurrence{Cron: t.cron(), Anchor: r.EarliestStart, Zone: r.zone()}, true
}

// windowGrid is the grid of a cadence in a daily window. Its ticks are counted in
// UTC where the zone's clocks change: a cron expression in the zone fires once in
// the hour that comes twice, the cadence goes on.
func (r Rule) windowGrid() schedule.Recurrence {
	clock := clockOf(r.zone())
	if len(clock.offsets) == 1 {
		t := ticks{}
		for m := 0; m <= r.length(); m += int(r.Every / time.Minute) {
			t.add(r.opens()+m, r.days()...)
		}
		return schedule.Recurrence{Cron: t.cron(), Anchor: r.EarliestStart, Zone: r.zone()}
	}
	t := ticks{}
	for _, offset := range clock.offsets {
		for m := 0; m <= r.length(); m += int(r.Every / time.Minute) {
			t.add(r.opens()-offset+m, shift(r.days(), floorDay(r.opens()-offset+m)-floorDay(r.opens()+m))...)
		}
	}
	// A window in which clocks change is longer or shorter by the clock.
	for _, change := range clock.changes {
		for d := range 3 {
			date := dateOf(change.In(r.zone())).AddDate(0, 0, d-1)
			every := r
			every.Weekdays = ""
			for at, ok := every.slotOn(date, date.AddDate(0, 0, -2)); ok; at, ok = every.slotOn(date, at) {
				local, utc := dateOf(at.In(r.zone())), dateOf(at.UTC())
				t.add(at.UTC().Hour()*60+at.UTC().Minute(), shift(r.days(), daysBetween(local, utc)-daysBetween(utc, local))...)
			}
		}
	}
	return schedule.Recurrence{Cron: t.cron(), Anchor: r.EarliestStart, Zone: time.UTC}
}

// length of the daily window in minutes.
func (r Rule) length() int { return (r.closes() - r.opens() + 24*60) % (24 * 60) }

// days are the allowed ones.
func (r Rule) days() (out []time.Weekday) {
	for d := range time.Weekday(7) {
		if r.Weekdays.Has(d) {
			out = append(out, d)
		}
	}
	return out
}

func shift(days []time.Weekday, by int) (out []time.Weekday) {
	for _, d := range days {
		out = append(out, (d+time.Weekday(by)+7)%7)
	}
	return out
}

// floorDay is the day that minute m belongs to, counted from the day of minute 0.
func floorDay(m int) int {
	if m < 0 {
		return -((-m-1)/(24*60) + 1)
	}
	return m / (24 * 60)
}

// clock is what is known of a zone's clock between 2020 and 2045.
type clock struct {
	offsets []int       // from UTC, in minutes and in order
	changes []time.Time // one of each kind: from, to and time of day
}

// clocks caches clockOf by zone.
var clocks sync.Map

func clockOf(zone *time.Location) clock {
	if known, ok := clocks.Load(zone.String()); ok {
		if c, ok := known.(clock); ok {
			return c
		}
	}
	type kind struct{ from, to, minute int }
	var c clock
	set, kinds := map[int]bool{}, map[kind]bool{}
	offset := func(t time.Time) int {
		_, seconds := t.In(zone).Zone()
		return seconds / 60
	}
	for t := date(2020, time.January, 1); t.Year() < 2045; t = t.AddDate(0, 0, 1) {
		from, next := offset(t), t.AddDate(0, 0, 1)
		set[from] = true
		if offset(next) == from {
			continue
		}
		at := t
		for ; offset(at) == from; at = at.Add(time.Minute) {
		}
		if k := (kind{from, offset(next), at.Hour()*60 + at.Minute()}); !kinds[k] {
			kinds[k] = true
			c.changes = append(c.changes, at)
		}
	}
	c.offsets = slices.Sorted(maps.Keys(set))
	clocks.Store(zone.String(), c)
	return c
}

// ticks are minutes, hours and weekdays of a cron expression.
type ticks struct{ minutes, hours, weekdays map[int]bool }

// add adds a minute of the day, which may be of the days before or after.
func (t *ticks) add(minute int, days ...time.Weekday) {
	if t.minutes == nil {
		t.minutes, t.hours, t.weekdays = map[int]bool{}, map[int]bool{}, map[int]bool{}
	}
	minute = (minute%(24*60) + 24*60) % (24 * 60)
	t.minutes[minute%60], t.hours[minute/60] = true, true
	for _, d := range days {
		t.weekdays[int(d)] = true
	}
}

func (t *ticks) perWeek() int { return len(t.minutes) * len(t.hours) * len(t.weekdays) }

func (t *ticks) cron() string {
	return list(t.minutes, 60) + " " + list(t.hours, 24) + " * * " + list(t.weekdays, 7)
}

// list is a field of a cron expression: the members of a set of the numbers below all.
func list(set map[int]bool, all int) string {
	if len(set) == all {
		return "*"
	}
	ns := slices.Sorted(maps.Keys(set))
	out := make([]string, len(ns))
	for i, n := range ns {
		out[i] = strconv.Itoa(n)
	}
	return strings.Join(out, ",")
}
