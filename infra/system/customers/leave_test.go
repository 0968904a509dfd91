package customers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/customersync"
)

// follows has the shop follow the company.
func follows(s *setup) { s.sync.CanUpdateShopifyCustomer = true }

// Who changes in the company changes in the shop: in that, and nothing else.
func TestTheShopFollowsTheCompany(t *testing.T) {
	eva := customerOf(7000000001, "Eva", "Berg", "eva@berg.example")
	eva.Subscribed, eva.Note = true, "likes blue"
	two := customerOf(7000000002, "Ada", "von Arnim", "ada@arnim.example")
	two.Addresses = append(two.Addresses, data.Address{ID: 5, Address1: "Lager", City: "Bremen", Zip: "28195", Country: "DE"})
	w := open(t, []*data.Customer{eva, two}, follows)
	w.sync(customersync.Parameters{})
	want(t, "nothing came back", w.shop().Customer(7000000001).UpdatedAt, eva.UpdatedAt)
	w.Advance(time.Hour)
	w.edit("S7000000001", func(c *businesscentral.Customer) {
		c.DisplayName, c.Email, c.PhoneNumber = "Eva Lund", "eva@lund.example; eva@work.example", "0431 5550100"
		c.AddressLine1, c.City = "Ufer 2", "Husum"
	})
	w.edit("S7000000002", func(c *businesscentral.Customer) { c.AddressLine1 = "Ufer 3" })
	r := w.sync(customersync.Parameters{})
	want(t, "run", counts(r)+"; "+w.wrong(), "0 created, 2 updated, 2 unchanged, 0 skipped, 0 failed; ")
	c := w.shop().Customer(7000000001)
	want(t, "names", c.FirstName+"|"+c.LastName, "Eva|Lund")
	want(t, "e-mail, phone", c.Email+" "+c.Phone, "eva@lund.example +494315550100")
	want(t, "address", c.Addresses[0].Address1+", "+c.Addresses[0].City+", "+c.Addresses[0].LastName, "Ufer 2, Husum, Lund")
	want(t, "consent and note", fmt.Sprintf("%t, %s", c.Subscribed, c.Note), "true, likes blue")
	c = w.shop().Customer(7000000002)
	want(t, "names that the shop splits better", c.FirstName+"|"+c.LastName, "Ada|von Arnim")
	want(t, "addresses", fmt.Sprint(len(c.Addresses), c.Addresses[0].Address1, c.Addresses[1].Address1), "2Ufer 3Lager")
	w.Advance(time.Hour)
	before := w.shop().Meter()
	r = w.sync(customersync.Parameters{})
	want(t, "own echo", r.Counts.Created+r.Counts.Updated+r.Counts.Failed, 0)
	w.Advance(time.Hour)
	r = w.sync(customersync.Parameters{})
	want(t, "unchanged", r.Counts.Created+r.Counts.Updated, 0)
	t.Logf("points of two idle runs: %d", w.shop().Meter().Charged-before.Charged)
	// A blank in the company wipes nothing.
	w.edit("S7000000001", func(c *businesscentral.Customer) {
		c.Email, c.PhoneNumber, c.AddressLine1, c.City, c.PostalCode = "", "", "", "", ""
	})
	w.sync(customersync.Parameters{})
	c = w.shop().Customer(7000000001)
	want(t, "kept", c.Email+" "+c.Phone+" "+c.Addresses[0].City, "eva@lund.example +494315550100 Husum")
}

