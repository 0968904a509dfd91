package documents

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"backroom/shared/bcapi"
	"backroom/shared/orders"
	"backroom/shared/sales"
)

// ExternalNumber is what identifies an order in BC, and what a person finds it
// by: "<name as far as BC takes it>-<numeric id>", at most 35 characters. It
// begins with the name that the buyer was told, with the shop's prefix and
// suffix. The id alone makes it unique, so it is never cut; the name is.
func ExternalNumber(o orders.Order) string { return External(o, o.ID) }

// External is the form of [ExternalNumber] for a document of an order that id
// identifies, which is never cut.
func External(o orders.Order, id string) string {
	o.ID = id
	name := bcapi.Cut(searchable(o.Name), max(bcapi.ExternalNumberLength-1-len(o.ID), 0))
	if name == "" {
		return EarlierExternalNumber(o)
	}
	return name + "-" + o.ID
}

// EarlierExternalNumber is the form of earlier releases, "<order number>-<id>":
// documents that have it are adopted.
func EarlierExternalNumber(o orders.Order) string {
	n := strconv.FormatInt(o.Number, 10)
	if o.Number <= 0 {
		n = notDocument.ReplaceAllString(strings.ToUpper(o.Name), "")
	}
	if room := bcapi.ExternalNumberLength - 1 - len(o.ID); len(n) > room {
		n = n[:max(room, 0)]
	}
	return n + "-" + o.ID
}

var notDocument = regexp.MustCompile(`[^A-Z0-9#-]`)

// searchable is a name as BC stores it in a code field and as a person can look
// for it there: in upper case, without blanks around it. What BC's filters give
// a meaning of its own is dropped, and so is what two programs may put in upper
// case in two ways, or may not compare at all: control characters, letters whose
// upper case has no single way back, and what is outside the basic plane (emoji).
func searchable(name string) string {
	var b strings.Builder
	last := rune(0)
	for _, r := range strings.TrimSpace(name) {
		up := unicode.ToUpper(r)
		switch {
		case r > 0xFFFF || !unicode.IsPrint(r) || r == unicode.ReplacementChar || strings.ContainsRune(filterSigns, r),
			unicode.IsMark(r), twoWays(r),
			r == '.' && last == '.': // two of them are a range
			continue
		}
		b.WriteRune(up)
		last = up
	}
	return strings.TrimSpace(b.String())
}

// twoWays reports whether two programs may put r in upper case in two ways: a
// letter that has none, or whose upper case is that of others too. Those of ASCII
// are safe.
func twoWays(r rune) bool {
	if r <= unicode.MaxASCII {
		return false
	}
	up, low := unicode.ToUpper(r), unicode.ToLower(r)
	if up == low { // no case at all
		return unicode.IsLower(r) || unicode.IsUpper(r) || unicode.IsTitle(r)
	}
	other := unicode.SimpleFold(r)
	return unicode.ToUpper(low) != up || unicode.ToLower(up) != low || unicode.IsTitle(up) || unicode.SimpleFold(other) != r
}

// filterSigns mean something in a filter of BC.
const filterSigns = `'"*?@&|<>=()%\` + "`{}[]^~;"

// orderOf is the id of the order that has an external number, in whatever form.
func orderOf(external string) string { return external[strings.LastIndex(external, "-")+1:] }

// asEarlier is doc with the sequences that earlier releases gave its lines.
func asEarlier(doc sales.Document) sales.Document {
	doc.Lines = slices.Clone(doc.Lines)
	for i := range doc.Lines {
		if l := &doc.Lines[i]; own(l.Sequence) {
			l.Sequence -= sequenceBase
		}
	}
	return doc
}

// madeEarlier reports whether a document has none of the sequences of this release.
func madeEarlier(got sales.Found) bool {
	return !slices.ContainsFunc(got.Lines, func(l sales.FoundLine) bool { return own(l.Sequence) })
}

// own reports whether a sequence is one that this release gives to the order's lines.
func own(sequence int) bool { return sequence > sequenceBase && sequence < sequenceRounding }

// Number is the order's own document number, where the shop wants the Shopify
// name in its place: the name as a code. It reports false for a name that
// cannot be one: longer than 20 characters, blank, or with an "@" in front. A
// cut name could be another order's.
//
// It does not identify the order, since names may repeat: BC refuses a second
// order under one number, and ExternalNumber tells whose the first one is.
func Number(o orders.Order) (string, bool) {
	n := bcapi.Code(o.Name)
	if n == "" || strings.HasPrefix(n, "@") || bcapi.Cut(n, bcapi.NumberLength) != n || strings.ContainsFunc(n, unicode.IsControl) {
		return "", false
	}
	return n, true
}
