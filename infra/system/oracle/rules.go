// Package oracle says what document an order must have, and whether a company
// holds that document. It is written from the documentation of both APIs alone: it shares no
// code with the product, reads the plain data that a world was made of, and
// judges what Business Central shows over HTTP.
package oracle

import (
	"strings"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
)

// Rules are the shop card in the oracle's own words.
type Rules struct {
	LocalCurrency string
	// Currencies are the company's codes by ISO code, where they differ.
	Currencies  map[string]string
	Presentment bool // amounts in the buyer's currency
	SalesTax    bool // untaxed lines, and one account line for each tax
	TimeZone    string

	// Accounts by what is booked on them, or "item:" and the number of the item that stands
	// in the place of one; "" is none.
	Shipping, Tip, GiftCard, CashRounding, Fee, Tax, ChannelTax, UnknownItem, Rounding string
	Tolerance                                                                          decimal.Decimal

	TaxCodes        map[string]string // tax code by rate, such as "0.19"
	Locations       map[int64]string  // code by Shopify location
	ShipmentMethods map[string]string // code by title of the shipping line
	Terms           map[string]string // code by type of payment terms
	ByHand          map[int64]string  // item number by variant

	// Books: refunds are booked apart, so that an order's document is of all that was sold.
	Books bool

	// Invoices: an order of which everything is shipped becomes a draft of an invoice.
	Invoices bool
	// Bundles: a comment over its components names each bundle.
	Bundles bool

	CreateCustomers bool
	DefaultCustomer string // of orders that name no buyer
	CompanyCustomer string // of companies
	CustomerPrefix  string // before the Shopify id, in the numbers of created customers
}

// World is what orders are judged in.
type World struct {
	Rules   Rules
	Shop    *data.Data
	Company *businesscentral.Data
	Stock   []businesscentral.Stock
	// BCDates: the company's set-up puts another date on documents.
	BCDates bool
	// ZeroUnset: BC takes a zero or false in a POST as not sent. What it then
	// puts there by itself cannot always be undone.
	ZeroUnset bool
}

// Digits are the decimal places of a currency.
func Digits(currency string) int32 {
	switch strings.ToUpper(currency) {
	case "JPY", "KRW", "CLP", "ISK", "VND":
		return 0
	case "KWD", "BHD", "OMR", "TND":
		return 3
	}
	return 2
}

// unit is one minor unit of a currency.
func unit(currency string) decimal.Decimal { return decimal.New(1, -Digits(currency)) }

func (w *World) currency(o *data.Order) string {
	if w.Rules.Presentment && o.Presentment != "" {
		return o.Presentment
	}
	return o.Currency
}

// in is the amount of a bag that documents are made of.
func (w *World) in(b data.Bag) decimal.Decimal {
	if w.Rules.Presentment {
		return b.Presentment
	}
	return b.Shop
}

// currencyCode is the company's code of a currency.
func (w *World) currencyCode(iso string) string {
	if code := w.Rules.Currencies[iso]; code != "" {
		return code
	}
	return iso
}

// holdsCurrency: it is the local one, or a row with an exchange rate.
func (w *World) holdsCurrency(code string) bool {
	if code == w.Rules.LocalCurrency {
		return true
	}
	for _, c := range w.Company.References["currencies"] {
		if c.Code == code {
			return c.Rate.IsPositive()
		}
	}
	return false
}

func (w *World) has(set, code string) bool {
	for _, r := range w.Company.References[set] {
		if strings.EqualFold(r.Code, code) {
			return true
		}
	}
	return false
}

func (w *World) customer(number string) *businesscentral.Customer {
	for i := range w.Company.Customers {
		if strings.EqualFold(w.Company.Customers[i].Number, number) {
			return &w.Company.Customers[i]
		}
	}
	return nil
}

// account reports whether documents can have lines of an account.
func (w *World) account(number string) bool {
	for _, a := range w.Company.Accounts {
		if a.Number == number {
			return !a.Blocked && a.DirectPosting && (a.AccountType == "" || a.AccountType == "Posting")
		}
	}
	return false
}

// good is what the company has of an item.
type good struct {
	number   string
	taxGroup string
	blocked  bool
	stocked  bool // stock is kept of it
}

// item is the item of a line: mapped by hand, or numbered as the SKU.
func (w *World) item(l *data.Line) (good, bool) {
	number := w.Rules.ByHand[l.Variant]
	if number == "" {
		number = l.SKU
	}
	if number == "" {
		return good{}, false
	}
	return w.numbered(number)
}

// numbered is the item of a number.
func (w *World) numbered(number string) (good, bool) {
	for _, s := range w.Stock {
		if strings.EqualFold(s.Number, number) {
			return good{strings.ToUpper(s.Number), s.TaxGroup, s.Blocked, true}, true
		}
	}
	for _, i := range w.Company.Items {
		if strings.EqualFold(i.Number, number) {
			return good{i.Number, first(i.VATProdGroup, i.TaxGroupCode), i.Blocked, i.Type == "" || i.Type == "Inventory"}, true
		}
	}
	return good{}, false
}

// percent is what lines of a product group bear for a business group, and the
// identifier that they are rounded by.
func (w *World) percent(business, product string) (p decimal.Decimal, identifier string, ok bool) {
	for _, v := range w.Company.VAT {
		if v.Business == business && v.Product == product {
			return v.Percent, v.Identifier, true
		}
	}
	return decimal.Zero, product, w.Company.SalesTax // no rate there: no tax
}
