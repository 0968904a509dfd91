// Package phone brings telephone numbers, as people write them, into the one
// form that can be compared: E.164.
//
// It knows how each country dials, not which numbers are assigned. What it cannot
// place beyond doubt has no form, and is like no other number: to take two
// people for one is worse than to miss that two spellings mean one.
package phone

import (
	"strings"
	"sync"
)

// Shortest and longest E.164 number, digits of the calling code included.
const (
	shortest = 7
	longest  = 15
)

// E164 is the number that text means to somebody in country (ISO 3166-1
// alpha-2; "" when it is not known), as "+" and 7 to 15 digits. ok is false when
// text is no number, has an extension or other words in it, or is a national
// number and the country is not known.
//
// A national number begins with its country's trunk prefix (0 in most), where
// there is one; without it, it may be a local number and means nobody.
func E164(text, country string) (number string, ok bool) {
	digits, international, ok := read(text)
	if !ok {
		return "", false
	}
	home, known := plans()[strings.ToUpper(strings.TrimSpace(country))]
	if !international {
		if rest, cut := strings.CutPrefix(digits, "00"); cut && home.code != "1" {
			digits, international = rest, true
		} else if rest, cut := strings.CutPrefix(digits, "011"); cut && home.code == "1" && len(rest) >= shortest {
			digits, international = rest, true
		}
	}
	if !international {
		if !known {
			return "", false
		}
		national, cut := strings.CutPrefix(digits, home.trunk)
		if !cut && home.trunk != "1" {
			return "", false
		}
		digits = home.code + national
	}
	code := callingCode(digits)
	if code == "" {
		return "", false
	}
	national := digits[len(code):]
	if trunkZero()[code] { // written as in "+46 (0)8": no such number begins with it
		national = strings.TrimLeft(national, "0")
	}
	if n := len(code) + len(national); n < shortest || n > longest || code == "1" && len(national) != 10 {
		return "", false
	}
	return "+" + code + national, true
}

// read takes the digits out of text, and reports whether they begin with the
// calling code; false for what is not one number.
func read(text string) (digits string, international, ok bool) {
	var b strings.Builder
	for _, r := range strings.TrimSpace(text) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' || r == '\uff0b':
			if b.Len() > 0 || international {
				return "", false, false
			}
			international = true
		case strings.ContainsRune(" ()-./", r), r == '\u00a0', r == '\u202f', r == '\u2010', r == '\u2011', r == '\u2013':
		case r == '\u200e', r == '\u202a', r == '\u202c', r == '\t': // invisible, pasted from elsewhere
		default:
			return "", false, false
		}
	}
	return b.String(), international, b.Len() > 0
}

// plan is how a country dials.
type plan struct {
	code  string // calling code
	trunk string // what national numbers begin with, "" for nothing
}

var plans = sync.OnceValue(func() map[string]plan {
	m := map[string]plan{}
	for trunk, countries := range byTrunk {
		for entry := range strings.FieldsSeq(countries) {
			m[entry[:2]] = plan{code: entry[2:], trunk: trunk}
		}
	}
	return m
})

// trunkZero are the calling codes all of whose national numbers are written
// with a 0 that is not part of them.
var trunkZero = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for _, p := range plans() {
		m[p.code] = p.trunk == "0"
	}
	for _, p := range plans() {
		if p.trunk != "0" {
			m[p.code] = false
		}
	}
	return m
})

var callingCodes = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for _, p := range plans() {
		m[p.code] = true
	}
	return m
})

// callingCode is the one that digits begin with, "" if there is none. No calling
// code begins another.
func callingCode(digits string) string {
	for n := 1; n <= 3 && n < len(digits); n++ {
		if callingCodes()[digits[:n]] {
			return digits[:n]
		}
	}
	return ""
}
