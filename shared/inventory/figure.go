package inventory

import (
	"github.com/shopspring/decimal"

	"backroom/shared/issue"
)

// maxQuantity is as much as Shopify takes.
const maxQuantity = 1_000_000_000

// figure is what a company has to offer of a good at a place, before what the shop has
// sold that the company does not know.
type figure struct {
	// Free is in base units: the share of what is free less the buffer.
	Free decimal.Decimal
	// Per is how many base units one of the good holds.
	Per decimal.Decimal
	// Wrong is why nothing can be said, "" if Free can.
	Wrong issue.Reason
	// Negative: the company has less than nothing of it.
	Negative bool
}

// offered is how many of the good are left when units of the item, in base units, are
// promised: 0 at least.
func (f figure) offered(promised decimal.Decimal) int {
	n := f.Free.Sub(promised).Div(f.Per).Floor()
	switch {
	case n.IsNegative():
		return 0
	case n.GreaterThan(decimal.NewFromInt(maxQuantity)):
		return maxQuantity
	}
	return int(n.IntPart())
}

// print says what a figure comes to: one that does not differ in it is the same.
func (f figure) print() string { return f.Free.String() + "/" + f.Per.String() }

// ledger is a company's stock by item and variant.
type ledger struct {
	Stocks
	Settings
	by map[string][]Stock // of an item and variant, see stockKey
}

func stockKey(item, code string) string { return item + "|" + code }

func ledgerOf(st Stocks, s Settings) ledger {
	l := ledger{st, s, map[string][]Stock{}}
	for _, r := range st.Rows {
		key := stockKey(r.Item, r.Variant)
		l.by[key] = append(l.by[key], r)
	}
	return l
}

// figure is what there is of a good at a place.
func (l ledger) figure(g Good, p Place) figure {
	it, ok := l.Items[g.Item]
	f := figure{Per: decimal.NewFromInt(1)}
	switch {
	case !ok:
		f.Wrong = ItemUnstocked
		return f
	case !l.Located && !p.whole():
		f.Wrong = CompanionMissing
		return f
	case !l.Located && (g.Code != "" || it.Variants):
		f.Wrong = VariantsUntold
		return f
	case it.Unsure:
		f.Wrong = UnitUnknown
		return f
	}
	if g.Unit != "" && g.Unit != it.BaseUnit {
		if f.Per, ok = it.Units[g.Unit]; !ok || !f.Per.IsPositive() {
			f.Wrong = UnitUnknown
			return f
		}
	}
	free, there := decimal.Zero, decimal.Zero
	for _, r := range l.by[stockKey(g.Item, g.Code)] {
		if l.Located && !p.holds(r.Location) {
			continue
		}
		there = there.Add(r.Quantity)
		if p.Calculation == Projected && l.Located {
			free = free.Add(r.Projected)
			continue
		}
		free = free.Add(r.Quantity.Sub(r.Sold))
	}
	f.Negative = there.IsNegative()
	free = free.Sub(l.buffer(g, p))
	if free.IsPositive() { // what is oversold is nobody's share
		free = free.Mul(l.share()).Div(decimal.NewFromInt(whole))
	}
	f.Free = free
	return f
}
