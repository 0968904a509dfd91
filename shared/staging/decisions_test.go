package staging_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"backroom/shared/documents"
	"backroom/shared/faulty"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/shop"
	"backroom/shared/staging"
	"backroom/shared/table"
)

// connected is the shop card from here on.
func (r *rig) connected(card documents.Card) {
	card.Code = "acme"
	r.task.Card = func(context.Context, string) (shop.Shop, error) { return card.Stored() }
}

// left are the names of the orders whose stored copy is not what Shopify has.
func (r *rig) left() []string {
	r.t.Helper()
	names := []string{}
	for _, o := range r.behind() {
		names = append(names, o.Name)
	}
	slices.Sort(names)
	return names
}

// The cursor is held at the beginning of the walk, by the clock of the source:
// by ours, which is ahead here, what the index showed late would be passed.
func TestCursorIsHeldByTheSourcesClock(t *testing.T) {
	r := newRig(t, 0, 0)
	r.source.ahead, r.source.page = -5*time.Minute, 2
	there := func() time.Time { return r.now().Add(r.source.ahead) }
	r.source.put(order(0, there().Add(-time.Hour)))
	r.source.put(order(1, there().Add(-5*time.Minute)))
	r.source.put(order(2, there().Add(-2*time.Minute)))
	// The first page passes its place just before the index shows it.
	r.source.put(order(3, there().Add(-9*time.Minute-55*time.Second)))
	r.source.hidden["5003"] = r.now().Add(4 * time.Second)
	r.source.reading = func() { // the walk takes minutes, and an order changes meanwhile
		r.source.reading = nil
		r.at = r.at.Add(4 * time.Minute)
		o := r.source.orders["5002"]
		o.Note, o.UpdatedAt = "changed", there()
		r.source.put(o)
	}
	r.run("")
	if got := r.left(); !slices.Equal(got, []string{"#1004"}) {
		t.Fatalf("behind after the first walk: %v, want the late one", got)
	}
	r.run("")
	if got := r.left(); len(got) > 0 {
		t.Errorf("lost: %v; the cursor is at %v", got, r.cursor().UpTo)
	}
}

// Of a page that is read in parts, a part is not the end of the walk.
func TestCursorBetweenThePartsOfAPage(t *testing.T) {
	r := newRig(t, 0, 150)
	for _, o := range r.source.orders { // long ago
		o.UpdatedAt = o.UpdatedAt.Add(-6 * time.Hour)
		r.source.put(o)
	}
	r.source.page = 250
	r.touch(9, 5*time.Minute) // stands where it was, and says that it has just changed
	r.source.reading = func() {
		if r.source.details > 0 {
			r.injector.Arm(1, faulty.Before, true) // the process dies with the second part
		}
	}
	if _, err := r.slice(jobqueue.Request{}); err == nil {
		t.Fatal("the process did not die")
	}
	r.source.reading = nil
	r.injector.Revive()
	if c := r.cursor().UpTo; c.IsZero() || c.After(start.Add(-5*time.Hour)) {
		t.Errorf("after one part of two the cursor is at %v", c)
	}
	r.at = r.at.Add(10 * time.Minute)
	r.open()
	r.run("")
	if got := r.left(); len(got) > 0 {
		t.Errorf("lost: %v", got)
	}
}

// endless is a source that says that there is more, after the last order too.
type endless struct{ *source }

func (e endless) Changed(ctx context.Context, w orders.Window, page string) (orders.ChangedPage, error) {
	if page == "end" {
		return orders.ChangedPage{}, nil
	}
	p, err := e.source.Changed(ctx, w, page)
	if p.Next == "" {
		p.Next = "end"
	}
	return p, err
}

func TestAnEmptyLastPageEndsTheWalk(t *testing.T) {
	r := newRig(t, 0, 0)
	r.source.put(order(0, r.now().Add(-time.Minute)))
	r.task.Source = func(shop.Shop) (orders.Source, error) { return endless{r.source}, nil }
	r.run("")
	if got, want := r.cursor().UpTo, start.Add(-time.Minute); !got.Equal(want) {
		t.Errorf("the cursor is at %v, want it at the newest change, %v", got, want)
	}
}

// The daily sweep finds what the index showed up to three days late.
func TestSweepGoesBackThreeDays(t *testing.T) {
	r := newRig(t, 0, 1)
	r.run("")
	r.touch(5, 70*time.Hour)
	for r.at.Before(start.Add(75 * time.Hour)) {
		r.at = r.at.Add(2 * time.Hour)
		r.touch(0, 0)
		r.run("")
	}
	if got := r.left(); len(got) > 0 {
		t.Errorf("lost: %v", got)
	}
}

