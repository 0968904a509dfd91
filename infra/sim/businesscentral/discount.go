package businesscentral

import "github.com/shopspring/decimal"

// discountBase is what an invoice discount can be taken from.
func discountBase(lines []*SalesLine, precision decimal.Decimal) decimal.Decimal {
	base := decimal.Zero
	for _, l := range lines {
		if a := lineAmount(l, precision); l.AllowDiscount && a.IsPositive() {
			base = base.Add(a)
		}
	}
	return base
}

// spread shares the invoice discount among the lines that allow it, the
// remainder on the last one.
func spread(lines []*SalesLine, discount, precision decimal.Decimal) map[*SalesLine]decimal.Decimal {
	base, last := discountBase(lines, precision), -1
	out := map[*SalesLine]decimal.Decimal{}
	if discount.IsZero() || base.IsZero() {
		return out
	}
	for i, l := range lines {
		if l.AllowDiscount && lineAmount(l, precision).IsPositive() {
			last = i
		}
	}
	left := decimal.Min(discount, base)
	discount = left
	for i, l := range lines {
		a := lineAmount(l, precision)
		if !l.AllowDiscount || !a.IsPositive() {
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

// share gives the lines their part of the invoice discount: the fixed amount,
// else the customer's percentage (9.2). It reports whether any part changed.
func (t *tx) share(d *SalesDocument, lines []*SalesLine, precision decimal.Decimal) bool {
	discount := d.DiscountAmount
	if !d.DiscountIsFixed {
		base := discountBase(lines, precision)
		discount = percentOf(base, t.invoiceRule(d, base).Percent, precision)
	}
	shares, changed := spread(lines, discount, precision), false
	for _, l := range lines {
		if part := shares[l]; !part.Equal(l.InvoiceDiscountAllocation) {
			l.InvoiceDiscountAllocation, changed = part, true
		}
	}
	return changed
}

// invoiceRule is the customer's discount on a document of an amount; none is zero.
func (t *tx) invoiceRule(d *SalesDocument, base decimal.Decimal) InvoiceDiscount {
	var best InvoiceDiscount
	found := false
	for _, r := range t.rules.invoice {
		if r.Code != d.DiscountCode || t.currencyKey(r.Currency) != d.CurrencyCode || r.Minimum.GreaterThan(base) || !base.IsPositive() {
			continue
		}
		if !found || r.Minimum.GreaterThan(best.Minimum) {
			best, found = r, true
		}
	}
	return best
}

// fixDiscount is a header's discountAmount: 0 fixes it, so that the customer's
// percentage is not worked out. In a POST another value is refused: there are no
// lines yet (9.2).
func (t *tx) fixDiscount(d *SalesDocument, c change, creating bool) error {
	v, ok := c.v.(decimal.Decimal)
	base := decimal.Zero
	if !creating {
		base = discountBase(t.linesOf(d), t.precision(d))
	}
	if !ok || !base.IsPositive() && !v.IsZero() {
		return dialog("There are no lines with Allow Invoice Disc.: the invoice discount cannot be applied.").in("9.2")
	}
	if v.IsNegative() || v.GreaterThan(base) {
		return dialog("The invoice discount must be between 0 and %s.", base).in("4.5")
	}
	d.DiscountAmount, d.DiscountIsFixed = v, true
	return nil
}

// serviceCharge adds the service charge of the customer's invoice discount as a
// line of its own, or brings it up to date (9.2). It returns the line it wrote.
// A deep insert gets it after all its lines.
func (t *tx) serviceCharge(d *SalesDocument) (*SalesLine, error) {
	if !t.rules.sales.CalcInvoiceDiscount || d.DiscountIsFixed {
		return nil, nil
	}
	lines := t.linesOf(d)
	amount := t.invoiceRule(d, discountBase(lines, t.precision(d))).ServiceCharge
	for _, l := range lines {
		if !l.ServiceCharge {
			continue
		}
		if l.UnitPrice.Equal(amount) {
			return nil, nil
		}
		l = clone(l)
		l.UnitPrice = amount
		t.put(d.lineSet(), l)
		return l, nil
	}
	if !amount.IsPositive() {
		return nil, nil
	}
	l := t.newLine(d)
	l.LineType, l.ServiceCharge = lineAccount, true
	if err := t.object(d, l, "lineObjectNumber", t.rules.sales.ServiceAccount); err != nil {
		return nil, err
	}
	if err := t.quantity(d, l, decimal.NewFromInt(1)); err != nil {
		return nil, err
	}
	l.UnitPrice = amount
	return l, t.place(d, l)
}
