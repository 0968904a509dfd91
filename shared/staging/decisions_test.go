package staging_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"backroom/shared/documents"
	"backroom/shared/faulty"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
	"backroom/shared/outbound"
	"backroom/shared/products"
	"backroom/shared/staging"
	"backroom/shared/table"
)

// rig is an import into a stage, with what these tests ask of it.
type rig struct{ *orderstest.Rig }

func newRig(t *testing.T, lag time.Duration, n int) *rig {
	t.Helper()
	return &rig{orderstest.New(t, lag, n)}
}

// What a write-back says of an order: our own echo is recognised by it, and a
// change of somebody else is not taken for one.
func TestWhatAWriteBackTells(t *testing.T) {
	at := func(seconds int) time.Time {
		return orderstest.Start.Add(-time.Hour + time.Duration(seconds)*time.Second)
	}
	for _, tt := range []struct {
		name          string
		before, after time.Time
		want          time.Time
	}{
		{"nobody changed it", at(0), at(60), at(60)},
		{"somebody changed it before", at(30), at(60), at(0)},
		{"the write changed nothing", at(0), at(0), at(0)},
		{"the read was of an old copy", at(-60), at(-30), at(0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, 0, 1)
			r.Run("")
			r.Process("#1001")
			w := documents.Written{Shop: "acme", ID: "5000", Number: "SO1", Before: tt.before, UpdatedAt: tt.after}
			if err := r.Stage.SaveWritten(t.Context(), r.Jobs, r.Lease, []documents.Written{w}); err != nil {
				t.Fatal(err)
			}
			ks, err := r.Stage.Known(t.Context(), "acme", []string{"5000"})
			if err != nil || !ks[0].UpdatedAt.Equal(tt.want) {
				t.Errorf("known as of %v, %v, want %v", ks[0].UpdatedAt, err, tt.want)
			}
		})
	}
}

// The number of the first document arrives when the second one is linked: that
// one's number is still to be written.
func TestNumberThatArrivesAfterTheNextDocument(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Run("")
	r.Process("#1001")
	todo, err := r.Stage.Unwritten(t.Context(), "acme", 10)
	if err != nil || len(todo) != 1 {
		t.Fatal(todo, err)
	}
	r.unlink("#1001")
	r.outcome("5000", documents.Outcome{Link: &documents.Link{Type: "Order", ID: "guid2", Number: "SO2", Total: orderstest.Amount("10").Shop}})
	if err := r.Stage.SaveWritten(t.Context(), r.Jobs, r.Lease, todo); err != nil {
		t.Fatal(err)
	}
	todo, err = r.Stage.Unwritten(t.Context(), "acme", 10)
	if err != nil || len(todo) != 1 || todo[0].Number != "SO2" {
		t.Errorf("to write %+v, %v; want the number of the second document", todo, err)
	}
}

// While a create may still take effect, nothing forgets when it was sent.
func TestUnknownOutcomeKeepsItsIntent(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Run("")
	sent := r.Now()
	r.outcome("5000", documents.Outcome{SentAt: sent})
	i := documents.Explained.New(outbound.OutcomeUnknown, "#1001")
	r.outcome("5000", documents.Outcome{Issue: &i, Unknown: true})
	if p := r.pending("5000"); !p.SentAt.Equal(sent) {
		t.Errorf("sent at %v, want %v", p.SentAt, sent)
	}
	if v := r.View("#1001"); v.State != orders.Creating {
		t.Errorf("it is %s, want creating", v.State)
	}
	// Known not to have taken effect, it is.
	j := documents.Explained.New(documents.TotalDiffers, "10 and 11")
	r.outcome("5000", documents.Outcome{Issue: &j, Tried: "print"})
	if p := r.pending("5000"); !p.SentAt.IsZero() {
		t.Errorf("sent at %v, want nothing under way", p.SentAt)
	}
}

