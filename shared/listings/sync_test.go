package listings_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backroom/shared/jobqueue"
	"backroom/shared/listings"
	"backroom/shared/testsize"
)

const toShopify = `"productSync":"to-shopify","addProducts":true`

// What stands for what, without a direction: nothing is written to either side.
func TestLinks(t *testing.T) {
	w := newWorld(t, `"variants":[{"variantID":"8004","itemNo":"1000"}]`)
	w.item("1000", "Mug")
	w.item("SHIRT", "Shirt", func(i *listings.Item) { i.GTIN = "4006381333931" })
	w.item("B1", "Twin", func(i *listings.Item) { i.GTIN = "4006381333948" })
	w.item("B2", "Twin", func(i *listings.Item) { i.GTIN = "4006381333948" })
	w.item("OLD", "Old", func(i *listings.Item) { i.Blocked = true })
	w.variant("SHIRT", "RED", "Red")
	w.product("By SKU", "SHIRT|red") // 8001, variant 8002
	w.product("By hand", "SHIRT")    // 8003, variant 8004
	w.product("Nothing", "NOPE")     // 8005
	w.product("By bar code", "").Variants[0].Barcode = "4006381333931"
	w.product("Which one", "").Variants[0].Barcode = "4006381333948"
	w.product("Blocked", "OLD")
	bundle := w.product("Bundle", "SET")
	bundle.Variants[0].Components = true
	gift := w.product("Gift card", "1000")
	gift.GiftCard = true
	twice := w.product("Twice", "1000", "1000")
	w.run(t)
	if diff := cmp.Diff([]string{
		"Blocked = OLD by SKU", "Bundle = by", "By SKU = SHIRT RED by SKU", "By bar code = SHIRT by bar code", "By hand = 1000 by by hand",
		"Twice (Value 0) = 1000 by SKU", "Twice (Value 1) = 1000 by SKU",
	}, plain(w.stands(t))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"product-item-ambiguous: Several Business Central items fit Which one.",
		"product-variants-same-item: Two variants of the product stand for the same item: Twice (Value 0) and Twice (Value 1): 1000.",
	}, w.says(t)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, op := range []string{"UpdateProduct", "UpdateVariants", "CreateProduct", "CreateVariants", "CreateItem", "UpdateItem"} {
		if w.requests[op] > 0 {
			t.Errorf("%s is called", op)
		}
	}
	// A product that is gone, and one whose SKU is corrected.
	w.products = slices.DeleteFunc(w.products, func(p *listings.Product) bool { return p == bundle })
	twice.Variants[1].SKU, twice.UpdatedAt = "SHIRT", w.Now()
	w.run(t, func(r *jobqueue.Request) { r.Parameters = json.RawMessage(`{"full":true}`) })
	if got := strings.Join(w.stands(t), "\n"); strings.Contains(got, "Bundle") {
		t.Errorf("what is gone is still listed:\n%s", got)
	}
}

// An item becomes a product with its variants, once, with what the card says of new
// ones; what is changed of it later changes there, and its siblings stay.
func TestItemsBecomeProducts(t *testing.T) {
	w := newWorld(t, toShopify+`,"newProductVendor":"Nordlicht","newProductStatus":"draft","newProductOption":"Colour","productChannels":["Online Store","Kiosk"]`)
	w.item("1000", "Mug", func(i *listings.Item) { i.GTIN, i.Category = "4006381333931", "SHOE" })
	w.item("SHIRT", "Shirt")
	w.variant("SHIRT", "R", "Red")
	w.variant("SHIRT", "B", "Blue")
	w.variant("SHIRT", "B2", "blue ")
	w.item("OLD", "Old", func(i *listings.Item) { i.Blocked = true })
	w.item("NAMELESS", " ")
	w.run(t)
	shirt := w.products[slices.IndexFunc(w.products, func(p *listings.Product) bool { return p.Title == "Shirt" })]
	if len(w.products) != 2 || shirt.Handle != "shirt-shirt" || shirt.Vendor != "Nordlicht" || shirt.Status != "DRAFT" || shirt.Options[0] != "Colour" {
		t.Fatalf("%d products, %+v", len(w.products), shirt)
	}
	if diff := cmp.Diff([]string{
		"Mug = 1000 by created", "Shirt (B) = SHIRT B by created", "Shirt (B2) = SHIRT B2 by created", "Shirt (Red) = SHIRT R by created",
	}, plain(w.stands(t))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"item-cannot-be-a-product: The item cannot become a product: NAMELESS has no description.",
		"product-channel-unknown: The shop has no such sales channel: Kiosk.", "product-channel-unknown: The shop has no such sales channel: Kiosk.",
	}, w.says(t)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !slices.Equal(w.shown[shirt.ID], []string{"901"}) {
		t.Errorf("shown in %v", w.shown[shirt.ID])
	}
	w.Advance(time.Hour)
	w.item("SHIRT", "Linen shirt")
	w.variant("SHIRT", "G", "Green")
	shirt.Variants[0].SKU, shirt.UpdatedAt = "typo", w.Now()
	before := slices.Clone(shirt.Variants)
	w.run(t)
	w.run(t)
	if shirt.Title != "Linen shirt" || len(shirt.Variants) != 4 || shirt.Variants[3].SKU != "SHIRT|G" || shirt.Variants[0].SKU != "SHIRT|B" {
		t.Errorf("%+v", shirt)
	}
	if diff := cmp.Diff(before[1:], shirt.Variants[1:3]); diff != "" {
		t.Errorf("siblings (-before +after):\n%s", diff)
	}
}

