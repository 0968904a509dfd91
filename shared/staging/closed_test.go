package staging_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
	"backroom/shared/products"
	"backroom/shared/staging"
	"backroom/shared/table"
)

func handMade(number, external string) *orders.HandMade {
	return &orders.HandMade{Type: "Order", ID: "by-hand-" + number, Number: number, External: external, Total: orderstest.Amount("10").Shop}
}

// decide decides about an order, which must be allowed.
func (r *rig) decide(name string, w staging.Wish) staging.View {
	r.T.Helper()
	v, err := r.Stage.DecideBy(r.T.Context(), "acme", name, w)
	if err != nil {
		r.T.Fatal(err)
	}
	return v
}

func (r *rig) unmapped(id string) {
	r.T.Helper()
	i := documents.Explained.New(products.ItemUnmapped, "Mug")
	r.outcome(id, documents.Outcome{Issue: &i, Tried: "print"})
}

// TestClosing: from which states a person may close an order, and what keeps it from
// that. What is closed wants no document, has no issue, and is on the list of its state.
func TestClosing(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(*rig)
		wish   staging.Wish
		state  orders.State // "": refused
		says   string       // of a refusal
	}{
		{"done while it needs attention", func(r *rig) { r.unmapped("5000") }, staging.Wish{Decision: staging.Done, Document: handMade("SO77", "")}, orders.Done, ""},
		{"done before it was tried", func(*rig) {}, staging.Wish{Decision: staging.Done, Document: handMade("SO77", "#1001-5000")}, orders.Done, ""},
		{"dismissed", func(r *rig) { r.unmapped("5000") }, staging.Wish{Decision: staging.Dismiss, Because: "a trial"}, orders.Dismissed, ""},
		{"dismissed while a filter keeps it out", func(r *rig) {
			r.Change(0, func(o *orders.Order) { o.Tags = []string{"x"} })
			r.Run(`{"fullyPaid":true}`)
		}, staging.Wish{Decision: staging.Dismiss}, orders.Dismissed, ""},
		{"dismissed while it cannot be read", func(r *rig) {
			r.Touch(0, 0)
			r.Source.Broken["5000"] = true
			r.Source.Put(orderstest.Order(1, r.Now()))
			r.Run("")
		}, staging.Wish{Decision: staging.Dismiss}, orders.Dismissed, ""},
		{"done without a document", func(*rig) {}, staging.Wish{Decision: staging.Done}, "", "needs the number"},
		{"done by the document of another, as stored", func(r *rig) {
			r.Source.Put(orderstest.Order(1, r.Now()))
			r.Run("")
			r.Process("#1002")
		}, staging.Wish{Decision: staging.Done, Document: handMade("so1", "")}, "", "so1 is the document of order #1002"},
		{"done by the document of another, made by hand", func(r *rig) {
			r.Source.Put(orderstest.Order(1, r.Now()))
			r.Run("")
			r.decide("#1002", staging.Wish{Decision: staging.Done, Document: handMade("SO77", "")})
		}, staging.Wish{Decision: staging.Done, Document: handMade("SO77", "")}, "", "SO77 is the document of order #1002"},
		{"done by the document of another, by its external number", func(r *rig) {
			o := orderstest.Order(1, r.Now())
			o.ID = "5000000001"
			r.Source.Put(o)
			r.Run("")
		}, staging.Wish{Decision: staging.Done, Document: handMade("SO77", "#1002-5000000001")}, "", "SO77 is the document of order #1002"},
		{"while a create is under way", func(r *rig) { r.outcome("5000", documents.Outcome{SentAt: r.Now()}) }, staging.Wish{Decision: staging.Dismiss}, "", "was sent"},
		{"while a document of ours is there", func(r *rig) {
			i := documents.Explained.New(documents.DocumentDiffers, "city")
			r.outcome("5000", documents.Outcome{Issue: &i, Own: "guid"})
		}, staging.Wish{Decision: staging.Dismiss}, "", "is in Business Central"},
		{"once it has its document", func(r *rig) { r.Process("#1001") }, staging.Wish{Decision: staging.Dismiss}, "", "is processed"},
		{"reopened without being closed", func(*rig) {}, staging.Wish{Decision: staging.Reopen}, "", "is ready"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 1)
			r.Run("")
			c.before(r)
			was := r.View("5000")
			c.wish.By = "jo"
			v, err := r.Stage.DecideBy(t.Context(), "acme", "5000", c.wish)
			if c.state == "" {
				if now := r.View("5000"); !errors.Is(err, staging.ErrNotNow) || !strings.Contains(err.Error(), c.says) || now.State != was.State || len(now.Decisions) != len(was.Decisions) {
					t.Fatalf("%v, %+v", err, now)
				}
				return
			}
			if err != nil || v.State != c.state || v.Issue != nil || v.Closed == nil || v.Closed.By != "jo" || v.Closed.Because != c.wish.Because {
				t.Fatalf("%+v, %v", v, err)
			}
			last := v.Decisions[len(v.Decisions)-1]
			if last.Decision != c.wish.Decision || last.Because != c.wish.Because || (last.Document != "") != (c.state == orders.Done) {
				t.Errorf("the trail says %+v", last)
			}
			if vs, _, err := r.Stage.List(t.Context(), "acme", c.state, "", 0); err != nil || len(vs) != 1 || vs[0].ID != "5000" {
				t.Errorf("listed %+v, %v", vs, err)
			}
			if p, waits, err := r.Stage.PendingByID(t.Context(), "acme", "5000"); err != nil || waits {
				t.Errorf("it waits: %+v, %v", p, err)
			}
			if is, err := r.Stage.Issues.List(t.Context(), "acme"); err != nil || len(is) != 0 {
				t.Errorf("issues %+v, %v", is, err)
			}
		})
	}
}

