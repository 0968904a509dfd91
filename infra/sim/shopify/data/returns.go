package data

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// None of what is done to a return moves the order's update time, apart from
// what it is processed to: a refund, and lines that go out for it.

// Return finds a return; 0 is the last one.
func (o *Order) Return(id int64) *Return {
	for _, r := range slices.Backward(o.Returns) {
		if id == 0 || r.ID == id {
			return r
		}
	}
	return nil
}

// OpenReturn takes in units of shipped lines, for which exchanged goes out. A
// requested one is to be approved first.
func (o *Order) OpenReturn(at time.Time, units map[int64]int, exchanged []*Line, requested bool, next func() int64) error {
	if !o.CancelledAt.IsZero() {
		return errors.New("a cancelled order has no returns")
	}
	r := &Return{ID: next(), Number: len(o.Returns) + 1, Status: "REQUESTED", CreatedAt: at}
	for _, line := range slices.Sorted(maps.Keys(units)) {
		parts, err := o.returnable(line, units[line])
		if err != nil {
			return err
		}
		for _, p := range parts {
			p.ID = next()
			r.Lines = append(r.Lines, p)
		}
	}
	if len(r.Lines) == 0 {
		return errors.New("a return needs a line")
	}
	for _, l := range exchanged {
		r.Exchanges = append(r.Exchanges, &Exchange{ID: next(), Quantity: l.Quantity, New: l})
	}
	o.Returns, o.ClosedAt = append(o.Returns, r), time.Time{}
	if !requested {
		o.approve(r, next)
	}
	o.restate()
	return nil
}

// returnable cuts units of a line by the fulfilments that have sent them, those
// left out that other returns have taken in.
func (o *Order) returnable(line int64, units int) (parts []*ReturnLine, err error) {
	left := units
	for _, f := range o.Fulfillments {
		if f.Status == "CANCELLED" {
			continue
		}
		for _, l := range f.Lines {
			if l.Line != line || left <= 0 {
				continue
			}
			n := min(left, l.Quantity-o.takenIn(l.ID))
			if n <= 0 {
				continue
			}
			left -= n
			parts = append(parts, &ReturnLine{Fulfillment: l.ID, Line: line, Quantity: n})
		}
	}
	if left > 0 || units < 1 {
		return nil, fmt.Errorf("line %d: %d units cannot be returned", line, units)
	}
	return parts, nil
}

// takenIn is how many units of a fulfilment line are in returns.
func (o *Order) takenIn(fulfillment int64) (n int) {
	for _, r := range o.Returns {
		for _, l := range r.Lines {
			if l.Fulfillment == fulfillment && r.Status != "DECLINED" && r.Status != "CANCELED" {
				n += l.Quantity
			}
		}
	}
	return n
}

// approve opens a return. What went out by several fulfilments comes back to as many
// reverse orders.
func (o *Order) approve(r *Return, next func() int64) {
	r.Status = "OPEN"
	of := map[int64]*ReverseOrder{} // by fulfilment
	for _, l := range r.Lines {
		i := slices.IndexFunc(o.Fulfillments, func(f *Fulfillment) bool {
			return slices.ContainsFunc(f.Lines, func(x FulfillmentLine) bool { return x.ID == l.Fulfillment })
		})
		from := o.Fulfillments[max(i, 0)].ID
		if of[from] == nil {
			of[from] = &ReverseOrder{ID: next(), Status: "OPEN"}
			if r.Reverse == nil {
				r.Reverse = of[from]
			} else {
				r.Others = append(r.Others, of[from])
			}
		}
		of[from].Lines = append(of[from].Lines, &ReverseLine{ID: next(), Fulfillment: l.Fulfillment, Line: l.Line, Total: l.Quantity})
	}
}

// steps are the states that a return can leave by each name, and the one it is in
// then. Repeated ones succeed and change nothing.
var steps = map[string]struct {
	from []string
	to   string
}{
	"approve": {[]string{"REQUESTED"}, "OPEN"},
	"decline": {[]string{"REQUESTED"}, "DECLINED"},
	"cancel":  {[]string{"REQUESTED", "OPEN", "CANCELED"}, "CANCELED"},
	"close":   {[]string{"OPEN", "CLOSED"}, "CLOSED"},
	"reopen":  {[]string{"CLOSED", "OPEN"}, "OPEN"},
}

