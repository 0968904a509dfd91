package businesscentral

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

// postOf is the request that posts a document of a set.
func postOf(set, id string) request {
	action := "post"
	if set == setOrders {
		action = "shipAndInvoice"
	}
	return request{method: "POST", path: set + "(" + id + ")/Microsoft.NAV." + action}
}

// Whatever is invoiced is in the ledger under its own number, balanced, and nothing
// else is (10.2).
func TestLedgerProvesPosting(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	entries := func(number string) (kinds map[any]bool, debit, credit float64) {
		t.Helper()
		kinds = map[any]bool{}
		for _, r := range rowsOf(w.must(t, request{method: "GET", path: "generalLedgerEntries?$filter=documentNumber eq '" + number + "'"})["value"]) {
			d, _ := r["debitAmount"].(float64)
			cr, _ := r["creditAmount"].(float64)
			kinds[r["documentType"]], debit, credit = true, debit+d, credit+cr
		}
		return kinds, debit, credit
	}
	id, _, lines := w.send(t, anOrder)
	w.raw(t, request{method: "PATCH", path: "salesOrderLines(" + text(t, lines[0], "id") + ")", body: `{"invoiceQuantity":0}`, header: "If-Match: *"})
	w.raw(t, postOf(setOrders, id))
	if n := len(c.Entries()); n > 0 {
		t.Errorf("a shipment alone has %d entries", n)
	}
	w.raw(t, postOf(setOrders, id))
	inv := c.SalesInvoices()[0]
	if kinds, debit, credit := entries(inv.Number); !kinds["Invoice"] || len(kinds) != 1 || debit != 250 || credit != 250 {
		t.Errorf("%v, %v and %v", kinds, debit, credit)
	}
	// An invoice in a foreign currency: the ledger has local amounts.
	draft := w.must(t, request{method: "POST", path: "salesInvoices", body: `{"number":"N1","customerNumber":"10000","currencyCode":"USD","salesInvoiceLines":[{"lineObjectNumber":"1900-S","quantity":1,"unitPrice":100}]}`})
	if kinds, _, _ := entries("N1"); len(kinds) > 0 {
		t.Errorf("a draft has entries %v", kinds)
	}
	w.raw(t, postOf(setInvoices, text(t, draft, "id")))
	posted := w.must(t, request{method: "GET", path: "salesInvoices(" + text(t, draft, "id") + ")"})
	if _, debit, credit := entries(text(t, posted, "number")); posted["number"] == "N1" || debit != 112.5 || credit != 112.5 { // 125 at 0.9
		t.Errorf("%v: %v and %v", posted["number"], debit, credit)
	}
	// A cancelled one has them twice: sum them, do not count.
	if err := c.CancelInvoice(text(t, posted, "number")); err != nil {
		t.Fatal(err)
	}
	if got := w.must(t, request{method: "GET", path: "salesInvoices(" + text(t, draft, "id") + ")"}); got["status"] != "Canceled" || got["remainingAmount"] != 0.0 {
		t.Errorf("%v", got)
	}
	sum := decimal.Zero
	for _, e := range c.Entries() {
		sum = sum.Add(e.Debit).Sub(e.Credit)
	}
	if !sum.IsZero() {
		t.Errorf("the ledger is off by %s", sum)
	}
}

// Numbers are taken of the series whose document is made (10.1).
func TestPostingTakesTheNumbersOfWhatItPosts(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	shipments, invoices := c.series.Shipments.Last, c.series.PostedInvoices.Last
	id, _, lines := w.send(t, anOrder)
	line := "salesOrderLines(" + text(t, lines[0], "id") + ")"
	w.raw(t, request{method: "PATCH", path: line, body: `{"invoiceQuantity":0}`, header: "If-Match: *"})
	if status, _, body := w.raw(t, postOf(setOrders, id)); status != http.StatusNoContent {
		t.Fatal(body)
	}
	if s, i := c.series.Shipments.Last-shipments, c.series.PostedInvoices.Last-invoices; s != 1 || i != 0 {
		t.Errorf("a shipment took %d and %d numbers", s, i)
	}
	if status, _, body := w.raw(t, postOf(setOrders, id)); status != http.StatusNoContent {
		t.Fatal(body)
	}
	if s, i := c.series.Shipments.Last-shipments, c.series.PostedInvoices.Last-invoices; s != 1 || i != 1 {
		t.Errorf("and then the invoice %d and %d", s, i)
	}
}

// What is ship only once is an invoice when it is sent again: the quantities have
// been set to what remains (10.1).
func TestPostingAgainPostsTheRest(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	id, _, lines := w.send(t, anOrder)
	w.raw(t, request{method: "PATCH", path: "salesOrderLines(" + text(t, lines[0], "id") + ")", body: `{"invoiceQuantity":0}`, header: "If-Match: *"})
	for n, want := range []CompanyState{{Orders: 1, Shipments: 1}, {Shipments: 1, Invoices: 1}} {
		w.raw(t, postOf(setOrders, id))
		if st := c.State(); st.Orders != want.Orders || st.Shipments != want.Shipments || st.Invoices != want.Invoices {
			t.Errorf("sent %d times: %+v", n+1, st)
		}
	}
	if status, code, _ := w.raw(t, postOf(setOrders, id)); status != http.StatusNotFound || code != codeNoRecord {
		t.Errorf("once more: %d %s", status, code)
	}
}

