package customers

import (
	"slices"
	"testing"

	"backroom/shared/orders"
)

func TestWant(t *testing.T) {
	cust := &orders.Customer{ID: "7"}
	de := &orders.Address{Country: "DE", FirstName: "Eva"}
	firms := []CompanyMap{{CompanyID: "5", LocationID: "9", CustomerNo: "F9"}, {CompanyID: "5", CustomerNo: "F5"}, {CompanyID: "6", LocationID: "9", CustomerNo: "F6"}}
	german := []CountryMap{{Country: "de", CustomerNo: "D-100"}}
	tests := []struct {
		name string
		card Card
		o    orders.Order
		want wanted
	}{
		{"a country's customer wins over everything", Card{
			CustomerSettings: CustomerSettings{CountryCustomers: german, CustomerImport: ImportNone, DefaultCustomerNo: "X"},
		}, orders.Order{Customer: cust, Shipping: de}, wanted{Way: wayFixed, Number: "D-100"}},
		{"another country's does not", Card{
			CustomerSettings: CustomerSettings{CountryCustomers: german, DefaultCustomerNo: "X"},
		}, orders.Order{Customer: cust, Shipping: &orders.Address{Country: "DK"}}, wanted{Way: waySearch, Number: "X"}},
		{"no import, default set", Card{
			CustomerSettings: CustomerSettings{CustomerImport: ImportNone, DefaultCustomerNo: "X"},
		}, orders.Order{Customer: cust}, wanted{Way: wayFixed, Number: "X"}},
		{"no import, no default", Card{
			CustomerSettings: CustomerSettings{CustomerImport: ImportNone},
		}, orders.Order{Customer: cust}, wanted{Way: wayNoDefault}},
		{"nothing identifies the buyer", Card{
			CustomerSettings: CustomerSettings{DefaultCustomerNo: "X", AutoCreateUnknownCustomers: true},
		}, orders.Order{Shipping: &orders.Address{Phone: "+46701234567"}}, wanted{Way: wayFixed, Number: "X"}},
		{"nothing identifies the buyer, no default", Card{
			CustomerSettings: CustomerSettings{AutoCreateUnknownCustomers: true},
		}, orders.Order{}, wanted{Way: wayUnidentified}},
		{"order without customer", Card{
			CustomerSettings: CustomerSettings{DefaultCustomerNo: "X", AutoCreateUnknownCustomers: true, CustomerMapping: ByBillTo},
		}, orders.Order{Email: "a@example.com", Billing: de}, wanted{Way: waySearch, Number: "X"}},
		{"for a company", Card{
			CustomerSettings: CustomerSettings{CountryCustomers: german, DefaultCustomerNo: "X"},
		}, orders.Order{Customer: cust, Shipping: de, Company: &orders.Company{ID: "5"}}, wanted{Way: wayCompany}},
		{"for a company, which has a customer", Card{
			CustomerSettings: CustomerSettings{CustomerImport: ImportNone, DefaultCompanyNo: "B"},
		}, orders.Order{Customer: cust, Company: &orders.Company{ID: "5"}}, wanted{Way: wayCompany, Number: "B"}},
		{"for a company, which has a row", Card{
			CustomerSettings: CustomerSettings{DefaultCompanyNo: "B", CompanyCustomers: firms},
		}, orders.Order{Customer: cust, Company: &orders.Company{ID: "5", LocationID: "8"}}, wanted{Way: wayFixed, Number: "F5"}},
		{"for a company whose location has a row", Card{
			CustomerSettings: CustomerSettings{CompanyCustomers: firms},
		}, orders.Order{Customer: cust, Company: &orders.Company{ID: "5", LocationID: "9"}}, wanted{Way: wayFixed, Number: "F9"}},
		{"for a company of which another location has a row", Card{
			CustomerSettings: CustomerSettings{CompanyCustomers: firms},
		}, orders.Order{Customer: cust, Company: &orders.Company{ID: "6", LocationID: "8"}}, wanted{Way: wayCompany}},
		{"for a company without a row", Card{
			CustomerSettings: CustomerSettings{DefaultCompanyNo: "B", CompanyCustomers: firms},
		}, orders.Order{Customer: cust, Company: &orders.Company{ID: "7"}}, wanted{Way: wayCompany, Number: "B"}},
		{"always the default customer", Card{
			CustomerSettings: CustomerSettings{CustomerMapping: DefaultCustomer, DefaultCustomerNo: "X"},
		}, orders.Order{Customer: cust}, wanted{Way: wayFixed, Number: "X"}},
		{"by e-mail, may create", Card{
			CustomerSettings: CustomerSettings{AutoCreateUnknownCustomers: true},
		}, orders.Order{Customer: cust}, wanted{Way: waySearch, Create: true}},
		{"by bill-to", Card{
			CustomerSettings: CustomerSettings{CustomerMapping: ByBillTo},
		}, orders.Order{Customer: cust, Billing: de}, wanted{Way: waySearch, BillTo: true}},
		{"by bill-to without a name falls back to e-mail", Card{
			CustomerSettings: CustomerSettings{CustomerMapping: ByBillTo},
		}, orders.Order{Customer: cust, Billing: &orders.Address{City: "Bonn"}}, wanted{Way: waySearch}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := want(tt.card, tt.o); got != tt.want {
				t.Errorf("Want = %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestBuyerOf(t *testing.T) {
	away := &orders.Address{Phone: "+46701111111", Country: "DE"}
	for _, tt := range []struct {
		name string
		o    orders.Order
		want buyer
		key  string
	}{
		{"the customer's own", orders.Order{Email: "o@x.se", Phone: "+46700000000", Shipping: away, Customer: &orders.Customer{ID: "7", Email: " Eva@X.se", Phone: "+46 70-123 45 67"}}, buyer{ID: "7", Email: "eva@x.se", Phone: "+46701234567"}, "7"},
		{"the customer has neither", orders.Order{Email: "o@x.se", Phone: "+46700000000", Shipping: away, Billing: away, Customer: &orders.Customer{ID: "7", Default: away}}, buyer{ID: "7"}, "7"},
		{"a national number, in the country of the customer's own address", orders.Order{Shipping: away, Customer: &orders.Customer{ID: "7", Phone: "070-123 45 67", Default: &orders.Address{Country: "SE"}}}, buyer{ID: "7", Phone: "+46701234567"}, "7"},
		{"a national number, and only the recipient's country is known", orders.Order{Shipping: away, Customer: &orders.Customer{ID: "7", Phone: "070-123 45 67"}}, buyer{ID: "7"}, "7"},
		{"no customer", orders.Order{Email: "O@x.se", Phone: "+46700000000", Shipping: away, Billing: away}, buyer{Email: "o@x.se", Phone: "+46700000000"}, "mail:" + mark("o@x.se")},
		{"no customer, a phone", orders.Order{Phone: "+46700000000", Shipping: away}, buyer{Phone: "+46700000000"}, "phone:+46700000000"},
		{"nothing", orders.Order{Shipping: away, Billing: away}, buyer{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := buyerOf(tt.o); got != tt.want || got.key() != tt.key {
				t.Errorf("got %+v, key %q, want %+v, key %q", got, got.key(), tt.want, tt.key)
			}
		})
	}
}

func TestMailboxes(t *testing.T) {
	for field, want := range map[string][]string{
		"": nil, " ; ,": nil, "Eva@X.se": {"eva@x.se"}, "a@x.se; B@x.se ,c@x.se;": {"a@x.se", "b@x.se", "c@x.se"},
	} {
		if got := mailboxes(field); !slices.Equal(got, want) {
			t.Errorf("%q holds %q, want %q", field, got, want)
		}
	}
}

func TestAddressKey(t *testing.T) {
	a := orders.Address{Address1: "Gatan 1", Zip: "111 22", City: "Stockholm"}
	b := orders.Address{Address1: "gatan 1 ", Zip: "111 22", City: "STOCKHOLM"}
	if addressKey("Eva Ek", "", "SE", a) != addressKey("eva ek", "", "se", b) || addressKey("Eva Ekman", "", "SE", a) == addressKey("Eva Ek", "", "SE", a) {
		t.Error("address comparison is off")
	}
}