// Copies are kept by the age of the document, not by that of the order, and as
// long as something of the order could not be read.
func TestCopiesThatAreStillWanted(t *testing.T) {
	for _, tt := range []struct {
		name string
		then func(r *rig) // after it waited for 85 days
		want int          // copies, 10 days later
	}{
		{"its document is old", func(r *rig) {}, 0},
		{"its document is new", func(r *rig) { r.unlink("#1001"); r.Process("#1001") }, 1},
		{"its last change could not be read", func(r *rig) {
			r.Touch(0, 0)
			r.Source.Broken["5000"] = true
			r.Source.Put(orderstest.Order(1, r.Now())) // one that can be read
			r.Run("")
			delete(r.Source.Sold, "5001")
		}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, 0, 1)
			r.Run("")
			r.Process("#1001")
			r.At = r.At.Add(85 * 24 * time.Hour)
			tt.then(r)
			r.At = r.At.Add(10 * 24 * time.Hour)
			before := orderstest.Start.Add(5 * 24 * time.Hour)
			if err := r.Stage.Shrink(t.Context(), r.Jobs, r.Lease, "acme", before); err != nil {
				t.Fatal(err)
			}
			if got := r.copiesOf("5000"); got != tt.want {
				t.Errorf("%d copies, want %d", got, tt.want)
			}
		})
	}
}

func (r *rig) unlink(name string) {
	r.T.Helper()
	if _, err := r.Stage.Decide(r.T.Context(), "acme", name, staging.Unlink); err != nil {
		r.T.Fatal(err)
	}
}

// copiesOf is the number of parts of the copy of an order that are stored.
func (r *rig) copiesOf(id string) (n int) {
	r.T.Helper()
	p, err := r.Table.Query(r.T.Context(), table.Query{PK: "SHOP#acme#ORD", Prefix: id + "#"})
	if err != nil {
		r.T.Fatal(err)
	}
	return len(p.Items)
}

// What was decided from an earlier state of an order is not stored over a later one.
func TestNothingIsStoredOverALaterState(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Run("")
	p := r.pending("5000")
	ks, err := r.Stage.Known(t.Context(), "acme", []string{"5000"})
	if err != nil {
		t.Fatal(err)
	}
	r.Touch(0, 0)
	r.Run("")
	want := r.View("#1001")
	i := documents.Explained.New(documents.TotalDiffers, "10 and 11")
	_, err = r.Stage.Save(t.Context(), r.Jobs, r.Lease, []documents.Outcome{{Pending: p, Issue: &i, Tried: "print"}})
	if !errors.Is(err, table.ErrConflict) {
		t.Errorf("an outcome: %v, want a conflict", err)
	}
	o := orderstest.Order(0, orderstest.Start)
	staged := []orders.Staged{{Known: ks[0], State: orders.Ready, Order: &o, UpdatedAt: o.UpdatedAt, Hash: "earlier"}}
	if err = r.Stage.Put(t.Context(), r.Jobs, r.Lease, "acme", staged, time.Time{}); !errors.Is(err, table.ErrConflict) {
		t.Errorf("an import: %v, want a conflict", err)
	}
	if got := r.View("#1001"); got.State != want.State || got.Issue != nil || len(r.Behind()) > 0 {
		t.Errorf("it is %+v, want %+v", got, want)
	}
}

