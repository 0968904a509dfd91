package drawn

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
)

// drawing is an order on its way.
type drawing struct {
	*generator

	o      *data.Order
	out    *Order
	factor decimal.Decimal // one unit of the shop's currency in the buyer's
	rate   string          // of most lines; "0" is untaxed
}

func (d *drawing) kind(name string) { d.out.Kinds = append(d.out.Kinds, name) }

// order draws the order of an index.
func (g *generator) order(k int) *Order {
	at := Begin.Add(-time.Duration(20+g.r.IntN(40*24*60)) * time.Minute)
	o := &data.Order{
		ID: 5_000_000_000 + int64(g.Seed%1000)*10_000 + int64(k), Number: 1001 + k, Name: "#" + strconv.Itoa(1001+k),
		CreatedAt: at, UpdatedAt: at, ProcessedAt: at, SourceName: "web", AttributionName: "Online Store", Currency: g.shop.Shop.Currency,
		TaxesIncluded: !g.one(3), FinancialStatus: "PAID", FulfillmentStatus: "UNFULFILLED",
	}
	d := &drawing{generator: g, o: o, out: &Order{K: k, Order: o}, factor: decimal.NewFromInt(1), rate: pick(g, g.rates...)}
	if g.one(9) {
		d.rate = "0"
		d.kind("untaxed")
	}
	d.currency()
	d.buyer()
	d.lines()
	d.shipping()
	d.extras()
	d.fulfil()
	d.pay()
	d.past()
	if d.rules.Invoices && o.CancelledAt.IsZero() && d.one(3) {
		d.kind("shipped")
		ship(o, d.later(24*time.Hour), d.next)
	}
	d.future()
	return d.out
}

func (d *drawing) currency() {
	if !d.one(3) {
		return
	}
	c := pick(d.generator, []struct{ code, factor string }{
		{"SEK", "11.4213"}, {"USD", "1.0876"}, {"JPY", "163.27"}, {"KWD", "0.3341"}, {"GBP", "0.8512"}, {"DKK", "7.4601"}, {"PLN", "4.31"},
	}...)
	if c.code == "PLN" && !d.one(4) || c.code == d.o.Currency {
		return
	}
	d.o.Presentment, d.factor = c.code, decimal.RequireFromString(c.factor)
	d.kind("in " + c.code)
}

// bag is an amount of the shop's currency in both.
func (d *drawing) bag(v decimal.Decimal) data.Bag {
	return d.o.Round(data.Bag{Shop: v, Presentment: v.Mul(d.factor)})
}

// money is an amount up to most cents, in the size of the shop's currency.
func (d *drawing) money(most int) decimal.Decimal {
	v := decimal.New(int64(1+d.r.IntN(most)), -2)
	switch d.o.Currency {
	case "JPY":
		return v.Shift(2)
	case "KWD":
		return v.Shift(-1)
	}
	return v
}

func (d *drawing) buyer() {
	o := d.o
	switch {
	case d.one(20):
		d.kind("no customer")
		if !d.one(3) {
			o.Email = pick(d.generator, "guest"+strconv.Itoa(d.out.K)+"@mail.example")
		}
	default:
		c := pick(d.generator, d.buyers...)
		o.Customer, o.Email, o.Phone = c.ID, c.Email, c.Phone
		if d.one(8) { // ordered under another address than the account's
			o.Email = "other" + strconv.Itoa(d.out.K) + "@mail.example"
		}
		if d.one(4) {
			o.Phone = ""
		}
		if len(c.Addresses) > 0 && d.one(2) {
			a := c.Addresses[0]
			o.Billing, o.Shipping = &a, &a
		}
	}
	if o.Billing == nil {
		billing, shipping := d.address(), d.address()
		o.Billing, o.Shipping = &billing, &shipping
	}
	switch d.r.IntN(12) {
	case 0:
		o.Billing = nil
		d.kind("no billing address")
	case 1:
		o.Shipping = nil
		d.kind("no shipping address")
	case 2:
		o.Billing, o.Shipping = nil, nil
		d.kind("no address")
	}
	if d.one(120) && o.Shipping != nil {
		o.Shipping.Country = "BR"
		d.kind("unknown country")
	}
	if d.one(25) {
		c := pick(d.generator, d.shop.Companies...)
		o.Company = &data.Purchase{CompanyID: c.ID, LocationID: c.Locations[0].ID}
		d.kind("company")
	}
}

