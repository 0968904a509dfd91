package creditmemos_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/creditmemos"
	"backroom/shared/documents"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/products"
	"backroom/shared/sales"
	"backroom/shared/shop"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func bag(v decimal.Decimal) money.Bag {
	a := money.Amount{Value: v, Currency: "EUR"}
	return money.Bag{Shop: a, Presentment: a}
}

func euros(s string) money.Bag { return bag(dec(s)) }

// refs know items A and B, and all accounts.
func refs() documents.References {
	r := documents.References{
		Items: products.Catalog{
			Items: map[string]products.Item{"A": {Number: "A"}, "B": {Number: "B"}}, GTINs: map[string][]products.Item{},
			Variants: map[string][]products.Variant{}, Codes: map[string][]products.Variant{},
		},
		Accounts: map[string]bcapi.Account{}, Locations: map[string]bcapi.Reference{"EAST": {ID: "east", Code: "EAST"}, "BACK": {ID: "back", Code: "BACK"}},
		Currencies: map[string]bcapi.Reference{}, Countries: map[string]bcapi.Reference{},
	}
	for _, n := range []string{"6610", "R", "N", "9140", "9150", "6630", "5450", "6620"} {
		r.Accounts[n] = bcapi.Account{Number: n, AccountType: bcapi.Posting, DirectPosting: true}
	}
	return r
}

func card() documents.Card {
	c := documents.Card{Shop: shop.Shop{Code: "acme", Currency: "EUR", Company: shop.Company{LCY: "EUR"}}}
	c.SKUMapping = products.SKUItemNo
	c.ShippingChargesAccount, c.CashRoundingsAccount, c.RoundingAccount, c.FeeAccount, c.SoldGiftCardAccount, c.TipAccount = "6610", "9140", "9150", "6630", "5450", "6620"
	c.TaxCodes = []documents.TaxCodeMap{{Rate: dec("0"), Code: "NONE"}, {Rate: dec("0.19"), Code: "FULL"}, {Rate: dec("0.07"), Code: "LESS"}}
	c.Locations = []documents.LocationMap{{LocationID: "61", Code: "EAST"}}
	return c
}

var settings = creditmemos.Settings{RefundAccount: "R", NonRestockAccount: "N"}

// tax of a rate in or on an amount.
func tax(amount decimal.Decimal, rate string, included bool) []orders.TaxLine {
	v := amount.Mul(dec(rate))
	if included {
		v = v.Div(dec(rate).Add(decimal.NewFromInt(1)))
	}
	return []orders.TaxLine{{Title: "VAT", Rate: dec(rate), Price: bag(v.Round(2))}}
}

// desks is an order of 3 desks at 30.00 less 6.00, and 2 mugs at 10.00 that bear less tax.
func desks(included bool) orders.Order {
	return orders.Order{
		ID: "1", Name: "#1001", Currency: "EUR", PresentmentCurrency: "EUR", TaxesIncluded: included,
		Lines: []orders.Line{
			{ID: "11", Title: "Desk", SKU: "A", VariantID: "7", Quantity: 3, UnitPrice: euros("30"), Discounts: []money.Bag{euros("6")}, TaxLines: tax(dec("84"), "0.19", included)},
			{ID: "12", Title: "Mug", SKU: "B", VariantID: "8", Quantity: 2, UnitPrice: euros("10"), TaxLines: tax(dec("20"), "0.07", included)},
		},
		ShippingLines: []orders.ShippingLine{{ID: "13", Title: "Standard", Price: euros("5"), TaxLines: tax(dec("5"), "0.19", included)}},
	}
}

