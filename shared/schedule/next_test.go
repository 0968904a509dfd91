package schedule

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zone(t interface{ Fatalf(string, ...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return z
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNext(t *testing.T) {
	tests := []struct {
		name        string
		r           Recurrence
		zone        string
		after, want string
	}{
		{"rate, before its anchor", Recurrence{Rate: time.Hour, Anchor: at(t, "2026-03-01T00:10:00Z")}, "UTC", "2026-02-01T00:00:00Z", "2026-03-01T00:10:00Z"},
		{"rate, on the grid", Recurrence{Rate: time.Hour, Anchor: at(t, "2026-03-01T00:10:00Z")}, "UTC", "2026-03-01T05:10:00Z", "2026-03-01T06:10:00Z"},
		{"rate, between", Recurrence{Rate: time.Hour, Anchor: at(t, "2026-03-01T00:10:00Z")}, "UTC", "2026-03-01T05:10:01Z", "2026-03-01T06:10:00Z"},
		{"cron in UTC", Recurrence{Cron: "30 2 * * *"}, "UTC", "2026-03-29T02:30:00Z", "2026-03-30T02:30:00Z"},
		{"Stockholm skips 02:30 in spring", Recurrence{Cron: "30 2 * * *"}, "Europe/Stockholm", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"},
		{"Stockholm has 02:30 twice in autumn and fires at the first", Recurrence{Cron: "30 2 * * *"}, "Europe/Stockholm", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"},
		{"and not at the second", Recurrence{Cron: "30 2 * * *"}, "Europe/Stockholm", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"},
		{"New York skips 02:15 in spring", Recurrence{Cron: "15 2 * * *"}, "America/New_York", "2026-03-07T12:00:00Z", "2026-03-09T06:15:00Z"},
		{"New York's second 01:30 is passed over", Recurrence{Cron: "30 1 * * *"}, "America/New_York", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"},
		{"hourly: the repeated hour fires once", Recurrence{Cron: "0 * * * *"}, "Europe/Stockholm", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z"},
		{"Lord Howe shifts by half an hour", Recurrence{Cron: "15 2 * * *"}, "Australia/Lord_Howe", "2026-10-03T12:00:00Z", "2026-10-04T15:15:00Z"},
		{"weekdays only", Recurrence{Cron: "0 8 * * 1-5"}, "UTC", "2026-03-27T08:00:00Z", "2026-03-30T08:00:00Z"},
		{"not before its anchor", Recurrence{Cron: "0 8 * * *", Anchor: at(t, "2026-05-01T08:00:00Z")}, "UTC", "2026-03-27T08:00:00Z", "2026-05-01T08:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.r.Zone = zone(t, tt.zone)
			got, ok := tt.r.Next(at(t, tt.after))
			if !ok || !got.Equal(at(t, tt.want)) {
				t.Errorf("Next(%s) = %s, %v; want %s", tt.after, got.Format(time.RFC3339), ok, tt.want)
			}
		})
	}
	if got, ok := (Recurrence{Cron: "0 0 30 2 *"}).Next(time.Now()); ok {
		t.Errorf("30 February fires at %v", got)
	}
}

func TestValidate(t *testing.T) {
	for _, r := range []Recurrence{
		{},
		{Rate: time.Minute, Cron: "* * * * *"},
		{Rate: 30 * time.Second},
		{Rate: 90 * time.Second},
		{Rate: -time.Minute},
		{Cron: "* * * *"},
		{Cron: "0 0 1 1 * *"},
		{Cron: "61 * * * *"},
		{Cron: "@daily"},
		{Cron: "TZ=UTC 0 0 1 1"},
	} {
		if err := r.Validate(); !errors.Is(err, ErrInvalid) {
			t.Errorf("%+v: %v, want ErrInvalid", r, err)
		}
	}
	for _, r := range []Recurrence{{Rate: time.Minute}, {Cron: "*/5 0-6 * * MON"}} {
		if err := r.Validate(); err != nil {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

// Against an oracle that walks minute by minute and keeps a book of the local
// times that it has seen.
func TestNextAgainstAMinuteByMinuteOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := zone(t, rapid.SampledFrom([]string{"Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"}).Draw(t, "zone"))
		hours := rapid.SampledFrom([]string{"*", "1-3", "2", "*/2"}).Draw(t, "hours")
		minutes := rapid.SampledFrom([]string{"0", "*/15", "30", "7,52"}).Draw(t, "minutes")
		r := Recurrence{Cron: minutes + " " + hours + " * * *", Zone: z}
		spec, err := r.cron()
		if err != nil {
			t.Fatalf("%v", err)
		}
		day := rapid.SampledFrom([]string{"2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01", "2026-06-15"}).Draw(t, "day")
		start, err := time.ParseInLocation("2006-01-02", day, time.UTC)
		if err != nil {
			t.Fatalf("%v", err)
		}
		start = start.Add(-14 * time.Hour)
		seen := map[time.Time]bool{}
		var want []time.Time
		for m := start.Add(-30 * time.Hour); m.Before(start.Add(48 * time.Hour)); m = m.Add(time.Minute) {
			wall := wallOf(m.In(z))
			if !seen[wall] && spec.Next(wall.Add(-time.Second)).Equal(wall) && m.After(start) {
				want = append(want, m)
			}
			seen[wall] = true
		}
		at := start
		for i, w := range want {
			next, ok := r.Next(at)
			if !ok || !next.Equal(w) {
				t.Fatalf("%s in %s: firing %d is %v, want %v", r.Cron, z, i, next.In(z), w.In(z))
			}
			at = next
		}
	})
}

func TestRateKeepsItsGrid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Recurrence{Rate: time.Duration(rapid.IntRange(1, 3000).Draw(t, "minutes")) * time.Minute, Anchor: time.Unix(rapid.Int64Range(0, 1<<31).Draw(t, "anchor"), 0)}
		after := time.Unix(rapid.Int64Range(0, 1<<31).Draw(t, "after"), rapid.Int64Range(0, 999).Draw(t, "ns"))
		next, ok := r.Next(after)
		if !ok || !next.After(after) || next.Before(r.Anchor) || next.Sub(r.Anchor)%r.Rate != 0 {
			t.Fatalf("Next(%v) = %v of %+v", after, next, r)
		}
		if prev := next.Add(-r.Rate); prev.After(after) && !prev.Before(r.Anchor) {
			t.Fatalf("%v was passed over", prev)
		}
	})
}
