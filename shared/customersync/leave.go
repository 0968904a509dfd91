package customersync

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/customers"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/phone"
)

// content is what the shop is to have of a company's customer. A blank is not known,
// and leaves what the shop has.
type content struct {
	Name    named    // of a new customer of the shop
	Person  named    // of one that is a person there
	Full    string   // the name as it is written
	Emails  []string // in lower case; the shop has one of them
	Phone   string   // E.164
	Address *orders.Address
	Exempt  *bool
	Fields  []Metafield // without owner
	// Problems are what of it cannot be sent, each with what it is about.
	Problems []issue.Part
}

// contentOf is c in the words of the shop. home is the ISO code of the company's country.
func contentOf(k card, c customers.Customer, home string) content {
	out := content{Name: namedBy(k.CustomerSettings, c), Person: personBy(k.CustomerSettings, c.DisplayName), Full: c.DisplayName, Emails: c.Mailboxes()}
	country := strings.ToUpper(cmp.Or(k.ISO(c.Country), home))
	if c.PhoneNumber != "" {
		n, ok := phone.E164(c.PhoneNumber, country)
		if out.Phone = n; !ok {
			out.Problems = append(out.Problems, issue.Part{Reason: PhoneUnclear, Things: []string{c.Number}})
		}
	}
	if c.AddressLine1+c.City+c.PostalCode != "" {
		out.Address = &orders.Address{
			Address1: c.AddressLine1, Address2: c.AddressLine2, City: c.City, Zip: c.PostalCode, Country: country,
			ProvinceCode: strings.TrimSpace(c.State),
		}
	}
	if k.Template(country).TaxLiable && c.TaxLiable != nil {
		exempt := !*c.TaxLiable
		out.Exempt = &exempt
	}
	for _, m := range k.CustomerMetafields {
		f, err := m.of()
		if err != nil {
			continue // the card's check says so
		}
		if v := f.value(c); v != "" {
			out.Fields = append(out.Fields, Metafield{Namespace: m.Namespace, Key: m.Key, Type: cmp.Or(m.Type, f.types[0]), Value: v})
		}
	}
	return out
}

// print is a hash of what the shop is to have, custom fields apart.
func (c content) print() string {
	return printOf(c.Name, c.Full, c.Emails, c.Phone, c.Address, c.Exempt)
}

// fields is a hash of the custom fields.
func (c content) fields() string {
	if len(c.Fields) == 0 {
		return ""
	}
	return printOf(c.Fields)
}

