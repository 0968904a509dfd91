package businesscentral

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestSizerIsQuickToGrow(t *testing.T) {
	var s sizer
	batches, orders := 0, 0
	for orders < 1000 {
		n := min(s.next(), 1000-orders)
		s = s.observe(n, time.Duration(n)*300*time.Millisecond)
		orders += n
		batches++
	}
	if batches > 11 {
		t.Errorf("1000 orders of 300 ms took %d batches, want at most 11", batches)
	}
}

// At a constant speed the sizes settle at the largest that keeps within the
// target, and never leave 1 to 100 on the way.
func TestSizerLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s sizer
		for range rapid.IntRange(0, 20).Draw(t, "before") {
			took := time.Duration(rapid.Int64Range(0, int64(10*time.Minute)).Draw(t, "took"))
			n := rapid.IntRange(1, MaxBatch).Draw(t, "n")
			if rapid.Bool().Draw(t, "lost") {
				s = s.lost(n, took)
			} else {
				s = s.observe(n, took)
			}
			if s.next() < 1 || s.next() > MaxBatch {
				t.Fatalf("size %d", s.next())
			}
		}
		per := time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(2*time.Minute)).Draw(t, "per"))
		for range 60 {
			s = s.observe(s.next(), time.Duration(s.next())*per)
		}
		want := max(1, min(MaxBatch, int(batchTarget/per)))
		if got := s.next(); got < want-1 || got > want {
			t.Fatalf("settled at %d for %v an operation, want %d", got, per, want)
		}
	})
}

// A batch slower than expected counts at once: the next one fits the target at the new speed.
func TestSizerReactsToSlowness(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s sizer
		s = s.observe(50, time.Duration(rapid.Int64Range(1, int64(time.Minute)).Draw(t, "first")))
		per := s.expect(1) + time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "slower"))
		n := rapid.IntRange(1, MaxBatch).Draw(t, "n")
		s = s.observe(n, time.Duration(n)*per)
		if s.next() > 1 && s.expect(s.next()) > batchTarget {
			t.Fatalf("next batch of %d is expected to take %v", s.next(), s.expect(s.next()))
		}
		if lost := s.lost(n, CallTimeout); lost.next() > max(1, n/2) {
			t.Fatalf("after losing %d the next batch holds %d", n, lost.next())
		}
	})
}
