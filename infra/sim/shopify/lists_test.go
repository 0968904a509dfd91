package shopify_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
)

// Whatever a list is sorted by, its pages hold every entry once.
func TestEverySortKeyPagesThroughAll(t *testing.T) {
	b, err := os.ReadFile("schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(b)})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(c *shopify.Config) { c.Rate = 1e6 })
	variants := 0
	for _, p := range w.shop.Products() {
		variants += len(p.Variants)
	}
	for _, c := range []struct {
		root, enum string
		want       int
	}{
		{"orders", "OrderSortKeys", 200},
		{"customers", "CustomerSortKeys", 40},
		{"products", "ProductSortKeys", 61},
		{"productVariants", "ProductVariantSortKeys", variants},
		{"locations", "LocationSortKeys", 3},
	} {
		for _, key := range schema.Types[c.enum].EnumValues {
			var ids []string
			for cursor := any(nil); ; {
				page := at(t, w.ask(t, fmt.Sprintf(`query P($c: String) { %s(first: 37, after: $c, sortKey: %s) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }`, c.root, key.Name), object{"c": cursor}), c.root)
				for _, e := range at(t, page, "edges").([]any) {
					ids = append(ids, at(t, e, "node", "id").(string))
				}
				if at(t, page, "pageInfo", "hasNextPage") != true {
					break
				}
				cursor = at(t, page, "pageInfo", "endCursor")
			}
			slices.Sort(ids)
			if n := len(slices.Compact(ids)); n != c.want || len(ids) != c.want {
				t.Errorf("%s by %s: %d entries, %d different, want %d", c.root, key.Name, len(ids), n, c.want)
			}
		}
	}
}

func TestSearchesOfOtherLists(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		root, query string
		want        int
	}{
		{"customers", "email:kunde3@mail.example", 1},
		{"customers", "country:AT", 8},
		{"customers", "anna schäfer", 4}, // word by word
		{"customers", "updated_at:>'2030-01-01T00:00:00Z'", 0},
		{"products", "handle:fisherman-cap", 1},
		{"products", "product_type:Food", 6},
		{"products", "gift_card:true", 1},
		{"products", "barcode:" + w.shop.Products()[1].Variants[0].Barcode, 1},
		{"products", "status:ARCHIVED", 0},
		{"products", "lantern", 3},
		{"productVariants", "sku:CAP-1", 1},
		{"productVariants", "sku:CAP", 2}, // by tokens: check equality in code
		{"productVariants", "sku:cap-2", 1},
		{"productVariants", fmt.Sprintf("product_id:%d", w.shop.Products()[0].ID), 4},
		{"locations", "active:true", 3},
	} {
		got := at(t, w.ask(t, fmt.Sprintf(`query S($q: String) { %s(first: 250, query: $q) { nodes { id } } }`, c.root), object{"q": c.query}), c.root, "nodes").([]any)
		if len(got) != c.want {
			t.Errorf("%s %q finds %d, want %d", c.root, c.query, len(got), c.want)
		}
	}
}

func TestNodesOfEveryKind(t *testing.T) {
	w := newWorld(t)
	o, p, c := order(w, 164), w.shop.Products()[0], w.shop.Customers()[0]
	for _, id := range []string{
		gidOf("Order", o.ID), gidOf("LineItem", o.Lines[0].ID), gidOf("OrderTransaction", o.Transactions[0].ID), gidOf("Refund", o.Refunds[0].ID),
		gidOf("FulfillmentOrder", o.FulfillmentOrders[0].ID), gidOf("Customer", c.ID), gidOf("Product", p.ID), gidOf("ProductVariant", p.Variants[0].ID),
		gidOf("InventoryItem", p.Variants[0].ID), gidOf("Location", 61001), gidOf("Shop", w.shop.Info().ID),
	} {
		if got := at(t, w.ask(t, `query N($id: ID!) { node(id: $id) { id } }`, object{"id": id}), "node", "id"); got != id {
			t.Errorf("node %s reads %v", id, got)
		}
	}
	got := at(t, w.ask(t, `query N($ids: [ID!]!) { nodes(ids: $ids) { id } }`, object{"ids": []string{gidOf("Order", 1), gidOf("Order", o.ID), gidOf("Metaobject", 1)}}), "nodes")
	if at(t, got, 0) != nil || at(t, got, 1, "id") != gidOf("Order", o.ID) || at(t, got, 2) != nil {
		t.Errorf("nodes = %v; what does not exist is null in its place", got)
	}
}

