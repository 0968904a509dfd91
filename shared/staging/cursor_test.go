package staging_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/faulty"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/products"
	"backroom/shared/staging"
)

// touch changes order i now; the index knows of it only after lag.
func (r *rig) touch(i int, lag time.Duration) {
	id := strconv.Itoa(5000 + i)
	o, known := r.source.orders[id]
	if !known {
		o = order(i, r.now().Truncate(time.Second))
	} else if at, ok := r.source.position(o); ok {
		r.source.was[id] = at
	}
	o.Note = fmt.Sprintf("changed at %v", r.now())
	o.UpdatedAt = r.now().Truncate(time.Second)
	r.source.put(o)
	r.source.hidden[id] = r.now().Add(lag)
}

// behind lists the orders whose stored copy is not what Shopify has.
func (r *rig) behind() []orders.Order {
	r.t.Helper()
	var out []orders.Order
	for id, o := range r.source.orders {
		want, err := o.Hash()
		if err != nil {
			r.t.Fatal(err)
		}
		ks, err := r.stage.Known(r.t.Context(), "acme", []string{id})
		if err != nil {
			r.t.Fatal(err)
		}
		if ks[0].Hash != want {
			out = append(out, o)
		}
	}
	return out
}

func (r *rig) cursor() orders.Cursor {
	r.t.Helper()
	c, err := r.stage.Cursor(r.t.Context(), "acme")
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

// TestCursorLaw: whatever changes while a walk goes on, however the index
// trails, and wherever the process dies, an order that is not stored as it is
// was changed after the cursor minus the overlap, and the next walk finds it.
func TestCursorLaw(t *testing.T) {
	rapid.Check(t, func(p *rapid.T) {
		r := newRig(t, 0, 0)
		r.source.page = rapid.IntRange(1, 7).Draw(p, "page")
		r.task.MaxObjects = rapid.IntRange(5, 40).Draw(p, "objects")
		lag := func() time.Duration { return time.Duration(rapid.IntRange(0, 590).Draw(p, "lag")) * time.Second }
		step := func(most int) {
			r.at = r.at.Add(time.Duration(rapid.IntRange(1, most).Draw(p, "seconds")) * time.Second)
		}
		for i := range rapid.IntRange(0, 20).Draw(p, "orders") {
			step(600)
			r.touch(i, lag())
		}
		var checkpoint json.RawMessage
		for range rapid.IntRange(1, 12).Draw(p, "slices") {
			step(400)
			for range rapid.IntRange(0, 3).Draw(p, "changes") {
				r.touch(rapid.IntRange(0, 25).Draw(p, "order"), lag())
				step(90)
			}
			if n := rapid.IntRange(0, 6).Draw(p, "fails"); n > 0 {
				r.injector.Arm(n, rapid.SampledFrom([]faulty.Mode{faulty.Before, faulty.After}).Draw(p, "mode"), true)
			}
			res, err := r.slice(jobqueue.Request{Checkpoint: checkpoint, MaxPages: rapid.IntRange(1, 4).Draw(p, "pages")})
			r.injector.Revive()
			checkpoint = res.Checkpoint
			// A new run knows the cursor alone.
			if err != nil || res.Done || rapid.Bool().Draw(p, "new run") {
				checkpoint = nil
			}
			limit := r.task.MaxObjects
			r.open()
			r.task.MaxObjects = limit
			upTo := r.cursor().UpTo
			for _, o := range r.behind() {
				if o.UpdatedAt.Before(upTo.Add(-10 * time.Minute)) {
					p.Fatalf("the cursor %v has passed order %s of %v", upTo, o.Name, o.UpdatedAt)
				}
			}
		}
		r.at = r.at.Add(10 * time.Minute)
		r.run("")
		if lost := r.behind(); len(lost) > 0 {
			p.Fatalf("%d orders lost, one is %s of %v; cursor %v", len(lost), lost[0].Name, lost[0].UpdatedAt, r.cursor().UpTo)
		}
	})
}

// An order that changes while its old place is listed shows its new time there.
func TestListedOutOfOrder(t *testing.T) {
	r := newRig(t, 0, 30)
	for _, o := range r.source.orders { // long ago
		o.UpdatedAt = o.UpdatedAt.Add(-6 * time.Hour)
		r.source.put(o)
	}
	r.touch(9, 5*time.Minute) // the last of the first page
	if _, err := r.slice(jobqueue.Request{MaxPages: 1}); err != nil {
		t.Fatal(err)
	}
	if c := r.cursor().UpTo; c.After(start.Add(-6 * time.Hour)) {
		t.Errorf("after one page of three the cursor is at %v", c)
	}
	r.run("") // the first run is lost
	if lost := r.behind(); len(lost) > 0 {
		t.Errorf("%d orders lost", len(lost))
	}
}

func TestChangeInTheSecondOfTheRead(t *testing.T) {
	r := newRig(t, 0, 1)
	r.at = r.at.Add(100 * time.Millisecond)
	r.touch(0, 0)
	at := r.at
	r.run("")
	r.at = at.Add(500 * time.Millisecond)
	r.touch(0, 0) // the same stamp
	r.at = at.Add(time.Minute)
	r.run("")
	if lost := r.behind(); len(lost) > 0 {
		t.Error("the second change of one second is not seen")
	}
	read := r.source.details
	r.run("")
	if r.source.details != read {
		t.Error("the order is still read again once its time is long over")
	}
}

func TestSweepFindsWhatTheIndexShowedLate(t *testing.T) {
	r := newRig(t, 0, 3)
	r.source.put(order(7, start.Add(-25*time.Hour))) // before the shop was connected
	r.run("")
	r.touch(5, 3*time.Hour)
	for range 3 {
		r.at = r.at.Add(2 * time.Hour)
		r.touch(0, 0)
		r.run("")
	}
	if len(r.behind()) != 2 {
		t.Fatalf("%d orders are behind, want the late one and the old one", len(r.behind()))
	}
	r.at = start.Add(25 * time.Hour)
	r.run("")
	if got := r.behind(); len(got) != 1 || got[0].Name != "#1008" {
		t.Errorf("%d orders are behind after the sweep, want the old one alone", len(got))
	}
	windows := len(r.source.windows)
	r.run("")
	if from := r.source.windows[windows].From; !from.Equal(r.cursor().UpTo.Add(-10 * time.Minute)) {
		t.Errorf("the run after the sweep starts at %v", from)
	}
}

func TestFiltersJudgeWhatTheListShowsLate(t *testing.T) {
	r := newRig(t, 5*time.Minute, 2)
	r.run(`{"fullyPaid":true}`)
	r.run(`{}`) // the list of filtered orders is still empty
	r.at = r.at.Add(15 * time.Minute)
	r.run(`{}`)
	if got := r.states(); got[orders.Ready] != 2 {
		t.Errorf("states %v, want both ready", got)
	}
	r.injector.Arm(0, faulty.Before, false)
	if r.run(`{}`); r.injector.Writes() != 0 {
		t.Errorf("%d writes when all is judged", r.injector.Writes())
	}
}

// A run that dies after each of its writes in turn, with a filter that only it
// had: what it kept out is judged again, an order included that could not be
// read before.
func TestFilterOfARunThatDied(t *testing.T) {
	for n := 1; n <= 4; n++ {
		r := newRig(t, 0, 1)
		r.source.broken["5000"] = true
		r.run(`{}`)
		clear(r.source.broken)
		r.injector.Arm(n, faulty.After, true)
		if _, err := r.slice(jobqueue.Request{Parameters: json.RawMessage(`{"fullyPaid":true}`)}); (err != nil) != r.injector.Struck() {
			t.Fatal(n, err)
		}
		r.injector.Revive()
		r.open()
		r.run(`{}`)
		if got := r.states(); got[orders.Ready] != 1 {
			t.Errorf("died after write %d: states %v, want the order ready", n, got)
		}
	}
}

func TestJudgingGoesOnInTheNextSlice(t *testing.T) {
	r := newRig(t, 0, 250)
	r.source.page = 250
	r.run(`{"fullyPaid":true}`)
	q := jobqueue.Request{MaxPages: 1}
	n := 0
	for done := false; !done; n++ {
		res, err := r.slice(q)
		if err != nil || n > 10 {
			t.Fatal(n, err)
		}
		done, q.Checkpoint = res.Done, res.Checkpoint
		if done && !slices.Equal(res.FollowUps, []string{"process-orders"}) {
			t.Errorf("follow-ups %v", res.FollowUps)
		}
	}
	if got := r.states(); got[orders.Ready] != 250 || n != 4 {
		t.Errorf("states %v in %d slices, want 250 ready in 4", got, n)
	}
}

func TestChangesThatCannotBeRead(t *testing.T) {
	for _, c := range []struct {
		name        string
		process     bool
		then, after orders.State
	}{
		{"of a waiting order", false, orders.Unread, orders.Ready},
		{"of a processed order", true, orders.Processed, orders.Conflict},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 2)
			r.run("")
			if c.process {
				r.process("#1001")
			}
			r.change(0, func(o *orders.Order) { o.Lines = append(slices.Clone(o.Lines), orders.Line{ID: "99"}) })
			r.source.broken["5000"] = true
			r.run("")
			if v := r.view("#1001"); v.State != c.then || v.Issue == nil || v.Issue.Reason != orders.OrderUnreadable {
				t.Fatalf("the order is %s with %+v", v.State, v.Issue)
			}
			r.touch(1, 0)
			r.run("") // the cursor is far behind the change by now
			if is, err := r.stage.Issues.List(t.Context(), "acme"); err != nil || len(is) != 1 || is[0].Attempts < 2 {
				t.Errorf("issues %+v, %v; want one, tried again", is, err)
			}
			delete(r.source.broken, "5000")
			r.at = r.at.Add(20 * time.Minute) // until which it is left alone
			r.run("")
			v := r.view("#1001")
			if v.State != c.after || v.Issue != nil && v.Issue.Reason == orders.OrderUnreadable {
				t.Errorf("once readable the order is %s with %+v", v.State, v.Issue)
			}
			if ids, err := r.stage.Unread(t.Context(), "acme"); err != nil || len(ids) != 0 {
				t.Errorf("still to read %v, %v", ids, err)
			}
		})
	}
}

