package businesscentral

import (
	"reflect"
	"slices"

	"github.com/shopspring/decimal"
)

// roundTo rounds to a multiple of precision, halves away from zero.
func roundTo(v, precision decimal.Decimal) decimal.Decimal {
	return v.Div(precision).Round(0).Mul(precision)
}

func percentOf(v, percent, precision decimal.Decimal) decimal.Decimal {
	return roundTo(v.Mul(percent).Div(hundred), precision)
}

// gross is quantity times price, rounded as an amount.
func gross(l *SalesLine, precision decimal.Decimal) decimal.Decimal {
	return roundTo(l.Quantity.Mul(l.UnitPrice), precision)
}

// lineAmount is what a line comes to before the invoice discount, in prices as
// the document has them.
func lineAmount(l *SalesLine, precision decimal.Decimal) decimal.Decimal {
	return gross(l, precision).Sub(l.DiscountAmount)
}

var cent = decimal.New(1, -2)

// taxGroup is what lines are rounded together by (9.4): a VAT identifier, in a
// sales-tax company a tax group; the tax area is the document's.
type taxGroup struct{ identifier, group string }

func groupOf(l *SalesLine) taxGroup {
	if l.VATIdentifier != "" {
		return taxGroup{identifier: l.VATIdentifier}
	}
	return taxGroup{group: l.TaxGroup}
}

// taxSums are the sums over a group's lines: amount after the invoice discount
// in prices as the document has them, net and gross as booked.
type taxSums struct{ amount, net, gross decimal.Decimal }

// reckon works out the lines of written, in that order, beside the other lines
// of their groups, which stay: a line that is written takes the cent that its
// group's rounding leaves (9.4). included: prices include tax.
func reckon(all, written []*SalesLine, included bool, precision decimal.Decimal) {
	groups := map[taxGroup]*taxSums{}
	sums := func(l *SalesLine) *taxSums {
		s := groups[groupOf(l)]
		if s == nil {
			s = &taxSums{}
			groups[groupOf(l)] = s
		}
		return s
	}
	if len(written) < len(all) {
		for _, l := range all {
			if !slices.Contains(written, l) {
				s := sums(l)
				s.amount = s.amount.Add(lineAmount(l, precision).Sub(l.InvoiceDiscountAllocation))
				s.net, s.gross = s.net.Add(l.NetAmount), s.gross.Add(l.NetAmountIncludingTax)
			}
		}
	}
	for _, l := range written {
		ownAmounts(l, included, precision)
		l.NetAmount, l.NetTaxAmount, l.NetAmountIncludingTax = decimal.Zero, decimal.Zero, decimal.Zero
		amount := lineAmount(l, precision).Sub(l.InvoiceDiscountAllocation)
		if amount.IsZero() {
			continue // takes no cent
		}
		s := sums(l)
		s.amount = s.amount.Add(amount)
		if included {
			l.NetAmountIncludingTax = amount
			l.NetAmount = roundTo(s.amount.Div(factorOf(l)), precision).Sub(s.net)
		} else {
			l.NetAmount = amount
			net := s.net.Add(amount)
			l.NetAmountIncludingTax = net.Add(percentOf(net, l.TaxPercent, precision)).Sub(s.gross)
		}
		l.NetTaxAmount = l.NetAmountIncludingTax.Sub(l.NetAmount)
		s.net, s.gross = s.net.Add(l.NetAmount), s.gross.Add(l.NetAmountIncludingTax)
	}
}

func factorOf(l *SalesLine) decimal.Decimal { return hundred.Add(l.TaxPercent).Div(hundred) }

// ownAmounts are those rounded line by line, before the invoice discount (9.4).
func ownAmounts(l *SalesLine, included bool, precision decimal.Decimal) {
	amount := lineAmount(l, precision)
	if included {
		l.AmountIncludingTax, l.AmountExcludingTax = amount, roundTo(amount.Div(factorOf(l)), precision)
	} else {
		l.AmountExcludingTax, l.AmountIncludingTax = amount, amount.Add(percentOf(amount, l.TaxPercent, precision))
	}
	l.TotalTaxAmount = l.AmountIncludingTax.Sub(l.AmountExcludingTax)
}

// event is what was done to a document, as far as its header's totals see it.
type event int

const (
	inserted event = iota // lines, one after the other
	patched               // a line
	changed               // the header, or a line is gone
)

// settle brings lines and header of d up to date after the lines of written
// were written in that order. The header's totals of an order are stored and can
// be stale (9.4): they do not see a last inserted line, nor a change of one,
// that allows no invoice discount. Invoices do not have this fault.
func (t *tx) settle(d *SalesDocument, written []*SalesLine, what event) error {
	d = clone(d)
	charge, err := t.serviceCharge(d)
	if err != nil {
		return err
	}
	if charge != nil {
		written = append(slices.Clone(written), charge)
	}
	stored := t.linesOf(d)
	all := make([]*SalesLine, len(stored))
	fresh := make([]*SalesLine, len(written))
	for i, l := range stored {
		all[i] = clone(l)
		for j, w := range written {
			if w.ID == l.ID {
				fresh[j] = all[i]
			}
		}
	}
	precision := t.precision(d)
	if t.share(d, all, precision) || what == changed && len(written) > 0 {
		fresh = all // the discount moved: all lines are worked out again
	}
	reckon(all, fresh, d.PricesIncludeTax, precision)
	for i, l := range all {
		if !reflect.DeepEqual(stored[i], l) {
			t.put(d.lineSet(), l)
		}
	}
	t.refresh(d, all, written, what)
	return nil
}

// refresh stores the header's totals, as far as they see the lines.
func (t *tx) refresh(d *SalesDocument, all, written []*SalesLine, what event) {
	blind := "" // id of the line that the totals do not see
	if n := len(written); n > 0 && !d.Invoice && !t.srv.Switches().FreshTotals {
		last := written[n-1]
		switch {
		case last.AllowDiscount || what == changed:
		case what == patched:
			return
		default:
			blind = last.ID
		}
	}
	d.TotalAmountExcludingTax, d.TotalAmountIncludingTax = decimal.Zero, decimal.Zero
	d.DiscountAmount, d.FullyShipped = decimal.Zero, len(all) > 0 && !d.Invoice
	for _, l := range all {
		d.DiscountAmount = d.DiscountAmount.Add(l.InvoiceDiscountAllocation)
		d.FullyShipped = d.FullyShipped && l.ShippedQuantity.Equal(l.Quantity)
		if l.ID == blind {
			continue
		}
		d.TotalAmountExcludingTax = d.TotalAmountExcludingTax.Add(l.NetAmount)
		d.TotalAmountIncludingTax = d.TotalAmountIncludingTax.Add(l.NetAmountIncludingTax)
	}
	d.TotalTaxAmount = d.TotalAmountIncludingTax.Sub(d.TotalAmountExcludingTax)
	if d.Invoice && d.Status == "Draft" || d.Status == "Open" && d.Posted {
		d.RemainingAmount = d.TotalAmountIncludingTax
	}
	t.put(d.documentSet(), d)
}