// back is a refund of units of a line, for what they are worth unless amount says so.
func back(id string, o orders.Order, line string, n int, kind, amount string) orders.Refund {
	r := orders.Refund{ID: id, Detailed: true, CreatedAt: time.Date(2026, 11, 24, 8, 0, len(id), 0, time.UTC)}
	for _, l := range o.Lines {
		if l.ID != line {
			continue
		}
		part := decimal.NewFromInt(int64(n)).Div(decimal.NewFromInt(int64(l.Quantity)))
		sub := l.UnitPrice.Shop.Value.Mul(decimal.NewFromInt(int64(n))).Sub(l.Discount().Shop.Value.Mul(part)).Round(2)
		t := l.TaxLines[0].Price.Shop.Value.Mul(part).Round(2)
		r.Lines = append(r.Lines, orders.RefundLine{LineID: line, Quantity: n, RestockType: kind, Location: "61", Subtotal: bag(sub), Tax: bag(t)})
		if r.Amount = bag(sub); !o.TaxesIncluded {
			r.Amount = bag(sub.Add(t))
		}
	}
	if amount != "" {
		r.Amount = euros(amount)
	}
	return r
}

// short are the lines of a memo: object, units, amount, and place.
func short(d sales.Document) string {
	var out []string
	for _, l := range d.Lines {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s×%s %s %s", l.Object, l.Quantity, l.Net.Add(l.Tax).StringFixed(2), l.Location)))
	}
	return strings.Join(out, ", ")
}

