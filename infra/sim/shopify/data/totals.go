package data

import (
	"slices"

	"github.com/shopspring/decimal"
)

// Totals are an order's sums. "Current" ones are after edits, returns and refunds.
type Totals struct {
	Subtotal, CurrentSubtotal   Bag // lines after discounts, as priced
	Discounts, CurrentDiscounts Bag // on lines and shipping
	Shipping, CurrentShipping   Bag // after shipping discounts
	Tax, CurrentTax             Bag
	Duties, CurrentDuties       Bag
	Fees                        Bag
	Tip                         Bag
	// Price is the grand total. Added lines raise it, discounts of an edit lower
	// it, removed and refunded units leave it.
	Price, CurrentPrice Bag
	Original            Bag // the grand total as placed, before any edit
	Received            Bag // successful sales and captures
	Refunded            Bag // successful refunds
	RefundedShipping    Bag
	// Outstanding is still to pay: below zero once an edit made a paid order
	// cheaper, zero while all is authorised.
	Outstanding Bag
}

// digits of the minor unit.
func digits(currency string) int32 {
	switch currency {
	case "JPY", "KRW", "CLP", "ISK", "VND":
		return 0
	case "KWD", "BHD":
		return 3
	}
	return 2
}

// Round rounds both amounts to o's currencies, half away from zero.
func (o *Order) Round(b Bag) Bag {
	return Bag{b.Shop.Round(digits(o.Currency)), b.Presentment.Round(digits(o.PresentmentCurrency()))}
}

// PresentmentCurrency is the buyer's currency.
func (o *Order) PresentmentCurrency() string {
	if o.Presentment != "" {
		return o.Presentment
	}
	return o.Currency
}

// Current is the number of units left after edits and refunds.
func (l *Line) Current() int { return l.Quantity - l.Removed }

// Gross is unit price × quantity.
func (l *Line) Gross() Bag { return l.UnitPrice.Mul(l.Quantity) }

// Discount is the sum of the allocations.
func (l *Line) Discount() Bag { return sumAllocations(l.Allocations) }

// Net is the line's total after all discounts.
func (l *Line) Net() Bag { return l.Gross().Sub(l.Discount()) }

// Tax is the sum of the line's taxes, without those on duties.
func (l *Line) Tax() Bag { return sumTaxes(l.Taxes) }

// Discount is the sum of the allocations.
func (s *ShippingLine) Discount() Bag { return sumAllocations(s.Allocations) }

// Net is the price after discounts.
func (s *ShippingLine) Net() Bag { return s.Price.Sub(s.Discount()) }

// Tax is the sum of the taxes.
func (s *ShippingLine) Tax() Bag { return sumTaxes(s.Taxes) }

func sumAllocations(as []Allocation) (b Bag) {
	for _, a := range as {
		b = b.Add(a.Amount)
	}
	return b
}

func sumTaxes(ts []Tax) (b Bag) {
	for _, t := range ts {
		b = b.Add(t.Price)
	}
	return b
}

// share is n/of of b, rounded to o's currencies. All units: exactly b.
func (o *Order) share(b Bag, n, of int) Bag {
	switch n {
	case of:
		return b
	case 0:
		return Bag{}
	}
	q := func(d decimal.Decimal, digits int32) decimal.Decimal {
		return d.Mul(decimal.NewFromInt(int64(n))).DivRound(decimal.NewFromInt(int64(of)), digits)
	}
	return Bag{q(b.Shop, digits(o.Currency)), q(b.Presentment, digits(o.PresentmentCurrency()))}
}

// CurrentNet is the line's total for the units that are left.
func (o *Order) CurrentNet(l *Line) Bag {
	return l.UnitPrice.Mul(l.Current()).Sub(o.share(l.Discount(), l.Current(), l.Quantity))
}

// CurrentTax is the line's tax for the units that are left.
func (o *Order) CurrentTax(l *Line) Bag { return o.shares(l.Taxes, l.Current(), l.Quantity) }

