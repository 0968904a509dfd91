package shopapi

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backroom/shared/fault"
	"backroom/shared/shop"
	"backroom/shared/shopify"
	"backroom/shared/shopify/shoptest"
	"backroom/shared/shopify/shoptest/shoprig"
)

func TestShop(t *testing.T) {
	f := shoptest.New(t)
	f.On["ShopInfo"] = shoptest.InTurn(shoptest.OK(4, 4, shoptest.Obj{
		"shop": shoptest.Obj{
			"id": "gid://shopify/Shop/5", "name": "My Shop", "myshopifyDomain": "my-shop.myshopify.com", "currencyCode": "EUR", "ianaTimezone": "Europe/Berlin",
			"orderNumberFormatPrefix": "#", "orderNumberFormatSuffix": "-X",
			"taxesIncluded": true, "plan": shoptest.Obj{"publicDisplayName": "Grow", "partnerDevelopment": false, "shopifyPlus": true},
		},
		"currentAppInstallation": shoptest.Obj{"accessScopes": []any{shoptest.Obj{"handle": "write_orders"}, shoptest.Obj{"handle": "read_locations"}}},
	}))
	got, err := New(shoprig.Client(f)).Shop(t.Context())
	want := shop.Profile{
		ID: "5", Name: "My Shop", Domain: "my-shop.myshopify.com", Currency: "EUR", TimeZone: "Europe/Berlin", TaxesIncluded: true,
		OrderPrefix: "#", OrderSuffix: "-X",
		Plan: "Grow", Plus: true, Scopes: []string{"write_orders", "read_locations"},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if got := want.Missing("read_orders", "write_orders", "read_customers", "read_locations", "write_locations"); !slices.Equal(got, []string{"read_customers", "write_locations"}) {
		t.Errorf("missing %v", got)
	}
}

func TestLocations(t *testing.T) {
	f := shoptest.New(t)
	f.On["Locations"] = func(r shoptest.Request) shoptest.Answer {
		page := shoptest.Obj{"pageInfo": shoptest.Obj{"hasNextPage": true, "endCursor": "a"}, "nodes": []any{shoptest.Obj{"id": "gid://shopify/Location/1", "name": "Main", "isActive": true, "isFulfillmentService": false}}}
		if r.Vars(t)["after"] == "a" {
			page = shoptest.Obj{"pageInfo": shoptest.Obj{"hasNextPage": false, "endCursor": nil}, "nodes": []any{shoptest.Obj{"id": "gid://shopify/Location/2", "name": "3PL", "isActive": false, "isFulfillmentService": true}}}
		}
		return shoptest.OK(13, 5, shoptest.Obj{"locations": page})
	}
	got, err := New(shoprig.Client(f)).Locations(t.Context())
	if diff := cmp.Diff([]shop.Location{{ID: "1", Name: "Main", Active: true}, {ID: "2", Name: "3PL", FulfillmentService: true}}, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	f.On["Locations"] = shoptest.InTurn(shoptest.OK(13, 5, shoptest.Obj{"locations": shoptest.Obj{"pageInfo": shoptest.Obj{"hasNextPage": true, "endCursor": "a"}, "nodes": []any{}}}))
	if _, err := New(shoprig.Client(f)).Locations(t.Context()); fault.KindOf(err) != fault.Transient {
		t.Errorf("a page that repeats its cursor: %v", err)
	}
}

// A list that comes by the same cursor again has no end, whether at once or in a circle.
func TestLocationsThatRepeatACursor(t *testing.T) {
	for name, to := range map[string]map[any]any{
		"circle": {nil: "a", "a": "b", "b": "c", "c": "a"}, "same": {nil: "a", "a": "a"}, "none": {},
	} {
		f := shoptest.New(t)
		f.On["Locations"] = func(r shoptest.Request) shoptest.Answer {
			info := shoptest.Obj{"hasNextPage": true, "endCursor": to[r.Vars(t)["after"]]}
			return shoptest.OK(13, 3, shoptest.Obj{"locations": shoptest.Obj{"nodes": []shoptest.Obj{}, "pageInfo": info}})
		}
		if _, err := New(shoprig.Client(f, noWait)).Locations(t.Context()); fault.KindOf(err) != fault.Transient || len(f.Ops()) > 5 {
			t.Errorf("%s: %v after %d requests", name, err, len(f.Ops()))
		}
	}
}

func noWait(c *shopify.Config) {
	c.Wait = func(context.Context, time.Duration) error { return nil }
}
