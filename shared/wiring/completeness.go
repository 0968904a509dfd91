package wiring

import (
	"context"
	"errors"
	"time"

	"backroom/shared/completeness"
	"backroom/shared/issue"
	"backroom/shared/shipments"
	"backroom/shared/shop"
	"backroom/shared/staging"
)

// completeness are the two systems that are proved to be in step.
func (c *clients) completeness(card shop.Shop) (completeness.Sides, error) {
	from, err := c.shop(card)
	to, bcErr := c.company(card)
	if err := errors.Join(err, bcErr); err != nil {
		return completeness.Sides{}, err
	}
	return completeness.Sides{
		Shop: from.Totals, Heads: from.Totals, Exports: from.Totals, Copies: from.Orders, Profile: profile{from}, Lists: to.Totals, Finds: to.Totals,
	}, nil
}

// profile is what a shop says of its orders' names and of how far back the app sees.
type profile struct{ *Storefront }

func (p profile) Affixes(ctx context.Context) (prefix, suffix string, err error) {
	about, err := p.Shop(ctx)
	return about.OrderPrefix, about.OrderSuffix, err
}

func (p profile) Horizon(ctx context.Context) (time.Time, error) { return p.Orders.Horizon(ctx) }

// fates are what is stored of orders and of their shipments.
type fates struct {
	orders    *staging.Store
	shipments *shipments.Store
}

// Fates implements completeness.Known.
func (f fates) Fates(ctx context.Context, shop string, ids []string) (map[string]completeness.Fate, error) {
	out, err := f.orders.Fates(ctx, shop, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		rs, err := f.shipments.Of(ctx, shop, id)
		if err != nil {
			return nil, err
		}
		fate := out[id]
		for _, r := range rs {
			if r.State != shipments.Open {
				continue
			}
			if fate.Shipments == nil {
				fate.Shipments = map[string]issue.Reason{}
			}
			fate.Shipments[r.Number] = issue.Reason(r.Trouble)
		}
		out[id] = fate
	}
	return out, nil
}

// shared reports whether another shop has the card's company.
func (w *Wired) shared(ctx context.Context, card shop.Shop) (bool, error) {
	codes, err := w.Cards.Shops(ctx)
	if err != nil {
		return false, err
	}
	for _, code := range codes {
		if other, err := w.Cards.Get(ctx, code); code != card.Code && err == nil && other.Company.Key() == card.Company.Key() {
			return true, nil
		}
	}
	return false, nil
}
