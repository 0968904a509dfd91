package completeness

import (
	"testing"

	"backroom/shared/documents"
)

// An item in the place of an account is no goods, so that a shipment of it lacks no
// fulfilment; goods beside it do.
func TestChargesAreNotFulfilled(t *testing.T) {
	for name, setting := range map[string]string{"an item": "item:svc-ship", "an account": "6610"} {
		w := newWorld(t)
		w.set(documents.DocumentSettings{ShippingChargesAccount: setting})
		w.partly, w.charge = true, "SVC-SHIP"
		w.sell(3)
		for i := range 3 {
			w.ship(i)
		}
		lacks := w.order(1).ID
		delete(w.fulfilled, lacks)
		w.run(`{"days":40}`, false)
		want := 1
		if setting == "6610" { // then the item is one that was sold
			want = 3
		}
		if got := w.said(); len(got) != want || got[lacks+"-SP"+lacks] != string(NotFulfilled) {
			t.Errorf("%s: %v", name, got)
		}
	}
}