func (d *drawing) lines() {
	for range 1 + d.r.IntN(4) {
		d.goodsLine()
	}
	d.bundles()
	if d.one(12) {
		c := pick(d.generator, d.cards...)
		d.o.Lines = append(d.o.Lines, &data.Line{
			ID: d.next(), Title: c.product.Title, VariantTitle: c.variant.Title, Product: c.product.ID, Variant: c.variant.ID, Quantity: 1,
			GiftCard: true, UnitPrice: d.bag(c.variant.Price),
		})
		d.kind("gift card")
	}
	if d.one(10) {
		l := &data.Line{ID: d.next(), Title: "Engraving", Quantity: 1 + d.r.IntN(2), Taxable: true, UnitPrice: d.bag(d.money(3000))}
		if d.one(3) {
			l.SKU = "TYPED-IN"
		}
		d.o.Lines = append(d.o.Lines, l)
		d.kind("custom line")
	}
	if d.one(5) {
		d.orderDiscount()
	}
	for _, l := range d.o.Lines {
		if l.Taxable {
			l.Taxes = d.taxes(l.Net(), true)
		}
	}
	if d.one(14) {
		d.duty()
	}
}

// goodsLine adds a line of goods.
func (d *drawing) goodsLine() {
	x := pick(d.generator, d.goods...)
	if d.one(90) && len(d.news) > 0 {
		x = pick(d.generator, d.news...)
		d.kind("unknown item")
	}
	l := &data.Line{
		ID: d.next(), Title: x.product.Title, VariantTitle: x.variant.Title, SKU: x.variant.SKU, Vendor: x.product.Vendor,
		Product: x.product.ID, Variant: x.variant.ID, Quantity: 1 + d.r.IntN(5), Taxable: true, RequiresShipping: true, UnitPrice: d.bag(x.variant.Price),
	}
	if d.one(5) { // a price of its own
		l.UnitPrice = d.bag(d.money(20_000))
	}
	if d.one(60) { // deleted since: its SKU is all that is left
		l.Variant, l.Product = 0, 0
		d.kind("deleted product")
		if d.one(2) {
			l.Title, l.VariantTitle, l.SKU = "Tip", "", "JAR"
		}
	}
	if d.one(4) {
		d.discount(l)
	}
	d.o.Lines = append(d.o.Lines, l)
}

// discount takes something off a line, all of it now and then.
func (d *drawing) discount(l *data.Line) {
	off := d.bag(l.UnitPrice.Shop.Mul(decimal.NewFromInt(int64(l.Quantity))).Div(decimal.NewFromInt(int64(2 + d.r.IntN(9)))))
	if d.one(8) {
		off = l.Gross()
	}
	if off.Presentment.GreaterThan(l.Gross().Presentment) {
		off.Presentment = l.Gross().Presentment
	}
	d.o.Discounts = append(d.o.Discounts, data.Discount{Kind: "automatic", Title: "Liebhaberstück", Target: "LINE_ITEM", Selection: "ENTITLED", Method: "EACH", Amount: off.Presentment})
	l.Allocations = append(l.Allocations, data.Allocation{Discount: len(d.o.Discounts) - 1, Amount: off})
}

// orderDiscount spreads a tenth at most over all lines.
func (d *drawing) orderDiscount() {
	d.o.Discounts = append(d.o.Discounts, data.Discount{Kind: "code", Title: "WILLKOMMEN", Target: "LINE_ITEM", Selection: "ALL", Method: "ACROSS"})
	d.o.DiscountCodes = []string{"WILLKOMMEN"}
	share := decimal.NewFromInt(int64(10 + d.r.IntN(20)))
	for _, l := range d.o.Lines {
		off := d.o.Round(data.Bag{Shop: l.Net().Shop.Div(share), Presentment: l.Net().Presentment.Div(share)})
		l.Allocations = append(l.Allocations, data.Allocation{Discount: len(d.o.Discounts) - 1, Amount: off})
		a := &d.o.Discounts[len(d.o.Discounts)-1]
		a.Amount = a.Amount.Add(off.Presentment)
	}
	d.kind("order discount")
}

// duty is one on the first line, with tax of its own.
func (d *drawing) duty() {
	l := d.o.Lines[0]
	price := d.bag(d.money(2000))
	l.Duty = &data.Duty{ID: d.next(), HSCode: "6109.10", Origin: "CN", Price: price}
	if d.one(2) {
		l.Duty.Taxes = d.taxes(price, false)
	}
	d.kind("duty")
}
