package recurrence_test

import (
	"encoding/json"
	"testing"
	"time"

	"backroom/shared/recurrence"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var weekdays = recurrence.Days(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday)

// 2026-03-02 is a Monday.
func TestNext(t *testing.T) {
	type rule = recurrence.Rule
	hm := recurrence.At
	start := at(t, "2026-03-02T08:10:00Z")
	for _, tt := range []struct {
		name        string
		r           rule
		after, want string // "": never
	}{
		{"triggered only", rule{}, "2026-03-02T09:00:00Z", ""},
		{"before the earliest start", rule{Every: time.Hour, EarliestStart: start}, "2026-01-01T00:00:00Z", "2026-03-02T08:10:00Z"},
		{"on the grid", rule{Every: time.Hour, EarliestStart: start}, "2026-03-02T09:10:00Z", "2026-03-02T10:10:00Z"},
		{"after a long run: one slot, the next", rule{Every: time.Hour, EarliestStart: start}, "2026-03-04T01:11:00Z", "2026-03-04T02:10:00Z"},
		{"expired", rule{Every: time.Hour, EarliestStart: start, Expiration: at(t, "2026-03-02T10:00:00Z")}, "2026-03-02T09:10:00Z", ""},
		{"at the expiration itself", rule{Every: time.Hour, EarliestStart: start, Expiration: at(t, "2026-03-02T10:10:00Z")}, "2026-03-02T09:10:00Z", "2026-03-02T10:10:00Z"},
		{"weekdays over a week-end", rule{Every: time.Hour, EarliestStart: start, Weekdays: weekdays}, "2026-03-06T23:30:00Z", "2026-03-09T00:10:00Z"},
		{"36 hours on Mondays", rule{Every: 36 * time.Hour, EarliestStart: start, Weekdays: recurrence.Days(time.Monday)}, "2026-03-02T09:00:00Z", "2026-03-09T20:10:00Z"},
		{"window: first slot of the day", rule{Every: 50 * time.Minute, StartingTime: hm(9, 0), EndingTime: hm(17, 0)}, "2026-03-02T17:00:00Z", "2026-03-03T09:00:00Z"},
		{"window: its grid starts at its opening", rule{Every: 50 * time.Minute, StartingTime: hm(9, 0), EndingTime: hm(17, 0)}, "2026-03-02T09:51:00Z", "2026-03-02T10:40:00Z"},
		{"window: the ending time is inside", rule{Every: time.Hour, StartingTime: hm(9, 0), EndingTime: hm(17, 0)}, "2026-03-02T16:00:00Z", "2026-03-02T17:00:00Z"},
		{"window over midnight", rule{Every: 2 * time.Hour, StartingTime: hm(22, 0), EndingTime: hm(3, 0)}, "2026-03-02T22:00:00Z", "2026-03-03T00:00:00Z"},
		{"window over midnight: closed", rule{Every: 2 * time.Hour, StartingTime: hm(22, 0), EndingTime: hm(3, 0)}, "2026-03-03T02:00:00Z", "2026-03-03T22:00:00Z"},
		{"window over midnight: the weekday is the slot's own", rule{Every: 2 * time.Hour, StartingTime: hm(22, 0), EndingTime: hm(3, 0), Weekdays: recurrence.Days(time.Monday)}, "2026-03-02T22:00:00Z", "2026-03-09T00:00:00Z"},
		{"starting time alone", rule{Every: 8 * time.Hour, StartingTime: hm(7, 0)}, "2026-03-02T15:00:00Z", "2026-03-02T23:00:00Z"},
		{"ending time alone", rule{Every: 8 * time.Hour, EndingTime: hm(7, 0)}, "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"},
		{"daily keeps the local time over summer time", rule{Every: 24 * time.Hour, EarliestStart: at(t, "2026-03-27T05:00:00Z"), Zone: "Europe/Stockholm"}, "2026-03-28T05:00:00Z", "2026-03-29T04:00:00Z"},
		{"daily at a time that summer time skips", rule{Every: 24 * time.Hour, StartingTime: hm(2, 30), Zone: "Europe/Stockholm"}, "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"},
		{"daily at a time that winter time repeats", rule{Every: 24 * time.Hour, StartingTime: hm(2, 30), Zone: "Europe/Stockholm"}, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"},
		{"and not again", rule{Every: 24 * time.Hour, StartingTime: hm(2, 30), Zone: "Europe/Stockholm"}, "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"},
		{"hourly in a window: the repeated hour too", rule{Every: time.Hour, StartingTime: hm(0, 0), EndingTime: hm(6, 0), Zone: "Europe/Stockholm"}, "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"},
		{"half-hourly in a window: no gap where clocks go forward", rule{Every: 30 * time.Minute, StartingTime: hm(0, 0), EndingTime: hm(6, 0), Zone: "Europe/Stockholm"}, "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"},
		{"a window that opens at a skipped time", rule{Every: 20 * time.Minute, StartingTime: hm(2, 30), EndingTime: hm(6, 0), Zone: "Europe/Stockholm"}, "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"},
		{"hourly without: every hour is one", rule{Every: time.Hour, EarliestStart: start, Zone: "Europe/Stockholm"}, "2026-10-25T00:10:00Z", "2026-10-25T01:10:00Z"},
		{"daily from a start with seconds: the minute after", rule{Every: 24 * time.Hour, EarliestStart: at(t, "2026-03-02T08:10:01Z")}, "2026-03-01T00:00:00Z", "2026-03-02T08:11:00Z"},
		{"daily without a start: at the zone's midnight", rule{Every: 24 * time.Hour, Zone: "Asia/Kolkata"}, "2026-03-02T08:10:00Z", "2026-03-02T18:30:00Z"},
		{"every second day from the first", rule{Every: 48 * time.Hour, EarliestStart: start}, "2026-03-02T08:10:00Z", "2026-03-04T08:10:00Z"},
		{"every second day whose window is over on the first", rule{Every: 48 * time.Hour, EarliestStart: start, StartingTime: hm(6, 0)}, "2026-03-02T08:10:00Z", "2026-03-03T06:00:00Z"},
		{"every week on a Monday", rule{Every: 7 * 24 * time.Hour, EarliestStart: start, Weekdays: recurrence.Days(time.Monday)}, "2026-03-02T08:10:00Z", "2026-03-09T08:10:00Z"},

		{"every second day from the first allowed one", rule{Every: 48 * time.Hour, EarliestStart: start, Weekdays: recurrence.Days(time.Tuesday, time.Thursday)}, "2026-03-02T08:10:00Z", "2026-03-03T08:10:00Z"},
		{"every week on a Monday whose window is over on the first", rule{Every: 7 * 24 * time.Hour, EarliestStart: start, StartingTime: hm(6, 0), EndingTime: hm(17, 0), Weekdays: recurrence.Days(time.Monday)}, "2026-03-02T08:10:00Z", "2026-03-09T06:00:00Z"},
		{"daily until a time: that of the earliest start", rule{Every: 24 * time.Hour, EarliestStart: start, EndingTime: hm(9, 0)}, "2026-03-01T00:00:00Z", "2026-03-02T08:10:00Z"},
		{"daily until a time before the earliest start: at midnight", rule{Every: 24 * time.Hour, EarliestStart: start, EndingTime: hm(7, 0)}, "2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z"},
		{"daily from a time", rule{Every: 24 * time.Hour, EarliestStart: start, StartingTime: hm(7, 0), EndingTime: hm(17, 0)}, "2026-03-02T08:10:00Z", "2026-03-03T07:00:00Z"},

		{"drifting: from the end", rule{Every: time.Hour, Drifting: true, EarliestStart: start}, "2026-03-02T09:33:20Z", "2026-03-02T10:34:00Z"},
		{"drifting: a daily job drifts whatever its starting time", rule{Every: 24 * time.Hour, Drifting: true, StartingTime: hm(5, 0)}, "2026-03-02T06:10:00Z", "2026-03-03T06:10:00Z"},
		{"drifting: after the window, its next start", rule{Every: time.Hour, Drifting: true, StartingTime: hm(8, 0), EndingTime: hm(17, 0)}, "2026-03-02T16:30:00Z", "2026-03-03T08:00:00Z"},
		{"drifting: before the window, its start", rule{Every: time.Hour, Drifting: true, StartingTime: hm(8, 0), EndingTime: hm(17, 0)}, "2026-03-02T05:30:00Z", "2026-03-02T08:00:00Z"},
		{"drifting: into the overnight window", rule{Every: time.Hour, Drifting: true, StartingTime: hm(22, 0), EndingTime: hm(4, 0)}, "2026-03-02T03:30:00Z", "2026-03-02T22:00:00Z"},
		{"drifting: over a week-end, from the window's start", rule{Every: time.Hour, Drifting: true, StartingTime: hm(8, 0), EndingTime: hm(17, 0), Weekdays: weekdays}, "2026-03-06T16:30:00Z", "2026-03-09T08:00:00Z"},
		{"drifting: over a week-end without window, from midnight", rule{Every: time.Hour, Drifting: true, Weekdays: weekdays}, "2026-03-06T23:30:00Z", "2026-03-09T00:00:00Z"},
		{"drifting: over a week-end, overnight: later than the opening, at the opening", rule{Every: 20 * time.Hour, Drifting: true, StartingTime: hm(22, 0), EndingTime: hm(4, 0), Weekdays: weekdays}, "2026-03-07T03:00:00Z", "2026-03-09T22:00:00Z"},
		{"drifting: over a week-end, overnight: earlier than the opening, at that time", rule{Every: time.Hour, Drifting: true, StartingTime: hm(22, 0), EndingTime: hm(4, 0), Weekdays: weekdays}, "2026-03-07T01:00:00Z", "2026-03-09T02:00:00Z"},
		{"drifting: a window that opens in the skipped hour opens after it", rule{Every: time.Hour, Drifting: true, StartingTime: hm(2, 30), EndingTime: hm(5, 0), Zone: "Europe/Stockholm"}, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"},
		{"drifting: a window inside the skipped hour opens a day later", rule{Every: time.Hour, Drifting: true, StartingTime: hm(2, 10), EndingTime: hm(2, 50), Zone: "Europe/Stockholm"}, "2026-03-28T12:00:00Z", "2026-03-30T00:10:00Z"},
		{"drifting: a window that opened in the hour that comes again is open after it", rule{Every: time.Hour, Drifting: true, StartingTime: hm(2, 30), EndingTime: hm(5, 0), Zone: "Europe/Stockholm"}, "2026-10-25T00:10:00Z", "2026-10-25T02:00:00Z"},
		{"drifting: first run", rule{Every: time.Hour, Drifting: true, EarliestStart: start}, "2026-03-01T00:00:00Z", "2026-03-02T08:10:00Z"},

		{"formula: first run", rule{Formula: "1D", EarliestStart: start}, "2026-03-01T00:00:00Z", "2026-03-02T08:10:00Z"},
		{"formula: tomorrow at midnight", rule{Formula: "1D", EarliestStart: start}, "2026-03-02T09:00:00Z", "2026-03-03T00:00:00Z"},
		{"formula: at the starting time", rule{Formula: "1D", EarliestStart: start, StartingTime: hm(6, 0)}, "2026-03-02T09:00:00Z", "2026-03-03T06:00:00Z"},
		{"formula: first of the next month", rule{Formula: "CM+1D"}, "2026-02-11T09:00:00Z", "2026-03-01T00:00:00Z"},
		{"formula: first of next month, on the last day", rule{Formula: "CM+1D"}, "2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z"},
		{"formula: Monday after", rule{Formula: "CW+1D"}, "2026-03-08T09:00:00Z", "2026-03-09T00:00:00Z"},
		{"formula: a week", rule{Formula: "1W"}, "2026-03-02T09:00:00Z", "2026-03-09T00:00:00Z"},
		{"formula: the 15th", rule{Formula: "D15"}, "2026-03-15T00:00:00Z", "2026-04-15T00:00:00Z"},
		{"formula: the 31st of a short month is its last day", rule{Formula: "D31"}, "2026-04-02T00:00:00Z", "2026-04-30T00:00:00Z"},
		{"formula: the 31st, on the last day of a short month", rule{Formula: "D31"}, "2026-04-30T00:00:00Z", "2026-05-31T00:00:00Z"},
		{"formula: next Thursday", rule{Formula: "WD4"}, "2026-03-05T09:00:00Z", "2026-03-12T00:00:00Z"},
		{"formula: Sunday is 7", rule{Formula: "WD7"}, "2026-03-05T09:00:00Z", "2026-03-08T00:00:00Z"},
		{"formula: last Friday of the month", rule{Formula: "CM+CM+1D-WD5+1M"}, "2026-02-10T09:00:00Z", "2026-03-27T00:00:00Z"},
		{"formula: the week before the next 15th", rule{Formula: "D15+1M-1W"}, "2026-03-02T09:00:00Z", "2026-04-08T00:00:00Z"},
		{"formula: the 20th before the end of next month", rule{Formula: "1M+CM-D20"}, "2026-03-25T09:00:00Z", "2026-04-20T00:00:00Z"},
		{"formula: last day but one of the quarter after next", rule{Formula: "<2Q+CQ-1D>"}, "2026-03-05T09:00:00Z", "2026-09-29T00:00:00Z"},
		{"formula: a month from the 31st", rule{Formula: "1M"}, "2027-01-31T09:00:00Z", "2027-02-28T00:00:00Z"},
		{"formula: begin of next year", rule{Formula: "1Y-CY"}, "2026-03-05T09:00:00Z", "2027-01-01T00:00:00Z"},
		{"formula: in the shop's zone", rule{Formula: "1D", Zone: "Asia/Kolkata"}, "2026-03-02T19:00:00Z", "2026-03-03T18:30:00Z"},
		{"formula: a time that summer time skips", rule{Formula: "1D", StartingTime: hm(2, 30), Zone: "Europe/Stockholm"}, "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.r.Validate(); err != nil {
				t.Fatal(err)
			}
			got, ok := tt.r.Next(at(t, tt.after))
			if !ok {
				got = time.Time{}
			}
			if tt.want == "" && ok || tt.want != "" && !got.Equal(at(t, tt.want)) {
				t.Errorf("Next(%s) = %s, %v; want %s", tt.after, got.Format(time.RFC3339), ok, tt.want)
			}
		})
	}
}

func TestRest(t *testing.T) {
	r := recurrence.Rule{Every: 10 * time.Minute, IdleLimit: time.Hour}
	for empty, want := range map[int]float64{0: 10, 2: 10, 3: 20, 4: 40, 5: 40, 1000: 40} {
		if got := r.Rest(empty); got.Minutes() != want {
			t.Errorf("after %d empty runs %v, want %v min", empty, got, want)
		}
	}
	r.IdleLimit = 0
	if got := r.Rest(50); got != r.Every {
		t.Errorf("without a limit %v", got)
	}
}

func TestSlots(t *testing.T) {
	start := at(t, "2026-03-02T08:00:00Z")
	for _, tt := range []struct {
		name string
		r    recurrence.Rule
		from time.Time
		to   time.Time
		want int
	}{
		{"none yet", recurrence.Rule{Every: time.Hour, EarliestStart: start}, start, start.Add(time.Hour - 1), 0},
		{"the end counts, the begin does not", recurrence.Rule{Every: time.Hour, EarliestStart: start}, start, start.Add(3 * time.Hour), 3},
		{"backwards", recurrence.Rule{Every: time.Hour, EarliestStart: start}, start.Add(time.Hour), start, 0},
		{"over a week-end", recurrence.Rule{Every: 24 * time.Hour, EarliestStart: start, Weekdays: weekdays}, start, start.AddDate(0, 0, 7), 5},
		{"chained", recurrence.Rule{Every: time.Hour, Drifting: true, EarliestStart: start}, start, start.AddDate(0, 0, 7), 0},
		{"very many", recurrence.Rule{Every: time.Minute, EarliestStart: start}, start, start.AddDate(1, 0, 0), 10_000},
	} {
		if got := tt.r.Slots(tt.from, tt.to); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

// TestGrid: what a clock on AWS is asked for, and paid for.
func TestGrid(t *testing.T) {
	type rule = recurrence.Rule
	hm := recurrence.At
	start := at(t, "2026-03-02T08:10:00Z")
	const stockholm = "Europe/Stockholm"
	for _, tt := range []struct {
		name   string
		r      rule
		rate   time.Duration
		anchor time.Time
		cron   string
	}{
		{"elapsed time is a rate", rule{Every: 7 * time.Minute, EarliestStart: start, Zone: stockholm}, 7 * time.Minute, start, ""},
		{"with weekdays of a zone too", rule{Every: time.Hour, EarliestStart: start, Weekdays: weekdays, Zone: stockholm}, time.Hour, start, ""},
		{"weekdays in UTC: only on them", rule{Every: time.Hour, EarliestStart: start, Weekdays: weekdays}, 0, start, "10 * * * 1,2,3,4,5"},
		{"weekdays, a grid that hours and minutes make no coarser", rule{Every: 90 * time.Minute, EarliestStart: start, Weekdays: weekdays}, 90 * time.Minute, start, ""},
		{"a window", rule{Every: 20 * time.Minute, EarliestStart: start, StartingTime: hm(9, 5), EndingTime: hm(11, 0), Zone: stockholm}, 0, start, "5,25,45 7,8,9 * * *"},
		{"a window in which clocks change", rule{Every: time.Hour, EarliestStart: start, StartingTime: hm(1, 0), EndingTime: hm(4, 0), Zone: stockholm}, 0, start, "0 0,1,2,3,23 * * *"},
		{"weekdays of a window, in UTC the day before too", rule{Every: 20 * time.Minute, EarliestStart: start, StartingTime: hm(0, 0), EndingTime: hm(1, 0), Weekdays: recurrence.Days(time.Monday), Zone: stockholm}, 0, start, "0,20,40 0,22,23 * * 0,1"},
		{"a window where clocks do not change", rule{Every: 20 * time.Minute, EarliestStart: start, StartingTime: hm(9, 5), EndingTime: hm(11, 0), Zone: "Asia/Kolkata"}, 0, start, "5,25,45 9,10 * * *"},
		{"a window over midnight", rule{Every: 50 * time.Minute, StartingTime: hm(23, 0), EndingTime: hm(1, 0)}, 0, time.Time{}, "0,40,50 0,23 * * *"},
		{"daily", rule{Every: 24 * time.Hour, EarliestStart: start, Zone: stockholm}, 0, start, "10 9 * * *"},
		{"every second day in UTC is a rate", rule{Every: 48 * time.Hour, EarliestStart: start, StartingTime: hm(6, 0)}, 48 * time.Hour, at(t, "2026-03-03T06:00:00Z"), ""},
		{"every second day in a zone ticks daily", rule{Every: 48 * time.Hour, EarliestStart: start, Zone: stockholm}, 0, start, "10 9 * * *"},
		{"every second week in a zone ticks on its day", rule{Every: 14 * 24 * time.Hour, EarliestStart: start, Zone: stockholm}, 0, start, "10 9 * * 1"},
	} {
		got, ok := tt.r.Grid()
		if !ok || got.Rate != tt.rate || got.Cron != tt.cron || !got.Anchor.Equal(tt.anchor) {
			t.Errorf("%s: %v, rate %v, cron %q, anchor %v", tt.name, ok, got.Rate, got.Cron, got.Anchor)
		}
	}
	for _, r := range []rule{{}, {Every: time.Hour, Drifting: true}, {Formula: "1D"}} {
		if got, ok := r.Grid(); ok {
			t.Errorf("%s: %+v", r.Words(), got)
		}
	}
}

func TestStoredForm(t *testing.T) {
	r := recurrence.Rule{
		Every: time.Hour, EarliestStart: at(t, "2026-03-02T08:00:00Z"), StartingTime: recurrence.At(0, 0), EndingTime: recurrence.At(6, 5),
		Weekdays: recurrence.Days(time.Sunday, time.Monday), Zone: "Europe/Stockholm",
	}
	js, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"every":3600000000000,"earliestStart":"2026-03-02T08:00:00Z","startingTime":"00:00","endingTime":"06:05","weekdays":["mon","sun"],"zone":"Europe/Stockholm"}`
	if string(js) != want {
		t.Errorf("%s, want %s", js, want)
	}
	var back recurrence.Rule
	if err := json.Unmarshal(js, &back); err != nil || back != r {
		t.Errorf("%+v, %v", back, err)
	}
	if js, err = json.Marshal(recurrence.Rule{}); err != nil || string(js) != "{}" {
		t.Errorf("%s, %v", js, err)
	}
	for _, bad := range []string{`{"startingTime":9}`, `{"weekdays":"mon"}`, `{"weekdays":[1]}`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

func TestWords(t *testing.T) {
	for want, r := range map[string]recurrence.Rule{
		"when triggered":                    {},
		"every 10 min":                      {Every: 10 * time.Minute},
		"every 2 h after the last run":      {Every: 2 * time.Hour, Drifting: true},
		"every day":                         {Every: 24 * time.Hour},
		"every 2 days, mon, sun":            {Every: 48 * time.Hour, Weekdays: recurrence.Days(time.Sunday, time.Monday)},
		"every 90 min, 08:00 to 23:59, wed": {Every: 90 * time.Minute, StartingTime: recurrence.At(8, 0), Weekdays: recurrence.Days(time.Wednesday)},
		"by formula CM+1D at 06:30":         {Formula: "CM+1D", StartingTime: recurrence.At(6, 30)},
		"every 30 min, 22:00 to 04:00":      {Every: 30 * time.Minute, StartingTime: recurrence.At(22, 0), EndingTime: recurrence.At(4, 0)},
		"every 30 min, 00:00 to 04:00, sat": {Every: 30 * time.Minute, EndingTime: recurrence.At(4, 0), Weekdays: recurrence.Days(time.Saturday)},
	} {
		if got := r.Words(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
