package oracle

import (
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func euros(s string) data.Bag { return data.Bag{Shop: dec(s), Presentment: dec(s)} }

// company posts 19, 7 and 0 percent to everybody.
func company() *World {
	w := &World{
		Rules: Rules{
			LocalCurrency: "EUR", TimeZone: "Europe/Berlin", Shipping: "6610", Fee: "6630", UnknownItem: "6190", Tip: "item:svc", GiftCard: "ITEM: MUG", CreateCustomers: true, DefaultCustomer: "WEB",
			TaxCodes:  map[string]string{"0.19": "V19", "0.07": "V7", "0": "V0"},
			Locations: map[int64]string{1: "EAST", 2: "WEST"},
		},
		Shop: &data.Data{Customers: []*data.Customer{{ID: 1, FirstName: "Anna", LastName: "Weber", Email: "anna@mail.example"}}},
		Company: &businesscentral.Data{
			Items:      []businesscentral.Item{{Number: "SVC", Type: "Service", VATProdGroup: "V7"}},
			Templates:  []businesscentral.Template{{VATBusGroup: "HOME"}},
			References: map[string][]businesscentral.Reference{"countriesRegions": {{Code: "DE"}, {Code: "CH"}}},
			Customers:  []businesscentral.Customer{{Number: "K1", Email: "office@k.example;ANNA@mail.example", VATBusGroup: "HOME"}},
		},
		Stock: []businesscentral.Stock{{Number: "MUG", TaxGroup: "V19"}},
	}
	for code, percent := range map[string]string{"V19": "19", "V7": "7", "V0": "0"} {
		w.Company.VAT = append(w.Company.VAT, businesscentral.VATPosting{Business: "HOME", Product: code, Identifier: code, Percent: dec(percent)})
	}
	for _, a := range []string{"6610", "6630", "6190"} {
		w.Company.Accounts = append(w.Company.Accounts, businesscentral.Account{Number: a, DirectPosting: true, VATProdGroup: "V19"})
	}
	return w
}

// mugs are n of 25.00, VAT of 19 % included.
func mugs(n int, vat string) *data.Line {
	return &data.Line{ID: 11, Title: "Mug", SKU: "MUG", Variant: 5, Quantity: n, UnitPrice: euros("25"), Taxes: []data.Tax{{Title: "VAT", Rate: dec("0.19"), Price: euros(vat)}}}
}

func of(lines ...*data.Line) *data.Order {
	return &data.Order{ID: 9, Name: "#9", Currency: "EUR", TaxesIncluded: true, Customer: 1, Lines: lines}
}

// Figures are worked out by hand.
func TestMeant(t *testing.T) {
	edited := of(mugs(4, "12.77"))
	edited.Lines[0].Allocations = []data.Allocation{{Amount: euros("20")}}
	edited.Lines[0].Removed = 1
	split := of(mugs(5, "19.96"))
	split.FulfillmentOrders = []*data.FulfillmentOrder{
		{Location: 1, Lines: []*data.FulfillmentOrderLine{{Line: 11, Total: 3}}}, {Location: 2, Lines: []*data.FulfillmentOrderLine{{Line: 11, Total: 2}}},
	}
	foreign := of(mugs(1, "3.99"))
	foreign.Currency = "SEK"
	refunded := of(mugs(1, "3.99"))
	refunded.Transactions = []*data.Transaction{{Kind: "REFUND", Status: "SUCCESS", Amount: euros("1")}}
	duty := of(mugs(1, "3.99"))
	duty.Lines[0].Duty = &data.Duty{Price: euros("9.00"), Taxes: []data.Tax{{Rate: dec("0.19"), Price: euros("1.44")}}}
	gone := of(mugs(1, "3.99"))
	gone.Lines[0].Removed = 1
	kit := &data.Group{ID: 4, Title: "Kit", SKU: "KIT", Quantity: 2}
	bundled := of(mugs(1, "3.99"), mugs(2, "7.98"))
	bundled.Lines[0].Group, bundled.Lines[1].Group = kit, kit
	carried := of(mugs(1, "3.99"))
	carried.Lines[0].Tip = true
	kept := of(mugs(1, "3.99"))
	kept.Lines[0].GiftCard = true
	firm := of(mugs(1, "3.99"))
	firm.Company = &data.Purchase{CompanyID: 3}
	for _, c := range []struct {
		name      string
		order     *data.Order
		none      string
		obstacles string
		lines     string // object quantity net+tax, of each
		total     string
	}{
		{"plain", of(mugs(2, "7.98")), "", "", "MUG 2 42.02+7.98", "50"},
		{"edited down", edited, "", "", "MUG 3 50.42+9.58", "60"},
		{"from two locations", split, "", "", "MUG 5 105.04+19.96 EAST 3 WEST 2", "125"},
		{"a tax that is none of the rate's", of(mugs(2, "3.27")), "", "tax of Mug,tax of 19 percent: 3.27, and 7.98 in BC", "MUG 2 46.73+3.27", "50"},
		{"duty with its tax", duty, "", "", "MUG 1 21.01+3.99; 6630 1 7.56+1.44", "34"},
		{"a currency that the company lacks", foreign, "", "currency", "MUG 1 21.01+3.99", "25"},
		{"refunded", refunded, "", "refunded", "MUG 1 21.01+3.99", "25"},
		{"nothing left", gone, "nothing left", "", "", "0"},
		{"components of a bundle, once", bundled, "", "", "MUG 1 21.01+3.99; MUG 2 42.02+7.98", "75"},
		{"an item in the place of an account", carried, "", "", "SVC 1 21.01+3.99", "25"},
		{"one of which stock is kept", kept, "", "item in the place of an account MUG", "MUG 1 21.01+3.99", "25"},
		{"a company", firm, "", "company", "MUG 1 21.01+3.99", "25"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := company().Meant(c.order)
			var lines []string
			for _, l := range m.Lines {
				s := l.Object + " " + l.Quantity.String() + " " + l.Net.String() + "+" + l.Tax.String()
				for _, p := range l.Parts {
					s += " " + p.Location + " " + p.Quantity.String()
				}
				lines = append(lines, s)
			}
			if got := strings.Join(lines, "; "); got != c.lines || m.None != c.none || strings.Join(m.Obstacles, ",") != c.obstacles || !m.Total.Equal(dec(c.total)) {
				t.Errorf("none %q, obstacles %q, lines %q, total %s; want %q, %q, %q, %s", m.None, m.Obstacles, got, m.Total, c.none, c.obstacles, c.lines, c.total)
			}
			if want := "K1"; c.none == "" && c.order.Company == nil && m.Buyer.Number != want {
				t.Errorf("buyer %q, want %q, whose second address it is", m.Buyer.Number, want)
			}
		})
	}
}

