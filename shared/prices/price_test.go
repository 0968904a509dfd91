package prices

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"backroom/shared/issue"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// priceRow is a decision about a price. Unless it says otherwise the shop and the company have
// euros, without tax in their prices, it is 24 December 2026, and the item costs 100 a PCS.
type priceRow struct {
	name  string
	terms func(*Terms)
	item  func(*Item)
	good  Good
	lines []Line
	lists bool
	want  string // price, compare-at price or -, cost or -; or the reason and its detail
}

var priceRows = slices.Concat([]priceRow{
	{name: "the item's unit price", want: "100 stays -"},
	{name: "the company knows of no discount", lists: true, want: "100 - -"},
	{name: "no price", item: func(i *Item) { i.Price = decimal.Zero }, want: "price-none"},
	{name: "a price that rounds to nothing", item: func(i *Item) { i.Price = dec("0.004") }, want: "price-none"},
	{name: "a price below nothing", item: func(i *Item) { i.Price = dec("-5") }, want: "price-unusable -5 EUR"},
	{name: "a price of 1e9", item: func(i *Item) { i.Price = dec("1000000000") }, want: "price-unusable 1000000000 EUR"},
	{name: "the highest price", item: func(i *Item) { i.Price = dec("999999999.99") }, want: "999999999.99 stays -"},
	{name: "a price that rounds to 1e9", item: func(i *Item) { i.Price = dec("999999999.995") }, want: "price-unusable 1000000000 EUR"},
	{name: "three decimals", item: func(i *Item) { i.Price = dec("9.995") }, want: "10 stays - rounded 9.995"},
	{name: "three decimals of dinars", terms: func(t *Terms) { t.Currency, t.Local = "KWD", "KWD" }, item: func(i *Item) { i.Price = dec("9.995") }, want: "9.995 stays -"},
	{name: "yen", terms: func(t *Terms) { t.Currency, t.Local = "JPY", "JPY" }, item: func(i *Item) { i.Price = dec("99.5") }, want: "100 stays - rounded 99.5"},
	{name: "the cost", terms: func(t *Terms) { t.Costs = true }, item: func(i *Item) { i.Cost = dec("61.237") }, want: "100 stays 61.24"},
	{name: "no cost is known", terms: func(t *Terms) { t.Costs = true }, want: "100 stays -"},
	{name: "the cost is not sent", item: func(i *Item) { i.Cost = dec("61") }, want: "100 stays -"},
	{name: "the cost of another unit", terms: func(t *Terms) { t.Costs = true }, item: func(i *Item) { i.Cost = dec("61") }, good: Good{Unit: "BOX"}, lists: true, lines: []Line{{Source: AllCustomers, Unit: "BOX", Price: dec("900")}}, want: "900 - -"},
	{name: "the base unit by name", good: Good{Unit: "PCS"}, want: "100 stays -"},
	{name: "a unit without a price", good: Good{Unit: "BOX"}, want: "price-unit-unknown"},
}, taxRows, currencyRows, lineRows)

var taxRows = []priceRow{
	{name: "tax is in both", terms: func(t *Terms) { t.IncludesTax = true }, item: func(i *Item) { i.IncludesTax = true }, want: "100 stays -"},
	{name: "tax comes in", terms: func(t *Terms) { t.IncludesTax, t.TaxPercent = true, "19" }, want: "119 stays -"},
	{name: "tax goes out", terms: func(t *Terms) { t.TaxPercent = "19" }, item: func(i *Item) { i.IncludesTax = true }, want: "84.03 stays -"},
	{name: "tax of nothing", terms: func(t *Terms) { t.IncludesTax, t.TaxPercent = true, "0" }, want: "100 stays -"},
	{name: "tax of a fraction", terms: func(t *Terms) { t.IncludesTax, t.TaxPercent = true, "8.1" }, want: "108.1 stays -"},
	{name: "nobody knows the rate", terms: func(t *Terms) { t.IncludesTax = true }, want: "price-tax-unknown"},
	{name: "nobody needs the rate", terms: func(t *Terms) { t.TaxPercent = "19" }, want: "100 stays -"},
	{name: "the line's tax counts, not the item's", terms: func(t *Terms) { t.TaxPercent = "25" }, lists: true, lines: []Line{{Source: AllCustomers, Price: dec("50"), IncludesTax: true}}, want: "40 - -"},
	{name: "tax and discount", terms: func(t *Terms) { t.IncludesTax, t.TaxPercent = true, "19" }, lists: true, lines: []Line{{Source: AllCustomers, Discount: dec("10")}}, want: "107.1 119 -"},
}

