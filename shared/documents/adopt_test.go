package documents

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"backroom/shared/customers"
	"backroom/shared/orders"
	"backroom/shared/sales"
)

// The same order is in BC already: by an earlier create, by hand, or posted.
func TestAdoption(t *testing.T) {
	invoice := func(number, order, total string) Invoice {
		return Invoice{ID: "i" + number, Number: number, OrderNumber: order, ExternalNumber: "1001-1", Customer: "C1", Total: dec(total)}
	}
	sent := func(w *world) {
		r, _ := w.row("1")
		r.State, r.SentAt = "creating", w.now.Add(-time.Minute)
		w.set(r)
	}
	// Earlier releases had no name in the number and no base of the sequences.
	earlier := func(o *sales.Found) {
		o.Header.ExternalNumber = "1001-1"
		for i := range o.Lines {
			o.Lines[i].Sequence -= 1_000_000
		}
	}
	tests := []struct {
		name  string
		world func(*world, *sales.Found)
		want  string
		kept  bool // the document stays as it is
		ask   string
	}{
		{"as it should be", func(w *world, _ *sales.Found) { sent(w) }, "Order 190.00", true, ""},
		{"nothing known of a create", func(*world, *sales.Found) {}, "Order 190.00", true, ""},
		{"made by an earlier release", func(w *world, o *sales.Found) { sent(w); earlier(o) }, "Order 190.00", true, ""},
		{"made by an earlier release, and nothing known of it", func(_ *world, o *sales.Found) { earlier(o) }, "Order 190.00", true, ""},
		{"made by an earlier release, a price a cent off", func(w *world, o *sales.Found) {
			sent(w)
			w.reprice(o, "99.99")
			earlier(o)
		}, "Order 190.00", false, ""},
		{"another one under the earlier number", func(w *world, o *sales.Found) {
			second := *o
			second.ID, second.Header.Number, second.Header.ExternalNumber = "g2", "SO-2", "1001-1"
			w.bc.orders["g2"] = &second
		}, "attention two-documents-found", true, "order SO-1, order SO-2"},
		{"another customer", func(w *world, o *sales.Found) { sent(w); o.Header.Customer = "C2" }, "attention adopted-content-differs", true, "SO-1"},
		{"another currency", func(_ *world, o *sales.Found) { o.Header.Currency = "USD" }, "attention adopted-content-differs", true, "SO-1"},
		{"ours, a price a cent off", func(w *world, o *sales.Found) { sent(w); w.reprice(o, "99.99") }, "Order 190.00", false, ""},
		{"ours, another price, which BC insists on", func(w *world, o *sales.Found) {
			sent(w)
			w.reprice(o, "95")
			w.bc.off["1"], w.bc.stubborn["1"] = dec("-5"), true
		}, "attention total-differs", false, "180.00 EUR"},
		{"ours, another quantity and address", func(w *world, o *sales.Found) {
			sent(w)
			o.Lines[1].Quantity, o.Header.SellTo.City, o.Header.Phone = dec("7"), "Lund", "1"
			w.bc.reckon(o)
		}, "Order 190.00", false, ""},
		{"ours, and released", func(w *world, o *sales.Found) { sent(w); o.Draft = false }, "Order 190.00", true, ""},
		{"ours, another address, and released", func(w *world, o *sales.Found) {
			sent(w)
			o.Header.ShipTo.City, o.Draft = "Lund", false
		}, "attention document-differs", true, "shipToCity is Stockholm in Shopify, Lund in Business Central"},
		{"ours, a discount on the whole", func(w *world, o *sales.Found) {
			sent(w)
			o.Discount = dec("9")
			w.bc.reckon(o)
		}, "Order 190.00", false, ""},
		{"not known to be ours, a price a cent off", func(w *world, o *sales.Found) { w.reprice(o, "99.99") }, "attention adopted-content-differs", true, "SO-1"},
		{"not known to be ours, another address", func(_ *world, o *sales.Found) { o.Header.ShipTo.City = "Lund" }, "attention adopted-content-differs", true, "SO-1"},
		{"wrong total, and shipped", func(w *world, o *sales.Found) {
			sent(w)
			w.reprice(o, "90")
			o.Lines[0].Touched = true
		}, "attention total-differs", true, "170.00 EUR"},
		{"an amount that makes no sense", func(_ *world, o *sales.Found) { o.Mark = "unreadable" }, "attention system-failure", true, ""},
		{"two of them", func(w *world, o *sales.Found) {
			second := *o
			second.ID, second.Header.Number = "g2", "SO-2"
			w.bc.orders["g2"] = &second
		}, "attention two-documents-found", true, "order SO-1, order SO-2"},
		{"posted in part", func(w *world, f *sales.Found) {
			f.Lines[0].Touched = true
			w.bc.invoices = append(w.bc.invoices, invoice("PI-1", "SO-1", "50"))
		}, "Order 190.00", true, ""},
		{"an invoice by hand beside it", func(w *world, _ *sales.Found) {
			w.bc.invoices = append(w.bc.invoices, invoice("PI-1", "", "190"))
		}, "attention two-documents-found", true, "order SO-1, invoice PI-1"},
		{"posted", func(w *world, _ *sales.Found) {
			clear(w.bc.orders)
			w.bc.invoices = append(w.bc.invoices, invoice("PI-1", "SO-1", "190"))
		}, "Invoice 190.00", true, ""},
		{"posted in two parts", func(w *world, _ *sales.Found) {
			clear(w.bc.orders)
			w.bc.invoices = append(w.bc.invoices, invoice("PI-1", "SO-1", "90"), invoice("PI-2", "SO-1", "100"))
		}, "Invoice 190.00", true, ""},
		{"posted, prices without tax, by what the tax may differ", func(w *world, _ *sales.Found) {
			w.card.TaxMode = VATOnTop
			clear(w.bc.orders)
			w.bc.invoices = append(w.bc.invoices, invoice("PI-1", "SO-1", "190.05"))
		}, "Invoice 190.05", true, ""},
		{"posted, prices without tax, by more", func(w *world, _ *sales.Found) {
			w.card.TaxMode = VATOnTop
			clear(w.bc.orders)
			w.bc.invoices = append(w.bc.invoices, invoice("PI-1", "SO-1", "190.06"))
		}, "attention adopted-content-differs", true, "PI-1"},
		{"posted with another total", func(w *world, _ *sales.Found) {
			clear(w.bc.orders)
			w.bc.invoices = append(w.bc.invoices, invoice("PI-1", "SO-1", "189"))
		}, "attention adopted-content-differs", true, "PI-1"},
		{"posted to another customer", func(w *world, _ *sales.Found) {
			clear(w.bc.orders)
			w.bc.invoices = append(w.bc.invoices, invoice("PI-1", "SO-1", "190"))
			w.bc.invoices[0].Customer = "C2"
		}, "attention adopted-content-differs", true, "PI-1"},
		{"posted in another currency", func(w *world, _ *sales.Found) {
			clear(w.bc.orders)
			w.bc.invoices = append(w.bc.invoices, invoice("PI-1", "SO-1", "190"))
			w.bc.invoices[0].Currency = "USD"
		}, "attention adopted-content-differs", true, "PI-1"},
		{"cancelled since it was sent", func(w *world, _ *sales.Found) {
			sent(w)
			w.put(placed("1", func(o *orders.Order) { o.CancelledAt = w.now }))
		}, "Order 190.00", true, ""},
		{"its item blocked since it was sent", func(w *world, _ *sales.Found) { sent(w); delete(w.bc.items, "1000") }, "Order 190.00", true, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.card.CustomerImport, w.card.DefaultCustomerNo = customers.ImportNone, "C1"
			w.put(placed("1"), placed("2", sku("1001")))
			there := w.document("1")
			there.ID, there.Header.Number = "g1", "SO-1"
			w.bc.orders = map[string]*sales.Found{"g1": there}
			tt.world(w, there)
			was := fmt.Sprintf("%+v", *there)
			_, existed := w.bc.orders["g1"]
			w.must()
			if w.result("1") != tt.want {
				t.Fatalf("%s, want %s", w.result("1"), tt.want)
			}
			if r, err := w.row("1"); err != nil || tt.ask != "" && !strings.Contains(r.Issue.Text, tt.ask) {
				t.Errorf("issue %+v, %v, want it to name %s", r.Issue, err, tt.ask)
			}
			if got, ok := w.bc.orders["g1"]; tt.kept && existed && (!ok || fmt.Sprintf("%+v", *got) != was) {
				t.Error("the document was changed or deleted")
			}
			if w.result("2") != "Order 190.00" || len(w.bc.creates) != 1 || w.bc.creates[0] != 1 {
				t.Errorf("the other order is %s, creates %v", w.result("2"), w.bc.creates)
			}
		})
	}
}

