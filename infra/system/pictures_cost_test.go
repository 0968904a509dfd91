package system_test

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/completeness"
	"backroom/shared/documents"
	"backroom/shared/images"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/listings"
	"backroom/shared/orders"
)

var manyPictures = flag.Int("pictures", 60, "products of TestUnchangedPicturesCost")

// What pictures cost that are as they were, in either direction: when no stamp has moved,
// and when all have, as stock moves those of items and edits those of products. Where the
// companion API tells which pictures are as they were, none is read.
func TestUnchangedPicturesCost(t *testing.T) {
	for _, name := range []string{"to_shopify", "to_shopify_companion", "from_shopify"} {
		dir := images.ToShopify
		if name == "from_shopify" {
			dir = images.FromShopify
		}
		w, shop := worldOfPictures(t, dir, *manyPictures)
		if strings.HasSuffix(name, "companion") {
			w.BC.SetCompanion("itemPictures")
		}
		run := func() (toShopify, toBC int) {
			t.Helper()
			shopify, bc := w.Shopify.Meter().Requests, int(w.BC.Meters().Outer)
			if _, err := w.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: images.TaskName, Trigger: jobqueue.ByHand}); err != nil {
				t.Fatal(err)
			}
			w.Live(5 * time.Minute)
			if r := w.Runs(images.TaskName)[0]; r.Outcome != jobqueue.Succeeded {
				t.Fatalf("%s: %s %s", r.Outcome, r.Merchant, r.Detail)
			}
			return w.Shopify.Meter().Requests - shopify, int(w.BC.Meters().Outer) - bc
		}
		run()
		for _, p := range shop.Products {
			own, _ := w.Shopify.Shop("").Shows(p.ID)
			if item := w.BC.Companies()[0].Pictures(p.Variants[0].SKU, ""); len(own) != 1 || len(item) != 1 {
				t.Fatalf("%s: %s has %d pictures, its item %d", dir, p.Title, len(own), len(item))
			}
		}
		w.Live(2 * time.Hour)
		run() // after which nothing can trail behind what it has read
		w.Live(time.Hour)
		idleShop, idleBC := run()
		for _, p := range shop.Products {
			if dir == images.ToShopify {
				if err := w.BC.Companies()[0].Adjust(p.Variants[0].SKU, "", "", decimal.NewFromInt(1)); err != nil {
					t.Fatal(err)
				}
			} else if err := w.Shopify.Shop("").UpdateProduct(p.ID, func(p *data.Product) { p.Vendor = "Another" }); err != nil {
				t.Fatal(err)
			}
		}
		w.Live(5 * time.Minute)
		before := w.BC.Meters().Inner
		movedShop, movedBC := run()
		movedOps := int(w.BC.Meters().Inner - before)
		if strings.HasSuffix(name, "companion") && movedOps > 5+*manyPictures/20 {
			t.Errorf("%d operations of Business Central: pictures were read", movedOps)
		}
		name = "pictures_" + name
		fmt.Printf("%s_idle %d requests\n%s_unchanged_shopify %d requests\n%s_unchanged_bc %d requests\n%s_unchanged_bc_operations %d operations\n", name, idleShop+idleBC, name, movedShop, name, movedBC, name, movedOps)
		if idleShop+idleBC > 3 || movedShop+movedBC > 15 {
			t.Errorf("%s: a run with nothing to do makes %d and %d requests, one with %d pictures that are as they were %d and %d", dir, idleShop, idleBC, *manyPictures, movedShop, movedBC)
		}
	}
}

// worldOfPictures is a world of n products of one variant each, linked with items, and
// each with a picture where dir takes them from.
func worldOfPictures(t *testing.T, dir images.Direction, n int) (*worlds.World, *data.Data) {
	t.Helper()
	s := worlds.Plain(begin)
	s.Settings = []any{images.Settings{SyncItemImages: dir}}
	s.Shop = data.Bulk(begin, 1)
	s.Shop.Products, s.Shop.Orders, s.Stock = nil, nil, []businesscentral.Stock{}
	for i := range n {
		number := fmt.Sprintf("P%05d", i)
		s.Shop.Products = append(s.Shop.Products, &data.Product{
			ID: int64(70_000_000 + i), Title: "Product " + number, Handle: number, Status: "ACTIVE", Options: []string{"Title"}, CreatedAt: begin.Add(-48 * time.Hour), UpdatedAt: begin.Add(-time.Duration(n-i) * time.Minute),
			Variants: []*data.Variant{{ID: int64(80_000_000 + i), Title: "Default Title", Values: []string{"Default Title"}, SKU: number, Stock: map[int64]int{}}},
		})
		s.Stock = append(s.Stock, businesscentral.Stock{Number: number, Description: "Product " + number, UnitPrice: decimal.NewFromInt(9)})
	}
	w := worlds.New(t, s)
	for _, job := range []string{orders.TaskName, documents.TaskName, completeness.TaskName} {
		w.Hold(job)
	}
	for i, p := range s.Shop.Products {
		l := listings.Listing{Shop: w.Card.Code, Product: strconv.FormatInt(p.ID, 10), Title: p.Title, Variants: []listings.Variant{{ID: strconv.FormatInt(p.Variants[0].ID, 10), Item: p.Variants[0].SKU}}}
		if _, err := (&listings.Store{Table: w.Table}).Put(t.Context(), unguarded{w.Table}, jobqueue.Lease{}, l); err != nil {
			t.Fatal(err)
		}
		if dir == images.ToShopify {
			if err := w.BC.Companies()[0].SetPictures(p.Variants[0].SKU, "", picture(i%256)); err != nil {
				t.Fatal(err)
			}
		} else if _, err := w.Shopify.Shop("").AddPicture(p.ID, 0, "p.png", picture(i%256)); err != nil {
			t.Fatal(err)
		}
	}
	return w, s.Shop
}
