package wiring_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/orders"
	"backroom/shared/products"
	"backroom/shared/record"
	"backroom/shared/shop"
)

// fresh is the card of a new shop.
func fresh(t *testing.T) shop.Shop {
	t.Helper()
	c, err := sections.New("acme", time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func set(t *testing.T, js string) shop.Shop {
	t.Helper()
	c := fresh(t)
	if err := sections.Set(&c, []byte(js)); err != nil {
		t.Fatal(err)
	}
	return c
}

// text is the card as it is stored.
func text(t *testing.T, c shop.Shop) string {
	t.Helper()
	data, err := record.Encode(1, c)
	var fields map[string]any
	if err == nil {
		err = record.Decode(data, 1, &fields)
	}
	js, err2 := json.MarshalIndent(fields, "", " ")
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return string(js)
}

// A list that is named is what it says, whatever was there: the row of another
// method gives its account to nobody.
func TestNamedListReplacesTheStoredOne(t *testing.T) {
	full := map[string]string{
		"shipmentMethods":   `[{"title":"Express","code":"EXP","account":"6611"},{"title":"Pickup"}]`,
		"locations":         `[{"locationID":"1","name":"East","code":"EAST"}]`,
		"paymentTerms":      `[{"type":"NET","name":"30 days","code":"30D"}]`,
		"salespeople":       `[{"staff":"7","code":"AL"},{"staff":"Ann Lee","code":"AL"}]`,
		"variants":          `[{"variantID":"1","itemNo":"A","variantCode":"RED","uom":"BOX"}]`,
		"taxCodes":          `[{"rate":"0.19","code":"VAT19"}]`,
		"countryCustomers":  `[{"country":"DE","customerNo":"10"}]`,
		"countries":         `[{"from":"GB","to":"UK"}]`,
		"companyCustomers":  `[{"companyID":"5","locationID":"6","customerNo":"10"},{"companyID":"5","customerNo":"20"}]`,
		"customerTemplates": `[{"country":"DE","paymentTerms":"30D"},{"currency":"EUR"}]`,
		"currencies":        `[{"from":"GBP","to":"UKP"}]`,
		"bcWins":            `["orderDate","phone"]`,
		"commentLines":      `["note"]`,
		"orderGates":        `[{"channel":"Online Store","minutes":30,"paid":true,"maxRisk":"LOW","tags":["hold"]}]`,
	}
	next := map[string]string{
		"shipmentMethods":   `[{"title":"Standard"}]`,
		"locations":         `[{"locationID":"2","code":"WEST"}]`,
		"paymentTerms":      `[{"type":"FIXED","code":"F"}]`,
		"salespeople":       `[{"staff":"8","code":"BO"}]`,
		"variants":          `[{"variantID":"2","itemNo":"B"}]`,
		"taxCodes":          `[]`,
		"countryCustomers":  `null`,
		"countries":         `[{"from":"GR","to":"EL"}]`,
		"companyCustomers":  `[{"companyID":"7","customerNo":"30"}]`,
		"customerTemplates": `[{"country":"FR","taxLiable":true}]`,
		"currencies":        `[{"from":"EUR","to":"EURO"}]`,
		"bcWins":            `["email"]`,
		"commentLines":      `["dueDate"]`,
		"orderGates":        `[{"channel":"Point of Sale"}]`,
	}
	lists := 0
	for _, f := range reflect.VisibleFields(reflect.TypeFor[documents.Card]()) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); f.Type.Kind() == reflect.Slice && name != "" && name != "-" {
			if lists++; full[name] == "" {
				t.Errorf("list %s is not tried", name)
			}
		}
	}
	if lists != len(full) {
		t.Errorf("%d lists, %d tried", lists, len(full))
	}
	for name := range full {
		for _, written := range []string{name, strings.ToUpper(name)} {
			c := set(t, `{"`+name+`":`+full[name]+`,"tipAccount":"6620"}`)
			if err := sections.Set(&c, []byte(`{"`+written+`":`+next[name]+`}`)); err != nil {
				t.Fatal(err)
			}
			want := set(t, `{"`+name+`":`+next[name]+`,"tipAccount":"6620"}`)
			if d := cmp.Diff(text(t, want), text(t, c)); d != "" {
				t.Errorf("%s: %s", written, d)
			}
		}
	}
}

