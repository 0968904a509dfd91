package creditmemos

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/documents"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/sales"
)

// The lines that a memo has beside those of the refund have sequences of their own.
const (
	sequenceBase     = 1_000_000
	sequenceStep     = 10_000
	sequenceRounding = 99_990_000
)

// returnPlace stands for the return location among Shopify's.
const returnPlace = "the return location"

// ExternalNumber is what identifies a refund in BC: its order's name, as far as BC
// takes it, and "R" with the refund's id, at most 35 characters.
func ExternalNumber(o orders.Order, refund string) string {
	return documents.External(o, Number(refund))
}

// Number is the own number of a refund's credit memo, where the series takes one.
func Number(refund string) string { return "R" + refund }

// given is what one refund gives back, as two orders: one of what comes back, one of
// what goes out for it.
type given struct {
	back, out orders.Order
	booked    map[string]documents.Booking
	problems  []documents.Problem
	settings  Settings
	card      documents.Card
}

// Map turns the refund r of o into a credit memo for customerNo; facts are of what
// the order's document was made of. Its prices hold tax if include says so, which is
// for Business Central to say; nil is as the order has it. It reads nothing but its
// arguments. With problems the document is not to be used. A memo without lines says
// that there is nothing to credit.
//
// It comes to what the refund gave back, to the cent; a dearer exchange that is not
// paid yet comes to what is owed, below zero.
func Map(card documents.Card, s Settings, o orders.Order, f orders.Facts, r orders.Refund, customerNo string, include *bool, refs documents.References) (sales.Document, []documents.Problem) {
	card = cardFor(card, s, include)
	g := &given{booked: map[string]documents.Booking{}, settings: s, card: card}
	g.back, g.out = blank(o), blank(o)
	l := ledgerAt(o, f, r.ID)
	g.lines(o, r, l)
	g.charges(o, r)
	for _, id := range l.exchange(r.ReturnID) {
		i := slices.IndexFunc(o.Lines, func(line orders.Line) bool { return line.ID == id })
		if i >= 0 {
			g.add(&g.out, o.Return(r.ReturnID).Out(o.Lines[i]))
		}
	}
	rest := g.rest(o, f, r, l)
	g.balance(o, r, rest)
	return g.document(o, r, customerNo, refs)
}

// cardFor is the card by which a memo is mapped: prices as BC has them, and the
// return location as a place of Shopify's.
func cardFor(card documents.Card, s Settings, include *bool) documents.Card {
	if include != nil && card.TaxMode != documents.SalesTax {
		card.TaxMode = documents.VATOnTop
		if *include {
			card.TaxMode = documents.VATIncluded
		}
	}
	card.UseShopifyOrderNo, card.DefaultLocationID = false, ""
	card.AlsoBooked = s.Booked()
	if s.ReturnLocation != "" {
		card.Locations = append(slices.Clip(card.Locations), documents.LocationMap{LocationID: returnPlace, Code: s.ReturnLocation})
	}
	return card
}

// blank is o without anything that is charged.
func blank(o orders.Order) orders.Order {
	none := money.Bag{Shop: money.Amount{Currency: o.Currency}, Presentment: money.Amount{Currency: o.PresentmentCurrency}}
	o.Lines, o.ShippingLines, o.Fees, o.DutyLines, o.Duties = nil, nil, nil, nil, nil
	o.Tip, o.CashRounding, o.Total, o.CurrentTotal, o.Tax, o.CurrentTax = none, none, none, none, money.Bag{}, money.Bag{}
	o.TaxLines, o.CurrentTaxLines, o.Refunds, o.Returns, o.PaymentTerms = slices.Clone(o.TaxLines), nil, nil, nil, nil
	return o
}

// add adds a line to an order, and what it comes to.
func (g *given) add(to *orders.Order, l orders.Line) {
	to.Lines = append(to.Lines, l)
	var tax money.Bag
	for _, t := range l.TaxLines {
		tax = tax.Add(t.Price)
	}
	to.CurrentTotal = to.CurrentTotal.Add(inclusive(*to, part(l.UnitPrice, l.Discount(), l.Quantity, l.Quantity), tax))
}

