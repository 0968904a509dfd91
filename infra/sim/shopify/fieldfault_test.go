package shopify_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
)

const batch = `query B($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { id name
	buyer: customer { id } lineItems(first: 10) { nodes { title taxLines { title } } } totalPriceSet { shopMoney { amount } } } } }`

// ids are gids of the first n orders.
func ids(w *world, n int) (out []any) {
	for _, o := range w.shop.Orders()[:n] {
		out = append(out, fmt.Sprintf("gid://shopify/Order/%d", o.ID))
	}
	return out
}

// A fault inside one node leaves its neighbours as they are, and says where it is.
func TestFieldFaults(t *testing.T) {
	order := func(w *world, i int) string { return ids(w, i+1)[i].(string) } //nolint:forcetypeassert // the test made it
	for _, c := range []struct {
		name  string
		fault func(w *world) shopify.FieldFault
		path  string // of the error
		code  string
		gone  []int // nodes that are null
		check func(t *testing.T, nodes []any)
	}{
		{"the node itself", func(w *world) shopify.FieldFault { return shopify.FieldFault{ID: order(w, 1)} }, `["nodes",1]`, "INTERNAL_SERVER_ERROR", []int{1}, nil},
		{
			"a field that may be null", func(w *world) shopify.FieldFault {
				return shopify.FieldFault{ID: order(w, 2), Field: "customer", Code: "ACCESS_DENIED"}
			},
			`["nodes",2,"buyer"]`, "ACCESS_DENIED", nil, func(t *testing.T, nodes []any) {
				t.Helper()
				if at(t, nodes, 2, "buyer") != nil || at(t, nodes, 1, "buyer") == nil {
					t.Error("want no buyer of the third order and one of the second")
				}
			},
		},
		{"deep, where null is not allowed", func(w *world) shopify.FieldFault {
			return shopify.FieldFault{ID: order(w, 0), Field: "lineItems.nodes.taxLines"}
		}, `["nodes",0,"lineItems","nodes",0,"taxLines"]`, "INTERNAL_SERVER_ERROR", []int{0}, nil},
		{"a line by its own id", func(w *world) shopify.FieldFault {
			return shopify.FieldFault{ID: fmt.Sprintf("gid://shopify/LineItem/%d", w.shop.Orders()[3].Lines[0].ID), Field: "title"}
		}, `["nodes",3,"lineItems","nodes",0,"title"]`, "INTERNAL_SERVER_ERROR", []int{3}, nil},
		{"an amount", func(w *world) shopify.FieldFault {
			return shopify.FieldFault{ID: order(w, 3), Field: "totalPriceSet.shopMoney.amount"}
		}, `["nodes",3,"totalPriceSet","shopMoney","amount"]`, "INTERNAL_SERVER_ERROR", []int{3}, nil},
		{"all of a type", func(*world) shopify.FieldFault { return shopify.FieldFault{Type: "Customer"} }, `["nodes",0,"buyer"]`, "INTERNAL_SERVER_ERROR", nil, nil},
		{"null without a word", func(w *world) shopify.FieldFault { return shopify.FieldFault{ID: order(w, 1), Null: true} }, "", "", []int{1}, nil},
		{"another order's", func(w *world) shopify.FieldFault { return shopify.FieldFault{ID: order(w, 9), Field: "customer"} }, "", "", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			if err := w.shop.FailField(c.fault(w)); err != nil {
				t.Fatal(err)
			}
			r := w.send(t, call{query: batch, vars: object{"ids": ids(w, 5)}})
			nodes, ok := at(t, r.json, "data", "nodes").([]any)
			if !ok || len(nodes) != 5 {
				t.Fatalf("answer %.400s", r.text)
			}
			for i, n := range nodes {
				if (n == nil) != slices.Contains(c.gone, i) {
					t.Errorf("node %d = %.100v", i, n)
				}
			}
			if c.check != nil {
				c.check(t, nodes)
			}
			if c.path == "" && c.code == "" {
				return
			}
			first := at(t, r.json, "errors", 0)
			path, err := json.Marshal(at(t, first, "path"))
			if err != nil || string(path) != c.path || at(t, first, "extensions", "code") != c.code {
				t.Errorf("error %v, want %s at %s", first, c.code, c.path)
			}
			if cost := at(t, r.json, "extensions", "cost", "actualQueryCost"); cost == nil || !strings.Contains(r.header.Get("X-Sim-Explain"), "field fault on demand") {
				t.Errorf("cost %v, explained by %q", cost, r.header.Get("X-Sim-Explain"))
			}
		})
	}
}

