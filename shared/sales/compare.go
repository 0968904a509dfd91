package sales

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
)

// Rules is what a comparison goes by besides the table of fields.
type Rules struct {
	// Tolerance is by how much net and tax of one percent may differ from
	// Shopify's; less than one minor unit counts as one.
	Tolerance decimal.Decimal
}

// Difference is one thing in which a document is not what was meant.
type Difference struct {
	Field string // a name of the table
	Line  int    // sequence of the line; 0: of the document
	Of    string // what the line is, for a person
	// Percent tells the tax percents apart, for net amount and tax.
	Percent      string
	Meant, Found string
	Mend         Mend
}

// noLine is the value of a line that is not there.
const noLine = "no line"

// String is the difference in words for a person: field, meant and found value.
func (d Difference) String() string {
	where := d.Field
	switch {
	case d.Found == noLine:
		return fmt.Sprintf("the line %s is missing in Business Central", d.Of)
	case d.Meant == noLine:
		return fmt.Sprintf("Business Central has added the line %s", d.Of)
	case d.Line != 0:
		where += " of " + d.Of
	case d.Percent != "":
		where += " at " + d.Percent + " %"
	}
	return fmt.Sprintf("%s is %s in Shopify, %s in Business Central", where, orNothing(d.Meant), orNothing(d.Found))
}

func orNothing(s string) string {
	if s == "" {
		return "blank"
	}
	return s
}

// Compare is everything in which got differs from what was meant, header
// first, then lines, then sums. It is the one comparison for documents just
// created and for those found. Whether the document is the same one at all
// (its external number) is for the caller: numbers are not compared.
func Compare(meant Document, got Found, rules Rules) []Difference {
	c := comparison{meant: meant, got: got, rules: rules}
	c.header()
	c.lines()
	c.sums()
	return c.out
}

type comparison struct {
	meant Document
	got   Found
	rules Rules
	out   []Difference
}

func (c *comparison) add(d Difference) { c.out = append(c.out, d) }

func (c *comparison) header() {
	for _, f := range fields {
		if f.Mend == ByNobody || c.meant.Leaves(f.Name) {
			continue
		}
		meant, found := *f.at(&c.meant), *f.at(&c.got.Header)
		if f.Whose == Mapped && meant == "" || f.Form.Same(meant, found) {
			continue
		}
		c.add(Difference{Field: f.Name, Meant: meant, Found: found, Mend: f.Mend})
	}
	if want, is := c.meant.PricesIncludeTax, c.got.Header.PricesIncludeTax; want != nil && (is == nil || *is != *want) {
		c.add(Difference{Field: PricesIncludeTax, Meant: fmt.Sprint(*want), Found: fmt.Sprint(!*want), Mend: mend(PricesIncludeTax)})
	}
	if d := c.got.Discount; !d.IsZero() {
		c.add(Difference{Field: headerDiscount, Meant: "0", Found: d.String(), Mend: mend(headerDiscount)})
	}
	c.billTo()
}

// billTo is compared when the bill-to customer is the sell-to customer: the
// address is then a copy of sell-to's. A bill-to customer of the card's is
// Business Central's own affair.
func (c *comparison) billTo() {
	if !strings.EqualFold(c.got.BillToCustomer, c.got.Header.Customer) {
		return
	}
	sell := c.meant.SellTo
	for _, p := range sell.parts(&c.got.BillTo) {
		name := "sellTo" + p.name
		if c.meant.Leaves(name) || p.form.Same(p.meant, p.found) {
			continue
		}
		c.add(Difference{Field: "billTo" + p.name, Meant: p.meant, Found: p.found, Mend: mend(BillTo)})
	}
}

type part struct {
	name         string
	form         bcapi.Form
	meant, found string
}

func (a *Address) parts(o *Address) []part {
	return []part{
		{"AddressLine1", bcapi.TextForm, a.Line1, o.Line1},
		{"AddressLine2", bcapi.TextForm, a.Line2, o.Line2},
		{"Country", bcapi.KeyForm, a.Country, o.Country},
		{"PostCode", bcapi.CodeForm, a.PostCode, o.PostCode},
		{"City", bcapi.TextForm, a.City, o.City},
		{"State", bcapi.TextForm, a.State, o.State},
	}
}

