package system_test

import (
	"encoding/json"
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
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/listings"
	"backroom/shared/orders"
	"backroom/shared/prices"
)

var manyPrices = flag.Int("prices", 250, "changed prices of TestChangedPricesCost, at least 60")

// priceWorld is a world of n items and as many variants, five a product, all linked; the
// item numbered i costs 10 + i.
func priceWorld(t *testing.T, n int, settings prices.Settings) *worlds.World {
	t.Helper()
	begin := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	s := worlds.Plain(begin)
	settings.SendPrices = true
	s.Settings = []any{settings}
	s.Shop = data.Bulk(begin, 1)
	s.Shop.Products, s.Shop.Orders = nil, nil
	s.Card.Currency, s.Card.Company.LCY = s.Shop.Shop.Currency, s.Shop.Shop.Currency
	s.Stock = []businesscentral.Stock{}
	s.BC.Companion = []string{"salesPrices"}
	for i := range n {
		number := fmt.Sprintf("P%05d", i)
		if i%5 == 0 {
			s.Shop.Products = append(s.Shop.Products, &data.Product{ID: int64(70_000_000 + i), Title: "Product " + number, Handle: number, Status: "ACTIVE", Options: []string{"Variant"}, CreatedAt: begin, UpdatedAt: begin})
		}
		p := s.Shop.Products[len(s.Shop.Products)-1]
		p.Variants = append(p.Variants, &data.Variant{ID: int64(80_000_000 + i), Title: number, Values: []string{number}, SKU: number, Price: decimal.NewFromInt(1), Stock: map[int64]int{}})
		s.Stock = append(s.Stock, businesscentral.Stock{Number: number, Description: number, UnitPrice: decimal.NewFromInt(int64(10 + i)), IncludesTax: s.Shop.Shop.TaxesIncluded})
	}
	w := worlds.New(t, s)
	for _, job := range []string{orders.TaskName, documents.TaskName, completeness.TaskName} {
		w.Hold(job)
	}
	store := listings.Store{Table: w.Table}
	for _, p := range s.Shop.Products {
		l := listings.Listing{Shop: w.Card.Code, Product: fmt.Sprint(p.ID), Title: p.Title}
		for _, v := range p.Variants {
			l.Variants = append(l.Variants, listings.Variant{ID: fmt.Sprint(v.ID), InventoryItem: fmt.Sprint(v.ID), Item: v.SKU, Name: v.Title, How: listings.BySKU})
		}
		if _, err := store.Put(t.Context(), unguarded{w.Table}, jobqueue.Lease{}, l); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// sendPrices runs the task, and answers how many requests it makes to both sides.
func sendPrices(t *testing.T, w *worlds.World, p prices.Parameters) (toShopify, toBC int) {
	t.Helper()
	shopify, bc := w.Shopify.Meter().Requests, int(w.BC.Meters().Outer)
	js, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: prices.TaskName, Trigger: jobqueue.ByHand, Parameters: js}); err != nil {
		t.Fatal(err)
	}
	w.Live(10 * time.Minute)
	return w.Shopify.Meter().Requests - shopify, int(w.BC.Meters().Outer) - bc
}

// variantsOf are the variants of the shop by SKU.
func variantsOf(w *worlds.World) map[string]*data.Variant {
	out := map[string]*data.Variant{}
	for _, p := range w.Shopify.Shop("").Products() {
		for _, v := range p.Variants {
			out[v.SKU] = v
		}
	}
	return out
}

// What it costs to send the prices of a shop: all that have changed, and none. 10,000 take
// at most 30 requests.
func TestChangedPricesCost(t *testing.T) {
	n := *manyPrices
	w := priceWorld(t, n, prices.Settings{})
	changed, _ := sendPrices(t, w, prices.Parameters{})
	for sku, v := range variantsOf(w) {
		i, err := strconv.Atoi(strings.TrimPrefix(sku, "P"))
		if err != nil {
			t.Fatal(err)
		}
		if want := decimal.NewFromInt(int64(10 + i)); !v.Price.Equal(want) {
			t.Fatalf("%s costs %s, want %s", sku, v.Price, want)
		}
	}
	idle, idleBC := sendPrices(t, w, prices.Parameters{})
	fmt.Printf("prices_changed_shopify %d requests\nprices_idle_shopify %d requests\nprices_idle_bc %d requests\n", changed, idle, idleBC)
	if changed > 30 || idle > 1 {
		t.Errorf("%d changed prices take %d requests, none %d", n, changed, idle)
	}
}

// One setting has the prices of new products sent: bringing products and items into step
// is followed by the task that sends them, unless it is a trial or they are not to be sent.
func TestProductsBringTheirPrices(t *testing.T) {
	for _, tt := range []struct {
		off, trial bool
		want       int64
	}{{want: 11}, {off: true, want: 1}, {trial: true, want: 1}} {
		w := priceWorld(t, 5, prices.Settings{})
		if tt.off {
			card, err := w.Card.With(prices.Settings{})
			if err == nil {
				err = w.Wired.Cards.Put(t.Context(), card)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: listings.TaskName, Trigger: jobqueue.ByHand, DryRun: tt.trial}); err != nil {
			t.Fatal(err)
		}
		w.Live(10 * time.Minute)
		if got := variantsOf(w)["P00001"].Price; !got.Equal(decimal.NewFromInt(tt.want)) {
			t.Errorf("%+v: it costs %s", tt, got)
		}
	}
}