func plain(lines []string) (out []string) {
	for _, l := range lines {
		out = append(out, strings.Join(strings.Fields(strings.ReplaceAll(l, "by made", "by created")), " "))
	}
	return out
}

// What one request does not take of an item's variants is added after.
func TestManyVariants(t *testing.T) {
	w := newWorld(t, toShopify)
	w.item("BIG", "Big")
	w.item("HUGE", "Huge")
	for i := range 2049 {
		if i < 600 {
			w.variant("BIG", fmt.Sprint("C", i), "")
		}
		w.variant("HUGE", fmt.Sprint("C", i), "")
	}
	w.run(t)
	if len(w.products) != 1 || len(w.products[0].Variants) != 600 || len(w.stands(t)) != 600 {
		t.Errorf("%d products, of %d variants", len(w.products), len(w.products[0].Variants))
	}
	if got := w.says(t); len(got) != 1 || !strings.Contains(got[0], "HUGE has more than 2048 variants") {
		t.Errorf("%q", got)
	}
}

// Variants become items of the number that their SKU gives.
func TestVariantsBecomeItems(t *testing.T) {
	w := newWorld(t, `"productSync":"from-shopify","addItems":true`)
	w.product("Mug", "MUG").Variants[0].Barcode = "4006381333931"
	w.product("Shirt", "SHIRT|RED", "SHIRT|BLUE", "")
	w.product("Long", "A-NUMBER-THAT-IS-TOO-LONG")
	w.product("Words", "WORDS").Variants[0].Barcode = "no digits"
	w.run(t)
	if i := w.items["MUG"]; i == nil || i.Name != "Mug" || i.GTIN != "4006381333931" || w.items["SHIRT"] == nil || w.items["SHIRT"].Name != "Shirt" || len(w.variants) != 2 || w.items["WORDS"].GTIN != "" {
		t.Errorf("items %+v, variants %+v", w.items, w.variants)
	}
	if diff := cmp.Diff([]string{
		"product-item-missing: No Business Central item can be made of Long.",
		"product-item-missing: No Business Central item can be made of Shirt (Value 2).",
	}, w.says(t)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// A title that changes in Shopify; one that changes in BC is put right.
	w.Advance(time.Hour)
	w.products[0].Title, w.products[0].UpdatedAt = "Cup", w.Now()
	w.item("SHIRT", "Blouse")
	w.run(t)
	if w.items["MUG"].Name != "Cup" || w.items["SHIRT"].Name != "Shirt" {
		t.Errorf("%q, %q", w.items["MUG"].Name, w.items["SHIRT"].Name)
	}
}

// What becomes of products whose items are blocked, or gone.
func TestRemovedItems(t *testing.T) {
	for _, tt := range []struct{ name, setting, status, says string }{
		{"archived", `"archive"`, "ARCHIVED", ""},
		{"made a draft", `"draft"`, "DRAFT", ""},
		{"left, and said", `""`, "ACTIVE", "product-item-blocked product-item-gone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, `"productSync":"to-shopify","removedProducts":`+tt.setting)
			for _, n := range []string{"A", "B", "C", "D"} {
				w.item(n, n)
			}
			blocked, gone, both := w.product("A", "A"), w.product("B", "B"), w.product("C and D", "C", "D")
			w.run(t)
			w.items["A"].Blocked, w.items["C"].Blocked = true, true
			delete(w.items, "B")
			w.Advance(25 * time.Hour)
			w.run(t)
			w.run(t)
			if blocked.Status != tt.status || gone.Status != tt.status || both.Status != "ACTIVE" {
				t.Errorf("blocked %s, gone %s, one of two %s", blocked.Status, gone.Status, both.Status)
			}
			got := w.says(t)
			for _, want := range append(strings.Fields(tt.says), "product-item-blocked: The item is blocked in Business Central that C and D (Value 0)") {
				if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, want) }) {
					t.Errorf("no %s in %q", want, got)
				}
			}
		})
	}
}

