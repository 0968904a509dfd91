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
)

func TestShop(t *testing.T) {
	f := newFake(t)
	f.On["ShopInfo"] = inTurn(ok(4, 4, obj{
		"shop": obj{
			"id": "gid://shopify/Shop/5", "name": "My Shop", "myshopifyDomain": "my-shop.myshopify.com", "currencyCode": "EUR", "ianaTimezone": "Europe/Berlin",
			"orderNumberFormatPrefix": "#", "orderNumberFormatSuffix": "-X",
			"taxesIncluded": true, "plan": obj{"publicDisplayName": "Grow", "partnerDevelopment": false, "shopifyPlus": true},
		},
		"currentAppInstallation": obj{"accessScopes": []any{obj{"handle": "write_orders"}, obj{"handle": "read_locations"}}},
	}))
	got, err := client(f).Shop(t.Context())
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
	f := newFake(t)
	f.On["Locations"] = func(r request) answer {
		page := obj{"pageInfo": obj{"hasNextPage": true, "endCursor": "a"}, "nodes": []any{obj{"id": "gid://shopify/Location/1", "name": "Main", "isActive": true, "isFulfillmentService": false}}}
		if r.Vars(t)["after"] == "a" {
			page = obj{"pageInfo": obj{"hasNextPage": false, "endCursor": nil}, "nodes": []any{obj{"id": "gid://shopify/Location/2", "name": "3PL", "isActive": false, "isFulfillmentService": true}}}
		}
		return ok(13, 5, obj{"locations": page})
	}
	got, err := client(f).Locations(t.Context())
	if diff := cmp.Diff([]shop.Location{{ID: "1", Name: "Main", Active: true}, {ID: "2", Name: "3PL", FulfillmentService: true}}, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	f.On["Locations"] = inTurn(ok(13, 5, obj{"locations": obj{"pageInfo": obj{"hasNextPage": true, "endCursor": "a"}, "nodes": []any{}}}))
	if _, err := client(f).Locations(t.Context()); fault.KindOf(err) != fault.Transient {
		t.Errorf("a page that repeats its cursor: %v", err)
	}
}

// A list that comes by the same cursor again has no end, whether at once or in a circle.
func TestLocationsThatRepeatACursor(t *testing.T) {
	for name, to := range map[string]map[any]any{
		"circle": {nil: "a", "a": "b", "b": "c", "c": "a"}, "same": {nil: "a", "a": "a"}, "none": {},
	} {
		f := newFake(t)
		f.On["Locations"] = func(r request) answer {
			info := obj{"hasNextPage": true, "endCursor": to[r.Vars(t)["after"]]}
			return ok(13, 3, obj{"locations": obj{"nodes": []obj{}, "pageInfo": info}})
		}
		if _, err := client(f, noWait).Locations(t.Context()); fault.KindOf(err) != fault.Transient || len(f.Ops()) > 5 {
			t.Errorf("%s: %v after %d requests", name, err, len(f.Ops()))
		}
	}
}

func noWait(c *shopify.Config) {
	c.Wait = func(context.Context, time.Duration) error { return nil }
}
