package businesscentral

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const twoLines = `{"sequence":10000,"lineObjectNumber":"1900-S","quantity":4,"unitPrice":100,"discountAmount":40},
	{"sequence":20000,"lineType":"Account","lineObjectNumber":"6610","quantity":1,"unitPrice":10},{"sequence":30000,"lineType":"Comment","description":"hello"}`

func TestPostingInParts(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	d, lines := w.create(t, `,"externalDocumentNumber":"1001-1"`, twoLines)
	order := "salesOrders(" + d.ID + ")"
	patch := func(line int, body string) {
		t.Helper()
		w.must(t, request{method: "PATCH", path: order + "/salesOrderLines(" + lines[line].ID + ")", body: body, header: "If-Match: *"})
	}
	patch(0, `{"shipQuantity":1,"invoiceQuantity":1}`)
	patch(1, `{"shipQuantity":0}`)
	patch(1, `{"invoiceQuantity":0}`)
	post := request{method: "POST", path: order + "/Microsoft.NAV.shipAndInvoice"}
	if status, _, body := w.raw(t, post); status != http.StatusNoContent {
		t.Fatalf("%d %v", status, body)
	}
	got := w.must(t, request{method: "GET", path: order + "?$expand=salesOrderLines"})
	ls, _ := got["salesOrderLines"].([]any)
	first, _ := ls[0].(map[string]any)
	if got["status"] != "Open" || got["fullyShipped"] != false || first["shippedQuantity"] != 1.0 || first["shipQuantity"] != 3.0 {
		t.Errorf("after the first part: %v, line %v", got["status"], first)
	}
	if status, _, _ := w.raw(t, request{method: "DELETE", path: order}); status != http.StatusBadRequest {
		t.Errorf("deleting an order of which a part was posted: %d", status)
	}
	if status, _, body := w.raw(t, post); status != http.StatusNoContent {
		t.Fatalf("%d %v", status, body)
	}
	if status, _, _ := w.raw(t, request{method: "GET", path: order}); status != http.StatusNotFound {
		t.Errorf("the order after all is invoiced: %d, want 404", status)
	}
	page := w.must(t, request{method: "GET", path: "salesInvoices?$filter=orderNumber eq '" + d.Number + "'&$select=totalAmountIncludingTax,externalDocumentNumber,status"})
	invoices, _ := page["value"].([]any)
	if len(invoices) != 2 {
		t.Fatalf("%d invoices, want 2", len(invoices))
	}
	for i, want := range []float64{112.5, 350} { // (100-10)·1.25 and (300-30+10)·1.25
		inv, _ := invoices[i].(map[string]any)
		if inv["totalAmountIncludingTax"] != want || inv["status"] != "Open" || inv["externalDocumentNumber"] != "1001-1" {
			t.Errorf("invoice %d: %v, want %v", i, inv, want)
		}
	}
	page = w.must(t, request{method: "GET", path: "salesShipments?$filter=orderNumber eq '" + d.Number + "'&$expand=salesShipmentLines"})
	ships, _ := page["value"].([]any)
	ship, _ := ships[0].(map[string]any)
	shipLines, _ := ship["salesShipmentLines"].([]any)
	item, _ := shipLines[0].(map[string]any)
	other, _ := shipLines[1].(map[string]any)
	note, _ := shipLines[2].(map[string]any)
	if len(ships) != 2 || len(shipLines) != 3 || item["sequence"] != 10000.0 || item["quantity"] != 1.0 || other["quantity"] != 0.0 || note["lineType"] != blankEnum {
		t.Errorf("shipments %v", ships)
	}
	for _, i := range c.Items() {
		if i.Number == "1900-S" && !i.Inventory.Equal(dec("45")) {
			t.Errorf("inventory %s, want 49-4", i.Inventory)
		}
	}
}

func TestPostingRefused(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
	tests := []struct {
		name, lines string
		before      func(w *world)
		text        string
	}{
		{"date before the range", twoLines, func(w *world) { w.Company("").SetPostingRange(day(3), time.Time{}) }, "allowed posting dates"},
		{"date after the range", twoLines, func(w *world) { w.Company("").SetPostingRange(time.Time{}, day(1)) }, "allowed posting dates"},
		{"nothing to post", "", func(*world) {}, "nothing to post"},
		{"negative total", `{"lineType":"Account","lineObjectNumber":"6610","quantity":1,"unitPrice":-1}`, func(*world) {}, "must be positive"},
		{"account without groups", `{"lineType":"Account","lineObjectNumber":"9990","quantity":1,"unitPrice":1}`, func(*world) {}, "Posting Group"},
		{"customer blocked since", twoLines, func(w *world) { _ = w.Company("").EditCustomer("10000", func(c *Customer) { c.Blocked = "All" }) }, "blocked"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			d, _ := w.create(t, "", tt.lines)
			tt.before(w)
			status, _, body := w.raw(t, request{method: "POST", path: "salesOrders(" + d.ID + ")/Microsoft.NAV.shipAndInvoice"})
			e, _ := body["error"].(map[string]any)
			if m, _ := e["message"].(string); status != http.StatusBadRequest || !strings.Contains(m, tt.text) {
				t.Errorf("%d %v", status, body)
			}
			if st := w.Company("").State(); st.Orders != 1 || st.Invoices+st.Shipments != 0 {
				t.Errorf("%+v", st)
			}
		})
	}
}

