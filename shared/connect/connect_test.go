package connect

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/products"
	"backroom/shared/shop"
)

// usual is a shop of two locations and a company that has what cards name.
func usual() Found {
	return Found{
		Shop:   shop.Profile{Currency: "EUR"},
		Places: []shop.Location{{ID: "1", Name: "Berlin", Active: true}, {ID: "2", Name: "Graz", Active: true}, {ID: "3", Name: "Old"}},
		LCY:    "EUR",
		Accounts: []bcapi.Account{
			{Number: "6610", AccountType: "Posting", DirectPosting: true},
			{Number: "6600", AccountType: "Heading"},
			{Number: "1100", AccountType: "Posting"},
			{Number: "6620", AccountType: "Posting", DirectPosting: true, Blocked: true},
		},
		Customers: []customers.Customer{{Number: "WEB"}, {Number: "GONE", Blocked: "All"}},
		Items:     []products.Item{{Number: "A", Type: products.Inventory}, {Number: "OLD", Blocked: true}, {Number: "TIP", Type: "Service"}},
		Variants:  []products.Variant{{ItemNumber: "A", Code: "RED"}, {ItemNumber: "B", Code: "BLUE"}},
		Tables: map[bcapi.Set][]string{
			"taxGroups": {"VAT19"}, "unitsOfMeasure": {"BOX"},
			"currencies": {"DKK"}, "locations": {"EAST"}, "shipmentMethods": {"CIF"}, "paymentTerms": {"30D"}, "countriesRegions": {"DE", "EL"},
		},
	}
}

// fresh is a new card.
func fresh() documents.Card {
	s, err := documents.Sections.New("acme", time.Time{})
	if err != nil {
		panic(err)
	}
	c, err := documents.CardOf(s)
	if err != nil {
		panic(err)
	}
	return c
}

// whole is a card that leaves nothing open.
func whole() documents.Card {
	c := fresh()
	for _, a := range []*string{
		&c.ShippingChargesAccount, &c.TipAccount, &c.SoldGiftCardAccount, &c.CashRoundingsAccount, &c.FeeAccount, &c.SalesTaxAccount,
		&c.ChannelTaxAccount, &c.RoundingAccount, &c.UnknownItemAccount,
	} {
		*a = "6610"
	}
	c.SalesTaxAccount, c.Tolerance = "", decimal.New(5, -2)
	c.DefaultCustomerNo, c.DefaultCompanyNo, c.SKUMapping = "web", "WEB", products.SKUItemNo
	c.TaxCodes = []documents.TaxCodeMap{{Rate: decimal.New(19, -2), Code: "VAT19"}}
	c.Locations = []documents.LocationMap{{LocationID: "1", Code: "east"}, {LocationID: "2", Code: "EAST"}}
	return c
}

