package businesscentral

import (
	"slices"

	"github.com/shopspring/decimal"
)

const (
	lineItem    = "Item"
	lineAccount = "Account"
	lineComment = "Comment"
)

const unitPlaces = 5 // decimals of unit prices and quantities

var hundred = decimal.NewFromInt(100)

func (t *tx) insertLine(st *set, l *SalesLine, owner row, in input) error {
	d, ok := owner.(*SalesDocument)
	if !ok {
		for _, c := range in.changes {
			if id, isText := c.v.(string); c.name == "documentId" && isText {
				d, ok = byID[*SalesDocument](t.Company, documentSet(st.name == setInvLines, st.name == setMemoLines), id)
			}
		}
	}
	if !ok {
		return dialog("You must specify a Document Id to get the lines.")
	}
	if err := editable(d); err != nil {
		return err
	}
	if err := t.addLine(l, d, in); err != nil {
		return err
	}
	return t.settle(d, []*SalesLine{l}, inserted)
}

// newLine is a blank line of a document.
func (t *tx) newLine(d *SalesDocument) *SalesLine {
	return &SalesLine{Record: Record{ID: t.srv.guid()}, DocumentID: d.ID, Invoice: d.Invoice, CreditMemo: d.CreditMemo, LineType: lineItem, ShipmentDate: d.PostingDate}
}

// addLine stores a line of a body, without the document's totals.
func (t *tx) addLine(l *SalesLine, d *SalesDocument, in input) error {
	if _, err := t.rate(d); err != nil {
		return err
	}
	id := l.ID
	*l = *t.newLine(d)
	if id != "" {
		l.ID = id
	}
	if err := t.assign(l, in); err != nil {
		return err
	}
	if l.DocumentID != d.ID {
		return dialog("The documentId does not match to the document of the address.").in("4.0")
	}
	return t.place(d, l)
}

// place stores a new line under its sequence, the next one if it has none.
func (t *tx) place(d *SalesDocument, l *SalesLine) error {
	set := d.lineSet()
	if l.Sequence == 0 {
		l.Sequence = 10_000
		if lines := t.linesOf(d); len(lines) > 0 {
			l.Sequence += lines[len(lines)-1].Sequence
		}
	}
	if t.tables[set].byKey(keyOf(l)) != nil {
		return dialog("You cannot insert a line because a line already exists.").in("4.5")
	}
	t.put(set, l)
	return nil
}

func (t *tx) changeLine(st *set, l *SalesLine, in input) (row, error) {
	d, ok := byID[*SalesDocument](t.Company, l.documentSet(), l.DocumentID)
	if !ok {
		return nil, noRecord("salesOrder", l.DocumentID)
	}
	if err := editable(d); err != nil && !onlyQuantities(in) {
		return nil, err
	}
	for _, c := range in.changes {
		if slices.Contains([]string{"sequence", "lineType", "lineObjectNumber", "itemId", "accountId"}, c.name) && !c.same(l, c.v) {
			return nil, dialog("The value of %s of an existing line cannot be changed.", c.name).in("4.5")
		}
	}
	if err := t.assign(l, in); err != nil {
		return nil, err
	}
	t.put(st.name, l)
	if err := t.settle(d, []*SalesLine{l}, patched); err != nil {
		return nil, err
	}
	return t.tables[st.name].rows[l.ID], nil
}

// onlyQuantities: what to ship and to invoice can be set on a released order.
func onlyQuantities(in input) bool {
	return !slices.ContainsFunc(in.changes, func(c change) bool { return c.name != "shipQuantity" && c.name != "invoiceQuantity" })
}

func (t *tx) removeLine(st *set, l *SalesLine) error {
	d, ok := byID[*SalesDocument](t.Company, l.documentSet(), l.DocumentID)
	if !ok {
		return noRecord("salesOrder", l.DocumentID)
	}
	if err := editable(d); err != nil {
		return err
	}
	if !l.ShippedQuantity.Equal(l.InvoicedQuantity) {
		return dialog("You cannot delete the order line because it is associated with a shipment.")
	}
	t.drop(st.name, l)
	return t.settle(d, nil, changed)
}

