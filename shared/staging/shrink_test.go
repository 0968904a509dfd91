package staging_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"backroom/shared/documents"
	"backroom/shared/faulty"
	"backroom/shared/orders"
	"backroom/shared/shop"
	"backroom/shared/staging"
	"backroom/shared/table"
)

// copies is the number of parts of copies that are stored.
func (r *rig) copies() int {
	r.t.Helper()
	p, err := r.table.Query(r.t.Context(), table.Query{PK: "SHOP#acme#ORD"})
	if err != nil || p.Next != "" {
		r.t.Fatal(err, p.Next)
	}
	n := 0
	for _, it := range p.Items {
		if strings.Contains(it.SK, "#") {
			n++
		}
	}
	return n
}

// shrunken is a shop of three orders, of which the first two got their documents
// 91 days ago; the third waits still.
func shrunken(t *testing.T, lag time.Duration) *rig {
	t.Helper()
	r := newRig(t, lag, 3)
	r.run("")
	r.process("#1001")
	r.process("#1002")
	r.at = r.at.Add(89 * 24 * time.Hour)
	if r.run(""); r.copies() != 3 {
		t.Fatalf("%d copies after 89 days", r.copies())
	}
	r.at = r.at.Add(2 * 24 * time.Hour)
	if r.run(""); r.copies() != 1 {
		t.Fatalf("%d copies after 91 days, want that of the order without document", r.copies())
	}
	return r
}

func TestProcessedOrdersShrink(t *testing.T) {
	eachLag(t, func(t *testing.T, lag time.Duration) {
		t.Helper()
		r := shrunken(t, lag)
		if v := r.view("#1001"); v.State != orders.Processed || v.Document == nil || v.Document.Number != "SO1" {
			t.Errorf("%+v", v)
		}
		read := r.source.details
		if r.run(""); r.source.details != read {
			t.Errorf("%d orders were read again", r.source.details-read)
		}
		// A change that matters is a conflict still, one that does not is none.
		r.change(0, func(o *orders.Order) { o.ShippingTotal = amount("4.90") })
		r.change(1, func(o *orders.Order) { o.Tags = []string{"gift"} })
		r.run("")
		if v := r.view("#1001"); v.State != orders.Conflict || v.Issue == nil {
			t.Errorf("%+v", v)
		}
		if v := r.view("#1002"); v.State != orders.Processed || v.Issue != nil {
			t.Errorf("%+v", v)
		}
		if r.copies() != 3 {
			t.Errorf("%d copies, want those of the two that changed too", r.copies())
		}
		// The one without conflict shrinks again, the other is kept while somebody must look.
		r.at = r.at.Add(25 * time.Hour)
		if r.run(""); r.copies() != 2 {
			t.Errorf("%d copies", r.copies())
		}
		if _, err := r.stage.Decide(t.Context(), "acme", "#1001", staging.Accept); err != nil {
			t.Fatal(err)
		}
		r.at = r.at.Add(25 * time.Hour)
		if r.run(""); r.copies() != 1 {
			t.Errorf("%d copies", r.copies())
		}
	})
}

// An order whose copy is gone is read anew before it gets another document.
func TestUnlinkedAfterShrinking(t *testing.T) {
	eachLag(t, func(t *testing.T, lag time.Duration) {
		t.Helper()
		r := shrunken(t, lag)
		v, err := r.stage.Decide(t.Context(), "acme", "#1002", staging.Unlink)
		if err != nil || v.State != orders.Unread || v.Document != nil {
			t.Fatalf("%+v, %v", v, err)
		}
		r.at = r.at.Add(time.Minute)
		r.run("")
		if v := r.view("#1002"); v.State != orders.Ready || v.Issue != nil {
			t.Errorf("%+v", v)
		}
		os, err := r.stage.Load(t.Context(), []documents.Pending{r.pending("5001")})
		if err != nil || len(os) != 1 || os[0].ID != "5001" {
			t.Errorf("%v, %v", os, err)
		}
	})
}

// A copy is kept for as long as the shop card says.
func TestHowLongCopiesAreKept(t *testing.T) {
	for days, want := range map[int]int{0: 0, 7: 0, 400: 1, -1: 1} {
		r := newRig(t, 0, 1)
		r.task.Card = func(context.Context, string) (shop.Shop, error) {
			return documents.Card{
				Shop:          shop.Shop{Code: "acme", ConnectedAt: start.Add(-24 * time.Hour)},
				OrderSettings: orders.OrderSettings{KeepProcessedOrders: days},
			}.Stored()
		}
		r.run("")
		r.process("#1001")
		r.at = r.at.Add(100 * 24 * time.Hour)
		if r.run(""); r.copies() != want {
			t.Errorf("%d days: %d copies, want %d", days, r.copies(), want)
		}
	}
}

// What an order's own change or a crash interrupts is done the next day.
func TestShrinkingUnderFaults(t *testing.T) {
	before := func(r *rig) time.Time { return r.now().AddDate(0, 0, -90) }
	r := newRig(t, 0, 3)
	r.run("")
	r.process("#1001")
	r.process("#1002")
	r.at = r.at.Add(91 * 24 * time.Hour)
	r.injector.Arm(1, faulty.Before, true)
	if err := r.stage.Shrink(t.Context(), r.jobs, r.lease, "acme", before(r)); err == nil {
		t.Error("the write did not fail")
	}
	r.injector.Revive()
	r.open()
	old := r.lease
	r.claim()
	if err := r.stage.Shrink(t.Context(), r.jobs, old, "acme", before(r)); err == nil || errors.Is(err, table.ErrConflict) || r.copies() != 3 {
		t.Errorf("an old owner: %v, %d copies", err, r.copies())
	}
	if err := r.stage.Shrink(t.Context(), r.jobs, r.lease, "acme", before(r)); err != nil || r.copies() != 1 {
		t.Errorf("%v, %d copies", err, r.copies())
	}
}
