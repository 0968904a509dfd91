package documents

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
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

func card() Card {
	return Card{
		Shop:             shop.Shop{Code: "MAIN", Currency: "EUR", Company: shop.Company{LCY: "EUR"}},
		DocumentSettings: DocumentSettings{ShippingChargesAccount: "6100", TipAccount: "6200", SoldGiftCardAccount: "2400", CashRoundingsAccount: "9140", FeeAccount: "6300", SalesTaxAccount: "5600", ChannelTaxAccount: "5690", RoundingAccount: "9140", Tolerance: dec("0.05"), TaxCodes: []TaxCodeMap{{Rate: dec("0.25"), Code: "VAT25"}, {Rate: dec("0"), Code: "NOVAT"}}},
		ItemSettings:     products.ItemSettings{SKUMapping: products.SKUItemNo},
	}
}

func refs() References {
	accounts := map[string]bcapi.Account{}
	for _, n := range []string{"6100", "6200", "2400", "9140", "6300", "5600", "5690"} {
		accounts[n] = bcapi.Account{Number: n, AccountType: "Posting", DirectPosting: true}
	}
	accounts["9999"] = bcapi.Account{Number: "9999", AccountType: "Heading"}
	return References{
		Items:     products.Catalog{Items: map[string]products.Item{"1000": {Number: "1000"}, "1001": {Number: "1001"}}},
		Accounts:  accounts,
		Countries: map[string]bcapi.Reference{"SE": {Code: "SE"}}, Currencies: map[string]bcapi.Reference{"USD": {Code: "USD"}},
		Locations: map[string]bcapi.Reference{"EAST": {ID: "loc-east", Code: "EAST"}, "WEST": {ID: "loc-west", Code: "WEST"}},
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

// types are the lines as a person reads them: object, price, and what they
// come to without and with tax.
func types(d sales.Document) (out []string) {
	lines := slices.Clone(d.Lines)
	slices.SortFunc(lines, func(a, b sales.Line) int { return cmp.Compare(a.Sequence, b.Sequence) })
	for _, l := range lines {
		if l.Kind == sales.CommentLine {
			out = append(out, l.Description)
			continue
		}
		out = append(out, fmt.Sprintf("%s %s %s x %s - %s = %s + %s at %s %s",
			l.Kind, l.Object, l.Quantity, l.UnitPrice, l.Discount, l.Net, l.Tax, l.Percent, l.TaxCode))
	}
	return out
}

// sum is what the lines come to, tax included.
func sum(d sales.Document) (s decimal.Decimal) {
	for _, l := range d.Lines {
		s = s.Add(l.Net).Add(l.Tax)
	}
	return s
}

const shipping = "Account 6100 1 x 10 - 0 = 8 + 2 at 25 VAT25"

func TestMapLines(t *testing.T) {
	tests := []struct {
		name  string
		card  func(*Card)
		order func(*orders.Order)
		want  []string
		total string
	}{
		{"VAT included stays as Shopify has it", nil, nil, []string{"Item 1000 2 x 100 - 20 = 144 + 36 at 25 VAT25", shipping}, "190 EUR"},
		{
			"VAT on top takes the tax out of included prices",
			func(c *Card) { c.TaxMode = VATOnTop },
			nil,
			[]string{"Item 1000 2 x 80 - 16 = 144 + 36 at 25 VAT25", "Account 6100 1 x 8 - 0 = 8 + 2 at 25 VAT25"},
			"190 EUR",
		},
		{
			"VAT included puts the tax into prices without",
			func(c *Card) { c.TaxMode = VATIncluded },
			func(o *orders.Order) { o.TaxesIncluded = false; o.Total = eur("228") },
			[]string{"Item 1000 2 x 120 - 24 = 180 + 36 at 25 VAT25", "Account 6100 1 x 12 - 0 = 10 + 2 at 25 VAT25"},
			"228 EUR",
		},
		{
			"sales tax is booked as charged, one line a title, the channel's apart",
			func(c *Card) { c.TaxMode = SalesTax },
			func(o *orders.Order) {
				o.TaxesIncluded = false
				o.Lines[0].TaxLines = []orders.TaxLine{tax("State", "0.06", "10.80"), tax("County", "0.01", "1.80"), {Title: "Marketplace", Rate: dec("0.01"), ChannelLiable: true, Price: eur("1.80")}}
				o.ShippingLines[0].TaxLines = []orders.TaxLine{tax("State", "0.06", "0.60")}
				o.Total = eur("205")
			},
			[]string{
				"Item 1000 2 x 100 - 20 = 180 + 0 at 0 NOVAT", "Account 6100 1 x 10 - 0 = 10 + 0 at 0 NOVAT", "Account 5600 1 x 11.4 - 0 = 11.4 + 0 at 0 NOVAT",
				"Account 5600 1 x 1.8 - 0 = 1.8 + 0 at 0 NOVAT", "Account 5690 1 x 1.8 - 0 = 1.8 + 0 at 0 NOVAT",
			},
			"205 EUR",
		},
		{
			"the rest of the tips, fees, duties and cash rounding go to their accounts",
			nil,
			func(o *orders.Order) {
				o.Lines = []orders.Line{
					{ID: "t", Title: "Tip", Tip: true, Quantity: 1, CurrentQuantity: 1, UnitPrice: eur("3")},
					{ID: "g", Title: "Gift card", GiftCard: true, Quantity: 1, CurrentQuantity: 1, UnitPrice: eur("50")},
				}
				o.Tip = eur("5") // two more than the tip line
				o.ShippingLines[0].Removed = true
				o.Fees = []orders.Fee{{Name: "Recycling", Price: eur("1")}}
				d := eur("4")
				o.Duties, o.CashRounding, o.Total = &d, eur("-0.02"), eur("60")
			},
			[]string{
				"Account 6200 1 x 3 - 0 = 3 + 0 at 0 NOVAT", "Account 2400 1 x 50 - 0 = 50 + 0 at 0 NOVAT", "Account 6200 1 x 2 - 0 = 2 + 0 at 0 NOVAT",
				"Account 6300 1 x 1 - 0 = 1 + 0 at 0 NOVAT", "Account 6300 1 x 4 - 0 = 4 + 0 at 0 NOVAT", "Account 9140 1 x -0.02 - 0 = -0.02 + 0 at 0 NOVAT",
			},
			"59.98 EUR",
		},
		{
			"presentment currency uses the buyer's amounts",
			func(c *Card) { c.CurrencyHandling = PresentmentCurrency },
			nil,
			[]string{"Item 1000 2 x 110 - 22 = 158.4 + 39.6 at 25 VAT25", "Account 6100 1 x 11 - 0 = 8.8 + 2.2 at 25 VAT25"},
			"209 USD",
		},
		{
			"numbers become comment lines",
			func(c *Card) { c.ShopifyOrderNoOnDocLine = true },
			func(o *orders.Order) { o.PONumber = "PO-7" },
			[]string{"Shopify Order No.: #1001", "PO No.: PO-7", "Item 1000 2 x 100 - 20 = 144 + 36 at 25 VAT25", shipping},
			"190 EUR",
		},
		{
			"a purchase order number longer than a line goes on in the next",
			nil,
			func(o *orders.Order) { o.PONumber = strings.Repeat("1234567890", 10) + "END" },
			[]string{"PO No.: " + strings.Repeat("1234567890", 9) + "12", "34567890END", "Item 1000 2 x 100 - 20 = 144 + 36 at 25 VAT25", shipping},
			"190 EUR",
		},
		{
			"two shipping lines, one with an account of its own, untaxed and at a discount",
			func(c *Card) { c.ShipmentMethods = []ShipmentMap{{Title: "express", Account: "6300"}} },
			func(o *orders.Order) {
				o.ShippingLines = append(o.ShippingLines, orders.ShippingLine{Title: "Express", Price: eur("20"), Discounts: []money.Bag{eur("5")}})
				o.Total = eur("205")
			},
			[]string{"Item 1000 2 x 100 - 20 = 144 + 36 at 25 VAT25", shipping, "Account 6300 1 x 20 - 5 = 15 + 0 at 0 NOVAT"},
			"205 EUR",
		},
		{
			"free of charge is a document of nothing",
			nil,
			func(o *orders.Order) {
				o.Lines[0].Discounts, o.Lines[0].TaxLines = []money.Bag{eur("200")}, []orders.TaxLine{tax("VAT", "0.25", "0")}
				o.ShippingLines, o.Total = nil, eur("0")
			},
			[]string{"Item 1000 2 x 100 - 200 = 0 + 0 at 25 VAT25"},
			"0 EUR",
		},
		{
			"a custom line goes to the account for such lines, one with a SKU as well",
			func(c *Card) { c.UnknownItemAccount = "6300" },
			func(o *orders.Order) {
				o.Lines = []orders.Line{
					{ID: "c", Title: "Engraving", Quantity: 1, CurrentQuantity: 1, UnitPrice: eur("5")},
					{ID: "d", Title: "Gift wrap", SKU: "WRAP", Quantity: 2, CurrentQuantity: 2, UnitPrice: eur("5")},
				}
				o.ShippingLines, o.Total = nil, eur("15")
			},
			[]string{"Account 6300 1 x 5 - 0 = 5 + 0 at 0 NOVAT", "Account 6300 2 x 5 - 0 = 10 + 0 at 0 NOVAT"},
			"15 EUR",
		},
		{
			"goods of a deleted product are an item when their SKU still names one, also when they are called Tip",
			func(c *Card) { c.UnknownItemAccount = "6300" },
			func(o *orders.Order) {
				o.Lines = []orders.Line{{ID: "t", Title: "Tip", SKU: "1001", RequiresShipping: true, Quantity: 1, CurrentQuantity: 1, UnitPrice: eur("5")}}
				o.ShippingLines, o.Total = nil, eur("5")
			},
			[]string{"Item 1001 1 x 5 - 0 = 5 + 0 at 0 NOVAT"},
			"5 EUR",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, o := card(), order()
			c.RoundingAccount = "" // nothing may be left to a rounding line
			if tt.card != nil {
				tt.card(&c)
			}
			if tt.order != nil {
				tt.order(&o)
			}
			checkMap(t, c, o, tt.want, tt.total)
		})
	}
}

// checkMap wants a document of these lines that comes to total.
func checkMap(t *testing.T, c Card, o orders.Order, want []string, total string) {
	t.Helper()
	d, problems := Map(c, o, "C1", refs())
	if len(problems) > 0 {
		t.Fatalf("problems: %v", problems)
	}
	if got := types(d); !slices.Equal(got, want) {
		t.Errorf("lines\n got %q\nwant %q", got, want)
	}
	if got := d.Total.Value.String() + " " + d.Total.Currency; got != total {
		t.Errorf("total %s, want %s", got, total)
	}
	if got := sum(d); !got.Equal(d.Total.Value) {
		t.Errorf("lines come to %s, total is %s", got, d.Total)
	}
}

func TestMapTaxes(t *testing.T) {
	onTop := func(net string, taxes ...orders.TaxLine) func(*orders.Order) {
		return func(o *orders.Order) {
			o.TaxesIncluded, o.ShippingLines = false, nil
			o.Lines = []orders.Line{{ID: "l", Title: "Shirt", SKU: "1000", VariantID: "v", Quantity: 1, CurrentQuantity: 1, UnitPrice: eur(net), TaxLines: taxes}}
			total := eur(net)
			for _, x := range taxes {
				total = total.Add(x.Price)
			}
			o.Total = total
		}
	}
	inside := func(gross string, taxes ...orders.TaxLine) func(*orders.Order) {
		return func(o *orders.Order) {
			onTop(gross, taxes...)(o)
			o.TaxesIncluded, o.Total = true, eur(gross)
		}
	}
	owed := func(rate, amount string) orders.TaxLine {
		x := tax("Marketplace", rate, amount)
		x.ChannelLiable = true
		return x
	}
	tests := []struct {
		name  string
		mode  TaxMode
		order func(*orders.Order)
		want  []string
		taxes string // by percent: net and tax
	}{
		{"a rate without a row on the card", "", inside("107", tax("MwSt", "0.07", "7")), []string{"Item 1000 1 x 107 - 0 = 100 + 7 at 7 "}, "7: 100+7"},
		{"two taxes on one line", "", onTop("100", tax("GST", "0.05", "5"), tax("QST", "0.09975", "9.98")), []string{"Item 1000 1 x 100 - 0 = 100 + 14.98 at 14.975 "}, "14.975: 100+14.98"},
		{"two taxes inside a price, taken out", VATOnTop, inside("114.98", tax("GST", "0.05", "5"), tax("QST", "0.09975", "9.98")), []string{"Item 1000 1 x 100 - 0 = 100 + 14.98 at 14.975 "}, "14.975: 100+14.98"},
		{"exempt", "", onTop("100", tax("VAT", "0.25", "0")), []string{"Item 1000 1 x 100 - 0 = 100 + 0 at 0 NOVAT"}, "0: 100+0"},
		{"exempt from one of two", "", onTop("100", tax("VAT", "0.25", "25"), tax("Levy", "0.02", "0")), []string{"Item 1000 1 x 100 - 0 = 100 + 25 at 25 VAT25"}, "25: 100+25"},
		{"an amount that is not rate times price stays Shopify's", "", onTop("100", tax("VAT", "0.25", "20")), []string{"Item 1000 1 x 100 - 0 = 100 + 20 at 25 VAT25"}, "25: 100+20"},
		{"no rate", "", onTop("100", tax("VAT", "0", "25")), []string{"Item 1000 1 x 100 - 0 = 100 + 25 at 25 VAT25"}, "25: 100+25"},
		{"no rate, inside a price", "", inside("119", tax("VAT", "0", "19")), []string{"Item 1000 1 x 119 - 0 = 100 + 19 at 19 "}, "19: 100+19"},
		{
			"no rate: a tax of another title says nothing", "",
			func(o *orders.Order) {
				onTop("1.05", tax("VAT", "0", "0.20"))(o)
				o.TaxLines = []orders.TaxLine{tax("Levy", "0.191", "0")}
			},
			[]string{"Item 1000 1 x 1.05 - 0 = 1.05 + 0.2 at 19 "},
			"19: 1.05+0.2",
		},
		{
			"no rate: one of the same title does", "",
			func(o *orders.Order) {
				onTop("1.05", tax("VAT", "0", "0.20"))(o)
				o.TaxLines = []orders.TaxLine{tax("VAT", "0.191", "0.20")}
			},
			[]string{"Item 1000 1 x 1.05 - 0 = 1.05 + 0.2 at 19.1 "},
			"19.1: 1.05+0.2",
		},
		{
			"sales tax of one title, the merchant's and the channel's", SalesTax,
			onTop("100", tax("State", "0.06", "6"), func() orders.TaxLine { x := tax("State", "0.06", "1"); x.ChannelLiable = true; return x }()),
			[]string{"Item 1000 1 x 100 - 0 = 100 + 0 at 0 NOVAT", "Account 5600 1 x 6 - 0 = 6 + 0 at 0 NOVAT", "Account 5690 1 x 1 - 0 = 1 + 0 at 0 NOVAT"},
			"0: 107+0",
		},
		{
			"own tax and the channel's on one line, on top", "", onTop("100", tax("VAT", "0.25", "25"), owed("0.02", "2")),
			[]string{"Item 1000 1 x 100 - 0 = 100 + 25 at 25 VAT25", "Account 5690 1 x 2 - 0 = 2 + 0 at 0 NOVAT"},
			"0: 2+0 25: 100+25",
		},
		{
			"own tax and the channel's on one line, inside", "", inside("127", tax("VAT", "0.25", "25"), owed("0.02", "2")),
			[]string{"Item 1000 1 x 125 - 0 = 100 + 25 at 25 VAT25", "Account 5690 1 x 2 - 0 = 2 + 0 at 0 NOVAT"},
			"0: 2+0 25: 100+25",
		},
		{
			"all of it is the channel's", "", inside("125", owed("0.25", "25")),
			[]string{"Item 1000 1 x 100 - 0 = 100 + 0 at 0 NOVAT", "Account 5690 1 x 25 - 0 = 25 + 0 at 0 NOVAT"},
			"0: 125+0",
		},
		{
			"two rates in one order", "",
			func(o *orders.Order) {
				o.Lines = append(o.Lines, orders.Line{ID: "b", Title: "Book", SKU: "1001", VariantID: "b", Quantity: 3, CurrentQuantity: 3, UnitPrice: eur("10.60"), TaxLines: []orders.TaxLine{tax("VAT", "0.06", "1.80")}})
				o.Total = eur("221.80")
			},
			[]string{"Item 1000 2 x 100 - 20 = 144 + 36 at 25 VAT25", "Item 1001 3 x 10.6 - 0 = 30 + 1.8 at 6 ", shipping},
			"6: 30+1.8 25: 152+38",
		},
		{
			"an order whose tax is a cent more than its lines' has it on a line", "",
			func(o *orders.Order) {
				onTop("100.02", tax("VAT", "0.25", "25.01"))(o)
				o.Total, o.CurrentTax = eur("125.02"), eur("25")
			},
			[]string{"Item 1000 1 x 100.02 - 0 = 100.02 + 25 at 25 VAT25"},
			"25: 100.02+25",
		},
		{
			"duties with their tax, on top of prices that hold theirs", "",
			func(o *orders.Order) {
				o.DutyLines = []orders.Duty{{LineID: "l1", Price: eur("9"), TaxLines: []orders.TaxLine{tax("VAT", "0.19", "1.71")}}}
				d := eur("9")
				o.Duties, o.Total = &d, eur("200.71")
			},
			[]string{"Item 1000 2 x 100 - 20 = 144 + 36 at 25 VAT25", shipping, "Account 6300 1 x 10.71 - 0 = 9 + 1.71 at 19 "},
			"19: 9+1.71 25: 152+38",
		},
		{
			"duties with their tax inside their price", "",
			func(o *orders.Order) {
				o.DutyLines = []orders.Duty{{LineID: "l1", Price: eur("10.71"), TaxLines: []orders.TaxLine{tax("VAT", "0.19", "1.71")}}}
				d := eur("10.71")
				o.Duties, o.Total = &d, eur("200.71")
			},
			[]string{"Item 1000 2 x 100 - 20 = 144 + 36 at 25 VAT25", shipping, "Account 6300 1 x 10.71 - 0 = 9 + 1.71 at 19 "},
			"19: 9+1.71 25: 152+38",
		},
		{
			"duties of two percents, prices without tax", "",
			func(o *orders.Order) {
				onTop("100", tax("VAT", "0.25", "25"))(o)
				o.DutyLines = []orders.Duty{
					{LineID: "l", Price: eur("9"), TaxLines: []orders.TaxLine{tax("VAT", "0.25", "2.25")}},
					{LineID: "l", Price: eur("3")},
					{LineID: "l", Price: eur("1"), TaxLines: []orders.TaxLine{tax("VAT", "0.25", "0.25")}},
				}
				d := eur("13")
				o.Duties, o.Total = &d, eur("140.5")
			},
			[]string{"Item 1000 1 x 100 - 0 = 100 + 25 at 25 VAT25", "Account 6300 1 x 10 - 0 = 10 + 2.5 at 25 VAT25", "Account 6300 1 x 3 - 0 = 3 + 0 at 0 NOVAT"},
			"0: 3+0 25: 110+27.5",
		},
		{
			"duties that the prices hold are not charged twice", "",
			func(o *orders.Order) {
				o.DutyLines = []orders.Duty{{LineID: "l1", Price: eur("9")}}
				d := eur("9")
				o.Duties, o.Total = &d, eur("190")
			},
			[]string{"Item 1000 2 x 100 - 20 = 144 + 36 at 25 VAT25", shipping},
			"25: 152+38",
		},
		{
			"tips that are in the lines are not charged twice", "",
			func(o *orders.Order) {
				o.Lines = append(o.Lines, orders.Line{ID: "t", Title: "Thank you", SKU: "1001", VariantID: "t", Quantity: 1, CurrentQuantity: 1, UnitPrice: eur("5")})
				o.Tip, o.Total = eur("5"), eur("195")
			},
			[]string{"Item 1000 2 x 100 - 20 = 144 + 36 at 25 VAT25", "Item 1001 1 x 5 - 0 = 5 + 0 at 0 NOVAT", shipping},
			"0: 5+0 25: 152+38",
		},
		{
			"a fee with its tax", "",
			func(o *orders.Order) {
				o.Fees = []orders.Fee{{Name: "Handling", Price: eur("12.50"), TaxLines: []orders.TaxLine{tax("VAT", "0.25", "2.50")}}}
				o.Total = eur("202.50")
			},
			[]string{"Item 1000 2 x 100 - 20 = 144 + 36 at 25 VAT25", shipping, "Account 6300 1 x 12.5 - 0 = 10 + 2.5 at 25 VAT25"},
			"25: 162+40.5",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, o := card(), order()
			c.TaxMode, c.RoundingAccount = tt.mode, ""
			tt.order(&o)
			checkMap(t, c, o, tt.want, o.Total.Shop.Value.String()+" EUR")
			d, _ := Map(c, o, "C1", refs())
			slices.SortFunc(d.Taxes, func(a, b sales.Tax) int { return a.Percent.Cmp(b.Percent) })
			got := ""
			for _, x := range d.Taxes {
				got += fmt.Sprintf(" %s: %s+%s", x.Percent, x.Net, x.Tax)
			}
			if got != " "+tt.taxes {
				t.Errorf("taxes%s, want %s", got, tt.taxes)
			}
		})
	}
}

