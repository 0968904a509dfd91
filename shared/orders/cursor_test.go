package orders_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/faulty"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
	"backroom/shared/shop"
	"backroom/shared/staging"
)

// TestCursorLaw: whatever changes while a walk goes on, however the index
// trails, and wherever the process dies, an order that is not stored as it is
// was changed after the cursor minus the overlap, and the next walk finds it.
func TestCursorLaw(t *testing.T) {
	rapid.Check(t, func(p *rapid.T) {
		r := newRig(t, 0, 0)
		r.Source.Page = rapid.IntRange(1, 7).Draw(p, "page")
		r.Import.MaxObjects = rapid.IntRange(5, 40).Draw(p, "objects")
		lag := func() time.Duration { return time.Duration(rapid.IntRange(0, 590).Draw(p, "lag")) * time.Second }
		step := func(most int) {
			r.At = r.At.Add(time.Duration(rapid.IntRange(1, most).Draw(p, "seconds")) * time.Second)
		}
		for i := range rapid.IntRange(0, 20).Draw(p, "orders") {
			step(600)
			r.Touch(i, lag())
		}
		var checkpoint json.RawMessage
		for range rapid.IntRange(1, 12).Draw(p, "slices") {
			step(400)
			for range rapid.IntRange(0, 3).Draw(p, "changes") {
				r.Touch(rapid.IntRange(0, 25).Draw(p, "order"), lag())
				step(90)
			}
			if n := rapid.IntRange(0, 6).Draw(p, "fails"); n > 0 {
				r.Injector.Arm(n, rapid.SampledFrom([]faulty.Mode{faulty.Before, faulty.After}).Draw(p, "mode"), true)
			}
			res, err := r.Slice(jobqueue.Request{Checkpoint: checkpoint, MaxPages: rapid.IntRange(1, 4).Draw(p, "pages")})
			r.Injector.Revive()
			checkpoint = res.Checkpoint
			// A new run knows the cursor alone.
			if err != nil || res.Done || rapid.Bool().Draw(p, "new run") {
				checkpoint = nil
			}
			limit := r.Import.MaxObjects
			r.Open()
			r.Import.MaxObjects = limit
			upTo := r.Cursor().UpTo
			for _, o := range r.Behind() {
				if o.UpdatedAt.Before(upTo.Add(-10 * time.Minute)) {
					p.Fatalf("the cursor %v has passed order %s of %v", upTo, o.Name, o.UpdatedAt)
				}
			}
		}
		r.At = r.At.Add(10 * time.Minute)
		r.Run("")
		if lost := r.Behind(); len(lost) > 0 {
			p.Fatalf("%d orders lost, one is %s of %v; cursor %v", len(lost), lost[0].Name, lost[0].UpdatedAt, r.Cursor().UpTo)
		}
	})
}

// An order that changes while its old place is listed shows its new time there.
func TestListedOutOfOrder(t *testing.T) {
	r := newRig(t, 0, 30)
	for _, o := range r.Source.Sold { // long ago
		o.UpdatedAt = o.UpdatedAt.Add(-6 * time.Hour)
		r.Source.Put(o)
	}
	r.Touch(9, 5*time.Minute) // the last of the first page
	if _, err := r.Slice(jobqueue.Request{MaxPages: 1}); err != nil {
		t.Fatal(err)
	}
	if c := r.Cursor().UpTo; c.After(orderstest.Start.Add(-6 * time.Hour)) {
		t.Errorf("after one page of three the cursor is at %v", c)
	}
	r.Run("") // the first run is lost
	if lost := r.Behind(); len(lost) > 0 {
		t.Errorf("%d orders lost", len(lost))
	}
}

func TestChangeInTheSecondOfTheRead(t *testing.T) {
	r := newRig(t, 0, 1)
	r.At = r.At.Add(100 * time.Millisecond)
	r.Touch(0, 0)
	at := r.At
	r.Run("")
	r.At = at.Add(500 * time.Millisecond)
	r.Touch(0, 0) // the same stamp
	r.At = at.Add(time.Minute)
	r.Run("")
	if lost := r.Behind(); len(lost) > 0 {
		t.Error("the second change of one second is not seen")
	}
	read := r.Source.Details
	r.Run("")
	if r.Source.Details != read {
		t.Error("the order is still read again once its time is long over")
	}
}

