package wiring

import (
	"backroom/shared/payments"
	"backroom/shared/shop"
)

// payments are the sides between which payouts are brought.
func (c *clients) payments(card shop.Shop) (payments.Sides, error) {
	from, err := c.shop(card)
	if err != nil {
		return payments.Sides{}, err
	}
	set, err := shop.Of[payments.Settings](card)
	if err != nil || set.PostPayoutsFrom == "" {
		return payments.Sides{Source: from.Payments}, err
	}
	bc, err := c.company(card)
	if err != nil {
		return payments.Sides{}, err
	}
	return payments.Sides{Source: from.Payments, Journals: bc.Journals}, nil
}
