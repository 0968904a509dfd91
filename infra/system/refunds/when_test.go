package refunds_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/infra/system/world"
	"backroom/shared/documents"
	"backroom/shared/orders"
)

// What becomes of a refund that came before the order's document is for the card.
func TestRefundBeforeTheDocument(t *testing.T) {
	for _, tt := range []struct {
		name     string
		change   func(*world.Setup)
		state    string
		document string // what it comes to; "" is none
		memos    string
	}{
		{"in full, and a credit memo", func(*world.Setup) {}, "processed", "115", "30"},
		{"what is left", func(s *world.Setup) { s.Card.RefundedOrders = documents.WhatIsLeft }, "processed", "85", ""},
		{"nobody wants refunds", func(s *world.Setup) { s.Card.RefundsAndReturns = "" }, "attention", "", ""},
		{"they are imported alone", func(s *world.Setup) { s.Card.RefundsAndReturns = orders.ImportRefunds }, "attention", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := setup(true)
			tt.change(&set)
			w := world.New(t, set)
			o := set.Shop.Orders[0]
			s := shopOf(t, w, o)
			s.must(s.RefundOrder(s.id, data.Reversal{Units: map[int64]int{s.desk: 1}}))
			w.Live(30 * time.Minute)
			if f := w.Fate(o); f.State != tt.state {
				t.Errorf("%s: %s", f.State, f.Text)
			}
			document := ""
			for _, d := range w.BC.Companies()[0].SalesOrders() {
				document += d.TotalAmountIncludingTax.String()
			}
			if got := totals(w); document != tt.document || got != tt.memos {
				t.Errorf("document %s and memos %s, want %s and %s; %s", document, got, tt.document, tt.memos, said(t, w))
			}
			if tt.state == "processed" && tt.memos != "" {
				balanced(t, w, o)
			}
			// One that comes afterwards is booked like any, where the card wants that.
			s.must(s.RefundOrder(s.id, data.Reversal{Units: map[int64]int{s.mug: 1}}))
			w.Live(30 * time.Minute)
			if got := totals(w); tt.state == "processed" && got != strings.TrimPrefix(tt.memos+" 10", " ") {
				t.Errorf("after one more refund: memos %s; %s", got, said(t, w))
			}
		})
	}
}

// totals are what the memos come to.
func totals(w *world.World) string {
	var out []string
	for _, m := range memos(w) {
		g, _ := m.total()
		out = append(out, g.String())
	}
	return strings.Join(out, " ")
}

// A refund whose money is on its way waits for it. If the money does not arrive, units
// were taken away, which the order's document does not say.
func TestPendingRefund(t *testing.T) {
	for _, tt := range []struct{ status, memos, state string }{{"SUCCESS", "30", "processed"}, {"FAILURE", "", "conflict"}} {
		set := setup(true)
		w := world.New(t, set)
		w.Live(15 * time.Minute)
		o := set.Shop.Orders[0]
		s := shopOf(t, w, o)
		s.must(s.RefundOrder(s.id, data.Reversal{Units: map[int64]int{s.desk: 1}, Status: "PENDING"}))
		w.Live(30 * time.Minute)
		if got, f := totals(w), w.Fate(o); got != "" || f.State != "processed" {
			t.Errorf("while it is pending: memos %s, %s %s", got, f.State, f.Text)
		}
		s.must(s.SettleTransaction(s.id, shopify.Settling{Status: tt.status}))
		w.Live(30 * time.Minute)
		if got, f := totals(w), w.Fate(o); got != tt.memos || f.State != tt.state {
			t.Errorf("after %s: memos %s, %s %s", tt.status, got, f.State, f.Text)
		}
	}
}

