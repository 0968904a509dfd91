package shopify_test

import (
	"fmt"
	"testing"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/testclock"
)

// bundle makes the first variant a bundle's parent.
func bundle(t *testing.T, w *world) {
	t.Helper()
	if err := w.shop.ChangeVariant(w.shop.Products()[0].Variants[0].ID, func(v *data.Variant) { v.RequiresComponents = true }); err != nil {
		t.Fatal(err)
	}
}

func busyKey(code string) func(*testing.T, *world) {
	return func(_ *testing.T, w *world) { w.shop.KeyTrouble(code, 1) }
}

// What is sold is not available any more, from the order on, wherever it ships from;
// a shipment changes nothing, and what is put back is available again.
func TestOrdersTakeWhatIsAvailable(t *testing.T) {
	d := data.Bulk(testclock.Monday, 3)
	sold := d.Orders
	d.Orders = nil
	w := newWorld(t, func(c *shopify.Config) { c.Shops = []*data.Data{d} })
	add := func(i int) (o *data.Order, id, location int64, units int) {
		t.Helper()
		o, err := w.shop.AddOrder(sold[i])
		if err != nil {
			t.Fatal(err)
		}
		f := o.FulfillmentOrders[0]
		id = o.Line(f.Lines[0].Line).Variant
		for _, l := range f.Lines {
			if o.Line(l.Line).Variant == id {
				units += l.Remaining
			}
		}
		return o, id, f.Location, units
	}
	const begin = 40
	left := func(what string, id, location int64, want int) {
		t.Helper()
		if got, ok := w.shop.Available(id, location); !ok || got != want {
			t.Errorf("%s: %d available, want %d", what, got, want)
		}
	}
	for _, p := range d.Products {
		for _, v := range p.Variants {
			v.Stock = map[int64]int{61001: begin, 61002: begin}
		}
	}
	o, id, location, units := add(0)
	left("sold", id, location, begin-units)
	if _, err := w.shop.FulfilOrder(o.ID, shopify.Fulfilling{Do: "ship"}); err != nil {
		t.Fatal(err)
	}
	left("shipped", id, location, begin-units)
	o, id, location, units = add(1)
	had, _ := w.shop.Available(id, location)
	if _, err := w.shop.CancelOrder(o.ID, "CUSTOMER"); err != nil {
		t.Fatal(err)
	}
	left("cancelled", id, location, had+units)
	if err := w.shop.ChangeVariant(id, func(v *data.Variant) { v.Tracked = false }); err != nil {
		t.Fatal(err)
	}
	add(2)
	left("sold without tracking", id, location, had+units)
}

// A level that is not active is shown on request only.
func TestInactiveLevels(t *testing.T) {
	w := newWorld(t)
	v := w.shop.Products()[0].Variants[0]
	if err := w.shop.ChangeVariant(v.ID, func(v *data.Variant) { v.Inactive = map[int64]bool{61001: true} }); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string]int{"": 1, ", includeInactive: true": 2} {
		r := w.send(t, call{query: fmt.Sprintf(`{ inventoryItem(id: "gid://shopify/InventoryItem/%d") { inventoryLevels(first: 9%s) { nodes { id isActive location { id } } } } }`, v.ID, arg)})
		nodes, _ := at(t, r.json, "data", "inventoryItem", "inventoryLevels", "nodes").([]any)
		if len(nodes) != want {
			t.Errorf("%q: %v", arg, nodes)
		}
	}
}
