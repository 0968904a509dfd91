package orders

import (
	"testing"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
)

// A line that went out in exchange is in the credit memo of its refund, and no change of
// the order; what an edit changes of it afterwards is in no document, and one.
func TestExchangedLineThatIsEdited(t *testing.T) {
	euro := func(s string) money.Bag {
		a := money.Amount{Value: decimal.RequireFromString(s), Currency: "EUR"}
		return money.Bag{Shop: a, Presentment: a}
	}
	base := Order{
		ID: "5", Name: "#5", TaxesIncluded: true, Currency: "EUR", PresentmentCurrency: "EUR", Total: euro("30"), CurrentTotal: euro("30"),
		Lines: []Line{{ID: "1", Title: "Desk", Quantity: 1, CurrentQuantity: 1, UnitPrice: euro("30")}},
	}
	facts := FactsOf(base)
	exchanged := func(quantity, current, units int) Order {
		o := base
		o.CurrentTotal, o.Refunded = euro("10"), euro("20")
		o.Lines = []Line{
			{ID: "1", Title: "Desk", Quantity: 1, UnitPrice: euro("30")},
			{ID: "2", Title: "Mug", Quantity: quantity, CurrentQuantity: current, UnitPrice: euro("5")},
		}
		o.Refunds = []Refund{{ID: "9", Detailed: true, ReturnID: "7", Amount: euro("20"), Lines: []RefundLine{{LineID: "1", Quantity: 1, RestockType: "RETURN", Subtotal: euro("30")}}}}
		o.Returns = []Return{{ID: "7", Status: "CLOSED", Lines: []ReturnLine{{"1", 1}}, Exchanged: []string{"2"}}}
		if units > 0 {
			o.Returns[0].Units = map[string]int{"2": units}
		}
		return o
	}
	for _, tt := range []struct {
		name                     string
		quantity, current, units int
		changed                  bool
	}{
		{"as it went out", 2, 2, 2, false},
		{"nobody tells how many went out", 2, 2, 0, false},
		{"a unit was added", 3, 3, 2, true},
		{"a unit was removed", 2, 1, 2, true},
		{"all were removed", 2, 0, 2, true},
		{"a unit was removed, and nobody tells how many went out", 2, 1, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := exchanged(tt.quantity, tt.current, tt.units)
			reason, changes := facts.Update(FactsOf(facts.View(o, func(Refund) bool { return true })))
			if (reason != "") != tt.changed || tt.changed != (len(changes) > 0) {
				t.Errorf("%q: %v", reason, changes)
			}
		})
	}
}
