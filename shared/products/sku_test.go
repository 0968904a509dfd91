package products

import (
	"reflect"
	"strings"
	"testing"

	"backroom/shared/orders"
)

func TestWantAndFind(t *testing.T) {
	c := Catalog{
		Items: map[string]Item{
			"1000":  {Number: "1000"},
			"1900":  {Number: "1900", Blocked: true},
			"SHIRT": {Number: "SHIRT"},
		},
		GTINs: map[string][]Item{
			"4006381333931": {{Number: "1000"}},
			"4006381333948": {{Number: "SHIRT"}, {Number: "1000"}},
		},
		Variants: map[string][]Variant{"SHIRT": {{ID: "v-red", ItemNumber: "SHIRT", Code: "RED"}}},
		Codes: map[string][]Variant{
			"RED": {{ID: "v-red", ItemNumber: "SHIRT", Code: "RED"}},
			"S":   {{ID: "v1", ItemNumber: "SHIRT", Code: "S"}, {ID: "v2", ItemNumber: "1000", Code: "S"}},
		},
		Vendors: map[string][]string{"n-1/a": {"1000"}, "n-9": {"1900"}, "n-2": {"SHIRT", "1000"}, "lost": {"9999"}},
	}
	itemNo := ItemSettings{SKUMapping: SKUItemNo}
	vendor := ItemSettings{SKUMapping: SKUVendorItem}
	both := ItemSettings{SKUMapping: SKUItemNoVariant}
	tests := []struct {
		name string
		card ItemSettings
		line orders.Line
		want Found
		miss Miss
	}{
		{"SKU is the item number", itemNo, orders.Line{SKU: "1000"}, Found{ItemNo: "1000"}, ""},
		{"blanks and case do not matter", itemNo, orders.Line{SKU: " shirt "}, Found{ItemNo: "SHIRT"}, ""},
		{"SKU unknown to BC", itemNo, orders.Line{SKU: "NOPE"}, Found{}, MissItem},
		{"what the vendor calls the item", vendor, orders.Line{SKU: " n-1/a "}, Found{ItemNo: "1000"}, ""},
		{"what the vendor calls a blocked item", vendor, orders.Line{SKU: "n-9"}, Found{ItemNo: "1900"}, MissBlocked},
		{"what two vendors call their items", vendor, orders.Line{SKU: "n-2"}, Found{Several: []string{"1000", "SHIRT"}, By: "vendor item number n-2"}, MissSeveral},
		{"what no vendor calls anything", vendor, orders.Line{SKU: "1000"}, Found{}, MissItem},
		{"what a vendor called an item that is gone", vendor, orders.Line{SKU: "lost"}, Found{}, MissItem},
		{"longer than what vendors call anything", vendor, orders.Line{SKU: strings.Repeat("x", 51)}, Found{}, MissUnnamed},
		{"a bar code beside what no vendor calls anything", ItemSettings{SKUMapping: SKUVendorItem, FindMappingByGTIN: true}, orders.Line{SKU: "x", Barcode: "4006381333931"}, Found{ItemNo: "1000"}, ""},
		{"no SKU at all", itemNo, orders.Line{}, Found{}, MissUnnamed},
		{"SKU longer than an item number is not cut", itemNo, orders.Line{SKU: "100000000000000000000"}, Found{}, MissUnnamed},
		{"blocked item", itemNo, orders.Line{SKU: "1900"}, Found{ItemNo: "1900"}, MissBlocked},
		{"item and variant", both, orders.Line{SKU: "SHIRT|red"}, Found{ItemNo: "SHIRT", VariantID: "v-red"}, ""},
		{"item alone in the two-part mode", both, orders.Line{SKU: "SHIRT"}, Found{ItemNo: "SHIRT"}, ""},
		{"unknown variant of a known item", both, orders.Line{SKU: "SHIRT|BLUE"}, Found{}, MissVariant},
		{"three parts never match", both, orders.Line{SKU: "A|B|C"}, Found{}, MissUnnamed},
		{"empty second part", both, orders.Line{SKU: "SHIRT|"}, Found{}, MissUnnamed},
		{"own separator", ItemSettings{SKUMapping: SKUItemNoVariant, SKUFieldSeparator: "/"}, orders.Line{SKU: "SHIRT/RED"}, Found{ItemNo: "SHIRT", VariantID: "v-red"}, ""},
		{"variant code alone", ItemSettings{SKUMapping: SKUVariantCode}, orders.Line{SKU: "RED"}, Found{ItemNo: "SHIRT", VariantID: "v-red"}, ""},
		{"variant code of two items names neither", ItemSettings{SKUMapping: SKUVariantCode}, orders.Line{SKU: "S"}, Found{Several: []string{"1000", "SHIRT"}, By: "variant code S"}, MissSeveral},
		{"variant code of no item", ItemSettings{SKUMapping: SKUVariantCode}, orders.Line{SKU: "XXL"}, Found{}, MissVariant},
		{"a code that two items carry is not settled by a bar code", ItemSettings{SKUMapping: SKUVariantCode, FindMappingByGTIN: true}, orders.Line{SKU: "S", Barcode: "4006381333931"}, Found{Several: []string{"1000", "SHIRT"}, By: "variant code S"}, MissSeveral},
		{"SKU is a bar code of two items", ItemSettings{SKUMapping: SKUGTIN}, orders.Line{SKU: "4006381333948"}, Found{Several: []string{"1000", "SHIRT"}, By: "bar code 4006381333948"}, MissSeveral},
		{"bar code of two items helps nobody out", ItemSettings{SKUMapping: SKUItemNo, FindMappingByGTIN: true}, orders.Line{SKU: "NOPE", Barcode: "4006381333948"}, Found{Several: []string{"1000", "SHIRT"}, By: "bar code 4006381333948"}, MissSeveral},
		{"the SKU names one of the two", ItemSettings{SKUMapping: SKUItemNo, FindMappingByGTIN: true}, orders.Line{SKU: "1000", Barcode: "4006381333948"}, Found{ItemNo: "1000"}, ""},
		{"SKU is the bar code", ItemSettings{SKUMapping: SKUGTIN}, orders.Line{SKU: "4006381333931"}, Found{ItemNo: "1000"}, ""},
		{"bar code helps out", ItemSettings{SKUMapping: SKUItemNo, FindMappingByGTIN: true}, orders.Line{SKU: "NOPE", Barcode: "4006381333931"}, Found{ItemNo: "1000"}, ""},
		{"bar code does not undo a block", ItemSettings{SKUMapping: SKUItemNo, FindMappingByGTIN: true}, orders.Line{SKU: "1900", Barcode: "4006381333931"}, Found{ItemNo: "1900"}, MissBlocked},
		{"mapping by hand wins", ItemSettings{SKUMapping: SKUItemNo, Variants: []VariantMap{{VariantID: "77", ItemNo: "shirt", VariantCode: "red", UoM: "box"}}}, orders.Line{SKU: "1000", VariantID: "77"}, Found{ItemNo: "SHIRT", VariantID: "v-red", UoM: "BOX"}, ""},
		{"a hand mapping is not for lines without variant", ItemSettings{SKUMapping: SKUItemNo, Variants: []VariantMap{{ItemNo: "SHIRT"}}}, orders.Line{SKU: "1000"}, Found{ItemNo: "1000"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, miss := Find(c, Want(tt.card, tt.line))
			if !reflect.DeepEqual(got, tt.want) || miss != tt.miss {
				t.Errorf("Find = %+v, %q; want %+v, %q", got, miss, tt.want, tt.miss)
			}
		})
	}
}
