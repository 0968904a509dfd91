package documents

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/customers"
	"backroom/shared/fault"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/products"
	"backroom/shared/sales"
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
		{name: "VAT on top of prices that include it", world: func(w *world) { w.card.TaxMode = VATOnTop }, want: "Order 190.00"},
		{
			name: "VAT on top", want: "Order 237.50",
			order: func(o *orders.Order) {
				o.TaxesIncluded, o.Total = false, eur("237.50")
				o.Lines[0].TaxLines, o.ShippingLines[0].TaxLines = []orders.TaxLine{tax("VAT", "0.25", "45")}, []orders.TaxLine{tax("VAT", "0.25", "2.50")}
			},
		},
		{
			name: "sales tax as Shopify charged it", want: "Order 205.00",
			world: func(w *world) { w.card.TaxMode = SalesTax },
			order: func(o *orders.Order) {
				o.TaxesIncluded, o.Total = false, eur("205")
				o.Lines[0].TaxLines = []orders.TaxLine{tax("State", "0.06", "10.80"), tax("County", "0.01", "1.80"), {Title: "Marketplace", ChannelLiable: true, Price: eur("1.80")}}
				o.ShippingLines[0].TaxLines = []orders.TaxLine{tax("State", "0.06", "0.60")}
			},
		},
		{name: "the buyer's currency", world: func(w *world) { w.card.CurrencyHandling = PresentmentCurrency }, want: "Order 209.00"},
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
		{
			name: "edited down, with refund records that moved no money", want: "Order 100.00",
			order: func(o *orders.Order) {
				o.RefundCount, o.Refunds, o.Refunded = 1, []orders.Refund{{ID: "r", Amount: eur("0")}}, eur("0")
				o.CurrentTotal, o.Lines[0].CurrentQuantity = eur("100"), 1
			},
		},
		{
			name: "all lines edited away", want: "skipped nothing-left", text: "#1 has nothing left in it",
			order: func(o *orders.Order) {
				o.CurrentTotal, o.Lines[0].CurrentQuantity, o.ShippingLines = eur("0"), 0, nil
			},
		},
		{name: "refunded", order: func(o *orders.Order) { o.RefundCount, o.Refunded = 1, eur("5") }, want: "attention refund-before-processing", text: "#1 was refunded"},
		{
			name: "all that is missing is said at once", order: func(o *orders.Order) { o.Lines[0].SKU, o.Customer, o.ShippingLines[0].Title = "NOPE", nil, "Overnight" },
			world: func(w *world) {
				w.card.DefaultCustomerNo, w.card.ShipmentMethods = "", []ShipmentMap{{Title: "Overnight", Code: "FOB", Account: "4711"}}
			}, want: "attention order-without-customer",
			text: "Order #1 has no customer in Shopify, and none is found in Business Central by its e-mail address or phone number. " +
				"Business Central has no shipment method FOB. No Business Central item is known for Shirt (SKU NOPE, variant v1). " +
				"No line can be posted to account 4711: it is blocked, does not allow direct posting, or does not exist.",
		},
		{name: "unmapped SKU", order: sku("NOPE"), want: "attention item-unmapped", text: "Shirt (SKU NOPE, variant v1)"},
		{name: "blocked item", world: func(w *world) { w.bc.items["1000"] = products.Item{Number: "1000", Blocked: true} }, want: "attention item-blocked", text: "Shirt (SKU 1000, variant v1)"},
		{name: "no customer, no default", order: func(o *orders.Order) { o.Customer = nil }, want: "attention order-without-customer", text: "Order #1 has no customer"},
		{
			name: "no customer, a default", order: func(o *orders.Order) { o.Customer = nil },
			world: func(w *world) { w.card.DefaultCustomerNo = "C1" }, want: "Order 190.00",
		},
		{
			name: "a default customer that BC does not have", order: func(o *orders.Order) { o.Customer = nil },
			world: func(w *world) { w.card.DefaultCustomerNo = "C9" }, want: "attention customer-missing", text: "Customer C9 does not exist",
		},
		{
			name: "blocked customer", order: func(o *orders.Order) { o.Customer = nil }, want: "attention customer-blocked", text: "Customer C1 is blocked",
			world: func(w *world) {
				w.card.DefaultCustomerNo, w.bc.customers["C1"] = "C1", customers.Customer{Number: "C1", Blocked: "All"}
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
			name: "lines that lack some cents of the total get a rounding line", want: "Order 190.05",
			order: func(o *orders.Order) { o.Total = eur("190.05") },
		},
		{
			name: "a price of BC's own gives way", want: "Order 190.00",
			world: func(w *world) { w.bc.off["1"] = dec("-5") },
		},
		{
			name: "a price that BC insists on", want: "attention total-differs", text: "190.00 EUR in Shopify, 189.94 EUR in Business Central",
			world: func(w *world) { w.bc.off["1"], w.bc.stubborn["1"] = dec("-0.03"), true },
		},
		{
			name: "no account for the rounding", want: "attention order-does-not-add-up", text: "what #1 consists of comes to 190.00 EUR, its total is 190.01 EUR",
			world: func(w *world) { w.card.RoundingAccount = "" },
			order: func(o *orders.Order) { o.Total = eur("190.01") },
		},
		{
			name: "BC taxes the rounding line", want: "attention document-differs", text: "taxPercent of Account 9140 Rounding difference is 0 % (0) in Shopify, 25 % (0.01) in Business Central",
			world: func(w *world) {
				w.card.TaxCodes = w.card.TaxCodes[:1] // none for untaxed lines
				w.bc.taxes = "0.25"
			},
			order: func(o *orders.Order) { o.Total = eur("190.05") },
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
	w.bc.items["LATER"] = products.Item{Number: "LATER"}
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
		if l, _ := o.Line(1_010_000); l.Kind != sales.CommentLine || l.Description != "PO No.: 4711" {
			t.Errorf("first line %+v, want the PO number", l)
		}
	}
}
