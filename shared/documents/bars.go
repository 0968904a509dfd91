package documents

import (
	"slices"

	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/orders"
)

// Bars is why an order gets no document whatever its mapping, "" if nothing
// does. Whether money went back is read from amounts: units that an edit
// removes make a refund record too.
func Bars(o orders.Order) issue.Reason {
	switch {
	case o.Test:
		return TestOrder
	case !o.CancelledAt.IsZero():
		return Cancelled
	case !o.Confirmed:
		return Unconfirmed
	case paidBack(o):
		return RefundBeforeProcessing
	case empty(o):
		return NothingLeft
	}
	return ""
}

// bar is Bars of a pending order. What is left of one that was refunded may be
// accepted by a person; an acceptance ends when anything changes that it was about.
func (s *slice) bar(p Pending, o orders.Order) issue.Reason {
	if r := s.unseen(o); r != "" {
		return r
	}
	r := Bars(o)
	if r == RefundBeforeProcessing && (p.Accepted != nil || s.card.Books() && s.card.RefundedOrders == WhatIsLeft) {
		if empty(o) {
			return NothingLeft
		}
		return ""
	}
	return r
}

// sold is a pending order as its document is to be made of it: as it was sold, where
// its refunds become documents of their own. It reports whether it is that.
func (s *slice) sold(p Pending, o orders.Order) (orders.Order, bool) {
	left := s.card.RefundedOrders == WhatIsLeft || p.Accepted != nil && p.AcceptedFor == RefundBeforeProcessing
	if !s.card.Books() || left || slices.Contains([]issue.Reason{TestOrder, Cancelled, Unconfirmed}, Bars(o)) {
		return o, false
	}
	return o.Sold(func(orders.Refund) bool { return true })
}

// paidBack reports whether money went back to the buyer, or is on its way.
func paidBack(o orders.Order) bool {
	if positive(o.Refunded) {
		return true
	}
	failed := false
	for _, t := range o.Transactions {
		switch {
		case t.Kind != "REFUND" || t.Test || !positive(t.Amount):
		case t.Status != "FAILURE" && t.Status != "ERROR":
			return true
		default:
			failed = true
		}
	}
	// What a refund says of itself may be what has failed.
	return !failed && slices.ContainsFunc(o.Refunds, func(r orders.Refund) bool { return positive(r.Amount) })
}

// empty reports whether no units are left and nothing is charged any more.
func empty(o orders.Order) bool {
	for _, l := range o.Lines {
		if l.CurrentQuantity > 0 {
			return false
		}
	}
	total := o.CurrentTotal
	if !given(total) {
		total = o.Total
	}
	return total.Shop.Value.IsZero() && total.Presentment.Value.IsZero()
}

func positive(b money.Bag) bool {
	return b.Shop.Value.IsPositive() || b.Presentment.Value.IsPositive()
}

// given reports whether a stored copy has the amount at all.
func given(b money.Bag) bool { return b.Shop.Currency != "" }
