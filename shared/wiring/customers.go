package wiring

import (
	"context"
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
	people := func(ctx context.Context, emails []string) ([]string, error) {
		contacts := make([]customersync.Contact, len(emails))
		for i, e := range emails {
			contacts[i].Email = e
		}
		found, err := front.Customers.Find(ctx, contacts)
		ids := make([]string, len(found))
		for i, f := range found {
			ids[i] = f.ByEmail
		}
		return ids, err
	}
	return companysync.Sides{Shop: front.Companies, Writer: front.Companies, Company: back.Customers, People: people, Clock: back.Client}, nil
}
