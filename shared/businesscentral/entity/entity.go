// Package entity holds Business Central's API v2.0 entities as plain data.
//
// BC runs its field logic in the order of the JSON, and later fields can
// overwrite what earlier ones set: the order of the struct fields is the order
// BC wants and must not be changed. Fields that BC computes carry omitempty and
// are left zero in requests. Domain packages may import this package; it does no I/O.
package entity

import "encoding/json"

// Decimal is a JSON number kept as its digits; BC sends and wants numbers, and
// a float would lose cents.
type Decimal = json.Number

// SalesOrder is salesOrders.
type SalesOrder struct {
	ETag string `json:"@odata.etag,omitempty"`
	ID   string `json:"id,omitempty"`

	Number                 string `json:"number,omitempty"`                 // ≤ 20; only where the series allows manual numbers
	ExternalDocumentNumber string `json:"externalDocumentNumber,omitempty"` // ≤ 35
	OrderDate              string `json:"orderDate,omitempty"`              // yyyy-mm-dd
	PostingDate            string `json:"postingDate,omitempty"`
	CustomerNumber         string `json:"customerNumber,omitempty"`
	BillToCustomerNumber   string `json:"billToCustomerNumber,omitempty"`
	CurrencyCode           string `json:"currencyCode,omitempty"`
	PricesIncludeTax       *bool  `json:"pricesIncludeTax,omitempty"`

	ShipToName         string `json:"shipToName,omitempty"`
	ShipToContact      string `json:"shipToContact,omitempty"`
	SellToAddressLine1 string `json:"sellToAddressLine1,omitempty"`
	SellToAddressLine2 string `json:"sellToAddressLine2,omitempty"`
	SellToCity         string `json:"sellToCity,omitempty"`
	SellToCountry      string `json:"sellToCountry,omitempty"`
	SellToState        string `json:"sellToState,omitempty"`
	SellToPostCode     string `json:"sellToPostCode,omitempty"`
	ShipToAddressLine1 string `json:"shipToAddressLine1,omitempty"`
	ShipToAddressLine2 string `json:"shipToAddressLine2,omitempty"`
	ShipToCity         string `json:"shipToCity,omitempty"`
	ShipToCountry      string `json:"shipToCountry,omitempty"`
	ShipToState        string `json:"shipToState,omitempty"`
	ShipToPostCode     string `json:"shipToPostCode,omitempty"`
	PaymentTermsID     string `json:"paymentTermsId,omitempty"`
	ShipmentMethodID   string `json:"shipmentMethodId,omitempty"`
	Salesperson        string `json:"salesperson,omitempty"`
	PhoneNumber        string `json:"phoneNumber,omitempty"` // letters are refused
	Email              string `json:"email,omitempty"`

	Lines []SalesOrderLine `json:"salesOrderLines,omitempty"`

	// Computed by BC.
	CustomerName            string  `json:"customerName,omitempty"`
	BillToAddressLine1      string  `json:"billToAddressLine1,omitempty"`
	BillToAddressLine2      string  `json:"billToAddressLine2,omitempty"`
	BillToCity              string  `json:"billToCity,omitempty"`
	BillToCountry           string  `json:"billToCountry,omitempty"`
	BillToState             string  `json:"billToState,omitempty"`
	BillToPostCode          string  `json:"billToPostCode,omitempty"`
	DiscountAmount          Decimal `json:"discountAmount,omitempty"`
	TotalAmountExcludingTax Decimal `json:"totalAmountExcludingTax,omitempty"`
	TotalTaxAmount          Decimal `json:"totalTaxAmount,omitempty"`
	TotalAmountIncludingTax Decimal `json:"totalAmountIncludingTax,omitempty"`
	FullyShipped            bool    `json:"fullyShipped,omitempty"`
	Status                  string  `json:"status,omitempty"`
	LastModifiedDateTime    string  `json:"lastModifiedDateTime,omitempty"`
}