func TestDecisions(t *testing.T) {
	conflict := func(t *testing.T) *rig {
		t.Helper()
		r := newRig(t, 0, 1)
		r.Run("")
		r.Process("#1001")
		r.Change(0, func(o *orders.Order) { o.ShippingTotal = orderstest.Amount("4.90") })
		r.Run("")
		return r
	}
	t.Run("a conflict is accepted", func(t *testing.T) {
		r := conflict(t)
		if v, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Accept); err != nil || v.State != orders.Processed {
			t.Fatal(v.State, err)
		}
		r.Change(0, func(o *orders.Order) { o.Tags = []string{"x"} })
		r.Run("")
		if v := r.View("#1001"); v.State != orders.Processed || v.Issue != nil {
			t.Errorf("afterwards it is %s with %+v", v.State, v.Issue)
		}
	})
	t.Run("a document is forgotten", func(t *testing.T) {
		r := conflict(t)
		if v, err := r.Stage.Decide(t.Context(), "acme", "1001", staging.Unlink); err != nil || v.State != orders.Ready || v.Document != nil {
			t.Fatal(v, err)
		}
	})
	t.Run("a difference is accepted", func(t *testing.T) {
		r := newRig(t, 0, 1)
		r.Run("")
		p, _, err := r.Stage.PendingByID(t.Context(), "acme", "5000")
		if err != nil {
			t.Fatal(err)
		}
		i, total := documents.Explained.New(documents.TotalDiffers, "10 and 11"), orderstest.Amount("11").Shop
		i.Kind, i.Record, i.Name = "order", "5000", "#1001"
		if _, err := r.Stage.Save(t.Context(), r.Jobs, r.Lease, []documents.Outcome{{Pending: p, Issue: &i, Differs: &total, Tried: "x"}}); err != nil {
			t.Fatal(err)
		}
		if v := r.View("#1001"); v.State != orders.Attention || v.Issue == nil {
			t.Fatalf("order %+v", v)
		}
		// Of another reason than the one that was meant, and tried alone: nothing is decided.
		another := staging.Wish{Decision: staging.Accept, Reason: documents.RefundBeforeProcessing}
		if _, err := r.Stage.DecideBy(t.Context(), "acme", "#1001", another); !errors.Is(err, staging.ErrNotNow) || !strings.Contains(err.Error(), "refund-before-processing any more") {
			t.Errorf("of another reason: %v", err)
		}
		tried := staging.Wish{Decision: staging.Accept, Reason: documents.TotalDiffers, DryRun: true}
		if v, err := r.Stage.DecideBy(t.Context(), "acme", "#1001", tried); err != nil || v.State != orders.Ready {
			t.Errorf("tried: %+v, %v", v, err)
		}
		if v := r.View("#1001"); v.State != orders.Attention || len(v.Decisions) != 0 {
			t.Errorf("after both: %+v", v)
		}
		meant := staging.Wish{Decision: staging.Accept, By: "jo", Reason: documents.TotalDiffers}
		if v, err := r.Stage.DecideBy(t.Context(), "acme", "#1001", meant); err != nil || len(v.Decisions) != 1 || v.Decisions[0].By != "jo" {
			t.Fatal(v, err)
		}
		if p, ok, err := r.Stage.PendingByID(t.Context(), "acme", "5000"); err != nil || !ok || p.Accepted == nil || !p.Accepted.Value.Equal(total.Value) || p.AcceptedFor != documents.TotalDiffers {
			t.Errorf("pending %+v, %v", p, err)
		}
	})
	// What somebody was shown, or has accepted, ends when anything changes that it
	// was about, at the same total too.
	for name, c := range map[string]struct {
		change func(*orders.Order)
		ends   bool
	}{
		"a tag":           {func(o *orders.Order) { o.Tags = []string{"x"} }, false},
		"more money back": {func(o *orders.Order) { o.Refunded = orderstest.Amount("3") }, true},
		"a refund":        {func(o *orders.Order) { o.Refunds = []orders.Refund{{ID: "1", Amount: orderstest.Amount("3")}} }, true},
		"a refund that is on its way": {func(o *orders.Order) {
			o.Transactions = append(slices.Clone(o.Transactions), orders.Transaction{ID: "9", Kind: "REFUND", Status: "PENDING", Amount: orderstest.Amount("3")})
		}, true},
		"a refund that failed": {func(o *orders.Order) {
			o.Transactions = append(slices.Clone(o.Transactions), orders.Transaction{ID: "9", Kind: "REFUND", Status: "FAILURE", Amount: orderstest.Amount("3")})
		}, false},
		"a payment": {func(o *orders.Order) {
			o.Transactions = append(slices.Clone(o.Transactions), orders.Transaction{ID: "9", Kind: "SALE", Status: "SUCCESS", Amount: orderstest.Amount("3")})
		}, false},
		"shipping, and a tip less": {func(o *orders.Order) { o.Tip = orderstest.Amount("-1") }, true},
		"another total":            {func(o *orders.Order) { o.CurrentTotal = orderstest.Amount("99") }, true},
	} {
		for _, accepted := range []bool{true, false} {
			t.Run(fmt.Sprintf("then %s, accepted %v", name, accepted), func(t *testing.T) {
				r := newRig(t, 0, 1)
				r.Run("")
				p, _, err := r.Stage.PendingByID(t.Context(), "acme", "5000")
				if err != nil {
					t.Fatal(err)
				}
				i, total := documents.Explained.New(documents.RefundBeforeProcessing, "money went back"), orderstest.Amount("11").Shop
				i.Kind, i.Record, i.Name = "order", "5000", "#1001"
				if _, err := r.Stage.Save(t.Context(), r.Jobs, r.Lease, []documents.Outcome{{Pending: p, Issue: &i, Differs: &total, Tried: "x"}}); err != nil {
					t.Fatal(err)
				}
				if accepted {
					if _, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Accept); err != nil {
						t.Fatal(err)
					}
				}
				r.Change(0, c.change)
				r.Run("")
				if !accepted { // what it showed can be accepted no more, or still
					_, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Accept)
					if errors.Is(err, staging.ErrNotNow) != c.ends {
						t.Errorf("accepted afterwards: %v", err)
					}
					return
				}
				p, ok, err := r.Stage.PendingByID(t.Context(), "acme", "5000")
				if err != nil || !ok || (p.Accepted == nil) != c.ends || (p.AcceptedFor == "") != c.ends {
					t.Errorf("pending %+v, %v", p, err)
				}
			})
		}
	}
	t.Run("what does not fit is refused", func(t *testing.T) {
		r := newRig(t, 0, 1)
		r.Run("")
		for _, d := range []staging.Decision{staging.Accept, staging.Retry, staging.Unlink, "explode"} {
			if _, err := r.Stage.Decide(t.Context(), "acme", "#1001", d); !errors.Is(err, staging.ErrNotNow) || !strings.Contains(err.Error(), "#1001 is ready") {
				t.Errorf("%s: %v", d, err)
			}
		}
		if _, err := r.Stage.Decide(t.Context(), "acme", "#4711", staging.Accept); !errors.Is(err, staging.ErrNotFound) {
			t.Errorf("unknown order: %v", err)
		}
	})
}