// lines adds the units that come back.
func (g *given) lines(o orders.Order, r orders.Refund, l ledger) {
	for n, line := range linesOf(o, r, l) {
		i := slices.IndexFunc(o.Lines, func(x orders.Line) bool { return x.ID == line.LineID })
		if i < 0 || l.units[line.LineID] < line.Quantity {
			g.problems = append(g.problems, documents.Problem{Reason: RefundExceedsOrder, Thing: fmt.Sprintf("%d units of %s", line.Quantity, titleOf(o, line.LineID))})
			continue
		}
		l.take(line.LineID, line.Quantity)
		lots := l.lotsOf(r, line)
		units := make([]int, len(lots))
		for k, x := range lots {
			units[k] = x.units
		}
		subtotals, taxes := splitBag(line.Subtotal, units), splitBag(line.Tax, units)
		for k, x := range lots {
			g.lot(o.Lines[i], line, x, fmt.Sprintf("%s.%d.%d", line.LineID, n, k), subtotals[k], taxes[k])
		}
	}
}

func titleOf(o orders.Order, id string) string {
	for _, l := range o.Lines {
		if l.ID == id {
			return l.Title
		}
	}
	return "a line that is not in the order"
}

// lot adds units of a line that are booked alike.
func (g *given) lot(sold orders.Line, back orders.RefundLine, x lot, id string, subtotal, tax money.Bag) {
	l := sold
	l.ID, l.Quantity, l.CurrentQuantity, l.Places = id, x.units, x.units, nil
	l.TaxLines = orders.SplitTax(tax, sold.TaxLines)
	all := times(sold.UnitPrice, x.units)
	if off := all.Sub(subtotal); off.Shop.Value.IsNegative() || off.Presentment.Value.IsNegative() {
		l.UnitPrice, l.Discounts = one(subtotal, x.units)
	} else {
		l.Discounts = []money.Bag{off}
	}
	switch {
	case sold.Tip, sold.GiftCard: // booked where they were sold
	case back.RestockType == "CANCEL":
		g.booked[id] = documents.Booking{Account: g.settings.RefundAccount, Missing: RefundAccountMissing}
	case !x.restock:
		g.booked[id] = documents.Booking{Account: g.settings.NonRestockAccount, Missing: NonRestockAccountMissing}
	}
	l.Location = g.place(x.location)
	g.add(&g.back, l)
}

// place is the Shopify location that stands for where units are taken back.
func (g *given) place(came string) string {
	mapped := slices.ContainsFunc(g.card.Locations, func(m documents.LocationMap) bool { return m.LocationID == came && m.Code != "" && came != "" })
	switch {
	case g.settings.ReturnLocation == "", g.settings.ReturnLocationPriority == OriginalLocation && mapped:
		return came
	}
	return returnPlace
}

// times is a price for n units.
func times(unit money.Bag, n int) money.Bag {
	q := decimal.NewFromInt(int64(n))
	unit.Shop.Value, unit.Presentment.Value = unit.Shop.Value.Mul(q), unit.Presentment.Value.Mul(q)
	return unit
}

// one is a unit price with which n units come to an amount, and the discount that
// takes what rounding leaves.
func one(sum money.Bag, n int) (money.Bag, []money.Bag) {
	q := decimal.NewFromInt(int64(n))
	unit := sum
	unit.Shop.Value, unit.Presentment.Value = sum.Shop.Value.DivRound(q, 16).RoundCeil(5), sum.Presentment.Value.DivRound(q, 16).RoundCeil(5)
	return unit, []money.Bag{times(unit, n).Sub(sum)}
}

func splitBag(b money.Bag, units []int) []money.Bag {
	shop := sales.Split(b.Shop.Value, units, money.Digits(b.Shop.Currency))
	presentment := sales.Split(b.Presentment.Value, units, money.Digits(b.Presentment.Currency))
	out := make([]money.Bag, len(units))
	for i := range out {
		out[i] = money.Bag{Shop: money.Amount{Value: shop[i], Currency: b.Shop.Currency}, Presentment: money.Amount{Value: presentment[i], Currency: b.Presentment.Currency}}
	}
	return out
}

