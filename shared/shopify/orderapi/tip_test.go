package orderapi

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

func TestTips(t *testing.T) {
	tip := func(amount string) gql.OrderLine {
		return gql.OrderLine{Id: wire.GID("LineItem", "1"), Name: "Tip", Title: "Tip", Quantity: 1, CurrentQuantity: 1, OriginalUnitPriceSet: eur(amount, amount)}
	}
	with := func(change func(*gql.OrderLine)) []gql.OrderLine {
		l := tip("5.0")
		change(&l)
		return []gql.OrderLine{l}
	}
	for _, tt := range []struct {
		name     string
		received string
		lines    []gql.OrderLine
		want     []bool
	}{
		{"a tip", "5.00", []gql.OrderLine{tip("5.0")}, []bool{true}},
		{"two", "8", []gql.OrderLine{tip("5"), tip("3")}, []bool{true, true}},
		{"more was received than the line", "7", []gql.OrderLine{tip("5")}, []bool{true}},
		{"no tip was received", "0.0", []gql.OrderLine{tip("5")}, []bool{false}},
		{"goods of that name beside a tip", "5", []gql.OrderLine{tip("20"), tip("5")}, []bool{false, true}},
		{"cheap goods of that name beside a tip", "5", []gql.OrderLine{tip("3"), tip("5")}, []bool{false, true}},
		{"nothing paid", "5", []gql.OrderLine{tip("0.0")}, []bool{false}},
		{"goods of a deleted product", "5", with(func(l *gql.OrderLine) { l.RequiresShipping = true }), []bool{false}},
		{"a product called Tip", "5", with(func(l *gql.OrderLine) { l.Product = &gql.ProductRef{Id: wire.GID("Product", "1")} }), []bool{false}},
		{"with a SKU", "5", with(func(l *gql.OrderLine) { l.Sku = new("TIP-1") }), []bool{false}},
		{"a variant of a deleted product", "5", with(func(l *gql.OrderLine) { l.Variant = &gql.Variant{Id: wire.GID("ProductVariant", "1")} }), []bool{false}},
		{"a gift card called Tip", "5", with(func(l *gql.OrderLine) { l.IsGiftCard = true }), []bool{false}},
		{"another custom line", "5", with(func(l *gql.OrderLine) { l.Title = "Tip jar" }), []bool{false}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := anOrder("1", 0)
			o.TotalTipReceivedSet, o.LineItems.Nodes = eur(tt.received, tt.received), tt.lines
			c, err := convert(o)
			if err != nil {
				t.Fatal(err)
			}
			var got []bool
			for _, l := range c.Lines {
				got = append(got, l.Tip)
			}
			if !cmp.Equal(got, tt.want) {
				t.Errorf("tips %v, want %v", got, tt.want)
			}
		})
	}
}
