package staging

import (
	"context"
	"errors"
	"fmt"

	"backroom/shared/jobqueue"
	"backroom/shared/shipments"
	"backroom/shared/table"
)

var _ shipments.Orders = (*Store)(nil)

// Document implements shipments.Orders.
func (s *Store) Document(ctx context.Context, shop, order string) (shipments.Document, bool, error) {
	h, err := s.head(ctx, shop, order)
	if err != nil || h.Version == 0 {
		return shipments.Document{}, false, err
	}
	d := shipments.Document{Order: h.Name}
	if h.Link != nil {
		d.Made, d.Number, d.Lines, d.Objects = true, h.Link.Number, h.Link.Lines, h.Link.Objects
	}
	return d, true, nil
}

// echoTries bounds how often an echo is noted anew beside a run that changes the
// order at the same moment.
const echoTries = 3

// Echo implements shipments.Orders. An order that changes again and again is left:
// the import reads it once more.
func (s *Store) Echo(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, shop string, e shipments.Echo) error {
	for range echoTries {
		h, err := s.head(ctx, shop, e.Order)
		if err != nil || h.Version == 0 || e.Before.After(h.UpdatedAt) || e.UpdatedAt.Before(h.UpdatedAt) {
			return err
		}
		h.UpdatedAt, h.Young = e.UpdatedAt, true
		op, err := h.op(shop, e.Order)
		if err == nil {
			err = g.Write(ctx, l, op)
		}
		if !errors.Is(err, table.ErrConflict) {
			if err != nil {
				return fmt.Errorf("staging: order %s of %s: %w", e.Order, shop, err)
			}
			return nil
		}
	}
	return nil
}
