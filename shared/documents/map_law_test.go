package documents

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/sales"
)

// seller draws orders as Shopify would have them, and keeps its own books of
// what they come to, in whole minor units of both currencies. It shares no code
// with the mapping.
type seller struct {
	*rapid.T
	o         orders.Order
	digits    [2]int32 // of the shop's currency and of the buyer's
	truncates bool     // how it rounds shares of units that are left
	total     [2]int64 // what the order comes to now
	taxNow    [2]int64
	units     map[string]int64       // left, by line
	lineNet   map[string][2]int64    // what a line comes to without tax
	percents  map[string][2][2]int64 // by percent: net and tax, channel's tax left out
	shared    map[string]bool        // lines whose net is a rounded share, so known to a unit only
	taxLines  map[string]*orders.TaxLine
	duties    [2]int64
}

func newSeller(t *rapid.T) *seller {
	currencies := []string{"EUR", "JPY", "KWD", "USD"}
	s := &seller{
		T: t, truncates: rapid.Bool().Draw(t, "truncates"), units: map[string]int64{}, lineNet: map[string][2]int64{},
		percents: map[string][2][2]int64{}, shared: map[string]bool{}, taxLines: map[string]*orders.TaxLine{},
	}
	s.o = orders.Order{
		ID: "7", Name: "#7", Number: 7, Confirmed: true, TaxesIncluded: rapid.Bool().Draw(t, "included"),
		Currency: rapid.SampledFrom(currencies).Draw(t, "currency"), PresentmentCurrency: rapid.SampledFrom(currencies).Draw(t, "presentment"),
	}
	for i, c := range []string{s.o.Currency, s.o.PresentmentCurrency} {
		s.digits[i] = map[string]int32{"JPY": 0, "KWD": 3}[c]
		if c != "JPY" && c != "KWD" {
			s.digits[i] = 2
		}
	}
	return s
}

func (s *seller) bag(v [2]int64) money.Bag {
	return money.Bag{
		Shop:        money.Amount{Value: decimal.New(v[0], -s.digits[0]), Currency: s.o.Currency},
		Presentment: money.Amount{Value: decimal.New(v[1], -s.digits[1]), Currency: s.o.PresentmentCurrency},
	}
}

// price is an amount in both currencies that have nothing to do with each other.
func (s *seller) price(low, high int64, name string) [2]int64 {
	return [2]int64{rapid.Int64Range(low, high).Draw(s.T, name), rapid.Int64Range(low, high).Draw(s.T, name+" to the buyer")}
}

// part is n of v's of parts, as the seller rounds.
func (s *seller) part(v [2]int64, n, of int64) (out [2]int64) {
	for i, x := range v {
		if out[i] = x * n / of; !s.truncates && 2*(x*n%of) >= of {
			out[i]++
		}
	}
	return out
}

// rate is a tax that the seller knows, in thousandths of a percent.
type rate struct {
	title   string
	rate    int64
	exempt  bool // listed with amount 0
	channel bool
}

var lawOfTaxes = [][]rate{
	nil,
	{{title: "VAT", rate: 25_000}},
	{{title: "VAT", rate: 19_000}},
	{{title: "VAT", rate: 8_100}},
	{{title: "GST", rate: 5_000}, {title: "QST", rate: 9_975}},
	{{title: "VAT", rate: 25_000, exempt: true}},
	{{title: "VAT", rate: 25_000}, {title: "Levy", rate: 2_000, exempt: true}},
	{{title: "VAT", rate: 19_000}, {title: "Marketplace", rate: 3_000, channel: true}},
	{{title: "Marketplace", rate: 7_000, channel: true}},
}

// booked is something with a price: what is charged for all, and for what is left.
type booked struct {
	taxes        []orders.TaxLine
	net, taxesIn [2]int64 // of what is left
}