// What cannot be is refused by field, value and what is allowed, all at once, and
// the card stays as it was.
func TestWrongSettingsOfTheCard(t *testing.T) {
	c := set(t, `{"taxMode":"vat-included","shipmentMethods":[{"title":"Express","account":"6611"}]}`)
	was := set(t, `{"taxMode":"vat-included","shipmentMethods":[{"title":"Express","account":"6611"}]}`)
	err := sections.Set(&c, []byte(`{"currencyHandling":"Presentment Currency","taxMode":"VAT","customerImport":"All Customers","customerMapping":"By EMail/Phone",
		"nameSource":"CompanyName","name2Source":"x","contactSource":"y","countySource":"Code","skuMapping":"Item No.","tolerance":"-0.01","keepProcessedOrders":-2,
		"tipAccount":"123456789012345678901","feeAccount":" 1","taxCodes":[{"rate":"19","code":"V"},{"rate":"0.07"},{"rate":"0.070","code":"W"},{"code":"X"}],
		"shipmentMethods":[{"code":"X"}],"countries":[{"from":"GB","to":"UK"},{"from":"gb","to":"GB"}],"variants":[{"variantID":"1"}],
		"roundingAccount":6620,"useShopifyOrderNo":"yes","tipAcount":"6620","locations":{"1":"EAST"},"bcWins":["orderDate","weather"],
		"paymentTerms":[{"type":"Net 30","code":"30D"},{"type":"net"},{"type":"NET","name":"Net 60","code":"60D"}],"company":{"id":"CRONUS","lcY":"EUR"}}`))
	if err == nil {
		t.Fatal("all was taken")
	}
	for _, want := range []string{
		`currencyHandling "Presentment Currency": must be shop, presentment`, `taxMode "VAT"`, `customerImport "All Customers"`, `customerMapping "By EMail/Phone"`,
		`nameSource "CompanyName"`, `name2Source "x"`, `contactSource "y"`, `countySource "Code"`, `skuMapping "Item No."`, `tolerance "-0.01"`, `keepProcessedOrders "-2"`,
		`tipAccount "123456789012345678901"`, `feeAccount " 1"`, `taxCodes[0].rate "19"`, `taxCodes[1].code ""`, `taxCodes[2].rate "0.07": must be another than that of row 1`,
		`taxCodes[3].rate "": must be set`, `shipmentMethods[0].title ""`, `countries[1].from "gb"`, `variants[0].itemNo ""`,
		`roundingAccount "6620": must be text`, `useShopifyOrderNo "yes": must be true or false`,
		`tipAcount "6620": must be left out: there is no setting of that name, the closest is tipAccount`, `locations "{\"1\":\"EAST\"}": must be a list`,
		`bcWins[1] "weather": must be one of`, `paymentTerms[0].type "Net 30": must be one of FIXED, FULFILLMENT, NET`, `paymentTerms[1].code ""`,
		`paymentTerms[2].name "Net 60": must be before row 1`, `company.id "CRONUS": must be`, `company.lcy "EUR": must be left out`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s in\n%v", want, err)
		}
	}
	if d := cmp.Diff(text(t, was), text(t, c)); d != "" {
		t.Errorf("the card has changed: %s", d)
	}
}

