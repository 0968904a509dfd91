package shopify_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/fault"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/testclock"
	"backroom/shared/testsize"
)

// refusal is a row of the table: a wrong request and its exact answer.
type refusal struct {
	name    string
	section string // of the Admin API reference that says so
	before  func(t *testing.T, w *world)
	call    func(w *world) call
	status  int    // 0 is 200
	code    string // of the error, user error or search warning; "" is none
	text    string // beginning of its message
}

// found are the codes and messages of everything that an answer complains of.
func found(r reply) (out [][2]string) {
	add := func(code, text any) {
		c, _ := code.(string)
		x, _ := text.(string)
		out = append(out, [2]string{c, x})
	}
	var visit func(v any)
	visit = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				if list, ok := e.([]any); ok && (k == "userErrors" || k == "warnings") {
					for _, u := range list {
						if m, ok := u.(map[string]any); ok {
							add(m["code"], m["message"])
						}
					}
					continue
				}
				visit(e)
			}
		case []any:
			for _, e := range v {
				visit(e)
			}
		}
	}
	if r.json == nil {
		add("", r.text)
		return out
	}
	switch e := r.json["errors"].(type) {
	case string:
		add("", e)
	case map[string]any:
		add("", e["query"])
	case []any:
		for _, x := range e {
			m, _ := x.(map[string]any)
			ext, _ := m["extensions"].(map[string]any)
			add(ext["code"], m["message"])
		}
	}
	if e, ok := r.json["error"]; ok {
		add(e, r.json["error_description"])
	}
	visit(r.json["data"])
	visit(r.json["extensions"])
	return out
}

const (
	shopQuery    = `{ shop { id } }`
	setStock     = `mutation S($input: InventorySetQuantitiesInput!, $key: String!) { inventorySetQuantities(input: $input) @idempotent(key: $key) { inventoryAdjustmentGroup { id } userErrors { code field message } } }`
	updateOrder  = `mutation U($input: OrderInput!) { orderUpdate(input: $input) { order { id } userErrors { field message } } }`
	fulfil       = `mutation F($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) { fulfillment { id } userErrors { field message } } }`
	subscribe    = `mutation W($uri: String!) { webhookSubscriptionCreate(topic: ORDERS_UPDATED, webhookSubscription: {uri: $uri}) { userErrors { field message } } }`
	unauthorized = "[API] Invalid API key or access token"
	shopPath     = "/admin/oauth/access_token"
)

type object = map[string]any

// doc is a document; ORDER in it is the first order's number.
func doc(query string) func(*world) call {
	return func(w *world) call {
		return call{query: strings.ReplaceAll(query, "ORDER", strconv.FormatInt(order(w, 0).ID, 10))}
	}
}

func with(query string, vars object) func(*world) call {
	return func(*world) call { return call{query: query, vars: vars} }
}

func sent(c call) func(*world) call { return func(*world) call { return c } }

func form(s string) func(*world) call {
	return sent(call{path: shopPath, body: s, header: "Content-Type: application/x-www-form-urlencoded"})
}

// stock sets the first variant's quantity; change alters the input, its first row or the key.
func stock(change func(w *world, input, row object, key *string)) func(*world) call {
	return func(w *world) call {
		row := object{
			"inventoryItemId": fmt.Sprintf("gid://shopify/InventoryItem/%d", w.shop.Products()[0].Variants[0].ID),
			"locationId":      "gid://shopify/Location/61001", "quantity": 7, "changeFromQuantity": nil,
		}
		input, key := object{"name": "available", "reason": "correction", "quantities": []any{row}}, "k1"
		change(w, input, row, &key)
		return call{query: setStock, vars: object{"input": input, "key": key}}
	}
}

func order(w *world, i int) *data.Order { return w.shop.Orders()[i] }

// ship ships of the first order's first fulfilment order.
func ship(change func(w *world, f, group object)) func(*world) call {
	return func(w *world) call {
		group := object{"fulfillmentOrderId": fmt.Sprintf("gid://shopify/FulfillmentOrder/%d", order(w, 0).FulfillmentOrders[0].ID)}
		f := object{"lineItemsByFulfillmentOrder": []any{group}}
		change(w, f, group)
		return call{query: fulfil, vars: object{"f": f}}
	}
}

func units(w *world, n int) []any {
	return []any{object{"id": fmt.Sprintf("gid://shopify/FulfillmentOrderLineItem/%d", order(w, 0).FulfillmentOrders[0].Lines[0].ID), "quantity": n}}
}

// update updates the first order with what else input holds.
func update(input object) func(*world) call {
	return func(w *world) call {
		in := object{"id": fmt.Sprintf("gid://shopify/Order/%d", order(w, 0).ID)}
		maps.Copy(in, input)
		return call{query: updateOrder, vars: object{"input": in}}
	}
}

