package drawn

import (
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
)

func (d *drawing) shipping() {
	n := pick(d.generator, 1, 1, 1, 0, 2)
	for range n {
		price := d.bag(d.money(1500))
		s := &data.ShippingLine{ID: d.next(), Title: pick(d.generator, "Standard", "Express", "Pickup"), Source: "shopify", Price: price}
		s.Code = s.Title
		if d.one(5) {
			off := d.o.Round(data.Bag{Shop: price.Shop.Div(decimal.NewFromInt(2)), Presentment: price.Presentment.Div(decimal.NewFromInt(2))})
			d.o.Discounts = append(d.o.Discounts, data.Discount{Kind: "automatic", Title: "Halber Versand", Target: "SHIPPING_LINE", Selection: "ALL", Method: "EACH", Amount: off.Presentment})
			s.Allocations = []data.Allocation{{Discount: len(d.o.Discounts) - 1, Amount: off}}
		}
		s.Taxes = d.taxes(s.Net(), false)
		d.o.ShippingLines = append(d.o.ShippingLines, s)
	}
}

// extras are fees, tips, terms and what people write.
func (d *drawing) extras() {
	if d.one(15) {
		price := d.bag(d.money(500))
		d.o.Fees = append(d.o.Fees, data.Fee{ID: d.next(), Name: "Wrapping", Price: price, Taxes: d.taxes(price, false)})
		d.kind("fee")
	}
	if d.one(12) {
		d.o.Tip = d.bag(d.money(800))
		d.kind("tip")
	}
	if d.one(12) {
		d.o.PONumber = "PO-" + d.o.Name[1:]
	}
	if d.one(10) {
		d.o.Note, d.o.Tags = "Bitte klingeln.", []string{"gift"}
	}
}

// fulfil lays out where the lines ship from.
func (d *drawing) fulfil() {
	at := map[int64]*data.FulfillmentOrder{}
	put := func(location, line int64, n int) {
		f := at[location]
		if f == nil {
			f = &data.FulfillmentOrder{ID: d.next(), Status: "OPEN", Location: location, UpdatedAt: d.o.CreatedAt}
			at[location] = f
			d.o.FulfillmentOrders = append(d.o.FulfillmentOrders, f)
		}
		f.Lines = append(f.Lines, &data.FulfillmentOrderLine{ID: d.next(), Line: line, Total: n, Remaining: n})
	}
	for _, l := range d.o.Lines {
		if !l.RequiresShipping {
			continue
		}
		from := pick(d.generator, d.shop.Locations...).ID
		if l.Quantity > 1 && d.one(8) {
			part := 1 + d.r.IntN(l.Quantity-1)
			to := d.shop.Locations[0].ID
			if to == from {
				to = d.shop.Locations[1].ID
			}
			put(from, l.ID, part)
			put(to, l.ID, l.Quantity-part)
			d.kind("two locations")
			continue
		}
		put(from, l.ID, l.Quantity)
	}
}

// pay pays the order, in cash rounded to five hundredths, or not at all.
func (d *drawing) pay() {
	o := d.o
	switch total := o.Totals().Price; {
	case d.one(6):
		o.FinancialStatus = "PENDING"
		if d.one(2) {
			o.Terms = &data.Terms{ID: d.next(), Name: "Net 30", Type: "NET", DueInDays: 30, Schedules: []data.Schedule{{
				ID: d.next(), IssuedAt: o.CreatedAt, DueAt: o.CreatedAt.AddDate(0, 0, 30), Amount: total.Presentment,
			}}}
			d.kind("terms")
		}
	case d.one(12) && o.Presentment == "" && (o.Currency == "EUR" || o.Currency == "CHF" || o.Currency == "DKK"):
		twenty := decimal.NewFromInt(20)
		rounded := total.Shop.Mul(twenty).Round(0).Div(twenty)
		off := rounded.Sub(total.Shop)
		o.CashRounding = data.Bag{Shop: off, Presentment: off}
		paid := data.Bag{Shop: rounded, Presentment: rounded}
		o.Transactions = []*data.Transaction{{ID: d.next(), Kind: "SALE", Status: "SUCCESS", Gateway: "cash", Amount: paid, Rounding: &o.CashRounding, ProcessedAt: o.CreatedAt}}
		d.kind("cash")
	default:
		o.Transactions = []*data.Transaction{{ID: d.next(), Kind: "SALE", Status: "SUCCESS", Gateway: "shopify_payments", Amount: total, ProcessedAt: o.CreatedAt}}
	}
}

// later is some time after the order was placed, and before the world begins by
// any clock.
func (d *drawing) later(by time.Duration) time.Time {
	if at := d.o.CreatedAt.Add(by); at.Before(Begin.Add(-10 * time.Minute)) {
		return at
	}
	return Begin.Add(-10 * time.Minute)
}

// past is what happened before the first import.
func (d *drawing) past() {
	o := d.o
	switch d.r.IntN(40) {
	case 0:
		d.kind("cancelled")
		o.Cancel(d.later(20*time.Minute), "CUSTOMER", d.one(2), d.next)
	case 1:
		if d.one(2) {
			d.kind("test")
			o.Test = true
		} else {
			d.kind("not confirmed")
			o.Unconfirmed = true
		}
	case 2, 3, 4, 5:
		d.kind("edited down")
		d.remove(o, pick(d.generator, o.Lines...), d.later(30*time.Minute), false)
	case 6:
		d.kind("refunded")
		d.remove(o, o.Lines[0], d.later(30*time.Minute), true)
	case 7:
		if !d.one(3) {
			return
		}
		d.kind("nothing left")
		for _, l := range o.Lines {
			for l.Quantity > l.Removed {
				d.remove(o, l, d.later(30*time.Minute), false)
			}
		}
	case 11, 12:
		d.kind("changed before")
		o.UpdatedAt = d.later(40 * time.Minute)
		if c := d.change(); c.Name != "cancelled" && c.Name != "refunded" {
			d.kind(c.Name)
			c.Do(o)
		}
	case 8, 9, 10:
		d.kind("shipped")
		ship(o, d.later(24*time.Hour), d.next)
	}
}
