package businesscentral

import (
	"net/http"
	"slices"

	"github.com/shopspring/decimal"
)

// act is a bound action.
func (t *tx) act(a *address, o operation) (response, error) {
	if o.method != http.MethodPost {
		return response{}, notAllowed(o.method, a.action)
	}
	if a.set.name == setJournals {
		return t.actJournal(a, o)
	}
	do := t.actions(a.set.name)[a.action]
	if do == nil {
		return response{}, refuse(http.StatusNotFound, codeNotFound, "Could not find the action '%s' on %s, or it is not simulated.", a.action, a.set.name).in("10.1")
	}
	d, ok := byID[*SalesDocument](t.Company, a.set.name, a.id)
	if !ok {
		return response{}, noRecord(a.set.schema.entity, a.id)
	}
	if err := ifMatch(o, d, false); err != nil {
		return response{}, err
	}
	order := d.Number
	if err := do(d); err != nil {
		return response{}, err
	}
	r := response{status: http.StatusNoContent, header: map[string]string{}}
	if first := t.firstInvoiceOf(order); first != nil && a.set.name == setOrders { // with several, an old one (10.1)
		r.header["Location"] = o.root + "companies(" + t.id + ")/" + setInvoices + "(" + first.ID + ")"
	}
	return r, nil
}

// actions are those of a set, by their names in lower case.
func (t *tx) actions(set string) map[string]func(*SalesDocument) error {
	switch set {
	case setOrders:
		return map[string]func(*SalesDocument) error{"shipandinvoice": t.postDocument}
	case setInvoices:
		return map[string]func(*SalesDocument) error{"post": t.postDocument, "cancel": t.cancelInvoice}
	case setMemos:
		return map[string]func(*SalesDocument) error{"post": t.postMemo}
	}
	return nil
}

// firstInvoiceOf is the posted invoice of an order that has the lowest number.
func (t *tx) firstInvoiceOf(order string) (first *SalesDocument) {
	for _, r := range t.tables[setInvoices].rows {
		d, ok := r.(*SalesDocument)
		if ok && d.Posted && d.OrderNumber == order && (first == nil || d.Number < first.Number) {
			first = d
		}
	}
	return first
}

// postDocument posts in the steps in which BC commits: an
// error after the numbers were taken leaves them on the document, and an ETag
// that is no longer the client's.
func (t *tx) postDocument(d *SalesDocument) error {
	if d.Posted {
		return dialog("The action can be applied to a draft invoice only.").in("4.6")
	}
	d = clone(d)
	t.put(d.documentSet(), d)
	t.commit()
	lines := t.linesOf(d)
	if err := t.checkPosting(d, lines); err != nil {
		return err
	}
	d = clone(d)
	ships, invoices := toPost(d, lines)
	if d.ShippingNo == "" && (ships && !d.Invoice || d.Invoice && t.rules.sales.ShipmentOnInvoice) {
		d.ShippingNo = t.next(t.series.Shipments, setShipments)
	}
	if d.PostingNo == "" && invoices {
		d.PostingNo = t.next(t.series.PostedInvoices, setInvoices)
	}
	t.put(d.documentSet(), d)
	t.commit()
	if t.failPosting != "" {
		text := t.failPosting
		t.failPosting = ""
		return dialog("%s", text)
	}
	return t.ledger(clone(d), lines)
}

// toPost says what BC makes of a document's lines (10.1).
func toPost(d *SalesDocument, lines []*SalesLine) (ships, invoices bool) {
	for _, l := range lines {
		ships = ships || !shipping(d, l).IsZero()
		invoices = invoices || !invoicing(d, l).IsZero()
	}
	return ships, invoices
}

// shipping and invoicing are what a posting takes of a line: of an invoice all.
func shipping(d *SalesDocument, l *SalesLine) decimal.Decimal {
	switch {
	case d.Invoice:
		return l.Quantity
	case d.CreditMemo: // goods come back
		return l.Quantity.Neg()
	}
	return l.ShipQuantity
}

func invoicing(d *SalesDocument, l *SalesLine) decimal.Decimal {
	if d.Invoice || d.CreditMemo {
		return l.Quantity
	}
	return l.InvoiceQuantity
}