// What was taken away before the import is not in the document, to the cent.
func TestMapEditedDown(t *testing.T) {
	line := func(id string, quantity, left int, unit, discount string, taxes ...orders.TaxLine) orders.Line {
		return orders.Line{
			ID: id, Title: "Shirt", SKU: "1000", VariantID: id, Quantity: quantity, CurrentQuantity: left,
			UnitPrice: eur(unit), Discounts: []money.Bag{eur(discount)}, TaxLines: taxes,
		}
	}
	tests := []struct {
		name  string
		order func(*orders.Order)
		want  []string
		total string
	}{
		{
			"four of 25 with 20 off, three left, with a refund that moved no money",
			func(o *orders.Order) {
				o.Lines = []orders.Line{line("a", 4, 3, "25", "20")}
				o.RefundCount, o.Refunds = 1, []orders.Refund{{ID: "r", Amount: eur("0")}}
				o.Total, o.CurrentTotal = eur("80"), eur("60")
			},
			[]string{"Item 1000 3 x 25 - 15 = 60 + 0 at 0 NOVAT"},
			"60 EUR",
		},
		{
			"a cent of the discount goes where the total says",
			func(o *orders.Order) {
				o.Lines = []orders.Line{line("a", 3, 2, "10", "10"), line("b", 3, 1, "10", "10")}
				o.Edited, o.CurrentTotal = true, eur("19.99") // 6.67 and 3.34 off
			},
			[]string{"Item 1000 2 x 10 - 6.67 = 13.33 + 0 at 0 NOVAT", "Item 1000 1 x 10 - 3.34 = 6.66 + 0 at 0 NOVAT"},
			"19.99 EUR",
		},
		{
			"the other way",
			func(o *orders.Order) {
				o.Lines = []orders.Line{line("a", 3, 2, "10", "10"), line("b", 3, 1, "10", "10")}
				o.Edited, o.CurrentTotal = true, eur("20.01") // 6.66 and 3.33 off
			},
			[]string{"Item 1000 2 x 10 - 6.66 = 13.34 + 0 at 0 NOVAT", "Item 1000 1 x 10 - 3.33 = 6.67 + 0 at 0 NOVAT"},
			"20.01 EUR",
		},
		{
			"a cent of the taxes goes where the order's taxes say",
			func(o *orders.Order) {
				o.TaxesIncluded = false
				o.Lines = []orders.Line{line("a", 2, 1, "10.02", "0", tax("VAT", "0.25", "5.01")), line("b", 1, 1, "4", "0", tax("VAT", "0.25", "1"))}
				o.CurrentTaxLines, o.CurrentTax = []orders.TaxLine{tax("VAT", "0.25", "3.50")}, eur("3.50")
				o.CurrentTotal = eur("17.52")
			},
			[]string{"Item 1000 1 x 10.02 - 0 = 10.02 + 2.5 at 25 VAT25", "Item 1000 1 x 4 - 0 = 4 + 1 at 25 VAT25"},
			"17.52 EUR",
		},
		{
			"each tax comes to what the order says of it",
			func(o *orders.Order) {
				o.TaxesIncluded = false
				o.Lines = []orders.Line{line("a", 2, 1, "10.02", "0", tax("VAT", "0.25", "5.01"), tax("Levy", "0.05", "1.01")), line("b", 2, 1, "10.02", "0", tax("VAT", "0.25", "5.01"))}
				// 2.505 twice and 0.505 once: Shopify has rounded one down and one up.
				o.CurrentTaxLines, o.CurrentTax = []orders.TaxLine{tax("VAT", "0.25", "5.01"), tax("Levy", "0.05", "0.51")}, eur("5.52")
				o.CurrentTotal = eur("25.56")
			},
			[]string{"Item 1000 1 x 10.02 - 0 = 10.02 + 3.01 at 30 ", "Item 1000 1 x 10.02 - 0 = 10.02 + 2.51 at 25 VAT25"},
			"25.56 EUR",
		},
		{
			"the sum of the taxes is enough",
			func(o *orders.Order) {
				o.TaxesIncluded = false
				o.Lines = []orders.Line{line("a", 2, 1, "10.02", "0", tax("VAT", "0.25", "5.01"))}
				o.CurrentTax, o.CurrentTotal = eur("2.50"), eur("12.52")
			},
			[]string{"Item 1000 1 x 10.02 - 0 = 10.02 + 2.5 at 25 VAT25"},
			"12.52 EUR",
		},
		{
			"a discount that is of what is left already",
			func(o *orders.Order) {
				o.Lines = []orders.Line{line("a", 4, 3, "25", "15", tax("VAT", "0.25", "12"))}
				o.CurrentTotal = eur("60")
			},
			[]string{"Item 1000 3 x 25 - 15 = 48 + 12 at 25 VAT25"},
			"60 EUR",
		},
		{
			"a line that is gone, beside shipping",
			func(o *orders.Order) {
				o.Lines = []orders.Line{line("a", 1, 0, "25", "5"), line("b", 1, 1, "30", "0")}
				o.ShippingLines = []orders.ShippingLine{{Title: "Standard", Price: eur("10")}}
				o.CurrentTotal = eur("40")
			},
			[]string{"Item 1000 1 x 30 - 0 = 30 + 0 at 0 NOVAT", "Account 6100 1 x 10 - 0 = 10 + 0 at 0 NOVAT"},
			"40 EUR",
		},
		{
			"all lines gone, shipping still charged",
			func(o *orders.Order) {
				o.Lines = []orders.Line{line("a", 1, 0, "25", "5")}
				o.ShippingLines = []orders.ShippingLine{{Title: "Standard", Price: eur("10")}}
				o.CurrentTotal = eur("10")
			},
			[]string{"Account 6100 1 x 10 - 0 = 10 + 0 at 0 NOVAT"},
			"10 EUR",
		},
		{
			"duties of units that are gone are gone",
			func(o *orders.Order) {
				o.TaxesIncluded = false
				o.Lines = []orders.Line{line("a", 3, 2, "30", "0"), line("b", 1, 0, "5", "0")}
				o.DutyLines = []orders.Duty{
					{LineID: "a", Price: eur("10"), TaxLines: []orders.TaxLine{tax("VAT", "0.25", "2.50")}}, {LineID: "b", Price: eur("7")},
				}
				d := eur("6.66")
				o.Duties, o.CurrentTotal, o.CurrentTax = &d, eur("68.33"), eur("1.67")
			},
			[]string{"Item 1000 2 x 30 - 0 = 60 + 0 at 0 NOVAT", "Account 6300 1 x 6.66 - 0 = 6.66 + 1.67 at 25 VAT25"},
			"68.33 EUR",
		},
		{
			"units added by an edit",
			func(o *orders.Order) {
				o.Lines = []orders.Line{line("a", 5, 5, "25", "0")}
				o.Edited, o.Total, o.CurrentTotal = true, eur("125"), eur("125")
			},
			[]string{"Item 1000 5 x 25 - 0 = 125 + 0 at 0 NOVAT"},
			"125 EUR",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, o := card(), order()
			c.RoundingAccount = ""
			o.ShippingLines = nil
			tt.order(&o)
			checkMap(t, c, o, tt.want, tt.total)
		})
	}
}

