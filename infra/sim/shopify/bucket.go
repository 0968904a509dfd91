package shopify

import (
	"math"
	"time"
)

// bucket is the leaky bucket of one app in one shop.
type bucket struct {
	max, rate float64 // points, points a second
	level     float64
	at        time.Time
}

func (b *bucket) refill(now time.Time) {
	if d := now.Sub(b.at); d > 0 {
		b.level = math.Min(b.max, b.level+b.rate*d.Seconds())
		b.at = now
	}
}

// take charges points if the bucket holds them.
func (b *bucket) take(now time.Time, points int) bool {
	b.refill(now)
	if b.level < float64(points) {
		return false
	}
	b.level -= float64(points)
	return true
}

// giveBack returns what an operation did not need after all.
func (b *bucket) giveBack(points int) {
	b.level = math.Min(b.max, b.level+float64(points))
}

type throttleStatus struct {
	MaximumAvailable   float64 `json:"maximumAvailable"`
	CurrentlyAvailable int     `json:"currentlyAvailable"`
	RestoreRate        float64 `json:"restoreRate"`
}

func (b *bucket) status() throttleStatus {
	return throttleStatus{b.max, int(b.level), b.rate}
}

type costReport struct {
	Requested int            `json:"requestedQueryCost"`
	Actual    *int           `json:"actualQueryCost"`
	Throttle  throttleStatus `json:"throttleStatus"`
}