func manyIDs(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("gid://shopify/Order/%d", i+1)
	}
	return ids
}

// manyTags are n tags in one text.
func manyTags(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "t%d,", i)
	}
	return b.String()
}

func down(status int) func(*testing.T, *world) {
	return func(_ *testing.T, w *world) { w.shop.SetStatus(status) }
}

func strikes(r fault.Rule) func(*testing.T, *world) {
	return func(_ *testing.T, w *world) { w.Faults().Add(r) }
}

func first(c func(*world) call) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		t.Helper()
		if r := w.send(t, c(w)); len(found(r)) > 0 {
			t.Fatalf("the first request is refused: %s", r.text)
		}
	}
}

func refusals() []refusal {
	rows := edgeRefusals()
	rows = append(rows, documentRefusals()...)
	rows = append(rows, valueRefusals()...)
	rows = append(rows, bulkRefusals()...)
	rows = append(rows, bulkMutationRefusals()...)
	rows = append(rows, customerRefusals()...)
	rows = append(rows, companyRefusals()...)
	rows = append(rows, productRefusals()...)
	return append(rows, writeRefusals()...)
}

func edgeRefusals() []refusal {
	uninstall := func(_ *testing.T, w *world) { w.shop.Uninstall() }
	day := func(_ *testing.T, w *world) { w.Advance(24 * time.Hour) }
	revoke := func(_ *testing.T, w *world) { w.shop.RevokeTokens() }
	ok := doc(shopQuery)
	return []refusal{
		{"host of another shop", "5", nil, sent(call{host: "other.myshopify.com", query: shopQuery}), 404, "", "Not Found"},
		{"REST path", "5", nil, sent(call{path: "/admin/api/2026-07/orders.json"}), 404, "", "Not Found"},
		{"version that never was", "1", nil, sent(call{path: "/admin/api/2026-05/graphql.json", query: shopQuery}), 404, "", "Not Found"},
		{"version to come", "1", nil, sent(call{path: "/admin/api/2027-01/graphql.json", query: shopQuery}), 404, "", "Not Found"},
		{"unstable version", "1", nil, sent(call{path: "/admin/api/unstable/graphql.json", query: shopQuery}), 404, "", "Not Found"},
		{"GET", "1", nil, sent(call{method: http.MethodGet, query: shopQuery}), 404, "", "Not Found"},
		{"no token", "5", nil, sent(call{header: "-X-Shopify-Access-Token", query: shopQuery}), 401, "", unauthorized},
		{"wrong token", "5", nil, sent(call{header: "X-Shopify-Access-Token: shpat_0", query: shopQuery}), 401, "", unauthorized},
		{"token a day old", "2", day, ok, 401, "", unauthorized},
		{"revoked token", "2", revoke, ok, 401, "", unauthorized},
		{"uninstalled app", "2", uninstall, ok, 401, "", unauthorized},
		{"text for JSON", "5", nil, sent(call{header: "Content-Type: text/plain", query: shopQuery}), 415, "", "Unsupported Media Type"},
		{"wants XML", "5", nil, sent(call{header: "Accept: application/xml", query: shopQuery}), 406, "", "Not Acceptable"},
		{"not JSON", "5", nil, sent(call{body: "query { shop { id } }"}), 400, "", "Bad Request"},
		{"JSON list", "5", nil, sent(call{body: `[{"query":"{ shop { id } }"}]`}), 400, "", "Bad Request"},
		{"JSON and more", "5", nil, sent(call{body: `{"query":"{ shop { id } }"} {}`}), 400, "", "Bad Request"},
		{"query that is no text", "5", nil, sent(call{body: `{"query":7}`}), 400, "", "Bad Request"},
		{"no query", "5", nil, sent(call{body: `{"variables":{}}`}), 400, "", "Required parameter missing or invalid"},
		{"endless document", "1", nil, doc("{ shop { id } }" + strings.Repeat(" ", 50_000)), 400, "", "Required parameter missing or invalid"},
		{"frozen shop", "5", down(402), ok, 402, "", "Unavailable Shop"},
		{"flagged shop", "5", down(403), ok, 403, "", "Unavailable Shop"},
		{"shop gone", "5", down(404), ok, 404, "", "Not Found"},
		{"locked shop", "5", down(423), ok, 423, "", "This shop is locked"},
		{"edge throttling", "4", strikes(fault.Rule{Mode: fault.Throttle}), ok, 429, "", "<html>"},
		{"server error with HTML", "5", strikes(fault.Rule{Mode: fault.ErrorBefore, Status: 502}), ok, 502, "", "<html>"},
		{"token: wrong secret", "2", nil, form("grant_type=client_credentials&client_id=backroom&client_secret=x"), 401, "invalid_client", ""},
		{"token: foreign app", "2", nil, form("grant_type=client_credentials&client_id=x&client_secret=secret"), 400, "shop_not_permitted", ""},
		{"token: uninstalled", "2", uninstall, form("grant_type=client_credentials&client_id=backroom&client_secret=secret"), 400, "app_not_installed", ""},
		{"token: other grant", "2", nil, form("grant_type=password&client_id=backroom&client_secret=secret"), 400, "unsupported_grant_type", ""},
		{"token: JSON that is no object", "2", nil, sent(call{path: shopPath, body: `["client_credentials"]`}), 400, "invalid_request", ""},
		{"token: neither form nor JSON", "2", nil, sent(call{path: shopPath, body: "x", header: "Content-Type: text/plain"}), 415, "", "Unsupported Media Type"},
		{"token: no secret", "2", nil, form("grant_type=client_credentials&client_id=backroom"), 400, "invalid_request", ""},
	}
}

