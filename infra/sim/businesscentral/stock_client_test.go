package businesscentral

import (
	"fmt"
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/shared/inventory"
	"backroom/shared/usage"
)

// told is what a company says of an item, in order.
func told(st inventory.Stocks, item string) (out []string) {
	for _, r := range st.Rows {
		if r.Item == item {
			out = append(out, fmt.Sprintf("%s %s: %s less %s, %s", r.Variant, r.Location, r.Quantity, r.Sold, r.Projected))
		}
	}
	slices.Sort(out)
	return out
}

// Stock is told per variant and location in one request where the companion API is
// installed, and as a total less what is sold in one batch where it is not.
func TestStockClient(t *testing.T) {
	w := stocked(t)
	line := `{"lineType":"Item","lineObjectNumber":"TEA","quantity":2,"unitPrice":3%s}`
	w.create(t, "", fmt.Sprintf(line, ""))
	ctx, used := usage.Begin(t.Context())
	st, err := w.client.Stock.Stock(ctx, inventory.Asked{})
	want := []string{" : 0 less 2, -2", "BLACK EAST: 5 less 0, 5", "GREEN MAIN: 30 less 0, 30"}
	if err != nil || !st.Located || !slices.Equal(told(st, "TEA"), want) || len(st.Items) < 3 || used.Count().BCRequests != 1 {
		t.Errorf("%v: %q of %d items, %+v", err, told(st, "TEA"), len(st.Items), used.Count())
	}
	st, err = w.client.Stock.Stock(t.Context(), inventory.Asked{Items: []string{"tea"}, Units: true})
	if it := st.Items["TEA"]; err != nil || len(st.Items) != 1 || !it.Units["BOX"].Equal(decimal.NewFromInt(12)) || it.BaseUnit != "PCS" {
		t.Errorf("%v: %+v", err, st.Items)
	}
	w.SetCompanion("shipments")
	ctx, used = usage.Begin(t.Context())
	st, err = w.client.Stock.Stock(ctx, inventory.Asked{})
	if err != nil || st.Located || !slices.Equal(told(st, "TEA"), []string{" : 35 less 2, 33"}) || !st.Items["TEA"].Variants || st.Items["1896-S"].Variants {
		t.Errorf("%v: %q, %+v", err, told(st, "TEA"), st.Items["TEA"])
	}
	if n := used.Count().BCRequests; n > 2 {
		t.Errorf("%d requests", n)
	}
	w.SetCompanion()
	w.create(t, "", fmt.Sprintf(line, `,"unitOfMeasureCode":"BOX"`))
	st, err = w.client.Stock.Stock(t.Context(), inventory.Asked{Items: []string{"TEA", "1896-S"}})
	if err != nil || len(st.Items) != 2 || !st.Items["TEA"].Unsure || st.Items["1896-S"].Unsure {
		t.Errorf("%v: %+v", err, st.Items)
	}
}

// More rows than a page holds.
func TestStockClientPages(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Companion = []string{"inventoryByLocation"} })
	var items []Stock
	const n = 20_050
	for i := range n {
		items = append(items, Stock{Number: fmt.Sprint("ITEM", i), Description: "X", Inventory: decimal.NewFromInt(int64(i))})
	}
	if err := w.Company("").AddItems(items...); err != nil {
		t.Fatal(err)
	}
	ctx, used := usage.Begin(t.Context())
	st, err := w.client.Stock.Stock(ctx, inventory.Asked{})
	if err != nil || len(st.Items) < n || used.Count().BCRequests != 2 || !slices.Equal(told(st, "ITEM20049"), []string{" : 20049 less 0, 20049"}) {
		t.Errorf("%v: %d items, %+v", err, len(st.Items), used.Count())
	}
}