func TestLargeCopies(t *testing.T) {
	r := newRig(t, 0, 1)
	long := func(n int) func(*orders.Order) {
		return func(o *orders.Order) {
			o.Lines = nil
			for i := range n {
				// Text that does not compress, so that the copy needs several items.
				o.Lines = append(o.Lines, orders.Line{ID: strconv.Itoa(i), Title: fmt.Sprintf("%x", orderstest.Noise(i, 800)), Quantity: 1, CurrentQuantity: 1, UnitPrice: orderstest.Amount("1")})
			}
		}
	}
	for _, n := range []int{500, 900, 3} {
		r.At = r.At.Add(time.Minute)
		r.Change(0, long(n))
		r.Run("")
		ps, _, err := r.Stage.Pending(t.Context(), "acme", "", 10)
		if err != nil || len(ps) != 1 {
			t.Fatal(ps, err)
		}
		os, err := r.Stage.Load(t.Context(), ps)
		if err != nil || len(os[0].Lines) != n {
			t.Fatalf("%d lines came back as %d, %v", n, len(os[0].Lines), err)
		}
	}
	p, err := r.Table.Query(t.Context(), table.Query{PK: "SHOP#acme#ORD"})
	if err != nil || len(p.Items) != 2 {
		t.Errorf("%d items for a small copy, %v; want head and one part", len(p.Items), err)
	}
}

// Our own write is known as such: it is glanced at, for what somebody has changed in
// its second, and is not read again. What somebody else has changed is never taken for it.
func TestOwnEcho(t *testing.T) {
	// As Shopify does it: whatever changes the lines is an edit.
	add := func(o *orders.Order) {
		o.Lines, o.Edited = append(slices.Clone(o.Lines), orders.Line{ID: "99"}), true
	}
	ours := func(o *orders.Order) {
		o.Attributes = []orders.Attr{{Key: orders.DocumentAttribute, Value: "SO1"}}
	}
	for _, c := range []struct {
		name          string
		before, after func(*orders.Order) // what somebody else changes: before we read, and in the second of our write
		state         orders.State
		reads         int
	}{
		{"nobody else", nil, nil, orders.Processed, 0},
		{"a line added before we read it", add, nil, orders.Conflict, 1},
		{"a line added in the second of our write", nil, add, orders.Conflict, 1},
		{"an address changed in the second of our write", nil, func(o *orders.Order) { o.Shipping = &orders.Address{City: "Bonn"} }, orders.Conflict, 1},
		{"a tag in the second of our write", nil, func(o *orders.Order) { o.Tags = []string{"x"} }, orders.Processed, 1},
		{"it was shipped in the second of our write", nil, func(o *orders.Order) { o.FulfillmentStatus = "FULFILLED" }, orders.Processed, 0},
		{"money was given back in the second of our write", nil, func(o *orders.Order) { o.Refunds = []orders.Refund{{ID: "7"}} }, orders.Processed, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 1)
			r.Run("")
			r.Process("#1001")
			if c.before != nil {
				r.At = r.At.Add(time.Minute)
				r.Change(0, c.before)
			}
			before := r.Source.Sold["5000"].UpdatedAt
			r.At = r.At.Add(time.Minute)
			r.Change(0, ours)
			todo, err := r.Stage.Unwritten(t.Context(), "acme", 10)
			if err != nil || len(todo) != 1 || todo[0].Number != "SO1" || todo[0].Name != "#1001" {
				t.Fatalf("to write %+v, %v", todo, err)
			}
			todo[0].Before, todo[0].UpdatedAt = before, r.Source.Sold["5000"].UpdatedAt
			if err := r.Stage.SaveWritten(t.Context(), r.Jobs, r.Lease, todo); err != nil {
				t.Fatal(err)
			}
			if c.after != nil {
				r.Change(0, c.after)
			}
			r.At = r.At.Add(10 * time.Second)
			read := r.Source.Details
			res := r.Run("")
			if v := r.View("#1001"); v.State != c.state || r.Source.Details != read+c.reads {
				t.Errorf("the order is %s after %d reads, want %s after %d", v.State, r.Source.Details-read, c.state, c.reads)
			}
			if c.before == nil && c.after == nil && (res.Counts.Unchanged != 1 || res.Counts.Updated != 0) {
				t.Errorf("our own write was imported: %+v", res.Counts)
			}
			if got, want := r.Load("5000").FulfillmentStatus, r.Source.Sold["5000"].FulfillmentStatus; c.reads == 0 && got != want {
				t.Errorf("its copy says %q, want %q", got, want)
			}
			read = r.Source.Details
			glanced := r.Source.Glanced
			if r.Run(""); r.Source.Details != read || r.Source.Glanced != glanced {
				t.Error("it is read again and again")
			}
			if todo, err := r.Stage.Unwritten(t.Context(), "acme", 10); err != nil || len(todo) != 0 {
				t.Errorf("still to write %+v, %v", todo, err)
			}
		})
	}
}

