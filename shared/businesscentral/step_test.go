package businesscentral

import (
	"strconv"
	"testing"
	"time"
)

// TestBudgetAfterAClockWasAhead: operations and slots that were taken while the
// clock was ahead hold up nobody when it is right again.
func TestBudgetAfterAClockWasAhead(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, ahead := range []time.Duration{45 * time.Minute, 400 * 24 * time.Hour} {
		var s State
		for i := range 4 {
			s, _ = s.Take(Limits{}, now.Add(ahead), Ask{Operations: 250, Slot: strconv.Itoa(i), Hold: 90 * time.Second})
		}
		at := now
		for {
			next, g := s.Take(Limits{}, at, Ask{Operations: 100, Slot: "x", Hold: time.Minute})
			if s = next; g.Wait <= 0 {
				break
			}
			if at = at.Add(g.Wait); at.Sub(now) > time.Minute {
				t.Fatalf("ahead by %v: nothing to be had within %v", ahead, at.Sub(now))
			}
		}
	}
}
