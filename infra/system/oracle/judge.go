package oracle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// judgement collects what is wrong with one document.
type judgement struct {
	*World
	m     Meant
	d     *Document
	found *Found
	wrong []string

	included bool // the document's prices hold tax
}

func (j *judgement) say(what string, meant, found any) {
	j.wrong = append(j.wrong, fmt.Sprintf("%s: meant %v, found %v", what, meant, found))
}

// Judge says in what a document differs from what was meant. Nothing: it is faithful.
func (w *World) Judge(m Meant, d *Document, f *Found) []string {
	j := &judgement{World: w, m: m, d: d, found: f, included: m.Included && !w.Rules.SalesTax}
	if d.Invoice { // which nobody can choose of it
		j.included = d.PricesIncludeTax && !w.Rules.SalesTax
	}
	j.buyer()
	j.header()
	j.lines()
	j.bundles()
	j.totals()
	return j.wrong
}

func (j *judgement) buyer() {
	b, got := j.m.Buyer, j.d.CustomerNumber
	if b.May != "" && got == b.May {
		return
	}
	if b.Email == "" && b.Shopify != 0 { // whoever has the phone
		if c := j.found.customer(got); c != nil && samePhone(c.Phone, b.Phone) {
			return
		}
	}
	if b.Number != "" {
		if !strings.EqualFold(b.Number, got) {
			j.say("customer", b.Number, got)
		}
		return
	}
	c := j.found.customer(got)
	switch {
	case j.customer(got) != nil:
		j.say("customer", "one made for the buyer", got+", who was there before")
	case c == nil:
		j.say("customer", "one that exists", got)
	case !strings.EqualFold(c.Email, b.Email):
		j.say("customer's e-mail", b.Email, c.Email)
	case numerals(c.Phone) != numerals(b.Phone) && b.Phone != "":
		j.say("customer's phone", b.Phone, c.Phone)
	}
}

func (j *judgement) header() {
	m, d := j.m, j.d
	if d.Invoice != m.Invoice {
		j.say("kind", kind(m.Invoice), kind(d.Invoice))
	}
	if want := j.currencyCode(m.Currency); d.CurrencyCode != want {
		j.say("currency", want, d.CurrencyCode)
	}
	if m.Date != "" && d.OrderDate != m.Date {
		j.say("order date", m.Date, d.OrderDate)
	}
	j.address("sell-to", m.SellTo, d.sellTo())
	j.address("ship-to", m.ShipTo, d.shipTo())
	if d.BillToCustomerNumber == d.CustomerNumber {
		j.address("bill-to", m.SellTo, d.billTo())
	}
	j.text("ship-to name", m.ShipToName, d.ShipToName, 100)
	j.text("ship-to contact", m.ShipToContact, d.ShipToContact, 100)
	if !strings.EqualFold(d.Email, m.Email) {
		j.say("e-mail", m.Email, d.Email)
	}
	if strings.TrimLeft(numerals(d.PhoneNumber), "+") != strings.TrimLeft(numerals(m.Phone), "+") {
		j.say("phone", m.Phone, d.PhoneNumber)
	}
	if d.Invoice && m.Due != "" && d.DueDate != m.Due {
		j.say("due date", m.Due, d.DueDate)
	}
	if !j.Rules.SalesTax && !d.Invoice && d.PricesIncludeTax != m.Included {
		j.say("prices include tax", m.Included, d.PricesIncludeTax)
	}
	if got := j.found.Codes[d.ShipmentMethodID]; m.ShipmentMethod != "" && got != m.ShipmentMethod {
		j.say("shipment method", m.ShipmentMethod, got)
	}
	if got := j.found.Codes[d.PaymentTermsID]; m.Terms != "" && got != m.Terms {
		j.say("payment terms", m.Terms, got)
	}
}

func kind(invoice bool) string {
	if invoice {
		return "an invoice"
	}
	return "a sales order"
}

// address: a blank is a value, and what is too long for a field is cut.
func (j *judgement) address(what string, m *Address, got Address) {
	if m == nil {
		return
	}
	j.text(what+" line 1", &m.Line1, got.Line1, 100)
	j.text(what+" line 2", &m.Line2, got.Line2, 50)
	j.text(what+" city", &m.City, got.City, 30)
	j.text(what+" state", &m.State, got.State, 30)
	post, country := strings.ToUpper(m.PostCode), strings.ToUpper(m.Country)
	j.text(what+" post code", &post, got.PostCode, 20)
	j.text(what+" country", &country, got.Country, 10)
}

