package entity

import (
	"strings"
	"unicode/utf16"
)

// Cut is the longest prefix of s that has at most n UTF-16 units (as BC counts:
// most emoji are two) and ends at a rune boundary.
func Cut(s string, n int) string {
	if len(s) <= n { // a byte is at least as long as a unit
		return s
	}
	units := 0
	for i, r := range s {
		units += utf16.RuneLen(r)
		if units > n {
			return s[:i]
		}
	}
	return s
}

// Code is s as BC stores codes: without blanks around it and in upper case.
// BC does the same on write, so comparisons and filters must use this form.
func Code(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

// Trim is s without blanks around it and cut to n UTF-16 units.
func Trim(s string, n int) string { return strings.TrimSpace(Cut(strings.TrimSpace(s), n)) }

// Email is s without blanks around it, and "" if it is longer than n: half an
// address is a wrong one.
func Email(s string, n int) string {
	if s = strings.TrimSpace(s); Cut(s, n) != s {
		return ""
	}
	return s
}

// Phone keeps what BC accepts in a phone number: digits, blanks and + ( ) - . /.
// Letters, which BC refuses, and everything else become a blank, so that an
// extension stays apart from the number: "555-0101 ext. 5" is "555-0101 5". A
// full stop stays between two digits only; a hyphen, a slash or a plus not at
// the end. The result is "" if no digit is left, or if it has more than 30
// characters: half a number is a wrong one.
func Phone(s string) string {
	rs := []rune(s)
	digit := func(i int) bool { return i >= 0 && i < len(rs) && rs[i] >= '0' && rs[i] <= '9' }
	digits := false
	for i, r := range rs {
		switch {
		case digit(i):
			digits = true
		case r == '.':
			if !digit(i-1) || !digit(i+1) {
				rs[i] = ' '
			}
		case !strings.ContainsRune("+()-/", r):
			rs[i] = ' '
		}
	}
	if !digits {
		return ""
	}
	kept := strings.Join(strings.Fields(string(rs)), " ")
	for before := ""; before != kept; { // what goes may leave another empty pair
		before = kept
		kept = strings.Join(strings.Fields(emptyPairs.Replace(kept)), " ")
	}
	// The sign in front of what was no number belongs to it: "tel/ 555".
	kept = strings.TrimLeft(kept, "-/ )")
	if kept = strings.TrimRight(kept, "+(-./ "); Cut(kept, PhoneLength) != kept {
		return ""
	}
	return kept
}

var emptyPairs = strings.NewReplacer("( )", " ", "()", " ", " / ", " ")

// Field lengths in UTF-16 units.
const (
	NameLength           = 100 // names, descriptions, contacts, address line 1
	Address2Length       = 50
	Description2Length   = 50
	CityLength           = 30 // and state
	PhoneLength          = 30
	EmailLength          = 80
	PostCodeLength       = 20
	CountryLength        = 10
	NumberLength         = 20 // document, customer, item and account numbers
	ExternalNumberLength = 35
	VariantCodeLength    = 10
	CommentLength        = NameLength
)

// sort of a field, which says what Fit does to it.
type sort int

const (
	text  sort = iota + 1 // trimmed and cut: a shorter one still serves
	code                  // upper-cased and cut
	key                   // upper-cased, never cut: a shortened key names something else
	email                 // trimmed, left out when too long: half an address is a wrong one
	phone
)

// field is one row of a length table.
type field struct {
	name   string // as in JSON
	value  *string
	length int
	sort   sort
}

func (f field) fit() {
	switch f.sort {
	case text:
		*f.value = Trim(*f.value, f.length)
	case code:
		*f.value = Trim(Code(*f.value), f.length)
	case key:
		*f.value = Code(*f.value)
	case email:
		*f.value = Email(*f.value, f.length)
	case phone:
		*f.value = Phone(*f.value)
	}
}

// Fit brings every text of the customer into the form and length that BC
// takes. Keys (numbers, reference codes) are normalised but never cut.
func (c *Customer) Fit() {
	for _, f := range c.fields() {
		f.fit()
	}
}

func (c *Customer) fields() []field {
	return []field{
		{"number", &c.Number, NumberLength, key},
		{"displayName", &c.DisplayName, NameLength, text},
		{"addressLine1", &c.AddressLine1, NameLength, text},
		{"addressLine2", &c.AddressLine2, Address2Length, text},
		{"city", &c.City, CityLength, text},
		{"state", &c.State, CityLength, text},
		{"country", &c.Country, CountryLength, key},
		{"postalCode", &c.PostalCode, PostCodeLength, code},
		{"phoneNumber", &c.PhoneNumber, PhoneLength, phone},
		{"email", &c.Email, EmailLength, email},
		{"currencyCode", &c.CurrencyCode, CountryLength, key},
	}
}