// What is found under a refund's number is its memo only if it says the same. Nothing
// is added to one that somebody has made.
func TestMemoThatIsThereAlready(t *testing.T) {
	for _, tt := range []struct {
		name, lines string
		posted      bool
		want        string // memos afterwards
		issue       string // part of what is said; "" is nothing
	}{
		{"the same", `{"sequence":1010000,"lineType":"Account","lineObjectNumber":"6620","quantity":1,"taxCode":"VAT19","unitPrice":25.21,"discountAmount":0}`, false, "30", ""},
		{"another amount", `{"lineType":"Account","lineObjectNumber":"6620","quantity":1,"taxCode":"VAT19","unitPrice":20}`, false, "23.8", "says something else"},
		{"half of it", ``, false, "0", "says something else"},
		{"another amount, posted", `{"lineType":"Account","lineObjectNumber":"6620","quantity":1,"taxCode":"VAT19","unitPrice":20}`, true, "23.8", "says something else"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := setup(true)
			w := world.New(t, set)
			w.Live(15 * time.Minute)
			o := set.Shop.Orders[0]
			s := shopOf(t, w, o)
			s.must(s.RefundOrder(s.id, data.Reversal{Units: map[int64]int{s.desk: 1}}))
			d := w.BC.Companies()[0].SalesOrders()[0]
			refund := s.Order(s.id).Refunds[0].ID
			w.Write("POST", "salesCreditMemos", fmt.Sprintf(`{"externalDocumentNumber":"%s-R%d","creditMemoDate":"%s","customerNumber":"%s",
				"sellToAddressLine1":%q,"sellToAddressLine2":"","sellToCountry":%q,"sellToPostCode":%q,"sellToCity":%q,"sellToState":%q,
				"billToAddressLine1":%q,"billToAddressLine2":"","billToCountry":%q,"billToPostCode":%q,"billToCity":%q,"billToState":%q,
				"phoneNumber":%q,"email":%q,"salesCreditMemoLines":[%s]}`,
				o.Name, refund, w.Now().Format(time.DateOnly), d.CustomerNumber, d.SellToAddressLine1, d.SellToCountry, d.SellToPostCode, d.SellToCity, d.SellToState,
				d.SellToAddressLine1, d.SellToCountry, d.SellToPostCode, d.SellToCity, d.SellToState, d.PhoneNumber, d.Email, tt.lines))
			if tt.posted {
				if err := w.BC.Companies()[0].PostMemo(w.BC.Companies()[0].SalesCreditMemos()[0].Number); err != nil {
					t.Fatal(err)
				}
			}
			w.Live(30 * time.Minute)
			words := said(t, w)
			if got := totals(w); got != tt.want || (tt.issue == "") != (words == "") || !strings.Contains(words, tt.issue) {
				t.Errorf("memos %s, want %s; %s", got, tt.want, words)
			}
		})
	}
}