func (c *comparison) lines() {
	for _, m := range c.meant.Lines {
		l, ok := c.got.Line(m.Sequence)
		if !ok {
			c.add(Difference{Field: LineObject, Line: m.Sequence, Of: m.name(), Meant: m.object(), Found: noLine, Mend: mend(LineObject)})
			continue
		}
		c.line(m, l)
	}
	for _, l := range c.got.Lines {
		if !slices.ContainsFunc(c.meant.Lines, func(m Line) bool { return m.Sequence == l.Sequence }) {
			c.add(Difference{Field: Lines, Line: l.Sequence, Of: l.name(), Meant: noLine, Found: l.object(), Mend: mend(Lines)})
		}
	}
}

// Missing reports whether a line is meant and not there.
func (d Difference) Missing() bool { return d.Found == noLine }

// name is the line as a person knows it.
func (l Line) name() string { return strings.TrimSpace(l.object() + " " + l.Description) }

func (l Line) object() string { return strings.TrimSpace(l.Kind.String() + " " + l.Object) }

func (c *comparison) line(m Line, l FoundLine) {
	add := func(name, meant, found string) {
		c.add(Difference{Field: name, Line: m.Sequence, Of: m.name(), Meant: meant, Found: found, Mend: mend(name)})
	}
	if m.Kind != l.Kind || !strings.EqualFold(m.Object, l.Object) {
		add(LineObject, m.object(), l.object())
		return // what is another thing has no fields in common
	}
	if m.Kind == CommentLine {
		return
	}
	if m.Kind == ItemLine && !strings.EqualFold(m.Variant, l.Variant) {
		add(lineVariant, m.Variant, l.Variant)
	}
	for _, t := range []struct{ name, meant, found string }{{lineUnit, m.Unit, l.Unit}, {lineLocation, m.Location, l.Location}} {
		if t.meant != "" && !strings.EqualFold(t.meant, t.found) {
			add(t.name, t.meant, t.found)
		}
	}
	amounts := false
	for _, n := range []struct {
		name         string
		meant, found decimal.Decimal
	}{{lineQuantity, m.Quantity, l.Quantity}, {linePrice, m.UnitPrice, l.UnitPrice}, {lineDiscount, m.Discount, l.Discount}} {
		if !n.meant.Equal(n.found) {
			amounts = true // its tax follows
			add(n.name, n.meant.String(), n.found.String())
		}
	}
	free := m.Net.IsZero() && m.Tax.IsZero() && l.Net.IsZero() && l.Tax.IsZero()
	switch {
	case !m.Percent.Equal(l.Percent):
		if free { // nothing of it bears any tax
			return
		}
		d := Difference{Field: LinePercent, Line: m.Sequence, Of: m.name(), Meant: m.Percent.String(), Found: l.Percent.String(), Mend: mend(LinePercent)}
		if m.TaxCode == "" { // nothing is known that would yield the percent
			d.Mend = ByNobody
			d.Meant += " % (" + m.Tax.String() + ")"
			d.Found += " % (" + l.Tax.String() + ")"
		}
		c.add(d)
	case !amounts && m.Tax.Sub(l.Tax).Abs().GreaterThan(c.unit()):
		add(LineTax, m.Tax.String(), l.Tax.String())
	}
}

// unit is one minor unit of the document's currency.
func (c *comparison) unit() decimal.Decimal { return decimal.New(1, -c.meant.Digits) }

// tolerance is by how much a sum of one percent may differ from Shopify's.
func (c *comparison) tolerance() decimal.Decimal { return decimal.Max(c.unit(), c.rules.Tolerance) }

