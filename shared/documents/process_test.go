package documents

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/businesscentral/entity"
	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/shop"
)

// buyer gives the order a customer.
func buyer(id string) *orders.Customer {
	return &orders.Customer{ID: id, FirstName: "Eva", LastName: "Ek", Email: "eva" + id + "@example.com"}
}

// placed is the order of map_test.go (190 EUR, 25 % VAT included) with a customer.
func placed(id string, mods ...func(*orders.Order)) orders.Order {
	o := order()
	o.ID, o.Name, o.Customer = id, "#"+id, buyer("7")
	for _, m := range mods {
		m(&o)
	}
	return o
}

func sku(s string) func(*orders.Order) {
	return func(o *orders.Order) { o.Lines[0].SKU = s }
}

// What becomes of one order. Totals are written down here, not reckoned.
func TestOneOrder(t *testing.T) {
	tests := []struct {
		name  string
		world func(*world)
		order func(*orders.Order)
		want  string
		text  string // part of the issue's text
	}{
		{name: "VAT included", want: "Order 190.00"},
		{name: "VAT on top of prices that include it", world: func(w *world) { w.card.TaxMode = shop.VATOnTop }, want: "Order 190.00"},
		{
			name: "VAT on top", want: "Order 237.50",
			order: func(o *orders.Order) {
				o.TaxesIncluded, o.Total = false, eur("237.50")
				o.Lines[0].TaxLines, o.ShippingLines[0].TaxLines = []orders.TaxLine{tax("VAT", "0.25", "45")}, []orders.TaxLine{tax("VAT", "0.25", "2.50")}
			},
		},
		{
			name: "sales tax as Shopify charged it", want: "Order 205.00",
			world: func(w *world) { w.card.TaxMode = shop.SalesTax },
			order: func(o *orders.Order) {
				o.TaxesIncluded, o.Total = false, eur("205")
				o.Lines[0].TaxLines = []orders.TaxLine{tax("State", "0.06", "10.80"), tax("County", "0.01", "1.80"), {Title: "Marketplace", ChannelLiable: true, Price: eur("1.80")}}
				o.ShippingLines[0].TaxLines = []orders.TaxLine{tax("State", "0.06", "0.60")}
			},
		},
		{name: "the buyer's currency", world: func(w *world) { w.card.CurrencyHandling = shop.PresentmentCurrency }, want: "Order 209.00"},
		{
			name: "edited: as it is now", want: "Order 100.00",
			order: func(o *orders.Order) { o.Edited, o.CurrentTotal, o.Lines[0].CurrentQuantity = true, eur("100"), 1 },
		},
		{
			name: "rounded cash", want: "Order 190.02",
			order: func(o *orders.Order) { o.CashRounding = eur("0.02") },
		},
		{name: "free of charge", want: "Order 0.00", order: func(o *orders.Order) {
			o.Total, o.ShippingLines, o.Lines[0].Discounts, o.Lines[0].TaxLines = eur("0"), nil, []money.Bag{eur("200")}, nil
		}},
		{name: "test order", order: func(o *orders.Order) { o.Test = true }, want: "skipped test-order", text: "#1 is a test order"},
		{name: "cancelled", order: func(o *orders.Order) { o.CancelledAt = o.CreatedAt }, want: "skipped cancelled", text: "#1 is cancelled"},
		{name: "unconfirmed", order: func(o *orders.Order) { o.Confirmed = false }, want: "skipped unconfirmed", text: "#1 is not confirmed"},
		{name: "refunded", order: func(o *orders.Order) { o.RefundCount = 1 }, want: "attention refund-before-processing", text: "#1 was refunded"},
		{name: "unmapped SKU", order: sku("NOPE"), want: "attention item-unmapped", text: "Shirt (SKU NOPE)"},
		{name: "blocked item", world: func(w *world) { w.bc.items["1000"] = entity.Item{Number: "1000", Blocked: true} }, want: "attention item-blocked", text: "Shirt (SKU 1000)"},
		{name: "no customer, no default", order: func(o *orders.Order) { o.Customer = nil }, want: "attention customer-unmapped", text: "#1 has no customer"},
		{
			name: "no customer, a default", order: func(o *orders.Order) { o.Customer = nil },
			world: func(w *world) { w.card.DefaultCustomerNo = "C1" }, want: "Order 190.00",
		},
		{
			name: "a default customer that BC does not have", order: func(o *orders.Order) { o.Customer = nil },
			world: func(w *world) { w.card.DefaultCustomerNo = "C9" }, want: "attention customer-unmapped", text: "customer number C9",
		},
		{
			name: "blocked customer", order: func(o *orders.Order) { o.Customer = nil }, want: "attention customer-blocked", text: "Customer C1 is blocked",
			world: func(w *world) {
				w.card.DefaultCustomerNo, w.bc.customers["C1"] = "C1", entity.Customer{Number: "C1", Blocked: "All"}
			},
		},
		{
			name: "BC refuses it", want: "attention document-refused", text: "Location must be filled in",
			world: func(w *world) {
				w.bc.refuse["1"] = refusal("Application_DialogException", "Location must be filled in.")
			},
		},
		{
			name: "our own request is wrong", want: "attention system-failure", text: "failure on our side",
			world: func(w *world) { w.bc.refuse["1"] = &fault.Error{Kind: fault.Bug, Err: errors.New("no such field")} },
		},
		{
			name: "not sent this time", want: "ready",
			world: func(w *world) { w.bc.refuse["1"] = &fault.Error{Kind: fault.Transient, Err: errors.New("cut off")} },
		},
		{
			name: "a failure that nobody classified", want: "attention outcome-unknown", text: "did not answer in time for #1",
			world: func(w *world) { w.bc.refuse["1"] = errors.New("EOF") },
		},
		{
			name: "an off total within the tolerance gets a rounding line", want: "Order 190.00",
			world: func(w *world) { w.bc.off["1"] = dec("-0.05") },
		},
		{
			name: "an off total past the tolerance", want: "attention total-differs", text: "190.00 EUR in Shopify, 189.94 EUR in Business Central",
			world: func(w *world) { w.bc.off["1"] = dec("-0.06") },
		},
		{
			name: "no account for the rounding", want: "attention total-differs", text: "190.00 EUR in Shopify, 190.01 EUR in Business Central",
			world: func(w *world) { w.bc.off["1"], w.card.RoundingAccount = dec("0.01"), "" },
		},
		{
			name: "BC taxes the rounding line", want: "attention total-differs", text: "190.01 EUR in Business Central",
			world: func(w *world) {
				w.card.TaxMode, w.card.TaxCodes = shop.VATOnTop, w.card.TaxCodes[:1] // none for untaxed lines
				w.bc.taxes, w.bc.off["1"] = "0.25", dec("-0.05")
			},
			order: func(*orders.Order) {},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			if tt.world != nil {
				tt.world(w)
			}
			if tt.order == nil {
				tt.order = func(*orders.Order) {}
			}
			w.put(placed("1", tt.order), placed("2"))
			counts := w.must()
			r, err := w.row("1")
			if err != nil {
				t.Fatal(err)
			}
			if tt.text == "" && r.result() != tt.want {
				t.Fatalf("%s, want %s (%+v)", r.result(), tt.want, r.Issue)
			}
			if tt.text != "" && (r.result() != tt.want || !strings.Contains(r.Issue.Text, tt.text) || r.Issue.WayOut == "") {
				t.Fatalf("%s: %+v, want %s with %q", r.result(), r.Issue, tt.want, tt.text)
			}
			made := 0
			for _, id := range []string{"1", "2"} {
				if strings.HasPrefix(w.result(id), "Order ") {
					made++
				}
			}
			if len(w.bc.orders) != made {
				t.Errorf("%d documents for %d orders that have one", len(w.bc.orders), made)
			}
			if counts.Read != 2 || counts.Created != made || counts.Created+counts.Skipped+counts.Failed != 2 {
				t.Errorf("counts %+v", counts)
			}
		})
	}
}

