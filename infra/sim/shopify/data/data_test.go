package data_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// agree reports what in an order's sums does not fit its parts.
func agree(t *testing.T, o *data.Order) {
	t.Helper()
	var net, tax data.Bag
	for _, l := range o.Lines {
		gross := data.Bag{Shop: l.UnitPrice.Shop.Mul(decimal.NewFromInt(int64(l.Quantity))), Presentment: l.UnitPrice.Presentment.Mul(decimal.NewFromInt(int64(l.Quantity)))}
		for _, a := range l.Allocations {
			gross = gross.Sub(a.Amount)
		}
		for _, x := range l.Taxes {
			tax = tax.Add(x.Price)
		}
		if l.Duty != nil {
			net = net.Add(l.Duty.Price)
			for _, x := range l.Duty.Taxes {
				tax = tax.Add(x.Price)
			}
		}
		if gross.Shop.IsNegative() || gross.Presentment.IsNegative() {
			t.Errorf("%s: line %s is discounted below zero", o.Name, l.Title)
		}
		net = net.Add(gross)
	}
	for _, s := range o.ShippingLines {
		net = net.Add(s.Price)
		for _, a := range s.Allocations {
			net = net.Sub(a.Amount)
		}
		for _, x := range s.Taxes {
			tax = tax.Add(x.Price)
		}
	}
	net = net.Add(o.Tip)
	if !o.TaxesIncluded {
		net = net.Add(tax)
	}
	if got := o.Totals().Price; !same(got, net) {
		t.Errorf("%s: total %s, its parts make %s", o.Name, got.Shop, net.Shop)
	}
	for current, want := range map[bool]data.Bag{false: o.Totals().Tax, true: o.Totals().CurrentTax} {
		var sum data.Bag
		for _, x := range o.TaxLines(current) {
			sum = sum.Add(x.Price)
		}
		if !same(sum, want) {
			t.Errorf("%s: tax lines make %s, current %v, want %s", o.Name, sum.Shop, current, want.Shop)
		}
	}
	allocated(t, o)
	taxed(t, o)
	covered(t, o)
	shippable(t, o)
}

func same(a, b data.Bag) bool { return a.Shop.Equal(b.Shop) && a.Presentment.Equal(b.Presentment) }

// allocated reports discounts that are more or less than their allocations.
func allocated(t *testing.T, o *data.Order) {
	t.Helper()
	sums := make([]decimal.Decimal, len(o.Discounts))
	add := func(as []data.Allocation) {
		for _, a := range as {
			sums[a.Discount] = sums[a.Discount].Add(a.Amount.Presentment)
		}
	}
	for _, l := range o.Lines {
		add(l.Allocations)
	}
	for _, s := range o.ShippingLines {
		add(s.Allocations)
	}
	for i, d := range o.Discounts {
		if !sums[i].Equal(d.Amount) {
			t.Errorf("%s: discount %s is %s, its allocations make %s", o.Name, d.Title, d.Amount, sums[i])
		}
	}
}

// taxed reports taxes that are not their rate of what they are on, to half a minor unit.
func taxed(t *testing.T, o *data.Order) {
	t.Helper()
	one := decimal.NewFromInt(1)
	check := func(of string, net data.Bag, taxes []data.Tax) {
		all := one
		for _, x := range taxes {
			all = all.Add(x.Rate)
		}
		for _, x := range taxes {
			for _, c := range []struct {
				currency string
				net, tax decimal.Decimal
			}{{o.Currency, net.Shop, x.Price.Shop}, {o.PresentmentCurrency(), net.Presentment, x.Price.Presentment}} {
				half, base := decimal.New(5, -3), c.net
				if c.currency == "JPY" {
					half = decimal.New(5, -1)
				}
				if o.TaxesIncluded {
					base = base.DivRound(all, 12)
				}
				if off := base.Mul(x.Rate).Sub(c.tax).Abs(); off.GreaterThan(half) {
					t.Errorf("%s: %s %% on %s of %s is %s %s", o.Name, x.Rate.Shift(2), of, c.net, c.tax, c.currency)
				}
			}
		}
	}
	for _, l := range o.Lines {
		check(l.Title, l.Net(), l.Taxes)
		if l.Duty != nil {
			check("duty of "+l.Title, l.Duty.Price, l.Duty.Taxes)
		}
	}
	for _, s := range o.ShippingLines {
		check(s.Title, s.Net(), s.Taxes)
	}
}

