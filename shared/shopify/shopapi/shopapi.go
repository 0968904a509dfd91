// Package shopapi reads what Shopify says about a shop: its profile, the scopes that
// the app has, and its locations.
package shopapi

import (
	"context"

	"backroom/shared/shop"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// Reader reads about a shop. Safe for concurrent use.
type Reader struct{ core *shopify.Client }

// New makes a reader of c's shop.
func New(c *shopify.Client) *Reader { return &Reader{core: c} }

// Shop reads the shop and the scopes granted to the app.
func (s *Reader) Shop(ctx context.Context) (shop.Profile, error) {
	r, err := gql.ShopInfo(ctx, s.core.Read("ShopInfo"))
	if err != nil {
		return shop.Profile{}, err
	}
	p := shop.Profile{
		ID: wire.Tail(r.Shop.Id), Name: r.Shop.Name, Domain: r.Shop.MyshopifyDomain,
		Currency: r.Shop.CurrencyCode, TimeZone: r.Shop.IanaTimezone, OrderPrefix: r.Shop.OrderNumberFormatPrefix, OrderSuffix: r.Shop.OrderNumberFormatSuffix, TaxesIncluded: r.Shop.TaxesIncluded,
		Plan: r.Shop.Plan.PublicDisplayName, Plus: r.Shop.Plan.ShopifyPlus, Development: r.Shop.Plan.PartnerDevelopment,
	}
	for _, a := range r.CurrentAppInstallation.AccessScopes {
		p.Scopes = append(p.Scopes, a.Handle)
	}
	return p, nil
}

// Locations reads all locations, inactive ones too: orders may name those.
func (s *Reader) Locations(ctx context.Context) ([]shop.Location, error) {
	var all []shop.Location
	seen := wire.Cursors{}
	for after := (*string)(nil); ; {
		r, err := gql.Locations(ctx, s.core.Read("Locations"), after)
		if err != nil {
			return nil, err
		}
		for _, n := range r.Locations.Nodes {
			all = append(all, shop.Location{ID: wire.Tail(n.Id), Name: n.Name, Active: n.IsActive, FulfillmentService: n.IsFulfillmentService})
		}
		if after, err = seen.Next("Locations", r.Locations.PageInfo); err != nil || after == nil {
			return all, err
		}
	}
}
