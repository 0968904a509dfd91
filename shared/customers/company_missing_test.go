package customers

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/link"
	"backroom/shared/orders"
	"backroom/shared/shop"
)

// A company whose customer Business Central does not have any more, because it was
// deleted, merged or given another number, is looked for anew, and an order of it asks for
// that; one whose customer is there is left alone.
func TestCustomersOfCompaniesThatAreGone(t *testing.T) {
	with := func(number, tax string) Customer {
		return Customer{Number: number, DisplayName: "Acme", Type: "Company", Country: "DE", TaxRegistrationNumber: tax}
	}
	for _, tt := range []struct {
		name   string
		there  []Customer
		create bool
		want   string // what came of it: the number, what was done, and the reason
		asked  string
	}{
		{"it is there", []Customer{with("C2", "DE123456789")}, true, "C2  ", "[]"},
		{"it has another number now", []Customer{with("C3", "DE123456789")}, true, "C3 link ", "[5]"},
		{"nobody is it, and the card has one made", []Customer{with("C3", "DE987654321")}, true, "SC5 create ", "[5]"},
		{"nobody is it", []Customer{with("C3", "DE987654321")}, false, "  customer-unmapped", "[5]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(tt.there...)
			w.fence++
			lease := jobqueue.Lease{Fence: w.fence, Until: w.now.Add(15 * time.Minute)}
			var asked []string
			resolver := func() *Resolver {
				return &Resolver{
					Target: w, Links: &link.Store{Table: w.table}, Guard: w, Now: func() time.Time { return w.now }, Timeout: w.timeout,
					Wanted: func(_ context.Context, _ jobqueue.Lease, _ string, ids []string) error {
						asked = append(asked, ids...)
						return nil
					},
				}
			}
			card := Card{Shop: shop.Shop{Code: "MAIN"}}
			l := companyLink(card, "5").To("C2", link.ByTax, w.now)
			l.Mark = mark("tax:DE:123456789")
			if err := resolver().Links.Put(t.Context(), w, lease, l); err != nil {
				t.Fatal(err)
			}
			of := bought("1", func(o *orders.Order) { o.Company = &orders.Company{ID: "5", Name: "Acme"} })
			got, err := resolver().Resolve(t.Context(), lease, card, []orders.Order{of}, false)
			if err != nil || fmt.Sprint(asked) != tt.asked || got["1"].Reason == CustomerMissing != (tt.asked != "[]") {
				t.Errorf("%+v, %v; asked for %v", got, err, asked)
			}
			c := Company{ID: "5", Name: "Acme", Locations: []Location{{ID: "6", TaxID: "DE123456789", Address: &orders.Address{Country: "DE", City: "Kiel"}}}}
			for look := range 2 { // the second finds nothing more to do
				kept, err := resolver().KeepCompanies(t.Context(), lease, card, []Company{c}, CompanyRules{Create: tt.create, Terms: func(*Terms) string { return "" }})
				if err != nil || len(kept) != 1 {
					t.Fatalf("%+v, %v", kept, err)
				}
				k := kept[0]
				want := tt.want
				if look == 1 && k.Number != "" {
					want = strings.Fields(tt.want)[0] + "  "
				}
				if got := fmt.Sprintf("%s %s %s", k.Number, k.Did, k.Reason); got != want {
					t.Errorf("%q, want %q", got, want)
				}
				if l, err := resolver().Links.Get(t.Context(), companyLink(card, "5")); err != nil || tt.create && l.Number != k.Number {
					t.Errorf("linked with %s, %v, want %s", l.Number, err, k.Number)
				}
			}
		})
	}
}
