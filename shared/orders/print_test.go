package orders

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
)

func both(s string) money.Bag {
	d := decimal.RequireFromString(s)
	return money.Bag{Shop: money.Amount{Value: d, Currency: "EUR"}, Presentment: money.Amount{Value: d.Mul(decimal.New(11, -1)), Currency: "USD"}}
}

func euros(s string) money.Bag {
	a := money.Amount{Value: decimal.RequireFromString(s), Currency: "EUR"}
	return money.Bag{Shop: a, Presentment: a}
}

// full is an order in which every field is there once.
func full() Order {
	at := time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)
	vat := func() []TaxLine {
		return []TaxLine{{Title: "VAT", Rate: decimal.RequireFromString("0.19"), Price: both("3.8")}}
	}
	duties := both("9")
	address := func(street string) *Address {
		return &Address{
			FirstName: "Ada", LastName: "Byron", Company: "Engines", Address1: street, Address2: "2nd floor", City: "Bonn", Zip: "53111",
			Province: "NRW", ProvinceCode: "NW", Country: "DE", Phone: "+49 1",
		}
	}
	return Order{
		ID: "1", Name: "#1001", Number: 1001, CreatedAt: at, UpdatedAt: at, ProcessedAt: at, ClosedAt: at, CancelledAt: at, CancelReason: "OTHER",
		FinancialStatus: "PAID", FulfillmentStatus: "UNFULFILLED", ReturnStatus: "NO_RETURN", SourceName: "web", Channel: "Online Store",
		RetailLocation: "7", PONumber: "PO-1", Note: "note", Tags: []string{"a"}, Email: "ada@example.com", Phone: "+49 2", Risk: "LOW",
		Attributes: []Attr{{"k", "v"}}, Currency: "EUR", PresentmentCurrency: "USD",
		Customer: &Customer{
			ID: "9", FirstName: "Ada", LastName: "Byron", Email: "a@example.com", Phone: "+49 3", Note: "n", Default: address("Weg 3"),
		},
		Company: &Company{ID: "3", Name: "Engines", LocationID: "4", ContactID: "5"}, Shipping: address("Weg 1"), Billing: address("Weg 2"),
		Staff: &Staff{ID: "76", Name: "Ann"}, PaymentTerms: &PaymentTerms{Name: "Net 30", Type: "NET", DueIn: 30, DueAt: at}, Gateways: []string{"manual"},
		Total: both("60"), CurrentTotal: both("60"), Subtotal: both("50"), CurrentSubtotal: both("50"), Discounts: both("1"), ShippingTotal: both("5"),
		Tax: both("9"), CurrentTax: both("9"), Tip: both("2"), Received: both("0"), Refunded: both("0"), Outstanding: both("0"), Duties: &duties, CashRounding: both("0.01"),
		TaxLines: vat(), CurrentTaxLines: vat(),
		DutyLines: []Duty{{LineID: "70", Country: "CN", Code: "6109", Price: both("9"), TaxLines: vat()}},
		Fees:      []Fee{{Name: "Eco", Price: both("1"), TaxLines: vat()}},
		Lines: []Line{{
			ID: "70", Title: "Mug", VariantTitle: "red", SKU: "MUG", Barcode: "400", ProductID: "1", VariantID: "2", Quantity: 3, CurrentQuantity: 3,
			UnitPrice: both("20"), Discounts: []money.Bag{both("1")}, TaxLines: vat(), Location: "7", Places: []Place{{"7", 3}},
			Group: &Group{ID: "75", Title: "Breakfast", SKU: "SET", Quantity: 3},
		}},
		ShippingLines: []ShippingLine{{ID: "80", Title: "Post", Code: "P", Source: "s", Price: both("5"), Discounts: []money.Bag{both("1")}, TaxLines: vat()}},
		Transactions:  []Transaction{{ID: "8", Kind: "SALE", Status: "SUCCESS", Gateway: "manual", Amount: both("60"), Rounding: both("0")}},
		RefundCount:   1, Refunds: []Refund{{ID: "81", Amount: both("1")}},
	}
}