// shares is the sum of each tax's share: what the tax lines that are left make.
func (o *Order) shares(ts []Tax, n, of int) (b Bag) {
	for _, t := range ts {
		b = b.Add(o.share(t.Price, n, of))
	}
	return b
}

// RefundFor is what taking quantity units back is worth: what the line loses
// when they go, so that all refunds together never exceed the line. Call it
// before l.Removed is raised.
func (o *Order) RefundFor(l *Line, quantity int) (subtotal, tax Bag) {
	after := *l
	after.Removed += quantity
	return o.CurrentNet(l).Sub(o.CurrentNet(&after)), o.CurrentTax(l).Sub(o.CurrentTax(&after))
}

// DutyFor is what taking quantity units back is worth of the line's duty.
func (o *Order) DutyFor(l *Line, quantity int) (duty, tax Bag) {
	d := l.Duty
	if d == nil {
		return duty, tax
	}
	left := l.Current() - quantity
	return o.share(d.Price, l.Current(), l.Quantity).Sub(o.share(d.Price, left, l.Quantity)), o.shares(d.Taxes, l.Current(), l.Quantity).Sub(o.shares(d.Taxes, left, l.Quantity))
}

// Totals adds the order up.
func (o *Order) Totals() Totals {
	var t Totals
	for _, l := range o.Lines {
		o.addLine(&t, l)
	}
	for _, s := range o.ShippingLines {
		t.Shipping = t.Shipping.Add(s.Net())
		t.Discounts = t.Discounts.Add(s.Discount())
		t.Tax = t.Tax.Add(s.Tax())
		if !s.Removed {
			t.CurrentShipping = t.CurrentShipping.Add(s.Net())
			t.CurrentDiscounts = t.CurrentDiscounts.Add(s.Discount())
			t.CurrentTax = t.CurrentTax.Add(s.Tax())
		}
	}
	var feeTax Bag
	for _, f := range o.Fees {
		t.Fees, feeTax = t.Fees.Add(f.Price), feeTax.Add(sumTaxes(f.Taxes))
	}
	t.Tax, t.CurrentTax = t.Tax.Add(feeTax), t.CurrentTax.Add(feeTax)
	for _, r := range o.Refunds {
		for _, s := range r.Shipping {
			t.RefundedShipping = t.RefundedShipping.Add(s.Subtotal)
			t.CurrentShipping = t.CurrentShipping.Sub(s.Subtotal)
			t.CurrentTax = t.CurrentTax.Sub(s.Tax)
		}
	}
	if !o.CancelledAt.IsZero() { // nothing is left of it
		t.CurrentShipping, t.CurrentTax, t.CurrentDiscounts = Bag{}, Bag{}, Bag{}
	}
	t.Tip = o.Tip
	t.Price = o.grand(t.Subtotal, t.Shipping, t.Duties, t.Fees, t.Tip, t.Tax)
	if o.CancelledAt.IsZero() {
		t.CurrentPrice = o.grand(t.CurrentSubtotal, t.CurrentShipping, t.CurrentDuties, t.Fees, t.Tip, t.CurrentTax)
	}
	if t.Original = t.Price; o.OriginalPrice != nil {
		t.Original = *o.OriginalPrice
	}
	o.addPayments(&t)
	return t
}

// addLine adds a line with its duty.
func (o *Order) addLine(t *Totals, l *Line) {
	t.Subtotal = t.Subtotal.Add(l.Net())
	t.CurrentSubtotal = t.CurrentSubtotal.Add(o.CurrentNet(l))
	t.Discounts = t.Discounts.Add(l.Discount())
	t.CurrentDiscounts = t.CurrentDiscounts.Add(o.share(l.Discount(), l.Current(), l.Quantity))
	t.Tax = t.Tax.Add(l.Tax())
	t.CurrentTax = t.CurrentTax.Add(o.CurrentTax(l))
	if d := l.Duty; d != nil {
		dt := sumTaxes(d.Taxes)
		t.Duties, t.Tax = t.Duties.Add(d.Price), t.Tax.Add(dt)
		t.CurrentDuties = t.CurrentDuties.Add(o.share(d.Price, l.Current(), l.Quantity))
		t.CurrentTax = t.CurrentTax.Add(o.shares(d.Taxes, l.Current(), l.Quantity))
	}
}

