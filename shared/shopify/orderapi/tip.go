package orderapi

import (
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/orders"
)

// markTips finds the lines that are tips. A tip has no field of its own: it is a
// line of that title without product and SKU that needs no shipping, and that
// the tips received account for. Goods whose product was deleted look like one
// in title and product only.
func markTips(o *orders.Order) {
	left := o.Tip.Shop.Value
	amount := func(l orders.Line) decimal.Decimal {
		return l.UnitPrice.Shop.Value.Mul(decimal.NewFromInt(int64(l.Quantity)))
	}
	may := func(l orders.Line) bool {
		return !l.Tip && !l.GiftCard && l.ProductID == "" && l.VariantID == "" && l.SKU == "" && !l.RequiresShipping &&
			strings.EqualFold(strings.TrimSpace(l.Title), "Tip") && amount(l).IsPositive()
	}
	// One that is all of the tips comes before several that make them up.
	for i, l := range o.Lines {
		if may(l) && amount(l).Equal(left) {
			o.Lines[i].Tip = true
			return
		}
	}
	for i, l := range o.Lines {
		if may(l) && amount(l).LessThanOrEqual(left) {
			o.Lines[i].Tip, left = true, left.Sub(amount(l))
		}
	}
}