// Each value is judged by itself: what is just right is taken, what is just wrong refused.
func TestValuesOfTheCard(t *testing.T) {
	long := func(n int) string { return strings.Repeat("X", n) }
	for _, tt := range []struct {
		js    string
		wrong string // the field that is named; "" is taken
	}{
		{`{"locations":[{"locationID":"61002","code":"` + long(10) + `"}]}`, ""},
		{`{"locations":[{"locationID":"61002","code":"` + long(11) + `"}]}`, "locations[0].code"},
		{`{"locations":[{"locationID":"gid://shopify/Location/61002","code":"A"}]}`, "locations[0].locationID"},
		{`{"defaultLocationID":"East"}`, "defaultLocationID"},
		{`{"shipmentMethods":[{"title":"A","code":"` + long(11) + `"}]}`, "shipmentMethods[0].code"},
		{`{"shipmentMethods":[{"title":"A","account":"` + long(21) + `"}]}`, "shipmentMethods[0].account"},
		{`{"shipmentMethods":[{"title":"A","account":"item:` + long(20) + `"}]}`, ""},
		{`{"shipmentMethods":[{"title":"A","account":"charge:FREIGHT"}]}`, "shipmentMethods[0].account"},
		{`{"shippingChargesAccount":"item:SHIPPING","tipAccount":"Item: TIP","refundAccount":"ITEM:GOODWILL"}`, ""},
		{`{"tipAccount":"item:` + long(21) + `"}`, "tipAccount"},
		{`{"tipAccount":"item: "}`, "tipAccount"},
		{`{"tipAccount":" item:TIP"}`, "tipAccount"},
		{`{"feeAccount":"Charge:FREIGHT"}`, "feeAccount"},
		{`{"nonRestockAccount":"charge:FREIGHT"}`, "nonRestockAccount"},
		{`{"shipmentMethods":[{"title":"A"},{"title":"a"}]}`, "shipmentMethods[1].title"},
		{`{"paymentTerms":[{"type":"NET","name":"Net 30","code":"30D"},{"type":"net","name":"net 30","code":"14D"}]}`, "paymentTerms[1].name"},
		{`{"paymentTerms":[{"type":"NET","name":"Net 30","code":"30D"},{"type":"NET","code":"14D"},{"type":"receipt","code":"0D"}]}`, ""},
		{`{"paymentTerms":[{"type":"NET","code":"` + long(11) + `"}]}`, "paymentTerms[0].code"},
		{`{"countryCustomers":[{"country":"Germany","customerNo":"1"}]}`, "countryCustomers[0].country"},
		{`{"countries":[{"from":"GBR","to":"UK"}]}`, "countries[0].from"},
		{`{"countries":[{"from":"GB","to":" UK"}]}`, "countries[0].to"},
		{`{"currencies":[{"from":"euro","to":"EUR"}]}`, "currencies[0].from"},
		{`{"currencies":[{"from":"EUR","to":"` + long(11) + `"}]}`, "currencies[0].to"},
		{`{"currencies":[{"from":"EUR","to":"EURO"},{"from":"DKK","to":"euro"}]}`, "currencies[1].to"},
		{`{"currencies":[{"from":"EUR"}]}`, "currencies[0].to"},
		{`{"currencies":[{"from":"USD","to":"EUR"}]}`, "currencies[0].to"},
		{`{"currencies":[{"from":"SEK","to":"dkk"},{"from":"EUR","to":"EURO"}]}`, "currencies[0].to"},
		{`{"currencies":[{"from":"USD","to":"EUR"},{"from":"EUR","to":"EURO"},{"from":"SEK","to":"SEK"}]}`, ""},
		{`{"currencies":[{"from":"eur","to":"EURO"},{"from":"DKK","to":"KR"}]}`, ""},
		{`{"variants":[{"variantID":"1","itemNo":"A","variantCode":"` + long(11) + `"}]}`, "variants[0].variantCode"},
		{`{"variants":[{"variantID":"1","itemNo":"A","uom":"` + long(11) + `"}]}`, "variants[0].uom"},
		{`{"variants":[{"variantID":"one","itemNo":"A"}]}`, "variants[0].variantID"},
		{`{"taxCodes":[{"rate":0.19,"code":"` + long(20) + `"}]}`, ""},
		{`{"taxCodes":[{"rate":"0.19","code":"` + long(21) + `"}]}`, "taxCodes[0].code"},
		{`{"taxCodes":[{"rate":"19 %","code":"V"}]}`, "taxCodes[0].rate"},
		{`{"taxCodes":[{"rate":"0.19","code":"V","codes":"W"}]}`, "taxCodes[0].codes"},
		{`{"taxCodes":[null]}`, "taxCodes[0]"},
		{`{"tipAccount":"66\u001b20"}`, "tipAccount"},
		{`{"customerNoPrefix":"WEB-"}`, ""},
		{`{"customerNoPrefix":"WEBSHOP-"}`, "customerNoPrefix"},
		{`{"customerNoPrefix":"W B"}`, "customerNoPrefix"},
		{`{"skuFieldSeparator":"` + long(11) + `"}`, "skuFieldSeparator"},
		{`{"tolerance":1e999999999}`, "tolerance"},
		{`{"tolerance":"1e-999999999"}`, "tolerance"},
		{`{"tolerance":0.05}`, ""},
		{`{"keepProcessedOrders":200000}`, "keepProcessedOrders"},
		{`{"keepProcessedOrders":1.5}`, "keepProcessedOrders"},
		{`{"importFrom":"2026-07-01"}`, "importFrom"},
		{`{"importFrom":"0206-07-01T00:00:00Z"}`, "importFrom"},
		{`{"importFrom":"2026-07-01T00:00:00Z"}`, ""},
		{`{"domain":"shop.example.com"}`, "domain"},
		{`{"company":{"tenant":"a b"}}`, "company.tenant"},
		{`{"company":{"environment":"Prod uction"}}`, "company.environment"},
		{`{"company":{"name":"x"}}`, "company.name"},
		{`{"tipAccount":"1","tipAccount":"2"}`, "tipAccount"},
		{`{"tipAccount":"1","TipAccount":"2"}`, "tipAccount"},
		{`{"code":"other"}`, "code"},
		{`{"enabled":false}`, "enabled"},
		{`{"connectedAt":"2026-07-01T00:00:00Z"}`, "connectedAt"},
		{`{"currency":"SEK"}`, "currency"},
		{`{"timeZone":"Europe/Berlin"}`, "timeZone"},
		{`{"code":"acme","enabled":true,"currency":"","timeZone":""}`, ""},
	} {
		c := fresh(t)
		err := sections.Set(&c, []byte(tt.js))
		if (err == nil) != (tt.wrong == "") {
			t.Errorf("%s: %v", tt.js, err)
			continue
		}
		if p, ok := errors.AsType[shop.Problem](err); err != nil && (!ok || p.Field != tt.wrong || p.Want == "") {
			t.Errorf("%s: %v, want a problem of %s", tt.js, err, tt.wrong)
		}
	}
	for _, js := range []string{``, `{`, `[]`, `"x"`, `{"a":1}{}`, "{\"tipAccount\":\"\xff\"}"} {
		c := fresh(t)
		if err := sections.Set(&c, []byte(js)); err == nil || !strings.Contains(err.Error(), "byte ") {
			t.Errorf("%q: %v", js, err)
		}
	}
}