func documentRefusals() []refusal {
	dear := "{"
	for i := range 60 {
		dear += fmt.Sprintf(" a%d: orders(first: 250) { nodes { id customer { id } } }", i)
	}
	deep := `{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { id } } fulfillmentOrders(first: 250) { nodes { id lineItems(first: 50) { nodes { id } } } } } } }`
	writes := "mutation {"
	for i := range 101 {
		writes += fmt.Sprintf(` a%d: orderUpdate(input: {id: "gid://shopify/Order/1", note: "x"}) { userErrors { message } }`, i)
	}
	drained := func(_ *testing.T, w *world) { w.shop.Drain(2000) }
	return []refusal{
		{"syntax", "5", nil, doc("{ shop { id }"), 0, "PARSE_ERROR", "syntax error"},
		{"no operation", "5", nil, doc("fragment F on Shop { id }"), 0, "PARSE_ERROR", "syntax error, unexpected end of file"},
		{"two operations without a name", "1", nil, doc("query A { shop { id } } query B { shop { name } }"), 0, "", "An operation name is required"},
		{"name of no operation", "1", nil, sent(call{query: "query A { shop { id } }", operation: "B"}), 0, "", `No operation named "B"`},
		{"unknown field", "5", nil, doc("{ shop { color } }"), 0, "undefinedField", "Field 'color' doesn't exist on type 'Shop'"},
		{"code of a plain user error", "5", nil, doc(`mutation { orderUpdate(input: {id: "gid://shopify/Order/1"}) { userErrors { code } } }`), 0, "undefinedField", "Field 'code' doesn't exist on type 'UserError'"},
		{"unknown argument", "5", nil, doc("{ orders(first: 1, sku: \"A\") { nodes { id } } }"), 0, "argumentNotAccepted", "Field 'orders' doesn't accept argument 'sku'"},
		{"missing argument", "5", nil, doc("{ order { id } }"), 0, "missingRequiredArguments", "Field 'order' is missing required arguments: id"},
		{"object without fields", "5", nil, doc("{ shop }"), 0, "selectionMismatch", "Field must have selections"},
		{"fields of a scalar", "5", nil, doc("{ shop { name { x } } }"), 0, "selectionMismatch", "Selections can't be made on scalars"},
		{"unused variable", "5", nil, doc("query Q($x: Int) { shop { id } }"), 0, "variableNotUsed", "Variable $x is declared by Q but not used"},
		{"undeclared variable", "5", nil, doc("query Q { orders(first: $n) { nodes { id } } }"), 0, "variableNotDefined", "Variable $n is used by Q but not declared"},
		{"variable of another type", "5", nil, doc("query Q($n: String) { orders(first: $n) { nodes { id } } }"), 0, "variableMismatch", "Type mismatch on variable $n"},
		{"unknown directive", "5", nil, doc("{ shop @cached { id } }"), 0, "undefinedDirective", "Directive @cached is not defined"},
		{"unknown fragment", "5", nil, doc("{ shop { ...F } }"), 0, "useAndDefineFragment", "Fragment F was used, but not defined"},
		{"text for a number", "5", nil, doc(`{ orders(first: "1") { nodes { id } } }`), 0, "argumentLiteralsIncompatible", "Argument 'first' on Field 'orders' has an invalid value (\"1\"). Expected type 'Int'."},
		{"input without its id", "5", nil, doc(`mutation { orderUpdate(input: {note: "x"}) { userErrors { message } } }`), 0, "missingRequiredInputObjectAttribute", "Argument 'id' on InputObject 'OrderInput' is required. Expected type ID!"},
		{"input with an unknown field", "5", nil, doc(`mutation { orderUpdate(input: {id: "gid://shopify/Order/1", colour: "x"}) { userErrors { message } } }`), 0, "argumentNotAccepted", "InputObject 'OrderInput' doesn't accept argument 'colour'"},
		{"identifier of nothing", "5", nil, doc(`{ orderByIdentifier(identifier: {}) { id } }`), 0, "invalidOneOfInputObject", "'OrderIdentifierInput' requires exactly one argument"},
		{"identifier of two kinds", "5", nil, doc(`{ orderByIdentifier(identifier: {id: "gid://shopify/Order/1", customId: {key: "k", value: "v"}}) { id } }`), 0, "invalidOneOfInputObject", "'OrderIdentifierInput' requires exactly one argument"},
		{"malformed id in the document", "5", nil, doc(`{ order(id: "17") { id } }`), 0, "argumentLiteralsIncompatible", "Invalid global id '17'"},
		{"number for an id", "5", nil, doc(`{ order(id: 17) { id } }`), 0, "argumentLiteralsIncompatible", "Invalid global id '17'"},
		{"malformed id in a list", "5", nil, doc(`{ nodes(ids: ["gid://shopify/Order/1", "17"]) { id } }`), 0, "argumentLiteralsIncompatible", "Invalid global id '17'"},
		{"malformed id in a fragment", "5", nil, doc(`query Q { ...F } fragment F on QueryRoot { order(id: "") { id } }`), 0, "argumentLiteralsIncompatible", "Invalid global id ''"},
		{"malformed id by default", "5", nil, doc(`query Q($id: ID! = "17") { order(id: $id) { id } }`), 0, "argumentLiteralsIncompatible", "Invalid global id '17'"},
		{"malformed id in an input", "5", nil, doc(`mutation { orderUpdate(input: {id: "17", note: "x"}) { userErrors { message } } }`), 0, "argumentLiteralsIncompatible", "Invalid global id '17'"},
		{"number that is too large", "5", nil, doc(`{ orders(first: 99999999999) { nodes { id } } }`), 0, "argumentLiteralsIncompatible", "Argument 'first' on Field 'orders' has an invalid value (99999999999). Expected type 'Int'."},
		{"enum value that is none", "5", nil, doc(`{ orders(first: 1, sortKey: COLOUR) { nodes { id } } }`), 0, "argumentLiteralsIncompatible", "Argument 'sortKey' on Field 'orders' has an invalid value (COLOUR). Expected type 'OrderSortKeys'."},
		{"address that is no URL", "5", nil, doc(`mutation { fulfillmentCreate(fulfillment: {trackingInfo: {url: "dhl"}, lineItemsByFulfillmentOrder: []}) { userErrors { message } } }`), 0, "argumentLiteralsIncompatible", "Invalid url 'dhl', missing scheme"},
		{"introspection without end", "5", nil, doc(`{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }`), 0, "invalid", "Maximum introspection depth exceeded"},
		{"dear by many aliases", "4", nil, doc(dear + "}"), 0, "MAX_COST_EXCEEDED", "Query cost is 1440, which exceeds the single query max cost limit (1000)"},
		{"dear by nesting", "4", nil, doc(deep), 0, "MAX_COST_EXCEEDED", "Query cost is "},
		{"101 mutations in one", "4", nil, doc(writes + "}"), 0, "MAX_COST_EXCEEDED", "Query cost is 1010,"},
		{"empty bucket", "4", drained, doc(shopQuery), 0, "THROTTLED", "Throttled"},
	}
}

