package sales

import (
	"slices"

	"github.com/shopspring/decimal"
)

// group is the lines whose tax Business Central rounds together.
type group struct {
	code    string
	percent decimal.Decimal
	amount  decimal.Decimal // quantity × price less discount, on the prices' basis
	net     decimal.Decimal // as found
	tax     decimal.Decimal
}

// groups are by tax code as read and percent, in the order of their first lines.
func (c *comparison) groups() []group {
	var out []group
	for _, l := range c.got.Lines {
		if l.Kind == CommentLine {
			continue
		}
		i := slices.IndexFunc(out, func(g group) bool { return g.code == l.TaxCode && g.percent.Equal(l.Percent) })
		if i < 0 {
			i = len(out)
			out = append(out, group{code: l.TaxCode, percent: l.Percent})
		}
		g := &out[i]
		g.amount = g.amount.Add(l.Amount(c.meant.Digits))
		g.net, g.tax = g.net.Add(l.Net), g.tax.Add(l.Tax)
	}
	return out
}

// Amount is what the line comes to on the basis of its price, rounded as
// Business Central does: the product first, then the discount is taken off.
func (l Line) Amount(digits int32) decimal.Decimal {
	return l.Quantity.Mul(l.UnitPrice).Round(digits).Sub(l.Discount)
}

// carried is net and tax of the group as Business Central carries them: one
// rounding a group. Prices with tax keep the gross and round the net; prices
// without keep the net and round the tax.
func (g group) carried(inclusive bool, digits int32) (net, tax decimal.Decimal) {
	hundred := decimal.NewFromInt(100)
	if inclusive {
		net = g.amount.Mul(hundred).DivRound(hundred.Add(g.percent), 16).Round(digits)
		return net, g.amount.Sub(net)
	}
	return g.amount, g.amount.Mul(g.percent).DivRound(hundred, 16).Round(digits)
}

// TaxesOf is what lines come to by percent, in the order of their first lines.
// Comments come to nothing.
func TaxesOf(lines []Line) []Tax {
	var out []Tax
	for _, l := range lines {
		if l.Kind == CommentLine {
			continue
		}
		i := slices.IndexFunc(out, func(t Tax) bool { return t.Percent.Equal(l.Percent) })
		if i < 0 {
			i = len(out)
			out = append(out, Tax{Percent: l.Percent})
		}
		out[i].Net, out[i].Tax = out[i].Net.Add(l.Net), out[i].Tax.Add(l.Tax)
	}
	return out
}

// Foreseen is the total that Business Central will make of d when every line
// bears its percent.
func (d Document) Foreseen() decimal.Decimal {
	inclusive := d.PricesIncludeTax != nil && *d.PricesIncludeTax
	var groups []group
	for _, l := range d.Lines {
		if l.Kind == CommentLine {
			continue
		}
		i := slices.IndexFunc(groups, func(g group) bool { return g.percent.Equal(l.Percent) })
		if i < 0 {
			i = len(groups)
			groups = append(groups, group{percent: l.Percent})
		}
		groups[i].amount = groups[i].amount.Add(l.Amount(d.Digits))
	}
	sum := decimal.Zero
	for _, g := range groups {
		net, tax := g.carried(inclusive, d.Digits)
		sum = sum.Add(net).Add(tax)
	}
	return sum
}

// Untaxed reports whether no line bears any tax.
func (d Document) Untaxed() bool {
	return !slices.ContainsFunc(d.Lines, func(l Line) bool { return !l.Percent.IsZero() })
}

// Unfaithful is the lines of d whose tax no document can show as it was charged:
// it is not what the line's percent makes of its amount, by more than carried
// cents explain. Found is what the percent makes of it.
func (d Document) Unfaithful() []Difference {
	inclusive := d.PricesIncludeTax != nil && *d.PricesIncludeTax
	var out []Difference
	for _, l := range d.Lines {
		if l.Kind == CommentLine {
			continue
		}
		_, tax := group{percent: l.Percent, amount: l.Amount(d.Digits)}.carried(inclusive, d.Digits)
		if tax.Sub(l.Tax).Abs().GreaterThan(decimal.New(2, -d.Digits)) {
			out = append(out, Difference{Field: LineTax, Line: l.Sequence, Of: l.name(), Meant: l.Tax.String(), Found: tax.String(), Mend: mend(LineTax)})
		}
	}
	return out
}
