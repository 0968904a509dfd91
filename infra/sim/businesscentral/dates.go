package businesscentral

import (
	"regexp"
	"strconv"
	"time"
)

// days is the only form of a date formula that the simulator knows.
var days = regexp.MustCompile(`^(\d{1,4})D$`)

// due sets the due date by the terms: whoever writes terms, customer or document date
// gets it worked out anew, over one that was written before (9.2).
func (t *tx) due(d *SalesDocument) {
	date, err := time.Parse(time.DateOnly, d.documentDate())
	if err != nil {
		return
	}
	n := 0
	if terms, ok := byID[*Reference](t.Company, setTerms, d.PaymentTermsID); ok {
		if m := days.FindStringSubmatch(terms.DueDateCalculation); m != nil {
			n, _ = strconv.Atoi(m[1])
		}
	}
	d.DueDate = date.AddDate(0, 0, n).Format(time.DateOnly)
}

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
