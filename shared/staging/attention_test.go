package staging_test

import (
	"errors"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/documents"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
	"backroom/shared/staging"
)

// outcome stores what became of an order that waits.
func (r *rig) outcome(id string, o documents.Outcome) {
	r.T.Helper()
	p, ok, err := r.Stage.PendingByID(r.T.Context(), "acme", id)
	if err != nil || !ok {
		r.T.Fatalf("order %s does not wait: %v", id, err)
	}
	o.Pending = p
	if o.Issue != nil {
		o.Issue.Kind, o.Issue.Record, o.Issue.Name, o.Issue.Shop = "order", id, p.Name, "acme"
	}
	if _, err := r.Stage.Save(r.T.Context(), r.Jobs, r.Lease, []documents.Outcome{o}); err != nil {
		r.T.Fatal(err)
	}
}

// refuse stores that the order's document has another total.
func (r *rig) refuse(id string) {
	r.T.Helper()
	i, total := documents.Explained.New(documents.TotalDiffers, "10 and 11"), orderstest.Amount("11").Shop
	r.outcome(id, documents.Outcome{Issue: &i, Differs: &total, Tried: "print", NotBefore: r.Now().AddDate(10, 0, 0)})
}

func (r *rig) pending(id string) documents.Pending {
	r.T.Helper()
	p, ok, err := r.Stage.PendingByID(r.T.Context(), "acme", id)
	if err != nil || !ok {
		r.T.Fatalf("order %s does not wait: %v", id, err)
	}
	return p
}

// A refused order is either seen as such, or tried again: never neither.
func TestRefusedOrderIsNeverForgotten(t *testing.T) {
	for _, c := range []struct {
		name  string
		then  func(*rig)
		state orders.State
		tried string
	}{
		{"nothing happens", func(*rig) {}, orders.Attention, "print"},
		{"a tag changes", func(r *rig) {
			r.Change(0, func(o *orders.Order) { o.Tags = []string{"x"} })
			r.Run("")
		}, orders.Attention, "print"},
		{"a filter keeps it out for a while", func(r *rig) {
			r.Change(0, func(o *orders.Order) { o.Tags = []string{"x"} })
			r.Run(`{"fullyPaid":true}`)
			r.At = r.At.Add(time.Hour)
			r.Run("")
		}, orders.Ready, ""},
		{"it cannot be read for a while", func(r *rig) {
			r.Change(0, func(o *orders.Order) { o.Tags = []string{"x"} })
			r.Source.Broken["5000"] = true
			r.Run("")
			r.Change(0, func(o *orders.Order) { o.Tags = nil })
			delete(r.Source.Broken, "5000")
			r.Run("")
		}, orders.Ready, ""},
		{"a person wants it", func(r *rig) {
			if _, err := r.Stage.Decide(r.T.Context(), "acme", "#1001", staging.Retry); err != nil {
				r.T.Fatal(err)
			}
		}, orders.Ready, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 2)
			r.Run("")
			r.refuse("5000")
			r.At = r.At.Add(time.Minute)
			c.then(r)
			v := r.View("#1001")
			if v.State != c.state || (v.Issue != nil) != (c.state == orders.Attention) {
				t.Errorf("the order is %s with %+v, want %s", v.State, v.Issue, c.state)
			}
			if p := r.pending("5000"); p.Tried != c.tried {
				t.Errorf("tried %q, want %q: else it waits for years and nobody sees why", p.Tried, c.tried)
			}
		})
	}
}

// What a person has accepted is the total of that time.
func TestAcceptanceEndsWithTheTotal(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Run("")
	r.refuse("5000")
	if _, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Accept); err != nil {
		t.Fatal(err)
	}
	r.At = r.At.Add(time.Minute)
	r.Change(0, func(o *orders.Order) { o.Tags = []string{"x"} })
	r.Run("")
	if p := r.pending("5000"); p.Accepted == nil {
		t.Error("a tag has ended the acceptance")
	}
	r.Change(0, func(o *orders.Order) { o.CurrentTotal = orderstest.Amount("12") })
	r.Run("")
	if p := r.pending("5000"); p.Accepted != nil {
		t.Errorf("with another total %v is still accepted", p.Accepted)
	}
}