func TestMapSplitsALineByLocation(t *testing.T) {
	five := func(places ...orders.Place) orders.Order {
		o := order()
		o.ShippingLines = nil
		o.Lines = []orders.Line{{
			ID: "l1", Title: "Shirt", SKU: "1000", VariantID: "v", Quantity: 5, CurrentQuantity: 5, UnitPrice: eur("10"),
			Discounts: []money.Bag{eur("4.99")}, TaxLines: []orders.TaxLine{tax("VAT", "0.25", "9")}, Places: places,
		}}
		o.Total = eur("45.01")
		return o
	}
	c := card()
	c.RoundingAccount = ""
	c.Locations = []LocationMap{{LocationID: "A", Code: "east"}, {LocationID: "B", Code: "west"}, {LocationID: "C", Code: "EAST"}, {LocationID: "D"}}
	tests := []struct {
		name   string
		places []orders.Place
		want   []string // quantity, location, discount, net, tax
	}{
		{"three from the east, two from the west", []orders.Place{{Location: "A", Quantity: 3}, {Location: "B", Quantity: 2}}, []string{"3 loc-east 2.99 21.61+5.4", "2 loc-west 2 14.4+3.6"}},
		{"two Shopify locations of one in Business Central", []orders.Place{{Location: "A", Quantity: 3}, {Location: "C", Quantity: 2}}, []string{"5 loc-east 4.99 36.01+9"}},
		{"three Shopify locations of two", []orders.Place{{Location: "A", Quantity: 1}, {Location: "B", Quantity: 2}, {Location: "C", Quantity: 2}}, []string{"3 loc-east 2.99 21.61+5.4", "2 loc-west 2 14.4+3.6"}},
		{"one that the card does not map", []orders.Place{{Location: "A", Quantity: 4}, {Location: "D", Quantity: 1}}, []string{"4 loc-east 3.99 28.81+7.2", "1  1 7.2+1.8"}},
		{"places that are not of the units left", []orders.Place{{Location: "A", Quantity: 3}, {Location: "B", Quantity: 3}}, []string{"5  4.99 36.01+9"}},
		{"one location", nil, []string{"5  4.99 36.01+9"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, problems := Map(c, five(tt.places...), "C1", refs())
			if len(problems) > 0 {
				t.Fatalf("problems: %v", problems)
			}
			var got []string
			for _, l := range d.Lines {
				got = append(got, fmt.Sprintf("%s %s %s %s+%s", l.Quantity, l.Location, l.Discount, l.Net, l.Tax))
				if l.Of != "l1" || l.Object != "1000" || !l.UnitPrice.Equal(dec("10")) {
					t.Errorf("line %+v", l)
				}
			}
			if !slices.Equal(got, tt.want) || !sum(d).Equal(d.Total.Value) {
				t.Errorf("lines %q come to %s, want %q and %s", got, sum(d), tt.want, d.Total)
			}
		})
	}
}

