package stockapi

import (
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/inventory"
)

// stock is inventoryByLocation of the companion API.
type stock struct {
	Item      string      `json:"itemNumber"`
	Variant   string      `json:"variantCode"`
	Location  string      `json:"locationCode"`
	BaseUnit  string      `json:"baseUnitOfMeasureCode"`
	Quantity  json.Number `json:"quantity"`
	OnOrder   json.Number `json:"qtyOnSalesOrder"`
	OnInvoice json.Number `json:"qtyOnSalesInvoice"`
	Projected json.Number `json:"projectedQuantity"`
}

// unit is itemUnits of the companion API.
type unit struct {
	Item   string      `json:"itemNumber"`
	Code   string      `json:"code"`
	PerQty json.Number `json:"qtyPerUnitOfMeasure"`
}

// item is items, variant itemVariants.
type item struct {
	Number    string      `json:"number"`
	Type      string      `json:"type"`
	Inventory json.Number `json:"inventory"`
	BaseUnit  string      `json:"baseUnitOfMeasureCode"`
}

type variant struct {
	ItemNumber string `json:"itemNumber"`
}

// order is salesOrders, invoice salesInvoices.
type order struct {
	ID    string      `json:"id"`
	Lines []orderLine `json:"salesOrderLines"`
}

type orderLine struct {
	LineType string      `json:"lineType"`
	Object   string      `json:"lineObjectNumber"`
	Unit     string      `json:"unitOfMeasureCode"`
	Quantity json.Number `json:"quantity"`
	Shipped  json.Number `json:"shippedQuantity"`
}

type invoice struct {
	ID    string        `json:"id"`
	Lines []invoiceLine `json:"salesInvoiceLines"`
}

type invoiceLine struct {
	LineType string      `json:"lineType"`
	Object   string      `json:"lineObjectNumber"`
	Unit     string      `json:"unitOfMeasureCode"`
	Quantity json.Number `json:"quantity"`
}

func (s stock) stock() (inventory.Stock, error) {
	out := inventory.Stock{Item: bcapi.Code(s.Item), Variant: bcapi.Code(s.Variant), Location: bcapi.Code(s.Location)}
	var onOrder, onInvoice decimal.Decimal
	for _, f := range []struct {
		to   *decimal.Decimal
		from json.Number
	}{{&out.Quantity, s.Quantity}, {&onOrder, s.OnOrder}, {&onInvoice, s.OnInvoice}, {&out.Projected, s.Projected}} {
		n, err := decimal.NewFromString(string(f.from))
		if err != nil {
			return out, fmt.Errorf("stock of %s: %w", s.Item, err)
		}
		*f.to = n
	}
	// What an invoice has sold goes out when it is posted: BC's projection is of orders.
	out.Sold, out.Projected = onOrder.Add(onInvoice), out.Projected.Sub(onInvoice)
	return out, nil
}
