package documents

import (
	"testing"

	"backroom/shared/customers"
	"backroom/shared/orders"
	"backroom/shared/sales"
)

func TestMapHeader(t *testing.T) {
	c, o := card(), order()
	c.TimeZone = "Europe/Stockholm"
	c.Locations = []LocationMap{{LocationID: "77", Code: "east"}}
	c.CurrencyHandling = PresentmentCurrency
	o.Lines[0].Location = "77"
	d, problems := Map(c, o, "C1", refs())
	if len(problems) > 0 {
		t.Fatalf("problems: %v", problems)
	}
	if d.ExternalNumber != "#1001-5820001" || d.EarlierNumber != "1001-5820001" || d.Customer != "C1" || d.Number != "" {
		t.Errorf("numbers: %+v", d)
	}
	if d.Date != "2026-07-02" {
		t.Errorf("date %s: the day is the shop's, not UTC's", d.Date)
	}
	if d.Currency != "USD" || d.PricesIncludeTax == nil || !*d.PricesIncludeTax {
		t.Errorf("currency %q, prices include tax %v", d.Currency, d.PricesIncludeTax)
	}
	if d.Lines[0].Location != "loc-east" || d.Lines[0].Of != "l1" || d.Lines[0].Sequence != 1_010_000 || d.Lines[0].Description != "" || d.Lines[1].Description != "Standard" {
		t.Errorf("lines: %+v", d.Lines)
	}
	if d.PaymentTerms != "" || d.ShipmentMethod != "" || d.Salesperson != "" || d.Lines[1].Location != "" {
		t.Errorf("a mapped field without a value of order or card: %+v", d)
	}
}

