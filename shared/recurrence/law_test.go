package recurrence_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"backroom/shared/recurrence"
)

var (
	zoneNames = []string{"", "Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "Pacific/Apia"}
	// days on and around which clocks change somewhere
	turns = []string{"2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01", "2026-06-15", "2026-02-15", "2028-02-29"}
)

func clockOr(p *rapid.T, name string) recurrence.Clock {
	if rapid.Bool().Draw(p, "no "+name) {
		return ""
	}
	return recurrence.At(rapid.IntRange(0, 23).Draw(p, name+" hour"), rapid.SampledFrom([]int{0, 1, 15, 30, 59}).Draw(p, name+" minute"))
}

func drawTurn(p *rapid.T, name string) time.Time {
	d, err := time.Parse(time.DateOnly, rapid.SampledFrom(turns).Draw(p, name))
	if err != nil {
		p.Fatal(err)
	}
	return d.Add(time.Duration(rapid.IntRange(-2*24*3600, 2*24*3600).Draw(p, name+" second")) * time.Second)
}

// draw makes a valid rule, half of all rules with a window and weekdays.
func draw(p *rapid.T) recurrence.Rule {
	return rapid.Custom(func(p *rapid.T) recurrence.Rule {
		r := recurrence.Rule{
			Zone:     rapid.SampledFrom(zoneNames).Draw(p, "zone"),
			Weekdays: rapid.SampledFrom([]recurrence.Weekdays{"", "", "", "mon tue wed thu fri sat sun", "mon tue wed thu fri", "sat sun", "sun", "wed"}).Draw(p, "weekdays"),
			Every: time.Minute * time.Duration(rapid.SampledFrom([]int{
				1, 7, 10, 15, 30, 45, 50, 60, 90, 240, 720, 1439, 1440, 1441, 2160, 2880, 10080, 100_000,
			}).Draw(p, "minutes")),
			EarliestStart: drawTurn(p, "start"), StartingTime: clockOr(p, "starting"), EndingTime: clockOr(p, "ending"),
			Drifting: rapid.IntRange(0, 4).Draw(p, "drifting") == 0,
		}
		if rapid.IntRange(0, 3).Draw(p, "expires") == 0 {
			r.Expiration = r.EarliestStart.Add(time.Duration(rapid.IntRange(1, 200).Draw(p, "hours")) * time.Hour)
		}
		if rapid.IntRange(0, 6).Draw(p, "formula?") == 0 {
			r.Formula = rapid.SampledFrom([]string{"1D", "CM+1D", "1W", "CW+1D", "D15", "WD1", "D31", "1M-CM+14D+1M", "1Q"}).Draw(p, "formula")
			r.Every, r.Weekdays, r.EndingTime, r.Drifting = 0, "", "", false
		}
		return r
	}).Filter(func(r recurrence.Rule) bool { return r.Validate() == nil }).Draw(p, "rule")
}

// TestNextIsLawful: later than asked for, not before the earliest start, inside
// the window, on an allowed day, not after the expiration, and nothing between.
func TestNextIsLawful(t *testing.T) {
	rapid.Check(t, func(p *rapid.T) {
		r := draw(p)
		after := drawTurn(p, "after")
		next, ok := r.Next(after)
		if !ok {
			if r.Expiration.IsZero() {
				p.Fatalf("%s has an end", r.Words())
			}
			return
		}
		first := r.Formula != "" && next.Equal(r.EarliestStart)
		switch {
		case !next.After(after):
			p.Fatalf("%v is not after %v", next, after)
		case !r.Open(next) && !first:
			p.Fatalf("%v is outside of %s", next, r.Words())
		case !r.IsSlot(next):
			p.Fatalf("%v is no slot", next)
		case r.Chained():
			return
		}
		between := after.Add(time.Duration(rapid.Int64Range(0, int64(next.Sub(after))-1).Draw(p, "between")))
		if again, ok := r.Next(between); !ok || !again.Equal(next) {
			p.Fatalf("after %v it is %v, after %v %v", after, next, between, again)
		}
		if r.IsSlot(between) && between.After(after) {
			p.Fatalf("%v is a slot, and was passed over", between)
		}
	})
}

func minutes(c recurrence.Clock) int {
	t, err := time.Parse("15:04", string(c))
	if err != nil {
		panic(err)
	}
	return t.Hour()*60 + t.Minute()
}

// oracle is the rule once more, minute by minute and slowly.
type oracle struct {
	r        recurrence.Rule
	zone     *time.Location
	seen     map[time.Time]bool // local times that have been before
	firstDay time.Time
	face     time.Time // local time of the last minute
	opened   []opening // the last one perhaps in a moment
}

// opening of a window: when, and what the clock showed or would have shown.
type opening struct{ at, face time.Time }

// isSlot is to be asked for one whole minute after the other.
func (o *oracle) isSlot(m time.Time) bool {
	wall := m.In(o.zone)
	face := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, time.UTC)
	again, last := o.seen[face], o.face
	o.seen[face], o.face = true, face
	opens, closes := 0, 1439
	if o.r.StartingTime != "" {
		opens = minutes(o.r.StartingTime)
	}
	if o.r.EndingTime != "" {
		closes = minutes(o.r.EndingTime)
	}
	o.open(m, last, face, opens, again)
	if m.Before(o.r.EarliestStart) || !o.r.Expiration.IsZero() && m.After(o.r.Expiration) {
		return false
	}
	minute, every := face.Hour()*60+face.Minute(), int(o.r.Every/time.Minute)
	weekday := o.r.Weekdays == "" || strings.Contains(string(o.r.Weekdays), strings.ToLower(face.Format("Mon")))
	switch {
	case every%1440 == 0:
		return !again && o.isDay(face, opens, closes) && weekday
	case o.r.StartingTime == "" && o.r.EndingTime == "":
		return weekday && m.Sub(o.r.EarliestStart)%o.r.Every == 0
	}
	inside := minute >= opens && minute <= closes
	if opens > closes {
		inside = minute >= opens || minute <= closes
	}
	for _, w := range slices.Backward(o.opened) {
		if !m.Before(w.at) {
			closed := face.After(w.face.Add(time.Duration((closes-opens+1440)%1440) * time.Minute))
			return weekday && inside && !closed && m.Sub(w.at)%o.r.Every == 0
		}
	}
	return false
}

