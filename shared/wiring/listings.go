package wiring

import (
	"errors"

	"backroom/shared/listings"
	"backroom/shared/shop"
)

// listings are the shop and the company whose products and items are brought into step.
func (c *clients) listings(card shop.Shop) (listings.Sides, error) {
	of, err := c.shop(card)
	in, bcErr := c.company(card)
	if err := errors.Join(err, bcErr); err != nil {
		return listings.Sides{}, err
	}
	return listings.Sides{Shop: of.Products, Company: in.Listed}, nil
}
