package shipments

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/issue"
)

// Document is what is known of the document that an order became.
type Document struct {
	Order  string // name of the order
	Made   bool   // there is a document
	Number string
	Lines  map[int]string // sequence to the order's line item
	// Objects are the numbers of the items that lines were made with, "" of one that
	// stands for an account; nil: an earlier release made the document.
	Objects map[int]string
}

// charge reports whether a line of an item stands for an account.
func (d Document) charge(sequence int) bool {
	was, made := d.Objects[sequence]
	return made && was == ""
}

// Problem is why something of a shipment is not in Shopify.
type Problem struct {
	Reason issue.Reason
	Thing  string
}

// want is what a line of a shipment says was sent, for a line item of the order.
type want struct {
	Item     string // the order's line item
	Sequence int
	Units    int
	Location string // code; "" is not known
	Object   string
	Goods    bool // of an item, else of an account that stands for a line of the order
	Tracking string
	Company  string // the carrier's, see parcels
}

// net takes back what was undone: a negative line belongs to the line with the next
// lower sequence that is of the same object and amount. Lines that say nothing are
// left out.
func net(lines []Line) (left []Line, undone []int, unclear []Line) {
	lines = slices.Clone(lines)
	slices.SortFunc(lines, func(a, b Line) int { return cmp.Compare(a.Sequence, b.Sequence) })
	gone := make([]bool, len(lines))
	for i, l := range lines {
		if !l.Quantity.IsNegative() {
			continue
		}
		gone[i] = true
		at := -1
		for j := range lines[:i] {
			if !gone[j] && lines[j].Object == l.Object && lines[j].Kind == l.Kind && lines[j].Quantity.Equal(l.Quantity.Neg()) {
				at = j
			}
		}
		if at < 0 {
			unclear = append(unclear, l)
			continue
		}
		gone[at] = true
		undone = append(undone, lines[at].Sequence)
	}
	for i, l := range lines {
		if !gone[i] && l.Quantity.IsPositive() {
			left = append(left, l)
		}
	}
	return left, undone, unclear
}

// wants are what a shipment says was sent of the order's line items, by line. What
// cannot be told is a problem: it is never guessed.
func wants(s Shipment, d Document, o Order) (ws []want, ps []Problem) {
	left, _, unclear := net(s.Lines)
	for _, l := range unclear {
		ps = append(ps, Problem{UndoUnclear, s.thing(l)})
	}
	for _, l := range left {
		item, p := itemOf(s, l, d, o)
		switch {
		case p != nil:
			ps = append(ps, *p)
			continue
		case item == "":
			continue
		case !l.Quantity.IsInteger() || !l.Quantity.BigInt().IsInt64():
			ps = append(ps, Problem{PartOfUnit, s.thing(l)})
			continue
		}
		ws = append(ws, want{
			Item: item, Sequence: l.Sequence, Units: int(l.Quantity.IntPart()), Location: bcapi.Code(l.Location),
			Object: bcapi.Code(l.Object), Goods: l.Kind == Item && !d.charge(l.Sequence), Tracking: strings.TrimSpace(l.Tracking),
		})
	}
	return ws, ps
}

// itemOf is the line item that a line of a shipment stands for; "" for a line that
// stands for none, such as shipping charges.
func itemOf(s Shipment, l Line, d Document, o Order) (string, *Problem) {
	item, made := d.Lines[l.Sequence]
	if l.Kind != Item {
		return item, nil
	}
	if made {
		if was := d.Objects[l.Sequence]; was != "" && bcapi.Code(was) != bcapi.Code(l.Object) {
			return "", &Problem{LineReplaced, s.thing(l)}
		}
		return item, nil
	}
	// A person has made the line. It stands for a line of the order that has no line
	// in the document any more, if there is just one of that item.
	var found []string
	for _, f := range o.ToShip {
		for _, ol := range f.Lines {
			if bcapi.Code(ol.SKU) == bcapi.Code(l.Object) && !s.has(d, ol.Item) && !slices.Contains(found, ol.Item) {
				found = append(found, ol.Item)
			}
		}
	}
	if len(found) != 1 {
		return "", &Problem{LineUnknown, s.thing(l)}
	}
	return found[0], nil
}

// has reports whether the shipment has a line that was made of a line item, shipped
// or not.
func (s Shipment) has(d Document, item string) bool {
	return slices.ContainsFunc(s.Lines, func(l Line) bool { return d.Lines[l.Sequence] == item })
}

// thing is what a person calls a line of the shipment.
func (s Shipment) thing(l Line) string {
	name := strings.TrimSpace(l.Object + " " + l.Description)
	return fmt.Sprintf("%s of %s in shipment %s", l.Quantity.Abs(), cmp.Or(name, "a line without text"), s.Number)
}
