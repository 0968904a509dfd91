package documents

import (
	"github.com/shopspring/decimal"

	"backroom/shared/orders"
	"backroom/shared/sales"
	"backroom/shared/shop"
)

// charge is anything with a price and taxes: a line, shipping, a fee. Discount
// and taxes are for ordered units, of which quantity remain.
type charge struct {
	quantity, ordered int
	unit, discount    decimal.Decimal
	taxes             []orders.TaxLine
}

// priced is a charge as the document's line carries it.
type priced struct {
	unit, discount    decimal.Decimal
	taxCode           string
	percent, net, tax decimal.Decimal
}

// on puts p on a line.
func (p priced) on(l *sales.Line) {
	l.UnitPrice, l.Discount, l.TaxCode = p.unit, p.discount, p.taxCode
	l.Percent, l.Net, l.Tax = p.percent, p.net, p.tax
}

// BC keeps unit prices with five decimals.
const unitPriceDigits = 5

// price puts a charge on the document's basis (prices with or without tax) and
// sets aside the taxes that become account lines. When the basis is the
// order's own, price and discount stay as Shopify has them; otherwise they are
// scaled so that the line comes to the exact amount.
func (m *mapper) price(c charge) priced {
	d := m.digits()
	q := decimal.NewFromInt(int64(c.quantity))
	part := func(v decimal.Decimal) decimal.Decimal {
		if c.quantity == c.ordered || c.ordered == 0 {
			return v
		}
		return v.Mul(q).DivRound(decimal.NewFromInt(int64(c.ordered)), 16).Round(d)
	}
	disc := part(c.discount)

	var own, channel, rate decimal.Decimal
	for _, t := range c.taxes {
		amount := part(m.pick(t.Price))
		if t.ChannelLiable {
			channel = channel.Add(amount)
			m.setAside(t.Title, true, amount)
			continue
		}
		own = own.Add(amount)
		if !amount.IsZero() || m.pick(t.Price).IsZero() {
			rate = rate.Add(t.Rate)
		}
		if m.mode == shop.SalesTax {
			m.setAside(t.Title, false, amount)
		}
	}

	base := c.unit.Mul(q).Sub(disc)
	net := base
	if m.order.TaxesIncluded {
		net = base.Sub(own).Sub(channel)
	}
	target := net
	if m.mode == shop.VATIncluded {
		target = net.Add(own)
	}

	p := priced{
		unit: c.unit, discount: disc, taxCode: m.card.TaxCode(rate),
		percent: rate.Mul(decimal.NewFromInt(100)), net: net, tax: own,
	}
	if m.mode == shop.SalesTax || !channel.IsZero() {
		p.taxCode = m.card.TaxCode(decimal.Zero)
		p.percent, p.net, p.tax = decimal.Zero, target, decimal.Zero
	}
	if target.Equal(base) || base.IsZero() {
		return p
	}
	// Rounding the unit price up leaves a discount of at least zero to take the rest.
	p.unit = c.unit.Mul(target).DivRound(base, 16).RoundCeil(unitPriceDigits)
	p.discount = p.unit.Mul(q).Round(d).Sub(target)
	if p.discount.IsNegative() {
		p.discount = decimal.Zero
	}
	return p
}

func (m *mapper) setAside(title string, channel bool, amount decimal.Decimal) {
	for i, t := range m.taxByTitle {
		if t.title == title && t.channel == channel {
			m.taxByTitle[i].amount = t.amount.Add(amount)
			return
		}
	}
	m.taxByTitle = append(m.taxByTitle, titled{title, channel, amount})
}
