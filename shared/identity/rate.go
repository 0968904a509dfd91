package identity

import (
	"sync"
	"time"
)

// Rate is what a shop's merchants may ask of one host: Burst requests at once,
// and PerSecond on and on.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Limits bounds the requests of each shop, in memory: every process of a host
// counts for itself. Safe for concurrent use.
type Limits struct {
	Reads, Changes Rate
	Now            func() time.Time

	mu      sync.Mutex
	buckets map[bucketKey]bucket
}

type bucketKey struct {
	shop   string
	change bool
}

type bucket struct {
	tokens float64
	at     time.Time
}

// maxBuckets bounds the memory: full buckets say nothing and are dropped.
const maxBuckets = 10_000

// Take asks for one request of a shop. wait is 0 if it may be made, else how long
// until one may.
func (l *Limits) Take(shop string, change bool) (wait time.Duration) {
	rate := l.Reads
	if change {
		rate = l.Changes
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now, k := l.Now(), bucketKey{shop, change}
	b, ok := l.buckets[k]
	if !ok {
		b = bucket{tokens: float64(rate.Burst), at: now}
	}
	if past := now.Sub(b.at).Seconds(); past > 0 {
		b.tokens = min(float64(rate.Burst), b.tokens+past*rate.PerSecond)
	}
	b.at = now // a clock that was set back gives nothing and takes nothing
	if b.tokens >= 1 {
		b.tokens--
	} else {
		wait = time.Duration((1 - b.tokens) / rate.PerSecond * float64(time.Second))
	}
	if l.buckets == nil {
		l.buckets = map[bucketKey]bucket{}
	}
	l.buckets[k] = b
	if len(l.buckets) > maxBuckets {
		l.drop(now)
	}
	return wait
}

// drop forgets buckets that are full again. mu is held.
func (l *Limits) drop(now time.Time) {
	for k, b := range l.buckets {
		rate := l.Reads
		if k.change {
			rate = l.Changes
		}
		if b.tokens+now.Sub(b.at).Seconds()*rate.PerSecond >= float64(rate.Burst) {
			delete(l.buckets, k)
		}
	}
}
