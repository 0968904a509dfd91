package wiring

import (
	"backroom/shared/businesscentral"
	"backroom/shared/businesscentral/companyapi"
	"backroom/shared/businesscentral/completenessapi"
	"backroom/shared/businesscentral/creditapi"
	"backroom/shared/businesscentral/customerapi"
	"backroom/shared/businesscentral/itemapi"
	"backroom/shared/businesscentral/journalapi"
	"backroom/shared/businesscentral/pictureapi"
	"backroom/shared/businesscentral/postingapi"
	"backroom/shared/businesscentral/priceapi"
	"backroom/shared/businesscentral/receiptapi"
	"backroom/shared/businesscentral/salesapi"
	"backroom/shared/businesscentral/shipmentapi"
	"backroom/shared/businesscentral/stockapi"
	"backroom/shared/documents"
)

// Company is a BC company: one client, by what domains ask of it. Safe for concurrent
// use.
type Company struct {
	*businesscentral.Client
	*salesapi.Documents
	*customerapi.Customers
	*itemapi.Items
	*companyapi.Company
	*creditapi.Memos

	Posting   *postingapi.Posting
	Journals  *journalapi.Journals
	Receipts  *receiptapi.Receipts
	Pictures  *pictureapi.Pictures
	Shipments *shipmentapi.Shipments
	Totals    *completenessapi.Documents
	Stock     *stockapi.Stock
	Listed    *itemapi.Listed
	Prices    *priceapi.Prices
}

// NewCompany makes the company of a client.
func NewCompany(c *businesscentral.Client) *Company {
	return &Company{
		Client: c, Documents: salesapi.New(c), Customers: customerapi.New(c), Items: itemapi.New(c), Company: companyapi.New(c), Posting: postingapi.New(c), Journals: journalapi.New(c), Receipts: receiptapi.New(c),
		Memos: creditapi.New(c), Shipments: shipmentapi.New(c), Totals: completenessapi.New(c), Stock: stockapi.New(c), Listed: itemapi.NewListed(c), Pictures: pictureapi.New(c), Prices: priceapi.New(c),
	}
}

// Target is the company as documents see it.
func (c *Company) Target() documents.Target {
	return documents.Target{Documents: c.Documents, Customers: c.Customers, Items: c.Items, Tables: c.Company, Claims: c.Documents, Clock: c.Client}
}
