package system_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/host"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/memory"
	"backroom/shared/prices"
	"backroom/shared/task/tasktest"
)

// tags is a world in which prices are sent: its records are variants.
type tags struct {
	*stocks
}

// openTags is a world of n variants, each in a product of its own, whose items cost
// something else than the variants; every second one has a discount.
func openTags(t *testing.T, k *tasktest.Kit, n, bad int) *tags {
	t.Helper()
	w := &tags{&stocks{tasks: &tasks{kit: k, name: prices.TaskName, shop: data.Bulk(k.Now(), 1)}}}
	d := w.shop
	d.Shop.Currency = "EUR"
	d.Products = tagged(d.Products[0], n)
	for _, p := range d.Products {
		w.variants = append(w.variants, p.Variants[0])
	}
	s := worlds.Plain(k.Now())
	s.Shop, s.Clock, s.Way = d, k.Clock, func(direct http.RoundTripper) http.RoundTripper { return k.Transport(direct, side) }
	s.Card.Code = tasktest.Shop
	s.Stock = host.Stock(d)
	for i := range s.Stock {
		s.Stock[i].UnitPrice, s.Stock[i].IncludesTax = decimal.NewFromInt(int64(100+i)), d.Shop.TaxesIncluded
		if i%2 == 1 {
			s.Stock[i].Prices = []businesscentral.ItemPrice{{Discount: decimal.NewFromInt(10)}}
		}
	}
	s.BC.Companion = []string{"salesPrices"}
	s.Engine = func(w *worlds.World) worlds.Engine {
		q := memory.NewQueue(w.Now)
		return worlds.Engine{Table: k.Stored(), Queue: q, Schedules: memory.NewSchedules(w.Now, q)}
	}
	w.World = worlds.New(t, s)
	w.list(d)
	w.setCard(prices.Settings{SendPrices: true})
	if bad >= 0 {
		if err := w.Shopify.Shop("").FailField(shopify.FieldFault{Field: "price", ID: fmt.Sprintf("gid://shopify/ProductVariant/%d", w.variants[bad].ID)}); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// tagged are n products of one variant, as p is.
func tagged(p *data.Product, n int) (out []*data.Product) {
	for i := range n {
		c, v := *p, *p.Variants[0]
		c.ID, v.ID, v.SKU = int64(7_000_001+i), int64(8_000_001+i), fmt.Sprintf("TAG-%05d", i)
		c.Handle, c.Title, v.Barcode = fmt.Sprintf("tag-%d", i), fmt.Sprintf("Tag %d", i), ""
		c.Variants = []*data.Variant{&v}
		out = append(out, &c)
	}
	return out
}

// Holds implements tasktest.World: what variants cost, and what is said.
func (w *tags) Holds() map[int][]string {
	h := map[int][]string{}
	of := map[string]int{}
	for i, p := range w.Shopify.Shop("").Products() {
		v := p.Variants[0]
		h[i], of[fmt.Sprint(v.ID)] = []string{costs(v)}, i
	}
	is, err := w.Wired.Issues.List(w.kit.T.Context(), tasktest.Shop)
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
	for _, i := range is {
		if i.Kind == "price" {
			h[of[i.Record]] = append(h[of[i.Record]], string(i.Reason))
		}
	}
	return h
}

func costs(v *data.Variant) string {
	if v.CompareAt != nil {
		return v.Price.String() + " instead of " + v.CompareAt.String()
	}
	return v.Price.String()
}
