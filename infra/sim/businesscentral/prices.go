package businesscentral

import "github.com/shopspring/decimal"

// reprice is BC's price calculation (9.3): the price of a rule, card: else the
// item card's, else the price stays; and the discount of a rule, 0 without one.
func (t *tx) reprice(d *SalesDocument, l *SalesLine, card bool) error {
	i, ok := byID[*Item](t.Company, setItems, l.ItemID)
	if !ok || l.LineType != lineItem {
		return nil
	}
	rate, err := t.rate(d)
	if err != nil {
		return err
	}
	if price, found := t.rulePrice(d, l, i, rate); found {
		l.UnitPrice = price
	} else if card {
		l.UnitPrice = priceIn(d, l, i.UnitPrice, i.PriceIncludesTax, rate)
	}
	l.DiscountPercent = t.ruleDiscount(d, l, i)
	l.DiscountAmount = percentOf(gross(l, t.precision(d)), l.DiscountPercent, t.precision(d))
	return nil
}

// priceIn turns a price in local currency into one of the document.
func priceIn(d *SalesDocument, l *SalesLine, price decimal.Decimal, includesTax bool, rate decimal.Decimal) decimal.Decimal {
	switch {
	case d.PricesIncludeTax && !includesTax:
		price = price.Mul(factorOf(l))
	case !d.PricesIncludeTax && includesTax:
		price = price.Div(factorOf(l))
	}
	return price.Div(rate).Round(unitPlaces)
}

func (t *tx) rulePrice(d *SalesDocument, l *SalesLine, i *Item, rate decimal.Decimal) (best decimal.Decimal, found bool) {
	for _, r := range t.rules.prices[i.Number] {
		currency := t.currencyKey(r.Currency)
		if r.Customer != "" && r.Customer != d.BillToCustomerNumber || r.PriceGroup != "" && r.PriceGroup != d.PriceGroup ||
			currency != "" && currency != d.CurrencyCode || r.Unit != "" && r.Unit != l.UnitOfMeasureCode ||
			r.Variant != "" && r.Variant != t.variantCode(l) || l.Quantity.Abs().LessThan(r.Minimum) {
			continue
		}
		by := rate
		if currency != "" {
			by = decimal.NewFromInt(1)
		}
		if p := priceIn(d, l, r.Price, r.IncludesTax, by); !found || p.LessThan(best) {
			best, found = p, true
		}
	}
	return best, found
}

func (t *tx) ruleDiscount(d *SalesDocument, l *SalesLine, i *Item) decimal.Decimal {
	best := decimal.Zero
	for _, r := range t.rules.discounts {
		if r.Customer != "" && r.Customer != d.BillToCustomerNumber || r.Group != "" && r.Group != d.DiscountGroup ||
			r.Currency != "" && t.currencyKey(r.Currency) != d.CurrencyCode || r.Item != "" && r.Item != i.Number ||
			r.Unit != "" && r.Unit != l.UnitOfMeasureCode || r.Variant != "" && r.Variant != t.variantCode(l) ||
			l.Quantity.Abs().LessThan(r.Minimum) {
			continue
		}
		best = decimal.Max(best, r.Percent)
	}
	return best
}

func (t *tx) variantCode(l *SalesLine) string {
	if v, ok := byID[*Variant](t.Company, setVariants, l.ItemVariantID); ok {
		return v.Code
	}
	return ""
}

// setTax finds the line's tax: of the customer's group and the line's, in a
// sales-tax company of the document's tax area and the line's tax group.
func (t *tx) setTax(d *SalesDocument, l *SalesLine, code string) error {
	business := d.VATBusGroup
	if t.rules.salesTax {
		business = d.TaxArea
	}
	for _, v := range t.rules.vat {
		if v.Business != business || v.Product != code {
			continue
		}
		l.TaxGroup, l.TaxCode, l.TaxPercent, l.VATIdentifier = code, v.Identifier, v.Percent, v.Identifier
		if t.rules.salesTax {
			l.TaxCode, l.VATIdentifier = code, ""
			if !d.TaxLiable {
				l.TaxPercent = decimal.Zero
			}
		}
		return nil
	}
	if t.rules.salesTax { // no rate there: no tax
		l.TaxGroup, l.TaxCode, l.TaxPercent = code, code, decimal.Zero
		return nil
	}
	return refuse(404, "Internal_RecordNotFound", "The VAT Posting Setup does not exist. Identification fields and values: "+
		"VAT Bus. Posting Group='%s',VAT Prod. Posting Group='%s'", business, code).in("9.3")
}

// taxCode changes the tax. With prices that include it, the price of an item
// line follows, so that the net price stays.
func (t *tx) taxCode(d *SalesDocument, l *SalesLine, code string) error {
	if l.LineType == lineComment {
		return testField("Type must not be ' ' in Sales Line.").in("9.3")
	}
	if err := t.exists(setTaxGroups, "taxCode", code); err != nil {
		return asAPIError(err).in("9.3")
	}
	old := l.TaxPercent
	if err := t.setTax(d, l, code); err != nil {
		return err
	}
	if d.PricesIncludeTax && l.LineType == lineItem && !old.Equal(l.TaxPercent) {
		l.UnitPrice = l.UnitPrice.Mul(hundred.Add(l.TaxPercent)).Div(hundred.Add(old)).Round(unitPlaces)
		l.DiscountAmount = percentOf(gross(l, t.precision(d)), l.DiscountPercent, t.precision(d))
	}
	return nil
}
