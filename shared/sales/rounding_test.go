package sales

import (
	"testing"

	"github.com/shopspring/decimal"
)

// How Business Central rounds a line: the product first, then the discount is
// taken off.
func TestAmountOfALine(t *testing.T) {
	for _, tt := range []struct {
		quantity, price, discount string
		digits                    int32
		want                      string
	}{
		{"3", "16.79667", "0", 2, "50.39"},
		{"3", "0.335", "0.005", 2, "1.005"}, // a discount that is no whole cent shows
		{"7", "90.85715", "0", 0, "636"},
		{"2", "10", "20", 2, "0"},
		{"1", "0.0005", "0", 3, "0.001"},
		{"1", "-0.005", "0", 2, "-0.01"},
	} {
		l := Line{Quantity: dec(tt.quantity), UnitPrice: dec(tt.price), Discount: dec(tt.discount)}
		if got := l.Amount(tt.digits); !got.Equal(dec(tt.want)) {
			t.Errorf("%s x %s - %s = %s, want %s", tt.quantity, tt.price, tt.discount, got, tt.want)
		}
	}
}

// Where the basis is the order's own nothing is moved, however many digits the
// price has.
func TestRebaseLeavesTheOrdersOwnBasisAlone(t *testing.T) {
	for _, price := range []string{"9.99", "0.333333333", "0.0000001", "100"} {
		q, discount := decimal.NewFromInt(3), dec("0.5")
		u, d := Rebase(q, dec(price), discount, dec(price).Mul(q).Sub(discount), 2)
		if !u.Equal(dec(price)) || !d.Equal(discount) {
			t.Errorf("%s becomes %s - %s", price, u, d)
		}
	}
}

// plain is a document of two lines at one percent, and as Business Central shows it.
func plain() (Document, Found) {
	with := false
	line := func(seq int, item, variant string) Line {
		return Line{
			Sequence: seq, Kind: ItemLine, Object: item, Variant: variant, TaxCode: "VAT19", Percent: dec("19"),
			Quantity: dec("1"), UnitPrice: dec("0.13"), Net: dec("0.13"), Tax: dec("0.02"),
		}
	}
	d := Document{
		Customer: "C1", Currency: "EUR", Digits: 2, PricesIncludeTax: &with,
		Lines: []Line{line(1, "MUG", "v-1"), line(2, "SHIRT", "")},
		Taxes: []Tax{{Percent: dec("19"), Net: dec("0.26"), Tax: dec("0.05")}},
	}
	d.Total.Value, d.Total.Currency = dec("0.31"), "EUR"
	f := Found{Header: d, BillToCustomer: "C1"}
	for _, l := range d.Lines {
		f.Lines = append(f.Lines, FoundLine{Line: l, Gross: dec("0.15")})
	}
	// 0.13 × 0.19 = 0.0247: 0.02, and 0.0047 that moves to the next line.
	f.Lines[1].Tax, f.Lines[1].Gross = dec("0.03"), dec("0.16")
	return d, f
}

func TestWhatIsAndIsNoDifference(t *testing.T) {
	for _, tt := range []struct {
		name string
		mod  func(d *Document, f *Found)
		want string // field of the first difference; "" for none
	}{
		{"a cent moved from line to line", func(*Document, *Found) {}, ""},
		{"codes in another case", func(_ *Document, f *Found) {
			f.Header.Customer, f.BillToCustomer, f.Header.Currency = "c1", "C1", "eur"
			f.Lines[0].Object = "mug"
		}, ""},
		{"an e-mail in another case", func(d *Document, f *Found) { d.Email, f.Header.Email = "Ann@Example.com", "ann@example.com" }, ""},
		{"a city in another case", func(d *Document, f *Found) {
			d.SellTo.City, f.Header.SellTo.City, f.BillTo.City = "Köln", "KÖLN", "Köln"
		}, "sellToCity"},
		{"another variant", func(_ *Document, f *Found) { f.Lines[0].Variant = "v-2" }, lineVariant},
		{"no variant where one is meant", func(_ *Document, f *Found) { f.Lines[0].Variant = "" }, lineVariant},
		{"a variant where none is meant", func(_ *Document, f *Found) { f.Lines[1].Variant = "v-1" }, lineVariant},
		{"a variant's id in another case", func(_ *Document, f *Found) { f.Lines[0].Variant = "V-1" }, ""},
		{"a line's tax two cents off", func(d *Document, _ *Found) { d.Lines[1].Tax = dec("0.01") }, LineTax},
		{"codes of one percent, rounded apart", func(_ *Document, f *Found) {
			f.Lines[1].TaxCode = "OTHER"
			f.Lines[1].Tax, f.Lines[1].Gross = dec("0.02"), dec("0.15")
		}, ""},
		{"codes of one percent, rounded together", func(_ *Document, f *Found) { f.Lines[1].TaxCode = "OTHER" }, RateTax},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, f := plain()
			tt.mod(&d, &f)
			// A tolerance is for sums by percent; it leaves a line's tax alone.
			ds := Compare(d, f, Rules{Tolerance: dec("0.05")})
			got := ""
			if len(ds) > 0 {
				got = ds[0].Field
			}
			if got != tt.want {
				t.Errorf("differences %v, want %q", ds, tt.want)
			}
		})
	}
}
