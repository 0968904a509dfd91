package wiring

import (
	"backroom/shared/disputes"
	"backroom/shared/shop"
)

// disputes are where a shop's disputes come from.
func (c *clients) disputes(card shop.Shop) (disputes.Source, error) {
	from, err := c.shop(card)
	if err != nil {
		return nil, err
	}
	return from.Disputes, nil
}