func TestFindings(t *testing.T) {
	tests := []struct {
		name   string
		change func(*documents.Card, *Found)
		weight Weight // of the one finding; 0: none
		want   string // what it says
	}{
		{"nothing is open", func(*documents.Card, *Found) {}, 0, ""},
		{"no shipping account", func(c *documents.Card, _ *Found) { c.ShippingChargesAccount = "" }, Waits, "Orders with a shipping charge will wait, because no account is set for that. Set shippingChargesAccount to a G/L account that allows direct posting."},
		{"no shipping account, but a method has one", func(c *documents.Card, _ *Found) {
			c.ShippingChargesAccount, c.ShipmentMethods = "", []documents.ShipmentMap{{Title: "Express", Account: "6610"}}
		}, Waits, "Orders with a charge for a shipping method that has no account of its own will wait"},
		{"no tip account", func(c *documents.Card, _ *Found) { c.TipAccount = "" }, Waits, "Set tipAccount"},
		{"no sales tax account where none is needed", func(c *documents.Card, _ *Found) { c.SalesTaxAccount = "" }, 0, ""},
		{"no sales tax account", func(c *documents.Card, _ *Found) {
			c.SalesTaxAccount, c.TaxMode, c.TaxCodes = "", documents.SalesTax, nil
		}, Waits, "Set salesTaxAccount"},
		{"account unknown", func(c *documents.Card, _ *Found) { c.TipAccount = "4711" }, Waits, "account 4711 of tipAccount does not exist"},
		{"account is a heading", func(c *documents.Card, _ *Found) { c.TipAccount = "6600" }, Waits, "is a heading or total"},
		{"account without direct posting", func(c *documents.Card, _ *Found) { c.TipAccount = "1100" }, Waits, "does not allow direct posting"},
		{"account blocked", func(c *documents.Card, _ *Found) { c.RoundingAccount = "6620" }, Waits, "account 6620 of roundingAccount is blocked"},
		{"a method's account unknown", func(c *documents.Card, _ *Found) {
			c.ShipmentMethods = []documents.ShipmentMap{{Title: "Express", Account: "4711"}}
		}, Waits, `Orders shipped by "Express" will wait, because account 4711 of shipmentMethods does not exist`},
		{"an item for an account", func(c *documents.Card, _ *Found) { c.TipAccount = "item:tip" }, 0, ""},
		{"an item for an account that is not there", func(c *documents.Card, _ *Found) { c.TipAccount = "item:4711" }, Waits, "because item 4711 of tipAccount does not exist in Business Central. Correct the item in Business Central, or set tipAccount to an account."},
		{"an item for an account that is blocked", func(c *documents.Card, _ *Found) { c.DutiesAccount = "item:OLD" }, Waits, "item OLD of dutiesAccount is blocked"},
		{"an item for an account that has stock", func(c *documents.Card, _ *Found) {
			c.ShipmentMethods = []documents.ShipmentMap{{Title: "Express", Account: "Item:A"}}
		}, Waits, `Orders shipped by "Express" will wait, because item A of shipmentMethods is one of which stock is kept`},
		{"items for accounts not read", func(c *documents.Card, f *Found) { c.TipAccount, f.Items = "item:4711", nil }, 0, ""},
		{"accounts not read", func(c *documents.Card, f *Found) { c.TipAccount, f.Accounts = "4711", nil }, 0, ""},

		{"unknown ones are created", func(c *documents.Card, _ *Found) { c.DefaultCustomerNo, c.AutoCreateUnknownCustomers = "", true }, Waits, "Orders without a customer in Shopify will wait"},
		{"all to the default, and there is none", func(c *documents.Card, _ *Found) {
			c.DefaultCustomerNo, c.CustomerMapping = "", customers.DefaultCustomer
		}, Stops, "Every order will wait"},
		{"no import, and no default", func(c *documents.Card, _ *Found) { c.DefaultCustomerNo, c.CustomerImport = "", customers.ImportNone }, Stops, "Every order will wait"},
		{"no import, and customers of countries", func(c *documents.Card, _ *Found) {
			c.DefaultCustomerNo, c.CustomerImport, c.CountryCustomers = "", customers.ImportNone, []customers.CountryMap{{Country: "DE", CustomerNo: "WEB"}}
		}, Stops, "Orders to a country without a customer of its own will wait"},
		{"default customer unknown", func(c *documents.Card, _ *Found) { c.DefaultCustomerNo = "NOBODY" }, Waits, "customer NOBODY does not exist in Business Central. Correct the customer in Business Central, or set defaultCustomerNo"},
		{"company's customer blocked", func(c *documents.Card, _ *Found) { c.DefaultCompanyNo = "gone" }, Waits, "Orders that are placed for a company will wait, because customer gone is blocked"},
		{"country's customer unknown", func(c *documents.Card, _ *Found) {
			c.CountryCustomers = []customers.CountryMap{{Country: "de", CustomerNo: "NOBODY"}}
		}, Waits, "Orders to DE will wait, because customer NOBODY does not exist"},
		{"companies have no customer", func(c *documents.Card, _ *Found) { c.DefaultCompanyNo = "" }, Waits, "Set defaultCompanyNo"},

		{"only bar codes", func(c *documents.Card, _ *Found) { c.SKUMapping = "" }, Waits, "whose bar code is not the GTIN of an item"},
		{"neither SKU nor bar code", func(c *documents.Card, _ *Found) { c.SKUMapping, c.FindMappingByGTIN = "", false }, Stops, "Every order with a product will wait"},
		{"by hand only", func(c *documents.Card, _ *Found) {
			c.SKUMapping, c.FindMappingByGTIN, c.Variants = "", false, []products.VariantMap{{VariantID: "1", ItemNo: "A"}}
		}, Waits, "a product that variants does not map"},

		{"no tax codes", func(c *documents.Card, _ *Found) { c.TaxCodes = nil }, Waits, "Set taxCodes"},
		{"no tax codes where tax is a line", func(c *documents.Card, _ *Found) {
			c.TaxCodes, c.TaxMode, c.SalesTaxAccount = nil, documents.SalesTax, "6610"
		}, 0, ""},

		{"a foreign currency that is known", func(_ *documents.Card, f *Found) { f.Shop.Currency = "dkk" }, 0, ""},
		{"a foreign currency that is not known", func(_ *documents.Card, f *Found) { f.Shop.Currency = "SEK" }, Stops, "Business Central has no currency SEK"},
		{"the buyers' currencies are used", func(c *documents.Card, f *Found) {
			f.Shop.Currency, c.CurrencyHandling = "SEK", documents.PresentmentCurrency
		}, 0, ""},

		{"a currency that is mapped", func(c *documents.Card, f *Found) {
			f.Shop.Currency, c.Currencies = "SEK", []shop.CodeMap{{From: "sek", To: "skr"}}
			f.Tables["currencies"] = []string{"SKR"}
		}, 0, ""},
		{"the local currency, mapped", func(c *documents.Card, f *Found) {
			f.LCY, c.Currencies = "EURO", []shop.CodeMap{{From: "EUR", To: "EURO"}}
		}, 0, ""},
		{"the local currency, not mapped", func(_ *documents.Card, f *Found) { f.LCY = "EURO" }, Stops, "no currency EUR, which is the shop's. Create currency EUR with an exchange rate in Business Central, or map EUR in currencies"},
		{"a currency that is mapped to nothing", func(c *documents.Card, f *Found) {
			f.Shop.Currency, c.Currencies = "SEK", []shop.CodeMap{{From: "SEK", To: "KR"}}
		}, Stops, "no currency KR, to which currencies maps the shop's, SEK"},
		{"a buyer's currency that is mapped to nothing", func(c *documents.Card, _ *Found) { c.Currencies = []shop.CodeMap{{From: "SEK", To: "KR"}} }, Waits, "Orders in SEK will wait, because currency KR of currencies does not exist"},
		{"currencies not read", func(c *documents.Card, f *Found) {
			c.Currencies, f.Tables = []shop.CodeMap{{From: "SEK", To: "KR"}}, map[bcapi.Set][]string{}
		}, 0, ""},

		{"a place without location", func(c *documents.Card, _ *Found) { c.Locations = c.Locations[:1] }, Note, "Lines that ship from Graz (id 2) get no location from Shopify"},
		{"no place has a location", func(c *documents.Card, _ *Found) { c.Locations = nil }, Note, "Berlin (id 1) and Graz (id 2)"},
		{"one place, no locations", func(c *documents.Card, f *Found) { c.Locations, f.Places = nil, f.Places[:1] }, 0, ""},
		{"places not read", func(c *documents.Card, f *Found) { c.Locations, f.Places = nil, nil }, 0, ""},
		{"a location that BC lacks", func(c *documents.Card, _ *Found) { c.Locations[1].Code = "WEST" }, Waits, "Orders with a line from location 2 will wait, because code WEST of locations does not exist"},
		{"a shipment method that BC lacks", func(c *documents.Card, _ *Found) {
			c.ShipmentMethods = []documents.ShipmentMap{{Title: "Express", Code: "FOB"}}
		}, Waits, "code FOB of shipmentMethods"},
		{"payment terms that BC lacks", func(c *documents.Card, _ *Found) { c.PaymentTerms = []documents.TermsMap{{Type: "NET", Code: "60D"}} }, Waits, "code 60D of paymentTerms"},
		{"a country that BC lacks", func(c *documents.Card, _ *Found) { c.Countries = []shop.CodeMap{{From: "GR", To: "GRE"}} }, Waits, "code GRE of countries"},
		{"a tax code that BC lacks", func(c *documents.Card, _ *Found) { c.TaxCodes[0].Code = "VAT99" }, Waits, "Orders with a line taxed at 19 % will wait, because code VAT99 of taxCodes does not exist"},
		{"items mapped by hand", func(c *documents.Card, _ *Found) {
			c.Variants = []products.VariantMap{{VariantID: "1", ItemNo: "a", VariantCode: "red", UoM: "box"}}
		}, 0, ""},
		{"an item that BC lacks", func(c *documents.Card, _ *Found) { c.Variants = []products.VariantMap{{VariantID: "1", ItemNo: "Z"}} }, Waits, "Orders with variant 1 will wait, because item Z of variants does not exist in Business Central. Correct it in Business Central, or correct variants"},
		{"an item that is blocked", func(c *documents.Card, _ *Found) { c.Variants = []products.VariantMap{{VariantID: "1", ItemNo: "OLD"}} }, Waits, "item OLD of variants is blocked"},
		{"an item variant that BC lacks", func(c *documents.Card, _ *Found) {
			c.Variants = []products.VariantMap{{VariantID: "1", ItemNo: "A", VariantCode: "BLUE"}}
		}, Waits, "item A has no variant BLUE"},
		{"a unit that BC lacks", func(c *documents.Card, _ *Found) {
			c.Variants = []products.VariantMap{{VariantID: "1", ItemNo: "A", UoM: "CRATE"}}
		}, Waits, "unit of measure CRATE"},
		{"items not read", func(c *documents.Card, f *Found) {
			c.Variants, f.Items = []products.VariantMap{{VariantID: "1", ItemNo: "Z"}}, nil
		}, 0, ""},
		{"a place that the shop lacks", func(c *documents.Card, _ *Found) {
			c.Locations = append(c.Locations, documents.LocationMap{LocationID: "9", Code: "EAST"})
		}, Note, "The row of location 9 (EAST) has no effect, because the shop has no location of that id. Correct the id in locations"},

		{"the import starts in the future", func(c *documents.Card, f *Found) {
			f.At = time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
			c.ImportFrom = f.At.Add(time.Hour)
		}, Stops, "No order is imported that was placed before 2026-11-27T01:00:00Z, for importFrom is in the future"},
		{"the import starts now", func(c *documents.Card, f *Found) {
			f.At = time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
			c.ImportFrom = f.At
		}, 0, ""},
		{"customers are created, and all are the default one", func(c *documents.Card, _ *Found) {
			c.AutoCreateUnknownCustomers, c.CustomerImport = true, customers.ImportNone
		}, Note, "autoCreateUnknownCustomers has no effect, because customerImport is none"},
		{"the same by the mapping", func(c *documents.Card, _ *Found) {
			c.AutoCreateUnknownCustomers, c.CustomerMapping = true, customers.DefaultCustomer
		}, Note, "autoCreateUnknownCustomers has no effect, because customerMapping is default"},
		{"a mapping without import", func(c *documents.Card, _ *Found) {
			c.CustomerImport, c.CustomerMapping = customers.ImportNone, customers.ByBillTo
		}, Note, "customerMapping has no effect, because customerImport is none"},
		{"an account for sales tax, and none is booked", func(c *documents.Card, _ *Found) { c.SalesTaxAccount = "6610" }, Note, "salesTaxAccount has no effect"},
		{"tax codes where tax is a line", func(c *documents.Card, _ *Found) { c.TaxMode, c.SalesTaxAccount = documents.SalesTax, "6610" }, Note, "taxCodes has no effect, because taxMode is sales-tax"},
		{"an account for no difference", func(c *documents.Card, _ *Found) { c.Tolerance = decimal.Zero }, Note, "roundingAccount has no effect, because tolerance is 0"},
		{"a difference without account", func(c *documents.Card, _ *Found) { c.RoundingAccount, c.TaxMode = "", documents.VATIncluded }, Note, "tolerance has no effect"},
		{"a tolerance of taxes", func(c *documents.Card, _ *Found) { c.RoundingAccount = "" }, 0, ""},
		{"a separator of nothing", func(c *documents.Card, _ *Found) { c.SKUFieldSeparator = "-" }, Note, "skuFieldSeparator has no effect"},
		{"a default place without location", func(c *documents.Card, _ *Found) { c.DefaultLocationID = "7" }, Note, "defaultLocationID has no effect"},
		{"a name that BC wins", func(c *documents.Card, _ *Found) {
			c.NameSource, c.BCWins = customers.NameFirstLast, []string{"shipTo"}
		}, Note, "nameSource has no effect"},
		{"a second name that BC wins", func(c *documents.Card, _ *Found) {
			c.Name2Source, c.BCWins = customers.NameFirstLast, []string{"shipToName"}
		}, Note, "name2Source has no effect"},
		{"a contact that BC wins", func(c *documents.Card, _ *Found) {
			c.ContactSource, c.BCWins = customers.NameFirstLast, []string{"shipToContact"}
		}, Note, "contactSource has no effect"},
		{"a method that maps nothing", func(c *documents.Card, _ *Found) { c.ShipmentMethods = []documents.ShipmentMap{{Title: "Express"}} }, Note, `The row "Express" of shipmentMethods has no effect`},
		{"a currency that no document has", func(c *documents.Card, _ *Found) {
			c.Currency, c.Currencies = "EUR", []shop.CodeMap{{From: "sek", To: "DKK"}}
		}, Note, "The row SEK of currencies has no effect, because documents are in the shop's currency, EUR"},

		{"a country that BC has", func(c *documents.Card, _ *Found) { c.Countries = []shop.CodeMap{{From: "GR", To: "el"}} }, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			card, found := whole(), usual()
			tt.change(&card, &found)
			got := Findings(card, found)
			if tt.weight == 0 {
				if len(got) != 0 {
					t.Errorf("got %+v, want nothing", got)
				}
				return
			}
			if len(got) != 1 || got[0].Weight != tt.weight || !strings.Contains(got[0].Text+" "+got[0].WayOut, tt.want) {
				t.Fatalf("got %+v, want one that %s: %s", got, tt.weight, tt.want)
			}
			check(t, got[0])
		})
	}
}

