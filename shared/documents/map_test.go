package documents

import (
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"backroom/shared/businesscentral/entity"
	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/products"
	"backroom/shared/sales"
	"backroom/shared/shop"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// eur is an amount in the shop's currency, and one tenth more to the buyer in USD.
func eur(s string) money.Bag {
	return money.Bag{
		Shop:        money.Amount{Value: dec(s), Currency: "EUR"},
		Presentment: money.Amount{Value: dec(s).Mul(dec("1.1")).Round(2), Currency: "USD"},
	}
}

func tax(title, rate, amount string) orders.TaxLine {
	return orders.TaxLine{Title: title, Rate: dec(rate), Price: eur(amount)}
}

func card() shop.Shop {
	return shop.Shop{
		Code: "MAIN", Currency: "EUR", SKUMapping: shop.SKUItemNo, Company: shop.Company{LCY: "EUR"},
		ShippingChargesAccount: "6100", TipAccount: "6200", SoldGiftCardAccount: "2400", CashRoundingsAccount: "9140",
		FeeAccount: "6300", SalesTaxAccount: "5600", ChannelTaxAccount: "5690", RoundingAccount: "9140", Tolerance: dec("0.05"),
		TaxCodes: []shop.TaxCodeMap{{Rate: dec("0.25"), Code: "VAT25"}, {Rate: dec("0"), Code: "NOVAT"}},
	}
}

func refs() References {
	accounts := map[string]entity.Account{}
	for _, n := range []string{"6100", "6200", "2400", "9140", "6300", "5600", "5690"} {
		accounts[n] = entity.Account{Number: n, AccountType: "Posting", DirectPosting: true}
	}
	accounts["9999"] = entity.Account{Number: "9999", AccountType: "Heading"}
	return References{
		Items:     products.Catalog{Items: map[string]entity.Item{"1000": {Number: "1000"}, "1001": {Number: "1001"}}},
		Accounts:  accounts,
		Countries: map[string]entity.Reference{"SE": {Code: "SE"}}, Currencies: map[string]entity.Reference{"USD": {Code: "USD"}},
		Locations: map[string]entity.Reference{"EAST": {ID: "loc-east", Code: "EAST"}},
	}
}

// order is 2 × 100 with 20 off and 10 for shipping, 25 % VAT included: 190.
func order() orders.Order {
	return orders.Order{
		ID: "5820001", Name: "#1001", Number: 1001, CreatedAt: time.Date(2026, 7, 1, 22, 30, 0, 0, time.UTC),
		Currency: "EUR", PresentmentCurrency: "USD", TaxesIncluded: true, Confirmed: true,
		Shipping: &orders.Address{FirstName: "Eva", LastName: "Ek", Address1: "Gatan 1", City: "Stockholm", Zip: "111 22", Country: "SE"},
		Total:    eur("190"),
		Lines: []orders.Line{{
			ID: "l1", Title: "Shirt", SKU: "1000", VariantID: "v1", Quantity: 2, CurrentQuantity: 2, UnitPrice: eur("100"),
			Discounts: []money.Bag{eur("20")}, TaxLines: []orders.TaxLine{tax("VAT", "0.25", "36")},
		}},
		ShippingLines: []orders.ShippingLine{{ID: "s1", Title: "Standard", Price: eur("10"), TaxLines: []orders.TaxLine{tax("VAT", "0.25", "2")}}},
	}
}

// sum is what the lines come to before BC's own tax.
func sum(d sales.Document) decimal.Decimal {
	var s decimal.Decimal
	for _, l := range d.Lines {
		s = s.Add(l.Quantity.Mul(l.UnitPrice).Round(2)).Sub(l.Discount)
	}
	return s
}

func types(d sales.Document) (out []string) {
	for _, l := range d.Lines {
		if l.Kind == sales.CommentLine {
			out = append(out, l.Description)
			continue
		}
		discount := ""
		if !l.Discount.IsZero() {
			discount = l.Discount.String()
		}
		out = append(out, l.Kind.String()+" "+l.Object+" "+l.Quantity.String()+" x "+l.UnitPrice.String()+" - "+discount+" "+l.TaxCode)
	}
	return out
}

func TestMapLines(t *testing.T) {
	tests := []struct {
		name  string
		card  func(*shop.Shop)
		order func(*orders.Order)
		want  []string
		total string
	}{
		{"VAT included stays as Shopify has it", nil, nil, []string{"Item 1000 2 x 100 - 20 VAT25", "Account 6100 1 x 10 -  VAT25"}, "190 EUR"},
		{
			"VAT on top takes the tax out of included prices",
			func(c *shop.Shop) { c.TaxMode = shop.VATOnTop },
			nil,
			[]string{"Item 1000 2 x 80 - 16 VAT25", "Account 6100 1 x 8 -  VAT25"},
			"190 EUR",
		},
		{
			"sales tax is booked as charged, one line a title, the channel's apart",
			func(c *shop.Shop) { c.TaxMode = shop.SalesTax },
			func(o *orders.Order) {
				o.TaxesIncluded = false
				o.Lines[0].TaxLines = []orders.TaxLine{tax("State", "0.06", "10.80"), tax("County", "0.01", "1.80"), {Title: "Marketplace", Rate: dec("0.01"), ChannelLiable: true, Price: eur("1.80")}}
				o.ShippingLines[0].TaxLines = []orders.TaxLine{tax("State", "0.06", "0.60")}
				o.Total = eur("205")
			},
			[]string{"Item 1000 2 x 100 - 20 NOVAT", "Account 6100 1 x 10 -  NOVAT", "Account 5600 1 x 11.4 -  NOVAT", "Account 5600 1 x 1.8 -  NOVAT", "Account 5690 1 x 1.8 -  NOVAT"},
			"205 EUR",
		},
		{
			"an edited order counts as it is now",
			nil,
			func(o *orders.Order) {
				o.Edited, o.CurrentTotal = true, eur("100")
				o.Lines[0].CurrentQuantity = 1
				o.Lines = append(o.Lines, orders.Line{ID: "gone", SKU: "1001", Quantity: 1, CurrentQuantity: 0, UnitPrice: eur("5")})
			},
			[]string{"Item 1000 1 x 100 - 10 VAT25", "Account 6100 1 x 10 -  VAT25"},
			"100 EUR",
		},
		{
			"tips, gift cards, fees, duties and cash rounding go to their accounts",
			nil,
			func(o *orders.Order) {
				o.Lines = []orders.Line{
					{ID: "t", Title: "Tip", Tip: true, Quantity: 1, UnitPrice: eur("3")},
					{ID: "g", Title: "Gift card", GiftCard: true, Quantity: 1, UnitPrice: eur("50")},
				}
				o.Tip = eur("5") // two more than the tip line
				o.ShippingLines[0].Removed = true
				o.Fees = []orders.Fee{{Name: "Recycling", Price: eur("1")}}
				d := eur("4")
				o.Duties, o.CashRounding, o.Total = &d, eur("-0.02"), eur("60.02")
			},
			[]string{"Account 6200 1 x 3 -  NOVAT", "Account 2400 1 x 50 -  NOVAT", "Account 6200 1 x 2 -  NOVAT", "Account 6300 1 x 1 -  NOVAT", "Account 6300 1 x 4 -  NOVAT", "Account 9140 1 x -0.02 -  NOVAT"},
			"60 EUR",
		},
		{
			"presentment currency uses the buyer's amounts",
			func(c *shop.Shop) { c.CurrencyHandling = shop.PresentmentCurrency },
			nil,
			[]string{"Item 1000 2 x 110 - 22 VAT25", "Account 6100 1 x 11 -  VAT25"},
			"209 USD",
		},
		{
			"numbers become comment lines",
			func(c *shop.Shop) { c.ShopifyOrderNoOnDocLine = true },
			func(o *orders.Order) { o.PONumber = "PO-7" },
			[]string{"Shopify Order No.: #1001", "PO No.: PO-7", "Item 1000 2 x 100 - 20 VAT25", "Account 6100 1 x 10 -  VAT25"},
			"190 EUR",
		},
		{
			"two shipping lines, one with an account of its own",
			func(c *shop.Shop) { c.ShipmentMethods = []shop.ShipmentMap{{Title: "express", Account: "6300"}} },
			func(o *orders.Order) {
				o.ShippingLines = append(o.ShippingLines, orders.ShippingLine{Title: "Express", Price: eur("20"), Discounts: []money.Bag{eur("5")}})
			},
			[]string{"Item 1000 2 x 100 - 20 VAT25", "Account 6100 1 x 10 -  VAT25", "Account 6300 1 x 20 - 5 NOVAT"},
			"190 EUR",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, o := card(), order()
			if tt.card != nil {
				tt.card(&c)
			}
			if tt.order != nil {
				tt.order(&o)
			}
			d, problems := Map(c, o, "C1", refs())
			if len(problems) > 0 {
				t.Fatalf("problems: %v", problems)
			}
			if got := types(d); !slices.Equal(got, tt.want) {
				t.Errorf("lines\n got %q\nwant %q", got, tt.want)
			}
			if got := d.Total.Value.String() + " " + d.Total.Currency; got != tt.total {
				t.Errorf("expected total %s, want %s", got, tt.total)
			}
		})
	}
}