func TestDeletedBeforeItCouldBeRead(t *testing.T) {
	r := newRig(t, 0, 2)
	r.source.broken["5000"] = true
	r.run("")
	delete(r.source.orders, "5000")
	delete(r.source.broken, "5000")
	r.run("")
	if v := r.view("5000"); v.State != orders.Skipped || v.Reason == "" {
		t.Errorf("the order is %+v", v)
	}
	if is, err := r.stage.Issues.List(t.Context(), "acme"); err != nil || len(is) != 0 {
		t.Errorf("issues %v, %v", is, err)
	}
}

func TestNothingReadableFailsTheRun(t *testing.T) {
	r := newRig(t, 0, 60)
	for id := range r.source.orders {
		r.source.broken[id] = true
	}
	r.source.page = 250
	if _, err := r.slice(jobqueue.Request{}); fault.KindOf(err) != fault.Bug {
		t.Errorf("%v, want the failure of the reads", err)
	}
	if c := r.cursor().UpTo; !c.IsZero() {
		t.Errorf("the cursor moved to %v", c)
	}
}

func TestTooLargeToStore(t *testing.T) {
	r := newRig(t, 0, 3)
	r.change(1, func(o *orders.Order) { o.Note = fmt.Sprintf("%x", noise(1, 6<<20)) })
	r.run("")
	if v := r.view("5001"); v.State != orders.Unread || v.Issue == nil {
		t.Errorf("the large order is %+v", v)
	}
	if got := r.states(); got[orders.Ready] != 2 {
		t.Errorf("states %v", got)
	}
}

