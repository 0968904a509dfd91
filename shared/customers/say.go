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
	if o.Company.Name == "" {
		return "company " + o.Company.ID
	}
	return o.Company.Name + " (company " + o.Company.ID + ")"
}

// doubtful is the answer when the customer of number is not taken.
func doubtful(t trusted, o orders.Order, number string) Resolved {
	r := Resolved{Reason: CustomerDoubtful, Thing: number + " for " + who(o)}
	if t == trustDisputed {
		r.Reason = CustomerShared
	}
	return r
}
