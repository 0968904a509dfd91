package documents

import (
	"slices"

	"github.com/shopspring/decimal"

	"backroom/shared/orders"
	"backroom/shared/sales"
)

// dutiesName is what the line of the duties says.
const dutiesName = "Duties"

// charge is what one thing of an order costs, in the document's currency: the
// units of a line item that are left, a shipping line, a fee, the duties.
type charge struct {
	name     string // for a person
	quantity int
	unit     decimal.Decimal
	discount decimal.Decimal
	taxes    []levied
	included bool            // price and discount hold the taxes
	percent  decimal.Decimal // of the taxes that the merchant owes

	// shared: units were taken away, so that discount and taxes are shares of
	// what was charged for all, rounded.
	shared        bool
	exactDiscount decimal.Decimal // before it was rounded

	line   *orders.Line               // nil: none
	target func(*mapper, *sales.Line) // fills in what the document's line is of
}

// levied is one tax on a charge.
type levied struct {
	title   string
	rate    decimal.Decimal
	channel bool            // the sales channel owes it
	amount  decimal.Decimal // of the charge's quantity
	exact   decimal.Decimal // before it was rounded
}

// same reports whether Shopify sums the two taxes up in one.
func (l levied) same(o levied) bool {
	return l.title == o.title && l.channel == o.channel && l.rate.Equal(o.rate)
}

// base is what the price comes to after the discount.
func (c charge) base() decimal.Decimal {
	return c.unit.Mul(decimal.NewFromInt(int64(c.quantity))).Sub(c.discount)
}

func (c charge) tax(channel bool) (sum decimal.Decimal) {
	for _, t := range c.taxes {
		if t.channel == channel {
			sum = sum.Add(t.amount)
		}
	}
	return sum
}

func (c charge) net() decimal.Decimal {
	if c.included {
		return c.base().Sub(c.tax(false)).Sub(c.tax(true))
	}
	return c.base()
}

// total is what the buyer pays for it.
func (c charge) total() decimal.Decimal { return c.net().Add(c.tax(false)).Add(c.tax(true)) }

// reading is how the amounts of an order are understood where Shopify's own
// words leave it open. The zero reading is what its documentation says.
type reading struct {
	// left: discounts and taxes of a line are of the units that are left, not of
	// all that were ordered.
	left bool
	// dutyTaxInside: the price of duties holds their taxes, as all prices of the order do.
	dutyTaxInside bool
	// dutiesInside: the prices of the lines hold the duties.
	dutiesInside bool
	// tipsInLines: all tips have lines.
	tipsInLines bool
}

// readings are all that make a difference for the order, the documented one first.
func (m *mapper) readings() []reading {
	rs := []reading{{}}
	also := func(change func(*reading)) {
		for _, r := range slices.Clip(rs) {
			change(&r)
			rs = append(rs, r)
		}
	}
	if m.hasDuties() {
		n := len(rs)
		if m.order.TaxesIncluded {
			also(func(r *reading) { r.dutyTaxInside = true })
		}
		for _, r := range slices.Clip(rs[:n]) {
			r.dutiesInside = true
			rs = append(rs, r)
		}
	}
	if m.tipsWithoutLine().IsPositive() {
		also(func(r *reading) { r.tipsInLines = true })
	}
	for _, l := range m.order.Lines {
		if l.CurrentQuantity > 0 && l.CurrentQuantity < l.Quantity {
			also(func(r *reading) { r.left = true })
			break
		}
	}
	return rs
}

// charges is all that the order charges now, with the difference to its total
// that is left. A fact about money comes from amounts: the first reading
// counts that makes the charges add up to the total, else the documented one.
func (m *mapper) charges() ([]charge, decimal.Decimal) {
	var first []charge
	var missing decimal.Decimal
	for i, r := range m.readings() {
		cs := m.read(r)
		m.settleTaxes(cs)
		rest := m.settleTotal(cs)
		if rest.IsZero() {
			return cs, rest
		}
		if i == 0 {
			first, missing = cs, rest
		}
	}
	return first, missing
}

// read is the order's charges under a reading, shares rounded each for itself.
func (m *mapper) read(r reading) []charge {
	var cs []charge
	for _, l := range m.lines() {
		of := max(l.Quantity, l.CurrentQuantity)
		if r.left {
			of = l.CurrentQuantity
		}
		c := m.charge(l.Title, m.pick(l.UnitPrice), m.pick(l.Discount()), l.TaxLines, l.CurrentQuantity, of)
		c.line, c.target = l, m.target(l)
		cs = append(cs, c)
	}
	if rest := m.tipsWithoutLine(); rest.IsPositive() && !r.tipsInLines {
		c := m.charge("Tip", rest, decimal.Zero, nil, 1, 1)
		c.target = (*mapper).toTips
		cs = append(cs, c)
	}
	for _, s := range m.order.ShippingLines {
		if s.Removed || !m.pick(s.Price).IsPositive() {
			continue
		}
		c := m.charge(s.Title, m.pick(s.Price), m.pick(s.Discount()), s.TaxLines, 1, 1)
		c.target = (*mapper).toShipping
		cs = append(cs, c)
	}
	for _, f := range m.order.Fees {
		if m.pick(f.Price).IsZero() {
			continue
		}
		c := m.charge(f.Name, m.pick(f.Price), decimal.Zero, f.TaxLines, 1, 1)
		c.target = (*mapper).toFees
		cs = append(cs, c)
	}
	if !r.dutiesInside {
		cs = append(cs, m.duties(r)...)
	}
	return cs
}

