package oracle

import (
	"slices"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
)

// business is the VAT business group of a document: the one of the customer who
// pays, else what a template gives a new customer.
func (w *World) business(m *Meant) string {
	if w.Company.SalesTax { // the area of the buyer, if there is tax at all
		if c := w.customer(m.Buyer.Number); c != nil && c.TaxLiable {
			return c.TaxArea
		}
		return ""
	}
	c := w.payer(m.Buyer.Number)
	if c == nil {
		country := ""
		if m.SellTo != nil {
			country = m.SellTo.Country
		}
		return w.template(country).VATBusGroup
	}
	if c.VATBusGroup == "" {
		return w.template(c.Country).VATBusGroup
	}
	return c.VATBusGroup
}

// payer is the customer of the company who pays for another's documents.
func (w *World) payer(number string) *businesscentral.Customer {
	c := w.customer(number)
	if c != nil && c.BillTo != "" {
		return w.customer(c.BillTo)
	}
	return c
}

func (w *World) template(country string) businesscentral.Template {
	for _, t := range w.Company.Templates {
		if len(t.Countries) == 0 || slices.Contains(t.Countries, country) {
			return t
		}
	}
	return businesscentral.Template{}
}

// code is what the card names for a percent.
func (w *World) code(percent decimal.Decimal) (code string, ok bool) {
	for rate, code := range w.Rules.TaxCodes {
		if decimal.RequireFromString(rate).Mul(hundred).Equal(percent) {
			return code, true
		}
	}
	return "", false
}

// product is the VAT product group of a line: what the card names for its rate,
// else the item's or the account's own.
func (w *World) product(l Line) string {
	if code, ok := w.code(l.Percent); ok {
		return code
	}
	if l.Type == "Item" {
		if l.ownGroup == "" {
			return w.Company.StandardTax
		}
		return l.ownGroup
	}
	for _, a := range w.Company.Accounts {
		if a.Number == l.Object {
			return a.VATProdGroup
		}
	}
	return ""
}

// taxes finds out whether BC comes to Shopify's taxes: at the same rate on every
// line, and for each rate within one minor unit or the card's tolerance.
func (w *World) taxes(m *Meant) {
	business, included := w.business(m), w.included(m)
	// BC rounds the tax of all lines of an identifier together.
	sums, rates, due := map[string]decimal.Decimal{}, map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
	for _, l := range m.Lines {
		p, identifier, ok := w.percent(business, w.product(l))
		switch {
		case !ok:
			m.obstacle("no posting set-up for %s of %s", l.Percent, l.Type)
			continue
		case !p.Equal(l.Percent) && !l.AnyPercent:
			m.obstacle("rate %s", l.Percent)
			continue
		case !p.Equal(l.Percent):
			m.Doubts = append(m.Doubts, "a rate that does not show")
		}
		amount := l.Net
		if included {
			amount = l.Net.Add(l.Tax)
		}
		sums[identifier], rates[identifier] = sums[identifier].Add(amount), p
		due[p.String()] = due[p.String()].Add(l.Tax)
		w.lineTax(m, l)
	}
	places := Digits(m.Currency)
	got := map[string]decimal.Decimal{}
	for g, s := range sums {
		tax := s.Mul(rates[g]).Div(hundred).Round(places)
		if included {
			tax = s.Sub(s.Div(one.Add(rates[g].Div(hundred))).Round(places))
		}
		got[rates[g].String()] = got[rates[g].String()].Add(tax)
	}
	for p, want := range due {
		if want.Sub(got[p]).Abs().GreaterThan(w.slack(m.Currency)) {
			m.obstacle("tax of %s percent: %s, and %s in BC", p, want, got[p])
		}
	}
}

// included: the prices of the document hold tax: an order's as its own do, an invoice's as
// those of the customer who pays.
func (w *World) included(m *Meant) bool {
	switch c := w.payer(m.Buyer.Number); {
	case w.Rules.SalesTax:
		return false
	case m.Invoice:
		return c != nil && c.PricesIncludeTax
	}
	return m.Included
}

// slack is by how much the tax of a rate may differ.
func (w *World) slack(currency string) decimal.Decimal {
	return decimal.Max(unit(currency), w.Rules.Tolerance)
}

// lineTax: the tax of one line may differ by a minor unit, carried cents included.
func (w *World) lineTax(m *Meant, l Line) {
	off := l.Net.Mul(l.Percent).Div(hundred).Sub(l.Tax).Abs().Div(unit(m.Currency))
	switch {
	case l.AnyPercent:
	case off.GreaterThan(decimal.RequireFromString("2.5")):
		m.obstacle("tax of %s", l.Text)
	case off.GreaterThan(decimal.RequireFromString("0.6")):
		m.Doubts = append(m.Doubts, "tax of "+l.Text)
	}
}
