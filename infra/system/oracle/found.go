package oracle

import (
	"strings"

	"github.com/shopspring/decimal"
)

// Document is a sales order, or a draft of an invoice, as BC shows it.
type Document struct {
	Invoice                bool            `json:"-"`
	ID                     string          `json:"id"`
	Number                 string          `json:"number"`
	ExternalDocumentNumber string          `json:"externalDocumentNumber"`
	OrderDate              string          `json:"orderDate"`
	InvoiceDate            string          `json:"invoiceDate"`
	DueDate                string          `json:"dueDate"`
	CustomerNumber         string          `json:"customerNumber"`
	BillToCustomerNumber   string          `json:"billToCustomerNumber"`
	ShipToName             string          `json:"shipToName"`
	ShipToContact          string          `json:"shipToContact"`
	SellToAddressLine1     string          `json:"sellToAddressLine1"`
	SellToAddressLine2     string          `json:"sellToAddressLine2"`
	SellToCity             string          `json:"sellToCity"`
	SellToState            string          `json:"sellToState"`
	SellToPostCode         string          `json:"sellToPostCode"`
	SellToCountry          string          `json:"sellToCountry"`
	BillToAddressLine1     string          `json:"billToAddressLine1"`
	BillToAddressLine2     string          `json:"billToAddressLine2"`
	BillToCity             string          `json:"billToCity"`
	BillToState            string          `json:"billToState"`
	BillToPostCode         string          `json:"billToPostCode"`
	BillToCountry          string          `json:"billToCountry"`
	ShipToAddressLine1     string          `json:"shipToAddressLine1"`
	ShipToAddressLine2     string          `json:"shipToAddressLine2"`
	ShipToCity             string          `json:"shipToCity"`
	ShipToState            string          `json:"shipToState"`
	ShipToPostCode         string          `json:"shipToPostCode"`
	ShipToCountry          string          `json:"shipToCountry"`
	CurrencyCode           string          `json:"currencyCode"`
	PricesIncludeTax       bool            `json:"pricesIncludeTax"`
	PaymentTermsID         string          `json:"paymentTermsId"`
	ShipmentMethodID       string          `json:"shipmentMethodId"`
	PhoneNumber            string          `json:"phoneNumber"`
	Email                  string          `json:"email"`
	DiscountAmount         decimal.Decimal `json:"discountAmount"`
	Lines                  []DocumentLine  `json:"salesOrderLines"`
	InvoiceLines           []DocumentLine  `json:"salesInvoiceLines"`
}

// Invoices adds invoices to the documents.
func (f *Found) Invoices(ds []Document) {
	for _, d := range ds {
		d.Invoice, d.OrderDate, d.Lines = true, d.InvoiceDate, d.InvoiceLines
		f.Documents = append(f.Documents, d)
	}
}

// DocumentLine is one of its lines.
type DocumentLine struct {
	ID                    string          `json:"id"`
	Sequence              int             `json:"sequence"`
	LineType              string          `json:"lineType"`
	LineObjectNumber      string          `json:"lineObjectNumber"`
	Description           string          `json:"description"`
	Quantity              decimal.Decimal `json:"quantity"`
	UnitPrice             decimal.Decimal `json:"unitPrice"`
	DiscountAmount        decimal.Decimal `json:"discountAmount"`
	TaxPercent            decimal.Decimal `json:"taxPercent"`
	NetAmount             decimal.Decimal `json:"netAmount"`
	NetTaxAmount          decimal.Decimal `json:"netTaxAmount"`
	NetAmountIncludingTax decimal.Decimal `json:"netAmountIncludingTax"`
	LocationID            string          `json:"locationId"`
}

// Customer is a customer as BC shows it.
type Customer struct {
	Number      string `json:"number"`
	DisplayName string `json:"displayName"`
	Email       string `json:"email"`
	Phone       string `json:"phoneNumber"`
}

// Reference is a row of a small table.
type Reference struct {
	ID   string `json:"id"`
	Code string `json:"code"`
}

// Found is all that BC shows.
type Found struct {
	Documents []Document
	Customers []Customer
	Memos     []Memo
	// Codes of shipment methods, payment terms and locations by id.
	Codes map[string]string
}

// Of are the documents of an order, by the id that ends their external number.
func (f *Found) Of(id string) (out []*Document) {
	for i := range f.Documents {
		if d := &f.Documents[i]; strings.HasSuffix(d.ExternalDocumentNumber, "-"+id) {
			out = append(out, d)
		}
	}
	return out
}

func (f *Found) customer(number string) *Customer {
	for i := range f.Customers {
		if f.Customers[i].Number == number {
			return &f.Customers[i]
		}
	}
	return nil
}

func (d *Document) sellTo() Address {
	return Address{d.SellToAddressLine1, d.SellToAddressLine2, d.SellToCity, d.SellToState, d.SellToPostCode, d.SellToCountry}
}

func (d *Document) billTo() Address {
	return Address{d.BillToAddressLine1, d.BillToAddressLine2, d.BillToCity, d.BillToState, d.BillToPostCode, d.BillToCountry}
}

func (d *Document) shipTo() Address {
	return Address{d.ShipToAddressLine1, d.ShipToAddressLine2, d.ShipToCity, d.ShipToState, d.ShipToPostCode, d.ShipToCountry}
}
