package system_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/documents"
)

// invoiceShown is an invoice with what its lines come to.
type invoiceShown struct {
	ID, Number, Status, DueDate, InvoiceDate string
	PricesIncludeTax                         bool
	SalesInvoiceLines                        []struct {
		NetAmountIncludingTax decimal.Decimal
	}
}

func (i invoiceShown) total() string {
	var sum decimal.Decimal
	for _, l := range i.SalesInvoiceLines {
		sum = sum.Add(l.NetAmountIncludingTax)
	}
	return sum.StringFixed(2)
}

func invoicesOf(w *worlds.World, o *data.Order) []invoiceShown {
	return worlds.Read[invoiceShown](w, worlds.DocumentOf("salesInvoices", o)+"&$expand=salesInvoiceLines")
}

// An order that is fulfilled when its document is made becomes a draft of an invoice, on
// the basis that its customer's prices have; others become sales orders. The draft is posted by
// whomever and stays the order's document, whose id it keeps.
func TestFulfilledOrderBecomesAnInvoice(t *testing.T) {
	for name, inclusive := range map[string]bool{"prices without tax": false, "prices with tax": true} {
		t.Run(name, func(t *testing.T) {
			s := worlds.Plain(begin)
			s.Card.CreateInvoicesFromOrders, s.Card.AutoCreateUnknownCustomers = true, false
			for i := range s.Company.Customers {
				s.Company.Customers[i].PricesIncludeTax = inclusive
			}
			os := s.Ordinary(2)
			shipped, open := os[0], os[1]
			shipped.FulfillmentStatus = "FULFILLED"
			shipped.Terms = &data.Terms{ID: 1, Name: "Net 30", Type: "NET", DueInDays: 30, Schedules: []data.Schedule{{ID: 2, DueAt: begin.AddDate(0, 0, 23)}}}
			s.Card.PaymentTerms = []documents.TermsMap{{Type: "NET", Code: "14D"}} // which would be due earlier
			w := worlds.New(t, s)
			w.Live(15 * time.Minute)
			is := invoicesOf(w, shipped)
			if len(is) != 1 || is[0].Status != "Draft" || is[0].PricesIncludeTax != inclusive || len(comesTo(w, shipped)) != 0 || len(invoicesOf(w, open)) != 0 || len(comesTo(w, open)) != 1 {
				t.Fatalf("%+v: invoices %+v, sales orders %q and %q", w.Fate(shipped), is, comesTo(w, shipped), comesTo(w, open))
			}
			if want := shipped.Totals().CurrentPrice.Shop.StringFixed(2); is[0].total() != want || is[0].DueDate != begin.AddDate(0, 0, 23).Format(time.DateOnly) {
				t.Errorf("it comes to %s, want %s; due %q", is[0].total(), want, is[0].DueDate)
			}
			if f := w.Fate(shipped); f.State != "processed" || f.Document != "Invoice" {
				t.Fatalf("%+v", f)
			}
			w.Write("POST", "salesInvoices("+is[0].ID+")/Microsoft.NAV.post", "")
			for _, forgotten := range []bool{false, true} {
				if forgotten {
					w.Decide(shipped, "unlink")
				}
				w.Live(30 * time.Minute)
				after := invoicesOf(w, shipped)
				if f := w.Fate(shipped); f.State != "processed" || f.Document != "Invoice" || len(after) != 1 || after[0].ID != is[0].ID || len(comesTo(w, shipped)) != 0 {
					t.Errorf("posted, forgotten %t: %+v, %+v", forgotten, f, after)
				}
			}
		})
	}
}

// An invoice that is still a draft is made anew of an order that was changed; a posted
// one never is.
func TestInvoiceOfAChangedOrder(t *testing.T) {
	for _, posted := range []bool{false, true} {
		s := worlds.Plain(begin)
		s.Card.CreateInvoicesFromOrders = true
		o := s.Ordinary(1)[0]
		o.FulfillmentStatus = "FULFILLED"
		w := worlds.New(t, s)
		w.Live(15 * time.Minute)
		was := invoicesOf(w, o)
		if len(was) != 1 {
			t.Fatalf("%+v", w.Fate(o))
		}
		if posted {
			w.Write("POST", "salesInvoices("+was[0].ID+")/Microsoft.NAV.post", "")
		}
		if err := more(w, o); err != nil {
			t.Fatal(err)
		}
		w.Live(15 * time.Minute)
		w.Decide(o, "amend")
		w.Live(15 * time.Minute)
		total := w.Shopify.Shop("").Order(o.ID).Totals().CurrentPrice.Shop.StringFixed(2)
		var now []string
		for _, i := range invoicesOf(w, o) {
			now = append(now, i.total())
		}
		now = append(now, comesTo(w, o)...)
		f := w.Fate(o)
		switch {
		case len(now) != 1:
			t.Errorf("posted %t: documents of %q", posted, now)
		case posted && (f.State != "conflict" || now[0] != was[0].total() || f.WayOut == ""):
			t.Errorf("posted: %+v, %q", f, now)
		case !posted && (f.State != "processed" || now[0] != total):
			t.Errorf("a draft: %+v, %q, want %s", f, now, total)
		}
	}
}
