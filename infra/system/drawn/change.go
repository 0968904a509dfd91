package drawn

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
)

// remove takes one unit of a line away, if it can go: by an edit, which moves no
// money and still leaves a refund record, or by a refund that pays for it.
func (d *drawing) remove(o *data.Order, l *data.Line, at time.Time, pay bool) {
	if !o.CancelledAt.IsZero() || l.Quantity <= l.Removed {
		return
	}
	if pay {
		if r := (data.Reversal{At: at, Units: map[int64]int{l.ID: 1}}); len(o.Transactions) > 0 {
			must(o.GiveBack(r, d.next))
		}
		return
	}
	if l.RequiresShipping && o.Open(l.ID) == 0 {
		return
	}
	must(o.Edit(data.Edit{At: at, Quantities: map[int64]int{l.ID: l.Quantity - l.Removed - 1}}, d.next))
}

// goodwill pays some of what was received back, and takes no unit away.
func (d *drawing) goodwill(o *data.Order, money data.Bag) {
	t := o.Totals()
	if o.CancelledAt.IsZero() && len(o.Transactions) > 0 && t.Received.Sub(t.Refunded).Shop.GreaterThan(money.Shop) && t.Received.Sub(t.Refunded).Presentment.GreaterThan(money.Presentment) {
		must(o.GiveBack(data.Reversal{At: o.UpdatedAt, Amount: &money}, d.next))
	}
}

// must: what is drawn can be done.
func must(err error) {
	if err != nil {
		panic("drawn: " + err.Error())
	}
}

// ship sends off everything that is open.
func ship(o *data.Order, at time.Time, next func() int64) {
	for _, f := range o.FulfillmentOrders {
		if f.Status != "OPEN" {
			continue
		}
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
	x := pick(d.generator, d.goods...)
	extra := data.Line{
		Title: x.product.Title, VariantTitle: x.variant.Title, SKU: x.variant.SKU, Product: x.product.ID, Variant: x.variant.ID, Quantity: 1 + d.r.IntN(2),
		Taxable: true, RequiresShipping: true, UnitPrice: d.bag(x.variant.Price),
	}
	if rate := decimal.RequireFromString(d.rate); !rate.IsZero() {
		extra.Taxes = []data.Tax{{Title: "Tax", Rate: rate}}
	}
	line := func(o *data.Order) *data.Line { return o.Lines[unit%len(o.Lines)] }
	return pick(d.generator,
		&Change{Name: "address", Do: func(o *data.Order) { o.Shipping = &a }},
		&Change{Name: "e-mail", Do: func(o *data.Order) { o.Email = "new" + strconv.Itoa(d.out.K) + "@mail.example" }},
		&Change{Name: "unit removed", Do: func(o *data.Order) { d.remove(o, line(o), o.UpdatedAt, false) }},
		&Change{Name: "refunded", Do: func(o *data.Order) { d.remove(o, line(o), o.UpdatedAt, true) }},
		&Change{Name: "discount", Do: func(o *data.Order) { d.rebate(o, line(o), money) }},
		&Change{Name: "unit added", Do: func(o *data.Order) { d.more(o, line(o)) }},
		&Change{Name: "line added", Do: func(o *data.Order) { d.add(o, extra) }},
		&Change{Name: "tip", Do: func(o *data.Order) { o.Tip = o.Tip.Add(money) }},
		&Change{Name: "cancelled", Do: func(o *data.Order) { o.Cancel(o.UpdatedAt, "CUSTOMER", false, d.next) }},
		&Change{Name: "money back", Do: func(o *data.Order) { d.goodwill(o, money) }},
		&Change{Name: "note", Do: func(o *data.Order) { o.Note += " Danke." }},
		&Change{Name: "tags", Do: func(o *data.Order) { o.Tags = append(o.Tags, "late") }},
		&Change{Name: "shipped", Do: func(o *data.Order) { ship(o, o.UpdatedAt, d.next) }},
		&Change{Name: "paid", Do: func(o *data.Order) { paid(o, d.next) }},
	)
}

// rebate takes a little more off a line by an edit.
func (d *drawing) rebate(o *data.Order, l *data.Line, off data.Bag) {
	if net := l.Net(); !o.CancelledAt.IsZero() || !net.Shop.GreaterThan(off.Shop) || !net.Presentment.GreaterThan(off.Presentment) {
		return
	}
	must(o.Edit(data.Edit{At: o.UpdatedAt, Discounts: []data.LineDiscount{{Line: l.ID, Title: "Kulanz", Amount: off}}}, d.next))
}

// more adds a unit to a line by an edit.
func (d *drawing) more(o *data.Order, l *data.Line) {
	if !o.CancelledAt.IsZero() || l.Removed > 0 {
		return
	}
	must(o.Edit(data.Edit{At: o.UpdatedAt, Quantities: map[int64]int{l.ID: l.Quantity + 1}}, d.next))
}

// add adds a line by an edit.
func (d *drawing) add(o *data.Order, l data.Line) {
	if !o.CancelledAt.IsZero() {
		return
	}
	l.Taxes = slices.Clone(l.Taxes)
	must(o.Edit(data.Edit{At: o.UpdatedAt, Add: []*data.Line{&l}, Location: d.shop.Locations[0].ID}, d.next))
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
