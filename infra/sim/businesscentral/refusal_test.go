package businesscentral

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// request is a raw API request; paths are below the company unless they begin with /.
type request struct {
	method, path, body string
	header             string // "Name: value", several by |; "-Name" leaves one out
}

// raw sends a request and gives the answer's status, error code and body.
func (w *world) raw(t *testing.T, q request) (status int, code string, body map[string]any) {
	t.Helper()
	address := q.path
	if !strings.HasPrefix(address, "/") {
		address = "/v2.0/contoso.com/Production/api/v2.0/companies(" + w.Company("").ID() + ")/" + q.path
	}
	r, err := http.NewRequestWithContext(t.Context(), q.method, "https://bc.test"+strings.ReplaceAll(address, " ", "%20"), strings.NewReader(q.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.IssueToken("backroom"))
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Accept-Language", "en-US")
	if q.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for h := range strings.SplitSeq(q.header, "|") {
		if name, ok := strings.CutPrefix(h, "-"); ok {
			r.Header.Del(name)
		} else if name, v, ok := strings.Cut(h, ": "); ok {
			r.Header.Set(name, v)
		}
	}
	resp, err := w.Transport().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	w.mu.Lock()
	w.why = resp.Header.Get(explainHeader)
	w.mu.Unlock()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > 0 && json.Unmarshal(b, &body) != nil {
		body = map[string]any{"text": string(b)}
	}
	if e, ok := body["error"].(map[string]any); ok {
		code, _ = e["code"].(string)
	}
	return resp.StatusCode, code, body
}

// must sends a request that has to succeed and gives its body.
func (w *world) must(t *testing.T, q request) map[string]any {
	t.Helper()
	status, code, body := w.raw(t, q)
	if status >= 300 {
		t.Fatalf("%s %s: %d %s %v", q.method, q.path, status, code, body)
	}
	return body
}

// text is a member of a JSON object that must be a text.
func text(t *testing.T, m map[string]any, name string) string {
	t.Helper()
	s, ok := m[name].(string)
	if !ok {
		t.Fatalf("%s is %v", name, m[name])
	}
	return s
}

// refusalWorld is a company with one order of two lines: numbers the client
// chooses are not allowed, but for customers.
func refusalWorld(t *testing.T) (w *world, fill *strings.Replacer) {
	t.Helper()
	w = newWorld(t, func(o *Options) {
		second := Cronus("Without template")
		second.Templates, second.Customers = nil, nil
		o.Companies = []*Data{Cronus("CRONUS"), second}
		o.Clients = []Client{{ID: "backroom", Secret: "secret"}, {ID: "disabled", Secret: "x", Disabled: true}, {ID: "reader", Secret: "x", NoRights: true}}
	})
	c := w.Company("")
	c.SetManualNumbers(false)
	order := w.must(t, request{method: "POST", path: "salesOrders?$expand=salesOrderLines", body: `{"customerNumber":"10000","salesOrderLines":[
		{"sequence":10000,"lineType":"Item","lineObjectNumber":"1900-S","quantity":2},{"lineType":"Comment","description":"text"}]}`})
	lines, _ := order["salesOrderLines"].([]any)
	line, _ := lines[0].(map[string]any)
	released := w.must(t, request{method: "POST", path: "salesOrders", body: `{"customerNumber":"10000","salesOrderLines":[{"lineObjectNumber":"1900-S","quantity":2}]}`})
	if err := c.Release(text(t, released, "number")); err != nil {
		t.Fatal(err)
	}
	shipped := w.must(t, request{method: "POST", path: "salesOrders", body: `{"customerNumber":"20000","salesOrderLines":[{"lineObjectNumber":"1900-S","quantity":2}]}`})
	if err := c.Post(text(t, shipped, "number")); err != nil {
		t.Fatal(err)
	}
	if err := c.EditCustomer("30000", func(cust *Customer) { cust.Blocked = "Ship" }); err != nil {
		t.Fatal(err)
	}
	invoice := w.must(t, request{method: "POST", path: "salesInvoices", body: `{"customerNumber":"10000"}`})
	ids := func(set, key string) string { return c.tables[set].byKey(key).base().ID }
	return w, strings.NewReplacer(
		"{order}", text(t, order, "id"), "{line}", text(t, line, "id"), "{released}", text(t, released, "id"), "{etag}", text(t, order, "@odata.etag"),
		"{posted}", c.SalesInvoices()[0].ID, "{draft}", text(t, invoice, "id"), "{customer}", ids(setCustomers, "10000"), "{customer2}", ids(setCustomers, "20000"),
		"{item}", ids(setItems, "1896-S"), "{account}", ids(setAccounts, AccountTip), "{red}", ids(setVariants, "1900-S\x00RED"),
		"{other}", w.Companies()[1].ID(), "{none}", "11111111-1111-4111-8111-111111111111")
}

func TestRefusals(t *testing.T) {
	long := strings.Repeat("x", 101)
	emoji := strings.Repeat("🚲", 51) // 102 UTF-16 units, 51 characters
	root := "/v2.0/contoso.com/Production/api/v2.0/"
	order := func(header, line string) request {
		if line != "" {
			line = `,"salesOrderLines":[` + line + `]`
		}
		return request{method: "POST", path: "salesOrders", body: `{"customerNumber":"10000"` + header + line + `}`}
	}
	line := func(s string) request { return order("", s) }
	patch := func(path, body string) request {
		return request{method: "PATCH", path: path, body: body, header: "If-Match: *"}
	}
	get := func(path string) request { return request{method: "GET", path: path} }
	post := func(path, body string) request { return request{method: "POST", path: path, body: body} }
	tests := []struct {
		name    string
		section string // the number of the rule
		send    request
		status  int
		code    string
	}{
		// Who and where
		{"no token", "1.2", request{method: "GET", path: "customers", header: "-Authorization"}, 401, "Authentication_InvalidCredentials"},
		{"token nobody issued", "1.2", request{method: "GET", path: "customers", header: "Authorization: Bearer x"}, 401, "Authentication_InvalidCredentials"},
		{"environment that does not exist", "8", get("/v2.0/contoso.com/Sandbox/api/v2.0/companies"), 404, "BadRequest_NotFound"},
		{"tenant that does not exist", "8", get("/v2.0/other.com/Production/api/v2.0/companies"), 404, "BadRequest_NotFound"},
		{"company that does not exist", "8", get(root + "companies({none})/customers"), 404, "Internal_CompanyNotFound"},
		{"set that does not exist", "8", get("salesOrder"), 404, "BadRequest_NotFound"},
		{"navigation that does not exist", "8", get("salesOrders({order})/lines"), 404, "BadRequest_NotFound"},
		{"companion API that is not installed", "7.2", get("/v2.0/contoso.com/Production/api/acme/shopify/v1.0/$metadata"), 404, "BadRequest_NotFound"},
		{"record that does not exist", "8", get("salesOrders({none})"), 404, "BadRequest_ResourceNotFound"},
		{"key that is no guid", "1.5", get("customers(10000)"), 400, "BadRequest"},
		// Verbs and headers
		{"PUT", "8", request{method: "PUT", path: "customers({customer})", body: `{}`}, 405, "BadRequest_MethodNotAllowed"},
		{"POST of an account", "8", post("accounts", `{"number":"1"}`), 405, "BadRequest_MethodNotAllowed"},
		{"PATCH of the ledger setup", "8", patch("generalLedgerSetup({none})", `{}`), 405, "BadRequest_MethodNotAllowed"},
		{"DELETE of a shipment", "8", request{method: "DELETE", path: "salesShipments({none})"}, 405, "BadRequest_MethodNotAllowed"},
		{"PATCH of a whole set", "8", patch("customers", `{}`), 405, "BadRequest_MethodNotAllowed"},
		{"PATCH without If-Match", "5.5", request{method: "PATCH", path: "customers({customer})", body: `{"city":"X"}`}, 400, "BadRequest_InvalidToken"},
		{"PATCH with a malformed ETag", "5.5", request{method: "PATCH", path: "customers({customer})", body: `{"city":"X"}`, header: `If-Match: "1"`}, 400, "BadRequest_InvalidToken"},
		{"PATCH with a stale ETag", "5.5", request{method: "PATCH", path: "customers({customer})", body: `{"city":"X"}`, header: `If-Match: W/"JzE="`}, 409, "Request_EntityChanged"},
		{"DELETE with a stale ETag", "5.5", request{method: "DELETE", path: "salesOrders({order})", header: `If-Match: W/"JzE="`}, 409, "Request_EntityChanged"},
		{"content type other than JSON", "8", request{method: "POST", path: "customers", body: `x`, header: "Content-Type: text/plain"}, 415, "BadRequest"},
		{"write to a read replica", "1.4", request{method: "POST", path: "customers", body: `{"displayName":"A"}`, header: "Data-Access-Intent: ReadOnly"}, 400, "BadRequest"},
		{"page larger than allowed", "2", request{method: "GET", path: "items", header: "Prefer: odata.maxpagesize=20001"}, 413, "Unknown"},
		// Queries
		{"filter with or on two fields", "1.5", get("customers?$filter=number eq '1' or displayName eq 'A'"), 400, "BadRequest"},
		{"filter on a computed field", "1.5", get("salesOrders?$filter=currencyCode eq 'EUR'"), 400, "BadRequest_InvalidRequestUrl"},
		{"order by a computed field", "1.5", get("items?$orderby=inventory"), 400, "BadRequest_InvalidRequestUrl"},
		{"filter with in", "1.5", get("customers?$filter=number in ('1','2')"), 400, "BadRequest_InvalidRequestUrl"},
		{"filter with nested functions", "1.5", get("customers?$filter=tolower(substring(email,1)) eq 'a'"), 400, "BadRequest_InvalidRequestUrl"},
		{"filter with a guid in quotes", "1.5", get("salesOrders?$filter=id eq '{order}'"), 400, "BadRequest_InvalidRequestUrl"},
		{"filter with a text not in quotes", "1.5", get("customers?$filter=number eq 10000"), 400, "BadRequest_InvalidRequestUrl"},
		{"filter with a quote not doubled", "1.5", get("customers?$filter=displayName eq 'O'Hara'"), 400, "BadRequest_InvalidRequestUrl"},
		{"filter with + for a blank", "8", get("customers?$filter=number+eq+'10000'"), 400, "BadRequest"},
		{"filter on a field that does not exist", "8", get("customers?$filter=code eq 'A'"), 400, "BadRequest"},
		{"select of a field that does not exist", "8", get("customers?$select=number,name2"), 400, "BadRequest"},
		{"expand of what does not exist", "8", get("salesOrders?$expand=lines"), 400, "BadRequest"},
		{"aggregation", "1.5", get("customers?$apply=aggregate($count as n)"), 400, "BadRequest_MethodNotImplemented"},
		{"all lines of all orders", "4.0", get("salesOrderLines"), 400, "Application_DialogException"},
		{"skip token made up", "1.5", get("customers?$skiptoken=1"), 400, "BadRequest_InvalidRequestUrl"},
		// Bodies
		{"malformed JSON", "8", post("customers", `{"displayName":`), 400, "BadRequest"},
		{"unknown property", "8", post("customers", `{"displayName":"A","name2":"B"}`), 400, "BadRequest"},
		{"number in quotes", "8", line(`{"lineObjectNumber":"1900-S","quantity":"2"}`), 400, "BadRequest"},
		{"enum member that does not exist", "1.5", post("customers", `{"displayName":"A","type":"Firm"}`), 400, "BadRequest"},
		{"date that does not exist", "8", order(`,"postingDate":"2026-02-30"`, ""), 400, "BadRequest"},
		{"date and time for a date", "8", order(`,"postingDate":"2026-02-03T00:00:00Z"`, ""), 400, "BadRequest"},
		{"id of the client's", "9.1", post("customers", `{"id":"{none}","displayName":"A"}`), 400, "BadRequest_InvalidOperation"},
		{"read-only field", "9.1", patch("salesOrders({order})", `{"status":"Open"}`), 400, "BadRequest_InvalidOperation"},
		{"number of an order in a PATCH", "9.1", patch("salesOrders({order})", `{"number":"X"}`), 400, "BadRequest_InvalidOperation"},
		{"deep PATCH", "1.5", patch("salesOrders({order})", `{"salesOrderLines":[]}`), 400, "BadRequest"},
		{"text too long", "8", post("customers", `{"displayName":"`+long+`"}`), 400, "Application_StringExceededLength"},
		{"text too long in UTF-16 units only", "8", post("customers", `{"displayName":"`+emoji+`"}`), 400, "Application_StringExceededLength"},
		{"code too long", "8", order(`,"externalDocumentNumber":"`+long[:36]+`"`, ""), 400, "Application_StringExceededLength"},
		// Customers and items
		{"customer without a name", "4.2", post("customers", `{"number":"A"}`), 400, "Application_DialogException"},
		{"customer number taken", "4.2", post("customers", `{"number":"10000","displayName":"A"}`), 400, "Internal_EntityWithSameKeyExists"},
		{"customer number taken in lower case", "4.2", post("customers", `{"number":" web ","displayName":"A"}`), 400, "Internal_EntityWithSameKeyExists"},
		{"country that does not exist", "8", post("customers", `{"displayName":"A","country":"ZZ"}`), 400, "Internal_InvalidTableRelation"},
		{"letters in a phone number", "4.2", post("customers", `{"displayName":"A","phoneNumber":"1-800-FLOWERS"}`), 400, "Application_FieldValidationException"},
		{"e-mail that is none", "4.2", post("customers", `{"displayName":"A","email":"a at b"}`), 400, "Application_DialogException"},
		{"delete of a customer with documents", "4.2", request{method: "DELETE", path: "customers({customer})"}, 400, "Application_DialogException"},
		{"inventory of a new item", "4.3", post("items", `{"number":"X","inventory":3}`), 400, "Application_DialogException"},
		{"VAT group as an item's tax group", "10.5", post("items", `{"number":"X","taxGroupCode":"VAT25"}`), 400, "Internal_InvalidTableRelation"},
		{"variant twice", "4.3", post("itemVariants", `{"itemNumber":"1900-S","code":"red"}`), 400, "Internal_EntityWithSameKeyExists"},
		{"variant code too long", "8", post("itemVariants", `{"itemNumber":"1900-S","code":"ABCDEFGHIJK"}`), 400, "Application_StringExceededLength"},
		// Headers of documents
		{"order without a customer", "4.5", post("salesOrders", `{"externalDocumentNumber":"1"}`), 400, "Application_DialogException"},
		{"customer that does not exist", "4.5", post("salesOrders", `{"customerNumber":"X"}`), 400, "Application_DialogException"},
		{"customer id and number that disagree", "4.0", post("salesOrders", `{"customerId":"{customer2}","customerNumber":"10000"}`), 400, "Application_DialogException"},
		{"blocked customer", "10.8", post("salesOrders", `{"customerNumber":"30000"}`), 400, "Application_DialogException"},
		{"manual number the series forbids", "9.6", order(`,"number":"S1"`, ""), 400, "Application_DialogException"},
		{"currency that does not exist", "8", order(`,"currencyCode":"ZZZ"`, ""), 400, "Internal_InvalidTableRelation"},
		{"header in a currency without exchange rate", "9.2", order(`,"currencyCode":"XXX"`, ""), 201, ""},
		{"line in a currency without exchange rate", "9.2", order(`,"currencyCode":"XXX"`, `{"lineType":"Comment"}`), 400, "Application_FieldValidationException"},
		{"payment terms that do not exist", "4.5", order(`,"paymentTermsId":"{none}"`, ""), 400, "Application_DialogException"},
		{"salesperson that does not exist", "8", order(`,"salesperson":"ZZ"`, ""), 400, "Internal_InvalidTableRelation"},
		{"prices include tax after the lines", "4.0", post("salesOrders", `{"customerNumber":"10000","salesOrderLines":[],"pricesIncludeTax":true}`), 201, ""},
		{"prices include tax after a line", "4.0", post("salesOrders", `{"customerNumber":"10000","salesOrderLines":[{"lineType":"Comment"}],"pricesIncludeTax":true}`), 400, "Application_DialogException"},
		{"prices include tax of an invoice", "9.1", post("salesInvoices", `{"customerNumber":"10000","pricesIncludeTax":true}`), 400, "BadRequest_InvalidOperation"},
		{"invoice discount before the lines", "9.2", order(`,"discountAmount":5`, `{"lineObjectNumber":"1900-S","quantity":1}`), 400, "Application_DialogException"},
		{"customer without posting groups", "4.2", post(root+"companies({other})/customers", `{"number":"N","displayName":"N"}`), 201, ""},
		{"order for one without posting groups", "4.2", post(root+"companies({other})/salesOrders", `{"customerNumber":"N"}`), 400, "Application_FieldValidationException"},
		// Lines
		{"item that does not exist", "4.5", line(`{"lineType":"Item","lineObjectNumber":"X","quantity":1}`), 400, "Application_DialogException"},
		{"blocked item", "4.5", line(`{"lineType":"Item","lineObjectNumber":"BLOCKED","quantity":1}`), 400, "Application_FieldValidationException"},
		{"account that does not exist", "4.5", line(`{"lineType":"Account","lineObjectNumber":"1","quantity":1}`), 400, "Application_DialogException"},
		{"account that is a heading", "4.1", line(`{"lineType":"Account","lineObjectNumber":"6000","quantity":1}`), 400, "Application_FieldValidationException"},
		{"account without direct posting", "4.1", line(`{"lineType":"Account","lineObjectNumber":"2310","quantity":1}`), 400, "Application_FieldValidationException"},
		{"blocked account", "4.1", line(`{"lineType":"Account","lineObjectNumber":"6999","quantity":1}`), 400, "Application_FieldValidationException"},
		{"item and account", "4.5", line(`{"itemId":"{item}","accountId":"{account}"}`), 400, "Application_DialogException"},
		{"item id and number that disagree", "4.0", line(`{"itemId":"{item}","lineObjectNumber":"1900-S"}`), 400, "Application_DialogException"},
		{"quantity before the item", "9.3", line(`{"quantity":1,"lineObjectNumber":"1900-S"}`), 400, "Application_FieldValidationException"},
		{"discount before the quantity", "9.3", line(`{"lineObjectNumber":"1900-S","discountAmount":1,"quantity":1}`), 400, "Application_FieldValidationException"},
		{"discount above the amount", "9.3", line(`{"lineObjectNumber":"1900-S","quantity":1,"unitPrice":5,"discountAmount":6}`), 400, "Application_DialogException"},
		{"variant of another item", "4.5", line(`{"lineObjectNumber":"1896-S","itemVariantId":"{red}","quantity":1}`), 400, "Application_DialogException"},
		{"location that does not exist", "4.5", line(`{"lineObjectNumber":"1896-S","locationId":"{none}","quantity":1}`), 400, "Application_DialogException"},
		{"unit that the item does not have", "9.3", line(`{"lineObjectNumber":"1896-S","unitOfMeasureCode":"BOX","quantity":1}`), 400, "Internal_InvalidTableRelation"},
		{"tax code that does not exist", "9.3", line(`{"lineObjectNumber":"1896-S","quantity":1,"taxCode":"VAT99"}`), 400, "Internal_InvalidTableRelation"},
		{"price on a text line", "4.5", line(`{"lineType":"Comment","unitPrice":1}`), 400, "Application_FieldValidationException"},
		{"sequence twice in a deep insert", "4.5", line(`{"sequence":1,"lineType":"Comment"},{"sequence":1,"lineType":"Comment"}`), 400, "Application_DialogException"},
		{"sequence that exists", "4.5", post("salesOrders({order})/salesOrderLines", `{"sequence":10000,"lineType":"Comment"}`), 400, "Application_DialogException"},
		{"item of a line changed", "4.5", patch("salesOrders({order})/salesOrderLines({line})", `{"lineObjectNumber":"1896-S"}`), 400, "Application_DialogException"},
		{"line of a released order", "10.1", post("salesOrders({released})/salesOrderLines", `{"lineType":"Comment"}`), 400, "Application_FieldValidationException"},
		{"delete of a released order", "10.1", request{method: "DELETE", path: "salesOrders({released})"}, 400, "Application_FieldValidationException"},
		{"line of another order", "8", get("salesOrders({released})/salesOrderLines({line})"), 404, "BadRequest_ResourceNotFound"},
		{"number of a million digits", "8", line(`{"lineObjectNumber":"1896-S","quantity":1e1000000}`), 400, "BadRequest"},
		{"line of an order that does not exist", "8", post("salesOrders({none})/salesOrderLines", `{"lineType":"Comment"}`), 404, "BadRequest_ResourceNotFound"},
		{"price of an item in a currency without exchange rate", "9.2", patch("salesOrders({order})", `{"currencyCode":"XXX"}`), 400, "Application_FieldValidationException"},
		{"sales tax code in a pair without posting setup", "9.3", post("salesOrders", `{"customerNumber":"A-EU","salesOrderLines":[{"lineObjectNumber":"1896-S","quantity":1,"taxCode":"VAT19"}]}`), 404, "Internal_RecordNotFound"},
		{"discount below zero", "9.3", line(`{"lineObjectNumber":"1900-S","quantity":1,"unitPrice":5,"discountAmount":-1}`), 400, "Application_DialogException"},
		{"discount above the amount in a PATCH", "9.3", patch("salesOrderLines({line})", `{"discountAmount":1000}`), 400, "Application_DialogException"},
		{"discount of a line without quantity", "9.3", line(`{"lineObjectNumber":"1900-S","unitPrice":5,"discountAmount":0.5}`), 400, "Application_FieldValidationException"},
		{"sequence that a recurring line has", "4.5", post("salesOrders", `{"customerNumber":"A-RECUR","salesOrderLines":[{"sequence":10000,"lineType":"Comment"}]}`), 400, "Application_DialogException"},
		{"customer blocked for all", "10.8", post("salesOrders", `{"customerNumber":"A-BLOCKED"}`), 400, "Application_DialogException"},
		{"letters in the phone of an order", "9.2", order(`,"phoneNumber":"+49 x"`, ""), 400, "Application_FieldValidationException"},
		{"bill-to address of an order", "9.1", patch("salesOrders({order})", `{"billToCity":"X"}`), 400, "BadRequest_InvalidOperation"},
		{"read-only field in a POST", "9.1", order(`,"customerName":"X"`, ""), 400, "BadRequest_InvalidOperation"},
		{"invoice discount above the lines", "4.5", patch("salesOrders({order})", `{"discountAmount":1000000}`), 400, "Application_DialogException"},
		{"delete of a posted invoice that is protected", "10.2", request{method: "DELETE", path: "salesInvoices({posted})"}, 400, "Application_FieldValidationException"},
		{"release by an action", "10.1", post("salesOrders({order})/Microsoft.NAV.release", ""), 404, "BadRequest_NotFound"},
		// Posted documents and actions
		{"change of a posted invoice", "4.6", patch("salesInvoices({posted})", `{"externalDocumentNumber":"X"}`), 400, "Application_DialogException"},
		{"posting of a posted invoice", "4.6", post("salesInvoices({posted})/Microsoft.NAV.post", ""), 400, "Application_DialogException"},
		{"posting of an invoice without lines", "4.6", post("salesInvoices({draft})/Microsoft.NAV.post", ""), 400, "Application_DialogException"},
		{"action that does not exist", "10.1", post("salesOrders({order})/Microsoft.NAV.ship", ""), 404, "BadRequest_NotFound"},
		{"action by GET", "8", get("salesOrders({order})/Microsoft.NAV.shipAndInvoice"), 405, "BadRequest_MethodNotAllowed"},
		// Batches
		{"batch by GET", "3", get(root + "$batch"), 405, "BadRequest_MethodNotAllowed"},
		{"batch that is no JSON", "3", post(root+"$batch", `[`), 400, "BadRequest"},
		{"batch without requests", "3", post(root+"$batch", `{}`), 400, "BadRequest"},
		{"batch with an id twice", "3", post(root+"$batch", `{"requests":[{"id":"1","method":"GET","url":"companies"},{"id":"1","method":"GET","url":"companies"}]}`), 400, "BadRequest"},
		{"batch with dependsOn", "3", post(root+"$batch", `{"requests":[{"id":"1","method":"GET","url":"companies","dependsOn":["0"]}]}`), 400, "BadRequest"},
		{"batch of 101", "3", post(root+"$batch", `{"requests":[`+strings.TrimSuffix(many(101), ",")+`]}`), 500, "Unknown"},
	}
	w, fill := refusalWorld(t)
	refused := 0
	for _, tt := range tests {
		t.Run(tt.name+" (business-central-api.md "+tt.section+")", func(t *testing.T) {
			tt.send.path, tt.send.body = fill.Replace(tt.send.path), fill.Replace(tt.send.body)
			before := w.Company("").contents()
			status, code, body := w.raw(t, tt.send)
			if status != tt.status || code != tt.code {
				t.Fatalf("%d %s, want %d %s; %v", status, code, tt.status, tt.code, body)
			}
			if status < 400 {
				return
			}
			refused++
			if !strings.HasPrefix(w.why, tt.section+": ") {
				t.Errorf("explained by %q, want section %s", w.why, tt.section)
			}
			// A posting that fails leaves a new ETag (5.4).
			if after := w.Company("").contents(); !maps.Equal(before, after) && !strings.HasPrefix(tt.name, "posting") {
				t.Error("a refused request changed the company")
			}
			e, _ := body["error"].(map[string]any)
			if message, _ := e["message"].(string); !strings.Contains(message, "  CorrelationId:  ") {
				t.Errorf("message %q has no correlation id", message)
			}
		})
	}
	if refused < 110 {
		t.Errorf("%d refusals, want at least 110", refused)
	}
}

// contents are all rows as they are.
func (c *Company) contents() map[string]row {
	all := map[string]row{}
	for _, t := range c.tables {
		maps.Copy(all, t.rows)
	}
	return all
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(`{"id":"` + string(rune('a'+i%26)) + strings.Repeat("x", i/26) + `","method":"GET","url":"companies"},`)
	}
	return b.String()
}

