package sales

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"backroom/shared/money"
)

var rates = []string{"0", "7", "19", "25"}

// drawDocument is a document whose amounts are worked out here, line by line.
func drawDocument(t *rapid.T) Document {
	inclusive := rapid.Bool().Draw(t, "inclusive")
	digits := rapid.SampledFrom([]int32{0, 2, 3}).Draw(t, "digits")
	text := rapid.SampledFrom([]string{"", "a", "B c"})
	d := Document{
		ExternalNumber: "1-1", Date: "2026-07-02", Customer: "C1", Currency: "EUR", PricesIncludeTax: &inclusive, Digits: digits,
		PaymentTerms: text.Draw(t, "terms"), ShipmentMethod: text.Draw(t, "method"), Salesperson: text.Draw(t, "person"),
	}
	for _, f := range fields {
		if f.Whose == TheOrders && f.Mend == ByHeader && f.Name != "orderDate" {
			*f.at(&d) = text.Draw(t, f.Name)
		}
	}
	for i := range rapid.IntRange(1, 5).Draw(t, "lines") {
		l := Line{
			Sequence: 10_000 * (i + 1), Kind: rapid.SampledFrom([]LineKind{ItemLine, AccountLine}).Draw(t, "kind"), Object: "X",
			Unit: text.Draw(t, "unit"), Location: text.Draw(t, "location"), TaxCode: text.Draw(t, "tax code"),
			Quantity:  decimal.NewFromInt(int64(rapid.IntRange(1, 9).Draw(t, "quantity"))),
			UnitPrice: decimal.New(int64(rapid.IntRange(100, 99999).Draw(t, "price")), -digits),
			Percent:   dec(rapid.SampledFrom(rates).Draw(t, "percent")),
		}
		l.Discount = decimal.New(int64(rapid.IntRange(0, 99).Draw(t, "discount")), -digits)
		d.Lines = append(d.Lines, l)
	}
	if rapid.Bool().Draw(t, "comment") {
		d.Lines = append(d.Lines, Line{Sequence: 99_000, Kind: CommentLine, Description: "c"})
	}
	return d
}

// answered is d as a faithful Business Central shows it, worked out by carrying
// what is not yet booked from line to line.
func answered(d *Document) Found {
	f := Found{ID: "g", Mark: "m", Draft: true, Header: *d, BillToCustomer: d.Customer, BillTo: d.SellTo}
	f.Header.Lines, f.Header.Taxes = nil, nil
	carry := map[string]decimal.Decimal{}
	for i := range d.Lines {
		l := &d.Lines[i]
		fl := FoundLine{Line: *l, ID: fmt.Sprint("l", i)}
		if l.Kind != CommentLine {
			amount := l.Quantity.Mul(l.UnitPrice).Sub(l.Discount)
			fl.TaxCode = "ID" + l.Percent.String()
			factor := l.Percent.Div(dec("100"))
			if *d.PricesIncludeTax {
				exact := amount.Mul(dec("100")).DivRound(dec("100").Add(l.Percent), 20).Add(carry[fl.TaxCode])
				fl.Net = exact.Round(d.Digits)
				carry[fl.TaxCode] = exact.Sub(fl.Net)
				fl.Tax, fl.Gross = amount.Sub(fl.Net), amount
			} else {
				exact := amount.Mul(factor).Add(carry[fl.TaxCode])
				fl.Tax = exact.Round(d.Digits)
				carry[fl.TaxCode] = exact.Sub(fl.Tax)
				fl.Net, fl.Gross = amount, amount.Add(fl.Tax)
			}
			l.Net, l.Tax = fl.Net, fl.Tax
		}
		f.Lines = append(f.Lines, fl)
	}
	d.Taxes = TaxesOf(d.Lines)
	d.Total = money.Amount{Value: f.Total().Value, Currency: d.Currency}
	return f
}

func TestADocumentDiffersNowhereFromItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDocument(t)
		f := answered(&d)
		if ds := Compare(d, f, Rules{}); len(ds) > 0 {
			t.Fatalf("%v\nmeant %+v\nfound %+v", ds, d, f)
		}
	})
}

// change makes one field of a document another one, and names the difference.
type change struct {
	field string
	do    func(f *Found, line int)
	line  bool // of one line
}

