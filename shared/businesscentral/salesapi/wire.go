package salesapi

import (
	"slices"
	"strings"

	"backroom/shared/businesscentral"
	"backroom/shared/businesscentral/internal/lines"
	"backroom/shared/sales"
)

// The wire forms of sales documents. BC runs its field logic in the order of the
// JSON, and later fields can overwrite what earlier ones set: the order of the
// fields of a body is the order that BC wants and must not be changed.

// set is where the documents of a kind are, and what of them is read.
type set struct {
	name, lines       string // entity sets, and what lines are called in a document
	header, lineField string // fields for $select
}

// sets are those of the kinds. What only one kind has is not asked of the other:
// an unknown field is refused.
var sets = map[sales.Kind]set{
	sales.Order: {
		name: "salesOrders", lines: "salesOrderLines",
		header: without(businesscentral.Fields[salesOrder](), "invoiceDate", "dueDate"), lineField: businesscentral.Fields[salesOrderLine](),
	},
	sales.Invoice: {
		name: "salesInvoices", lines: "salesInvoiceLines",
		header: without(businesscentral.Fields[salesOrder](), "orderDate"), lineField: businesscentral.Fields[lines.Line](),
	},
}

// without is a list of fields less some of them.
func without(fields string, names ...string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(fields, ","), func(f string) bool { return slices.Contains(names, f) }), ",")
}

// salesOrder is a document of salesOrders, or an invoice of salesInvoices.
type salesOrder struct {
	ETag string `json:"@odata.etag,omitempty"`
	ID   string `json:"id,omitempty"`

	Number                 string `json:"number,omitempty"`                 // ≤ 20; only where the series allows manual numbers
	ExternalDocumentNumber string `json:"externalDocumentNumber,omitempty"` // ≤ 35
	OrderDate              string `json:"orderDate,omitempty"`              // yyyy-mm-dd
	InvoiceDate            string `json:"invoiceDate,omitempty"`            // the same of an invoice
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
	DueDate            string `json:"dueDate,omitempty"` // of an invoice
	ShipmentMethodID   string `json:"shipmentMethodId,omitempty"`
	Salesperson        string `json:"salesperson,omitempty"`
	PhoneNumber        string `json:"phoneNumber,omitempty"` // letters are refused
	Email              string `json:"email,omitempty"`

	Lines        []salesOrderLine `json:"salesOrderLines,omitempty"`
	InvoiceLines []salesOrderLine `json:"salesInvoiceLines,omitempty"` // without what is shipped and invoiced

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

// salesInvoice is what is read of salesInvoices, to find orders that were posted,
// and invoices that were made of an order.
type salesInvoice struct {
	ETag                    string       `json:"@odata.etag,omitempty"`
	ID                      string       `json:"id"`
	Number                  string       `json:"number"`
	ExternalDocumentNumber  string       `json:"externalDocumentNumber"`
	OrderNumber             string       `json:"orderNumber"`
	Status                  string       `json:"status"`
	TotalAmountIncludingTax lines.Digits `json:"totalAmountIncludingTax"`
	CurrencyCode            string       `json:"currencyCode"`
	CustomerNumber          string       `json:"customerNumber"`
}

// orderBody is what is sent of a sales order or an invoice, at creation and in changes.
// A nil field is not sent; a pointer to a blank or zero is sent, because it is a value.
// BC writes the fields in this order: what is sent after the customer
// wins over what the customer brings; state after country and post code; all eight
// ship-to fields together, the shipment method after them.
type orderBody struct {
	Number                 *string       `json:"number,omitempty"` // at creation only, where the series allows manual numbers
	ExternalDocumentNumber *string       `json:"externalDocumentNumber,omitempty"`
	OrderDate              *string       `json:"orderDate,omitempty"`   // yyyy-mm-dd
	InvoiceDate            *string       `json:"invoiceDate,omitempty"` // the same of an invoice
	CustomerNumber         *string       `json:"customerNumber,omitempty"`
	BillToCustomerNumber   *string       `json:"billToCustomerNumber,omitempty"` // after the customer, who brings another
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
	CurrencyCode           *string       `json:"currencyCode,omitempty"`     // at creation only
	PricesIncludeTax       *bool         `json:"pricesIncludeTax,omitempty"` // of an order; an invoice has the customer's
	PaymentTermsID         *string       `json:"paymentTermsId,omitempty"`
	DueDate                *string       `json:"dueDate,omitempty"` // of an invoice; after the terms, which bring one
	ShipmentMethodID       *string       `json:"shipmentMethodId,omitempty"`
	Salesperson            *string       `json:"salesperson,omitempty"`
	DiscountAmount         *lines.Digits `json:"discountAmount,omitempty"` // 0 stops BC's own invoice discount
	PhoneNumber            *string       `json:"phoneNumber,omitempty"`
	Email                  *string       `json:"email,omitempty"`

	Lines        []lines.Body `json:"salesOrderLines,omitempty"`
	InvoiceLines []lines.Body `json:"salesInvoiceLines,omitempty"`
}
