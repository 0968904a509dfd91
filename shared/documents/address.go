package documents

import (
	"cmp"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/orders"
	"backroom/shared/sales"
)

// addresses are where an order is sold to and shipped to: its billing and its
// shipping address. One that is missing is the other one; an order with
// neither has its customer's default address. nil: there is none at all.
func addresses(o orders.Order) (sell, ship *orders.Address) {
	billing, shipping := entered(o.Billing), entered(o.Shipping)
	var own *orders.Address
	if o.Customer != nil {
		own = entered(o.Customer.Default)
	}
	return cmp.Or(billing, shipping, own), cmp.Or(shipping, billing, own)
}

// entered is nil for an address with nothing in it.
func entered(a *orders.Address) *orders.Address {
	if a == nil || *a == (orders.Address{}) {
		return nil
	}
	return a
}

// withName is a with the customer's name where it has none of its own.
func withName(o orders.Order, a orders.Address) orders.Address {
	if c := o.Customer; c != nil && strings.TrimSpace(a.FirstName+a.LastName) == "" {
		a.FirstName, a.LastName = c.FirstName, c.LastName
	}
	return a
}

// who fills in where the order goes and how its buyer is reached. What the
// order does not say is blank in the document.
func (m *mapper) who(d *sales.Document) {
	o := m.order
	sell, ship := addresses(o)
	if sell != nil {
		d.SellTo = m.address(*sell)
	}
	if ship != nil {
		a := withName(o, *ship)
		d.ShipTo = m.address(a)
		d.ShipToName, d.ShipToContact = m.card.Name(a), m.card.Contact(a)
	}
	d.Phone = phone(o)
	d.Email = o.Email
	if o.Customer != nil && strings.TrimSpace(d.Email) == "" {
		d.Email = o.Customer.Email
	}
}

// phone is the first number that is one: the order's, that of the address that
// Shopify shows the order by (the shipping address, else the billing address),
// the customer's, that of the customer's address, of the billing address.
func phone(o orders.Order) string {
	numbers := []string{o.Phone, phoneOf(cmp.Or(entered(o.Shipping), entered(o.Billing)))}
	if c := o.Customer; c != nil {
		numbers = append(numbers, c.Phone, phoneOf(c.Default))
	}
	for _, n := range append(numbers, phoneOf(o.Billing)) {
		if n = bcapi.Phone(n); n != "" {
			return n
		}
	}
	return ""
}

func phoneOf(a *orders.Address) string {
	if a == nil {
		return ""
	}
	return a.Phone
}

func (m *mapper) address(a orders.Address) sales.Address {
	return sales.Address{
		Line1: a.Address1, Line2: a.Address2, City: a.City, PostCode: a.Zip,
		State: m.card.County(a), Country: m.country(a),
	}
}

func (m *mapper) country(a orders.Address) string {
	if a.Country == "" {
		return ""
	}
	c := m.card.Country(a)
	if _, ok := m.refs.Countries[c]; !ok {
		m.problem(CountryUnmapped, c)
	}
	return c
}