// charges adds what is given back beside units: shipping, duties and cash rounding.
func (g *given) charges(o orders.Order, r orders.Refund) {
	total := &g.back.CurrentTotal
	for n, s := range r.Shipping {
		var taxes []orders.TaxLine
		for _, line := range o.ShippingLines {
			if line.ID == s.LineID {
				taxes = line.TaxLines
			}
		}
		g.back.ShippingLines = append(g.back.ShippingLines, orders.ShippingLine{
			ID: fmt.Sprintf("%s.%d", s.LineID, n), Title: s.Title, Price: s.Subtotal, TaxLines: orders.SplitTax(s.Tax, taxes),
		})
		*total = total.Add(inclusive(o, s.Subtotal, s.Tax))
	}
	for _, d := range r.Duties {
		price, taxes, tax := d.Amount, dutyTaxes(d), money.Bag{}
		for _, t := range taxes {
			tax = tax.Add(t.Price)
		}
		if o.TaxesIncluded { // the taxes of duties come on top all the same
			price = price.Add(tax)
		}
		g.back.Fees = append(g.back.Fees, orders.Fee{Name: "Duties", Price: price, TaxLines: taxes})
		*total = total.Add(inclusive(o, price, tax))
	}
	for _, t := range o.Transactions {
		if slices.Contains(r.Transactions, t.ID) && t.Kind == "REFUND" && t.Status == "SUCCESS" {
			g.back.CashRounding = g.back.CashRounding.Add(t.Rounding)
		}
	}
}

// dutyTaxes are the taxes of a duty in the proportion that it is given back in.
func dutyTaxes(d orders.RefundDuty) []orders.TaxLine {
	scale := func(a, part, of money.Amount) money.Amount {
		if of.Value.IsZero() {
			a.Value = decimal.Zero
			return a
		}
		a.Value = a.Value.Mul(part.Value).DivRound(of.Value, money.Digits(a.Currency))
		return a
	}
	out := slices.Clone(d.TaxLines)
	for i, t := range out {
		out[i].Price = money.Bag{Shop: scale(t.Price.Shop, d.Amount.Shop, d.Price.Shop), Presentment: scale(t.Price.Presentment, d.Amount.Presentment, d.Price.Presentment)}
	}
	return out
}

// rest is the money that went back beyond what the lines come to, below zero if less
// did. What is owed for a dearer exchange is no rest, and neither is what an order
// that edits made cheaper was overpaid: that credits nothing.
func (g *given) rest(o orders.Order, f orders.Facts, r orders.Refund, l ledger) money.Bag {
	lines := g.back.CurrentTotal.Sub(g.out.CurrentTotal)
	if g.booksIn(lines).IsNegative() && g.booksIn(r.Amount).IsZero() && len(g.out.Lines) > 0 {
		return money.Bag{}
	}
	rest := g.rounded(r.Amount.Sub(lines))
	over := overpaid(o, f).Sub(l.loose)
	return money.Bag{Shop: without(rest.Shop, over.Shop), Presentment: without(rest.Presentment, over.Presentment)}
}

// rounded is a rest without what the money was rounded by in cash, which has a line of
// its own; where the money is without it, it has none, as the memo comes to the money.
func (g *given) rounded(rest money.Bag) money.Bag {
	by := g.back.CashRounding
	without := rest.Sub(by)
	if without.Shop.Value.Abs().LessThan(rest.Shop.Value.Abs()) {
		return without
	}
	g.back.CashRounding = by.Sub(by)
	return rest
}

func without(rest, over money.Amount) money.Amount {
	if rest.Value.IsPositive() && over.Value.IsPositive() {
		rest.Value = rest.Value.Sub(decimal.Min(rest.Value, over.Value))
	}
	return rest
}

// overpaid is what was received of an order beyond what it came to once edits had
// removed units: to pay that back is no credit.
func overpaid(o orders.Order, f orders.Facts) money.Bag {
	removed := slices.ContainsFunc(o.Refunds, func(r orders.Refund) bool { return o.Standing(r) == orders.Removal })
	sold, ok := o.Sold(func(r orders.Refund) bool { return f.Counts(r.ID) })
	if !removed && !o.Edited || !ok || o.Received.Shop.Currency == "" {
		return money.Bag{}
	}
	return o.Received.Sub(sold.CurrentTotal).Sub(o.CashRounding)
}

// restLine is the id of the line for what the others do not come to.
const restLine = "rest"

// booksIn is an amount in the memo's currency.
func (g *given) booksIn(b money.Bag) decimal.Decimal {
	if g.card.CurrencyHandling == documents.PresentmentCurrency {
		return b.Presentment.Value
	}
	return b.Shop.Value
}