// A conflict is shown with both values, and goes after a week.
func TestConflictsAreShown(t *testing.T) {
	w := newWorld(t, `"productSync":"both","productFieldOwners":{"title":"business-central"}`)
	w.item("1000", "Mug")
	p := w.product("Mug", "1000")
	w.run(t)
	w.Advance(time.Hour)
	p.Title, p.UpdatedAt = "Cup", w.Now()
	w.item("1000", "Beaker")
	w.run(t)
	if got := w.says(t); p.Title != "Beaker" || len(got) != 1 || got[0] != "product-field-conflict: Both sides have changed title of Mug." && got[0] != "product-field-conflict: Both sides have changed title of Cup." {
		t.Errorf("%q, title %q", got, p.Title)
	}
	w.Advance(8 * 24 * time.Hour)
	w.run(t)
	if got := w.says(t); len(got) > 0 {
		t.Errorf("after a week %q", got)
	}
}

// What two variants would each have an item called goes to neither.
func TestSharedItem(t *testing.T) {
	w := newWorld(t, `"productSync":"from-shopify"`)
	w.item("1000", "Mug")
	w.product("Cup", "1000")
	w.product("Beaker", "1000")
	for range 4 {
		w.run(t, func(r *jobqueue.Request) { r.Parameters = json.RawMessage(`{"full":true}`) })
	}
	if n := w.requests["UpdateItem"]; n > 1 {
		t.Errorf("the item is written %d times", n)
	}
	if got := w.says(t); len(got) != 2 || !strings.HasPrefix(got[0], "product-item-elsewhere: Two products stand for the same item: ") || !strings.Contains(got[0], "Shopify's title of 1000 is not taken over") {
		t.Errorf("%q", got)
	}
}

// Both sides edited at random, for 20 rounds: they settle, and a full check changes
// nothing more.
func TestBothSidesSettle(t *testing.T) {
	for seed := range testsize.Of[uint64](200, 40, 6) {
		for _, owner := range []string{"shopify", "business-central", "first"} {
			r := rand.New(rand.NewPCG(seed, 16))
			w := newWorld(t, `"productSync":"both","productFieldOwners":{"title":"`+owner+`","barcode":"`+owner+`"}`)
			w.cut = int(seed%2) * 4
			for _, n := range []string{"A", "B"} {
				w.item(n, "Item "+n)
				w.product("Product "+n, n)
			}
			for round := range 20 {
				w.edit(r)
				w.run(t)
				w.run(t)
				before := w.all()
				w.run(t, func(r *jobqueue.Request) { r.Parameters = json.RawMessage(`{"full":true}`) })
				if after := w.all(); after != before {
					t.Fatalf("seed %d, %s, round %d: a full check makes\n%s\nof\n%s", seed, owner, round, after, before)
				}
			}
		}
	}
}

// edit changes what it draws on both sides.
func (w *world) edit(r *rand.Rand) {
	w.Advance(time.Duration(1+r.IntN(90)) * time.Minute)
	word := func() string { return "abcabc"[r.IntN(3):][:1+r.IntN(3)] + strings.Repeat("x", r.IntN(4)) }
	gtin := func() string { return []string{"", "4006381333931", "4006381333948", "text"}[r.IntN(4)] }
	for i, n := range []string{"A", "B"} {
		if r.IntN(2) == 0 {
			w.item(n, word(), func(i *listings.Item) {
				if g := gtin(); g != "text" {
					i.GTIN = g
				}
			})
		}
		if p := w.products[i]; r.IntN(2) == 0 {
			p.Title, p.Variants[0].Barcode, p.UpdatedAt = word(), gtin(), w.Now()
		}
	}
}

// all is what both sides say.
func (w *world) all() string {
	var out []string
	for _, p := range w.products {
		out = append(out, fmt.Sprint(p.Title, " ", p.Type, " ", p.Status, " ", p.Variants))
	}
	for _, n := range slices.Sorted(maps.Keys(w.items)) {
		out = append(out, fmt.Sprint(n, " ", w.items[n].Name, " ", w.items[n].GTIN))
	}
	return strings.Join(out, "\n")
}

// A product that is made is nobody's to buy before its price was looked at, unless the
// card says so.
func TestStatusOfNewProducts(t *testing.T) {
	for setting, want := range map[string]string{"": "DRAFT", "active": "ACTIVE", "unlisted": "UNLISTED"} {
		w := newWorld(t, toShopify+`,"newProductStatus":"`+setting+`"`)
		w.item("1000", "Mug")
		w.run(t)
		if got := w.products[0].Status; got != want {
			t.Errorf("%q makes it %s, want %s", setting, got, want)
		}
	}
}
