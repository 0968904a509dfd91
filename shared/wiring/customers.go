package wiring

import (
	"errors"

	"backroom/shared/companysync"
	"backroom/shared/customersync"
	"backroom/shared/shop"
)

// customers are the sides between which customers are kept in step.
func (c *clients) customers(card shop.Shop) (customersync.Sides, error) {
	front, err := c.shop(card)
	back, bcErr := c.company(card)
	if err := errors.Join(err, bcErr); err != nil {
		return customersync.Sides{}, err
	}
	return customersync.Sides{Shop: front.Customers, Writer: front.Customers, Company: back.Customers, Clock: back.Client}, nil
}

// companies are the sides between which companies are kept in step.
func (c *clients) companies(card shop.Shop) (companysync.Sides, error) {
	front, err := c.shop(card)
	back, bcErr := c.company(card)
	if err := errors.Join(err, bcErr); err != nil {
		return companysync.Sides{}, err
	}
	return companysync.Sides{Shop: front.Companies, Company: back.Customers, Clock: back.Client}, nil
}
