package system_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/completeness"
	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/listings"
	"backroom/shared/orders"
	"backroom/shared/products"
)

// mugs are a world of one product, and an item of which the companion API tells what API
// v2.0 does not; companion are the sets that it has.
func mugs(t *testing.T, companion ...string) *worlds.World {
	t.Helper()
	begin := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	s := worlds.Plain(begin)
	s.BC.Companion = companion
	s.Card.SKUMapping = products.SKUItemNoVariant
	owners := map[listings.Field]listings.Owner{}
	for _, f := range []listings.Field{listings.Vendor, listings.Body, listings.Mass, listings.HSCode, listings.Origin} {
		owners[f] = listings.OwnerBC
	}
	s.Settings = []any{listings.Settings{ProductSync: listings.ToShop, AddProducts: true, ProductFieldOwners: owners, ProductOversell: "no"}}
	s.Shop = data.Bulk(begin, 1)
	s.Shop.Orders = nil
	s.Shop.Products = []*data.Product{{
		ID: 70_000_001, Title: "A mug", Handle: "mug", Status: "ACTIVE", Vendor: "Somebody", DescriptionHTML: "<p>Ours</p>", Options: []string{"Title"}, DefaultVariantOnly: true,
		CreatedAt: begin.Add(-time.Hour), UpdatedAt: begin.Add(-time.Hour),
		Variants: []*data.Variant{{ID: 80_000_001, Title: "Default Title", Values: []string{"Default Title"}, SKU: "MUG", Grams: 900, Oversell: true, Taxable: true, Stock: map[int64]int{}}},
	}}
	told := businesscentral.ItemDetails{
		Vendor: "Nordlicht", GrossWeight: decimal.RequireFromString("0.35"), Tariff: "6912 00 23", Origin: "DE", MarketingText: `<p onclick="x">Holds tea</p><script>alert(1)</script>`,
	}
	s.Stock = []businesscentral.Stock{
		{Number: "MUG", Description: "Mug", UnitPrice: decimal.NewFromInt(9), Details: told},
		{Number: "CUP", Description: "Cup", UnitPrice: decimal.NewFromInt(7), Details: told, Variants: []businesscentral.StockVariant{{Code: "RED", Description: "Red"}}, References: []businesscentral.ItemReference{{Variant: "RED", Number: "4006381333931"}}},
	}
	w := worlds.New(t, s)
	for _, job := range []string{orders.TaskName, documents.TaskName, completeness.TaskName} {
		w.Hold(job)
	}
	return w
}

// What the companion API tells of items goes to products by the real clients, and
// without it what is in Shopify stays.
func TestDetailsOfItems(t *testing.T) {
	for _, tt := range []struct {
		name      string
		companion []string
		want      []string
	}{
		{"with the companion API", []string{"itemDetails", "itemReferences"}, []string{
			`Cup of Nordlicht "<p>Holds tea</p>": Red "4006381333931" 350 g "69120023" "DE", oversold false`,
			`Mug of Nordlicht "<p>Holds tea</p>": Default Title "" 350 g "69120023" "DE", oversold false`,
		}},
		{"without", nil, []string{`Cup of  "": Red "" 0 g "" "", oversold false`, `Mug of Somebody "<p>Ours</p>": Default Title "" 900 g "" "", oversold false`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := mugs(t, tt.companion...)
			play := func() (got []string) {
				t.Helper()
				if _, err := w.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: listings.TaskName, Trigger: jobqueue.ByHand, Parameters: []byte(`{"full":true}`)}); err != nil {
					t.Fatal(err)
				}
				w.Live(5 * time.Minute)
				for _, p := range w.Shopify.Shop("").Products() {
					if p.Title != "Mug" && p.Title != "Cup" { // of the company's own items
						continue
					}
					for _, v := range p.Variants {
						got = append(got, fmt.Sprintf("%s of %s %q: %s %q %d g %q %q, oversold %t", p.Title, p.Vendor, p.DescriptionHTML, v.Title, v.Barcode, v.Grams, v.HSCode, v.Origin, v.Oversell))
					}
				}
				slices.Sort(got)
				return got
			}
			if diff := cmp.Diff(tt.want, play()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			was := w.Shopify.Shop("").Products()
			play()
			for i, p := range w.Shopify.Shop("").Products() {
				if !p.UpdatedAt.Equal(was[i].UpdatedAt) {
					t.Errorf("%s is written again", p.Title)
				}
			}
		})
	}
}
