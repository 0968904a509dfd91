package documents

import (
	"strings"

	"backroom/shared/orders"
	"backroom/shared/shop"
)

// Name is the name of an address under the shop card: Name Source, else Name 2
// Source, else whatever there is.
func Name(card shop.Shop, a orders.Address) string {
	src, src2 := card.NameSource, card.Name2Source
	if src == "" {
		src = shop.NameCompany
	}
	if src2 == "" {
		src2 = shop.NameFirstLast
	}
	return first(name(src, a), name(src2, a), name(shop.NameFirstLast, a), a.Company)
}

// Contact is the contact name of an address under the shop card.
func Contact(card shop.Shop, a orders.Address) string {
	src := card.ContactSource
	if src == "" {
		src = shop.NameFirstLast
	}
	return name(src, a)
}

func name(src shop.NameSource, a orders.Address) string {
	switch src {
	case shop.NameCompany:
		return strings.TrimSpace(a.Company)
	case shop.NameFirstLast:
		return strings.TrimSpace(a.FirstName + " " + a.LastName)
	case shop.NameLastFirst:
		return strings.TrimSpace(a.LastName + " " + a.FirstName)
	case shop.NameNone:
	}
	return ""
}
