package postingapi

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"backroom/shared/posting"
)

// row is a document as BC writes it, an order or an invoice.
type row interface {
	order | invoice
	document() posting.Document
}

// order is salesOrders.
type order struct {
	ETag                    string          `json:"@odata.etag,omitempty"`
	ID                      string          `json:"id"`
	Number                  string          `json:"number"`
	ExternalDocumentNumber  string          `json:"externalDocumentNumber"`
	OrderDate               string          `json:"orderDate"` // yyyy-mm-dd
	PostingDate             string          `json:"postingDate"`
	CustomerNumber          string          `json:"customerNumber"`
	CustomerName            string          `json:"customerName"`
	CurrencyCode            string          `json:"currencyCode"`
	Status                  string          `json:"status"`
	TotalAmountIncludingTax decimal.Decimal `json:"totalAmountIncludingTax"`
	Lines                   []orderLine     `json:"salesOrderLines,omitempty"`
}

// orderLine is salesOrderLines.
type orderLine struct {
	ETag                  string          `json:"@odata.etag,omitempty"`
	ID                    string          `json:"id"`
	Sequence              int             `json:"sequence"`
	Quantity              decimal.Decimal `json:"quantity"`
	NetAmountIncludingTax decimal.Decimal `json:"netAmountIncludingTax"`
	ShippedQuantity       decimal.Decimal `json:"shippedQuantity"`
	InvoicedQuantity      decimal.Decimal `json:"invoicedQuantity"`
	ShipQuantity          decimal.Decimal `json:"shipQuantity"`
	InvoiceQuantity       decimal.Decimal `json:"invoiceQuantity"`
}

func (o order) document() posting.Document {
	d := posting.Document{
		ID: o.ID, Mark: o.ETag, Number: o.Number, ExternalNumber: o.ExternalDocumentNumber, Date: date(o.OrderDate), PostingDate: date(o.PostingDate),
		Customer: o.CustomerNumber, Name: o.CustomerName, Currency: o.CurrencyCode, Status: posting.Status(o.Status), Total: o.TotalAmountIncludingTax,
	}
	for _, l := range o.Lines {
		d.Lines = append(d.Lines, posting.Line{
			ID: l.ID, Mark: l.ETag, Sequence: l.Sequence, Quantity: l.Quantity, Gross: l.NetAmountIncludingTax,
			Shipped: l.ShippedQuantity, Invoiced: l.InvoicedQuantity, Ship: l.ShipQuantity, Invoice: l.InvoiceQuantity,
		})
	}
	return d
}

// invoice is salesInvoices: drafts and posted ones.
type invoice struct {
	ETag                    string          `json:"@odata.etag,omitempty"`
	ID                      string          `json:"id"`
	Number                  string          `json:"number"`
	ExternalDocumentNumber  string          `json:"externalDocumentNumber"`
	InvoiceDate             string          `json:"invoiceDate"`
	PostingDate             string          `json:"postingDate"`
	CustomerNumber          string          `json:"customerNumber"`
	CustomerName            string          `json:"customerName"`
	CurrencyCode            string          `json:"currencyCode"`
	OrderNumber             string          `json:"orderNumber"` // of one that was an order
	Status                  string          `json:"status"`
	TotalAmountIncludingTax decimal.Decimal `json:"totalAmountIncludingTax"`
	Lines                   []invoiceLine   `json:"salesInvoiceLines,omitempty"`
}

// invoiceLine is salesInvoiceLines.
type invoiceLine struct {
	ETag                  string          `json:"@odata.etag,omitempty"`
	ID                    string          `json:"id"`
	Sequence              int             `json:"sequence"`
	Quantity              decimal.Decimal `json:"quantity"`
	NetAmountIncludingTax decimal.Decimal `json:"netAmountIncludingTax"`
}

func (i invoice) document() posting.Document {
	d := posting.Document{
		ID: i.ID, Mark: i.ETag, Number: i.Number, ExternalNumber: i.ExternalDocumentNumber, Date: date(i.InvoiceDate), PostingDate: date(i.PostingDate),
		Customer: i.CustomerNumber, Name: i.CustomerName, Currency: i.CurrencyCode, Status: posting.Status(i.Status), Total: i.TotalAmountIncludingTax,
	}
	for _, l := range i.Lines {
		d.Lines = append(d.Lines, posting.Line{ID: l.ID, Mark: l.ETag, Sequence: l.Sequence, Quantity: l.Quantity, Gross: l.NetAmountIncludingTax})
	}
	return d
}

// date is a date of BC, "" for the one that stands for none.
func date(s string) string {
	if s == "0001-01-01" {
		return ""
	}
	return s
}

// posted is a posted invoice of an order.
type posted struct {
	Number      string `json:"number"`
	OrderNumber string `json:"orderNumber"`
}

// entry is generalLedgerEntries.
type entry struct {
	DocumentNumber string `json:"documentNumber"`
	DocumentType   string `json:"documentType"`
}

// typeInvoice is the type of the entries of an invoice.
const typeInvoice = "Invoice"

// ledgerSetup is generalLedgerSetup.
type ledgerSetup struct {
	AllowPostingFrom string `json:"allowPostingFrom"`
	AllowPostingTo   string `json:"allowPostingTo"`
}

// Bodies of changes. Numbers are sent as digits.
type (
	headerBody struct {
		PostingDate string `json:"postingDate"`
	}
	shipBody struct {
		ShipQuantity json.Number `json:"shipQuantity"`
	}
	invoiceBody struct {
		InvoiceQuantity json.Number `json:"invoiceQuantity"`
	}
)
