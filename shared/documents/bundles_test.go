package documents

import (
	"slices"
	"strings"
	"testing"

	"backroom/shared/orders"
	"backroom/shared/sales"
)

// Components of a bundle have its price, once; the bundle is a comment over them where
// the card asks for it, and its components come together.
func TestBundles(t *testing.T) {
	line := func(id, sku, price string, g *orders.Group) orders.Line {
		return orders.Line{ID: id, Title: "T" + id, SKU: sku, VariantID: id, Quantity: 2, CurrentQuantity: 2, UnitPrice: eur(price), Group: g, RequiresShipping: true}
	}
	kit := &orders.Group{ID: "90", Title: "Camera kit", SKU: "KIT", Quantity: 2}
	other := &orders.Group{ID: "91", Title: strings.Repeat("y", 95), Quantity: 1}
	set := func(ls ...orders.Line) orders.Order {
		o := order()
		o.ShippingLines, o.Lines, o.Total = nil, ls, eur("0")
		for _, l := range ls {
			for range l.CurrentQuantity {
				o.Total = o.Total.Add(l.UnitPrice)
			}
		}
		o.CurrentTotal = o.Total
		return o
	}
	less := line("2", "1001", "5", kit)
	less.CurrentQuantity = 1
	gone := line("1", "1000", "30", kit)
	gone.CurrentQuantity = 0
	for _, tt := range []struct {
		name  string
		order orders.Order
		want  []string // lines by their items, comments as they are
	}{
		{"no bundle", set(line("1", "1000", "30", nil), line("2", "1001", "5", nil)), []string{"1000", "1001"}},
		{"one", set(line("1", "1000", "30", kit), line("2", "1001", "5", kit)), []string{"Bundle: 2 x Camera kit (SKU KIT)", "1000", "1001"}},
		{"a component for nothing", set(line("1", "1000", "30", kit), line("2", "1001", "0", kit)), []string{"Bundle: 2 x Camera kit (SKU KIT)", "1000", "1001"}},
		{"apart", set(line("1", "1000", "30", kit), line("3", "1000", "7", nil), line("2", "1001", "5", kit)), []string{"Bundle: 2 x Camera kit (SKU KIT)", "1000", "1001", "1000"}},
		{"behind another", set(line("3", "1000", "7", nil), line("1", "1000", "30", kit), line("2", "1001", "5", kit)), []string{"1000", "Bundle: 2 x Camera kit (SKU KIT)", "1000", "1001"}},
		{"a unit was taken away", set(line("1", "1000", "30", kit), less), []string{"Bundle: Camera kit (SKU KIT)", "1000", "1001"}},
		{"a component was taken away", set(gone, line("2", "1001", "5", kit)), []string{"Bundle: Camera kit (SKU KIT)", "1001"}},
		{"two, one in the other's place", set(line("1", "1000", "30", kit), line("3", "1000", "7", other), line("2", "1001", "5", kit), line("4", "1001", "1", other)), []string{
			"Bundle: 2 x Camera kit (SKU KIT)", "1000", "1001", "Bundle: 1 x " + strings.Repeat("y", 88), strings.Repeat("y", 7), "1000", "1001",
		}},
	} {
		for _, asked := range []bool{false, true} {
			c, want := card(), tt.want
			if c.CommentLines = nil; asked {
				c.CommentLines = []string{"bundles"}
			} else { // as Shopify has them
				want = nil
				for _, l := range tt.order.Lines {
					if l.CurrentQuantity > 0 {
						want = append(want, l.SKU)
					}
				}
			}
			d, problems := Map(c, tt.order, "C1", refs())
			var got []string
			for _, l := range d.Lines {
				if l.Kind == sales.CommentLine {
					got = append(got, l.Description)
				} else {
					got = append(got, l.Object)
				}
			}
			if len(problems) > 0 || !slices.Equal(got, want) || !sum(d).Equal(d.Total.Value) {
				t.Errorf("%s, asked for %t: %q that come to %s of %s, want %q (%v)", tt.name, asked, got, sum(d), d.Total, want, problems)
			}
			memo, _ := MapBooked(c, tt.order, "C1", refs(), map[string]Booking{})
			if slices.ContainsFunc(memo.Lines, func(l sales.Line) bool { return l.Kind == sales.CommentLine }) {
				t.Errorf("%s: a memo has comments", tt.name)
			}
		}
	}
}
