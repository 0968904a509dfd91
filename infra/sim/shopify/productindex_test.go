package shopify_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
)

// Lists of products with a query trail the database by the lag, for what is new, what has
// changed and what was deleted; what is read by its id does not, nor a list without a query.
func TestIndexOfProductsTrails(t *testing.T) {
	w := newWorld(t, func(c *shopify.Config) { c.IndexLag = time.Minute })
	begin := w.Now()
	changed, gone := w.shop.Products()[0].ID, w.shop.Products()[1].ID
	w.Advance(time.Hour)
	made := w.shop.AddProduct(&data.Product{Title: "Made now", Handle: "made-now", Status: "ACTIVE", Options: []string{"Title"}, Variants: []*data.Variant{{Title: "Default Title", Values: []string{"Default Title"}, SKU: "MADE-NOW", Stock: map[int64]int{}}}})
	for range 2 { // the second change is no second version for an index that knows neither
		if err := w.shop.UpdateProduct(changed, func(p *data.Product) { p.Title = "Changed now" }); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.shop.DeleteProduct(gone); err != nil {
		t.Fatal(err)
	}
	id := func(n int64) string { return fmt.Sprintf("%q", gidOf("Product", n)) }
	since := `updated_at:>='` + begin.Add(30*time.Minute).UTC().Format(time.RFC3339) + `'`
	for _, tt := range []struct {
		name, query    string
		early, later   []string // what the answer has
		missing, never []string // what it has not
	}{
		{"what has changed since", `{ products(first: 250, query: "` + since + `") { nodes { id title } } }`, nil, []string{id(made.ID), id(changed), "Changed now"}, []string{id(made.ID), id(changed)}, []string{id(gone)}},
		{"as many as have changed", `{ productsCount(query: "` + since + `") { count } }`, []string{`"count":0`}, []string{`"count":2`}, nil, nil},
		{"a SKU", `{ productVariants(first: 9, query: "sku:MADE-NOW") { nodes { sku } } }`, nil, []string{"MADE-NOW"}, []string{"MADE-NOW"}, nil},
		{"one that was deleted", fmt.Sprintf(`{ products(first: 9, query: "id:%d") { nodes { id } } }`, gone), []string{id(gone)}, nil, nil, []string{id(gone)}},
		{"a list of all", `{ products(first: 250) { nodes { id title } } }`, []string{id(made.ID), "Changed now"}, []string{id(made.ID)}, []string{id(gone)}, []string{id(gone)}},
		{"by id", fmt.Sprintf(`{ nodes(ids: [%s, %s]) { id } }`, id(made.ID), id(gone)), []string{id(made.ID)}, []string{id(made.ID)}, []string{id(gone)}, []string{id(gone)}},
	} {
		has := func(when string, want, not []string) {
			t.Helper()
			text := w.send(t, call{query: tt.query}).text
			for _, s := range want {
				if !strings.Contains(text, s) {
					t.Errorf("%s, %s: no %s in %s", tt.name, when, s, text)
				}
			}
			for _, s := range not {
				if strings.Contains(text, s) {
					t.Errorf("%s, %s: %s is in %s", tt.name, when, s, text)
				}
			}
		}
		has("at once", tt.early, tt.missing)
		w.Advance(2 * time.Minute)
		has("later", tt.later, tt.never)
		w.Advance(-2 * time.Minute)
	}
}
