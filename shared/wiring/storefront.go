package wiring

import (
	"backroom/shared/shopify"
	"backroom/shared/shopify/companyapi"
	"backroom/shared/shopify/completenessapi"
	"backroom/shared/shopify/customerapi"
	"backroom/shared/shopify/fulfilmentapi"
	"backroom/shared/shopify/imageapi"
	"backroom/shared/shopify/inventoryapi"
	"backroom/shared/shopify/orderapi"
	"backroom/shared/shopify/paymentsapi"
	"backroom/shared/shopify/priceapi"
	"backroom/shared/shopify/productapi"
	"backroom/shared/shopify/receiptapi"
	"backroom/shared/shopify/shopapi"
)

// Storefront is a shop: one client, by what domains ask of it. Safe for concurrent use.
type Storefront struct {
	*shopify.Client
	*shopapi.Reader
	Orders      *orderapi.Client
	Fulfilments *fulfilmentapi.Client
	Payments    *paymentsapi.Client
	Disputes    *paymentsapi.Disputes
	Receipts    *receiptapi.Client
	Totals      *completenessapi.Client
	Stock       *inventoryapi.Client
	Customers   *customerapi.Client
	Companies   *companyapi.Client
	Products    *productapi.Client
	Pictures    *imageapi.Client
	Prices      *priceapi.Client
}

// NewStorefront makes the shop of a client.
func NewStorefront(c *shopify.Client) *Storefront {
	r := shopapi.New(c)
	return &Storefront{
		Client: c, Reader: r, Orders: orderapi.New(c, r), Fulfilments: fulfilmentapi.New(c),
		Payments: paymentsapi.New(c), Disputes: paymentsapi.NewDisputes(c), Receipts: receiptapi.New(c), Totals: completenessapi.New(c),
		Stock: inventoryapi.New(c), Customers: customerapi.New(c), Companies: companyapi.New(c), Products: productapi.New(c), Pictures: imageapi.New(c), Prices: priceapi.New(c),
	}
}
