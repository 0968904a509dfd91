// Package customers finds, or creates, the Business Central customer of an
// order: one per Shopify customer, however often and from wherever it is asked.
package customers

import (
	"strings"

	"backroom/shared/businesscentral/entity"
	"backroom/shared/orders"
	"backroom/shared/shop"
)

// Way is how an order's customer is found.
type Way int

// The ways.
const (
	Fixed   Way = iota + 1 // Wanted.Number, always
	ByLink                 // by the Shopify customer: its link, else a search, else a create
	Nothing                // no rule gives a customer
)

// Wanted is the rule for one order.
type Wanted struct {
	Way    Way
	Number string // Fixed, and the fallback of ByLink ("" if there is none)
	Create bool   // ByLink: may be created
	BillTo bool   // ByLink: search by address instead of e-mail and phone
}

// Want decides how the customer of o is found (connector-behaviour 4.1.4):
// a customer fixed for the ship-to country wins; without customer import, or
// without a customer on the order, the default customer is left.
func Want(card shop.Shop, o orders.Order) Wanted {
	if o.Shipping != nil {
		for _, c := range card.CountryCustomers {
			if strings.EqualFold(c.Country, o.Shipping.Country) && c.CustomerNo != "" {
				return Wanted{Way: Fixed, Number: c.CustomerNo}
			}
		}
	}
	if card.CustomerImport == shop.ImportNone || card.CustomerMapping == shop.DefaultCustomer || o.Customer == nil {
		if card.DefaultCustomerNo == "" {
			return Wanted{Way: Nothing}
		}
		return Wanted{Way: Fixed, Number: card.DefaultCustomerNo}
	}
	named := func(a *orders.Address) bool { return a != nil && (a.FirstName != "" || a.LastName != "") }
	return Wanted{
		Way: ByLink, Number: card.DefaultCustomerNo, Create: card.AutoCreateUnknownCustomers,
		BillTo: card.CustomerMapping == shop.ByBillTo && named(o.Billing),
	}
}

// SameEmail compares addresses as people mean them. BC may hold several,
// separated by semicolons.
func SameEmail(stored, wanted string) bool {
	for s := range strings.SplitSeq(stored, ";") {
		if wanted != "" && strings.EqualFold(strings.TrimSpace(s), strings.TrimSpace(wanted)) {
			return true
		}
	}
	return false
}

// phoneKey is the phone number as it is compared: all digits, without leading
// zeros. "" when there are too few to mean anyone. (The connector asks only that the
// digits occur in order, which matches strangers.)
func phoneKey(s string) string {
	d := strings.TrimLeft(strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s), "0")
	if len(d) < 6 {
		return ""
	}
	return d
}

// addressKey is a name and address as they are compared.
func addressKey(displayName, county, country string, a orders.Address) string {
	parts := []string{displayName, a.Address1, a.Address2, a.Zip, a.City, county, country}
	for i, p := range parts {
		parts[i] = strings.ToLower(strings.TrimSpace(p))
	}
	return strings.Join(parts, "\x00")
}

// Blocked reports whether no order may be made for c.
func Blocked(c entity.Customer) bool { return c.Blocked == "All" || c.Blocked == "Ship" }