// sell charges all for of units, n of which are left, and books it.
// base is price less discount of all, left of the units that are left.
func (s *seller) sell(of, n int64, base, left [2]int64, onTop bool) booked {
	set := rapid.SampledFrom(lawOfTaxes).Draw(s.T, "taxes")
	var out booked
	percent, sum := int64(0), int64(0)
	for _, r := range set {
		if !r.exempt {
			sum += r.rate
		}
	}
	var own [2]int64
	for _, r := range set {
		line := orders.TaxLine{Title: r.title, Rate: decimal.New(r.rate, -5), ChannelLiable: r.channel}
		var all [2]int64
		for i, b := range base {
			divisor := int64(100_000)
			if !onTop {
				divisor += sum
			}
			if !r.exempt {
				all[i] = (2*b*r.rate + divisor) / (2 * divisor)
			}
		}
		now := s.part(all, n, of)
		line.Price = s.bag(all)
		out.taxes = append(out.taxes, line)
		if n > 0 {
			key := r.title + strconv.FormatInt(r.rate, 10)
			x := s.taxLines[key]
			if x == nil {
				x = &orders.TaxLine{Title: r.title, Rate: line.Rate, ChannelLiable: r.channel, Price: s.bag([2]int64{})}
				s.taxLines[key] = x
			}
			x.Price = x.Price.Add(s.bag(now))
		}
		for i := range now {
			s.taxNow[i] += now[i]
			out.taxesIn[i] += now[i]
			if !r.channel {
				own[i] += now[i]
			}
		}
		if !r.channel && !r.exempt {
			percent += r.rate
		}
	}
	for i := range left {
		out.net[i] = left[i]
		if !onTop {
			out.net[i] -= out.taxesIn[i]
		}
		s.total[i] += out.net[i] + out.taxesIn[i]
	}
	key := decimal.New(percent, -3).String()
	p := s.percents[key]
	for i := range left {
		p[i][0] += out.net[i]
		p[i][1] += own[i]
	}
	s.percents[key] = p
	return out
}

func (s *seller) line(i int) {
	id := "l" + strconv.Itoa(i)
	of := rapid.Int64Range(1, 6).Draw(s.T, "quantity")
	n := of - rapid.Int64Range(0, of).Draw(s.T, "removed")*rapid.Int64Range(0, 1).Draw(s.T, "edited")
	// So dear that no rate of it rounds to nothing.
	unit := s.price(10_000, 99_999, "unit")
	l := orders.Line{ID: id, Title: id, SKU: "1000", VariantID: "v", Quantity: int(of), CurrentQuantity: int(n), UnitPrice: s.bag(unit)}
	var base, left, discount [2]int64
	for range rapid.IntRange(0, 2).Draw(s.T, "discounts") {
		d := [2]int64{}
		for c := range unit {
			d[c] = rapid.Int64Range(0, unit[c]*of/4).Draw(s.T, "discount")
			discount[c] += d[c]
		}
		l.Discounts = append(l.Discounts, s.bag(d))
	}
	now := s.part(discount, n, of)
	for c := range unit {
		base[c], left[c] = unit[c]*of-discount[c], unit[c]*n-now[c]
	}
	got := s.sell(of, n, base, left, !s.o.TaxesIncluded)
	l.TaxLines = got.taxes
	if n > 1 && rapid.Bool().Draw(s.T, "split") {
		a := rapid.IntRange(1, int(n)-1).Draw(s.T, "in the east")
		l.Places = []orders.Place{{Location: "A", Quantity: a}, {Location: "B", Quantity: int(n) - a}}
	}
	s.o.Lines = append(s.o.Lines, l)
	s.units[id], s.lineNet[id], s.shared[id] = n, got.net, n != of
	if rapid.IntRange(0, 3).Draw(s.T, "dutiable") == 0 {
		s.duty(id, n, of)
	}
}

func (s *seller) duty(id string, n, of int64) {
	price := s.price(1_000, 9_999, "duty")
	now := s.part(price, n, of)
	got := s.sell(of, n, price, now, true)
	for c := range now {
		s.duties[c] += now[c]
	}
	s.o.DutyLines = append(s.o.DutyLines, orders.Duty{LineID: id, Price: s.bag(price), TaxLines: got.taxes})
	sum := s.bag(s.duties)
	s.o.Duties = &sum
}