func TestMapHeader(t *testing.T) {
	c, o := card(), order()
	c.TimeZone = "Europe/Stockholm"
	c.Locations = []shop.LocationMap{{LocationID: "77", Code: "east"}}
	c.CurrencyHandling = shop.PresentmentCurrency
	o.Lines[0].Location = "77"
	d, problems := Map(c, o, "C1", refs())
	if len(problems) > 0 {
		t.Fatalf("problems: %v", problems)
	}
	h := d
	if h.ExternalNumber != "1001-5820001" || h.Customer != "C1" || h.Number != "" {
		t.Errorf("numbers: %+v", h)
	}
	if h.Date != "2026-07-02" {
		t.Errorf("order date %s: the day is the shop's, not UTC's", h.Date)
	}
	if h.Currency != "USD" || h.PricesIncludeTax == nil || !*h.PricesIncludeTax {
		t.Errorf("currency %q, prices include tax %v", h.Currency, h.PricesIncludeTax)
	}
	if h.ShipToName != "Eva Ek" || h.SellTo.City != "Stockholm" || h.ShipTo.Country != "SE" || h.Lines[0].Location != "loc-east" {
		t.Errorf("addresses: %+v", h)
	}
	if linesOf(d)[10000] != "l1" {
		t.Errorf("line map %v", linesOf(d))
	}
}

