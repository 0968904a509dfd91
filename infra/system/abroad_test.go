package system_test

import (
	"testing"
	"time"

	worlds "backroom/infra/system/world"
	"backroom/shared/documents"
)

// A buyer who lives in a country that the company lacks is created without it: what
// they order from elsewhere has its document, and what they order there waits for
// the country alone.
func TestABuyerOfACountryThatIsNotThere(t *testing.T) {
	setup := worlds.Plain(begin)
	setup.Card.AutoCreateUnknownCustomers = true
	os := setup.Ordinary(2)
	here, there := os[0], os[1]
	there.Customer = here.Customer
	for _, c := range setup.Shop.Customers {
		if c.ID == here.Customer {
			c.Addresses[c.Default].Country = "XK"
		}
	}
	there.Billing.Country, there.Shipping.Country = "XK", "XK"
	w := worlds.New(t, setup)
	w.Live(15 * time.Minute)
	if f := w.Fate(here); f.State != "processed" {
		t.Errorf("ordered from elsewhere: %s, %+v", f.State, f)
	}
	if f := w.Fate(there); f.State != "attention" || f.Reason != string(documents.CountryUnmapped) {
		t.Errorf("ordered there: %s, %+v", f.State, f)
	}
}