// covered reports payments and a financial status that do not fit what is due.
func covered(t *testing.T, o *data.Order) {
	t.Helper()
	sums := map[string]data.Bag{}
	for _, x := range o.Transactions {
		if x.Status != "SUCCESS" || x.Test != o.Test {
			t.Errorf("%s: transaction %+v", o.Name, x)
		}
		sums[x.Kind] = sums[x.Kind].Add(x.Amount)
	}
	due, current := o.Totals().Price.Add(o.CashRounding), o.Totals().CurrentPrice.Add(o.CashRounding)
	want := map[string]data.Bag{}
	received := sums["SALE"].Add(sums["CAPTURE"])
	switch o.FinancialStatus {
	case "PAID":
		want["SALE"] = due
		if o.Edited { // paid before the edit or after it, never less than is due now
			if want["SALE"] = received; received.Shop.LessThan(current.Shop) {
				t.Errorf("%s is paid with %s of %s", o.Name, received.Shop, current.Shop)
			}
		}
		if !sums["CAPTURE"].IsZero() {
			want["AUTHORIZATION"], want["CAPTURE"] = due, due
			delete(want, "SALE")
		}
	case "PARTIALLY_PAID":
		if want["SALE"] = received; !o.Edited || !received.Shop.LessThan(current.Shop) || received.IsZero() {
			t.Errorf("%s is partly paid with %s of %s", o.Name, received.Shop, current.Shop)
		}
	case "AUTHORIZED":
		want["AUTHORIZATION"] = due
		if s := o.Totals(); !s.Outstanding.IsZero() || !s.Received.IsZero() {
			t.Errorf("%s is authorised, but %s is outstanding", o.Name, s.Outstanding.Shop)
		}
	case "PARTIALLY_REFUNDED", "REFUNDED":
		want["SALE"], want["REFUND"] = due, due.Sub(current)
	case "VOIDED":
		if o.CancelledAt.IsZero() {
			t.Errorf("%s is voided but not cancelled", o.Name)
		}
		if len(o.Transactions) > 0 {
			want["AUTHORIZATION"], want["VOID"] = due, due
		}
	case "PENDING":
		if !same(o.Totals().Outstanding, current) {
			t.Errorf("%s: outstanding %v of %v", o.Name, o.Totals().Outstanding, current)
		}
	default:
		t.Errorf("%s: financial status %q", o.Name, o.FinancialStatus)
	}
	for kind, sum := range sums {
		if !same(sum, want[kind]) {
			t.Errorf("%s, %s: transactions of kind %s make %v, want %v", o.Name, o.FinancialStatus, kind, sum, want[kind])
		}
	}
	if len(sums) != len(want) {
		t.Errorf("%s, %s: transactions of %d kinds, want %d", o.Name, o.FinancialStatus, len(sums), len(want))
	}
}

// shippable reports units that are in no fulfilment order, or in too many, and lines that
// are twice in one.
func shippable(t *testing.T, o *data.Order) {
	t.Helper()
	units := map[int64]int{}
	for _, f := range o.FulfillmentOrders {
		if len(f.Lines) == 0 && f.Status == "OPEN" {
			t.Errorf("%s: nothing to ship in an open fulfilment order", o.Name)
		}
		in := map[int64]bool{}
		for _, l := range f.Lines {
			if in[l.Line] {
				t.Errorf("%s: a fulfilment order has %s twice", o.Name, o.Line(l.Line).Title)
			}
			units[l.Line], in[l.Line] = units[l.Line]+l.Total, true
			if done := o.FulfillmentStatus == "FULFILLED"; done != (l.Remaining == 0) || l.Remaining > l.Total {
				t.Errorf("%s, %s: %d of %d units remain", o.Name, o.FulfillmentStatus, l.Remaining, l.Total)
			}
		}
	}
	for _, l := range o.Lines {
		want := l.Current()
		if !o.CancelledAt.IsZero() { // closed with what remained
			want = units[l.ID]
			if l.Current() != 0 || o.Open(l.ID) != 0 || !o.Totals().CurrentPrice.IsZero() {
				t.Errorf("%s is cancelled: %d units left, current total %s", o.Name, l.Current(), o.Totals().CurrentPrice.Shop)
			}
		} else if !l.RequiresShipping {
			want = 0
		}
		if units[l.ID] != want {
			t.Errorf("%s: %d units of %s are to ship, want %d", o.Name, units[l.ID], l.Title, want)
		}
	}
}

