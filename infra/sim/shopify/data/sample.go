package data

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

func cents(n int64) decimal.Decimal { return decimal.New(n, -2) }

// wares are what the sample shop sells.
var wares = []struct {
	title, kind, variants, sku string
	cents                      int64
}{
	{"Wool Sweater Amrum", "Knitwear", "S/M/L/XL", "AMR", 8990},
	{"Fisherman Cap", "Headwear", "Navy/Grey", "CAP", 3450},
	{"Raincoat Husum", "Outerwear", "S/M/L", "HUS", 12990},
	{"Linen Shirt", "Shirts", "S/M/L/XL", "LIN", 5995},
	{"Enamel Mug", "Kitchen", "White/Blue/Red", "MUG", 1490},
	{"Tea, East Frisian", "Food", "100 g/250 g", "TEA", 695},
	{"Canvas Bag", "Bags", "Default Title", "BAG-CANVAS", 4900},
	{"Brass Lantern", "Home", "Default Title", "LANTERN", 7350},
	{"Notebook, Grid", "Paper", "A5/A4", "NOTE", 1195},
	{"Pocket Knife", "Outdoor", "Default Title", "KNIFE-01", 3999},
	{"Candle, Beeswax", "Home", "Small/Large", "CANDLE", 1250},
	{"Deck Chair", "Garden", "Striped/Plain", "DECK", 11900},
	{"Picnic Blanket", "Garden", "Default Title", "BLANKET", 6490},
	{"Sea Salt", "Food", "Default Title", "SALT-250", 549},
	{"Wall Clock", "Home", "Default Title", "CLOCK-W", 5450},
	{"Leather Belt", "Accessories", "85/95/105", "BELT", 4595},
	{"Wool Socks", "Knitwear", "36-38/39-42/43-46", "SOCK", 1790},
	{"Poster, Lighthouse", "Paper", "50x70/70x100", "POST", 2400},
	{"Thermos", "Outdoor", "0.5 l/1 l", "THERM", 2999},
	{"Rope Doormat", "Home", "Default Title", "DOORMAT", 3890},
}

var finishes = []string{"", ", Limited", ", Organic"}

// Sample is the sample shop: 60 products in variants, 40 customers, two
// companies and 200 orders of many kinds. It depends on now alone.
func Sample(now time.Time) *Data {
	b := newBuilder(now)
	known, card := b.assortment()
	for i := range 200 {
		at := b.now.Add(-time.Duration(201-i) * 47 * time.Minute)
		d := b.everyday(i, known)
		o := b.special(i, at, d, card)
		if o == nil {
			b.order(1001+i, at, d)
		}
	}
	for _, o := range b.Orders {
		if len(o.Lines) > 1 && o.Number%7 == 0 {
			o.bundle(o.Number%2 == 0)
		}
	}
	return b.Data
}

// assortment adds the sample's products and customers. known are the products
// that the back office has, card is the gift card.
func (b *builder) assortment() (known []*Product, card *Product) {
	for f, finish := range finishes {
		for _, w := range wares {
			sku := w.sku
			if f > 0 {
				sku += string(rune('A' + f))
			}
			if f == 2 && w.kind == "Paper" {
				sku = isNew + sku // in the shop, not yet in the back office
			}
			b.product(w.title+finish, w.kind, w.variants, sku, cents(w.cents+int64(f)*500))
		}
	}
	card = b.product("Gift Card", "Gift Cards", "25/50/100", "", cents(5000))
	card.GiftCard = true
	for i, v := range card.Variants {
		v.Taxable, v.RequiresShipping, v.Price = false, false, cents([]int64{2500, 5000, 10000}[i])
	}
	for i := range 40 {
		b.customer(i)
	}
	for i, name := range []string{"Segelclub Kieler Förde e. V.", "Hotel Deichgraf GmbH"} {
		b.Companies = append(b.Companies, &Company{
			ID: b.next(), Name: name, ExternalID: fmt.Sprintf("K-%d", 100+i), CreatedAt: b.Shop.CreatedAt, UpdatedAt: b.Shop.CreatedAt,
			Locations: []CompanyLocation{{ID: b.next(), Name: "Hauptsitz"}},
			Contacts:  []CompanyContact{{ID: b.next(), Customer: b.Customers[10+i].ID, Title: "Einkauf"}},
		})
	}
	// One buyer has moved: the first address is not the default one.
	moved := b.Customers[9]
	from := moved.Addresses[0]
	from.ID, from.Address1, from.City, from.Zip = b.next(), "Hofgasse 2", "Linz", "4020"
	moved.Addresses, moved.Default = []Address{from, moved.Addresses[0]}, 1
	return b.Products[:2*len(wares)], card // the last finish is what the back office may lack
}

// Rates that a company such as the simulated back office posts; food has one of
// its own in some countries.
var (
	rates     = map[string]string{"DE": "0.19", "AT": "0.20", "FR": "0.20", "SE": "0.25", "DK": "0.25"}
	foodRates = map[string]string{"DE": "0.07", "AT": "0.10", "SE": "0.12"}
)

