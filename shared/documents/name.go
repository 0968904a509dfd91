package documents

import (
	"strings"

	"backroom/shared/customers"
	"backroom/shared/orders"
)

// Name is the name of an address under the shop card: Name Source, else Name 2
// Source, else whatever there is.
func Name(card customers.CustomerSettings, a orders.Address) string {
	src, src2 := card.NameSource, card.Name2Source
	if src == "" {
		src = customers.NameCompany
	}
	if src2 == "" {
		src2 = customers.NameFirstLast
	}
	return first(name(src, a), name(src2, a), name(customers.NameFirstLast, a), a.Company)
}

// Contact is the contact name of an address under the shop card.
func Contact(card customers.CustomerSettings, a orders.Address) string {
	src := card.ContactSource
	if src == "" {
		src = customers.NameFirstLast
	}
	return name(src, a)
}

func name(src customers.NameSource, a orders.Address) string {
	switch src {
	case customers.NameCompany:
		return strings.TrimSpace(a.Company)
	case customers.NameFirstLast:
		return strings.TrimSpace(a.FirstName + " " + a.LastName)
	case customers.NameLastFirst:
		return strings.TrimSpace(a.LastName + " " + a.FirstName)
	case customers.NameNone:
	}
	return ""
}