// taxedAt tells whether a rate occurs on an order.
func taxedAt(rate string) func(*data.Order) bool {
	return func(o *data.Order) bool {
		return slices.ContainsFunc(o.TaxLines(false), func(x data.Tax) bool { return x.Rate.String() == rate })
	}
}

func anyTax(is func(data.Tax) bool) func(*data.Order) bool {
	return func(o *data.Order) bool { return slices.ContainsFunc(o.TaxLines(false), is) }
}

func TestSampleHasEveryKind(t *testing.T) {
	d := data.Sample(now)
	if len(d.Products) < 60 || len(d.Customers) != 40 || len(d.Orders) != 200 || len(d.Locations) != 3 {
		t.Fatalf("%d products, %d customers, %d orders, %d locations", len(d.Products), len(d.Customers), len(d.Orders), len(d.Locations))
	}
	kinds := kindsOf(d)
	seen := map[string]int{}
	for i, o := range d.Orders {
		agree(t, o)
		if o.UpdatedAt.After(now) || o.UpdatedAt.Before(now.AddDate(0, 0, -14)) || o.UpdatedAt.Nanosecond() != 0 {
			t.Errorf("%s was updated at %v", o.Name, o.UpdatedAt)
		}
		if want := fmt.Sprintf("#%d", 1001+i); o.Name != want || i > 0 && !o.UpdatedAt.After(d.Orders[i-1].UpdatedAt) {
			t.Errorf("%s of %v is not %s, later than the one before it", o.Name, o.UpdatedAt, want)
		}
		for k, is := range kinds {
			if is(o) {
				seen[k]++
			}
		}
	}
	for k := range kinds {
		if seen[k] == 0 {
			t.Errorf("no order of the kind %q", k)
		}
	}
	if seen["unmapped SKU"] < 5 {
		t.Errorf("%d orders of what the back office does not know, want 5", seen["unmapped SKU"])
	}
}

func TestSampleNumbers(t *testing.T) {
	d := data.Sample(now)
	handles, skus, barcodes := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, p := range d.Products {
		if !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(p.Handle) || handles[p.Handle] {
			t.Errorf("%s has the handle %q", p.Title, p.Handle)
		}
		handles[p.Handle] = true
		for _, v := range p.Variants {
			if p.GiftCard {
				continue
			}
			if !regexp.MustCompile(`^[A-Z0-9-]{1,20}$`).MatchString(v.SKU) || skus[v.SKU] {
				t.Errorf("%s has the SKU %q", p.Title, v.SKU)
			}
			if !ean13(v.Barcode) || barcodes[v.Barcode] {
				t.Errorf("%s has the bar code %q", p.Title, v.Barcode)
			}
			skus[v.SKU], barcodes[v.Barcode] = true, true
		}
	}
	ids := map[int64]bool{}
	for _, o := range d.Orders {
		ids[o.ID] = true
	}
	phones := 0
	for _, c := range d.Customers {
		if ids[c.ID] = true; c.Phone != "" {
			phones++
		}
	}
	if len(ids) != 240 || phones == 0 || phones == 40 {
		t.Errorf("%d ids of orders and customers, %d customers with a phone", len(ids), phones)
	}
}

// ean13 tells whether the digits' weighted sum is a multiple of ten.
func ean13(s string) bool {
	sum := 0
	for i, r := range s {
		sum += int(r-'0') * (1 + i%2*2)
	}
	return len(s) == 13 && sum%10 == 0
}