func TestRefusesClients(t *testing.T) {
	w, fill := refusalWorld(t)
	order := fill.Replace("salesOrders({order})")
	for client, want := range map[string]int{"disabled": 401, "reader": 403} {
		status, _, _ := w.raw(t, request{method: "DELETE", path: order, header: "Authorization: Bearer " + w.IssueToken(client)})
		if status != want {
			t.Errorf("%s: %d, want %d", client, status, want)
		}
	}
	old := w.IssueToken("backroom")
	w.clock.Advance(time.Hour)
	if status, _, _ := w.raw(t, request{method: "GET", path: order, header: "Authorization: Bearer " + old}); status != 401 {
		t.Errorf("a token of an hour ago: %d, want 401", status)
	}
	w.SetDown(503)
	if status, code, _ := w.raw(t, request{method: "GET", path: order}); status != 503 || code != "Internal_TenantUnavailable" {
		t.Errorf("down: %d %s", status, code)
	}
	w.SetDown(0)
	_, _, body := w.raw(t, request{method: "GET", path: "nothing", header: "-Accept-Language"})
	e, _ := body["error"].(map[string]any)
	if m, _ := e["message"].(string); !strings.HasPrefix(m, "Der Vorgang") {
		t.Errorf("without Accept-Language the text is %q, want the company's language", m)
	}
}

