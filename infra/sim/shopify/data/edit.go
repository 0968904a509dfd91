package data

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// Edit is what one committed edit changes of an order. A line keeps its id. Money moves with none of it.
type Edit struct {
	At time.Time
	// Quantities are new numbers of units left, by line. Fewer: the line keeps its
	// quantity, totals and taxes, only the current ones fall, and a [Refund]
	// without transactions records it. More: the line grows.
	Quantities map[int64]int
	// Add are new lines, with unit price, quantity and the rates of their taxes.
	// They raise the order's total, not the one it was placed with.
	Add []*Line
	// Discounts are given on lines for the units that are left; they lower the total.
	Discounts []LineDiscount
	// RestockType of the record is CANCEL ("") or NO_RESTOCK.
	RestockType string
	// NoRecord leaves the record of removed units out.
	NoRecord bool
	// Location is where added lines ship from; 0 is that of the order's first
	// fulfilment order.
	Location int64
}

// LineDiscount is a manual discount on one line.
type LineDiscount struct {
	Line   int64
	Title  string
	Amount Bag
}

// Edit commits e. next numbers what is new. The errors are those of a commit:
// nothing was changed then.
func (o *Order) Edit(e Edit, next func() int64) error {
	if err := o.checkEdit(e); err != nil {
		return err
	}
	if o.OriginalPrice == nil {
		b := o.Totals().Price
		o.OriginalPrice = &b
	}
	e.Location = cmpOr(e.Location, o.firstLocation())
	record := &Refund{CreatedAt: e.At, UpdatedAt: e.At}
	for _, id := range slices.Sorted(maps.Keys(e.Quantities)) {
		l := o.Line(id)
		switch n := l.Current() - e.Quantities[id]; {
		case n > 0:
			record.Lines = append(record.Lines, o.remove(record, l, n, e, next))
		case n < 0:
			l.Quantity -= n
			o.retax(l)
			o.ship(l, -n, e, next)
		}
	}
	for _, l := range e.Add {
		l.ID = next()
		o.Lines = append(o.Lines, l)
		o.retax(l)
		o.ship(l, l.Quantity, e, next)
	}
	for _, d := range e.Discounts {
		o.Discounts = append(o.Discounts, Discount{Kind: "manual", Title: d.Title, Target: "LINE_ITEM", Selection: "EXPLICIT", Method: "EACH", Amount: d.Amount.Presentment})
		l := o.Line(d.Line)
		l.Allocations = append(l.Allocations, Allocation{Discount: len(o.Discounts) - 1, Amount: d.Amount})
		o.retax(l)
	}
	if len(record.Lines) > 0 && !e.NoRecord {
		record.ID = next()
		o.Refunds = append(o.Refunds, record)
	}
	o.Edited, o.UpdatedAt, o.ClosedAt = true, e.At, time.Time{}
	o.restatus()
	if t := o.Totals(); t.Outstanding.Presentment.IsPositive() && o.FinancialStatus == "PAID" {
		o.FinancialStatus = "PARTIALLY_PAID"
	}
	return nil
}

func (o *Order) checkEdit(e Edit) error {
	if !o.CancelledAt.IsZero() {
		return errors.New("the order cannot be edited: it is cancelled")
	}
	changes := len(e.Add) + len(e.Discounts)
	for id, n := range e.Quantities {
		l := o.Line(id)
		switch {
		case l == nil:
			return fmt.Errorf("no line %d", id)
		case n < 0:
			return fmt.Errorf("line %d: quantity %d is below 0", id, n)
		case n < l.Current() && l.RequiresShipping && l.Current()-n > o.Open(id):
			return fmt.Errorf("line %d: units that were shipped cannot be removed", id)
		case n != l.Current():
			changes++
		}
	}
	for _, d := range e.Discounts {
		l := o.Line(d.Line)
		if l == nil || l.Net().Shop.LessThan(d.Amount.Shop) || l.Net().Presentment.LessThan(d.Amount.Presentment) {
			return fmt.Errorf("a discount of %s does not fit line %d", d.Amount.Shop, d.Line)
		}
	}
	if changes == 0 {
		return errors.New("there have been no changes")
	}
	return nil
}

func (o *Order) firstLocation() int64 {
	if len(o.FulfillmentOrders) == 0 {
		return 0
	}
	return o.FulfillmentOrders[0].Location
}

// remove takes n units off a line.
func (o *Order) remove(record *Refund, l *Line, n int, e Edit, next func() int64) RefundLine {
	sub, tax := o.RefundFor(l, n)
	o.giveDuty(record, l, n)
	at := o.drop(l.ID, n, e.At)
	l.Removed += n
	r := RefundLine{ID: next(), Line: l.ID, Quantity: n, RestockType: or(e.RestockType, "CANCEL"), Subtotal: sub, Tax: tax}
	if r.RestockType == "CANCEL" {
		r.Restocked, r.Location = l.Variant != 0, at
	}
	return r
}