func (j *judgement) text(what string, m *string, got string, length int) {
	if m == nil {
		return
	}
	want := []rune(strings.TrimSpace(*m))
	if len(want) > length {
		want = want[:length]
	}
	if strings.TrimSpace(string(want)) != strings.TrimSpace(got) {
		j.say(what, fmt.Sprintf("%q", string(want)), fmt.Sprintf("%q", got))
	}
}

// lines finds each line that was meant among the document's. What is left is a
// stranger: a comment, and a rounding line within the tolerance, are none.
func (j *judgement) lines() {
	left := slices.DeleteFunc(slices.Clone(j.d.Lines), func(l DocumentLine) bool { return l.LineType == "Comment" })
	var loose []Line
	for _, l := range j.m.Lines {
		if l.Unit == nil || j.other() {
			loose = append(loose, l)
			continue
		}
		left = j.exact(l, left)
	}
	left = j.loose(loose, left)
	for _, l := range left {
		if kind, number, _ := booked(j.Rules.Rounding); l.LineType == kind && l.LineObjectNumber == number && l.NetAmountIncludingTax.Abs().LessThanOrEqual(j.Rules.Tolerance) {
			continue
		}
		j.say("line", "none", fmt.Sprintf("%s %s, %s at %s", l.LineType, l.LineObjectNumber, l.Quantity, l.UnitPrice))
	}
}

// other: the document's prices are on another basis than the order's, so that only its
// amounts are known.
func (j *judgement) other() bool {
	return j.d.Invoice && !j.Rules.SalesTax && j.d.PricesIncludeTax != j.m.Included
}

// exact takes the line, or its parts, out of those that are left.
func (j *judgement) exact(l Line, left []DocumentLine) []DocumentLine {
	parts := l.Parts
	whole := Part{"", l.Quantity}
	if (l.Type == "Account" || l.Charge) && j.best(l, whole, true, left) >= 0 { // it need not be taken apart
		parts = nil
	}
	if len(parts) < 2 {
		parts = []Part{whole}
		if len(l.Parts) == 1 {
			parts[0].Location = l.Parts[0].Location
		}
	}
	var mine []DocumentLine
	for _, p := range parts {
		i := j.best(l, p, len(parts) == 1, left)
		if i < 0 {
			j.say("line", j.describe(l, p), "none such among "+describe(left))
			return left
		}
		mine = append(mine, left[i])
		left = slices.Delete(left, i, i+1)
	}
	j.line(l, parts, mine)
	return left
}

// best is the line that fits: object and quantity first, then price, discount
// and location.
func (j *judgement) best(l Line, p Part, whole bool, left []DocumentLine) int {
	at, most := -1, -1
	for i, d := range left {
		if d.LineType != l.Type || d.LineObjectNumber != l.Object || !d.Quantity.Equal(p.Quantity) {
			continue
		}
		points := 0
		if d.UnitPrice.Equal(*l.Unit) {
			points += 8
		}
		if whole && d.DiscountAmount.Equal(*l.Discount) {
			points += 4
		}
		if d.TaxPercent.Equal(l.Percent) {
			points += 2
		}
		if p.Location != "" && j.found.Codes[d.LocationID] == p.Location {
			points++
		}
		if points > most {
			at, most = i, points
		}
	}
	return at
}

func (j *judgement) line(l Line, parts []Part, ds []DocumentLine) {
	var discount, net, tax, gross decimal.Decimal
	for i, d := range ds {
		if !d.UnitPrice.Equal(*l.Unit) {
			j.say("unit price of "+l.Text, l.Unit, d.UnitPrice)
		}
		if !d.TaxPercent.Equal(l.Percent) && !l.AnyPercent {
			j.say("tax percent of "+l.Text, l.Percent, d.TaxPercent)
		}
		if got := j.found.Codes[d.LocationID]; parts[i].Location != "" && got != parts[i].Location {
			j.say("location of "+l.Text, parts[i].Location, got)
		}
		discount, net = discount.Add(d.DiscountAmount), net.Add(d.NetAmount)
		tax, gross = tax.Add(d.NetTaxAmount), gross.Add(d.NetAmountIncludingTax)
	}
	if !discount.Equal(*l.Discount) {
		j.say("discount of "+l.Text, l.Discount, discount)
	}
	cent := unit(j.m.Currency).Mul(decimal.NewFromInt(int64(len(ds))))
	j.amounts(l.Text, l, net, tax, gross, cent)
}

