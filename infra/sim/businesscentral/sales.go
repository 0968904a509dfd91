package businesscentral

import (
	"slices"
	"time"
)

// lineSets are the sets of lines by those of their documents.
var lineSets = map[string]string{setOrders: setOrderLines, setInvoices: setInvLines, setMemos: setMemoLines}

// documentSet is where a document is, lineSet where its lines are.
func (d *SalesDocument) documentSet() string { return documentSet(d.Invoice, d.CreditMemo) }

func (d *SalesDocument) lineSet() string { return lineSets[d.documentSet()] }

// documentSet is where the line's document is.
func (l *SalesLine) documentSet() string { return documentSet(l.Invoice, l.CreditMemo) }

func documentSet(invoice, memo bool) string {
	switch {
	case memo:
		return setMemos
	case invoice:
		return setInvoices
	}
	return setOrders
}

// linesOf are a document's lines in their order.
func (t *tx) linesOf(d *SalesDocument) []*SalesLine {
	var out []*SalesLine
	for _, r := range t.tables[d.lineSet()].of(d.ID) {
		if l, ok := r.(*SalesLine); ok {
			out = append(out, l)
		}
	}
	return out
}

// insertDocument is a POST: the header, the recurring lines that BC adds when it
// is inserted (9.2), the lines of the body.
func (t *tx) insertDocument(st *set, d *SalesDocument, in input) error {
	today := t.now.Format(time.DateOnly)
	d.CreditMemo = st.name == setMemos
	d.Invoice = d.CreditMemo || st.name == setInvoices
	d.Status, d.PostingDate, d.PartialShipping = "Draft", today, true
	if t.rules.sales.DateFromPerson {
		d.PostingDate = zeroDate
	}
	d.setDocumentDate(today)
	d.DueDate = today
	if err := t.assign(d, in); err != nil {
		return err
	}
	if none(d.CustomerID) {
		return dialog("The \"customerId\" or the \"customerNumber\" must be specified.").in("4.5")
	}
	if d.Number == "" {
		d.Number = t.next(t.documentSeries(d), st.name)
	}
	t.copyBillTo(d)
	if err := t.appliesTo(d); err != nil {
		return err
	}
	if err := t.store(st, d); err != nil {
		return err
	}
	fresh, err := t.addRecurring(d)
	if err != nil {
		return err
	}
	lines := sets[d.lineSet()]
	for _, child := range in.children[lines.name] {
		l := &SalesLine{}
		if err := t.addLine(l, d, child); err != nil {
			return err
		}
		fresh = append(fresh, l)
	}
	return t.settle(d, fresh, inserted)
}

// addRecurring adds the automatic recurring lines of the customer.
func (t *tx) addRecurring(d *SalesDocument) (fresh []*SalesLine, err error) {
	for _, r := range t.rules.recurring {
		if r.Customer != d.CustomerNumber {
			continue
		}
		l := t.newLine(d)
		if l.LineType = r.LineType; r.LineType == lineComment {
			l.Description = r.Description
		} else if err := t.object(d, l, "lineObjectNumber", r.Number); err != nil {
			return nil, err
		}
		if !r.Quantity.IsZero() {
			if err := t.quantity(d, l, r.Quantity); err != nil {
				return nil, err
			}
		}
		if err := t.place(d, l); err != nil {
			return nil, err
		}
		fresh = append(fresh, l)
	}
	return fresh, nil
}

func (t *tx) documentSeries(d *SalesDocument) *Series {
	switch {
	case d.CreditMemo:
		return t.series.CreditMemos
	case d.Invoice:
		return t.series.Invoices
	}
	return t.series.Orders
}

// editable: an unposted, unreleased document.
func editable(d *SalesDocument) error {
	switch {
	case d.Posted && d.CreditMemo:
		return dialog("The credit memo has been posted and can no longer be modified.").in("4.7")
	case d.Posted:
		return dialog("The invoice has been posted and can no longer be modified.").in("4.6")
	}
	if d.Status != "Draft" {
		return testField("Status must be equal to 'Open' in Sales Header: No.=%s. Current value is 'Released'.", d.Number).in("10.1")
	}
	return nil
}

func (t *tx) changeDocument(st *set, d *SalesDocument, in input) (row, error) {
	if d.Posted {
		for _, c := range in.changes {
			if !slices.Contains([]string{"dueDate", "promisedPayDate", "disputeStatus"}, c.name) {
				return nil, editable(d)
			}
		}
	} else if err := editable(d); err != nil && in.has(recreating...) {
		return nil, err
	}
	was := *d
	if err := t.assign(d, in); err != nil {
		return nil, err
	}
	if !d.Posted {
		t.copyBillTo(d)
		if err := t.appliesTo(d); err != nil {
			return nil, err
		}
	}
	changed := *d != was
	t.put(st.name, d)
	if rated := t.rated; len(rated) > 0 {
		t.rated = nil
		if err := t.settle(d, rated, inserted); err != nil {
			return nil, err
		}
		return t.tables[st.name].rows[d.ID], nil
	}
	if !changed || d.Posted {
		return d, nil
	}
	if err := t.followHeader(&was, d); err != nil {
		return nil, err
	}
	return t.tables[st.name].rows[d.ID], nil
}

func (t *tx) removeDocument(st *set, d *SalesDocument) error {
	if d.Posted {
		return t.removePosted(d)
	}
	if err := editable(d); err != nil {
		return err
	}
	for _, l := range t.linesOf(d) {
		if !l.ShippedQuantity.Equal(l.InvoicedQuantity) {
			return dialog("You cannot delete order %s because it has shipped lines that are not invoiced.", d.Number).in("10.1")
		}
	}
	t.dropDocument(st, d)
	if d.Invoice {
		t.swapIDs(d)
	}
	return nil
}

func (t *tx) dropDocument(st *set, d *SalesDocument) {
	for _, l := range t.linesOf(d) {
		t.drop(d.lineSet(), l)
	}
	t.drop(st.name, t.tables[st.name].rows[d.ID])
}

// removePosted is a DELETE of a posted invoice or credit memo: it deletes the posted document
// unless the setup protects it (10.2).
func (t *tx) removePosted(d *SalesDocument) error {
	before := t.rules.sales.DeleteBefore
	if before == "" || before == zeroDate || d.PostingDate >= before {
		return testField("Allow Document Deletion Before must be after %s in Sales & Receivables Setup: posted document %s cannot be deleted.", d.PostingDate, d.Number).in("10.2")
	}
	t.dropDocument(sets[d.documentSet()], d)
	return nil
}

// swapIDs is the trap of 10.2: after a draft was deleted, the posted invoice
// that once was a draft of the same number has the deleted one's id.
func (t *tx) swapIDs(deleted *SalesDocument) {
	for _, r := range t.tables[deleted.documentSet()].rows {
		d, ok := r.(*SalesDocument)
		if !ok || !d.Posted || d.PreAssigned != deleted.Number {
			continue
		}
		n := clone(d)
		n.ID = deleted.ID
		for _, l := range t.linesOf(d) {
			nl := clone(l)
			nl.DocumentID = n.ID
			t.put(n.lineSet(), nl)
		}
		t.drop(n.documentSet(), d)
		t.put(n.documentSet(), n)
		return
	}
}