func TestWritesOfOrders(t *testing.T) {
	w := newWorld(t)
	w.Advance(time.Hour)
	was := order(w, 0)
	id := gidOf("Order", was.ID)
	r := w.send(t, update(object{
		"note": "n", "poNumber": "PO-9", "email": "new@mail.example", "phone": "+4915112345678", "tags": []string{"b", "a, c", "B"},
		"shippingAddress": object{"city": "Husum", "zip": "25813"},
	})(w))
	o := order(w, 0)
	if len(found(r)) > 0 || o.Note != "n" || o.PONumber != "PO-9" || o.Email != "new@mail.example" || o.Phone != "+4915112345678" ||
		!slices.Equal(o.Tags, []string{"a", "b", "c"}) || o.Shipping.City != "Husum" || o.Shipping.LastName != was.Shipping.LastName || !o.UpdatedAt.Equal(w.Now()) {
		t.Errorf("order = %+v, shipping %+v: %s", o, o.Shipping, r.text)
	}
	if was.Note != "" || was.Shipping.City == "Husum" {
		t.Error("an order that was handed out has changed")
	}
	w.ask(t, `mutation T($id: ID!) { tagsAdd(id: $id, tags: ["d", "A"]) { node { id } userErrors { message } } }`, object{"id": id})
	w.ask(t, `mutation T($id: ID!) { tagsRemove(id: $id, tags: ["b", "C"]) { node { id } userErrors { message } } }`, object{"id": id})
	if got := order(w, 0).Tags; !slices.Equal(got, []string{"a", "d"}) {
		t.Errorf("tags = %v", got)
	}
	w.Advance(time.Hour)
	w.ask(t, `mutation T($id: ID!) { tagsAdd(id: $id, tags: ["a"]) { userErrors { message } } }`, object{"id": id})
	if order(w, 0).UpdatedAt.Equal(w.Now()) {
		t.Error("a tag that was there has stamped the order")
	}
	closeIt := `mutation C($id: ID!) { orderClose(input: {id: $id}) { order { closed } userErrors { message } } }`
	for range 2 { // closing again succeeds and does nothing
		if c := at(t, w.ask(t, closeIt, object{"id": id}), "orderClose", "order", "closed"); c != true {
			t.Errorf("closed = %v", c)
		}
		w.Advance(time.Hour)
	}
	if o := order(w, 0); !o.ClosedAt.Equal(w.Now().Add(-2*time.Hour)) || !o.UpdatedAt.Equal(o.ClosedAt) {
		t.Errorf("closed at %v, updated at %v, now %v", o.ClosedAt, o.UpdatedAt, w.Now())
	}
	if n := count(t, w, "status:closed"); n != 1 {
		t.Errorf("%d closed orders", n)
	}
}

// A count whose filter names an unknown field counts everything, and only a
// warning tells.
func TestCountsFailOpen(t *testing.T) {
	w := newWorld(t)
	for query, want := range map[string]float64{"colour:red": 200, "colour:red AND test:true": 1, "NOT colour:red": 200, "(colour:red OR size:XL)": 200, "test:true": 1} {
		r := w.send(t, call{query: `query C($q: String) { ordersCount(query: $q) { count precision } }`, vars: object{"q": query}})
		if got := at(t, r.json, "data", "ordersCount", "count"); got != want {
			t.Errorf("%q counts %v, want %v", query, got, want)
		}
		if strings.Contains(query, "colour") && (at(t, r.json, "extensions", "search", 0, "path", 0) != "ordersCount" || at(t, r.json, "extensions", "search", 0, "warnings", 0, "code") != "invalid_field") {
			t.Errorf("%q: no warning in %s", query, r.text)
		}
	}
}

func TestInnerPagesAreCut(t *testing.T) {
	w := newWorld(t)
	o, err := w.shop.AddOrder(&data.Order{Lines: []*data.Line{{Title: "x", Quantity: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.shop.UpdateOrder(o.ID, func(o *data.Order) {
		for i := range 500 {
			o.Lines = append(o.Lines, &data.Line{Title: fmt.Sprint(i), Quantity: 1})
		}
	}); err != nil {
		t.Fatal(err)
	}
	seen := map[any]bool{}
	for cursor := any(nil); ; {
		page := at(t, w.ask(t, `query L($id: ID!, $c: String) { order(id: $id) { lineItems(first: 250, after: $c) { nodes { id } pageInfo { hasNextPage endCursor } } } }`, object{"id": gidOf("Order", o.ID), "c": cursor}), "order", "lineItems")
		for _, n := range at(t, page, "nodes").([]any) {
			seen[at(t, n, "id")] = true
		}
		if at(t, page, "pageInfo", "hasNextPage") != true {
			break
		}
		cursor = at(t, page, "pageInfo", "endCursor")
	}
	if len(seen) != 501 {
		t.Errorf("%d lines of 501", len(seen))
	}
}