func changes() []change {
	out := []change{
		{PricesIncludeTax, func(f *Found, _ int) { f.Header.PricesIncludeTax = nil }, false},
		{headerDiscount, func(f *Found, _ int) { f.Discount = dec("1") }, false},
		{"billToCity", func(f *Found, _ int) { f.BillTo.City += "x" }, false},
		{"billToAddressLine1", func(f *Found, _ int) { f.BillTo.Line1 += "x" }, false},
		{"billToState", func(f *Found, _ int) { f.BillTo.State += "x" }, false},
		{LineObject, func(f *Found, i int) { f.Lines[i].Object = "Y" }, true},
		{LineObject, func(f *Found, i int) { f.Lines[i].Kind = 0 }, true},
		{lineUnit, func(f *Found, i int) { f.Lines[i].Unit += "x" }, true},
		{lineLocation, func(f *Found, i int) { f.Lines[i].Location += "x" }, true},
		{lineQuantity, func(f *Found, i int) { f.Lines[i].Quantity = f.Lines[i].Quantity.Add(dec("1")) }, true},
		{linePrice, func(f *Found, i int) { f.Lines[i].UnitPrice = f.Lines[i].UnitPrice.Add(dec("0.00001")) }, true},
		{lineDiscount, func(f *Found, i int) { f.Lines[i].Discount = f.Lines[i].Discount.Add(dec("0.01")) }, true},
		{LinePercent, func(f *Found, i int) { f.Lines[i].Percent = f.Lines[i].Percent.Add(dec("1")) }, true},
		{LineTax, func(f *Found, i int) { f.Lines[i].Tax = f.Lines[i].Tax.Add(dec("9")) }, true},
		{RateTax, func(f *Found, i int) { f.Lines[i].Tax = f.Lines[i].Tax.Add(decimal.New(1, -digitsOf(*f))) }, true},
		{RateNet, func(f *Found, i int) { f.Lines[i].Net = f.Lines[i].Net.Add(decimal.New(1, -digitsOf(*f))) }, true},
		{Total, func(f *Found, i int) { f.Lines[i].Gross = f.Lines[i].Gross.Add(dec("100")) }, true},
	}
	for _, f := range fields {
		if f.Mend != ByNobody {
			out = append(out, change{f.Name, func(d *Found, _ int) { *f.at(&d.Header) += "x" }, false})
		}
	}
	return out
}

func digitsOf(f Found) int32 { return f.Header.Digits }

// Each single changed field is exactly that difference, and nothing else.
func TestEachChangedFieldIsThatDifference(t *testing.T) {
	for _, ch := range changes() {
		t.Run(ch.field, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				d := drawDocument(t)
				f := answered(&d)
				line := 0
				if ch.line {
					line = rapid.IntRange(0, len(d.Lines)-1).Draw(t, "line")
				}
				if d.Lines[line].Kind == CommentLine {
					line = 0
				}
				ch.do(&f, line)
				mapped := ch.field == lineUnit && d.Lines[line].Unit == "" || ch.field == lineLocation && d.Lines[line].Location == ""
				if i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == ch.field }); i >= 0 {
					mapped = fields[i].Whose == Mapped && *fields[i].at(&d) == ""
				}
				ds := Compare(d, f, Rules{})
				switch {
				case mapped && len(ds) == 0:
				case mapped:
					t.Fatalf("%v, want none: neither order nor card gave a value", ds)
				case len(ds) != 1 || ds[0].Field != ch.field || ch.line == (ds[0].Line == 0 && ds[0].Percent == "" && ch.field != Total):
					t.Fatalf("%v, want %s only\nmeant %+v\nfound %+v", ds, ch.field, d, f)
				case ds[0].Meant == ds[0].Found || !strings.Contains(ds[0].String(), ds[0].Found):
					t.Fatalf("%v names the same value twice", ds[0])
				}
			})
		})
	}
}

func TestLinesThatAreMissingOrStrange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDocument(t)
		f := answered(&d)
		gone := rapid.IntRange(0, len(f.Lines)-1).Draw(t, "gone")
		lost := f.Lines[gone]
		f.Lines = slices.Delete(slices.Clone(f.Lines), gone, gone+1)
		ds := Compare(d, f, Rules{})
		if len(ds) == 0 || ds[0].Field != LineObject || ds[0].Line != lost.Sequence || ds[0].Mend != ByRemaking {
			t.Fatalf("%v, want line %d missing", ds, lost.Sequence)
		}
		f = answered(&d)
		f.Lines = append(f.Lines, FoundLine{Line: Line{Sequence: 5, Kind: CommentLine, Description: "Season's greetings"}})
		ds = Compare(d, f, Rules{})
		if len(ds) != 1 || ds[0].Field != Lines || ds[0].Line != 5 || !strings.Contains(ds[0].String(), "Season's greetings") {
			t.Fatalf("%v, want the strange line named", ds)
		}
	})
}