// giveDuty notes the duty of units that go, and is what it is worth.
func (o *Order) giveDuty(r *Refund, l *Line, n int) Bag {
	if l.Duty == nil {
		return Bag{}
	}
	duty, tax := o.DutyFor(l, n)
	r.Duties = append(r.Duties, RefundDuty{l.Duty.ID, duty})
	if o.DutiesIncluded {
		duty = Bag{}
	}
	return o.withTax(duty, tax)
}

// retax works the line's taxes out again from their rates.
func (o *Order) retax(l *Line) {
	for i, t := range l.Taxes {
		l.Taxes[i].Price = o.taxOn(t.Rate, l.Net(), l.Taxes)
	}
}

// taxOn is a tax of rate on an amount that bears all of taxes, rounded.
func (o *Order) taxOn(rate decimal.Decimal, net Bag, taxes []Tax) Bag {
	all := decimal.NewFromInt(1)
	if o.TaxesIncluded {
		for _, t := range taxes {
			all = all.Add(t.Rate)
		}
	}
	return o.Round(Bag{net.Shop.Mul(rate).Div(all), net.Presentment.Mul(rate).Div(all)})
}

// ship puts units of a line into a new fulfilment order.
func (o *Order) ship(l *Line, n int, e Edit, next func() int64) {
	if !l.RequiresShipping || e.Location == 0 {
		return
	}
	o.FulfillmentOrders = append(o.FulfillmentOrders, &FulfillmentOrder{
		ID: next(), Status: "OPEN", Location: e.Location, UpdatedAt: e.At,
		Lines: []*FulfillmentOrderLine{{ID: next(), Line: l.ID, Total: n, Remaining: n}},
	})
}

// drop takes units of a line out of what is to ship, and tells from where the
// first of them would have gone.
func (o *Order) drop(line int64, n int, at time.Time) (location int64) {
	for _, f := range o.FulfillmentOrders {
		i := slices.IndexFunc(f.Lines, func(l *FulfillmentOrderLine) bool { return l.Line == line && l.Remaining > 0 })
		if i < 0 || n == 0 || f.Status == "CANCELLED" || f.Status == "CLOSED" {
			continue
		}
		if location == 0 {
			location = f.Location
		}
		l, part := f.Lines[i], min(n, f.Lines[i].Remaining)
		n -= part
		l.Total, l.Remaining, f.UpdatedAt = l.Total-part, l.Remaining-part, at
		if l.Total == 0 {
			f.Lines = slices.Delete(f.Lines, i, i+1)
		}
		if !slices.ContainsFunc(f.Lines, func(l *FulfillmentOrderLine) bool { return l.Remaining > 0 }) {
			f.Status = "CLOSED"
		}
	}
	return location
}

// Reversal is what one refund gives back.
type Reversal struct {
	At    time.Time
	Units map[int64]int // by line
	// Shipping is what of shipping lines is given back, by line, without tax on top.
	Shipping map[int64]Bag
	// Amount is the money; nil is what units and shipping are worth. What it
	// differs by becomes an adjustment. Zero moves no money.
	Amount      *Bag
	RestockType string // CANCEL, RETURN or NO_RESTOCK; "" is CANCEL for units not shipped, RETURN for others
	Status      string // of the transaction; "" is SUCCESS
	Note        string
	Return      int64 // that it is of; 0 is none
	// Outgoing is worth what goes out for what comes back: so much less is paid,
	// nothing at all if it is worth more.
	Outgoing Bag
	// Worthless: the subtotal of the units is 0, as Shopify says it of some refunds
	// although their price goes back.
	Worthless bool
	// Rounding is by what the money is rounded in cash, signed; nil is not at all.
	Rounding *Bag
}

// GiveBack refunds r. After an error the order is of no use: refund a [Clone].
func (o *Order) GiveBack(r Reversal, next func() int64) error {
	paid := slices.IndexFunc(o.Transactions, func(t *Transaction) bool {
		return t.Status == "SUCCESS" && (t.Kind == "SALE" || t.Kind == "CAPTURE")
	})
	if paid < 0 {
		return errors.New("nothing was received that could be given back")
	}
	refund := &Refund{ID: next(), CreatedAt: r.At, UpdatedAt: r.At, Note: r.Note, ReturnID: r.Return}
	var due Bag
	for _, id := range slices.Sorted(maps.Keys(r.Units)) {
		l := o.Line(id)
		if l == nil || r.Units[id] < 1 || r.Units[id] > l.Current() {
			return fmt.Errorf("line %d: %d units are more than can be refunded", id, r.Units[id])
		}
		due = due.Add(o.giveUnits(refund, l, r, next))
	}
	for _, id := range slices.Sorted(maps.Keys(r.Shipping)) {
		s := o.ShippingLine(id)
		if s == nil || s.Net().Shop.LessThan(r.Shipping[id].Shop) {
			return fmt.Errorf("shipping line %d: not that much can be refunded", id)
		}
		back := RefundShipping{ID: next(), ShippingLine: id, Subtotal: r.Shipping[id]}
		for _, t := range s.Taxes {
			back.Tax = back.Tax.Add(o.taxOn(t.Rate, back.Subtotal, s.Taxes))
		}
		refund.Shipping = append(refund.Shipping, back)
		due = due.Add(o.withTax(back.Subtotal, back.Tax))
	}
	o.payBack(refund, r, due, o.Transactions[paid], next)
	o.Refunds = append(o.Refunds, refund)
	o.UpdatedAt = r.At
	o.restatus()
	return nil
}