func valueRefusals() []refusal {
	noOrders := func(_ *testing.T, w *world) { w.shop.SetScopes([]string{"read_products"}) }
	readOnly := func(_ *testing.T, w *world) { w.shop.SetScopes([]string{"read_orders"}) }
	byCursor := func(after string) func(*world) call {
		return with(`query Q($a: String) { orders(first: 1, after: $a, sortKey: UPDATED_AT) { nodes { id } } }`, object{"a": after})
	}
	otherSort := "eyJzIjoiSUQiLCJsYXN0X3ZhbHVlIjoiIiwibGFzdF9pZCI6MX0=" // {"s":"ID","last_value":"","last_id":1}
	return []refusal{
		{"malformed id", "5", nil, with(`query Q($id: ID!) { order(id: $id) { id } }`, object{"id": "17"}), 0, "INVALID_VARIABLE", "Variable $id of type ID! was provided invalid value"},
		{"required variable left out", "5", nil, with(`query Q($id: ID!) { order(id: $id) { id } }`, nil), 0, "INVALID_VARIABLE", "Variable $id of type ID! was provided invalid value"},
		{"identifier of two kinds in a variable", "5", nil, with(`query Q($i: OrderIdentifierInput!) { orderByIdentifier(identifier: $i) { id } }`, object{"i": object{"id": "gid://shopify/Order/1", "customId": object{"key": "k", "value": "v"}}}), 0, "INVALID_VARIABLE", "Variable $i of type OrderIdentifierInput! was provided invalid value"},
		{"unknown enum value", "5", nil, with(`query Q($k: OrderSortKeys) { orders(first: 1, sortKey: $k) { nodes { id } } }`, object{"k": "COLOUR"}), 0, "INVALID_VARIABLE", ""},
		{"fraction for a whole number", "5", nil, with(`query Q($n: Int) { orders(first: $n) { nodes { id } } }`, object{"n": 1.5}), 0, "INVALID_VARIABLE", ""},
		{"input field that is gone", "15", nil, stock(func(_ *world, in, _ object, _ *string) { in["ignoreCompareQuantity"] = true }), 0, "INVALID_VARIABLE", "Variable $input"},
		{"251 ids", "4", nil, with(`query Q($ids: [ID!]!) { nodes(ids: $ids) { id } }`, object{"ids": manyIDs(251)}), 0, "MAX_INPUT_SIZE_EXCEEDED", "The input array size of 251 is greater than the maximum allowed of 250."},
		{"251 quantities", "4", nil, stock(func(_ *world, in, row object, _ *string) { in["quantities"] = slices.Repeat([]any{row}, 251) }), 0, "MAX_INPUT_SIZE_EXCEEDED", ""},
		{"neither first nor last", "7", nil, doc("{ orders { nodes { id } } }"), 0, "BAD_REQUEST", "you must provide one of first or last"},
		{"both first and last", "7", nil, doc("{ orders(first: 1, last: 1) { nodes { id } } }"), 0, "BAD_REQUEST", "providing both first and last is not supported"},
		{"page of 251", "4", nil, doc("{ orders(first: 251) { nodes { id } } }"), 0, "BAD_REQUEST", "the page size 251 exceeds the maximum of 250"},
		{"cursor of garbage", "5", nil, byCursor("garbage"), 0, "BAD_REQUEST", "Invalid cursor"},
		{"cursor of another sort", "7", nil, byCursor(otherSort), 0, "BAD_REQUEST", "Invalid cursor for current pagination sort."},
		{"time that is none", "5", nil, doc(`{ orders(first: 1, query: "updated_at:>=yesterday") { nodes { id } } }`), 0, "BAD_REQUEST", "Invalid timestamp for query filter `updated_at`."},
		{"time without quotes", "7", nil, doc(`{ orders(first: 1, query: "updated_at:>=2020-01-01T00:00:00Z") { nodes { id } } }`), 0, "unquoted_value", "The value is not quoted"},
		{"count of an unknown field counts everything", "7", nil, doc(`{ ordersCount(query: "colour:red") { count } }`), 0, "invalid_field", "Invalid search field for this query."},
		{"count up to nothing", "5", nil, doc(`{ ordersCount(limit: 0) { count } }`), 0, "BAD_REQUEST", "limit must be greater than 0"},
		{"unknown search field is ignored", "7", nil, doc(`{ orders(first: 1, query: "colour:red") { nodes { id } } }`), 0, "invalid_field", "Invalid search field for this query."},
		{"unknown search value finds nothing", "7", nil, doc(`{ orders(first: 1, query: "financial_status:rich") { nodes { id } } }`), 0, "invalid_value", "Input `rich` is not an accepted value."},
		{"locations by name", "7", nil, doc(`{ locations(first: 1, query: "name:Laden") { nodes { id } } }`), 0, "invalid_field", ""},
		{"order by a product's id", "5", nil, doc(`{ order(id: "gid://shopify/Product/1") { id } }`), 0, "RESOURCE_NOT_FOUND", "Invalid id: gid://shopify/Product/1"},
		{"order by a custom id that nobody defined", "7", nil, doc(`{ orderByIdentifier(identifier: {customId: {key: "k", value: "v"}}) { id } }`), 0, "NOT_FOUND", "Metafield definition"},
		{"scope missing", "3", noOrders, doc(`{ orders(first: 1) { nodes { id } } }`), 0, "ACCESS_DENIED", "Access denied for orders field. Required access: `read_orders` access scope."},
		{"scope missing deep in good data", "5", readOnly, doc(`{ orders(first: 1) { nodes { id customer { id } } } }`), 0, "ACCESS_DENIED", "Access denied for customer field."},
		{"write with a read scope", "3", readOnly, update(object{"note": "x"}), 0, "ACCESS_DENIED", "Access denied for orderUpdate field."},
	}
}

