package recurrence_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"backroom/shared/recurrence"
)

func TestValidate(t *testing.T) {
	type rule = recurrence.Rule
	hm := recurrence.At
	start := at(t, "2026-03-02T08:00:00Z") // a Monday
	for _, tt := range []struct {
		name string
		r    rule
		want []string // field and value of each problem
	}{
		{"seconds", rule{Every: 90 * time.Second}, []string{`every "1m30s"`}},
		{"backwards", rule{Every: -time.Minute}, []string{`every "-1m0s"`}},
		{"more than a year", rule{Every: 367 * 24 * time.Hour}, []string{`every "8808h0m0s"`}},
		{"unknown zone", rule{Every: time.Hour, Zone: "Europe/Stokholm"}, []string{`zone "Europe/Stokholm"`}},
		{"the machine's own zone", rule{Every: time.Hour, Zone: "Local"}, []string{`zone "Local"`}},
		{"window of no length", rule{Every: time.Hour, StartingTime: hm(8, 0), EndingTime: hm(8, 0)}, []string{`ending time "08:00"`}},
		{"expiration before the start", rule{Every: time.Hour, EarliestStart: start, Expiration: start.Add(-time.Hour)}, []string{`expiration "2026-03-02T07:00:00Z"`}},
		{"expiration before the first slot", rule{Every: time.Hour, EarliestStart: start, Expiration: start.Add(time.Hour), StartingTime: hm(10, 0)}, []string{`rule "every 1 h, 10:00 to 23:59"`}},
		{"over before its weekday", rule{Every: 7 * 24 * time.Hour, EarliestStart: start, Weekdays: recurrence.Days(time.Tuesday), Expiration: start.Add(23 * time.Hour)}, []string{`rule "every 7 days, tue"`}},
		{"two rules", rule{Every: time.Hour, Formula: "1D"}, []string{`next run date formula "1D"`}},
		{"formula with weekdays", rule{Formula: "1D", Weekdays: recurrence.Days(time.Monday)}, []string{`next run date formula "1D"`}},
		{"formula that stands still", rule{Formula: "CM"}, []string{`next run date formula "CM"`}},
		{"formula that goes back", rule{Formula: "1M-CM-40D"}, []string{`next run date formula "1M-CM-40D"`}},
		{"no formula", rule{Formula: "tomorrow"}, []string{`next run date formula "tomorrow"`}},
		{"drifting of nothing", rule{Drifting: true}, []string{`drifting "true"`}},
		{"window of nothing", rule{StartingTime: hm(8, 0)}, []string{`every "0s"`}},
		{"36 hours in a window", rule{Every: 36 * time.Hour, StartingTime: hm(8, 0)}, []string{`every "36h0m0s"`}},
		{"idle limit below the cadence", rule{Every: time.Hour, IdleLimit: time.Minute}, []string{`idle limit "1m0s"`}},
		{"idle limit of a formula", rule{Formula: "1D", IdleLimit: time.Hour}, []string{`idle limit "1h0m0s"`}},
		{"start between seconds", rule{Every: time.Hour, EarliestStart: start.Add(time.Millisecond)}, []string{`earliest start "2026-03-02T08:00:00.001Z"`}},
		{"no time of day", rule{Every: time.Hour, StartingTime: "24:00", EndingTime: "9:00"}, []string{`starting time "24:00"`, `ending time "9:00"`}},
		{"time of day with seconds", rule{Every: time.Hour, StartingTime: "08:00:00"}, []string{`starting time "08:00:00"`}},
		{"no day", rule{Every: time.Hour, Weekdays: "mon someday"}, []string{`weekdays "mon someday"`}},
		{"a day twice", rule{Every: time.Hour, Weekdays: "mon mon"}, []string{`weekdays "mon mon"`}},
		{"all at once", rule{Every: time.Second, Zone: "Mars", StartingTime: hm(8, 0), EndingTime: hm(8, 0), EarliestStart: start, Expiration: start}, []string{
			`every "1s"`, `zone "Mars"`, `expiration "2026-03-02T08:00:00Z"`, `ending time "08:00"`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ps := tt.r.Problems()
			if len(ps) != len(tt.want) {
				t.Errorf("%d problems: %v", len(ps), tt.r.Validate())
			}
			for i, p := range ps {
				if i < len(tt.want) && !strings.HasPrefix(p.Error(), tt.want[i]+": must be ") || p.Want == "" {
					t.Errorf("%q, want %s", p.Error(), tt.want[i])
				}
			}
			if p, ok := errors.AsType[recurrence.Problem](tt.r.Validate()); len(ps) > 0 && (!ok || p != ps[0]) {
				t.Errorf("%v", tt.r.Validate())
			}
		})
	}
}

// TestWhatIsStoredIsReportedAtOnce: a text that cannot be read hides nothing.
func TestWhatIsStoredIsReportedAtOnce(t *testing.T) {
	var r recurrence.Rule
	const js = `{"every":1,"startingTime":"25:00","endingTime":"noon","weekdays":["mon","Someday"],"zone":"Nowhere"}`
	if err := json.Unmarshal([]byte(js), &r); err != nil {
		t.Fatal(err)
	}
	err := r.Validate()
	for _, want := range []string{`every "1ns"`, `starting time "25:00"`, `ending time "noon"`, `weekdays "mon Someday"`, `zone "Nowhere"`} {
		if err == nil || !strings.Contains(err.Error(), want+": must be ") {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestFormulaErrorsNameThePlace(t *testing.T) {
	for formula, want := range map[string]string{
		"1":                          "character 1",
		"1D+":                        "character 3: a term is missing",
		"1D2D":                       "character 3: terms are joined",
		"<1D+X>":                     "character 4",
		"0D":                         "character 1",
		"99999D":                     "character 1",
		"C":                          "character 1: C must be followed",
		"D0":                         "character 1: D must be",
		"D32":                        "character 1: D must be",
		"WD8":                        "character 1: WD must be",
		"1D-D32":                     "character 3: D must be",
		"1D + 1D":                    "character 3",
		"<>":                         "character 1",
		"1D+1D+1D+1D+1D+1D+1D+1D+1D": "at most 8 terms",
	} {
		err := recurrence.Rule{Formula: formula}.Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", formula, err, want)
		}
	}
}
