package staging

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/shared/creditmemos"
	"backroom/shared/money"
	"backroom/shared/orders"
)

// What is noted of a refund is its own: one that is gone from the order, one that is
// new and one that is no refund leave the others as they are.
func TestMemosAreOfTheirOwnRefunds(t *testing.T) {
	five := money.Bag{Shop: money.Amount{Value: decimal.NewFromInt(5), Currency: "EUR"}}
	paid := func(id string) orders.Refund { return orders.Refund{ID: id, Detailed: true, Amount: five} }
	was := []creditmemos.Memo{{Refund: "1", State: creditmemos.Booked, Number: "R1"}, {Refund: "2", Tried: "x"}}
	for _, tt := range []struct {
		name   string
		has    []creditmemos.Memo
		refund []orders.Refund
		want   string // refund and state of each
		waits  bool
	}{
		{"the same ones", was, []orders.Refund{paid("1"), paid("2")}, "1 booked x2 ", true},
		{"one is new", was, []orders.Refund{paid("1"), paid("2"), paid("3")}, "1 booked x2 3 ", true},
		{"one is gone", was, []orders.Refund{paid("2")}, "1 booked x2 ", true},
		{"all are gone", was[:1], nil, "1 booked ", false},
		{"an edit's record", nil, []orders.Refund{{ID: "4", Detailed: true}}, "", false},
		{"one without its details", nil, []orders.Refund{{ID: "5", Amount: five}}, "", false},
	} {
		h := head{Memos: tt.has}
		h.addMemos(orders.Order{Refunds: tt.refund})
		said := ""
		for _, m := range h.Memos {
			said += m.Tried + fmt.Sprintf("%s %s", m.Refund, m.State)
			if m.State != "" {
				said += " "
			}
		}
		if said != tt.want || h.refundWaits() != tt.waits || h.hasMemo(orders.Refund{ID: "2"}) || len(tt.has) > 0 && !h.hasMemo(orders.Refund{ID: "1"}) {
			t.Errorf("%s: %q, waits %t; want %q, %t", tt.name, said, h.refundWaits(), tt.want, tt.waits)
		}
		marks := h.mark("acme", "1")
		if (len(marks) > 0) != tt.waits || h.Marked != tt.waits {
			t.Errorf("%s: %d marks, want one only if a refund waits", tt.name, len(marks))
		}
		h.Memos = nil
		if ops := h.mark("acme", "1"); (len(ops) > 0) != tt.waits || h.Marked {
			t.Errorf("%s: the mark is not taken back: %d", tt.name, len(ops))
		}
	}
}
