package orders

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/issue"
	"backroom/shared/money"
)

// Facts of 0.1.0 know quantity, lines, shipping and whether it was cancelled:
// each of them is seen, and so is a cancellation among other changes.
func TestWhatFactsOfAnEarlierReleaseSee(t *testing.T) {
	euro := func(s string) money.Bag {
		return money.Bag{Shop: money.Amount{Value: decimal.RequireFromString(s), Currency: "EUR"}}
	}
	base := func() Order {
		return Order{ID: "1", ShippingTotal: euro("4.90"), Lines: []Line{{ID: "7", CurrentQuantity: 2}, {ID: "8", CurrentQuantity: 1}}}
	}
	for _, tt := range []struct {
		name   string
		change func(o *Order)
		want   issue.Reason
	}{
		{"nothing", func(*Order) {}, ""},
		{"a unit more", func(o *Order) { o.Lines[0].CurrentQuantity++ }, issue.ChangedAfterProcessing},
		{"another line in the place of one", func(o *Order) { o.Lines[1].ID = "9" }, issue.ChangedAfterProcessing},
		{"the lines in another order", func(o *Order) { o.Lines[0], o.Lines[1] = o.Lines[1], o.Lines[0] }, ""},
		{"dearer shipping", func(o *Order) { o.ShippingTotal = euro("9.90") }, issue.ChangedAfterProcessing},
		{"no shipping any more", func(o *Order) { o.ShippingTotal = euro("0") }, issue.ChangedAfterProcessing},
		{"cancelled", func(o *Order) { o.CancelledAt = time.Unix(1, 0) }, issue.CancelledAfterProcessing},
		{"cancelled, and changed", func(o *Order) { o.CancelledAt = time.Unix(1, 0); o.Lines[0].CurrentQuantity++ }, issue.CancelledAfterProcessing},
	} {
		for _, earlier := range []bool{true, false} {
			now := base()
			tt.change(&now)
			f := FactsOf(base())
			if earlier {
				f.Print = nil
			}
			got, changes := f.ConflictWith(FactsOf(now))
			if got != tt.want {
				t.Errorf("%s, earlier %t: %q for %v, want %q", tt.name, earlier, got, changes, tt.want)
			}
		}
	}
}
