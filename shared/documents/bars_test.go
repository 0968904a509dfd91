package documents

import (
	"testing"
	"time"

	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/orders"
)

func TestBars(t *testing.T) {
	tests := []struct {
		name  string
		order func(*orders.Order)
		want  issue.Reason
	}{
		{"an ordinary order", func(*orders.Order) {}, ""},
		{"a test", func(o *orders.Order) { o.Test = true }, TestOrder},
		{"cancelled", func(o *orders.Order) { o.CancelledAt = time.Unix(1, 0) }, Cancelled},
		{"not confirmed", func(o *orders.Order) { o.Confirmed = false }, Unconfirmed},
		{"money went back", func(o *orders.Order) { o.Refunded = eur("5") }, RefundBeforeProcessing},
		{"one refund of several moved money", func(o *orders.Order) {
			o.Refunds = []orders.Refund{{ID: "1", Amount: eur("0")}, {ID: "2", Amount: eur("0.01")}}
		}, RefundBeforeProcessing},
		{"a refund is on its way", func(o *orders.Order) {
			o.Transactions = []orders.Transaction{{Kind: "REFUND", Status: "PENDING", Amount: eur("5")}}
		}, RefundBeforeProcessing},
		{"a refund in the buyer's currency alone", func(o *orders.Order) {
			o.Refunded = money.Bag{Presentment: money.Amount{Value: dec("1"), Currency: "USD"}}
		}, RefundBeforeProcessing},
		{"records that moved no money", func(o *orders.Order) {
			o.RefundCount, o.Refunds, o.Refunded = 2, []orders.Refund{{ID: "1", Amount: eur("0")}, {ID: "2", Amount: eur("0")}}, eur("0")
		}, ""},
		{"a refund that failed", func(o *orders.Order) {
			o.RefundCount, o.Transactions = 1, []orders.Transaction{{Kind: "REFUND", Status: "FAILURE", Amount: eur("5")}}
		}, ""},
		{"a refund that failed, which says its amount all the same", func(o *orders.Order) {
			o.Refunds, o.Transactions = []orders.Refund{{ID: "1", Amount: eur("5")}}, []orders.Transaction{{Kind: "REFUND", Status: "ERROR", Amount: eur("5")}}
		}, ""},
		{"one refund failed, another did not", func(o *orders.Order) {
			o.Refunds = []orders.Refund{{ID: "1", Amount: eur("5")}}
			o.Transactions = []orders.Transaction{{Kind: "REFUND", Status: "ERROR", Amount: eur("5")}, {Kind: "REFUND", Status: "SUCCESS", Amount: eur("5")}}
		}, RefundBeforeProcessing},
		{"a payment and a void are no refund", func(o *orders.Order) {
			o.Transactions = []orders.Transaction{{Kind: "SALE", Status: "SUCCESS", Amount: eur("190")}, {Kind: "VOID", Status: "SUCCESS", Amount: eur("190")}}
		}, ""},
		{"all lines edited away", func(o *orders.Order) {
			o.Lines[0].CurrentQuantity, o.ShippingLines[0].Removed, o.CurrentTotal = 0, true, eur("0")
		}, NothingLeft},
		{"all lines edited away, shipping still charged", func(o *orders.Order) {
			o.Lines[0].CurrentQuantity, o.CurrentTotal = 0, eur("10")
		}, ""},
		{"free of charge is not empty", func(o *orders.Order) { o.CurrentTotal = eur("0") }, ""},
		{"refunded in full: the money counts", func(o *orders.Order) {
			o.Lines[0].CurrentQuantity, o.CurrentTotal, o.Refunded = 0, eur("0"), eur("190")
		}, RefundBeforeProcessing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := order()
			o.CurrentTotal = o.Total
			tt.order(&o)
			if got := Bars(o); got != tt.want {
				t.Errorf("Bars = %q, want %q", got, tt.want)
			}
		})
	}
}
