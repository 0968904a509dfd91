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
	"backroom/shared/customers"
	"backroom/shared/customersync"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/task/tasktest"
)

// people is a world in which customers are kept in step: those of even numbers are new
// in the shop, those of odd ones have changed in the company.
type people struct {
	*worlds.World
	kit *tasktest.Kit
	ids []int64
}

func openPeople(t *testing.T, k *tasktest.Kit, n, bad int) *people {
	t.Helper()
	w := &people{kit: k}
	s := worlds.Plain(k.Now())
	s.Shop = data.Bulk(k.Now(), 1)
	s.Shop.Orders = nil
	s.Shop.Shop.Scopes = append(s.Shop.Shop.Scopes, "write_customers")
	all := make([]*data.Customer, n)
	for i := range all {
		at := k.Now().Add(-48 * time.Hour)
		all[i] = &data.Customer{
			ID: 7000000001 + int64(i), FirstName: "Eva", LastName: fmt.Sprintf("Berg%d", i), Email: fmt.Sprintf("eva%d@berg.example", i), CreatedAt: at, UpdatedAt: at,
			Addresses: []data.Address{{ID: int64(i + 1), Address1: "Ufer 1", City: "Kiel", Zip: "24103", Country: "DE"}},
		}
		w.ids = append(w.ids, all[i].ID)
	}
	s.Shop.Customers = nil
	for i, c := range all {
		if i%2 == 1 {
			s.Shop.Customers = append(s.Shop.Customers, c)
		}
	}
	s.Clock, s.Way = k.Clock, func(direct http.RoundTripper) http.RoundTripper { return k.Transport(direct, side) }
	s.Card.Code, s.Card.CustomerImport, s.Card.AutoCreateUnknownCustomers = tasktest.Shop, customers.AllCustomers, true
	s.Settings = []any{customersync.Settings{CanUpdateShopifyCustomer: true, CustomerMetafields: []customersync.MetafieldMap{{Field: "number", Namespace: "erp", Key: "number"}}}}
	s.Engine = func(w *worlds.World) worlds.Engine {
		q := memory.NewQueue(w.Now)
		return worlds.Engine{Table: k.Stored(), Queue: q, Schedules: memory.NewSchedules(w.Now, q)}
	}
	w.World = worlds.New(t, s)
	k.Minutely(func() { w.BC.RunDue() })
	k.Play(customersync.TaskName, w.Task())
	k.Pass(2 * time.Hour)
	for i, c := range all {
		if i%2 == 0 {
			w.Shopify.Shop("").AddCustomer(c)
		} else if err := w.BC.Companies()[0].EditCustomer(fmt.Sprintf("S%d", c.ID), func(c *businesscentral.Customer) { c.City, c.DisplayName = "Husum", "Eva Lund" }); err != nil {
			t.Fatal(err)
		}
	}
	if bad >= 0 {
		if err := w.Shopify.Shop("").FailField(shopify.FieldFault{Field: "defaultAddress", ID: fmt.Sprintf("gid://shopify/Customer/%d", w.ids[bad])}); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// Task implements tasktest.World.
func (w *people) Task() jobqueue.Task {
	r, _ := w.Tasks(w.kit.Table(), w.kit.Guard()).Tasks.Get(customersync.TaskName)
	return r.Task
}

// Heal implements tasktest.World.
func (w *people) Heal() { w.Shopify.Shop("").ClearFields() }

// Echo implements tasktest.World: what the task writes to either side it reads there.
func (*people) Echo() {}

// Holds implements tasktest.World.
func (w *people) Holds() map[int][]string {
	h := map[int][]string{}
	of := func(id string) int {
		for i, n := range w.ids {
			if strings.TrimPrefix(id, "S") == fmt.Sprint(n) {
				return i
			}
		}
		return tasktest.Common
	}
	for i, id := range w.ids {
		if c := w.Shopify.Shop("").Customer(id); c != nil {
			h[i] = append(h[i], fmt.Sprintf("%s %s in %s, %v", c.FirstName, c.LastName, c.Addresses[0].City, c.Metafields))
		}
	}
	for _, c := range worlds.Read[struct{ Number, DisplayName, City, Email string }](w.World, "customers") {
		h[of(c.Number)] = append(h[of(c.Number)], fmt.Sprintf("%s in %s, %s", c.DisplayName, c.City, c.Email))
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
