package prices

import (
	"github.com/shopspring/decimal"

	"backroom/shared/issue"
	"backroom/shared/money"
)

// Terms are what a price is made for.
type Terms struct {
	Day           string // in the shop's zone, as 2026-12-24
	Currency      string // of the shop, ISO
	Local         string // of the company, ISO
	Code          string // of the shop's currency in the company; "": as Currency
	IncludesTax   bool   // in the shop's prices
	TaxPercent    string // between prices with and without tax; "": not known
	PriceGroup    string // of customers
	DiscountGroup string // of customers
	Customer      string // number
	NoDiscounts   bool   // of lines
	Costs         bool   // are sent
}

// Good is a variant of the shop with the item that it stands for.
type Good struct {
	Product string // numeric Shopify id
	Variant string // numeric Shopify id
	Item    string // number
	Code    string // of the item variant; "": the item itself
	Unit    string // of measure; "": the item's base unit
	Name    string // for people
}

// Price is what a variant costs.
type Price struct {
	Price     decimal.Decimal
	CompareAt decimal.Decimal // 0: none
	// NoCompareAt says that nothing is known of a compare-at price: it stays.
	NoCompareAt bool
	Cost        decimal.Decimal // 0: nothing is known of it, it stays
	// Rounded is what the company has, where the shop's currency has fewer digits; 0: it
	// has not. Of what a discount or tax makes nothing is said.
	Rounded decimal.Decimal
}

var (
	one, hundred = decimal.New(1, 0), decimal.New(1, 2)
	// tooMuch is what no price is.
	tooMuch = decimal.New(1, 9)
)

// priceOf is the price of a good by what the company knows of its item. wrong is the
// reason why there is none, and detail what about it.
//
// The line that says most (the shop's currency before the company's own, the variant before
// all, the unit before all) gives the price, the lowest of several; without a line it is the
// item's unit price. Then comes the best discount, tax, and the rounding of the currency, half away from
// zero. An amount without a currency code is one of the company's own.
func priceOf(t Terms, lists bool, i Item, lines []Line, g Good) (p Price, wrong issue.Reason, detail string) {
	list, includes, wrong := t.list(i, lines, g)
	if wrong != "" {
		return p, wrong, ""
	}
	net := list
	if d := t.discount(i, lines, g); d.IsPositive() {
		net = list.Mul(hundred.Sub(d)).Div(hundred)
	}
	if includes != t.IncludesTax {
		if t.TaxPercent == "" {
			return p, TaxUnknown, ""
		}
		factor, err := money.Parse(t.TaxPercent)
		if err != nil {
			return p, TaxUnknown, err.Error()
		}
		factor = one.Add(factor.Div(hundred))
		if t.IncludesTax {
			list, net = list.Mul(factor), net.Mul(factor)
		} else {
			list, net = list.Div(factor), net.Div(factor)
		}
	}
	digits, whole := money.Digits(t.Currency), decimal.Zero
	if r := net.Round(digits); includes == t.IncludesTax && net.Equal(list) && !r.Equal(net) {
		whole = net
	}
	list, net = list.Round(digits), net.Round(digits)
	switch {
	case net.IsNegative(), net.GreaterThanOrEqual(tooMuch), list.GreaterThanOrEqual(tooMuch):
		return p, Unusable, net.String() + " " + t.Currency
	case net.IsZero():
		return p, NoPrice, ""
	}
	p = Price{Price: net, NoCompareAt: !lists, Rounded: whole}
	if list.GreaterThan(net) {
		p.CompareAt = list
	}
	if t.Costs && t.Currency == t.Local && i.Cost.IsPositive() && i.Cost.LessThan(tooMuch) && g.Unit == "" {
		p.Cost = i.Cost.Round(digits)
	}
	return p, "", ""
}

// list is the price before discounts, and whether tax is in it.
func (t Terms) list(i Item, lines []Line, g Good) (price decimal.Decimal, includes bool, wrong issue.Reason) {
	best, most := Line{}, -1
	for _, l := range lines {
		n, ok := t.fits(i, l, g)
		if ok && !l.Price.IsZero() && l.Source != DiscountGroup && (n > most || n == most && l.Price.LessThan(best.Price)) {
			best, most = l, n
		}
	}
	switch {
	case most >= 0:
		return best.Price, best.IncludesTax, ""
	case t.Currency != t.Local:
		return price, false, CurrencyUnknown
	case g.Unit != "" && g.Unit != i.Base:
		return price, false, UnitUnknown
	}
	return i.Price, i.IncludesTax, ""
}

// discount is the best discount of a good, in percent.
func (t Terms) discount(i Item, lines []Line, g Good) decimal.Decimal {
	best, most := decimal.Zero, -1
	for _, l := range lines {
		n, ok := t.fits(i, l, g)
		if ok && l.Discount.IsPositive() && (n > most || n == most && l.Discount.GreaterThan(best)) {
			best, most = l.Discount, n
		}
	}
	if t.NoDiscounts {
		return decimal.Zero
	}
	return best
}

// fits reports whether a line is for one piece of a good, today, in the shop's currency,
// and how much it says.
func (t Terms) fits(i Item, l Line, g Good) (says int, ok bool) {
	unit := g.Unit
	if unit == "" {
		unit = i.Base
	}
	switch {
	case !t.holds(l):
		return 0, false
	case l.Code != "" && l.Code != g.Code, l.Unit != "" && l.Unit != unit:
		return 0, false
	case l.Unit == "" && unit != i.Base && !l.Price.IsZero(): // it is the price of a base unit
		return 0, false
	}
	if l.Currency != "" {
		says += 4
	}
	if l.Code != "" {
		says += 2
	}
	if l.Unit != "" {
		says++
	}
	return says, true
}

// holds reports whether a line is for one piece of something, today, in the shop's currency.
func (t Terms) holds(l Line) bool {
	return t.buys(l) && t.pays(l) && (l.From == "" || t.Day >= l.From) && (l.To == "" || t.Day <= l.To) && !l.MinimumQuantity.GreaterThan(one)
}

// buys reports whether a line is for who the shop buys as.
func (t Terms) buys(l Line) bool {
	for _, who := range []struct {
		source Source
		number string
	}{{PriceGroup, t.PriceGroup}, {DiscountGroup, t.DiscountGroup}, {OneCustomer, t.Customer}} {
		if l.Source == who.source {
			return who.number != "" && l.Number == who.number
		}
	}
	return l.Source == AllCustomers
}

// pays reports whether a line is in the shop's currency. A discount without a price holds
// in every currency.
func (t Terms) pays(l Line) bool {
	code := t.Code
	if code == "" {
		code = t.Currency
	}
	return l.Currency == code || l.Currency == t.Currency || l.Currency == "" && (t.Currency == t.Local || l.Price.IsZero())
}