func TestProblemsNeverStopTheOthersAndClearThemselves(t *testing.T) {
	w := newWorld(t)
	w.bc.perBatch = 7
	for i := range 30 {
		id := fmt.Sprintf("%02d", i)
		switch i % 3 {
		case 0:
			w.put(placed(id))
		case 1:
			w.put(placed(id, sku("LATER")))
		case 2:
			w.put(placed(id, func(o *orders.Order) { o.Test = true }))
		}
	}
	if c := w.must(); c.Created != 10 || c.Failed != 10 || c.SystemFailed != 0 || c.Skipped != 10 {
		t.Fatalf("counts %+v", c)
	}
	if !slices.Equal(w.bc.creates, []int{7, 3}) {
		t.Errorf("creates of %v orders, want the batches that the target has asked for", w.bc.creates)
	}
	w.bc.items["LATER"] = entity.Item{Number: "LATER"}
	if c := w.must(); c.Created != 10 || c.Failed != 0 || c.Read != 10 {
		t.Fatalf("once the item is there: %+v", c)
	}
	if r, err := w.row("01"); err != nil || r.result() != "Order 190.00" || r.Issue != nil {
		t.Errorf("order 01: %s, %+v, %v", r.result(), r.Issue, err)
	}
	if len(w.bc.customers) != 2 {
		t.Errorf("%d customers, want C1 and one more for 30 orders of one buyer", len(w.bc.customers))
	}
}