var currencyRows = []priceRow{
	{name: "the shop has another currency", terms: func(t *Terms) { t.Currency = "USD" }, want: "price-currency-unknown"},
	{name: "a list has the shop's currency", terms: func(t *Terms) { t.Currency = "USD" }, lists: true, lines: []Line{{Source: AllCustomers, Currency: "USD", Price: dec("115")}}, want: "115 - -"},
	{name: "by the company's code of it", terms: func(t *Terms) { t.Currency, t.Code = "USD", "DOLLAR" }, lists: true, lines: []Line{{Source: AllCustomers, Currency: "DOLLAR", Price: dec("115")}}, want: "115 - -"},
	{name: "a list has a third currency", terms: func(t *Terms) { t.Currency = "USD" }, lists: true, lines: []Line{{Source: AllCustomers, Currency: "SEK", Price: dec("1150")}}, want: "price-currency-unknown"},
	{name: "a list has the company's own", terms: func(t *Terms) { t.Currency = "USD" }, lists: true, lines: []Line{{Source: AllCustomers, Price: dec("90")}}, want: "price-currency-unknown"},
	{name: "the shop's currency before none", lists: true, lines: []Line{{Source: AllCustomers, Price: dec("90")}, {Source: AllCustomers, Currency: "EUR", Price: dec("95")}}, want: "95 - -"},
	{name: "a discount holds in every currency", terms: func(t *Terms) { t.Currency = "USD" }, lists: true, lines: []Line{{Source: AllCustomers, Currency: "USD", Price: dec("115")}, {Source: AllCustomers, Discount: dec("20")}}, want: "92 115 -"},
	{name: "no cost in another currency", terms: func(t *Terms) { t.Currency, t.Costs = "USD", true }, item: func(i *Item) { i.Cost = dec("61") }, lists: true, lines: []Line{{Source: AllCustomers, Currency: "USD", Price: dec("115")}}, want: "115 - -"},
}

