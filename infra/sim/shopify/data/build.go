package data

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/shopspring/decimal"
)

// builder makes shops: everything in them follows from its calls alone.
type builder struct {
	*Data

	now time.Time
	seq int64
	of  map[*Variant]*Product
}

// The locations of a made shop.
const (
	warehouse = 61001
	store     = 61002
	outlet    = 61003
)

func newBuilder(now time.Time) *builder {
	b := &builder{now: now.UTC().Truncate(time.Second), seq: 40_000_000, of: map[*Variant]*Product{}, Data: &Data{Shop: Shop{
		ID: 60_001, Domain: "sample.myshopify.com", Name: "Nordlicht & Söhne", Email: "post@nordlicht.example", Currency: "EUR",
		Timezone: "Europe/Berlin", TaxesIncluded: true, Plan: "Basic", OrderPrefix: "#",
		Address:  Address{Company: "Nordlicht & Söhne", Address1: "Hafenstraße 12", City: "Flensburg", Zip: "24937", Country: "DE"},
		ClientID: "backroom", ClientSecret: "secret",
		Scopes: []string{
			"read_orders", "write_orders", "read_all_orders", "read_customers", "read_products", "write_products", "write_files", "read_publications", "write_publications", "read_locations", "read_inventory", "read_returns",
			"read_merchant_managed_fulfillment_orders", "write_merchant_managed_fulfillment_orders", "read_assigned_fulfillment_orders",
			"read_third_party_fulfillment_orders", "read_payment_terms", "read_users", "write_inventory",
			"read_shopify_payments_accounts", "read_shopify_payments_payouts", "read_shopify_payments_disputes",
		},
	}}}
	b.Shop.CreatedAt = b.now.AddDate(-2, 0, 0)
	b.Locations = []*Location{
		{ID: warehouse, Name: "Lager Flensburg", Address: Address{Address1: "Hafenstraße 12", City: "Flensburg", Zip: "24937", Country: "DE"}},
		{ID: store, Name: "Laden Hamburg", Address: Address{Address1: "Lange Reihe 4", City: "Hamburg", Zip: "20099", Country: "DE"}},
		{ID: outlet, Name: "Outlet Wien", Address: Address{Address1: "Neubaugasse 9", City: "Wien", Zip: "1070", Country: "AT"}},
	}
	return b
}

func (b *builder) next() int64 {
	b.seq++
	return b.seq
}

// product adds a product with variants of the given titles at one price. The
// SKU is a variant's own when there is one, else gets a number behind it.
func (b *builder) product(title, kind, titles, sku string, price decimal.Decimal) *Product {
	p := &Product{
		ID: b.next(), Title: title, Handle: handle(title), Vendor: b.Shop.Name, Type: kind, Status: "ACTIVE",
		Options: []string{"Title"}, CreatedAt: b.Shop.CreatedAt, UpdatedAt: b.Shop.CreatedAt, PublishedAt: b.Shop.CreatedAt,
		DefaultVariantOnly: titles == "Default Title",
	}
	all := strings.Split(titles, "/")
	for i, t := range all {
		v := &Variant{ID: b.next(), Title: t, SKU: sku, Values: []string{t}, Price: price, Taxable: true, RequiresShipping: true, Tracked: true, Stock: map[int64]int{warehouse: 40, store: 5}}
		if len(all) > 1 && sku != "" {
			v.SKU = sku + "-" + strconv.Itoa(i+1)
		}
		if sku != "" {
			v.Barcode = ean(v.ID)
		}
		p.Variants = append(p.Variants, v)
		b.of[v] = p
	}
	b.Products = append(b.Products, p)
	return p
}

// handle is a title as a part of a URL.
func handle(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, "-")
}

// ean is a valid EAN-13 with the prefix for use inside a shop.
func ean(id int64) string {
	text := fmt.Sprintf("20%010d", id%10_000_000_000)
	sum := 0
	for i, r := range text {
		n := int(r - '0')
		if i%2 == 1 {
			n *= 3
		}
		sum += n
	}
	return text + strconv.Itoa((10-sum%10)%10)
}

var people = []struct{ first, last, street, city, zip, country string }{
	{"Anna", "Schäfer", "Lindenallee 3", "Kiel", "24103", "DE"},
	{"Jonas", "Weber", "Am Markt 17", "Leipzig", "04109", "DE"},
	{"Marie", "Lefèvre", "12 rue des Lilas", "Lyon", "69003", "FR"},
	{"Lukas", "Gruber", "Mariahilfer Straße 88", "Wien", "1070", "AT"},
	{"Elsa", "Lindqvist", "Storgatan 5", "Göteborg", "411 24", "SE"},
	{"Mehmet", "Yılmaz", "Sonnenstraße 21", "München", "80331", "DE"},
	{"Sophie", "Martin", "4 place du Marché", "Nantes", "44000", "FR"},
	{"Freja", "Nielsen", "Vestergade 31", "Aarhus", "8000", "DK"},
	{"Karl", "von der Heyde", "Schlossweg 1", "Potsdam", "14467", "DE"},
	{"Lea", "Baumgartner", "Herrengasse 14", "Graz", "8010", "AT"},
}

