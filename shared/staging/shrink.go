package staging

import (
	"context"
	"errors"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/record"
	"backroom/shared/table"
)

// maxShrink bounds what one call does; the rest is the next day's.
const maxShrink = 1000

// Shrink implements orders.Stage: of an order that got its document, or was closed
// by a person, before a time, only what later runs need is left: its link, its hash,
// and the facts that a change is judged by. Its number is not written to Shopify any
// more. An order that changes meanwhile is left to the next call.
func (s *Store) Shrink(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, shop string, before time.Time) error {
	n := 0
	for _, list := range []string{unwritten, processed, done, dismissed} {
		for page, young := "", false; !young && n < maxShrink; {
			next, err := s.eachOf(ctx, shop, list, copiedFirst, page, 20, func(id string, h head) error {
				// The list is in the order of creation, which is before processing.
				if h.CreatedAt.After(before) {
					young = true
				}
				if young || h.settledAt().After(before) || h.Missed || h.Parts.Count == 0 {
					return nil
				}
				err := s.shrinkOne(ctx, g, l, shop, id, h)
				if errors.Is(err, table.ErrConflict) {
					return nil
				}
				n++
				return err
			})
			if err != nil {
				return err
			}
			if page = next; page == "" {
				break
			}
		}
	}
	return nil
}

// settledAt is since when nothing more is to be done about an order.
func (h head) settledAt() time.Time {
	if h.Closed != nil {
		return h.Closed.At
	}
	return h.Processed
}

func (s *Store) shrinkOne(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, shop, id string, h head) error {
	if h.Facts.Print == nil {
		o, err := s.load(ctx, shop, id, h)
		if err != nil {
			return err
		}
		h.Facts = h.Facts.Completed(o)
	}
	ops, err := h.shrink(shop, id)
	if err != nil {
		return err
	}
	return g.Write(ctx, l, ops...)
}

// shrink drops the copy of an order.
func (h head) shrink(shop, id string) ([]table.Op, error) {
	var ops []table.Op
	for _, k := range h.copyKeys(shop, id) {
		ops = append(ops, table.Delete(k, table.Always))
	}
	if h.Refused { // nobody tries that any more
		ops, h.Refused = append(ops, clear(shop, id)), false
	}
	h.Parts = record.Parts{}
	op, err := h.op(shop, id)
	return append(ops, op), err
}