func (s *seller) rest() {
	for i := range rapid.IntRange(0, 2).Draw(s.T, "shipping lines") {
		l := orders.ShippingLine{ID: "s" + strconv.Itoa(i), Title: "Standard", Removed: rapid.IntRange(0, 4).Draw(s.T, "removed shipping") == 0}
		price := s.price(10_000, 50_000, "shipping")
		off := s.price(0, 5_000, "off")
		l.Price, l.Discounts = s.bag(price), []money.Bag{s.bag(off)}
		if !l.Removed {
			base := [2]int64{price[0] - off[0], price[1] - off[1]}
			l.TaxLines = s.sell(1, 1, base, base, !s.o.TaxesIncluded).taxes
		}
		s.o.ShippingLines = append(s.o.ShippingLines, l)
	}
	if rapid.Bool().Draw(s.T, "fee") {
		price := s.price(10_000, 50_000, "fee")
		s.o.Fees = []orders.Fee{{Name: "Fee", Price: s.bag(price), TaxLines: s.sell(1, 1, price, price, !s.o.TaxesIncluded).taxes}}
	}
	if rapid.Bool().Draw(s.T, "tip") {
		tip := s.price(100, 9_999, "tip")
		s.o.Tip = s.bag(tip)
		free := s.percents["0"]
		for c := range tip {
			s.total[c] += tip[c]
			free[c][0] += tip[c]
		}
		s.percents["0"] = free
	}
	s.o.CurrentTotal, s.o.Total = s.bag(s.total), s.bag(s.total)
	s.o.CurrentTax = s.bag(s.taxNow)
	if rapid.Bool().Draw(s.T, "has current taxes") { // a copy of an earlier release has none
		for _, x := range s.taxLines {
			s.o.CurrentTaxLines = append(s.o.CurrentTaxLines, *x)
		}
		slices.SortFunc(s.o.CurrentTaxLines, func(a, b orders.TaxLine) int {
			return cmp.Compare(fmt.Sprint(a.Title, a.Rate), fmt.Sprint(b.Title, b.Rate))
		})
	}
	rounding := s.price(-5, 5, "cash rounding")
	s.o.CashRounding = s.bag(rounding)
	free := s.percents["0"]
	for c := range rounding {
		s.total[c] += rounding[c]
		free[c][0] += rounding[c]
	}
	s.percents["0"] = free
}

// minor is d in whole minor units; it has no more digits than the currency.
func minor(t *rapid.T, d decimal.Decimal, digits int32) int64 {
	v := d.Shift(digits)
	if !v.IsInteger() {
		t.Fatalf("%s has more than %d digits", d, digits)
	}
	return v.IntPart()
}

// Every order that a shop can have becomes a document: its lines come to
// Shopify's current total, in the currency of the document, exactly; each line's
// units, net and tax are those of the order, and so are the taxes of each
// percent.
func TestMapBooksEveryOrderToTheMinorUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSeller(t)
		for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
			s.line(i)
		}
		s.rest()
		if reason := Bars(s.o); reason != "" {
			if reason != NothingLeft || s.left() {
				t.Fatalf("barred: %s", reason)
			}
			return
		}
		c := card()
		c.RoundingAccount, c.TipAccount = "", "6200"
		c.TaxMode = rapid.SampledFrom([]TaxMode{TaxAuto, VATIncluded, VATOnTop, SalesTax}).Draw(t, "mode")
		c.Locations = []LocationMap{{LocationID: "A", Code: "EAST"}, {LocationID: "B", Code: "WEST"}}
		which := 0
		if rapid.Bool().Draw(t, "presentment") {
			which, c.CurrencyHandling = 1, PresentmentCurrency
		}
		r := refs()
		for _, code := range []string{"EUR", "JPY", "KWD", "USD"} {
			r.Currencies[code] = r.Currencies["USD"]
		}
		d, problems := Map(c, s.o, "C1", r)
		if len(problems) > 0 {
			t.Fatalf("problems: %v", problems)
		}
		s.audit(d, which, c.TaxMode)
	})
}