func writeRefusals() []refusal {
	same := func(*world, object, object, *string) {}
	noDirective := strings.Replace(setStock, " @idempotent(key: $key)", "", 1)
	noDirective = strings.Replace(noDirective, ", $key: String!", "", 1)
	local := func(uri string) func(*world) call { return with(subscribe, object{"uri": uri}) }
	return []refusal{
		{"stock without idempotency", "8", nil, func(w *world) call { c := stock(same)(w); c.query = noDirective; return c }, 0, "BAD_REQUEST", "The @idempotent directive is required for this mutation but was not provided."},
		{"stock with a blank key", "8", nil, stock(func(_ *world, _, _ object, k *string) { *k = " " }), 0, "BAD_REQUEST", "The idempotency key must not be blank."},
		{"key used for something else", "8", first(stock(same)), stock(func(_ *world, _, row object, _ *string) { row["quantity"] = 8 }), 0, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", ""},
		{"stock without its comparison", "15", nil, stock(func(_ *world, _, row object, _ *string) { delete(row, "changeFromQuantity") }), 0, "INVALID_FIELD_ARGUMENTS", ""},
		{"stock that has moved on", "15", nil, stock(func(_ *world, _, row object, _ *string) { row["changeFromQuantity"] = 3 }), 0, "CHANGE_FROM_QUANTITY_STALE", ""},
		{"stock by another name", "15", nil, stock(func(_ *world, in, _ object, _ *string) { in["name"] = "committed" }), 0, "INVALID_NAME", ""},
		{"stock for no reason", "15", nil, stock(func(_ *world, in, _ object, _ *string) { in["reason"] = "because" }), 0, "INVALID_REASON", ""},
		{"stock of an unknown item", "15", nil, stock(func(_ *world, _, row object, _ *string) { row["inventoryItemId"] = "gid://shopify/InventoryItem/1" }), 0, "INVALID_INVENTORY_ITEM", ""},
		{"stock at an unknown location", "15", nil, stock(func(_ *world, _, row object, _ *string) { row["locationId"] = "gid://shopify/Location/1" }), 0, "INVALID_LOCATION", ""},
		{"stock of a bundle", "21.8", bundle, stock(same), 0, "NON_MUTABLE_INVENTORY_ITEM", "The specified inventory item is not allowed to be adjusted via API."},
		{"key that is still being worked on", "8", busyKey("IDEMPOTENCY_CONCURRENT_REQUEST"), stock(same), 0, "IDEMPOTENCY_CONCURRENT_REQUEST", ""},
		{"key whose first attempt has failed", "8", busyKey("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"), stock(same), 0, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", ""},
		{"less than there can be", "15", nil, stock(func(_ *world, _, row object, _ *string) { row["quantity"] = -1_000_000_001 }), 0, "INVALID_QUANTITY_TOO_LOW", ""},
		{"stock where it is not kept", "15", nil, stock(func(_ *world, _, row object, _ *string) { row["locationId"] = "gid://shopify/Location/61003" }), 0, "ITEM_NOT_STOCKED_AT_LOCATION", ""},
		{"on hand below zero", "15", nil, stock(func(_ *world, in, row object, _ *string) { in["name"], row["quantity"] = "on_hand", -1 }), 0, "INVALID_QUANTITY_NEGATIVE", ""},
		{"more than there is", "15", nil, stock(func(_ *world, _, row object, _ *string) { row["quantity"] = 1_000_000_001 }), 0, "INVALID_QUANTITY_TOO_HIGH", ""},
		{"the same pair twice", "15", nil, stock(func(_ *world, in, row object, _ *string) { in["quantities"] = []any{row, row} }), 0, "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", ""},
		{"unknown order", "11", nil, with(updateOrder, object{"input": object{"id": "gid://shopify/Order/1", "note": "x"}}), 0, "", "Order does not exist"},
		{"nothing to update", "11", nil, update(nil), 0, "", "No valid update parameters have been provided"},
		{"attribute without a key", "11", nil, update(object{"customAttributes": []any{object{"key": "", "value": "x"}}}), 0, "", "Key can't be blank"},
		{"mail address that is none", "11", nil, update(object{"email": "nobody"}), 0, "", "Email is invalid"},
		{"mail address of 256 characters", "21.10", nil, update(object{"email": strings.Repeat("a", 250) + "@b.com"}), 0, "", "Email is too long (maximum is 255 characters)"},
		{"phone with letters", "21.10", nil, update(object{"phone": "+1234abcd"}), 0, "", "Phone is invalid"},
		{"phone without country code", "21.10", nil, update(object{"phone": "0461 123456"}), 0, "", "Phone is invalid"},
		{"phone with an extension", "21.10", nil, update(object{"phone": "+49 461 123456 ext. 7"}), 0, "", "Phone is invalid"},
		{"phone that is too long", "21.10", nil, update(object{"phone": "+" + strings.Repeat("1", 256)}), 0, "", "Phone is too long (maximum is 255 characters)"},
		{"province of another country", "21.10", nil, update(object{"shippingAddress": object{"countryCode": "US", "provinceCode": "BY"}}), 0, "", "Province is invalid"},
		{"province where there are none", "21.10", nil, update(object{"shippingAddress": object{"countryCode": "DE", "provinceCode": "SH"}}), 0, "", "Province is invalid"},
		{"address without country", "21.10", nil, update(object{"shippingAddress": object{"countryCode": nil}}), 0, "", "Country is invalid"},
		{"tag of 41 characters", "11", nil, update(object{"tags": []any{strings.Repeat("x", 41)}}), 0, "", "Tags xxx"},
		{"251 tags", "11", nil, doc(`mutation { tagsAdd(id: "gid://shopify/Order/ORDER", tags: "` + manyTags(251) + `") { userErrors { message } } }`), 0, "", "Tags cannot be more than 250"},
		{"closing an unknown order", "11", nil, doc(`mutation { orderClose(input: {id: "gid://shopify/Order/1"}) { userErrors { message } } }`), 0, "", "Order does not exist"},
		{"tagging what has no tags", "5", nil, doc(`mutation { tagsAdd(id: "gid://shopify/Location/61001", tags: ["x"]) { userErrors { message } } }`), 0, "RESOURCE_NOT_FOUND", "invalid id"},
		{"shipping nothing", "13", nil, ship(func(_ *world, f, _ object) { f["lineItemsByFulfillmentOrder"] = []any{} }), 0, "", "Line items by fulfillment order can't be blank"},
		{"shipping an unknown fulfilment order", "13", nil, ship(func(_ *world, _, g object) { g["fulfillmentOrderId"] = "gid://shopify/FulfillmentOrder/1" }), 0, "", "Fulfillment order does not exist."},
		{"shipping more than is open", "13", nil, ship(func(w *world, _, g object) { g["fulfillmentOrderLineItems"] = units(w, 99) }), 0, "", "Invalid fulfillment order line item quantity requested."},
		{"shipping more than is open in two parts", "13", nil, ship(func(w *world, _, g object) {
			all := order(w, 0).FulfillmentOrders[0].Lines[0].Remaining
			g["fulfillmentOrderLineItems"] = append(units(w, all), units(w, 1)...)
		}), 0, "", "Invalid fulfillment order line item quantity requested."},
		{"shipping no unit", "13", nil, ship(func(w *world, _, g object) { g["fulfillmentOrderLineItems"] = units(w, 0) }), 0, "", "Quantity must be greater than 0"},
		{"shipping twice", "13", first(ship(func(*world, object, object) {})), ship(func(*world, object, object) {}), 0, "", "Fulfillment order "},
		{"shipping what is held", "13", done("hold"), ship(func(*world, object, object) {}), 0, "", "Fulfillment order "},
		{"shipping what is scheduled", "13", done("schedule"), ship(func(*world, object, object) {}), 0, "", "Fulfillment order "},
		{"shipping 513 lines", "21.6", nil, ship(func(w *world, _, g object) {
			g["fulfillmentOrderLineItems"] = nil
			if _, err := w.shop.UpdateOrder(order(w, 0).ID, manyLines); err != nil {
				panic(err)
			}
		}), 0, "", "The number of fulfillment order line items exceeds 512."},
		{"cancelling an unknown fulfilment", "13", nil, with(cancelFulfilment, object{"id": "gid://shopify/Fulfillment/1"}), 0, "", "Fulfillment not found."},
		{"cancelling what is no fulfilment", "13", nil, with(cancelFulfilment, object{"id": "gid://shopify/Order/1"}), 0, "RESOURCE_NOT_FOUND", "invalid id"},
		{"tracking of an unknown fulfilment", "13", nil, with(track, object{"id": "gid://shopify/Fulfillment/1", "t": object{"number": "1"}}), 0, "", "Fulfillment not found."},
		{"tracking address that is none", "5", nil, with(track, object{"id": "gid://shopify/Fulfillment/1", "t": object{"url": "dhl"}}), 0, "INVALID_VARIABLE", ""},
		{"pickup of what is sent", "21.6", nil, func(w *world) call {
			return with(prepare, pickup(order(w, 0).FulfillmentOrders[0].ID))(w)
		}, 0, "FULFILLMENT_ORDER_INVALID", ""},
		{"pickup of an unknown fulfilment order", "21.6", nil, with(prepare, pickup(1)), 0, "FULFILLMENT_ORDER_INVALID", ""},
		{"webhook without address", "10", nil, local(""), 0, "", "Address can't be blank"},
		{"webhook without encryption", "10", nil, local("http://hooks.example"), 0, "", "Address protocol http:// is not supported"},
		{"webhook to this machine", "10", nil, local("https://localhost/x"), 0, "", "Address cannot be localhost"},
		{"webhook to Shopify", "10", nil, local("https://x.myshopify.com/x"), 0, "", "Address cannot be a Shopify"},
		{"webhook a second time", "10", first(local("https://hooks.example")), local("https://hooks.example"), 0, "", "Address for this topic has already been taken"},
	}
}

// done has something happen to the first order's first fulfilment order.
func done(do string) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		t.Helper()
		if _, err := w.shop.FulfilOrder(order(w, 0).ID, shopify.Fulfilling{Do: do, ID: order(w, 0).FulfillmentOrders[0].ID}); err != nil {
			t.Fatal(err)
		}
	}
}

