package customers

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"backroom/shared/jobqueue"
	"backroom/shared/link"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/shop"
)

func TestTaxNumbersAreCompared(t *testing.T) {
	for _, tt := range []struct {
		a, in, b, at string
		same         bool
	}{
		{"DE 123 456 789", "DE", "de123456789", "DE", true},
		{"DE123456789", "AT", "123456789", "DE", true}, // it names its own country
		{"123456789", "DE", "123456789", "AT", false},
		{"ATU12345678", "AT", "U12345678", "AT", true},
		{"EL094259216", "GR", "094259216", "GR", true},
		{"XI123456789", "GB", "GB123456789", "GB", true},
		{"CHE-123.456.789 MWST", "CH", "CHE123456789MWST", "CH", true},
		{"27AAPFU0939F1ZV", "IN", "27aapfu0939f1zv", "IN", true},
		{"VECJ880326XK3", "MX", "MXVECJ880326XK3", "MX", true},
		{"12-3456789", "US", "123456789", "US", true},
		{"DE123456789", "DE", "DE123456780", "DE", false},
	} {
		if got := taxKey(tt.a, tt.in) == taxKey(tt.b, tt.at); got != tt.same {
			t.Errorf("%s in %s and %s in %s: %t", tt.a, tt.in, tt.b, tt.at, got)
		}
	}
	for _, none := range []string{"", " - ", "N/A", "n.a.", "none", "DE", "0", "DE000000000", "000-00-0000", "99999999999", "XAXX010101000"} {
		if k := taxKey(none, "DE"); k != "" {
			t.Errorf("%q is no number, and has the key %s", none, k)
		}
	}
}

// TestLawOfCompanies: of all that a company and customers may have, no customer is chosen
// that has another tax number, none by a weaker key than another offers, and none that is
// another company's by anything less than the tax number.
func TestLawOfCompanies(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tax := rapid.SampledFrom([]string{"", "1", "2"})
		mail := rapid.SampledFrom([]string{"", "a@x.example", "b@x.example"})
		names := rapid.SampledFrom([]string{"Werft", "Reeder"})
		f := firm{Company: Company{ID: "5", Name: names.Draw(r, "name"), ExternalID: rapid.SampledFrom([]string{"", "C0", "C1"}).Draw(r, "external")}, tax: tax.Draw(r, "tax")}
		b := buyer{ID: "5", Email: mail.Draw(r, "mail"), Tax: f.tax}
		taken := map[string]bool{}
		c := firmCandidates{
			taxOf: func(x Customer) string { return x.TaxRegistrationNumber },
			claims: func(_ context.Context, n string) ([]link.Claim, error) {
				if taken[n] {
					return []link.Claim{{Mark: "other"}}, nil
				}
				return nil, nil
			},
		}
		for _, n := range []string{"C0", "C1", "C2", "SC5"}[:rapid.IntRange(0, 4).Draw(r, "customers")] {
			x := Customer{Number: n, DisplayName: names.Draw(r, "its name"), TaxRegistrationNumber: tax.Draw(r, "its tax"), Email: mail.Draw(r, "its mail"), Type: rapid.SampledFrom([]string{"Company", "Person"}).Draw(r, "type")}
			taken[n] = rapid.Bool().Draw(r, "taken")
			if n == "SC5" {
				c.own = &x
			}
			if n == f.ExternalID {
				c.external = &x
			}
			if f.tax != "" && x.TaxRegistrationNumber == f.tax {
				c.tax = append(c.tax, x)
			}
			if b.Email != "" && x.Email == b.Email {
				c.mail = append(c.mail, x)
			}
		}
		ours := rapid.Bool().Draw(r, "ours")
		ch, err := chooseFirm(t.Context(), f, b, c, ours)
		if err != nil {
			r.Fatal(err)
		}
		x := ch.found
		switch {
		case ch.how == "":
		case ch.how != link.Created && f.tax != "" && x.TaxRegistrationNumber != "" && f.tax != x.TaxRegistrationNumber:
			r.Fatalf("%+v has another tax number", x)
		case ch.how != link.Created && ch.how != link.ByTax && len(c.tax) > 0:
			r.Fatalf("%s by %s, and %d have the tax number", x.Number, ch.how, len(c.tax))
		case ch.how != link.Created && ch.how != link.ByTax && taken[x.Number]:
			r.Fatalf("%s is another company's", x.Number)
		case ch.how == link.ByEmail && x.Type == "Person":
			r.Fatalf("%s is a person", x.Number)
		case ch.how == link.ByExternal && x.Email != b.Email && x.DisplayName != f.Name:
			r.Fatalf("%s: nothing but its number says so", x.Number)
		case ch.how == link.ByTax && len(c.tax) > 1 && x.Number != f.ExternalID && x.Email != b.Email:
			r.Fatalf("%s of several, for no reason", x.Number)
		}
		if ch.how == "" && ch.doubt == 0 && len(ch.several) == 0 && len(c.tax) == 1 && (c.own == nil || !ours) {
			r.Fatalf("%s has the tax number alone, and is not chosen", c.tax[0].Number)
		}
	})
}

