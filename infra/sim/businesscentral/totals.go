package businesscentral

import (
	"reflect"

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

// precision is the smallest amount of a document's currency.
func (t *tx) precision(d *SalesDocument) decimal.Decimal {
	if cur, ok := lookup[*Reference](t.Company, setCurrencies, d.CurrencyCode); ok && cur.AmountRoundingPrecision.IsPositive() {
		return cur.AmountRoundingPrecision
	}
	return cent
}

// spread shares the invoice discount among the item lines, the remainder on
// the last one.
func spread(lines []*SalesLine, discount, precision decimal.Decimal) map[*SalesLine]decimal.Decimal {
	base, last := decimal.Zero, -1
	for i, l := range lines {
		if a := lineAmount(l, precision); l.LineType == lineItem && a.IsPositive() {
			base, last = base.Add(a), i
		}
	}
	out := map[*SalesLine]decimal.Decimal{}
	left := decimal.Min(discount, base)
	discount = left
	for i, l := range lines {
		a := lineAmount(l, precision)
		if l.LineType != lineItem || !a.IsPositive() {
			continue
		}
		share := left
		if i != last {
			share = roundTo(discount.Mul(a).Div(base), precision)
		}
		out[l] = share
		left = left.Sub(share)
	}
	return out
}

// vatGroup accumulates lines of one tax and sign: BC rounds the tax of their
// sum and gives each line the difference, so that no line's rounding adds up.
type vatGroup struct {
	id       string
	negative bool
}

type vatSums struct{ amount, net, gross decimal.Decimal }

// compute fills in what is calculated in lines. included: prices include tax.
func compute(lines []*SalesLine, included bool, discount, precision decimal.Decimal) {
	shares := spread(lines, discount, precision)
	groups := map[vatGroup]*vatSums{}
	for _, l := range lines {
		amount := lineAmount(l, precision)
		l.InvoiceDiscountAllocation = shares[l]
		factor := decimal.NewFromInt(1).Add(l.TaxPercent.Div(hundred))
		if included {
			l.AmountIncludingTax = amount
			l.AmountExcludingTax = roundTo(amount.Div(factor), precision)
		} else {
			l.AmountExcludingTax = amount
			l.AmountIncludingTax = amount.Add(percentOf(amount, l.TaxPercent, precision))
		}
		l.TotalTaxAmount = l.AmountIncludingTax.Sub(l.AmountExcludingTax)

		net := amount.Sub(shares[l])
		key := vatGroup{l.VATIdentifier, net.IsNegative()}
		s := groups[key]
		if s == nil {
			s = &vatSums{}
			groups[key] = s
		}
		s.amount = s.amount.Add(net)
		var sumNet, sumGross decimal.Decimal
		if included {
			sumNet, sumGross = roundTo(s.amount.Div(factor), precision), s.amount
		} else {
			sumNet, sumGross = s.amount, s.amount.Add(percentOf(s.amount, l.TaxPercent, precision))
		}
		l.NetAmount, l.NetAmountIncludingTax = sumNet.Sub(s.net), sumGross.Sub(s.gross)
		l.NetTaxAmount = l.NetAmountIncludingTax.Sub(l.NetAmount)
		s.net, s.gross = sumNet, sumGross
	}
}

// recalculate brings lines and header of a document up to date.
func (t *tx) recalculate(id string, invoice bool) error {
	old, ok := byID[*SalesDocument](t.Company, documentSet(invoice), id)
	if !ok {
		return noRecord("salesOrder", id)
	}
	d := clone(old)
	was := t.linesOf(d)
	lines := make([]*SalesLine, len(was))
	for i, l := range was {
		lines[i] = clone(l)
	}
	compute(lines, d.PricesIncludeTax, d.DiscountAmount, t.precision(d))
	d.TotalAmountExcludingTax, d.TotalAmountIncludingTax = decimal.Zero, decimal.Zero
	d.DiscountAmount, d.FullyShipped = decimal.Zero, len(lines) > 0 && !invoice
	for i, l := range lines {
		d.TotalAmountExcludingTax = d.TotalAmountExcludingTax.Add(l.NetAmount)
		d.TotalAmountIncludingTax = d.TotalAmountIncludingTax.Add(l.NetAmountIncludingTax)
		d.DiscountAmount = d.DiscountAmount.Add(l.InvoiceDiscountAllocation)
		d.FullyShipped = d.FullyShipped && l.ShippedQuantity.Equal(l.Quantity)
		if !reflect.DeepEqual(was[i], l) {
			t.put(lineSet(invoice), l)
		}
	}
	d.TotalTaxAmount = d.TotalAmountIncludingTax.Sub(d.TotalAmountExcludingTax)
	if invoice && d.Status == "Draft" || d.Status == "Open" && d.Posted {
		d.RemainingAmount = d.TotalAmountIncludingTax
	}
	t.put(documentSet(invoice), d)
	return nil
}