// The address of the invoice in an answer is that of the first (10.1).
func TestLocationIsTheFirstInvoice(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	one, _, _ := w.send(t, anOrder)
	number := c.SalesOrders()[0].Number
	if err := c.PostPart(number, map[int]decimal.Decimal{10000: decimal.NewFromInt(1)}, true); err != nil {
		t.Fatal(err)
	}
	first := c.SalesInvoices()[0].ID
	resp := w.one(t.Context(), Client{ID: "backroom"}, operation{method: "POST", url: "companies(" + c.id + ")/salesOrders(" + one + ")/Microsoft.NAV.shipAndInvoice", header: http.Header{}}, nil)
	if resp.status != http.StatusNoContent || !strings.HasSuffix(resp.header["Location"], "("+first+")") || len(c.SalesInvoices()) != 2 {
		t.Errorf("%d %v", resp.status, resp.header)
	}
}

// A new posting date of a document in a foreign currency works its discounts out
// again, of a released one it is refused (10.1).
func TestPostingDateMovesACent(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	const body = `{"customerNumber":"10000","currencyCode":"USD","salesOrderLines":[{"lineObjectNumber":"1900-S","quantity":300000,"unitPrice":33.33,"discountAmount":1000.03}]}`
	discountOf := func(id string) decimal.Decimal { return c.Lines(id)[0].DiscountAmount }
	id, _, _ := w.send(t, body)
	move := func(id, date string) (int, string) {
		status, code, _ := w.raw(t, request{method: "PATCH", path: "salesOrders(" + id + ")", body: `{"postingDate":"` + date + `"}`, header: "If-Match: *"})
		return status, code
	}
	if status, _ := move(id, "2026-03-20"); status != http.StatusOK || discountOf(id).Equal(dec("1000.03")) {
		t.Errorf("%d, discount %s", status, discountOf(id))
	}
	local, _, _ := w.send(t, strings.Replace(body, `"currencyCode":"USD",`, "", 1))
	if status, _ := move(local, "2026-03-20"); status != http.StatusOK || !discountOf(local).Equal(dec("1000.03")) {
		t.Errorf("in local currency: %d, discount %s", status, discountOf(local))
	}
	for _, o := range c.SalesOrders() {
		if err := c.Release(o.Number); err != nil {
			t.Fatal(err)
		}
	}
	if status, code := move(id, "2026-03-21"); status != http.StatusBadRequest || code != codeField {
		t.Errorf("released: %d %s", status, code)
	}
	if status, _ := move(local, "2026-03-21"); status != http.StatusOK {
		t.Errorf("released, in local currency: %d", status)
	}
}

// An invoice that was no order's has a shipment only where the setup says so, which
// then names no order (10.2).
func TestShipmentOnInvoice(t *testing.T) {
	for _, on := range []bool{false, true} {
		w := newWorld(t)
		c := w.Company("")
		c.SetSales(SalesSetup{ShipmentOnInvoice: on})
		d := w.must(t, request{method: "POST", path: "salesInvoices", body: `{"customerNumber":"10000","salesInvoiceLines":[{"lineObjectNumber":"1900-S","quantity":2}]}`})
		w.raw(t, postOf(setInvoices, text(t, d, "id")))
		ships := rowsOf(w.must(t, request{method: "GET", path: "salesShipments?$expand=salesShipmentLines"})["value"])
		if (len(ships) == 1) != on || on && (ships[0]["orderNumber"] != "" || rowsOf(ships[0]["salesShipmentLines"])[0]["quantity"] != 2.0) {
			t.Errorf("shipment on invoice %v: %v", on, ships)
		}
	}
}

