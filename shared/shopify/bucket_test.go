package shopify

import (
	"testing"
	"time"
)

// A clock that is behind the bucket's, by little or much, refills nothing.
func TestClockBehindTheBucketRefillsNothing(t *testing.T) {
	at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for _, back := range []time.Duration{0, time.Millisecond, time.Second, 10 * time.Second, time.Minute} {
		b := Bucket{Max: 1000, Available: 10, Rate: 50, At: at}.refill(at.Add(-back))
		if b.Available != 10 {
			t.Errorf("%v behind: %v points, want 10", back, b.Available)
		}
	}
	if b := (Bucket{Max: 1000, Available: 10, Rate: 50, At: at}).refill(at.Add(time.Second)); b.Available != 60 {
		t.Errorf("a second later: %v points, want 60", b.Available)
	}
}