// The document's currency is always said, the local one too.
func TestMapAlwaysSaysTheCurrency(t *testing.T) {
	for _, tt := range []struct {
		name         string
		local        string
		currency     string
		presentment  CurrencyHandling
		want         string
		problem      bool
		wantDigits   int32
		presentments string
	}{
		{"the local one", "EUR", "EUR", "", "EUR", false, 2, "USD"},
		{"the local one in another case", "eur", "EUR", "", "EUR", false, 2, "USD"},
		{"another one that the company has", "EUR", "USD", "", "USD", false, 2, "USD"},
		{"one that it has not", "EUR", "JPY", "", "JPY", true, 0, "USD"},
		{"the buyer's", "EUR", "EUR", PresentmentCurrency, "USD", false, 2, "USD"},
		{"the buyer's has three digits", "EUR", "EUR", PresentmentCurrency, "KWD", true, 3, "KWD"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, o := card(), order()
			c.Company.LCY, c.CurrencyHandling = tt.local, tt.presentment
			o.Currency, o.PresentmentCurrency = tt.currency, tt.presentments
			d, problems := Map(c, o, "C1", refs())
			if d.Currency != tt.want || d.Digits != tt.wantDigits || d.Total.Currency != tt.want || len(problems) > 0 != tt.problem {
				t.Errorf("currency %q of %d digits, total %s, problems %v", d.Currency, d.Digits, d.Total, problems)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	at := func(city string) *orders.Address { return &orders.Address{City: city} }
	for _, tt := range []struct {
		name               string
		billing, shipping  *orders.Address
		customer           *orders.Customer
		wantSell, wantShip string // cities; "-" is none
	}{
		{"each its own", at("Köln"), at("Genève"), &orders.Customer{Default: at("Wien")}, "Köln", "Genève"},
		{"only billing", at("Köln"), nil, &orders.Customer{Default: at("Wien")}, "Köln", "Köln"},
		{"only shipping", nil, at("Genève"), &orders.Customer{Default: at("Wien")}, "Genève", "Genève"},
		{"neither: the customer's", nil, nil, &orders.Customer{Default: at("Wien")}, "Wien", "Wien"},
		{"none at all", nil, nil, &orders.Customer{}, "-", "-"},
		{"no customer either", nil, nil, nil, "-", "-"},
		{"one with nothing in it is none", at(""), at("Genève"), nil, "Genève", "Genève"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sell, ship := addresses(orders.Order{Billing: tt.billing, Shipping: tt.shipping, Customer: tt.customer})
			for _, a := range []struct {
				got  *orders.Address
				want string
			}{{sell, tt.wantSell}, {ship, tt.wantShip}} {
				if a.want == "-" != (a.got == nil) || a.got != nil && a.got.City != a.want {
					t.Errorf("got %+v, want %s", a.got, a.want)
				}
			}
		})
	}
}

// What the order does not say is blank; names, e-mail and phone fall back to
// the customer's.
func TestMapSaysWhoBuys(t *testing.T) {
	full := orders.Address{
		FirstName: "Eva", LastName: "Ek", Company: "Ek AB", Address1: "Gatan 1", Address2: "3 tr", City: "Stockholm", Zip: "111 22",
		Province: "Stockholms län", ProvinceCode: "AB", Country: "se", Phone: "+46 8 1",
	}
	to := sales.Address{Line1: "Gatan 1", Line2: "3 tr", City: "Stockholm", State: "AB", PostCode: "111 22", Country: "SE"}
	for _, tt := range []struct {
		name  string
		card  func(*Card)
		order func(*orders.Order)
		want  sales.Document // the fields below only
	}{
		{
			"everything", nil,
			func(o *orders.Order) { o.Billing, o.Shipping, o.Email, o.Phone = &full, &full, " e@ek.se ", "+46 8 2" },
			sales.Document{SellTo: to, ShipTo: to, ShipToName: "Ek AB", ShipToContact: "Eva Ek", Email: "e@ek.se", Phone: "+46 8 2"},
		},
		{
			"blanks stay blank", nil,
			func(o *orders.Order) {
				o.Billing, o.Shipping = nil, &orders.Address{Address1: "Gatan 1", City: "Stockholm"}
			},
			sales.Document{SellTo: sales.Address{Line1: "Gatan 1", City: "Stockholm"}, ShipTo: sales.Address{Line1: "Gatan 1", City: "Stockholm"}},
		},
		{
			"no address at all", nil,
			func(o *orders.Order) { o.Billing, o.Shipping = nil, nil },
			sales.Document{},
		},
		{
			"names, e-mail and phone of the customer", nil,
			func(o *orders.Order) {
				o.Billing, o.Shipping = nil, &orders.Address{City: "Stockholm"}
				o.Customer = &orders.Customer{FirstName: "Ida", LastName: "Berg", Email: "i@berg.se", Phone: "+46 8 3"}
			},
			sales.Document{SellTo: sales.Address{City: "Stockholm"}, ShipTo: sales.Address{City: "Stockholm"}, ShipToName: "Ida Berg", ShipToContact: "Ida Berg", Email: "i@berg.se", Phone: "+46 8 3"},
		},
		{
			"half a name is not completed with another person's", nil,
			func(o *orders.Order) {
				o.Shipping = &orders.Address{FirstName: "Eva", City: "Stockholm"}
				o.Customer = &orders.Customer{FirstName: "Ida", LastName: "Berg"}
			},
			sales.Document{SellTo: sales.Address{City: "Stockholm"}, ShipTo: sales.Address{City: "Stockholm"}, ShipToName: "Eva", ShipToContact: "Eva"},
		},
		{
			"the phone of the address that the order is shown by comes before the other one's", nil,
			func(o *orders.Order) {
				o.Billing, o.Shipping = &orders.Address{City: "Kiruna", Phone: "+46 1"}, &orders.Address{City: "Stockholm", Phone: "+46 2"}
			},
			sales.Document{SellTo: sales.Address{City: "Kiruna"}, ShipTo: sales.Address{City: "Stockholm"}, Phone: "+46 2"},
		},
		{
			"the customer's phone comes before that of the billing address, and what is no number is none", nil,
			func(o *orders.Order) {
				o.Phone, o.Billing, o.Shipping = "n/a", &orders.Address{City: "Kiruna", Phone: "+46 1"}, &orders.Address{City: "Stockholm", Phone: "-"}
				o.Customer = &orders.Customer{Phone: "+46 3 ext. 5"}
			},
			sales.Document{SellTo: sales.Address{City: "Kiruna"}, ShipTo: sales.Address{City: "Stockholm"}, Phone: "+46 3 5"},
		},
		{
			"the phone of the billing address is better than none", nil,
			func(o *orders.Order) {
				o.Billing, o.Shipping = &orders.Address{City: "Kiruna", Phone: "+46 1"}, &orders.Address{City: "Stockholm"}
			},
			sales.Document{SellTo: sales.Address{City: "Kiruna"}, ShipTo: sales.Address{City: "Stockholm"}, Phone: "+46 1"},
		},
		{
			"the province by name", func(c *Card) { c.CountySource = customers.CountyName },
			func(o *orders.Order) { o.Shipping = &orders.Address{Province: "Stockholms län", ProvinceCode: "AB"} },
			sales.Document{SellTo: sales.Address{State: "Stockholms län"}, ShipTo: sales.Address{State: "Stockholms län"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, o := card(), order()
			o.Shipping = nil
			if tt.card != nil {
				tt.card(&c)
			}
			tt.order(&o)
			d, problems := Map(c, o, "C1", refs())
			if len(problems) > 0 {
				t.Fatalf("problems: %v", problems)
			}
			if d.SellTo != tt.want.SellTo || d.ShipTo != tt.want.ShipTo {
				t.Errorf("sell-to %+v, ship-to %+v", d.SellTo, d.ShipTo)
			}
			if d.ShipToName != tt.want.ShipToName || d.ShipToContact != tt.want.ShipToContact || d.Email != tt.want.Email || d.Phone != tt.want.Phone {
				t.Errorf("name %q, contact %q, e-mail %q, phone %q", d.ShipToName, d.ShipToContact, d.Email, d.Phone)
			}
		})
	}
}
