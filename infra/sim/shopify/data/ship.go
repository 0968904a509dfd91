package data

import (
	"fmt"
	"slices"
	"time"
)

// Part is what is shipped of a line of a fulfilment order.
type Part struct {
	From  *FulfillmentOrder
	Line  *FulfillmentOrderLine
	Units int
}

// FulfillmentOrder finds a fulfilment order, or returns nil.
func (o *Order) FulfillmentOrder(id int64) *FulfillmentOrder {
	for _, f := range o.FulfillmentOrders {
		if f.ID == id {
			return f
		}
	}
	return nil
}

// From reports whether something of the fulfilment order was shipped by f.
func (f *Fulfillment) From(order int64) bool {
	return slices.ContainsFunc(f.Lines, func(l FulfillmentLine) bool { return cmpOr(l.Order, f.Order) == order })
}

// remains is how many units of the fulfilment order are still to ship.
func (f *FulfillmentOrder) remains() (n int) {
	for _, l := range f.Lines {
		n += l.Remaining
	}
	return n
}

// Ship makes a fulfilment of parts, which are open and of one location.
func (o *Order) Ship(at time.Time, parts []Part, next func() int64) *Fulfillment {
	s := &Fulfillment{ID: next(), Status: "SUCCESS", CreatedAt: at}
	for _, p := range parts {
		p.Line.Remaining -= p.Units
		s.Order, s.Location = cmpOr(s.Order, p.From.ID), p.From.Location
		s.Lines = append(s.Lines, FulfillmentLine{ID: next(), Line: p.Line.Line, Quantity: p.Units, Order: p.From.ID})
		if p.From.UpdatedAt, p.From.Status = at, "IN_PROGRESS"; p.From.remains() == 0 {
			p.From.Status = "CLOSED"
		}
	}
	o.Fulfillments = append(o.Fulfillments, s)
	o.status()
	return s
}

// restatus is status where something was shipped: units that are added are still to ship,
// and of what is taken away nothing is left to ship.
func (o *Order) restatus() {
	if len(o.Fulfillments) > 0 {
		o.status()
	}
}

// status works out the order's fulfilment status. An order is on hold only when all
// that is open is held.
func (o *Order) status() {
	shipped, open, held := false, 0, 0
	for _, s := range o.Fulfillments {
		shipped = shipped || s.Status != "CANCELLED"
	}
	for _, f := range o.FulfillmentOrders {
		if f.Status == "CLOSED" || f.Status == "CANCELLED" || f.remains() == 0 {
			continue
		}
		if open++; f.Status == "ON_HOLD" {
			held++
		}
	}
	switch {
	case open == 0 && shipped:
		o.FulfillmentStatus = "FULFILLED"
	case shipped:
		o.FulfillmentStatus = "PARTIALLY_FULFILLED"
	case open > 0 && held == open:
		o.FulfillmentStatus = "ON_HOLD"
	default:
		o.FulfillmentStatus = "UNFULFILLED"
	}
}

// CancelFulfillment opens again what was shipped. A fulfilment order that was
// shipped whole stays closed, with units that remain, and another takes its place;
// one that was shipped in part is open again (21.6).
func (o *Order) CancelFulfillment(s *Fulfillment, at time.Time, next func() int64) {
	s.Status = "CANCELLED"
	for _, f := range slices.Clone(o.FulfillmentOrders) {
		if !s.From(f.ID) {
			continue
		}
		whole := f.Status == "CLOSED"
		for _, l := range s.Lines {
			if cmpOr(l.Order, s.Order) != f.ID {
				continue
			}
			for _, fl := range f.Lines {
				if fl.Line == l.Line {
					fl.Remaining += l.Quantity
				}
			}
		}
		f.UpdatedAt = at
		if !whole {
			f.Status, f.Progress = "OPEN", false
			continue
		}
		again := &FulfillmentOrder{ID: next(), Status: "OPEN", RequestStatus: f.RequestStatus, Location: f.Location, Method: f.Method, UpdatedAt: at}
		for _, fl := range f.Lines {
			if fl.Remaining > 0 {
				again.Lines = append(again.Lines, &FulfillmentOrderLine{ID: next(), Line: fl.Line, Total: fl.Remaining, Remaining: fl.Remaining})
			}
		}
		o.FulfillmentOrders = append(o.FulfillmentOrders, again)
	}
	o.status()
}

// Hold holds units of a fulfilment order by their lines; none are all. A part that
// is held keeps the id, the remainder has a new one.
func (o *Order) Hold(id int64, reason string, units map[int64]int, at time.Time, next func() int64) error {
	f, err := o.open(id)
	if err != nil {
		return err
	}
	if len(units) > 0 {
		rest, err := o.cut(f, units, at, next)
		if err != nil {
			return err
		}
		// What is held keeps the id: the two change places.
		rest.ID, f.ID = f.ID, rest.ID
		f = rest
	}
	f.Status, f.Holds, f.UpdatedAt = "ON_HOLD", append(f.Holds, reason), at
	o.status()
	return nil
}

