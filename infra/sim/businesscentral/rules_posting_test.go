package businesscentral

import (
	"net/http"
	"strings"
	"testing"
)

const anOrder = `{"customerNumber":"10000","orderDate":"2026-01-31","salesOrderLines":[
	{"lineObjectNumber":"1900-S","quantity":2,"unitPrice":100},{"lineType":"Comment","description":"x"}]}`

// What is posted is decided by the lines' quantities (10.1).
func TestPostedByQuantities(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	id, _, lines := w.send(t, anOrder)
	line, post := "salesOrderLines("+text(t, lines[0], "id")+")", request{method: "POST", path: "salesOrders(" + id + ")/Microsoft.NAV.shipAndInvoice"}
	patch := func(path, body string) (int, string) {
		status, code, _ := w.raw(t, request{method: "PATCH", path: path, body: body, header: "If-Match: *"})
		return status, code
	}
	patch(line, `{"invoiceQuantity":0}`)
	if status, _, body := w.raw(t, post); status != http.StatusNoContent {
		t.Fatal(body)
	}
	if st := c.State(); st.Shipments != 1 || st.Invoices != 0 {
		t.Fatalf("shipment only: %+v", st)
	}
	if d := c.SalesOrders()[0]; d.Status != "Open" {
		t.Errorf("after a part: %s", d.Status)
	}
	if status, code := patch(line, `{"unitPrice":1}`); status != http.StatusBadRequest || code != codeField {
		t.Errorf("price of a released order: %d %s", status, code)
	}
	if status, _ := patch("salesOrders("+id+")", `{"postingDate":"2026-03-05"}`); status != http.StatusOK {
		t.Errorf("posting date of a released order: %d", status)
	}
	if status, code := patch(line, `{"invoiceQuantity":3}`); status != http.StatusBadRequest || code != codeDialog {
		t.Errorf("more than was shipped: %d %s", status, code)
	}
	if status, _, body := w.raw(t, post); status != http.StatusNoContent {
		t.Fatal(body)
	}
	inv := c.SalesInvoices()
	if len(c.SalesOrders()) != 0 || len(inv) != 1 || inv[0].InvoiceDate != "2026-01-31" || inv[0].PostingDate != "2026-03-05" || inv[0].OrderID != id {
		t.Fatalf("invoice only: %+v", inv)
	}
	if got := c.Lines(inv[0].ID); len(got) != 2 || got[0].ID != lines[0]["id"] || got[0].Sequence != 10000 {
		t.Errorf("lines keep id and sequence: %+v", got)
	}
}

func TestBlankQuantities(t *testing.T) {
	w := newWorld(t)
	w.Company("").SetSales(SalesSetup{BlankQuantities: true})
	id, _, _ := w.send(t, anOrder)
	_, _, body := w.raw(t, request{method: "POST", path: "salesOrders(" + id + ")/Microsoft.NAV.shipAndInvoice"})
	e, _ := body["error"].(map[string]any)
	if m, _ := e["message"].(string); !strings.Contains(m, "nothing to post") {
		t.Errorf("%v", body)
	}
}

// A draft under the number that a posted invoice had as a draft gives that
// invoice its id when it is deleted (10.2).
func TestDeletedDraftTakesTheID(t *testing.T) {
	w := newWorld(t)
	make1 := func() string {
		return text(t, w.must(t, request{method: "POST", path: "salesInvoices", body: `{"number":"N1","customerNumber":"10000","salesInvoiceLines":[{"lineObjectNumber":"1900-S","quantity":1}]}`}), "id")
	}
	first := make1()
	w.raw(t, request{method: "POST", path: "salesInvoices(" + first + ")/Microsoft.NAV.post"})
	second := make1() // the number is free again
	if status, _, body := w.raw(t, request{method: "DELETE", path: "salesInvoices(" + second + ")"}); status != http.StatusNoContent {
		t.Fatal(body)
	}
	if status, _, _ := w.raw(t, request{method: "GET", path: "salesInvoices(" + first + ")"}); status != http.StatusNotFound {
		t.Errorf("the stored id: %d, want 404", status)
	}
	got := w.must(t, request{method: "GET", path: "salesInvoices(" + second + ")?$expand=salesInvoiceLines"})
	if got["status"] != "Open" || len(rowsOf(got["salesInvoiceLines"])) != 1 {
		t.Errorf("%v", got)
	}
	// A DELETE tries to delete the posted document: the setup decides.
	del := request{method: "DELETE", path: "salesInvoices(" + second + ")"}
	if status, code, _ := w.raw(t, del); status != http.StatusBadRequest || code != codeField {
		t.Errorf("protected: %d %s", status, code)
	}
	w.Company("").SetSales(SalesSetup{DeleteBefore: "2026-12-31"})
	if status, _, _ := w.raw(t, del); status != http.StatusNoContent || len(w.Company("").SalesInvoices()) != 0 {
		t.Errorf("not protected: %d", status)
	}
}

// A released draft looks like a posted invoice, and is none (10.2).
func TestReleasedDraftIsNotPosted(t *testing.T) {
	w := newWorld(t)
	c := w.Company("")
	d := w.must(t, request{method: "POST", path: "salesInvoices", body: `{"customerNumber":"10000","salesInvoiceLines":[{"lineObjectNumber":"1900-S","quantity":1}]}`})
	if err := c.Release(text(t, d, "number")); err != nil {
		t.Fatal(err)
	}
	path := "salesInvoices(" + text(t, d, "id") + ")"
	if got := w.must(t, request{method: "GET", path: path}); got["status"] != "Open" || got["number"] != d["number"] || c.SalesInvoices()[0].Posted {
		t.Errorf("%v", got)
	}
	if status, _, body := w.raw(t, request{method: "POST", path: path + "/Microsoft.NAV.post"}); status != http.StatusNoContent || !c.SalesInvoices()[0].Posted {
		t.Errorf("%d %v", status, body)
	}
}

