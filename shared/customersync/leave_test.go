package customersync

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/shared/customers"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/shop"
)

func yes() *bool { b := true; return &b }

// eva is a customer of the company, and theirs the same in the shop.
func eva() customers.Customer {
	return customers.Customer{
		Number: "S7", DisplayName: "Eva Berg", Type: "Person", Email: "Eva@Berg.example; eva@work.example", PhoneNumber: "0431 5550100",
		AddressLine1: "Ufer 1", City: "Kiel", PostalCode: "24103", Country: "DE", TaxLiable: yes(),
	}
}

func theirs() Person {
	p := Person{AddressID: "gid://shopify/MailingAddress/1"}
	p.ID, p.FirstName, p.LastName, p.Email, p.Phone = "7", "Eva", "Berg", "eva@berg.example", "+494315550100"
	p.Default = &orders.Address{FirstName: "Eva", LastName: "Berg", Address1: "Ufer 1", City: "Kiel", Zip: "24103", Country: "DE", Phone: "+49123"}
	return p
}

// What the shop is told of a customer: each row changes one side of what agrees.
func TestChangeOfTheShop(t *testing.T) {
	us := func(c *customers.Customer, p *Person) {
		c.Country, c.State, c.PhoneNumber, c.PostalCode = "US", "NY", "", "10001"
		p.Default.Country, p.Default.ProvinceCode, p.Default.Province, p.Default.Zip = "US", "NY", "New York", "10001"
	}
	for _, tt := range []struct {
		name   string
		set    func(c *customers.Customer, p *Person)
		card   func(c *card)
		says   string
		sent   func(ch Change) bool
		unsure bool
	}{
		{name: "nothing", set: func(*customers.Customer, *Person) {}},
		{name: "name", set: func(c *customers.Customer, _ *Person) { c.DisplayName = "Eva Lund" }, says: "name address", sent: func(ch Change) bool {
			return *ch.FirstName == "Eva" && *ch.LastName == "Lund" && ch.Address.LastName == "Lund" && ch.Address.Phone == "+49123"
		}},
		{name: "a name of more words, which the shop splits otherwise", set: func(c *customers.Customer, p *Person) {
			c.DisplayName, p.FirstName, p.LastName = "Eva Maria Berg", "Eva Maria", "Berg"
		}},
		{name: "last name first, and the shop agrees", set: func(c *customers.Customer, _ *Person) { c.DisplayName = "Berg Eva" }},
		{name: "an address for somebody else keeps their name", set: func(c *customers.Customer, p *Person) {
			p.Default.FirstName, p.Default.LastName, c.DisplayName = "Otto", "Berg", "Eva Lund"
		}, says: "name"},
		{name: "e-mail", set: func(c *customers.Customer, _ *Person) { c.Email = "eva@lund.example; eva@work.example" }, says: "e-mail", sent: func(ch Change) bool { return *ch.Email == "eva@lund.example" }},
		{name: "the second of a list is what the shop has", set: func(_ *customers.Customer, p *Person) { p.Email = "EVA@work.example" }},
		{name: "no e-mail wipes none", set: func(c *customers.Customer, _ *Person) { c.Email = "" }},
		{name: "phone", set: func(c *customers.Customer, _ *Person) { c.PhoneNumber = "0431 5550101" }, says: "phone", sent: func(ch Change) bool { return *ch.Phone == "+494315550101" }},
		{name: "no phone wipes none", set: func(c *customers.Customer, _ *Person) { c.PhoneNumber = "" }},
		{name: "address", set: func(c *customers.Customer, _ *Person) { c.AddressLine1 = "Ufer 2" }, says: "address", sent: func(ch Change) bool {
			return ch.Address.Address1 == "Ufer 2" && ch.Address.City == "Kiel" && ch.AddressID == ""
		}},
		{name: "address of several", set: func(c *customers.Customer, p *Person) { c.AddressLine1, p.Several = "Ufer 2", true }, says: "address", sent: func(ch Change) bool { return ch.AddressID == "gid://shopify/MailingAddress/1" }},
		{name: "no address wipes none", set: func(c *customers.Customer, _ *Person) { c.AddressLine1, c.City, c.PostalCode = "", "", "" }},
		{name: "address 2 is gone", set: func(_ *customers.Customer, p *Person) { p.Default.Address2 = "c/o Otto" }, says: "address", sent: func(ch Change) bool { return ch.Address.Address2 == "" }},
		{name: "the shop has no address", set: func(_ *customers.Customer, p *Person) { p.Default = nil }, says: "address", sent: func(ch Change) bool { return ch.Address.FirstName == "Eva" }},
		{name: "a text that the company has cut", set: func(c *customers.Customer, p *Person) {
			p.Default.Address1, c.AddressLine1 = strings.Repeat("a", 120), strings.Repeat("a", 100)
		}},
		{name: "state by code", set: us},
		{name: "state by name", set: func(c *customers.Customer, p *Person) { us(c, p); c.State = "new york" }, card: func(c *card) { c.CountySource = customers.CountyName }},
		{name: "a state that is not known stays", set: func(c *customers.Customer, p *Person) { us(c, p); c.State = "" }},
		{name: "another state", set: func(c *customers.Customer, p *Person) { us(c, p); c.State = "ca" }, says: "address", sent: func(ch Change) bool { return ch.Address.ProvinceCode == "CA" }},
		{name: "another state by name has no code", set: func(c *customers.Customer, p *Person) { us(c, p); c.State = "California" }, card: func(c *card) { c.CountySource = customers.CountyName }, unsure: true},
		{name: "country by the card's map", set: func(c *customers.Customer, _ *Person) { c.Country = "D" }, card: func(c *card) {
			c.Countries = []shop.CodeMap{{From: "DE", To: "D"}}
		}},
		{name: "no country is the company's", set: func(c *customers.Customer, _ *Person) { c.Country = "" }},
		{name: "company", set: func(c *customers.Customer, p *Person) {
			c.Type, c.DisplayName, p.Default.Company, p.FirstName, p.LastName = "Company", "Werft AG", "Werft GmbH", "", ""
		}, says: "address", sent: func(ch Change) bool { return ch.Address.Company == "Werft AG" && ch.FirstName == nil }},
		{name: "the company calls a person a company", set: func(c *customers.Customer, _ *Person) { c.Type = "Company" }},
		{name: "not liable any more", set: func(c *customers.Customer, _ *Person) { no := false; c.TaxLiable = &no }, card: func(c *card) { c.CustomerTemplates = []customers.Template{{Country: "DE", TaxLiable: true}} }, says: "tax exemption", sent: func(ch Change) bool { return *ch.TaxExempt }},
		{name: "liability where no row asks for it", set: func(c *customers.Customer, _ *Person) { no := false; c.TaxLiable = &no }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, p, k := eva(), theirs(), card{}
			tt.set(&c, &p)
			if tt.card != nil {
				tt.card(&k)
			}
			ch, says, unsure := contentOf(k, c, "DE").change(p, k.CountySource == customers.CountyName)
			if got := strings.Join(says, " "); got != tt.says || unsure != tt.unsure || ch.empty() != (tt.says == "") {
				t.Errorf("it changes %q (%+v), unsure %t, want %q", got, ch, unsure, tt.says)
			}
			if tt.sent != nil && !t.Failed() && !tt.sent(ch) {
				t.Errorf("it sends %+v, address %+v", ch, ch.Address)
			}
		})
	}
}

