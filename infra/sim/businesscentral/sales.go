package businesscentral

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// lineSet and documentSet are where a document's lines and a line's document are.
func lineSet(invoice bool) string {
	if invoice {
		return setInvLines
	}
	return setOrderLines
}

func documentSet(invoice bool) string {
	if invoice {
		return setInvoices
	}
	return setOrders
}

// linesOf are a document's lines in their order.
func (t *tx) linesOf(d *SalesDocument) []*SalesLine {
	var out []*SalesLine
	for _, r := range t.tables[lineSet(d.Invoice)].of(d.ID) {
		if l, ok := r.(*SalesLine); ok {
			out = append(out, l)
		}
	}
	return out
}

func (t *tx) insertDocument(st *set, d *SalesDocument, in input) error {
	today := t.now.Format(time.DateOnly)
	d.Invoice = st.name == setInvoices
	d.Status, d.PostingDate, d.CurrencyCode, d.PartialShipping = "Draft", today, t.lcy(), true
	if d.Invoice {
		d.InvoiceDate, d.DueDate = today, today
	} else {
		d.OrderDate = today
	}
	if err := t.assign(d, in); err != nil {
		return err
	}
	if none(d.CustomerID) {
		return dialog("The \"customerId\" or the \"customerNumber\" must be specified.")
	}
	if d.Number == "" {
		d.Number = t.next(t.documentSeries(d), st.name)
	}
	if err := t.store(st, d); err != nil {
		return err
	}
	lines := sets[lineSet(d.Invoice)]
	for _, child := range in.children[lines.name] {
		if err := t.addLine(lines, &SalesLine{}, d, child); err != nil {
			return err
		}
	}
	return t.recalculate(d.ID, d.Invoice)
}

func (t *tx) documentSeries(d *SalesDocument) *Series {
	if d.Invoice {
		return t.series.Invoices
	}
	return t.series.Orders
}