// What the tax rule says of single documents. Amounts are written down here.
func TestTaxRule(t *testing.T) {
	yes, no := true, false
	line := func(percent, price, net, tax string) Line {
		return Line{Sequence: 10_000, Kind: ItemLine, Object: "A", Quantity: dec("1"), UnitPrice: dec(price), Percent: dec(percent), Net: dec(net), Tax: dec(tax)}
	}
	found := func(percent, price, net, tax, gross string) FoundLine {
		l := line(percent, price, net, tax)
		l.TaxCode = "ID" + percent
		return FoundLine{Line: l, Gross: dec(gross)}
	}
	next := func(l FoundLine) FoundLine { l.Sequence = 20_000; return l }
	for _, tt := range []struct {
		name      string
		inclusive *bool
		meant     []Line
		found     []FoundLine
		total     string
		tolerance string
		want      []string
	}{
		{
			"another percent, no code known", &yes,
			[]Line{line("7", "107", "100", "7")},
			[]FoundLine{found("19", "107", "89.92", "17.08", "107")},
			"107", "0",
			[]string{"taxPercent of Item A is 7 % (7) in Shopify, 19 % (17.08) in Business Central"},
		},
		{
			"exempt in Shopify", &no,
			[]Line{line("0", "100", "100", "0")},
			[]FoundLine{found("19", "100", "100", "19", "119")},
			"100", "0",
			[]string{"taxPercent of Item A is 0 % (0) in Shopify, 19 % (19) in Business Central", "total is 100.00 EUR in Shopify, 119.00 EUR in Business Central"},
		},
		{
			"an amount that is not rate times price", &yes,
			[]Line{line("19", "119", "114", "5")},
			[]FoundLine{found("19", "119", "100", "19", "119")},
			"119", "0",
			[]string{"netTaxAmount of Item A is 5 in Shopify, 19 in Business Central"},
		},
		{"a cent beside, prices with tax", &yes, []Line{line("19", "119", "99.99", "19.01")}, []FoundLine{found("19", "119", "100", "19", "119")}, "119", "0", nil},
		{"a cent beside, prices without", &no, []Line{line("19", "100", "100", "19.01")}, []FoundLine{found("19", "100", "100", "19", "119")}, "119.01", "0", nil},
		{
			"two cents over two lines, prices without", &no,
			[]Line{line("19", "100", "100", "19.01"), next(FoundLine{Line: line("19", "100", "100", "19.01")}).Line},
			[]FoundLine{found("19", "100", "100", "19", "119"), next(found("19", "100", "100", "19", "119"))},
			"238.02", "0",
			[]string{"tax at 19 % is 38.02 in Shopify, 38.00 in Business Central", "total is 238.02 EUR in Shopify, 238.00 EUR in Business Central"},
		},
		{
			"the same within the card's tolerance", &no,
			[]Line{line("19", "100", "100", "19.01"), next(FoundLine{Line: line("19", "100", "100", "19.01")}).Line},
			[]FoundLine{found("19", "100", "100", "19", "119"), next(found("19", "100", "100", "19", "119"))},
			"238.02", "0.05", nil,
		},
		{
			"the total of prices with tax is exact", &yes,
			[]Line{line("19", "119", "100", "19")},
			[]FoundLine{found("19", "119", "100", "19", "119")},
			"119.01", "0.05",
			[]string{"total is 119.01 EUR in Shopify, 119.00 EUR in Business Central"},
		},
		{
			"a cent carried elsewhere in a group", &no,
			[]Line{line("19", "0.03", "0.03", "0.01"), next(FoundLine{Line: line("19", "0.03", "0.03", "0.01")}).Line},
			[]FoundLine{found("19", "0.03", "0.03", "0.01", "0.04"), next(found("19", "0.03", "0.03", "0", "0.03"))},
			"0.08", "0", nil,
		},
		{
			"a group that carries what its lines do not come to", &no,
			[]Line{line("19", "100", "100", "19")},
			[]FoundLine{found("19", "100", "101", "19", "120")},
			"119", "1",
			[]string{"net amount at 19 % is 100.00 in Shopify, 101.00 in Business Central"},
		},
		{
			"a discount that only the lines show", &no,
			[]Line{line("19", "100", "100", "19")},
			[]FoundLine{found("19", "100", "90", "17.10", "107.10")},
			"119", "0",
			[]string{
				"netTaxAmount of Item A is 19 in Shopify, 17.1 in Business Central", "discountAmount of the document is 0 in Shopify, 10 in Business Central",
				"total is 119.00 EUR in Shopify, 107.10 EUR in Business Central",
			},
		},
		{"free of charge bears no tax", &yes, []Line{line("0", "0", "0", "0")}, []FoundLine{found("19", "0", "0", "0", "0")}, "0", "0", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := Document{Currency: "EUR", PricesIncludeTax: tt.inclusive, Digits: 2, Lines: tt.meant, Taxes: TaxesOf(tt.meant), Total: money.Amount{Value: dec(tt.total), Currency: "EUR"}}
			f := Found{Header: Document{Currency: "EUR", PricesIncludeTax: tt.inclusive}, BillToCustomer: "X", Lines: tt.found}
			var got []string
			for _, diff := range Compare(d, f, Rules{Tolerance: dec(tt.tolerance)}) {
				got = append(got, diff.String())
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestWhatIsLeftToBusinessCentral(t *testing.T) {
	d := Document{Phone: "1", Leave: []string{"phoneNumber", "sellToCity"}, SellTo: Address{City: "Lund"}}
	f := Found{Header: Document{Phone: "2", SellTo: Address{City: "Oslo"}}, BillTo: Address{City: "Oslo"}}
	if ds := Compare(d, f, Rules{}); len(ds) > 0 {
		t.Errorf("%v, want none", ds)
	}
	d.Leave = nil
	if ds := Compare(d, f, Rules{}); len(ds) != 3 {
		t.Errorf("%v, want phone, city and the bill-to address that follows", ds)
	}
}

func TestWinners(t *testing.T) {
	got, err := Winners([]string{"orderDate", "phone", "sellTo"})
	if want := []string{"orderDate", "phoneNumber", "sellToAddressLine1", "sellToAddressLine2", "sellToCountry", "sellToPostCode", "sellToCity", "sellToState"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	for _, name := range []string{"currencyCode", "customerNumber", "salesperson", "unitPrice", "", "Phone"} {
		if _, err := Winners([]string{name}); err == nil || !strings.Contains(err.Error(), "shipToCity") {
			t.Errorf("%q: %v, want an error that says which names there are", name, err)
		}
	}
	all := map[string]bool{}
	for name := range wins {
		fs, err := Winners([]string{name})
		if err != nil {
			t.Error(err)
		}
		for _, f := range fs {
			all[f] = mayWin(f)
			if !mayWin(f) {
				t.Errorf("%s stands for %s, which is not the order's", name, f)
			}
		}
	}
	if len(all) != 15 {
		t.Errorf("%d fields in groups, want all of two addresses with name and contact, and the phone", len(all))
	}
}

func TestAccountLinesAreSentFirst(t *testing.T) {
	d := Document{Lines: []Line{{Sequence: 1, Kind: ItemLine}, {Sequence: 2, Kind: AccountLine}, {Sequence: 3, Kind: CommentLine}, {Sequence: 4, Kind: AccountLine}}}
	var got []int
	for _, l := range d.Sent() {
		got = append(got, l.Sequence)
	}
	if !slices.Equal(got, []int{2, 4, 1, 3}) {
		t.Errorf("sent %v: a line that is no account line goes last", got)
	}
}

// Foreseen is what the answer comes to.
func TestForeseen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDocument(t)
		f := answered(&d)
		if !d.Foreseen().Equal(f.Total().Value) {
			t.Fatalf("foreseen %s, came to %s: %+v", d.Foreseen(), f.Total(), d)
		}
	})
}

// No document that a faithful Business Central makes is called unfaithful, and a
// tax that is not its percent's is.
func TestUnfaithful(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDocument(t)
		answered(&d)
		if ds := d.Unfaithful(); len(ds) > 0 {
			t.Fatalf("%v of %+v", ds, d)
		}
		i := rapid.IntRange(0, len(d.Lines)-1).Draw(t, "line")
		l := &d.Lines[i]
		l.Tax = l.Tax.Add(dec("9"))
		ds := d.Unfaithful()
		if comment := l.Kind == CommentLine; len(ds) != 1 && !comment || comment && len(ds) != 0 {
			t.Fatalf("%v, want line %d named", ds, l.Sequence)
		}
	})
}