// The start of the import is set anew, later than the import has come: what
// lies between is imported all the same, and nothing from before the old start.
func TestStartThatIsSetLater(t *testing.T) {
	for _, later := range []time.Duration{3 * time.Hour, 26 * time.Hour} { // the second is a sweep
		r := newRig(t, 0, 1)
		r.source.put(order(7, start.Add(-25*time.Hour))) // before the shop was connected
		r.run("")
		r.at = start.Add(time.Hour)
		r.touch(5, 0)
		r.at = start.Add(later)
		r.connected(documents.Card{
			Shop:          shop.Shop{ConnectedAt: start.Add(-24 * time.Hour)},
			OrderSettings: orders.OrderSettings{ImportFrom: start.Add(2 * time.Hour)},
		})
		r.run("")
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
		{"at the connection", documents.Card{Shop: shop.Shop{ConnectedAt: start.Add(-2 * day)}}, "", []string{"#1003", "#1005"}},
		{"as the card says", documents.Card{
			Shop:          shop.Shop{ConnectedAt: start.Add(-2 * day)},
			OrderSettings: orders.OrderSettings{ImportFrom: start.Add(-4 * day)},
		}, "", []string{"#1005"}},
		{"as the job says", documents.Card{
			Shop:          shop.Shop{ConnectedAt: start.Add(-2 * day)},
			OrderSettings: orders.OrderSettings{ImportFrom: start.Add(-4 * day)},
		}, `{"from":"2026-11-17T08:00:00Z"}`, []string{}},
		{"later, as the job says", documents.Card{
			Shop:          shop.Shop{ConnectedAt: start.Add(-4 * day)},
			OrderSettings: orders.OrderSettings{ImportFrom: start.Add(-6 * day)},
		}, `{"from":"2026-11-21T08:00:00Z"}`, []string{"#1003", "#1005"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, 0, 0)
			for _, days := range []int{0, 2, 4} {
				r.source.put(order(days, start.Add(-time.Duration(days)*day-12*time.Hour)))
			}
			r.connected(tt.card)
			r.run(tt.parameters)
			if got := r.left(); !slices.Equal(got, tt.left) {
				t.Errorf("left out %v, want %v", got, tt.left)
			}
		})
	}
}

// What a write-back says of an order: our own echo is recognised by it, and a
// change of somebody else is not taken for one.
func TestWhatAWriteBackTells(t *testing.T) {
	at := func(seconds int) time.Time { return start.Add(-time.Hour + time.Duration(seconds)*time.Second) }
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
			r.run("")
			r.process("#1001")
			w := documents.Written{Shop: "acme", ID: "5000", Number: "SO1", Before: tt.before, UpdatedAt: tt.after}
			if err := r.stage.SaveWritten(t.Context(), r.jobs, r.lease, []documents.Written{w}); err != nil {
				t.Fatal(err)
			}
			ks, err := r.stage.Known(t.Context(), "acme", []string{"5000"})
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
	r.run("")
	r.process("#1001")
	todo, err := r.stage.Unwritten(t.Context(), "acme", 10)
	if err != nil || len(todo) != 1 {
		t.Fatal(todo, err)
	}
	r.unlink("#1001")
	r.outcome("5000", documents.Outcome{Link: &documents.Link{Type: "Order", ID: "guid2", Number: "SO2", Total: amount("10").Shop}})
	if err := r.stage.SaveWritten(t.Context(), r.jobs, r.lease, todo); err != nil {
		t.Fatal(err)
	}
	todo, err = r.stage.Unwritten(t.Context(), "acme", 10)
	if err != nil || len(todo) != 1 || todo[0].Number != "SO2" {
		t.Errorf("to write %+v, %v; want the number of the second document", todo, err)
	}
}

