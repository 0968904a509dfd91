package api_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"backroom/shared/api"
	"backroom/shared/creditmemos"
	"backroom/shared/jobqueue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/record"
	"backroom/shared/shipments"
	"backroom/shared/table"
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
	total := money.Amount{Value: decimal.RequireFromString("12.5"), Currency: "EUR"}
	ps[0].Memos[0].State, ps[0].Memos[0].ID, ps[0].Memos[0].Number, ps[0].Memos[0].Total = creditmemos.Booked, "c81", "CM-81", &total
	ps[0].Memos[0].Log = outbound.Log{}.With(outbound.Event{At: r.Now().Add(time.Second), Did: outbound.DidFind, Says: "credit memo R81"})
	if _, err := r.host.Orders.SaveMemos(t.Context(), g, jobqueue.Lease{}, []creditmemos.Outcome{{Pending: ps[0]}}); err != nil {
		t.Fatal(err)
	}
	d := into[api.OrderDetail](t, r.want(200, "GET", "/v1/shops/acme/orders/%231001", ""))
	if n := len(d.History); n < 3 || d.History[n-1].What != "credit memo found" || d.History[n-1].Says != "refund 81 credit memo R81" {
		t.Errorf("%+v", d.History)
	}
	want := []api.CreditMemo{{Refund: "81", State: api.Booked, ID: "c81", Number: "CM-81", Total: api.Amount{Value: "12.5", Currency: "EUR"}}}
	if diff := cmp.Diff(want, d.Order.CreditMemos); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for number, n := range map[string]int{"cm-81": 1, "CM-8": 0, "CM-81": 1} {
		if l := into[api.OrderList](t, r.want(200, "GET", "/v1/shops/acme/orders?document="+number, "")); len(l.Orders) != n {
			t.Errorf("%d orders have the credit memo %s, want %d", len(l.Orders), number, n)
		}
	}
}

// TestAnOrderSaysWhatItsShipmentsBecame: fulfilments with their parcels, and shipments
// that have none yet.
func TestAnOrderSaysWhatItsShipmentsBecame(t *testing.T) {
	r := newRig(t)
	r.stage()
	put := func(number string, s shipments.Record) {
		t.Helper()
		op := record.Put(table.Key{PK: "SHOP#acme#SHIP", SK: "5001#" + number}, 1, s, table.Always)
		if err := r.host.Table.Write(t.Context(), op); err != nil {
			t.Fatal(err)
		}
	}
	put("S1", shipments.Record{
		State: shipments.Settled, Posted: "2026-11-23", Log: outbound.Log{}.With(outbound.Event{At: r.Now().Add(time.Hour), Did: outbound.DidFind, Says: "#1001-F1"}),
		Parts: []shipments.Part{
			{ID: "71", Name: "#1001-F1", Company: "UPS", Parcels: []shipments.Tracking{{Number: "1Z", URL: "https://ups.example/1Z"}}, Cancelled: true},
			{ID: "72", Name: "#1001-F2", Found: true},
		},
	})
	put("S2", shipments.Record{State: shipments.Open, Posted: "2026-11-24"})
	put("S3", shipments.Record{State: shipments.Foreign})
	d := into[api.OrderDetail](t, r.want(200, "GET", "/v1/shops/acme/orders/%231001", ""))
	want := []api.Fulfilment{
		{Shipment: "S1", ID: "71", Name: "#1001-F1", Posted: "2026-11-23", Cancelled: true, Parcels: []api.Parcel{{Number: "1Z", Company: "UPS", URL: "https://ups.example/1Z"}}},
		{Shipment: "S1", ID: "72", Name: "#1001-F2", Posted: "2026-11-23", Found: true},
		{Shipment: "S2", Posted: "2026-11-24", Open: true},
	}
	if diff := cmp.Diff(want, d.Fulfilments); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := len(d.History); n == 0 || d.History[n-1].What != "fulfilment found" || d.History[n-1].Says != "shipment S1 #1001-F1" {
		t.Errorf("%+v", d.History)
	}
}
