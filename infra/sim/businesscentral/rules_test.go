package businesscentral

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// send posts an order of the first company, changes its header by each of the
// patches, and gives it as it then is, with its lines.
func (w *world) send(t *testing.T, body string, patches ...string) (id string, header map[string]any, lines []map[string]any) {
	t.Helper()
	id = text(t, w.must(t, request{method: "POST", path: "salesOrders", body: body}), "id")
	for _, p := range patches {
		w.must(t, request{method: "PATCH", path: "salesOrders(" + id + ")", body: p, header: "If-Match: *"})
	}
	header = w.must(t, request{method: "GET", path: "salesOrders(" + id + ")?$expand=salesOrderLines"})
	return id, header, rowsOf(header["salesOrderLines"])
}

func rowsOf(v any) []map[string]any {
	var out []map[string]any
	list, _ := v.([]any)
	for _, r := range list {
		if m, ok := r.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// differences are the members of got that are not as in want.
func differences(got, want map[string]any) []string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if fmt.Sprint(got[k]) != fmt.Sprint(want[k]) {
			out = append(out, fmt.Sprintf("%s is %v, want %v", k, got[k], want[k]))
		}
	}
	return out
}

type fields = map[string]any

// Each rule of how a header is written, with the section that has it.
func TestHeaderRules(t *testing.T) {
	unset, paged := Switches{BlankUnset: true}, Switches{PageOrder: true}
	linked := SalesSetup{LinkDocumentDate: true}
	tests := []struct {
		name, section string
		sw            Switches
		setup         SalesSetup
		post          string // after customerNumber
		customer      string
		patches       []string
		want          fields
	}{
		{name: "the card, where nothing is sent", section: "9.2", customer: "A-CARD", want: fields{
			"sellToAddressLine2": "c/o Nobody", "sellToState": "WA", "shipToName": "Felix Awkward", "shipToContact": "Somebody else", "shipToState": "WA",
			"currencyCode": "DKK", "salesperson": "OF", "partialShipping": false, "phoneNumber": "+1 206 555 0100", "email": "kunde4@mail.example", "billToName": "Felix Awkward",
		}},
		{
			name: "blank in a POST", section: "9.1.4", customer: "A-CARD", post: `"sellToAddressLine2":"","sellToState":"","email":"","phoneNumber":""`,
			want: fields{"sellToAddressLine2": "", "sellToState": "", "email": "", "phoneNumber": ""},
		},
		{
			name: "blank in a POST, unset", section: "9.1.4", sw: unset, customer: "A-CARD", post: `"sellToAddressLine2":"","sellToState":""`,
			want: fields{"sellToAddressLine2": "c/o Nobody", "sellToState": "WA"},
		},
		{
			name: "blank in a PATCH after it, unset", section: "9.1.6", sw: unset, customer: "A-CARD", post: `"sellToAddressLine2":""`, patches: []string{`{"sellToAddressLine2":"","shipToAddressLine2":""}`},
			want: fields{"sellToAddressLine2": "", "shipToAddressLine2": "", "billToAddressLine2": ""},
		},
		{
			name: "blank ship-to name in a POST does nothing", section: "9.1.5", customer: "A-CARD", post: `"shipToName":"","shipToContact":""`,
			want: fields{"shipToName": "Felix Awkward", "shipToContact": "Somebody else"},
		},
		{
			name: "blank ship-to name in a PATCH clears", section: "9.1.5", customer: "A-CARD", patches: []string{`{"shipToName":"","shipToContact":""}`},
			want: fields{"shipToName": "", "shipToContact": ""},
		},
		{name: "sent before the customer is overwritten", section: "9.2", post: `"sellToCity":"Leeds","customerNumber":"A-CARD"`, want: fields{"sellToCity": "Seattle"}},
		{name: "sent before the customer, by the page", section: "9.1.3", sw: paged, post: `"sellToCity":"Leeds","customerNumber":"A-CARD"`, want: fields{"sellToCity": "Leeds"}},
		{
			name: "bill-to address follows sell-to, name does not", section: "9.2", customer: "10000", post: `"sellToCity":"Leeds","sellToState":"Yorkshire"`,
			want: fields{"billToCity": "Leeds", "billToState": "Yorkshire", "billToName": "Adatum Corporation"},
		},
		{name: "bill-to address follows in a PATCH", section: "9.2", customer: "10000", patches: []string{`{"sellToCity":"Leeds"}`}, want: fields{"billToCity": "Leeds"}},
		{
			name: "another payer", section: "9.2", customer: "A-BRANCH", post: `"sellToCity":"Leeds"`,
			want: fields{"sellToCity": "Leeds", "billToCustomerNumber": "10000", "billToName": "Adatum Corporation", "billToCity": "Cambridge", "customerName": "Adatum, Branch Oxford"},
		},
		{name: "prices with tax by the card", section: "9.2", customer: "A-GROSS", want: fields{"pricesIncludeTax": true}},
		{name: "prices without tax against the card", section: "9.2", customer: "A-GROSS", post: `"pricesIncludeTax":false`, want: fields{"pricesIncludeTax": false}},
		{name: "false in a POST, unset", section: "9.1.4", sw: Switches{ZeroUnset: true}, customer: "A-GROSS", post: `"pricesIncludeTax":false`, want: fields{"pricesIncludeTax": true}},
		{name: "local currency by its code", section: "9.2", customer: "A-DKK", post: `"currencyCode":"EUR"`, want: fields{"currencyCode": "EUR", "currencyId": zeroGUID}},
		{name: "local currency by its code, unset", section: "9.2", sw: unset, customer: "A-DKK", post: `"currencyCode":"EUR"`, want: fields{"currencyCode": "EUR"}},
		{name: "local currency by a zero id, unset", section: "9.2", sw: unset, customer: "A-DKK", post: `"currencyId":"` + zeroGUID + `"`, want: fields{"currencyCode": "DKK"}},
		{name: "country without county blanks the state before it", section: "9.2", customer: "10000", post: `"sellToState":"Bayern","sellToCountry":"DE"`, want: fields{"sellToState": ""}},
		{name: "state after the country", section: "9.2", customer: "10000", post: `"sellToCountry":"DE","sellToState":"Bayern"`, want: fields{"sellToState": "Bayern"}},
		{name: "country with county keeps the state", section: "9.2", customer: "A-CARD", post: `"sellToCountry":"CA"`, want: fields{"sellToState": "WA"}},
		{
			name: "post code known to the table", section: "9.2", customer: "10000", post: `"sellToCity":"München","sellToState":"BY","sellToCountry":"DE","sellToPostCode":"80331"`,
			want: fields{"sellToCity": "München-Altstadt", "sellToState": "", "sellToCountry": "DE"},
		},
		{
			name: "post code, then city and state", section: "9.2", customer: "10000", post: `"sellToCountry":"DE","sellToPostCode":"80331","sellToCity":"München","sellToState":"BY"`,
			want: fields{"sellToCity": "München", "sellToState": "BY"},
		},
		{
			name: "post code, then city and state, by the page", section: "9.1.3", sw: paged, customer: "10000", post: `"sellToCountry":"DE","sellToPostCode":"80331","sellToCity":"München","sellToState":"BY"`,
			want: fields{"sellToCity": "München-Altstadt", "sellToState": ""},
		},
		{
			name: "a second PATCH settles the post code", section: "9.2", sw: paged, customer: "10000", post: `"sellToCountry":"DE","sellToPostCode":"80331","sellToCity":"München"`,
			patches: []string{`{"sellToCountry":"DE","sellToPostCode":"80331","sellToCity":"München","sellToState":"BY"}`}, want: fields{"sellToCity": "München", "sellToState": "BY"},
		},
		{name: "post code of two countries", section: "9.2", customer: "10000", post: `"shipToCountry":"CH","shipToPostCode":"1010"`, want: fields{"shipToCity": "Lausanne", "shipToState": "VD"}},
		{name: "post code of a third country", section: "9.2", customer: "10000", post: `"shipToCountry":"FR","shipToPostCode":"1010"`, want: fields{"shipToCity": "Wien", "shipToCountry": "AT"}},
		{
			name: "ship-to code of the card", section: "9.2", customer: "A-SHIPTO",
			want: fields{"shipToName": "Holt & Co., Warenannahme", "shipToContact": "Tor 4", "shipToCity": "Rostock", "sellToCity": "Berlin", "shipmentMethodId": "{PICKUP}"},
		},
		{
			name: "ship-to field clears the code and resets the rest", section: "9.2", customer: "A-SHIPTO", post: `"shipToCity":"Bonn"`,
			want: fields{"shipToName": "Holt & Co.", "shipToContact": "", "shipToCity": "Bonn", "shipToPostCode": "10115", "shipmentMethodId": zeroGUID},
		},
		{name: "ship-to follows sell-to while equal", section: "9.2", customer: "10000", post: `"sellToCity":"Leeds"`, want: fields{"shipToCity": "Leeds"}},
		{name: "not with another contact", section: "9.2", customer: "10000", post: `"shipToContact":"Ida","sellToCity":"Leeds"`, want: fields{"shipToCity": "Cambridge"}},
		{name: "not with another phone", section: "9.2", customer: "10000", post: `"phoneNumber":"1","sellToCity":"Leeds"`, want: fields{"shipToCity": "Cambridge"}},
		{name: "not with a code", section: "9.2", customer: "A-SHIPTO", post: `"sellToCity":"Leeds"`, want: fields{"shipToCity": "Rostock"}},
		{name: "dates", section: "9.2", customer: "10000", post: `"orderDate":"2026-01-05"`, want: fields{"orderDate": "2026-01-05", "postingDate": "2026-03-02"}},
		{name: "document date linked", section: "9.2", setup: linked, customer: "10000", post: `"orderDate":"2026-01-05"`, want: fields{"orderDate": "2026-03-02"}},
		{name: "document date linked, posting date sent", section: "9.2", setup: linked, customer: "10000", post: `"orderDate":"2026-01-05","postingDate":"2026-02-01"`, want: fields{"orderDate": "2026-02-01"}},
		{name: "currency without rate", section: "9.2", customer: "10000", post: `"currencyCode":"XXX"`, want: fields{"currencyCode": "XXX"}},
	}
	for _, tt := range tests {
		t.Run(tt.name+" (business-central-api.md "+tt.section+")", func(t *testing.T) {
			w := newWorld(t, func(o *Options) { o.Switches = tt.sw })
			w.Company("").SetSales(tt.setup)
			body := tt.post
			if tt.customer != "" {
				body = strings.TrimSuffix(`"customerNumber":"`+tt.customer+`",`+tt.post, ",")
			}
			_, got, _ := w.send(t, "{"+body+"}", tt.patches...)
			for k, v := range tt.want {
				if v == "{PICKUP}" {
					tt.want[k] = w.Company("").tables[setMethods].keys["PICKUP"]
				}
			}
			for _, d := range differences(got, tt.want) {
				t.Error(d)
			}
		})
	}
}

