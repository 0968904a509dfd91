// Package recurrence says when a job entry runs next: pure functions of its
// rule and a time.
//
// A rule has one of three clocks.
//
// Elapsed time, for a cadence (Every) without a daily window: the grid
// EarliestStart + n·Every, whatever the local clock does. Weekdays, if set, are
// those of the zone.
//
// The local clock, for a cadence of whole days: it keeps the local time, that of
// the starting time or else of the earliest start, and counts days from the first
// allowed one. A local time that daylight saving skips is skipped, one that it
// repeats runs once, at its first occurrence.
//
// Both, for a cadence with a daily window: its grid starts anew with each opening
// of the window, by the local clock, and goes on by elapsed time, so that the hour
// that comes twice has slots both times. A window that opens at a skipped time
// opens when the clock before the change would have shown that time.
//
// The end of a run, for drifting rules and for formulas, as Business Central
// counts: there is no grid, and the next time is known when a run has ended.
package recurrence

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

const day = 24 * time.Hour

// Rule is when a job entry runs. The zero Rule runs only when triggered. It is
// stored as JSON: names are never changed.
type Rule struct {
	// Every is the cadence in whole minutes, at most 366 days; 0: none.
	Every time.Duration `json:"every,omitempty"`
	// Formula is BC's next-run date formula, such as 1D or CM+1D: it gives the
	// next date from that of the end of a run; the time is StartingTime, or midnight.
	Formula string `json:"formula,omitempty"`
	// Drifting counts Every from the end of a run instead of keeping the grid.
	Drifting bool `json:"drifting,omitempty"`
	// EarliestStart is the first moment at which it may run, and the anchor of the grid.
	EarliestStart time.Time `json:"earliestStart,omitzero"`
	// Expiration is the last moment at which it may start; zero: never over.
	Expiration time.Time `json:"expiration,omitzero"`
	// StartingTime and EndingTime are the daily window, both ends in it; one
	// that starts later than it ends goes over midnight. Either may be unset.
	StartingTime Clock    `json:"startingTime,omitzero"`
	EndingTime   Clock    `json:"endingTime,omitzero"`
	Weekdays     Weekdays `json:"weekdays,omitempty"` // none: every day
	// Zone is the IANA name of the shop's time zone; "" is UTC.
	Zone string `json:"zone,omitempty"`
	// IdleLimit is how far the cadence stretches after empty runs; 0: it does not.
	IdleLimit time.Duration `json:"idleLimit,omitempty"`
}

// Clock is a local time of day, HH:MM; the zero Clock is unset. A text that is
// no time of day is kept, for Validate to report beside all else.
type Clock string

// At is hour:minute.
func At(hour, minute int) Clock { return Clock(fmt.Sprintf("%02d:%02d", hour, minute)) }

// IsZero reports whether c is unset.
func (c Clock) IsZero() bool { return c == "" }

// minutes of the day; false if c is unset or no time of day.
func (c Clock) minutes() (int, bool) {
	if len(c) != 5 || c[2] != ':' {
		return 0, false
	}
	for _, i := range []int{0, 1, 3, 4} {
		if c[i] < '0' || c[i] > '9' {
			return 0, false
		}
	}
	h, m := int(c[0]-'0')*10+int(c[1]-'0'), int(c[3]-'0')*10+int(c[4]-'0')
	return h*60 + m, h < 24 && m < 60
}

// Weekdays is a set of days, Monday first, with blanks between; the empty one
// stands for all. In JSON it is a list such as ["mon","fri"]. Names that are no
// day are kept, for Validate to report beside all else.
type Weekdays string

var weekdayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Days is the set of ds.
func Days(ds ...time.Weekday) Weekdays {
	var names []string
	for i := range 7 {
		if d := (i + 1) % 7; slices.Contains(ds, time.Weekday(d)) {
			names = append(names, weekdayNames[d])
		}
	}
	return Weekdays(strings.Join(names, " "))
}

// Has reports whether d is allowed.
func (w Weekdays) Has(d time.Weekday) bool {
	return w == "" || strings.Contains(string(w), weekdayNames[d])
}

// valid reports whether w has names of days alone, each once.
func (w Weekdays) valid() bool {
	for i, n := range strings.Fields(string(w)) {
		if !slices.Contains(weekdayNames, n) || slices.Contains(strings.Fields(string(w))[:i], n) {
			return false
		}
	}
	return w == "" || strings.TrimSpace(string(w)) == string(w)
}

// MarshalJSON is a list such as ["mon","fri"], without an error.
func (w Weekdays) MarshalJSON() ([]byte, error) {
	if w == "" {
		return []byte("[]"), nil
	}
	return json.Marshal(strings.Fields(string(w)))
}

// UnmarshalJSON reads such a list; the error says what a list may have.
func (w *Weekdays) UnmarshalJSON(b []byte) error {
	var ns []string
	if err := json.Unmarshal(b, &ns); err != nil {
		return fmt.Errorf("weekdays %.50s: must be a list of %s", b, strings.Join(weekdayNames, ", "))
	}
	var days []time.Weekday
	for _, n := range ns {
		d := slices.Index(weekdayNames, n)
		if d < 0 {
			*w = Weekdays(strings.Join(ns, " "))
			return nil
		}
		days = append(days, time.Weekday(d))
	}
	*w = Days(days...)
	return nil
}

// zones caches what reading a time zone costs.
var zones sync.Map

func loadZone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	if z, ok := zones.Load(name); ok {
		if l, ok := z.(*time.Location); ok {
			return l, nil
		}
	}
	l, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fmt.Errorf("time zone %.60q is not known", name)
	}
	zones.Store(name, l)
	return l, nil
}

// zone is the rule's, UTC if it is not known: Validate has refused that.
func (r Rule) zone() *time.Location {
	l, err := loadZone(r.Zone)
	if err != nil {
		return time.UTC
	}
	return l
}

// Recurs reports whether r runs by itself.
func (r Rule) Recurs() bool { return r.Every > 0 || r.Formula != "" }

// Chained reports whether the next time is known only when a run has ended.
func (r Rule) Chained() bool { return r.Formula != "" || r.Drifting }

func (r Rule) hasWindow() bool { return r.StartingTime != "" || r.EndingTime != "" }

// local reports whether the slots are local times.
func (r Rule) local() bool { return r.Every%day == 0 }

// windowed reports whether the slots are counted from a daily opening.
func (r Rule) windowed() bool { return r.hasWindow() && !r.local() }

// opens and closes are the window's ends in minutes of the day.
func (r Rule) opens() int {
	m, _ := r.StartingTime.minutes()
	return m
}

func (r Rule) closes() int {
	if m, ok := r.EndingTime.minutes(); ok {
		return m
	}
	return 24*60 - 1
}

// Open reports whether t is on an allowed day, inside the daily window, not
// before the earliest start and not after the expiration.
func (r Rule) Open(t time.Time) bool {
	if t.Before(r.EarliestStart) || r.Expired(t) {
		return false
	}
	local := t.In(r.zone())
	return r.Formula != "" || r.Weekdays.Has(local.Weekday()) && r.inWindow(local)
}

// inWindow counts the whole minute of the ending time as inside.
func (r Rule) inWindow(local time.Time) bool {
	m := local.Hour()*60 + local.Minute()
	if opens, closes := r.opens(), r.closes(); opens <= closes {
		return opens <= m && m <= closes
	} else {
		return m >= opens || m <= closes
	}
}

// Expired reports whether r may not start at t any more.
func (r Rule) Expired(t time.Time) bool { return !r.Expiration.IsZero() && t.After(r.Expiration) }