// validateLine is the field logic of a line (9.3).
func (t *tx) validateLine(l *SalesLine, c change) error {
	d, ok := byID[*SalesDocument](t.Company, l.documentSet(), l.DocumentID)
	if !ok {
		return noRecord("salesOrder", l.DocumentID)
	}
	text, _ := c.v.(string)
	switch c.name {
	case "lineType":
		*l = SalesLine{Record: l.Record, DocumentID: l.DocumentID, Sequence: l.Sequence, Invoice: l.Invoice, CreditMemo: l.CreditMemo, ShipmentDate: l.ShipmentDate, Description: l.Description}
		if !slices.Contains([]string{lineItem, lineAccount, lineComment}, text) {
			return refuse(400, codeUnimplemented, "The simulator has no lines of type %s.", text).in("4.5")
		}
	case "lineObjectNumber", "itemId", "accountId":
		return t.object(d, l, c.name, text)
	case "itemVariantId":
		if err := t.variant(l, text); err != nil {
			return err
		}
		l.ItemVariantID = text
		return t.reprice(d, l, false)
	case "locationId":
		if err := t.referenced(c); err != nil {
			return err
		}
	case "unitOfMeasureId", "unitOfMeasureCode":
		return t.unit(d, l, c)
	case "taxCode":
		return t.taxCode(d, l, text)
	default:
		return t.lineNumber(d, l, c)
	}
	c.set(l, c.v)
	return nil
}

// lineNumber is the field logic of quantities, prices and discounts.
func (t *tx) lineNumber(d *SalesDocument, l *SalesLine, c change) error {
	number, _ := c.v.(decimal.Decimal)
	switch c.name {
	case "quantity":
		return t.quantity(d, l, number.Round(unitPlaces))
	case "unitPrice":
		if err := hasNumber(l); err != nil {
			return err
		}
		l.UnitPrice = number.Round(unitPlaces)
		l.DiscountAmount = percentOf(gross(l, t.precision(d)), l.DiscountPercent, t.precision(d))
		return nil
	case "discountAmount":
		return discount(l, number, t.precision(d))
	case "discountPercent":
		if number.IsNegative() || number.GreaterThan(hundred) {
			return dialog("The value in the Line Discount %% field must be between 0 and 100.").in("9.3")
		}
		l.DiscountPercent = number.Round(unitPlaces)
		l.DiscountAmount = percentOf(gross(l, t.precision(d)), l.DiscountPercent, t.precision(d))
		return nil
	case "shipQuantity":
		if number.Abs().GreaterThan(l.Quantity.Sub(l.ShippedQuantity).Abs()) {
			return dialog("You cannot ship more than %s units.", l.Quantity.Sub(l.ShippedQuantity)).in("10.1")
		}
		l.InvoiceQuantity = number.Add(l.ShippedQuantity).Sub(l.InvoicedQuantity) // the first resets the second
	case "invoiceQuantity":
		if most := l.ShipQuantity.Add(l.ShippedQuantity).Sub(l.InvoicedQuantity); number.Abs().GreaterThan(most.Abs()) {
			return dialog("You cannot invoice more than %s units.", most).in("10.1")
		}
	}
	c.set(l, c.v)
	return nil
}

func hasNumber(l *SalesLine) error {
	if l.LineType == lineComment {
		return testField("Type must not be ' ' in Sales Line.").in("4.5")
	}
	if l.LineObjectNumber == "" {
		return testField("No. must have a value in Sales Line: Line No.=%d. It cannot be zero or empty.", l.Sequence).in("9.3")
	}
	return nil
}

// object is the item or account of a line.
func (t *tx) object(d *SalesDocument, l *SalesLine, field, v string) error {
	switch {
	case l.LineType == lineComment:
		return testField("Type must not be ' ' in Sales Line.")
	case field == "itemId" && l.LineType != lineItem, field == "accountId" && l.LineType != lineAccount && l.LineObjectNumber != "":
		return dialog("The %s does not fit the lineType %s.", field, l.LineType)
	case field == "accountId":
		l.LineType = lineAccount
	}
	if l.LineType == lineAccount {
		a, ok := lookup[*Account](t.Company, setAccounts, v)
		if field == "accountId" {
			a, ok = byID[*Account](t.Company, setAccounts, v)
		}
		if !ok {
			return dialog("Account does not exist.").in("4.5")
		}
		return t.account(d, l, a)
	}
	i, ok := lookup[*Item](t.Company, setItems, v)
	if field == "itemId" {
		i, ok = byID[*Item](t.Company, setItems, v)
	}
	if !ok {
		return dialog("Item does not exist.").in("4.5")
	}
	if i.Blocked {
		return testField("Blocked must be equal to 'No' in Item: No.=%s. Current value is 'Yes'.", i.Number).in("4.5")
	}
	if i.GenProdGroup == "" {
		return testField("Gen. Prod. Posting Group must have a value in Item: No.=%s. It cannot be zero or empty.", i.Number)
	}
	l.ItemID, l.AccountID, l.LineObjectNumber = i.ID, zeroGUID, i.Number
	l.Description, l.Description2 = i.DisplayName, i.DisplayName2
	l.UnitOfMeasureID, l.UnitOfMeasureCode = i.BaseUnitOfMeasureID, i.BaseUnitOfMeasureCode
	l.AllowDiscount = !i.NoInvoiceDiscount
	if id := t.tables[setLocations].keys[d.Location]; id != "" {
		l.LocationID = id
	}
	if err := t.setTax(d, l, i.VATProdGroup); err != nil {
		return err
	}
	return t.reprice(d, l, true)
}