func TestSweepFindsWhatTheIndexShowedLate(t *testing.T) {
	r := newRig(t, 0, 3)
	r.Source.Put(orderstest.Order(7, orderstest.Start.Add(-25*time.Hour))) // before the shop was connected
	r.Run("")
	r.Touch(5, 3*time.Hour)
	for range 3 {
		r.At = r.At.Add(2 * time.Hour)
		r.Touch(0, 0)
		r.Run("")
	}
	if len(r.Behind()) != 2 {
		t.Fatalf("%d orders are behind, want the late one and the old one", len(r.Behind()))
	}
	r.At = orderstest.Start.Add(25 * time.Hour)
	r.Run("")
	if got := r.Behind(); len(got) != 1 || got[0].Name != "#1008" {
		t.Errorf("%d orders are behind after the sweep, want the old one alone", len(got))
	}
	windows := len(r.Source.Windows)
	r.Run("")
	if from := r.Source.Windows[windows].From; !from.Equal(r.Cursor().UpTo.Add(-10 * time.Minute)) {
		t.Errorf("the run after the sweep starts at %v", from)
	}
}

func TestFiltersJudgeWhatTheListShowsLate(t *testing.T) {
	r := newRig(t, 5*time.Minute, 2)
	r.Run(`{"fullyPaid":true}`)
	r.Run(`{}`) // the list of filtered orders is still empty
	r.At = r.At.Add(15 * time.Minute)
	r.Run(`{}`)
	if got := r.States(); got[orders.Ready] != 2 {
		t.Errorf("states %v, want both ready", got)
	}
	r.Injector.Arm(0, faulty.Before, false)
	if r.Run(`{}`); r.Injector.Writes() != 0 {
		t.Errorf("%d writes when all is judged", r.Injector.Writes())
	}
}

// A run that dies after each of its writes in turn, with a filter that only it
// had: what it kept out is judged again, an order included that could not be
// read before.
func TestFilterOfARunThatDied(t *testing.T) {
	for n := 1; n <= 4; n++ {
		r := newRig(t, 0, 1)
		r.Source.Broken["5000"] = true
		r.Run(`{}`)
		clear(r.Source.Broken)
		r.Injector.Arm(n, faulty.After, true)
		if _, err := r.Slice(jobqueue.Request{Parameters: json.RawMessage(`{"fullyPaid":true}`)}); (err != nil) != r.Injector.Struck() {
			t.Fatal(n, err)
		}
		r.Injector.Revive()
		r.Open()
		r.Run(`{}`)
		if got := r.States(); got[orders.Ready] != 1 {
			t.Errorf("died after write %d: states %v, want the order ready", n, got)
		}
	}
}

func TestJudgingGoesOnInTheNextSlice(t *testing.T) {
	r := newRig(t, 0, 250)
	r.Source.Page = 250
	r.Run(`{"fullyPaid":true}`)
	q := jobqueue.Request{MaxPages: 1}
	n := 0
	for done := false; !done; n++ {
		res, err := r.Slice(q)
		if err != nil || n > 10 {
			t.Fatal(n, err)
		}
		done, q.Checkpoint = res.Done, res.Checkpoint
		if done && !slices.Equal(res.FollowUps, []string{"process-orders"}) {
			t.Errorf("follow-ups %v", res.FollowUps)
		}
	}
	if got := r.States(); got[orders.Ready] != 250 || n != 4 {
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
			r.Run("")
			if c.process {
				r.Process("#1001")
			}
			r.Change(0, func(o *orders.Order) { o.Lines = append(slices.Clone(o.Lines), orders.Line{ID: "99"}) })
			r.Source.Broken["5000"] = true
			r.Run("")
			if v := r.View("#1001"); v.State != c.then || v.Issue == nil || v.Issue.Reason != orders.OrderUnreadable {
				t.Fatalf("the order is %s with %+v", v.State, v.Issue)
			}
			r.Touch(1, 0)
			r.Run("") // the cursor is far behind the change by now
			if is, err := r.Stage.Issues.List(t.Context(), "acme"); err != nil || len(is) != 1 || is[0].Attempts < 2 {
				t.Errorf("issues %+v, %v; want one, tried again", is, err)
			}
			delete(r.Source.Broken, "5000")
			r.At = r.At.Add(20 * time.Minute) // until which it is left alone
			r.Run("")
			v := r.View("#1001")
			if v.State != c.after || v.Issue != nil && v.Issue.Reason == orders.OrderUnreadable {
				t.Errorf("once readable the order is %s with %+v", v.State, v.Issue)
			}
			if ids, err := r.Stage.Unread(t.Context(), "acme"); err != nil || len(ids) != 0 {
				t.Errorf("still to read %v, %v", ids, err)
			}
		})
	}
}