// encoded is a shop as text, to compare whole shops.
func encoded(t *testing.T, d *data.Data) string {
	t.Helper()
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestShopsRepeat(t *testing.T) {
	sample, one, two := encoded(t, data.Sample(now)), encoded(t, data.Random(1, now, 50)), encoded(t, data.Random(2, now, 50))
	if encoded(t, data.Sample(now)) != sample {
		t.Error("two sample shops differ")
	}
	if encoded(t, data.Random(1, now, 50)) != one {
		t.Error("two shops of one seed differ")
	}
	if one == two {
		t.Error("shops of two seeds are the same")
	}
}

// Whatever comes together in an order, its sums must agree.
func TestRandomAgrees(t *testing.T) {
	mixed := 0
	for seed := range uint64(30) {
		for _, o := range data.Random(seed, now, 100).Orders {
			agree(t, o)
			c, p := o.Totals().CurrentPrice, o.Totals().Price
			if c.Shop.GreaterThan(p.Shop) || c.Shop.IsNegative() || c.Presentment.IsNegative() {
				t.Errorf("seed %d, %s: total %s, current %s", seed, o.Name, p.Shop, c.Shop)
			}
			if len(o.Discounts) > 1 && !o.TaxesIncluded && o.Presentment != "" {
				mixed++
			}
		}
	}
	if mixed < 20 {
		t.Errorf("only %d orders with discounts, taxes on top and a foreign currency", mixed)
	}
}

// The awkward kinds mix with each other and with all that random shops have.
func TestRandomKindsAgree(t *testing.T) {
	owed, partly, duties, split := 0, 0, 0, 0
	for seed := range uint64(20) {
		for _, o := range data.RandomOf(seed, now, 100, data.Kinds()...).Orders {
			agree(t, o)
			s := o.Totals()
			if s.CurrentPrice.Shop.IsNegative() || s.CurrentPrice.Presentment.IsNegative() {
				t.Errorf("seed %d, %s: current %s", seed, o.Name, s.CurrentPrice.Shop)
			}
			if s.Outstanding.Shop.IsNegative() {
				owed++
			}
			if o.FinancialStatus == "PARTIALLY_PAID" {
				partly++
			}
			if !s.Duties.IsZero() {
				duties++
			}
			if len(o.FulfillmentOrders) > 1 {
				split++
			}
		}
	}
	if owed < 20 || partly < 20 || duties < 100 || split < 200 {
		t.Errorf("%d owed to the buyer, %d partly paid, %d with duties, %d split", owed, partly, duties, split)
	}
	plain := encoded(t, data.Random(5, now, 100))
	for _, k := range data.Kinds() {
		if encoded(t, data.RandomOf(5, now, 100, k)) == plain {
			t.Errorf("a shop with %q is the same as one without", k)
		}
	}
}

func TestGoods(t *testing.T) {
	d := data.Sample(now)
	goods := map[int64]data.Good{}
	for _, g := range d.Goods() {
		goods[g.Variant] = g
	}
	for _, p := range d.Products {
		for _, v := range p.Variants {
			g, has := goods[v.ID]
			if want := !p.GiftCard && !strings.HasPrefix(v.SKU, "NEW-"); has != want {
				t.Errorf("%s %s: in the back office = %v", p.Title, v.SKU, has)
			}
			if has && (g.SKU != v.SKU || g.Barcode != v.Barcode || len(g.Barcode) != 13 || g.Title != p.Title || !g.Price.Equal(v.Price) || !g.IncludesTax) {
				t.Errorf("%s %s is known as %+v", p.Title, v.SKU, g)
			}
			if p.GiftCard && v.SKU != "" {
				t.Errorf("gift card with SKU %s", v.SKU)
			}
		}
	}
}

func TestBulkAgrees(t *testing.T) {
	d := data.Bulk(now, 300)
	ids := map[int64]bool{}
	for _, o := range d.Orders {
		agree(t, o)
		if len(o.Lines) != 3 || len(o.FulfillmentOrders) != 1 || len(o.Transactions) != 2 || o.Customer == 0 || ids[o.ID] {
			t.Fatalf("%s is not a plain order", o.Name)
		}
		ids[o.ID] = true
	}
}

func TestCatalogue(t *testing.T) {
	const csv = "\ufeffHandle,Title,Body (HTML),Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src\n" +
		"mug,Mug,\"<p>A \"\"good\"\" mug,\nwith two lines</p>\",Size,Small,MUG-S,9.90,https://x/1.jpg\n" +
		"mug,,,,Large,,12.50,https://x/2.jpg\n" +
		"mug,,,,,,,https://x/3.jpg\n" +
		"cap,Cap,,,,CAP,20,\n"
	d, err := data.Catalog(strings.NewReader(csv), now)
	if err != nil {
		t.Fatal(err)
	}
	mug := d.Products[0]
	if len(d.Products) != 2 || len(mug.Variants) != 2 || len(mug.Images) != 3 || mug.Variants[1].SKU != "" || mug.Variants[1].Price.String() != "12.5" {
		t.Errorf("products = %+v, mug %+v", d.Products, mug)
	}
	if !strings.Contains(mug.DescriptionHTML, "\"good\" mug,\nwith") {
		t.Errorf("description = %q", mug.DescriptionHTML)
	}
	if !slices.Equal(mug.Options, []string{"Size"}) || !slices.Equal(mug.Variants[1].Values, []string{"Large"}) || mug.DefaultVariantOnly {
		t.Errorf("options %q, second variant %q", mug.Options, mug.Variants[1].Values)
	}
	if hat := d.Products[1]; !slices.Equal(hat.Options, []string{"Title"}) || hat.Variants[0].Title != "Default Title" || !hat.DefaultVariantOnly {
		t.Errorf("options %q, only variant %q", hat.Options, hat.Variants[0].Title)
	}
	if len(d.Orders) != 100 || len(d.Customers) != 40 || len(d.Locations) != 3 {
		t.Errorf("%d orders, %d customers, %d locations", len(d.Orders), len(d.Customers), len(d.Locations))
	}
	for _, o := range d.Orders {
		agree(t, o)
	}
}

// The same product by the older and the newer names of the columns.
func TestCatalogueHeaders(t *testing.T) {
	const row = "tee,Tee,<p>Warm</p>,Ours,Shirts,\"new, soft\",active,Size,S,Colour,Red,TEE-SR,19.90,24.90,250,'4006381333931,false,true,false,https://x/1.jpg\n"
	parse := func(head string) *data.Product {
		t.Helper()
		d, err := data.Catalog(strings.NewReader(head+"\n"+row), now)
		if err != nil {
			t.Fatal(err)
		}
		return d.Products[0]
	}
	older := parse("Handle,Title,Body (HTML),Vendor,Type,Tags,Status,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price,Variant Compare At Price,Variant Grams,Variant Barcode,Variant Taxable,Variant Requires Shipping,Gift Card,Image Src")
	newer := parse("URL handle,Title,Description,Vendor,Type,Tags,Status,Option1 name,Option1 value,Option2 name,Option2 value,SKU,Price,Compare-at price,Weight value (grams),Barcode,Charge tax,Requires shipping,Gift card,Product image URL")
	if diff := cmp.Diff(older, newer); diff != "" {
		t.Errorf("older and newer names differ:\n%s", diff)
	}
	v := older.Variants[0]
	if older.Handle != "tee" || older.DescriptionHTML != "<p>Warm</p>" || older.Vendor != "Ours" || older.Type != "Shirts" || !slices.Equal(older.Tags, []string{"new", "soft"}) || len(older.Images) != 1 ||
		!slices.Equal(older.Options, []string{"Size", "Colour"}) || v.Title != "S / Red" || v.SKU != "TEE-SR" || v.Price.String() != "19.9" || v.CompareAt.String() != "24.9" || v.Grams != 250 ||
		v.Barcode != "4006381333931" || v.Taxable || !v.RequiresShipping {
		t.Errorf("product %+v, variant %+v", older, v)
	}
}

func TestCatalogueRefusals(t *testing.T) {
	for _, c := range []struct{ name, csv, want string }{
		{"empty", "", "line 1"},
		{"no handle column", "Title,Variant Price\nMug,1\n", `column "Handle" is missing`},
		{"no price column", "Handle,Title\nmug,Mug\n", `column "Variant Price" is missing`},
		{"price in words", "Handle,Title,Variant Price\nmug,Mug,cheap\n", `line 2, column 9 (Variant Price) "cheap"`},
		{"price below zero", "Handle,Title,Variant Price\nmug,Mug,-1\n", "line 2"},
		{"price of parts of a cent", "Handle,Title,Variant Price\nmug,Mug,1.999\n", `line 2, column 9 (Variant Price) "1.999": want at most two decimals`},
		{"price with a comma", "Handle,Title,Variant Price\nmug,Mug,\"1,99\"\n", `(Variant Price) "1,99"`},
		{"old price in words", "Handle,Title,Variant Price,Variant Compare At Price\nmug,Mug,1,less\n", `line 2, column 11 (Variant Compare At Price) "less"`},
		{"weight in words", "Handle,Title,Variant Price,Variant Grams\nmug,Mug,1,heavy\n", `(Variant Grams) "heavy"`},
		{"after a cell of two lines", "Handle,Title,Body (HTML),Variant Price\nmug,Mug,\"a\nb\",1\ncap,Cap,x,?\n", `line 4, column 11 (Variant Price) "?"`},
		{"column twice", "Handle,Title,Title,Variant Price\n", `line 1, column 14: column "Title" occurs twice`},
		{"unknown status", "Handle,Title,Variant Price,Status\nmug,Mug,1,sold\n", `(Status) "sold": want active, archived or draft`},
		{"only drafts", "Handle,Title,Variant Price,Status\nmug,Mug,1,draft\n", "no active product"},
		{"price that is an attack", "Handle,Title,Variant Price\nmug,Mug,1e999999999\n", "line 2"},
		{"no title", "Handle,Title,Variant Price\nmug,,1\n", "line 2, column 5 (Title)"},
		{"no handle", "Handle,Title,Variant Price\nmug,Mug,1\n,Cap,1\n", "line 3, column 1 (Handle)"},
		{"too few fields", "Handle,Title,Variant Price\nmug,Mug\n", "wrong number of fields"},
		{"open quote", "Handle,Title,Variant Price\nmug,\"Mug,1\n", "line 2"},
		{"SKU without price", "Handle,Title,Variant Price,Variant SKU\nmug,Mug,,M1\n", "price of variant M1"},
		{"nothing to sell", "Handle,Title,Variant Price\nmug,Mug,0\n", "no active product has a price above 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := data.Catalog(strings.NewReader(c.csv), now)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error = %v, want it to say %s", err, c.want)
			}
		})
	}
}

