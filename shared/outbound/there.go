package outbound

import (
	"context"
	"time"

	"backroom/shared/clock"
)

// heardWithin is how old the other side's time may be that an intent is stored
// with. Its request is then sent within SendWithin, and may wait for the length of
// one call: the margin of Settle covers the three together.
const heardWithin = 15 * time.Second

// Clocked is another side that tells the time at the other side, whose clock does not
// step when a host's does. Safe for concurrent use.
type Clocked interface {
	// ServerTime is the other side's clock as an answer has shown it that is not
	// older than within: at most what it shows now. It asks if need be. Zero: the
	// other side does not tell.
	ServerTime(ctx context.Context, within time.Duration) (time.Time, error)
}

// There is the time by which intents are dated and judged: the other side's if it
// tells it, else now, this host's. other is nil if it does not tell it at all. Errors:
// those of other.
func There(ctx context.Context, other Clocked, now time.Time) (time.Time, error) {
	if other == nil {
		return now, nil
	}
	at, err := other.ServerTime(ctx, heardWithin)
	if err == nil && at.IsZero() {
		at = now
	}
	return at, err
}

// Sent is the time of an intent by the clock of [There], and zero when there is
// none. stored is what was stored with it, zero by a release that counted by the
// host's clock: that may have stepped since, so that the time counts from now on.
// The same goes for a time that is still to come, by the clock of another server.
func Sent(intended bool, stored, there time.Time) time.Time {
	switch {
	case !intended:
		return time.Time{}
	case stored.IsZero():
		return there
	}
	return clock.Past(stored, there)
}