// A refusal is explained in a header, inside a batch too, and in the log; its
// text is in the company's language, where that is known, unless another is asked for.
func TestExplains(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	const body = `{"displayName":"A","country":"ZZ"}`
	const why = "8: The field country contains a value (ZZ) that cannot be found in the related table (Country/Region)."
	for language, want := range map[string]string{
		"en-US": "The field country contains a value (ZZ)", "de-DE": "Das Feld country enthält einen Wert (ZZ), der", "": "Das Feld country",
	} {
		log.Reset()
		_, _, got := w.raw(t, request{method: "POST", path: "customers", body: body, header: "Accept-Language: " + language})
		e, _ := got["error"].(map[string]any)
		if m, _ := e["message"].(string); !strings.HasPrefix(m, want) || w.why != why {
			t.Errorf("%s: %q, explained by %q", language, m, w.why)
		}
		if !strings.Contains(log.String(), "section=8") || !strings.Contains(log.String(), "(Country/Region)") {
			t.Errorf("log %q", log.String())
		}
	}
	got := w.must(t, request{method: "POST", path: "/v2.0/contoso.com/Production/api/v2.0/$batch", body: `{"requests":[{"id":"1","method":"POST",
		"url":"companies(` + w.Company("").ID() + `)/customers","headers":{"Content-Type":"application/json"},"body":` + body + `}]}`})
	inner, _ := rowsOf(got["responses"])[0]["headers"].(map[string]any)
	if inner[strings.ToLower(explainHeader)] != why {
		t.Errorf("in a batch: %v", inner)
	}
}

