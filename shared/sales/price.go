package sales

import "github.com/shopspring/decimal"

// unitPriceDigits is how many decimals a unit price is sent with: BC keeps five.
const unitPriceDigits = 5

// Rebase puts a price on another basis (with or without tax): it gives unit
// price and discount with which quantity units come to target, to the minor
// unit, the discount in the proportion it had. Where nothing changes, price
// and discount stay as they are. Quantity is positive.
func Rebase(quantity, unit, discount, target decimal.Decimal, digits int32) (decimal.Decimal, decimal.Decimal) {
	base := quantity.Mul(unit).Sub(discount)
	if target.Equal(base) || base.IsZero() {
		return unit, discount
	}
	// Rounding the price up leaves a discount of at least zero to take the rest.
	u := unit.Mul(target).DivRound(base, 16).RoundCeil(unitPriceDigits)
	d := u.Mul(quantity).Round(digits).Sub(target)
	return u, d
}
