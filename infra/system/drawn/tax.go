package drawn

import (
	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
)

// tax is one tax line on an amount that has all taxes of the given sum of rates
// in it, if prices include tax.
func (d *drawing) tax(net data.Bag, rate, all decimal.Decimal) data.Tax {
	of := func(v decimal.Decimal) decimal.Decimal {
		if d.o.TaxesIncluded {
			return v.Mul(rate).Div(all.Add(decimal.NewFromInt(1)))
		}
		return v.Mul(rate)
	}
	return data.Tax{Title: "Tax " + rate.Shift(2).String(), Rate: rate, Price: d.o.Round(data.Bag{Shop: of(net.Shop), Presentment: of(net.Presentment)})}
}

// taxes on an amount, of a line (odd ones among them) or of something else.
func (d *drawing) taxes(net data.Bag, odd bool) []data.Tax {
	rate := decimal.RequireFromString(d.rate)
	if odd && d.one(8) {
		rate = decimal.RequireFromString(pick(d.generator, "0.07", "0.1", "0.12"))
	}
	if rate.IsZero() {
		if d.one(2) {
			return nil
		}
		return []data.Tax{{Title: "Zero", Rate: decimal.Zero}}
	}
	if !odd {
		return []data.Tax{d.tax(net, rate, rate)}
	}
	return d.oddTaxes(net, rate)
}

// oddTaxes are mostly one plain tax.
func (d *drawing) oddTaxes(net data.Bag, rate decimal.Decimal) []data.Tax {
	switch d.r.IntN(60) {
	case 0: // two that add up to a rate with a row
		d.kind("two taxes")
		all := decimal.RequireFromString("0.12")
		return []data.Tax{d.tax(net, decimal.RequireFromString("0.05"), all), d.tax(net, decimal.RequireFromString("0.07"), all)}
	case 1: // two that add up to none
		if !d.one(3) {
			break
		}
		d.kind("two odd taxes")
		all := decimal.RequireFromString("0.0825")
		return []data.Tax{d.tax(net, decimal.RequireFromString("0.0625"), all), d.tax(net, decimal.RequireFromString("0.02"), all)}
	case 2: // exempt: the rate is named, nothing is due
		d.kind("exempt")
		return []data.Tax{{Title: "Exempt", Rate: rate}}
	case 3: // exempt from one of two
		d.kind("one of two exempt")
		return []data.Tax{d.tax(net, rate, rate), {Title: "Exempt", Rate: decimal.RequireFromString("0.05")}}
	case 4: // a rate without a row
		if !d.one(2) {
			break
		}
		d.kind("unknown rate")
		r := decimal.RequireFromString("0.081")
		return []data.Tax{d.tax(net, r, r)}
	case 5: // an amount that is not rate × price
		if !d.one(2) {
			break
		}
		d.kind("odd tax amount")
		t := d.tax(net, rate, rate)
		t.Price = d.o.Round(data.Bag{Shop: t.Price.Shop.Mul(decimal.New(7, -1)), Presentment: t.Price.Presentment.Mul(decimal.New(7, -1))})
		return []data.Tax{t}
	case 6, 7: // the channel owes one
		d.kind("channel's tax")
		c := decimal.RequireFromString("0.0625")
		t := d.tax(net, c, c.Add(rate))
		t.ChannelLiable = true
		if d.one(2) {
			t = d.tax(net, c, c)
			t.ChannelLiable = true
			return []data.Tax{t}
		}
		return []data.Tax{d.tax(net, rate, c.Add(rate)), t}
	case 8:
		d.kind("nobody says who owes the tax")
		t := d.tax(net, rate, rate)
		t.LiabilityUnknown = true
		return []data.Tax{t}
	}
	return []data.Tax{d.tax(net, rate, rate)}
}