// charge is quantity units of something; discount and taxes are of as many as of.
func (m *mapper) charge(name string, unit, discount decimal.Decimal, taxes []orders.TaxLine, quantity, of int) charge {
	d := m.digits()
	c := charge{
		name: name, quantity: quantity, unit: unit, included: m.order.TaxesIncluded, shared: quantity != of,
		discount: sales.Part(discount, quantity, of, d), exactDiscount: sales.Exact(discount, quantity, of),
	}
	net := unit.Mul(decimal.NewFromInt(int64(of))).Sub(discount)
	var own []sales.Levy
	for _, t := range taxes {
		all := m.pick(t.Price)
		if c.included {
			net = net.Sub(all)
		}
		c.taxes = append(c.taxes, levied{
			title: t.Title, rate: t.Rate, channel: t.ChannelLiable,
			amount: sales.Part(all, quantity, of, d), exact: sales.Exact(all, quantity, of),
		})
		if !t.ChannelLiable {
			own = append(own, sales.Levy{Rate: t.Rate, Amount: all, Like: m.like(t.Title)})
		}
	}
	c.percent = sales.Percent(net, own, m.knownRates(), d)
	return c
}

// like is the rates that taxes of a title have in the order.
func (m *mapper) like(title string) (rates []decimal.Decimal) {
	add := func(ts []orders.TaxLine) {
		for _, t := range ts {
			if t.Title == title && !t.Rate.IsZero() {
				rates = append(rates, t.Rate)
			}
		}
	}
	for _, l := range m.order.Lines {
		add(l.TaxLines)
	}
	for _, s := range m.order.ShippingLines {
		add(s.TaxLines)
	}
	add(m.order.TaxLines)
	return rates
}

// knownRates are those that the card has a tax code for.
func (m *mapper) knownRates() (rates []decimal.Decimal) {
	for _, c := range m.card.TaxCodes {
		rates = append(rates, c.Rate)
	}
	return rates
}

// tipsWithoutLine is what of the tips no line of the order is for.
func (m *mapper) tipsWithoutLine() decimal.Decimal {
	rest := m.pick(m.order.Tip)
	for _, l := range m.order.Lines {
		if l.Tip {
			rest = rest.Sub(m.pick(l.UnitPrice).Mul(decimal.NewFromInt(int64(l.Quantity))))
		}
	}
	return rest
}

func (m *mapper) hasDuties() bool {
	return len(m.order.DutyLines) > 0 || m.order.Duties != nil && m.pick(*m.order.Duties).IsPositive()
}

// duties are one charge a percent, without the units that were taken away. A
// copy of an earlier release has their sum alone.
func (m *mapper) duties(r reading) []charge {
	var cs []charge
	var sum decimal.Decimal
	rounded := false
	for _, d := range m.order.DutyLines {
		quantity, of := m.unitsOf(d.LineID)
		if quantity == 0 {
			continue
		}
		one := m.charge(dutiesName, m.pick(d.Price), decimal.Zero, d.TaxLines, 1, 1)
		if one.included && !r.dutyTaxInside {
			one = m.onTop(d)
		}
		one.unit = sales.Part(one.unit, quantity, of, m.digits())
		for i, t := range one.taxes {
			one.taxes[i].amount = sales.Part(t.amount, quantity, of, m.digits())
			one.taxes[i].exact = sales.Exact(t.exact, quantity, of)
		}
		one.shared, one.target = quantity != of, (*mapper).toDuties
		rounded = rounded || one.shared
		sum = sum.Add(one.unit)
		cs = merged(cs, one)
	}
	if total := m.order.Duties; total != nil {
		rest := m.pick(*total).Sub(sum)
		few := sales.Minor(m.digits()).Mul(decimal.NewFromInt(int64(len(m.order.DutyLines))))
		switch {
		case len(m.order.DutyLines) == 0 && rest.IsPositive():
			c := m.charge(dutiesName, rest, decimal.Zero, nil, 1, 1)
			c.target = (*mapper).toDuties
			return []charge{c}
		case rounded && len(cs) > 0 && rest.Abs().LessThanOrEqual(few):
			cs[0].unit = cs[0].unit.Add(rest)
		}
	}
	return cs
}

