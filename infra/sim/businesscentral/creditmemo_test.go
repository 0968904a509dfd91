package businesscentral

import (
	"maps"
	"net/http"
	"strings"
	"testing"
)

const memoLines = `{"sequence":10000,"lineType":"Item","lineObjectNumber":"1900-S","quantity":2,"unitPrice":45},
	{"sequence":20000,"lineType":"Account","lineObjectNumber":"6620","quantity":-1,"unitPrice":25}`

// memo creates a credit memo and gives it as BC answers.
func (w *world) memo(t *testing.T, header, lines string) map[string]any {
	t.Helper()
	return w.must(t, request{
		method: "POST", path: "salesCreditMemos?$expand=salesCreditMemoLines",
		body: `{"customerNumber":"10000"` + header + `,"salesCreditMemoLines":[` + lines + `]}`,
	})
}

func TestCreditMemo(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	m := w.memo(t, `,"sellToAddressLine1":"Sold 1","billToAddressLine1":"Billed 1","billToCity":"Ghent"`, memoLines)
	if m["status"] != "Draft" || m["totalAmountIncludingTax"] != 87.5 || m["pricesIncludeTax"] != false {
		t.Errorf("a memo of 2 × 45.00 at 25 %% less 25.00: %v", m)
	}
	if _, has := m["shipToCity"]; has || m["sellToAddressLine1"] != "Sold 1" || m["billToAddressLine1"] != "Billed 1" || m["billToCity"] != "Ghent" {
		t.Errorf("addresses: %v", m)
	}
	id := text(t, m, "id")
	// What is not sent of bill-to is the customer's: it does not follow sell-to.
	w.must(t, request{method: "PATCH", path: "salesCreditMemos(" + id + ")", body: `{"sellToAddressLine1":"Sold 2"}`, header: "If-Match: *"})
	if d := c.SalesCreditMemos()[0]; d.BillToAddressLine1 != "Billed 1" || d.SellToAddressLine1 != "Sold 2" {
		t.Errorf("after a change of sell-to, bill-to is %q", d.BillToAddressLine1)
	}
	if err := c.PostMemo(text(t, m, "number")); err != nil {
		t.Fatal(err)
	}
	posted := c.SalesCreditMemos()[0]
	if posted.ID != id || posted.Status != "Open" || posted.Number == m["number"] {
		t.Errorf("posted: %+v", posted)
	}
	for _, i := range c.Items() {
		if i.Number == "1900-S" && !i.Inventory.Equal(dec("51")) {
			t.Errorf("inventory %s, want 49+2", i.Inventory)
		}
	}
	// The number is free again, and deleting a second draft of it leads the id of the posted one astray (10.2).
	second := w.memo(t, `,"number":"`+text(t, m, "number")+`"`, memoLines)
	if err := c.DeleteMemo(text(t, second, "number")); err != nil {
		t.Fatal(err)
	}
	if got := c.SalesCreditMemos(); len(got) != 1 || got[0].ID != second["id"] || len(c.Lines(got[0].ID)) != 2 {
		t.Errorf("after the second draft was deleted: %+v", got)
	}
}

// A memo applies to an open invoice of the same payer, up to what remains of it.
func TestCreditMemoAppliesToInvoice(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	d, _ := w.create(t, "", twoLines)
	if err := c.Post(d.Number); err != nil {
		t.Fatal(err)
	}
	inv := c.SalesInvoices()[0]
	m := w.memo(t, `,"invoiceNumber":"`+inv.Number+`"`, `{"lineType":"Account","lineObjectNumber":"6620","quantity":1,"unitPrice":100}`)
	if m["invoiceId"] != inv.ID {
		t.Errorf("invoiceId %v, want %s", m["invoiceId"], inv.ID)
	}
	if err := c.PostMemo(text(t, m, "number")); err != nil {
		t.Fatal(err)
	}
	if left := c.SalesInvoices()[0].RemainingAmount; !left.Equal(inv.RemainingAmount.Sub(dec("100"))) {
		t.Errorf("of %s remain %s after a memo of 100", inv.RemainingAmount, left)
	}
}

