package connect

import (
	"cmp"
	"slices"

	"backroom/shared/documents"
	"backroom/shared/issue"
)

// Weight says how much a finding matters. Lower is worse.
type Weight int

const (
	Stops  Weight = iota + 1 // every order waits, or no run succeeds
	Waits                    // orders of one kind wait
	Hidden                   // data is not seen, or not written, and nobody would notice
	Note                     // nothing waits; it should be known all the same
)

// String is the weight in one word.
func (w Weight) String() string {
	switch w {
	case Stops:
		return "stops"
	case Waits:
		return "waits"
	case Hidden:
		return "hidden"
	case Note:
		return "note"
	}
	return "unknown"
}

// Finding is one thing that the connection says.
type Finding struct {
	Weight Weight
	Text   string // one sentence: what will happen
	WayOut string // one sentence: what mends it, naming the setting
	// Settings are the fields of the shop card that mend it, by their JSON names;
	// none when it is mended elsewhere.
	Settings []string
	// Reason is the one that orders wait with, "" if none wait.
	Reason issue.Reason
}

// rules are all that is looked at. A rule reads nothing but its arguments.
var rules = []func(documents.Card, Found) []Finding{
	ahead, accounts, refunds, buyers, numbered, companyOrders, items, mapped, taxes, currencies, locations, codes, permissions, cancelled, untold, unread, clocks,
}

// Findings is what card leaves open in view of what the connection has found,
// worst first, in a fixed order. It reads nothing but its arguments.
func Findings(card documents.Card, found Found) []Finding {
	var out []Finding
	for _, rule := range rules {
		out = append(out, rule(card, found)...)
	}
	slices.SortStableFunc(out, func(a, b Finding) int { return cmp.Compare(a.Weight, b.Weight) })
	return out
}
