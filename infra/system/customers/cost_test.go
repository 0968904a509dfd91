package customers_test

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/customersync"
)

var many = flag.Int("customers", 100, "customers of the shop whose sync is measured")

// TestCostOfCustomers prints what a changed customer costs, from the shop and to it, and
// what an unchanged one does.
func TestCostOfCustomers(t *testing.T) {
	n := *many
	cs := make([]*data.Customer, n)
	for i := range cs {
		cs[i] = customerOf(7000000001+int64(i), "Eva", fmt.Sprintf("Berg%d", i), fmt.Sprintf("eva%d@berg.example", i))
	}
	w := open(t, cs, func(s *setup) { s.sync.ShopifyCanUpdateCustomer = true })
	w.sync(customersync.Parameters{})
	w.Advance(2 * time.Hour)
	for _, c := range cs {
		w.change(c.ID, func(c *data.Customer) { c.Addresses[0].City = "Husum" })
	}
	before := w.shop().Meter()
	r := w.sync(customersync.Parameters{})
	after := w.shop().Meter()
	want(t, "run", counts(r), fmt.Sprintf("0 created, %d updated, 0 unchanged, 0 skipped, 0 failed", n))
	points := float64(after.Charged-before.Charged) / float64(n)
	requests := float64(after.Requests-before.Requests) / float64(n)
	fmt.Printf("shopify_points_per_changed_customer %.3f points\nshopify_requests_per_changed_customer %.4f requests\n", points, requests)
	if n >= 1000 && (points > 0.3 || requests > 0.02) {
		t.Errorf("a changed customer costs %.3f points and %.4f requests, more than 0.3 and 0.02", points, requests)
	}
}

// TestCostOfExport prints what a customer costs that the company has changed.
func TestCostOfExport(t *testing.T) {
	n := min(*many, 1000)
	cs := make([]*data.Customer, n)
	for i := range cs {
		cs[i] = customerOf(7000000001+int64(i), "Eva", fmt.Sprintf("Berg%d", i), fmt.Sprintf("eva%d@berg.example", i))
	}
	w := open(t, cs, func(s *setup) { follows(s); s.Card.CustomerImport = "all" })
	w.sync(customersync.Parameters{})
	w.Advance(2 * time.Hour)
	idle := w.shop().Meter()
	w.sync(customersync.Parameters{})
	before := w.shop().Meter()
	for _, c := range cs {
		w.edit(fmt.Sprintf("S%d", c.ID), func(c *businesscentral.Customer) { c.City, c.PhoneNumber, c.Website = "Husum", "", "x" })
	}
	r := w.sync(customersync.Parameters{})
	after := w.shop().Meter()
	want(t, "run", r.Counts.Updated, n)
	// What a run costs that finds nothing is the walk's, and not the customers'.
	points := float64(after.Charged-before.Charged-(before.Charged-idle.Charged)) / float64(n)
	fmt.Printf("shopify_points_per_exported_customer %.2f points\n", points)
	if points > 11 {
		t.Errorf("a customer is brought to the shop for %.2f points, more than 11", points)
	}
	// Of what the shop has already nothing is sent: a run costs what one without changes does.
	w.Advance(2 * time.Hour)
	w.sync(customersync.Parameters{})
	idle = w.shop().Meter()
	w.sync(customersync.Parameters{})
	before = w.shop().Meter()
	for _, c := range cs {
		w.edit(fmt.Sprintf("S%d", c.ID), func(c *businesscentral.Customer) { c.Website = "y" })
	}
	r = w.sync(customersync.Parameters{})
	after = w.shop().Meter()
	want(t, "unchanged", r.Counts.Updated, 0)
	want(t, "requests", after.Requests-before.Requests, before.Requests-idle.Requests)
	want(t, "points", after.Charged-before.Charged, before.Charged-idle.Charged)
}
