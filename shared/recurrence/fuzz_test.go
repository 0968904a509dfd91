package recurrence_test

import (
	"encoding/json"
	"testing"
	"time"

	"backroom/shared/recurrence"
)

// FuzzRule: whatever is stored is refused, or has a next run that is lawful.
func FuzzRule(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"every":600000000000}`, `{"every":3000000000000,"startingTime":"22:00","endingTime":"03:10","weekdays":["mon"],"zone":"Europe/Stockholm"}`,
		`{"formula":"CM+1D","earliestStart":"2026-03-02T08:00:00Z"}`, `{"every":60000000000,"drifting":true,"expiration":"2026-03-02T08:00:00Z"}`,
	} {
		f.Add(s, int64(1_800_000_000))
	}
	f.Fuzz(func(t *testing.T, js string, second int64) {
		var r recurrence.Rule
		if json.Unmarshal([]byte(js), &r) != nil || r.Validate() != nil {
			return
		}
		after := time.Unix(second%(1<<33), 0)
		if next, ok := r.Next(after); ok && (!next.After(after) || next.Before(r.EarliestStart) || r.Expired(next) || !r.IsSlot(next)) {
			t.Errorf("%s: after %v comes %v", js, after, next)
		}
		if grid, ok := r.Grid(); ok && grid.Validate() != nil {
			t.Errorf("%s: %v", js, grid.Validate())
		}
		r.Slots(after, after.Add(48*time.Hour))
		_ = r.Words()
	})
}

// FuzzFormula: a formula is refused, or goes forward from every day.
func FuzzFormula(f *testing.F) {
	for _, s := range []string{"1D", "CM+1D", "<1W>", "CW+1D", "D15", "WD3", "2Q-CQ", "1Y-CY+31D", "-1D+2W", "9999Y", "cm+1d", ""} {
		f.Add(s, int64(20_000))
	}
	f.Fuzz(func(t *testing.T, formula string, days int64) {
		r := recurrence.Rule{Formula: formula}
		if formula == "" || r.Validate() != nil {
			return
		}
		after := time.Unix(days%40_000*86_400+3600, 0)
		if next, ok := r.Next(after); ok && !next.After(after) {
			t.Errorf("%q: after %v comes %v", formula, after, next)
		}
	})
}

func BenchmarkNext(b *testing.B) {
	for name, r := range map[string]recurrence.Rule{
		"elapsed": {Every: 10 * time.Minute}, "window": {Every: 10 * time.Minute, StartingTime: recurrence.At(8, 0), Zone: "Europe/Stockholm"},
		"rare": {Every: 36 * time.Hour, Weekdays: recurrence.Days(time.Monday)}, "formula": {Formula: "CM+1D"},
	} {
		b.Run(name, func(b *testing.B) {
			at := time.Unix(1_800_000_000, 0)
			for b.Loop() {
				at, _ = r.Next(at)
			}
		})
	}
}
