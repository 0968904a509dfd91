package businesscentral

import (
	"github.com/shopspring/decimal"
)

// checkPosting refuses what BC does not post (4.5, 10.1). The first that is wrong is
// the answer.
func (t *tx) checkPosting(d *SalesDocument, lines []*SalesLine) error {
	if d.Status == statusReview {
		return dialog("This document can only be released when the approval process is complete.").in("4.5")
	}
	if ships, invoices := toPost(d, lines); !ships && !invoices {
		if d.Invoice {
			return dialog("Please add at least one line item to the invoice.").in("4.6")
		}
		return dialog("There is nothing to post.").in("10.1")
	}
	if err := t.checkHeader(d); err != nil {
		return err
	}
	if err := t.checkPayer(d, lines); err != nil {
		return err
	}
	total := decimal.Zero // of the part to be invoiced (10.1)
	for _, l := range lines {
		switch {
		case d.Invoice:
			total = total.Add(l.NetAmountIncludingTax)
		case !l.Quantity.IsZero():
			total = total.Add(l.NetAmountIncludingTax.Mul(l.InvoiceQuantity).Div(l.Quantity))
		}
		if err := t.checkPostedLine(d, l); err != nil {
			return err
		}
	}
	if total.IsNegative() {
		return dialog("The total amount must be positive.").in("10.1")
	}
	return nil
}

const statusReview = "In_x0020_Review"

func (t *tx) checkHeader(d *SalesDocument) error {
	from, to := t.setup.AllowPostingFrom, t.setup.AllowPostingTo
	if s := t.rules.sales; s.UserFrom > zeroDate || s.UserTo > zeroDate {
		from, to = s.UserFrom, s.UserTo
	}
	switch {
	case d.PostingDate == zeroDate || d.PostingDate == "":
		return testField("Posting Date must have a value in Sales Header: No.=%s. It cannot be zero or empty.", d.Number).in("10.1")
	case from > zeroDate && d.PostingDate < from || to > zeroDate && d.PostingDate > to:
		return dialog("The Posting Date %s is not within your range of allowed posting dates.", d.PostingDate).in("4.5")
	case d.documentDate() == zeroDate || d.documentDate() == "":
		return testField("Document Date must have a value in Sales Header: No.=%s. It cannot be zero or empty.", d.Number).in("10.1")
	case t.rules.sales.ExternalMandatory && d.ExternalDocumentNumber == "":
		return testField("External Document No. must have a value in Sales Header: No.=%s. It cannot be zero or empty.", d.Number).in("4.5")
	}
	return nil
}

// checkPayer looks at the customer's card as it is now (10.8).
func (t *tx) checkPayer(d *SalesDocument, lines []*SalesLine) error {
	cust, ok := byID[*Customer](t.Company, setCustomers, d.BillToCustomerID)
	ships, invoices := toPost(d, lines)
	blocked := !ok
	if ok {
		switch cust.Blocked {
		case "All":
			blocked = true
		case "Invoice":
			blocked = invoices
		case "Ship":
			blocked = ships
		}
	}
	if blocked {
		return dialog("You cannot post this type of document when Customer %s is blocked.", d.BillToCustomerNumber).in("10.8")
	}
	if d.PartialShipping || d.Invoice || !ships {
		return nil
	}
	for _, l := range lines {
		if !l.ShipQuantity.Equal(l.Quantity.Sub(l.ShippedQuantity)) {
			return dialog("This order must be a complete shipment.").in("4.5")
		}
	}
	return nil
}

// checkPostedLine looks at what a line is about as it is now. A line of which
// nothing is posted is not looked at.
func (t *tx) checkPostedLine(d *SalesDocument, l *SalesLine) error {
	quantity := shipping(d, l)
	if quantity.IsZero() && invoicing(d, l).IsZero() || l.LineType == lineComment {
		return nil
	}
	if l.LineType == lineAccount {
		a, ok := byID[*Account](t.Company, setAccounts, l.AccountID)
		switch {
		case !ok:
			return nil
		case a.Blocked:
			return testField("Blocked must be equal to 'No' in G/L Account: No.=%s. Current value is 'Yes'.", a.Number).in("4.1")
		case a.AccountType != "Posting":
			return testField("Account Type must be equal to 'Posting' in G/L Account: No.=%s. Current value is '%s'.", a.Number, a.AccountType).in("4.1")
		case a.GenProdGroup == "" || l.TaxGroup == "":
			return testField("Gen. Prod. Posting Group must have a value in Sales Line: Line No.=%d. It cannot be zero or empty.", l.Sequence).in("4.1")
		}
		return t.checkPair(d, l)
	}
	i, ok := byID[*Item](t.Company, setItems, l.ItemID)
	switch {
	case !ok:
		return nil
	case i.Blocked:
		return testField("Blocked must be equal to 'No' in Item: No.=%s. Current value is 'Yes'.", i.Number).in("4.5")
	case i.GenProdGroup == "":
		return testField("Gen. Prod. Posting Group must have a value in Sales Line: Line No.=%d. It cannot be zero or empty.", l.Sequence).in("4.5")
	case t.rules.sales.LocationMandatory && none(l.LocationID):
		return testField("Location Code must have a value in Sales Line: Line No.=%d. It cannot be zero or empty.", l.Sequence).in("4.5")
	case t.rules.sales.NoNegativeStock && i.Type == "Inventory" && quantity.GreaterThan(i.Inventory):
		return dialog("You have insufficient quantity of Item %s on inventory.", i.Number).in("4.5")
	}
	return t.checkPair(d, l)
}

// checkPair wants the posting setup that a line was made by.
func (t *tx) checkPair(d *SalesDocument, l *SalesLine) error {
	if t.rules.salesTax {
		return nil
	}
	for _, v := range t.rules.vat {
		if v.Business == d.VATBusGroup && v.Product == l.TaxGroup {
			return nil
		}
	}
	return refuse(404, "Internal_RecordNotFound", "The VAT Posting Setup does not exist. Identification fields and values: VAT Bus. Posting Group='%s',VAT Prod. Posting Group='%s'", d.VATBusGroup, l.TaxGroup).in("4.5")
}
