package businesscentral

import "slices"

// Fields whose writing has a rule of its own (9.1.5, 9.2).
var (
	shipToNames   = []string{"shipToName", "shipToContact"}
	shipToAddress = []string{
		"shipToAddressLine1", "shipToAddressLine2", "shipToCity", "shipToCountry", "shipToState", "shipToPostCode",
	}
	sellToAddress = []string{
		"sellToAddressLine1", "sellToAddressLine2", "sellToCity", "sellToCountry", "sellToState", "sellToPostCode",
	}
)

// validateDocument is the field logic of a header.
func (t *tx) validateDocument(d *SalesDocument, c change, creating bool) error {
	if err := t.checkContact(c); err != nil {
		if c.name == "phoneNumber" {
			return asAPIError(err).in("9.2")
		}
		return err
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
		return t.fixDiscount(d, c, creating)
	case "pricesIncludeTax":
		if t.rules.salesTax && c.v == true {
			return dialog("The \"pricesIncludeTax\" cannot be set to true, since VAT is not used in this company.").in("4.5")
		}
	case "postingDate":
		return t.moveDate(d, c)
	case "orderDate", "invoiceDate", "creditMemoDate":
		c.set(d, c.v)
		if t.rules.sales.LinkDocumentDate {
			d.setDocumentDate(d.PostingDate)
		}
		t.due(d)
		return nil
	}
	if err := t.referenced(c); err != nil {
		return err
	}
	switch {
	case slices.Contains(shipToNames, c.name), slices.Contains(shipToAddress, c.name):
		return t.setShipTo(d, c)
	case slices.Contains(sellToAddress, c.name):
		return t.setSellTo(d, c)
	case slices.Contains(billToAddress, c.name):
		return t.setBillTo(d, c)
	}
	c.set(d, c.v)
	if c.name == "paymentTermsId" {
		t.due(d)
	}
	return nil
}

func (d *SalesDocument) setDocumentDate(date string) {
	switch {
	case d.CreditMemo:
		d.CreditMemoDate = date
	case d.Invoice:
		d.InvoiceDate = date
	default:
		d.OrderDate = date
	}
}

func (d *SalesDocument) documentDate() string {
	switch {
	case d.CreditMemo:
		return d.CreditMemoDate
	case d.Invoice:
		return d.InvoiceDate
	}
	return d.OrderDate
}

// customer finds who a document is for and whether that is allowed.
func (t *tx) customer(d *SalesDocument, field, v string) (*Customer, error) {
	cust, ok := byID[*Customer](t.Company, setCustomers, v)
	if field == "customerNumber" || field == "billToCustomerNumber" {
		cust, ok = lookup[*Customer](t.Company, setCustomers, v)
	}
	if !ok {
		return nil, dialog("The customer cannot be found: %s.", v).in("4.5")
	}
	if cust.Blocked == "All" || cust.Blocked == "Invoice" && !d.CreditMemo || cust.Blocked == "Ship" && !d.Invoice {
		return nil, dialog("You cannot create this type of document when Customer %s is blocked with type %s.", cust.Number, cust.Blocked).in("10.8")
	}
	if cust.GenBusGroup == "" {
		return nil, testField("Gen. Bus. Posting Group must have a value in Customer: No.=%s. It cannot be zero or empty.", cust.Number).in("4.2")
	}
	return cust, nil
}

// sellTo takes over the customer's card, over whatever was set before (9.2).
func (t *tx) sellTo(d *SalesDocument, field, v string) error {
	cust, err := t.customer(d, field, v)
	if err != nil {
		return err
	}
	d.CustomerID, d.CustomerNumber, d.CustomerName = cust.ID, cust.Number, cust.DisplayName
	d.SellToAddressLine1, d.SellToAddressLine2, d.SellToCity = cust.AddressLine1, cust.AddressLine2, cust.City
	d.SellToCountry, d.SellToState, d.SellToPostCode = cust.Country, cust.State, cust.PostalCode
	d.SellToContact, d.PhoneNumber, d.Email = cust.Contact, cust.PhoneNumber, cust.Email
	d.Salesperson, d.PartialShipping = cust.SalespersonCode, !cust.ShipComplete
	d.TaxArea, d.TaxLiable = cust.TaxArea, cust.TaxLiable
	payer := cust.ID
	if cust.BillTo != "" {
		p, ok := lookup[*Customer](t.Company, setCustomers, cust.BillTo)
		if !ok {
			return noRelation("billToCustomerNumber", cust.BillTo, "Customer").in("9.2")
		}
		payer = p.ID
	}
	if err := t.billTo(d, "billToCustomerId", payer); err != nil {
		return err
	}
	t.shipToCard(d, cust)
	if cust.ShipTo != "" {
		return t.shipToCode(d, cust.ShipTo)
	}
	return nil
}

// billTo sets what follows the customer who pays: name, address, currency,
// prices including tax, terms, price and discount groups, VAT group (9.2).
func (t *tx) billTo(d *SalesDocument, field, v string) error {
	cust, err := t.customer(d, field, v)
	if err != nil {
		return err
	}
	d.BillToCustomerID, d.BillToCustomerNumber, d.BillToName = cust.ID, cust.Number, cust.DisplayName
	d.BillToAddressLine1, d.BillToAddressLine2, d.BillToCity = cust.AddressLine1, cust.AddressLine2, cust.City
	d.BillToCountry, d.BillToState, d.BillToPostCode = cust.Country, cust.State, cust.PostalCode
	d.PaymentTermsID, d.VATBusGroup, d.PricesIncludeTax = cust.PaymentTermsID, cust.VATBusGroup, cust.PricesIncludeTax
	t.due(d)
	d.CurrencyID, d.CurrencyCode = cust.CurrencyID, cust.CurrencyCode
	d.PriceGroup, d.DiscountGroup, d.DiscountCode = cust.PriceGroup, cust.DiscountGroup, cust.InvoiceDiscount
	if d.DiscountCode == "" {
		d.DiscountCode = cust.Number
	}
	return nil
}