// A setting that is missing keeps the refund, not its order and not other refunds.
func TestRefundWaitsForItsAccount(t *testing.T) {
	set := setup(true)
	set.CreditMemos.NonRestockAccount = ""
	w := world.New(t, set)
	w.Live(15 * time.Minute)
	o := set.Shop.Orders[0]
	s := shopOf(t, w, o)
	s.must(s.RefundOrder(s.id, data.Reversal{Units: map[int64]int{s.mug: 1}, RestockType: "NO_RESTOCK"}))
	w.Live(15 * time.Minute)
	s.must(s.RefundOrder(s.id, data.Reversal{Units: map[int64]int{s.desk: 1}}))
	w.Live(30 * time.Minute)
	words := said(t, w)
	if got := totals(w); got != "30" || !strings.Contains(words, "No account is set for refunded units that do not go back into stock") || w.Fate(o).State != "processed" {
		t.Errorf("memos %s; %s", got, words)
	}
	c := w.Card
	c.TaxCodes = nil
	stored, err := w.Card.Stored()
	if err == nil {
		set.CreditMemos.NonRestockAccount = noRestock
		stored, err = stored.With(set.CreditMemos)
	}
	if err == nil {
		err = w.Wired.Cards.Put(t.Context(), stored)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.Live(15 * time.Minute)
	if got := totals(w); got != "30 10" && got != "10 30" || said(t, w) != "" {
		t.Errorf("once it is set: memos %s; %s", got, said(t, w))
	}
	balanced(t, w, o)
}

// Own numbers are used where the series takes them, and memos are in one currency
// whatever the buyer paid in.
func TestMemoNumbersAndCurrency(t *testing.T) {
	for _, own := range []bool{true, false} {
		set := setup(true)
		o := set.Shop.Orders[0]
		o.Presentment = "SEK"
		eleven := func(b data.Bag) data.Bag { return data.Bag{Shop: b.Shop, Presentment: b.Shop.Mul(dec("11"))} }
		within := func(b data.Bag) decimal.Decimal { return b.Presentment.Mul(dec("0.19")).Div(dec("1.19")).Round(2) }
		for _, l := range o.Lines {
			l.UnitPrice = eleven(l.UnitPrice)
			l.Taxes[0].Price.Presentment = within(l.Net())
		}
		x := o.ShippingLines[0]
		x.Price = eleven(x.Price)
		x.Taxes[0].Price.Presentment = within(x.Net())
		o.Transactions[0].Amount = o.Totals().Price
		want, code := "65 5", "EUR"
		if !own { // and in the buyer's currency
			set.Card.CurrencyHandling = documents.PresentmentCurrency
			want, code = "715 55", "SEK"
		}
		w := world.New(t, set)
		w.BC.Companies()[0].SetManualNumbers(own)
		w.Live(15 * time.Minute)
		s := shopOf(t, w, o)
		s.must(s.RefundOrder(s.id, data.Reversal{Units: map[int64]int{s.desk: 2}, Shipping: map[int64]data.Bag{77: eleven(euros("5"))}}))
		w.Live(15 * time.Minute)
		some := eleven(euros("5"))
		s.must(s.RefundOrder(s.id, data.Reversal{Amount: &some}))
		w.Live(30 * time.Minute)
		if got := totals(w); got != want {
			t.Errorf("memos %s, want %s; %s", got, want, said(t, w))
		}
		for _, m := range memos(w) {
			if strings.HasPrefix(m.Number, "R") != own || m.CurrencyCode != code || len(m.ExternalDocumentNumber) > 35 || !strings.HasPrefix(m.ExternalDocumentNumber, o.Name) {
				t.Errorf("memo %s (%s) in %s", m.Number, m.ExternalDocumentNumber, m.CurrencyCode)
			}
		}
	}
}

// An order that was posted whole is linked with its refunds all the same.
func TestRefundOfAPostedOrder(t *testing.T) {
	set := setup(true)
	w := world.New(t, set)
	w.Live(15 * time.Minute)
	o := set.Shop.Orders[0]
	s := shopOf(t, w, o)
	c := w.BC.Companies()[0]
	if err := c.Post(c.SalesOrders()[0].Number); err != nil {
		t.Fatal(err)
	}
	s.must(s.FulfilOrder(s.id, shopify.Fulfilling{Do: "ship"}))
	s.must(s.RefundOrder(s.id, data.Reversal{Units: map[int64]int{s.desk: 3}, RestockType: "RETURN"}))
	w.Live(30 * time.Minute)
	if got := totals(w); got != "90" {
		t.Errorf("memos %s; %s", got, said(t, w))
	}
}

// Money that pays back what an edit made the order cheaper by is no credit.
func TestPaidBackAfterAnEdit(t *testing.T) {
	set := setup(true)
	w := world.New(t, set)
	o := set.Shop.Orders[0]
	s := shopOf(t, w, o)
	s.must(s.EditOrder(s.id, data.Edit{Quantities: map[int64]int{s.desk: 2}}))
	w.Live(15 * time.Minute)
	over, more := euros("30"), euros("4")
	s.must(s.RefundOrder(s.id, data.Reversal{Amount: &over}))
	w.Live(15 * time.Minute)
	if got, f := totals(w), w.Fate(o); got != "" || f.State != "processed" {
		t.Errorf("what was overpaid is credited: memos %s, %s %s; %s", got, f.State, f.Text, said(t, w))
	}
	s.must(s.RefundOrder(s.id, data.Reversal{Amount: &more}))
	w.Live(30 * time.Minute)
	if got := totals(w); got != "4" {
		t.Errorf("memos %s; %s", got, said(t, w))
	}
}