// everyday is an ordinary order: one to four lines, a customer at home.
func (b *builder) everyday(i int, from []*Product) draft {
	c := b.Customers[(i*7)%len(b.Customers)]
	d := draft{customer: c, country: c.Addresses[c.Default].Country, included: true}
	d.rate = rates[d.country]
	for j := range 1 + i%4 {
		p := from[(i*3+j*11)%len(from)]
		l := draftLine{variant: p.Variants[(i+j)%len(p.Variants)], quantity: 1 + (i+j)%3}
		if p.Type == "Food" {
			l.rate = foodRates[d.country]
		}
		d.lines = append(d.lines, l)
	}
	d.shipping = []draftShipping{{title: "Standard", price: cents(495)}}
	return d
}

// tea is food for a buyer of a country.
func (b *builder) tea(country string) draftLine {
	i := slices.IndexFunc(b.Products, func(p *Product) bool { return p.Type == "Food" })
	return draftLine{variant: b.Products[i].Variants[0], quantity: 2, rate: foodRates[country]}
}

// special is the order of index i if it is one of the unusual ones, nil if not.
func (b *builder) special(i int, at time.Time, d draft, card *Product) *Order {
	number := 1001 + i
	switch {
	case i%10 == 1: // a discount on one line
		d.lines[0].off = cents(250)
	case i%10 == 3: // a code on the whole order
		d.off = cents(500)
	case i%10 == 5: // dearer and cheaper shipping together
		d.shipping = append(d.shipping, draftShipping{title: "Express", price: cents(1290), off: cents(645)})
	case i%20 == 6: // taxes on top of the prices
		d.included = false
	case i%20 == 8: // out of the Union: untaxed
		d.included, d.rate, d.country = false, "", "CH"
		a := Address{FirstName: "Reto", LastName: "Frei", Address1: "Bahnhofplatz 2", City: "Zürich", Zip: "8001", Country: "CH"}
		for j := range d.lines {
			d.lines[j].rate = ""
		}
		o := b.order(number, at, d)
		o.Shipping = &a
		return o
	case i%20 == 19: // food for Austria, see foodRates
		d.lines = append(d.lines, b.tea(d.country))
	case i%40 == 12: // in the buyer's currency, with food for Sweden
		d.lines = append(d.lines, b.tea(d.country))
		d.currency, d.factor = "SEK", decimal.RequireFromString("11.4213")
	case i%40 == 32:
		d.currency, d.factor = "USD", decimal.RequireFromString("1.0876")
	case i%20 == 14: // from two locations
		d.lines[0].location = outlet
	case i%20 == 16: // not paid yet, on account
		d.pending = true
		return b.onAccount(b.order(number, at, d))
	case i%10 == 7:
		return b.awkward(i, at, d)
	default:
		return b.rare(i, at, d, card)
	}
	return b.order(number, at, d)
}

// rare are the orders of which there are few.
func (b *builder) rare(i int, at time.Time, d draft, card *Product) *Order {
	number := 1001 + i
	switch i {
	case 2, 42: // a tip
		o := b.order(number, at, d)
		o.Tip = Bag{cents(300), cents(300)}
		b.pay(o, at)
		return o
	case 4, 44, 84: // a gift card is sold
		d.lines = append(d.lines, draftLine{variant: card.Variants[1], quantity: 1, gift: true})
		return b.order(number, at, d)
	case 22, 62, 102: // over the counter, cash, rounded to five cents
		d.pos, d.shipping = true, nil
		d.lines = d.lines[:1]
		d.lines[0] = draftLine{variant: b.Products[2].Variants[0], quantity: 1, off: cents(88)}
		return b.inCash(b.order(number, at, d))
	case 24, 64, 104, 144, 184: // goods the back office does not know
		var unknown []*Variant
		for _, p := range b.Products {
			for _, v := range p.Variants {
				if strings.HasPrefix(v.SKU, isNew) {
					unknown = append(unknown, v)
				}
			}
		}
		d.lines = append(d.lines, draftLine{variant: unknown[i/40%len(unknown)], quantity: 1})
		return b.order(number, at, d)
	case 82: // no customer at all
		d.customer, d.pos, d.shipping = nil, true, nil
		return b.order(number, at, d)
	case 122: // cancelled
		return b.cancelled(b.order(number, at, d))
	case 142: // a test
		return b.tried(b.order(number, at, d))
	case 162: // edited: one unit was taken away before it was paid
		d.lines[0].quantity, d.pending = 3, true
		return b.edited(b.order(number, at, d))
	case 164: // refunded before it was processed
		return b.refunded(b.order(number, at, d))
	case 182: // payment not confirmed
		d.pending = true
		o := b.order(number, at, d)
		o.Unconfirmed = true
		return o
	case 50, 110, 150: // from business to business: net prices, on account
		d.included, d.pending = false, true
		return b.byCompany(b.onAccount(b.order(number, at, d)), b.Companies[i/50%len(b.Companies)])
	case 30, 70: // a word from the buyer
		o := b.order(number, at, d)
		o.Note, o.Tags = "Bitte klingeln, der Hund bellt nur.", []string{"gift", "priority"}
		o.Attributes = []Attr{{"gift-wrap", "yes"}}
		return o
	}
	return nil
}
