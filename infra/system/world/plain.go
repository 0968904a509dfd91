package world

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/products"
	"backroom/shared/staging"
)

// Plain is a world to begin from: the sample shop, the company CRONUS with an item
// for each of its variants, and a card on which nothing is missing. A test changes
// what it is about and hands it to [New].
func Plain(begin time.Time) Setup {
	card := documents.Card{
		CustomerSettings: customers.CustomerSettings{CustomerMapping: customers.ByEmailPhone, AutoCreateUnknownCustomers: true, DefaultCustomerNo: "WEB"},
		ItemSettings:     products.ItemSettings{SKUMapping: products.SKUItemNo},
	}
	Accounts(&card)
	return Setup{Begin: begin, Shop: data.Sample(begin), Company: businesscentral.Cronus("CRONUS"), Card: card}
}

// Accounts gives a card all accounts and tax codes of the company CRONUS.
func Accounts(c *documents.Card) {
	c.ShippingChargesAccount, c.TipAccount, c.SoldGiftCardAccount = businesscentral.AccountShipping, businesscentral.AccountTip, businesscentral.AccountGiftCard
	c.CashRoundingsAccount, c.FeeAccount = businesscentral.AccountCashRounding, businesscentral.AccountFee
	c.SalesTaxAccount, c.ChannelTaxAccount = businesscentral.AccountSalesTax, businesscentral.AccountChannelTax
	c.TaxCodes = nil
	for rate, code := range map[string]string{"0": "NOVAT", "0.07": "VAT7", "0.1": "VAT10", "0.12": "VAT12", "0.19": "VAT19", "0.2": "VAT20", "0.25": "VAT25"} {
		c.TaxCodes = append(c.TaxCodes, documents.TaxCodeMap{Rate: decimal.RequireFromString(rate), Code: code})
	}
}

// Ordinary are n orders of the setup's shop that have nothing unusual, at most five.
func (s Setup) Ordinary(n int) []*data.Order {
	var os []*data.Order
	for _, i := range []int{0, 7, 9, 10, 17}[:n] {
		os = append(os, s.Shop.Orders[i])
	}
	return os
}

// DocumentOf asks a set of documents for those of an order, for [Read]: their
// external number ends with its id.
func DocumentOf(set string, o *data.Order) string {
	return fmt.Sprintf("%s?$filter=endswith(externalDocumentNumber,'-%d')", set, o.ID)
}

// Fate is what became of an order, as people are told.
type Fate struct {
	State    string // "ready", "processed", "attention", …
	Reason   string // of its issue; "" without one
	Text     string // the issue in words
	WayOut   string
	Document string // "Order" or "Invoice" once it has one
	Currency string // of its total
}

// Fate is what became of an order of the shop. An order that is not imported fails
// the test.
func (w *World) Fate(o *data.Order) Fate {
	w.tb.Helper()
	vs, _, err := w.Wired.Orders.List(w.tb.Context(), w.Card.Code, "", "", 0)
	if err != nil {
		w.tb.Fatal(err)
	}
	i := slices.IndexFunc(vs, func(v staging.View) bool { return v.ID == fmt.Sprint(o.ID) })
	if i < 0 {
		w.tb.Fatalf("order %s is not imported", o.Name)
	}
	v := vs[i]
	f := Fate{State: string(v.State), Currency: v.Total.Currency}
	if v.Issue != nil {
		f.Reason, f.Text, f.WayOut = string(v.Issue.Reason), v.Issue.Text, v.Issue.WayOut
	}
	if v.Document != nil {
		f.Document = v.Document.Type
	}
	return f
}

// Decide is a person's decision about an order: "retry", "accept", "unlink", …
func (w *World) Decide(o *data.Order, decision string) {
	w.tb.Helper()
	if _, err := w.Wired.Decide(w.tb.Context(), w.Jobs, w.Card.Code, o.Name, staging.Decision(decision)); err != nil {
		w.tb.Fatal(err)
	}
}
