package recurrence

import (
	"time"

	"backroom/shared/schedule"
)

// Next is the first slot after a time, and false if there is none before the
// expiration. For a chained rule, after is the end of the last run. r must be
// valid. It takes a bounded number of steps, whatever the rule.
func (r Rule) Next(after time.Time) (time.Time, bool) {
	var next time.Time
	var ok bool
	switch {
	case !r.Recurs():
		return time.Time{}, false
	case r.Formula != "":
		next, ok = r.nextDate(after)
	case r.Drifting:
		next, ok = r.drift(after)
	case r.local():
		next, ok = r.nextLocal(after)
	case r.windowed():
		next, ok = r.nextInWindow(after)
	default:
		next, ok = r.nextElapsed(after)
	}
	if !ok || r.Expired(next) {
		return time.Time{}, false
	}
	return next.UTC(), true
}

// IsSlot reports whether a tick at t is one of the rule's. The ticks of a
// chained rule are made for its slots, so that each is one.
func (r Rule) IsSlot(t time.Time) bool {
	if r.Chained() {
		return r.Open(t)
	}
	next, ok := r.Next(t.Add(-time.Nanosecond))
	return ok && next.Equal(t)
}

// maxCount bounds the counting of slots.
const maxCount = 10_000

// Slots counts the slots after from and not after to, at most 10,000; 0 for a
// chained rule, which has none that can be missed.
func (r Rule) Slots(from, to time.Time) int {
	if r.Chained() || !to.After(from) {
		return 0
	}
	n := 0
	for t, ok := r.Next(from); ok && !t.After(to) && n < maxCount; t, ok = r.Next(t) {
		n++
	}
	return n
}

// Rest is the shortest time between the starts of two runs after so many empty
// ones in a row: the cadence after up to two, doubled by the third and by each that
// follows, as long as IdleLimit is not passed.
func (r Rule) Rest(empty int) time.Duration {
	if r.IdleLimit <= r.Every || r.Every <= 0 || empty < 3 {
		return r.Every
	}
	rest := r.Every
	for i := 3; i <= empty && rest*2 <= r.IdleLimit; i++ {
		rest *= 2
	}
	return rest
}

// NextIdle is Next after so many empty runs in a row. last is the slot of the
// last run, or when it began, less than Every later; a late start moves nothing.
// It is the slot that comes Rest after last's own, or the first after that.
func (r Rule) NextIdle(last time.Time, empty int) (time.Time, bool) {
	return r.Next(last.Add(r.Rest(empty) - r.Every))
}

// gridSteps bounds the search of a weekday on a grid of more than a day: after
// a week's minutes every weekday that can come has come.
const gridSteps = 7*24*60 + 7

func (r Rule) nextElapsed(after time.Time) (time.Time, bool) {
	grid := schedule.Recurrence{Rate: r.Every, Anchor: r.EarliestStart}
	zone := r.zone()
	for range gridSteps {
		t, ok := grid.Next(after)
		if !ok {
			return t, false
		}
		local := t.In(zone)
		if r.Weekdays.Has(local.Weekday()) {
			return t, true
		}
		after = t
		if r.Every < day {
			// Straight to the last moment of the day: tomorrow has slots too.
			y, m, d := local.Date()
			if end := time.Date(y, m, d+1, 0, 0, 0, 0, zone).Add(-time.Nanosecond); end.After(after) {
				after = end
			}
		}
	}
	return time.Time{}, false
}

// time is the local time of a cadence of whole days, in minutes of the day.
func (r Rule) time() int {
	// A slot is never before the earliest start: up to the next minute.
	t := r.EarliestStart.Add(time.Minute - time.Nanosecond).In(r.zone())
	if r.StartingTime != "" || r.EarliestStart.IsZero() || !r.inWindow(t) {
		return r.opens()
	}
	return t.Hour()*60 + t.Minute()
}