// Of a linked company the link counts, until tax numbers say that it is another firm's.
func TestLinksOfCompaniesAreTrusted(t *testing.T) {
	b := buyer{ID: "5", Email: "a@x.example", Tax: "DE:1"}
	for _, tt := range []struct {
		how      link.How
		mark     string
		otherTax bool
		want     trusted
	}{
		{link.ByHand, "", true, trustSound},
		{link.Exported, "", true, trustSound},
		{link.ByEmail, b.mark(), false, trustSound},
		{link.ByEmail, "old", false, trustRenewed},
		{link.ByEmail, b.mark(), true, trustDoubtful},
		{link.ByTax, b.mark(), true, trustDoubtful},
		{link.ByExternal, "old", false, trustRenewed},
		{link.Created, b.mark(), true, trustSound},
		{link.Created, "old", true, trustRenewed}, // the tax number was changed in the shop
	} {
		if got := trustFirm(link.Link{How: tt.how, Mark: tt.mark}, b, tt.otherTax); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

// The number of a company's customer fits, and is that of no customer of the shop.
func TestNumbersOfCompanies(t *testing.T) {
	for _, tt := range []struct{ prefix, id, want string }{
		{"", "5443879218", "SC5443879218"}, {"b2b-", "5443879218", "B2B-C5443879218"}, {"1234567", "1234567890123", "12345671234567890123"},
	} {
		if got := companyNumber(Card{CustomerSettings: CustomerSettings{CustomerNoPrefix: tt.prefix}}, tt.id); got != tt.want || len(got) > 20 {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}

// An order of a company goes by the card's row, its location's link, its company's link,
// and the customer for companies; it waits while a customer is being made for it, and asks
// for a company that nobody is linked with.
func TestOrdersGoByTheLinksOfCompanies(t *testing.T) {
	card := Card{Shop: shop.Shop{Code: "MAIN"}}
	company, place := companyLink(card, "5"), locationLink(card, "6")
	def := func(c *Card) { c.DefaultCompanyNo = "C1" }
	row := func(c *Card) { c.CompanyCustomers = []CompanyMap{{CompanyID: "5", CustomerNo: "C4"}} }
	for _, tt := range []struct {
		name   string
		card   func(*Card)
		links  func(now time.Time) []link.Link
		want   Resolved
		wanted string
	}{
		{"nothing", func(*Card) {}, nil, Resolved{Reason: CompanyUnmapped, Thing: "Acme (company 5)"}, "[5]"},
		{"the customer for companies", def, nil, Resolved{Number: "C1"}, "[5]"},
		{"its company", def, func(now time.Time) []link.Link { return []link.Link{company.To("C2", link.ByTax, now)} }, Resolved{Number: "C2"}, "[]"},
		{"its location", def, func(now time.Time) []link.Link {
			return []link.Link{company.To("C2", link.ByTax, now), place.To("C3", link.ByExternal, now)}
		}, Resolved{Number: "C3"}, "[]"},
		{"the card's row", row, func(now time.Time) []link.Link { return []link.Link{company.To("C2", link.ByTax, now)} }, Resolved{Number: "C4"}, "[]"},
		{"a link that has ended", func(*Card) {}, func(now time.Time) []link.Link {
			return []link.Link{company.To("C2", link.ByTax, now).To("", link.Gone, now)}
		}, Resolved{Reason: CompanyUnmapped, Thing: "Acme (company 5)"}, "[5]"},
		{"a customer that is being made", def, func(now time.Time) []link.Link { return []link.Link{company.Intends("SC5", now, now)} }, Resolved{Reason: outbound.OutcomeUnknown, Thing: "Acme (company 5)"}, "[]"},
		{"a customer that BC does not have", def, func(now time.Time) []link.Link { return []link.Link{company.To("C9", link.ByTax, now)} }, Resolved{Reason: CustomerMissing, Thing: "C9"}, "[5]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(Customer{Number: "C1"}, Customer{Number: "C2"}, Customer{Number: "C3"}, Customer{Number: "C4"})
			w.fence++
			lease := jobqueue.Lease{Fence: w.fence, Until: w.now.Add(15 * time.Minute)}
			var asked []string
			r := &Resolver{
				Target: w, Links: &link.Store{Table: w.table}, Guard: w, Now: func() time.Time { return w.now }, Timeout: w.timeout,
				Wanted: func(_ context.Context, _ jobqueue.Lease, _ string, ids []string) error {
					asked = append(asked, ids...)
					return nil
				},
			}
			if tt.links != nil {
				if err := r.Links.Put(t.Context(), w, lease, tt.links(w.now)...); err != nil {
					t.Fatal(err)
				}
			}
			c := card
			tt.card(&c)
			of := func(o *orders.Order) { o.Company = &orders.Company{ID: "5", Name: "Acme", LocationID: "6"} }
			got, err := r.Resolve(t.Context(), lease, c, []orders.Order{bought("1", of), bought("2", of)}, false)
			if err != nil || got["1"] != tt.want || got["2"] != tt.want || fmt.Sprint(asked) != tt.wanted {
				t.Errorf("%+v, %v; asked for %v, want %+v and %s", got, err, asked, tt.want, tt.wanted)
			}
		})
	}
}

// A customer with the e-mail address and another tax number is another firm's.
func TestAnotherTaxNumberIsAnotherFirm(t *testing.T) {
	c := firmCandidates{
		mail:   []Customer{{Number: "C1", Type: "Company", Email: "a@x.example", TaxRegistrationNumber: "2"}},
		taxOf:  func(x Customer) string { return x.TaxRegistrationNumber },
		claims: func(context.Context, string) ([]link.Claim, error) { return nil, nil },
	}
	for tax, want := range map[string]link.How{"": link.ByEmail, "1": "", "2": link.ByEmail} {
		f := firm{Company: Company{ID: "5"}, tax: tax}
		if got, err := chooseFirm(t.Context(), f, buyer{ID: "5", Email: "a@x.example", Tax: tax}, c, false); err != nil || got.how != want || got.doubt != 0 {
			t.Errorf("tax %q: %+v, %v, want %q", tax, got, err, want)
		}
	}
}
