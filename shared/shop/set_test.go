package shop_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backroom/shared/shop"
)

func set(t *testing.T, js string) shop.Shop {
	t.Helper()
	c := shop.New("acme", time.Unix(0, 0))
	if err := c.Set([]byte(js)); err != nil {
		t.Fatal(err)
	}
	return c
}

func text(t *testing.T, c shop.Shop) string {
	t.Helper()
	js, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(js)
}

// A list that is named is what it says, whatever was there: the row of another
// method gives its account to nobody.
func TestNamedListReplacesTheStoredOne(t *testing.T) {
	full := map[string]string{
		"shipmentMethods":  `[{"title":"Express","code":"EXP","account":"6611"},{"title":"Pickup"}]`,
		"locations":        `[{"locationID":"1","name":"East","code":"EAST"}]`,
		"paymentTerms":     `[{"type":"NET","name":"30 days","code":"30D"}]`,
		"variants":         `[{"variantID":"1","itemNo":"A","variantCode":"RED","uom":"BOX"}]`,
		"taxCodes":         `[{"rate":"0.19","code":"VAT19"}]`,
		"countryCustomers": `[{"country":"DE","customerNo":"10"}]`,
		"countries":        `[{"from":"GB","to":"UK"}]`,
		"bcWins":           `["orderDate","phone"]`,
	}
	next := map[string]string{
		"shipmentMethods":  `[{"title":"Standard"}]`,
		"locations":        `[{"locationID":"2","code":"WEST"}]`,
		"paymentTerms":     `[{"type":"FIXED","code":"F"}]`,
		"variants":         `[{"variantID":"2","itemNo":"B"}]`,
		"taxCodes":         `[]`,
		"countryCustomers": `null`,
		"countries":        `[{"from":"GR","to":"EL"}]`,
		"bcWins":           `["email"]`,
	}
	lists := 0
	for _, f := range reflect.VisibleFields(reflect.TypeFor[shop.Shop]()) {
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
			if err := c.Set([]byte(`{"` + written + `":` + next[name] + `}`)); err != nil {
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
	err := c.Set([]byte(`{"currencyHandling":"Presentment Currency","taxMode":"VAT","customerImport":"All Customers","customerMapping":"By EMail/Phone",
		"nameSource":"CompanyName","name2Source":"x","contactSource":"y","countySource":"Code","skuMapping":"Item No.","tolerance":"-0.01","keepProcessedOrders":-2,
		"tipAccount":"123456789012345678901","feeAccount":" 1","taxCodes":[{"rate":"19","code":"V"},{"rate":"0.07"},{"rate":"0.070","code":"W"}],
		"shipmentMethods":[{"code":"X"}],"countries":[{"from":"GB","to":"UK"},{"from":"gb","to":"GB"}],"variants":[{"variantID":"1"}]}`))
	if err == nil {
		t.Fatal("all was taken")
	}
	for _, want := range []string{
		`currencyHandling "Presentment Currency": must be shop, presentment`, `taxMode "VAT"`, `customerImport "All Customers"`, `customerMapping "By EMail/Phone"`,
		`nameSource "CompanyName"`, `name2Source "x"`, `contactSource "y"`, `countySource "Code"`, `skuMapping "Item No."`, `tolerance "-0.01"`, `keepProcessedOrders "-2"`,
		`tipAccount "123456789012345678901"`, `feeAccount " 1"`, `taxCodes[0].rate "19"`, `taxCodes[1].code ""`, `taxCodes[2].rate "0.07": must be another than that of row 1`,
		`shipmentMethods[0].title ""`, `countries[1].from "gb"`, `variants[0].itemNo ""`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s in\n%v", want, err)
		}
	}
	if d := cmp.Diff(text(t, was), text(t, c)); d != "" {
		t.Errorf("the card has changed: %s", d)
	}
}
