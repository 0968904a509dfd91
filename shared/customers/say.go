package customers

import (
	"strings"

	"backroom/shared/orders"
)

// who is what a person calls the buyer of an order, without contact data.
func who(o orders.Order) string {
	if o.Customer == nil {
		return "the buyer of order " + o.Name
	}
	name := strings.TrimSpace(o.Customer.FirstName + " " + o.Customer.LastName)
	if name == "" {
		return "Shopify customer " + o.Customer.ID
	}
	return name + " (Shopify customer " + o.Customer.ID + ")"
}

// Named is what a person calls a customer of the shop, without contact data.
func Named(c orders.Customer) string { return who(orders.Order{Customer: &c}) }

// company is what a person calls the company that an order is placed for.
func company(o orders.Order) string {
	return NamedCompany(Company{ID: o.Company.ID, Name: o.Company.Name})
}

// NamedCompany is what a person calls a company of the shop.
func NamedCompany(c Company) string {
	if c.Name == "" {
		return "company " + c.ID
	}
	return c.Name + " (company " + c.ID + ")"
}

// doubtful is the answer when the customer of number is not taken.
func doubtful(t trusted, who, number string) Resolved {
	r := Resolved{Reason: CustomerDoubtful, Thing: number + " for " + who}
	if t == trustDisputed {
		r.Reason = CustomerShared
	}
	return r
}