// rowsOf counts the handles and the rows with a price of a catalogue.
func rowsOf(t *testing.T, file string) (handles, prices int) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	handle, price := slices.Index(rows[0], "Handle"), slices.Index(rows[0], "Variant Price")
	seen := map[string]bool{}
	for _, r := range rows[1:] {
		seen[r[handle]] = true
		if r[price] != "" {
			prices++
		}
	}
	return len(seen), prices
}

func TestRealCatalogues(t *testing.T) {
	shared := os.Getenv("BACKROOM_SHARED")
	if shared == "" {
		t.Skip("BACKROOM_SHARED is not set: no real catalogues here")
	}
	files, err := filepath.Glob(filepath.Join(shared, "data", "product-csvs", "*.csv"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%d catalogues, %v; want 3", len(files), err)
	}
	for _, f := range files {
		r, err := os.Open(f)
		if err != nil {
			t.Fatal(err)
		}
		d, err := data.Catalog(r, now)
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		r.Close()
		products, variants := rowsOf(t, f)
		n := 0
		for _, p := range d.Products {
			n += len(p.Variants)
		}
		if len(d.Products) != products || n != variants || len(d.Orders) != 100 {
			t.Errorf("%s: %d products, %d variants, %d orders; want %d, %d, 100", f, len(d.Products), n, len(d.Orders), products, variants)
		}
		for _, o := range d.Orders {
			agree(t, o)
		}
	}
}

func BenchmarkBulk(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if d := data.Bulk(now, 10_000); len(d.Orders) != 10_000 {
			b.Fatal(len(d.Orders))
		}
	}
}

func FuzzCatalogue(f *testing.F) {
	f.Add("Handle,Title,Variant Price\nmug,Mug,1\n")
	f.Add("URL handle,Title,Price,Option1 name,Option1 value,Gift card\nmug,Mug,0.01,Size,S,\nmug,,0,,L,\ncard,Card,5,,,true\n")
	f.Fuzz(func(t *testing.T, csv string) {
		d, err := data.Catalog(strings.NewReader(csv), now)
		if (d == nil) == (err == nil) {
			t.Fatal("want a shop or an error")
		}
		if err != nil {
			return
		}
		for _, p := range d.Products {
			for _, v := range p.Variants {
				if v.Price.IsNegative() || len(v.Values) != len(p.Options) {
					t.Errorf("%q: price %s, values %q of %q", p.Title, v.Price, v.Values, p.Options)
				}
			}
		}
		for _, o := range d.Orders {
			agree(t, o)
		}
	})
}