// noInput says of which fields no document is made, and why. All others are inputs.
var noInput = map[string]string{
	"ID": "is the key", "Number": "stands in the name", "UpdatedAt": "changes with everything", "ProcessedAt": "is no date of the document",
	"CancelledAt": "has a reason of its own", "CancelReason": "the same", "ClosedAt": "archived or not", "Test": "never changes", "Edited": "the lines say what was edited",
	"Confirmed": "stock", "FullyPaid": "payment", "FinancialStatus": "payment", "Gateways": "payment", "Received": "payment", "Outstanding": "payment", "Transactions": "payment",
	"FulfillmentStatus": "fulfilment", "ReturnStatus": "returns", "Lines.Location": "fulfilment", "Lines.Places": "fulfilment",
	"SourceName": "where it was placed", "Channel": "the same", "RetailLocation": "the same", "Note": "note", "Tags": "tags", "Attributes": "note", "Risk": "a view of it",
	"TaxExempt": "the taxes say so", "Customer.FirstName": "the account's", "Customer.LastName": "the account's", "Customer.Email": "the account's",
	"Customer.Phone": "the account's", "Customer.Note": "the account's", "Customer.TaxExempt": "the account's", "Customer.Default": "the account's",
	"Company.Name": "the account's", "Company.ContactID": "the customer says so", "PaymentTerms.DueIn": "the terms' name says so", "PaymentTerms.DueAt": "payment",
	"PaymentTerms.Type": "the terms' name says so",
	"Total":             "as placed: the current one says more", "Subtotal": "of the lines", "CurrentSubtotal": "of the lines", "Discounts": "of the lines",
	"ShippingTotal": "of the shipping lines", "Tax": "as placed", "TaxLines": "as placed", "RefundCount": "no money", "Refunds": "their sum is Refunded",
	"CurrentTaxLines.Title": "the line's says so", "DutyLines.Country": "of the goods", "DutyLines.Code": "of the goods", "DutyLines.TaxLines.Title": "a name",
	"Fees.TaxLines.Title": "a name", "Lines.TaxLines.Title": "a name", "ShippingLines.TaxLines.Title": "a name",
	"Lines.VariantTitle": "the catalogue's", "Lines.SKU": "the catalogue's", "Lines.Barcode": "the catalogue's", "Lines.ProductID": "the catalogue's",
	"Lines.VariantID": "the catalogue's", "Lines.GiftCard": "never changes", "Lines.Tip": "never changes", "Lines.Taxable": "the taxes say so",
	"Lines.RequiresShipping": "never changes", "Lines.Group": "its lines say so", "Staff": "who is named later changes no document", "ShippingLines.Code": "a name", "ShippingLines.Source": "a name",
}

