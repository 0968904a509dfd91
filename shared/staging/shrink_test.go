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
	"backroom/shared/orders/orderstest"
	"backroom/shared/shop"
	"backroom/shared/staging"
	"backroom/shared/table"
)

// copies is the number of parts of copies that are stored.
func (r *rig) copies() int {
	r.T.Helper()
	p, err := r.Table.Query(r.T.Context(), table.Query{PK: "SHOP#acme#ORD"})
	if err != nil || p.Next != "" {
		r.T.Fatal(err, p.Next)
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
	r.Run("")
	r.Process("#1001")
	r.Process("#1002")
	r.At = r.At.Add(89 * 24 * time.Hour)
	if r.Run(""); r.copies() != 3 {
		t.Fatalf("%d copies after 89 days", r.copies())
	}
	r.At = r.At.Add(2 * 24 * time.Hour)
	if r.Run(""); r.copies() != 1 {
		t.Fatalf("%d copies after 91 days, want that of the order without document", r.copies())
	}
	return r
}

func TestProcessedOrdersShrink(t *testing.T) {
	orderstest.EachLag(t, func(t *testing.T, lag time.Duration) {
		t.Helper()
		r := shrunken(t, lag)
		if v := r.View("#1001"); v.State != orders.Processed || v.Document == nil || v.Document.Number != "SO1" {
			t.Errorf("%+v", v)
		}
		read := r.Source.Details
		if r.Run(""); r.Source.Details != read {
			t.Errorf("%d orders were read again", r.Source.Details-read)
		}
		// A change that matters is a conflict still, one that does not is none.
		r.Change(0, func(o *orders.Order) { o.ShippingTotal = orderstest.Amount("4.90") })
		r.Change(1, func(o *orders.Order) { o.Tags = []string{"gift"} })
		r.Run("")
		if v := r.View("#1001"); v.State != orders.Conflict || v.Issue == nil {
			t.Errorf("%+v", v)
		}
		if v := r.View("#1002"); v.State != orders.Processed || v.Issue != nil {
			t.Errorf("%+v", v)
		}
		if r.copies() != 3 {
			t.Errorf("%d copies, want those of the two that changed too", r.copies())
		}
		// The one without conflict shrinks again, the other is kept while somebody must look.
		r.At = r.At.Add(25 * time.Hour)
		if r.Run(""); r.copies() != 2 {
			t.Errorf("%d copies", r.copies())
		}
		if _, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Accept); err != nil {
			t.Fatal(err)
		}
		r.At = r.At.Add(25 * time.Hour)
		if r.Run(""); r.copies() != 1 {
			t.Errorf("%d copies", r.copies())
		}
	})
}

// An order whose copy is gone is read anew before it gets another document.
func TestUnlinkedAfterShrinking(t *testing.T) {
	orderstest.EachLag(t, func(t *testing.T, lag time.Duration) {
		t.Helper()
		r := shrunken(t, lag)
		v, err := r.Stage.Decide(t.Context(), "acme", "#1002", staging.Unlink)
		if err != nil || v.State != orders.Unread || v.Document != nil {
			t.Fatalf("%+v, %v", v, err)
		}
		r.At = r.At.Add(time.Minute)
		r.Run("")
		if v := r.View("#1002"); v.State != orders.Ready || v.Issue != nil {
			t.Errorf("%+v", v)
		}
		os, err := r.Stage.Load(t.Context(), []documents.Pending{r.pending("5001")})
		if err != nil || len(os) != 1 || os[0].ID != "5001" {
			t.Errorf("%v, %v", os, err)
		}
	})
}

// A copy is kept for as long as the shop card says.
func TestHowLongCopiesAreKept(t *testing.T) {
	for days, want := range map[int]int{0: 0, 7: 0, 400: 1, -1: 1} {
		r := newRig(t, 0, 1)
		r.Import.Card = func(context.Context, string) (shop.Shop, error) {
			return documents.Card{
				Shop:          shop.Shop{Code: "acme", ConnectedAt: orderstest.Start.Add(-24 * time.Hour)},
				OrderSettings: orders.OrderSettings{KeepProcessedOrders: days},
			}.Stored()
		}
		r.Run("")
		r.Process("#1001")
		r.At = r.At.Add(100 * 24 * time.Hour)
		if r.Run(""); r.copies() != want {
			t.Errorf("%d days: %d copies, want %d", days, r.copies(), want)
		}
	}
}

// What an order's own change or a crash interrupts is done the next day.
func TestShrinkingUnderFaults(t *testing.T) {
	before := func(r *rig) time.Time { return r.Now().AddDate(0, 0, -90) }
	r := newRig(t, 0, 3)
	r.Run("")
	r.Process("#1001")
	r.Process("#1002")
	r.At = r.At.Add(91 * 24 * time.Hour)
	r.Injector.Arm(1, faulty.Before, true)
	if err := r.Stage.Shrink(t.Context(), r.Jobs, r.Lease, "acme", before(r)); err == nil {
		t.Error("the write did not fail")
	}
	r.Injector.Revive()
	r.Open()
	old := r.Lease
	r.Claim()
	if err := r.Stage.Shrink(t.Context(), r.Jobs, old, "acme", before(r)); err == nil || errors.Is(err, table.ErrConflict) || r.copies() != 3 {
		t.Errorf("an old owner: %v, %d copies", err, r.copies())
	}
	if err := r.Stage.Shrink(t.Context(), r.Jobs, r.Lease, "acme", before(r)); err != nil || r.copies() != 1 {
		t.Errorf("%v, %d copies", err, r.copies())
	}
}
