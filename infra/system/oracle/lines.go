package oracle

import (
	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
)

var (
	one     = decimal.NewFromInt(1)
	hundred = decimal.NewFromInt(100)
)

// charge is anything with a price and taxes, for all units that were ordered.
type charge struct {
	ordered, current int
	unit, discount   decimal.Decimal
	taxes            []data.Tax
	whole            bool // unit is for all units together
}

// base is what the units that are left come to.
func (c charge) base(discount decimal.Decimal, places int32) decimal.Decimal {
	if c.whole {
		return c.part(c.unit, places)
	}
	return c.unit.Mul(decimal.NewFromInt(int64(c.current))).Sub(discount)
}

// part is what is left of an amount after edits.
func (c charge) part(v decimal.Decimal, places int32) decimal.Decimal {
	if c.current == c.ordered {
		return v
	}
	return v.Mul(decimal.NewFromInt(int64(c.current))).DivRound(decimal.NewFromInt(int64(c.ordered)), places)
}

// priced is a charge in numbers.
type priced struct {
	discount, net, tax, percent decimal.Decimal
	channel                     decimal.Decimal // of it, what the channel owes
	bare                        bool            // so small that no rate shows
	named                       decimal.Decimal // the percents that are named, whatever they come to
}

func (w *World) price(o *data.Order, c charge) priced {
	places := Digits(w.currency(o))
	p := priced{discount: c.part(c.discount, places)}
	base := c.base(p.discount, places)
	for _, t := range c.taxes {
		whole := w.in(t.Price)
		amount := c.part(whole, places)
		if t.ChannelLiable {
			p.channel = p.channel.Add(amount)
			continue
		}
		p.named = p.named.Add(t.Rate.Mul(hundred))
		p.tax = p.tax.Add(amount)
		if !whole.IsZero() {
			p.percent = p.percent.Add(t.Rate.Mul(hundred))
		}
	}
	p.net = base
	if o.TaxesIncluded {
		p.net = base.Sub(p.tax).Sub(p.channel)
	}
	// Of a few cents the tax rounds to nothing: the rate is in its name only.
	if p.tax.IsZero() && p.net.Mul(p.named).Div(hundred).Round(places).IsZero() {
		p.bare = true
	}
	return p
}

// lines are all that is booked of an order.
func (w *World) lines(m *Meant, o *data.Order) {
	for _, l := range o.Lines {
		w.line(m, o, l)
	}
	rest := w.in(o.Tip)
	for _, l := range o.Lines {
		if l.Tip {
			rest = rest.Sub(w.in(l.UnitPrice).Mul(decimal.NewFromInt(int64(l.Quantity))))
		}
	}
	if rest.IsPositive() {
		w.plain(m, "tip", w.Rules.Tip, rest)
	}
	for _, s := range o.ShippingLines {
		if s.Removed || w.in(s.Price).IsZero() {
			continue
		}
		c := charge{ordered: 1, current: 1, unit: w.in(s.Price), discount: sum(w, s.Allocations), taxes: s.Taxes}
		w.book(m, o, c, w.on(w.Rules.Shipping, Line{Text: "shipping " + s.Title, Quantity: one}))
	}
	for _, f := range o.Fees {
		c := charge{ordered: 1, current: 1, unit: w.in(f.Price), taxes: f.Taxes}
		w.book(m, o, c, w.on(w.Rules.Fee, Line{Text: "fee " + f.Name, Quantity: one}))
	}
	if r := w.in(o.CashRounding); !r.IsZero() {
		w.plain(m, "cash rounding", w.Rules.CashRounding, r)
	}
}

func sum(w *World, as []data.Allocation) (v decimal.Decimal) {
	for _, a := range as {
		v = v.Add(w.in(a.Amount))
	}
	return v
}

func (w *World) line(m *Meant, o *data.Order, l *data.Line) {
	current := l.Quantity - l.Removed
	if current <= 0 {
		return
	}
	c := charge{ordered: l.Quantity, current: current, unit: w.in(l.UnitPrice), discount: sum(w, l.Allocations), taxes: l.Taxes}
	out := Line{Text: l.Title, Quantity: decimal.NewFromInt(int64(current))}
	good, known := w.item(l)
	switch {
	case l.Tip:
		out = w.on(w.Rules.Tip, out)
	case l.GiftCard:
		out = w.on(w.Rules.GiftCard, out)
	case known:
		out.Type, out.Object, out.ownGroup = "Item", good.number, good.taxGroup
		out.Parts = w.parts(o, l, current)
		if good.blocked {
			m.obstacle("blocked item")
		}
	case l.Variant == 0:
		out = w.on(w.Rules.UnknownItem, out)
		out.Parts = w.parts(o, l, current)
		for i := range out.Parts {
			out.Parts[i].Location = "" // nothing of an account is anywhere
		}
	default:
		m.obstacle("unknown item")
		return
	}
	m.component(l, out)
	w.book(m, o, c, out)
	if d := l.Duty; d != nil {
		w.book(m, o, w.duty(l, d), w.on(w.Rules.Fee, Line{Text: "duty of " + l.Title, Quantity: one}))
	}
}

