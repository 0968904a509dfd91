package documents

import (
	"strings"
	"testing"
	"time"

	"backroom/shared/orders"
	"backroom/shared/sales"
)

func allShipped(o *orders.Order) { o.FulfillmentStatus = "FULFILLED" }

// Only an order of which everything is shipped becomes an invoice, and only where the card says so.
func TestKindOf(t *testing.T) {
	for _, status := range []string{"", "UNFULFILLED", "PARTIALLY_FULFILLED", "IN_PROGRESS", "ON_HOLD", "RESTOCKED", "FULFILLED", "SOMETHING_NEW"} {
		for _, wanted := range []bool{false, true} {
			c := card()
			c.CreateInvoicesFromOrders = wanted
			o := placed("1")
			o.FulfillmentStatus = status
			want := sales.Order
			if wanted && status == "FULFILLED" {
				want = sales.Invoice
			}
			if got := KindOf(c, o); got != want {
				t.Errorf("%q, wanted %t: %s, want %s", status, wanted, got, want)
			}
		}
	}
}

// onTop is the order of 190 EUR with its taxes on top.
func onTop(o *orders.Order) {
	o.TaxesIncluded, o.Total = false, eur("237.50")
	o.Lines[0].TaxLines, o.ShippingLines[0].TaxLines = []orders.TaxLine{tax("VAT", "0.25", "45")}, []orders.TaxLine{tax("VAT", "0.25", "2.50")}
}

// An invoice has prices with tax or without as its customer has, whatever the order
// has: it comes to the order's total all the same, and its own number is the series'.
func TestInvoiceOnEitherBasis(t *testing.T) {
	for _, inclusive := range []bool{false, true} {
		for name, tt := range map[string]struct {
			mod  func(*orders.Order)
			want string
		}{"with tax": {func(*orders.Order) {}, "190.00"}, "on top": {onTop, "237.50"}} {
			w := newWorld(t)
			w.card.CreateInvoicesFromOrders, w.card.UseShopifyOrderNo, w.bc.inclusive = true, true, inclusive
			w.bc.perBatch = 1
			w.put(placed("1", tt.mod, allShipped), placed("2", tt.mod, allShipped), placed("3", tt.mod))
			w.must()
			if a, b, c := w.result("1"), w.result("2"), w.result("3"); a != "Invoice "+tt.want || b != "Invoice "+tt.want || c != "Order "+tt.want {
				t.Errorf("%s, invoices with tax %t: %s, %s and %s", name, inclusive, a, b, c)
			}
			for _, o := range w.bc.orders {
				own := !strings.HasPrefix(o.Header.Number, "SO-")
				if is := *o.Header.PricesIncludeTax; o.Header.Kind == sales.Invoice && (is != inclusive || own) {
					t.Errorf("%s: invoice %s has prices with tax %t", name, o.Header.Number, is)
				}
			}
		}
	}
}

// What one invoice shows of its customer's prices the next one of another page is made
// by: it needs no change.
func TestBasisIsLearnt(t *testing.T) {
	var b bases
	if _, known := b.guess("C1"); known {
		t.Error("something is known of nobody")
	}
	b.learn("C1", true)
	b.learn("C2", false)
	for customer, want := range map[string]bool{"C1": true, "C2": false, "C3": false} {
		if got, known := b.guess(customer); !known || got != want {
			t.Errorf("%s: %t, %t, want %t", customer, got, known, want)
		}
	}
	c := card()
	for mode, want := range map[TaxMode]TaxMode{TaxAuto: VATOnTop, VATIncluded: VATOnTop, VATOnTop: VATOnTop, SalesTax: SalesTax} {
		c.TaxMode = mode
		if got := c.including(placed("1"), false).TaxMode; got != want {
			t.Errorf("%q without tax is %q, want %q", mode, got, want)
		}
	}
}

// What is found in the place of an invoice.
func TestInvoiceThatIsThere(t *testing.T) {
	tests := []struct {
		name  string
		off   bool // the card wants sales orders
		alter func(*sales.Found)
		ours  bool
		want  string
	}{
		{name: "a person's draft that agrees", want: "Invoice 190.00"},
		{name: "a person's draft that agrees, where orders are wanted", off: true, want: "Invoice 190.00"},
		{name: "a person's draft of another total", alter: func(f *sales.Found) { f.Lines[1].UnitPrice = dec("1") }, want: "attention adopted-content-differs"},
		{name: "a person's draft to another place", alter: func(f *sales.Found) { f.Header.ShipTo.City = "Rome" }, want: "attention adopted-content-differs"},
		{name: "posted meanwhile", alter: func(f *sales.Found) { f.Draft = false }, want: "Invoice 190.00"},
		{name: "posted meanwhile with another total", alter: func(f *sales.Found) { f.Draft, f.Lines[1].UnitPrice = false, dec("1") }, want: "attention adopted-content-differs"},
		{name: "ours, which somebody has changed", ours: true, alter: func(f *sales.Found) { f.Lines[1].UnitPrice = dec("1") }, want: "Invoice 190.00"},
		{name: "ours, where orders are wanted by now", ours: true, off: true, alter: func(f *sales.Found) { f.Header.ShipTo.City = "Rome" }, want: "Invoice 190.00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.card.CreateInvoicesFromOrders, w.card.DefaultCustomerNo = true, "C1"
			nobody := func(o *orders.Order) { o.Customer = nil }
			w.put(placed("1", allShipped, nobody))
			if tt.ours {
				w.fail = plan{n: 2, when: "after"} // the answer to the create is lost
			}
			_, _ = w.drain()
			if len(w.bc.orders) != 1 {
				t.Fatalf("%d documents", len(w.bc.orders))
			}
			for _, f := range w.bc.orders {
				if tt.alter != nil {
					tt.alter(f)
				}
				w.bc.reckon(f)
			}
			if !tt.ours {
				r, _ := w.row("1")
				w.set(row{Order: r.Order, State: "ready"}) // the store has forgotten it
			} else if got := w.result("1"); got != "attention outcome-unknown" {
				t.Fatalf("after the lost answer: %s", got)
			}
			w.card.CreateInvoicesFromOrders = !tt.off
			w.advance(time.Minute)
			_, _ = w.drain()
			if got := w.result("1"); got != tt.want || len(w.bc.orders) != 1 {
				r, _ := w.row("1")
				t.Errorf("%s with %d documents, want %s (%+v)", got, len(w.bc.orders), tt.want, r.Issue)
			}
		})
	}
}

// The due date of the order's payment terms stands on an invoice; a sales order has none.
func TestDueDate(t *testing.T) {
	c := card()
	c.CreateInvoicesFromOrders = true
	due := func(o *orders.Order) {
		o.PaymentTerms = &orders.PaymentTerms{Type: "FIXED", DueAt: time.Date(2026, 8, 1, 10, 0, 0, 0, time.UTC)}
	}
	for _, tt := range []struct {
		name string
		mods []func(*orders.Order)
		want string
	}{
		{"invoice", []func(*orders.Order){due, allShipped}, "2026-08-01"},
		{"sales order", []func(*orders.Order){due}, ""},
		{"invoice without terms", []func(*orders.Order){allShipped}, ""},
	} {
		d, problems := Map(c, placed("1", tt.mods...), "C1", refs())
		if d.DueDate != tt.want || len(problems) > 0 {
			t.Errorf("%s: due %q, want %q (%v)", tt.name, d.DueDate, tt.want, problems)
		}
	}
}