// A create whose answer is lost: "not found" counts from 20 minutes on, what
// appears before is adopted, and the others do not wait.
func TestLostAnswer(t *testing.T) {
	w := newWorld(t)
	w.card.CustomerImport, w.card.DefaultCustomerNo = customers.ImportNone, "C1"
	w.put(placed("1"))
	w.fail = plan{n: 2, when: "before"} // 1 is the intent
	w.must()
	sent := w.now
	w.put(placed("2"))
	for _, at := range []time.Duration{5 * time.Minute, 19 * time.Minute} {
		w.advance(sent.Add(at).Sub(w.now))
		if w.must(); w.result("1") != "attention outcome-unknown" {
			t.Fatalf("after %s: %s", at, w.result("1"))
		}
	}
	if w.result("2") != "Order 190.00" || len(w.bc.orders) != 1 {
		t.Fatalf("the other order is %s, %d documents", w.result("2"), len(w.bc.orders))
	}
	w.advance(sent.Add(20 * time.Minute).Sub(w.now))
	if w.must(); w.result("1") != "Order 190.00" || len(w.bc.orders) != 2 {
		t.Errorf("settled: %s, %d documents", w.result("1"), len(w.bc.orders))
	}
}

// document is a document of the order as it should be, in BC.
func (w *world) document(id string) *sales.Found {
	w.t.Helper()
	r, err := w.row(id)
	if err != nil {
		w.t.Fatal(err)
	}
	doc, problems := Map(w.card, r.Order, "C1", refs())
	f, err := w.bc.create(complete(w.card, r.Order.Name, doc))
	if err != nil || len(problems) > 0 {
		w.t.Fatal(err, problems)
	}
	return w.bc.orders[f.ID]
}

// reprice gives the item line of f another price.
func (w *world) reprice(f *sales.Found, price string) {
	for i := range f.Lines {
		if f.Lines[i].Sequence == 1_010_000 {
			f.Lines[i].UnitPrice = dec(price)
		}
	}
	w.bc.reckon(f)
}

func TestNumberTaken(t *testing.T) {
	w := newWorld(t)
	w.card.UseShopifyOrderNo = true
	w.put(placed("1"))
	w.bc.orders["x"] = &sales.Found{ID: "x", Header: sales.Document{Number: "#1", ExternalNumber: "somebody's"}}
	if w.must(); w.result("1") != "attention outcome-unknown" {
		t.Fatalf("%s: it may be our own create", w.result("1"))
	}
	w.advance(21 * time.Minute)
	if w.must(); w.result("1") != "attention document-refused" {
		t.Errorf("%s: it is not, our own would have been found", w.result("1"))
	}
}