// Line types of documents, as BC encodes them in JSON.
const (
	LineItem    = "Item"
	LineAccount = "Account"
	LineComment = "Comment"
)

// SalesOrderLine is salesOrderLines, and in deep inserts a member of SalesOrder.
type SalesOrderLine struct {
	ETag       string `json:"@odata.etag,omitempty"`
	ID         string `json:"id,omitempty"`
	DocumentID string `json:"documentId,omitempty"`

	Sequence          int    `json:"sequence,omitempty"`
	LineType          string `json:"lineType,omitempty"`
	LineObjectNumber  string `json:"lineObjectNumber,omitempty"`
	ItemVariantID     string `json:"itemVariantId,omitempty"`
	LocationID        string `json:"locationId,omitempty"`
	UnitOfMeasureCode string `json:"unitOfMeasureCode,omitempty"`
	// TaxCode comes before the price: in documents with prices including VAT, a
	// change of the rate rescales the price that is there.
	TaxCode        string  `json:"taxCode,omitempty"`
	Quantity       Decimal `json:"quantity,omitempty"`
	UnitPrice      Decimal `json:"unitPrice,omitempty"`
	DiscountAmount Decimal `json:"discountAmount,omitempty"`
	Description    string  `json:"description,omitempty"`
	Description2   string  `json:"description2,omitempty"`

	// Computed by BC, or written by later steps only.
	TaxPercent         Decimal `json:"taxPercent,omitempty"`
	AmountExcludingTax Decimal `json:"amountExcludingTax,omitempty"`
	TotalTaxAmount     Decimal `json:"totalTaxAmount,omitempty"`
	AmountIncludingTax Decimal `json:"amountIncludingTax,omitempty"`
	// Net amounts are the booked ones, after invoice discount and with carried
	// cents: their sums are the document's totals.
	NetAmount             Decimal `json:"netAmount,omitempty"`
	NetTaxAmount          Decimal `json:"netTaxAmount,omitempty"`
	NetAmountIncludingTax Decimal `json:"netAmountIncludingTax,omitempty"`
	ShippedQuantity       Decimal `json:"shippedQuantity,omitempty"`
	InvoicedQuantity      Decimal `json:"invoicedQuantity,omitempty"`
}

// SalesInvoice is what is read of salesInvoices, to find orders that were posted.
type SalesInvoice struct {
	ID                      string  `json:"id"`
	Number                  string  `json:"number"`
	ExternalDocumentNumber  string  `json:"externalDocumentNumber"`
	OrderNumber             string  `json:"orderNumber"`
	Status                  string  `json:"status"`
	TotalAmountIncludingTax Decimal `json:"totalAmountIncludingTax"`
	CurrencyCode            string  `json:"currencyCode"`
	CustomerNumber          string  `json:"customerNumber"`
}

// Customer is customers.
type Customer struct {
	ETag string `json:"@odata.etag,omitempty"`
	ID   string `json:"id,omitempty"`

	Number       string `json:"number,omitempty"`
	DisplayName  string `json:"displayName,omitempty"`
	Type         string `json:"type,omitempty"` // Company, Person
	AddressLine1 string `json:"addressLine1,omitempty"`
	AddressLine2 string `json:"addressLine2,omitempty"`
	// BC writes fields in this order, and completes from its post code table: what
	// comes after the post code wins.
	Country      string `json:"country,omitempty"`
	PostalCode   string `json:"postalCode,omitempty"`
	City         string `json:"city,omitempty"`
	State        string `json:"state,omitempty"`
	PhoneNumber  string `json:"phoneNumber,omitempty"`
	Email        string `json:"email,omitempty"`
	CurrencyCode string `json:"currencyCode,omitempty"`

	Blocked              string `json:"blocked,omitempty"` // "_x0020_" is not blocked
	LastModifiedDateTime string `json:"lastModifiedDateTime,omitempty"`
}