func TestDeletedBeforeItCouldBeRead(t *testing.T) {
	r := newRig(t, 0, 2)
	r.Source.Broken["5000"] = true
	r.Run("")
	delete(r.Source.Sold, "5000")
	delete(r.Source.Broken, "5000")
	r.Run("")
	if v := r.View("5000"); v.State != orders.Skipped || v.Reason == "" {
		t.Errorf("the order is %+v", v)
	}
	if is, err := r.Stage.Issues.List(t.Context(), "acme"); err != nil || len(is) != 0 {
		t.Errorf("issues %v, %v", is, err)
	}
}

func TestNothingReadableFailsTheRun(t *testing.T) {
	r := newRig(t, 0, 60)
	for id := range r.Source.Sold {
		r.Source.Broken[id] = true
	}
	r.Source.Page = 250
	if _, err := r.Slice(jobqueue.Request{}); fault.KindOf(err) != fault.Bug {
		t.Errorf("%v, want the failure of the reads", err)
	}
	if c := r.Cursor().UpTo; !c.IsZero() {
		t.Errorf("the cursor moved to %v", c)
	}
}

func TestNamesThatAreUnknown(t *testing.T) {
	r := newRig(t, 0, 3)
	_, err := r.Slice(jobqueue.Request{Parameters: json.RawMessage(`{"names":["#9","1002","#8"]}`)})
	if fault.KindOf(err) != fault.Rejected {
		t.Fatal(err)
	}
	if f, ok := errors.AsType[*fault.Error](err); !ok || !strings.Contains(f.Merchant, "#9, #8") || strings.Contains(f.Merchant, "1002") {
		t.Errorf("the merchant reads %v", err)
	}
	if v := r.View("#1002"); v.State != orders.Ready {
		t.Errorf("the known one is %s", v.State)
	}
}

func TestNamedOrdersStay(t *testing.T) {
	r := newRig(t, 0, 2)
	r.Run(`{"fullyPaid":true}`)
	r.Run(`{"names":["#1001"]}`)
	r.Touch(0, 0)
	r.Touch(1, 0)
	r.Run(`{"fullyPaid":true}`)
	if a, b := r.View("#1001"), r.View("#1002"); a.State != orders.Ready || b.State != orders.Filtered {
		t.Errorf("the named order is %s and the other one %s", a.State, b.State)
	}
}

func TestReasonFollowsTheFilter(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Run(`{"fullyPaid":true}`)
	r.Run(`{"channels":["Point of Sale"]}`)
	if v := r.View("#1001"); v.State != orders.Filtered || !strings.HasPrefix(v.Reason, "channel") {
		t.Errorf("the order is %s for %q", v.State, v.Reason)
	}
}

// connected is the shop card from here on.
func (r *rig) connected(card documents.Card) {
	card.Code = "acme"
	r.Import.Card = func(context.Context, string) (shop.Shop, error) { return card.Stored() }
}

// left are the names of the orders whose stored copy is not what Shopify has.
func (r *rig) left() []string {
	r.T.Helper()
	names := []string{}
	for _, o := range r.Behind() {
		names = append(names, o.Name)
	}
	slices.Sort(names)
	return names
}

// The cursor is held at the beginning of the walk, by the clock of the source:
// by ours, which is ahead here, what the index showed late would be passed.
func TestCursorIsHeldByTheSourcesClock(t *testing.T) {
	r := newRig(t, 0, 0)
	r.Source.Ahead, r.Source.Page = -5*time.Minute, 2
	there := func() time.Time { return r.Now().Add(r.Source.Ahead) }
	r.Source.Put(orderstest.Order(0, there().Add(-time.Hour)))
	r.Source.Put(orderstest.Order(1, there().Add(-5*time.Minute)))
	r.Source.Put(orderstest.Order(2, there().Add(-2*time.Minute)))
	// The first page passes its place just before the index shows it.
	r.Source.Put(orderstest.Order(3, there().Add(-9*time.Minute-55*time.Second)))
	r.Source.Hidden["5003"] = r.Now().Add(4 * time.Second)
	r.Source.Reading = func() { // the walk takes minutes, and an order changes meanwhile
		r.Source.Reading = nil
		r.At = r.At.Add(4 * time.Minute)
		o := r.Source.Sold["5002"]
		o.Note, o.UpdatedAt = "changed", there()
		r.Source.Put(o)
	}
	r.Run("")
	if got := r.left(); !slices.Equal(got, []string{"#1004"}) {
		t.Fatalf("behind after the first walk: %v, want the late one", got)
	}
	r.Run("")
	if got := r.left(); len(got) > 0 {
		t.Errorf("lost: %v; the cursor is at %v", got, r.Cursor().UpTo)
	}
}

