package customerapi

import (
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/customers"
)

// customer is customers.Customer as BC writes it.
type customer struct {
	Mark string `json:"@odata.etag"`
	ID   string `json:"id"`

	Number       string `json:"number"`
	DisplayName  string `json:"displayName"`
	Type         string `json:"type"`
	AddressLine1 string `json:"addressLine1"`
	AddressLine2 string `json:"addressLine2"`
	Country      string `json:"country"`
	PostalCode   string `json:"postalCode"`
	City         string `json:"city"`
	State        string `json:"state"`
	PhoneNumber  string `json:"phoneNumber"`
	Email        string `json:"email"`

	TaxLiable        *bool  `json:"taxLiable"`
	TaxAreaID        string `json:"taxAreaId"`
	CurrencyCode     string `json:"currencyCode"`
	PaymentTermsID   string `json:"paymentTermsId"`
	ShipmentMethodID string `json:"shipmentMethodId"`
	PaymentMethodID  string `json:"paymentMethodId"`
	SalespersonCode  string `json:"salespersonCode"`

	TaxRegistrationNumber string          `json:"taxRegistrationNumber"`
	Website               string          `json:"website"`
	CreditLimit           decimal.Decimal `json:"creditLimit"`
	Blocked               string          `json:"blocked"`
	ModifiedAt            time.Time       `json:"lastModifiedDateTime"`
}

// customerChange is customers.Change as it is sent. BC writes fields in this
// order, and completes from its post code table: what comes after the post code
// wins.
type customerChange struct {
	DisplayName  *string `json:"displayName,omitempty"`
	AddressLine1 *string `json:"addressLine1,omitempty"`
	AddressLine2 *string `json:"addressLine2,omitempty"`
	Country      *string `json:"country,omitempty"`
	PostalCode   *string `json:"postalCode,omitempty"`
	City         *string `json:"city,omitempty"`
	State        *string `json:"state,omitempty"`
	PhoneNumber  *string `json:"phoneNumber,omitempty"`
	Email        *string `json:"email,omitempty"`

	TaxLiable             *bool   `json:"taxLiable,omitempty"`
	TaxRegistrationNumber *string `json:"taxRegistrationNumber,omitempty"`
	PaymentTermsID        *string `json:"paymentTermsId,omitempty"`
}

// newCustomer is what is sent to create a customer. The fields of an address go
// together, blank ones too, so that what BC fills in from its post code table is
// overwritten at once.
type newCustomer struct {
	Number string `json:"number,omitempty"`
	customerChange
	Type string `json:"type,omitempty"`

	TaxAreaID        string `json:"taxAreaId,omitempty"`
	CurrencyCode     string `json:"currencyCode,omitempty"`
	ShipmentMethodID string `json:"shipmentMethodId,omitempty"`
	PaymentMethodID  string `json:"paymentMethodId,omitempty"`
	SalespersonCode  string `json:"salespersonCode,omitempty"`
}

// creating is c as it is sent to be created.
func creating(c customers.Customer) newCustomer {
	n := newCustomer{
		Number: c.Number, Type: c.Type,
		customerChange: customerChange{
			DisplayName: given(c.DisplayName), PhoneNumber: given(c.PhoneNumber), Email: given(c.Email),
			TaxLiable: c.TaxLiable, TaxRegistrationNumber: given(c.TaxRegistrationNumber), PaymentTermsID: given(c.PaymentTermsID),
		},
		TaxAreaID: c.TaxAreaID, CurrencyCode: c.CurrencyCode, ShipmentMethodID: c.ShipmentMethodID, PaymentMethodID: c.PaymentMethodID, SalespersonCode: c.SalespersonCode,
	}
	if c.HasAddress() {
		n.AddressLine1, n.AddressLine2, n.Country = &c.AddressLine1, &c.AddressLine2, &c.Country
		n.PostalCode, n.City, n.State = &c.PostalCode, &c.City, &c.State
	}
	return n
}

// companyInformation is what is read of the one row of it.
type companyInformation struct {
	Country string `json:"country"`
}

// given is a value to send, nil if there is none.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// reference is a row of a small table.
type reference struct {
	ID          string `json:"id"`
	Code        string `json:"code"`
	DisplayName string `json:"displayName"`
}