var lineRows = []priceRow{
	{name: "a list for all", lists: true, lines: []Line{{Source: AllCustomers, Price: dec("90")}}, want: "90 - -"},
	{name: "a list makes it dearer", lists: true, lines: []Line{{Source: AllCustomers, Price: dec("110")}}, want: "110 - -"},
	{name: "the lowest of several", lists: true, lines: []Line{{Source: AllCustomers, Price: dec("90")}, {Source: AllCustomers, Price: dec("80")}, {Source: AllCustomers, Price: dec("85")}}, want: "80 - -"},
	{name: "the group's list", terms: func(t *Terms) { t.PriceGroup = "WEB" }, lists: true, lines: []Line{{Source: PriceGroup, Number: "WEB", Price: dec("70")}}, want: "70 - -"},
	{name: "another group's list", terms: func(t *Terms) { t.PriceGroup = "WEB" }, lists: true, lines: []Line{{Source: PriceGroup, Number: "B2B", Price: dec("70")}}, want: "100 - -"},
	{name: "a group's list, and the shop has no group", lists: true, lines: []Line{{Source: PriceGroup, Price: dec("70")}}, want: "100 - -"},
	{name: "the customer's list", terms: func(t *Terms) { t.Customer = "10000" }, lists: true, lines: []Line{{Source: OneCustomer, Number: "10000", Price: dec("60")}}, want: "60 - -"},
	{name: "a list for a campaign", lists: true, lines: []Line{{Source: "Campaign", Price: dec("60")}}, want: "100 - -"},
	{name: "it begins today", lists: true, lines: []Line{{Source: AllCustomers, From: "2026-12-24", Price: dec("90")}}, want: "90 - -"},
	{name: "it begins tomorrow", lists: true, lines: []Line{{Source: AllCustomers, From: "2026-12-25", Price: dec("90")}}, want: "100 - -"},
	{name: "it ends today", lists: true, lines: []Line{{Source: AllCustomers, To: "2026-12-24", Price: dec("90")}}, want: "90 - -"},
	{name: "it ended yesterday", lists: true, lines: []Line{{Source: AllCustomers, To: "2026-12-23", Price: dec("90")}}, want: "100 - -"},
	{name: "from one piece on", lists: true, lines: []Line{{Source: AllCustomers, MinimumQuantity: dec("1"), Price: dec("90")}}, want: "90 - -"},
	{name: "from two pieces on", lists: true, lines: []Line{{Source: AllCustomers, MinimumQuantity: dec("2"), Price: dec("90")}}, want: "100 - -"},
	{name: "the variant's before all variants'", good: Good{Code: "RED"}, lists: true, lines: []Line{{Source: AllCustomers, Price: dec("80")}, {Source: AllCustomers, Code: "RED", Price: dec("90")}}, want: "90 - -"},
	{name: "another variant's", good: Good{Code: "RED"}, lists: true, lines: []Line{{Source: AllCustomers, Code: "BLUE", Price: dec("90")}}, want: "100 - -"},
	{name: "the unit's", good: Good{Unit: "BOX"}, lists: true, lines: []Line{{Source: AllCustomers, Price: dec("90")}, {Source: AllCustomers, Unit: "BOX", Price: dec("800")}}, want: "800 - -"},
	{name: "no unit is the base unit", good: Good{Unit: "BOX"}, lists: true, lines: []Line{{Source: AllCustomers, Price: dec("90")}}, want: "price-unit-unknown"},
	{name: "the base unit's before none", lists: true, lines: []Line{{Source: AllCustomers, Price: dec("80")}, {Source: AllCustomers, Unit: "PCS", Price: dec("90")}}, want: "90 - -"},
	{name: "a discount", lists: true, lines: []Line{{Source: AllCustomers, Discount: dec("10")}}, want: "90 100 -"},
	{name: "a discount in the line of the price", lists: true, lines: []Line{{Source: AllCustomers, Price: dec("90"), Discount: dec("50")}}, want: "45 90 -"},
	{name: "the best discount", lists: true, lines: []Line{{Source: AllCustomers, Discount: dec("10")}, {Source: AllCustomers, Discount: dec("15")}}, want: "85 100 -"},
	{name: "the group's discount", terms: func(t *Terms) { t.DiscountGroup = "WEB" }, lists: true, lines: []Line{{Source: DiscountGroup, Number: "WEB", Discount: dec("10")}}, want: "90 100 -"},
	{name: "a discount group has no prices", terms: func(t *Terms) { t.DiscountGroup = "WEB" }, lists: true, lines: []Line{{Source: DiscountGroup, Number: "WEB", Price: dec("1")}}, want: "100 - -"},
	{name: "discounts are not wanted", terms: func(t *Terms) { t.NoDiscounts = true }, lists: true, lines: []Line{{Source: AllCustomers, Discount: dec("10")}}, want: "100 - -"},
	{name: "a discount of all", lists: true, lines: []Line{{Source: AllCustomers, Discount: dec("100")}}, want: "price-none"},
	{name: "a discount of more than all", lists: true, lines: []Line{{Source: AllCustomers, Discount: dec("101")}}, want: "price-unusable -1 EUR"},
	{name: "a discount that is none after rounding", lists: true, lines: []Line{{Source: AllCustomers, Discount: dec("0.001")}}, want: "100 - -"},
	{name: "a discount below nothing", lists: true, lines: []Line{{Source: AllCustomers, Discount: dec("-10")}}, want: "100 - -"},
	{name: "a price below nothing in a list", lists: true, lines: []Line{{Source: AllCustomers, Price: dec("-1")}}, want: "price-unusable -1 EUR"},
	{name: "three decimals in a list", lists: true, lines: []Line{{Source: AllCustomers, Price: dec("1.005")}}, want: "1.01 - - rounded 1.005"},
}

