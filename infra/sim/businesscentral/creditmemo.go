package businesscentral

import (
	"slices"

	"github.com/shopspring/decimal"
)

// billToAddress are fields of a credit memo that the client writes (9.5). Those of
// orders and invoices are copies of sell-to.
var billToAddress = []string{
	"billToAddressLine1", "billToAddressLine2", "billToCity", "billToCountry", "billToState", "billToPostCode",
}

// setBillTo writes a field of a credit memo's bill-to address, with the rules of
// any address.
func (t *tx) setBillTo(d *SalesDocument, c change) error {
	c.set(d, c.v)
	switch c.name {
	case "billToCountry":
		t.clearCounty(d.BillToCountry, &d.BillToState)
	case "billToPostCode":
		t.postCode(d.BillToPostCode, &d.BillToCity, &d.BillToState, &d.BillToCountry)
	}
	return nil
}

// appliesTo completes the pair of fields that names the invoice which a credit
// memo applies to. Whether it can be applied to is not checked before posting (10.3).
func (t *tx) appliesTo(d *SalesDocument) error {
	if !d.CreditMemo || none(d.InvoiceID) && d.InvoiceNumber == "" {
		d.InvoiceID = zeroGUID
		return nil
	}
	for _, r := range t.tables[setInvoices].rows {
		i, ok := r.(*SalesDocument)
		if !ok || !i.Posted || i.Number != d.InvoiceNumber && i.ID != d.InvoiceID {
			continue
		}
		if !none(d.InvoiceID) && d.InvoiceNumber != "" && (i.Number != d.InvoiceNumber || i.ID != d.InvoiceID) {
			return dialog("The \"invoiceId\" and the \"invoiceNumber\" values do not match to a specific invoice.").in("4.7")
		}
		d.InvoiceID, d.InvoiceNumber = i.ID, i.Number
		return nil
	}
	return dialog("The posted invoice %s%s does not exist.", d.InvoiceNumber, d.InvoiceID).in("9.5")
}

// postMemo posts a credit memo: no sign of a line or of the total is checked, and
// no invoice is needed (10.3). The draft keeps its id, and its number is free again.
func (t *tx) postMemo(d *SalesDocument) error {
	if d.Posted {
		return dialog("The action can be applied to a draft credit memo only.").in("4.7")
	}
	d = clone(d)
	t.put(setMemos, d)
	t.commit()
	lines := t.linesOf(d)
	if err := t.checkMemo(d, lines); err != nil {
		return err
	}
	d = clone(d)
	if d.PostingNo == "" {
		d.PostingNo = t.next(t.series.PostedMemos, setMemos)
	}
	t.put(setMemos, d)
	t.commit()
	if t.failPosting != "" {
		text := t.failPosting
		t.failPosting = ""
		return dialog("%s", text)
	}
	for _, l := range lines {
		t.stock(l, l.Quantity.Neg())
	}
	memo := clone(d)
	memo.Posted, memo.Status, memo.Number, memo.PostingNo, memo.PreAssigned = true, "Open", d.PostingNo, "", d.Number
	t.apply(memo)
	t.put(setMemos, memo)
	return t.book(memo, documentCreditMemo, memo.Number)
}

func (t *tx) checkMemo(d *SalesDocument, lines []*SalesLine) error {
	cust, ok := byID[*Customer](t.Company, setCustomers, d.BillToCustomerID)
	if d.Status == statusReview {
		return dialog("This document can only be released when the approval process is complete.").in("4.5")
	}
	switch {
	case !slices.ContainsFunc(lines, func(l *SalesLine) bool { return !l.Quantity.IsZero() }):
		return dialog("Please add at least one line item to the credit memo.").in("4.7")
	case !ok || cust.Blocked == "All":
		return dialog("You cannot post this type of document when Customer %s is blocked.", d.BillToCustomerNumber).in("10.8")
	}
	if err := t.checkHeader(d); err != nil {
		return err
	}
	for _, l := range lines {
		if err := t.checkPostedLine(d, l); err != nil {
			return err
		}
		if t.rules.sales.ExactReversing && l.LineType == lineItem && l.Quantity.IsPositive() {
			return testField("Appl.-from Item Entry must have a value in Sales Line: Line No.=%d. It cannot be zero or empty.", l.Sequence).in("10.3")
		}
	}
	if d.InvoiceNumber == "" {
		return nil
	}
	i, ok := byID[*SalesDocument](t.Company, setInvoices, d.InvoiceID)
	if !ok || !i.RemainingAmount.IsPositive() || i.BillToCustomerID != d.BillToCustomerID {
		return dialog("Invoice %s has no open entry of customer %s that can be applied to.", d.InvoiceNumber, d.BillToCustomerNumber).in("10.3")
	}
	return nil
}

// apply takes a posted memo off the invoice that it applies to, up to what remains.
func (t *tx) apply(memo *SalesDocument) {
	i, ok := byID[*SalesDocument](t.Company, setInvoices, memo.InvoiceID)
	if !ok || memo.InvoiceNumber == "" {
		return
	}
	n := clone(i)
	part := decimal.Min(n.RemainingAmount, memo.TotalAmountIncludingTax)
	if n.RemainingAmount = n.RemainingAmount.Sub(part); n.RemainingAmount.IsZero() {
		n.Status = "Paid"
	}
	t.put(setInvoices, n)
}

// SalesCreditMemos are drafts and posted credit memos.
func (c *Company) SalesCreditMemos() []SalesDocument { return copies[SalesDocument](c, setMemos) }

// PostMemo posts a credit memo, as a person in BC would.
func (c *Company) PostMemo(number string) error {
	return c.inTransaction(setMemos, number, (*tx).postMemo)
}

// DeleteMemo deletes a draft, as a person in BC would.
func (c *Company) DeleteMemo(number string) error {
	return c.inTransaction(setMemos, number, func(t *tx, d *SalesDocument) error { return t.removeDocument(sets[setMemos], d) })
}

// EditMemo changes a credit memo's header.
func (c *Company) EditMemo(number string, f func(*SalesDocument)) error {
	return edit(c, setMemos, number, f)
}
