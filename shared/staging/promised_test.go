package staging_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backroom/shared/inventory"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
	"backroom/shared/staging"
)

// Orders without a document promise what they have sold, until the document is there;
// what was booked since a time counts as it was then.
func TestPromises(t *testing.T) {
	r := newRig(t, 0, 0)
	for i := range 3 {
		o := orderstest.Order(i, orderstest.Start.Add(-time.Hour+time.Duration(i)*time.Minute))
		o.Lines[0].VariantID = "4"
		r.Source.Put(o)
	}
	r.Run("")
	u, err := r.Stage.Unbooked(t.Context(), "acme")
	if err != nil || !slices.Equal(slices.Sorted(slices.Values(u.Orders)), []string{"5000", "5001", "5002"}) || u.UpTo.IsZero() {
		t.Fatalf("%+v, %v", u, err)
	}
	before := r.Now()
	r.At = r.Now().Add(time.Minute)
	r.Process("#1001")
	if u, err = r.Stage.Unbooked(t.Context(), "acme"); err != nil || len(u.Orders) != 2 {
		t.Errorf("with one document: %+v, %v", u, err)
	}
	of := func(before time.Time) (ids []string) {
		t.Helper()
		ps, missing, err := r.Stage.Promises(t.Context(), "acme", []string{"5000", "5001", "77"}, before)
		if err != nil || !slices.Equal(missing, []string{"77"}) {
			t.Errorf("missing %v, %v", missing, err)
		}
		for _, p := range ps {
			ids = append(ids, p.Order)
			if p.Variant == "" || p.Units <= 0 {
				t.Errorf("%+v", p)
			}
		}
		slices.Sort(ids)
		return slices.Compact(ids)
	}
	if got := of(r.Now().Add(time.Minute)); !slices.Equal(got, []string{"5001"}) {
		t.Errorf("booked before: %v", got)
	}
	if got := of(before); !slices.Equal(got, []string{"5000", "5001"}) {
		t.Errorf("booked since: %v", got)
	}
}

func TestPromisesOfAnOrder(t *testing.T) {
	line := orders.Line{VariantID: "1", Quantity: 5, CurrentQuantity: 3, Location: "71"}
	split := orders.Line{VariantID: "2", Quantity: 3, CurrentQuantity: 3, Places: []orders.Place{{Location: "71", Quantity: 1}, {Location: "72", Quantity: 2}}}
	o := orders.Order{ID: "9", Confirmed: true, Lines: []orders.Line{line, split, {Title: "Service", CurrentQuantity: 1}, {VariantID: "3"}}}
	want := []inventory.Promise{{Order: "9", Variant: "1", Location: "71", Units: 3}, {Order: "9", Variant: "2", Location: "71", Units: 1}, {Order: "9", Variant: "2", Location: "72", Units: 2}}
	if diff := cmp.Diff(want, staging.PromisesOf(o)); diff != "" {
		t.Error(diff)
	}
	for what, change := range map[string]func(*orders.Order){
		"test": func(o *orders.Order) { o.Test = true }, "not confirmed": func(o *orders.Order) { o.Confirmed = false },
		"cancelled": func(o *orders.Order) { o.CancelledAt = time.Unix(1, 0) },
	} {
		c := o
		if change(&c); staging.PromisesOf(c) != nil {
			t.Errorf("%s: %+v", what, staging.PromisesOf(c))
		}
	}
}
