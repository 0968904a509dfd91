package shopify_test

import (
	"net/http"
	"testing"
	"time"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/orders"
	client "backroom/shared/shopify"
	"backroom/shared/testclock"
	"backroom/shared/wiring"
)

// The simulator must not be what a measurement of the engine measures.
func BenchmarkOf10000Orders(b *testing.B) {
	w := &world{Clock: testclock.New(testclock.Monday)}
	s, err := shopify.New(shopify.Config{Now: w.Now, Shops: []*data.Data{data.Bulk(w.Now(), 10_000)}, Rate: 1e9})
	if err != nil {
		b.Fatal(err)
	}
	w.Server, w.shop = s, s.Shop("")
	core, err := client.New(client.Config{
		Domain: domain, Tokens: client.StaticToken{Secret: client.Secret(w.shop.IssueToken())},
		HTTP: &http.Client{Transport: w.Transport()}, Now: w.Now, Wait: w.Wait, MaxWait: time.Hour,
	})
	if err != nil {
		b.Fatal(err)
	}
	c := wiring.NewStorefront(core).Orders
	page, err := c.Changed(b.Context(), orders.Window{From: w.Now().Add(-24 * time.Hour)}, "")
	if err != nil {
		b.Fatal(err)
	}
	ids := make([]string, 0, 50)
	for _, o := range page.Orders[:50] {
		ids = append(ids, o.ID)
	}
	b.Run("page of 250 ids", func(b *testing.B) {
		for b.Loop() {
			if _, err := c.Changed(b.Context(), orders.Window{From: w.Now().Add(-24 * time.Hour)}, page.Next); err != nil {
				b.Fatal(err)
			}
			w.Advance(time.Minute)
		}
	})
	b.Run("content of 50 orders", func(b *testing.B) {
		for b.Loop() {
			if _, err := c.Orders(b.Context(), ids); err != nil {
				b.Fatal(err)
			}
			w.Advance(time.Minute)
		}
	})
}