// What is set elsewhere may be named as it is, and not as something else.
func TestSetElsewhere(t *testing.T) {
	c := fresh(t)
	c.Domain, c.Company = "acme.myshopify.com", shop.Company{Tenant: "contoso.com", Environment: "Production", ID: "7a1e6e4c-0000-0000-0000-00000000c001"}
	by := []shop.Elsewhere{{Field: "domain", By: "SHOPIFY_SHOP"}, {Field: "company.environment", By: "BC_ENVIRONMENT"}}
	was := c
	if err := shop.Change(&was, func(s *documents.DocumentSettings) { s.TipAccount = "1" }); err != nil {
		t.Fatal(err)
	}
	for _, js := range []string{`"domain":"ACME.myshopify.com","company":{"environment":"production"}`, `"code":"","domain":"","company":{"environment":null}`} {
		if err := sections.Set(&c, []byte(`{`+js+`,"tipAccount":"1"}`), by...); err != nil {
			t.Errorf("%s: %v", js, err)
		}
		if d := cmp.Diff(text(t, was), text(t, c)); d != "" {
			t.Errorf("%s: %s", js, d)
		}
	}
	err := sections.Set(&c, []byte(`{"domain":"other.myshopify.com","company":{"environment":"Sandbox"}}`), by...)
	for _, want := range []string{
		`domain "other.myshopify.com": must be "acme.myshopify.com", or left out: SHOPIFY_SHOP sets it`, `company.environment "Sandbox"`, "BC_ENVIRONMENT sets it",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s in %v", want, err)
		}
	}
	if err := sections.Set(&c, []byte(`{"company":{"environment":"Sandbox"}}`)); err != nil || c.Company.Environment != "Sandbox" || c.Company.Tenant != "contoso.com" {
		t.Errorf("set nowhere else: %+v, %v", c.Company, err)
	}
}