func (t *tx) account(d *SalesDocument, l *SalesLine, a *Account) error {
	switch {
	case a.AccountType != "Posting":
		return testField("Account Type must be equal to 'Posting' in G/L Account: No.=%s. Current value is '%s'.", a.Number, a.AccountType).in("4.1")
	case a.Blocked:
		return testField("Blocked must be equal to 'No' in G/L Account: No.=%s. Current value is 'Yes'.", a.Number).in("4.1")
	case !a.DirectPosting:
		return testField("Direct Posting must be equal to 'Yes' in G/L Account: No.=%s. Current value is 'No'.", a.Number).in("4.1")
	}
	l.AccountID, l.ItemID, l.LineObjectNumber, l.Description = a.ID, zeroGUID, a.Number, a.DisplayName
	if a.VATProdGroup == "" {
		return nil // posting will fail
	}
	return t.setTax(d, l, a.VATProdGroup)
}

func (t *tx) variant(l *SalesLine, id string) error {
	if none(id) {
		return nil
	}
	v, ok := byID[*Variant](t.Company, setVariants, id)
	if !ok || v.ItemID != l.ItemID {
		return dialog("The \"itemVariantId\" does not match to a variant of item %s.", l.LineObjectNumber).in("4.5")
	}
	if v.Description != "" {
		l.Description = v.Description
	}
	return nil
}

func (t *tx) unit(d *SalesDocument, l *SalesLine, c change) error {
	id, code := l.UnitOfMeasureID, l.UnitOfMeasureCode
	if err := t.setPair(c, &id, &code, "unitOfMeasureId", "unitOfMeasureCode", setUnits); err != nil {
		return err
	}
	if i, ok := byID[*Item](t.Company, setItems, l.ItemID); ok && code != i.BaseUnitOfMeasureCode && code != "" && !i.has(code) {
		return noRelation(c.name, code, "Item Unit of Measure").in("9.3")
	}
	l.UnitOfMeasureID, l.UnitOfMeasureCode = id, code
	return t.reprice(d, l, true)
}

func (t *tx) quantity(d *SalesDocument, l *SalesLine, q decimal.Decimal) error {
	if err := hasNumber(l); err != nil {
		return err
	}
	if q.Abs().LessThan(l.ShippedQuantity.Abs()) {
		return testField("Quantity must not be less than %s: that has been shipped.", l.ShippedQuantity).in("10.1")
	}
	l.Quantity = q
	if !t.rules.sales.BlankQuantities {
		l.ShipQuantity, l.InvoiceQuantity = q.Sub(l.ShippedQuantity), q.Sub(l.InvoicedQuantity)
	}
	if l.LineType == lineItem {
		return t.reprice(d, l, false)
	}
	l.DiscountAmount = percentOf(gross(l, t.precision(d)), l.DiscountPercent, t.precision(d))
	return nil
}

func discount(l *SalesLine, amount, precision decimal.Decimal) error {
	if l.Quantity.IsZero() {
		return testField("Quantity must have a value in Sales Line: Line No.=%d. It cannot be zero or empty.", l.Sequence).in("9.3")
	}
	percent := decimal.Zero
	if g := gross(l, precision); !g.IsZero() {
		percent = amount.Mul(hundred).Div(g).Round(unitPlaces)
	}
	if percent.IsNegative() || percent.GreaterThan(hundred) {
		return dialog("The value in the Line Discount %% field must be between 0 and 100.").in("9.3")
	}
	l.DiscountAmount, l.DiscountPercent = roundTo(amount, precision), percent
	return nil
}