func TestListsByState(t *testing.T) {
	r := newRig(t, 0, 9)
	o := r.Source.Sold["5003"]
	o.FullyPaid = true
	r.Source.Put(o)
	r.Run(`{"fullyPaid":true}`)
	r.Process("#1004")
	r.Change(3, func(o *orders.Order) { o.CancelledAt = orderstest.Start })
	r.Run(`{"fullyPaid":true}`)
	r.At = r.At.Add(time.Hour)
	var names []string
	for page := ""; ; {
		vs, next, err := r.Stage.List(t.Context(), "acme", orders.Filtered, page, 3)
		if err != nil || len(vs) > 3 {
			t.Fatalf("%d orders on a page of 3, %v", len(vs), err)
		}
		for _, v := range vs {
			names = append(names, v.Name)
		}
		if page = next; page == "" {
			break
		}
	}
	if want := []string{"#1009", "#1008", "#1007", "#1006", "#1005", "#1003", "#1002", "#1001"}; !slices.Equal(names, want) {
		t.Errorf("filtered %v, want %v", names, want)
	}
	for state, want := range map[orders.State]int{orders.Conflict: 1, orders.Processed: 0, orders.Ready: 0, "": 9} {
		if vs, _, err := r.Stage.List(t.Context(), "acme", state, "", 0); err != nil || len(vs) != want {
			t.Errorf("%d orders in state %q, %v; want %d", len(vs), state, err, want)
		}
	}
}

// A create was sent, the order changed, and only then the document was found.
func TestChangeWhileACreateIsUnderWay(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*orders.Order)
		state  orders.State
	}{
		{"of a tag", func(o *orders.Order) { o.Tags = []string{"x"} }, orders.Processed},
		{"of the lines", func(o *orders.Order) { o.Lines = append(slices.Clone(o.Lines), orders.Line{ID: "99"}) }, orders.Conflict},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 1)
			r.Run("")
			save := func(o documents.Outcome) {
				t.Helper()
				var err error
				if o.Pending, _, err = r.Stage.PendingByID(t.Context(), "acme", "5000"); err == nil {
					_, err = r.Stage.Save(t.Context(), r.Jobs, r.Lease, []documents.Outcome{o})
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			save(documents.Outcome{SentAt: r.Now()})
			for range 2 { // the second change must not hide the first
				r.Change(0, func(o *orders.Order) { c.change(o); o.Note += "." })
				r.Run("")
			}
			if v := r.View("#1001"); v.State != orders.Creating {
				t.Fatalf("the order is %s", v.State)
			}
			save(documents.Outcome{Link: &documents.Link{Type: "Order", ID: "guid", Number: "SO1", Total: orderstest.Amount("10").Shop}})
			v := r.View("#1001")
			if v.State != c.state || (v.Issue != nil) != (c.state == orders.Conflict) {
				t.Errorf("the order is %s with %+v", v.State, v.Issue)
			}
		})
	}
}