// TestAClosedOrderThatChanges: it stays closed, and what it has changed in is said,
// until a person accepts it, it is as it was, or the order is reopened.
func TestAClosedOrderThatChanges(t *testing.T) {
	done, dismissed := staging.Wish{Decision: staging.Done, Document: handMade("SO77", "")}, staging.Wish{Decision: staging.Dismiss}
	cancel := func(o *orders.Order) { o.CancelledAt = orderstest.Start }
	dearer := func(o *orders.Order) { o.CurrentTotal = orderstest.Amount("12") }
	for _, c := range []struct {
		name   string
		wish   staging.Wish
		change func(*orders.Order)
		reason issue.Reason // "": nobody need know
	}{
		{"a tag of a done one", done, func(o *orders.Order) { o.Tags = []string{"x"} }, ""},
		{"the total of a done one", done, dearer, orders.ChangedAfterClosing},
		{"a done one is cancelled", done, cancel, orders.CancelledAfterClosing},
		{"money of a done one goes back", done, func(o *orders.Order) {
			o.Refunds = []orders.Refund{{ID: "9", Amount: orderstest.Amount("3")}}
		}, orders.ChangedAfterClosing},
		{"the total of a dismissed one", dismissed, dearer, orders.ChangedAfterClosing},
		{"a dismissed one is cancelled", dismissed, cancel, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 1)
			r.Run("")
			closed := r.decide("#1001", c.wish).State
			before := r.Source.Sold["5000"]
			r.Change(0, c.change)
			r.Run("")
			v := r.View("#1001")
			if c.reason == "" {
				if v.State != closed || v.Issue != nil || v.Closed == nil {
					t.Fatalf("%+v", v)
				}
				return
			}
			if v.State != orders.Conflict || v.Issue == nil || v.Issue.Reason != c.reason || v.Closed == nil || v.Document != nil {
				t.Fatalf("%+v, issue %+v", v, v.Issue)
			}
			if _, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Unlink); !errors.Is(err, staging.ErrNotNow) {
				t.Errorf("unlinked, with no document of ours: %v", err)
			}
			r.Change(0, func(o *orders.Order) { *o = before })
			r.Run("")
			if v := r.View("#1001"); v.State != closed || v.Issue != nil {
				t.Errorf("as it was again: %+v", v)
			}
			r.Change(0, c.change)
			r.Run("")
			if v := r.decide("#1001", staging.Wish{Decision: staging.Accept}); v.State != closed || v.Issue != nil {
				t.Errorf("accepted: %+v", v)
			}
			r.Touch(0, 0)
			r.Run("")
			if v := r.View("#1001"); v.State != closed || v.Issue != nil {
				t.Errorf("later: %+v", v)
			}
		})
	}
}