// A posting that fails in its last part has taken its numbers, which the next
// one uses, and changed the ETag.
func TestPostingFailsLate(t *testing.T) {
	w := newWorld(t)
	d, _ := w.create(t, "", twoLines)
	w.Company("").FailPosting("The item ledger was locked by another user.")
	post := request{method: "POST", path: "salesOrders(" + d.ID + ")/Microsoft.NAV.shipAndInvoice"}
	if status, code, _ := w.raw(t, post); status != http.StatusBadRequest || code != codeDialog {
		t.Fatalf("%d %s", status, code)
	}
	after := w.Company("").SalesOrders()[0]
	if after.ShippingNo == "" || after.PostingNo == "" || after.Rev == d.Rev {
		t.Errorf("%+v", after)
	}
	if status, _, _ := w.raw(t, post); status != http.StatusNoContent {
		t.Fatal(status)
	}
	if inv := w.Company("").SalesInvoices(); len(inv) != 1 || inv[0].Number != after.PostingNo {
		t.Errorf("invoices %+v, want number %s", inv, after.PostingNo)
	}
}

// A number guards against a second order only as long as the first one lives.
func TestNumberIsFreeAfterPosting(t *testing.T) {
	w := newWorld(t)
	const header = `,"number":"S1","externalDocumentNumber":"1001-1"`
	w.create(t, header, twoLines)
	again := request{method: "POST", path: "salesOrders", body: `{"customerNumber":"10000"` + header + `}`}
	if status, code, _ := w.raw(t, again); status != http.StatusBadRequest || code != codeSameKey {
		t.Errorf("while the order lives: %d %s", status, code)
	}
	if err := w.Company("").Post("S1"); err != nil {
		t.Fatal(err)
	}
	if status, code, _ := w.raw(t, again); status != http.StatusCreated {
		t.Errorf("after it was posted: %d %s, want 201", status, code)
	}
}

func TestInvoicePosting(t *testing.T) {
	w := newWorld(t)
	got := w.must(t, request{method: "POST", path: "salesInvoices?$expand=salesInvoiceLines", body: `{"customerNumber":"10000","salesInvoiceLines":[
		{"lineObjectNumber":"1900-S","quantity":1,"unitPrice":10}]}`})
	path := "salesInvoices(" + text(t, got, "id") + ")"
	if got["status"] != "Draft" || got["totalAmountIncludingTax"] != 12.5 {
		t.Errorf("draft %v", got)
	}
	if status, _, body := w.raw(t, request{method: "POST", path: path + "/microsoft.nav.POST"}); status != http.StatusNoContent {
		t.Fatalf("%d %v", status, body)
	}
	posted := w.must(t, request{method: "GET", path: path})
	if posted["status"] != "Open" || posted["number"] == got["number"] || posted["remainingAmount"] != 12.5 {
		t.Errorf("posted %v", posted)
	}
	if changed := w.must(t, request{method: "PATCH", path: path, body: `{"dueDate":"2026-04-01"}`, header: "If-Match: *"}); changed["dueDate"] != "2026-04-01" {
		t.Errorf("%v", changed)
	}
}

