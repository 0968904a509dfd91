package system_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/companysync"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/task/tasktest"
)

// firms is a world in which companies are kept in step: those of even numbers are new in
// the shop and are made, those of odd ones, found by their tax number, have changed in
// Business Central.
type firms struct {
	*worlds.World
	kit *tasktest.Kit
	ids []int64
}

func openFirms(t *testing.T, k *tasktest.Kit, n, bad int) *firms {
	t.Helper()
	w := &firms{kit: k}
	s := worlds.Plain(k.Now())
	s.Shop = data.Bulk(k.Now(), 1)
	s.Shop.Orders, s.Shop.Companies = nil, nil
	s.Shop.Shop.Scopes = append(s.Shop.Shop.Scopes, "read_companies", "write_companies", "read_payment_terms")
	at := k.Now().Add(-48 * time.Hour)
	all := make([]*data.Company, n)
	for i := range n {
		c := &data.Company{
			ID: 5000000001 + int64(i), Name: fmt.Sprintf("Werft %d", i), CreatedAt: at, UpdatedAt: at,
			Locations: []data.CompanyLocation{{
				ID: 6000000001 + int64(i), Name: "Kiel", TaxID: fmt.Sprintf("DE10000000%d", i),
				Billing: &data.Address{ID: int64(i + 1), Address1: "Ufer 1", City: "Kiel", Zip: "24103", Country: "DE"},
			}},
		}
		all[i], w.ids = c, append(w.ids, c.ID)
		if i%2 == 1 {
			s.Shop.Companies = append(s.Shop.Companies, c)
			s.Company.Customers = append(s.Company.Customers, businesscentral.Customer{
				Number: fmt.Sprintf("W%d", c.ID), DisplayName: "Old", Type: "Company", Country: "DE", TaxRegistrationNumber: c.Locations[0].TaxID,
			})
		}
	}
	s.Clock, s.Way = k.Clock, func(direct http.RoundTripper) http.RoundTripper { return k.Transport(direct, side) }
	s.Card.Code = tasktest.Shop
	s.Settings = []any{companysync.Settings{CompanyImport: companysync.AllCompanies, AutoCreateUnknownCompanies: true, CanUpdateShopifyCompanies: true}}
	s.Engine = func(w *worlds.World) worlds.Engine {
		q := memory.NewQueue(w.Now)
		return worlds.Engine{Table: k.Stored(), Queue: q, Schedules: memory.NewSchedules(w.Now, q)}
	}
	w.World = worlds.New(t, s)
	k.Minutely(func() { w.BC.RunDue() })
	k.Play(companysync.TaskName, w.Task())
	k.Pass(2 * time.Hour)
	for i, c := range all {
		if i%2 == 0 {
			c.CreatedAt, c.UpdatedAt = time.Time{}, time.Time{}
			w.Shopify.Shop("").AddCompany(c)
		} else if err := w.BC.Companies()[0].EditCustomer(fmt.Sprintf("W%d", c.ID), func(c *businesscentral.Customer) {
			c.AddressLine1, c.City, c.PostalCode, c.DisplayName = "Ufer 9", "Husum", "25813", "New"
		}); err != nil {
			t.Fatal(err)
		}
	}
	if bad >= 0 {
		if err := w.Shopify.Shop("").FailField(shopify.FieldFault{Field: "locations", ID: fmt.Sprintf("gid://shopify/Company/%d", w.ids[bad])}); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// Task implements tasktest.World.
func (w *firms) Task() jobqueue.Task {
	r, _ := w.Tasks(w.kit.Table(), w.kit.Guard()).Tasks.Get(companysync.TaskName)
	return r.Task
}

// Heal implements tasktest.World.
func (w *firms) Heal() { w.Shopify.Shop("").ClearFields() }

// Echo implements tasktest.World: what the task writes to either side it reads there.
func (*firms) Echo() {}

// Holds implements tasktest.World.
func (w *firms) Holds() map[int][]string {
	h := map[int][]string{}
	of := func(id string) int {
		for i, n := range w.ids {
			if strings.TrimLeft(id, "SCW") == fmt.Sprint(n) {
				return i
			}
		}
		return tasktest.Common
	}
	for i, id := range w.ids {
		if c := w.Shopify.Shop("").Company(id); c != nil {
			h[i] = append(h[i], fmt.Sprintf("%s in %s", c.Name, c.Locations[0].Billing.City))
		}
	}
	for _, c := range worlds.Read[struct{ Number, DisplayName, City, TaxRegistrationNumber string }](w.World, "customers") {
		h[of(c.Number)] = append(h[of(c.Number)], fmt.Sprintf("%s in %s, %s", c.DisplayName, c.City, c.TaxRegistrationNumber))
	}
	is, err := w.Wired.Issues.List(w.kit.T.Context(), tasktest.Shop)
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
	for _, i := range is {
		h[of(i.Record)] = append(h[of(i.Record)], i.Kind+" "+string(i.Reason))
	}
	return h
}