// open notes when the window opens, by the clock before a change where the
// change skips its time.
func (o *oracle) open(m, last, face time.Time, opens int, again bool) {
	if again || last.IsZero() {
		return
	}
	for skipped := last.Add(time.Minute); !skipped.After(face); skipped = skipped.Add(time.Minute) {
		if skipped.Hour()*60+skipped.Minute() == opens && !o.seen[skipped] || skipped.Equal(face) && face.Hour()*60+face.Minute() == opens {
			o.opened = append(o.opened, opening{m.Add(skipped.Sub(last.Add(time.Minute))), skipped})
		}
	}
}

// isDay reports whether a cadence of whole days runs at a local time.
func (o *oracle) isDay(face time.Time, opens, closes int) bool {
	start := o.r.EarliestStart.Add(59 * time.Second).Truncate(time.Minute).In(o.zone)
	if at := start.Hour()*60 + start.Minute(); o.r.StartingTime == "" && at <= closes {
		opens = at
	}
	if face.Hour()*60+face.Minute() != opens {
		return false
	}
	today := face.Truncate(24 * time.Hour)
	weekday := o.r.Weekdays == "" || strings.Contains(string(o.r.Weekdays), strings.ToLower(face.Format("Mon")))
	if o.firstDay.IsZero() && weekday {
		o.firstDay = today
	}
	return int(today.Sub(o.firstDay).Hours())/24%(int(o.r.Every.Hours())/24) == 0
}

// onFirstDay reports whether first has the first date whose such local time is not before start.
func onFirstDay(first, start time.Time) bool {
	want := start.Day()
	if first.Hour()*60+first.Minute() < start.Hour()*60+start.Minute() {
		want = start.AddDate(0, 0, 1).Day()
	}
	return first.Day() == want
}

// TestNextAgainstAnOracle compares all slots of some days with those that an
// oracle finds, which goes from minute to minute from the earliest start on.
func TestNextAgainstAnOracle(t *testing.T) {
	rapid.Check(t, func(p *rapid.T) {
		r := draw(p)
		if r.Chained() {
			p.Skip("no grid")
		}
		r.EarliestStart = r.EarliestStart.Truncate(time.Minute) // the oracle's step
		zone, err := time.LoadLocation(r.Zone)
		if err != nil {
			p.Fatal(err)
		}
		if r.Every%(24*time.Hour) == 0 {
			// Days are counted from the first slot, which the oracle must have seen.
			if first, ok := (recurrence.Rule{Every: 24 * time.Hour, EarliestStart: r.EarliestStart, StartingTime: r.StartingTime, EndingTime: r.EndingTime, Zone: r.Zone}).Next(r.EarliestStart.Add(-1)); !ok || !onFirstDay(first.In(zone), r.EarliestStart.In(zone)) {
				p.Skip("its first local time is skipped, or was before the start and comes again")
			}
		}
		o := oracle{r: r, zone: zone, seen: map[time.Time]bool{}}
		at := r.EarliestStart.Add(-time.Nanosecond)
		for m := r.EarliestStart.Add(-50 * time.Hour).Truncate(time.Minute); m.Before(r.EarliestStart.Add(5 * 24 * time.Hour)); m = m.Add(time.Minute) {
			if !o.isSlot(m) {
				continue
			}
			next, ok := r.Next(at)
			if !ok || !next.Equal(m) {
				p.Fatalf("%s in %s: after %v comes %v, want %v", r.Words(), zone, at, next.In(zone), m.In(zone))
			}
			at = next
		}
		if next, ok := r.Next(at); ok && next.Before(r.EarliestStart.Add(5*24*time.Hour)) {
			p.Fatalf("%s in %s: %v is no slot", r.Words(), zone, next.In(zone))
		}
	})
}