func TestCreditMemoRefusals(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	draft, released, posted := w.memo(t, "", memoLines), w.memo(t, "", memoLines), w.memo(t, "", memoLines)
	if err := c.Release(text(t, released, "number")); err != nil {
		t.Fatal(err)
	}
	if err := c.PostMemo(text(t, posted, "number")); err != nil {
		t.Fatal(err)
	}
	d, _ := w.create(t, "", twoLines)
	if err := c.Post(d.Number); err != nil {
		t.Fatal(err)
	}
	foreign := w.must(t, request{method: "POST", path: "salesCreditMemos", body: `{"customerNumber":"20000","invoiceNumber":"` + c.SalesInvoices()[0].Number + `","salesCreditMemoLines":[` + memoLines + `]}`})
	c.SetSales(SalesSetup{ExactReversing: true})
	c.SetManualNumbers(false)
	fill := strings.NewReplacer("{draft}", text(t, draft, "id"), "{released}", text(t, released, "id"), "{posted}", text(t, posted, "id"),
		"{foreign}", text(t, foreign, "id"), "{line}", text(t, draft["salesCreditMemoLines"].([]any)[0].(map[string]any), "id"))
	empty := w.must(t, request{method: "POST", path: "salesCreditMemos", body: `{"customerNumber":"10000"}`})
	const memo = `{"customerNumber":"10000"`
	post := func(body string) request { return request{method: "POST", path: "salesCreditMemos", body: body} }
	patch := func(path, body string) request {
		return request{method: "PATCH", path: path, body: body, header: "If-Match: *"}
	}
	act := func(id, name string) request {
		return request{method: "POST", path: "salesCreditMemos(" + id + ")/Microsoft.NAV." + name}
	}
	for _, tt := range []struct {
		name, section string
		send          request
		code          string
	}{
		{"ship-to, which memos do not have", "8", post(memo + `,"shipToName":"A"}`), "BadRequest"},
		{"prices with tax, which are the customer's", "9.1", post(memo + `,"pricesIncludeTax":true}`), "BadRequest_InvalidOperation"},
		{"order date", "8", post(memo + `,"orderDate":"2026-02-03"}`), "BadRequest"},
		{"number of the client's", "9.6", post(memo + `,"number":"R1"}`), "Application_DialogException"},
		{"bill-to name", "9.1", post(memo + `,"billToName":"A"}`), "BadRequest_InvalidOperation"},
		{"invoice that is not there", "9.5", post(memo + `,"invoiceNumber":"NONE"}`), "Application_DialogException"},
		{"shipped quantity of a line", "8", post(memo + `,"salesCreditMemoLines":[{"lineObjectNumber":"1900-S","shipQuantity":1}]}`), "BadRequest"},
		{"heading account", "4.1", post(memo + `,"salesCreditMemoLines":[{"lineType":"Account","lineObjectNumber":"6000"}]}`), "Application_FieldValidationException"},
		{"lines of all memos", "4.0", request{method: "GET", path: "salesCreditMemoLines"}, "Application_DialogException"},
		{"change of a line of a released memo", "10.1", patch("salesCreditMemos({released})/salesCreditMemoLines({line})", `{"quantity":5}`), ""},
		{"change of a posted memo", "4.7", patch("salesCreditMemos({posted})", `{"sellToCity":"X"}`), "Application_DialogException"},
		{"posting a posted memo", "4.7", act("{posted}", "post"), "Application_DialogException"},
		{"posting without lines", "4.7", act(text(t, empty, "id"), "post"), "Application_DialogException"},
		{"posting items where exact reversing is mandatory", "10.3", act("{draft}", "post"), "Application_FieldValidationException"},
		{"action that orders have", "10.1", act("{draft}", "shipAndInvoice"), "BadRequest_NotFound"},
		{"deleting a posted memo", "10.2", request{method: "DELETE", path: "salesCreditMemos({posted})"}, "Application_FieldValidationException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.send.path = fill.Replace(tt.send.path)
			before := c.contents()
			status, code, body := w.raw(t, tt.send)
			if status < http.StatusBadRequest || tt.code != "" && code != tt.code {
				t.Fatalf("%d %s, want %s; %v", status, code, tt.code, body)
			}
			if tt.code != "" && !strings.HasPrefix(w.why, tt.section+": ") {
				t.Errorf("explained by %q, want section %s", w.why, tt.section)
			}
			if after := c.contents(); !maps.Equal(before, after) && !strings.HasPrefix(tt.name, "posting") {
				t.Error("a refused request changed the company")
			}
		})
	}
	c.SetSales(SalesSetup{})
	if status, code, body := w.raw(t, act(text(t, foreign, "id"), "post")); status != http.StatusBadRequest || !strings.HasPrefix(w.why, "10.3: ") {
		t.Errorf("a memo that applies to an invoice of another payer: %d %s %v", status, code, body)
	}
}
