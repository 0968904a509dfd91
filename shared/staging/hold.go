package staging

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backroom/shared/clock"
	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/table"
)

// never is the place on the list of held orders of one that waits for a change alone.
var never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// at is an order's place on its list.
func (h head) at() time.Time {
	switch {
	case h.State != orders.Held:
		return h.CreatedAt
	case h.HoldUntil.IsZero():
		return never
	}
	return h.HoldUntil
}

// hold is why a gate holds the order, zero if none does.
func (h head) hold() orders.Hold {
	if h.State != orders.Held {
		return orders.Hold{}
	}
	return orders.Hold{Why: h.Reason, Until: h.HoldUntil}
}

// holds has the order wait for a person. Errors: ErrNotNow where it is on hold, has
// its document, or may get it.
func (h *head) holds(shop, id string) ([]table.Op, error) {
	switch {
	case h.OnHold || !slices.Contains([]orders.State{orders.Ready, orders.Held, orders.Attention}, h.State):
		return nil, ErrNotNow
	case !h.SentAt.IsZero() || h.Own != "":
		return nil, fmt.Errorf("its sales order is in Business Central, or may be: %w", ErrNotNow)
	}
	h.State, h.Reason, h.HoldUntil, h.OnHold = orders.Held, orders.PutOnHold, time.Time{}, true
	h.Tried, h.NotBefore, h.Differs = "", time.Time{}, nil
	return []table.Op{clear(shop, id)}, nil
}

// Held implements documents.Staging. What has not changed since the last walk of the
// import began was then what it is.
func (s *Store) Held(ctx context.Context, shop, gates, page string, limit int) (ps []documents.Pending, next string, err error) {
	c, _, err := s.cursor(ctx, shop)
	if err != nil {
		return nil, "", err
	}
	later := false
	next, err = s.each(ctx, shop, held, page, limit, func(id string, h head) error {
		if c.Gates == gates && c.GatesAt.IsZero() && h.at().After(s.Now()) {
			later = true // and so are all that follow
			return nil
		}
		p := h.pending(shop, id)
		if !h.Young && c.WalkedAt.After(p.ReadAt) {
			p.ReadAt = c.WalkedAt
		}
		ps = append(ps, p)
		return nil
	})
	if later {
		next = ""
	}
	return ps, next, err
}

// Judged implements documents.Staging.
func (s *Store) Judged(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, shop, gates string) error {
	c, _, err := s.cursor(ctx, shop)
	at := s.Now()
	switch {
	case err != nil, c.Gates == gates && c.GatesAt.IsZero():
		return err
	case c.Gates == gates && !clock.Due(c.GatesAt.Add(trails), at, trails):
		return nil // the list may trail still
	case c.Gates == gates:
		at = time.Time{}
	}
	return s.Mark(ctx, g, l, shop, func(c *orders.Cursor) { c.Gates, c.GatesAt = gates, at })
}

// trails is how far a list may be behind what is stored.
const trails = time.Minute

// Due implements orders.Stage.
func (s *Store) Due(ctx context.Context, shop, gates string) (bool, error) {
	for page := ""; ; {
		ps, next, err := s.Held(ctx, shop, gates, page, 10)
		if page = next; err != nil || len(ps) > 0 || page == "" {
			return len(ps) > 0, err
		}
	}
}
