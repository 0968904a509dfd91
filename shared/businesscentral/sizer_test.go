package businesscentral

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestSizerIsQuickToGrow(t *testing.T) {
	var s Sizer
	batches, orders := 0, 0
	for orders < 1000 {
		n := min(s.Size(), 1000-orders)
		s = s.Observe(n, time.Duration(n)*300*time.Millisecond)
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
		var s Sizer
		for range rapid.IntRange(0, 20).Draw(t, "before") {
			took := time.Duration(rapid.Int64Range(0, int64(10*time.Minute)).Draw(t, "took"))
			n := rapid.IntRange(1, MaxBatch).Draw(t, "n")
			if rapid.Bool().Draw(t, "lost") {
				s = s.Lost(n, took)
			} else {
				s = s.Observe(n, took)
			}
			if s.Size() < 1 || s.Size() > MaxBatch {
				t.Fatalf("size %d", s.Size())
			}
		}
		per := time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(2*time.Minute)).Draw(t, "per"))
		for range 60 {
			s = s.Observe(s.Size(), time.Duration(s.Size())*per)
		}
		want := max(1, min(MaxBatch, int(batchTarget/per)))
		if got := s.Size(); got < want-1 || got > want {
			t.Fatalf("settled at %d for %v an operation, want %d", got, per, want)
		}
	})
}

// A batch slower than expected counts at once: the next one fits the target at the new speed.
func TestSizerReactsToSlowness(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s Sizer
		s = s.Observe(50, time.Duration(rapid.Int64Range(1, int64(time.Minute)).Draw(t, "first")))
		per := s.Expect(1) + time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "slower"))
		n := rapid.IntRange(1, MaxBatch).Draw(t, "n")
		s = s.Observe(n, time.Duration(n)*per)
		if s.Size() > 1 && s.Expect(s.Size()) > batchTarget {
			t.Fatalf("next batch of %d is expected to take %v", s.Size(), s.Expect(s.Size()))
		}
		if lost := s.Lost(n, CallTimeout); lost.Size() > max(1, n/2) {
			t.Fatalf("after losing %d the next batch holds %d", n, lost.Size())
		}
	})
}
