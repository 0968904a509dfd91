package clock_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"backroom/shared/clock"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestDue(t *testing.T) {
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name    string
		wait    time.Duration // until the stored time
		longest time.Duration
		want    bool
	}{
		{"come", -time.Second, time.Hour, true},
		{"just come", 0, time.Hour, true},
		{"to come", time.Second, time.Hour, false},
		{"the longest wait", time.Hour, time.Hour, false},
		{"the longest wait, of a clock a little ahead", time.Hour + clock.Slack, time.Hour, false},
		{"longer than its rule", time.Hour + clock.Slack + time.Second, time.Hour, true},
		{"written 45 minutes ahead", 105 * time.Minute, time.Hour, true},
		{"written 400 days ahead", 400*day + time.Hour, time.Hour, true},
		{"long ago", -400 * day, time.Hour, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := clock.Due(now.Add(tt.wait), now, tt.longest); got != tt.want {
				t.Errorf("Due in %v = %v", tt.wait, got)
			}
		})
	}
}

func TestPast(t *testing.T) {
	for _, tt := range []struct{ ahead, want time.Duration }{
		{-time.Hour, 0}, {0, 0}, {clock.Slack, 0}, {clock.Slack + 1, clock.Slack + 1}, {400 * 24 * time.Hour, 400 * 24 * time.Hour},
	} {
		written := now.Add(tt.ahead)
		if got := clock.Ahead(written, now); got != tt.want {
			t.Errorf("Ahead by %v = %v, want %v", tt.ahead, got, tt.want)
		}
		want := written
		if tt.want > 0 {
			want = now
		}
		if got := clock.Past(written, now); !got.Equal(want) {
			t.Errorf("Past of %v ahead = %v, want %v", tt.ahead, got, want)
		}
	}
}

// TestDueIsBounded: however wrong the clock was that wrote a time, whoever has to
// wait for it waits no longer than the longest wait of the rule.
func TestDueIsBounded(t *testing.T) {
	rapid.Check(t, func(p *rapid.T) {
		longest := time.Duration(rapid.Int64Range(0, int64(6*time.Hour)).Draw(p, "longest"))
		wait := time.Duration(rapid.Int64Range(0, int64(longest)).Draw(p, "wait"))
		step := time.Duration(rapid.Int64Range(-int64(400*24*time.Hour), int64(400*24*time.Hour)).Draw(p, "step"))
		at := now.Add(step).Add(wait)
		if !clock.Due(at, now, longest) && !clock.Due(at, now.Add(longest+clock.Slack), longest) {
			p.Fatalf("who waited %v by a clock %v ahead still waits after %v", wait, step, longest)
		}
		if step == 0 && clock.Due(at, now, longest) != (wait == 0) {
			p.Fatalf("a wait of %v by a right clock is cut short", wait)
		}
	})
}

// TestSince: real readings carry both hands, stored ones the wall clock alone.
func TestSince(t *testing.T) {
	then := time.Now()
	for _, later := range []time.Time{then.Add(time.Hour), then.Add(time.Hour).Round(0)} {
		if got := clock.Since(then, later); got != time.Hour {
			t.Errorf("Since = %v, want 1h", got)
		}
	}
}

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		20 * time.Second: "1 minute", 100 * time.Second: "1 minute", 2 * time.Minute: "2 minutes", 45 * time.Minute: "45 minutes", 119 * time.Minute: "119 minutes", 3 * time.Hour: "3 hours",
		47 * time.Hour: "47 hours", 48 * time.Hour: "2 days", 400 * 24 * time.Hour: "400 days",
	} {
		if got := clock.Words(d); got != want {
			t.Errorf("Words(%v) = %q, want %q", d, got, want)
		}
	}
}
