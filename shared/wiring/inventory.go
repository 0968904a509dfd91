package wiring

import (
	"context"
	"errors"
	"iter"
	"slices"

	"backroom/shared/bcapi"
	"backroom/shared/inventory"
	"backroom/shared/listings"
	"backroom/shared/orders"
	"backroom/shared/shop"
	"backroom/shared/staging"
)

// inventory are the sides between which stock is sent.
func (c *clients) inventory(card shop.Shop) (inventory.Sides, error) {
	to, err := c.shop(card)
	from, bcErr := c.company(card)
	if err := errors.Join(err, bcErr); err != nil {
		return inventory.Sides{}, err
	}
	return inventory.Sides{Source: from.Stock, Target: to.Stock, Sales: soldOrders{to.Orders}}, nil
}

// soldOrders are the orders of a shop as the shop has them.
type soldOrders struct{ orders.Copies }

// perRead is how many orders are read at a time.
const perRead = 50

// Sold implements inventory.Sales.
func (s soldOrders) Sold(ctx context.Context, ids []string) (ps []inventory.Promise, err error) {
	for part := range slices.Chunk(ids, perRead) {
		r, err := s.Orders(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, o := range r.Orders {
			ps = append(ps, staging.PromisesOf(o)...)
		}
	}
	return ps, nil
}

// goods are what the variants of a shop stand for.
type goods struct{ *listings.Store }

// Goods implements inventory.Links. Bundles are left out: their components are listed.
func (g goods) Goods(ctx context.Context, shop string, items []string) (out []inventory.Good, err error) {
	all := g.All(ctx, shop)
	if items != nil {
		if all, err = g.of(ctx, shop, items); err != nil {
			return nil, err
		}
	}
	for l, err := range all {
		if err != nil {
			return nil, err
		}
		for _, v := range l.Variants {
			n := inventory.Good{Variant: v.ID, InventoryItem: v.InventoryItem, Item: bcapi.Code(v.Item), Code: bcapi.Code(v.Code), Unit: bcapi.Code(v.Unit), Name: l.NameOf(v)}
			if !v.Components && n.Item != "" && (items == nil || slices.Contains(items, n.Item)) {
				out = append(out, n)
			}
		}
	}
	return out, nil
}

func (g goods) of(ctx context.Context, shop string, items []string) (iter.Seq2[listings.Listing, error], error) {
	ls, err := g.OfItems(ctx, shop, items)
	return func(yield func(listings.Listing, error) bool) {
		for _, l := range ls {
			if !yield(l, nil) {
				return
			}
		}
	}, err
}