// Each type of document has its series, and the probe of 9.6 stores nothing.
func TestManualNumbersProbe(t *testing.T) {
	w := newWorld(t)
	w.Company("").SetManualInvoiceNumbers(false)
	for _, tt := range []struct{ set, code, text string }{
		{setOrders, codeField, "letters"}, {setInvoices, codeDialog, "manually"},
	} {
		_, code, body := w.raw(t, request{method: "POST", path: tt.set, body: `{"number":"PROBE","customerNumber":"10000","phoneNumber":"12x"}`})
		e, _ := body["error"].(map[string]any)
		if m, _ := e["message"].(string); code != tt.code || !strings.Contains(m, tt.text) {
			t.Errorf("%s: %s %s", tt.set, code, m)
		}
	}
	if st := w.Company("").State(); st.Orders+st.Invoices != 0 || w.Company("").series.Invoices.Last != 0 {
		t.Errorf("%+v", st)
	}
}

// The address without tenant is the same; pages go on below it (9.8).
func TestAddressWithoutTenant(t *testing.T) {
	w := newWorld(t)
	path := "/v2.0/Production/api/v2.0/companies(" + w.Company("").ID() + ")/customers?$select=number"
	page := w.must(t, request{method: "GET", path: path, header: "Prefer: odata.maxpagesize=2"})
	next := text(t, page, "@odata.nextLink")
	if len(rowsOf(page["value"])) != 2 || !strings.HasPrefix(next, "https://bc.test/v2.0/Production/api/v2.0/companies(") {
		t.Fatalf("%v", page)
	}
	if page = w.must(t, request{method: "GET", path: strings.TrimPrefix(next, "https://bc.test")}); len(rowsOf(page["value"])) == 0 {
		t.Errorf("%v", page)
	}
}

// A field with two addresses is one text to OData (10.8).
func TestFiltersOnSeveralAddresses(t *testing.T) {
	w := newWorld(t)
	for filter, want := range map[string]int{
		"email eq 'salg@nordisk.example'":                              0,
		"email eq 'salg@nordisk.example;bogholderi@nordisk.example'":   1,
		"contains(email,'bogholderi@nordisk.example')":                 1,
		"contains(email,'Bogholderi@Nordisk.example')":                 0,
		"contains(tolower(email),'bogholderi@nordisk.example')":        1,
		"startswith(email,'salg@nordisk.example')":                     1,
		"contains(email,';') and not startswith(email,'salg@nordisk')": 1,
	} {
		got := w.must(t, request{method: "GET", path: "customers?$filter=" + strings.ReplaceAll(filter, ";", "%3B")})
		if n := len(rowsOf(got["value"])); n != want {
			t.Errorf("%s: %d, want %d", filter, n, want)
		}
	}
}

// Companies and masters are plain data; switches are chosen while it runs.
func TestControlOfData(t *testing.T) {
	w := newWorld(t)
	w.must(t, request{method: "POST", path: "/_sim/companies", body: `{"name":"Tiny","setup":{"localCurrencyCode":"CHF"},"standardTax":"V8",
		"references":{"unitsOfMeasure":[{"code":"PCS"}],"taxGroups":[{"code":"V8"}],"countriesRegions":[{"code":"CH","county":true}]},
		"vat":[{"business":"D","product":"V8","identifier":"V8","percent":"8.1"}],
		"customers":[{"number":"1","displayName":"One","genBusGroup":"D","vatBusGroup":"D"}],"items":[{"number":"I","displayName":"Item","unitPrice":"10"}]}`})
	w.must(t, request{method: "POST", path: "/_sim/masters?company=Tiny", body: `{"prices":[{"item":"I","price":"7"}],"postCodes":[{"code":"8001","city":"Zürich","county":"ZH","country":"CH"}]}`})
	tiny := w.Company("Tiny")
	got := w.must(t, request{
		method: "POST", path: "/v2.0/contoso.com/Production/api/v2.0/companies(" + tiny.ID() + ")/salesOrders",
		body: `{"customerNumber":"1","sellToPostCode":"8001","salesOrderLines":[{"lineObjectNumber":"I","quantity":1}]}`,
	})
	if got["totalAmountIncludingTax"] != 7.57 || got["currencyCode"] != "CHF" || got["sellToState"] != "ZH" {
		t.Errorf("%v", got)
	}
	bad := request{method: "POST", path: "/_sim/masters?company=Tiny", body: `{"postCodes":[{"code":"1"}],"customers":[{"number":"2"},{"number":"1"}]}`}
	if status, _, _ := w.raw(t, bad); status != http.StatusBadRequest || len(tiny.Customers()) != 1 || len(tiny.rules.postCodes) != 1 {
		t.Errorf("%d, %d customers: a part of refused data was added", status, len(tiny.Customers()))
	}
	w.must(t, request{method: "PUT", path: "/_sim/switches", body: `{"pageOrder":true}`})
	if sw := w.Switches(); sw != (Switches{PageOrder: true}) {
		t.Errorf("%+v", sw)
	}
	if status, _, _ := w.raw(t, request{method: "PUT", path: "/_sim/switches", body: `{"pageorders":true}`}); status != http.StatusBadRequest {
		t.Errorf("a switch that does not exist: %d", status)
	}
}