func TestPriceOf(t *testing.T) {
	for _, r := range priceRows {
		t.Run(r.name, func(t *testing.T) {
			terms := Terms{Day: "2026-12-24", Currency: "EUR", Local: "EUR"}
			item := Item{Number: "1000", Base: "PCS", Price: dec("100")}
			if r.terms != nil {
				r.terms(&terms)
			}
			if r.item != nil {
				r.item(&item)
			}
			p, wrong, detail := priceOf(terms, r.lists, item, r.lines, r.good)
			if got := told(p, wrong, detail); got != r.want {
				t.Errorf("%s, want %s", got, r.want)
			}
		})
	}
}

func told(p Price, wrong issue.Reason, detail string) string {
	if wrong != "" {
		if detail != "" {
			detail = " " + detail
		}
		return string(wrong) + detail
	}
	or := func(d decimal.Decimal) string {
		if d.IsZero() {
			return "-"
		}
		return d.String()
	}
	compareAt, rounded := or(p.CompareAt), ""
	if p.NoCompareAt {
		compareAt = "stays"
	}
	if !p.Rounded.IsZero() {
		rounded = " rounded " + p.Rounded.String()
	}
	return fmt.Sprintf("%s %s %s%s", p.Price, compareAt, or(p.Cost), rounded)
}

// drawn is a shop, an item and lines of which some are for the shop.
type drawn struct {
	terms Terms
	item  Item
	lines []Line
	good  Good
}

func draw(t *rapid.T) drawn {
	cents := func(name string, to int64) decimal.Decimal {
		return decimal.New(rapid.Int64Range(-100, to).Draw(t, name), -3)
	}
	among := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
	d := drawn{
		terms: Terms{
			Day: "2026-06-15", Currency: among("currency", "EUR", "JPY", "KWD"), Local: among("local", "EUR", "JPY", "KWD"), TaxPercent: among("tax", "", "0", "19", "8.1"),
			PriceGroup: among("group", "", "WEB"), DiscountGroup: among("discounts", "", "WEB"), Customer: among("customer", "", "10000"),
			IncludesTax: rapid.Bool().Draw(t, "shop includes tax"), NoDiscounts: rapid.Bool().Draw(t, "no discounts"), Costs: true,
		},
		item: Item{Number: "1000", Base: "PCS", Price: cents("price", 9_000_000), Cost: cents("cost", 9_000_000), IncludesTax: rapid.Bool().Draw(t, "item includes tax")},
		good: Good{Item: "1000", Code: among("code", "", "RED"), Unit: among("unit", "", "PCS", "BOX")},
	}
	for range rapid.IntRange(0, 6).Draw(t, "lines") {
		d.lines = append(d.lines, Line{
			Source: rapid.SampledFrom([]Source{AllCustomers, AllCustomers, PriceGroup, DiscountGroup, OneCustomer, "Campaign"}).Draw(t, "source"),
			Number: among("number", "", "WEB", "10000"), Item: "1000", Code: among("line's code", "", "RED", "BLUE"), Unit: among("line's unit", "", "PCS", "BOX"),
			Currency: among("line's currency", "", "EUR", "JPY", "SEK"), MinimumQuantity: decimal.NewFromInt(rapid.Int64Range(0, 3).Draw(t, "minimum")),
			From: among("from", "", "2026-06-14", "2026-06-16"), To: among("to", "", "2026-06-14", "2026-06-15"),
			Price: cents("line's price", 9_000_000), IncludesTax: rapid.Bool().Draw(t, "line includes tax"), Discount: decimal.NewFromInt(rapid.Int64Range(-5, 105).Draw(t, "percent")),
		})
	}
	return d
}