// One order spoils each whole answer that it is in, and no other.
func TestFaultOfAWholeAnswer(t *testing.T) {
	for _, status := range []int{0, http.StatusBadGateway} {
		w := newWorld(t)
		all := ids(w, 4)
		if err := w.shop.FailField(shopify.FieldFault{ID: all[2].(string), Whole: true, Status: status}); err != nil { //nolint:forcetypeassert // the test made it
			t.Fatal(err)
		}
		ask := func(ids ...any) reply { return w.send(t, call{query: batch, vars: object{"ids": ids}}) }
		bad := ask(all...)
		if status == 0 && (bad.status != http.StatusOK || bad.json["data"] != nil || bad.json["extensions"] != nil || at(t, bad.json, "errors", 0, "extensions", "code") != "INTERNAL_SERVER_ERROR") {
			t.Errorf("answer %.300s", bad.text)
		}
		if id := bad.header.Get("X-Request-Id"); status == 0 && !strings.Contains(bad.text, "Request ID: "+id) {
			t.Errorf("the text does not name the request %s: %s", id, bad.text)
		}
		if status != 0 && (bad.status != status || bad.json != nil) {
			t.Errorf("status %d, %.100s", bad.status, bad.text)
		}
		if m := w.shop.Meter(); m.Charged != 0 || m.Requested != 0 || m.Refused != 1 {
			t.Errorf("an answer without a cost is booked as %+v", m)
		}
		if good := ask(all[0], all[1], all[3]); good.json["errors"] != nil || len(at(t, good.json, "data", "nodes").([]any)) != 3 { //nolint:forcetypeassert // a failure either way
			t.Errorf("without that order: %.300s", good.text)
		}
	}
}

// A list that repeats its cursor is the same page again and again.
func TestListThatRepeatsItsCursor(t *testing.T) {
	w := newWorld(t)
	if err := w.shop.FailField(shopify.FieldFault{Field: "orders", Repeat: true, Times: 3}); err != nil {
		t.Fatal(err)
	}
	const query = `query L($after: String) { orders(first: 50, after: $after, sortKey: UPDATED_AT) { nodes { id } pageInfo { hasNextPage endCursor } } }`
	var after any
	var pages []string
	for range 4 {
		p := at(t, w.ask(t, query, object{"after": after}), "orders")
		if after = at(t, p, "pageInfo", "endCursor"); at(t, p, "pageInfo", "hasNextPage") != true {
			t.Errorf("no more after %v", after)
		}
		pages = append(pages, fmt.Sprint(at(t, p, "nodes")))
	}
	if pages[0] != pages[1] || pages[1] != pages[2] || pages[3] == pages[2] {
		t.Error("want three times the first page, then the second")
	}
}

func TestFaultsOfWrites(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault shopify.FieldFault
		check func(t *testing.T, r reply)
	}{
		{"denied", shopify.FieldFault{Field: "orderUpdate", Code: "ACCESS_DENIED"}, func(t *testing.T, r reply) {
			t.Helper()
			if at(t, r.json, "data", "orderUpdate") != nil || at(t, r.json, "errors", 0, "path", 0) != "orderUpdate" {
				t.Errorf("answer %s", r.text)
			}
		}},
		{"answered by null", shopify.FieldFault{Field: "orderUpdate", Null: true}, func(t *testing.T, r reply) {
			t.Helper()
			if at(t, r.json, "data", "orderUpdate") != nil || r.json["errors"] != nil {
				t.Errorf("answer %s", r.text)
			}
		}},
		{"refused", shopify.FieldFault{Field: "orderUpdate", UserError: "Order is locked"}, func(t *testing.T, r reply) {
			t.Helper()
			if at(t, r.json, "data", "orderUpdate", "userErrors", 0, "message") != "Order is locked" || at(t, r.json, "data", "orderUpdate", "order", "id") == nil {
				t.Errorf("answer %s", r.text)
			}
		}},
		{"an internal error", shopify.FieldFault{Field: "orderUpdate", Whole: true}, func(t *testing.T, r reply) {
			t.Helper()
			if r.json["data"] != nil || at(t, r.json, "errors", 0, "extensions", "code") != "INTERNAL_SERVER_ERROR" {
				t.Errorf("answer %s", r.text)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			write := func(i int) reply {
				return w.send(t, call{query: updateOrder, vars: object{"input": object{"id": ids(w, i+1)[i], "note": "x"}}})
			}
			c.fault.ID, c.fault.Times = ids(w, 1)[0].(string), 1 //nolint:forcetypeassert // the test made it
			if err := w.shop.FailField(c.fault); err != nil {
				t.Fatal(err)
			}
			if r := write(1); len(found(r)) > 0 || w.shop.Orders()[1].Note != "x" {
				t.Errorf("another order: %s", r.text)
			}
			c.check(t, write(0))
			if w.shop.Orders()[0].Note == "x" {
				t.Error("struck, but written")
			}
			if r := write(0); len(found(r)) > 0 || w.shop.Orders()[0].Note != "x" {
				t.Errorf("the fault was for one answer: %s", r.text)
			}
		})
	}
}

