package businesscentral

// moveDate is a new posting date. In a foreign currency it is a new exchange rate, and
// lines with a discount percent are validated again: that is refused of a released
// document, and the discount is worked out from the percent, so that a cent can move
// (10.1).
func (t *tx) moveDate(d *SalesDocument, c change) error {
	was := d.PostingDate
	c.set(d, c.v)
	if t.rules.sales.LinkDocumentDate {
		d.setDocumentDate(d.PostingDate)
	}
	if d.CurrencyCode == "" || d.PostingDate == was {
		return nil
	}
	precision := t.precision(d)
	for _, old := range t.linesOf(d) {
		if old.DiscountPercent.IsZero() {
			continue
		}
		if d.Status != "Draft" {
			return testField("Status must be equal to 'Open' in Sales Header: No.=%s. Current value is 'Released'.", d.Number).in("10.1")
		}
		l := clone(old)
		l.DiscountAmount = percentOf(gross(l, precision), l.DiscountPercent, precision)
		t.put(d.lineSet(), l)
		t.rated = append(t.rated, l)
	}
	return nil
}
