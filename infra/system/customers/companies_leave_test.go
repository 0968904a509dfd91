package customers_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/companysync"
	"backroom/shared/documents"
	"backroom/shared/link"
)

// followed has the shop's companies follow Business Central.
func followed(of *companysync.Settings) { of.CanUpdateShopifyCompanies = true }

func mailed(number, name, email string) businesscentral.Customer {
	c := bcFirm(number, name, "", email)
	c.AddressLine1, c.City, c.PostalCode = "Weg 1", "Kiel", "24103"
	return c
}

// byName is the company of the shop with a name.
func (w *world) byName(name string) *data.Company {
	w.t.Helper()
	for _, c := range w.shop().Companies() {
		if c.Name == name {
			return c
		}
	}
	w.t.Fatalf("the shop has no company %s", name)
	return nil
}

// contacts are the e-mail addresses of the main contact and where they may order.
func (w *world) contact(c *data.Company) string {
	for _, k := range c.Contacts {
		if c.Main == k.ID {
			return fmt.Sprintf("%s at %d", w.shop().Customer(k.Customer).Email, k.Location)
		}
	}
	return "nobody"
}

// Customers become companies of the shop when somebody says so, each once, with location,
// tax id, payment terms and main contact; who is a customer of the shop already is the
// main contact, and a company with the number as external id is joined.
func TestCompaniesAreAdded(t *testing.T) {
	eva := customerOf(7000000001, "Eva", "Berg", "eva@berg.example")
	there := firm(5001, "Da AG", "", 0)
	there.ExternalID = "N4"
	w := firms(t, []*data.Customer{eva}, []*data.Company{there}, func(s *setup, of *companysync.Settings) {
		of.CompanyImport = companysync.ImportNone
		s.Card.PaymentTerms = []documents.TermsMap{{Type: "NET", Name: "Net 30", Code: "30 DAYS"}}
		long := mailed("N5", "Odd phone", "odd@phone.example")
		long.PhoneNumber = "12"
		s.Company.Customers = append(s.Company.Customers, mailed("N1", "Neu AG", "Nora@Neu.example; x@neu.example"), mailed("N2", "Bergwerk", "eva@berg.example"), mailed("N3", "Stumm", ""), mailed("N4", "Da AG", "da@da.example"), long)
	})
	w.Write("POST", "paymentTerms", `{"code":"30 DAYS","displayName":"30 days"}`)
	var terms string
	for _, p := range w.paymentTerms() {
		if p.Code == "30 DAYS" {
			terms = p.ID
		}
	}
	w.edit("N1", func(c *businesscentral.Customer) {
		c.TaxRegistrationNumber, c.PhoneNumber, c.PaymentTermsID = "DE123456789", "0431 5550101", terms
	})
	add := companysync.Parameters{Add: []string{"N1", "N2", "N3", "n4", "N5", "N9"}}
	r := w.companies(add)
	want(t, "run", counts(r)+"; "+w.wrong(), "3 created, 2 updated, 0 unchanged, 0 skipped, 3 failed; exported-company N3 company-without-contact; exported-company N5 company-phone-unclear; exported-company N9 company-number-unknown")
	neu := w.byName("Neu AG")
	l := neu.Locations[0]
	want(t, "company", fmt.Sprint(neu.ExternalID, " ", l.TaxID, " ", l.Phone, " ", l.Terms, " ", l.Billing.City, " ", l.Shipping.City), "N1 DE123456789 +494315550101 4 Kiel Kiel")
	want(t, "main contact", w.contact(neu), fmt.Sprintf("nora@neu.example at %d", l.ID))
	b := w.byName("Bergwerk")
	want(t, "who is a customer", w.contact(b), fmt.Sprintf("eva@berg.example at %d", b.Locations[0].ID))
	want(t, "by external id", w.shop().Company(5001).Locations[0].Billing.Address1, "Weg 1")
	w.Advance(time.Hour)
	w.companies(add)
	want(t, "companies of the shop", len(w.shop().Companies()), 4)
	w.edit("N3", func(c *businesscentral.Customer) { c.Email = "no@body.example" })
	w.edit("N5", func(c *businesscentral.Customer) { c.PhoneNumber = "" })
	for range 3 {
		w.Advance(2 * time.Hour)
		w.companies(companysync.Parameters{})
	}
	want(t, "issues at last", w.wrong(), "exported-company N9 company-number-unknown")
	want(t, "companies of the shop at last", len(w.shop().Companies()), 5)
}

