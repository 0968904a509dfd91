package main

import (
	"testing"
	"time"
)

func TestFirstSlot(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 30, 12, 0, time.UTC)
	for _, tt := range []struct {
		name   string
		anchor time.Time
		want   time.Time
	}{
		{"the next whole minute", time.Time{}, time.Date(2026, 11, 27, 9, 31, 0, 0, time.UTC)},
		{"as it is set", now.Add(time.Hour), now.Add(time.Hour)},
		{"passed while both sides were read", now.Add(-3 * time.Second), now.Add(2 * time.Second)},
		{"just now", now, now.Add(2 * time.Second)},
	} {
		if got := (settings{anchor: tt.anchor}).first(now); !got.Equal(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	// At every fraction of a second there is at least one left until the slot.
	for at := now; at.Before(now.Add(time.Second)); at = at.Add(7 * time.Millisecond) {
		got := (settings{anchor: at}).first(at)
		if d := got.Truncate(time.Second).Sub(at); d < time.Second || d > 2*time.Second || !got.Equal(got.Truncate(time.Second)) {
			t.Errorf("at %s the first slot is %s, %s later", at.Format("05.000"), got.Format("05.000"), d)
		}
	}
}