// TestEachSlotHasATick: the schedule that stands for a rule fires at each of
// its slots; what else it fires at is told apart.
func TestEachSlotHasATick(t *testing.T) {
	rapid.Check(t, func(p *rapid.T) {
		r := draw(p)
		grid, ok := r.Grid()
		if ok == r.Chained() {
			p.Fatalf("%s: grid %v", r.Words(), ok)
		}
		if !ok {
			return
		}
		if err := grid.Validate(); err != nil {
			p.Fatal(err)
		}
		slot := drawTurn(p, "after")
		for range 5 {
			next, ok := r.Next(slot)
			if !ok {
				return
			}
			tick, ok := grid.Next(next.Add(-time.Nanosecond))
			if !ok || !tick.Equal(next) {
				p.Fatalf("%s: slot %v has no tick: %+v gives %v", r.Words(), next, grid, tick)
			}
			// Between two slots, what ticks is none.
			if tick, ok = grid.Next(slot); ok && tick.After(slot) && tick.Before(next) && r.IsSlot(tick) {
				p.Fatalf("%s: %v is taken for a slot", r.Words(), tick)
			}
			slot = next
		}
	})
}

// TestRestKeepsTheGrid: a stretched cadence is a whole number of slots, and
// never beyond the limit.
func TestRestKeepsTheGrid(t *testing.T) {
	rapid.Check(t, func(p *rapid.T) {
		every := time.Duration(rapid.IntRange(1, 600).Draw(p, "minutes")) * time.Minute
		r := recurrence.Rule{Every: every, IdleLimit: time.Duration(rapid.IntRange(0, 1440).Draw(p, "limit")) * time.Minute}
		n := rapid.IntRange(0, 100).Draw(p, "empty")
		rest := r.Rest(n)
		if rest < every || rest%every != 0 || rest > max(r.IdleLimit, every) || rest > r.Rest(n+1) {
			p.Fatalf("%v of %v after %d", rest, every, n)
		}
	})
}

// TestIdleSlotsAreSlots: an idle entry's next run is a slot, not before the
// usual one and, where nothing but the grid is in its way, one Rest later.
func TestIdleSlotsAreSlots(t *testing.T) {
	rapid.Check(t, func(p *rapid.T) {
		r := draw(p)
		if r.Chained() || r.Every > 12*time.Hour {
			p.Skip("nothing to stretch")
		}
		r.IdleLimit = r.Every * time.Duration(rapid.IntRange(1, 9).Draw(p, "limit"))
		r.IdleLimit = min(r.IdleLimit, 24*time.Hour)
		if err := r.Validate(); err != nil {
			p.Fatal(err)
		}
		last, ok := r.Next(drawTurn(p, "after"))
		if !ok {
			return
		}
		empty := rapid.IntRange(0, 9).Draw(p, "empty")
		usual, ok := r.Next(last)
		idle, stretched := r.NextIdle(last, empty)
		switch {
		case !ok && stretched:
			p.Fatalf("%s: %v comes after the end", r.Words(), idle)
		case !stretched:
			return
		}
		if !r.IsSlot(idle) || idle.Before(usual) {
			p.Fatalf("%s: after %v and %d empty runs comes %v", r.Words(), last, empty, idle)
		}
		free := r.Weekdays == "" && r.StartingTime == "" && r.EndingTime == ""
		if free && idle.Sub(last) != r.Rest(empty) {
			p.Fatalf("%s: after %v and %d empty runs comes %v, %v later", r.Words(), last, empty, idle, idle.Sub(last))
		}
		late := last.Add(time.Duration(rapid.Int64Range(0, int64(r.Every)-1).Draw(p, "late")))
		if again, ok := r.NextIdle(late, empty); free && (!ok || !again.Equal(idle)) {
			p.Fatalf("%s: a start at %v moves %v to %v", r.Words(), late, idle, again)
		}
	})
}
