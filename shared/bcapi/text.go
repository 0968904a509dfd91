package bcapi

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
	CityLength           = 30 // and state
	PhoneLength          = 30
	EmailLength          = 80
	PostCodeLength       = 20
	CountryLength        = 10
	NumberLength         = 20 // document, customer, item and account numbers
	ExternalNumberLength = 35
	VariantCodeLength    = 10
	GTINLength           = 14
	VendorItemLength     = 50 // what a vendor calls an item
)
