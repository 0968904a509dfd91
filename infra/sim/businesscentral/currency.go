package businesscentral

import "github.com/shopspring/decimal"

// currencyKey is how a document stores a currency: blank for the local one (9.2).
func (t *tx) currencyKey(code string) string {
	if code == t.lcy() {
		return ""
	}
	return code
}

// currency sets a document's currency. One without exchange rate is taken: the
// first line fails (9.2).
func (t *tx) currency(d *SalesDocument, c change) error {
	text, _ := c.v.(string)
	if c.name == "currencyCode" {
		c.v = t.currencyKey(text)
	}
	return t.setPair(c, &d.CurrencyID, &d.CurrencyCode, "currencyId", "currencyCode", setCurrencies)
}

// rate is LCY for one unit of a document's currency.
func (t *tx) rate(d *SalesDocument) (decimal.Decimal, error) {
	if d.CurrencyCode == "" {
		return decimal.NewFromInt(1), nil
	}
	cur, ok := lookup[*Reference](t.Company, setCurrencies, d.CurrencyCode)
	if !ok || !cur.Rate.IsPositive() {
		return decimal.Zero, testField("Currency Factor must have a value in Sales Header: No.=%s. It cannot be zero or empty.", d.Number).in("9.2")
	}
	return cur.Rate, nil
}

// precision is the smallest amount of a document's currency.
func (t *tx) precision(d *SalesDocument) decimal.Decimal {
	if cur, ok := lookup[*Reference](t.Company, setCurrencies, d.CurrencyCode); ok && cur.AmountRoundingPrecision.IsPositive() {
		return cur.AmountRoundingPrecision
	}
	return cent
}

// followHeader is what a changed header means for the lines that are there.
func (t *tx) followHeader(was, d *SalesDocument) error {
	lines := t.linesOf(d)
	switch {
	case len(lines) == 0:
	case d.CustomerID != was.CustomerID || d.BillToCustomerID != was.BillToCustomerID || d.CurrencyCode != was.CurrencyCode:
		return t.recreate(d, lines)
	case d.PricesIncludeTax != was.PricesIncludeTax:
		return t.convert(d, lines)
	}
	return t.settle(d, nil, changed)
}

// recreate deletes the lines and makes them anew, without asking: other ids and
// sequences, BC's prices, discounts and descriptions. Object, unit, variant,
// quantity and shipment date are kept (9.2).
func (t *tx) recreate(d *SalesDocument, old []*SalesLine) error {
	for _, l := range old {
		if !l.ShippedQuantity.IsZero() {
			return dialog("You cannot change the customer or the currency because the order has shipped lines.").in("9.2")
		}
		t.drop(d.lineSet(), l)
	}
	var fresh []*SalesLine
	for _, o := range old {
		if o.ServiceCharge {
			continue
		}
		l, err := t.again(d, o)
		if err != nil {
			return err
		}
		if err := t.place(d, l); err != nil {
			return err
		}
		fresh = append(fresh, l)
	}
	return t.settle(d, fresh, changed)
}

// again is a new line for the object of o.
func (t *tx) again(d *SalesDocument, o *SalesLine) (*SalesLine, error) {
	l := t.newLine(d)
	l.LineType = o.LineType
	if o.LineObjectNumber == "" {
		l.Description, l.Description2 = o.Description, o.Description2
		return l, nil
	}
	if err := t.object(d, l, "lineObjectNumber", o.LineObjectNumber); err != nil {
		return nil, err
	}
	l.ShipmentDate = o.ShipmentDate
	l.UnitOfMeasureID, l.UnitOfMeasureCode = o.UnitOfMeasureID, o.UnitOfMeasureCode
	if !none(o.ItemVariantID) {
		if err := t.variant(l, o.ItemVariantID); err != nil {
			return nil, err
		}
		l.ItemVariantID = o.ItemVariantID
	}
	if o.Quantity.IsZero() {
		return l, nil
	}
	return l, t.quantity(d, l, o.Quantity)
}

// convert turns prices and discounts of lines into those with or without tax (9.2).
func (t *tx) convert(d *SalesDocument, lines []*SalesLine) error {
	precision := t.precision(d)
	var fresh []*SalesLine
	for _, o := range lines {
		l := clone(o)
		factor := hundred.Add(l.TaxPercent).Div(hundred)
		if d.PricesIncludeTax {
			l.UnitPrice = l.UnitPrice.Mul(factor).Round(unitPlaces)
		} else {
			l.UnitPrice = l.UnitPrice.Div(factor).Round(unitPlaces)
		}
		l.DiscountAmount = percentOf(gross(l, precision), l.DiscountPercent, precision)
		t.put(d.lineSet(), l)
		fresh = append(fresh, l)
	}
	if d.DiscountIsFixed && !d.DiscountAmount.IsZero() {
		d.DiscountAmount = decimal.Min(d.DiscountAmount, discountBase(fresh, precision))
	}
	return t.settle(d, fresh, changed)
}