// MoveReturn approves, declines, cancels, closes or reopens a return.
func (o *Order) MoveReturn(id int64, step string, at time.Time, next func() int64) error {
	r, s := o.Return(id), steps[step]
	processed := r != nil && slices.ContainsFunc(r.Lines, func(l *ReturnLine) bool { return l.Processed > 0 })
	switch {
	case r == nil || s.to == "":
		return fmt.Errorf("no return %d, or nothing called %q", id, step)
	case !slices.Contains(s.from, r.Status), step == "cancel" && processed:
		return fmt.Errorf("INVALID_STATE: a return that is %s cannot be put through %s", r.Status, step)
	case step == "approve":
		o.approve(r, next)
	case step == "close" && r.Status != "CLOSED":
		r.ClosedAt = at
	}
	r.Status = s.to
	o.restate()
	return nil
}

// Dispose says what became of units of a line that came back. It processes nothing.
func (o *Order) Dispose(id, line int64, d Disposition, next func() int64) error {
	r := o.Return(id)
	if r == nil || r.Reverse == nil {
		return errors.New("nothing has come back")
	}
	l := o.Line(line)
	if l != nil && l.Variant == 0 && d.Type == "RESTOCKED" {
		return errors.New("custom lines cannot be restocked")
	}
	for _, f := range r.ReverseOrders() {
		for _, rl := range f.Lines {
			left := rl.Total
			for _, x := range rl.Dispositions {
				left -= x.Quantity
			}
			if n := min(left, d.Quantity); rl.Line == line && n > 0 {
				part := d
				part.ID, part.Quantity = next(), n
				rl.Dispositions = append(rl.Dispositions, part)
				d.Quantity -= n
			}
		}
	}
	if d.Quantity > 0 {
		return fmt.Errorf("line %d: that many units did not come back", line)
	}
	return nil
}

// ProcessReturn refunds what a return is for, units of it or all, and adds what
// goes out for it as lines of the order. The money is what comes back is worth,
// less what goes out, if r does not say it.
func (o *Order) ProcessReturn(id int64, r Reversal, location int64, next func() int64) error {
	ret := o.Return(id)
	if ret == nil || ret.Status != "OPEN" {
		return errors.New("INVALID_STATE: the return is not open")
	}
	if r.Units == nil {
		r.Units = map[int64]int{}
		for _, l := range ret.Lines {
			if n := l.Quantity - l.Processed; n > 0 {
				r.Units[l.Line] += n
			}
		}
	}
	for line, n := range r.Units {
		for _, l := range ret.Lines {
			part := min(n, l.Quantity-l.Processed)
			if l.Line == line && part > 0 {
				l.Processed, n = l.Processed+part, n-part
			}
		}
		if n > 0 {
			return fmt.Errorf("line %d: more is processed than is in the return", line)
		}
	}
	r.RestockType, r.Return = or(r.RestockType, "RETURN"), ret.ID
	for _, e := range ret.Exchanges {
		if len(e.Lines) > 0 {
			continue
		}
		l := e.New
		l.ID = next()
		o.Lines, e.Lines = append(o.Lines, l), []int64{l.ID}
		o.retax(l)
		o.ship(l, l.Quantity, Edit{At: r.At, Location: cmpOr(location, o.firstLocation())}, next)
		r.Outgoing = r.Outgoing.Add(o.withTax(l.Net(), l.Tax()))
	}
	if err := o.GiveBack(r, next); err != nil {
		return err
	}
	o.restate()
	return nil
}

// SettleTransaction lets a transaction that was pending end.
func (o *Order) SettleTransaction(id int64, status string, at time.Time) error {
	for _, t := range o.Transactions {
		if t.ID == id || id == 0 && t.Status == "PENDING" {
			t.Status, o.UpdatedAt = status, at
			if t.Kind == "REFUND" && status == "SUCCESS" {
				o.paidBack()
			}
			return nil
		}
	}
	return fmt.Errorf("no transaction %d that is pending", id)
}

// restate is the order's own word for its returns: a requested one outranks an open
// one, declined and cancelled ones count for nothing.
func (o *Order) restate() {
	o.ReturnStatus = ""
	for _, s := range []struct{ state, says string }{{"CLOSED", "RETURNED"}, {"OPEN", "IN_PROGRESS"}, {"REQUESTED", "RETURN_REQUESTED"}} {
		if slices.ContainsFunc(o.Returns, func(r *Return) bool { return r.Status == s.state }) {
			o.ReturnStatus = s.says
		}
	}
}