func TestMap(t *testing.T) {
	o := desks(true)
	with := func(ret orders.Return, rs ...orders.Refund) orders.Order {
		x := o
		x.Refunds = rs
		if ret.ID != "" {
			x.Returns = []orders.Return{ret}
		}
		return x
	}
	of := func(r orders.Refund, ret string) orders.Refund {
		r.ReturnID = ret
		return r
	}
	twice := orders.Return{ID: "7", Status: "OPEN", Lines: []orders.ReturnLine{{LineID: "11", Quantity: 1}, {LineID: "11", Quantity: 1}}, Disposed: []orders.Disposition{
		{LineID: "11", Type: "RESTOCKED", Quantity: 1, Location: "61"}, {LineID: "11", Type: "NOT_RESTOCKED", Quantity: 1},
	}}
	original := settings
	original.ReturnLocation, original.ReturnLocationPriority = "BACK", creditmemos.OriginalLocation
	always := settings
	always.ReturnLocation = "BACK"
	gift := o
	gift.Lines = append([]orders.Line{}, o.Lines...)
	gift.Lines[0].GiftCard = true
	gift.Refunds = []orders.Refund{back("1", o, "11", 1, "RETURN", "")}
	one, two := back("1", o, "11", 1, "RETURN", ""), back("22", o, "11", 1, "RETURN", "")
	duties := back("1", o, "11", 1, "RETURN", "34.19")
	duties.Duties = []orders.RefundDuty{{Amount: euros("5.20"), Price: euros("10.40"), TaxLines: []orders.TaxLine{{Title: "VAT", Rate: dec("0.19"), Price: euros("1.98")}}}}
	cash := func(units int, amount, rounding string) orders.Order {
		r := back("1", o, "12", units, "RETURN", amount)
		r.Transactions = []string{"90"}
		x := with(orders.Return{}, r)
		x.Transactions = []orders.Transaction{{ID: "90", Kind: "REFUND", Status: "SUCCESS", Amount: euros(amount), Rounding: euros(rounding)}}
		return x
	}
	voucher := with(orders.Return{}, back("1", o, "12", 1, "RETURN", ""))
	voucher.Refunds[0].Transactions = []string{"91"}
	voucher.Transactions = []orders.Transaction{{ID: "91", Kind: "REFUND", Status: "SUCCESS", Gateway: "gift_card", Amount: euros("10")}}
	for _, tt := range []struct {
		name  string
		order orders.Order
		id    string
		set   creditmemos.Settings
		want  string // lines, or a reason
	}{
		{"taken back where it came to", with(orders.Return{}, one), "1", settings, "A×1 28.00 east"},
		{"taken back to the return location", with(orders.Return{}, one), "1", always, "A×1 28.00 back"},
		{"to where it came to first", with(orders.Return{}, one), "1", original, "A×1 28.00 east"},
		{"never shipped", with(orders.Return{}, back("1", o, "11", 1, "CANCEL", "")), "1", settings, "R×1 28.00"},
		{"not restocked", with(orders.Return{}, back("1", o, "12", 2, "NO_RESTOCK", "")), "1", settings, "N×2 20.00"},
		{"of a kind that is new", with(orders.Return{}, back("1", o, "12", 2, "BURNT", "")), "1", settings, "N×2 20.00"},
		{"a gift card", gift, "1", settings, "5450×1 28.00"},
		{"onto a gift card", voucher, "1", settings, "B×1 10.00 east"},
		{"with half of its duties", with(orders.Return{}, duties), "1", settings, "A×1 28.00 east, 6630×1 6.19"},
		{"in cash, rounded up", cash(1, "10.02", "0.02"), "1", settings, "B×1 10.00 east, 9140×1 0.02"},
		{"in cash, rounded down", cash(1, "9.98", "-0.02"), "1", settings, "B×1 10.00 east, 9140×1 -0.02"},
		{"in cash, the money without its rounding", cash(1, "10", "0.02"), "1", settings, "B×1 10.00 east"},
		{"money alone in cash", cash(0, "5.05", "0.01"), "1", settings, "R×1 5.04, 9140×1 0.01"},
		{"more than the lines", with(orders.Return{}, back("1", o, "12", 1, "RETURN", "12")), "1", settings, "B×1 10.00 east, R×1 2.00"},
		{"less than the lines", with(orders.Return{}, back("1", o, "12", 1, "RETURN", "9.99")), "1", settings, "B×1 10.00 east, R×-1 -0.01"},
		{"one line in two return lines, the first refund", with(twice, of(one, "7"), of(two, "7")), "1", settings, "A×1 28.00 east"},
		{"one line in two return lines, the second", with(twice, of(one, "7"), of(two, "7")), "22", settings, "N×1 28.00"},
		{"what was found counts, not what the refund says", with(twice, of(back("1", o, "11", 2, "NO_RESTOCK", ""), "7")), "1", settings, "A×1 28.00 east, N×1 28.00"},
		{"a return without lines of its refund", with(twice, orders.Refund{ID: "1", Detailed: true, ReturnID: "7", Amount: euros("56"), CreatedAt: one.CreatedAt}), "1", settings, "A×1 28.00 east, N×1 28.00"},
		{"more units than there are", with(orders.Return{}, back("1", o, "11", 2, "RETURN", ""), back("22", o, "11", 2, "RETURN", "")), "22", settings, string(creditmemos.RefundExceedsOrder)},
		{"the rest of a line", with(orders.Return{}, back("1", o, "11", 2, "RETURN", ""), back("22", o, "11", 1, "RETURN", "")), "22", settings, "A×1 28.00 east"},
		{"no account", with(orders.Return{}, back("1", o, "11", 1, "CANCEL", "")), "1", creditmemos.Settings{}, string(creditmemos.RefundAccountMissing)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r orders.Refund
			for _, x := range tt.order.Refunds {
				if x.ID == tt.id {
					r = x
				}
			}
			f := orders.FactsOf(desks(true))
			d, problems := creditmemos.Map(card(), tt.set, tt.order, f, r, "C1", nil, refs())
			if len(problems) > 0 {
				if string(problems[0].Reason) != tt.want {
					t.Errorf("%v, want %s", problems, tt.want)
				}
				return
			}
			if got := short(d); got != tt.want || !d.Total.Value.Equal(r.Amount.Shop.Value) || d.ExternalNumber != "#1001-R"+tt.id || d.Number != "R"+tt.id || d.Date != "2026-11-24" {
				t.Errorf("%s of %s, want %s; %s", got, d.Total, tt.want, d.ExternalNumber)
			}
		})
	}
}

