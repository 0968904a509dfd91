package system_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/customers"
)

// booked is what is read of a document and of a customer, over plain HTTP.
type booked struct {
	Number         string `json:"number"`
	External       string `json:"externalDocumentNumber"`
	CustomerNumber string `json:"customerNumber"`
	Email          string `json:"email"`
	Phone          string `json:"phoneNumber"`
	City           string `json:"city"`
	State          string `json:"state"`
}

// Whose an order is, from one side's wire to the other's: by the buyer's own
// e-mail address and phone number, in whatever run it comes.
func TestBuyersOnTheWire(t *testing.T) {
	for _, sw := range []businesscentral.Switches{{}, {PageOrder: true}, {BlankUnset: true}, {PageOrder: true, BlankUnset: true}} {
		t.Run(fmt.Sprintf("%+v", sw), func(t *testing.T) { buyersOnTheWire(t, businesscentral.Options{Switches: sw}) })
	}
}

func buyersOnTheWire(t *testing.T, options businesscentral.Options) {
	t.Helper()
	s := worlds.Plain(begin)
	d, os := s.Shop, s.Ordinary(5)
	d.Orders = os
	person := func(id int64, name, email, phone string) *data.Customer {
		c := &data.Customer{
			ID: id, FirstName: name, LastName: "Ek", Email: email, Phone: phone, CreatedAt: begin.AddDate(0, -2, 0), UpdatedAt: begin.AddDate(0, -2, 0),
			Addresses: []data.Address{{ID: id * 10, FirstName: "Rita", LastName: "Rask", Address1: "Weg 1", City: "Potsdam-West", Zip: "14467", Country: "DE", Phone: "+4930999999"}},
		}
		d.Customers = append(d.Customers, c)
		return c
	}
	sends := func(o *data.Order, c *data.Customer) { // a parcel to Rita, who is a customer in BC
		away := data.Address{FirstName: "Rita", LastName: "Rask", Address1: "Weg 2", City: "Berlin", Zip: "10115", Country: "DE", Phone: "+4930999999"}
		o.Shipping, o.Billing, o.Customer, o.Email, o.Phone = &away, &away, 0, "", ""
		if c != nil {
			o.Customer, o.Email = c.ID, c.Email
		}
	}
	eva, max := person(90001, "Eva", "eva@example.com", ""), person(90002, "Max", "max@example.com", "+4930555555")
	sends(os[0], eva)
	sends(os[1], max)
	sends(os[2], person(90003, "Two", "second@example.com", ""))
	sends(os[3], nil)
	os[3].Email = "Second@Example.com"
	sends(os[4], nil)

	company := s.Company
	stranger := company.Customers[0]
	stranger.Record, stranger.Number, stranger.DisplayName, stranger.Email, stranger.PhoneNumber = businesscentral.Record{}, "RITA", "Rita Rask", "rita@example.com", "030 999999"
	several := stranger
	several.Number, several.Email, several.PhoneNumber = "SEVERAL", "first@example.com; SECOND@example.com", ""
	house := stranger
	house.Number, house.Email, house.PhoneNumber, house.Country = "HOUSE", "anna@example.com", "(030) 555555", "DE" // has Max's number
	company.Customers = append(company.Customers, stranger, several, house)

	s.BC, s.Card.DefaultCustomerNo = options, ""
	w := worlds.New(t, s)
	w.Live(15 * time.Minute)

	docs, buyers := worlds.Read[booked](w, "salesOrders"), worlds.Read[booked](w, "customers")
	for i, want := range []string{"S90001", "S90002", "SEVERAL", "SEVERAL", ""} {
		v := w.Fate(os[i])
		at := slices.IndexFunc(docs, func(d booked) bool { return strings.HasSuffix(d.External, fmt.Sprintf("-%d", os[i].ID)) })
		switch {
		case want == "" && (v.Reason != string(customers.OrderWithoutCustomer) || at >= 0):
			t.Errorf("order %d of nobody is %s, %+v", i, v.State, v)
		case want != "" && (v.State != "processed" || at < 0 || docs[at].CustomerNumber != want):
			t.Errorf("order %d is %s (%+v), booked on %+v, want %s", i, v.State, v, docs, want)
		}
	}
	for _, want := range []booked{
		{Number: "S90001", Email: "eva@example.com", City: "Potsdam-West"},
		{Number: "S90002", Email: "max@example.com", Phone: "+4930555555", City: "Potsdam-West"},
		{Number: "RITA", Email: "rita@example.com", Phone: "030 999999", City: stranger.City, State: stranger.State},
	} {
		if !slices.Contains(buyers, want) {
			t.Errorf("customer %+v is not there, in %+v", want, buyers)
		}
	}
}
