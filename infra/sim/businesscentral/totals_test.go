package businesscentral

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// netSums are the totals of a document: those of its lines' net fields (9.4).
func netSums(lines []SalesLine) (net, total decimal.Decimal) {
	for _, l := range lines {
		net, total = net.Add(l.NetAmount), total.Add(l.NetAmountIncludingTax)
	}
	return net, total
}

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// create posts an order of JSON lines and gives it with its lines.
func (w *world) create(t *testing.T, header, lines string) (SalesDocument, []SalesLine) {
	t.Helper()
	got := w.must(t, request{method: "POST", path: "salesOrders", body: `{"customerNumber":"10000"` + header + `,"salesOrderLines":[` + lines + `]}`})
	for _, d := range w.Company("").SalesOrders() {
		if d.ID == got["id"] {
			return d, w.Company("").Lines(d.ID)
		}
	}
	t.Fatalf("the order is not there: %v", got)
	return SalesDocument{}, nil
}

func TestTotals(t *testing.T) {
	item := func(qty, price, rest string) string {
		return fmt.Sprintf(`{"lineObjectNumber":"1896-S","quantity":%s,"unitPrice":%s%s}`, qty, price, rest)
	}
	account := func(qty, price, tax string) string {
		return fmt.Sprintf(`{"lineType":"Account","lineObjectNumber":"6610","quantity":%s,"unitPrice":%s,"taxCode":"%s"}`, qty, price, tax)
	}
	const including = `,"pricesIncludeTax":true`
	tests := []struct {
		name, header string
		lines        []string
		net, total   string
	}{
		{"tax on top", "", []string{item("1", "100", "")}, "100", "125"},
		{"tax included", including, []string{item("1", "100", "")}, "80", "100"},
		// Three lines of 0.02 × 25 % would round to 0.01 each; BC rounds their sum of 0.015.
		{"rounded per tax, not per line", "", []string{item("1", "0.02", ""), item("1", "0.02", ""), item("1", "0.02", "")}, "0.06", "0.08"},
		{"net rounded per tax when included", including, []string{item("1", "0.01", ""), item("1", "0.01", ""), item("1", "0.01", "")}, "0.02", "0.03"},
		{"two taxes", "", []string{item("1", "10.01", ""), item("1", "10.01", `,"taxCode":"VAT12"`)}, "20.02", "23.72"},
		{"line discount", "", []string{item("3", "33.33", `,"discountAmount":9.99`)}, "90", "112.5"},
		{"line discount in percent", "", []string{item("3", "33.33", `,"discountPercent":10`)}, "89.99", "112.49"},
		{"quantity with fractions", "", []string{item("0.333", "9.99", `,"taxCode":"NOVAT"`)}, "3.33", "3.33"},
		{"negative account line", "", []string{item("1", "10", ""), account("1", "-2.5", "NOVAT")}, "7.5", "10"},
		{"negative and positive of one tax", "", []string{item("1", "0.02", ""), account("1", "-0.02", "VAT25")}, "0", "0"},
		{"yen have no cents", `,"currencyCode":"JPY"`, []string{item("3", "33.4", `,"taxCode":"VAT10"`)}, "100", "110"},
		{"list price", "", []string{`{"lineObjectNumber":"1896-S","quantity":2}`}, "1298.8", "1623.5"},
		{"list price with tax", including, []string{`{"lineObjectNumber":"1896-S","quantity":2}`}, "1298.8", "1623.5"},
		{"list price in dollars", `,"currencyCode":"USD"`, []string{`{"lineObjectNumber":"1900-S","quantity":1}`}, "139", "173.75"},
		{"quantity after the price keeps it where no rule has one", "", []string{`{"lineObjectNumber":"1900-S","unitPrice":1,"quantity":2}`}, "2", "2.5"},
		{"location after the price too", "", []string{`{"lineObjectNumber":"1900-S","quantity":2,"unitPrice":1,"locationId":"{main}"}`}, "2", "2.5"},
		{"other tax keeps the net price", including, []string{item("1", "125", `,"taxCode":"VAT12"`)}, "100", "112"},
		{"same tax keeps the price", including, []string{item("1", "125", `,"taxCode":"VAT25"`)}, "100", "125"},
		{"other tax keeps an account line's price", including, []string{account("1", "112", "VAT12")}, "100", "112"},
		{"text only", "", []string{`{"lineType":"Comment","description":"x"}`}, "0", "0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			main := w.Company("").tables[setLocations].keys["MAIN"]
			// A comment comes last: before it, the header would not see an account line (9.4).
			lines := append(slices.Clone(tt.lines), `{"lineType":"Comment","description":"end"}`)
			d, got := w.create(t, tt.header, strings.ReplaceAll(strings.Join(lines, ","), "{main}", main))
			if !d.TotalAmountExcludingTax.Equal(dec(tt.net)) || !d.TotalAmountIncludingTax.Equal(dec(tt.total)) {
				t.Errorf("%s and %s with tax, want %s and %s", d.TotalAmountExcludingTax, d.TotalAmountIncludingTax, tt.net, tt.total)
			}
			if !d.TotalTaxAmount.Equal(d.TotalAmountIncludingTax.Sub(d.TotalAmountExcludingTax)) {
				t.Errorf("tax %s", d.TotalTaxAmount)
			}
			if net, total := netSums(got); !net.Equal(dec(tt.net)) || !total.Equal(dec(tt.total)) {
				t.Errorf("the lines come to %s and %s, want %s and %s", net, total, tt.net, tt.total)
			}
		})
	}
}

