package customerapi

import (
	"bytes"
	"encoding/json"
	"testing"

	"backroom/shared/customers"
)

// What BC sends comes back as it was: no field is dropped, renamed or moved,
// and no digit of a number is lost.
func TestRoundTrip(t *testing.T) {
	for _, tt := range []struct {
		name string
		v    any
		js   string
	}{
		{"customer", &customer{}, `{"@odata.etag":"W/1","id":"c","number":"C1","displayName":"Ada","type":"Person","addressLine1":"a","addressLine2":"b","country":"AT","postalCode":"1","city":"c","state":"d",` +
			`"phoneNumber":"1","email":"e@x","taxLiable":true,"taxAreaId":"t","currencyCode":"EUR","paymentTermsId":"p","shipmentMethodId":"s","paymentMethodId":"m","salespersonCode":"JO",` +
			`"taxRegistrationNumber":"DE1","website":"w","creditLimit":"1.5","blocked":"_x0020_","lastModifiedDateTime":"2026-07-02T08:00:00Z"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := json.NewDecoder(bytes.NewReader([]byte(tt.js)))
			d.DisallowUnknownFields()
			if err := d.Decode(tt.v); err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(tt.v)
			if err != nil || string(got) != tt.js {
				t.Errorf("%v, came back as\n%s\nwant\n%s", err, got, tt.js)
			}
		})
	}
}

// A new customer's address is sent whole, blanks included; what is not known of
// the buyer is left out.
func TestCreateCustomerBody(t *testing.T) {
	for _, tt := range []struct {
		name string
		c    customers.Customer
		want string
	}{
		{
			"an address without state",
			customers.Customer{Number: "S7", DisplayName: "Ada", Type: "Person", AddressLine1: "Weg 1", City: "Wien", Country: "AT", PostalCode: "1010"},
			`{"number":"S7","displayName":"Ada","addressLine1":"Weg 1","addressLine2":"","country":"AT","postalCode":"1010","city":"Wien","state":"","type":"Person"}`,
		},
		{"no address", customers.Customer{DisplayName: "Ada", Email: "a@x", PhoneNumber: "+431"}, `{"displayName":"Ada","phoneNumber":"+431","email":"a@x"}`},
		{"a country alone", customers.Customer{Country: "AT"}, `{"addressLine1":"","addressLine2":"","country":"AT","postalCode":"","city":"","state":""}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := json.Marshal(creating(tt.c)); err != nil || string(got) != tt.want {
				t.Errorf("%v\ngot  %s\nwant %s", err, got, tt.want)
			}
		})
	}
}
