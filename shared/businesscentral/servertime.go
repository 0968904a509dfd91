package businesscentral

import (
	"context"
	"sync"
	"time"

	"backroom/shared/clock"
)

// heard is BC's own time as its last answer has told it.
type heard struct {
	mu sync.Mutex
	at time.Time // BC's
	// asked is ours when that request was sent, so that at is not older.
	asked time.Time
}

func (h *heard) tell(at, asked time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at, h.asked = at, asked
}

// within is that time if it is not older than d at now; zero if it is, or if
// nobody can say.
func (h *heard) within(d time.Duration, now time.Time) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if age := clock.Since(h.asked, now); h.at.IsZero() || age < 0 || age > d {
		return time.Time{}
	}
	return h.at
}

// ServerTime implements outbound.Clocked: the Date of an answer that is not older
// than within. If there is none, the smallest question is asked.
func (c *Client) ServerTime(ctx context.Context, within time.Duration) (time.Time, error) {
	if at := c.heard.within(within, c.now()); !at.IsZero() {
		return at, nil
	}
	var at time.Time
	err := c.Get(ctx, Request{
		Op: "businesscentral.ServerTime", Path: c.Path("customerReturnReasons", "$top", "1", "$select", "code"), Absent: SayReasons, Date: &at,
	}, nil)
	return at, err
}
