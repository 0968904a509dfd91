package orders

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"backroom/shared/issue"
)

// fields says what of an order may be hidden from the app while the rest is
// imported, by Shopify's name, and which permission shows it. Documents are made
// of the payment terms alone, if the shop card maps them: then they wait.
var fields = map[string]struct{ name, scope string }{
	"attribution":    {"sales channel", "read_channels"},
	"paymentTerms":   {"payment terms", "read_payment_terms"},
	"retailLocation": {"place of sale", "read_locations"},
	"returns":        {"returns", "read_returns"},
	"staffMember":    {"staff member", "read_users"},
}

// The records of issues of the shop.
const (
	aboutShop   = "shop" // their kind
	aboutOrders = "orders"
	aboutField  = "orders-" // and Shopify's name of the field
)

// say stores what the shop as a whole is to know about what record names; an issue
// without a reason: nothing any more.
func (s *importing) say(ctx context.Context, record string, i issue.Issue) error {
	isNew, err := s.Say(ctx, s.Issue(aboutShop, record, s.Request.Shop, i))
	if isNew {
		s.Counts.Failed++ // so that the run does not pass for one without issues
	}
	return err
}

// sayFields says which fields were hidden in what was read, since when, and
// which are not any more.
func (s *importing) sayFields(ctx context.Context) error {
	if s.readable == 0 {
		return nil
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		f := fields[field]
		var i issue.Issue
		if s.hidden[field] {
			i = Reasons.New(FieldHidden, fmt.Sprintf("%s since %s, for the app lacks %s", f.name, s.Now().UTC().Format(time.DateOnly), f.scope))
		}
		if err := s.say(ctx, aboutField+field, i); err != nil {
			return err
		}
	}
	return nil
}

// seenByAll is how far back every app sees orders, with some days to spare.
const seenByAll = 55 * 24 * time.Hour

// reach is how far the import would go back beyond what the app may read: it
// begins at first. Only the first import can miss orders so, for later ones see
// them in time; once they are not hidden any more, they are listed from first on.
func (s *importing) reach(ctx context.Context, cursor Cursor, first time.Time) (all bool, err error) {
	if s.Request.DryRun || !cursor.UpTo.IsZero() && (cursor.HiddenFrom.IsZero() || !s.pos.Sweep) {
		return false, nil
	}
	if cursor.HiddenFrom.IsZero() && first.After(s.clock().Add(-seenByAll)) {
		return false, nil
	}
	horizon, err := s.source.Horizon(ctx)
	if err != nil {
		return false, err
	}
	if !horizon.IsZero() && first.Before(horizon) {
		placed := "before " + horizon.UTC().Format(time.DateOnly)
		if !first.IsZero() {
			placed = "from " + first.UTC().Format(time.DateOnly) + " to " + horizon.UTC().Format(time.DateOnly)
		}
		s.pos.Hidden = placed
		if err := s.say(ctx, aboutOrders, Reasons.New(OrdersHidden, placed)); err != nil {
			return false, err
		}
		return false, s.Stage.Mark(ctx, s.Guard, s.Request.Lease, s.Request.Shop, func(c *Cursor) { c.HiddenFrom = first })
	}
	s.pos.Unhidden = !cursor.HiddenFrom.IsZero()
	return s.pos.Unhidden, nil
}

// reached ends a walk that has listed what had been hidden.
func (s *importing) reached(ctx context.Context) error {
	if !s.pos.Unhidden || s.Request.DryRun {
		return nil
	}
	if err := s.say(ctx, aboutOrders, issue.Issue{}); err != nil {
		return err
	}
	return s.Stage.Mark(ctx, s.Guard, s.Request.Lease, s.Request.Shop, func(c *Cursor) { c.HiddenFrom = time.Time{} })
}
