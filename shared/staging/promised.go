package staging

import (
	"context"
	"time"

	"backroom/shared/inventory"
	"backroom/shared/orders"
)

var _ inventory.Orders = (*Store)(nil)

// unbooked are the lists of orders without a document that are to get one.
var unbooked = []string{waiting, filtered, held, unread}

// Unbooked implements inventory.Orders.
func (s *Store) Unbooked(ctx context.Context, shop string) (u inventory.Unbooked, err error) {
	c, err := s.Cursor(ctx, shop)
	if err != nil {
		return u, err
	}
	u.UpTo = c.UpTo
	for _, list := range unbooked {
		page := ""
		for {
			page, err = s.each(ctx, shop, list, page, 0, func(id string, h head) error {
				if h.promises() {
					u.Orders = append(u.Orders, id)
				}
				return nil
			})
			if err != nil || page == "" {
				break
			}
		}
		if err != nil {
			return u, err
		}
	}
	return u, nil
}

// promises reports whether an order has no document and is to get one: what it has
// sold is in no document of the company.
func (h head) promises() bool {
	switch h.State {
	case orders.Ready, orders.Creating, orders.Attention, orders.Filtered, orders.Held, orders.Unread:
		return h.Link == nil
	case orders.Skipped, orders.Processed, orders.Conflict, orders.Done, orders.Dismissed:
	}
	return false
}

// Promises implements inventory.Orders. One that has no copy is missing.
func (s *Store) Promises(ctx context.Context, shop string, ids []string, before time.Time) (ps []inventory.Promise, missing []string, err error) {
	for _, id := range ids {
		h, err := s.head(ctx, shop, id)
		switch {
		case err != nil:
			return nil, nil, err
		case h.Version == 0:
			missing = append(missing, id)
			continue
		case !h.promises() && (h.Link == nil || h.Processed.Before(before)):
			continue
		case h.Parts.Count == 0:
			missing = append(missing, id)
			continue
		}
		o, err := s.load(ctx, shop, id, h)
		if err != nil {
			return nil, nil, err
		}
		ps = append(ps, PromisesOf(o)...)
	}
	return ps, missing, nil
}

// PromisesOf is what an order has sold of variants: nothing if it is cancelled, a test
// or not confirmed.
func PromisesOf(o orders.Order) (ps []inventory.Promise) {
	if o.Test || !o.Confirmed || !o.CancelledAt.IsZero() {
		return nil
	}
	for _, l := range o.Lines {
		if l.VariantID == "" || l.CurrentQuantity <= 0 {
			continue
		}
		p := inventory.Promise{Order: o.ID, Variant: l.VariantID, Location: l.Location, Units: l.CurrentQuantity}
		if len(l.Places) == 0 {
			ps = append(ps, p)
		}
		for _, at := range l.Places {
			p.Location, p.Units = at.Location, at.Quantity
			ps = append(ps, p)
		}
	}
	return ps
}