// onTop is a duty whose taxes come on top of its price, in an order whose other prices hold them.
func (m *mapper) onTop(d orders.Duty) charge {
	apart := *m
	apart.order.TaxesIncluded = false
	return apart.charge(dutiesName, m.pick(d.Price), decimal.Zero, d.TaxLines, 1, 1)
}

// unitsOf is how many units of a line are left, and of how many. A line that is
// not there counts as whole.
func (m *mapper) unitsOf(line string) (quantity, of int) {
	for _, l := range m.order.Lines {
		if l.ID == line {
			return max(l.CurrentQuantity, 0), max(l.Quantity, l.CurrentQuantity)
		}
	}
	return 1, 1
}

// merged adds one to the charge of its percent, whose quantity is 1.
func merged(cs []charge, one charge) []charge {
	for i := range cs {
		if c := &cs[i]; c.percent.Equal(one.percent) && c.included == one.included {
			c.unit, c.shared = c.unit.Add(one.unit), c.shared || one.shared
			c.taxes = append(c.taxes, one.taxes...)
			return cs
		}
	}
	return append(cs, one)
}

// settleTaxes moves cents of shared taxes so that each tax comes to what
// Shopify says it comes to now, if it says so.
func (m *mapper) settleTaxes(cs []charge) {
	for _, now := range m.order.CurrentTaxLines {
		want := levied{title: now.Title, rate: now.Rate, channel: now.ChannelLiable}
		rest := m.pick(now.Price)
		var amounts []*decimal.Decimal
		var exact []decimal.Decimal
		for i := range cs {
			for j := range cs[i].taxes {
				t := &cs[i].taxes[j]
				if !t.same(want) {
					continue
				}
				rest = rest.Sub(t.amount)
				if cs[i].shared {
					amounts, exact = append(amounts, &t.amount), append(exact, t.exact)
				}
			}
		}
		sales.Settle(amounts, exact, rest, m.digits())
	}
	tax := m.currentTax()
	if tax == nil {
		return
	}
	var amounts []*decimal.Decimal
	var exact []decimal.Decimal
	for i := range cs {
		for j := range cs[i].taxes {
			if t := &cs[i].taxes[j]; cs[i].shared && t.amount.IsPositive() {
				amounts, exact = append(amounts, &t.amount), append(exact, t.exact)
			}
		}
	}
	sales.Settle(amounts, exact, tax.Sub(taxesOf(cs)), m.digits())
}

// settleTotal moves cents of shared discounts, then of taxes, so that the
// charges come to the order's total, and answers what that leaves.
func (m *mapper) settleTotal(cs []charge) decimal.Decimal {
	rest := m.total().Sub(sumOf(cs))
	if rest.IsZero() {
		return rest
	}
	var amounts []*decimal.Decimal
	var exact []decimal.Decimal
	for i := range cs {
		if c := &cs[i]; c.shared && c.discount.IsPositive() && (rest.IsPositive() || c.base().IsPositive()) {
			amounts, exact = append(amounts, &c.discount), append(exact, c.exactDiscount)
		}
	}
	if sales.Settle(amounts, exact, rest.Neg(), m.digits()) {
		return decimal.Zero
	}
	// Taxes on top of prices: the order's sum may be a cent apart from its lines'.
	if tax := m.currentTax(); !m.order.TaxesIncluded && tax != nil && tax.Sub(taxesOf(cs)).Equal(rest) {
		amounts, exact = nil, nil
		for i := range cs {
			for j := range cs[i].taxes {
				if t := &cs[i].taxes[j]; t.amount.IsPositive() {
					amounts, exact = append(amounts, &t.amount), append(exact, t.exact)
				}
			}
		}
		if sales.Settle(amounts, exact, rest, m.digits()) {
			return decimal.Zero
		}
	}
	return rest
}

func sumOf(cs []charge) (sum decimal.Decimal) {
	for _, c := range cs {
		sum = sum.Add(c.total())
	}
	return sum
}

func taxesOf(cs []charge) (sum decimal.Decimal) {
	for _, c := range cs {
		sum = sum.Add(c.tax(false)).Add(c.tax(true))
	}
	return sum
}

// total is what the order comes to now, cash rounding left out. A copy of which
// nothing was taken away may lack the current total.
func (m *mapper) total() decimal.Decimal {
	if given(m.order.CurrentTotal) {
		return m.pick(m.order.CurrentTotal)
	}
	return m.pick(m.order.Total)
}

// currentTax is the order's taxes now; nil: not known.
func (m *mapper) currentTax() *decimal.Decimal {
	if !given(m.order.CurrentTax) {
		return nil
	}
	tax := m.pick(m.order.CurrentTax)
	return &tax
}
