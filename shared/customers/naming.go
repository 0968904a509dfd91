package customers

import (
	"cmp"
	"strings"

	"backroom/shared/orders"
)

// Name is the name of an address by the settings: Name Source, else Name 2
// Source, else whatever there is.
func (s CustomerSettings) Name(a orders.Address) string {
	main, second := cmp.Or(s.NameSource, NameCompany), cmp.Or(s.Name2Source, NameFirstLast)
	return cmp.Or(name(main, a), name(second, a), name(NameFirstLast, a), a.Company)
}

// Contact is the contact name of an address by the settings.
func (s CustomerSettings) Contact(a orders.Address) string {
	return name(cmp.Or(s.ContactSource, NameFirstLast), a)
}

func name(src NameSource, a orders.Address) string {
	switch src {
	case NameCompany:
		return strings.TrimSpace(a.Company)
	case NameFirstLast:
		return strings.TrimSpace(a.FirstName + " " + a.LastName)
	case NameLastFirst:
		return strings.TrimSpace(a.LastName + " " + a.FirstName)
	case NameNone:
	}
	return ""
}

// County is the state field of an address by the settings.
func (s CustomerSettings) County(a orders.Address) string {
	if s.CountySource == CountyName {
		return a.Province
	}
	return a.ProvinceCode
}

// Country is BC's code of the address' country by the settings.
func (s CustomerSettings) Country(a orders.Address) string {
	c := strings.ToUpper(a.Country)
	for _, e := range s.Countries {
		if strings.EqualFold(e.From, c) {
			return strings.ToUpper(e.To)
		}
	}
	return c
}
