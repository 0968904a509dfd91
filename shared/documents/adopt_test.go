package documents

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"backroom/shared/businesscentral/entity"
	"backroom/shared/orders"
	"backroom/shared/shop"
)

// The same order is in BC already: by an earlier create, by hand, or posted.
func TestAdoption(t *testing.T) {
	invoice := func(number, order, total string) entity.SalesInvoice {
		return entity.SalesInvoice{ID: "i" + number, Number: number, OrderNumber: order, ExternalDocumentNumber: "1001-1", CustomerNumber: "C1", TotalAmountIncludingTax: entity.Decimal(total)}
	}
	sent := func(w *world) {
		r, _ := w.row("1")
		r.State, r.SentAt = "creating", w.now.Add(-time.Minute)
		w.set(r)
	}
	tests := []struct {
		name  string
		world func(*world, *entity.SalesOrder)
		want  string
		kept  bool // the document stays as it is
		ask   string
	}{
		{"as it should be", func(w *world, _ *entity.SalesOrder) { sent(w) }, "Order 190.00", true, ""},
		{"nothing known of a create", func(*world, *entity.SalesOrder) {}, "Order 190.00", true, ""},
		{"another customer", func(w *world, o *entity.SalesOrder) { sent(w); o.CustomerNumber = "C2" }, "attention adopted-content-differs", true, "SO-1"},
		{"another currency", func(_ *world, o *entity.SalesOrder) { o.CurrencyCode = "USD" }, "attention adopted-content-differs", true, "SO-1"},
		{"ours, a cent off", func(w *world, o *entity.SalesOrder) {
			sent(w)
			o.TotalAmountIncludingTax = "189.99"
			w.bc.off["1"] = dec("-0.01")
		}, "Order 190.00", false, ""},
		{"ours, wrong total", func(w *world, o *entity.SalesOrder) { sent(w); o.TotalAmountIncludingTax = "180" }, "attention total-differs", false, "180.00 EUR"},
		{"not known to be ours, a cent off", func(_ *world, o *entity.SalesOrder) { o.TotalAmountIncludingTax = "189.99" }, "attention adopted-content-differs", true, "SO-1"},
		{"not known to be ours, wrong total", func(_ *world, o *entity.SalesOrder) { o.TotalAmountIncludingTax = "180" }, "attention adopted-content-differs", true, "SO-1"},
		{"wrong total, and shipped", func(w *world, o *entity.SalesOrder) { sent(w); o.TotalAmountIncludingTax, o.FullyShipped = "180", true }, "attention total-differs", true, "180.00 EUR"},
		{"a total that makes no sense", func(_ *world, o *entity.SalesOrder) { o.TotalAmountIncludingTax = "" }, "attention system-failure", true, ""},
		{"two of them", func(w *world, o *entity.SalesOrder) {
			second := *o
			second.ID, second.Number = "g2", "SO-2"
			w.bc.orders["g2"] = &second
		}, "attention two-documents-found", true, "order SO-1, order SO-2"},
		{"posted in part", func(w *world, _ *entity.SalesOrder) {
			w.bc.invoices = append(w.bc.invoices, invoice("PI-1", "SO-1", "50"))
		}, "Order 190.00", true, ""},
		{"an invoice by hand beside it", func(w *world, _ *entity.SalesOrder) {
			w.bc.invoices = append(w.bc.invoices, invoice("PI-1", "", "190"))
		}, "attention two-documents-found", true, "order SO-1, invoice PI-1"},
		{"posted", func(w *world, _ *entity.SalesOrder) {
			clear(w.bc.orders)
			w.bc.invoices = append(w.bc.invoices, invoice("PI-1", "SO-1", "190"))
		}, "Invoice 190.00", true, ""},
		{"posted in two parts", func(w *world, _ *entity.SalesOrder) {
			clear(w.bc.orders)
			w.bc.invoices = append(w.bc.invoices, invoice("PI-1", "SO-1", "90"), invoice("PI-2", "SO-1", "100"))
		}, "Invoice 190.00", true, ""},
		{"posted with another total", func(w *world, _ *entity.SalesOrder) {
			clear(w.bc.orders)
			w.bc.invoices = append(w.bc.invoices, invoice("PI-1", "SO-1", "189"))
		}, "attention adopted-content-differs", true, "PI-1"},
		{"posted to another customer", func(w *world, _ *entity.SalesOrder) {
			clear(w.bc.orders)
			w.bc.invoices = append(w.bc.invoices, invoice("PI-1", "SO-1", "190"))
			w.bc.invoices[0].CustomerNumber = "C2"
		}, "attention adopted-content-differs", true, "PI-1"},
		{"cancelled since it was sent", func(w *world, _ *entity.SalesOrder) {
			sent(w)
			w.put(placed("1", func(o *orders.Order) { o.CancelledAt = w.now }))
		}, "Order 190.00", true, ""},
		{"its item blocked since it was sent", func(w *world, _ *entity.SalesOrder) { sent(w); delete(w.bc.items, "1000") }, "Order 190.00", true, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.card.CustomerImport, w.card.DefaultCustomerNo = shop.ImportNone, "C1"
			w.put(placed("1"), placed("2", sku("1001")))
			there := &entity.SalesOrder{ID: "g1", Number: "SO-1", ExternalDocumentNumber: "1001-1", CustomerNumber: "C1", TotalAmountIncludingTax: "190.00"}
			there.Lines = []entity.SalesOrderLine{{LineType: entity.LineAccount, Quantity: "1", UnitPrice: "190"}}
			w.bc.orders["g1"] = there
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
	w.card.CustomerImport, w.card.DefaultCustomerNo = shop.ImportNone, "C1"
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

func TestNumberTaken(t *testing.T) {
	w := newWorld(t)
	w.card.UseShopifyOrderNo = true
	w.put(placed("1"))
	w.bc.orders["x"] = &entity.SalesOrder{ID: "x", Number: "S1", ExternalDocumentNumber: "somebody's"}
	if w.must(); w.result("1") != "attention outcome-unknown" {
		t.Fatalf("%s: it may be our own create", w.result("1"))
	}
	w.advance(21 * time.Minute)
	if w.must(); w.result("1") != "attention document-refused" {
		t.Errorf("%s: it is not, our own would have been found", w.result("1"))
	}
}
