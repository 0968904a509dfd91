package oracle

import (
	"strings"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
)

func (w *World) shopper(o *data.Order) *data.Customer {
	for _, c := range w.Shop.Customers {
		if c.ID == o.Customer {
			return c
		}
	}
	return nil
}

// buyer settles who an order's document is for. What identifies a buyer is the
// Shopify customer's own e-mail and phone, and the order's own where there is no
// customer; an address identifies nobody.
func (w *World) buyer(m *Meant, o *data.Order) {
	if o.Company != nil {
		if m.Buyer.Number = w.Rules.CompanyCustomer; m.Buyer.Number == "" {
			m.obstacle("company")
		}
		return
	}
	m.Buyer = Buyer{Email: o.Email, Phone: o.Phone}
	if c := w.shopper(o); c != nil {
		m.Buyer = Buyer{Email: c.Email, Phone: c.Phone, Shopify: c.ID}
	}
	b := &m.Buyer
	number, several := w.known(*b)
	w.byPhone(m)
	switch {
	case several:
		m.obstacle("several customers")
	case number != "":
		b.Number = number
	case b.Shopify == 0 || b.Email == "" && b.Phone == "" && !w.Rules.CreateCustomers:
		if b.Number = w.Rules.DefaultCustomer; b.Number == "" {
			m.obstacle("no customer")
		}
	case !w.Rules.CreateCustomers:
		if b.Number = w.Rules.DefaultCustomer; b.Number == "" {
			m.obstacle("no customer")
		}
	}
	w.cards(m)
	w.made(m)
}

// made: a new customer is made from one order of the buyer's, and all of them wait
// if BC lacks the country of that one.
func (w *World) made(m *Meant) {
	if m.Buyer.Number != "" || m.Buyer.Shopify == 0 {
		return
	}
	for _, o := range w.Shop.Orders {
		for _, a := range []*data.Address{o.Billing, o.Shipping} {
			if o.Customer == m.Buyer.Shopify && a != nil && a.Country != "" && !w.has("countriesRegions", a.Country) {
				m.Doubts = append(m.Doubts, "the country of another order")
			}
		}
	}
}

// cards are what stands on the cards of the buyer and of who pays, as far as no
// document can be right with it.
func (w *World) cards(m *Meant) {
	for _, c := range []*businesscentral.Customer{w.customer(m.Buyer.Number), w.payer(m.Buyer.Number)} {
		if c == nil {
			continue
		}
		if c.Blocked == "All" || c.Blocked == "Ship" || c.Blocked == "Invoice" {
			m.obstacle("blocked customer")
		}
		if w.ZeroUnset && c.PricesIncludeTax && !m.Included && !m.Invoice {
			m.Doubts = append(m.Doubts, "prices with tax on the card")
		}
		if w.ZeroUnset && w.charged(c) {
			m.Doubts = append(m.Doubts, "service charge")
		}
	}
	for _, r := range w.Company.Recurring {
		if r.Customer == m.Buyer.Number {
			m.obstacle("recurring lines")
		}
	}
}

// charged reports whether BC adds a service charge to a customer's documents.
func (w *World) charged(c *businesscentral.Customer) bool {
	for _, i := range w.Company.Invoice {
		if w.Company.Sales.CalcInvoiceDiscount && (i.Code == c.InvoiceDiscount || i.Code == c.Number) && i.ServiceCharge.IsPositive() {
			return true
		}
	}
	return false
}

// byPhone settles what a phone says that no e-mail address bears out. A customer
// without an address, who has the phone, is the buyer unless somebody else came
// first; a buyer known by phone alone is whoever else gave it, or waits.
func (w *World) byPhone(m *Meant) {
	b := &m.Buyer
	if b.Phone == "" {
		return
	}
	for i := range w.Company.Customers {
		c := &w.Company.Customers[i]
		if b.Email != "" && c.Email == "" && samePhone(c.PhoneNumber, b.Phone) {
			b.May = c.Number
			m.Doubts = append(m.Doubts, "a phone that a customer has")
		}
	}
	for _, c := range w.Shop.Customers {
		if b.Email == "" && c.ID != b.Shopify && samePhone(c.Phone, b.Phone) {
			m.Doubts = append(m.Doubts, "a phone that others have too")
		}
	}
}

// known is the customer of the company that a buyer is, by the e-mail or, for a
// buyer without one, by the phone.
func (w *World) known(b Buyer) (number string, several bool) {
	var found []string
	for i := range w.Company.Customers {
		c := &w.Company.Customers[i]
		if b.Email != "" && hasEmail(c, b.Email) || b.Email == "" && b.Phone != "" && samePhone(c.PhoneNumber, b.Phone) {
			found = append(found, c.Number)
		}
	}
	if len(found) == 1 {
		return found[0], false
	}
	return "", len(found) > 1
}

func hasEmail(c *businesscentral.Customer, email string) bool {
	for one := range strings.SplitSeq(c.Email, ";") {
		if strings.EqualFold(strings.TrimSpace(one), email) {
			return true
		}
	}
	return false
}

// samePhone compares numbers in international form, however they are spaced.
func samePhone(a, b string) bool { return a != "" && numerals(a) == numerals(b) }

func numerals(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, s)
}

// home is a customer's default address.
func home(c *data.Customer) *data.Address {
	if c == nil || len(c.Addresses) == 0 {
		return nil
	}
	return &c.Addresses[c.Default]
}

// addresses: the billing address is where the document is sold to, the shipping
// address where it ships to; one stands for the other. With neither, the default
// address of the customer stands for both.
func (w *World) addresses(m *Meant, o *data.Order) {
	sell, ship := o.Billing, o.Shipping
	c := w.shopper(o)
	if sell == nil && ship == nil {
		sell = home(c)
	}
	if sell == nil {
		sell = ship
	}
	if ship == nil {
		ship = sell
	}
	m.Email = o.Email
	if c != nil {
		m.Email = first(o.Email, c.Email)
	}
	m.Phone = phone(o, c)
	if sell == nil {
		return
	}
	m.SellTo, m.ShipTo = w.address(m, sell), w.address(m, ship)
	given, family := ship.FirstName, ship.LastName
	if blank(given, family) && c != nil {
		given, family = c.FirstName, c.LastName
	}
	person := strings.TrimSpace(given + " " + family)
	if name := first(ship.Company, person); name != "" {
		m.ShipToName = new(name)
	}
	if person != "" {
		m.ShipToContact = new(person)
	}
}

// phone is the first that there is: of the order, the address it is shown by,
// the customer, the shipping and the billing address.
func phone(o *data.Order, c *data.Customer) string {
	ps := []string{o.Phone}
	if o.Shipping != nil {
		ps = append(ps, o.Shipping.Phone)
	} else if o.Billing != nil {
		ps = append(ps, o.Billing.Phone)
	}
	if c != nil {
		ps = append(ps, c.Phone)
		if a := home(c); a != nil {
			ps = append(ps, a.Phone)
		}
	}
	if o.Billing != nil {
		ps = append(ps, o.Billing.Phone)
	}
	return first(ps...)
}

func (w *World) address(m *Meant, a *data.Address) *Address {
	if a.Country != "" && !w.has("countriesRegions", a.Country) {
		m.obstacle("country")
	}
	return &Address{a.Address1, a.Address2, a.City, a.ProvinceCode, a.Zip, a.Country}
}
