package shopify_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/cursor"
	reaction "backroom/shared/fault"
	"backroom/shared/listings"
)

// A product of 120 variants is made, read whole, and changed variant by variant; one that
// is refused stops no other, and what is not given stays.
func TestProductClient(t *testing.T) {
	w := newWorld(t)
	w.shop.SetScopes(append(w.shop.Info().Scopes, "write_products", "read_publications", "write_publications"))
	c := connect(t, w).Products
	n := listings.NewProduct{Handle: "rack-1000", Title: "Rack", Status: "DRAFT", Option: "Size"}
	for i := range 120 {
		n.Variants = append(n.Variants, listings.NewVariant{Value: fmt.Sprint("S", i), SKU: fmt.Sprint("RACK|", i), Barcode: fmt.Sprint(4006381000000 + i), Price: decimal.NewFromInt(9), Tracked: true})
	}
	p, err := c.CreateProduct(t.Context(), n)
	if err != nil || len(p.Variants) != 120 || p.Status != "DRAFT" || p.Variants[119].SKU != "RACK|119" || p.Variants[119].InventoryItem == "" || !p.Variants[119].Price.Equal(decimal.NewFromInt(9)) {
		t.Fatalf("%d variants, %v; %+v", len(p.Variants), err, p)
	}
	if _, err := c.CreateProduct(t.Context(), n); !errors.Is(err, listings.ErrTaken) || reaction.KindOf(err) != reaction.Rejected {
		t.Errorf("a second one of the handle: %v", err)
	}
	by, err := c.ProductByHandle(t.Context(), "rack-1000")
	if none, e := c.ProductByHandle(t.Context(), "nothing"); err != nil || e != nil || by == nil || by.ID != p.ID || len(by.Variants) != 120 || none != nil {
		t.Errorf("by its handle %v, %v; by another %v, %v", by, err, none, e)
	}
	sku := "new"
	done, refused, err := c.UpdateVariants(t.Context(), p.ID, []listings.VariantChange{{ID: p.Variants[3].ID, SKU: &sku}, {ID: "1", SKU: &sku}})
	if err != nil || len(done) != 1 || done[0].SKU != "new" || done[0].Barcode != p.Variants[3].Barcode || len(refused) != 1 || reaction.KindOf(refused["1"]) != reaction.Rejected {
		t.Errorf("done %+v, refused %v, %v", done, refused, err)
	}
	kind, blank := "Racks", " "
	if changed, err := c.UpdateProduct(t.Context(), p.ID, listings.ProductChange{Type: &kind}); err != nil || changed.Type != kind || changed.Title != "Rack" || changed.Status != "DRAFT" {
		t.Errorf("%+v, %v", changed, err)
	}
	if _, err := c.UpdateProduct(t.Context(), p.ID, listings.ProductChange{Title: &blank}); reaction.KindOf(err) != reaction.Rejected {
		t.Errorf("no title: %v", err)
	}
	made, err := c.CreateVariants(t.Context(), p.ID, "Size", []listings.NewVariant{{Value: "XL", SKU: "RACK|XL"}})
	if _, again := c.CreateVariants(t.Context(), p.ID, "Size", []listings.NewVariant{{Value: "XL"}}); err != nil || len(made) != 1 || made[0].SKU != "RACK|XL" || reaction.KindOf(again) != reaction.Rejected {
		t.Errorf("%+v, %v; again %v", made, err, again)
	}
	ids, err := c.ProductsOfCodes(t.Context(), []string{"RACK|XL"}, []string{"4006381000001"})
	if err != nil || !slices.Equal(ids, []string{p.ID}) {
		t.Errorf("by SKU and bar code %v, %v", ids, err)
	}
	channels, err := c.Channels(t.Context())
	if err != nil || len(channels) == 0 || channels[0].Title != "Online Store" {
		t.Fatalf("channels %v, %v", channels, err)
	}
	if err := c.Publish(t.Context(), p.ID, []string{channels[0].ID}); err != nil {
		t.Error(err)
	}
	if err := c.Publish(t.Context(), p.ID, []string{"1"}); reaction.KindOf(err) != reaction.Rejected {
		t.Errorf("a channel that is none: %v", err)
	}
}

// Products are listed by when they changed, and those that are gone are left out.
func TestProductClientLists(t *testing.T) {
	w := newWorld(t)
	c := connect(t, w).Products
	all := len(w.shop.Products())
	n, err := c.CountProducts(t.Context(), cursor.Window{}, 10_000)
	if err != nil || n != all {
		t.Fatalf("%d of %d, %v", n, all, err)
	}
	seen := map[string]bool{}
	for page := ""; ; {
		p, err := c.ChangedProducts(t.Context(), cursor.Window{}, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, product := range p.Products {
			seen[product.ID] = true
		}
		if page = p.Next; page == "" {
			break
		}
	}
	first := fmt.Sprint(product(w, 0).ID)
	w.Advance(time.Hour)
	if err := w.shop.DeleteProduct(product(w, 1).ID); err != nil {
		t.Fatal(err)
	}
	there, err := c.Existing(t.Context(), []string{first, "1"})
	read, readErr := c.ProductsByID(t.Context(), []string{first, "1"})
	later, laterErr := c.CountProducts(t.Context(), cursor.Window{From: w.Now()}, 10)
	if len(seen) != all || err != nil || !there[first] || there["1"] || readErr != nil || len(read.Products) != 1 || laterErr != nil || later != 0 {
		t.Errorf("%d listed of %d; there %v, %v; read %d, %v; later %d, %v", len(seen), all, there, err, len(read.Products), readErr, later, laterErr)
	}
}
