package documents

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/customers"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/products"
	"backroom/shared/sales"
	"backroom/shared/shop"
)

// DocumentSettings are the settings of the shop card about documents. Missing
// fields of an older card have working zero values.
type DocumentSettings struct {
	CurrencyHandling CurrencyHandling `json:"currencyHandling,omitempty"`
	TaxMode          TaxMode          `json:"taxMode,omitempty"`

	// CreateInvoicesFromOrders makes invoices of orders of which everything is shipped.
	CreateInvoicesFromOrders bool `json:"createInvoicesFromOrders,omitempty"`

	UseShopifyOrderNo       bool `json:"useShopifyOrderNo,omitempty"`       // document number = Shopify name; the number series must allow manual numbers
	ShopifyOrderNoOnDocLine bool `json:"shopifyOrderNoOnDocLine,omitempty"` // first line is a comment with the name

	// CommentLines are what else of the order stands on comment lines: at the end, and
	// bundles over their components.
	CommentLines []string `json:"commentLines,omitempty"`

	// The accounts are numbers, or "item:" and the number of an item, see [ItemOf].
	ShippingChargesAccount string          `json:"shippingChargesAccount,omitempty"`
	TipAccount             string          `json:"tipAccount,omitempty"`
	SoldGiftCardAccount    string          `json:"soldGiftCardAccount,omitempty"`
	CashRoundingsAccount   string          `json:"cashRoundingsAccount,omitempty"`
	FeeAccount             string          `json:"feeAccount,omitempty"`         // additional fees
	DutiesAccount          string          `json:"dutiesAccount,omitempty"`      // "" is FeeAccount
	SalesTaxAccount        string          `json:"salesTaxAccount,omitempty"`    // TaxMode SalesTax
	ChannelTaxAccount      string          `json:"channelTaxAccount,omitempty"`  // tax the channel owes
	UnknownItemAccount     string          `json:"unknownItemAccount,omitempty"` // lines without product
	RoundingAccount        string          `json:"roundingAccount,omitempty"`    // total differences within Tolerance
	Tolerance              decimal.Decimal `json:"tolerance"`                    // largest difference a rounding line may take

	// RefundedOrders says what becomes of an order that was refunded before it had its
	// document, where refunds become credit memos.
	RefundedOrders RefundedOrders `json:"refundedOrders,omitempty"`

	DefaultLocationID string `json:"defaultLocationID,omitempty"` // Shopify location of lines without one

	// TaxCodes maps a tax rate to the VAT product posting group (or tax group)
	// of lines taxed at it; a rate without a row leaves BC's own choice.
	TaxCodes []TaxCodeMap `json:"taxCodes,omitempty"`

	// BCWins names fields of a document that Business Central decides: they are
	// neither sent nor compared. See sales.Winners for the names.
	BCWins []string `json:"bcWins,omitempty"`

	Locations       []LocationMap    `json:"locations,omitempty"`
	ShipmentMethods []ShipmentMap    `json:"shipmentMethods,omitempty"`
	PaymentTerms    []TermsMap       `json:"paymentTerms,omitempty"`
	Salespeople     []SalespersonMap `json:"salespeople,omitempty"`
	Currencies      []shop.CodeMap   `json:"currencies,omitempty"` // ISO code to BC currency code, where they differ; the local one too
}

// Card is a shop card as documents are made by it.
type Card struct {
	shop.Shop
	orders.OrderSettings
	orders.GateSettings
	customers.CustomerSettings
	products.ItemSettings
	DocumentSettings
	// AlsoBooked are settings of other sections that name accounts of lines.
	AlsoBooked []string
}

// CardOf reads a card's settings.
func CardOf(s shop.Shop) (c Card, err error) {
	var errs [5]error
	c.Shop = s
	c.OrderSettings, errs[0] = shop.Of[orders.OrderSettings](s)
	c.CustomerSettings, errs[1] = shop.Of[customers.CustomerSettings](s)
	c.ItemSettings, errs[2] = shop.Of[products.ItemSettings](s)
	c.DocumentSettings, errs[3] = shop.Of[DocumentSettings](s)
	c.GateSettings, errs[4] = shop.Of[orders.GateSettings](s)
	return c, errors.Join(errs[:]...)
}

// Stored is the card as it is stored, with its settings as they are now.
func (c Card) Stored() (shop.Shop, error) {
	return c.With(c.OrderSettings, c.GateSettings, c.CustomerSettings, c.ItemSettings, c.DocumentSettings)
}

