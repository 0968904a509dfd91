package documents

import (
	"testing"

	"backroom/shared/orders"
)

// The salesperson is that of the order's staff member where the card maps them, by id
// before name; else none is sent, and the customer's stays.
func TestSalespeople(t *testing.T) {
	rows := []SalespersonMap{{Staff: " ann lee ", Code: "jo"}, {Staff: "7", Code: "OF"}, {Staff: "8", Code: "KH"}}
	for _, tt := range []struct {
		name string
		rows []SalespersonMap
		who  *orders.Staff
		want string
	}{
		{"nobody", rows, nil, ""},
		{"by id", rows, &orders.Staff{ID: "7", Name: "Bo"}, "OF"},
		{"by name, in any case", rows, &orders.Staff{ID: "9", Name: "Ann Lee"}, "JO"},
		{"id before name", rows, &orders.Staff{ID: "8", Name: "Ann Lee"}, "KH"},
		{"not mapped", rows, &orders.Staff{ID: "9", Name: "Bo"}, ""},
		{"no name matches no blank row", rows, &orders.Staff{ID: "9"}, ""},
		{"no rows", nil, &orders.Staff{ID: "7", Name: "Ann Lee"}, ""},
	} {
		c, o := card(), order()
		c.Salespeople, o.Staff = tt.rows, tt.who
		if d, problems := Map(c, o, "C1", refs()); d.Salesperson != tt.want {
			t.Errorf("%s: %q, want %q (%v)", tt.name, d.Salesperson, tt.want, problems)
		}
	}
}
