package recurrence

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Problem is one thing that is wrong with a rule.
type Problem struct {
	Field, Value string
	Want         string // what is allowed
}

// Error names field, value and what is allowed.
func (p Problem) Error() string { return fmt.Sprintf("%s %q: must be %s", p.Field, p.Value, p.Want) }

// Validate reports all that is wrong with r, as one error of Problems joined.
func (r Rule) Validate() error {
	var errs []error
	for _, p := range r.Problems() {
		errs = append(errs, p)
	}
	return errors.Join(errs...)
}

// longest is the longest cadence.
const longest = 366 * day

// Problems are all that is wrong with r; none if it is valid.
func (r Rule) Problems() (ps []Problem) {
	bad := func(field string, value any, want string) { ps = append(ps, Problem{field, fmt.Sprint(value), want}) }
	if r.Every < 0 || r.Every%time.Minute != 0 || r.Every > longest {
		bad("every", r.Every, "0 (runs only when triggered) or whole minutes, 1m to 8784h")
	}
	if _, err := loadZone(r.Zone); err != nil {
		bad("zone", r.Zone, "an IANA time zone such as Europe/Stockholm")
	}
	for _, c := range []struct {
		name string
		v    Clock
	}{{"starting time", r.StartingTime}, {"ending time", r.EndingTime}} {
		if _, ok := c.v.minutes(); !ok && c.v != "" {
			bad(c.name, c.v, "HH:MM, 00:00 to 23:59, or empty")
		}
	}
	if !r.Weekdays.valid() {
		bad("weekdays", r.Weekdays, "names from mon, tue, wed, thu, fri, sat, sun, each once; none for every day")
	}
	if !r.EarliestStart.Equal(r.EarliestStart.Truncate(time.Second)) {
		bad("earliest start", r.EarliestStart.Format(time.RFC3339Nano), "a whole second")
	}
	if !r.Expiration.IsZero() && !r.Expiration.After(r.EarliestStart) {
		bad("expiration", r.Expiration.Format(time.RFC3339), "after the earliest start, "+r.EarliestStart.Format(time.RFC3339))
	}
	ps = append(ps, r.combinations()...)
	if r.Formula != "" {
		ts, err := parseFormula(r.Formula)
		if err != nil {
			bad("next run date formula", r.Formula, "a date formula such as 1D, CM+1D or D15; "+err.Error())
		} else if d, found := notLater(ts); found {
			bad("next run date formula", r.Formula, fmt.Sprintf("one that always gives a later date; of %s it makes %s", d.Format(time.DateOnly), apply(ts, d).Format(time.DateOnly)))
		}
	}
	if len(ps) == 0 && r.Recurs() {
		if _, ok := r.Next(r.EarliestStart.Add(-time.Nanosecond)); !ok {
			bad("rule", r.Words(), "one that runs at least once: no allowed day of its cadence lies in its window before its expiration")
		}
	}
	return ps
}

// combinations are the settings that do not go together.
func (r Rule) combinations() (ps []Problem) {
	bad := func(field string, value any, want string) { ps = append(ps, Problem{field, fmt.Sprint(value), want}) }
	if r.Every > 0 && r.Formula != "" {
		bad("next run date formula", r.Formula, "empty when minutes between runs are set: they are two rules")
	}
	if r.Formula != "" && (r.Weekdays != "" || r.EndingTime != "") {
		bad("next run date formula", r.Formula, "without weekdays and ending time: it names the date, and starting time the time")
	}
	if r.Drifting && r.Every <= 0 {
		bad("drifting", r.Drifting, "false without minutes between runs")
	}
	if r.StartingTime != "" && r.StartingTime == r.EndingTime {
		bad("ending time", r.EndingTime, "another time than the starting time: the window has no length")
	}
	if !r.Recurs() && (r.hasWindow() || r.Weekdays != "") {
		bad("every", r.Every, "set, or a formula, when there is a window or weekdays")
	}
	if r.hasWindow() && !r.Drifting && r.Every > day && r.Every%day != 0 {
		bad("every", r.Every, "less than a day or whole days when there is a window")
	}
	if r.IdleLimit != 0 && (r.Every <= 0 || r.IdleLimit < r.Every || r.IdleLimit > day || r.Drifting) {
		bad("idle limit", r.IdleLimit, "0, or from the minutes between runs to 24h, and not with drifting or a formula")
	}
	return ps
}

// Words is the rule in words, for lists. It is not String, which whatever embeds
// a rule would be printed by.
func (r Rule) Words() string {
	var s string
	switch {
	case r.Formula != "":
		s = "by formula " + r.Formula
		if r.StartingTime != "" {
			s += " at " + string(r.StartingTime)
		}
		return s
	case r.Every <= 0:
		return "when triggered"
	case r.Every%day == 0:
		s = fmt.Sprintf("every %d days", r.Every/day)
		if r.Every == day {
			s = "every day"
		}
	case r.Every%time.Hour == 0:
		s = fmt.Sprintf("every %d h", r.Every/time.Hour)
	default:
		s = fmt.Sprintf("every %d min", r.Every/time.Minute)
	}
	if r.Drifting {
		s += " after the last run"
	}
	if r.hasWindow() {
		s += fmt.Sprintf(", %02d:%02d to %02d:%02d", r.opens()/60, r.opens()%60, r.closes()/60, r.closes()%60)
	}
	if r.Weekdays != "" {
		s += ", " + strings.ReplaceAll(string(r.Weekdays), " ", ", ")
	}
	return s
}
