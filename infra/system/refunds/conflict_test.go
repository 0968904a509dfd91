package refunds_test

import (
	"fmt"
	"testing"
	"time"

	"backroom/infra/sim/shopify/data"
	"backroom/infra/system/world"
	"backroom/shared/creditmemos"
	"backroom/shared/issue"
)

// A refund of an order that is in conflict waits for that, says so once, and gets its
// memo when the conflict is settled; what is said of it ends with the conflict.
func TestRefundOfAConflict(t *testing.T) {
	for _, ends := range []string{"the change is taken back", "the order is unlinked"} {
		t.Run(ends, func(t *testing.T) {
			set := setup(true)
			w := world.New(t, set)
			o := set.Shop.Orders[0]
			s := shopOf(t, w, o)
			w.Live(15 * time.Minute)
			city := o.Shipping.City
			move := func(to string) {
				t.Helper()
				s.must(s.UpdateOrder(s.id, func(o *data.Order) {
					a := *o.Shipping
					a.City = to
					o.Shipping = &a
				}))
			}
			move("Anderswo")
			w.Live(15 * time.Minute)
			s.must(s.RefundOrder(s.id, data.Reversal{Units: map[int64]int{s.desk: 1}}))
			refund := fmt.Sprint(s.Order(s.id).Refunds[0].ID)
			w.Live(45 * time.Minute)
			i, ok, err := w.Wired.Issues.Get(t.Context(), w.Card.Code, creditmemos.Kind, refund)
			if err != nil || !ok || i.Reason != creditmemos.RefundOfAConflict || i.Attempts > 1 || len(memos(w)) != 0 {
				t.Fatalf("%+v, %v, %v; %d memos", i, ok, err, len(memos(w)))
			}
			want := ""
			if ends == "the order is unlinked" {
				w.Decide(o, "unlink")
			} else {
				move(city)
				want = "30"
			}
			w.Live(25 * time.Minute)
			var left issue.Issue
			if left, ok, err = w.Wired.Issues.Get(t.Context(), w.Card.Code, creditmemos.Kind, refund); err != nil || ok && left.Reason == creditmemos.RefundOfAConflict {
				t.Errorf("it still waits for a conflict: %+v, %v", left, err)
			}
			if got := totals(w); got != want {
				t.Errorf("memos %q, want %q; %s", got, want, said(t, w))
			}
		})
	}
}