// What is booked to an account ships from nowhere: it stays one line.
func TestMapDoesNotSplitAccountLines(t *testing.T) {
	c, o := card(), order()
	c.UnknownItemAccount = "6300"
	c.Locations = []LocationMap{{LocationID: "A", Code: "EAST"}, {LocationID: "B", Code: "WEST"}, {LocationID: "C", Code: "GONE"}}
	o.Lines = []orders.Line{{
		ID: "c", Title: "Engraving", Quantity: 3, CurrentQuantity: 3, UnitPrice: eur("5"),
		Places: []orders.Place{{Location: "A", Quantity: 1}, {Location: "B", Quantity: 1}, {Location: "C", Quantity: 1}},
	}}
	o.ShippingLines, o.Total = nil, eur("15")
	checkMap(t, c, o, []string{"Account 6300 3 x 5 - 0 = 15 + 0 at 0 NOVAT"}, "15 EUR")
}

// Amounts that do not add up are for a person, with both amounts, unless a
// rounding line may take the difference.
func TestMapDoesNotBookWhatDoesNotAddUp(t *testing.T) {
	tests := []struct {
		name      string
		tolerance string // "" is no rounding account
		order     func(*orders.Order)
		want      string
	}{
		{"a total of another order", "", func(o *orders.Order) { o.CurrentTotal = eur("170") }, "what #1001 consists of comes to 190.00 EUR, its total is 170.00 EUR"},
		{"a cent", "", func(o *orders.Order) { o.CurrentTotal = eur("190.01") }, "what #1001 consists of comes to 190.00 EUR, its total is 190.01 EUR"},
		{"a cent that is tolerated", "0.01", func(o *orders.Order) { o.CurrentTotal = eur("190.01") }, ""},
		{"two of one that is tolerated", "0.01", func(o *orders.Order) { o.CurrentTotal = eur("189.98") }, "what #1001 consists of comes to 190.00 EUR, its total is 189.98 EUR"},
		{"more was taken away than units", "", func(o *orders.Order) {
			o.Lines[0].CurrentQuantity, o.CurrentTotal = 1, eur("95")
		}, "what #1001 consists of comes to 100.00 EUR, its total is 95.00 EUR"},
		{"a tax that nothing bears", "", func(o *orders.Order) { o.CurrentTax = eur("45") }, "the taxes of what #1001 consists of come to 38.00 EUR, its tax is 45.00 EUR"},
		{"more discount than price", "", func(o *orders.Order) {
			o.Lines[0].Discounts, o.Lines[0].TaxLines = []money.Bag{eur("200")}, []orders.TaxLine{tax("VAT", "0.25", "1")}
			o.Total = eur("10")
		}, "#1001: Shirt is 200.00 EUR with a discount of 200.00 EUR and taxes of 1.00 EUR"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, o := card(), order()
			c.TaxMode = VATOnTop
			c.RoundingAccount, c.Tolerance = "", decimal.Zero
			if tt.tolerance != "" {
				c.RoundingAccount, c.Tolerance = "9140", dec(tt.tolerance)
			}
			tt.order(&o)
			var want []Problem
			if tt.want != "" {
				want = []Problem{{OrderDoesNotAddUp, tt.want}}
			}
			if _, problems := Map(c, o, "C1", refs()); !slices.Equal(problems, want) {
				t.Errorf("problems %v, want %v", problems, want)
			}
		})
	}
}