func TestControlOfFieldFaultsAndEdits(t *testing.T) {
	w := newWorld(t)
	control := func(method, path, body string, status int) reply {
		t.Helper()
		r := w.send(t, call{method: method, path: path, body: body + " "})
		if r.status != status {
			t.Fatalf("%s %s: %d %.300s", method, path, r.status, r.text)
		}
		return r
	}
	o := w.shop.Orders()[0]
	control(http.MethodPost, "/_sim/fields", fmt.Sprintf(`{"id":"gid://shopify/Order/%d","field":"customer"}`, o.ID), 200)
	for _, bad := range []string{`{}`, `{"id":"17"}`, `{"id":"gid://shopify/Order/1","status":500}`, `{"id":"gid://shopify/Order/1","colour":1}`, `{"field":"orders","times":-1}`, `[]`} {
		control(http.MethodPost, "/_sim/fields", bad, 400)
	}
	if r := w.send(t, call{query: batch, vars: object{"ids": ids(w, 1)}}); len(found(r)) != 1 {
		t.Errorf("answer %.300s", r.text)
	}
	control(http.MethodDelete, "/_sim/fields", "", 200)
	if r := control(http.MethodGet, "/_sim/fields", "", 200); strings.TrimSpace(r.text) != "[]" {
		t.Errorf("faults that are left: %s", r.text)
	}
	l := o.Lines[0]
	path := fmt.Sprintf("/_sim/orders/%d", o.ID)
	control(http.MethodPost, path+"/edit", fmt.Sprintf(`{"Quantities":{"%d":%d}}`, l.ID, l.Quantity), 400)
	control(http.MethodPost, path+"/edit", fmt.Sprintf(`{"Quantities":{"%d":0}}`, l.ID), 200)
	control(http.MethodPost, path+"/refund", `{"Amount":{"Shop":"1","Presentment":"1"}}`, 200)
	now := w.shop.Orders()[0]
	if !now.Edited || len(now.Refunds) != 2 || len(now.Refunds[0].Transactions) != 0 || len(now.Refunds[1].Transactions) != 1 || now.FinancialStatus != "PARTIALLY_REFUNDED" {
		t.Errorf("after an edit and a refund: %+v", now)
	}
}

// What an edit leaves in the answers: totals, line taxes and allocations keep
// removed units, current ones do not; the record has no transactions.
func TestEditsAsTheyAreRead(t *testing.T) {
	w := newWorld(t)
	var o *data.Order
	for _, x := range w.shop.Orders() {
		if x.FinancialStatus == "PAID" && x.Lines[0].Quantity > 1 && len(x.Discounts) > 0 && len(x.Lines[0].Allocations) > 0 {
			o = x
			break
		}
	}
	l, id := o.Lines[0], fmt.Sprintf("gid://shopify/Order/%d", o.ID)
	const read = `query E($id: ID!) { order(id: $id) { edited totalPriceSet { shopMoney { amount } } originalTotalPriceSet { shopMoney { amount } } currentTotalPriceSet { shopMoney { amount } }
		totalTaxSet { shopMoney { amount } } currentTotalTaxSet { shopMoney { amount } } totalOutstandingSet { shopMoney { amount } } totalRefundedSet { shopMoney { amount } }
		lineItems(first: 9) { nodes { id quantity currentQuantity taxLines { priceSet { shopMoney { amount } } } discountAllocations { allocatedAmountSet { shopMoney { amount } } } } }
		refunds(first: 9) { id totalRefundedSet { shopMoney { amount } } transactions(first: 9) { nodes { id } } refundLineItems(first: 9) { nodes { quantity restockType lineItem { id } } } } } }`
	get := func() any { return at(t, w.ask(t, read, object{"id": id}), "order") }
	amount := func(v any, field string) string { s, _ := at(t, v, field, "shopMoney", "amount").(string); return s }
	before := get()
	if _, err := w.shop.EditOrder(o.ID, data.Edit{Quantities: map[int64]int{l.ID: l.Quantity - 1}}); err != nil {
		t.Fatal(err)
	}
	after := get()
	for _, f := range []string{"totalPriceSet", "originalTotalPriceSet", "totalTaxSet", "totalRefundedSet"} {
		if amount(before, f) != amount(after, f) {
			t.Errorf("%s was %s, is %s", f, amount(before, f), amount(after, f))
		}
	}
	for _, f := range []string{"currentTotalPriceSet", "currentTotalTaxSet"} {
		if amount(before, f) == amount(after, f) {
			t.Errorf("%s is still %s", f, amount(after, f))
		}
	}
	if !strings.HasPrefix(amount(after, "totalOutstandingSet"), "-") {
		t.Errorf("outstanding %s of an order that was paid and made cheaper", amount(after, "totalOutstandingSet"))
	}
	line := func(v any) any { return at(t, v, "lineItems", "nodes", 0) }
	for _, f := range []string{"taxLines", "discountAllocations", "quantity"} {
		x, _ := json.Marshal(at(t, line(before), f))
		y, _ := json.Marshal(at(t, line(after), f))
		if string(x) != string(y) {
			t.Errorf("%s of the line was %s, is %s", f, x, y)
		}
	}
	r := at(t, after, "refunds", 0)
	if n, ok := at(t, r, "transactions", "nodes").([]any); !ok || len(n) != 0 || amount(r, "totalRefundedSet") != "0.0" {
		t.Errorf("the record of an edit has money in it: %v", r)
	}
	if rl := at(t, r, "refundLineItems", "nodes", 0); at(t, rl, "quantity") != 1.0 || at(t, rl, "restockType") != "CANCEL" || at(t, rl, "lineItem", "id") != at(t, line(after), "id") {
		t.Errorf("record %v", rl)
	}
}