// TestReopened: a closed order wants a document again, whether its copy is still there
// or is read anew; nothing is left of its hand-made document.
func TestReopened(t *testing.T) {
	for _, shrunk := range []bool{false, true} {
		r := newRig(t, 0, 2)
		r.Run("")
		r.unmapped("5000")
		r.decide("#1001", staging.Wish{Decision: staging.Done, Document: handMade("SO77", "")})
		r.decide("#1002", staging.Wish{Decision: staging.Dismiss})
		if shrunk {
			r.At = r.At.AddDate(0, 4, 0)
			for range 2 { // the second finds nothing more to drop
				if err := r.Stage.Shrink(t.Context(), r.Jobs, r.Lease, "acme", r.At.AddDate(0, -3, 0)); err != nil {
					t.Fatal(err)
				}
			}
			if n := r.copiesOf("5000") + r.copiesOf("5001"); n != 0 {
				t.Fatalf("%d copies after so long", n)
			}
			if vs, _, err := r.Stage.List(t.Context(), "acme", orders.Done, "", 0); err != nil || len(vs) != 1 {
				t.Errorf("done and old: %+v, %v", vs, err)
			}
			r.Run("")
			if v := r.View("#1001"); v.State != orders.Done || v.Issue != nil {
				t.Errorf("read again: %+v", v)
			}
		}
		want := orders.Ready
		if shrunk {
			want = orders.Unread
		}
		if v := r.decide("#1001", staging.Wish{Decision: staging.Reopen}); v.State != want || v.Closed != nil {
			t.Fatalf("shrunk %v: %+v", shrunk, v)
		}
		r.Run("")
		if p := r.pending("5000"); p.Tried != "" {
			t.Errorf("it will not be tried: %+v", p)
		}
		if vs, err := r.Stage.OfDocument(t.Context(), "acme", "SO77"); err != nil || len(vs) != 0 {
			t.Errorf("of the document: %+v, %v", vs, err)
		}
		r.decide("#1002", staging.Wish{Decision: staging.Reopen})
		r.decide("#1002", staging.Wish{Decision: staging.Done, Document: handMade("SO77", "")})
	}
}

// TestFoundByTheDocument: whichever release has stored it, however its number is
// written, and not once the document is another's.
func TestFoundByTheDocument(t *testing.T) {
	r := newRig(t, 0, 3)
	r.Run("")
	r.Process("#1001")
	for _, it := range r.items("SHOP#acme#DOC") { // as an earlier release left it
		if err := r.Table.Write(t.Context(), table.Delete(it.Key, table.Always)); err != nil {
			t.Fatal(err)
		}
	}
	named := func(number string) (names []string) {
		t.Helper()
		vs, err := r.Stage.OfDocument(t.Context(), "acme", number)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range vs {
			names = append(names, v.Name)
		}
		return names
	}
	for number, want := range map[string][]string{"SO1": {"#1001"}, " so1": {"#1001"}, "SO": nil, "SO11": nil, "": nil, "#": nil} {
		if got := named(number); !slices.Equal(got, want) {
			t.Errorf("document %q is of %v, want %v", number, got, want)
		}
	}
	r.outcome("5001", documents.Outcome{Link: &documents.Link{Type: "Order", ID: "g2", Number: "SO2", Total: orderstest.Amount("10").Shop}})
	r.decide("#1003", staging.Wish{Decision: staging.Done, Document: handMade("SO3", "")})
	if got := slices.Concat(named("SO2"), named("SO3")); !slices.Equal(got, []string{"#1002", "#1003"}) {
		t.Errorf("SO2 and SO3 are of %v", got)
	}
	r.unlink("#1001")
	if got := named("SO1"); got != nil {
		t.Errorf("once it is unlinked, SO1 is of %v", got)
	}
}

// TestManyDocumentsAtOnce: as many outcomes as one call takes are stored with what
// finds them by their documents.
func TestManyDocumentsAtOnce(t *testing.T) {
	const n = 45
	r := newRig(t, 0, n)
	r.Run("")
	ps, _, err := r.Stage.Pending(t.Context(), "acme", "", n)
	if err != nil || len(ps) != n {
		t.Fatal(len(ps), err)
	}
	var os []documents.Outcome
	for _, p := range ps {
		os = append(os, documents.Outcome{Pending: p, Link: &documents.Link{Type: "Order", ID: "g" + p.ID, Number: "SO" + p.ID, Total: orderstest.Amount("10").Shop}})
	}
	if _, err := r.Stage.Save(t.Context(), r.Jobs, r.Lease, os); err != nil {
		t.Fatal(err)
	}
	for _, p := range ps {
		if vs, err := r.Stage.OfDocument(t.Context(), "acme", "SO"+p.ID); err != nil || len(vs) != 1 || vs[0].ID != p.ID {
			t.Fatalf("%s: %+v, %v", p.Name, vs, err)
		}
	}
}

func (r *rig) items(pk string) []table.Item {
	r.T.Helper()
	p, err := r.Table.Query(r.T.Context(), table.Query{PK: pk})
	if err != nil {
		r.T.Fatal(err)
	}
	return p.Items
}
