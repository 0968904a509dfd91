package sales

import "github.com/shopspring/decimal"

// Levy is one tax that was charged on an amount.
type Levy struct {
	// Rate is a fraction, 0.19. Zero beside an amount that is not means that
	// the shop gave no rate.
	Rate   decimal.Decimal
	Amount decimal.Decimal
	// Like are the rates of taxes of the same title elsewhere in the order.
	Like []decimal.Decimal
}

var hundred = decimal.NewFromInt(100)

// Percent is the percent that an amount of net bears under its taxes:
//
//   - several taxes add up
//   - a tax of amount 0 is an exemption and adds nothing, unless its rate of so
//     small an amount rounds to nothing
//   - a tax without a rate bears the one that its amount shows: that of a like
//     tax, else one of known, else the simplest one that comes to the amount
//
// A rate whose amount is another one than rate times net stays: which of the
// two is right is not for the document to decide.
func Percent(net decimal.Decimal, taxes []Levy, known []decimal.Decimal, digits int32) decimal.Decimal {
	var sum decimal.Decimal
	half := Minor(digits).Div(decimal.NewFromInt(2))
	for _, t := range taxes {
		switch {
		case !t.Rate.IsZero() && t.Amount.IsZero():
			if net.Mul(t.Rate).Abs().LessThan(half) {
				sum = sum.Add(t.Rate)
			}
		case !t.Rate.IsZero():
			sum = sum.Add(t.Rate)
		case !t.Amount.IsZero() && !net.IsZero():
			sum = sum.Add(implied(net, t, known, half))
		}
	}
	return sum.Mul(hundred)
}

// implied is the rate that a tax without one has.
func implied(net decimal.Decimal, t Levy, known []decimal.Decimal, half decimal.Decimal) decimal.Decimal {
	yields := func(rate decimal.Decimal) bool {
		return net.Mul(rate).Sub(t.Amount).Abs().LessThanOrEqual(half)
	}
	for _, rates := range [][]decimal.Decimal{t.Like, known} {
		for _, r := range rates {
			if !r.IsZero() && yields(r) {
				return r
			}
		}
	}
	// A rate is a percent of few decimals: 19, 8.1, 9.975.
	for d := int32(2); d < 7; d++ {
		if r := t.Amount.DivRound(net, d); !r.IsZero() && yields(r) {
			return r
		}
	}
	return t.Amount.DivRound(net, 7)
}