// balance adds a line for what the lines do not come to in the memo's currency. What the
// two currencies differ by in the other one is of the rate of the day.
func (g *given) balance(o orders.Order, r orders.Refund, rest money.Bag) {
	if g.booksIn(rest).IsZero() {
		return
	}
	var tax money.Bag
	for _, a := range r.Adjustments {
		tax = tax.Add(a.Tax)
	}
	to, price := &g.back, rest
	if g.booksIn(rest).IsNegative() {
		to, price, tax = &g.out, rest.Neg(), tax.Neg()
	}
	if g.booksIn(tax).IsNegative() || g.booksIn(tax).GreaterThanOrEqual(g.booksIn(price)) {
		tax = money.Bag{}
	}
	if !o.TaxesIncluded {
		price = price.Sub(tax)
	}
	l := orders.Line{ID: restLine, Title: "Refund of " + o.Name, Quantity: 1, CurrentQuantity: 1, UnitPrice: price, TaxLines: orders.SplitTax(tax, o.TaxLines)}
	g.booked[l.ID] = documents.Booking{Account: g.settings.RefundAccount, Missing: RefundAccountMissing}
	g.add(to, l)
}

// document maps what is given back and what goes out, and makes one memo of both.
func (g *given) document(o orders.Order, r orders.Refund, customerNo string, refs documents.References) (sales.Document, []documents.Problem) {
	d, problems := documents.MapBooked(g.card, g.back, customerNo, refs, g.booked)
	problems = append(g.problems, problems...)
	if len(g.out.Lines) > 0 {
		bare := g.card
		bare.ShopifyOrderNoOnDocLine = false
		g.out.PONumber = ""
		out, more := documents.MapBooked(bare, g.out, customerNo, refs, g.booked)
		for _, p := range more {
			if !slices.Contains(problems, p) {
				problems = append(problems, p)
			}
		}
		for _, l := range out.Lines {
			d.Lines = append(d.Lines, negative(l))
		}
		d.Total.Value = d.Total.Value.Sub(out.Total.Value)
	}
	for i := range d.Lines {
		d.Lines[i].Sequence = sequenceBase + sequenceStep*(i+1)
		d.Lines[i].Of, _, _ = strings.Cut(d.Lines[i].Of, ".")
	}
	d.ExternalNumber, d.EarlierNumber, d.Number = ExternalNumber(o, r.ID), "", Number(r.ID)
	if at := r.CreatedAt; !at.IsZero() {
		d.Date = at.In(g.card.Location()).Format("2006-01-02")
	}
	d.ShipmentMethod, d.PaymentTerms = "", ""
	d.Leave, _ = sales.Winners(append(slices.Clone(g.card.BCWins), "shipTo"))
	d.Taxes = sales.TaxesOf(d.Lines)
	if !slices.ContainsFunc(d.Lines, func(l sales.Line) bool { return l.Kind != sales.CommentLine }) {
		d.Lines = nil // there is nothing to credit
	}
	d = withRounding(g.card, d, d.Total.Value.Sub(d.Foreseen()))
	d.Fit()
	return d, problems
}

func negative(l sales.Line) sales.Line {
	l.Quantity, l.Discount, l.Net, l.Tax = l.Quantity.Neg(), l.Discount.Neg(), l.Net.Neg(), l.Tax.Neg()
	return l
}

// withRounding is d with left on a line of the rounding account, beside what that has
// already. Where there is none, or more is left than BC's own rounding of taxes
// explains, a minor unit a line at most, d stays as it is.
func withRounding(card documents.Card, d sales.Document, left decimal.Decimal) sales.Document {
	limit := decimal.Max(card.Tolerance, sales.Minor(d.Digits).Mul(decimal.NewFromInt(int64(len(d.Lines)+1))))
	if left.IsZero() || len(d.Lines) == 0 || card.RoundingAccount == "" || left.Abs().GreaterThan(limit) || !d.Untaxed() && card.TaxCode(decimal.Zero) == "" {
		return d
	}
	d.Lines, d.Taxes = slices.Clone(d.Lines), slices.Clone(d.Taxes)
	at := slices.IndexFunc(d.Lines, func(l sales.Line) bool { return l.Sequence == sequenceRounding })
	if at < 0 {
		at = len(d.Lines)
		d.Lines = append(d.Lines, sales.Line{})
	}
	d.Lines[at] = card.RoundingLine(sequenceRounding, d.Lines[at].Net.Add(left))
	d.Taxes = sales.TaxesOf(d.Lines)
	return d
}
