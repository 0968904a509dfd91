package customers

import (
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
)

// Customer is a customer of a BC company.
type Customer struct {
	Mark string // changes with every change of the customer; "" in one that is to be created
	ID   string // guid; "" in one that is to be created

	Number       string
	DisplayName  string
	Type         string // Company, Person
	AddressLine1 string
	AddressLine2 string
	Country      string
	PostalCode   string
	City         string
	State        string
	PhoneNumber  string
	Email        string

	// What a customer template gives (see [Template]). Ids are guids, "" leaves them to BC.
	TaxLiable        *bool
	TaxAreaID        string
	CurrencyCode     string
	PaymentTermsID   string
	ShipmentMethodID string
	PaymentMethodID  string
	SalespersonCode  string

	TaxRegistrationNumber string
	Website               string
	CreditLimit           decimal.Decimal
	Blocked               string    // "", "All", "Ship", or BC's way to write a blank
	ModifiedAt            time.Time // by BC's clock
}

// Change is what is to be changed at a customer: nil leaves a field, a blank
// empties it.
type Change struct {
	DisplayName  *string
	AddressLine1 *string
	AddressLine2 *string
	Country      *string
	PostalCode   *string
	City         *string
	State        *string
	PhoneNumber  *string
	Email        *string

	TaxLiable             *bool
	TaxRegistrationNumber *string
	PaymentTermsID        *string
}

// HasAddress reports whether any field of the address is set.
func (c Customer) HasAddress() bool {
	return c.AddressLine1+c.AddressLine2+c.Country+c.PostalCode+c.City+c.State != ""
}

// field is one row of the table of forms and lengths.
type field struct {
	name   string // as in the API
	value  *string
	form   bcapi.Form
	length int // UTF-16 units
}

func (c *Customer) fields() []field {
	return []field{
		{"number", &c.Number, bcapi.KeyForm, bcapi.NumberLength},
		{"displayName", &c.DisplayName, bcapi.TextForm, bcapi.NameLength},
		{"addressLine1", &c.AddressLine1, bcapi.TextForm, bcapi.NameLength},
		{"addressLine2", &c.AddressLine2, bcapi.TextForm, bcapi.Address2Length},
		{"city", &c.City, bcapi.TextForm, bcapi.CityLength},
		{"state", &c.State, bcapi.TextForm, bcapi.CityLength},
		{"country", &c.Country, bcapi.KeyForm, bcapi.CountryLength},
		{"postalCode", &c.PostalCode, bcapi.CodeForm, bcapi.PostCodeLength},
		{"phoneNumber", &c.PhoneNumber, bcapi.PhoneForm, bcapi.PhoneLength},
		{"email", &c.Email, bcapi.EmailForm, bcapi.EmailLength},
	}
}

// Fit brings every text of the customer into the form and length that BC takes.
func (c *Customer) Fit() {
	for _, f := range c.fields() {
		*f.value = f.form.Fit(*f.value, f.length)
	}
}
