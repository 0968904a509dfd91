package customers_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/companysync"
	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/link"
)

// firm is a company of the shop with one location, and a main contact where there is one.
func firm(id int64, name, tax string, contact int64) *data.Company {
	at := begin.Add(-48 * time.Hour)
	c := &data.Company{
		ID: id, Name: name, CreatedAt: at, UpdatedAt: at,
		Locations: []data.CompanyLocation{{ID: id + 1000, Name: name, TaxID: tax, Billing: &data.Address{ID: id + 2000, Address1: "Kai 1", City: "Kiel", Zip: "24103", Country: "DE"}}},
	}
	if contact != 0 {
		c.Contacts = []data.CompanyContact{{ID: id + 3000, Customer: contact}}
	}
	return c
}

// firms is a world with companies of the shop.
func firms(t *testing.T, cs []*data.Customer, companies []*data.Company, change func(*setup, *companysync.Settings)) *world {
	t.Helper()
	return open(t, cs, func(s *setup) {
		s.Shop.Companies = companies
		s.Shop.Shop.Scopes = append(s.Shop.Shop.Scopes, "read_companies", "write_companies", "read_payment_terms")
		s.Card.CustomerImport = "none"
		of := companysync.Settings{CompanyImport: companysync.AllCompanies, AutoCreateUnknownCompanies: true}
		change(s, &of)
		s.Settings = append(s.Settings, of)
	})
}

// companies runs the job of companies once, and gives its run.
func (w *world) companies(p companysync.Parameters) jobqueue.Run {
	w.t.Helper()
	before := len(w.Runs(companysync.TaskName))
	q := jobs.TriggerRequest{Shop: w.Card.Code, Entry: companysync.TaskName, Trigger: jobqueue.ByHand}
	if js, err := json.Marshal(p); err == nil && string(js) != "{}" {
		q.Parameters = js
	}
	if _, err := w.Jobs.Trigger(w.t.Context(), q); err != nil {
		w.t.Fatal(err)
	}
	for range 60 {
		w.Step()
		if rs := w.Runs(companysync.TaskName); len(rs) > before && !rs[0].Ended.IsZero() {
			return rs[0]
		}
		w.Advance(time.Minute)
	}
	w.t.Fatal("the run does not end")
	return jobqueue.Run{}
}

func bcFirm(number, name, tax, email string) businesscentral.Customer {
	return businesscentral.Customer{Number: number, DisplayName: name, Type: "Company", TaxRegistrationNumber: tax, Email: email, Country: "DE"}
}

// changeCompany changes a company of the shop.
func (w *world) changeCompany(id int64, f func(*data.Company)) {
	w.t.Helper()
	if err := w.shop().UpdateCompany(id, f); err != nil {
		w.t.Fatal(err)
	}
}

// Companies are found by tax id, else by the main contact's e-mail address, else made, once.
func TestCompaniesArrive(t *testing.T) {
	eva, jo, al := customerOf(7000000001, "Eva", "Berg", "eva@berg.example"), customerOf(7000000002, "Jo", "Tal", "jo@tal.example"), customerOf(7000000003, "Al", "Gut", "al@gut.example")
	w := firms(t, []*data.Customer{eva, jo, al}, []*data.Company{
		firm(5001, "Werft GmbH", "de 123 456 789", eva.ID), firm(5002, "Tal KG", "", jo.ID), firm(5003, "Neu AG", "DE999999999", al.ID), firm(5004, "Allein OHG", "", 0),
	}, func(s *setup, _ *companysync.Settings) {
		s.Company.Customers = append(s.Company.Customers,
			bcFirm("W1", "Werft", "DE123456789", "office@werft.example"),
			bcFirm("B1", "Berg", "DE777777777", "eva@berg.example"), // the e-mail address of the first, and another tax id
			bcFirm("T1", "Tal Kommanditgesellschaft", "DE555555555", "office@tal.example; JO@tal.example"),
			bcFirm("G1", "Gut", "DE888888888", "al@gut.example"),
		)
	})
	r := w.companies(companysync.Parameters{})
	want(t, "first run", counts(r)+"; "+w.wrong(), "2 created, 2 updated, 8 unchanged, 0 skipped, 0 failed; ")
	neu := w.bc("SC5003")
	want(t, "new one", fmt.Sprintf("%s, %s, %s, %s, %s, %s", neu.DisplayName, neu.Type, neu.AddressLine1, neu.City, neu.TaxRegistrationNumber, neu.Email), "Neu AG, Company, Kai 1, Kiel, DE999999999, al@gut.example")
	want(t, "without a contact", w.bc("SC5004").DisplayName, "Allein OHG")
	want(t, "found one is left alone", w.bc("W1").DisplayName+w.bc("T1").DisplayName, "WerftTal Kommanditgesellschaft")
	w.Advance(2 * time.Hour)
	r = w.companies(companysync.Parameters{})
	want(t, "second run", counts(r), "0 created, 0 updated, 8 unchanged, 0 skipped, 0 failed")
	want(t, "its calls", r.Counts.Requests, 2)
}