// editable: an unposted, unreleased document.
func editable(d *SalesDocument) error {
	if d.Posted {
		return dialog("The invoice has been posted and can no longer be modified.")
	}
	if d.Status != "Draft" {
		return testField("Status must be equal to 'Open' in Sales Header: No.=%s. Current value is 'Released'.", d.Number)
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
	if err := t.assign(d, in); err != nil {
		return nil, err
	}
	t.put(st.name, d)
	if err := t.recalculate(d.ID, d.Invoice); err != nil {
		return nil, err
	}
	return t.tables[st.name].rows[d.ID], nil
}

func (t *tx) removeDocument(st *set, d *SalesDocument) error {
	if err := editable(d); err != nil {
		return err
	}
	for _, l := range t.linesOf(d) {
		if !l.ShippedQuantity.Equal(l.InvoicedQuantity) {
			return dialog("You cannot delete order %s because it has shipped lines that are not invoiced.", d.Number)
		}
	}
	for _, l := range t.linesOf(d) {
		t.drop(lineSet(d.Invoice), l)
	}
	t.drop(st.name, d)
	return nil
}

// validateDocument is the field logic of a header.
func (t *tx) validateDocument(d *SalesDocument, c change) error {
	if err := t.checkContact(c); err != nil {
		return err
	}
	if slices.Contains(recreating, c.name) && len(t.linesOf(d)) > 0 {
		return refuse(400, "Application_CallbackNotAllowed",
			"If you change %s, the existing sales lines will be deleted and new lines created. Do you want to continue?", c.name)
	}
	text, _ := c.v.(string)
	switch c.name {
	case "number":
		return t.manual(d, c, t.documentSeries(d))
	case "customerId", "customerNumber":
		return t.sellTo(d, c.name, text)
	case "billToCustomerId", "billToCustomerNumber":
		return t.billTo(d, c.name, text)
	case "currencyId", "currencyCode":
		return t.currency(d, c)
	case "discountAmount":
		return t.invoiceDiscount(d, c)
	}
	if err := t.referenced(c); err != nil {
		return err
	}
	c.set(d, c.v)
	// The addresses follow the sell-to address.
	switch c.name {
	case "sellToAddressLine1":
		d.ShipToAddressLine1, d.BillToAddressLine1 = text, text
	case "sellToAddressLine2":
		d.ShipToAddressLine2, d.BillToAddressLine2 = text, text
	case "sellToCity":
		d.ShipToCity, d.BillToCity = text, text
	case "sellToCountry":
		d.ShipToCountry, d.BillToCountry = text, text
	case "sellToState":
		d.ShipToState, d.BillToState = text, text
	case "sellToPostCode":
		d.ShipToPostCode, d.BillToPostCode = text, text
	}
	return nil
}

// customer finds who a document is for and whether that is allowed.
func (t *tx) customer(d *SalesDocument, field, v string) (*Customer, error) {
	cust, ok := byID[*Customer](t.Company, setCustomers, v)
	if field == "customerNumber" || field == "billToCustomerNumber" {
		cust, ok = lookup[*Customer](t.Company, setCustomers, v)
	}
	if !ok {
		return nil, dialog("The customer cannot be found: %s.", v)
	}
	if cust.Blocked == "All" || cust.Blocked == "Invoice" || cust.Blocked == "Ship" && !d.Invoice {
		return nil, dialog("You cannot create this type of document when Customer %s is blocked with type %s.", cust.Number, cust.Blocked)
	}
	if cust.GenBusGroup == "" {
		return nil, testField("Gen. Bus. Posting Group must have a value in Customer: No.=%s. It cannot be zero or empty.", cust.Number)
	}
	return cust, nil
}

// sellTo takes over the customer's card, over whatever was set before.
func (t *tx) sellTo(d *SalesDocument, field, v string) error {
	cust, err := t.customer(d, field, v)
	if err != nil {
		return err
	}
	d.CustomerID, d.CustomerNumber, d.CustomerName = cust.ID, cust.Number, cust.DisplayName
	d.SellToAddressLine1, d.SellToAddressLine2, d.SellToCity = cust.AddressLine1, cust.AddressLine2, cust.City
	d.SellToCountry, d.SellToState, d.SellToPostCode = cust.Country, cust.State, cust.PostalCode
	d.ShipToName, d.ShipToContact = cust.DisplayName, ""
	d.ShipToAddressLine1, d.ShipToAddressLine2, d.ShipToCity = cust.AddressLine1, cust.AddressLine2, cust.City
	d.ShipToCountry, d.ShipToState, d.ShipToPostCode = cust.Country, cust.State, cust.PostalCode
	d.PhoneNumber, d.Email, d.ShipmentMethodID, d.Salesperson = cust.PhoneNumber, cust.Email, cust.ShipmentMethodID, cust.SalespersonCode
	return t.billTo(d, "customerId", cust.ID)
}

// billTo sets what follows the customer who pays.
func (t *tx) billTo(d *SalesDocument, field, v string) error {
	cust, err := t.customer(d, field, v)
	if err != nil {
		return err
	}
	d.BillToCustomerID, d.BillToCustomerNumber, d.BillToName = cust.ID, cust.Number, cust.DisplayName
	d.BillToAddressLine1, d.BillToAddressLine2, d.BillToCity = cust.AddressLine1, cust.AddressLine2, cust.City
	d.BillToCountry, d.BillToState, d.BillToPostCode = cust.Country, cust.State, cust.PostalCode
	d.PaymentTermsID, d.VATBusGroup = cust.PaymentTermsID, cust.VATBusGroup
	d.CurrencyID, d.CurrencyCode = cust.CurrencyID, cust.CurrencyCode
	if d.CurrencyCode == "" {
		d.CurrencyCode = t.lcy()
	}
	return nil
}

func (t *tx) currency(d *SalesDocument, c change) error {
	text, _ := c.v.(string)
	if text == "" || text == t.lcy() || c.name == "currencyId" && none(text) {
		d.CurrencyID, d.CurrencyCode = zeroGUID, t.lcy()
		return nil
	}
	id, code := d.CurrencyID, d.CurrencyCode
	if err := t.setPair(c, &id, &code, "currencyId", "currencyCode", setCurrencies); err != nil {
		return err
	}
	if cur, ok := lookup[*Reference](t.Company, setCurrencies, code); !ok || !cur.Rate.IsPositive() {
		return dialog("There is no currency exchange rate for %s on %s.", code, d.PostingDate)
	}
	d.CurrencyID, d.CurrencyCode = id, code
	return nil
}

func (t *tx) invoiceDiscount(d *SalesDocument, c change) error {
	v, ok := c.v.(decimal.Decimal)
	base := decimal.Zero
	for _, l := range t.linesOf(d) {
		if l.LineType == lineItem {
			base = base.Add(lineAmount(l, t.precision(d)))
		}
	}
	if !ok || !base.IsPositive() {
		return dialog("There are no lines with Allow Invoice Disc.: the invoice discount cannot be applied.")
	}
	if v.IsNegative() || v.GreaterThan(base) {
		return dialog("The invoice discount must be between 0 and %s.", base)
	}
	d.DiscountAmount = v
	return nil
}