// Somebody decides about an order while the import reads it.
func TestDecisionWhileItIsRead(t *testing.T) {
	r := newRig(t, 0, 12)
	r.run("")
	p, _, err := r.stage.PendingByID(t.Context(), "acme", "5000")
	if err != nil {
		t.Fatal(err)
	}
	i := documents.Explained.New(products.ItemUnmapped, "Mug")
	i.Kind, i.Record, i.Name = "order", "5000", "#1001"
	if _, err := r.stage.Save(t.Context(), r.jobs, r.lease, []documents.Outcome{{Pending: p, Issue: &i}}); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		r.touch(n, 0)
	}
	r.source.reading = func() {
		r.source.reading = nil
		if _, err := r.stage.Decide(t.Context(), "acme", "#1001", staging.Retry); err != nil {
			t.Error(err)
		}
	}
	if res := r.run(""); res.Counts.Updated != 3 {
		t.Errorf("counts %+v", res.Counts)
	}
	if lost := r.behind(); len(lost) > 0 {
		t.Errorf("%d orders are behind", len(lost))
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
			r.run("")
			save := func(o documents.Outcome) {
				t.Helper()
				var err error
				if o.Pending, _, err = r.stage.PendingByID(t.Context(), "acme", "5000"); err == nil {
					_, err = r.stage.Save(t.Context(), r.jobs, r.lease, []documents.Outcome{o})
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			save(documents.Outcome{SentAt: r.now()})
			for range 2 { // the second change must not hide the first
				r.change(0, func(o *orders.Order) { c.change(o); o.Note += "." })
				r.run("")
			}
			if v := r.view("#1001"); v.State != orders.Creating {
				t.Fatalf("the order is %s", v.State)
			}
			save(documents.Outcome{Link: &documents.Link{Type: "Order", ID: "guid", Number: "SO1", Total: amount("10").Shop}})
			v := r.view("#1001")
			if v.State != c.state || (v.Issue != nil) != (c.state == orders.Conflict) {
				t.Errorf("the order is %s with %+v", v.State, v.Issue)
			}
		})
	}
}

