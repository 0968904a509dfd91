package functions_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/shared/jobqueue"
	"backroom/shared/prices"
	"backroom/shared/shop"
)

// price has the prices of two items sent that have variants, one of which is too much at
// first.
func (w *world) price(t *testing.T) {
	t.Helper()
	tb, sh, c := w.dispatcher.Jobs.Store.Table, w.storefront.Shop(""), w.bc.Companies()[0]
	cards := &shop.Store{Table: tb}
	card, err := cards.Get(t.Context(), "sample")
	if err == nil {
		card, err = card.With(prices.Settings{SendPrices: true, PriceTaxPercent: "19"})
	}
	if err == nil {
		err = cards.Put(t.Context(), card)
	}
	if err != nil {
		t.Fatal(err)
	}
	dear := func(number, price string) {
		if err := c.EditItem(number, func(i *businesscentral.Item) { i.UnitPrice = decimal.RequireFromString(price) }); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2 {
		v := w.shop.Products[i].Variants[0]
		dear(v.SKU, []string{"4321", "1000000000"}[i])
	}
	r := w.trigger(t, prices.TaskName)
	w.live(30 * time.Minute)
	w.ended(t, r.ID, jobqueue.SucceededWithIssues)
	dear(w.shop.Products[1].Variants[0].SKU, "1234")
	w.trigger(t, prices.TaskName)
	w.live(30 * time.Minute)
	for i, p := range sh.Products()[:2] {
		if v := p.Variants[0]; v.Price.IntPart() < 1000 {
			t.Errorf("%d: %s costs %s", i, v.SKU, v.Price)
		}
	}
}
