package salesapi

import "backroom/shared/businesscentral/internal/lines"

// The wire forms of sales documents. BC runs its field logic in the order of the
// JSON, and later fields can overwrite what earlier ones set: the order of the
// fields of a body is the order that BC wants and must not be changed.

// salesOrder is salesOrders.
type salesOrder struct {
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

	Lines []salesOrderLine `json:"salesOrderLines,omitempty"`

	// Computed by BC.
	BillToAddressLine1 string       `json:"billToAddressLine1,omitempty"`
	BillToAddressLine2 string       `json:"billToAddressLine2,omitempty"`
	BillToCity         string       `json:"billToCity,omitempty"`
	BillToCountry      string       `json:"billToCountry,omitempty"`
	BillToState        string       `json:"billToState,omitempty"`
	BillToPostCode     string       `json:"billToPostCode,omitempty"`
	DiscountAmount     lines.Digits `json:"discountAmount,omitempty"`
	Status             string       `json:"status,omitempty"`
}

// salesOrderLine is salesOrderLines, and in deep inserts a member of salesOrder.
type salesOrderLine struct {
	lines.Line

	ShippedQuantity  lines.Digits `json:"shippedQuantity,omitempty"`
	InvoicedQuantity lines.Digits `json:"invoicedQuantity,omitempty"`
}

// salesInvoice is what is read of salesInvoices, to find orders that were posted.
type salesInvoice struct {
	ID                      string       `json:"id"`
	Number                  string       `json:"number"`
	ExternalDocumentNumber  string       `json:"externalDocumentNumber"`
	OrderNumber             string       `json:"orderNumber"`
	Status                  string       `json:"status"`
	TotalAmountIncludingTax lines.Digits `json:"totalAmountIncludingTax"`
	CurrencyCode            string       `json:"currencyCode"`
	CustomerNumber          string       `json:"customerNumber"`
}

// orderBody is what is sent of a sales order, at creation and in changes.
// A nil field is not sent; a pointer to a blank or zero is sent, because it is a value.
// BC writes the fields in this order: what is sent after the customer
// wins over what the customer brings; state after country and post code; all eight
// ship-to fields together, the shipment method after them.
type orderBody struct {
	Number                 *string       `json:"number,omitempty"` // at creation only, where the series allows manual numbers
	ExternalDocumentNumber *string       `json:"externalDocumentNumber,omitempty"`
	OrderDate              *string       `json:"orderDate,omitempty"` // yyyy-mm-dd
	CustomerNumber         *string       `json:"customerNumber,omitempty"`
	ShipToName             *string       `json:"shipToName,omitempty"`
	ShipToContact          *string       `json:"shipToContact,omitempty"`
	SellToAddressLine1     *string       `json:"sellToAddressLine1,omitempty"`
	SellToAddressLine2     *string       `json:"sellToAddressLine2,omitempty"`
	SellToCountry          *string       `json:"sellToCountry,omitempty"`
	SellToPostCode         *string       `json:"sellToPostCode,omitempty"`
	SellToCity             *string       `json:"sellToCity,omitempty"`
	SellToState            *string       `json:"sellToState,omitempty"`
	ShipToAddressLine1     *string       `json:"shipToAddressLine1,omitempty"`
	ShipToAddressLine2     *string       `json:"shipToAddressLine2,omitempty"`
	ShipToCountry          *string       `json:"shipToCountry,omitempty"`
	ShipToPostCode         *string       `json:"shipToPostCode,omitempty"`
	ShipToCity             *string       `json:"shipToCity,omitempty"`
	ShipToState            *string       `json:"shipToState,omitempty"`
	CurrencyCode           *string       `json:"currencyCode,omitempty"` // at creation only
	PricesIncludeTax       *bool         `json:"pricesIncludeTax,omitempty"`
	PaymentTermsID         *string       `json:"paymentTermsId,omitempty"`
	ShipmentMethodID       *string       `json:"shipmentMethodId,omitempty"`
	Salesperson            *string       `json:"salesperson,omitempty"`
	DiscountAmount         *lines.Digits `json:"discountAmount,omitempty"` // 0 stops BC's own invoice discount
	PhoneNumber            *string       `json:"phoneNumber,omitempty"`
	Email                  *string       `json:"email,omitempty"`

	Lines []lines.Body `json:"salesOrderLines,omitempty"`
}
