package data

import (
	"math/rand/v2"
	"slices"

	"github.com/shopspring/decimal"
)

// Kind is an awkward kind of order that random shops can have, see [RandomOf].
// The sample shop has one of each.
type Kind string

// The kinds.
const (
	SplitLine        Kind = "a line from two locations"
	CustomLine       Kind = "a custom line with a SKU"
	DeletedProduct   Kind = "goods of a deleted product called Tip"
	Exempt           Kind = "a tax of 0"
	TwoTaxes         Kind = "two taxes on a line"
	ChannelTax       Kind = "the shop's and the channel's tax on a line"
	LiabilityUnknown Kind = "channelLiable null"
	TaxedDuty        Kind = "a duty with taxes"
	OfCompany        Kind = "a company through its contact"
	PhoneExtension   Kind = "a phone with an extension"
	SharedPhone      Kind = "a phone that others give too"
	GiftRecipient    Kind = "a buyer without phone, a recipient whose phone a customer has"
	Nameless         Kind = "no name, e-mail and phone"
	Authorised       Kind = "authorised, not captured"
	Captured         Kind = "authorised and captured"
	EditedDown       Kind = "a unit edited away after payment"
	EditedAway       Kind = "all lines edited away"
	Discounted       Kind = "a discount given after payment"
	LineAdded        Kind = "a line added after payment"
	Bundled          Kind = "lines that are components of a bundle"
)

// Kinds are all of them.
func Kinds() []Kind {
	return []Kind{
		SplitLine, CustomLine, DeletedProduct, Exempt, TwoTaxes, ChannelTax, LiabilityUnknown, TaxedDuty, OfCompany, PhoneExtension, SharedPhone, GiftRecipient,
		Nameless, Authorised, Captured, EditedDown, EditedAway, Discounted, LineAdded, Bundled,
	}
}

// drawn tells whether an order gets a kind: one in six, of those that are asked for.
func drawn(r *rand.Rand, kinds []Kind, k Kind) bool {
	return slices.Contains(kinds, k) && r.IntN(6) == 0
}

// mixDraft adds kinds that an order is placed with.
func (b *builder) mixDraft(r *rand.Rand, d *draft, kinds []Kind) {
	first := &d.lines[0]
	percent := func(title string, n int64) Tax { return Tax{Title: title, Rate: decimal.New(n, -3)} }
	if drawn(r, kinds, SplitLine) && first.quantity > 1 {
		first.outlet = 1 + r.IntN(first.quantity-1)
	}
	if drawn(r, kinds, CustomLine) {
		d.lines = append(d.lines, draftLine{title: "Sail, made to measure", sku: "SAIL-77", price: cents(int64(1000 + r.IntN(30000))), quantity: 1})
	}
	if drawn(r, kinds, DeletedProduct) {
		d.lines = append(d.lines, draftLine{title: "Tip", sku: "TIP-JAR", price: cents(1990), quantity: 1 + r.IntN(3), deleted: 39_999_001})
	}
	switch {
	case drawn(r, kinds, Exempt):
		first.taxes = []Tax{percent("MwSt. (befreit)", 0)}
	case drawn(r, kinds, TwoTaxes):
		first.taxes = []Tax{percent("State Tax", 65), percent("County Tax", 38)}
	case drawn(r, kinds, ChannelTax):
		first.taxes = []Tax{percent("State Tax", 65), percent("Marketplace Tax", 38)}
		first.taxes[1].ChannelLiable = true
	}
	if drawn(r, kinds, OfCompany) && !d.pos {
		d.customer = b.Customers[10]
	}
}

// mixOrder adds kinds that show in the order itself.
func (b *builder) mixOrder(r *rand.Rand, o *Order, kinds []Kind) {
	if drawn(r, kinds, LiabilityUnknown) {
		for i := range o.Lines[0].Taxes {
			o.Lines[0].Taxes[i].LiabilityUnknown = !o.Lines[0].Taxes[i].ChannelLiable
		}
	}
	if drawn(r, kinds, TaxedDuty) && o.RetailLocation == 0 && o.Lines[0].RequiresShipping {
		b.duty(o, o.Lines[0], cents(int64(100+r.IntN(2000))))
		if o.FinancialStatus == "PAID" {
			b.pay(o, o.CreatedAt)
		}
	}
	if o.Customer == b.Customers[10].ID && slices.Contains(kinds, OfCompany) {
		b.byCompany(o, b.Companies[0])
	}
	if slices.Contains(kinds, Bundled) && o.Number%6 == 0 {
		o.bundle(o.Number%4 == 0)
	}
	if o.Shipping == nil {
		return
	}
	for k, i := range map[Kind]int{PhoneExtension: 17, SharedPhone: 67, GiftRecipient: 87, Nameless: 197} {
		if slices.Contains(kinds, k) && (o.Number+i)%24 == 0 { // of these an order has one
			b.strangely(i, o)
		}
	}
}

// mixEvent lets one thing happen to an order that was paid, if it is paid by one
// ordinary payment, and tells whether it did.
func (b *builder) mixEvent(r *rand.Rand, o *Order, kinds []Kind) bool {
	if o.FinancialStatus != "PAID" || len(o.Transactions) != 1 || o.Transactions[0].Kind != "SALE" {
		return false
	}
	l := o.Lines[0]
	switch {
	case drawn(r, kinds, Authorised):
		b.authorised(o)
	case drawn(r, kinds, Captured):
		b.captured(b.authorised(o))
	case drawn(r, kinds, EditedDown):
		b.edit(o, Edit{Quantities: map[int64]int{l.ID: l.Quantity - 1}, RestockType: []string{"", "NO_RESTOCK"}[r.IntN(2)], NoRecord: r.IntN(4) == 0})
	case drawn(r, kinds, EditedAway):
		none := map[int64]int{}
		for _, l := range o.Lines {
			none[l.ID] = 0
		}
		b.edit(o, Edit{Quantities: none})
	case drawn(r, kinds, Discounted):
		net, tenth := l.Net(), decimal.NewFromInt(10)
		b.edit(o, Edit{Discounts: []LineDiscount{{Line: l.ID, Title: "Kratzer", Amount: o.Round(Bag{net.Shop.Div(tenth), net.Presentment.Div(tenth)})}}})
	case drawn(r, kinds, LineAdded):
		extra := *l
		extra.Quantity, extra.Allocations, extra.Duty, extra.Taxes = 1, nil, nil, slices.Clone(l.Taxes)
		b.edit(o, Edit{Add: []*Line{&extra}})
	default:
		return false
	}
	return true
}

// bundle makes the goods of the order's first and last line the components of a bundle,
// which need not stand side by side; the prices of the two make up the bundle's.
func (o *Order) bundle(known bool) {
	first, last := o.Lines[0], o.Lines[len(o.Lines)-1]
	if first == last || last.GiftCard || last.Tip || last.Variant == 0 || !last.RequiresShipping {
		return
	}
	g := &Group{ID: first.ID, Title: "Set: " + first.Title, Quantity: 1}
	if known {
		g.SKU, g.Product, g.Variant = "SET-"+first.SKU, first.Product, first.Variant
	}
	first.Group, last.Group = g, g
}