func (o *Order) withTax(net, tax Bag) Bag {
	if o.TaxesIncluded {
		return net
	}
	return net.Add(tax)
}

func (o *Order) giveUnits(refund *Refund, l *Line, r Reversal, next func() int64) Bag {
	n, open := r.Units[l.ID], o.Open(l.ID)
	sub, tax := o.RefundFor(l, n)
	kind := r.RestockType
	if kind == "" {
		if kind = "RETURN"; open >= n {
			kind = "CANCEL"
		}
	}
	line := RefundLine{ID: next(), Line: l.ID, Quantity: n, RestockType: kind, Subtotal: sub, Tax: tax}
	if r.Worthless {
		line.Subtotal = Bag{}
	}
	duty := o.giveDuty(refund, l, n)
	if at := o.drop(l.ID, min(n, open), r.At); kind != "NO_RESTOCK" {
		line.Restocked, line.Location = l.Variant != 0, cmpOr(at, o.firstLocation())
	}
	l.Removed, l.Refunded = l.Removed+n, l.Refunded+n
	refund.Lines = append(refund.Lines, line)
	return o.withTax(sub, tax).Add(duty)
}

// payBack adds the transaction of a refund that is worth due.
func (o *Order) payBack(refund *Refund, r Reversal, due Bag, sale *Transaction, next func() int64) {
	amount := due
	if !r.Outgoing.Shop.IsZero() {
		if amount = due.Sub(r.Outgoing); amount.Shop.IsNegative() {
			amount = Bag{}
		}
	}
	if r.Amount != nil {
		amount = *r.Amount
		if off := amount.Sub(due); !off.IsZero() {
			refund.Adjustments = []Adjustment{{ID: next(), Reason: "REFUND_DISCREPANCY", Amount: off}}
		}
	}
	if r.Rounding != nil {
		amount = amount.Add(*r.Rounding)
	}
	if amount.IsZero() {
		return
	}
	t := &Transaction{
		ID: next(), Kind: "REFUND", Status: or(r.Status, "SUCCESS"), Gateway: sale.Gateway, Parent: sale.ID, Amount: amount, ProcessedAt: r.At, Test: sale.Test,
		Rounding: r.Rounding,
	}
	o.Transactions = append(o.Transactions, t)
	refund.Transactions = []int64{t.ID}
	if t.Status == "SUCCESS" {
		o.paidBack()
	}
}

// paidBack says that money went back.
func (o *Order) paidBack() {
	o.FinancialStatus = "PARTIALLY_REFUNDED"
	if sums := o.Totals(); !sums.Received.Sub(sums.Refunded).Presentment.IsPositive() {
		o.FinancialStatus = "REFUNDED"
	}
}

// Cancel cancels the order as orderCancel does: it
// is closed in the same second, no unit is left of any line, and its fulfilment
// orders are closed, with what remained. refund gives back all money; without it
// what was paid stays paid. What was only authorised is voided.
func (o *Order) Cancel(at time.Time, reason string, refund bool, next func() int64) {
	if t := o.Totals(); refund && t.Received.Sub(t.Refunded).Presentment.IsPositive() {
		left := t.Received.Sub(t.Refunded)
		r := Reversal{At: at, Units: map[int64]int{}, Amount: &left}
		for _, l := range o.Lines {
			if l.Current() > 0 {
				r.Units[l.ID] = l.Current()
			}
		}
		if err := o.GiveBack(r, next); err != nil { // the units and the money are there
			panic(err)
		}
	}
	for _, l := range o.Lines {
		l.Removed = l.Quantity
	}
	for _, f := range o.FulfillmentOrders {
		f.Status, f.UpdatedAt = "CLOSED", at
	}
	for _, x := range slices.Clone(o.Transactions) {
		if x.Kind == "AUTHORIZATION" && x.Status == "SUCCESS" && o.FinancialStatus == "AUTHORIZED" {
			void := *x
			void.ID, void.Kind, void.Parent, void.ProcessedAt = next(), "VOID", x.ID, at
			o.Transactions = append(o.Transactions, &void)
			o.FinancialStatus = "VOIDED"
		}
	}
	o.CancelledAt, o.CancelReason, o.ClosedAt, o.UpdatedAt = at, or(reason, "CUSTOMER"), at, at
}

func cmpOr(a, b int64) int64 {
	if a != 0 {
		return a
	}
	return b
}
