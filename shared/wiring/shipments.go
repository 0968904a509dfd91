package wiring

import (
	"context"
	"errors"

	"backroom/shared/shipments"
	"backroom/shared/shop"
)

// shipments are the sides between which shipments are sent.
func (c *clients) shipments(card shop.Shop) (shipments.Sides, error) {
	to, err := c.shop(card)
	from, bcErr := c.company(card)
	if err := errors.Join(err, bcErr); err != nil {
		return shipments.Sides{}, err
	}
	return shipments.Sides{Source: from.Shipments, Target: to.Fulfilments, Clock: from.Client}, nil
}

// elsewhere reports whether another shop of the card's company has imported an order.
func (w *Wired) elsewhere(ctx context.Context, card shop.Shop, order string) (bool, error) {
	codes, err := w.Cards.Shops(ctx)
	if err != nil {
		return false, err
	}
	for _, code := range codes {
		if code == card.Code {
			continue
		}
		other, err := w.Cards.Get(ctx, code)
		if err != nil || other.Company.Key() != card.Company.Key() {
			continue // a card that cannot be read imports nothing
		}
		if _, known, err := w.Orders.Document(ctx, code, order); err != nil || known {
			return known, err
		}
	}
	return false, nil
}
