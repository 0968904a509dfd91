package customers

import (
	"testing"

	"backroom/shared/orders"
	"backroom/shared/shop"
)

func TestWant(t *testing.T) {
	cust := &orders.Customer{ID: "7"}
	de := &orders.Address{Country: "DE", FirstName: "Eva"}
	german := []shop.CountryMap{{Country: "de", CustomerNo: "D-100"}}
	tests := []struct {
		name string
		card shop.Shop
		o    orders.Order
		want Wanted
	}{
		{"a country's customer wins over everything", shop.Shop{CountryCustomers: german, CustomerImport: shop.ImportNone, DefaultCustomerNo: "X"}, orders.Order{Customer: cust, Shipping: de}, Wanted{Way: Fixed, Number: "D-100"}},
		{"another country's does not", shop.Shop{CountryCustomers: german, DefaultCustomerNo: "X"}, orders.Order{Customer: cust, Shipping: &orders.Address{Country: "DK"}}, Wanted{Way: ByLink, Number: "X"}},
		{"no import, default set", shop.Shop{CustomerImport: shop.ImportNone, DefaultCustomerNo: "X"}, orders.Order{Customer: cust}, Wanted{Way: Fixed, Number: "X"}},
		{"no import, no default", shop.Shop{CustomerImport: shop.ImportNone}, orders.Order{Customer: cust}, Wanted{Way: Nothing}},
		{"order without customer", shop.Shop{DefaultCustomerNo: "X", AutoCreateUnknownCustomers: true}, orders.Order{}, Wanted{Way: Fixed, Number: "X"}},
		{"order without customer, no default", shop.Shop{AutoCreateUnknownCustomers: true}, orders.Order{}, Wanted{Way: Nothing}},
		{"always the default customer", shop.Shop{CustomerMapping: shop.DefaultCustomer, DefaultCustomerNo: "X"}, orders.Order{Customer: cust}, Wanted{Way: Fixed, Number: "X"}},
		{"by e-mail, may create", shop.Shop{AutoCreateUnknownCustomers: true}, orders.Order{Customer: cust}, Wanted{Way: ByLink, Create: true}},
		{"by bill-to", shop.Shop{CustomerMapping: shop.ByBillTo}, orders.Order{Customer: cust, Billing: de}, Wanted{Way: ByLink, BillTo: true}},
		{"by bill-to without a name falls back to e-mail", shop.Shop{CustomerMapping: shop.ByBillTo}, orders.Order{Customer: cust, Billing: &orders.Address{City: "Bonn"}}, Wanted{Way: ByLink}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Want(tt.card, tt.o); got != tt.want {
				t.Errorf("Want = %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestPhoneKey(t *testing.T) {
	tests := []struct {
		name, a, b string
		want       bool
	}{
		{"spaces and dashes", "+46 70-123 45 67", "+46701234567", true},
		{"international zeros", "0046701234567", "+46701234567", true},
		{"the connector's loose match is refused", "+4670123456789", "+46701234567", false},
		{"too short to mean anyone", "12345", "12345", false},
		{"both empty", "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := phoneKey(tt.a) != "" && phoneKey(tt.a) == phoneKey(tt.b); got != tt.want {
				t.Errorf("%q and %q equal: %v, want %v", tt.a, tt.b, got, tt.want)
			}
		})
	}
}

func TestSameEmailAndAddress(t *testing.T) {
	if !SameEmail("a@x.se; Eva@X.se", " eva@x.SE") || SameEmail("", "") || SameEmail("a@x.se", "b@x.se") {
		t.Error("e-mail comparison is off")
	}
	a := orders.Address{Address1: "Gatan 1", Zip: "111 22", City: "Stockholm"}
	b := orders.Address{Address1: "gatan 1 ", Zip: "111 22", City: "STOCKHOLM"}
	if addressKey("Eva Ek", "", "SE", a) != addressKey("eva ek", "", "se", b) || addressKey("Eva Ekman", "", "SE", a) == addressKey("Eva Ek", "", "SE", a) {
		t.Error("address comparison is off")
	}
}