// manyLines puts 513 lines into the first fulfilment order.
func manyLines(o *data.Order) {
	f := o.FulfillmentOrders[0]
	for len(f.Lines) < 513 {
		l := *f.Lines[0]
		l.ID = 0
		f.Lines = append(f.Lines, &l)
	}
}

func pickup(fulfilmentOrder int64) object {
	return object{"i": object{"lineItemsByFulfillmentOrder": []any{object{"fulfillmentOrderId": gidOf("FulfillmentOrder", fulfilmentOrder)}}}}
}

// neverRun are codes of documents and variables that are refused as a whole.
var neverRun = []string{
	"PARSE_ERROR", "undefinedField", "argumentNotAccepted", "missingRequiredArguments", "selectionMismatch", "variableNotUsed", "variableNotDefined", "variableMismatch",
	"undefinedDirective", "useAndDefineFragment", "argumentLiteralsIncompatible", "missingRequiredInputObjectAttribute", "invalidOneOfInputObject",
	"INVALID_VARIABLE", "MAX_INPUT_SIZE_EXCEEDED", "MAX_COST_EXCEEDED", "THROTTLED",
}

// holds is what a shop holds that clients can change, to compare.
func holds(t *testing.T, s *shopify.Shop) string {
	t.Helper()
	b, err := json.Marshal([]any{s.Orders(), s.Products(), s.Customers()})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestRefusals(t *testing.T) {
	rows := refusals()
	if len(rows) < 60 {
		t.Errorf("%d rows, want at least 60", len(rows))
	}
	seen := map[string]bool{}
	for i, row := range rows {
		if seen[row.name] || row.section == "" {
			t.Errorf("row %q occurs twice or names no section", row.name)
		}
		seen[row.name] = true
		if i%testsize.Of(1, 1, 4) != 0 {
			continue
		}
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, func(c *shopify.Config) { c.Shops = []*data.Data{writable(data.Sample(testclock.Monday))} })
			if row.before != nil {
				row.before(t, w)
			}
			call := row.call(w)
			before, points := holds(t, w.shop), w.shop.Meter().Charged
			r := w.send(t, call)
			if after := holds(t, w.shop); after != before {
				t.Error("refused, but something was written")
			}
			if why := r.header.Get("X-Sim-Explain"); why == "" {
				t.Error("no header explains the refusal")
			}
			// Without a cost in the answer nothing was charged; a cost without an actual
			// one is charged in full, but for that of an empty bucket.
			want := 0.0
			if cost, ok := at(t, r.json, "extensions").(map[string]any); ok && row.code != "THROTTLED" && cost["cost"] != nil {
				if want, ok = at(t, cost, "cost", "actualQueryCost").(float64); !ok {
					want, _ = at(t, cost, "cost", "requestedQueryCost").(float64)
				}
			}
			if c := w.shop.Meter().Charged - points; c != int(want) {
				t.Errorf("%d points charged, the answer says %v", c, want)
			}
			if _, has := r.json["data"]; has && slices.Contains(neverRun, row.code) {
				t.Errorf("data in the answer to what cannot run: %.300s", r.text)
			}
			status := row.status
			if status == 0 {
				status = http.StatusOK
			}
			if r.status != status {
				t.Errorf("status %d, want %d: %.300s", r.status, status, r.text)
			}
			if got := found(r); !slices.ContainsFunc(got, func(e [2]string) bool { return e[0] == row.code && strings.HasPrefix(e[1], row.text) }) {
				t.Errorf("answer %q, want code %q and text %q: %.500s", got, row.code, row.text, r.text)
			}
		})
	}
}

// writable grants the app everything that the simulator knows.
func writable(d *data.Data) *data.Data {
	d.Shop.Scopes = append(d.Shop.Scopes, "write_inventory", "write_merchant_managed_fulfillment_orders", "write_products", "write_customers")
	return d
}
