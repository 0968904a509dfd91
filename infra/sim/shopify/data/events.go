package data

import (
	"time"

	"github.com/shopspring/decimal"
)

// What happens to an order after it was placed. Each returns the order.

// onAccount gives an order that is not paid 30 days.
func (b *builder) onAccount(o *Order) *Order {
	o.PONumber = "PO-" + o.Name[1:]
	o.Terms = &Terms{ID: b.next(), Name: "Net 30", Type: "NET", DueInDays: 30, Schedules: []Schedule{{
		ID: b.next(), IssuedAt: o.CreatedAt, DueAt: o.CreatedAt.AddDate(0, 0, 30), Amount: o.Totals().Price.Presentment,
	}}}
	return o
}

// tried makes an order a test that no money moved for.
func (b *builder) tried(o *Order) *Order {
	o.Test = true
	for _, x := range o.Transactions {
		x.Test = true
	}
	return o
}

// inCash rounds the payment of an order in the shop's currency to five cents.
func (b *builder) inCash(o *Order) *Order {
	price := o.Totals().Price.Shop
	rounded := price.Mul(decimal.NewFromInt(20)).Round(0).Div(decimal.NewFromInt(20))
	off := rounded.Sub(price)
	o.CashRounding = Bag{off, off}
	o.Transactions[0].Amount, o.Transactions[0].Rounding = Bag{rounded, rounded}, &o.CashRounding
	return o
}

// withGiftCard pays part of a paid order, at most amount, with a gift card.
func (b *builder) withGiftCard(o *Order, amount decimal.Decimal) *Order {
	rest := o.Transactions[0]
	part := Bag{amount, amount}
	if !o.Totals().Price.Shop.GreaterThan(amount) || o.Presentment != "" {
		return o
	}
	rest.Amount = rest.Amount.Sub(part)
	card := *rest
	card.ID, card.Gateway, card.Amount = b.next(), "gift_card", part
	o.Transactions = append([]*Transaction{&card}, rest)
	return o
}

// cancelled voids the payment of an order 20 minutes after it was placed.
func (b *builder) cancelled(o *Order) *Order {
	for _, x := range o.Transactions {
		x.Kind, o.FinancialStatus = "AUTHORIZATION", "AUTHORIZED"
	}
	if len(o.Transactions) == 0 {
		o.FinancialStatus = "VOIDED"
	}
	o.Cancel(o.CreatedAt.Add(20*time.Minute), "CUSTOMER", false, b.next)
	return o
}

// edited takes one unit off the first line, before the order is paid. Some
// editions leave no record of it.
func (b *builder) edited(o *Order) *Order {
	l := o.Lines[0]
	return b.edit(o, Edit{Quantities: map[int64]int{l.ID: l.Current() - 1}, NoRecord: o.Number%2 == 0})
}

// edit commits an edit half an hour after the order was placed.
func (b *builder) edit(o *Order, e Edit) *Order {
	e.At = o.CreatedAt.Add(30 * time.Minute)
	must(o.Edit(e, b.next))
	return o
}

// refunded cancels one unit of the first line, which was not shipped yet, and
// pays for it.
func (b *builder) refunded(o *Order) *Order {
	must(o.GiveBack(Reversal{At: o.CreatedAt.Add(40 * time.Minute), Units: map[int64]int{o.Lines[0].ID: 1}}, b.next))
	return o
}

// must stops on an event that does not fit the order it was written for.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// byCompany makes a company the buyer, through a contact if the customer is one.
func (b *builder) byCompany(o *Order, c *Company) *Order {
	o.Company = &Purchase{CompanyID: c.ID, LocationID: c.Locations[0].ID}
	for _, k := range c.Contacts {
		if k.Customer == o.Customer {
			o.Company.ContactID = k.ID
		}
	}
	for _, a := range []*Address{o.Shipping, o.Billing} {
		if a != nil {
			a.Company = c.Name
		}
	}
	return o
}

// shipped sends off everything that is open, a day after the order.
func (b *builder) shipped(o *Order) *Order {
	at := o.CreatedAt.Add(24 * time.Hour)
	for _, f := range o.FulfillmentOrders {
		s := &Fulfillment{ID: b.next(), Status: "SUCCESS", CreatedAt: at, Location: f.Location, Order: f.ID}
		for _, l := range f.Lines {
			s.Lines = append(s.Lines, FulfillmentLine{ID: b.next(), Line: l.Line, Quantity: l.Remaining})
			l.Remaining = 0
		}
		f.Status, f.UpdatedAt = "CLOSED", at
		o.Fulfillments = append(o.Fulfillments, s)
	}
	o.FulfillmentStatus, o.UpdatedAt = "FULFILLED", at
	return o
}
