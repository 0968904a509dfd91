package recurrence

import (
	"maps"
	"slices"
	"strconv"
	"strings"
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
// has slots. A grid goes on after the expiration.
func (r Rule) Grid() (schedule.Recurrence, bool) {
	if !r.Recurs() || r.Chained() {
		return schedule.Recurrence{}, false
	}
	var days []time.Weekday
	for d := range time.Weekday(7) {
		if r.Weekdays.Has(d) {
			days = append(days, d)
		}
	}
	rate := schedule.Recurrence{Rate: r.Every, Anchor: r.EarliestStart}
	utc := r.zone() == time.UTC // local times are at equal distances
	var times []int
	switch {
	case !r.local():
		// A rate ticks on the other days too.
		if !utc || len(days) == 7 || day%r.Every != 0 || r.EarliestStart.Second() != 0 {
			return rate, true
		}
		anchor := r.EarliestStart.UTC()
		for m := range int(day / r.Every) {
			times = append(times, (anchor.Hour()*60+anchor.Minute()+m*int(r.Every/time.Minute))%(24*60))
		}
	case r.Every > day:
		times = r.times()
		first := r.firstDay(times[0])
		if utc {
			rate.Anchor = first.Add(time.Duration(times[0]) * time.Minute)
			return rate, true
		}
		if r.Every%(7*day) == 0 {
			days = []time.Weekday{first.Weekday()}
		}
	default:
		times = r.times()
	}
	minutes, hours, weekdays := map[int]bool{}, map[int]bool{}, map[int]bool{}
	for _, t := range times {
		minutes[t%60], hours[t/60] = true, true
	}
	for _, d := range days {
		weekdays[int(d)] = true
	}
	if !r.local() && len(minutes)*len(hours)*len(days) >= 7*int(day/r.Every) {
		return rate, true
	}
	cron := list(minutes, 60) + " " + list(hours, 24) + " * * " + list(weekdays, 7)
	return schedule.Recurrence{Cron: cron, Anchor: r.EarliestStart, Zone: r.zone()}, true
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
