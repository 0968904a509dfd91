package completeness

import (
	"strings"
)

const (
	// sureID is from how many digits on a number at the end of an external document
	// number can be nothing but an id of Shopify's; shortID is how many it has at least.
	sureID, shortID = 12, 6
)

// affixes are what stands around the number in the name of an order, as BC writes it.
type affixes struct{ prefix, suffix string }

// Claim is whose document an external document number says it is. Of Order and Refund
// at most one is set.
type Claim struct{ Order, Refund string }

// claim reads an external document number: the order's name and its id, or the
// refund's behind an R. What a person has written there is no claim.
func (a affixes) claim(external string) Claim {
	at := strings.LastIndexByte(external, '-')
	if at < 1 {
		return Claim{}
	}
	name, id := external[:at], external[at+1:]
	refund := strings.HasPrefix(id, "R")
	id = strings.TrimPrefix(id, "R")
	if len(id) < shortID || len(id) > 18 || !digits(id) || id[0] == '0' || len(id) < sureID && !a.named(name) {
		return Claim{}
	}
	if refund {
		return Claim{Refund: id}
	}
	return Claim{Order: id}
}

// named reports whether name can be that of an order of the shop, or the number that
// earlier releases have put in its place.
func (a affixes) named(name string) bool {
	for _, around := range []affixes{a, {"#", ""}, {}} {
		rest, ok := strings.CutPrefix(name, strings.ToUpper(around.prefix))
		rest, ok2 := strings.CutSuffix(rest, strings.ToUpper(around.suffix))
		if ok && ok2 && digits(rest) {
			return true
		}
	}
	return false
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
