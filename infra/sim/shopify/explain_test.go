package shopify_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"backroom/infra/sim/shopify"
)

// A refusal explains itself in the header, in the log and in the list of calls;
// a good answer has no such header.
func TestRefusalsExplainThemselves(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *shopify.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	for _, c := range []struct {
		name string
		call call
		want []string
	}{
		{"a document", call{query: `query Q { shop { color } }`}, []string{"undefinedField", "Field 'color' doesn't exist on type 'Shop'", "[query Q shop color]"}},
		{"user errors", call{query: updateOrder, vars: object{"input": object{"id": gidOf("Order", w.shop.Orders()[0].ID), "phone": "+1234abcd"}}}, []string{"userError", "Phone is invalid", "nothing was written"}},
		{"a search", call{query: `{ orders(first: 1, query: "colour:red") { nodes { id } } }`}, []string{"colour:red", "invalid_field", "not filtered"}},
		{"a token", call{header: "X-Shopify-Access-Token: shpat_0", query: shopQuery}, []string{"never issued"}},
		{"a form", form("grant_type=password&client_id=backroom&client_secret=secret")(w), []string{"unsupported_grant_type", "client_credentials"}},
		{"text that is not ASCII", call{query: "{ shop { größe } }"}, []string{"PARSE_ERROR"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			log.Reset()
			r := w.send(t, c.call)
			why := r.header.Get("X-Sim-Explain")
			for _, s := range c.want {
				if !strings.Contains(why, s) {
					t.Errorf("header %q does not say %q", why, s)
				}
			}
			if strings.Trim(why, " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~") != "" || len(why) > 1100 {
				t.Errorf("header %q", why)
			}
			if !strings.Contains(log.String(), "refused") || !strings.Contains(log.String(), c.want[0]) {
				t.Errorf("log %q", log.String())
			}
		})
	}
	log.Reset()
	if r := w.send(t, call{query: shopQuery}); r.header.Get("X-Sim-Explain") != "" || log.Len() > 0 {
		t.Errorf("a good answer is explained by %q", r.header.Get("X-Sim-Explain"))
	}
	calls := w.shop.Log()
	if e := calls[0]; !strings.Contains(e.Explain, "undefinedField") || calls[len(calls)-1].Explain != "" {
		t.Errorf("list of calls: %q, %q", e.Explain, calls[len(calls)-1].Explain)
	}
}

// A deleted order is gone from every way to it.
func TestDeletedOrdersAreGone(t *testing.T) {
	w := newWorld(t)
	o := w.shop.Orders()[7]
	id, line := gidOf("Order", o.ID), gidOf("LineItem", o.Lines[0].ID)
	query := fmt.Sprintf(`{ order(id: %q) { id } node(id: %q) { id } nodes(ids: [%q, %q]) { id } orderByIdentifier(identifier: {id: %q}) { id }
		orders(first: 5, query: "id:%d") { nodes { id } } ordersCount(query: "id:%d") { count } customer(id: %q) { orders(first: 250) { nodes { id } } } }`,
		id, id, id, line, id, o.ID, o.ID, gidOf("Customer", o.Customer))
	if r := w.send(t, call{query: query}); strings.Count(r.text, id) != 6 || !strings.Contains(r.text, line) {
		t.Fatalf("before: %s", r.text)
	}
	if err := w.shop.DeleteOrder(o.ID); err != nil {
		t.Fatal(err)
	}
	r := w.send(t, call{query: query})
	if strings.Contains(r.text, id) || strings.Contains(r.text, line) || r.json["errors"] != nil || at(t, r.json, "data", "ordersCount", "count") != 0.0 {
		t.Errorf("after: %s", r.text)
	}
	if r := w.send(t, call{query: updateOrder, vars: object{"input": object{"id": id, "note": "x"}}}); at(t, r.json, "data", "orderUpdate", "userErrors", 0, "message") != "Order does not exist" {
		t.Errorf("a write: %s", r.text)
	}
}
