package shopify

import (
	"testing"
	"time"

	"backroom/shared/shopify/shoptest"
)

// TestGrantsAfterAClockWasAhead: points that were given out while the clock was
// ahead hold up nobody when it is right again.
func TestGrantsAfterAClockWasAhead(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, ahead := range []time.Duration{45 * time.Minute, 400 * 24 * time.Hour} {
		var a account
		for _, who := range []string{"a", "b", "c", "d"} {
			for range 40 { // to the last point that may be had
				next, g, err := a.grant(Ask{Holder: who, Now: now.Add(ahead), Need: 100})
				if err != nil {
					t.Fatal(err)
				}
				if a = next; g.Points == 0 {
					break
				}
			}
		}
		at := now
		for {
			next, g, err := a.grant(Ask{Holder: "e", Now: at, Need: 500})
			if err != nil {
				t.Fatal(err)
			}
			if a = next; g.Points > 0 {
				break
			}
			if at = at.Add(g.Wait); at.Sub(now) > time.Minute {
				t.Fatalf("ahead by %v: nothing to be had within %v", ahead, at.Sub(now))
			}
		}
	}
}

// TestClockStepsBetweenAnswers: the shop's time is not beyond what it is, however
// far our own clock steps after an answer has told it.
func TestClockStepsBetweenAnswers(t *testing.T) {
	there := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ours := there
	c := client(shoptest.New(t), func(c *Config) { c.Now = func() time.Time { return ours } })
	for _, step := range []time.Duration{30 * time.Minute, 400 * 24 * time.Hour, -45 * time.Minute, -400 * 24 * time.Hour} {
		c.told, c.heard = there, ours
		ours = ours.Add(step)
		if at := c.Clock(); at.Before(there) || at.After(there.Add(believed)) {
			t.Errorf("after a step of %v it is %v there, want %v to %v later", step, at, there, believed)
		}
	}
}
