package orders

import (
	"errors"
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
		{"a unit more", func(o *Order) { o.Lines[0].CurrentQuantity++ }, ChangedAfterProcessing},
		{"another line in the place of one", func(o *Order) { o.Lines[1].ID = "9" }, ChangedAfterProcessing},
		{"the lines in another order", func(o *Order) { o.Lines[0], o.Lines[1] = o.Lines[1], o.Lines[0] }, ""},
		{"dearer shipping", func(o *Order) { o.ShippingTotal = euro("9.90") }, ChangedAfterProcessing},
		{"no shipping any more", func(o *Order) { o.ShippingTotal = euro("0") }, ChangedAfterProcessing},
		{"cancelled", func(o *Order) { o.CancelledAt = time.Unix(1, 0) }, CancelledAfterProcessing},
		{"cancelled, and changed", func(o *Order) { o.CancelledAt = time.Unix(1, 0); o.Lines[0].CurrentQuantity++ }, CancelledAfterProcessing},
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

// An order that cannot be read is tried again at once, then at waits that
// double, up to six hours, however often it has failed.
func TestWhenAnOrderIsReadAgain(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for misses, want := range map[int]time.Duration{
		0: 0, 1: 20 * time.Minute, 2: 40 * time.Minute, 3: 80 * time.Minute, 5: 320 * time.Minute, 6: 6 * time.Hour, 9: 6 * time.Hour, 500: 6 * time.Hour,
	} {
		g := SetAside(Known{ID: "1", Misses: misses}, errors.New("amount is no number"), now)
		if got := g.RetryAt.Sub(now); got != want || g.Misses != misses+1 || !g.Missed {
			t.Errorf("after %d times: again in %v, %d times, want %v", misses, got, g.Misses, want)
		}
	}
}
