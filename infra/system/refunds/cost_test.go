package refunds_test

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/infra/system/world"
	"backroom/shared/creditmemos"
	"backroom/shared/documents"
	"backroom/shared/orders"
)

var refunds = flag.Int("refunds", 20, "refunds whose cost is measured")

// TestCostOfRefunds prints what a refund costs of Shopify's points: its order is
// imported again with details, half of them with a return.
func TestCostOfRefunds(t *testing.T) {
	n := *refunds
	s := world.Plain(begin)
	s.Shop = data.Bulk(begin, n)
	s.Card.RefundsAndReturns, s.Card.RoundingAccount = orders.BookRefunds, businesscentral.AccountRounding
	s.CreditMemos = creditmemos.Settings{RefundAccount: refundAccount, NonRestockAccount: noRestock}
	w := world.New(t, s)
	w.Live(25 * time.Minute)
	sh := w.Shopify.Shop("")
	for i, o := range s.Shop.Orders {
		units := map[int64]int{o.Lines[0].ID: 1}
		_, err := sh.FulfilOrder(o.ID, shopify.Fulfilling{Do: "ship"})
		switch {
		case err != nil:
		case i%2 == 0:
			_, err = sh.RefundOrder(o.ID, data.Reversal{Units: units, RestockType: "RETURN"})
		default:
			if _, err = sh.ReturnOrder(o.ID, shopify.Returning{Do: "open", Units: units}); err == nil {
				_, err = sh.ReturnOrder(o.ID, shopify.Returning{Do: "process"})
			}
			if err == nil {
				_, err = sh.ReturnOrder(o.ID, shopify.Returning{Do: "close"})
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	before := w.Shopify.Meter()
	w.Live(time.Hour)
	points := float64(w.Shopify.Meter().Requested-before.Requested) / float64(n)
	if got := len(memos(w)); got != n {
		t.Errorf("%d credit memos of %d refunds; %s", got, n, said(t, w))
	}
	fmt.Printf("shopify_points_per_refund %.2f points\n", points)
	if n >= 1000 && points > 8 {
		t.Errorf("a refund costs %.2f points, more than 8", points)
	}
}

// An order with an open return is read again although its update time does not move:
// what was found of the goods counts, once somebody has looked.
func TestOpenReturnsAreReadAgain(t *testing.T) {
	set := setup(true)
	set.Card.RefundsAndReturns = orders.ImportRefunds
	w := world.New(t, set)
	w.Live(15 * time.Minute)
	o := set.Shop.Orders[0]
	s := shopOf(t, w, o)
	s.must(s.FulfilOrder(s.id, shopify.Fulfilling{Do: "ship"}))
	s.must(s.ReturnOrder(s.id, shopify.Returning{Do: "open", Units: map[int64]int{s.desk: 2}}))
	s.must(s.ReturnOrder(s.id, shopify.Returning{Do: "process", Units: map[int64]int{s.desk: 1}}))
	w.Live(15 * time.Minute)
	was := s.Order(s.id).UpdatedAt
	s.must(s.ReturnOrder(s.id, shopify.Returning{Do: "dispose", Line: s.desk, Type: "MISSING", Quantity: 1}))
	s.must(s.ReturnOrder(s.id, shopify.Returning{Do: "close"}))
	w.Live(80 * time.Minute)
	os, err := w.Wired.Orders.Load(t.Context(), []documents.Pending{{Shop: w.Card.Code, ID: fmt.Sprint(o.ID)}})
	if err != nil {
		t.Fatal(err)
	}
	if r := os[0].Returns[0]; r.Status != "CLOSED" || len(r.Disposed) != 1 || !s.Order(s.id).UpdatedAt.Equal(was) {
		t.Errorf("%+v", r)
	}
	before := w.Shopify.Meter()
	w.Live(80 * time.Minute)
	if n := w.Shopify.Meter().Requests - before.Requests; n > 20 { // two a run for the list
		t.Errorf("%d requests, though nothing is under way", n)
	}
}