func printOf(vs ...any) string {
	h := sha256.New()
	for _, v := range vs {
		switch v := v.(type) {
		case *orders.Address:
			fmt.Fprintf(h, "%q", fmt.Sprint(v != nil))
			if v != nil {
				fmt.Fprintf(h, "%q", fmt.Sprintf("%+v", *v))
			}
		case *bool:
			fmt.Fprintf(h, "%q", fmt.Sprint(v != nil, v != nil && *v))
		default:
			fmt.Fprintf(h, "%q", fmt.Sprintf("%+v", v))
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// contact is what c is looked for by in the shop.
func (c content) contact() Contact {
	k := Contact{Phone: c.Phone}
	if len(c.Emails) > 0 {
		k.Email = c.Emails[0]
	}
	return k
}

// create is the customer of the shop that c becomes.
func (c content) create() Change {
	given := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	k := c.contact()
	out := Change{FirstName: given(c.Name.First), LastName: given(c.Name.Last), Email: given(k.Email), Phone: given(k.Phone), TaxExempt: c.Exempt}
	if c.Address != nil {
		a := *c.Address
		a.FirstName, a.LastName, a.Company, a.Phone = c.Name.First, c.Name.Last, c.Name.Company, c.Phone
		out.Address = &a
	}
	return out
}

// change is what to send so that p has what c says, and what it is in people's words; it
// is empty where p has it already. unclear is a state that the shop has no code for.
func (c content) change(p Person, byName bool) (ch Change, says []string, unclear bool) {
	ch.ID = p.ID
	if name := c.nameOf(p); name.Company == "" && c.Full != "" && !alike(p.FirstName, p.LastName, c.Full) {
		ch.FirstName, ch.LastName, says = &name.First, &name.Last, append(says, "name")
	}
	if len(c.Emails) > 0 && !slices.Contains(c.Emails, strings.ToLower(p.Email)) {
		ch.Email, says = &c.Emails[0], append(says, "e-mail")
	}
	if c.Phone != "" && c.Phone != p.Phone {
		ch.Phone, says = &c.Phone, append(says, "phone")
	}
	if c.Exempt != nil && *c.Exempt != p.TaxExempt {
		ch.TaxExempt, says = c.Exempt, append(says, "tax exemption")
	}
	if c.Address == nil {
		return ch, says, false
	}
	a, differs, unclear := c.address(p, byName)
	if differs && !unclear {
		ch.Address, says = &a, append(says, "address")
		if p.Several {
			ch.AddressID = p.AddressID
		}
	}
	return ch, says, differs && unclear
}

// nameOf is c's name as p has one: a customer of the shop with a name and no company is a
// person, whatever the company's type of customer says.
func (c content) nameOf(p Person) named {
	if p.FirstName+p.LastName != "" && (p.Default == nil || p.Default.Company == "") {
		return c.Person
	}
	return c.Name
}

// address is c's as the shop writes it, and whether that is another than p's. The names
// and the phone number at an address are the shop's.
func (c content) address(p Person, byName bool) (a orders.Address, differs, unclear bool) {
	name := c.nameOf(p)
	was := orders.Address{FirstName: cmp.Or(p.FirstName, name.First), LastName: cmp.Or(p.LastName, name.Last)}
	if p.Default != nil {
		was = *p.Default
	}
	a = *c.Address
	a.FirstName, a.LastName, a.Phone, a.Company = was.FirstName, was.LastName, was.Phone, cmp.Or(name.Company, was.Company)
	renamed := name.Company == "" && c.Full != "" && !alike(p.FirstName, p.LastName, c.Full)
	if renamed && alike(was.FirstName, was.LastName, p.FirstName+" "+p.LastName) {
		a.FirstName, a.LastName = name.First, name.Last // they were those of the customer
	}
	state := a.ProvinceCode
	a.Province, a.ProvinceCode = "", ""
	sameCountry := a.Country == was.Country
	switch {
	case state == "" && sameCountry:
		a.Province, a.ProvinceCode = was.Province, was.ProvinceCode
	case state == "":
	case sameCountry && (strings.EqualFold(state, was.ProvinceCode) || strings.EqualFold(state, was.Province)):
		a.Province, a.ProvinceCode = was.Province, was.ProvinceCode
	case byName && len(state) > 3:
		unclear = true // a name, and the shop takes codes
	default:
		a.ProvinceCode = strings.ToUpper(state)
	}
	return a, p.Default == nil || !sameAddress(a, was), unclear
}

// sameAddress compares addresses as Business Central cuts them.
func sameAddress(a, b orders.Address) bool {
	same := func(x, y string, n int) bool {
		return strings.EqualFold(strings.TrimSpace(bcapi.Cut(strings.TrimSpace(x), n)), strings.TrimSpace(bcapi.Cut(strings.TrimSpace(y), n)))
	}
	return same(a.Address1, b.Address1, bcapi.NameLength) && same(a.Address2, b.Address2, bcapi.Address2Length) && same(a.City, b.City, bcapi.CityLength) &&
		same(a.Zip, b.Zip, bcapi.PostCodeLength) && a.Country == b.Country && strings.EqualFold(a.ProvinceCode, b.ProvinceCode) &&
		same(a.Company, b.Company, bcapi.NameLength) && a.FirstName == b.FirstName && a.LastName == b.LastName
}

// empty reports whether ch changes nothing.
func (ch Change) empty() bool {
	return ch.FirstName == nil && ch.LastName == nil && ch.Email == nil && ch.Phone == nil && ch.TaxExempt == nil && ch.Address == nil
}
