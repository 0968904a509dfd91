package api_test

import (
	"testing"
	"time"

	"backroom/shared/api"
	"backroom/shared/outbound"
	"backroom/shared/posting"
	"backroom/shared/record"
	"backroom/shared/table"
)

// TestAnOrderSaysHowItsDocumentWasPosted: what happened to the postings of an order's
// document stands with what else happened, in time order.
func TestAnOrderSaysHowItsDocumentWasPosted(t *testing.T) {
	r := newRig(t)
	r.stage()
	r.Advance(time.Minute)
	p := posting.Posting{Number: "SO-1", Log: outbound.Log{}.With(
		outbound.Event{At: r.Now(), Did: outbound.DidSend}, outbound.Event{At: r.Now().Add(time.Second), Did: outbound.DidFind, Says: "posted as PSI1"})}
	key := table.Key{PK: "SHOP#acme#POSTED", SK: "order#g#2026-01-01T00:00:00Z"}
	if err := r.host.Table.Write(t.Context(), record.Put(key, 1, &p, table.Always)); err != nil {
		t.Fatal(err)
	}
	d := into[api.OrderDetail](t, r.want(200, "GET", "/v1/shops/acme/orders/%231001", ""))
	n := len(d.History)
	if n < 3 || d.History[n-2].What != "posting sent" || d.History[n-1].What != "posting found" || d.History[n-1].Says != "posted as PSI1" {
		t.Errorf("%+v", d.History)
	}
}
