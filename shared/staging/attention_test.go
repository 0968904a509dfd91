package staging_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/documents"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/staging"
)

// outcome stores what became of an order that waits.
func (r *rig) outcome(id string, o documents.Outcome) {
	r.t.Helper()
	p, ok, err := r.stage.PendingByID(r.t.Context(), "acme", id)
	if err != nil || !ok {
		r.t.Fatalf("order %s does not wait: %v", id, err)
	}
	o.Pending = p
	if o.Issue != nil {
		o.Issue.Kind, o.Issue.Record, o.Issue.Name, o.Issue.Shop = "order", id, p.Name, "acme"
	}
	if _, err := r.stage.Save(r.t.Context(), r.jobs, r.lease, []documents.Outcome{o}); err != nil {
		r.t.Fatal(err)
	}
}

// refuse stores that the order's document has another total.
func (r *rig) refuse(id string) {
	r.t.Helper()
	i, total := documents.Explained.New(documents.TotalDiffers, "10 and 11"), amount("11").Shop
	r.outcome(id, documents.Outcome{Issue: &i, Differs: &total, Tried: "print", NotBefore: r.now().AddDate(10, 0, 0)})
}

func (r *rig) pending(id string) documents.Pending {
	r.t.Helper()
	p, ok, err := r.stage.PendingByID(r.t.Context(), "acme", id)
	if err != nil || !ok {
		r.t.Fatalf("order %s does not wait: %v", id, err)
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
			r.change(0, func(o *orders.Order) { o.Tags = []string{"x"} })
			r.run("")
		}, orders.Attention, "print"},
		{"a filter keeps it out for a while", func(r *rig) {
			r.change(0, func(o *orders.Order) { o.Tags = []string{"x"} })
			r.run(`{"fullyPaid":true}`)
			r.at = r.at.Add(time.Hour)
			r.run("")
		}, orders.Ready, ""},
		{"it cannot be read for a while", func(r *rig) {
			r.change(0, func(o *orders.Order) { o.Tags = []string{"x"} })
			r.source.broken["5000"] = true
			r.run("")
			r.change(0, func(o *orders.Order) { o.Tags = nil })
			delete(r.source.broken, "5000")
			r.run("")
		}, orders.Ready, ""},
		{"a person wants it", func(r *rig) {
			if _, err := r.stage.Decide(r.t.Context(), "acme", "#1001", staging.Retry); err != nil {
				r.t.Fatal(err)
			}
		}, orders.Ready, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 2)
			r.run("")
			r.refuse("5000")
			r.at = r.at.Add(time.Minute)
			c.then(r)
			v := r.view("#1001")
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
	r.run("")
	r.refuse("5000")
	if _, err := r.stage.Decide(t.Context(), "acme", "#1001", staging.Accept); err != nil {
		t.Fatal(err)
	}
	r.at = r.at.Add(time.Minute)
	r.change(0, func(o *orders.Order) { o.Tags = []string{"x"} })
	r.run("")
	if p := r.pending("5000"); p.Accepted == nil {
		t.Error("a tag has ended the acceptance")
	}
	r.change(0, func(o *orders.Order) { o.CurrentTotal = amount("12") })
	r.run("")
	if p := r.pending("5000"); p.Accepted != nil {
		t.Errorf("with another total %v is still accepted", p.Accepted)
	}
}

func TestSkippedOrderKeepsItsReason(t *testing.T) {
	r := newRig(t, 0, 1)
	r.run("")
	i := documents.Explained.New(documents.Unconfirmed, "#1001")
	r.outcome("5000", documents.Outcome{Issue: &i})
	r.at = r.at.Add(time.Minute)
	r.change(0, func(*orders.Order) {}) // updated, and as it was
	r.run("")
	if v := r.view("#1001"); v.State != orders.Skipped || v.Reason != i.Text {
		t.Errorf("the order is %s for %q, want %q", v.State, v.Reason, i.Text)
	}
	r.change(0, func(o *orders.Order) { o.Note = "confirmed now" })
	r.run("")
	if v := r.view("#1001"); v.State != orders.Ready || v.Reason != "" {
		t.Errorf("changed, it is %s for %q", v.State, v.Reason)
	}
}

// A person unlinks the document while its number is on its way to Shopify.
func TestNumberOfAnotherDocument(t *testing.T) {
	r := newRig(t, 0, 1)
	r.run("")
	r.process("#1001")
	todo, err := r.stage.Unwritten(t.Context(), "acme", 10)
	if err != nil || len(todo) != 1 {
		t.Fatal(todo, err)
	}
	if _, err := r.stage.Decide(t.Context(), "acme", "#1001", staging.Unlink); err != nil {
		t.Fatal(err)
	}
	if err := r.stage.SaveWritten(t.Context(), r.jobs, r.lease, todo); err != nil {
		t.Fatal(err)
	}
	r.outcome("5000", documents.Outcome{Link: &documents.Link{Type: "Order", ID: "guid2", Number: "SO2", Total: amount("10").Shop}})
	todo, err = r.stage.Unwritten(t.Context(), "acme", 10)
	if err != nil || len(todo) != 1 || todo[0].Number != "SO2" {
		t.Errorf("to write %+v, %v; want the number of the second document", todo, err)
	}
}

// The overlap does not reach back before the shop was connected.
func TestNothingFromBeforeTheConnection(t *testing.T) {
	r := newRig(t, 0, 0)
	connected := start.Add(-24 * time.Hour)
	r.at = connected.Add(time.Hour)
	r.source.put(order(1, connected.Add(-3*time.Minute)))
	r.source.put(order(2, connected.Add(time.Minute)))
	for range 3 {
		r.run("")
		r.at = r.at.Add(20 * time.Minute)
	}
	vs, _, err := r.stage.List(t.Context(), "acme", "", "", 0)
	if err != nil || !slices.EqualFunc(vs, []string{"#1003"}, func(v staging.View, n string) bool { return v.Name == n }) {
		t.Errorf("imported %+v, %v; want the order of after the connection alone", vs, err)
	}
}

func TestFindByWhatPeopleSay(t *testing.T) {
	r := newRig(t, 0, 3)
	o := r.source.orders["5001"]
	o.Name = "EU2026-1002-B"
	r.source.put(o)
	r.change(2, func(o *orders.Order) {
		o.Lines = nil
		for i := range 700 { // a copy of several parts
			o.Lines = append(o.Lines, orders.Line{ID: "x", Title: string(noise(i, 800))})
		}
	})
	r.run("")
	r.at = r.at.Add(time.Hour)
	for name, want := range map[string]string{
		"#1001": "5000", "1001": "5000", "5000": "5000", "EU2026-1002-B": "5001", "eu2026-1002-b": "5001", "#1003": "5002",
		"5000#p1": "", "5002#p1": "", "5002#p2": "", "": "", "#": "", "#9": "", "99999999999999999999": "", "1002": "5001", "\x00": "",
	} {
		v, err := r.stage.Find(t.Context(), "acme", name)
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
	r.run("")
	if v := r.view("#1001"); v.Total.String() != "10.00 EUR" {
		t.Errorf("before: %s", v.Total)
	}
	r.outcome("5000", documents.Outcome{Link: &documents.Link{Type: "Order", ID: "g", Number: "SO9", Total: money.Amount{Value: decimal.RequireFromString("11.50"), Currency: "USD"}}})
	vs, _, err := r.stage.List(t.Context(), "acme", "", "", 0)
	if err != nil || len(vs) != 1 || vs[0].Total.String() != "11.50 USD" {
		t.Errorf("%+v, %v", vs, err)
	}
}
