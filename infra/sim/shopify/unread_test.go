package shopify_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/shopify"
	reaction "backroom/shared/fault"
	"backroom/shared/orders"
)

// What goes wrong with one order is that order's, for the client too: its
// neighbours are read whole, and it never passes for one that does not exist.
func TestClientSetsOneOrderAside(t *testing.T) {
	for _, c := range []struct {
		name   string
		fault  shopify.FieldFault
		unread bool
		kind   reaction.Kind
		hidden string
	}{
		{"a field of it fails", shopify.FieldFault{Field: "risk"}, true, reaction.Transient, ""},
		{"a field of its lines fails", shopify.FieldFault{Field: "lineItems.nodes.taxLines"}, true, reaction.Transient, ""},
		{"an amount fails", shopify.FieldFault{Field: "totalPriceSet.shopMoney.amount"}, true, reaction.Transient, ""},
		{"its customer is denied", shopify.FieldFault{Field: "customer", Code: "ACCESS_DENIED"}, true, reaction.Blocked, ""},
		{"its terms are denied", shopify.FieldFault{Field: "paymentTerms", Code: "ACCESS_DENIED"}, false, "", "paymentTerms"},
		{"it fails as a whole", shopify.FieldFault{}, true, reaction.Transient, ""},
		{"it spoils the whole answer", shopify.FieldFault{Whole: true}, true, reaction.Transient, ""},
		{"its lines go round and round", shopify.FieldFault{Field: "lineItems", Repeat: true}, true, reaction.Transient, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			var ids []string
			for _, o := range w.shop.Orders()[:40] {
				ids = append(ids, strconv.FormatInt(o.ID, 10))
			}
			bad := ids[17]
			c.fault.ID = "gid://shopify/Order/" + bad
			if err := w.shop.FailField(c.fault); err != nil {
				t.Fatal(err)
			}
			got, err := connect(t, w).Orders.Orders(t.Context(), ids)
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]orders.Order{}
			for _, o := range got.Orders {
				seen[o.ID] = o
			}
			if !c.unread {
				if o := seen[bad]; len(got.Unread) != 0 || len(seen) != 40 || strings.Join(o.Hidden, ",") != c.hidden {
					t.Errorf("%d read, unread %+v, it hides %v", len(seen), got.Unread, o.Hidden)
				}
				return
			}
			if len(seen) != 39 || len(got.Unread) != 1 || got.Unread[0].ID != bad || reaction.KindOf(got.Unread[0].Err) != c.kind {
				t.Fatalf("%d read, unread %+v, want %s", len(seen), got.Unread, bad)
			}
			if c.fault.Repeat {
				return // no answer of Shopify's says that anything is wrong
			}
			if text := got.Unread[0].Err.Error(); !strings.Contains(text, "(request ") {
				t.Errorf("%s does not name the request", text)
			}
		})
	}
}

// The client knows the shop's time, whatever the clock is here.
func TestClientKnowsTheShopsTime(t *testing.T) {
	for _, ahead := range []time.Duration{0, 6 * time.Second, -6 * time.Second} {
		t.Run(fmt.Sprint(ahead), func(t *testing.T) {
			w := newWorld(t, func(cfg *shopify.Config) {
				here := cfg.Now
				cfg.Now = func() time.Time { return here().Add(ahead) }
			})
			c := connect(t, w)
			if _, err := c.Orders.CountChanged(t.Context(), orders.Window{}, 10); err != nil {
				t.Fatal(err)
			}
			if d := w.Now().Add(ahead).Sub(c.Clock()); d < 0 || d > time.Second {
				t.Errorf("it is %v before the shop's time", d)
			}
		})
	}
}
