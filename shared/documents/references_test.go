package documents

import (
	"context"
	"slices"
	"testing"

	"backroom/shared/bcapi"
	"backroom/shared/orders"
	"backroom/shared/products"
)

// shelves is a company whose items have bar codes, and variants some of which
// share their code.
type shelves struct {
	products.Items
	items    []products.Item
	variants []products.Variant
}

func (s shelves) Accounts(context.Context) ([]bcapi.Account, error) { return nil, nil }

func (s shelves) References(_ context.Context, set bcapi.Set) ([]bcapi.Reference, error) {
	if set == "countriesRegions" {
		return []bcapi.Reference{{Code: "SE"}}, nil
	}
	return nil, nil
}

func (s shelves) find(fits func(products.Item) bool) (out []products.Item, _ error) {
	for _, it := range s.items {
		if fits(it) {
			out = append(out, it)
		}
	}
	return out, nil
}

func (s shelves) ItemsByNumber(_ context.Context, ns []string) ([]products.Item, error) {
	return s.find(func(it products.Item) bool { return slices.Contains(ns, it.Number) })
}

func (shelves) VendorItems(_ context.Context, cs []string) (out []products.VendorItem, _ error) {
	for _, v := range []products.VendorItem{{Code: "N-1", ItemNumber: "1002"}, {Code: "N-2", ItemNumber: "1002"}, {Code: "N-2", ItemNumber: "1001"}} {
		if slices.Contains(cs, v.Code) {
			out = append(out, v)
		}
	}
	return out, nil
}

func (s shelves) ItemsByGTIN(_ context.Context, gs []string) ([]products.Item, error) {
	return s.find(func(it products.Item) bool { return slices.Contains(gs, it.GTIN) })
}

func (s shelves) VariantsByCode(_ context.Context, cs []string) (out []products.Variant, _ error) {
	for _, v := range s.variants {
		if slices.Contains(cs, v.Code) {
			out = append(out, v)
		}
	}
	return out, nil
}

// A code that two items carry names neither: the issue names both, in whatever
// way the code is looked for and whether one of the two is blocked or not.
func TestACodeOfTwoItemsIsAnIssueThatNamesBoth(t *testing.T) {
	bc := shelves{
		items: []products.Item{
			{Number: "1001", GTIN: "4006381333931"},
			{Number: "1000", GTIN: "4006381333931", Blocked: true},
			{Number: "1002", GTIN: "4006381333948"},
		},
		variants: []products.Variant{{ID: "a", ItemNumber: "1001", Code: "RED"}, {ID: "b", ItemNumber: "1002", Code: "RED"}, {ID: "c", ItemNumber: "1002", Code: "BLUE"}},
	}
	const barCode = "Mug (variant v1), bar code 4006381333931: 1000 and 1001"
	tests := []struct {
		name string
		card Card
		line orders.Line
		want string // of the problem; "" is none
		item string
	}{
		{"bar code beside a SKU that is unknown", Card{
			ItemSettings: products.ItemSettings{SKUMapping: products.SKUItemNo, FindMappingByGTIN: true},
		}, orders.Line{SKU: "NOPE", Barcode: "4006381333931"}, barCode, ""},
		{"bar code alone", Card{
			ItemSettings: products.ItemSettings{FindMappingByGTIN: true},
		}, orders.Line{Barcode: "4006381333931"}, barCode, ""},
		{"the SKU is the bar code", Card{
			ItemSettings: products.ItemSettings{SKUMapping: products.SKUGTIN},
		}, orders.Line{SKU: "4006381333931"}, barCode, ""},
		{"the SKU is a variant code", Card{
			ItemSettings: products.ItemSettings{SKUMapping: products.SKUVariantCode},
		}, orders.Line{SKU: "red"}, "Mug (variant v1), variant code RED: 1001 and 1002", ""},
		{"the SKU is what two items' vendors call them", Card{
			ItemSettings: products.ItemSettings{SKUMapping: products.SKUVendorItem},
		}, orders.Line{SKU: "N-2"}, "Mug (variant v1), vendor item number N-2: 1001 and 1002", ""},
		{"the SKU is what one item's vendor calls it", Card{
			ItemSettings: products.ItemSettings{SKUMapping: products.SKUVendorItem},
		}, orders.Line{SKU: "N-1"}, "", "1002"},
		{"a bar code of one item", Card{
			ItemSettings: products.ItemSettings{FindMappingByGTIN: true},
		}, orders.Line{Barcode: "4006381333948"}, "", "1002"},
		{"a variant code of one item", Card{
			ItemSettings: products.ItemSettings{SKUMapping: products.SKUVariantCode},
		}, orders.Line{SKU: "BLUE"}, "", "1002"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := card()
			c.SKUMapping, c.FindMappingByGTIN = tt.card.SKUMapping, tt.card.FindMappingByGTIN
			o := order()
			o.ShippingLines, o.Total = nil, eur("180")
			l := &o.Lines[0]
			l.Title, l.SKU, l.Barcode = "Mug", tt.line.SKU, tt.line.Barcode
			r := reader{target: Target{Items: bc, Tables: bc}}
			refs, err := r.load(t.Context(), c, []orders.Order{o})
			if err != nil {
				t.Fatal(err)
			}
			d, problems := Map(c, o, "C1", refs)
			if tt.want != "" {
				if want := []Problem{{products.ItemAmbiguous, tt.want}}; !slices.Equal(problems, want) {
					t.Errorf("problems %v, want %v", problems, want)
				}
				return
			}
			if len(problems) > 0 || d.Lines[0].Object != tt.item {
				t.Errorf("item %q, problems %v", d.Lines[0].Object, problems)
			}
		})
	}
}
