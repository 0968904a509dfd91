package refunds_test

import (
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/infra/system/world"
)

// A refund that Business Central has refused does not hold up another one of its order,
// which comes while the refused one waits to be tried again.
func TestRefundBehindARefusedOne(t *testing.T) {
	set := setup(true)
	w := world.New(t, set)
	w.Live(15 * time.Minute)
	o := set.Shop.Orders[0]
	s := shopOf(t, w, o)
	posts := func(group string) { // that the mug's item is of
		if err := w.BC.Companies()[0].EditItem(o.Lines[1].SKU, func(i *businesscentral.Item) { i.VATProdGroup = group }); err != nil {
			t.Fatal(err)
		}
	}
	s.must(s.FulfilOrder(s.id, shopify.Fulfilling{Do: "ship"}))
	posts("NOPE")
	s.must(s.RefundOrder(s.id, data.Reversal{Units: map[int64]int{s.mug: 1}, RestockType: "RETURN"}))
	w.Live(15 * time.Minute)
	if got, words := totals(w), said(t, w); got != "" || words == "" {
		t.Fatalf("of an item without set-up: memos %q; %s", got, words)
	}
	s.must(s.RefundOrder(s.id, data.Reversal{Units: map[int64]int{s.desk: 1}, RestockType: "RETURN"}))
	w.Live(15 * time.Minute)
	if got, words := totals(w), said(t, w); got != "30" || words == "" {
		t.Fatalf("behind it: memos %q; %s", got, words)
	}
	posts("VAT19")
	w.Live(26 * time.Hour)
	if got, words := totals(w), said(t, w); got != "30 10" && got != "10 30" || words != "" {
		t.Errorf("once that is mended: memos %q; %s", got, words)
	}
	balanced(t, w, o)
}

// Where a company links the date of its documents to their posting date, credit memos bear
// that, and nobody has to look at each of them.
func TestMemosBearThePostingDate(t *testing.T) {
	set := setup(true)
	set.Company.Sales.LinkDocumentDate = true
	w := world.New(t, set)
	w.Live(15 * time.Minute)
	o := set.Shop.Orders[0]
	s := shopOf(t, w, o)
	w.Hold("process-orders")
	s.must(s.RefundOrder(s.id, data.Reversal{Units: map[int64]int{s.mug: 1}}))
	w.Advance(25 * time.Hour)
	w.Live(10 * time.Minute)
	w.Release("process-orders")
	w.Live(15 * time.Minute)
	if got, words := totals(w), said(t, w); got != "10" || strings.Contains(words, "orderDate") {
		t.Errorf("memos %q; %s", got, words)
	}
	for _, m := range world.Read[struct{ CreditMemoDate, PostingDate string }](w, "salesCreditMemos") {
		if m.CreditMemoDate != m.PostingDate || m.PostingDate == begin.Format(time.DateOnly) {
			t.Errorf("%+v", m)
		}
	}
	balanced(t, w, o)
}