// null is the value of a new card.
func TestNullUnsets(t *testing.T) {
	c := set(t, `{"tipAccount":"1","findMappingByGTIN":false,"importFrom":"2026-07-01T00:00:00Z","tolerance":"0.05","locations":[{"locationID":"1","code":"A"}],"feeAccount":"2"}`)
	if err := sections.Set(&c, []byte(`{"tipAccount":null,"findMappingByGTIN":null,"importFrom":null,"tolerance":null,"locations":null}`)); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(text(t, set(t, `{"feeAccount":"2"}`)), text(t, c)); d != "" {
		t.Error(d)
	}
}

// What Show prints, Set takes back without a change, whatever the card says.
func TestShowIsTakenBack(t *testing.T) {
	one := decimal.New(19, -2)
	full := documents.Card{
		OrderSettings: orders.OrderSettings{KeepProcessedOrders: -1, ImportFrom: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)},
		CustomerSettings: customers.CustomerSettings{
			CountryCustomers: []customers.CountryMap{{Country: "DE", CustomerNo: "1"}}, Countries: []shop.CodeMap{{From: "GB", To: "UK"}}, DefaultCustomerNo: "WEB",
		},
		ItemSettings: products.ItemSettings{SKUFieldSeparator: "<&>", FindMappingByGTIN: true, Variants: []products.VariantMap{{VariantID: "1", ItemNo: "A"}}},
		DocumentSettings: documents.DocumentSettings{
			TaxMode: documents.SalesTax, BCWins: []string{"email"}, Tolerance: decimal.New(5, -2), TaxCodes: []documents.TaxCodeMap{{Rate: one, Code: "VAT19"}},
			Locations:       []documents.LocationMap{{LocationID: "1", Name: "Lager \u202e", Code: "A"}},
			ShipmentMethods: []documents.ShipmentMap{{Title: "Express"}}, PaymentTerms: []documents.TermsMap{{Type: "NET", Code: "30D"}},
			Currencies: []shop.CodeMap{{From: "EUR", To: "EURO"}}, TipAccount: "6620", CurrencyHandling: documents.ShopCurrency, UseShopifyOrderNo: true,
		},
	}
	fields := reflect.VisibleFields(reflect.TypeFor[documents.Card]())
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		card, err := documents.CardOf(fresh(t))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fields {
			if from := reflect.ValueOf(full).FieldByIndex(f.Index); !f.Anonymous && f.IsExported() && !from.IsZero() && random.IntN(2) == 0 {
				reflect.ValueOf(&card).Elem().FieldByIndex(f.Index).Set(from)
			}
		}
		c, err := card.Stored()
		if err != nil {
			t.Fatal(err)
		}
		c.Domain, c.Currency, c.TimeZone = "acme.myshopify.com", "EUR", "Europe/Berlin"
		c.Company = shop.Company{Tenant: "contoso.com", Environment: "Production", ID: "7a1e6e4c-0000-0000-0000-00000000c001", LCY: "EUR"}
		shown, err := sections.Show(c)
		if err != nil {
			t.Fatal(err)
		}
		back := c
		if err := sections.Set(&back, shown); err != nil {
			t.Fatalf("%v\n%s", err, shown)
		}
		if d := cmp.Diff(text(t, c), text(t, back)); d != "" {
			t.Fatalf("%s\n%s", d, shown)
		}
		// The same on a new card: it says all that there is to say.
		other := fresh(t)
		other.Currency, other.TimeZone, other.Company.LCY = c.Currency, c.TimeZone, c.Company.LCY
		if err := sections.Set(&other, shown); err != nil {
			t.Fatalf("%v\n%s", err, shown)
		}
		if d := cmp.Diff(text(t, c), text(t, other)); d != "" {
			t.Fatalf("on a new card: %s\n%s", d, shown)
		}
	}
}
