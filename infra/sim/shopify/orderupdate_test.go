package shopify_test

import (
	"fmt"
	"testing"
)

// A refused write shows the order as it is, and costs its base price whatever
// is selected of it.
func TestRefusedWritesShowTheOrderAsItIs(t *testing.T) {
	w := newWorld(t)
	o := w.shop.Orders()[0]
	const write = `mutation U($input: OrderInput!) { orderUpdate(input: $input) { order { id email note lineItems(first: 50) { nodes { id taxLines { title } } } } userErrors { field message } } }`
	input := object{"id": fmt.Sprintf("gid://shopify/Order/%d", o.ID), "note": "x", "email": "nobody"}
	r := w.send(t, call{query: write, vars: object{"input": input}})
	shown := at(t, r.json, "data", "orderUpdate", "order")
	if at(t, shown, "email") != o.Email || at(t, shown, "note") != nil || len(found(r)) != 1 {
		t.Errorf("answer %.400s", r.text)
	}
	cost := at(t, r.json, "extensions", "cost")
	if at(t, cost, "actualQueryCost") != 10.0 || at(t, cost, "requestedQueryCost") == 10.0 {
		t.Errorf("cost %v, want 10 of more", cost)
	}
	input["email"] = " Nobody@Mail.Example "
	input["phone"] = "+49 (461) 123-456"
	r = w.send(t, call{query: write, vars: object{"input": input}})
	if now := w.shop.Orders()[0]; len(found(r)) != 0 || now.Email != "nobody@mail.example" || now.Phone != "+49461123456" || now.Note != "x" {
		t.Errorf("stored %q, %q, %q", now.Email, now.Phone, now.Note)
	}
}

// An input that is too long does not run and is charged in full.
func TestInputThatIsTooLongIsCharged(t *testing.T) {
	w := newWorld(t)
	r := w.send(t, call{query: `query Q($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { id customer { id } } } }`, vars: object{"ids": manyIDs(251)}})
	cost := at(t, r.json, "extensions", "cost")
	if at(t, cost, "actualQueryCost") != nil || at(t, cost, "requestedQueryCost") != 2.0 || at(t, cost, "throttleStatus", "currentlyAvailable") != 1998.0 {
		t.Errorf("cost %v", cost)
	}
	if m := w.shop.Meter(); m.Charged != 2 || m.Requested != 2 || m.Refused != 1 {
		t.Errorf("meter %+v", m)
	}
}