// Each row of 9.3: what a field of a line does to price and discount.
func TestLineRules(t *testing.T) {
	zero, paged := Switches{ZeroUnset: true}, Switches{PageOrder: true}
	line := func(number, rest string) string {
		return strings.TrimSuffix(`{"lineType":"Item","lineObjectNumber":"`+number+`",`+rest, ",") + "}"
	}
	tests := []struct {
		name, customer string
		sw             Switches
		line           string
		patch          string // of the line
		want           fields
	}{
		{name: "item card", customer: "10000", line: line("1900-S", `"quantity":1`), want: fields{"unitPrice": 125.1, "discountPercent": 0}},
		{name: "price and discount of the groups", customer: "A-RULES", line: line("1896-S", `"quantity":1`), want: fields{"unitPrice": 590, "discountPercent": 10, "discountAmount": 59}},
		{name: "price by quantity", customer: "10000", line: line("1900-S", `"quantity":10`), want: fields{"unitPrice": 119}},
		{name: "price of a variant", customer: "10000", line: line("1900-S", `"itemVariantId":"{red}","quantity":1`), want: fields{"unitPrice": 128.5, "description": "PARIS Guest Chair, red"}},
		{name: "price of a customer in its currency", customer: "A-DKK", line: line("1900-S", `"quantity":1`), want: fields{"unitPrice": 899}},
		{name: "quantity before the price", customer: "10000", line: line("1900-S", `"quantity":10,"unitPrice":100`), want: fields{"unitPrice": 100}},
		{name: "quantity after the price, with a rule", customer: "10000", line: line("1900-S", `"unitPrice":100,"quantity":10`), want: fields{"unitPrice": 119}},
		{name: "quantity after the price, without a rule", customer: "10000", line: line("1900-S", `"unitPrice":100,"quantity":9`), want: fields{"unitPrice": 100}},
		{
			name: "variant after the price, by the page", customer: "10000", sw: paged, line: line("1900-S", `"itemVariantId":"{red}","quantity":1,"unitPrice":100,"discountAmount":10`),
			want: fields{"unitPrice": 128.5, "discountAmount": 0},
		},
		{name: "location after the price", customer: "10000", line: line("1900-S", `"quantity":1,"unitPrice":100,"locationId":"{west}"`), want: fields{"unitPrice": 100, "locationId": "{west}"}},
		{name: "location of the customer", customer: "A-CARD", line: line("1900-S", `"quantity":1`), want: fields{"locationId": "{west}"}},
		{name: "price keeps the percent", customer: "A-RULES", line: line("1896-S", `"quantity":2,"unitPrice":100`), want: fields{"discountPercent": 10, "discountAmount": 20}},
		{name: "discount 0 against a rule", customer: "A-RULES", line: line("1896-S", `"quantity":2,"unitPrice":100,"discountAmount":0`), want: fields{"discountPercent": 0, "discountAmount": 0}},
		{name: "discount 0 against a rule, unset", customer: "A-RULES", sw: zero, line: line("1896-S", `"quantity":2,"unitPrice":100,"discountAmount":0`), want: fields{"discountAmount": 20}},
		{name: "discount 0 in a PATCH", customer: "A-RULES", sw: zero, line: line("1896-S", `"quantity":2,"unitPrice":100`), patch: `{"discountAmount":0}`, want: fields{"discountAmount": 0, "discountPercent": 0}},
		{name: "price 0, unset", customer: "10000", sw: zero, line: line("1900-S", `"quantity":1,"unitPrice":0`), want: fields{"unitPrice": 125.1}},
		{name: "price 0", customer: "10000", line: line("1900-S", `"quantity":1,"unitPrice":0`), want: fields{"unitPrice": 0}},
		{name: "discount with five decimals of a percent", customer: "10000", line: line("1900-S", `"quantity":3,"unitPrice":33.33,"discountAmount":10`), want: fields{"discountAmount": 10, "discountPercent": 10.001}},
		{name: "quantity in a PATCH takes the rule again", customer: "A-RULES", line: line("1896-S", `"quantity":1,"unitPrice":100,"discountAmount":0`), patch: `{"quantity":2}`, want: fields{"unitPrice": 590, "discountPercent": 10}},
		{name: "the same quantity in a PATCH does nothing", customer: "A-RULES", line: line("1896-S", `"quantity":1,"unitPrice":100,"discountAmount":0`), patch: `{"quantity":1}`, want: fields{"unitPrice": 100, "discountPercent": 0}},
		{name: "tax code read under another name", customer: "10000", line: line("1900-S", `"quantity":1,"taxCode":"REDUCED"`), want: fields{"taxCode": "VAT7", "taxPercent": 7, "unitPrice": 125.1}},
		{name: "price with tax of the card", customer: "10000", line: line("1972-S", `"quantity":1`), want: fields{"unitPrice": 37.38318, "taxCode": "VAT7"}},
		{name: "tax code with prices that include it", customer: "A-GROSS", line: line("1900-S", `"quantity":1,"unitPrice":125,"taxCode":"VAT12"`), want: fields{"unitPrice": 112}},
		{name: "tax code before the price", customer: "A-GROSS", line: line("1900-S", `"quantity":1,"taxCode":"VAT12","unitPrice":125`), want: fields{"unitPrice": 125, "taxPercent": 12}},
	}
	for _, tt := range tests {
		t.Run(tt.name+" (business-central-api.md 9.3)", func(t *testing.T) {
			w := newWorld(t, func(o *Options) { o.Switches = tt.sw })
			c := w.Company("")
			fill := strings.NewReplacer("{red}", c.tables[setVariants].keys["1900-S\x00RED"], "{west}", c.tables[setLocations].keys["WEST"])
			_, _, lines := w.send(t, fill.Replace(`{"customerNumber":"`+tt.customer+`","salesOrderLines":[`+tt.line+`]}`))
			got := lines[0]
			if tt.patch != "" {
				got = w.must(t, request{method: "PATCH", path: "salesOrderLines(" + text(t, got, "id") + ")", body: tt.patch, header: "If-Match: *"})
			}
			for k, v := range tt.want {
				if s, ok := v.(string); ok {
					tt.want[k] = fill.Replace(s)
				}
			}
			for _, d := range differences(got, tt.want) {
				t.Error(d)
			}
		})
	}
}

