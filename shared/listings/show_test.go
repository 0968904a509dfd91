package listings_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backroom/shared/listings"
)

// Products that exist are shown in the channels of the card once; whoever hides one after
// that is followed, until the card names other channels.
func TestExistingProductsAreShown(t *testing.T) {
	const card = `"productSync":"to-shopify","showProducts":true,"productChannels":`
	w := newWorld(t, card+`["online store"]`)
	w.item("1000", "Mug")
	w.item("2000", "Cup")
	mug, other := w.product("Mug", "1000"), w.product("Other", "NOPE")
	w.run(t)
	if !slices.Equal(w.shown[mug.ID], []string{"901"}) || w.shown[other.ID] != nil {
		t.Errorf("shown %v", w.shown)
	}
	delete(w.shown, mug.ID)
	w.Advance(25 * time.Hour)
	w.run(t, full)
	if w.requests["Publish"] != 1 || w.requests["Channels"] != 1 {
		t.Errorf("asked %v", w.requests)
	}
	w.set(t, card+`["Online Store","Kiosk"]`)
	w.Advance(25 * time.Hour)
	w.run(t, full)
	if says := w.says(t); len(says) != 1 || !strings.Contains(says[0], "no such sales channel: Kiosk") || !slices.Equal(w.shown[mug.ID], []string{"901"}) {
		t.Errorf("%q, shown %v", says, w.shown)
	}
	for name, settings := range map[string]string{
		"not asked for": `"productSync":"to-shopify","productChannels":["Online Store"]`, "items follow": `"productSync":"from-shopify","showProducts":true,"productChannels":["Online Store"]`,
		"no channels": `"productSync":"to-shopify","showProducts":true`,
	} {
		w := newWorld(t, settings)
		w.item("1000", "Mug")
		w.product("Mug", "1000")
		if w.run(t); w.requests["Publish"] > 0 {
			t.Errorf("%s: shown %v", name, w.shown)
		}
	}
}

// The SKU is what the item's vendor calls it: variants are linked by it, items become
// products with it, and without the companion API nothing is.
func TestVendorsNumbers(t *testing.T) {
	for _, tt := range []struct {
		name  string
		full  bool
		mute  bool
		want  []string
		wrong string
	}{
		{"the whole company", true, false, []string{"Mug = 1000 by SKU"}, "product-item-ambiguous: Several Business Central items fit Twin."},
		{"what has changed", false, false, []string{"Mug = 1000 by SKU"}, "product-item-ambiguous: Several Business Central items fit Twin."},
		{"no companion API", true, true, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, `"productSync":"to-shopify","skuMapping":"vendor-item-no"`)
			if !tt.full {
				w.run(t)
				w.Advance(time.Hour)
			}
			w.details = map[string]listings.Details{"1000": {VendorItem: "N/1"}, "B1": {VendorItem: "N/2"}, "B2": {VendorItem: "N/2"}}
			if tt.mute {
				w.details = nil
			}
			for _, n := range []string{"1000", "B1", "B2"} {
				w.item(n, "Mug")
			}
			mug := w.product("Mug", "N/1")
			w.product("Twin", "N/2")
			w.run(t)
			if diff := cmp.Diff(tt.want, plain(w.stands(t))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if says := strings.Join(w.says(t), "\n"); says != tt.wrong {
				t.Errorf("issues %q", says)
			}
			if mug.Variants[0].SKU != "N/1" {
				t.Errorf("SKU %q", mug.Variants[0].SKU)
			}
		})
	}
}

// An item that is made has the category that its product's type names, else the card's,
// and the card's unit.
func TestNewItemsHaveDefaults(t *testing.T) {
	w := newWorld(t, `"productSync":"from-shopify","addItems":true,"newItemCategory":"misc","newItemUnit":"box"`)
	w.names = map[string]string{"SHOE": "Shoes", "SHOE2": "shoes", "MISC": "Other"}
	for sku, typ := range map[string]string{"A": "SHOES ", "B": "shoe2", "C": "Chairs", "D": ""} {
		w.product("Product "+sku, sku).Type = typ
	}
	w.run(t)
	got := map[string]string{}
	for n, i := range w.items {
		got[n] = i.Category + " " + i.Unit
	}
	if diff := cmp.Diff(map[string]string{"A": "SHOE BOX", "B": "SHOE2 BOX", "C": "MISC BOX", "D": "MISC BOX"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
