package customers_test

import (
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/customersync"
)

// A customer of the company that stands for two of the shop follows neither, and they do not
// follow it: an issue of it and of each that has changed says so, and goes once there is one.
func TestCustomerOfSeveral(t *testing.T) {
	w := open(t, []*data.Customer{customerOf(7000000001, "Eva", "Berg", "eva@berg.example"), customerOf(7000000002, "Uwe", "Berg", "uwe@berg.example")}, func(s *setup) {
		s.sync.ShopifyCanUpdateCustomer, s.sync.CanUpdateShopifyCustomer = true, true
		s.Company.Customers = append(s.Company.Customers, businesscentral.Customer{Number: "BERG", DisplayName: "Familie Berg", Email: "eva@berg.example; uwe@berg.example", AddressLine1: "Hafen 1", City: "Kiel", PostalCode: "24103", Country: "DE"})
	})
	w.sync(customersync.Parameters{})
	w.Advance(time.Hour)
	w.change(7000000001, func(c *data.Customer) { c.Addresses[0].Address1 = "Ufer 2" })
	w.sync(customersync.Parameters{})
	want(t, "issues", w.wrong(), "company-customer BERG customer-of-several; customer 7000000001 customer-of-several")
	want(t, "street in the company", w.bc("BERG").AddressLine1, "Hafen 1")
	w.Advance(time.Hour)
	w.edit("BERG", func(c *businesscentral.Customer) { c.PhoneNumber = "0431 5550100" })
	w.sync(customersync.Parameters{})
	want(t, "phone in the shop", w.shop().Customer(7000000001).Phone+w.shop().Customer(7000000002).Phone, "")
	if err := w.shop().MergeCustomers(7000000002, 7000000001); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.day()
		w.sync(customersync.Parameters{})
	}
	want(t, "at last", w.wrong(), "")
	want(t, "phone in the shop at last", w.shop().Customer(7000000001).Phone, "+494315550100")
}
