package system_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/listings"
	"backroom/shared/memory"
	"backroom/shared/products"
	"backroom/shared/task/tasktest"
)

// stocked is a world of items: even ones become products with two variants, odd ones
// have a product of another title. The description of a bad one is
// blank, or it is blocked.
type stocked struct {
	*tasks
	n, worst int
}

func stockNumber(i int) string { return fmt.Sprintf("RACK%02d", i) }

func stockName(i int) string { return fmt.Sprintf("Rack no. %02d", i) }

func openProducts(t *testing.T, k *tasktest.Kit, n, bad int) *stocked {
	t.Helper()
	d := data.Bulk(k.Now(), 1)
	s := worlds.Plain(k.Now())
	s.Shop, s.Clock, s.Way = d, k.Clock, func(direct http.RoundTripper) http.RoundTripper { return k.Transport(direct, side) }
	s.Card.Code = tasktest.Shop
	s.Card.SKUMapping = products.SKUItemNoVariant
	s.Settings = []any{listings.Settings{ProductSync: listings.ToShop, AddProducts: true, ProductChannels: []string{"Online Store"}}}
	s.Engine = func(w *worlds.World) worlds.Engine {
		q := memory.NewQueue(w.Now)
		return worlds.Engine{Table: k.Stored(), Queue: q, Schedules: memory.NewSchedules(w.Now, q)}
	}
	w := &stocked{&tasks{kit: k, name: listings.TaskName, shop: d}, n, bad}
	w.World = worlds.New(t, s)
	company := w.BC.Companies()[0]
	// What is there before the records: linked, and turned into products.
	w.play(w.name)
	for i := range n {
		stock := businesscentral.Stock{Number: stockNumber(i), Description: stockName(i), UnitPrice: decimal.NewFromInt(9)}
		if i%2 == 0 {
			stock.Variants = []businesscentral.StockVariant{{Code: "RED", Description: "Red"}, {Code: "BLUE", Description: "Blue"}}
		} else {
			w.Shopify.Shop("").AddProduct(&data.Product{
				Title: "As it was", Handle: strings.ToLower(stockNumber(i)), Status: "ACTIVE", Options: []string{"Title"}, DefaultVariantOnly: true,
				Variants: []*data.Variant{{Title: "Default Title", Values: []string{"Default Title"}, SKU: stockNumber(i), Stock: map[int64]int{}}},
			})
		}
		if i == bad {
			stock.Description, stock.Blocked = "", i%2 == 1
		}
		if err := company.AddItems(stock); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// Heal implements tasktest.World.
func (w *stocked) Heal() {
	if err := w.BC.Companies()[0].EditItem(stockNumber(w.worst), func(i *businesscentral.Item) { i.DisplayName, i.Blocked = stockName(w.worst), false }); err != nil {
		w.kit.T.Fatalf("%v", err)
	}
}

// Echo implements tasktest.World: somebody saves the products as they are.
func (w *stocked) Echo() {
	for _, p := range w.Shopify.Shop("").Products() {
		if err := w.Shopify.Shop("").UpdateProduct(p.ID, func(*data.Product) {}); err != nil {
			w.kit.T.Fatalf("%v", err)
		}
	}
}

// Holds implements tasktest.World.
func (w *stocked) Holds() map[int][]string {
	h := map[int][]string{}
	stands := map[string]string{}
	for l, err := range (&listings.Store{Table: w.kit.Stored()}).All(w.kit.T.Context(), tasktest.Shop) {
		if err != nil {
			w.kit.T.Fatalf("%v", err)
		}
		for _, v := range l.Variants {
			stands[v.ID] = v.Item + "/" + v.Code
		}
	}
	for _, p := range w.Shopify.Shop("").Products() {
		for i := range w.n {
			if p.Title != stockName(i) {
				continue
			}
			for _, v := range p.Variants {
				h[i] = append(h[i], fmt.Sprintf("%s %s %s at %s, shown %v, stands for %s", p.Title, v.Title, v.SKU, v.Price, p.Channels, stands[fmt.Sprint(v.ID)]))
			}
		}
	}
	for i := range w.n {
		slices.Sort(h[i])
	}
	return h
}