// Release ends all holds: the held one has its units again, the remainder closes.
func (o *Order) Release(id int64, at time.Time) error {
	f := o.FulfillmentOrder(id)
	if f == nil || f.Status != "ON_HOLD" {
		return fmt.Errorf("fulfilment order %d is not on hold", id)
	}
	f.Status, f.Holds, f.UpdatedAt = "OPEN", nil, at
	for _, rest := range o.FulfillmentOrders {
		if rest.ID != id && rest.Location == f.Location && rest.Status == "OPEN" && o.untouched(rest.ID) {
			o.join(f, rest, at)
		}
	}
	o.status()
	return nil
}

// Move gives units of a fulfilment order to another location; none are all. All
// keep the id, a part has a new one.
func (o *Order) Move(id, location int64, units map[int64]int, at time.Time, next func() int64) error {
	f, err := o.free(id)
	if err != nil {
		return err
	}
	if len(units) > 0 {
		if f, err = o.cut(f, units, at, next); err != nil {
			return err
		}
	}
	f.Location, f.UpdatedAt = location, at
	return nil
}

// Split puts units of a fulfilment order into a new one.
func (o *Order) Split(id int64, units map[int64]int, at time.Time, next func() int64) error {
	f, err := o.free(id)
	if err != nil {
		return err
	}
	_, err = o.cut(f, units, at, next)
	return err
}

// Merge joins a fulfilment order with the other one of its location, which closes.
func (o *Order) Merge(first, other int64, at time.Time) error {
	f, err := o.open(first)
	if err != nil {
		return err
	}
	g, err := o.open(other)
	if err != nil {
		return err
	}
	if g.Location != f.Location || first == other {
		return fmt.Errorf("fulfilment orders %d and %d cannot be merged", first, other)
	}
	o.join(f, g, at)
	return nil
}

// CancelFulfillmentOrder closes a fulfilment order without lines, and another takes
// its place.
func (o *Order) CancelFulfillmentOrder(id int64, at time.Time, next func() int64) error {
	f, err := o.open(id)
	if err != nil {
		return err
	}
	again := &FulfillmentOrder{ID: next(), Status: "OPEN", Location: f.Location, Method: f.Method, Lines: f.Lines, UpdatedAt: at}
	for _, l := range again.Lines {
		l.ID = next()
	}
	f.Status, f.Lines, f.UpdatedAt = "CLOSED", nil, at
	o.FulfillmentOrders = append(o.FulfillmentOrders, again)
	return nil
}

// open finds a fulfilment order that is not closed.
func (o *Order) open(id int64) (*FulfillmentOrder, error) {
	f := o.FulfillmentOrder(id)
	if f == nil || f.Status == "CLOSED" || f.Status == "CANCELLED" || f.remains() == 0 {
		return nil, fmt.Errorf("no open fulfilment order %d", id)
	}
	return f, nil
}

// free is open for one of which no progress was reported either.
func (o *Order) free(id int64) (*FulfillmentOrder, error) {
	f, err := o.open(id)
	if err == nil && f.Progress {
		return nil, fmt.Errorf("fulfilment order %d is being worked on", id)
	}
	return f, err
}

func (o *Order) untouched(id int64) bool {
	return !slices.ContainsFunc(o.Fulfillments, func(s *Fulfillment) bool { return s.From(id) })
}

// cut takes units by their line items out of f into a new fulfilment order.
func (o *Order) cut(f *FulfillmentOrder, units map[int64]int, at time.Time, next func() int64) (*FulfillmentOrder, error) {
	left := f.remains()
	for line, n := range units {
		i := slices.IndexFunc(f.Lines, func(l *FulfillmentOrderLine) bool { return l.Line == line })
		if i < 0 || n <= 0 || n > f.Lines[i].Remaining {
			return nil, fmt.Errorf("fulfilment order %d has not %d units of line %d", f.ID, n, line)
		}
		left -= n
	}
	if left == 0 {
		return nil, fmt.Errorf("nothing is left in fulfilment order %d", f.ID)
	}
	c := &FulfillmentOrder{ID: next(), Status: "OPEN", RequestStatus: f.RequestStatus, Location: f.Location, Method: f.Method, UpdatedAt: at}
	f.UpdatedAt = at
	for _, l := range slices.Clone(f.Lines) {
		n := units[l.Line]
		if n == 0 {
			continue
		}
		l.Total, l.Remaining = l.Total-n, l.Remaining-n
		c.Lines = append(c.Lines, &FulfillmentOrderLine{ID: next(), Line: l.Line, Total: n, Remaining: n})
	}
	f.Lines = slices.DeleteFunc(f.Lines, func(l *FulfillmentOrderLine) bool { return l.Total == 0 })
	o.FulfillmentOrders = append(o.FulfillmentOrders, c)
	return c, nil
}

// join puts all that remains of g into f.
func (o *Order) join(f, g *FulfillmentOrder, at time.Time) {
	for _, l := range g.Lines {
		i := slices.IndexFunc(f.Lines, func(fl *FulfillmentOrderLine) bool { return fl.Line == l.Line })
		if i < 0 {
			f.Lines = append(f.Lines, &FulfillmentOrderLine{ID: l.ID, Line: l.Line, Total: l.Remaining, Remaining: l.Remaining})
		} else {
			f.Lines[i].Total, f.Lines[i].Remaining = f.Lines[i].Total+l.Remaining, f.Lines[i].Remaining+l.Remaining
		}
	}
	g.Lines, g.Status, g.UpdatedAt, f.UpdatedAt = nil, "CLOSED", at, at
}