func TestTokenEndpoint(t *testing.T) {
	w := newWorld(t)
	good := url.Values{"grant_type": {"client_credentials"}, "client_id": {"backroom"}, "client_secret": {"secret"}, "scope": {scope}}
	tests := []struct {
		name, tenant, key, value string
		status                   int
		code                     string
	}{
		{"good", "contoso.com", "", "", 200, ""},
		{"tenant", "other.com", "", "", 400, "invalid_request"},
		{"grant", "contoso.com", "grant_type", "password", 400, "unsupported_grant_type"},
		{"client", "contoso.com", "client_id", "x", 400, "unauthorized_client"},
		{"secret", "contoso.com", "client_secret", "x", 401, "invalid_client"},
		{"scope", "contoso.com", "scope", "openid", 400, "invalid_scope"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := maps.Clone(good)
			if tt.key != "" {
				f.Set(tt.key, tt.value)
			}
			status, _, body := w.raw(t, request{
				method: "POST", path: "/" + tt.tenant + "/oauth2/v2.0/token", body: f.Encode(), header: "Content-Type: application/x-www-form-urlencoded",
			})
			if code, _ := body["error"].(string); status != tt.status || code != tt.code {
				t.Errorf("%d %q, want %d %q", status, code, tt.status, tt.code)
			}
			if token, _ := body["access_token"].(string); (token != "") != (tt.status == 200) {
				t.Errorf("token %q", token)
			}
		})
	}
}