func TestMapNamesEverythingThatIsMissing(t *testing.T) {
	c, o := card(), order()
	c.ShippingChargesAccount, c.TipAccount = "", "9999"
	c.CurrencyHandling, o.PresentmentCurrency = PresentmentCurrency, "NOK"
	c.UseShopifyOrderNo, o.Name = true, "@1001"
	o.Shipping.Country = "XX"
	one := func(id, title, sku, variant string, tip bool) orders.Line {
		return orders.Line{ID: id, Title: title, SKU: sku, VariantID: variant, Tip: tip, Quantity: 1, CurrentQuantity: 1, UnitPrice: eur("1")}
	}
	o.Lines = append(o.Lines, one("2", "Mug", "NOPE", "v2", false), one("3", "Engraving", "", "", false), one("4", "Gift wrap", "WRAP", "", false), one("5", "Tip", "", "", true))
	o.Total = eur("194")
	_, problems := Map(c, o, "C1", refs())
	want := []Problem{
		{OrderNumberUnusable, "@1001"},
		{CurrencyUnmapped, "NOK"},
		{CountryUnmapped, "XX"},
		{products.ItemUnmapped, "Mug (SKU NOPE, variant v2)"},
		{CustomLine, "Engraving"},
		{CustomLine, "Gift wrap (SKU WRAP)"},
		{AccountUnusable, "9999"},
		{ShippingAccountMissing, "Standard"},
	}
	if !slices.Equal(problems, want) {
		t.Errorf("got  %v\nwant %v", problems, want)
	}
}