// Sections are those of the card.
var Sections = shop.Sections{orders.Section, orders.GateSection, customers.Section, products.Section, Section}

// customers is the card as the resolver of customers takes it.
func (c Card) customers() customers.Card {
	return customers.Card{Shop: c.Shop, CustomerSettings: c.CustomerSettings}
}

// CurrencyHandling says which amounts a document uses. Its text is stored.
type CurrencyHandling string

// Stored values; "" is ShopCurrency.
const (
	ShopCurrency        CurrencyHandling = "shop"
	PresentmentCurrency CurrencyHandling = "presentment"
)

// RefundedOrders says what a document is made of where refunds came before it. Its
// text is stored.
type RefundedOrders string

// Stored values; "" is the order as it was sold, whose refunds are booked like any.
const (
	WhatIsLeft RefundedOrders = "what-is-left" // and those refunds get no credit memos
)

// TaxMode says how a document carries tax. Its text is stored.
type TaxMode string

// Stored values; "" means VATIncluded for orders with taxes included, else VATOnTop.
const (
	TaxAuto     TaxMode = ""
	VATIncluded TaxMode = "vat-included" // prices include VAT
	VATOnTop    TaxMode = "vat-on-top"   // BC adds VAT
	SalesTax    TaxMode = "sales-tax"    // untaxed lines, one account line per tax title as Shopify charged it
)

// TaxCodeMap maps a tax rate (0.25; 0 for untaxed) to a tax code of BC.
type TaxCodeMap struct {
	Rate decimal.Decimal `json:"rate"`
	Code string          `json:"code"`
}

// TaxCode is the tax code of lines taxed at rate, "" if none is mapped.
func (s DocumentSettings) TaxCode(rate decimal.Decimal) string {
	for _, m := range s.TaxCodes {
		if m.Rate.Equal(rate) {
			return m.Code
		}
	}
	return ""
}

// CurrencyCode is the company's code of a currency of Shopify, in upper case: what
// the card maps it to, else the ISO code itself.
func (s DocumentSettings) CurrencyCode(iso string) string {
	for _, m := range s.Currencies {
		if strings.EqualFold(m.From, iso) {
			return strings.ToUpper(m.To)
		}
	}
	return strings.ToUpper(iso)
}

// LocationMap maps a Shopify location to a BC location code.
type LocationMap struct {
	LocationID string `json:"locationID"` // numeric Shopify id
	Name       string `json:"name,omitempty"`
	Code       string `json:"code"`
}

// ShipmentMap maps a shipping line's title to a BC shipment method and account.
type ShipmentMap struct {
	Title   string `json:"title"`
	Code    string `json:"code,omitempty"`
	Account string `json:"account,omitempty"` // "" is ShippingChargesAccount
}

// TermsMap maps Shopify payment terms to BC's.
type TermsMap struct {
	Type string `json:"type"`           // one of termsTypes
	Name string `json:"name,omitempty"` // "": all of the type
	Code string `json:"code"`
}

// The words of CommentLines.
const (
	noteLine    = "note"
	dueDateLine = "dueDate"
	bundlesLine = "bundles"
)

var commentLines = []string{noteLine, dueDateLine, bundlesLine}

// termsTypes are Shopify's types of payment terms.
var termsTypes = []string{"FIXED", "FULFILLMENT", "NET", "RECEIPT", "UNKNOWN"}

var isoForm = regexp.MustCompile(`^[A-Za-z]{3}$`)