func TestTooLargeToStore(t *testing.T) {
	r := newRig(t, 0, 3)
	r.Change(1, func(o *orders.Order) { o.Note = fmt.Sprintf("%x", orderstest.Noise(1, 6<<20)) })
	r.Run("")
	if v := r.View("5001"); v.State != orders.Unread || v.Issue == nil {
		t.Errorf("the large order is %+v", v)
	}
	if got := r.States(); got[orders.Ready] != 2 {
		t.Errorf("states %v", got)
	}
}

// Somebody decides about an order while the import reads it.
func TestDecisionWhileItIsRead(t *testing.T) {
	r := newRig(t, 0, 12)
	r.Run("")
	p, _, err := r.Stage.PendingByID(t.Context(), "acme", "5000")
	if err != nil {
		t.Fatal(err)
	}
	i := documents.Explained.New(products.ItemUnmapped, "Mug")
	i.Kind, i.Record, i.Name = "order", "5000", "#1001"
	if _, err := r.Stage.Save(t.Context(), r.Jobs, r.Lease, []documents.Outcome{{Pending: p, Issue: &i}}); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		r.Touch(n, 0)
	}
	r.Source.Reading = func() {
		r.Source.Reading = nil
		if _, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Retry); err != nil {
			t.Error(err)
		}
	}
	if res := r.Run(""); res.Counts.Updated != 3 {
		t.Errorf("counts %+v", res.Counts)
	}
	if lost := r.Behind(); len(lost) > 0 {
		t.Errorf("%d orders are behind", len(lost))
	}
}

// A decision whose answer is lost may be made again, or is refused; the order
// is never in between.
func TestDecisionFailsOnce(t *testing.T) {
	for _, mode := range []faulty.Mode{faulty.Before, faulty.After, faulty.Late} {
		r := newRig(t, 0, 1)
		r.Run("")
		r.Process("#1001")
		r.Change(0, func(o *orders.Order) { o.ShippingTotal = orderstest.Amount("4.90") })
		r.Run("")
		r.Injector.Delay = time.Minute
		r.Injector.Arm(1, mode, false)
		if _, err := r.Stage.Decide(t.Context(), "acme", "#1001", staging.Unlink); err == nil {
			t.Fatalf("%s: the decision did not notice", mode)
		}
		r.At = r.At.Add(time.Hour)
		r.Injector.RunDue()
		v := r.View("#1001")
		want := orders.Conflict
		if mode != faulty.Before {
			want = orders.Ready
		}
		if v.State != want || (v.Document == nil) != (want == orders.Ready) || (v.Issue == nil) != (want == orders.Ready) {
			t.Errorf("%s: the order is %s with %+v and %+v", mode, v.State, v.Document, v.Issue)
		}
	}
}

// A merge of customers is no change of their orders: the order has the other customer,
// and its e-mail, and the one it had is gone. Another customer of the order is one.
func TestMergedCustomersAreNoConflict(t *testing.T) {
	for _, c := range []struct {
		name   string
		merged bool
		mail   string // of the order, then
		state  orders.State
	}{
		{"merged", true, "ek@example.com", orders.Processed},
		{"another customer", false, "ek@example.com", orders.Conflict},
		{"merged, and an e-mail of neither", true, "office@example.com", orders.Conflict},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 1)
			r.Change(0, func(o *orders.Order) {
				o.Email, o.Customer = "eva@example.com", &orders.Customer{ID: "7", Email: "eva@example.com"}
			})
			r.Run("")
			r.Process("#1001")
			r.At = r.At.Add(time.Minute)
			r.Source.Merged = map[string]bool{"7": c.merged}
			r.Change(0, func(o *orders.Order) {
				o.Email, o.Customer = c.mail, &orders.Customer{ID: "9", Email: "ek@example.com"}
			})
			for range 2 { // the second time by what the first one has stored
				r.At = r.At.Add(time.Minute)
				r.Run("")
				if v := r.View("#1001"); v.State != c.state {
					t.Errorf("the order is %s, want %s: %+v", v.State, c.state, v.Changes)
				}
				r.Change(0, func(o *orders.Order) { o.Note += "." })
			}
		})
	}
}