func TestRefusedIsNotSentAgainUnchanged(t *testing.T) {
	w := newWorld(t)
	w.bc.refuse["1"] = refusal("Application_DialogException", "No.")
	w.put(placed("1"))
	w.must()
	w.advance(10 * time.Minute)
	if c := w.must(); c.Unchanged != 1 || len(w.bc.creates) != 1 {
		t.Errorf("the same again: %+v, creates %v", c, w.bc.creates)
	}
	w.put(placed("1", func(o *orders.Order) { o.PONumber = "4711" }))
	w.must()
	if len(w.bc.creates) != 2 {
		t.Error("a changed order is tried at once")
	}
	w.advance(refusedFor)
	delete(w.bc.refuse, "1")
	w.must()
	if w.result("1") != "Order 190.00" {
		t.Errorf("after the time: %s", w.result("1"))
	}
	for _, o := range w.bc.orders {
		if o.Lines[0].LineType != entity.LineComment || o.Lines[0].Description != "PO No.: 4711" {
			t.Errorf("first line %+v, want the PO number", o.Lines[0])
		}
	}
}

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

func TestNoCreateUnlessTheLeaseOutlivesIt(t *testing.T) {
	for _, tt := range []struct {
		name    string
		timeout time.Duration
		sleep   time.Duration // between the intents and the create
		kind    fault.Kind
		fenced  bool
		want    string // state of the order
	}{
		{"a lease shorter than the time-out", leaseTime, 0, "", true, "creating"},
		{"slept past the lease", timeout, leaseTime, "", true, "creating"},
		{"slept so long that the intent is old", timeout, 4 * time.Minute, fault.Transient, false, "ready"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.card.CustomerImport, w.card.DefaultCustomerNo, w.timeout = shop.ImportNone, "C1", tt.timeout
			w.put(placed("1"))
			w.pause = func() {
				if r, _ := w.row("1"); r.State == "creating" {
					w.pause = nil
					w.advance(tt.sleep)
				}
			}
			_, err := w.drain()
			if errors.Is(err, jobqueue.ErrFenced) != tt.fenced || !tt.fenced && fault.KindOf(err) != tt.kind || err == nil {
				t.Errorf("run: %v", err)
			}
			if len(w.bc.creates) != 0 || w.result("1") != tt.want {
				t.Errorf("creates %v, order %s", w.bc.creates, w.result("1"))
			}
		})
	}
}

func TestWholeCallRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"throttled", &fault.Error{Kind: fault.Throttled, RetryAfter: time.Minute, Err: errors.New("429")}, fault.Throttled},
		{"no permission", &fault.Error{Kind: fault.Blocked, Err: errors.New("403")}, fault.Blocked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.put(placed("1"), placed("2"))
			w.bc.refuseAll = tt.err
			if _, err := w.drain(); fault.KindOf(err) != tt.want {
				t.Errorf("run: %v", err)
			}
			w.bc.refuseAll = nil
			if c := w.must(); c.Created != 2 {
				t.Errorf("the next run, at once: %+v", c)
			}
		})
	}
	t.Run("no permission for one operation", func(t *testing.T) {
		w := newWorld(t)
		w.put(placed("1"), placed("2"))
		w.bc.refuse["2"] = &fault.Error{Kind: fault.Blocked, Err: errors.New("403")}
		if _, err := w.drain(); fault.KindOf(err) != fault.Blocked || w.result("1") != "Order 190.00" || w.result("2") != "ready" {
			t.Errorf("run: %v, %s, %s", err, w.result("1"), w.result("2"))
		}
	})
}

