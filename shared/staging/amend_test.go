package staging_test

import (
	"testing"
	"time"

	"backroom/shared/documents"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
	"backroom/shared/staging"
)

// amending are the ids of the orders whose documents are to be amended.
func (r *rig) amending() (ids []string) {
	r.T.Helper()
	ps, _, err := r.Stage.Amending(r.T.Context(), "acme", "", 10)
	if err != nil {
		r.T.Fatal(err)
	}
	for _, p := range ps {
		ids = append(ids, p.ID)
	}
	return ids
}

// changed is a processed order that has a price changed since.
func changed(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, 0, 1)
	r.Run("")
	r.Process("#1001")
	r.Change(0, func(o *orders.Order) { o.Lines[0].UnitPrice = orderstest.Amount("4") })
	r.At = r.At.Add(time.Minute)
	r.Run("")
	return r
}

func (r *rig) decides(d staging.Decision) {
	r.T.Helper()
	if _, err := r.Stage.Decide(r.T.Context(), "acme", "#1001", d); err != nil {
		r.T.Fatal(err)
	}
}

// What a document's order has changed in is kept as long as it is in conflict, and
// whether it is to be amended as long as it is this change.
func TestWhatIsToBeAmended(t *testing.T) {
	price := orders.Difference{What: "price", Of: "line 1", Line: "0", Before: "5.00", After: "4.00"}
	r := changed(t)
	if v := r.state("#1001"); v.State != orders.Conflict || len(v.Changes) != 1 || v.Changes[0] != price {
		t.Fatalf("%s with %+v, want %+v", v.State, v.Changes, price)
	}
	if ids := r.amending(); len(ids) > 0 {
		t.Errorf("%q are amended though nobody has said so", ids)
	}
	r.decides(staging.Amend)
	r.At = r.At.Add(time.Hour)
	r.Run("") // a read that shows nothing new
	if ids, v := r.amending(), r.state("#1001"); len(ids) != 1 || len(v.Changes) != 1 || v.Issue == nil {
		t.Errorf("after a read that shows nothing new %q are amended, with %+v and the issue %+v", ids, v.Changes, v.Issue)
	}
	r.Change(0, func(o *orders.Order) { o.Lines[0].UnitPrice = orderstest.Amount("3") })
	r.At = r.At.Add(time.Minute)
	r.Run("")
	if ids, v := r.amending(), r.state("#1001"); len(ids) > 0 || v.Changes[0].After != "3.00" {
		t.Errorf("%q are amended after another change, %+v", ids, v.Changes)
	}
}

// What ends a conflict ends what was to be done about it.
func TestWhatEndsAConflict(t *testing.T) {
	i := documents.Explained.New(documents.NotAmended, "#1001")
	for _, tt := range []struct {
		name  string
		then  func(*rig)
		state orders.State
		left  int // changes
	}{
		{"accepted", func(r *rig) { r.decides(staging.Accept) }, orders.Processed, 0},
		{"unlinked", func(r *rig) { r.decides(staging.Unlink) }, orders.Ready, 0},
		{"changed back", func(r *rig) {
			r.Change(0, func(o *orders.Order) { o.Lines[0].UnitPrice = orderstest.Amount("5") })
			r.At = r.At.Add(time.Minute)
			r.Run("")
		}, orders.Processed, 0},
		{"its document is gone", func(r *rig) { r.amended(documents.Outcome{Amended: true}) }, orders.Ready, 0},
		{"it was not amended", func(r *rig) { r.amended(documents.Outcome{Issue: &i}) }, orders.Conflict, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := changed(t)
			r.decides(staging.Amend)
			tt.then(r)
			v := r.state("#1001")
			if ids := r.amending(); len(ids) > 0 || v.State != tt.state || len(v.Changes) != tt.left || (v.Document != nil) != (tt.state != orders.Ready) {
				t.Errorf("%s with %+v and document %v, %q are amended", v.State, v.Changes, v.Document, ids)
			}
		})
	}
}

// amended stores what became of the amendment.
func (r *rig) amended(o documents.Outcome) {
	r.T.Helper()
	ps, _, err := r.Stage.Amending(r.T.Context(), "acme", "", 10)
	if err != nil || len(ps) != 1 || !ps[0].Asked || ps[0].Link == nil {
		r.T.Fatal(ps, err)
	}
	if o.Pending = ps[0]; o.Issue != nil {
		o.Issue.Kind, o.Issue.Record, o.Issue.Name, o.Issue.Shop = "order", ps[0].ID, ps[0].Name, "acme"
	}
	if _, err := r.Stage.Save(r.T.Context(), r.Jobs, r.Lease, []documents.Outcome{o}); err != nil {
		r.T.Fatal(err)
	}
}

// Nothing but a changed order with a sales order can be amended.
func TestNothingToAmend(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Run("")
	for range 2 {
		if _, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Amend); err == nil {
			t.Errorf("an order that is %s was amended", r.state("#1001").State)
		}
		if r.state("#1001").State == orders.Ready {
			r.Process("#1001")
		}
	}
}
