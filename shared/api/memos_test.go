package api_test

import (
	"testing"
	"time"

	"backroom/shared/api"
	"backroom/shared/creditmemos"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/outbound"
)

// TestAnOrderSaysWhatBecameOfItsRefunds: what happened to the credit memos of an order
// stands with what else happened, in time order, each with its refund.
func TestAnOrderSaysWhatBecameOfItsRefunds(t *testing.T) {
	r := newRig(t)
	r.stage()
	r.Advance(time.Minute)
	g := unguarded{r.host.Table}
	known, err := r.host.Orders.Known(t.Context(), "acme", []string{"5001"})
	if err != nil {
		t.Fatal(err)
	}
	o := orders.Order{ID: "5001", Name: "#1001", Number: 1001, Currency: "EUR", Confirmed: true, UpdatedAt: r.Now(), Refunds: []orders.Refund{{ID: "81", Detailed: true, ReturnID: "7"}}}
	staged := orders.Staged{Known: known[0], State: orders.Processed, Order: &o, UpdatedAt: r.Now(), Hash: "h", ReadAt: r.Now()}
	if err := r.host.Orders.Put(t.Context(), g, jobqueue.Lease{}, "acme", []orders.Staged{staged}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	ps, _, err := r.host.Orders.Refunded(t.Context(), "acme", "", 10)
	if err != nil || len(ps) != 1 || len(ps[0].Memos) != 1 {
		t.Fatalf("%+v, %v", ps, err)
	}
	ps[0].Memos[0].State = creditmemos.Booked
	ps[0].Memos[0].Log = outbound.Log{}.With(outbound.Event{At: r.Now().Add(time.Second), Did: outbound.DidFind, Says: "credit memo R81"})
	if _, err := r.host.Orders.SaveMemos(t.Context(), g, jobqueue.Lease{}, []creditmemos.Outcome{{Pending: ps[0]}}); err != nil {
		t.Fatal(err)
	}
	d := into[api.OrderDetail](t, r.want(200, "GET", "/v1/shops/acme/orders/%231001", ""))
	if n := len(d.History); n < 3 || d.History[n-1].What != "credit memo found" || d.History[n-1].Says != "refund 81 credit memo R81" {
		t.Errorf("%+v", d.History)
	}
}