// What BC does not post, with the code and the number of the rule. Nothing is posted
// then, and the draft is there.
func TestPostingRefusals(t *testing.T) {
	const account = `{"lineType":"Account","lineObjectNumber":"6620","quantity":1,"unitPrice":10}`
	const item = `{"lineObjectNumber":"1900-S","quantity":2,"unitPrice":10}`
	sales := func(f func(*SalesSetup)) func(*Company) {
		return func(c *Company) {
			var s SalesSetup
			f(&s)
			c.SetSales(s)
		}
	}
	for _, tt := range []struct {
		name, section, lines string
		since                func(*Company)
		code                 string
		invoice              bool // refused of invoices too
	}{
		{"account blocked since", "4.1", account, func(c *Company) { _ = c.EditAccount("6620", func(a *Account) { a.Blocked = true }) }, codeField, true},
		{"account made a heading", "4.1", account, func(c *Company) { _ = c.EditAccount("6620", func(a *Account) { a.AccountType = "Heading" }) }, codeField, true},
		{"item blocked since", "4.5", item, func(c *Company) { _ = c.EditItem("1900-S", func(i *Item) { i.Blocked = true }) }, codeField, true},
		{"item without posting group", "4.5", item, func(c *Company) { _ = c.EditItem("1900-S", func(i *Item) { i.GenProdGroup = "" }) }, codeField, true},
		{"posting setup gone", "4.5", item, func(c *Company) { c.rules.vat = nil }, "Internal_RecordNotFound", true},
		{"customer blocked for all", "10.8", item, func(c *Company) { _ = c.EditCustomer("10000", func(cu *Customer) { cu.Blocked = "All" }) }, codeDialog, true},
		{"customer blocked for invoices", "10.8", item, func(c *Company) { _ = c.EditCustomer("10000", func(cu *Customer) { cu.Blocked = "Invoice" }) }, codeDialog, true},
		{"closed for the client's user", "4.5", item, sales(func(s *SalesSetup) { s.UserTo = "2026-02-28" }), codeDialog, true},
		{"without external number", "4.5", item, sales(func(s *SalesSetup) { s.ExternalMandatory = true }), codeField, true},
		{"without location", "4.5", item, sales(func(s *SalesSetup) { s.LocationMandatory = true }), codeField, true},
		{"more than is in stock", "4.5", `{"lineObjectNumber":"1900-S","quantity":50,"unitPrice":10}`, sales(func(s *SalesSetup) { s.NoNegativeStock = true }), codeDialog, true},
		{"in review", "4.5", item, func(c *Company) {
			review := func(d *SalesDocument) { d.Status = statusReview }
			_ = c.EditOrder("D", review)
			_ = edit(c, setInvoices, "D", review)
		}, codeDialog, true},
		{"a part of a complete shipment", "4.5", item, func(c *Company) {
			_ = c.EditOrder("D", func(d *SalesDocument) { d.PartialShipping = false })
			_ = edit(c, setOrderLines, keyOf(&SalesLine{DocumentID: c.SalesOrders()[0].ID, Sequence: 10000}), func(l *SalesLine) { l.ShipQuantity = decimal.NewFromInt(1) })
		}, codeDialog, false},
	} {
		for _, set := range []string{setOrders, setInvoices} {
			if set == setInvoices && !tt.invoice {
				continue
			}
			t.Run(set+" "+tt.name, func(t *testing.T) {
				w := newWorld(t)
				c := w.Company("")
				lines := "salesOrderLines"
				if set == setInvoices {
					lines = "salesInvoiceLines"
				}
				d := w.must(t, request{method: "POST", path: set, body: `{"number":"D","customerNumber":"10000","` + lines + `":[` + tt.lines + `]}`})
				_ = w.must(t, request{method: "POST", path: setOrders, body: `{"number":"D2","customerNumber":"20000"}`})
				tt.since(c)
				status, code, _ := w.raw(t, postOf(set, text(t, d, "id")))
				if status < 400 || code != tt.code || !strings.HasPrefix(w.why, tt.section+":") {
					t.Errorf("%d %s, explained by %q", status, code, w.why)
				}
				if len(c.Entries()) > 0 || c.State().Shipments > 0 {
					t.Errorf("something was posted: %+v", c.State())
				}
			})
		}
	}
}

// What cannot be cancelled (10.2).
func TestCancelRefusals(t *testing.T) {
	for _, tt := range []struct {
		name  string
		since func(*Company, *SalesDocument)
	}{
		{"a draft", func(_ *Company, d *SalesDocument) { d.Posted = false }},
		{"cancelled already", func(_ *Company, d *SalesDocument) { d.Status = "Canceled" }},
		{"corrective", func(_ *Company, d *SalesDocument) { d.Status = "Corrective" }},
		{"paid", func(_ *Company, d *SalesDocument) { d.Status = "Paid" }},
		{"paid in part", func(_ *Company, d *SalesDocument) { d.RemainingAmount = decimal.NewFromInt(1) }},
		{"item blocked", func(c *Company, _ *SalesDocument) {
			t := c.begin(context.Background())
			i, _ := lookup[*Item](c, setItems, "1900-S")
			i = clone(i)
			i.Blocked = true
			t.put(setItems, i)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			c := w.Company("")
			w.send(t, anOrder)
			if err := c.Post(c.SalesOrders()[0].Number); err != nil {
				t.Fatal(err)
			}
			inv := c.SalesInvoices()[0]
			before := len(c.Entries())
			err := c.inTransaction(setInvoices, inv.Number+"\x00posted", func(x *tx, d *SalesDocument) error {
				d = clone(d)
				tt.since(c, d)
				return x.cancelInvoice(d)
			})
			if err == nil || len(c.Entries()) != before {
				t.Errorf("%v, %d entries of %d", err, len(c.Entries()), before)
			}
		})
	}
}
