package businesscentral

import "github.com/shopspring/decimal"

// Series is a number series: Prefix and a number of Digits digits.
type Series struct {
	Code   string `json:"code"`
	Prefix string `json:"prefix"`
	Digits int    `json:"digits"`
	Last   int    `json:"last"`
	Manual bool   `json:"manual"` // a POST may bring its own number
}

// AllSeries are a company's number series.
type AllSeries struct {
	Customers, Items, Orders, Invoices, PostedInvoices, Shipments *Series
	CreditMemos, PostedMemos                                      *Series
}

// VATPosting is a row of the VAT posting setup. In a sales-tax company it is
// the rate of a tax area and a tax group.
type VATPosting struct {
	Business   string          `json:"business"`   // posting group, or tax area
	Product    string          `json:"product"`    // posting group, or tax group
	Identifier string          `json:"identifier"` // lines of one identifier are rounded together
	Percent    decimal.Decimal `json:"percent"`
}

// Template gives new customers their posting groups. The first whose countries
// hold the customer's applies; none means all.
type Template struct {
	Countries    []string `json:"countries"`
	GenBusGroup  string   `json:"genBusGroup"`
	VATBusGroup  string   `json:"vatBusGroup"`
	PaymentTerms string   `json:"paymentTerms"`
}

// SalesSetup is the sales & receivables setup as far as documents meet it.
type SalesSetup struct {
	LinkDocumentDate    bool   `json:"linkDocumentDate"`    // the document date is the posting date (9.2)
	CalcInvoiceDiscount bool   `json:"calcInvoiceDiscount"` // service charge lines are added (9.2)
	ServiceAccount      string `json:"serviceAccount"`      // of service charges
	BlankQuantities     bool   `json:"blankQuantities"`     // nothing to ship and invoice by default (10.1)
	DeleteBefore        string `json:"deleteBefore"`        // Allow Document Deletion Before, a date (10.2)
	DateFromPerson      bool   `json:"dateFromPerson"`      // the posting date of new documents is blank (10.1)
	ExactReversing      bool   `json:"exactReversing"`      // Exact Cost Reversing Mandatory (10.3)
	UserFrom            string `json:"userFrom"`            // posting dates of the client's user, not shown, which win over the ledger's (4.1)
	UserTo              string `json:"userTo"`
	ShipmentOnInvoice   bool   `json:"shipmentOnInvoice"` // an invoice that was no order's has a shipment too (10.2)
	ExternalMandatory   bool   `json:"externalMandatory"` // no posting without an external document number (4.5)
	LocationMandatory   bool   `json:"locationMandatory"` // nor of an item without location
	NoNegativeStock     bool   `json:"noNegativeStock"`   // nor of more than is there
}

// PostCode is a row of the post code table (9.2).
type PostCode struct {
	Code    string `json:"code"`
	City    string `json:"city"`
	County  string `json:"county"`
	Country string `json:"country"`
}

// PriceRule is a line of a sales price list. The lowest that fits applies.
type PriceRule struct {
	Customer    string          `json:"customer"`   // bill-to number; this and PriceGroup blank: everybody
	PriceGroup  string          `json:"priceGroup"` // of customers
	Item        string          `json:"item"`
	Variant     string          `json:"variant"`  // blank: all
	Unit        string          `json:"unit"`     // blank: all
	Currency    string          `json:"currency"` // blank: LCY, converted
	Minimum     decimal.Decimal `json:"minimum"`  // quantity
	Price       decimal.Decimal `json:"price"`
	IncludesTax bool            `json:"includesTax"`
}

// DiscountRule is a line discount. The highest that fits applies.
type DiscountRule struct {
	Customer string          `json:"customer"` // bill-to number; this and Group blank: everybody
	Group    string          `json:"group"`    // discount group of customers
	Item     string          `json:"item"`     // blank: all items
	Variant  string          `json:"variant"`
	Unit     string          `json:"unit"`
	Currency string          `json:"currency"` // blank: any
	Minimum  decimal.Decimal `json:"minimum"`  // quantity
	Percent  decimal.Decimal `json:"percent"`
}

// InvoiceDiscount is a customer's discount on the whole invoice, and the
// service charge. Of those whose Minimum the lines reach the highest applies.
type InvoiceDiscount struct {
	Code          string          `json:"code"`     // see [Customer.InvoiceDiscount]
	Currency      string          `json:"currency"` // blank: LCY
	Minimum       decimal.Decimal `json:"minimum"`  // amount
	Percent       decimal.Decimal `json:"percent"`
	ServiceCharge decimal.Decimal `json:"serviceCharge"`
}

// ShipTo is a ship-to address of a customer.
type ShipTo struct {
	Customer     string `json:"customer"`
	Code         string `json:"code"`
	Name         string `json:"name"`
	Contact      string `json:"contact"`
	AddressLine1 string `json:"addressLine1"`
	AddressLine2 string `json:"addressLine2"`
	City         string `json:"city"`
	State        string `json:"state"`
	Country      string `json:"country"`
	PostalCode   string `json:"postalCode"`
	Phone        string `json:"phone"`
	Location     string `json:"location"`       // code
	Method       string `json:"shipmentMethod"` // code
}

// AltVAT is an alternative VAT registration of a customer: documents shipped to
// Country have Business as their VAT business group (9.2).
type AltVAT struct {
	Customer string `json:"customer"` // bill-to number
	Country  string `json:"country"`
	Business string `json:"business"`
}

// Recurring is an automatic recurring sales line of a customer.
type Recurring struct {
	Customer    string          `json:"customer"`
	LineType    string          `json:"lineType"`
	Number      string          `json:"lineObjectNumber"`
	Quantity    decimal.Decimal `json:"quantity"`
	Description string          `json:"description"`
}

// Data is a company to simulate: what a new database would hold. Ids are made
// from names and codes where they are empty. It is plain data and can be read
// from JSON; [Company.Add] takes one with a part of it.
type Data struct {
	Name        string                 `json:"name"`
	Information Information            `json:"information"`
	Setup       LedgerSetup            `json:"setup"`
	Sales       SalesSetup             `json:"sales"`
	SalesTax    bool                   `json:"salesTax"`   // US and CA: tax areas instead of VAT
	References  map[string][]Reference `json:"references"` // by entity set
	Accounts    []Account              `json:"accounts"`
	Banks       []BankAccount          `json:"bankAccounts"`
	Customers   []Customer             `json:"customers"`
	Items       []Item                 `json:"items"`
	Variants    []Variant              `json:"variants"` // ItemNumber and Code are enough
	VAT         []VATPosting           `json:"vat"`
	StandardTax string                 `json:"standardTax"` // tax group of items that name none
	Templates   []Template             `json:"templates"`
	Salespeople []string               `json:"salespeople"`
	PostCodes   []PostCode             `json:"postCodes"`
	ShipTos     []ShipTo               `json:"shipTos"`
	Prices      []PriceRule            `json:"prices"`
	Discounts   []DiscountRule         `json:"discounts"`
	Invoice     []InvoiceDiscount      `json:"invoiceDiscounts"`
	Recurring   []Recurring            `json:"recurring"`
	AltVAT      []AltVAT               `json:"alternativeVAT"`
	Series      AllSeries              `json:"series"`
}

// ID is the company's id.
func (d *Data) ID() string { return guidOf("company/" + d.Name) }
