package shopify

import (
	"errors"
	"fmt"
	"math"
	"time"

	"backroom/shared/clock"
)

// reserve is the part of the bucket's size that is left for others: the
// merchant in the admin, who shares it with us.
const reserve = 0.1

// ErrTooDear means that a request costs more than the bucket ever holds.
var ErrTooDear = errors.New("costs more points than the bucket holds")

// Bucket is a leaky bucket of points, with the amounts of Shopify's
// extensions.cost.throttleStatus.
type Bucket struct {
	Max       float64   `json:"max"`  // maximumAvailable
	Available float64   `json:"has"`  // currentlyAvailable, at At
	Rate      float64   `json:"rate"` // restoreRate, points per second
	At        time.Time `json:"at"`
	// Held is what has been taken and may still be unspent. The bucket does not
	// fill above Max - Held, for Shopify's own does not either.
	Held float64 `json:"held,omitempty"`
}

// refill is b refilled to now. A clock that went backwards refills nothing, and
// from then on as ever.
func (b Bucket) refill(now time.Time) Bucket {
	b.At = clock.Past(b.At, now)
	if d := now.Sub(b.At); d > 0 {
		full := max(b.Max-b.Held, 0)
		if b.Available < full {
			b.Available = min(full, b.Available+b.Rate*d.Seconds())
		}
		b.At = now
	}
	return b
}

// Take spends cost points (> 0, the requested cost of a query) from b at now.
//
// With enough points above the reserve of a tenth of b.Max, wait is 0 and after
// has them removed. Otherwise wait > 0 is how long until the same call can
// succeed, given that nothing else is taken and what is held is not in the way;
// after is refilled, not charged. Take returns [ErrTooDear] if cost can never
// be had. It reads no clock and changes nothing.
func (b Bucket) Take(now time.Time, cost float64) (after Bucket, wait time.Duration, err error) {
	after = b.refill(now)
	keep := reserve * b.Max
	if cost > b.Max-keep {
		return after, 0, fmt.Errorf("shopify: %.0f points of %.0f, %.0f of which are left for others: %w", cost, b.Max, keep, ErrTooDear)
	}
	if short := cost + keep - after.Available; short > 0 {
		if b.Rate <= 0 {
			return after, time.Minute, nil
		}
		return after, time.Duration(math.Ceil(short / b.Rate * float64(time.Second))), nil
	}
	after.Available -= cost
	return after, 0, nil
}