func (b *builder) customer(i int) {
	p := people[i%len(people)]
	last := p.last
	if i >= len(people) {
		last += " " + string(rune('A'+(i/len(people)-1)%26))
	}
	c := &Customer{
		ID: b.next(), FirstName: p.first, LastName: last, Email: fmt.Sprintf("kunde%d@mail.example", i+1), Locale: "de", CreatedAt: b.Shop.CreatedAt, UpdatedAt: b.Shop.CreatedAt,
		Addresses: []Address{{ID: b.next(), FirstName: p.first, LastName: last, Address1: p.street, City: p.city, Zip: p.zip, Country: p.country}},
	}
	if i%3 != 0 {
		c.Phone = fmt.Sprintf("+49151%07d", 2_000_000+i)
		c.Addresses[0].Phone = c.Phone
	}
	b.Customers = append(b.Customers, c)
}

// draft is an order before its sums.
type draft struct {
	customer *Customer // nil: none
	country  string
	included bool   // taxes are in the prices
	rate     string // of the lines and the shipping; "" or "0": untaxed
	lines    []draftLine
	shipping []draftShipping
	off      decimal.Decimal // discount code on the whole order, spread over its lines
	currency string          // presentment, "" for the shop's
	factor   decimal.Decimal // one unit of the shop's currency in the buyer's
	pos      bool
	pending  bool // not paid
}

type draftLine struct {
	variant  *Variant
	title    string // of a line without variant
	price    decimal.Decimal
	quantity int
	off      decimal.Decimal // discount on this line
	rate     string          // "" is the order's
	location int64           // 0 is the warehouse
	gift     bool
	outlet   int    // units that ship from the outlet instead, those of its own from the warehouse
	sku      string // of a line without variant
	deleted  int64  // the number of its product and variant, deleted since
	taxes    []Tax  // in place of the one of rate; their prices are worked out
}

type draftShipping struct {
	title string
	price decimal.Decimal
	off   decimal.Decimal
}

var countryNames = map[string]string{"DE": "MwSt.", "AT": "USt.", "FR": "TVA", "SE": "Moms", "DK": "Moms"}

// order adds the order that a draft describes, with sums that agree.
func (b *builder) order(number int, at time.Time, d draft) *Order {
	o := b.placed(number, at, d)
	for _, dl := range d.lines {
		o.Lines = append(o.Lines, b.line(o, d, dl))
	}
	if !d.off.IsZero() {
		b.spread(o, d.bag(o, d.off))
	}
	for i, l := range o.Lines {
		switch rate := or(d.lines[i].rate, d.rate); {
		case d.lines[i].taxes != nil:
			l.Taxes = slices.Clone(d.lines[i].taxes)
			o.retax(l)
		case l.Taxable:
			l.Taxes = d.tax(o, rate, l.Net())
		}
	}
	for _, ds := range d.shipping {
		s := &ShippingLine{ID: b.next(), Title: ds.title, Code: ds.title, Source: "shopify", Price: d.bag(o, ds.price)}
		if !ds.off.IsZero() {
			s.Allocations = []Allocation{o.discount("Versand zum halben Preis", "automatic", "SHIPPING_LINE", d.bag(o, ds.off))}
		}
		s.Taxes = d.tax(o, d.rate, s.Net())
		o.ShippingLines = append(o.ShippingLines, s)
	}
	b.fulfil(o, d, at)
	if d.pending {
		o.FinancialStatus = "PENDING"
	} else {
		b.pay(o, at)
	}
	b.Orders = append(b.Orders, o)
	return o
}

// placed is the order without its lines.
func (b *builder) placed(number int, at time.Time, d draft) *Order {
	o := &Order{
		ID: b.next(), Name: "#" + strconv.Itoa(number), Number: number, CreatedAt: at, UpdatedAt: at, ProcessedAt: at, SourceName: "web",
		AttributionName: "Online Store", Currency: b.Shop.Currency, Presentment: d.currency, TaxesIncluded: d.included,
		FinancialStatus: "PAID", FulfillmentStatus: "UNFULFILLED",
	}
	if d.pos {
		o.SourceName, o.AttributionName, o.RetailLocation = "pos", "Point of Sale", store
	}
	if c := d.customer; c != nil {
		a := c.Addresses[c.Default]
		o.Customer, o.Email, o.Phone = c.ID, c.Email, c.Phone
		o.Shipping, o.Billing = &a, &a
	}
	return o
}