// Laws of any refunds of an order: a memo comes to what went back, its lines come to
// the memo, its taxes are those of its lines in Shopify, on either basis of prices; and
// all memos together credit no more units than were sold.
func TestLawsOfMemos(t *testing.T) {
	items := card()
	items.ShippingChargesAccount, items.RoundingAccount = "item:SHIP", "item:ROUND"
	known := refs()
	for _, n := range []string{"SHIP", "ROUND", "BACK"} {
		known.Items.Items[n] = products.Item{Number: n, Type: "Service"}
	}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(1, seed))
		card, settings := card(), settings
		if seed%2 == 1 { // items in the place of accounts
			card, settings.RefundAccount, settings.NonRestockAccount = items, "item:BACK", "item:BACK"
		}
		o := desks(r.IntN(2) == 0)
		f := orders.FactsOf(o)
		left := map[string]int{"11": 3, "12": 2}
		for i := range 4 {
			line := []string{"11", "12"}[r.IntN(2)]
			n := min(left[line], r.IntN(3))
			amount := ""
			if r.IntN(3) == 0 || n == 0 {
				amount = decimal.New(int64(1+r.IntN(3000)), -2).String()
			}
			left[line] -= n
			x := orders.Refund{ID: strconv.Itoa(i + 1), Detailed: true, CreatedAt: time.Unix(int64(i), 0), Amount: euros("0")}
			if n > 0 {
				x = back(x.ID, o, line, n, []string{"RETURN", "CANCEL", "NO_RESTOCK"}[r.IntN(3)], amount)
			} else {
				x.Amount = euros(amount)
			}
			x.CreatedAt = time.Unix(int64(i), 0)
			o.Refunds = append(o.Refunds, x)
		}
		credited := map[string]decimal.Decimal{}
		for _, x := range o.Refunds {
			include := r.IntN(2) == 0
			d, problems := creditmemos.Map(card, settings, o, f, x, "C1", &include, known)
			if len(problems) > 0 {
				t.Fatalf("seed %d: %v", seed, problems)
			}
			var sum, taxes, due decimal.Decimal
			for _, l := range d.Lines {
				if l.Sequence < 99_000_000 {
					sum, taxes = sum.Add(l.Net).Add(l.Tax), taxes.Add(l.Tax)
				}
				if credited[l.Of] = credited[l.Of].Add(l.Quantity); l.Kind == sales.ItemLine && l.UnitPrice.IsNegative() || seed%2 == 1 && l.Kind == sales.AccountLine {
					t.Errorf("seed %d refund %s: %+v", seed, x.ID, l)
				}
			}
			for _, l := range x.Lines {
				due = due.Add(l.Tax.Shop.Value)
			}
			if !d.Total.Value.Equal(x.Amount.Shop.Value) || !sum.Equal(d.Total.Value) || !taxes.Equal(due) || !d.Foreseen().Equal(d.Total.Value) {
				t.Errorf("seed %d refund %s, tax in BC's prices %t: total %s of %s, lines %s, foreseen %s, tax %s of %s: %s", seed, x.ID, include, d.Total.Value, x.Amount.Shop.Value, sum, d.Foreseen(), taxes, due, short(d))
			}
		}
		for _, l := range o.Lines {
			if sold := decimal.NewFromInt(int64(l.Quantity)); credited[l.ID].GreaterThan(sold) {
				t.Errorf("seed %d: %s of %s units of %s are credited", seed, credited[l.ID], sold, l.Title)
			}
		}
	}
}

// A return is processed in two parts, and what goes out goes with the second: it is in the
// second memo, if the first is noted to be without it. A memo of an earlier release is
// taken to have had all.
func TestExchangeGoesOutWithTheSecondRefund(t *testing.T) {
	o := desks(true)
	mug := orders.Line{ID: "14", Title: "Mug", SKU: "B", VariantID: "8", Quantity: 1, CurrentQuantity: 1, UnitPrice: euros("8"), TaxLines: tax(dec("8"), "0.07", true)}
	o.Lines = append(o.Lines, mug)
	one, two := back("1", o, "11", 1, "RETURN", ""), back("22", o, "11", 1, "RETURN", "20")
	one.ReturnID, two.ReturnID = "7", "7"
	o.Refunds = []orders.Refund{one, two}
	o.Returns = []orders.Return{{ID: "7", Status: "OPEN", Lines: []orders.ReturnLine{{LineID: "11", Quantity: 2}}, Exchanged: []string{"14"}}}
	unknown := orders.FactsOf(desks(true))
	for _, tt := range []struct {
		facts orders.Facts
		want  string
	}{
		{unknown.Exchanged(o, one, nil, false), "A×1 28.00 east, B×-1 -8.00"},
		{unknown.Exchanged(o, one, []string{"14"}, false), "A×1 28.00 east, R×-1 -8.00"},
		{unknown, "A×1 28.00 east, R×-1 -8.00"},
	} {
		d, problems := creditmemos.Map(card(), settings, o, tt.facts, two, "C1", nil, refs())
		if got := short(d); len(problems) > 0 || got != tt.want {
			t.Errorf("%s, %v; want %s", got, problems, tt.want)
		}
	}
}

