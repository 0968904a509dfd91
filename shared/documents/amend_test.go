package documents

import (
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/orders"
)

// amended is a world with a processed order that has changed since, by change, and
// whose document is to be amended.
func amended(t *testing.T, change func(*orders.Order)) *world {
	t.Helper()
	w := newWorld(t)
	w.put(placed("1"))
	w.must()
	r, err := w.row("1")
	if err != nil || r.State != "processed" {
		t.Fatalf("%s, %v", r.result(), err)
	}
	change(&r.Order)
	r.State, r.Amend = "conflict", true
	w.set(r)
	w.advance(time.Hour)
	return w
}

// What becomes of the document of an order that was changed after it.
func TestAmendedDocuments(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*orders.Order)
		before func(*world, *row) // between the change and the run
		want   string             // result begins so
		more   string             // part of the issue
		docs   int
	}{
		{"another address", elsewhere, nil, "Order 190.00", "", 1},
		{"cancelled", func(o *orders.Order) { o.CancelledAt = time.Date(2026, 7, 2, 8, 30, 0, 0, time.UTC) }, nil, "skipped cancelled", "", 0},
		{"shipped", elsewhere, func(w *world, r *row) {
			d := w.bc.orders[r.Link.ID]
			d.Lines[0].Touched = true
		}, "conflict not-amended", "shipped or invoiced", 1},
		{"released", elsewhere, func(w *world, r *row) { w.bc.orders[r.Link.ID].Draft = false }, "conflict not-amended", "released", 1},
		{"changed by hand", elsewhere, func(w *world, r *row) { w.bc.orders[r.Link.ID].Mark = "by hand" }, "conflict not-amended", "changed in Business Central", 1},
		{"changed by hand, and a person wants it", elsewhere, func(w *world, r *row) {
			w.bc.orders[r.Link.ID].Mark, r.Asked = "by hand", true
		}, "Order 190.00", "", 1},
		{"released, and a person wants it", elsewhere, func(w *world, r *row) {
			w.bc.orders[r.Link.ID].Draft, r.Asked = false, true
		}, "conflict not-amended", "released", 1},
		{"linked by an earlier release", elsewhere, func(_ *world, r *row) { r.Link.Mark = "" }, "conflict not-amended", "changed in Business Central", 1},
		{"deleted by a person", elsewhere, func(w *world, r *row) { delete(w.bc.orders, r.Link.ID) }, "Order 190.00", "", 1},
		{"posted whole", elsewhere, func(w *world, r *row) {
			d := w.bc.orders[r.Link.ID]
			delete(w.bc.orders, r.Link.ID)
			w.bc.invoices = append(w.bc.invoices, Invoice{ID: "posted", Number: "PSI-7", ExternalNumber: d.Header.ExternalNumber, OrderNumber: d.Header.Number, Total: d.Total().Value})
		}, "conflict not-amended", "posted as invoice PSI-7", 0},
		{"money went back", func(o *orders.Order) { o.Refunded = eur("5") }, nil, "conflict not-amended", "paid back", 1},
		{"no item for it", sku("NOT-THERE"), nil, "conflict not-amended", "NOT-THERE", 1},
		{"decided otherwise meanwhile", elsewhere, func(_ *world, r *row) { r.Amend = false }, "conflict", "", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := amended(t, tt.change)
			r, err := w.row("1")
			if err != nil {
				t.Fatal(err)
			}
			if tt.before != nil {
				tt.before(w, &r)
				w.set(r)
			}
			w.must()
			if r, err = w.row("1"); err != nil || !strings.HasPrefix(r.result(), tt.want) || len(w.bc.orders) != tt.docs {
				t.Errorf("%s, %v, %d documents; want %s, %d", r.result(), err, len(w.bc.orders), tt.want, tt.docs)
			}
			if tt.more != "" && (r.Issue == nil || !strings.Contains(r.Issue.Text, tt.more)) {
				t.Errorf("the issue is %+v, want %q in it", r.Issue, tt.more)
			}
			if r.State == "processed" {
				i := slices.IndexFunc(w.created(), func(city string) bool { return city == r.Order.Shipping.City })
				if i < 0 {
					t.Errorf("documents go to %q, the order to %s", w.created(), r.Order.Shipping.City)
				}
			}
		})
	}
}

func elsewhere(o *orders.Order) {
	a := *o.Shipping
	a.City = "Malmö"
	o.Shipping = &a
}

// created are the cities that the company's sales orders go to.
func (w *world) created() (cities []string) {
	for _, d := range w.bc.orders {
		cities = append(cities, d.Header.ShipTo.City)
	}
	return cities
}

// Whichever write of an amendment fails, in whichever way, there is one document in
// the end, of the order as it is.
func TestEveryWriteOfAnAmendmentFailsOnce(t *testing.T) {
	for n := 1; ; n++ {
		reached := false
		for _, when := range []string{"before", "after", "half", "late"} {
			for _, dies := range []bool{false, true} {
				w := amended(t, elsewhere)
				w.writes, w.fail = 0, plan{n, when, dies}
				_, _ = w.drain()
				reached = reached || w.writes >= n
				for range 12 {
					w.advance(10 * time.Minute)
					_, _ = w.drain()
				}
				if r := w.result("1"); r != "Order 190.00" || len(w.bc.orders) != 1 || w.created()[0] != "Malmö" {
					t.Fatalf("write %d fails %s, dies %v: %s, documents to %q", n, when, dies, r, w.created())
				}
			}
		}
		if !reached {
			return
		}
		if n > 30 {
			t.Fatal("an amendment makes more writes than it may")
		}
	}
}
