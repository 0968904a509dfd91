package completenessapi

import (
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/completeness"
)

// order is salesOrders. Its own totals can be stale: those of its lines count.
type order struct {
	Number                 string      `json:"number"`
	ExternalDocumentNumber string      `json:"externalDocumentNumber"`
	CurrencyCode           string      `json:"currencyCode"`
	PricesIncludeTax       bool        `json:"pricesIncludeTax"`
	Lines                  []orderLine `json:"salesOrderLines,omitempty"`
}

// orderLine is salesOrderLines by what is booked of it.
type orderLine struct {
	NetTaxAmount          decimal.Decimal `json:"netTaxAmount"`
	NetAmountIncludingTax decimal.Decimal `json:"netAmountIncludingTax"`
}

func (o order) document() completeness.Document {
	d := completeness.Document{
		Kind: completeness.SalesOrder, Number: o.Number, External: o.ExternalDocumentNumber, Inclusive: o.PricesIncludeTax,
		Value: completeness.Value{Currency: o.CurrencyCode},
	}
	for _, l := range o.Lines {
		d.Total, d.Tax = d.Total.Add(l.NetAmountIncludingTax), d.Tax.Add(l.NetTaxAmount)
	}
	return d
}

// invoice is salesInvoices: drafts and posted ones.
type invoice struct {
	memo

	OrderNumber string `json:"orderNumber"`
}

func (i invoice) document() completeness.Document {
	d := i.memo.document()
	d.Kind, d.Order = completeness.Invoice, i.OrderNumber
	return d
}

// memo is salesCreditMemos: drafts and posted ones.
type memo struct {
	Number                  string          `json:"number"`
	ExternalDocumentNumber  string          `json:"externalDocumentNumber"`
	CurrencyCode            string          `json:"currencyCode"`
	PricesIncludeTax        bool            `json:"pricesIncludeTax"`
	TotalTaxAmount          decimal.Decimal `json:"totalTaxAmount"`
	TotalAmountIncludingTax decimal.Decimal `json:"totalAmountIncludingTax"`
	Status                  string          `json:"status"`
}

func (m memo) document() completeness.Document {
	return completeness.Document{
		Kind: completeness.CreditMemo, Number: m.Number, External: m.ExternalDocumentNumber, Inclusive: m.PricesIncludeTax,
		Value: completeness.Value{Currency: m.CurrencyCode, Total: m.TotalAmountIncludingTax, Tax: m.TotalTaxAmount},
		// A cancelled invoice, and the credit memo that has cancelled it.
		Void: m.Status == "Canceled" || m.Status == "Corrective",
	}
}

// shipment is salesShipments.
type shipment struct {
	Number                 string    `json:"number"`
	ExternalDocumentNumber string    `json:"externalDocumentNumber"`
	LastModifiedDateTime   time.Time `json:"lastModifiedDateTime"`
}

func (s shipment) head() completeness.Shipment {
	return completeness.Shipment{Number: s.Number, External: s.ExternalDocumentNumber, ModifiedAt: s.LastModifiedDateTime.UTC()}
}

// shipmentLine is salesShipmentLines. What was taken back is a line of its own, with a
// negative quantity.
type shipmentLine struct {
	DocumentNo string          `json:"documentNo"`
	LineType   string          `json:"lineType"`
	Object     string          `json:"lineObjectNumber"`
	Quantity   decimal.Decimal `json:"quantity"`
}