func TestSkippedOrderKeepsItsReason(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Run("")
	i := documents.Explained.New(documents.Unconfirmed, "#1001")
	r.outcome("5000", documents.Outcome{Issue: &i})
	r.At = r.At.Add(time.Minute)
	r.Change(0, func(*orders.Order) {}) // updated, and as it was
	r.Run("")
	if v := r.View("#1001"); v.State != orders.Skipped || v.Reason != i.Text {
		t.Errorf("the order is %s for %q, want %q", v.State, v.Reason, i.Text)
	}
	r.Change(0, func(o *orders.Order) { o.Note = "confirmed now" })
	r.Run("")
	if v := r.View("#1001"); v.State != orders.Ready || v.Reason != "" {
		t.Errorf("changed, it is %s for %q", v.State, v.Reason)
	}
}

// A person unlinks the document while its number is on its way to Shopify.
func TestNumberOfAnotherDocument(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Run("")
	r.Process("#1001")
	todo, err := r.Stage.Unwritten(t.Context(), "acme", 10)
	if err != nil || len(todo) != 1 {
		t.Fatal(todo, err)
	}
	if _, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Unlink); err != nil {
		t.Fatal(err)
	}
	if err := r.Stage.SaveWritten(t.Context(), r.Jobs, r.Lease, todo); err != nil {
		t.Fatal(err)
	}
	r.outcome("5000", documents.Outcome{Link: &documents.Link{Type: "Order", ID: "guid2", Number: "SO2", Total: orderstest.Amount("10").Shop}})
	todo, err = r.Stage.Unwritten(t.Context(), "acme", 10)
	if err != nil || len(todo) != 1 || todo[0].Number != "SO2" {
		t.Errorf("to write %+v, %v; want the number of the second document", todo, err)
	}
}

func TestFindByWhatPeopleSay(t *testing.T) {
	r := newRig(t, 0, 3)
	o := r.Source.Sold["5001"]
	o.Name = "EU2026-1002-B"
	r.Source.Put(o)
	r.Change(2, func(o *orders.Order) {
		o.Lines = nil
		for i := range 700 { // a copy of several parts
			o.Lines = append(o.Lines, orders.Line{ID: "x", Title: string(orderstest.Noise(i, 800))})
		}
	})
	r.Run("")
	r.At = r.At.Add(time.Hour)
	for name, want := range map[string]string{
		"#1001": "5000", "1001": "5000", "5000": "5000", "EU2026-1002-B": "5001", "eu2026-1002-b": "5001", "#1003": "5002",
		"5000#p1": "", "5002#p1": "", "5002#p2": "", "": "", "#": "", "#9": "", "99999999999999999999": "", "1002": "5001", "\x00": "",
	} {
		v, err := r.Stage.Find(t.Context(), "acme", name)
		if v.ID != want || (err == nil) != (want != "") {
			t.Errorf("%q is order %q, %v; want %q", name, v.ID, err, want)
		}
		if err != nil && !errors.Is(err, staging.ErrNotFound) {
			t.Errorf("%q: %v, want ErrNotFound", name, err)
		}
	}
}

// A list shows what the document comes to, in its currency.
func TestListsShowTheDocumentsTotal(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Run("")
	if v := r.View("#1001"); v.Total.String() != "10.00 EUR" {
		t.Errorf("before: %s", v.Total)
	}
	r.outcome("5000", documents.Outcome{Link: &documents.Link{Type: "Order", ID: "g", Number: "SO9", Total: money.Amount{Value: decimal.RequireFromString("11.50"), Currency: "USD"}}})
	vs, _, err := r.Stage.List(t.Context(), "acme", "", "", 0)
	if err != nil || len(vs) != 1 || vs[0].Total.String() != "11.50 USD" {
		t.Errorf("%+v, %v", vs, err)
	}
}
