package listings_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/listings"
)

// Two products of one item are said, whichever comes later, until one of them stands for
// something else or a person says that it is meant so.
func TestItemOfTwoProducts(t *testing.T) {
	for _, tt := range []struct {
		name string
		mend func(w *world, first, second *listings.Product)
		card string // settings from then on
		gone bool   // the issue
	}{
		{name: "nothing is done", mend: func(*world, *listings.Product, *listings.Product) {}},
		{name: "the later one gets another SKU", gone: true, mend: func(w *world, _, p *listings.Product) { p.Variants[0].SKU, p.UpdatedAt = "2000", w.Now() }},
		{name: "the earlier one gets another SKU", gone: true, mend: func(w *world, p, _ *listings.Product) { p.Variants[0].SKU, p.UpdatedAt = "2000", w.Now() }},
		{name: "the later one is deleted", gone: true, mend: func(w *world, _, gone *listings.Product) { w.drop(gone) }},
		{name: "the earlier one is deleted", gone: true, mend: func(w *world, gone, _ *listings.Product) { w.drop(gone) }},
		{name: "the later one is mapped by hand", gone: true, card: `"variants":[{"variantID":"8004","itemNo":"1000"}],`},
		{name: "the earlier one is mapped by hand", gone: true, card: `"variants":[{"variantID":"8002","itemNo":"1000"}],`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const to = `"productSync":"to-shopify"`
			w := newWorld(t, to)
			w.item("1000", "Mug")
			w.item("2000", "Cup")
			first := w.product("One", "1000") // 8001, variant 8002
			w.run(t)
			if got := w.says(t); len(got) > 0 {
				t.Fatalf("of one product %q", got)
			}
			w.Advance(time.Hour)
			second := w.product("Other", "1000") // 8003, variant 8004
			second.UpdatedAt = w.Now()
			w.run(t)
			if got := w.says(t); len(got) != 1 || !strings.HasPrefix(got[0], "product-item-elsewhere: Two products stand for the same item: Other (variant 8004) and One of product 8001: 1000.") {
				t.Fatalf("of two products %q", got)
			}
			if w.Advance(time.Hour); tt.mend != nil {
				tt.mend(w, first, second)
			}
			w.set(t, tt.card+to)
			w.item("1000", "Mug!")
			for range 2 {
				w.Advance(25 * time.Hour)
				w.run(t)
			}
			want := 2 // an issue of each
			if tt.gone {
				want = 0
			}
			if got := w.says(t); len(got) != want {
				t.Errorf("then %q", got)
			}
			for _, p := range []*listings.Product{first, second} {
				if p.Title != "Mug!" && p.Variants[0].SKU == "1000" && slices.Contains(w.products, p) {
					t.Errorf("%s is not in step", p.Title)
				}
			}
		})
	}
}

// drop deletes a product in the shop.
func (w *world) drop(gone *listings.Product) {
	w.products = slices.DeleteFunc(w.products, func(p *listings.Product) bool { return p == gone })
}