// leaves visits every settable value below v with its path.
func leaves(v reflect.Value, path string, visit func(path string, v reflect.Value)) {
	join := func(name string) string { return strings.TrimPrefix(path+"."+name, ".") }
	switch v.Interface().(type) {
	case decimal.Decimal, time.Time:
		visit(path, v)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		leaves(v.Elem(), path, visit)
	case reflect.Slice:
		for i := range v.Len() {
			leaves(v.Index(i), path, visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			leaves(v.Field(i), join(v.Type().Field(i).Name), visit)
		}
	default:
		visit(path, v)
	}
}

func change(v reflect.Value) {
	switch x := v.Interface().(type) {
	case decimal.Decimal:
		v.Set(reflect.ValueOf(x.Add(decimal.New(1, -2))))
	case time.Time:
		v.Set(reflect.ValueOf(x.Add(time.Hour)))
	case string:
		v.SetString(x + "x")
	case bool:
		v.SetBool(!x)
	case int:
		v.SetInt(int64(x) + 1)
	case int64:
		v.SetInt(x + 1)
	default:
		panic(fmt.Sprintf("%T", x))
	}
}

// Every field of an order either is an input of its document, and a change of it
// is seen, or is named here with the reason why not. A field that is added to
// orders has to be put on one side.
func TestEveryInputIsInThePrint(t *testing.T) {
	exempt := func(path string) bool {
		for p := range noInput {
			if path == p || strings.HasPrefix(path, p+".") {
				return true
			}
		}
		return false
	}
	before := FactsOf(full())
	n := 0
	visited := map[string]bool{}
	o := full()
	leaves(reflect.ValueOf(&o), "", func(path string, v reflect.Value) {
		if strings.HasSuffix(path, ".Currency") {
			return // of an amount: the order's
		}
		visited[path] = true
		was := reflect.New(v.Type()).Elem()
		was.Set(v)
		change(v)
		reason, changes := before.ConflictWith(FactsOf(o))
		v.Set(was)
		if exempt(path) {
			if reason != "" && path != "ShippingTotal.Shop.Value" { // which facts had before there were prints
				t.Errorf("%s is no input, and a change of it is a conflict: %v", path, changes)
			}
			return
		}
		n++
		if reason != ChangedAfterProcessing || len(changes) == 0 {
			t.Errorf("a change of %s is not seen: %q %v", path, reason, changes)
		}
	})
	if n < 50 {
		t.Errorf("%d inputs were tried", n)
	}
	for p := range noInput {
		found := false
		for v := range visited {
			found = found || v == p || strings.HasPrefix(v, p+".")
		}
		if !found {
			t.Errorf("%s is named and is no field", p)
		}
	}
	if reason, changes := before.ConflictWith(FactsOf(o)); reason != "" {
		t.Errorf("unchanged: %q %v", reason, changes)
	}
}

func TestChangesInWords(t *testing.T) {
	two := func() Order {
		return Order{
			Name: "#1", Currency: "EUR", PresentmentCurrency: "EUR", Email: "a@example.com", CurrentTotal: euros("60"), Shipping: &Address{City: "Bonn"},
			Lines: []Line{
				{ID: "a", Quantity: 1, CurrentQuantity: 1, UnitPrice: euros("20.0")},
				{ID: "b", Quantity: 2, CurrentQuantity: 2, UnitPrice: euros("20"), Discounts: []money.Bag{euros("0.0")}, TaxLines: []TaxLine{{Rate: decimal.RequireFromString("0.19"), Price: euros("6.39")}}},
			},
			ShippingLines: []ShippingLine{{ID: "s", Title: "Post", Price: euros("5")}},
		}
	}
	for _, c := range []struct {
		name   string
		change func(*Order)
		want   []string
	}{
		{"nothing", func(*Order) {}, nil},
		{"other digits", func(o *Order) { o.CurrentTotal = euros("60.000") }, nil},
		{"the e-mail in capitals", func(o *Order) { o.Email = "A@Example.com" }, nil},
		{"a discount", func(o *Order) { o.Lines[1].Discounts = append(o.Lines[1].Discounts, euros("5")) }, []string{"discount of line 2: 0.00 → 5.00"}},
		{"a unit removed", func(o *Order) { o.Lines[1].CurrentQuantity, o.CurrentTotal = 1, euros("40") }, []string{"total: 60.00 → 40.00", "quantity of line 2: 2 → 1"}},
		{"refunded", func(o *Order) { o.Refunded = euros("7.5") }, []string{"refunded: 0.00 → 7.50"}},
		{"a tip", func(o *Order) { o.Tip = euros("2") }, []string{"tip: 0.00 → 2.00"}},
		{"the address", func(o *Order) { o.Shipping = &Address{City: "Köln"} }, []string{"delivery address"}},
		{"an address that was not there", func(o *Order) { o.Billing = &Address{City: "Köln"} }, []string{"billing address"}},
		{"the e-mail", func(o *Order) { o.Email = "b@example.com" }, []string{"e-mail"}},
		{"no e-mail any more", func(o *Order) { o.Email = "" }, []string{"e-mail"}},
		{"another customer", func(o *Order) { o.Customer = &Customer{ID: "9"} }, []string{"customer: none → 9"}},
		{"tax", func(o *Order) { o.Lines[1].TaxLines[0].Price = euros("6.4") }, []string{"tax of line 2: 6.39 (19 %) → 6.40 (19 %)"}},
		{"a line added", func(o *Order) { o.Lines = append(o.Lines, Line{ID: "c"}) }, []string{"line 3 was added"}},
		{"a line that is not listed any more", func(o *Order) { o.Lines = o.Lines[1:] }, []string{"line 1 was removed"}},
		{"lines in another order", func(o *Order) { slices.Reverse(o.Lines) }, nil},
		{"shipping removed", func(o *Order) { o.ShippingLines[0].Removed = true }, []string{"shipping line 1 was removed"}},
		{"shipping of another kind", func(o *Order) { o.ShippingLines[0].Title = "Express" }, []string{"title of shipping line 1: Post → Express"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := two()
			c.change(&o)
			// As it is kept: through JSON.
			js, err := json.Marshal(FactsOf(two()))
			var f Facts
			if err == nil {
				err = json.Unmarshal(js, &f)
			}
			if err != nil {
				t.Fatal(err)
			}
			reason, got := f.ConflictWith(FactsOf(o))
			if !slices.Equal(got, c.want) || (reason == "") != (len(c.want) == 0) {
				t.Errorf("%q %q, want %q", reason, got, c.want)
			}
		})
	}
}

// In two currencies both are said, for a document may be in either.
func TestAmountsOfTwoCurrencies(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"10", "10.5", "10.00 EUR (11.00 USD) → 10.50 EUR (11.55 USD)"},
		{"1000.123", "1000.123", ""},
	} {
		a, b := Order{Tip: both(c.before)}, Order{Tip: both(c.after)}
		if got := strings.Join(PrintOf(a).Differences(PrintOf(b)), ""); got != strings.TrimSuffix("tip: "+c.want, "tip: ") {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	yen := func(s string) Order {
		return Order{Tip: money.Bag{Shop: money.Amount{Value: decimal.RequireFromString(s), Currency: "JPY"}}}
	}
	if got := PrintOf(yen("0")).Differences(PrintOf(yen("300"))); !slices.Equal(got, []string{"tip: 0 → 300"}) {
		t.Errorf("%q", got)
	}
}

// A print of a release with fewer words is compared by those.
func TestPrintOfAnEarlierRelease(t *testing.T) {
	o := full()
	p := PrintOf(o)
	delete(p.Head, "tip")
	p.Lines[0].Values = p.Lines[0].Values[:3]
	changed := full()
	changed.Tip, changed.Lines[0].Discounts = both("3"), nil
	if got := p.Differences(PrintOf(changed)); got != nil {
		t.Errorf("what it does not know has changed: %q", got)
	}
	changed.Lines[0].UnitPrice = both("21")
	if got := p.Differences(PrintOf(changed)); len(got) != 1 {
		t.Errorf("%q, want the price", got)
	}
}

// An order that 0.1.0 has copied gets its document now: what is read of it
// afterwards, and was not then, is no change.
func TestACopyOfAnEarlierReleaseBecomesADocument(t *testing.T) {
	stored := full()
	stored.DutyLines, stored.CurrentTaxLines = nil, nil
	f := FactsOf(stored)
	if reason, changes := f.ConflictWith(FactsOf(full())); reason != "" {
		t.Errorf("reading more than before is a change: %q %q", reason, changes)
	}
	taxed := full()
	taxed.CurrentTax = both("99")
	if reason, _ := f.ConflictWith(FactsOf(taxed)); reason != ChangedAfterProcessing {
		t.Errorf("another tax: %q", reason)
	}
	if !SameDecision(stored, full()) {
		t.Error("what was decided about the copy is gone")
	}
	untaxed := full()
	untaxed.TaxLines, untaxed.CurrentTaxLines, untaxed.Duties, untaxed.DutyLines = nil, nil, nil, nil
	if reason, _ := FactsOf(untaxed).ConflictWith(FactsOf(full())); reason != ChangedAfterProcessing {
		t.Errorf("taxed since: %q", reason)
	}
}

// Facts of 0.1.0 are judged as they were, and what changes from the copy that
// is stored beside them.
func TestFactsOfAnEarlierRelease(t *testing.T) {
	stored := full()
	stored.DutyLines, stored.CurrentTaxLines, stored.Refunds, stored.CancelledAt = nil, nil, nil, time.Time{}
	f := FactsOf(stored)
	f.Print = nil
	now := full()
	now.CancelledAt = time.Time{}
	if reason, changes := f.Completed(stored).ConflictWith(FactsOf(now)); reason != "" {
		t.Errorf("reading more than before is a change: %q %q", reason, changes)
	}
	discounted := now
	discounted.Lines = slices.Clone(now.Lines)
	discounted.Lines[0].Discounts = []money.Bag{both("5")}
	if reason, _ := f.Completed(stored).ConflictWith(FactsOf(discounted)); reason != ChangedAfterProcessing {
		t.Errorf("a discount given after the upgrade: %q", reason)
	}
	if reason, _ := f.ConflictWith(FactsOf(discounted)); reason != "" {
		t.Errorf("a discount, where no copy is left: %q", reason)
	}
	f.Quantity-- // it had been in conflict already
	if reason, changes := f.Completed(stored).ConflictWith(FactsOf(now)); reason != ChangedAfterProcessing || len(changes) == 0 {
		t.Errorf("a conflict of before the upgrade: %q %q", reason, changes)
	}
}

func TestConflictIssueNamesWhatChanged(t *testing.T) {
	at := time.Unix(1, 0)
	var many []string
	for i := range 8 {
		many = append(many, fmt.Sprintf("quantity of line %d: 2 → 1", i))
	}
	for _, c := range []struct {
		changes      []string
		text, detail string
	}{
		{nil, "#1 was changed in Shopify after its sales order was made.", ""},
		{many[:1], "#1 was changed in Shopify after its sales order was made: quantity of line 0: 2 → 1.", ""},
		{many, "#1 was changed in Shopify after its sales order was made: " + strings.Join(many[:5], "; ") + "; and 3 more.", strings.Join(many, "; ")},
	} {
		i := ConflictIssue(ChangedAfterProcessing, "7", "#1", c.changes, at)
		if i.Text != c.text || i.Detail != c.detail || i.Record != "7" || i.Name != "#1" || !i.LastSeen.Equal(at) {
			t.Errorf("%+v", i)
		}
	}
}

// A line of which no unit is left is in no document: what else changes of it is
// none of the document's business.
func TestALineOfWhichNothingIsLeft(t *testing.T) {
	order := func(left int, discounts ...money.Bag) Facts {
		return FactsOf(Order{Name: "#1", Currency: "EUR", Lines: []Line{{ID: "a", Quantity: 2, CurrentQuantity: left, UnitPrice: euros("20"), Discounts: discounts}}})
	}
	if reason, got := order(0).ConflictWith(order(0, euros("5"))); reason != "" || got != nil {
		t.Errorf("a discount on it: %q %q", reason, got)
	}
	if _, got := order(0).ConflictWith(order(1)); !slices.Equal(got, []string{"quantity of line 1: 0 → 1"}) {
		t.Errorf("a unit of it is back: %q", got)
	}
}
