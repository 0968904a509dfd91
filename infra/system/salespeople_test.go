package system_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/documents"
)

// A document has the salesperson of its order's staff member. An app that may not read
// staff members makes it all the same, with the customer's, and an issue says why.
func TestSalespersonOfTheStaffMember(t *testing.T) {
	for _, may := range []bool{true, false} {
		s := worlds.Plain(begin)
		s.Card.Salespeople = []documents.SalespersonMap{{Staff: "Ann Lee", Code: "of"}}
		o := s.Shop.Orders[slices.IndexFunc(s.Shop.Orders, func(o *data.Order) bool {
			return o.CancelledAt.IsZero() && !o.Edited && len(o.Refunds) == 0
		})]
		o.Staff = &data.Staff{ID: 900, Name: "Ann Lee"}
		s.Shop.Orders = []*data.Order{o}
		if !may {
			s.Shop.Shop.Scopes = slices.DeleteFunc(slices.Clone(s.Shop.Shop.Scopes), func(n string) bool { return n == "read_users" })
		}
		w := worlds.New(t, s)
		w.Live(15 * time.Minute)
		ds := worlds.Read[struct{ Salesperson string }](w, worlds.DocumentOf("salesOrders", o))
		if len(ds) != 1 || (ds[0].Salesperson == "OF") != may {
			t.Errorf("read_users %t: documents %+v, %+v", may, ds, w.Fate(o))
		}
		var said []string
		is, err := w.Wired.Issues.List(t.Context(), w.Card.Code)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range is {
			if strings.Contains(i.Text, "read_users") {
				said = append(said, i.Text)
			}
		}
		if (len(said) == 0) != may || len(said) > 1 {
			t.Errorf("read_users %t: issues %q", may, said)
		}
	}
}

// A code that Business Central does not have makes no document: the order waits, with what
// Business Central says.
func TestSalespersonThatDoesNotExist(t *testing.T) {
	s := worlds.Plain(begin)
	s.Card.Salespeople = []documents.SalespersonMap{{Staff: "900", Code: "ZZ"}}
	o := s.Shop.Orders[slices.IndexFunc(s.Shop.Orders, func(o *data.Order) bool {
		return o.CancelledAt.IsZero() && !o.Edited && len(o.Refunds) == 0
	})]
	o.Staff = &data.Staff{ID: 900, Name: "Ann Lee"}
	s.Shop.Orders = []*data.Order{o}
	w := worlds.New(t, s)
	w.Live(15 * time.Minute)
	ds := worlds.Read[struct{ Salesperson string }](w, worlds.DocumentOf("salesOrders", o))
	if fate := w.Fate(o); len(ds) > 0 || fate.State != "attention" || !strings.Contains(fate.Text, "(ZZ)") {
		t.Errorf("%d documents, %+v", len(ds), fate)
	}
}
