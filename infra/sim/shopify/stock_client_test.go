package shopify_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"backroom/infra/sim/shopify/data"
	reaction "backroom/shared/fault"
	"backroom/shared/inventory"
	"backroom/shared/usage"
)

// stockOf is a world, the client of its stock, and the ids of three of its items.
func stockOf(t *testing.T) (*world, inventory.Target, []string) {
	t.Helper()
	w := newWorld(t)
	var ids []string
	for _, p := range w.shop.Products()[:3] {
		ids = append(ids, fmt.Sprint(p.Variants[0].ID))
	}
	w.shop.SetScopes(append(w.shop.Info().Scopes, "write_inventory"))
	return w, connect(t, w).Stock, ids
}

// Levels are read with the locations, whatever is gone or broken among them.
func TestStockClientReads(t *testing.T) {
	w, c, ids := stockOf(t)
	if err := w.shop.ChangeVariant(w.shop.Products()[1].Variants[0].ID, func(v *data.Variant) {
		v.Tracked, v.Stock, v.Inactive = false, map[int64]int{61001: 3}, map[int64]bool{61001: true}
		for i := range 120 { // more than a page
			v.Stock[62000+int64(i)] = i
		}
	}); err != nil {
		t.Fatal(err)
	}
	ls, err := c.Levels(t.Context(), append(slices.Clone(ids), "1"), []string{"61001", "2"})
	if err != nil || len(ls.Items) != 3 || len(ls.Locations) != 1 || len(ls.Unread) > 0 {
		t.Fatalf("%+v, %v", ls, err)
	}
	first := w.shop.Products()[0].Variants[0]
	if it := ls.Items[ids[0]]; !it.Tracked || it.Levels["61001"] != (inventory.Level{Active: true, Available: first.Stock[61001]}) {
		t.Errorf("%+v", it)
	}
	if it := ls.Items[ids[1]]; it.Tracked || it.Levels["61001"] != (inventory.Level{Available: 3}) {
		t.Errorf("%+v", it)
	}
	if l := ls.Locations["61001"]; l.ID != "61001" || l.Name == "" || !l.Active || l.Service {
		t.Errorf("%+v", l)
	}
}

// A batch is done once for its key; one bad change refuses it, and each is answered.
func TestStockClientSets(t *testing.T) {
	w, c, ids := stockOf(t)
	from := w.shop.Products()[0].Variants[0].Stock[61001]
	b := inventory.Batch{Key: "k1", Changes: []inventory.Change{{Item: ids[0], Location: "61001", Quantity: 7, From: from}}}
	left := func(n int) {
		t.Helper()
		if got, _ := w.shop.Available(w.shop.Products()[0].Variants[0].ID, 61001); got != n {
			t.Errorf("%d available, want %d", got, n)
		}
	}
	for range 2 { // the second time it is not done again, and answered as it was
		if as, err := c.Set(t.Context(), b); err != nil || len(as) != 1 || as[0].Err != nil {
			t.Fatalf("%v, %v", as, err)
		}
		left(7)
	}
	b.Changes[0].Quantity = 8
	if _, err := c.Set(t.Context(), b); reaction.KindOf(err) != reaction.Transient {
		t.Errorf("the same key for something else: %v", err)
	}
	bad := inventory.Batch{Key: "k2", Changes: []inventory.Change{
		{Item: ids[0], Location: "61001", Quantity: 9, From: 7}, {Item: ids[1], Location: "61001", Quantity: 9, From: -77}, {Item: "1", Location: "61001"},
	}}
	as, err := c.Set(t.Context(), bad)
	if err != nil || len(as) != 3 {
		t.Fatalf("%v, %v", as, err)
	}
	for i, code := range []string{inventory.CodeOthers, inventory.CodeStale, inventory.CodeItem} {
		if reaction.Of(as[i].Err).Code != code {
			t.Errorf("%d is %v, want %s", i, as[i].Err, code)
		}
	}
	left(7)
	w.shop.KeyTrouble(inventory.CodeBusy, 1)
	if _, err := c.Set(t.Context(), inventory.Batch{Key: "k3", Changes: b.Changes}); reaction.KindOf(err) != reaction.Unknown {
		t.Errorf("a key under way: %v", err)
	}
}

// The newest orders are listed from the database, though the index trails.
func TestStockClientListsOrders(t *testing.T) {
	w, c, _ := stockOf(t)
	w.shop.SetIndexLag(time.Hour)
	since := w.Now()
	w.Advance(time.Minute)
	var want []string
	for range 3 {
		o, err := w.shop.AddOrder(&data.Order{Lines: []*data.Line{{Title: "X", Quantity: 1}}})
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprint(o.ID))
	}
	ctx, used := usage.Begin(t.Context())
	got, err := c.Placed(ctx, since)
	slices.Sort(got)
	if err != nil || !slices.Equal(got, want) || used.Count().ShopifyRequests != 1 {
		t.Errorf("%v, want %v; %v; %+v", got, want, err, used.Count())
	}
	if all, err := c.Placed(t.Context(), time.Time{}); err != nil || len(all) != len(w.shop.Orders()) {
		t.Errorf("%d of %d orders, %v", len(all), len(w.shop.Orders()), err)
	}
}