// A person's way out of a difference: accept, retry after mending, recreate.
func TestWaysOutOfADifference(t *testing.T) {
	differs := func(t *testing.T) *world {
		t.Helper()
		w := newWorld(t)
		w.put(placed("1"))
		w.bc.off["1"] = dec("2.50")
		w.must()
		w.advance(time.Hour)
		if c := w.must(); w.result("1") != "attention total-differs" || c.Unchanged != 1 || len(w.bc.creates) != 1 {
			t.Fatalf("%s, %+v: it must not be tried over and over", w.result("1"), c)
		}
		return w
	}
	accept := func(w *world) {
		r, _ := w.row("1")
		r.State, r.Accepted = "ready", r.Differs
		w.set(r)
	}
	t.Run("accepted", func(t *testing.T) {
		w := differs(t)
		accept(w)
		if w.must(); w.result("1") != "Order 192.50" || len(w.bc.orders) != 1 {
			t.Errorf("%s, %d documents", w.result("1"), len(w.bc.orders))
		}
	})
	t.Run("accepted, and then another difference", func(t *testing.T) {
		w := differs(t)
		accept(w)
		w.bc.off["1"] = dec("3")
		for range 3 {
			w.must()
		}
		if w.result("1") != "attention total-differs" || len(w.bc.orders) != 0 || len(w.bc.creates) != 2 {
			t.Errorf("%s, %d documents, creates %v: once is enough", w.result("1"), len(w.bc.orders), w.bc.creates)
		}
	})
	t.Run("mended and retried", func(t *testing.T) {
		w := differs(t)
		delete(w.bc.off, "1")
		r, _ := w.row("1")
		r.State, r.Tried = "ready", ""
		w.set(r)
		if w.must(); w.result("1") != "Order 190.00" {
			t.Error(w.result("1"))
		}
	})
	t.Run("another tolerance", func(t *testing.T) {
		w := differs(t)
		w.card.Tolerance = dec("3")
		if w.must(); w.result("1") != "Order 190.00" {
			t.Error(w.result("1"))
		}
	})
	t.Run("deleted, unlinked and recreated", func(t *testing.T) {
		w := newWorld(t)
		w.put(placed("1"))
		w.must()
		first, _ := w.row("1")
		delete(w.bc.orders, first.Link.ID)
		w.set(row{Order: first.Order, State: "ready"})
		w.must()
		if r, _ := w.row("1"); r.result() != "Order 190.00" || r.Link.ID == first.Link.ID || len(w.bc.orders) != 1 {
			t.Errorf("%s, %+v", r.result(), r.Link)
		}
	})
	t.Run("a posted total accepted", func(t *testing.T) {
		w := newWorld(t)
		w.card.CustomerImport, w.card.DefaultCustomerNo = shop.ImportNone, "C1"
		w.put(placed("1"))
		w.bc.invoices = []entity.SalesInvoice{{ID: "i", Number: "PI-1", ExternalDocumentNumber: "1001-1", CustomerNumber: "C1", TotalAmountIncludingTax: "189"}}
		w.must()
		accept(w)
		if w.must(); w.result("1") != "Invoice 189.00" {
			t.Error(w.result("1"))
		}
	})
}

// A document found after an edit shows the order as it was: it gives way to a new one.
func TestEditedWhileACreateWasUnanswered(t *testing.T) {
	w := newWorld(t)
	w.card.CustomerImport, w.card.DefaultCustomerNo = shop.ImportNone, "C1"
	w.put(placed("1"))
	w.fail = plan{n: 2, when: "after"}
	w.must()
	w.put(placed("1", func(o *orders.Order) { o.Edited, o.CurrentTotal, o.Lines[0].CurrentQuantity = true, eur("100"), 1 }))
	w.must()
	w.must()
	if w.result("1") != "Order 100.00" || len(w.bc.orders) != 1 {
		t.Errorf("%s, %d documents", w.result("1"), len(w.bc.orders))
	}
}

func TestChangedMeanwhileDoesNotStopTheOthers(t *testing.T) {
	w := newWorld(t)
	w.put(placed("1"), placed("2"), placed("3"))
	steps := 0
	w.pause = func() { // an import stores order 2 anew while it is processed
		if steps++; steps == 1 {
			return // before it is read
		}
		w.pause = nil
		w.put(placed("2", func(o *orders.Order) { o.PONumber = "7" }))
	}
	c := w.must()
	if w.result("1") != "Order 190.00" || w.result("2") != "ready" || w.result("3") != "Order 190.00" || c.Skipped != 1 {
		t.Errorf("%s, %s, %s, %+v", w.result("1"), w.result("2"), w.result("3"), c)
	}
	if w.must(); w.result("2") != "Order 190.00" || len(w.bc.orders) != 3 {
		t.Errorf("the next run: %s, %d documents", w.result("2"), len(w.bc.orders))
	}
}