func (w *World) duty(l *data.Line, d *data.Duty) charge {
	return charge{ordered: l.Quantity, current: l.Quantity - l.Removed, unit: w.in(d.Price), taxes: d.Taxes, whole: true}
}

// parts are where a line ships from, if that is known of all its units.
func (w *World) parts(o *data.Order, l *data.Line, current int) []Part {
	at := map[string]int{}
	n := 0
	var codes []string
	for _, f := range o.FulfillmentOrders {
		if f.Status == "CANCELLED" {
			continue
		}
		for _, fl := range f.Lines {
			if fl.Line != l.ID || fl.Total == 0 {
				continue
			}
			code := w.Rules.Locations[f.Location]
			if _, ok := at[code]; !ok {
				codes = append(codes, code)
			}
			at[code] += fl.Total
			n += fl.Total
		}
	}
	if n != current {
		return nil
	}
	var out []Part
	for _, c := range codes {
		out = append(out, Part{c, decimal.NewFromInt(int64(at[c]))})
	}
	return out
}

// book adds the line of a charge, and the lines of what is set aside from it.
func (w *World) book(m *Meant, o *data.Order, c charge, l Line) {
	p := w.price(o, c)
	l.Percent, l.Net, l.Tax, l.AnyPercent = p.percent, p.net, p.tax, p.bare
	if _, ok := w.code(p.named); p.bare && !ok {
		m.Doubts = append(m.Doubts, "a rate that does not show")
	}
	same := !o.TaxesIncluded || p.channel.IsZero()
	if w.Rules.SalesTax {
		l.Percent, l.Tax = decimal.Zero, decimal.Zero
		same = !o.TaxesIncluded
	}
	if same && !c.whole {
		l.Unit, l.Discount = &c.unit, &p.discount
	}
	w.check(m, l)
	m.Lines = append(m.Lines, l)
	for _, t := range c.taxes {
		amount := c.part(w.in(t.Price), Digits(m.Currency))
		switch {
		case amount.IsZero():
		case t.ChannelLiable:
			w.plain(m, "channel's "+t.Title, w.Rules.ChannelTax, amount)
		case w.Rules.SalesTax:
			w.plain(m, "tax "+t.Title, w.Rules.Tax, amount)
		}
	}
}

// plain adds an untaxed account line.
func (w *World) plain(m *Meant, what, account string, amount decimal.Decimal) {
	l := w.on(account, Line{Text: what, Quantity: one, Net: amount})
	w.check(m, l)
	m.Lines = append(m.Lines, l)
}

func (w *World) check(m *Meant, l Line) {
	switch {
	case l.Type == "Item" && !l.Charge:
	case l.Charge:
		if g, ok := w.numbered(l.Object); !ok || g.blocked || g.stocked {
			m.obstacle("item in the place of an account %s", l.Object)
		}
	case l.Object == "":
		m.obstacle("account of %s", l.Text)
	case !w.account(l.Object):
		m.obstacle("account %s", l.Object)
	}
}

// total is what the buyer owes in the end, added up from the order's parts.
func (w *World) total(o *data.Order) (v decimal.Decimal) {
	add := func(c charge) {
		p := w.price(o, c)
		v = v.Add(p.net).Add(p.tax).Add(p.channel)
	}
	for _, l := range o.Lines {
		current := l.Quantity - l.Removed
		if current <= 0 {
			continue
		}
		add(charge{ordered: l.Quantity, current: current, unit: w.in(l.UnitPrice), discount: sum(w, l.Allocations), taxes: l.Taxes})
		if l.Duty != nil {
			add(w.duty(l, l.Duty))
		}
	}
	for _, s := range o.ShippingLines {
		if !s.Removed {
			add(charge{ordered: 1, current: 1, unit: w.in(s.Price), discount: sum(w, s.Allocations), taxes: s.Taxes})
		}
	}
	for _, f := range o.Fees {
		add(charge{ordered: 1, current: 1, unit: w.in(f.Price), taxes: f.Taxes})
	}
	return v.Add(w.in(o.Tip)).Add(w.in(o.CashRounding))
}