func TestControl(t *testing.T) {
	w := newWorld(t)
	d, _ := w.create(t, `,"externalDocumentNumber":"1001-1","shipToName":"<b>"`, twoLines)
	w.must(t, request{method: "POST", path: "/_sim/items?company=CRONUS International Ltd.", body: `[{"number":"SKU","description":"Socks","unitPrice":"9.95"}]`})
	state := w.must(t, request{method: "GET", path: "/_sim/state"})
	b, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	var st State
	if err := json.Unmarshal(b, &st); err != nil {
		t.Fatal(err)
	}
	if c := st.Companies[0]; c.Orders != 1 || c.Items != len(Cronus("").Items)+1 || c.Customers != cronusCustomers || !c.Total.Equal(dec("462.5")) || st.Meters.Outer != 1 || st.Meters.Writes != 1 {
		t.Errorf("%+v", st)
	}
	if one := w.must(t, request{method: "GET", path: "/_sim/orders/" + d.Number}); one["order"] == nil || one["lines"] == nil {
		t.Errorf("%v", one)
	}
	page := text(t, w.must(t, request{method: "GET", path: "/"}), "text")
	for _, want := range []string{"CRONUS International Ltd.", d.Number, "1001-1", "462.50", fmt.Sprint(cronusCustomers, " customers")} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	w.must(t, request{method: "POST", path: "/_sim/orders/" + d.Number + "/post"})
	w.must(t, request{method: "POST", path: "/_sim/faults", body: `{"mode":"error-before","operation":"customers","status":502}`})
	if status, _, _ := w.raw(t, request{method: "GET", path: "customers"}); status != http.StatusBadGateway {
		t.Errorf("%d, want the fault", status)
	}
	for _, q := range []request{
		{method: "GET", path: "/_sim/orders/X"},
		{method: "GET", path: "/_sim/nothing"},
		{method: "GET", path: "/_sim/orders?company=X"},
		{method: "POST", path: "/_sim/orders/X/post"},
		{method: "POST", path: "/_sim/items", body: `[{"number":"SKU"}]`},
	} {
		if status, _, _ := w.raw(t, q); status < 400 {
			t.Errorf("%s %s: %d", q.method, q.path, status)
		}
	}
}

// Whatever comes as filter or body, the answer is one of the API's.
func FuzzRequests(f *testing.F) {
	f.Add("number eq '1' or number eq '2'", `{"customerNumber":"10000","salesOrderLines":[{"lineObjectNumber":"1900-S","quantity":1}]}`)
	f.Add("not (tolower(displayName) eq 'a') and x/any(o:o eq 1)", `{"number":1}`)
	f.Add("contains(displayName,'''')", `{"salesOrderLines":[{}],"salesOrderLines":1}`)
	f.Add("((", `[`)
	s, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	c := s.Company("")
	client := Client{ID: "backroom"}
	f.Fuzz(func(t *testing.T, filter, body string) {
		for _, o := range []operation{
			{method: "GET", url: "companies(" + c.id + ")/customers?$filter=" + escapeOption(filter)},
			{method: "POST", url: "companies(" + c.id + ")/salesOrders?$expand=salesOrderLines", body: []byte(body), header: http.Header{"Content-Type": {"application/json"}}},
		} {
			before := c.contents()
			resp := s.one(t.Context(), client, o, nil)
			if resp.status < 200 || resp.status >= 500 || !json.Valid(resp.body) {
				t.Errorf("%s %s %s: %d %s", o.method, filter, body, resp.status, resp.body)
			}
			if after := c.contents(); resp.status >= 400 && len(after) != len(before) {
				t.Errorf("%s: a refused request left rows behind", body)
			}
		}
	})
}

// Terms and document date work the due date out anew; one that is written after them
// stands, and posting keeps it.
func TestDueDateOfAnInvoice(t *testing.T) {
	w := newWorld(t)
	terms := w.must(t, request{method: "GET", path: "paymentTerms?$filter=code eq '14D'"})
	id := text(t, terms["value"].([]any)[0].(map[string]any), "id")
	d := w.must(t, request{method: "POST", path: "salesInvoices", body: `{"invoiceDate":"2026-03-10","customerNumber":"10000","paymentTermsId":"` + id + `","dueDate":"2026-04-01","salesInvoiceLines":[{"lineObjectNumber":"1900-S","quantity":1}]}`})
	path := "salesInvoices(" + text(t, d, "id") + ")"
	for _, tt := range []struct{ body, want string }{
		{`{"email":"a@example.com"}`, "2026-04-01"},
		{`{"invoiceDate":"2026-03-11"}`, "2026-03-25"},
		{`{"dueDate":"2026-05-01"}`, "2026-05-01"},
		{`{"paymentTermsId":"` + id + `"}`, "2026-05-01"}, // not validated: it is the same
	} {
		if got := w.must(t, request{method: "PATCH", path: path, body: tt.body, header: "If-Match: *"}); got["dueDate"] != tt.want {
			t.Errorf("after %s: due %v, want %s", tt.body, got["dueDate"], tt.want)
		}
	}
	w.raw(t, request{method: "POST", path: path + "/Microsoft.NAV.post"})
	if got := w.must(t, request{method: "GET", path: path}); got["status"] != "Open" || got["dueDate"] != "2026-05-01" {
		t.Errorf("posted: %v, due %v", got["status"], got["dueDate"])
	}
}
