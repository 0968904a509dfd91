package customers_test

import (
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/customers"
	"backroom/shared/customersync"
)

// All customers of the shop become customers of the company, once; who is there is found.
func TestAllCustomersArrive(t *testing.T) {
	w := open(t, []*data.Customer{customerOf(7000000001, "Eva", "Berg", "eva@berg.example"), customerOf(7000000002, "Jo", "Tal", "jo@tal.example")}, func(s *setup) {
		s.Company.Customers = append(s.Company.Customers, businesscentral.Customer{Number: "J1", DisplayName: "Johanna Tal", Email: "JO@tal.example; tal@work.example", Country: "DE"})
	})
	r := w.sync(customersync.Parameters{})
	want(t, "first run", counts(r), "1 created, 1 updated, 0 unchanged, 0 skipped, 0 failed")
	c := w.bc("S7000000001")
	want(t, "name", c.DisplayName, "Eva Berg")
	want(t, "street", c.AddressLine1, "Hafenstraße 7000000001")
	want(t, "found one is left alone", w.bc("J1").DisplayName, "Johanna Tal")
	want(t, "issues", w.wrong(), "")
	w.Advance(time.Hour)
	r = w.sync(customersync.Parameters{})
	want(t, "second run", counts(r), "0 created, 0 updated, 2 unchanged, 0 skipped, 0 failed")
	want(t, "its calls", r.Counts.Requests, 2)
}

// Who changes in the shop changes in the company, in that and nothing else.
func TestTheCompanyFollowsTheShop(t *testing.T) {
	w := open(t, []*data.Customer{customerOf(7000000001, "Eva", "Berg", "eva@berg.example")}, func(s *setup) { s.sync.ShopifyCanUpdateCustomer = true })
	w.sync(customersync.Parameters{})
	w.Advance(time.Hour)
	w.edit("S7000000001", func(c *businesscentral.Customer) { c.DisplayName = "Eva Berg-Lund"; c.PhoneNumber = "0431 5550100" })
	w.change(7000000001, func(c *data.Customer) {
		c.Addresses[0].Address1, c.Addresses[0].City, c.Email = "Ufer 2", "Husum", "eva@lund.example"
	})
	r := w.sync(customersync.Parameters{})
	want(t, "run", counts(r), "0 created, 1 updated, 0 unchanged, 0 skipped, 0 failed")
	c := w.bc("S7000000001")
	want(t, "street", c.AddressLine1, "Ufer 2")
	want(t, "city", c.City, "Husum")
	want(t, "e-mail", c.Email, "eva@lund.example")
	want(t, "name that a person has entered", c.DisplayName, "Eva Berg-Lund")
	want(t, "phone that the shop does not know", c.PhoneNumber, "0431 5550100")
	w.Advance(time.Hour)
	w.change(7000000001, func(c *data.Customer) { c.Note = "a note is no change of ours" })
	r = w.sync(customersync.Parameters{})
	want(t, "own echo", counts(r), "0 created, 0 updated, 1 unchanged, 0 skipped, 0 failed")
	// What the shop does not know any more wipes nothing.
	w.Advance(time.Hour)
	w.change(7000000001, func(c *data.Customer) { c.FirstName, c.LastName, c.Email, c.Phone, c.Addresses = "", "", "", "", nil })
	w.sync(customersync.Parameters{})
	c = w.bc("S7000000001")
	want(t, "kept", c.DisplayName+", "+c.City+", "+c.Email, "Eva Berg-Lund, Husum, eva@lund.example")
}

// Customers of orders are the same customers: one link, whichever task comes first.
func TestWithOrdersAlone(t *testing.T) {
	cs := []*data.Customer{customerOf(7000000001, "Eva", "Berg", "eva@berg.example"), customerOf(7000000002, "Jo", "Tal", "jo@tal.example")}
	w := open(t, cs, func(s *setup) {
		s.Card.CustomerImport = customers.WithOrderImport
		s.sync.ShopifyCanUpdateCustomer = true
	})
	r := w.sync(customersync.Parameters{})
	want(t, "nobody has ordered", counts(r), "0 created, 0 updated, 0 unchanged, 0 skipped, 0 failed")
	w.Live(12 * time.Minute)
	if _, err := w.shop().AddOrder(&data.Order{Customer: 7000000001, Email: "eva@berg.example", FinancialStatus: "PAID", Lines: []*data.Line{{Title: "Hat", Quantity: 1}}}); err != nil {
		t.Fatal(err)
	}
	w.Live(25 * time.Minute)
	want(t, "of the order", w.bc("S7000000001").DisplayName, "Eva Berg")
	for _, id := range []int64{7000000001, 7000000002} {
		w.change(id, func(c *data.Customer) { c.LastName = "Neu" })
	}
	r = w.sync(customersync.Parameters{})
	want(t, "known ones alone", counts(r), "0 created, 1 updated, 0 unchanged, 1 skipped, 0 failed")
	want(t, "name", w.bc("S7000000001").DisplayName, "Eva Neu")
}