// CustomerChange is what is sent to change a customer: nil leaves a field, a
// blank empties it. The order is that of Customer.
type CustomerChange struct {
	DisplayName  *string `json:"displayName,omitempty"`
	AddressLine1 *string `json:"addressLine1,omitempty"`
	AddressLine2 *string `json:"addressLine2,omitempty"`
	Country      *string `json:"country,omitempty"`
	PostalCode   *string `json:"postalCode,omitempty"`
	City         *string `json:"city,omitempty"`
	State        *string `json:"state,omitempty"`
	PhoneNumber  *string `json:"phoneNumber,omitempty"`
	Email        *string `json:"email,omitempty"`
}

// HasAddress reports whether any field of the address is set.
func (c Customer) HasAddress() bool {
	return c.AddressLine1+c.AddressLine2+c.Country+c.PostalCode+c.City+c.State != ""
}

// NewCustomer is what is sent to create c. The fields of an address go together,
// blank ones too, so that what BC fills in from its post code table is
// overwritten at once.
type NewCustomer struct {
	Number string `json:"number,omitempty"`
	CustomerChange
	Type         string `json:"type,omitempty"`
	CurrencyCode string `json:"currencyCode,omitempty"`
}

// Create is c as it is sent to be created.
func (c Customer) Create() NewCustomer {
	given := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	n := NewCustomer{
		Number: c.Number, Type: c.Type, CurrencyCode: c.CurrencyCode,
		CustomerChange: CustomerChange{DisplayName: given(c.DisplayName), PhoneNumber: given(c.PhoneNumber), Email: given(c.Email)},
	}
	if c.HasAddress() {
		n.AddressLine1, n.AddressLine2, n.Country = &c.AddressLine1, &c.AddressLine2, &c.Country
		n.PostalCode, n.City, n.State = &c.PostalCode, &c.City, &c.State
	}
	return n
}

// Item is items.
type Item struct {
	ETag                  string  `json:"@odata.etag,omitempty"`
	ID                    string  `json:"id,omitempty"`
	Number                string  `json:"number"`
	DisplayName           string  `json:"displayName,omitempty"`
	Type                  string  `json:"type,omitempty"`
	Blocked               bool    `json:"blocked,omitempty"`
	GTIN                  string  `json:"gtin,omitempty"`
	UnitPrice             Decimal `json:"unitPrice,omitempty"`
	PriceIncludesTax      bool    `json:"priceIncludesTax,omitempty"`
	BaseUnitOfMeasureCode string  `json:"baseUnitOfMeasureCode,omitempty"`
	LastModifiedDateTime  string  `json:"lastModifiedDateTime,omitempty"`
}

// ItemVariant is itemVariants.
type ItemVariant struct {
	ID          string `json:"id,omitempty"`
	ItemID      string `json:"itemId,omitempty"`
	ItemNumber  string `json:"itemNumber"`
	Code        string `json:"code"`
	Description string `json:"description,omitempty"`
}

// Account is accounts.
type Account struct {
	ID            string `json:"id"`
	Number        string `json:"number"`
	DisplayName   string `json:"displayName"`
	Blocked       bool   `json:"blocked"`
	AccountType   string `json:"accountType"`
	DirectPosting bool   `json:"directPosting"`
}

// Reference is a row of a small table with id, code and name: locations,
// shipmentMethods, paymentTerms, currencies, countriesRegions.
type Reference struct {
	ID          string `json:"id"`
	Code        string `json:"code"`
	DisplayName string `json:"displayName"`
}

// Company is one row of companies.
type Company struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
}

// CompanyInformation is what is read of the one row of companyInformation.
type CompanyInformation struct {
	Country string `json:"country"`
}

// GeneralLedgerSetup is the one row of generalLedgerSetup.
type GeneralLedgerSetup struct {
	AllowPostingFrom  string `json:"allowPostingFrom"`
	AllowPostingTo    string `json:"allowPostingTo"`
	LocalCurrencyCode string `json:"localCurrencyCode"`
}