// ledger is the part that is one transaction: shipment, invoice, and what
// becomes of the draft.
func (t *tx) ledger(d *SalesDocument, lines []*SalesLine) error {
	inv := clone(d)
	inv.Invoice, inv.Posted, inv.Status, inv.Number = true, true, "Open", d.PostingNo
	inv.InvoiceDate = d.documentDate()
	inv.ShippingNo, inv.PostingNo = "", ""
	if d.Invoice {
		for _, l := range lines {
			t.stock(l, l.Quantity)
		}
		inv.PreAssigned = d.Number
		t.put(setInvoices, inv) // keeps its id; the draft's number is free again (10.2)
		if t.rules.sales.ShipmentOnInvoice {
			t.shipInvoice(d, lines)
		}
		return t.book(inv, documentInvoice, inv.Number)
	}
	inv.ID, inv.OrderID, inv.OrderNumber, inv.DiscountAmount, inv.DiscountIsFixed = t.srv.guid(), d.ID, d.Number, decimal.Zero, true
	ship := shipmentOf(d, t.srv.guid())
	var shipped []*ShipmentLine
	var invoiced []*SalesLine
	done := true
	for _, old := range lines {
		l := clone(old)
		shipped = append(shipped, t.shipmentLineOf(ship, l, t.srv.guid()))
		t.stock(l, l.ShipQuantity)
		il, discount := t.invoiceLineOf(d, inv, l)
		inv.DiscountAmount = inv.DiscountAmount.Add(discount)
		invoiced = append(invoiced, il)
		l.ShippedQuantity, l.InvoicedQuantity = l.ShippedQuantity.Add(l.ShipQuantity), l.InvoicedQuantity.Add(l.InvoiceQuantity)
		l.ShipQuantity, l.InvoiceQuantity = l.Quantity.Sub(l.ShippedQuantity), l.Quantity.Sub(l.InvoicedQuantity)
		if t.rules.sales.BlankQuantities {
			l.ShipQuantity, l.InvoiceQuantity = decimal.Zero, decimal.Zero
		}
		done = done && l.InvoicedQuantity.Equal(l.Quantity)
		t.put(setOrderLines, l)
	}
	if slices.ContainsFunc(shipped, func(l *ShipmentLine) bool { return !l.Quantity.IsZero() }) {
		t.put(setShipments, ship)
		for _, l := range shipped {
			t.put(setShipLines, l)
		}
	}
	if err := t.putInvoice(inv, invoiced); err != nil {
		return err
	}
	if done {
		t.dropDocument(sets[setOrders], clone(d))
		return nil
	}
	d.ShippingNo, d.PostingNo, d.Status = "", "", "Open" // released
	t.put(setOrders, d)
	return t.settle(d, nil, changed)
}

// invoiceLineOf is an order line in an invoice, with quantity 0 where nothing of
// it is invoiced, and its part of the invoice discount. It keeps the sequence,
// and takes over the id unless an earlier invoice has it (10.1).
func (t *tx) invoiceLineOf(d, inv *SalesDocument, l *SalesLine) (il *SalesLine, discount decimal.Decimal) {
	il = clone(l)
	il.DocumentID, il.Invoice = inv.ID, true
	if t.tables[setInvLines].rows[l.ID] != nil {
		il.ID = t.srv.guid()
	}
	discount = decimal.Zero
	if !l.Quantity.IsZero() {
		precision := t.precision(d)
		il.DiscountAmount = roundTo(l.DiscountAmount.Mul(l.InvoiceQuantity).Div(l.Quantity), precision)
		discount = roundTo(l.InvoiceDiscountAllocation.Mul(l.InvoiceQuantity).Div(l.Quantity), precision)
	}
	il.Quantity, il.InvoiceDiscountAllocation = l.InvoiceQuantity, decimal.Zero
	return il, discount
}

// putInvoice stores a posted invoice unless nothing was invoiced.
func (t *tx) putInvoice(inv *SalesDocument, lines []*SalesLine) error {
	if !slices.ContainsFunc(lines, func(l *SalesLine) bool { return !l.Quantity.IsZero() }) {
		return nil
	}
	t.put(setInvoices, inv)
	for _, l := range lines {
		t.put(setInvLines, l)
	}
	if err := t.settle(inv, lines, inserted); err != nil {
		return err
	}
	return t.book(inv, documentInvoice, inv.Number)
}

// shipInvoice posts the shipment of an invoice that was no order's: it names none.
func (t *tx) shipInvoice(d *SalesDocument, lines []*SalesLine) {
	ship := shipmentOf(d, t.srv.guid())
	ship.OrderNumber, ship.InvoiceDate = "", d.InvoiceDate
	t.put(setShipments, ship)
	for _, l := range lines {
		sl := t.shipmentLineOf(ship, l, t.srv.guid())
		sl.Quantity = l.Quantity
		t.put(setShipLines, sl)
	}
}

func shipmentOf(d *SalesDocument, id string) *Shipment {
	return &Shipment{
		Record: Record{ID: id}, Number: d.ShippingNo, ExternalDocumentNumber: d.ExternalDocumentNumber, InvoiceDate: d.OrderDate,
		PostingDate: d.PostingDate, DueDate: d.PostingDate, CustomerID: d.CustomerID, CustomerNumber: d.CustomerNumber, CustomerName: d.CustomerName,
		ShipToName: d.ShipToName, ShipToContact: d.ShipToContact, ShipToAddressLine1: d.ShipToAddressLine1, ShipToAddressLine2: d.ShipToAddressLine2,
		ShipToCity: d.ShipToCity, ShipToCountry: d.ShipToCountry, ShipToState: d.ShipToState, ShipToPostCode: d.ShipToPostCode,
		CurrencyCode: d.CurrencyCode, OrderNumber: d.Number, PricesIncludeTax: d.PricesIncludeTax, PhoneNumber: d.PhoneNumber, Email: d.Email,
		Parcel: d.Parcel,
	}
}

func (t *tx) shipmentLineOf(s *Shipment, l *SalesLine, id string) *ShipmentLine {
	kind := map[string]string{lineItem: "Item", lineAccount: "G_x002F_L_x0020_Account", lineComment: blankEnum}[l.LineType]
	return &ShipmentLine{
		Record: Record{ID: id}, DocumentID: s.ID, DocumentNo: s.Number, Sequence: l.Sequence, LineType: kind, LineObjectNumber: l.LineObjectNumber,
		Description: l.Description, Description2: l.Description2, UnitOfMeasureCode: l.UnitOfMeasureCode, UnitPrice: l.UnitPrice, Quantity: l.ShipQuantity,
		DiscountPercent: l.DiscountPercent, TaxPercent: l.TaxPercent, ShipmentDate: l.ShipmentDate,
		LineParcel: t.lineParcel(s, l),
	}
}
