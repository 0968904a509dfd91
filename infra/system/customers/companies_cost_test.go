package customers_test

import (
	"fmt"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/companysync"
)

// TestCostOfCompanies prints what a changed company costs, and what an unchanged one does.
func TestCostOfCompanies(t *testing.T) {
	n := *many
	all := make([]*data.Company, n)
	for i := range all {
		all[i] = firm(5000000001+int64(i), fmt.Sprintf("Werft %d", i), fmt.Sprintf("DE%09d", i), 0)
	}
	w := firms(t, nil, all, func(_ *setup, of *companysync.Settings) { of.ShopifyCanUpdateCompanies = true })
	w.companies(companysync.Parameters{})
	w.Advance(2 * time.Hour)
	r := w.companies(companysync.Parameters{})
	want(t, "requests of a run that finds nothing", r.Counts.Requests, 2*((n+249)/250)) // the pages of the last minutes
	before := w.shop().Meter()
	for _, c := range all {
		w.changeCompany(c.ID, func(c *data.Company) { c.Name += " GmbH" })
	}
	r = w.companies(companysync.Parameters{})
	after := w.shop().Meter()
	want(t, "updated", r.Counts.Updated, n)
	points := float64(after.Charged-before.Charged) / float64(n)
	requests := float64(after.Requests-before.Requests) / float64(n)
	fmt.Printf("shopify_points_per_changed_company %.3f points\nshopify_requests_per_changed_company %.4f requests\n", points, requests)
	if n >= 1000 && (points > 0.3 || requests > 0.02) {
		t.Errorf("a changed company costs %.3f points and %.4f requests, more than 0.3 and 0.02", points, requests)
	}
}

// TestCostOfCompaniesInTheShop prints what a company costs that is made in the shop, and one
// that Business Central has changed there.
func TestCostOfCompaniesInTheShop(t *testing.T) {
	n := min(*many, 1000)
	var add []string
	w := firms(t, nil, nil, func(s *setup, of *companysync.Settings) {
		followed(of)
		of.CompanyImport = companysync.ImportNone
		for i := range n {
			add = append(add, fmt.Sprintf("N%04d", i))
			s.Company.Customers = append(s.Company.Customers, mailed(add[i], fmt.Sprintf("Neu %d AG", i), fmt.Sprintf("nora%d@neu.example", i)))
		}
	})
	before := w.shop().Meter()
	r := w.companies(companysync.Parameters{Add: add})
	after := w.shop().Meter()
	want(t, "created", r.Counts.Created, n)
	made := float64(after.Charged-before.Charged) / float64(n)
	w.companies(companysync.Parameters{})
	w.Advance(2 * time.Hour)
	before = w.shop().Meter()
	for _, number := range add {
		w.edit(number, func(c *businesscentral.Customer) { c.City = "Husum" })
	}
	r = w.companies(companysync.Parameters{})
	after = w.shop().Meter()
	want(t, "updated", r.Counts.Updated, n)
	changed := float64(after.Charged-before.Charged) / float64(n)
	fmt.Printf("shopify_points_per_made_company %.2f points\nshopify_points_per_exported_company %.2f points\n", made, changed)
	if made > 11.5 || changed > 11 {
		t.Errorf("a company is made for %.2f points and changed for %.2f, more than 11.5 and 11", made, changed)
	}
	// Of what the shop has already nothing is sent.
	w.Advance(2 * time.Hour)
	w.companies(companysync.Parameters{})
	before = w.shop().Meter()
	for _, number := range add {
		w.edit(number, func(c *businesscentral.Customer) { c.Website = "y" })
	}
	r = w.companies(companysync.Parameters{})
	want(t, "unchanged", r.Counts.Updated, 0)
	want(t, "requests", w.shop().Meter().Requests-before.Requests, 0)
}