// addPayments adds what was paid and paid back, and is still to pay.
func (o *Order) addPayments(t *Totals) {
	for _, x := range o.Transactions {
		if x.Status != "SUCCESS" {
			continue
		}
		switch x.Kind {
		case "SALE", "CAPTURE":
			t.Received = t.Received.Add(x.Amount)
		case "REFUND":
			t.Refunded = t.Refunded.Add(x.Amount)
		}
	}
	if o.CancelledAt.IsZero() && o.FinancialStatus != "AUTHORIZED" {
		t.Outstanding = t.CurrentPrice.Add(o.CashRounding).Sub(t.Received).Add(t.Refunded)
	}
}

func (o *Order) grand(subtotal, shipping, duties, fees, tip, tax Bag) Bag {
	b := subtotal.Add(shipping).Add(fees).Add(tip)
	if !o.DutiesIncluded { // else they are in the prices
		b = b.Add(duties)
	}
	if !o.TaxesIncluded {
		b = b.Add(tax)
	}
	return b
}

// TaxLines sums the order's taxes by title, rate and liability, in the order
// of their first appearance; current leaves out what edits and refunds took away.
func (o *Order) TaxLines(current bool) []Tax {
	var out []Tax
	if current && !o.CancelledAt.IsZero() {
		return nil
	}
	add := func(ts []Tax, n, of int) {
		for _, t := range ts {
			if current {
				t.Price = o.share(t.Price, n, of)
			}
			i := slices.IndexFunc(out, func(x Tax) bool {
				return x.Title == t.Title && x.Rate.Equal(t.Rate) && x.ChannelLiable == t.ChannelLiable && x.LiabilityUnknown == t.LiabilityUnknown
			})
			if i < 0 {
				out = append(out, t)
			} else {
				out[i].Price = out[i].Price.Add(t.Price)
			}
		}
	}
	for _, l := range o.Lines {
		add(l.Taxes, l.Current(), l.Quantity)
		if l.Duty != nil {
			add(l.Duty.Taxes, l.Current(), l.Quantity)
		}
	}
	for _, s := range o.ShippingLines {
		if !current {
			add(s.Taxes, 1, 1)
		} else if !s.Removed {
			add(o.leftOn(s), 1, 1)
		}
	}
	for _, f := range o.Fees {
		add(f.Taxes, 1, 1)
	}
	return out
}

// leftOn are a shipping line's taxes without what was refunded of them; the
// last tax takes what rounding leaves.
func (o *Order) leftOn(s *ShippingLine) []Tax {
	out := slices.Clone(s.Taxes)
	for _, r := range o.Refunds {
		for _, b := range r.Shipping {
			if b.ShippingLine != s.ID {
				continue
			}
			rest := b.Tax
			for i, t := range out {
				part := rest
				if i < len(out)-1 {
					part = o.taxOn(t.Rate, b.Subtotal, out)
				}
				rest = rest.Sub(part)
				out[i].Price = out[i].Price.Sub(part)
			}
		}
	}
	return out
}

// Line finds a line item, or returns nil.
func (o *Order) Line(id int64) *Line {
	for _, l := range o.Lines {
		if l.ID == id {
			return l
		}
	}
	return nil
}

// ShippingLine finds a shipping line, or returns nil.
func (o *Order) ShippingLine(id int64) *ShippingLine {
	for _, s := range o.ShippingLines {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// Open is the number of units of a line that are still to ship.
func (o *Order) Open(line int64) (n int) {
	for _, f := range o.FulfillmentOrders {
		if f.Status == "CANCELLED" || f.Status == "CLOSED" {
			continue
		}
		for _, l := range f.Lines {
			if l.Line == line {
				n += l.Remaining
			}
		}
	}
	return n
}
