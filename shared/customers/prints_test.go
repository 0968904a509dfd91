package customers

import (
	"slices"
	"strings"
	"testing"
)

func ada() Customer {
	return Customer{DisplayName: "Ada Berg", AddressLine1: "Ufer 1", City: "Kiel", PostalCode: "24103", Country: "DE", PhoneNumber: "+49 431 5550100", Email: "ada@berg.example"}
}

// What the company is told of a customer: what the shop has changed since it was told
// last, and nothing that people have entered beside it.
func TestUpdate(t *testing.T) {
	no := false
	for _, tt := range []struct {
		name  string
		was   func(c *Customer) // what was written last; nil: nothing is remembered
		meant func(c *Customer)
		found func(c *Customer)
		says  string
		sent  func(c Change) bool
	}{
		{name: "nothing has changed"},
		{name: "the company was changed by people", found: func(c *Customer) {
			c.DisplayName, c.City, c.Email, c.PhoneNumber = "Dr. Berg", "Husum", "b@c.example", "1"
		}},
		{
			name: "one part has changed", meant: func(c *Customer) { c.PhoneNumber = "+49 431 5550101" }, found: func(c *Customer) { c.DisplayName = "Dr. Berg" }, says: "phone",
			sent: func(c Change) bool {
				return *c.PhoneNumber == "+49 431 5550101" && c.DisplayName == nil && c.AddressLine1 == nil
			},
		},
		{name: "a phone number that is the same in another form", meant: func(c *Customer) { c.PhoneNumber = "+494315550101" }, found: func(c *Customer) { c.PhoneNumber = "0431 555 0101" }},
		{name: "the address goes together", meant: func(c *Customer) { c.City, c.State = "Husum", "" }, found: func(c *Customer) { c.State = "SH" }, says: "address", sent: func(c Change) bool {
			return *c.City == "Husum" && *c.AddressLine1 == "Ufer 1" && *c.State == "" && *c.Country == "DE"
		}},
		{name: "blanks wipe nothing", meant: func(c *Customer) { *c = Customer{} }},
		{name: "a country alone is no address", meant: func(c *Customer) { c.AddressLine1, c.City, c.PostalCode, c.Country = "", "", "", "FR" }},
		{name: "another e-mail address", meant: func(c *Customer) { c.Email = "ada@lund.example" }, says: "e-mail", sent: func(c Change) bool { return *c.Email == "ada@lund.example" }},
		{
			name: "another among several", meant: func(c *Customer) { c.Email = "ada@lund.example" }, found: func(c *Customer) { c.Email = "x@y.example; Ada@berg.example" }, says: "e-mail",
			sent: func(c Change) bool { return *c.Email == "x@y.example;ada@lund.example" },
		},
		{name: "one that is there already", meant: func(c *Customer) { c.Email = "ada@lund.example" }, found: func(c *Customer) { c.Email = "x@y.example; ADA@lund.example" }},
		{name: "several, none of which was theirs", meant: func(c *Customer) { c.Email = "ada@lund.example" }, found: func(c *Customer) { c.Email = "x@y.example, z@y.example" }, says: "e-mail", sent: func(c Change) bool { return *c.Email == "ada@lund.example;x@y.example;z@y.example" }},
		{name: "liability", meant: func(c *Customer) { c.TaxLiable = &no }, says: "tax liable", sent: func(c Change) bool { return !*c.TaxLiable }},
		{
			name: "nothing is remembered: all that differs", was: func(c *Customer) { *c = Customer{DisplayName: "forgotten"} }, found: func(c *Customer) { c.DisplayName, c.City = "A. Berg", "Husum" }, says: "name address",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			was, meant, found := ada(), ada(), ada()
			remembered := prints(parts(was))
			if tt.was != nil {
				remembered = ""
			}
			if tt.meant != nil {
				tt.meant(&meant)
			}
			if tt.found != nil {
				tt.found(&found)
			}
			c, says := update(remembered, mark("ada@berg.example"), meant, found, "DE", parts)
			if got := strings.Join(says, " "); got != tt.says || (c == Change{}) != (tt.says == "") {
				t.Errorf("it changes %q: %+v, want %q", got, c, tt.says)
			}
			if tt.sent != nil && !t.Failed() && !tt.sent(c) {
				t.Errorf("it sends %+v", c)
			}
		})
	}
}

// A print is of each part by itself, and what an order's create has stored is one, too.
func TestPrints(t *testing.T) {
	c := ada()
	if !wrote(prints(parts(c)), c, parts) || !wrote(hash(c), c, parts) || wrote("", c, parts) || len(moved(prints(parts(c)), c, parts)) > 0 || len(moved(hash(c), c, parts)) > 0 {
		t.Error("what was written is not known again")
	}
	if n := len(moved("", c, parts)); n != len(parts(c)) {
		t.Errorf("of a link that remembers nothing %d parts have moved", n)
	}
	c.City, c.Email = "Husum", "x@y.example"
	var got []string
	for name, is := range moved(prints(parts(ada())), c, parts) {
		if is {
			got = append(got, name)
		}
	}
	if slices.Sort(got); !slices.Equal(got, []string{"city", "e-mail"}) {
		t.Errorf("moved are %q", got)
	}
	if strings.Contains(prints(parts(c)), "y.example") {
		t.Error("a print holds what it is of")
	}
}