func TestWriteBack(t *testing.T) {
	w := newWorld(t)
	w.card.OrderAttributesToShop, w.bc.perBatch = true, 45
	for i := range 120 {
		w.put(placed(fmt.Sprintf("%03d", i)))
	}
	w.shopify.gone = "007"
	w.deadline = time.Second // every slice makes one step only
	w.must()
	if !slices.Equal(w.shopify.requests, []int{50, 50, 20}) {
		t.Errorf("requests of %v orders", w.shopify.requests)
	}
	for i := range 120 {
		r, err := w.row(fmt.Sprintf("%03d", i))
		if err != nil || !r.Written {
			t.Fatalf("order %d is not written: %v", i, err)
		}
		if got := w.shopify.attributes[r.Order.ID]["BC Doc. No."]; r.Order.ID != "007" && (got != r.Link.Number || !r.After.After(r.Before)) {
			t.Errorf("order %d: %q, want %q; written from %s to %s", i, got, r.Link.Number, r.Before, r.After)
		}
	}
	w.must()
	if len(w.shopify.requests) != 3 {
		t.Error("what is written is not written again")
	}
	off := newWorld(t)
	off.put(placed("1"))
	if off.must(); len(off.shopify.requests) != 0 {
		t.Error("the setting is off by default")
	}
}

func TestDryRunChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.card.OrderAttributesToShop = true
	w.put(placed("1"), placed("2", sku("NOPE")), placed("3", func(o *orders.Order) { o.Test = true }))
	res, err := w.run(t.Context(), func(r *jobqueue.Request) { r.DryRun = true })
	if err != nil {
		t.Fatal(err)
	}
	if w.writes != 0 || len(w.bc.creates) != 0 || len(w.bc.customers) != 1 {
		t.Errorf("%d writes, creates %v, %d customers", w.writes, w.bc.creates, len(w.bc.customers))
	}
	var planned []Planned
	if err := json.Unmarshal(res.Report, &planned); err != nil || len(planned) != 3 {
		t.Fatalf("report %s, %v", res.Report, err)
	}
	if p := planned[0]; p.Order != "#1" || p.Total != "190.00 EUR" || p.Document == nil || p.Document.CustomerNumber != "S7" || len(p.Document.Lines) != 2 {
		t.Errorf("first: %+v", p)
	}
	if p := planned[1]; p.Document != nil || len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Text, "NOPE") {
		t.Errorf("second: %+v", p)
	}
	if c := res.Counts; c.Created != 1 || c.Failed != 1 || c.Skipped != 1 {
		t.Errorf("counts %+v", c)
	}
}

func TestSlicesAndParameters(t *testing.T) {
	w := newWorld(t)
	w.maxPages = 1
	for i := range 250 {
		w.put(placed(fmt.Sprintf("%03d", i)))
	}
	named := json.RawMessage(`{"orders":["003","004","nothing"]}`)
	if _, err := w.run(t.Context(), func(r *jobqueue.Request) { r.Parameters = named }); err != nil || len(w.bc.orders) != 2 {
		t.Fatalf("%d documents of the two named: %v", len(w.bc.orders), err)
	}
	fence := w.fence
	if c := w.must(); c.Created != 248 || w.fence-fence != 3 {
		t.Errorf("%+v in %d slices, want 3", c, w.fence-fence)
	}
	for name, mod := range map[string]func(*jobqueue.Request){
		"parameters": func(r *jobqueue.Request) { r.Parameters = json.RawMessage(`{"order":["1"]}`) },
		"checkpoint": func(r *jobqueue.Request) { r.Checkpoint = json.RawMessage(`{"page":1}`) },
	} {
		if _, err := w.run(t.Context(), mod); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s that make no sense: %v", name, err)
		}
	}
	w.cancel = true
	w.put(placed("300"))
	if _, err := w.drain(); err == nil || w.result("300") != "ready" {
		t.Errorf("a cancelled run: %v, %s", err, w.result("300"))
	}
}
