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

// cancelled voids an order an hour after it was placed.
func (b *builder) cancelled(o *Order) *Order {
	at := o.CreatedAt.Add(time.Hour)
	o.CancelledAt, o.CancelReason, o.FinancialStatus = at, "CUSTOMER", "VOIDED"
	o.UpdatedAt, o.Transactions = at, nil
	for _, f := range o.FulfillmentOrders {
		f.Status, f.UpdatedAt = "CANCELLED", at
	}
	return o
}

// edited takes one unit off the first line, before the order is paid.
func (b *builder) edited(o *Order) *Order {
	o.Lines[0].Removed, o.Edited = 1, true
	o.UpdatedAt = o.CreatedAt.Add(30 * time.Minute)
	for _, f := range o.FulfillmentOrders {
		for _, l := range f.Lines {
			if l.Line == o.Lines[0].ID {
				l.Total, l.Remaining = l.Total-1, l.Remaining-1
			}
		}
	}
	return o
}

// refunded takes one unit of the first line back and pays for it.
func (b *builder) refunded(o *Order) *Order {
	l := o.Lines[0]
	sub, tax := o.RefundFor(l, 1)
	l.Removed, l.Refunded = 1, 1
	then := o.CreatedAt.Add(2 * time.Hour)
	amount := sub
	if !o.TaxesIncluded {
		amount = amount.Add(tax)
	}
	x := &Transaction{ID: b.next(), Kind: "REFUND", Status: "SUCCESS", Gateway: "shopify_payments", Parent: o.Transactions[0].ID, Amount: amount, ProcessedAt: then}
	o.Transactions = append(o.Transactions, x)
	o.Refunds = []*Refund{{
		ID: b.next(), CreatedAt: then, UpdatedAt: then, Transactions: []int64{x.ID},
		Lines: []RefundLine{{ID: b.next(), Line: l.ID, Quantity: 1, RestockType: "RETURN", Restocked: true, Location: warehouse, Subtotal: sub, Tax: tax}},
	}}
	o.FinancialStatus, o.UpdatedAt = "PARTIALLY_REFUNDED", then
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