func TestMapNamesEverythingThatIsMissing(t *testing.T) {
	c, o := card(), order()
	c.ShippingChargesAccount, c.TipAccount = "", "9999"
	c.CurrencyHandling, o.PresentmentCurrency = shop.PresentmentCurrency, "NOK"
	o.Shipping.Country = "XX"
	o.Lines = append(o.Lines,
		orders.Line{ID: "2", Title: "Mug", SKU: "NOPE", VariantID: "v2", Quantity: 1, UnitPrice: eur("1")},
		orders.Line{ID: "3", Title: "Engraving", Quantity: 1, UnitPrice: eur("1")},
		orders.Line{ID: "4", Title: "Tip", Tip: true, Quantity: 1, UnitPrice: eur("1")})
	_, problems := Map(c, o, "C1", refs())
	want := []Problem{
		{issue.CurrencyUnmapped, "NOK"},
		{issue.CountryUnmapped, "XX"},
		{issue.ItemUnmapped, "Mug (SKU NOPE)"},
		{issue.CustomLine, "Engraving"},
		{issue.AccountUnusable, "9999"},
		{issue.ShippingAccountMissing, "Standard"},
	}
	if !slices.Equal(problems, want) {
		t.Errorf("got  %v\nwant %v", problems, want)
	}
}

func TestExternalNumberFitsAndNamesTheId(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := orders.Order{
			ID: rapid.StringMatching(`[1-9][0-9]{3,18}`).Draw(t, "id"), Name: rapid.String().Draw(t, "name"),
			Number: rapid.Int64Range(0, 1<<40).Draw(t, "number"),
		}
		n := ExternalNumber(o)
		if len(n) > 35 || notDocument.MatchString(n) || n[len(n)-len(o.ID)-1:] != "-"+o.ID {
			t.Fatalf("%q for %+v", n, o)
		}
	})
}

// Whatever the prices, discounts and taxes: the lines of a document with prices
// including tax come to Shopify's total, and without tax to it less the tax.
func TestMapKeepsTheTotalToTheCent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := card()
		c.TaxMode = rapid.SampledFrom([]shop.TaxMode{shop.VATIncluded, shop.VATOnTop, shop.SalesTax}).Draw(t, "mode")
		included := rapid.Bool().Draw(t, "included")
		o := order()
		o.TaxesIncluded, o.Lines, o.ShippingLines = included, nil, nil
		cents := func(low, high int, name string) decimal.Decimal {
			return decimal.New(int64(rapid.IntRange(low, high).Draw(t, name)), -2)
		}
		var total, taxes decimal.Decimal
		for i := range rapid.IntRange(1, 5).Draw(t, "lines") {
			q := rapid.IntRange(1, 9).Draw(t, "quantity")
			unit := cents(1, 99999, "unit")
			gross := unit.Mul(decimal.NewFromInt(int64(q)))
			disc := gross.Mul(decimal.New(int64(rapid.IntRange(0, 90).Draw(t, "discount")), -2)).Round(2)
			base := gross.Sub(disc)
			amount := base.Mul(dec("0.25")).Round(2)
			if included {
				amount = base.Mul(dec("0.2")).Round(2)
			}
			o.Lines = append(o.Lines, orders.Line{
				ID: string(rune('a' + i)), Title: "x", SKU: "1000", VariantID: "v", Quantity: q, CurrentQuantity: q, UnitPrice: eur(unit.String()),
				Discounts: []money.Bag{eur(disc.String())}, TaxLines: []orders.TaxLine{tax("VAT", "0.25", amount.String())},
			})
			taxes = taxes.Add(amount)
			total = total.Add(base)
			if !included {
				total = total.Add(amount)
			}
		}
		o.Total = eur(total.String())
		d, problems := Map(c, o, "C1", refs())
		if len(problems) > 0 {
			t.Fatalf("problems: %v", problems)
		}
		want := total
		if c.TaxMode == shop.VATOnTop {
			want = total.Sub(taxes)
		}
		if got := sum(d); !got.Equal(want) {
			t.Fatalf("lines come to %s, want %s: %q", got, want, types(d))
		}
		for _, l := range d.Lines {
			if l.Discount.IsNegative() {
				t.Fatalf("negative discount: %q", types(d))
			}
		}
	})
}
