package staging

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backroom/shared/orders"
	"backroom/shared/table"
)

// closable are the states in which a person may close an order: it has no document
// of ours, and none is on its way.
var closable = []orders.State{orders.Filtered, orders.Ready, orders.Held, orders.Attention, orders.Skipped, orders.Unread}

// closes closes an order for a person. Errors: ErrNotNow where it has a document of
// ours or may get one, and for a document that another order has.
func (s *Store) closes(ctx context.Context, shop, id string, h *head, w Wish) ([]table.Op, error) {
	switch {
	case !h.SentAt.IsZero():
		return nil, fmt.Errorf("the create of its document was sent, and what became of it is known within half an hour: %w", ErrNotNow)
	case !slices.Contains(closable, h.State):
		return nil, ErrNotNow
	case w.Decision == Done && w.Document == nil:
		return nil, fmt.Errorf("it needs the number of the document: %w", ErrNotNow)
	case h.Own != "" && (w.Document == nil || w.Document.ID != h.Own):
		return nil, fmt.Errorf("its sales order is in Business Central and differs: accept it, or delete it there and retry first: %w", ErrNotNow)
	}
	ops := []table.Op{clear(shop, id)}
	h.Closed = &orders.Closed{State: orders.Dismissed, At: s.Now().UTC().Truncate(time.Second), By: w.By, Because: w.Because}
	if w.Decision == Done {
		if err := s.unowned(ctx, shop, id, *w.Document); err != nil {
			return nil, err
		}
		op, err := documentOp(shop, w.Document.Number, id)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
		h.Closed.State, h.Closed.Document = orders.Done, w.Document
	}
	h.State, h.Reason, h.Facts = h.Closed.State, "", orders.Facts{}
	h.Tried, h.NotBefore, h.Differs, h.Accepted, h.AcceptedFor, h.Own, h.OnHold = "", time.Time{}, nil, nil, "", "", false
	if h.Parts.Count == 0 {
		return ops, nil // the first copy that is read is what it was closed as
	}
	c, err := s.load(ctx, shop, id, *h)
	h.Facts = orders.ClosedFacts(c)
	return ops, err
}

// unowned refuses a document that another order than that of id has, by what is
// stored or by its external number.
func (s *Store) unowned(ctx context.Context, shop, id string, d orders.HandMade) error {
	others, err := s.ofNumber(ctx, shop, d.Number, head.documents)
	if err != nil {
		return err
	}
	if tail := idIn(d.External); tail != "" {
		h, err := s.head(ctx, shop, tail)
		if err != nil {
			return err
		}
		if h.Version > 0 {
			others = append(others, View{ID: tail, Name: h.Name})
		}
	}
	for _, o := range others {
		if o.ID != id {
			return fmt.Errorf("%s is the document of order %s: %w", d.Number, o.Name, ErrNotNow)
		}
	}
	return nil
}

// reopens takes back that an order is closed.
func (h *head) reopens(shop, id string) ([]table.Op, error) {
	if h.Closed == nil {
		return nil, ErrNotNow
	}
	h.Closed = nil
	return h.unlink(shop, id)
}
