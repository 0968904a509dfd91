package companysync

import (
	"fmt"
	"strings"
	"testing"

	"backroom/shared/customers"
	"backroom/shared/orders"
)

func bc() customers.Customer {
	return customers.Customer{
		Number: "N1", DisplayName: "Werft  GmbH", Email: "A@x.example;b@x.example", PhoneNumber: "0431 5550100", TaxRegistrationNumber: "DE123456789",
		AddressLine1: "Kai 1", City: "Kiel", PostalCode: "24103", Country: "DE",
	}
}

func there() Here {
	return Here{Company: customers.Company{ID: "5", Name: "Werft GmbH", Locations: []customers.Location{{
		ID: "6", Phone: "+494315550100", TaxID: "de 123 456 789", Ships: true,
		Address: &orders.Address{FirstName: "Eva", Address1: "Kai 1", City: "KIEL ", Zip: "24103", Country: "DE", Province: "Schleswig-Holstein", ProvinceCode: "SH"},
	}}}}
}

// What the shop has already, however it is written, is not sent; what it has otherwise is,
// and a blank is not.
func TestWhatIsSentOfACompany(t *testing.T) {
	for _, tt := range []struct {
		name    string
		change  func(*customers.Customer, *Here)
		byName  bool
		says    string
		unclear bool
	}{
		{"nothing", func(*customers.Customer, *Here) {}, false, "", false},
		{"name", func(c *customers.Customer, _ *Here) { c.DisplayName = "Reeder KG" }, false, "name", false},
		{"a longer name than Business Central holds", func(c *customers.Customer, h *Here) {
			h.Name = strings.Repeat("Werft ", 20)
			c.DisplayName = h.Name[:100]
		}, false, "", false},
		{"phone", func(c *customers.Customer, _ *Here) { c.PhoneNumber = "0431 5550101" }, false, "phone", false},
		{"a phone that is none", func(c *customers.Customer, _ *Here) { c.PhoneNumber = "12" }, false, "", false},
		{"tax id", func(c *customers.Customer, _ *Here) { c.TaxRegistrationNumber = "DE987654321" }, false, "tax id", false},
		{"street", func(c *customers.Customer, _ *Here) { c.AddressLine1 = "Kai 2" }, false, "address", false},
		{"no address there", func(_ *customers.Customer, h *Here) { h.Locations[0].Address = nil }, false, "address", false},
		{"state by its name, which is there", func(c *customers.Customer, _ *Here) { c.State = "schleswig-holstein" }, true, "", false},
		{"another state by its name", func(c *customers.Customer, _ *Here) { c.State = "Bayern" }, true, "", true},
		{"another state by its code", func(c *customers.Customer, _ *Here) { c.State = "by" }, false, "address", false},
		{"blanks", func(c *customers.Customer, _ *Here) {
			*c = customers.Customer{Number: "N1", DisplayName: "Werft GmbH"}
		}, false, "", false},
	} {
		c, h := bc(), there()
		tt.change(&c, &h)
		ch, says, unclear := contentOf(card{}, c, "DE", "").change(h, tt.byName)
		if got := strings.Join(says, ", "); got != tt.says || unclear != tt.unclear || ch.empty() != (tt.says == "") {
			t.Errorf("%s: %q, unclear %t, %+v; want %q, %t", tt.name, got, unclear, ch, tt.says, tt.unclear)
		}
		if ch.Address != nil && h.Locations[0].Address != nil && ch.Address.FirstName != "Eva" {
			t.Errorf("%s: the name at the address is %q", tt.name, ch.Address.FirstName)
		}
	}
}

// A new company has what is known, its first e-mail address in lower case, and the main
// contact only where nobody in the shop has it.
func TestWhatIsMadeOfACustomer(t *testing.T) {
	ch, unclear := contentOf(card{}, bc(), "DE", "template").create(true, false)
	if unclear || ch.ExternalID != "N1" || *ch.Name != "Werft GmbH" || ch.Contact != "a@x.example" || *ch.TaxID != "DE123456789" || *ch.Terms != "template" || ch.Address.Country != "DE" || !ch.Ships {
		t.Errorf("%+v, %t", ch, unclear)
	}
	if ch, _ = contentOf(card{}, bc(), "DE", "").create(false, false); ch.Contact != "" || ch.Terms != nil {
		t.Errorf("%+v", ch)
	}
	if ch, _ = contentOf(card{}, customers.Customer{Number: "N2", DisplayName: "X", City: "Kiel"}, "", "").create(true, false); ch.Address != nil {
		t.Errorf("an address without a country: %+v", ch.Address)
	}
}

// The card's rows of payment terms are taken by type and name, the first that fits.
func TestTermsOfTheCard(t *testing.T) {
	c := card{terms: []termsMap{{Type: "net", Name: "Net 30", Code: "30d"}, {Type: "NET", Code: "OTHER"}}}
	for name, want := range map[string]string{"Net 30": "30D", "Net 60": "OTHER"} {
		if got := c.termsCode(&customers.Terms{Type: "NET", Name: name}); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if c.termsCode(nil)+c.termsCode(&customers.Terms{Type: "FIXED"}) != "" {
		t.Error("terms that no row names have a code")
	}
}

func TestParameters(t *testing.T) {
	many := make([]string, maxNamed+1)
	for i := range many {
		many[i] = fmt.Sprint(i + 1)
	}
	for name, p := range map[string]Parameters{"too many": {Companies: many}, "too many to add": {Add: many}, "no number": {Companies: []string{"x"}}, "blank": {Companies: []string{""}}} {
		if p.Check() == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if err := (Parameters{Companies: many[:3], Add: []string{"C1"}}).Check(); err != nil {
		t.Error(err)
	}
}
