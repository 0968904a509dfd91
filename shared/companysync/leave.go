package companysync

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/customers"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/phone"
)

// content is what the shop is to have of a customer as a company. A blank is not known, and
// leaves what the shop has.
type content struct {
	Name, Number string
	Email        string // of the main contact of a new company, in lower case
	Phone        string // E.164
	TaxID        string
	Terms        string          // id of the shop's template
	Address      *orders.Address // the state as BC has it, in ProvinceCode
	Problems     []issue.Part    // that keep a part of it from the shop
}

// contentOf is c in the words of the shop. home is the ISO code of BC's company.
func contentOf(k card, c customers.Customer, home, terms string) content {
	out := content{Name: strings.Join(strings.Fields(c.DisplayName), " "), Number: c.Number, TaxID: strings.TrimSpace(c.TaxRegistrationNumber), Terms: terms}
	if ms := c.Mailboxes(); len(ms) > 0 {
		out.Email = ms[0]
	}
	country := strings.ToUpper(cmp.Or(k.ISO(c.Country), home))
	if c.PhoneNumber != "" {
		n, ok := phone.E164(c.PhoneNumber, country)
		if out.Phone = n; !ok {
			out.Problems = append(out.Problems, issue.Part{Reason: PhoneUnclear, Things: []string{c.Number}})
		}
	}
	if c.AddressLine1+c.City+c.PostalCode != "" && country != "" {
		out.Address = &orders.Address{
			Address1: c.AddressLine1, Address2: c.AddressLine2, City: c.City, Zip: c.PostalCode, Country: country, ProvinceCode: strings.TrimSpace(c.State),
		}
	}
	return out
}

// print is a hash of what the shop is to have.
func (c content) print() string {
	h := sha256.New()
	a := cmp.Or(c.Address, &orders.Address{})
	for _, s := range []string{c.Name, c.Email, c.Phone, c.TaxID, c.Terms, fmt.Sprintf("%+v", *a)} {
		fmt.Fprintf(h, "%q", s)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// create is the company that c becomes. contact says that nobody in the shop has the
// e-mail address: the main contact is made with the company.
func (c content) create(contact, byName bool) (ch Change, unclear bool) {
	ch = Change{ExternalID: c.Number, Name: given(c.Name), Phone: given(c.Phone), TaxID: given(c.TaxID), Terms: given(c.Terms), Ships: true}
	if contact {
		ch.Contact = c.Email
	}
	if c.Address != nil {
		var a orders.Address
		if a, unclear = c.address(orders.Address{}, byName); !unclear {
			ch.Address = &a
		}
	}
	return ch, unclear
}

// change is what to send so that h has what c says, and what it is in people's words; it
// is empty where h has it already. unclear is a state that the shop has no code for.
func (c content) change(h Here, byName bool) (ch Change, says []string, unclear bool) {
	l := h.Locations[0]
	ch = Change{ID: h.ID, LocationID: l.ID, Ships: l.Ships}
	if c.Name != "" && !sameText(c.Name, h.Name, bcapi.NameLength) {
		ch.Name, says = &c.Name, append(says, "name")
	}
	if c.Phone != "" && c.Phone != l.Phone {
		ch.Phone, says = &c.Phone, append(says, "phone")
	}
	if c.TaxID != "" && plainTax(c.TaxID) != plainTax(l.TaxID) {
		ch.TaxID, says = &c.TaxID, append(says, "tax id")
	}
	if c.Address == nil {
		return ch, says, false
	}
	was := *cmp.Or(l.Address, &orders.Address{})
	a, unclear := c.address(was, byName)
	if l.Address != nil && sameAddress(a, was) {
		return ch, says, false
	}
	if !unclear {
		ch.Address, says = &a, append(says, "address")
	}
	return ch, says, unclear
}

// terms adds the payment terms of c, where l has others.
func (ch *Change) terms(c content, l customers.Location, templates map[customers.Terms]string) (differs bool) {
	had := ""
	if l.Terms != nil {
		had = templates[*l.Terms]
	}
	if c.Terms == "" || c.Terms == had {
		return false
	}
	ch.Terms = &c.Terms
	return true
}

func (ch Change) empty() bool {
	return ch.Name == nil && ch.Phone == nil && ch.TaxID == nil && ch.Terms == nil && ch.Address == nil
}

// address is c's as the shop writes it. The names at an address are the shop's.
func (c content) address(was orders.Address, byName bool) (a orders.Address, unclear bool) {
	a = *c.Address
	a.FirstName, a.LastName, a.Phone = was.FirstName, was.LastName, was.Phone
	state := a.ProvinceCode
	a.ProvinceCode = ""
	here := a.Country == was.Country
	switch {
	case here && (state == "" || strings.EqualFold(state, was.ProvinceCode) || strings.EqualFold(state, was.Province)):
		a.Province, a.ProvinceCode = was.Province, was.ProvinceCode
	case byName && len(state) > 3:
		return a, true // a name, and the shop takes codes
	default:
		a.ProvinceCode = strings.ToUpper(state)
	}
	return a, false
}

func sameText(a, b string, n int) bool {
	cut := func(s string) string { return strings.TrimSpace(bcapi.Cut(strings.TrimSpace(s), n)) }
	return strings.EqualFold(cut(a), cut(b))
}

func sameAddress(a, b orders.Address) bool {
	return sameText(a.Address1, b.Address1, bcapi.NameLength) && sameText(a.Address2, b.Address2, bcapi.Address2Length) && sameText(a.City, b.City, bcapi.CityLength) &&
		sameText(a.Zip, b.Zip, bcapi.PostCodeLength) && a.Country == b.Country && strings.EqualFold(a.ProvinceCode, b.ProvinceCode)
}

func plainTax(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), "")) }