func TestFit(t *testing.T) {
	d := Document{
		ExternalNumber: " 1001-" + strings.Repeat("9", 40), SellTo: Address{Country: "de"}, ShipTo: Address{PostCode: " ec1a 1bb ", City: strings.Repeat("x", 40)},
		Email: strings.Repeat("x", 80) + "@example.com", Phone: "call +43 1", Lines: []Line{{Object: "a-1", Description: strings.Repeat("😀", 60)}},
	}
	d.Fit()
	if want := "1001-" + strings.Repeat("9", 40); d.ExternalNumber != want {
		t.Errorf("external number %q, want %q: a cut key names another order", d.ExternalNumber, want)
	}
	if d.SellTo.Country != "DE" || d.ShipTo.PostCode != "EC1A 1BB" || d.Phone != "+43 1" || d.Email != "" || len(d.ShipTo.City) != 30 {
		t.Errorf("got %+v", d)
	}
	if l := d.Lines[0]; l.Object != "A-1" || l.Description != strings.Repeat("😀", 50) {
		t.Errorf("line %+v", l)
	}
	once := d
	once.Lines = slices.Clone(d.Lines)
	d.Fit()
	if fmt.Sprint(once) != fmt.Sprint(d) {
		t.Errorf("fitted again %+v, before %+v", d, once)
	}
}
