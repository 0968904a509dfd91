package shopify_test

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/testclock"
)

// A shop that was kept answers as before: its own changes, deleted orders and
// keys included, and what it adds gets ids of its own.
func TestKeptShopComesBack(t *testing.T) {
	change := func(c *shopify.Config) { c.Shops = []*data.Data{writable(data.Sample(testclock.Monday))} }
	w := newWorld(t, change)
	set := stock(func(_ *world, _, row object, k *string) { row["quantity"], row["changeFromQuantity"], *k = 7, 40, "a" })
	if r := w.send(t, set(w)); len(found(r)) > 0 {
		t.Fatal(r.text)
	}
	w.ask(t, subscribe, object{"uri": "https://hooks.example/a"})
	orders := w.shop.Orders()
	gone, changed := orders[3], orders[5]
	if err := w.shop.DeleteOrder(gone.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.shop.UpdateOrder(changed.ID, func(o *data.Order) { o.Note = "changed" }); err != nil {
		t.Fatal(err)
	}
	added, err := w.shop.AddOrder(&data.Order{Lines: []*data.Line{{Title: "Something", Quantity: 2}}})
	if err != nil {
		t.Fatal(err)
	}
	w.shop.AddPayout(&data.Payout{Status: "PAID", Currency: "EUR"})
	js, err := w.shop.Keep()
	if err != nil {
		t.Fatal(err)
	}
	back := newWorld(t, change)
	back.Advance(time.Minute) // the search index knows all by then
	w.Advance(time.Minute)
	if err := back.Restore(js); err != nil {
		t.Fatal(err)
	}
	back.shop = back.Shop("")
	if again, err := back.shop.Keep(); err != nil || string(again) != string(js) {
		t.Errorf("kept again it is another shop, %v", err)
	}
	back.token = back.shop.IssueToken()

	content, err := os.ReadFile("../../../shared/shopify/queries/content.graphql")
	if err != nil {
		t.Fatal(err)
	}
	var ids []any
	for _, o := range append(w.shop.Orders(), gone) {
		ids = append(ids, fmt.Sprintf("gid://shopify/Order/%d", o.ID))
	}
	for chunk := range slices.Chunk(ids, 50) {
		c := call{query: string(content), operation: "OrderBatch", vars: object{"ids": chunk, "bundles": true, "staff": true}}
		a, b := at(t, w.send(t, c).json, "data", "nodes"), at(t, back.send(t, c).json, "data", "nodes")
		if a == nil || !reflect.DeepEqual(a, b) {
			t.Fatalf("the orders differ:\n%v\n%v", a, b)
		}
	}
	for _, query := range []string{
		`{ orders(first: 250, query: "updated_at:>='2020-01-01T00:00:00Z'") { nodes { id name updatedAt } } }`,
		`{ customers(first: 50) { nodes { id displayName } } }`, `{ shopifyPaymentsAccount { id payouts(first: 5) { nodes { id status net { amount } } } } }`, `{ products(first: 50) { nodes { id title } } }`,
		`{ webhookSubscriptions(first: 5) { nodes { id topic } } }`, shopQuery,
	} {
		if a, b := w.send(t, call{query: query}), back.send(t, call{query: query}); !reflect.DeepEqual(a.json["data"], b.json["data"]) {
			t.Errorf("%s:\n%s\n%s", query, a.text, b.text)
		}
	}
	if r := back.send(t, set(back)); len(found(r)) > 0 || back.shop.Products()[0].Variants[0].Stock[61001] != 7 {
		t.Errorf("an idempotency key is not known any more: %s", r.text)
	}
	next, err := back.shop.AddOrder(&data.Order{Lines: []*data.Line{{Title: "Something", Quantity: 2}}})
	if err != nil || next.ID <= added.ID || next.Number != added.Number+1 {
		t.Errorf("the next order is %d, number %d, after %d, number %d; %v", next.ID, next.Number, added.ID, added.Number, err)
	}
}

// What a shop consists of is kept, or there is a reason why it is not.
func TestEachPartOfAShopIsKeptOrNot(t *testing.T) {
	const kept = "kept"
	why := map[string]string{
		"info": kept, "locations": kept, "companies": kept, "products": kept, "customers": kept, "orders": kept, "orderIDs": kept,
		"seq": kept, "subs": kept, "keys": kept, "groups": kept, "payments": kept, "uninstalled": kept, "gallery": kept,
		"zone": "of info", "owner": "of orders", "variants": "of products", "byNumber": "of customers", "customerHist": "what the index has yet to learn", "productHist": "what the index has yet to learn",
		"keyCode": "switched", "keyTimes": "switched",
		"srv": "the process's", "mu": "the process's", "lag": "configured", "bucket": "full again", "down": "switched", "fields": "switched",
		"bulks": "of the process: whoever started one starts another", "bulkFails": "switched", "flood": "configured",
		"tokens": "asked for anew", "log": "of the process", "meter": "of the process", "failed": "of the process",
	}
	typ := reflect.TypeFor[shopify.Shop]()
	for field := range typ.Fields() {
		if f := field.Name; why[f] == "" {
			t.Errorf("%s of a shop is neither kept nor is there a reason", f)
		}
	}
}

func TestWhatIsNoShopIsNotRestored(t *testing.T) {
	w := newWorld(t)
	w.shop.AddPayout(&data.Payout{Status: "PAID", Currency: "EUR"})
	js, err := w.shop.Keep()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"no JSON":         "{",
		"nothing":         "{}",
		"an order less":   strings.Replace(string(js), `"orderIDs":[`, `"orderIDs":[`+fmt.Sprint(w.shop.Orders()[0].ID)+`,`, 1),
		"foreign variant": strings.Replace(string(js), `"groups":{`, `"groups":{"7":{"changes":[{"variant":1,"location":2}]}`, 1),
	} {
		if err := w.Restore([]byte(text)); err == nil {
			t.Errorf("%s: restored", name)
		}
	}
}
