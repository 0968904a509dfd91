package data

import (
	"math/rand/v2"
	"time"

	"github.com/shopspring/decimal"
)

// Random is a shop with the sample's goods and customers and n orders in which
// what the sample has one at a time comes together at random: discounts on
// lines, on the order and on shipping, in the buyer's currency, with taxes on
// top, edited, refunded, cancelled. The same seed makes the same shop.
func Random(seed uint64, now time.Time, n int) *Data { return RandomOf(seed, now, n) }

// RandomOf is [Random] with awkward kinds mixed in. Each comes about once in six
// orders that it fits, in any company.
func RandomOf(seed uint64, now time.Time, n int, kinds ...Kind) *Data {
	b := newBuilder(now)
	known, card := b.assortment()
	r := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // has to repeat, not to be secret
	for i := range n {
		at := b.now.Add(-time.Duration(n+60-i) * time.Hour)
		b.random(r, 1001+i, at, known, card, kinds)
	}
	return b.Data
}

// random adds one order.
func (b *builder) random(r *rand.Rand, number int, at time.Time, known []*Product, card *Product, kinds []Kind) {
	one := func(in int) bool { return r.IntN(in) == 0 }
	d, cash := b.randomDraft(r, known, card)
	b.mixDraft(r, &d, kinds)
	o := b.order(number, at, d)
	b.mixOrder(r, o, kinds)
	if one(50) {
		b.tried(o)
	}
	if !d.pending && one(9) {
		o.Tip = o.Round(Bag{cents(300), cents(300).Mul(d.rateOfExchange())})
		b.pay(o, at)
	}
	switch {
	case cash:
		b.inCash(o)
	case d.pending && o.Lines[0].Quantity > 1 && one(2):
		b.edited(o)
	case d.pending:
		b.onAccount(o)
	case one(8):
		b.refunded(o)
	case one(8):
		b.cancelled(o)
	case one(8):
		b.withGiftCard(o, cents(2500))
	case b.mixEvent(r, o, kinds):
	case one(3):
		b.shipped(o)
	}
}

// randomDraft is an order that is to be placed; cash tells that it is paid so.
func (b *builder) randomDraft(r *rand.Rand, known []*Product, card *Product) (d draft, cash bool) {
	one := func(in int) bool { return r.IntN(in) == 0 }
	d = b.everyday(r.IntN(1_000_000), known)
	d.included = !one(3)
	for i := range d.lines {
		l := &d.lines[i]
		if l.quantity = 1 + r.IntN(5); one(4) {
			l.off = l.variant.Price.Div(decimal.NewFromInt(int64(2 + r.IntN(9)))).Round(2)
		}
		if one(6) {
			l.location = outlet
		}
		if one(8) {
			l.rate = "0.07"
		}
	}
	if one(12) {
		d.lines = append(d.lines, draftLine{variant: card.Variants[r.IntN(3)], quantity: 1, gift: true})
	}
	if one(10) { // a line that somebody typed in
		d.lines = append(d.lines, draftLine{title: "Engraving", price: cents(int64(500 + r.IntN(2000))), quantity: 1})
	}
	if one(4) { // a tenth at most, so that no line falls below zero
		d.off = d.subtotal().Div(decimal.NewFromInt(int64(10 + r.IntN(20)))).Round(2)
	}
	switch r.IntN(4) {
	case 0:
		d.shipping = append(d.shipping, draftShipping{title: "Express", price: cents(1290), off: cents(int64(r.IntN(1290)))})
	case 1:
		d.shipping = nil
	}
	cash = one(10)
	switch {
	case cash:
		d.pos = true
	case one(5):
		d.currency, d.factor = "SEK", decimal.RequireFromString("11.4213")
	case one(9):
		d.currency, d.factor = "JPY", decimal.RequireFromString("163.27")
	}
	if one(20) {
		d.customer = nil
	}
	d.pending = !cash && one(6)
	return d, cash
}

// subtotal is the sum of the lines after their own discounts.
func (d draft) subtotal() decimal.Decimal {
	var sum decimal.Decimal
	for _, l := range d.lines {
		price := l.price
		if l.variant != nil {
			price = l.variant.Price
		}
		sum = sum.Add(price.Mul(decimal.NewFromInt(int64(l.quantity)))).Sub(l.off)
	}
	return sum
}

func (d draft) rateOfExchange() decimal.Decimal {
	if d.currency == "" {
		return decimal.NewFromInt(1)
	}
	return d.factor
}
