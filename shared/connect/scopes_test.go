package connect

import (
	"strings"
	"testing"
	"time"

	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/orders"
)

func TestPermissions(t *testing.T) {
	now := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	all := []string{
		"write_orders", "read_all_orders", "read_payment_terms", "read_customers", "read_products", "read_locations",
		"read_merchant_managed_fulfillment_orders", "write_third_party_fulfillment_orders",
	}
	without := func(scope string) []string {
		var out []string
		for _, s := range all {
			if s != scope {
				out = append(out, s)
			}
		}
		return append(out, "read_orders")
	}
	back := func(days int) func(*documents.Card) {
		return func(c *documents.Card) { c.ImportFrom = now.AddDate(0, 0, -days) }
	}
	for _, c := range []struct {
		name   string
		scopes []string
		card   func(*documents.Card)
		weight Weight // 0: nothing is found
		reason issue.Reason
		says   string
	}{
		{"all there", all, func(c *documents.Card) { c.OrderAttributesToShop = true; back(120)(c) }, 0, "", ""},
		{"not known", nil, func(c *documents.Card) { c.OrderAttributesToShop = true }, 0, "", ""},
		{"numbers wanted, and may not be written", without("write_orders"), func(c *documents.Card) { c.OrderAttributesToShop = true }, Hidden, documents.NumberDenied, "write_orders"},
		{"numbers not wanted", without("write_orders"), func(*documents.Card) {}, 0, "", ""},
		{"from 120 days ago", without("read_all_orders"), back(120), Hidden, orders.OrdersHidden, "before 2026-09-28 are hidden from the app, and the import is to start at 2026-07-30"},
		{"from 59 days ago", without("read_all_orders"), back(59), 0, "", ""},
		{"connected 120 days ago", without("read_all_orders"), func(c *documents.Card) { c.ConnectedAt = now.AddDate(0, 0, -120) }, Hidden, orders.OrdersHidden, "2026-07-30"},
		{"terms hidden", without("read_payment_terms"), func(*documents.Card) {}, Note, "", "read_payment_terms"},
		{"terms hidden, and mapped", without("read_payment_terms"), func(c *documents.Card) {
			c.PaymentTerms = []documents.TermsMap{{Type: "NET", Code: "30D"}}
		}, Waits, documents.PaymentTermsHidden, "Every order waits"},
		{"a kind of fulfilment hidden", without("write_third_party_fulfillment_orders"), func(*documents.Card) {}, Hidden, "", "read_third_party_fulfillment_orders"},
		{"a kind of fulfilment hidden, no locations mapped", without("write_third_party_fulfillment_orders"), func(c *documents.Card) { c.Locations = nil }, 0, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			card, found := whole(), usual()
			card.ConnectedAt, found.At, found.Shop.Scopes = now, now, c.scopes
			c.card(&card)
			got := permissions(card, found)
			if c.weight == 0 {
				if len(got) != 0 {
					t.Errorf("%+v", got)
				}
				return
			}
			if len(got) != 1 || got[0].Weight != c.weight || got[0].Reason != c.reason || !strings.Contains(got[0].Text, c.says) || got[0].WayOut == "" {
				t.Errorf("%+v, want one that says %q", got, c.says)
			}
		})
	}
}
