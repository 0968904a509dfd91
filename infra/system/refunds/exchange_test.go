package refunds_test

import (
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/shopify/data"
	"backroom/infra/system/world"
)

// A line that went out in exchange and is discounted once its credit memo is made is a
// conflict of the order, which names the memo; what a person accepts is in order until it
// changes again.
func TestExchangeIsDiscountedAfterItsMemo(t *testing.T) {
	set := setup(true)
	w := world.New(t, set)
	w.Live(15 * time.Minute)
	o := set.Shop.Orders[0]
	s := shopOf(t, w, o)
	s.exchange("25")
	w.Live(30 * time.Minute)
	if got := totals(w); got != "65" {
		t.Fatalf("memos %s; %s", got, said(t, w))
	}
	lines := s.Order(s.id).Lines
	cheaper := func(by string) {
		t.Helper()
		s.must(s.EditOrder(s.id, data.Edit{Discounts: []data.LineDiscount{{Line: lines[len(lines)-1].ID, Title: "Sorry", Amount: euros(by)}}}))
		w.Live(30 * time.Minute)
	}
	for _, by := range []string{"4", "2"} {
		cheaper(by)
		if f := w.Fate(o); f.State != "conflict" || !strings.Contains(f.Text, "went out in exchange") || !strings.Contains(f.Text, "discount of line 3") {
			t.Errorf("%s: %s", f.State, f.Text)
		}
		w.Decide(o, "accept")
		w.Live(30 * time.Minute)
		if f := w.Fate(o); f.State != "processed" || totals(w) != "65" {
			t.Errorf("accepted: %s: %s; memos %s", f.State, f.Text, totals(w))
		}
	}
}

// The same between the exchange and its credit memo: that comes to what was refunded, so
// that the discount is in no document, and the order says so.
func TestExchangeIsDiscountedBeforeItsMemo(t *testing.T) {
	set := setup(true)
	w := world.New(t, set)
	w.Live(15 * time.Minute)
	o := set.Shop.Orders[0]
	s := shopOf(t, w, o)
	s.exchange("25")
	lines := s.Order(s.id).Lines
	s.must(s.EditOrder(s.id, data.Edit{Discounts: []data.LineDiscount{{Line: lines[len(lines)-1].ID, Title: "Sorry", Amount: euros("4")}}}))
	w.Live(45 * time.Minute)
	if f := w.Fate(o); f.State != "conflict" || !strings.Contains(f.Text, "went out in exchange") || !strings.Contains(f.Text, "discount of line 3") || totals(w) != "65" {
		t.Errorf("%s: %s; memos %s; %s", f.State, f.Text, totals(w), said(t, w))
	}
	w.Decide(o, "accept")
	w.Live(30 * time.Minute)
	if f := w.Fate(o); f.State != "processed" || totals(w) != "65" {
		t.Errorf("accepted: %s: %s; memos %s", f.State, f.Text, totals(w))
	}
}
