package creditmemos_test

import (
	"testing"

	"backroom/shared/creditmemos"
	"backroom/shared/orders"
)

// An exchange is what came back less what went out, on lines of their own, without one
// that balances them; a dearer one that is not paid yet comes to what is owed.
func TestExchangeInFigures(t *testing.T) {
	for _, tt := range []struct {
		name, out, paid string
		included        bool
		want, total     string
	}{
		{"cheaper", "25", "65", true, "A×1 90.00 east, B×-1 -25.00", "65.00 EUR"},
		{"cheaper, prices without tax", "25", "77.35", false, "A×1 107.10 east, B×-1 -29.75", "77.35 EUR"},
		{"as dear", "90", "0", true, "A×1 90.00 east, B×-1 -90.00", "0.00 EUR"},
		{"dearer, to be paid", "100", "0", true, "A×1 90.00 east, B×-1 -100.00", "-10.00 EUR"},
		{"cheaper, and the rest stays with the shop", "25", "60", true, "A×1 90.00 east, B×-1 -25.00, R×-1 -5.00", "60.00 EUR"},
		{"cheaper, and something on top", "25", "70", true, "A×1 90.00 east, R×1 5.00, B×-1 -25.00", "70.00 EUR"},
	} {
		o := orders.Order{ID: "1", Name: "#1001", Currency: "EUR", PresentmentCurrency: "EUR", TaxesIncluded: tt.included, Lines: []orders.Line{
			{ID: "11", Title: "Desk", SKU: "A", VariantID: "7", Quantity: 1, UnitPrice: euros("90"), TaxLines: tax(dec("90"), "0.19", tt.included)},
		}}
		f := orders.FactsOf(o)
		r := back("1", o, "11", 1, "RETURN", tt.paid)
		r.ReturnID = "7"
		o.Lines = append(o.Lines, orders.Line{ID: "12", Title: "Mug", SKU: "B", VariantID: "8", Quantity: 1, CurrentQuantity: 1, UnitPrice: euros(tt.out), TaxLines: tax(dec(tt.out), "0.19", tt.included)})
		o.Refunds, o.Returns = []orders.Refund{r}, []orders.Return{{ID: "7", Status: "CLOSED", Lines: []orders.ReturnLine{{LineID: "11", Quantity: 1}}, Exchanged: []string{"12"}}}
		d, problems := creditmemos.Map(card(), settings, o, f, r, "C1", nil, refs())
		if got := short(d); len(problems) > 0 || got != tt.want || d.Total.String() != tt.total || !d.Foreseen().Equal(d.Total.Value) {
			t.Errorf("%s: %s, together %s (foreseen %s), %v; want %s, together %s", tt.name, got, d.Total, d.Foreseen(), problems, tt.want, tt.total)
		}
	}
}
