package drawn

import (
	"fmt"
	"strings"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
)

var (
	givenNames  = []string{"Anna", "Jonas", "Marie", "Lukas", "Elsa", "Mehmet", "Sophie", "Freja", "Karl", "Lea"}
	familyNames = []string{"Schäfer", "Weber", "Lefèvre", "Gruber", "Lindqvist", "Yılmaz", "Martin", "Nielsen", "von der Heyde", "O'Neill"}
	streets     = []string{"Lindenallee 3", "Am Markt 17", "12 rue des Lilas", "Storgatan 5", "Vestergade 31", "Herrengasse 14", "1 Main Street"}
	places      = []struct{ city, zip, province, country string }{
		{"Kiel", "24103", "SH", "DE"},
		{"Leipzig", "04109", "SN", "DE"},
		{"Lyon", "69003", "", "FR"},
		{"Wien", "1070", "", "AT"},
		{"Göteborg", "411 24", "", "SE"},
		{"Aarhus", "8000", "", "DK"},
		{"Austin", "78701", "TX", "US"},
		{"Toronto", "M5V 2T6", "ON", "CA"},
		{"Dublin", "D02 AF30", "D", "IE"},
		{"Nagoya", "460-0008", "JP-23", "JP"},
		{"Milano", "20121", "MI", "IT"},
	}
)

// address is one of which every field but the country may be blank.
func (g *generator) address() data.Address {
	p := pick(g, places...)
	a := data.Address{
		ID: g.next(), FirstName: pick(g, givenNames...), LastName: pick(g, familyNames...), Company: pick(g, "Kontor & Co.", "Hotel Deichgraf GmbH"),
		Address1: pick(g, streets...), Address2: pick(g, "3. OG links", "Apt. 4"), City: p.city, Zip: p.zip, ProvinceCode: p.province, Province: p.province,
		Country: p.country, Phone: g.phone(),
	}
	for _, f := range []struct {
		field *string
		in    int // is blank one time in
	}{
		{&a.FirstName, 8}, {&a.LastName, 8}, {&a.Company, 2}, {&a.Address1, 12}, {&a.Address2, 2}, {&a.City, 10}, {&a.Zip, 8}, {&a.ProvinceCode, 3}, {&a.Phone, 3},
	} {
		if g.one(f.in) {
			*f.field = ""
		}
	}
	if a.ProvinceCode == "" {
		a.Province = ""
	}
	return a
}

func (g *generator) phone() string {
	return fmt.Sprintf(pick(g, "+49 30 1234567 ext. %d", "+49.151.%d", "+49151%07d", "+1512555%04d", "+33 6 12 %05d", "+45 (20) %06d"), g.r.IntN(9000)+1000)
}

// people are the buyers, and those of them whom the company knows already.
func (g *generator) people() {
	g.shop.Customers = nil
	for i := range 24 {
		c := &data.Customer{
			ID: g.next(), FirstName: pick(g, givenNames...), LastName: pick(g, familyNames...), Locale: "de",
			Email: fmt.Sprintf("buyer%d.%d@mail.example", g.Seed, i), Phone: fmt.Sprintf("+49151%03d%04d", g.Seed%1000, i), CreatedAt: g.shop.Shop.CreatedAt, UpdatedAt: g.shop.Shop.CreatedAt,
		}
		switch {
		case i%6 == 0:
			c.Email = "" // known by phone alone
		case i%3 == 0:
			c.Phone = ""
		case i == 5, i == 13 && g.Seed%3 == 0:
			c.Phone = g.shop.Customers[i-1].Phone // two buyers share it
		}
		if !g.one(6) {
			c.Addresses = append(c.Addresses, g.address())
		}
		if g.one(4) {
			c.Addresses = append(c.Addresses, g.address())
			c.Default = len(c.Addresses) - 1
		}
		g.shop.Customers = append(g.shop.Customers, c)
		g.buyers = append(g.buyers, c)
		if g.one(2) {
			g.known(i, c)
		}
	}
}

// known makes a buyer a customer of the company, with a card of its own.
func (g *generator) known(i int, c *data.Customer) {
	k := businesscentral.Customer{
		Number: fmt.Sprintf("K%05d", i), DisplayName: strings.TrimSpace(c.FirstName + " " + c.LastName), Type: "Person", Email: c.Email,
		AddressLine1: "Kartenweg 1", AddressLine2: "Hinterhaus", City: "Kartenstadt", State: "KS", PostalCode: "99999", Country: "DE",
		GenBusGroup: "DOMESTIC", VATBusGroup: "DOMESTIC",
	}
	if g.one(2) && c.Email != "" {
		k.PhoneNumber = "+49 40 999999"
	}
	if c.Email == "" {
		k.PhoneNumber = c.Phone
	}
	if k.Email != "" && g.one(4) {
		k.Email = "office@kontor.example;" + strings.ToUpper(k.Email)
	}
	g.cardOf(&k)
	g.company.Customers = append(g.company.Customers, k)
}
