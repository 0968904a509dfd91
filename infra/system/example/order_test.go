package example_test

import (
	"testing"
	"time"

	"backroom/infra/system/world"
)

// What the buyer pays for shipping is booked on the account that the card names.
func TestShippingIsOnItsAccount(t *testing.T) {
	setup := world.Plain(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	setup.Card.ShippingChargesAccount = "6630"
	order := setup.Ordinary(1)[0]

	w := world.New(t, setup)
	w.Live(15 * time.Minute)

	if f := w.Fate(order); f.State != "processed" {
		t.Fatalf("%s: %s", f.State, f.Text)
	}
	type line struct{ LineObjectNumber string }
	type document struct{ SalesOrderLines []line }
	docs := world.Read[document](w, world.DocumentOf("salesOrders", order)+"&$expand=salesOrderLines")
	if len(docs) != 1 || docs[0].SalesOrderLines[len(docs[0].SalesOrderLines)-1].LineObjectNumber != "6630" {
		t.Errorf("%+v", docs)
	}
}
