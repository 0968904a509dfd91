package orders

import (
	"context"
	"slices"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/shop"
)

// Looked is what looking at orders once more has found.
type Looked struct {
	// Missing are the ids that Shopify does not have, or does not show.
	Missing []string
	// Horizon is the time before which orders were placed that the app may not
	// read; zero: there are none. Known only if something is missing.
	Horizon time.Time
}

// Look reads orders that wait from Shopify once more and stores what has become
// of them, under the filters of the last import. Those that are missing are
// left as they are. Errors: table.ErrConflict when an order has changed meanwhile.
func (t *Import) Look(ctx context.Context, card shop.Shop, l jobqueue.Lease, ids []string) (Looked, error) {
	var out Looked
	source, err := t.Source(card)
	if err != nil {
		return out, err
	}
	cursor, err := t.Stage.Cursor(ctx, card.Code)
	if err != nil {
		return out, err
	}
	settings, err := shop.Of[OrderSettings](card)
	if err != nil {
		return out, err
	}
	s := &importing{Import: t, slice: &slice{Request: jobqueue.Request{Shop: card.Code, Lease: l}, Card: card}, settings: settings, source: source, pos: &position{}}
	if s.settings, err = shop.Of[OrderSettings](card); err != nil {
		return out, err
	}
	if cursor.By != nil {
		s.Parameters = *cursor.By
	}
	for part := range slices.Chunk(ids, detailsSize) {
		known, err := t.Stage.Known(ctx, card.Code, part)
		if err != nil {
			return out, err
		}
		staged, err := s.details(ctx, known)
		if err != nil {
			return out, err
		}
		for _, k := range known {
			if !slices.ContainsFunc(staged, func(g Staged) bool { return g.Known.ID == k.ID }) {
				out.Missing = append(out.Missing, k.ID)
			}
		}
		if err := t.Stage.Put(ctx, t.Guard, l, card.Code, staged, time.Time{}); err != nil {
			return out, err
		}
	}
	if len(out.Missing) > 0 {
		out.Horizon, err = source.Horizon(ctx)
	}
	return out, err
}
