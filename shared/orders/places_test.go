package orders

import (
	"reflect"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
)

// Of an order as it was sold units ship from where they did before they were refunded,
// as far as that is known of all of them.
func TestPlacesOfAnOrderAsItWasSold(t *testing.T) {
	a, b := Place{Location: "A", Quantity: 3}, Place{Location: "B", Quantity: 2}
	paid := money.Bag{Shop: money.Amount{Value: decimal.NewFromInt(9), Currency: "EUR"}}
	for _, c := range []struct {
		name     string
		line     Line // of 5 units
		refunded int
		location string
		several  []Place
	}{
		{"what was shipped from A, B is left", Line{CurrentQuantity: 2, Location: "B", PlacesSold: []Place{a, b}}, 3, "", []Place{a, b}},
		{"all of one location", Line{PlacesSold: []Place{{Location: "A", Quantity: 5}}}, 5, "A", nil},
		{"all of two", Line{PlacesSold: []Place{a, b}}, 5, "", []Place{a, b}},
		{"some was taken away before", Line{CurrentQuantity: 1, Location: "A", PlacesSold: []Place{a, b}}, 3, "A", nil},
		{"nothing is known", Line{CurrentQuantity: 2, Location: "B"}, 3, "B", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.line.ID, c.line.Quantity = "1", 5
			o := Order{Lines: []Line{c.line}, Refunds: []Refund{{ID: "7", Amount: paid, Detailed: true, Lines: []RefundLine{{LineID: "1", Quantity: c.refunded}}}}}
			was, ok := o.Sold(func(Refund) bool { return true })
			l := was.Lines[0]
			if !ok || l.CurrentQuantity != c.line.CurrentQuantity+c.refunded || l.Location != c.location || !reflect.DeepEqual(l.Places, c.several) {
				t.Errorf("%d of %q, %v; want %q, %v", l.CurrentQuantity, l.Location, l.Places, c.location, c.several)
			}
			if o.Lines[0].Location != c.line.Location || o.Lines[0].Places != nil {
				t.Errorf("the order as it is has changed: %+v", o.Lines[0])
			}
		})
	}
}
