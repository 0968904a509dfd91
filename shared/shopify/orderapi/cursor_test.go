package orderapi

import (
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
	"backroom/shared/shopify/shoptest"
)

// A list that comes by the same cursor again has no end, whether at once or in a circle.
func TestListsThatRepeatACursor(t *testing.T) {
	circle := func(after any) wire.PageInfo {
		to := map[any]string{nil: "a", "a": "b", "b": "c", "c": "a"}[after]
		return more(to)
	}
	same := func(any) wire.PageInfo { return more("a") }
	none := func(any) wire.PageInfo { return wire.PageInfo{HasNextPage: true} }
	o := anOrder("1", 1)
	o.LineItems.PageInfo, o.ShippingLines.PageInfo, o.FulfillmentOrders.PageInfo = wire.PageInfo{}, wire.PageInfo{}, wire.PageInfo{}
	for name, info := range map[string]func(any) wire.PageInfo{"circle": circle, "same": same, "none": none} {
		for list, change := range map[string]func(*gql.OrderContent){
			"OrderMoreLines":             func(o *gql.OrderContent) { o.LineItems.PageInfo = info(nil) },
			"OrderMoreShippingLines":     func(o *gql.OrderContent) { o.ShippingLines.PageInfo = info(nil) },
			"OrderMoreFulfillmentOrders": func(o *gql.OrderContent) { o.FulfillmentOrders.PageInfo = info(nil) },
			"FulfillmentOrderMoreLines": func(o *gql.OrderContent) {
				fo := fulfilment("OPEN", "1", "1", 1, 1)
				fo.LineItems.PageInfo = info(nil)
				o.FulfillmentOrders.Nodes = []gql.OrderFulfillment{fo}
			},
		} {
			c := *o
			change(&c)
			f := shoptest.New(t)
			f.On["OrderBatch"] = shoptest.InTurn(shoptest.OK(147, 9, shoptest.Obj{"nodes": []any{c}}))
			f.On[list] = func(r shoptest.Request) shoptest.Answer {
				page := info(r.Vars(t)["after"])
				return shoptest.OK(25, 5, shoptest.Obj{
					"order": shoptest.Obj{
						"id": c.Id, "updatedAt": c.UpdatedAt, "lineItems": gql.LinePage{PageInfo: page}, "shippingLines": gql.ShippingPage{PageInfo: page},
						"fulfillmentOrders": gql.FulfillmentPage{PageInfo: page},
					},
					"fulfillmentOrder": shoptest.Obj{"id": "x", "lineItems": gql.FulfillmentLinePage{PageInfo: page}},
				})
			}
			got, err := client(f, noWait).Orders(t.Context(), []string{"1"})
			if err != nil || len(got.Unread) != 1 || fault.KindOf(got.Unread[0].Err) != fault.Transient || len(f.Ops()) > 5 {
				t.Errorf("%s of %s: %+v, %v after %d requests", list, name, got, err, len(f.Ops()))
			}
		}
	}
	// The list of changes is walked by its caller, page by page.
	f := shoptest.New(t)
	f.On["OrdersChanged"] = func(shoptest.Request) shoptest.Answer {
		return shoptest.OK(13, 3, shoptest.Obj{"orders": shoptest.Obj{"nodes": []shoptest.Obj{}, "pageInfo": more("a")}})
	}
	c := client(f, noWait)
	p, err := c.Changed(t.Context(), orders.Window{From: t0, To: t0.Add(time.Hour)}, "")
	if err != nil || p.Next != "a" {
		t.Fatal(p, err)
	}
	if _, err := c.Changed(t.Context(), orders.Window{From: t0, To: t0.Add(time.Hour)}, p.Next); fault.KindOf(err) != fault.Transient {
		t.Errorf("the page after a is a: %v", err)
	}
}

func TestHorizon(t *testing.T) {
	for _, c := range []struct {
		scopes []string
		back   time.Duration
	}{
		{[]string{"read_orders", "read_all_orders"}, 0},
		{[]string{"read_orders"}, reach},
		{[]string{"write_orders"}, reach},
	} {
		f := shoptest.New(t)
		var handles []shoptest.Obj
		for _, s := range c.scopes {
			handles = append(handles, shoptest.Obj{"handle": s})
		}
		a := shoptest.OK(4, 4, shoptest.Obj{"shop": shoptest.Obj{"plan": shoptest.Obj{}}, "currentAppInstallation": shoptest.Obj{"accessScopes": handles}})
		a.Header = map[string]string{"Date": "Thu, 02 Jul 2026 10:00:00 GMT"}
		f.On["ShopInfo"] = shoptest.InTurn(a)
		got, err := client(f, noWait, func(c *shopify.Config) { c.Now = func() time.Time { return t0 } }).Horizon(t.Context())
		want := shoptest.At("2026-07-02T10:00:00Z").Add(-c.back)
		if c.back == 0 {
			want = time.Time{}
		}
		if err != nil || !got.Equal(want) {
			t.Errorf("%v: %v, %v, want %v", c.scopes, got, err, want)
		}
	}
}