// sums compares net and tax of each percent, first with what Business Central
// must make of the lines, then with Shopify's, and the total.
func (c *comparison) sums() {
	if d := c.hidden(); d.IsPositive() {
		c.add(Difference{Field: headerDiscount, Meant: "0", Found: d.String(), Mend: mend(headerDiscount)})
	}
	if c.amountsDiffer() {
		// The lines say it already; their sums would only repeat it. What the
		// total comes to is said all the same.
		c.total(true)
		return
	}
	before := len(c.out)
	for _, g := range c.groups() {
		net, tax := g.carried(c.inclusive(), c.meant.Digits)
		c.sum(RateNet, g.percent, net, g.net, decimal.Zero)
		c.sum(RateTax, g.percent, tax, g.tax, decimal.Zero)
	}
	if len(c.out) == before {
		c.shopifys()
	}
	c.total(false)
}

// hidden is a discount of the document that only the lines' booked amounts show,
// since the header of an answer can be from before its lines. It is 0 where lines
// differ by themselves.
func (c *comparison) hidden() decimal.Decimal {
	sum := decimal.Zero
	if slices.ContainsFunc(c.out, func(d Difference) bool {
		return slices.Contains([]string{headerDiscount, PricesIncludeTax, LineObject, lineQuantity, linePrice, lineDiscount}, d.Field)
	}) {
		return sum
	}
	for _, l := range c.got.Lines {
		switch {
		case l.Kind == CommentLine:
		case c.inclusive():
			sum = sum.Add(l.Amount(c.meant.Digits)).Sub(l.Gross)
		default:
			sum = sum.Add(l.Amount(c.meant.Digits)).Sub(l.Net)
		}
	}
	return sum
}

// shopifys compares net and tax of each percent with what Shopify charged.
func (c *comparison) shopifys() {
	for _, t := range c.meant.Taxes {
		var net, tax decimal.Decimal
		for _, l := range c.got.Lines {
			if l.Percent.Equal(t.Percent) {
				net, tax = net.Add(l.Net), tax.Add(l.Tax)
			}
		}
		if !net.IsZero() || !tax.IsZero() || !t.Net.IsZero() || !t.Tax.IsZero() {
			c.sum(RateNet, t.Percent, t.Net, net, c.tolerance())
			c.sum(RateTax, t.Percent, t.Tax, tax, c.tolerance())
		}
	}
}

func (c *comparison) sum(name string, percent, meant, found, tolerance decimal.Decimal) {
	if meant.Sub(found).Abs().GreaterThan(tolerance) {
		c.add(Difference{Field: name, Percent: percent.String(), Meant: meant.StringFixed(c.meant.Digits), Found: found.StringFixed(c.meant.Digits), Mend: mend(name)})
	}
}

// total compares what the lines come to; exactly wants it to the minor unit.
func (c *comparison) total(exactly bool) {
	allowed := decimal.Zero
	if !exactly {
		allowed = c.meant.Tolerated(c.rules)
	}
	got := c.got.Total()
	got.Currency = c.meant.Total.Currency
	if c.meant.Total.Value.Sub(got.Value).Abs().GreaterThan(allowed) {
		c.add(Difference{Field: Total, Meant: c.meant.Total.String(), Found: got.String(), Mend: mend(Total)})
	}
}

// Tolerated is by how much the total may differ from Shopify's: where prices are
// without tax, by what the taxes may.
func (d Document) Tolerated(r Rules) decimal.Decimal {
	sum := decimal.Zero
	if d.PricesIncludeTax != nil && *d.PricesIncludeTax {
		return sum
	}
	for _, t := range d.Taxes {
		if !t.Percent.IsZero() {
			sum = sum.Add(decimal.Max(decimal.New(1, -d.Digits), r.Tolerance))
		}
	}
	return sum
}

func (c *comparison) inclusive() bool {
	p := c.got.Header.PricesIncludeTax
	return p != nil && *p
}

// amountsDiffer reports whether something is known that makes the lines'
// amounts other ones.
func (c *comparison) amountsDiffer() bool {
	return slices.ContainsFunc(c.out, func(d Difference) bool {
		return d.Line != 0 && d.Field != lineLocation || d.Field == PricesIncludeTax || d.Field == headerDiscount
	})
}