// What was sent is nothing to send any more.
func TestASentChangeIsDone(t *testing.T) {
	c, p := eva(), theirs()
	c.DisplayName, c.Email, c.PhoneNumber, c.AddressLine1, c.State = "Ada Lund", "ada@lund.example", "0431 5550107", "Kai 9", "SH"
	k := contentOf(card{}, c, "DE")
	ch, _, _ := k.change(p, false)
	p.FirstName, p.LastName, p.Email, p.Phone, p.Default = *ch.FirstName, *ch.LastName, *ch.Email, *ch.Phone, ch.Address
	if again, says, _ := k.change(p, false); !again.empty() {
		t.Errorf("it changes %v once more", says)
	}
	made := k.create()
	p = Person{}
	p.FirstName, p.LastName, p.Email, p.Phone, p.Default = *made.FirstName, *made.LastName, *made.Email, *made.Phone, made.Address
	if again, says, _ := k.change(p, false); !again.empty() {
		t.Errorf("of a new one it changes %v", says)
	}
}

// The print is of all that is sent, and of nothing else.
func TestPrintOfContent(t *testing.T) {
	one := contentOf(card{}, eva(), "DE").print()
	same := eva()
	same.CreditLimit, same.SalespersonCode, same.Number = decimal.NewFromInt(5), "JO", "X"
	if contentOf(card{}, same, "DE").print() != one {
		t.Error("what is not sent is in the print")
	}
	for name, set := range map[string]func(*customers.Customer){
		"name": func(c *customers.Customer) { c.DisplayName = "x" }, "e-mail": func(c *customers.Customer) { c.Email = "x@y.example" },
		"phone": func(c *customers.Customer) { c.PhoneNumber = "0431 7" }, "street": func(c *customers.Customer) { c.AddressLine1 = "x" },
		"street 2": func(c *customers.Customer) { c.AddressLine2 = "x" }, "city": func(c *customers.Customer) { c.City = "x" }, "post code": func(c *customers.Customer) { c.PostalCode = "x" },
		"state": func(c *customers.Customer) { c.State = "x" }, "country": func(c *customers.Customer) { c.Country = "FR" },
	} {
		c := eva()
		if set(&c); contentOf(card{}, c, "DE").print() == one {
			t.Errorf("another %s has the same print", name)
		}
	}
}

func TestMetafieldsOfContent(t *testing.T) {
	k := card{}
	for _, f := range fields {
		k.CustomerMetafields = append(k.CustomerMetafields, MetafieldMap{Field: f.name, Namespace: "erp", Key: f.name})
	}
	c := eva()
	c.CreditLimit = decimal.RequireFromString("10.50")
	var got []string
	for _, m := range contentOf(k, c, "DE").Fields {
		got = append(got, m.Key+"="+m.Value)
	}
	want := []string{"number=S7", "displayName=Eva Berg", "type=Person", "creditLimit=10.5", "taxLiable=true", "blocked=false"}
	if !slices.Equal(got, want) {
		t.Errorf("fields %q, want %q: a blank is not sent", got, want)
	}
	if contentOf(k, c, "DE").fields() == contentOf(card{}, c, "DE").fields() {
		t.Error("no fields have the print of some")
	}
}

func TestWhatCannotBeSent(t *testing.T) {
	c := eva()
	c.PhoneNumber = "12"
	got := contentOf(card{}, c, "DE")
	if want := []issue.Part{{Reason: PhoneUnclear, Things: []string{"S7"}}}; !reflect.DeepEqual(got.Problems, want) || got.Phone != "" {
		t.Errorf("%+v, phone %q", got.Problems, got.Phone)
	}
	if k := got.contact(); k != (Contact{Email: "eva@berg.example"}) {
		t.Errorf("contact %+v", k)
	}
}
