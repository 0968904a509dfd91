package orders

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Difference is one thing in which an order is not what its document was made of.
type Difference struct {
	What string `json:"what"`           // "quantity", "delivery address", "added", "removed"
	Of   string `json:"of,omitempty"`   // "line 2", "shipping line 1"; "" is the order
	Line string `json:"line,omitempty"` // the id of that line in Shopify
	// Before and After are amounts and quantities in words; both are "" where it is only known
	// that it has changed.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// String is the difference in words, such as "discount of line 2: 0.00 → 5.00".
func (d Difference) String() string {
	name := func(v string) string { return cmp.Or(v, "none") }
	what := d.What
	switch {
	case d.Of != "" && (what == added || what == removed):
		return d.Of + " was " + what
	case d.Of != "":
		what += " of " + d.Of
	}
	if d.Before == "" && d.After == "" {
		return what
	}
	return fmt.Sprintf("%s: %s → %s", what, name(d.Before), name(d.After))
}

// What becomes of whole lines.
const (
	added   = "added"
	removed = "removed"
)

// Words are the differences as people read them.
func Words(ds []Difference) []string {
	var out []string
	for _, d := range ds {
		out = append(out, d.String())
	}
	return out
}

// Changes are what an order that gave p has changed in now; those of the order
// first. What either print leaves open is no change, nor is an e-mail that became the
// new customer's when customers were merged: the merge itself is.
func (p *Print) Changes(now *Print) []Difference {
	var out []Difference
	for _, word := range slices.Sorted(maps.Keys(p.Head)) {
		after, ok := now.Head[word]
		if !ok || word == customerMail || word == "e-mail" && p.merged(now) {
			continue
		}
		out = differ(out, Difference{What: word, Before: p.Head[word], After: after})
	}
	out = append(out, changedLines("line", lineWords, p.Lines, now.Lines)...)
	return append(out, changedLines("shipping line", shippingWords, p.Shipping, now.Shipping)...)
}

// customerMail is the word for the e-mail of the order's customer. No document is made
// of it: it tells whose e-mail the order has.
const customerMail = "customer's e-mail"

// merged reports whether the order has another customer now, and its e-mail.
func (p *Print) merged(now *Print) bool {
	mail := now.Head[customerMail]
	return mail != "" && now.Head["e-mail"] == mail && p.Head["customer"] != now.Head["customer"]
}

func changedLines(kind string, words []string, before, after []LinePrint) []Difference {
	var out []Difference
	of := func(i int) string { return fmt.Sprintf("%s %d", kind, i+1) }
	for i, b := range before {
		j := slices.IndexFunc(after, func(a LinePrint) bool { return a.ID == b.ID })
		if j < 0 {
			out = append(out, Difference{What: removed, Of: of(i), Line: b.ID})
			continue
		}
		if words[0] == lineWords[0] && nothingLeft(b) && nothingLeft(after[j]) {
			continue // no document has it
		}
		for k := range min(len(words), len(b.Values), len(after[j].Values)) {
			out = differ(out, Difference{What: words[k], Of: of(j), Line: b.ID, Before: b.Values[k], After: after[j].Values[k]})
		}
	}
	for j, a := range after {
		if !slices.ContainsFunc(before, func(b LinePrint) bool { return b.ID == a.ID }) {
			out = append(out, Difference{What: added, Of: of(j), Line: a.ID})
		}
	}
	return out
}

// differ appends d if its values differ, without those that only tell that.
func differ(out []Difference, d Difference) []Difference {
	if d.Before == d.After {
		return out
	}
	if strings.HasPrefix(d.Before, digested) || strings.HasPrefix(d.After, digested) {
		d.Before, d.After = "", ""
	}
	return append(out, d)
}
