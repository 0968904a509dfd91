package orders

import (
	"testing"
)

// A merge of customers rewrites the order's e-mail: the merge is the change. An e-mail
// that is changed by itself is one.
func TestEmailAfterAMergeOfCustomers(t *testing.T) {
	of := func(id, mail, orders string) Order {
		return Order{Email: orders, Customer: &Customer{ID: id, Email: mail}}
	}
	then := of("7", "eva@example.com", "eva@example.com")
	for _, tt := range []struct {
		name string
		now  Order
		mail bool // is a change
	}{
		{"nothing", then, false},
		{"merged into another", of("9", "Ek@example.com", "ek@example.com"), false},
		{"another customer, and an e-mail of neither", of("9", "ek@example.com", "office@example.com"), true},
		{"the e-mail alone", of("7", "eva@example.com", "office@example.com"), true},
		{"customer's and order's", of("7", "ek@example.com", "ek@example.com"), true},
		{"the customer's alone", of("7", "ek@example.com", "eva@example.com"), false},
	} {
		got := false
		for _, d := range PrintOf(then).Changes(PrintOf(tt.now)) {
			got = got || d.What == "e-mail"
			if d.What == customerMail {
				t.Errorf("%s: no document is made of the %s", tt.name, d.What)
			}
		}
		if got != tt.mail {
			t.Errorf("%s: the e-mail is a change: %v, want %v", tt.name, got, tt.mail)
		}
	}
}
