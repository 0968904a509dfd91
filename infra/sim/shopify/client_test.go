package shopify_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"backroom/infra/sim/fault"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	reaction "backroom/shared/fault"
	"backroom/shared/money"
	"backroom/shared/orders"
	client "backroom/shared/shopify"
	"backroom/shared/testclock"
	"backroom/shared/usage"
	"backroom/shared/wiring"
)

// connect is the product's own client, over a socket, on the world's clock.
func connect(t *testing.T, w *world) *wiring.Storefront {
	t.Helper()
	s := httptest.NewServer(w)
	t.Cleanup(s.Close)
	tokens, err := client.NewClientCredentials(domain, s.URL, "backroom", client.Secret("secret"), s.Client(), w.Now)
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(client.Config{Domain: domain, BaseURL: s.URL, Tokens: tokens, HTTP: s.Client(), Now: w.Now, Wait: w.Wait, MaxWait: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return wiring.NewStorefront(c)
}

// fetch reads all orders as a task would: ids from pages, content by ids.
func fetch(ctx context.Context, t *testing.T, c *wiring.Storefront) map[string]orders.Order {
	t.Helper()
	var ids []string
	for page := ""; ; {
		p, err := c.Orders.Changed(ctx, orders.Window{}, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range p.Orders {
			ids = append(ids, o.ID)
		}
		if page = p.Next; page == "" {
			break
		}
	}
	out := map[string]orders.Order{}
	for chunk := range slices.Chunk(ids, 100) {
		read, err := c.Orders.Orders(ctx, chunk)
		if err != nil || len(read.Unread) > 0 {
			t.Fatal(read.Unread, err)
		}
		for _, o := range read.Orders {
			out[o.ID] = o
		}
	}
	return out
}

// The client must read out of every kind of order what was put in.
func TestClientReadsWhatTheShopHolds(t *testing.T) {
	w := newWorld(t)
	c := connect(t, w)
	ctx, used := usage.Begin(t.Context())
	info, err := c.Shop(ctx)
	if err != nil || info.Domain != domain || info.Currency != "EUR" || len(info.Missing("read_orders", "write_orders")) > 0 {
		t.Fatalf("shop = %+v, %v", info, err)
	}
	if ls, err := c.Locations(ctx); err != nil || len(ls) != 3 {
		t.Errorf("locations = %v, %v", ls, err)
	}
	if n, err := c.Orders.CountChanged(ctx, orders.Window{}, 150); err != nil || n != 150 {
		t.Errorf("count up to 150 = %d, %v", n, err)
	}
	got := fetch(ctx, t, c)
	for _, want := range w.shop.Orders() {
		o, ok := got[strconv.FormatInt(want.ID, 10)]
		if !ok {
			t.Errorf("%s was not read", want.Name)
			continue
		}
		compareOrder(t, want, o)
	}
	if len(got) != 200 {
		t.Errorf("%d orders read", len(got))
	}
	random := newWorld(t, func(c *shopify.Config) {
		c.Shops = []*data.Data{data.RandomOf(7, testclock.Monday, 300, data.Kinds()...)}
	})
	got = fetch(t.Context(), t, connect(t, random))
	for _, want := range random.shop.Orders() {
		compareOrder(t, want, got[strconv.FormatInt(want.ID, 10)])
	}
	if m, spent := w.Meter(), used.Count(); spent.ShopifyPoints != m.Charged || spent.ShopifyRequests < m.Requests || m.Refused != 0 {
		t.Errorf("the client thinks it spent %+v, the shop says %+v", spent, m)
	}
}

func compareOrder(t *testing.T, want *data.Order, got orders.Order) {
	t.Helper()
	totals := want.Totals()
	for _, c := range []struct {
		name string
		got  money.Bag
		want data.Bag
	}{
		{"total", got.Total, totals.Price},
		{"current total", got.CurrentTotal, totals.CurrentPrice},
		{"subtotal", got.Subtotal, totals.Subtotal},
		{"discounts", got.Discounts, totals.Discounts},
		{"shipping", got.ShippingTotal, totals.Shipping},
		{"tax", got.Tax, totals.Tax},
		{"current tax", got.CurrentTax, totals.CurrentTax},
		{"tip", got.Tip, totals.Tip},
		{"refunded", got.Refunded, totals.Refunded},
		{"outstanding", got.Outstanding, totals.Outstanding},
		{"cash rounding", got.CashRounding, want.CashRounding},
	} {
		same(t, want.Name, c.name, c.got, c.want)
	}
	if got.PresentmentCurrency != want.PresentmentCurrency() || got.TaxesIncluded != want.TaxesIncluded || got.FinancialStatus != want.FinancialStatus ||
		got.Test != want.Test || got.Edited != want.Edited || got.Confirmed == want.Unconfirmed || !got.CancelledAt.Equal(want.CancelledAt) ||
		!got.UpdatedAt.Equal(want.UpdatedAt) || got.PONumber != want.PONumber || got.RefundCount != len(want.Refunds) || len(got.Attributes) != len(want.Attributes) {
		t.Errorf("%s: read as %+v", want.Name, got)
	}
	if (got.Customer == nil) != (want.Customer == 0) || (got.Shipping == nil) != (want.Shipping == nil) || (got.PaymentTerms == nil) != (want.Terms == nil) {
		t.Errorf("%s: customer %v, shipping %v, terms %v", want.Name, got.Customer, got.Shipping, got.PaymentTerms)
	}
	if len(got.Lines) != len(want.Lines) || len(got.ShippingLines) != len(want.ShippingLines) || len(got.Transactions) != len(want.Transactions) {
		t.Fatalf("%s: %d lines, %d shipping lines, %d transactions", want.Name, len(got.Lines), len(got.ShippingLines), len(got.Transactions))
	}
	for i, l := range want.Lines {
		g := got.Lines[i]
		same(t, want.Name, l.Title+" price", g.UnitPrice, l.UnitPrice)
		same(t, want.Name, l.Title+" discount", g.Discount(), l.Discount())
		var tax money.Bag
		for _, x := range g.TaxLines {
			tax = tax.Add(x.Price)
		}
		same(t, want.Name, l.Title+" tax", tax, l.Tax())
		if g.SKU != l.SKU || g.Quantity != l.Quantity || g.CurrentQuantity != l.Current() || g.GiftCard != l.GiftCard || l.RequiresShipping && l.Current() > 0 && want.CancelledAt.IsZero() && g.Location == "" && len(g.Places) < 2 {
			t.Errorf("%s: line %+v is read as %+v", want.Name, l, g)
		}
	}
	for i, s := range want.ShippingLines {
		same(t, want.Name, s.Title+" price", got.ShippingLines[i].Price, s.Price)
		same(t, want.Name, s.Title+" discount", got.ShippingLines[i].Discount(), s.Discount())
	}
}

func same(t *testing.T, order, what string, got money.Bag, want data.Bag) {
	t.Helper()
	if !got.Shop.Value.Equal(want.Shop) || !got.Presentment.Value.Equal(want.Presentment) {
		t.Errorf("%s: %s is %s / %s, want %s / %s", order, what, got.Shop, got.Presentment, want.Shop, want.Presentment)
	}
}

func TestClientMergesAttributes(t *testing.T) {
	w := newWorld(t)
	c := connect(t, w)
	i := slices.IndexFunc(w.shop.Orders(), func(o *data.Order) bool { return len(o.Attributes) > 0 })
	had, other := order(w, i), order(w, 0)
	w.Advance(time.Minute)
	set := func() []orders.Written {
		out, err := c.Orders.SetAttributes(t.Context(), []orders.Attributes{
			{OrderID: strconv.FormatInt(had.ID, 10), Set: []orders.Attr{{Key: "BC order", Value: "S-1"}}},
			{OrderID: strconv.FormatInt(other.ID, 10), Set: []orders.Attr{{Key: "BC order", Value: "S-2"}}},
			{OrderID: "1", Set: []orders.Attr{{Key: "BC order", Value: "S-3"}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	out := set()
	if got := order(w, i).Attributes; !slices.Equal(got, []data.Attr{{Key: "gift-wrap", Value: "yes"}, {Key: "BC order", Value: "S-1"}}) {
		t.Errorf("attributes = %v", got)
	}
	if !out[0].Before.Equal(had.UpdatedAt) || !out[0].UpdatedAt.Equal(w.Now()) || out[0].Err != nil || out[1].Err != nil || !errors.Is(out[2].Err, client.ErrNotFound) {
		t.Errorf("written = %+v", out)
	}
	writes := w.Faults().Writes()
	w.Advance(time.Minute)
	if again := set(); !again[0].UpdatedAt.Equal(out[0].UpdatedAt) || w.Faults().Writes() != writes {
		t.Errorf("what is there already was written again: %+v", again)
	}
}

const internalError = `{"errors":[{"message":"Internal error. Looks like something went wrong on our end. Request ID: x","extensions":{"code":"INTERNAL_SERVER_ERROR","requestId":"x"}}]}`

// What the client makes of the shop's refusals.
func TestClientReactions(t *testing.T) {
	one := func(w *world, c *wiring.Storefront) error {
		_, err := c.Orders.Orders(t.Context(), []string{strconv.FormatInt(order(w, 0).ID, 10)})
		return err
	}
	for _, c := range []struct {
		name   string
		before func(*world)
		want   reaction.Kind // of the error; "" is none
	}{
		{"empty bucket, waited for", func(w *world) { w.shop.Drain(2000) }, ""},
		{"token revoked, asked for again", func(w *world) { w.shop.RevokeTokens() }, ""},
		{"app uninstalled", func(w *world) { w.shop.Uninstall() }, reaction.Blocked},
		{"shop frozen", func(w *world) { w.shop.SetStatus(http.StatusPaymentRequired) }, reaction.Blocked},
		{"one bad gateway, tried again", func(w *world) { w.Faults().Add(fault.Rule{Mode: fault.ErrorBefore, Status: 502, Path: "graphql"}) }, ""},
		{"one lost answer to a read, tried again", func(w *world) { w.Faults().Add(fault.Rule{Mode: fault.LostAfter, Path: "graphql"}) }, ""},
		{"one internal error in a good answer, tried again", func(w *world) {
			w.Faults().Add(fault.Rule{Mode: fault.ErrorBefore, Status: 200, Path: "graphql", Body: internalError})
		}, ""},
		{"bad gateways without end", func(w *world) {
			w.Faults().Add(fault.Rule{Mode: fault.ErrorBefore, Status: 502, Path: "graphql", Times: -1})
		}, reaction.Transient},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			cl := connect(t, w)
			if err := one(w, cl); err != nil {
				t.Fatal(err)
			}
			w.Advance(2 * time.Minute)
			c.before(w)
			err := one(w, cl)
			if c.want == "" && err != nil || c.want != "" && reaction.KindOf(err) != c.want {
				t.Errorf("error %v, want kind %q", err, c.want)
			}
		})
	}
	t.Run("internal error after a write", func(t *testing.T) {
		w := newWorld(t)
		cl := connect(t, w)
		w.Faults().Add(fault.Rule{Mode: fault.ErrorAfter, Status: 200, Writes: true, Body: internalError})
		_, err := cl.Orders.SetAttributes(t.Context(), []orders.Attributes{{OrderID: strconv.FormatInt(order(w, 0).ID, 10), Set: []orders.Attr{{Key: "k", Value: "v"}}}})
		if reaction.KindOf(err) != reaction.Unknown || len(order(w, 0).Attributes) != 1 {
			t.Errorf("error %v, attributes %v", err, order(w, 0).Attributes)
		}
	})
	t.Run("lost answer to a write", func(t *testing.T) {
		w := newWorld(t)
		cl := connect(t, w)
		w.Faults().FailWrite(1, fault.LostAfter, 0)
		_, err := cl.Orders.SetAttributes(t.Context(), []orders.Attributes{{OrderID: strconv.FormatInt(order(w, 0).ID, 10), Set: []orders.Attr{{Key: "k", Value: "v"}}}})
		if reaction.KindOf(err) != reaction.Unknown || len(order(w, 0).Attributes) != 1 {
			t.Errorf("error %v, attributes %v", err, order(w, 0).Attributes)
		}
	})
}

// The figures that the client is measured by, on plain orders.
func TestClientReadsPlainOrdersForFewPoints(t *testing.T) {
	const n = 500
	w := newWorld(t, func(c *shopify.Config) { c.Shops = []*data.Data{data.Bulk(testclock.Monday, n)} })
	got := fetch(t.Context(), t, connect(t, w))
	m := w.Meter()
	if len(got) != n || m.Requested > 4*n || m.Requests*10 > n {
		t.Errorf("%d orders read with %d requests and %d points, want ≤ 0.1 and ≤ 4 an order", len(got), m.Requests, m.Requested)
	}
}

// One order that cannot be read is that order's trouble: the client gives all
// others of the batch, whatever is wrong with it.
func TestClientReadsAroundOneOrder(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault shopify.FieldFault
	}{
		{"the order itself", shopify.FieldFault{}},
		{"a field deep in it", shopify.FieldFault{Field: "lineItems.nodes.title"}},
		{"an amount", shopify.FieldFault{Field: "totalPriceSet.shopMoney.amount"}},
		{"the whole answer, each time", shopify.FieldFault{Whole: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			api := connect(t, w)
			var asked []string
			for _, o := range w.shop.Orders()[:40] {
				asked = append(asked, strconv.FormatInt(o.ID, 10))
			}
			c.fault.ID = gidOf("Order", w.shop.Orders()[17].ID)
			if err := w.shop.FailField(c.fault); err != nil {
				t.Fatal(err)
			}
			read, err := api.Orders.Orders(t.Context(), asked)
			if err != nil || len(read.Orders) != 39 || len(read.Unread) != 1 || read.Unread[0].ID != asked[17] || read.Unread[0].Err == nil {
				t.Fatalf("%d orders read, unread %+v, %v", len(read.Orders), read.Unread, err)
			}
			w.shop.ClearFields()
			if read, err := api.Orders.Orders(t.Context(), asked); err != nil || len(read.Orders) != 40 || len(read.Unread) != 0 {
				t.Errorf("afterwards %d orders read, unread %+v, %v", len(read.Orders), read.Unread, err)
			}
		})
	}
}

// A list that repeats its cursor ends in an error, not in a walk without end.
func TestClientStopsWhenACursorIsRepeated(t *testing.T) {
	w := newWorld(t, func(c *shopify.Config) { c.Shops = []*data.Data{data.Bulk(testclock.Monday, 600)} })
	api := connect(t, w)
	if err := w.shop.FailField(shopify.FieldFault{Field: "orders", Repeat: true}); err != nil {
		t.Fatal(err)
	}
	page := ""
	for range 10 {
		p, err := api.Orders.Changed(t.Context(), orders.Window{}, page)
		if err != nil {
			return
		}
		if page = p.Next; page == "" {
			t.Fatal("the list ends, as if all was read")
		}
	}
	t.Error("ten pages, and no error")
}
