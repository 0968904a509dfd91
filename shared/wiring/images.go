package wiring

import (
	"context"
	"errors"
	"slices"

	"backroom/shared/bcapi"
	"backroom/shared/businesscentral"
	"backroom/shared/images"
	"backroom/shared/listings"
	"backroom/shared/shop"
)

// images are the sides between which pictures go.
func (c *clients) images(card shop.Shop) (images.Sides, error) {
	front, err := c.shop(card)
	back, bcErr := c.company(card)
	if err := errors.Join(err, bcErr); err != nil {
		return images.Sides{}, err
	}
	return images.Sides{Company: back.Pictures, Files: front.Pictures, Ties: front.Pictures, Products: front.Pictures}, nil
}

// pictured are the links between items and products as pictures need them.
type pictured struct{ *listings.Store }

// OfItems implements images.Links.
func (p pictured) OfItems(ctx context.Context, shop string, numbers []string) ([]images.Pair, error) {
	ls, err := p.Store.OfItems(ctx, shop, numbers)
	wanted := businesscentral.Distinct(numbers, bcapi.Code)
	var ps []images.Pair
	for _, l := range ls {
		ps = append(ps, slices.DeleteFunc(pairsOf(l), func(p images.Pair) bool { return !slices.Contains(wanted, bcapi.Code(p.Item)) })...)
	}
	return ps, err
}

// OfProducts implements images.Links.
func (p pictured) OfProducts(ctx context.Context, shop string, ids []string) (ps []images.Pair, err error) {
	for _, id := range ids {
		l, err := p.Get(ctx, shop, id)
		if err != nil {
			return nil, err
		}
		ps = append(ps, pairsOf(l)...)
	}
	return ps, nil
}

// pairsOf is whose picture is whose. A product whose variants stand for one item shows that
// item's; where they stand for several, each shows its own.
func pairsOf(l listings.Listing) (ps []images.Pair) {
	var items []string
	for _, v := range l.Variants {
		if v.Item != "" && !v.Components {
			items = append(items, v.Item)
		}
	}
	slices.Sort(items)
	if items = slices.Compact(items); len(items) == 1 {
		ps = append(ps, images.Pair{Item: items[0], Product: l.Product, Name: l.Title})
	}
	for _, v := range l.Variants {
		if v.Item != "" && !v.Components && (v.Code != "" || len(items) > 1) {
			ps = append(ps, images.Pair{Item: v.Item, Code: v.Code, Product: l.Product, Variant: v.ID, Name: l.NameOf(v)})
		}
	}
	return ps
}