// Of a page that is read in parts, a part is not the end of the walk.
func TestCursorBetweenThePartsOfAPage(t *testing.T) {
	r := newRig(t, 0, 150)
	for _, o := range r.Source.Sold { // long ago
		o.UpdatedAt = o.UpdatedAt.Add(-6 * time.Hour)
		r.Source.Put(o)
	}
	r.Source.Page = 250
	r.Touch(9, 5*time.Minute) // stands where it was, and says that it has just changed
	r.Source.Reading = func() {
		if r.Source.Details > 0 {
			r.Injector.Arm(1, faulty.Before, true) // the process dies with the second part
		}
	}
	if _, err := r.Slice(jobqueue.Request{}); err == nil {
		t.Fatal("the process did not die")
	}
	r.Source.Reading = nil
	r.Injector.Revive()
	if c := r.Cursor().UpTo; c.IsZero() || c.After(orderstest.Start.Add(-5*time.Hour)) {
		t.Errorf("after one part of two the cursor is at %v", c)
	}
	r.At = r.At.Add(10 * time.Minute)
	r.Open()
	r.Run("")
	if got := r.left(); len(got) > 0 {
		t.Errorf("lost: %v", got)
	}
}

// endless is a source that says that there is more, after the last order too.
type endless struct{ *orderstest.Source }

func (e endless) Changed(ctx context.Context, w orders.Window, page string) (orders.ChangedPage, error) {
	if page == "end" {
		return orders.ChangedPage{}, nil
	}
	p, err := e.Source.Changed(ctx, w, page)
	if p.Next == "" {
		p.Next = "end"
	}
	return p, err
}

func TestAnEmptyLastPageEndsTheWalk(t *testing.T) {
	r := newRig(t, 0, 0)
	r.Source.Put(orderstest.Order(0, r.Now().Add(-time.Minute)))
	r.Import.Source = func(shop.Shop) (orders.Source, error) { return endless{r.Source}, nil }
	r.Run("")
	if got, want := r.Cursor().UpTo, orderstest.Start.Add(-time.Minute); !got.Equal(want) {
		t.Errorf("the cursor is at %v, want it at the newest change, %v", got, want)
	}
}

// The daily sweep finds what the index showed up to three days late.
func TestSweepGoesBackThreeDays(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Run("")
	r.Touch(5, 70*time.Hour)
	for r.At.Before(orderstest.Start.Add(75 * time.Hour)) {
		r.At = r.At.Add(2 * time.Hour)
		r.Touch(0, 0)
		r.Run("")
	}
	if got := r.left(); len(got) > 0 {
		t.Errorf("lost: %v", got)
	}
}

// The start of the import is set anew, later than the import has come: what
// lies between is imported all the same, and nothing from before the old orderstest.Start.
func TestStartThatIsSetLater(t *testing.T) {
	for _, later := range []time.Duration{3 * time.Hour, 26 * time.Hour} { // the second is a sweep
		r := newRig(t, 0, 1)
		r.Source.Put(orderstest.Order(7, orderstest.Start.Add(-25*time.Hour))) // before the shop was connected
		r.Run("")
		r.At = orderstest.Start.Add(time.Hour)
		r.Touch(5, 0)
		r.At = orderstest.Start.Add(later)
		r.connected(documents.Card{
			Shop:          shop.Shop{ConnectedAt: orderstest.Start.Add(-24 * time.Hour)},
			OrderSettings: orders.OrderSettings{ImportFrom: orderstest.Start.Add(2 * time.Hour)},
		})
		r.Run("")
		if got := r.left(); !slices.Equal(got, []string{"#1008"}) {
			t.Errorf("%v later: behind are %v, want the old one alone", later, got)
		}
	}
}