// amounts: prices with tax have an exact gross, prices without an exact net; the
// tax may differ by a minor unit a line.
func (j *judgement) amounts(what string, l Line, net, tax, gross, cent decimal.Decimal) {
	if j.included {
		if want := l.Net.Add(l.Tax); !gross.Equal(want) {
			j.say("gross of "+what, want, gross)
		}
	} else if !net.Equal(l.Net) {
		j.say("net of "+what, l.Net, net)
	}
	if l.Tax.Sub(tax).Abs().GreaterThan(cent) {
		j.say("tax of "+what, l.Tax, tax)
	}
}

// loose compares lines of which only the amounts are known, by object and rate:
// how many lines there are of them is the mapping's affair.
func (j *judgement) loose(ls []Line, left []DocumentLine) []DocumentLine {
	type key struct{ kind, object, percent string }
	sums := map[key]Line{}
	count := map[key]int{}
	bare := map[string]bool{} // a line of the object is so small that no rate shows
	for _, l := range ls {
		bare[l.Object] = bare[l.Object] || l.AnyPercent
	}
	var keys []key
	for _, l := range ls {
		k := key{l.Type, l.Object, l.Percent.String()}
		if bare[l.Object] {
			k.percent = ""
		}
		s, ok := sums[k]
		if !ok {
			keys = append(keys, k)
		}
		s.Net, s.Tax = s.Net.Add(l.Net), s.Tax.Add(l.Tax)
		s.Type, s.Charge, s.Quantity = l.Type, l.Charge, s.Quantity.Add(l.Quantity)
		sums[k] = s
		count[k]++
	}
	for _, k := range keys {
		var net, tax, gross, quantity decimal.Decimal
		rest := left[:0:0]
		for _, d := range left {
			if d.LineType != k.kind || d.LineObjectNumber != k.object || k.percent != "" && d.TaxPercent.String() != k.percent {
				rest = append(rest, d)
				continue
			}
			net, tax, gross = net.Add(d.NetAmount), tax.Add(d.NetTaxAmount), gross.Add(d.NetAmountIncludingTax)
			quantity = quantity.Add(d.Quantity)
		}
		left = rest
		if s := sums[k]; s.Type == "Item" && !s.Charge && !quantity.Equal(s.Quantity) {
			j.say("units of "+k.object, s.Quantity, quantity)
		}
		cent := unit(j.m.Currency).Mul(decimal.NewFromInt(int64(count[k])))
		j.amounts(fmt.Sprintf("%s at %s percent", k.object, k.percent), sums[k], net, tax, gross, cent)
	}
	return left
}

// totals come from the lines' net fields.
func (j *judgement) totals() {
	tax, gross := map[string]decimal.Decimal{}, decimal.Zero
	for _, l := range j.d.Lines {
		tax[l.TaxPercent.String()] = tax[l.TaxPercent.String()].Add(l.NetTaxAmount)
		gross = gross.Add(l.NetAmountIncludingTax)
	}
	due, rates := map[string]decimal.Decimal{}, decimal.Zero
	for _, l := range j.m.Lines {
		due[l.Percent.String()] = due[l.Percent.String()].Add(l.Tax)
	}
	slack := j.slack(j.m.Currency)
	for p, want := range due {
		if want.Sub(tax[p]).Abs().GreaterThan(slack) {
			j.say("tax of "+p+" percent", want, tax[p])
		}
		if !want.IsZero() {
			rates = rates.Add(slack)
		}
	}
	if j.included || j.Rules.SalesTax {
		rates = decimal.Zero
	}
	if j.m.Total.Sub(gross).Abs().GreaterThan(rates) {
		j.say("total", j.m.Total, gross)
	}
}

func (j *judgement) describe(l Line, p Part) string {
	return fmt.Sprintf("%s (%s %s), %s at %v less %v, %s percent", l.Text, l.Type, l.Object, p.Quantity, l.Unit, l.Discount, l.Percent)
}

func describe(ds []DocumentLine) string {
	var out []string
	for _, d := range ds {
		out = append(out, fmt.Sprintf("%s %s %s×%s−%s @%s%%", d.LineType, d.LineObjectNumber, d.Quantity, d.UnitPrice, d.DiscountAmount, d.TaxPercent))
	}
	return strings.Join(out, "; ")
}