func TestNamesThatAreUnknown(t *testing.T) {
	r := newRig(t, 0, 3)
	_, err := r.slice(jobqueue.Request{Parameters: json.RawMessage(`{"names":["#9","1002","#8"]}`)})
	if fault.KindOf(err) != fault.Rejected {
		t.Fatal(err)
	}
	if f, ok := errors.AsType[*fault.Error](err); !ok || !strings.Contains(f.Merchant, "#9, #8") || strings.Contains(f.Merchant, "1002") {
		t.Errorf("the merchant reads %v", err)
	}
	if v := r.view("#1002"); v.State != orders.Ready {
		t.Errorf("the known one is %s", v.State)
	}
}

func TestListsByState(t *testing.T) {
	r := newRig(t, 0, 9)
	o := r.source.orders["5003"]
	o.FullyPaid = true
	r.source.put(o)
	r.run(`{"fullyPaid":true}`)
	r.process("#1004")
	r.change(3, func(o *orders.Order) { o.CancelledAt = start })
	r.run(`{"fullyPaid":true}`)
	r.at = r.at.Add(time.Hour)
	var names []string
	for page := ""; ; {
		vs, next, err := r.stage.List(t.Context(), "acme", orders.Filtered, page, 3)
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
		if vs, _, err := r.stage.List(t.Context(), "acme", state, "", 0); err != nil || len(vs) != want {
			t.Errorf("%d orders in state %q, %v; want %d", len(vs), state, err, want)
		}
	}
}

func TestNamedOrdersStay(t *testing.T) {
	r := newRig(t, 0, 2)
	r.run(`{"fullyPaid":true}`)
	r.run(`{"names":["#1001"]}`)
	r.touch(0, 0)
	r.touch(1, 0)
	r.run(`{"fullyPaid":true}`)
	if a, b := r.view("#1001"), r.view("#1002"); a.State != orders.Ready || b.State != orders.Filtered {
		t.Errorf("the named order is %s and the other one %s", a.State, b.State)
	}
}

func TestReasonFollowsTheFilter(t *testing.T) {
	r := newRig(t, 0, 1)
	r.run(`{"fullyPaid":true}`)
	r.run(`{"channels":["Point of Sale"]}`)
	if v := r.view("#1001"); v.State != orders.Filtered || !strings.HasPrefix(v.Reason, "channel") {
		t.Errorf("the order is %s for %q", v.State, v.Reason)
	}
}
