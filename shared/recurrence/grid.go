package recurrence

import (
	"slices"
	"strconv"
	"strings"

	"backroom/shared/schedule"
)

// Grid is the coarsest schedule that ticks at each slot of r; ticks that are no
// slot are told apart by IsSlot. It is false for a rule without slots of its
// own: one that does not recur, and a chained one, whose next time is armed
// alone when a run has ended.
//
// A cron expression combines each of its hours with each of its minutes, so
// that a cadence such as every 50 minutes ticks more often than it has slots.
func (r Rule) Grid() (schedule.Recurrence, bool) {
	if !r.Recurs() || r.Chained() {
		return schedule.Recurrence{}, false
	}
	if !r.local() {
		return schedule.Recurrence{Rate: r.Every, Anchor: r.EarliestStart}, true
	}
	minutes, hours := map[int]bool{}, map[int]bool{}
	for _, t := range r.times() {
		minutes[t%60], hours[t/60] = true, true
	}
	weekdays := "*"
	if r.Weekdays != 0 {
		set := map[int]bool{}
		for d := range 7 {
			if r.Weekdays&(1<<d) != 0 {
				set[d] = true
			}
		}
		weekdays = list(set)
	}
	return schedule.Recurrence{
		Cron: list(minutes) + " " + list(hours) + " * * " + weekdays, Anchor: r.EarliestStart, Zone: r.zone(),
	}, true
}

func list(set map[int]bool) string {
	ns := make([]int, 0, len(set))
	for n := range set {
		ns = append(ns, n)
	}
	slices.Sort(ns)
	out := make([]string, len(ns))
	for i, n := range ns {
		out[i] = strconv.Itoa(n)
	}
	return strings.Join(out, ",")
}