// copyBillTo copies the sell-to address, never name and contact, to the bill-to
// address on every write while both are one customer (9.2).
func (t *tx) copyBillTo(d *SalesDocument) {
	if d.CreditMemo || d.CustomerID != d.BillToCustomerID { // a memo's is written by the client (9.5)
		return
	}
	d.BillToAddressLine1, d.BillToAddressLine2, d.BillToCity = d.SellToAddressLine1, d.SellToAddressLine2, d.SellToCity
	d.BillToCountry, d.BillToState, d.BillToPostCode = d.SellToCountry, d.SellToState, d.SellToPostCode
}

// shipToCard resets the whole ship-to to the sell-to customer's card.
func (t *tx) shipToCard(d *SalesDocument, cust *Customer) {
	d.ShipToCode, d.ShipToName, d.ShipToContact, d.ShipToPhone = "", cust.DisplayName, cust.Contact, cust.PhoneNumber
	d.ShipToAddressLine1, d.ShipToAddressLine2, d.ShipToCity = cust.AddressLine1, cust.AddressLine2, cust.City
	d.ShipToCountry, d.ShipToState, d.ShipToPostCode = cust.Country, cust.State, cust.PostalCode
	d.ShipmentMethodID, d.Location = cust.ShipmentMethodID, cust.Location
}

// shipToCode takes over a ship-to address of the customer.
func (t *tx) shipToCode(d *SalesDocument, code string) error {
	i := slices.IndexFunc(t.rules.shipTos, func(s ShipTo) bool { return s.Customer == d.CustomerNumber && s.Code == code })
	if i < 0 {
		return noRelation("shipToCode", code, "Ship-to Address").in("9.2")
	}
	s := t.rules.shipTos[i]
	d.ShipToCode, d.ShipToName, d.ShipToContact, d.ShipToPhone = s.Code, s.Name, s.Contact, s.Phone
	d.ShipToAddressLine1, d.ShipToAddressLine2, d.ShipToCity = s.AddressLine1, s.AddressLine2, s.City
	d.ShipToCountry, d.ShipToState, d.ShipToPostCode = s.Country, s.State, s.PostalCode
	if s.Location != "" {
		d.Location = s.Location
	}
	if s.Method != "" {
		d.ShipmentMethodID = t.tables[setMethods].keys[s.Method]
	}
	return nil
}

// setShipTo writes a field of the ship-to. It clears the ship-to code; if there
// was one, the whole ship-to first becomes the customer's card (9.2).
func (t *tx) setShipTo(d *SalesDocument, c change) error {
	if d.ShipToCode != "" {
		if cust, ok := byID[*Customer](t.Company, setCustomers, d.CustomerID); ok {
			t.shipToCard(d, cust)
		}
	}
	c.set(d, c.v)
	switch c.name {
	case "shipToCountry":
		t.clearCounty(d.ShipToCountry, &d.ShipToState)
	case "shipToPostCode":
		t.postCode(d.ShipToPostCode, &d.ShipToCity, &d.ShipToState, &d.ShipToCountry)
	}
	t.alternativeVAT(d)
	return nil
}

// alternativeVAT gives the document the VAT business group that its payer has in
// the country it is shipped to, else the card's.
func (t *tx) alternativeVAT(d *SalesDocument) {
	cust, ok := byID[*Customer](t.Company, setCustomers, d.BillToCustomerID)
	if !ok {
		return
	}
	group := cust.VATBusGroup
	for _, a := range t.rules.altVAT {
		if a.Customer == cust.Number && a.Country == d.ShipToCountry {
			group = a.Business
		}
	}
	d.VATBusGroup = group
}

// setSellTo writes a field of the sell-to address. The ship-to follows while
// both are equal in address, phone and contact and it has no code (9.2).
func (t *tx) setSellTo(d *SalesDocument, c change) error {
	follows := d.ShipToCode == "" && d.ShipToPhone == d.PhoneNumber && d.ShipToContact == d.SellToContact &&
		d.ShipToAddressLine1 == d.SellToAddressLine1 && d.ShipToAddressLine2 == d.SellToAddressLine2 && d.ShipToCity == d.SellToCity &&
		d.ShipToCountry == d.SellToCountry && d.ShipToState == d.SellToState && d.ShipToPostCode == d.SellToPostCode
	c.set(d, c.v)
	switch c.name {
	case "sellToCountry":
		t.clearCounty(d.SellToCountry, &d.SellToState)
	case "sellToPostCode":
		t.postCode(d.SellToPostCode, &d.SellToCity, &d.SellToState, &d.SellToCountry)
	}
	if follows {
		d.ShipToAddressLine1, d.ShipToAddressLine2, d.ShipToCity = d.SellToAddressLine1, d.SellToAddressLine2, d.SellToCity
		d.ShipToCountry, d.ShipToState, d.ShipToPostCode = d.SellToCountry, d.SellToState, d.SellToPostCode
		t.alternativeVAT(d)
	}
	return nil
}