func (b *builder) line(o *Order, d draft, dl draftLine) *Line {
	l := &Line{ID: b.next(), Title: dl.title, Quantity: dl.quantity, GiftCard: dl.gift, Taxable: !dl.gift, RequiresShipping: !dl.gift, UnitPrice: d.bag(o, dl.price)}
	if v := dl.variant; v != nil {
		p := b.of[v]
		l.Title, l.VariantTitle, l.SKU, l.Vendor, l.Product, l.Variant, l.Grams = p.Title, v.Title, v.SKU, p.Vendor, p.ID, v.ID, v.Grams
		if p.DefaultVariantOnly {
			l.VariantTitle = ""
		}
		if l.UnitPrice = d.bag(o, v.Price); dl.gift {
			l.SKU = ""
		}
	} else {
		l.SKU, l.Product, l.Variant = dl.sku, dl.deleted, dl.deleted
	}
	if !dl.off.IsZero() {
		l.Allocations = append(l.Allocations, o.discount("Liebhaberstück", "automatic", "LINE_ITEM", d.bag(o, dl.off)))
	}
	return l
}

// bag is an amount of the shop's currency in both.
func (d draft) bag(o *Order, x decimal.Decimal) Bag {
	if d.currency == "" {
		return Bag{x, x}
	}
	return o.Round(Bag{x, x.Mul(d.factor)})
}

// tax is the one tax on an amount, none at rate 0.
func (d draft) tax(o *Order, rate string, net Bag) []Tax {
	r := decimal.RequireFromString(or(rate, "0"))
	if r.IsZero() {
		return nil
	}
	t := Tax{Title: or(countryNames[d.country], "VAT"), Rate: r}
	t.Price = o.taxOn(r, net, []Tax{t})
	return []Tax{t}
}

// discount adds an application and is what of it falls on one line.
func (o *Order) discount(title, kind, target string, amount Bag) Allocation {
	o.Discounts = append(o.Discounts, Discount{Kind: kind, Title: title, Target: target, Selection: "ALL", Method: "ACROSS", Amount: amount.Presentment})
	if kind == "code" {
		o.DiscountCodes = append(o.DiscountCodes, title)
	}
	return Allocation{Discount: len(o.Discounts) - 1, Amount: amount}
}

// spread gives each line its share of a discount on the order; the last takes
// what rounding leaves.
func (b *builder) spread(o *Order, off Bag) {
	a := o.discount("WILLKOMMEN10", "code", "LINE_ITEM", off)
	var total Bag
	for _, l := range o.Lines {
		total = total.Add(l.Net())
	}
	rest := off
	for i, l := range o.Lines {
		part := rest
		if i < len(o.Lines)-1 {
			part = o.Round(Bag{off.Shop.Mul(l.Net().Shop).Div(total.Shop), off.Presentment.Mul(l.Net().Presentment).Div(total.Presentment)})
		}
		rest = rest.Sub(part)
		l.Allocations = append(l.Allocations, Allocation{Discount: a.Discount, Amount: part})
	}
}

func (b *builder) fulfil(o *Order, d draft, at time.Time) {
	at0 := map[int64]*FulfillmentOrder{}
	route := func(l *Line, loc int64, n int) {
		f := at0[loc]
		if f == nil {
			f = &FulfillmentOrder{ID: b.next(), Status: "OPEN", Location: loc, UpdatedAt: at}
			at0[loc] = f
			o.FulfillmentOrders = append(o.FulfillmentOrders, f)
		}
		f.Lines = append(f.Lines, &FulfillmentOrderLine{ID: b.next(), Line: l.ID, Total: n, Remaining: n})
	}
	for i, l := range o.Lines {
		if !l.RequiresShipping {
			continue
		}
		loc := d.lines[i].location
		if loc == 0 {
			if loc = warehouse; d.pos {
				loc = store
			}
		}
		away, other := min(d.lines[i].outlet, l.Quantity-1), int64(outlet)
		if loc == outlet {
			other = warehouse
		}
		route(l, loc, l.Quantity-away)
		if away > 0 {
			route(l, other, away)
		}
	}
}

// pay adds the payment of the order's total.
func (b *builder) pay(o *Order, at time.Time) {
	gateway := "shopify_payments"
	if o.RetailLocation != 0 {
		gateway = "cash"
	}
	o.FinancialStatus = "PAID"
	o.Transactions = []*Transaction{{ID: b.next(), Kind: "SALE", Status: "SUCCESS", Gateway: gateway, Amount: o.Totals().Price, ProcessedAt: at, Test: o.Test}}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
