package orderapi

import (
	"slices"
	"strings"

	"backroom/shared/orders"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// places tells from the fulfilment orders where the units of each line ship
// from, by line id.
type places map[string][]place

// place is what one fulfilment order holds of a line. location is "" where
// Shopify does not name it.
type place struct {
	location      string
	open, shipped int // units
}

// newPlaces counts as shipped what a fulfilment order does not hold any more. A
// closed one ships nothing further: what remains in it after its fulfilment was
// cancelled stands in another one, and so does what a merge has left at zero.
func newPlaces(list []gql.OrderFulfillment) places {
	p := places{}
	for _, f := range list {
		if f.Status == "CANCELLED" {
			continue
		}
		location := ""
		if f.AssignedLocation.Location != nil {
			location = wire.Tail(f.AssignedLocation.Location.Id)
		}
		for _, l := range f.LineItems.Nodes {
			at := place{location: location, open: l.RemainingQuantity, shipped: l.TotalQuantity - l.RemainingQuantity}
			if f.Status == "CLOSED" {
				at.open = 0
			}
			if id := wire.Tail(l.LineItem.Id); at.open > 0 || at.shipped > 0 {
				p[id] = append(p[id], at)
			}
		}
	}
	return p
}

// of is the location of a line or, if its current units ship from several, where
// how many do. Neither is known unless the fulfilment orders hold just the
// current units: those that are refunded after shipping may still be counted, so
// that the open ones alone may be the current ones, and more units than there
// are do no harm while all are at one location.
func (p places) of(l orders.Line) (location string, several []orders.Place) {
	if l.CurrentQuantity <= 0 {
		return "", nil
	}
	all := units(p[l.ID], func(at place) int { return at.open + at.shipped })
	open := units(p[l.ID], func(at place) int { return at.open })
	for _, set := range [][]orders.Place{all, open} {
		n := 0
		for _, at := range set {
			n += at.Quantity
		}
		if n != l.CurrentQuantity && (n < l.CurrentQuantity || len(set) > 1) {
			continue
		}
		if slices.ContainsFunc(set, func(at orders.Place) bool { return at.Location == "" }) {
			return "", nil
		}
		if len(set) == 1 {
			return set[0].Location, nil
		}
		return "", set
	}
	return "", nil
}

// sold is the locations of all units that the fulfilment orders hold, if those are more
// than the current ones and each of them has a name.
func (p places) sold(l orders.Line) []orders.Place {
	all := units(p[l.ID], func(at place) int { return at.open + at.shipped })
	n := 0
	for _, at := range all {
		n += at.Quantity
	}
	if n <= l.CurrentQuantity || slices.ContainsFunc(all, func(at orders.Place) bool { return at.Location == "" }) {
		return nil
	}
	return all
}

// units sums count over the fulfilment orders of each location, by location, so
// that the order in which Shopify lists them does not matter.
func units(all []place, count func(place) int) []orders.Place {
	var out []orders.Place
	for _, at := range all {
		n := count(at)
		i := slices.IndexFunc(out, func(o orders.Place) bool { return o.Location == at.location })
		switch {
		case n <= 0:
		case i >= 0:
			out[i].Quantity += n
		default:
			out = append(out, orders.Place{Location: at.location, Quantity: n})
		}
	}
	slices.SortFunc(out, func(a, b orders.Place) int { return strings.Compare(a.Location, b.Location) })
	return out
}
