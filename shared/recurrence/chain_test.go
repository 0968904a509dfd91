package recurrence_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"backroom/shared/recurrence"
)

// TestDriftAgainstAnOracle compares BC's drifting rule with one that goes from
// minute to minute, in zones whose clocks do not change.
func TestDriftAgainstAnOracle(t *testing.T) {
	rapid.Check(t, func(p *rapid.T) {
		r := draw(p)
		r.Formula, r.Drifting, r.IdleLimit, r.Expiration = "", true, 0, time.Time{}
		r.Zone = rapid.SampledFrom([]string{"", "Asia/Kolkata"}).Draw(p, "fixed zone")
		r.Every = time.Minute * time.Duration(rapid.IntRange(1, 3*24*60).Draw(p, "every"))
		if r.Validate() != nil {
			p.Skip("no such rule")
		}
		zone, err := time.LoadLocation(r.Zone)
		if err != nil {
			p.Fatal(err)
		}
		end := r.EarliestStart.Add(time.Duration(rapid.IntRange(0, 14*24*3600).Draw(p, "seconds")) * time.Second)
		want := drifted(r, end.Add(r.Every), zone)
		if got, ok := r.Next(end); !ok || !got.Equal(want) {
			p.Fatalf("%s: after a run that ended at %v: %v, want %v", r.Words(), end.In(zone), got.In(zone), want)
		}
	})
}

// drifted is the first whole minute from t on that is in the window on an
// allowed day; a day that comes later because of the weekdays begins with the
// opening of an overnight window, or goes on in its second half.
func drifted(r recurrence.Rule, t time.Time, zone *time.Location) time.Time {
	opens, closes := 0, 24*60-1
	if r.StartingTime != "" {
		opens = minutes(r.StartingTime)
	}
	if r.EndingTime != "" {
		closes = minutes(r.EndingTime)
	}
	in := func(m int) bool {
		if opens <= closes {
			return opens <= m && m <= closes
		}
		return m >= opens || m <= closes
	}
	minute := func(t time.Time) int { return t.Hour()*60 + t.Minute() }
	allowed := func(t time.Time) bool {
		return r.Weekdays == "" || strings.Contains(string(r.Weekdays), strings.ToLower(t.Format("Mon")))
	}
	t = t.Add(time.Minute - 1).Truncate(time.Minute).In(zone)
	for !in(minute(t)) {
		t = t.Add(time.Minute)
	}
	if allowed(t) {
		return t
	}
	if opens > closes && minute(t) > opens || opens <= closes {
		for minute(t) != opens {
			t = t.Add(-time.Minute)
		}
	}
	for !allowed(t) {
		t = t.AddDate(0, 0, 1)
	}
	return t
}

// TestFormulaAgainstAnOracle compares BC's date formulas with a calendar that is
// leafed through day by day.
func TestFormulaAgainstAnOracle(t *testing.T) {
	rapid.Check(t, func(p *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(p, "terms")
		var formula string
		d := drawTurn(p, "end").AddDate(0, 0, rapid.IntRange(0, 3000).Draw(p, "days later"))
		end := d
		d = d.Truncate(24 * time.Hour)
		for i := range n {
			sign := 1
			if s := rapid.SampledFrom([]string{"+", "-", "+"}).Draw(p, "sign"); s == "-" {
				sign, formula = -1, formula+"-"
			} else if i > 0 {
				formula += "+"
			}
			unit := rapid.SampledFrom([]string{"D", "W", "M", "Q", "Y"}).Draw(p, "unit")
			switch rapid.IntRange(0, 3).Draw(p, "kind") {
			case 0:
				k := rapid.IntRange(1, 40).Draw(p, "number")
				formula += fmt.Sprint(k, unit)
				d = leaf(d, sign*k, unit)
			case 1:
				formula += "C" + unit
				for name(d, unit) == name(d.AddDate(0, 0, sign), unit) {
					d = d.AddDate(0, 0, sign)
				}
			case 2:
				k := rapid.IntRange(1, 31).Draw(p, "day")
				formula += fmt.Sprint("D", k)
				for d = d.AddDate(0, 0, sign); d.Day() != k && (d.Day() > k || d.AddDate(0, 0, 1).Day() != 1); {
					d = d.AddDate(0, 0, sign)
				}
			default:
				k := rapid.IntRange(1, 7).Draw(p, "weekday")
				formula += fmt.Sprint("WD", k)
				for d = d.AddDate(0, 0, sign); int(d.Weekday()) != k%7; {
					d = d.AddDate(0, 0, sign)
				}
			}
		}
		r := recurrence.Rule{Formula: strings.ReplaceAll(formula, " ", ""), StartingTime: clockOr(p, "starting"), EarliestStart: end.AddDate(0, 0, -1)}
		if r.Validate() != nil {
			p.Skip("it may stand still")
		}
		if r.StartingTime != "" {
			d = d.Add(time.Duration(minutes(r.StartingTime)) * time.Minute)
		}
		if got, ok := r.Next(end); !ok || !got.Equal(d) {
			p.Fatalf("%s: after a run that ended at %v: %v, want %v", r.Words(), end, got, d)
		}
	})
}

// name is that of the unit that d is in.
func name(d time.Time, unit string) string {
	switch unit {
	case "D":
		return d.Format(time.DateOnly)
	case "W":
		y, w := d.ISOWeek()
		return fmt.Sprint(y, " ", w)
	case "M":
		return d.Format("2006-01")
	case "Q":
		return fmt.Sprint(d.Year(), " ", (int(d.Month())+2)/3)
	}
	return d.Format("2006")
}

// leaf goes n units further: whole months to the same day, or to their last.
func leaf(d time.Time, n int, unit string) time.Time {
	switch unit {
	case "D":
		return d.AddDate(0, 0, n)
	case "W":
		return d.AddDate(0, 0, 7*n)
	}
	n *= map[string]int{"M": 1, "Q": 3, "Y": 12}[unit]
	day, sign := d.Day(), 1
	if n < 0 {
		sign = -1
	}
	for range n * sign { // a month further each time: to its first day
		this := name(d, "M")
		for name(d, "M") == this {
			d = d.AddDate(0, 0, sign)
		}
	}
	for d.Day() != 1 {
		d = d.AddDate(0, 0, -1)
	}
	for d.Day() < day && d.AddDate(0, 0, 1).Day() != 1 {
		d = d.AddDate(0, 0, 1)
	}
	return d
}
