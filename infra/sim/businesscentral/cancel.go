package businesscentral

import "github.com/shopspring/decimal"

// cancelInvoice takes a posted invoice back by a corrective credit memo of all of it
// (10.2). The memo is in the ledger; the invoice is Canceled by it.
func (t *tx) cancelInvoice(d *SalesDocument) error {
	switch {
	case !d.Posted:
		return dialog("The action can be applied to a posted invoice only.").in("4.6")
	case d.Status == "Canceled":
		return dialog("You cannot cancel this posted sales invoice because it has already been canceled.").in("10.2")
	case d.Status == "Corrective":
		return dialog("You cannot cancel this posted sales invoice because it represents a correction of a credit memo.").in("10.2")
	case d.Status == "Paid", d.RemainingAmount.LessThan(d.TotalAmountIncludingTax):
		return dialog("You cannot cancel this posted sales invoice because it is fully or partially paid.").in("10.2")
	}
	lines := t.linesOf(d)
	if err := t.checkHeader(d); err != nil {
		return err
	}
	if err := t.checkPayer(d, lines); err != nil {
		return err
	}
	for _, l := range lines {
		if err := t.checkPostedLine(d, l); err != nil {
			return err
		}
	}
	d = clone(d)
	d.Status, d.RemainingAmount = "Canceled", decimal.Zero
	t.put(setInvoices, d)
	for _, l := range lines {
		t.stock(l, l.Quantity.Neg())
	}
	return t.book(d, documentCreditMemo, t.next(t.series.PostedMemos, setMemos))
}
