package staging_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
	"backroom/shared/staging"
	"backroom/shared/table"
)

// hasty is a table in which somebody else is first with the next writes.
type hasty struct {
	table.Table

	left int
}

func (h *hasty) Write(ctx context.Context, ops ...table.Op) error {
	if h.left > 0 {
		h.left--
		return table.ErrConflict
	}
	return h.Table.Write(ctx, ops...)
}

// A decision about an order that a run changes at the same moment is made about the
// order as it is then; who is never first is told to repeat it.
func TestDecisionBesideARun(t *testing.T) {
	for _, others := range []int{0, 1, 4, 5} {
		r := newRig(t, 0, 1)
		r.Run("")
		r.Process("#1001")
		r.Change(0, func(o *orders.Order) { o.ShippingTotal = orderstest.Amount("4.90") })
		r.Run("")
		h := &hasty{Table: r.Stage.Table, left: others}
		r.Stage.Table = h
		v, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Accept)
		switch {
		case others < 5 && (err != nil || v.State != orders.Processed):
			t.Errorf("after %d others: %s, %v", others, v.State, err)
		case others == 5 && (!errors.Is(err, table.ErrConflict) || !strings.Contains(err.Error(), "repeat it") || strings.Contains(err.Error(), table.ErrConflict.Error())):
			t.Errorf("after %d others: %v", others, err)
		}
	}
}