// Of a document a bundle is noticed that stands twice, nowhere, or over less than its
// components.
func TestBundlesAreJudged(t *testing.T) {
	w := company()
	w.Rules.Bundles = true
	o := of(mugs(1, "3.99"), mugs(2, "7.98"))
	o.Lines[0].Group = &data.Group{ID: 4, Title: "A kit", SKU: "KIT", Quantity: 2}
	o.Lines[1].Group = o.Lines[0].Group
	m := w.Meant(o)
	name, goods := DocumentLine{LineType: "Comment", Description: "Bundle: 2 x A kit (SKU KIT)"}, func(n string) DocumentLine {
		return DocumentLine{LineType: "Item", LineObjectNumber: "MUG", Quantity: dec(n)}
	}
	broken := []DocumentLine{{LineType: "Comment", Description: "Bundle: 2 x A"}, {LineType: "Comment", Description: "kit (SKU KIT)"}}
	for _, c := range []struct {
		name  string
		lines []DocumentLine
		wrong bool
	}{
		{"right", []DocumentLine{name, goods("1"), goods("2")}, false},
		{"of two locations", []DocumentLine{name, goods("1"), goods("1"), goods("1")}, false},
		{"a name of two lines", append(broken, goods("1"), goods("2")), false},
		{"nowhere", []DocumentLine{goods("1"), goods("2")}, true},
		{"twice", []DocumentLine{name, goods("1"), goods("2"), name}, true},
		{"in between", []DocumentLine{goods("1"), name, goods("2")}, true},
		{"another number of them", []DocumentLine{{LineType: "Comment", Description: "Bundle: 3 x A kit (SKU KIT)"}, goods("1"), goods("2")}, true},
		{"another bundle", []DocumentLine{{LineType: "Comment", Description: "Bundle: 2 x B kit (SKU KIT)"}, goods("1"), goods("2")}, true},
	} {
		for i := range c.lines {
			c.lines[i].Sequence = i
		}
		j := &judgement{World: w, m: m, d: &Document{Lines: c.lines}}
		if j.bundles(); len(j.wrong) > 0 != c.wrong {
			t.Errorf("%s: %q", c.name, j.wrong)
		}
	}
}

// TestTaxOfAGroup: BC rounds the tax of all lines of an identifier together, so
// that many lines whose tax Shopify rounds down each come to cents less there.
func TestTaxOfAGroup(t *testing.T) {
	w := company()
	o := of()
	for i := range 5 { // 0.10 incl. 19 %: 0.01597, rounded to 0.02 each, and 0.08 together
		o.Lines = append(o.Lines, &data.Line{
			ID: int64(20 + i), Title: "Sweet", SKU: "MUG", Variant: 5, Quantity: 1, UnitPrice: euros("0.10"),
			Taxes: []data.Tax{{Rate: dec("0.19"), Price: euros("0.02")}},
		})
	}
	if m := w.Meant(o); len(m.Obstacles) != 1 || !strings.Contains(m.Obstacles[0], "0.1, and 0.08") {
		t.Errorf("obstacles %q: two cents are more than one", m.Obstacles)
	}
	w.Rules.Tolerance = dec("0.02")
	if m := w.Meant(o); len(m.Obstacles) != 0 {
		t.Errorf("obstacles %q within the card's tolerance", m.Obstacles)
	}
}

// TestOracleKnowsNothingOfTheProduct: what judges must not share code with what
// it judges.
func TestOracleKnowsNothingOfTheProduct(t *testing.T) {
	may := []string{"github.com/shopspring/decimal", "backroom/infra/sim/businesscentral", "backroom/infra/sim/shopify/data"}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), "_test.go") || !strings.HasSuffix(f.Name(), ".go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range parsed.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(path, ".") || strings.HasPrefix(path, "backroom/") {
				if !slices.Contains(may, path) {
					t.Errorf("%s imports %s", f.Name(), path)
				}
			}
		}
	}
}
