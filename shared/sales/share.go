package sales

import (
	"slices"

	"github.com/shopspring/decimal"
)

// Minor is the smallest amount of a currency with so many minor-unit digits.
func Minor(digits int32) decimal.Decimal { return decimal.New(1, -digits) }

// Exact is n of amount's of equal parts, not rounded (to 16 decimals more than
// a division needs). All parts, and parts of nothing, are amount itself.
func Exact(amount decimal.Decimal, n, of int) decimal.Decimal {
	if n == of || of == 0 {
		return amount
	}
	return amount.Mul(decimal.NewFromInt(int64(n))).DivRound(decimal.NewFromInt(int64(of)), 16)
}

// Part is Exact rounded to digits, half away from zero. All parts are amount
// itself, whatever its digits.
func Part(amount decimal.Decimal, n, of int, digits int32) decimal.Decimal {
	if n == of || of == 0 {
		return amount
	}
	return amount.Mul(decimal.NewFromInt(int64(n))).DivRound(decimal.NewFromInt(int64(of)), digits)
}

// Split cuts amount into parts in proportion to weights, each rounded to
// digits. The parts make up amount exactly; none has the other sign, and none
// is a whole minor unit away from its share. Weights are not negative.
func Split(amount decimal.Decimal, weights []int, digits int32) []decimal.Decimal {
	var of int
	for _, w := range weights {
		of += w
	}
	parts := make([]decimal.Decimal, len(weights))
	var done decimal.Decimal
	sum := 0
	for i, w := range weights {
		sum += w
		upTo := Part(amount, sum, of, digits)
		if sum == 0 { // Part of nothing is all
			upTo = decimal.Zero
		}
		parts[i] = upTo.Sub(done)
		done = upTo
	}
	return parts
}

// Settle moves rounded amounts, each by at most one minor unit, so that
// together they change by residual. exact are the same amounts before they
// were rounded: those whose rounding went furthest the other way move first.
// It reports false, and moves nothing, where that does not suffice.
func Settle(amounts []*decimal.Decimal, exact []decimal.Decimal, residual decimal.Decimal, digits int32) bool {
	unit := Minor(digits)
	steps := residual.Abs().Div(unit)
	if !steps.IsInteger() || steps.GreaterThan(decimal.NewFromInt(int64(len(amounts)))) {
		return false
	}
	up := decimal.NewFromInt(int64(residual.Sign()))
	order := make([]int, len(amounts))
	for i := range order {
		order[i] = i
	}
	// How far the rounded amount is behind where it should move to.
	behind := func(i int) decimal.Decimal { return exact[i].Sub(*amounts[i]).Mul(up) }
	slices.SortStableFunc(order, func(a, b int) int { return behind(b).Cmp(behind(a)) })
	for _, i := range order[:steps.IntPart()] {
		*amounts[i] = amounts[i].Add(unit.Mul(up))
	}
	return true
}
