package system_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"testing"
	"time"

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

var manyProducts = flag.Int("products", 120, "products of TestUnchangedProductsCost")

// What a shop of products with three variants each costs that stand for items as they
// are: a full check, and a run when change times show nothing. The full check is at most
// 150 requests to Shopify and 60 to Business Central for 5,000 products.
func TestUnchangedProductsCost(t *testing.T) {
	n := *manyProducts
	begin := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	s := worlds.Plain(begin)
	s.Card.SKUMapping = products.SKUItemNoVariant
	s.Settings = []any{listings.Settings{ProductSync: listings.ToShop}}
	s.Shop = data.Bulk(begin, 1)
	s.Shop.Products = nil
	s.Shop.Orders = nil
	s.Stock = []businesscentral.Stock{}
	for i := range n {
		number := fmt.Sprintf("P%05d", i)
		p := &data.Product{ID: int64(70_000_000 + i), Title: "Product " + number, Handle: number, Status: "ACTIVE", Options: []string{"Variant"}, CreatedAt: begin.Add(-time.Hour), UpdatedAt: begin.Add(-time.Duration(n-i)*20*time.Second - time.Hour)}
		stock := businesscentral.Stock{Number: number, Description: p.Title, UnitPrice: decimal.NewFromInt(9)}
		for j, code := range []string{"R", "G", "B"} {
			p.Variants = append(p.Variants, &data.Variant{ID: int64(80_000_000 + 10*i + j), Title: code, Values: []string{code}, SKU: number + "|" + code, Stock: map[int64]int{}})
			stock.Variants = append(stock.Variants, businesscentral.StockVariant{Code: code})
		}
		s.Shop.Products, s.Stock = append(s.Shop.Products, p), append(s.Stock, stock)
	}
	w := worlds.New(t, s)
	for _, job := range []string{orders.TaskName, documents.TaskName, completeness.TaskName} {
		w.Hold(job)
	}
	run := func(full bool) (toShopify, toBC int) {
		t.Helper()
		shopify, bc := w.Shopify.Meter().Requests, int(w.BC.Meters().Outer)
		js, err := json.Marshal(listings.Parameters{Full: full})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: listings.TaskName, Trigger: jobqueue.ByHand, Parameters: js}); err != nil {
			t.Fatal(err)
		}
		w.Live(5 * time.Minute)
		return w.Shopify.Meter().Requests - shopify, int(w.BC.Meters().Outer) - bc
	}
	run(true)
	w.Live(2 * time.Hour)
	run(true) // after which nothing can trail behind what it has read
	w.Live(time.Hour)
	idleShop, idleBC := run(false)
	fullShop, fullBC := run(true)
	fmt.Printf("products_idle_shopify %d requests\nproducts_idle_bc %d requests\n", idleShop, idleBC)
	fmt.Printf("products_full_shopify %d requests\nproducts_full_bc %d requests\n", fullShop, fullBC)
	if idleShop > 3 || idleBC > 3 {
		t.Errorf("a run with nothing to do makes %d and %d requests, more than 3", idleShop, idleBC)
	}
	if fullShop > n*150/5000+10 || fullBC > n*60/5000+12 || n >= 5000 && (fullShop > 150 || fullBC > 60) {
		t.Errorf("a full check of %d products makes %d and %d requests", n, fullShop, fullBC)
	}
}
