package documents

import (
	"github.com/shopspring/decimal"

	"backroom/shared/sales"
)

// PlannedDocument is a document of a dry run, in BC's words.
type PlannedDocument struct {
	Number                 string        `json:"number,omitempty"`
	ExternalDocumentNumber string        `json:"externalDocumentNumber"`
	OrderDate              string        `json:"orderDate"`
	CustomerNumber         string        `json:"customerNumber"`
	BillToCustomerNumber   string        `json:"billToCustomerNumber,omitempty"`
	CurrencyCode           string        `json:"currencyCode,omitempty"`
	ShipToName             string        `json:"shipToName,omitempty"`
	ShipToCity             string        `json:"shipToCity,omitempty"`
	ShipToCountry          string        `json:"shipToCountry,omitempty"`
	Lines                  []PlannedLine `json:"salesOrderLines"`
}

// PlannedLine is a line of a PlannedDocument.
type PlannedLine struct {
	Sequence         int             `json:"sequence"`
	LineType         string          `json:"lineType"`
	LineObjectNumber string          `json:"lineObjectNumber,omitempty"`
	TaxCode          string          `json:"taxCode,omitempty"`
	Quantity         decimal.Decimal `json:"quantity,omitzero"`
	UnitPrice        decimal.Decimal `json:"unitPrice,omitzero"`
	DiscountAmount   decimal.Decimal `json:"discountAmount,omitzero"`
	Description      string          `json:"description,omitempty"`
}

func planned(d sales.Document) *PlannedDocument {
	p := &PlannedDocument{
		Number: d.Number, ExternalDocumentNumber: d.ExternalNumber, OrderDate: d.Date, CustomerNumber: d.Customer, BillToCustomerNumber: d.BillToCustomer,
		CurrencyCode: d.Currency, ShipToName: d.ShipToName, ShipToCity: d.ShipTo.City, ShipToCountry: d.ShipTo.Country,
	}
	for _, l := range d.Lines {
		p.Lines = append(p.Lines, PlannedLine{
			Sequence: l.Sequence, LineType: l.Kind.String(), LineObjectNumber: l.Object, TaxCode: l.TaxCode,
			Quantity: l.Quantity, UnitPrice: l.UnitPrice, DiscountAmount: l.Discount, Description: l.Description,
		})
	}
	return p
}

// linesOf is the map from a document's line sequences to Shopify's line items; "" is
// that of an item that stands for an account and for no line item.
func linesOf(d sales.Document) map[int]string {
	m := map[int]string{}
	for _, l := range d.Lines {
		if l.Of != "" || l.Charge {
			m[l.Sequence] = l.Of
		}
	}
	return m
}

// objectsOf is the map from a document's line sequences to the items of lines that
// stand for a line item; "" is that of an item in the place of an account, which is
// shipped as little as the account would be.
func objectsOf(d sales.Document) map[int]string {
	m := map[int]string{}
	for _, l := range d.Lines {
		switch {
		case l.Charge:
			m[l.Sequence] = ""
		case l.Of != "" && l.Kind == sales.ItemLine:
			m[l.Sequence] = l.Object
		}
	}
	return m
}