// While a create may still take effect, nothing forgets when it was sent.
func TestUnknownOutcomeKeepsItsIntent(t *testing.T) {
	r := newRig(t, 0, 1)
	r.run("")
	sent := r.now()
	r.outcome("5000", documents.Outcome{SentAt: sent})
	i := documents.Explained.New(outbound.OutcomeUnknown, "#1001")
	r.outcome("5000", documents.Outcome{Issue: &i, Unknown: true})
	if p := r.pending("5000"); !p.SentAt.Equal(sent) {
		t.Errorf("sent at %v, want %v", p.SentAt, sent)
	}
	if v := r.view("#1001"); v.State != orders.Creating {
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
		{"its document is new", func(r *rig) { r.unlink("#1001"); r.process("#1001") }, 1},
		{"its last change could not be read", func(r *rig) {
			r.touch(0, 0)
			r.source.broken["5000"] = true
			r.source.put(order(1, r.now())) // one that can be read
			r.run("")
			delete(r.source.orders, "5001")
		}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, 0, 1)
			r.run("")
			r.process("#1001")
			r.at = r.at.Add(85 * 24 * time.Hour)
			tt.then(r)
			r.at = r.at.Add(10 * 24 * time.Hour)
			before := start.Add(5 * 24 * time.Hour)
			if err := r.stage.Shrink(t.Context(), r.jobs, r.lease, "acme", before); err != nil {
				t.Fatal(err)
			}
			if got := r.copiesOf("5000"); got != tt.want {
				t.Errorf("%d copies, want %d", got, tt.want)
			}
		})
	}
}

func (r *rig) unlink(name string) {
	r.t.Helper()
	if _, err := r.stage.Decide(r.t.Context(), "acme", name, staging.Unlink); err != nil {
		r.t.Fatal(err)
	}
}

// copiesOf is the number of parts of the copy of an order that are stored.
func (r *rig) copiesOf(id string) (n int) {
	r.t.Helper()
	p, err := r.table.Query(r.t.Context(), table.Query{PK: "SHOP#acme#ORD", Prefix: id + "#"})
	if err != nil {
		r.t.Fatal(err)
	}
	return len(p.Items)
}

// slow is a source whose answers are on their way for a time.
type slow struct {
	*source
	arrive func()
}

func (s slow) Orders(ctx context.Context, ids []string) (orders.Read, error) {
	read, err := s.source.Orders(ctx, ids)
	s.arrive()
	return read, err
}

// An order that changes in the second that its answer shows, after it was read
// and before the answer arrives, is looked at once more.
func TestChangeWhileTheAnswerIsOnItsWay(t *testing.T) {
	r := newRig(t, 0, 0)
	r.source.put(order(0, r.now()))
	r.task.Source = func(shop.Shop) (orders.Source, error) {
		return slow{r.source, func() { r.at = r.at.Add(20 * time.Second) }}, nil
	}
	r.run("")
	o := r.source.orders["5000"]
	o.Note = "changed in the same second"
	r.source.put(o)
	r.run("")
	if got := r.left(); len(got) > 0 {
		t.Errorf("behind: %v", got)
	}
}

// Where a window ends the next one begins, to the second.
func TestWindowsTouch(t *testing.T) {
	r := newRig(t, 0, 0)
	for i := range 60 {
		r.source.put(order(i, start.Add(-time.Hour+time.Duration(i)*time.Second)))
	}
	r.task.MaxObjects = 7
	r.run("")
	if got := r.left(); len(got) > 0 {
		t.Errorf("left out: %v", got)
	}
}

// What was decided from an earlier state of an order is not stored over a later one.
func TestNothingIsStoredOverALaterState(t *testing.T) {
	r := newRig(t, 0, 1)
	r.run("")
	p := r.pending("5000")
	ks, err := r.stage.Known(t.Context(), "acme", []string{"5000"})
	if err != nil {
		t.Fatal(err)
	}
	r.touch(0, 0)
	r.run("")
	want := r.view("#1001")
	i := documents.Explained.New(documents.TotalDiffers, "10 and 11")
	_, err = r.stage.Save(t.Context(), r.jobs, r.lease, []documents.Outcome{{Pending: p, Issue: &i, Tried: "print"}})
	if !errors.Is(err, table.ErrConflict) {
		t.Errorf("an outcome: %v, want a conflict", err)
	}
	o := order(0, start)
	staged := []orders.Staged{{Known: ks[0], State: orders.Ready, Order: &o, UpdatedAt: o.UpdatedAt, Hash: "earlier"}}
	if err = r.stage.Put(t.Context(), r.jobs, r.lease, "acme", staged, time.Time{}); !errors.Is(err, table.ErrConflict) {
		t.Errorf("an import: %v, want a conflict", err)
	}
	if got := r.view("#1001"); got.State != want.State || got.Issue != nil || len(r.behind()) > 0 {
		t.Errorf("it is %+v, want %+v", got, want)
	}
}
