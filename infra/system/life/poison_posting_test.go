package life_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/posting"
)

// Orders that are deleted while the request that archives them is on its way.
func poisonedArchive(t *testing.T, bad int) int {
	t.Helper()
	var p *poisoned
	vanish := func(direct http.RoundTripper) http.RoundTripper {
		return way(func(r *http.Request) (*http.Response, error) {
			body := bodyOf(t, r)
			for _, o := range p.bad {
				if id := fmt.Sprintf("/Order/%d\"", o.ID); strings.Contains(body, "orderClose") && strings.Contains(body, id) {
					_ = p.Shopify.Shop("").DeleteOrder(o.ID) // it may be gone
				}
			}
			return direct.RoundTrip(r)
		})
	}
	p = poison(t, bad, func(int, *data.Order, *businesscentral.Stock) {}, func(p *poisoned) {
		p.setup.Card.ArchiveProcessedOrders, p.setup.Way = true, vanish
		for _, o := range p.setup.Shop.Orders {
			o.FulfillmentStatus = "FULFILLED"
		}
	})
	p.Live(9 * time.Minute)
	archived := 0
	for _, o := range p.Shopify.Shop("").Orders() {
		if !o.ClosedAt.IsZero() {
			archived++
		}
	}
	if archived != rows-bad {
		t.Errorf("%d of %d good orders are archived", archived, rows-bad)
	}
	p.named("order", func(o *data.Order) string { return fmt.Sprint(o.ID) })
	return p.asked()
}

// bodyOf is what a request sends, which it still sends afterwards.
func bodyOf(t *testing.T, r *http.Request) string {
	t.Helper()
	if r.Body == nil {
		return ""
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return string(body)
}

// Documents of a closed period, of a blocked item, and of no date.
func poisonedPosting(t *testing.T, bad int) int {
	t.Helper()
	p := poison(t, bad, func(int, *data.Order, *businesscentral.Stock) {})
	p.Live(15 * time.Minute)
	c := p.BC.Companies()[0]
	documents := map[string]businesscentral.SalesDocument{} // by external number
	for _, d := range c.SalesOrders() {
		documents[d.ExternalDocumentNumber] = d
	}
	documentOf := func(o *data.Order) businesscentral.SalesDocument {
		return documents[fmt.Sprintf("%s-%d", o.Name, o.ID)]
	}
	c.SetPostingRange(p.Now().AddDate(0, -1, 0), time.Time{})
	for i, o := range p.bad {
		switch i % 3 {
		case 0, 2:
			date := map[int]string{0: "2025-02-28", 2: ""}[i%3]
			if err := c.EditOrder(documentOf(o).Number, func(d *businesscentral.SalesDocument) { d.PostingDate = date }); err != nil {
				t.Fatal(err)
			}
		case 1:
			p.block(i, true)
		}
	}
	before := p.asked()
	start(t, p.World, posting.OrdersTask)
	p.Live(9 * time.Minute)
	if got := len(c.SalesOrders()); got != bad {
		t.Errorf("%d sales orders are left of %d bad ones", got, bad)
	}
	p.named("order-posting", func(o *data.Order) string { return documentOf(o).ID })
	return p.asked() - before
}
