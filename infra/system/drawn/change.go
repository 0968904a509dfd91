package drawn

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
)

// remove takes one unit of a line away: by an edit, which moves no money and
// still leaves a refund record, or by a refund that pays for it.
func (d *drawing) remove(o *data.Order, l *data.Line, at time.Time, pay bool) {
	if l.Quantity <= l.Removed {
		return
	}
	subtotal, tax := o.RefundFor(l, 1)
	l.Removed++
	r := &data.Refund{ID: d.next(), CreatedAt: at, UpdatedAt: at, Lines: []data.RefundLine{{
		ID: d.next(), Line: l.ID, Quantity: 1, RestockType: "CANCEL", Restocked: true, Location: d.shop.Locations[0].ID, Subtotal: subtotal, Tax: tax,
	}}}
	if pay {
		l.Refunded++
		amount := subtotal
		if !o.TaxesIncluded {
			amount = amount.Add(tax)
		}
		x := &data.Transaction{ID: d.next(), Kind: "REFUND", Status: "SUCCESS", Gateway: "shopify_payments", Amount: amount, ProcessedAt: at}
		o.Transactions, r.Transactions = append(o.Transactions, x), []int64{x.ID}
		o.FinancialStatus = "PARTIALLY_REFUNDED"
	} else {
		o.Edited = true
	}
	o.Refunds = append(o.Refunds, r)
	drop(o, l.ID, at)
	o.UpdatedAt = at
}

// drop takes one unit of a line out of what is to ship.
func drop(o *data.Order, line int64, at time.Time) {
	for _, f := range o.FulfillmentOrders {
		i := slices.IndexFunc(f.Lines, func(l *data.FulfillmentOrderLine) bool { return l.Line == line && l.Total > 0 })
		if i < 0 {
			continue
		}
		l := f.Lines[i]
		l.Total, l.Remaining, f.UpdatedAt = l.Total-1, max(l.Remaining-1, 0), at
		if l.Total == 0 {
			f.Lines = slices.Delete(f.Lines, i, i+1)
		}
		if len(f.Lines) == 0 {
			f.Status = "CLOSED"
		}
		return
	}
}

func cancel(o *data.Order, at time.Time) {
	o.CancelledAt, o.CancelReason, o.ClosedAt, o.FinancialStatus, o.UpdatedAt = at, "CUSTOMER", at, "VOIDED", at
	for _, f := range o.FulfillmentOrders {
		f.Status, f.UpdatedAt = "CANCELLED", at
	}
}

// ship sends off everything that is open.
func ship(o *data.Order, at time.Time, next func() int64) {
	for _, f := range o.FulfillmentOrders {
		s := &data.Fulfillment{ID: next(), Status: "SUCCESS", CreatedAt: at, Location: f.Location, Order: f.ID}
		for _, l := range f.Lines {
			s.Lines = append(s.Lines, data.FulfillmentLine{ID: next(), Line: l.Line, Quantity: l.Remaining})
			l.Remaining = 0
		}
		f.Status, f.UpdatedAt = "CLOSED", at
		o.Fulfillments = append(o.Fulfillments, s)
	}
	o.FulfillmentStatus, o.UpdatedAt = "FULFILLED", at
}

// future is what happens to the order after its import.
func (d *drawing) future() {
	switch d.r.IntN(30) {
	case 0, 1:
		d.out.Before = d.change()
	case 2:
		d.out.Before = &Change{Name: "deleted", Delete: true}
	case 3, 4, 5:
		d.out.After = d.change()
	case 6:
		d.out.Second = d.change()
	}
}

// change is one of the ways in which an order changes. What it draws, it draws
// now: it is carried out later, on the order as it is then.
func (d *drawing) change() *Change {
	a, unit, money := d.address(), d.r.IntN(len(d.o.Lines)), d.bag(d.money(300))
	line := func(o *data.Order) *data.Line { return o.Lines[unit%len(o.Lines)] }
	return pick(d.generator,
		&Change{Name: "address", Do: func(o *data.Order) { o.Shipping = &a }},
		&Change{Name: "e-mail", Do: func(o *data.Order) { o.Email = "new." + o.Email }},
		&Change{Name: "unit removed", Do: func(o *data.Order) { d.remove(o, line(o), o.UpdatedAt, false) }},
		&Change{Name: "refunded", Do: func(o *data.Order) { d.remove(o, line(o), o.UpdatedAt, true) }},
		&Change{Name: "discount", Do: func(o *data.Order) { d.rebate(o, line(o), money) }},
		&Change{Name: "tip", Do: func(o *data.Order) { o.Tip = o.Tip.Add(money) }},
		&Change{Name: "cancelled", Do: func(o *data.Order) { cancel(o, o.UpdatedAt) }},
		&Change{Name: "note", Do: func(o *data.Order) { o.Note += " Danke." }},
		&Change{Name: "tags", Do: func(o *data.Order) { o.Tags = append(o.Tags, "late") }},
		&Change{Name: "shipped", Do: func(o *data.Order) { ship(o, o.UpdatedAt, d.next) }},
		&Change{Name: "paid", Do: func(o *data.Order) { paid(o, d.next) }},
	)
}

// rebate takes a little more off a line by an edit; its taxes follow.
func (d *drawing) rebate(o *data.Order, l *data.Line, off data.Bag) {
	net := l.Net()
	if !net.Shop.GreaterThan(off.Shop) || !net.Presentment.GreaterThan(off.Presentment) {
		return
	}
	o.Discounts = append(o.Discounts, data.Discount{Kind: "manual", Title: "Kulanz", Target: "LINE_ITEM", Selection: "EXPLICIT", Method: "ACROSS", Amount: off.Presentment})
	l.Allocations = append(l.Allocations, data.Allocation{Discount: len(o.Discounts) - 1, Amount: off})
	after := l.Net()
	for i := range l.Taxes {
		p := &l.Taxes[i].Price
		share := func(v, was, is decimal.Decimal) decimal.Decimal { return v.Mul(is).Div(was) }
		*p = o.Round(data.Bag{Shop: share(p.Shop, net.Shop, after.Shop), Presentment: share(p.Presentment, net.Presentment, after.Presentment)})
	}
	o.Edited = true
}

// paid pays an order that was not.
func paid(o *data.Order, next func() int64) {
	if o.FinancialStatus != "PENDING" {
		return
	}
	o.FinancialStatus = "PAID"
	o.Transactions = append(o.Transactions, &data.Transaction{
		ID: next(), Kind: "SALE", Status: "SUCCESS", Gateway: "shopify_payments", Amount: o.Totals().CurrentPrice, ProcessedAt: o.UpdatedAt,
	})
}