func (r Rule) nextLocal(after time.Time) (time.Time, bool) {
	if after.Before(r.EarliestStart) {
		after = r.EarliestStart.Add(-time.Nanosecond)
	}
	zone, at := r.zone(), r.time()
	step := int(r.Every / day)
	d := dateOf(after.In(zone))
	if step > 1 {
		d = r.firstDay(at).AddDate(0, 0, daysBetween(r.firstDay(at), d)/step*step)
	}
	for range localSteps {
		if r.Weekdays.Has(d.Weekday()) {
			if t, ok := schedule.FirstOccurrence(d.Add(time.Duration(at)*time.Minute), zone); ok && t.After(after) {
				return t, true
			}
		}
		d = d.AddDate(0, 0, step)
	}
	return time.Time{}, false
}

// localSteps bounds the search of a day with a slot. A weekday that can come at
// all comes within 7 steps. Daylight saving may skip its local time then, and,
// when 7 steps are about a year, for some years running: a date moves by one or
// two days a year and leaves the week in which clocks change after 7 at most.
const localSteps = 7*(1+7) + 1

// firstDay is the first allowed date whose slot at minute m is not before the
// earliest start: days are counted from it.
func (r Rule) firstDay(m int) time.Time {
	if r.EarliestStart.IsZero() {
		return date(1, time.January, 1)
	}
	zone := r.zone()
	d := dateOf(r.EarliestStart.In(zone))
	if t, ok := schedule.FirstOccurrence(d.Add(time.Duration(m)*time.Minute), zone); ok && t.Before(r.EarliestStart) {
		d = d.AddDate(0, 0, 1)
	}
	for i := 0; i < 7 && !r.Weekdays.Has(d.Weekday()); i++ {
		d = d.AddDate(0, 0, 1)
	}
	return d
}

// dateOf is t's local date, as midnight in UTC.
func dateOf(t time.Time) time.Time { return date(t.Year(), t.Month(), t.Day()) }

func daysBetween(a, b time.Time) int { return int(max(b.Sub(a), 0) / day) }

func (r Rule) nextDate(end time.Time) (time.Time, bool) {
	if end.Before(r.EarliestStart) {
		return r.EarliestStart, true
	}
	ts, err := parseFormula(r.Formula)
	if err != nil {
		return time.Time{}, false
	}
	zone := r.zone()
	d := dateOf(end.In(zone))
	for range 14 {
		next := apply(ts, d)
		if !next.After(d) {
			return time.Time{}, false
		}
		if t, ok := schedule.FirstOccurrence(next.Add(time.Duration(r.opens())*time.Minute), zone); ok && t.After(end) {
			return t, true
		}
		d = next // daylight saving skips that time
	}
	return time.Time{}, false
}

// drift is BC's rule: the end of a run and the cadence, moved into the window
// and to an allowed day. A later day begins with the window's opening, unless
// the time of day is before that, in the second half of a window over midnight.
func (r Rule) drift(end time.Time) (time.Time, bool) {
	t := end.Add(r.Every)
	if end.Before(r.EarliestStart) {
		t = r.EarliestStart
	}
	// Schedules have whole minutes.
	if m := t.Truncate(time.Minute); m.Before(t) {
		t = m.Add(time.Minute)
	}
	zone := r.zone()
	local := t.In(zone)
	d, m := dateOf(local), local.Hour()*60+local.Minute()
	if r.Weekdays.Has(d.Weekday()) && r.inWindow(local) {
		return t, true
	}
	today, opens, closes := d, r.opens(), r.closes()
	switch overnight := opens > closes; {
	case overnight && m > closes && m < opens, !overnight && m < opens:
		m = opens
	case !overnight && m > closes:
		m, d = opens, d.AddDate(0, 0, 1)
	}
	for range 2*7 + 1 {
		if r.Weekdays.Has(d.Weekday()) {
			if d.After(today) && m > opens {
				m = opens
			}
			// No local time is meant: where its opening is skipped, or was before t
			// and comes again, the window opens at the end of that hour.
			for past := range 181 {
				at, ok := schedule.FirstOccurrence(d.Add(time.Duration(m+past)*time.Minute), zone)
				if ok && !at.Before(t) && r.inWindow(at.In(zone)) {
					return at, true
				}
			}
		}
		d = d.AddDate(0, 0, 1)
	}
	return time.Time{}, false
}
