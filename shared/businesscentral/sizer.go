package businesscentral

import (
	"sync"
	"time"
)

// MaxBatch is how many operations BC takes in one $batch.
const MaxBatch = 100

const (
	startBatch  = 50
	batchTarget = 60 * time.Second // of expected work in one batch
	startPerOp  = time.Second      // expected before anything is known
)

// sizer decides how many operations a $batch holds, so that it is expected to
// take about a minute: far from BC's limit of eight, and well inside
// [CallTimeout]. It learns from the batches before. The zero value is ready to
// use; methods return the changed value.
type sizer struct {
	perOp time.Duration // of one operation; 0: nothing learnt yet
	size  int           // 0: startBatch
}

// next is how many operations the next batch may hold, 1 to 100.
func (s sizer) next() int {
	if s.size == 0 {
		return startBatch
	}
	return s.size
}

// expect is how long a batch of n operations is expected to take.
func (s sizer) expect(n int) time.Duration {
	if s.perOp == 0 {
		return time.Duration(n) * startPerOp
	}
	return time.Duration(n) * s.perOp
}

// observe learns from a batch of n operations (≥ 1) that took so long. Slower
// than expected counts at once, quicker by half; the size at most doubles.
func (s sizer) observe(n int, took time.Duration) sizer {
	per := max(took/time.Duration(max(n, 1)), time.Microsecond)
	if s.perOp != 0 && per < s.perOp {
		per = (per + s.perOp) / 2
	}
	s.perOp = per
	s.size = max(1, min(int(batchTarget/per), MaxBatch, 2*s.next()))
	return s
}

// lost learns from a batch of n operations that was given up after so long:
// the next holds at most half as many.
func (s sizer) lost(n int, took time.Duration) sizer {
	s = s.observe(n, took)
	s.size = max(1, min(s.size, n/2))
	return s
}

// Sizes is a sizer for concurrent use, one for each kind of operation. The zero
// value is ready.
type Sizes struct {
	mu sync.Mutex
	s  sizer
}

func (z *Sizes) get() sizer {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.s
}

// Size is how many operations a batch may hold now, 1 to 100: so many are expected to
// take about a minute.
func (z *Sizes) Size() int { return z.get().next() }

func (z *Sizes) learn(f func(sizer) sizer) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.s = f(z.s)
}
