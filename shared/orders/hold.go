package orders

import (
	"context"

	"backroom/shared/shop"
)

// due reports whether a held order is to be judged again. What is held was as it is
// stored when the walk began that has just ended, so that none is read for that.
func (s *importing) due(ctx context.Context) (bool, error) {
	gates, err := shop.Of[GateSettings](s.Card)
	if err != nil {
		return false, err
	}
	due, err := s.Stage.Due(ctx, s.Request.Shop, gates.Gates())
	if err != nil || !due || s.pos.Here.IsZero() {
		return due, err
	}
	return true, s.Stage.Mark(ctx, s.Guard, s.Request.Lease, s.Request.Shop, func(c *Cursor) { c.WalkedAt = s.pos.Here })
}
