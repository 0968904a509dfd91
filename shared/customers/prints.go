package customers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"backroom/shared/phone"
)

// print is what a link remembers of the content that was last written: a hash of each
// field, in the order of [parts], so that it can be told later which of them the shop
// has changed. It is stored.
const printForm = "2"

// part is a field of a customer that follows the shop.
type part struct {
	name    string // as people call it
	address bool
	value   string
}

// parts are the fields of c that follow what s is in the shop.
func (s *seeking) parts(c Customer) []part {
	ps := parts(c)
	if s.firm != nil {
		for i := range ps { // in the form in which a person's are looked for, see Digest
			switch ps[i].name {
			case "phone":
				if n, ok := phone.E164(c.PhoneNumber, countryOf(s.firm.location)); ok {
					ps[i].value = n
				}
			case "e-mail":
				ps[i].value = mailbox(c.Email)
			}
		}
		ps = append(ps, part{"tax id", false, c.TaxRegistrationNumber}, part{"payment terms", false, c.PaymentTermsID})
	}
	return ps
}

// parts are the fields of c that follow the shop. Their order is stored.
func parts(c Customer) []part {
	liable := ""
	if c.TaxLiable != nil {
		liable = fmt.Sprint(*c.TaxLiable)
	}
	return []part{
		{"name", false, c.DisplayName},
		{"address", true, c.AddressLine1},
		{"address 2", true, c.AddressLine2},
		{"city", true, c.City},
		{"state", true, c.State},
		{"country", true, c.Country},
		{"post code", true, c.PostalCode},
		{"phone", false, c.PhoneNumber},
		{"e-mail", false, c.Email},
		{"tax liable", false, liable},
	}
}

// prints is the print of what has these parts.
func prints(ps []part) string {
	out := []string{printForm}
	for _, p := range ps {
		out = append(out, Digest(p.value))
	}
	return strings.Join(out, ".")
}

// Digest is what a print has of a value. Prints of companies have e-mail addresses in small
// letters and telephone numbers as E.164, as far as they are numbers.
func Digest(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:4])
}

// wrote reports whether what a link remembers is all of c.
func wrote(remembered string, c Customer, parts func(Customer) []part) bool {
	return remembered != "" && (remembered == prints(parts(c)) || remembered == hash(c) && c.TaxLiable == nil)
}

// moved are the names of the parts of c that are not as a link remembers them; of a
// link that remembers nothing of this kind, all.
func moved(remembered string, c Customer, parts func(Customer) []part) map[string]bool {
	out := map[string]bool{}
	if wrote(remembered, c, parts) {
		return out
	}
	was := strings.Split(remembered, ".")
	now := strings.Split(prints(parts(c)), ".")
	for i, p := range parts(c) {
		out[p.name] = len(was) != len(now) || was[0] != printForm || was[i+1] != now[i+1]
	}
	return out
}

// update is what to send so that found follows what the shop says now: of what it
// has changed since remembered, and no more, so that what people enter in BC stays.
// A blank is not known, and wipes nothing; the parts of an address go together. old is
// the mark of the e-mail address that the customer had in the shop, iso the ISO code of
// found's country.
func update(remembered, old string, meant, found Customer, iso string, parts func(Customer) []part) (c Change, says []string) {
	moved := moved(remembered, meant, parts)
	set := func(name string, to **string, value string) {
		*to = &value
		says = append(says, name)
	}
	if moved["name"] && meant.DisplayName != "" && !same(meant.DisplayName, found.DisplayName) {
		set("name", &c.DisplayName, meant.DisplayName)
	}
	if n := meant.PhoneNumber; moved["phone"] && n != "" && !same(n, found.PhoneNumber) && !sameNumber(n, found.PhoneNumber, iso) {
		set("phone", &c.PhoneNumber, n)
	}
	if moved["e-mail"] && meant.Email != "" && !slices.Contains(mailboxes(found.Email), mailbox(meant.Email)) {
		set("e-mail", &c.Email, renamed(found.Email, old, meant.Email))
	}
	if moved["tax liable"] && meant.TaxLiable != nil && (found.TaxLiable == nil || *found.TaxLiable != *meant.TaxLiable) {
		c.TaxLiable = meant.TaxLiable
		says = append(says, "tax liable")
	}
	if n := meant.TaxRegistrationNumber; moved["tax id"] && n != "" && taxKey(n, iso) != taxKey(found.TaxRegistrationNumber, iso) {
		set("tax id", &c.TaxRegistrationNumber, n)
	}
	if t := meant.PaymentTermsID; moved["payment terms"] && t != "" && t != found.PaymentTermsID {
		set("payment terms", &c.PaymentTermsID, t)
	}
	if where(meant) && addressMoved(moved, meant, found) {
		meant := meant
		c.AddressLine1, c.AddressLine2 = &meant.AddressLine1, &meant.AddressLine2
		c.Country, c.PostalCode, c.City, c.State = &meant.Country, &meant.PostalCode, &meant.City, &meant.State
		says = append(says, "address")
	}
	return c, says
}

// where reports whether c's address is one: a country alone is not.
func where(c Customer) bool { return c.AddressLine1+c.City+c.PostalCode != "" }

func addressMoved(moved map[string]bool, meant, found Customer) bool {
	was, changed, differs := parts(found), false, false
	for i, p := range parts(meant) {
		changed = changed || p.address && moved[p.name]
		differs = differs || p.address && !same(p.value, was[i].value)
	}
	return changed && differs
}

func same(a, b string) bool { return strings.TrimSpace(a) == strings.TrimSpace(b) }

func sameNumber(a, b, country string) bool {
	x, ok := phone.E164(a, country)
	y, ok2 := phone.E164(b, country)
	return ok && ok2 && x == y
}

// renamed is an e-mail field of BC in which the address that old remembers has become
// another. Others in it stay: BC refuses what it has no room for.
func renamed(field, old, email string) string {
	all := mailboxes(field)
	i := slices.IndexFunc(all, func(m string) bool { return mark(m) == old })
	switch {
	case len(all) < 2:
		return email
	case i < 0:
		all = append([]string{email}, all...)
	default:
		all[i] = email
	}
	return strings.Join(all, ";")
}