// What cannot be is said of each, and the rest goes on; what is mended clears itself.
func TestBadCustomers(t *testing.T) {
	nobody := &data.Customer{ID: 7000000001, Note: "neither name nor contact", CreatedAt: begin.Add(-48 * time.Hour), UpdatedAt: begin.Add(-48 * time.Hour)}
	abroad := customerOf(7000000002, "Ana", "Luna", "ana@luna.example")
	abroad.Addresses[0].Country = "VN"
	long := customerOf(7000000003, "Sixty", manyWords(60), "sixty@words.example")
	one := customerOf(7000000004, "Madonna", "", "one@word.example")
	twice := customerOf(7000000005, "Uwe", "Zwei", "uwe@zwei.example")
	bare := &data.Customer{ID: 7000000006, FirstName: "Bare", CreatedAt: begin.Add(-48 * time.Hour), UpdatedAt: begin.Add(-48 * time.Hour)}
	w := open(t, []*data.Customer{nobody, abroad, long, one, twice, bare}, func(s *setup) {
		for i := range 10 {
			s.Company.Customers = append(s.Company.Customers, businesscentral.Customer{Number: "U" + string(rune('0'+i)), DisplayName: "Uwe", Email: "uwe@zwei.example"})
		}
	})
	r := w.sync(customersync.Parameters{})
	want(t, "run", counts(r), "4 created, 0 updated, 0 unchanged, 0 skipped, 3 failed")
	want(t, "issues", w.wrong(), "customer 7000000001 customer-empty; customer 7000000002 customer-country-unknown; customer 7000000005 customer-ambiguous")
	want(t, "country that BC lacks", w.bc("S7000000002").Country, "")
	want(t, "one word", w.bc("S7000000004").DisplayName, "Madonna")
	want(t, "sixty words", len(w.bc("S7000000003").DisplayName) <= 100, true)
	want(t, "a name alone", w.bc("S7000000006").DisplayName, "Bare")
	w.Write("POST", "countriesRegions", `{"code":"VN","displayName":"Vietnam"}`)
	w.change(7000000001, func(c *data.Customer) { c.Email = "some@body.example" })
	for i := range 9 {
		w.edit("U"+string(rune('1'+i)), func(c *businesscentral.Customer) { c.Email = "" })
	}
	for range 4 {
		w.Advance(time.Hour)
		w.sync(customersync.Parameters{})
	}
	want(t, "issues at last", w.wrong(), "")
	want(t, "country at last", w.bc("S7000000002").Country, "VN")
}

func manyWords(n int) (s string) {
	for range n {
		s += "Wort "
	}
	return s
}

// A template row gives new customers of its country what it says; who is exempt in the
// shop is not liable.
func TestTemplatesByCountry(t *testing.T) {
	exempt := customerOf(7000000002, "Max", "Frei", "max@frei.example")
	exempt.TaxExempt = true
	us := customerOf(7000000003, "Sam", "Hill", "sam@hill.example")
	us.Addresses[0].Country, us.Addresses[0].Zip = "US", "10001"
	w := open(t, []*data.Customer{customerOf(7000000001, "Eva", "Berg", "eva@berg.example"), exempt, us}, func(s *setup) {
		s.Card.CustomerTemplates = []customers.Template{
			{Country: "DE", PaymentTerms: "14 DAYS", Currency: "EUR", TaxLiable: true}, {PaymentTerms: "UNHEARD OF"},
		}
	})
	w.Write("POST", "paymentTerms", `{"code":"14 DAYS","displayName":"14 days"}`)
	w.sync(customersync.Parameters{})
	c := w.bc("S7000000001")
	terms := ""
	for _, p := range w.paymentTerms() {
		if p.ID == c.PaymentTermsID {
			terms = p.Code
		}
	}
	want(t, "payment terms", terms, "14 DAYS")
	want(t, "liable", c.TaxLiable, true)
	want(t, "exempt", w.bc("S7000000002").TaxLiable, false)
	want(t, "issues", w.wrong(), "customer 7000000003 customer-template-code-missing")
}
