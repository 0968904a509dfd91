package staging_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
	"backroom/shared/staging"
)

func TestFindByName(t *testing.T) {
	r := newRig(t, 0, 0)
	for id, name := range map[int]string{5820000001: "EU-1042-X", 5820000002: "EU-10421-X", 5820000003: "#1043", 5820000004: "2026/1044", 5820000005: "A1045", 5820000006: "B1045", 5820000007: "#1045B"} {
		number := map[string]int64{"EU-1042-X": 1042, "EU-10421-X": 10421, "#1043": 1043, "2026/1044": 1044, "A1045": 1045, "B1045": 1045, "#1045B": 1045}[name]
		o := orderstest.Order(0, orderstest.Start.Add(-time.Hour))
		o.ID, o.Name, o.Number = strconv.Itoa(id), name, number
		r.Source.Put(o)
	}
	r.Run("")
	for _, c := range []struct {
		typed, found string
		err          error
	}{
		{"EU-1042-X", "EU-1042-X", nil},
		{"eu-1042-x", "EU-1042-X", nil},
		{"1042", "EU-1042-X", nil},
		{"#1042", "EU-1042-X", nil},
		{" 1042 ", "EU-1042-X", nil},
		{"EU-1042", "EU-1042-X", nil},
		{"1042-X", "EU-1042-X", nil},
		{"#EU-1042-X", "EU-1042-X", nil},
		{"EU-1042-X-5820000001", "EU-1042-X", nil}, // the external number of its document
		{"5820000001", "EU-1042-X", nil},
		{"10421", "EU-10421-X", nil},
		{"1043", "#1043", nil},
		{"#1043", "#1043", nil},
		{"1044", "2026/1044", nil},
		{"2026/1044", "2026/1044", nil},
		{"A1045", "A1045", nil},
		{"#1045B", "#1045B", nil},
		{"1045", "", staging.ErrSeveral},
		{"US-1042-X", "", staging.ErrNotFound},
		{"1042-Y", "", staging.ErrNotFound},
		{"104", "", staging.ErrNotFound},
		{"", "", staging.ErrNotFound},
		{"EU-", "", staging.ErrNotFound},
	} {
		v, err := r.Stage.Find(t.Context(), "acme", c.typed)
		if v.Name != c.found || !errors.Is(err, c.err) {
			t.Errorf("%q finds %q, %v, want %q, %v", c.typed, v.Name, err, c.found, c.err)
		}
	}
}

// Beside a document its own total stands, in its currency.
func TestTotalOfTheDocument(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Change(0, func(o *orders.Order) { o.CurrentTotal = orderstest.Amount("9.99") })
	r.Run("")
	if v := r.View("#1001"); v.Total.String() != "9.99 EUR" {
		t.Errorf("without document: %s", v.Total)
	}
	r.Process("#1001")
	if v := r.View("#1001"); v.Total.String() != "10.00 EUR" || !v.Total.Value.Equal(v.Document.Total.Value) {
		t.Errorf("beside a document of %s: %s", v.Document.Total, v.Total)
	}
}