// Orders of companies that wait go through by themselves once the company is linked, also
// where only companies that have ordered are looked for.
func TestOrdersOfLinkedCompanies(t *testing.T) {
	w := firms(t, []*data.Customer{customerOf(7000000001, "Eva", "Berg", "eva@berg.example")}, []*data.Company{firm(5001, "Werft GmbH", "DE123456789", 7000000001), firm(5002, "Still AG", "DE2", 0)},
		func(s *setup, of *companysync.Settings) {
			of.CompanyImport = ""
			s.Company.Customers = append(s.Company.Customers, bcFirm("W1", "Werft", "DE123456789", ""))
		})
	w.Live(2 * time.Minute)
	r := w.companies(companysync.Parameters{})
	want(t, "nothing was ordered", counts(r), "0 created, 0 updated, 0 unchanged, 4 skipped, 0 failed")
	v := w.shop().Products()[0].Variants[0]
	o, err := w.shop().AddOrder(&data.Order{
		Customer: 7000000001, Email: "eva@berg.example", FinancialStatus: "PAID", PONumber: "4500-1", Company: &data.Purchase{CompanyID: 5001, LocationID: 6001},
		Lines: []*data.Line{{Title: "Rope", SKU: v.SKU, Variant: v.ID, Quantity: 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Live(25 * time.Minute)
	if f := w.Fate(o); f.Reason != "company-unmapped" {
		t.Fatalf("%s is %+v", o.Name, f)
	}
	r = w.companies(companysync.Parameters{})
	want(t, "asked for by its order", counts(r), "0 created, 1 updated, 1 unchanged, 2 skipped, 0 failed")
	w.Live(8 * time.Hour)
	docs := worlds.Read[documentOfCompany](w.World, worlds.DocumentOf("salesOrders", o))
	if len(docs) != 1 || docs[0].CustomerNumber != "W1" {
		t.Errorf("%+v, want one of W1; it is %+v", docs, w.Fate(o))
	}
	want(t, "issues", w.wrong(), "")
}

// A location has a customer of its own by its external id or another tax number, and
// loses it with them.
func TestLocationsWithCustomers(t *testing.T) {
	c := firm(5001, "Werft GmbH", "DE123456789", 0)
	c.Locations = append(c.Locations,
		data.CompanyLocation{ID: 6002, Name: "Werft Husum", ExternalID: "W-HUSUM", Billing: &data.Address{ID: 9, Address1: "Ufer 2", City: "Husum", Zip: "25813", Country: "DE"}},
		data.CompanyLocation{ID: 6003, Name: "Werft Wien", TaxID: "ATU12345678", Billing: &data.Address{ID: 10, Address1: "Ring 1", City: "Wien", Zip: "1010", Country: "AT"}},
		data.CompanyLocation{ID: 6004, Name: "Lager", ExternalID: "10000"}, // a number of another system, which a customer happens to have
	)
	w := firms(t, nil, []*data.Company{c}, func(s *setup, _ *companysync.Settings) {
		at := bcFirm("W-WIEN", "Werft Wien", "U12345678", "")
		at.Country = "AT"
		s.Company.Customers = append(s.Company.Customers, bcFirm("W1", "Werft", "DE123456789", ""), bcFirm("W-HUSUM", "Werft Husum", "", ""), at)
	})
	w.Live(2 * time.Minute)
	w.companies(companysync.Parameters{})
	want(t, "issues", w.wrong(), "")
	links := func() string {
		var out []string
		for _, kind := range []link.Kind{link.Company, link.Location} {
			ls, _, err := (&link.Store{Table: w.Engine.Table}).List(t.Context(), w.Card.Code, kind, "", 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range ls {
				out = append(out, l.ID+" "+l.Number+" "+string(l.How))
			}
		}
		return strings.Join(out, ", ")
	}
	want(t, "links", links(), "5001 W1 tax id, 6002 W-HUSUM external id, 6003 W-WIEN tax id")
	w.Advance(time.Hour)
	w.changeCompany(5001, func(c *data.Company) { c.Locations[1].ExternalID, c.Locations[2].TaxID = "", "DE123456789" })
	w.companies(companysync.Parameters{})
	want(t, "links when nothing says so any more", links(), "5001 W1 tax id, 6002  unlinked, 6003  unlinked")
	w.day()
	w.shop().DeleteCompany(5001)
	w.companies(companysync.Parameters{})
	want(t, "links of a company that is gone", links(), "5001  gone, 6002  unlinked, 6003  unlinked")
}

// What changes in the shop changes in Business Central, in that and nothing else; blanks
// wipe nothing, and payment terms follow the card's table.
func TestCustomersOfCompaniesFollow(t *testing.T) {
	eva := customerOf(7000000001, "Eva", "Berg", "eva@berg.example")
	c := firm(5001, "Werft GmbH", "DE123456789", eva.ID)
	c.Locations[0].Terms = 4
	w := firms(t, []*data.Customer{eva}, []*data.Company{c}, func(s *setup, of *companysync.Settings) {
		of.ShopifyCanUpdateCompanies = true
		s.Card.PaymentTerms = []documents.TermsMap{{Type: "NET", Name: "Net 30", Code: "30 DAYS"}, {Type: "NET", Name: "Net 60", Code: "UNHEARD OF"}}
	})
	w.Write("POST", "paymentTerms", `{"code":"30 DAYS","displayName":"30 days"}`)
	w.companies(companysync.Parameters{})
	terms := func() string {
		for _, p := range w.paymentTerms() {
			if p.ID == w.bc("SC5001").PaymentTermsID {
				return p.Code
			}
		}
		return ""
	}
	want(t, "payment terms", terms(), "30 DAYS")
	w.Advance(time.Hour)
	w.edit("SC5001", func(c *businesscentral.Customer) { c.DisplayName, c.PhoneNumber = "Werft und Söhne", "0431 5550100" })
	w.changeCompany(5001, func(c *data.Company) {
		c.Locations[0].Billing = &data.Address{ID: 7001, Address1: "Ufer 2", City: "Husum", Zip: "25813", Country: "DE"}
		c.Locations[0].TaxID, c.Locations[0].Terms = "", 5
	})
	r := w.companies(companysync.Parameters{})
	want(t, "run", counts(r)+"; "+w.wrong(), "0 created, 1 updated, 1 unchanged, 0 skipped, 1 failed; company 5001 company-terms-unknown")
	b := w.bc("SC5001")
	want(t, "customer", strings.Join([]string{b.DisplayName, b.PhoneNumber, b.AddressLine1, b.City, b.TaxRegistrationNumber, terms()}, ", "), "Werft und Söhne, 0431 5550100, Ufer 2, Husum, DE123456789, 30 DAYS")
	w.Write("POST", "paymentTerms", `{"code":"UNHEARD OF","displayName":"60 days"}`)
	w.Advance(time.Hour)
	w.companies(companysync.Parameters{})
	want(t, "terms at last", terms()+w.wrong(), "UNHEARD OF")
	w.day()
	w.change(eva.ID, func(c *data.Customer) { c.Email = "eva@werft.example" }) // which does not touch the company
	w.companies(companysync.Parameters{})
	want(t, "e-mail of the main contact", w.bc("SC5001").Email, "eva@werft.example")
}

// What cannot be is said of each, and the rest goes on; what is mended clears itself.
func TestBadCompanies(t *testing.T) {
	var all []*data.Company
	eva := customerOf(7000000001, "Eva", "Berg", "eva@berg.example")
	for i := range 10 { // ten companies with one e-mail address
		all = append(all, firm(5001+int64(i), fmt.Sprintf("Berg %d GmbH", i), "", eva.ID))
	}
	all = append(all, firm(5011, "Abroad Ltd", "", 0), firm(5012, strings.TrimSpace(manyWords(50)), "", 0), firm(5013, "X", "DE333", 0), firm(5014, "Nowhere", "", 0), firm(5015, "Long tax", "DE1234567890123456789012", 0))
	all[10].Locations[0].Billing.Country = "VN"
	all[13].Locations = nil
	w := firms(t, []*data.Customer{eva}, all, func(s *setup, _ *companysync.Settings) {
		s.Company.Customers = append(s.Company.Customers, bcFirm("X1", "X", "DE333", ""), bcFirm("X2", "X", "DE333", ""))
	})
	r := w.companies(companysync.Parameters{})
	want(t, "run", counts(r), "4 created, 0 updated, 16 unchanged, 0 skipped, 13 failed")
	shared := ""
	for i := 5002; i <= 5010; i++ {
		shared += fmt.Sprintf("company %d company-shared; ", i)
	}
	want(t, "issues", w.wrong(), shared+"company 5011 customer-country-unknown; company 5013 company-ambiguous; company 5014 company-without-location; company 5015 company-tax-id-too-long")
	want(t, "fifty words", len(w.bc("SC5012").DisplayName) <= 100, true)
	w.Write("POST", "countriesRegions", `{"code":"VN","displayName":"Vietnam"}`)
	for i := range 10 {
		w.changeCompany(5001+int64(i), func(c *data.Company) { c.Locations[0].TaxID = fmt.Sprintf("DE10000000%d", i) })
	}
	w.edit("X2", func(c *businesscentral.Customer) { c.TaxRegistrationNumber = "DE334" })
	w.changeCompany(5014, func(c *data.Company) { c.Locations = firm(5014, "Nowhere", "", 0).Locations })
	w.changeCompany(5015, func(c *data.Company) { c.Locations[0].TaxID = "DE12345" })
	for range 5 {
		w.Advance(3 * time.Hour)
		w.companies(companysync.Parameters{})
	}
	want(t, "issues at last", w.wrong(), "")
	want(t, "country at last", w.bc("SC5011").Country, "VN")
}

// A dry run says what would be done, and does nothing.
func TestDryRunOfCompanies(t *testing.T) {
	w := firms(t, nil, []*data.Company{firm(5001, "Werft GmbH", "DE123456789", 0)}, func(*setup, *companysync.Settings) {})
	before := len(w.company().Customers())
	q := jobs.TriggerRequest{Shop: w.Card.Code, Entry: companysync.TaskName, Trigger: jobqueue.ByHand, DryRun: true}
	if _, err := w.Jobs.Trigger(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		w.Step()
		w.Advance(time.Minute)
	}
	full, err := w.Jobs.Store.Run(t.Context(), w.Card.Code, w.Runs(companysync.TaskName)[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(full.Report), `"does":"create"`) || !strings.Contains(string(full.Report), `"number":"SC5001"`) || len(w.company().Customers()) != before {
		t.Errorf("it says %s, and there are %d customers", full.Report, len(w.company().Customers()))
	}
}

// Payment terms of a template are a new customer's: one who is found keeps those that
// people have set.
func TestTermsOfTemplatesAreForNewCustomers(t *testing.T) {
	w := firms(t, nil, []*data.Company{firm(5001, "Werft GmbH", "DE123456781", 0), firm(5002, "Neu AG", "DE123456782", 0)}, func(s *setup, of *companysync.Settings) {
		of.ShopifyCanUpdateCompanies = true
		s.Card.CustomerTemplates = []customers.Template{{PaymentTerms: "14 DAYS"}}
		s.Company.Customers = append(s.Company.Customers, bcFirm("W1", "Werft", "DE123456781", ""))
	})
	w.Write("POST", "paymentTerms", `{"code":"14 DAYS","displayName":"14 days"}`)
	had := w.bc("W1").PaymentTermsID
	w.companies(companysync.Parameters{})
	want(t, "name", w.bc("W1").DisplayName, "Werft GmbH")
	want(t, "terms of one who is found", w.bc("W1").PaymentTermsID, had)
	want(t, "a new one has the template's", w.bc("SC5002").PaymentTermsID != had, true)
}