func TestInvoiceDiscount(t *testing.T) {
	w := newWorld(t)
	d, _ := w.create(t, "", `{"lineObjectNumber":"1896-S","quantity":1,"unitPrice":100},{"lineObjectNumber":"1900-S","quantity":1,"unitPrice":50},
		{"lineType":"Account","lineObjectNumber":"6610","quantity":1,"unitPrice":10}`)
	got := w.must(t, request{method: "PATCH", path: "salesOrders(" + d.ID + ")", body: `{"discountAmount":10}`, header: "If-Match: *"})
	if got["totalAmountExcludingTax"] != 150.0 || got["totalAmountIncludingTax"] != 187.5 || got["discountAmount"] != 10.0 {
		t.Errorf("%v", got)
	}
	lines := w.Company("").Lines(d.ID)
	for i, want := range []string{"6.67", "3.33", "0"} {
		if !lines[i].InvoiceDiscountAllocation.Equal(dec(want)) {
			t.Errorf("line %d has %s of the discount, want %s", i, lines[i].InvoiceDiscountAllocation, want)
		}
	}
}

// Laws of the totals, whatever the lines: they are the sums of the lines, and
// the tax of a document with one tax is that of its sum, rounded once.
func TestTotalsLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		included := rapid.Bool().Draw(t, "included")
		percent := decimal.NewFromInt(rapid.SampledFrom([]int64{0, 7, 12, 19, 25}).Draw(t, "percent"))
		var lines []*SalesLine
		sum := decimal.Zero
		for range rapid.IntRange(1, 8).Draw(t, "lines") {
			l := &SalesLine{
				LineType: lineItem, AllowDiscount: true, TaxPercent: percent, VATIdentifier: "V", Quantity: decimal.NewFromInt(rapid.Int64Range(1, 9).Draw(t, "quantity")),
				UnitPrice: decimal.New(rapid.Int64Range(0, 100_000).Draw(t, "price"), -2),
			}
			l.DiscountAmount = decimal.New(rapid.Int64Range(0, gross(l, cent).Shift(2).IntPart()).Draw(t, "discount"), -2)
			sum = sum.Add(lineAmount(l, cent))
			lines = append(lines, l)
		}
		discount := decimal.New(rapid.Int64Range(0, sum.Shift(2).IntPart()).Draw(t, "invoice discount"), -2)
		for l, share := range spread(lines, discount, cent) {
			l.InvoiceDiscountAllocation = share
		}
		reckon(lines, lines, included, cent)
		// The same lines, written again one by one in any order: sums stay.
		for _, i := range rapid.Permutation(indices(len(lines))).Draw(t, "order") {
			reckon(lines, lines[i:i+1], included, cent)
		}
		net, total, shares := decimal.Zero, decimal.Zero, decimal.Zero
		for _, l := range lines {
			net, total, shares = net.Add(l.NetAmount), total.Add(l.NetAmountIncludingTax), shares.Add(l.InvoiceDiscountAllocation)
		}
		if !shares.Equal(discount) {
			t.Errorf("discount %s is spread as %s", discount, shares)
		}
		sum = sum.Sub(discount)
		wantNet, wantTotal := sum, sum.Mul(hundred.Add(percent)).Div(hundred).Round(2)
		if included {
			wantNet, wantTotal = sum.Mul(hundred).Div(hundred.Add(percent)).Round(2), sum
		}
		if !net.Equal(wantNet) || !total.Equal(wantTotal) {
			t.Errorf("%s and %s, want %s and %s", net, total, wantNet, wantTotal)
		}
	})
}

func indices(n int) []int {
	var out []int
	for i := range n {
		out = append(out, i)
	}
	return out
}
