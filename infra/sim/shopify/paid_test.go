package shopify_test

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/testclock"
)

// An order is paid in full when what was received equals or exceeds what it comes to:
// one that was edited down too, and one that was refunded for what it lost.
func TestFullyPaid(t *testing.T) {
	cent := data.Bag{Shop: decimal.New(1, -2), Presentment: decimal.New(1, -2)}
	for name, c := range map[string]struct {
		do   func(s *shopify.Shop, o *data.Order) error
		paid bool
	}{
		"paid": {func(*shopify.Shop, *data.Order) error { return nil }, true},
		"edited up": {func(s *shopify.Shop, o *data.Order) error {
			return edit(s, o, data.Edit{Quantities: map[int64]int{o.Lines[0].ID: o.Lines[0].Quantity + 1}})
		}, false},
		"edited down": {func(s *shopify.Shop, o *data.Order) error {
			return edit(s, o, data.Edit{Discounts: []data.LineDiscount{{Line: o.Lines[0].ID, Title: "Sorry", Amount: cent}}})
		}, true},
		"refunded": {func(s *shopify.Shop, o *data.Order) error {
			_, err := s.RefundOrder(o.ID, data.Reversal{Units: map[int64]int{o.Lines[0].ID: 1}})
			return err
		}, true},
		"pending": {func(s *shopify.Shop, o *data.Order) error {
			_, err := s.UpdateOrder(o.ID, func(o *data.Order) { o.FinancialStatus, o.Transactions = "PENDING", nil })
			return err
		}, false},
	} {
		d := data.Bulk(testclock.Monday, 1)
		w := newWorld(t, func(conf *shopify.Config) { conf.Shops = []*data.Data{d} })
		if err := c.do(w.shop, d.Orders[0]); err != nil {
			t.Fatal(err)
		}
		got := w.ask(t, fmt.Sprintf(`{ order(id: "gid://shopify/Order/%d") { fullyPaid } }`, d.Orders[0].ID), nil)
		if is := got["order"].(map[string]any)["fullyPaid"]; is != c.paid {
			t.Errorf("%s: fullyPaid %v, want %v", name, is, c.paid)
		}
	}
}

func edit(s *shopify.Shop, o *data.Order, e data.Edit) error {
	_, err := s.EditOrder(o.ID, e)
	return err
}