// left reports whether the order has units left, or charges anything.
func (s *seller) left() bool {
	for _, n := range s.units {
		if n > 0 {
			return true
		}
	}
	return !s.o.CurrentTotal.Shop.Value.IsZero() || !s.o.CurrentTotal.Presentment.Value.IsZero()
}

func (s *seller) audit(d sales.Document, which int, mode TaxMode) {
	digits := s.digits[which]
	if got := minor(s.T, d.Total.Value, digits); got != s.total[which] {
		s.Fatalf("total %s, the order comes to %d", d.Total, s.total[which])
	}
	var sum int64
	net, units := map[string]int64{}, map[string]int64{}
	byPercent := map[string][2]int64{}
	for _, l := range d.Lines {
		n, tax := minor(s.T, l.Net, digits), minor(s.T, l.Tax, digits)
		sum += n + tax
		// What BC makes of the line, before tax or with it.
		gross := l.UnitPrice.Mul(l.Quantity).Round(digits)
		amount := minor(s.T, gross.Sub(l.Discount), digits)
		if want := n + map[bool]int64{true: tax}[d.PricesIncludeTax != nil && *d.PricesIncludeTax]; amount != want {
			s.Fatalf("line %+v comes to %d, want %d", l, amount, want)
		}
		if l.Discount.IsNegative() || l.Discount.GreaterThan(gross.Abs()) {
			s.Fatalf("discount of line %+v", l)
		}
		if l.Of != "" {
			net[l.Of] += n
			units[l.Of] += l.Quantity.IntPart()
		}
		p := byPercent[l.Percent.String()]
		byPercent[l.Percent.String()] = [2]int64{p[0] + n, p[1] + tax}
	}
	if sum != s.total[which] {
		s.Fatalf("lines come to %d, the order to %d", sum, s.total[which])
	}
	for id, n := range s.units {
		if units[id] != n {
			s.Fatalf("%d units of %s, want %d", units[id], id, n)
		}
		// How a share was rounded is not told line by line.
		off := net[id] - s.lineNet[id][which]
		if few := int64(map[bool]int{true: 2}[s.shared[id]]); n > 0 && (off > few || off < -few) {
			s.Fatalf("net of %s is %d, want %d", id, net[id], s.lineNet[id][which])
		}
	}
	s.auditTaxes(d, which, mode, byPercent)
}

func (s *seller) auditTaxes(d sales.Document, which int, mode TaxMode, byPercent map[string][2]int64) {
	for _, x := range d.Taxes {
		got := byPercent[x.Percent.String()]
		if got != [2]int64{minor(s.T, x.Net, s.digits[which]), minor(s.T, x.Tax, s.digits[which])} {
			s.Fatalf("taxes say %+v, the lines %v", x, got)
		}
	}
	if mode == SalesTax {
		if len(byPercent) != 1 || byPercent["0"] != [2]int64{s.total[which], 0} {
			s.Fatalf("sales tax is an amount of its own, yet lines bear %v", byPercent)
		}
		return
	}
	anyShared := false
	for _, shared := range s.shared {
		anyShared = anyShared || shared
	}
	for percent, want := range s.percents {
		got := byPercent[percent]
		few := int64(0)
		if anyShared {
			few = 8 // shares of several lines, each rounded
		}
		if off := got[1] - want[which][1]; off > few || off < -few {
			s.Fatalf("tax at %s %% is %d, want %d", percent, got[1], want[which][1])
		}
		if off := got[0] - want[which][0]; percent != "0" && (off > few || off < -few) {
			s.Fatalf("net at %s %% is %d, want %d", percent, got[0], want[which][0])
		}
	}
}