// Changing what lines were made with makes them anew (9.2).
func TestHeaderMakesLinesAnew(t *testing.T) {
	const order = `{"customerNumber":"10000","salesOrderLines":[
		{"sequence":500,"lineType":"Item","lineObjectNumber":"1900-S","itemVariantId":"{red}","quantity":2,"unitPrice":1,"description":"Mine"},
		{"sequence":700,"lineType":"Account","lineObjectNumber":"6610","quantity":1,"unitPrice":9},{"sequence":900,"lineType":"Comment","description":"Text"}]}`
	for _, patch := range []string{`{"currencyCode":"USD"}`, `{"customerNumber":"A-DKK"}`, `{"billToCustomerNumber":"20000"}`} {
		t.Run(patch, func(t *testing.T) {
			w := newWorld(t)
			body := strings.ReplaceAll(order, "{red}", w.Company("").tables[setVariants].keys["1900-S\x00RED"])
			_, _, before := w.send(t, body)
			_, _, after := w.send(t, body, patch)
			if len(before) != 3 || len(after) != 3 || after[0]["sequence"] != 10000.0 || after[2]["sequence"] != 30000.0 {
				t.Fatalf("%v", after)
			}
			if after[0]["unitPrice"] == 1.0 || after[0]["description"] != "PARIS Guest Chair, red" || after[0]["quantity"] != 2.0 || after[0]["itemVariantId"] != before[0]["itemVariantId"] {
				t.Errorf("the item's line: %v", after[0])
			}
			if after[1]["unitPrice"] != 0.0 || after[2]["description"] != "Text" {
				t.Errorf("the other lines: %v", after[1:])
			}
		})
	}
	t.Run("prices with tax are converted", func(t *testing.T) {
		w := newWorld(t)
		_, header, lines := w.send(t, `{"customerNumber":"10000","salesOrderLines":[{"lineObjectNumber":"1900-S","quantity":2,"unitPrice":100,"discountAmount":20}]}`, `{"pricesIncludeTax":true}`)
		if lines[0]["unitPrice"] != 125.0 || lines[0]["discountAmount"] != 25.0 || header["totalAmountIncludingTax"] != 225.0 || lines[0]["sequence"] != 10000.0 {
			t.Errorf("%v", lines[0])
		}
	})
}

// Shipped to a country where the payer is registered, other VAT applies (9.2).
func TestAlternativeVAT(t *testing.T) {
	w := newWorld(t)
	for header, want := range map[string]float64{"": 25, `,"shipToCountry":"CH"`: 0, `,"sellToCountry":"CH"`: 0, `,"shipToCountry":"FR"`: 25} {
		_, _, lines := w.send(t, `{"customerNumber":"20000"`+header+`,"salesOrderLines":[{"lineObjectNumber":"1900-S","quantity":1}]}`)
		if lines[0]["taxPercent"] != want {
			t.Errorf("%s: %v %%, want %v", header, lines[0]["taxPercent"], want)
		}
	}
}
