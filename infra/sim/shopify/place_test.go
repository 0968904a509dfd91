package shopify_test

import (
	"encoding/json"
	"testing"
)

// Errors of documents name the place as recorded answers do: the operation, then
// fields by alias, then arguments.
func TestPathsOfDocumentErrors(t *testing.T) {
	for _, c := range []struct{ name, query, path string }{
		{"field of a payload", `mutation Commit($i: OrderInput!) { orderUpdate(input: $i) { successMessages } }`, `["mutation Commit","orderUpdate","successMessages"]`},
		{"field of an error", "mutation Close($i: OrderCloseInput!) {\n  orderClose(input: $i) {\n    userErrors { code field }\n  }\n}", `["mutation Close","orderClose","userErrors","code"]`},
		{"without a name", `{ shop { color } }`, `["query","shop","color"]`},
		{"by alias", `query Q { mine: shop { hue: color } }`, `["query Q","mine","hue"]`},
		{"in a fragment", `query Q { shop { ...S } } fragment S on Shop { plan { color } }`, `["fragment S","plan","color"]`},
		{"in an inline fragment", `query Q { node(id: "gid://shopify/Order/1") { ... on Order { color } } }`, `["query Q","node","... on Order","color"]`},
		{"second of two operations", `query A { shop { id } } query B { shop { color } }`, `["query B","shop","color"]`},
		{"unknown argument", `query Q { orders(first: 1, sku: "A") { nodes { id } } }`, `["query Q","orders","sku"]`},
		{"missing argument", `mutation W { webhookSubscriptionCreate(webhookSubscription: {}) { userErrors { message } } }`, `["mutation W","webhookSubscriptionCreate"]`},
		{"unknown field of an input", `mutation M { orderUpdate(input: {id: "gid://shopify/Order/1", colour: "x"}) { userErrors { message } } }`, `["mutation M","orderUpdate","input","colour"]`},
		{"missing field of an input", `mutation M { orderUpdate(input: {note: "x"}) { userErrors { message } } }`, `["mutation M","orderUpdate","input","id"]`},
		{"value of an argument", `query Q { orders(first: 1, sortKey: COLOUR) { nodes { id } } }`, `["query Q","orders","sortKey"]`},
		{"blank id", `query Q { order(id: "") { id } }`, `["query Q","order","id"]`},
		{"blank id in an input", `mutation M { orderUpdate(input: {id: "", note: "x"}) { userErrors { message } } }`, `["mutation M","orderUpdate","input","id"]`},
		{"unused variable", `query Q($x: Int) { shop { id } }`, `["query Q"]`},
		{"undeclared variable", `query Q { orders(first: $n) { nodes { id } } }`, `["query Q","orders","first"]`},
		{"unknown fragment", `query Q { shop { ...F } }`, `["query Q","shop","... F"]`},
		{"unknown directive", `query Q { shop @cached { id } }`, `["query Q","shop"]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			r := w.send(t, call{query: c.query})
			got, err := json.Marshal(at(t, r.json, "errors", 0, "path"))
			if err != nil || string(got) != c.path || r.json["data"] != nil {
				t.Errorf("path %s, want %s: %s", got, c.path, r.text)
			}
		})
	}
}
