package wiring_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"backroom/shared/shop"
)

// examples are values of settings that are neither a switch nor explained by rows of their own:
// JSON, by name. Settings that are explained together have one for all of them.
var examples = map[string]string{
	"importFrom": `"2026-01-01T00:00:00Z"`, "keepProcessedOrders": `365`, "refundsAndReturns": `"import"`, "customerImport": `"with-order-import"`, "companyImport": `"all"`,
	"customerMapping": `"email-phone"`, "defaultCustomerNo": `"WEB"`, "defaultCompanyNo": `"WEB-B2B"`, "customerNoPrefix": `"S"`, "nameSource": `"company"`,
	"countySource": `"code"`, "skuMapping": `"item-no"`, "skuFieldSeparator": `"|"`, "currencyHandling": `"presentment"`, "taxMode": `"vat-included"`,
	"commentLines": `["note"]`, "shippingChargesAccount": `"6610"`, "feeAccount": `"6630"`, "dutiesAccount": `"6640"`, "salesTaxAccount": `"5610"`, "channelTaxAccount": `"5620"`,
	"unknownItemAccount": `"6190"`, "roundingAccount": `"9150"`, "refundedOrders": `"what-is-left"`, "defaultLocationID": `"61001"`, "bcWins": `["orderDate"]`, "refundAccount": `"6130"`,
	"nonRestockAccount": `"6140"`, "returnLocation": `"MAIN"`, "syncItemImages": `"to-shopify"`, "imageDescription": `"none"`, "stockShare": `80`, "productSync": `"to-shopify"`,
	"newProductStatus": `"active"`, "newProductVendor": `"Cronus"`, "newProductOption": `"Colour"`, "removedProducts": `"archive"`,
	"newItemCategory": `"CHAIR"`, "newItemUnit": `"BOX"`, "itemWeightUnit": `"g"`, "productTaxable": `"yes"`, "productOversell": `"no"`,
	"customerPriceGroup": `"WEB"`, "customerDiscountGroup": `"WEB"`, "priceCustomer": `"WEB"`, "priceCurrency": `"EURO"`, "priceTaxPercent": `"19"`,
	"productCategories": `["CHAIR"]`, "productChannels": `["Online Store"]`,
	"suggestPaymentsFrom": `"2026-07-01"`, "postPayoutsFrom": `"2026-07-01"`, "payoutJournalTemplate": `"GENERAL"`,
}

// rowsIn are the rows that a text shows.
var rowsIn = regexp.MustCompile("`(\\[\\{[^`]*\\}\\]|\\{[^`]*\\})`")

// example is a value of the first of d's settings that a new card takes, and that is not what a
// new card has.
func example(t *testing.T, d shop.Setting) string {
	t.Helper()
	name := d.Names[0]
	shown, err := sections.Show(fresh(t))
	values := map[string]json.RawMessage{}
	if err == nil {
		err = json.Unmarshal(shown, &values)
	}
	if err != nil {
		t.Fatal(err)
	}
	js := examples[name]
	if m := rowsIn.FindStringSubmatch(d.Does); js == "" && m != nil {
		js = m[1]
	}
	switch string(values[name]) {
	case "true":
		js = "false"
	case "false":
		js = "true"
	}
	c := fresh(t)
	if err := sections.Set(&c, []byte(`{"`+name+`": `+js+`}`)); err != nil {
		t.Errorf("%s: the example %q is refused: %v: give it one in examples, or rows in its text", name, js, err)
		return ""
	}
	after, err := sections.Show(c)
	if err != nil || bytes.Equal(after, shown) {
		t.Errorf("%s: the example %q changes nothing, %v", name, js, err)
	}
	return strings.ReplaceAll(`"`+name+`": `+js, "|", `\|`)
}

// TestEverySettingHasAnExample: each is one that a card takes, and none is of a setting that
// is gone.
func TestEverySettingHasAnExample(t *testing.T) {
	var names []string
	for _, s := range sections {
		for _, d := range s.Docs {
			example(t, d)
			names = append(names, d.Names[0])
		}
	}
	for name := range examples {
		if !slices.Contains(names, name) {
			t.Errorf("%s has an example, and is no setting that comes first", name)
		}
	}
}