// Customers of the company are added to the shop when somebody says so, each once; who has
// the e-mail address there already is joined.
func TestCustomersAreAdded(t *testing.T) {
	w := open(t, []*data.Customer{customerOf(7000000001, "Eva", "Berg", "eva@berg.example"), customerOf(7000000002, "Jo", "Tal", "jo@tal.example")}, func(s *setup) {
		follows(s)
		s.Card.CustomerImport = "none"
		s.Company.Customers = append(s.Company.Customers,
			businesscentral.Customer{Number: "N1", DisplayName: "Nora Neu", Type: "Person", Email: "nora@neu.example", PhoneNumber: "+49 431 5550101", AddressLine1: "Weg 1", City: "Kiel", PostalCode: "24103", Country: "DE"},
			businesscentral.Customer{Number: "N2", DisplayName: "Werft GmbH", Type: "Company", Email: "post@werft.example", Country: "DE", AddressLine1: "Kai 1", City: "Kiel", PostalCode: "24103"},
			businesscentral.Customer{Number: "N3", DisplayName: "Nobody", Country: "DE"},
			businesscentral.Customer{Number: "N4", DisplayName: "Eva Berg", Type: "Person", Email: "Eva@Berg.example", Country: "DE"},
			businesscentral.Customer{Number: "N5", DisplayName: "Other Nora", Type: "Person", Email: "nora@neu.example", Country: "DE"},
			businesscentral.Customer{Number: "N6", DisplayName: "By phone", Type: "Person", PhoneNumber: "0431 5550106", Country: "DE"},
			businesscentral.Customer{Number: "N7", DisplayName: "Odd phone", Type: "Person", Email: "odd@phone.example", PhoneNumber: "12", Country: "DE"},
		)
	})
	add := customersync.Parameters{Add: []string{"N1", "N2", "N3", "N4", "n5", "N6", "N7", "N9"}}
	r := w.sync(add)
	want(t, "run", counts(r), "4 created, 0 updated, 1 unchanged, 0 skipped, 4 failed")
	want(t, "issues", w.wrong(), "company-customer N3 customer-without-contact; company-customer N5 customer-contact-taken; "+
		"company-customer N7 customer-phone-unclear; company-customer N9 customer-number-unknown")
	by := map[string]*data.Customer{}
	for _, c := range w.shop().Customers() {
		by[c.Email+c.Phone] = c
	}
	nora := by["nora@neu.example+494315550101"]
	if nora == nil || nora.FirstName != "Nora" || nora.LastName != "Neu" || nora.Addresses[0].Address1 != "Weg 1" {
		t.Fatalf("Nora is %+v", nora)
	}
	werft := by["post@werft.example"]
	want(t, "a company", werft.FirstName+werft.LastName+werft.Addresses[0].Company, "Werft GmbH")
	want(t, "by phone alone", by["+494315550106"].FirstName, "By")
	w.Advance(time.Hour)
	w.sync(add)
	want(t, "customers of the shop", len(w.shop().Customers()), 6)
	// They are linked: what the company changes of them follows.
	w.Advance(time.Hour)
	w.edit("N1", func(c *businesscentral.Customer) { c.City = "Husum" })
	w.sync(customersync.Parameters{})
	want(t, "city", w.shop().Customer(nora.ID).Addresses[0].City, "Husum")
	// What is mended is added by itself.
	w.edit("N3", func(c *businesscentral.Customer) { c.Email = "no@body.example" })
	w.edit("N7", func(c *businesscentral.Customer) { c.PhoneNumber = "" })
	for range 3 {
		w.Advance(2 * time.Hour)
		w.sync(customersync.Parameters{})
	}
	want(t, "issues at last", w.wrong(), "company-customer N5 customer-contact-taken; company-customer N9 customer-number-unknown")
	want(t, "customers of the shop at last", len(w.shop().Customers()), 7)
}

// What Shopify refuses of one is said, and stops no other.
func TestTheShopRefuses(t *testing.T) {
	w := open(t, []*data.Customer{customerOf(7000000001, "Eva", "Berg", "eva@berg.example"), customerOf(7000000002, "Jo", "Tal", "jo@tal.example"), customerOf(7000000003, "Al", "Gut", "al@gut.example")}, follows)
	w.sync(customersync.Parameters{})
	w.Advance(time.Hour)
	w.edit("S7000000001", func(c *businesscentral.Customer) { c.Email = "jo@tal.example" })
	w.edit("S7000000002", func(c *businesscentral.Customer) { c.State, c.City = "ZZ", "Husum" })
	w.edit("S7000000003", func(c *businesscentral.Customer) { c.City = "Husum" })
	r := w.sync(customersync.Parameters{})
	want(t, "run", r.Counts.Updated, 1)
	want(t, "issues", w.wrong(), "company-customer S7000000001 customer-contact-taken; company-customer S7000000002 customer-refused-by-shop")
	want(t, "the third", w.shop().Customer(7000000003).Addresses[0].City, "Husum")
	w.edit("S7000000001", func(c *businesscentral.Customer) { c.Email = "eva@berg.example" })
	w.edit("S7000000002", func(c *businesscentral.Customer) { c.State = "" })
	for range 3 {
		w.Advance(time.Hour)
		w.sync(customersync.Parameters{})
	}
	want(t, "issues at last", w.wrong(), "")
	want(t, "the second", w.shop().Customer(7000000002).Addresses[0].City, "Husum")
}