// in is b with the buyer's amounts in a currency that is worth so much.
func in(b money.Bag, currency, worth string) money.Bag {
	b.Presentment = money.Amount{Value: b.Shop.Value.Mul(dec(worth)).Round(money.Digits(currency)), Currency: currency}
	return b
}

// Whatever the rate of the day on which money goes back, and however many decimals its
// currency has: a memo comes to what went back in its own currency, and has no line of
// what the two rates differ by in the other one.
func TestMemosOfTwoCurrencies(t *testing.T) {
	for _, tt := range []struct{ currency, worth string }{{"USD", "1.0837"}, {"JPY", "163.71"}, {"KWD", "0.33347"}} {
		for _, rate := range []string{"0.943", "1", "1.06"} {
			for _, more := range []string{"-0.02", "0", "0.02"} { // of the buyer's money, beyond the lines
				o := desks(true)
				o.PresentmentCurrency = tt.currency
				for i := range o.Lines {
					l := &o.Lines[i]
					l.UnitPrice, l.TaxLines[0].Price = in(l.UnitPrice, tt.currency, tt.worth), in(l.TaxLines[0].Price, tt.currency, tt.worth)
					for j, d := range l.Discounts {
						l.Discounts[j] = in(d, tt.currency, tt.worth)
					}
				}
				r := back("1", o, "11", 2, "RETURN", "")
				l := &r.Lines[0]
				l.Subtotal, l.Tax = in(l.Subtotal, tt.currency, tt.worth), in(l.Tax, tt.currency, tt.worth)
				r.Amount = l.Subtotal
				r.Amount.Presentment.Value = r.Amount.Presentment.Value.Add(dec(more).Mul(decimal.New(50, -money.Digits(tt.currency))).Truncate(money.Digits(tt.currency)))
				r.Amount.Shop.Value = r.Amount.Shop.Value.Mul(dec(rate)).Round(2)
				o.Refunds = []orders.Refund{r}
				for _, buyers := range []bool{false, true} {
					c, want, lines := card(), r.Amount.Shop, l.Subtotal.Shop
					known := refs()
					known.Currencies[tt.currency] = bcapi.Reference{ID: tt.currency, Code: tt.currency}
					if buyers {
						c.CurrencyHandling, want, lines = documents.PresentmentCurrency, r.Amount.Presentment, l.Subtotal.Presentment
					}
					d, problems := creditmemos.Map(c, settings, o, orders.FactsOf(desks(true)), r, "C1", nil, known)
					n := 1
					if !want.Value.Equal(lines.Value) {
						n = 2
					}
					if len(problems) > 0 || !d.Total.Value.Equal(want.Value) || d.Total.Currency != want.Currency || len(d.Lines) != n || !d.Foreseen().Equal(want.Value) {
						t.Errorf("%s at %s, %s more, the buyer's %t: %s in %d lines (%s), want %s in %d; %v", tt.currency, rate, more, buyers, d.Total, len(d.Lines), short(d), want, n, problems)
					}
					for _, l := range d.Lines {
						if l.UnitPrice.IsNegative() {
							t.Errorf("%s at %s: a price of %s", tt.currency, rate, l.UnitPrice)
						}
					}
				}
			}
		}
	}
}