func (d drawn) price() string { return told(priceOf(d.terms, true, d.item, d.lines, d.good)) }

// Whatever a company knows: a price is positive and one that the currency has; a
// compare-at price is above it; the order of lines says nothing, nor does a line that is
// for somebody else, another day, another unit or more pieces.
func TestPriceLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		p, wrong, _ := priceOf(d.terms, true, d.item, d.lines, d.good)
		if wrong == "" {
			digits := map[string]int32{"EUR": 2, "JPY": 0, "KWD": 3}[d.terms.Currency]
			for _, v := range []decimal.Decimal{p.Price, p.CompareAt, p.Cost} {
				if v.IsNegative() || v.GreaterThanOrEqual(tooMuch) || !v.Equal(v.Truncate(digits)) {
					t.Fatalf("%s in %s", v, d.terms.Currency)
				}
			}
			if p.Price.IsZero() || !p.CompareAt.IsZero() && !p.CompareAt.GreaterThan(p.Price) {
				t.Fatalf("%s instead of %s", p.Price, p.CompareAt)
			}
		}
		want := d.price()
		o := d
		o.lines = append(slices.Clone(d.lines), rapid.SampledFrom([]Line{
			{Source: "Campaign", Price: dec("0.01")},
			{Source: PriceGroup, Number: "OTHER", Price: dec("0.01")},
			{Source: OneCustomer, Price: dec("0.01")},
			{Source: AllCustomers, From: "2026-06-16", Price: dec("0.01"), Discount: dec("99")},
			{Source: AllCustomers, To: "2026-06-14", Price: dec("0.01"), Discount: dec("99")},
			{Source: AllCustomers, MinimumQuantity: dec("1.5"), Price: dec("0.01"), Discount: dec("99")},
			{Source: AllCustomers, Code: "BLUE", Price: dec("0.01"), Discount: dec("99")},
			{Source: AllCustomers, Unit: "PALLET", Price: dec("0.01"), Discount: dec("99")},
			{Source: AllCustomers, Currency: "SEK", Price: dec("0.01"), Discount: dec("99")},
		}).Draw(t, "line for somebody else"))
		slices.Reverse(o.lines)
		if got := o.price(); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}

// Rates and discounts are reckoned without a loss: the price of one line is that of
// fractions, rounded once, half away from zero.
func TestPriceIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.Int64Range(1, 99_999_999).Draw(t, "hundred thousandths")
		percent := rapid.Int64Range(0, 9999).Draw(t, "hundredths of a percent off")
		tax := rapid.Int64Range(0, 300).Draw(t, "tenths of a percent of tax")
		in := rapid.Bool().Draw(t, "tax comes in")
		terms := Terms{Day: "2026-06-15", Currency: "EUR", Local: "EUR", IncludesTax: in, TaxPercent: decimal.New(tax, -1).String()}
		item := Item{Base: "PCS", Price: decimal.New(list, -5), IncludesTax: !in}
		p, wrong, _ := priceOf(terms, true, item, []Line{{Source: AllCustomers, Discount: decimal.New(percent, -2)}}, Good{})
		// In cents: list/1000 * (10000-percent)/10000, times or by (1000+tax)/1000.
		want := new(big.Rat).Mul(big.NewRat(list, 1000), big.NewRat(10_000-percent, 10_000))
		factor := big.NewRat(1000+tax, 1000)
		if !in {
			factor.Inv(factor)
		}
		want.Mul(want, factor).Add(want, big.NewRat(1, 2))
		cents := new(big.Int).Div(want.Num(), want.Denom()).Int64()
		if wrong != "" && cents != 0 || wrong == "" && !p.Price.Equal(decimal.New(cents, -2)) {
			t.Fatalf("%s%s, want %d cents", p.Price, wrong, cents)
		}
	})
}
