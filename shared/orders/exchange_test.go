package orders

import (
	"encoding/json"
	"slices"
	"strings"
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

// What the credit memo of an exchange has is kept beside the order: a price that is cut
// afterwards, and a line that went out afterwards and that no refund is left for, are
// changes; a person may accept them. Of memos of earlier releases nothing is known.
func TestExchangeThatChangesAfterItsMemo(t *testing.T) {
	euro := func(s string) money.Bag {
		a := money.Amount{Value: decimal.RequireFromString(s), Currency: "EUR"}
		return money.Bag{Shop: a, Presentment: a}
	}
	base := Order{
		ID: "5", Name: "#5", TaxesIncluded: true, Currency: "EUR", PresentmentCurrency: "EUR", Total: euro("30"), CurrentTotal: euro("30"),
		Lines: []Line{{ID: "1", Title: "Desk", Quantity: 1, CurrentQuantity: 1, UnitPrice: euro("30")}},
	}
	mug := Line{ID: "2", Title: "Mug", Quantity: 2, CurrentQuantity: 2, UnitPrice: euro("5")}
	exchanged := base
	exchanged.CurrentTotal, exchanged.Refunded = euro("10"), euro("20")
	exchanged.Lines = []Line{{ID: "1", Title: "Desk", Quantity: 1, UnitPrice: euro("30")}, mug}
	refund := Refund{ID: "9", Detailed: true, ReturnID: "7", Amount: euro("20"), Lines: []RefundLine{{LineID: "1", Quantity: 1, RestockType: "RETURN", Subtotal: euro("30")}}}
	exchanged.Refunds = []Refund{refund}
	exchanged.Returns = []Return{{ID: "7", Status: "CLOSED", Lines: []ReturnLine{{"1", 1}}, Exchanged: []string{"2"}, Units: map[string]int{"2": 2}}}
	cheaper := func(o Order) Order {
		o.Lines = slices.Clone(o.Lines)
		o.Lines[1].Discounts, o.CurrentTotal = []money.Bag{euro("3")}, euro("7")
		return o
	}
	more := func(o Order, refunds ...Refund) Order {
		o.Lines = append(slices.Clone(o.Lines), Line{ID: "3", Title: "Cup", Quantity: 1, CurrentQuantity: 1, UnitPrice: euro("4")})
		o.Returns = slices.Clone(o.Returns)
		o.Returns[0].Exchanged, o.Returns[0].Units = []string{"2", "3"}, map[string]int{"2": 2, "3": 1}
		o.Refunds, o.CurrentTotal = append(slices.Clone(o.Refunds), refunds...), o.CurrentTotal.Add(euro("4"))
		return o
	}
	second := Refund{ID: "10", Detailed: true, ReturnID: "7"}
	all := func(Refund) bool { return true }
	for _, tt := range []struct {
		name  string
		noted bool // what the memo has
		now   Order
		want  string
	}{
		{"as its memo has it", true, exchanged, ""},
		{"cheaper", true, cheaper(exchanged), "discount of line 2: 0.00 → 3.00"},
		{"cheaper, and the memo is of an earlier release", false, cheaper(exchanged), ""},
		{"one more goes out", true, more(exchanged), "line 3 was added"},
		{"one more goes out, and its refund waits", true, more(exchanged, second), ""},
		{"one more goes out, and the memo is of an earlier release", false, more(exchanged), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			facts := FactsOf(base)
			if tt.noted {
				facts = facts.Exchanged(exchanged, refund, []string{"2"}, false)
			}
			js, err := json.Marshal(facts)
			var stored Facts
			if err == nil {
				err = json.Unmarshal(js, &stored)
			}
			if err != nil {
				t.Fatal(err)
			}
			reason, changes := stored.Judge(tt.now, all)
			if got := strings.Join(Words(changes), "; "); got != tt.want || (reason == ExchangeChanged) != (tt.want != "") {
				t.Errorf("%q: %q, want %q", reason, got, tt.want)
			}
			accepted := stored.Accepted(tt.now, stored.View(tt.now, all))
			if reason, changes := accepted.Judge(tt.now, all); reason != "" {
				t.Errorf("accepted, and %q: %v", reason, changes)
			}
			if reason, _ := accepted.Judge(cheaper(tt.now), all); tt.noted && tt.want == "line 3 was added" && reason != ExchangeChanged {
				t.Errorf("cheaper after that is %q", reason)
			}
		})
	}
}