// Custom fields of the listed types hold what the card maps, and follow it.
func TestMetafields(t *testing.T) {
	w := open(t, []*data.Customer{customerOf(7000000001, "Eva", "Berg", "eva@berg.example")}, func(s *setup) {
		follows(s)
		s.sync.CustomerMetafields = []customersync.MetafieldMap{
			{Field: "number", Namespace: "erp", Key: "number"},
			{Field: "creditLimit", Namespace: "erp", Key: "limit"},
			{Field: "blocked", Namespace: "erp", Key: "blocked"},
			{Field: "website", Namespace: "erp", Key: "site", Type: "url"},
		}
	})
	w.sync(customersync.Parameters{})
	has := func() string {
		var out []string
		for _, m := range w.shop().Customer(7000000001).Metafields {
			out = append(out, m.Key+" "+m.Type+" "+m.Value)
		}
		return strings.Join(out, ", ")
	}
	want(t, "fields", has(), "number single_line_text_field S7000000001, limit number_decimal 0, blocked boolean false")
	w.Advance(time.Hour)
	w.edit("S7000000001", func(c *businesscentral.Customer) { c.Website, c.Blocked = "no address", "All" })
	w.sync(customersync.Parameters{})
	want(t, "issues", w.wrong(), "company-customer S7000000001 customer-fields-refused")
	w.edit("S7000000001", func(c *businesscentral.Customer) { c.Website = "https://berg.example" })
	w.Advance(time.Hour)
	w.sync(customersync.Parameters{})
	want(t, "fields at last", has(), "number single_line_text_field S7000000001, limit number_decimal 0, blocked boolean true, site url https://berg.example")
	want(t, "issues at last", w.wrong(), "")
}

// A customer who was merged into another leaves the link, unless the company has two.
func TestMergedAndDeletedCustomers(t *testing.T) {
	cs := []*data.Customer{
		customerOf(7000000001, "Eva", "Berg", "eva@berg.example"), customerOf(7000000002, "E.", "Berg", "e@berg.example"),
		customerOf(7000000003, "Jo", "Tal", "jo@tal.example"), customerOf(7000000004, "Al", "Gut", "al@gut.example"),
	}
	w := open(t, cs, follows)
	w.sync(customersync.Parameters{})
	w.day()
	// Two customers of the company, one of the shop.
	if err := w.shop().MergeCustomers(7000000001, 7000000002); err != nil {
		t.Fatal(err)
	}
	w.change(7000000002, func(c *data.Customer) { c.Email = "eva@berg.example" }) // the address of the one that is gone was kept
	if err := w.shop().DeleteCustomer(7000000004); err != nil {
		t.Fatal(err)
	}
	r := w.sync(customersync.Parameters{})
	want(t, "issues", w.wrong(), "customer 7000000001 customer-merged")
	want(t, "failed", r.Counts.Failed, 1)
	// A customer who is gone is no one's: the company's is not brought to the shop any more.
	w.edit("S7000000004", func(c *businesscentral.Customer) { c.City = "Husum" })
	w.Advance(time.Hour)
	w.sync(customersync.Parameters{})
	want(t, "of a deleted one", w.wrong(), "customer 7000000001 customer-merged")
	w.edit("S7000000001", func(c *businesscentral.Customer) { c.Blocked = "All" })
	w.Advance(time.Hour)
	w.sync(customersync.Parameters{})
	want(t, "when one is blocked", w.wrong(), "")
	// One who had nobody in the company takes the link over.
	w.day()
	w.shop().AddCustomer(&data.Customer{ID: 7000000009, FirstName: "Joachim", CreatedAt: begin.Add(-time.Hour), UpdatedAt: begin.Add(-time.Hour)})
	if err := w.shop().MergeCustomers(7000000003, 7000000009); err != nil {
		t.Fatal(err)
	}
	w.sync(customersync.Parameters{})
	w.edit("S7000000003", func(c *businesscentral.Customer) { c.City = "Husum" })
	w.Advance(time.Hour)
	w.sync(customersync.Parameters{})
	want(t, "the one that is left", w.shop().Customer(7000000009).Addresses[0].City, "Husum")
	want(t, "issues at last", w.wrong(), "")
}

// A dry run says what would be done, and does nothing.
func TestDryRun(t *testing.T) {
	w := open(t, []*data.Customer{customerOf(7000000001, "Eva", "Berg", "eva@berg.example")}, follows)
	r := w.dry(customersync.Parameters{})
	if !strings.Contains(string(r), `"does":"create"`) || !strings.Contains(string(r), `"number":"S7000000001"`) {
		t.Errorf("it says %s", r)
	}
	want(t, "issues", w.wrong(), "")
}
