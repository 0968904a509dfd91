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
		{"passed while both sides were read", now.Add(-3 * time.Second), now.Add(time.Second)},
		{"just now", now, now.Add(time.Second)},
	} {
		if got := (settings{anchor: tt.anchor}).first(now); !got.Equal(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
