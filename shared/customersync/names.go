package customersync

import (
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/customers"
)

// named is what the name of a company's customer is in the shop: a person's two names,
// or the company at an address.
type named struct {
	First, Last string
	Company     string
}

// namedBy is the name as the card's settings have written it: what was made of a company
// is one again, and else it is split into a first and a last name.
func namedBy(s customers.CustomerSettings, c customers.Customer) named {
	name := strings.Join(strings.Fields(c.DisplayName), " ")
	if asCompany(s) && c.Type == "Company" {
		return named{Company: name}
	}
	return personBy(s, name)
}

// asCompany reports whether names of the company's customers are those of companies
// where there is one.
func asCompany(s customers.CustomerSettings) bool {
	return s.NameSource == "" || s.NameSource == customers.NameCompany
}

// personBy is a person's name as the card's settings have written it.
func personBy(s customers.CustomerSettings, name string) named {
	from := s.NameSource
	if asCompany(s) || from == customers.NameNone {
		from = s.Name2Source
	}
	first, last := split(name, from == customers.NameLastFirst)
	return named{First: first, Last: last}
}

// split takes a person's name apart: the first word is the first name and the rest the
// last one; where the last name is written first, the first name is the last word.
func split(name string, lastFirst bool) (first, last string) {
	words := strings.Fields(name)
	switch {
	case len(words) == 0:
		return "", ""
	case lastFirst && len(words) == 1:
		return "", words[0]
	case lastFirst:
		return words[len(words)-1], strings.Join(words[:len(words)-1], " ")
	}
	return words[0], strings.Join(words[1:], " ")
}

// alike reports whether two names are the same words in either order of their halves, as
// far as the company has room: the shop knows better than a rule where a name is split.
func alike(first, last, name string) bool {
	name = plainName(name)
	return name != "" && (strings.EqualFold(plainName(first+" "+last), name) || strings.EqualFold(plainName(last+" "+first), name))
}

func plainName(s string) string {
	return strings.TrimSpace(bcapi.Cut(strings.Join(strings.Fields(s), " "), bcapi.NameLength))
}