func checkSettings(c *shop.Checker, s DocumentSettings) {
	c.Word("currencyHandling", string(s.CurrencyHandling), string(ShopCurrency), string(PresentmentCurrency))
	c.Word("taxMode", string(s.TaxMode), string(VATIncluded), string(VATOnTop), string(SalesTax))
	c.Word("refundedOrders", string(s.RefundedOrders), string(WhatIsLeft))
	for _, f := range s.accounts() {
		CheckBooked(c, f.name, f.value)
	}
	for i, l := range s.CommentLines {
		at := fmt.Sprintf("commentLines[%d]", i)
		switch {
		case !slices.Contains(commentLines, l):
			c.Bad(at, l, "one of "+strings.Join(commentLines, ", "))
		case slices.Contains(s.CommentLines[:i], l):
			c.Bad(at, l, "named once")
		}
	}
	if s.Tolerance.IsNegative() {
		c.Bad("tolerance", s.Tolerance.String(), "0 or more")
	}
	c.ShopifyID("defaultLocationID", s.DefaultLocationID, "location")
	checkTaxCodes(c, s.TaxCodes)
	for i, n := range s.BCWins {
		if _, err := sales.Winners([]string{n}); err != nil {
			c.Bad(fmt.Sprintf("bcWins[%d]", i), n, "one of "+strings.Join(sales.Winnable(), ", "))
		}
	}
	for i, m := range s.Locations {
		at := fmt.Sprintf("locations[%d].", i)
		c.ShopifyID(at+"locationID", m.LocationID, "location")
		c.Code(at+"code", m.Code)
	}
	c.List("locations", len(s.Locations), func(i int) shop.Row {
		return shop.Row{Key: s.Locations[i].LocationID, KeyName: "locationID", Value: s.Locations[i].Code, ValueName: "code"}
	})
	for i, m := range s.ShipmentMethods {
		at := fmt.Sprintf("shipmentMethods[%d].", i)
		c.Code(at+"code", m.Code)
		CheckBooked(c, at+"account", m.Account)
	}
	c.List("shipmentMethods", len(s.ShipmentMethods), func(i int) shop.Row { return shop.Row{Key: s.ShipmentMethods[i].Title, KeyName: "title"} })
	checkTerms(c, s.PaymentTerms)
	checkSalespeople(c, s.Salespeople)
	c.Codes("currencies", s.Currencies, isoForm, "a currency's ISO code of three letters, such as EUR")
	checkCurrencies(c, s.Currencies)
}

func checkTaxCodes(c *shop.Checker, ms []TaxCodeMap) {
	one := decimal.NewFromInt(1)
	for i, m := range ms {
		at := fmt.Sprintf("taxCodes[%d].", i)
		if m.Rate.IsNegative() || m.Rate.GreaterThanOrEqual(one) {
			c.Bad(at+"rate", m.Rate.String(), "a share from 0 to less than 1: 0.19 for 19 %")
		}
		c.Number(at+"code", m.Code)
	}
	c.List("taxCodes", len(ms), func(i int) shop.Row {
		return shop.Row{Key: ms[i].Rate.String(), KeyName: "rate", Value: ms[i].Code, ValueName: "code"}
	})
}

// checkCurrencies: one code of the company never stands for two currencies of
// Shopify: an amount of one would be booked as the same amount of the other.
func checkCurrencies(c *shop.Checker, ms []shop.CodeMap) {
	for i, m := range ms {
		at := fmt.Sprintf("currencies[%d].to", i)
		n := slices.IndexFunc(ms, func(o shop.CodeMap) bool { return strings.EqualFold(o.To, m.To) })
		moved := slices.ContainsFunc(ms, func(o shop.CodeMap) bool { return strings.EqualFold(o.From, m.To) })
		switch {
		case m.To == "":
		case n < i:
			c.Bad(at, m.To, fmt.Sprintf("another than that of row %d: a currency is one of Shopify's", n))
		case money.ISO(m.To) && !strings.EqualFold(m.From, m.To) && !moved:
			c.Bad(at, m.To, fmt.Sprintf("another code, or %s mapped too: it is Shopify's code of another currency than %s", strings.ToUpper(m.To), strings.ToUpper(m.From)))
		}
	}
}

// checkTerms: the first row that fits is taken, one without a name by every name.
func checkTerms(c *shop.Checker, ms []TermsMap) {
	for i, m := range ms {
		at := fmt.Sprintf("paymentTerms[%d].", i)
		if !slices.ContainsFunc(termsTypes, func(t string) bool { return strings.EqualFold(t, m.Type) }) {
			c.Bad(at+"type", m.Type, "one of "+strings.Join(termsTypes, ", "))
		}
		if strings.TrimSpace(m.Code) == "" {
			c.Bad(at+"code", m.Code, "set")
		}
		c.Code(at+"code", m.Code)
		for n, before := range ms[:i] {
			switch {
			case !strings.EqualFold(before.Type, m.Type):
			case before.Name == "" && m.Name != "":
				c.Bad(at+"name", m.Name, fmt.Sprintf("before row %d, which takes all terms of its type", n))
			case strings.EqualFold(before.Name, m.Name):
				c.Bad(at+"name", m.Name, fmt.Sprintf("another than that of row %d", n))
			}
		}
	}
}
