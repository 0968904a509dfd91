package wiring

import (
	"context"
	"errors"
	"slices"

	"backroom/shared/bcapi"
	"backroom/shared/listings"
	"backroom/shared/prices"
	"backroom/shared/shop"
)

// prices are the sides between which prices are sent.
func (c *clients) prices(card shop.Shop) (prices.Sides, error) {
	to, err := c.shop(card)
	from, bcErr := c.company(card)
	if err := errors.Join(err, bcErr); err != nil {
		return prices.Sides{}, err
	}
	return prices.Sides{Company: from.Prices, Shop: to.Prices}, nil
}

// pricesNext has prices sent after products and items were brought into step, where the
// card says that they are sent at all.
func pricesNext(card shop.Shop) ([]string, error) {
	set, err := shop.Of[prices.Settings](card)
	if err != nil || !set.SendPrices {
		return nil, err
	}
	return []string{prices.TaskName}, nil
}

// priced are what the variants of a shop stand for.
type priced struct{ *listings.Store }

// Priced implements prices.Links. Bundles are left out: their price is Shopify's.
func (p priced) Priced(ctx context.Context, shop string, items []string) (out []prices.Good, err error) {
	all := p.All(ctx, shop)
	if items != nil {
		if all, err = goods(p).of(ctx, shop, items); err != nil {
			return nil, err
		}
	}
	for l, err := range all {
		if err != nil {
			return nil, err
		}
		for _, v := range l.Variants {
			n := prices.Good{Product: l.Product, Variant: v.ID, Item: bcapi.Code(v.Item), Code: bcapi.Code(v.Code), Unit: bcapi.Code(v.Unit), Name: l.NameOf(v)}
			if !v.Components && n.Item != "" && (items == nil || slices.Contains(items, n.Item)) {
				out = append(out, n)
			}
		}
	}
	return out, nil
}