// The job's start comes before the shop's, and that before the connection.
func TestWhereTheFirstImportStarts(t *testing.T) {
	day := 24 * time.Hour
	for _, tt := range []struct {
		name       string
		card       documents.Card
		parameters string
		left       []string
	}{
		{"at the connection", documents.Card{Shop: shop.Shop{ConnectedAt: orderstest.Start.Add(-2 * day)}}, "", []string{"#1003", "#1005"}},
		{"as the card says", documents.Card{
			Shop:          shop.Shop{ConnectedAt: orderstest.Start.Add(-2 * day)},
			OrderSettings: orders.OrderSettings{ImportFrom: orderstest.Start.Add(-4 * day)},
		}, "", []string{"#1005"}},
		{"as the job says", documents.Card{
			Shop:          shop.Shop{ConnectedAt: orderstest.Start.Add(-2 * day)},
			OrderSettings: orders.OrderSettings{ImportFrom: orderstest.Start.Add(-4 * day)},
		}, `{"from":"2026-11-17T08:00:00Z"}`, []string{}},
		{"later, as the job says", documents.Card{
			Shop:          shop.Shop{ConnectedAt: orderstest.Start.Add(-4 * day)},
			OrderSettings: orders.OrderSettings{ImportFrom: orderstest.Start.Add(-6 * day)},
		}, `{"from":"2026-11-21T08:00:00Z"}`, []string{"#1003", "#1005"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, 0, 0)
			for _, days := range []int{0, 2, 4} {
				r.Source.Put(orderstest.Order(days, orderstest.Start.Add(-time.Duration(days)*day-12*time.Hour)))
			}
			r.connected(tt.card)
			r.Run(tt.parameters)
			if got := r.left(); !slices.Equal(got, tt.left) {
				t.Errorf("left out %v, want %v", got, tt.left)
			}
		})
	}
}

// slow is a source whose answers are on their way for a time.
type slow struct {
	*orderstest.Source
	arrive func()
}

func (s slow) Orders(ctx context.Context, ids []string) (orders.Read, error) {
	read, err := s.Source.Orders(ctx, ids)
	s.arrive()
	return read, err
}

// An order that changes in the second that its answer shows, after it was read
// and before the answer arrives, is looked at once more.
func TestChangeWhileTheAnswerIsOnItsWay(t *testing.T) {
	r := newRig(t, 0, 0)
	r.Source.Put(orderstest.Order(0, r.Now()))
	r.Import.Source = func(shop.Shop) (orders.Source, error) {
		return slow{r.Source, func() { r.At = r.At.Add(20 * time.Second) }}, nil
	}
	r.Run("")
	o := r.Source.Sold["5000"]
	o.Note = "changed in the same second"
	r.Source.Put(o)
	r.Run("")
	if got := r.left(); len(got) > 0 {
		t.Errorf("behind: %v", got)
	}
}

// Where a window ends the next one begins, to the second.
func TestWindowsTouch(t *testing.T) {
	r := newRig(t, 0, 0)
	for i := range 60 {
		r.Source.Put(orderstest.Order(i, orderstest.Start.Add(-time.Hour+time.Duration(i)*time.Second)))
	}
	r.Import.MaxObjects = 7
	r.Run("")
	if got := r.left(); len(got) > 0 {
		t.Errorf("left out: %v", got)
	}
}

// The overlap does not reach back before the shop was connected.
func TestNothingFromBeforeTheConnection(t *testing.T) {
	r := newRig(t, 0, 0)
	connected := orderstest.Start.Add(-24 * time.Hour)
	r.At = connected.Add(time.Hour)
	r.Source.Put(orderstest.Order(1, connected.Add(-3*time.Minute)))
	r.Source.Put(orderstest.Order(2, connected.Add(time.Minute)))
	for range 3 {
		r.Run("")
		r.At = r.At.Add(20 * time.Minute)
	}
	vs, _, err := r.Stage.List(t.Context(), "acme", "", "", 0)
	if err != nil || !slices.EqualFunc(vs, []string{"#1003"}, func(v staging.View, n string) bool { return v.Name == n }) {
		t.Errorf("imported %+v, %v; want the order of after the connection alone", vs, err)
	}
}

func TestListThatRepeatsItself(t *testing.T) {
	r := newRig(t, 0, 3)
	r.Source.Loops = true
	var q jobqueue.Request
	for n := range 50 {
		res, err := r.Slice(q)
		if err != nil {
			if fault.KindOf(err) != fault.Transient {
				t.Errorf("%v", err)
			}
			return
		}
		if res.Done {
			t.Fatalf("done after %d slices", n)
		}
		q.Checkpoint = res.Checkpoint
	}
	t.Error("the list is walked for ever")
}