// check: two sentences, settings that the card has and that the way out names,
// and a reason that the catalogue explains.
func check(t *testing.T, f Finding) {
	t.Helper()
	for _, s := range []string{f.Text, f.WayOut} {
		if !strings.HasSuffix(s, ".") || strings.HasSuffix(s, "..") || strings.Contains(s, "  ") || len(s) < 20 || strings.ToUpper(s[:1]) != s[:1] {
			t.Errorf("%q is no sentence", s)
		}
	}
	if _, ok := documents.Explained[f.Reason]; !ok && f.Reason != "" {
		t.Errorf("reason %q is not in the catalogue", f.Reason)
	}
	fields := map[string]bool{}
	for _, name := range documents.Sections.Names() {
		fields[name] = true
	}
	for _, s := range f.Settings {
		if !fields[s] {
			t.Errorf("%q is no setting of the shop card", s)
		}
	}
	if len(f.Settings) > 0 && !strings.Contains(f.WayOut, f.Settings[0]) {
		t.Errorf("%q does not name %s", f.WayOut, f.Settings[0])
	}
}

// A card of a new shop says all that it leaves open, the worst first, and each
// setting that is filled in ends what is said of it.
func TestNewCard(t *testing.T) {
	card := fresh()
	settings := func() (out []string) {
		fs := Findings(card, usual())
		if !slices.IsSortedFunc(fs, func(a, b Finding) int { return int(a.Weight - b.Weight) }) {
			t.Errorf("not by weight: %+v", fs)
		}
		for _, f := range fs {
			check(t, f)
			out = append(out, f.Settings[0])
		}
		return out
	}
	want := []string{
		"shippingChargesAccount", "tipAccount", "soldGiftCardAccount", "cashRoundingsAccount", "feeAccount", "channelTaxAccount", "unknownItemAccount",
		"autoCreateUnknownCustomers", "defaultCustomerNo", "defaultCompanyNo", "skuMapping", "taxCodes", "locations",
	}
	if got := settings(); !slices.Equal(got, want) {
		t.Fatalf("got  %q\nwant %q", got, want)
	}
	full := whole()
	for _, set := range []func(){
		func() { card.ShippingChargesAccount = full.ShippingChargesAccount }, func() { card.TipAccount = full.TipAccount },
		func() { card.SoldGiftCardAccount = full.SoldGiftCardAccount }, func() { card.CashRoundingsAccount = full.CashRoundingsAccount },
		func() { card.FeeAccount = full.FeeAccount }, func() { card.ChannelTaxAccount = full.ChannelTaxAccount },
		func() { card.UnknownItemAccount = full.UnknownItemAccount }, func() { card.DefaultCustomerNo = full.DefaultCustomerNo },
		func() { card.DefaultCompanyNo = full.DefaultCompanyNo }, func() { card.SKUMapping = full.SKUMapping }, func() { card.TaxCodes = full.TaxCodes }, func() { card.Locations = full.Locations },
	} {
		set()
		want = want[1:]
		if len(want) > 0 && want[0] == "defaultCustomerNo" { // is the way out of two
			want = want[1:]
		}
		if got := settings(); !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestWrite(t *testing.T) {
	fs := append(Findings(fresh(), usual()), Finding{Weight: Note, Text: strings.Repeat("x", 100) + ".", WayOut: "Nothing."})
	var b strings.Builder
	if err := Write(&b, fs); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if len(line) > Width+1 && !strings.Contains(line, "xxx") {
			t.Errorf("%d characters: %q", len(line)-1, line)
		}
	}
	words := strings.Join(strings.Fields(b.String()), " ")
	for _, f := range fs {
		if !strings.Contains(words, "- "+f.Text+" "+f.WayOut) {
			t.Errorf("%q is not printed", f.Text)
		}
	}
	if n := strings.Count(words, heads[Waits]); n != 1 {
		t.Errorf("the head of those that wait is printed %d times", n)
	}
	b.Reset()
	if err := Write(&b, nil); err != nil || b.Len() > 0 {
		t.Errorf("no findings: %q, %v", b.String(), err)
	}
}

// cronus is the BC side of a connection; what fails gives an error.
type cronus struct {
	fails string
	err   error // nil: errDown
	asked []string
}

var errDown = errors.New("down")

func (c *cronus) read(what string) error {
	c.asked = append(c.asked, what)
	if what == c.fails && c.err != nil {
		return c.err
	} else if what == c.fails {
		return errDown
	}
	return nil
}

func (c *cronus) LocalCurrency(context.Context) (string, error) {
	return "EUR", c.read("setup")
}

func (c *cronus) Accounts(context.Context) ([]bcapi.Account, error) { return nil, c.read("accounts") }

func (c *cronus) References(_ context.Context, set bcapi.Set) ([]bcapi.Reference, error) {
	return []bcapi.Reference{{Code: string(set) + "-1"}}, c.read(string(set))
}

func (c *cronus) CustomersByNumber(_ context.Context, ns []string) ([]customers.Customer, error) {
	return []customers.Customer{{Number: ns[0]}}, c.read("customers " + strings.Join(ns, " "))
}

func (c *cronus) ItemsByNumber(_ context.Context, ns []string) ([]products.Item, error) {
	return []products.Item{{Number: ns[0]}}, c.read("items " + strings.Join(ns, " "))
}

func (c *cronus) VariantsByItem(_ context.Context, ns []string) ([]products.Variant, error) {
	return nil, c.read("variants of " + strings.Join(ns, " "))
}

func TestCompany(t *testing.T) {
	full := whole()
	full.ShipmentMethods, full.PaymentTerms, full.Countries = make([]documents.ShipmentMap, 1), make([]documents.TermsMap, 1), make([]shop.CodeMap, 1)
	full.CountryCustomers = []customers.CountryMap{{Country: "DE", CustomerNo: "D1"}}
	full.Variants = []products.VariantMap{{VariantID: "1", ItemNo: "A", VariantCode: "RED", UoM: "BOX"}, {VariantID: "2", ItemNo: "B"}}
	for _, tt := range []struct {
		name  string
		card  documents.Card
		asked []string
	}{
		{"new", fresh(), []string{"setup", "accounts", "currencies"}},
		{"full", full, []string{
			"setup", "accounts", "customers web WEB D1", "items A B", "variants of A",
			"currencies", "locations", "shipmentMethods", "paymentTerms", "countriesRegions", "taxGroups", "unitsOfMeasure",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &cronus{}
			var f Found
			if err := f.company(t.Context(), c, tt.card); err != nil || !slices.Equal(c.asked, tt.asked) || len(f.Unread) != 0 {
				t.Fatalf("asked %q, %v, %v; want %q", c.asked, f.Unread, err, tt.asked)
			}
			if f.LCY != "EUR" || f.Accounts == nil || f.Customers == nil || f.Items == nil || !slices.Equal(f.Tables["currencies"], []string{"currencies-1"}) {
				t.Errorf("found %+v", f)
			}
			if err := new(Found).company(t.Context(), &cronus{fails: "setup"}, tt.card); !errors.Is(err, errDown) {
				t.Errorf("the set-up fails: %v", err)
			}
		})
	}
}

// What BC does not tell is said, and is not judged: as if the card named nothing of
// it. A permission that is missing leaves the rest; an outage ends the questions.
func TestUnreadIsSaid(t *testing.T) {
	card := whole()
	card.TipAccount, card.DefaultCustomerNo, card.TaxCodes[0].Code = "4711", "NOBODY", "VAT99"
	denied := &fault.Error{Op: "x", Kind: fault.Blocked, Merchant: "The app lacks a permission.", Err: errDown}
	for _, tt := range []struct {
		fails string
		err   error
		says  string
		asked int
	}{
		{"accounts", denied, "has the accounts that the card names is not known, because it could not be asked (The app lacks a permission).", 6},
		{"taxGroups", denied, "has the tax codes that", 6},
		{"accounts", errDown, "has the accounts, customers, currencies, locations and tax codes that the card names is not known, because it could not be asked (down).", 2},
	} {
		c := &cronus{fails: tt.fails, err: tt.err}
		f := Found{Shop: usual().Shop}
		if err := f.company(t.Context(), c, card); err != nil {
			t.Fatal(err)
		}
		got := Findings(card, f)
		i := slices.IndexFunc(got, func(f Finding) bool { return strings.Contains(f.Text, tt.says) })
		if i < 0 || got[i].Weight != Hidden || got[i].WayOut == "" {
			t.Errorf("%s, %v: %+v", tt.fails, tt.err, got)
		}
		if slices.ContainsFunc(got, func(f Finding) bool {
			return tt.fails == "accounts" && strings.Contains(f.Text, "4711") || tt.fails == "taxGroups" && strings.Contains(f.Text, "VAT99")
		}) {
			t.Errorf("%s is judged: %+v", tt.fails, got)
		}
		if len(c.asked) != tt.asked {
			t.Errorf("%s, %v: asked %q", tt.fails, tt.err, c.asked)
		}
	}
}