// What Business Central changes of a linked company changes in the shop: in that, and
// nothing else; of what the shop has already nothing is sent, and blanks wipe nothing.
func TestCompaniesFollowBusinessCentral(t *testing.T) {
	c := firm(5001, "Werft GmbH", "DE123456789", 0)
	c.Locations[0].Phone = "+494315550100"
	c.Locations[0].Shipping = &data.Address{ID: 77, Address1: "Lager 9", City: "Bremen", Zip: "28195", Country: "DE"}
	w := firms(t, nil, []*data.Company{c, firm(5002, "Reeder KG", "DE2", 0)}, func(_ *setup, of *companysync.Settings) { followed(of) })
	w.companies(companysync.Parameters{})
	want(t, "nothing came back", w.shop().Company(5001).UpdatedAt, c.UpdatedAt)
	w.Advance(time.Hour)
	w.edit("SC5001", func(c *businesscentral.Customer) {
		c.DisplayName, c.AddressLine1, c.City, c.TaxRegistrationNumber = "Werft und Söhne", "Ufer 2", "Husum", "DE987654321"
	})
	w.edit("SC5002", func(c *businesscentral.Customer) { c.AddressLine1, c.City = "Ufer 3", "Husum" })
	r := w.companies(companysync.Parameters{})
	want(t, "updated", r.Counts.Updated, 2)
	want(t, "issues", w.wrong(), "")
	now := w.shop().Company(5001)
	l := now.Locations[0]
	want(t, "company", strings.Join([]string{now.Name, l.Billing.Address1, l.Billing.City, l.Shipping.City, l.TaxID, l.Phone}, ", "), "Werft und Söhne, Ufer 2, Husum, Bremen, DE987654321, +494315550100")
	w.Advance(time.Hour)
	w.companies(companysync.Parameters{})
	before := w.shop().Meter()
	w.edit("SC5001", func(c *businesscentral.Customer) {
		c.PhoneNumber, c.TaxRegistrationNumber, c.AddressLine1, c.City, c.PostalCode = "", "", "", "", ""
	})
	r = w.companies(companysync.Parameters{})
	want(t, "blanks", r.Counts.Updated, 0)
	want(t, "points", w.shop().Meter().Charged-before.Charged < 100, true)
	l = w.shop().Company(5001).Locations[0]
	want(t, "kept", l.Billing.City+l.TaxID+l.Phone, "HusumDE987654321+494315550100")
}

// What Shopify refuses of one is said, and stops no other.
func TestTheShopRefusesCompanies(t *testing.T) {
	w := firms(t, nil, []*data.Company{firm(5001, "Werft GmbH", "DE1", 0), firm(5002, "Reeder KG", "DE2", 0)}, func(_ *setup, of *companysync.Settings) { followed(of) })
	w.companies(companysync.Parameters{})
	w.Advance(time.Hour)
	w.edit("SC5001", func(c *businesscentral.Customer) { c.State, c.City = "ZZ", "Husum" })
	w.edit("SC5002", func(c *businesscentral.Customer) { c.City = "Husum" })
	w.companies(companysync.Parameters{})
	want(t, "issues", w.wrong(), "exported-company SC5001 company-refused-by-shop")
	want(t, "the other", w.shop().Company(5002).Locations[0].Billing.City, "Husum")
	w.edit("SC5001", func(c *businesscentral.Customer) { c.State = "" })
	for range 3 {
		w.Advance(time.Hour)
		w.companies(companysync.Parameters{})
	}
	want(t, "issues at last", w.wrong(), "")
	want(t, "city at last", w.shop().Company(5001).Locations[0].Billing.City, "Husum")
}

// losing answers writes of companies with nothing once it is on: they have taken effect.
type losing struct {
	direct http.RoundTripper
	on     *bool
}

func (l losing) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer, err := l.direct.RoundTrip(r)
	if err == nil && *l.on && strings.Contains(string(body), "companyCreate") {
		*l.on = false
		return nil, errors.Join(io.ErrUnexpectedEOF, answer.Body.Close())
	}
	return answer, err
}

// An answer that is lost makes no second company: what was made is found and linked.
func TestLostAnswersMakeNoSecondCompany(t *testing.T) {
	lose := false
	w := firms(t, nil, nil, func(s *setup, of *companysync.Settings) {
		of.CompanyImport = companysync.ImportNone
		s.Way = func(direct http.RoundTripper) http.RoundTripper { return losing{direct, &lose} }
		s.Company.Customers = append(s.Company.Customers, mailed("N1", "Neu AG", "nora@neu.example"))
	})
	lose = true
	w.companies(companysync.Parameters{Add: []string{"N1"}})
	want(t, "it was made", len(w.shop().Companies()), 1)
	for range 3 {
		w.Advance(time.Hour)
		w.companies(companysync.Parameters{Add: []string{"N1"}})
	}
	want(t, "companies", len(w.shop().Companies()), 1)
	want(t, "issues", w.wrong(), "")
	l, err := (&link.Store{Table: w.Engine.Table}).Get(t.Context(), link.Link{Shop: w.Card.Code, Kind: link.Company, ID: fmt.Sprint(w.shop().Companies()[0].ID)})
	if err != nil || l.Number != "N1" {
		t.Errorf("the company is linked with %q, %v", l.Number, err)
	}
}

// A company that has the number as external id and is another customer's stays that one's.
func TestCompaniesOfOthersAreLeft(t *testing.T) {
	c := firm(5001, "Da AG", "DE1", 0)
	c.ExternalID = "N1"
	w := firms(t, nil, []*data.Company{c}, func(s *setup, _ *companysync.Settings) {
		s.Company.Customers = append(s.Company.Customers, bcFirm("W1", "Da", "DE1", ""), mailed("N1", "Neu AG", "nora@neu.example"))
	})
	w.companies(companysync.Parameters{})
	w.companies(companysync.Parameters{Add: []string{"N1"}})
	want(t, "issues", w.wrong(), "exported-company N1 company-taken")
	want(t, "name", w.shop().Company(5001).Name, "Da AG")
}
