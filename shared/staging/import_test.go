package staging_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/faulty"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/shop"
	"backroom/shared/staging"
	"backroom/shared/table"
	"backroom/shared/task"
)

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// source is a shop whose search index trails.
type source struct {
	orders  map[string]orders.Order
	hidden  map[string]time.Time // the index does not know the last change before
	was     map[string]time.Time // where the index has those meanwhile; absent: nowhere
	broken  map[string]bool      // makes every answer unreadable
	failing map[string]error     // has an error of its own
	whole   map[string]error     // is the error of every answer with it
	reading func()               // called before orders are read
	ahead   time.Duration        // of its clock, before ours
	silent  bool                 // does not tell the time
	horizon time.Time            // what was placed before is hidden
	loops   bool                 // its list repeats itself
	now     func() time.Time
	page    int
	details int // orders read in detail
	windows []orders.Window
}

// position is where the index has an order.
func (s *source) position(o orders.Order) (time.Time, bool) {
	if s.now().Before(s.hidden[o.ID]) {
		at, ok := s.was[o.ID]
		return at, ok
	}
	return o.UpdatedAt, true
}

// changed is what a list says: in the order of the index, with the update times
// of the database.
func (s *source) changed(w orders.Window) []orders.Changed {
	var out []orders.Changed
	for id, o := range s.orders {
		if at, ok := s.position(o); ok && !at.Before(w.From) && (w.To.IsZero() || at.Before(w.To)) {
			out = append(out, orders.Changed{ID: id, UpdatedAt: o.UpdatedAt})
		}
	}
	slices.SortFunc(out, func(a, b orders.Changed) int { return strings.Compare(s.token(a), s.token(b)) })
	return out
}

func (s *source) token(c orders.Changed) string {
	at, _ := s.position(s.orders[c.ID])
	return at.UTC().Format(time.RFC3339) + "/" + c.ID
}

func (s *source) CountChanged(_ context.Context, w orders.Window, limit int) (int, error) {
	return min(len(s.changed(w)), limit), nil
}

func (s *source) Changed(_ context.Context, w orders.Window, page string) (orders.ChangedPage, error) {
	if page == "" {
		s.windows = append(s.windows, w)
	}
	var p orders.ChangedPage
	if s.loops {
		p.Next = map[string]string{"": "a", "a": "b", "b": "c", "c": "a"}[page]
		return p, nil
	}
	for _, c := range s.changed(w) {
		if s.token(c) <= page {
			continue
		}
		if len(p.Orders) == s.page {
			p.Next = s.token(p.Orders[s.page-1])
			break
		}
		p.Orders = append(p.Orders, c)
	}
	return p, nil
}

// Clock is the source's: apart from ours, and in whole seconds as it is told.
func (s *source) Clock() time.Time {
	if s.silent {
		return time.Time{}
	}
	return s.now().Add(s.ahead).Truncate(time.Second)
}

func (s *source) Orders(_ context.Context, ids []string) (orders.Read, error) {
	if s.reading != nil {
		s.reading()
	}
	var out orders.Read
	for _, id := range ids {
		if err := s.whole[id]; err != nil {
			return out, err
		}
		if s.broken[id] {
			return out, &fault.Error{Op: "shopify.Orders", Kind: fault.Bug, Err: errors.New("amount is no number")}
		}
	}
	for _, id := range ids {
		s.details++
		if err := s.failing[id]; err != nil {
			out.Unread = append(out.Unread, orders.Unreadable{ID: id, Name: s.orders[id].Name, Err: err})
		} else if o, ok := s.orders[id]; ok {
			out.Orders = append(out.Orders, o)
		}
	}
	return out, nil
}

func (s *source) Horizon(context.Context) (time.Time, error) { return s.horizon, nil }

func (s *source) OrderByName(_ context.Context, name string) ([]string, error) {
	for id, o := range s.orders {
		if o.Name == name {
			return []string{id}, nil
		}
	}
	return nil, nil
}

// rig is an import into a stage, on a clock of its own.
type rig struct {
	t        *testing.T
	at       time.Time
	source   *source
	table    *memory.Table
	injector *faulty.Injector
	stage    *staging.Store
	task     *orders.Import
	jobs     *jobqueue.Store
	lease    jobqueue.Lease
}

func (r *rig) now() time.Time { return r.at }

func newRig(t *testing.T, lag time.Duration, n int) *rig {
	t.Helper()
	r := &rig{t: t, at: start}
	r.source = &source{
		orders: map[string]orders.Order{}, hidden: map[string]time.Time{}, was: map[string]time.Time{}, broken: map[string]bool{},
		now: r.now, page: 10,
	}
	for i := range n {
		r.source.put(order(i, start.Add(-time.Hour+time.Duration(i)*time.Minute)))
	}
	r.table = memory.NewTable(r.now)
	r.table.IndexLag = lag
	r.injector = &faulty.Injector{Now: r.now}
	r.open()
	return r
}

// open is a new process on the same table.
func (r *rig) open() {
	tb := faulty.Table{Inner: r.table, Injector: r.injector}
	r.stage = &staging.Store{Table: tb, Issues: &issue.Store{Table: tb}, Now: r.now}
	r.jobs = &jobqueue.Store{Table: tb, Now: r.now}
	r.task = &orders.Import{
		Deps: task.Deps{
			Card: func(context.Context, string) (shop.Shop, error) {
				return shop.Shop{Code: "acme", ConnectedAt: start.Add(-24 * time.Hour)}, nil
			},
			Guard: r.jobs, Now: r.now, Issues: r.stage.Issues,
		},
		Source: func(shop.Shop) (orders.Source, error) { return r.source, nil },
		Stage:  r.stage, Next: documents.TaskName,
	}
	r.claim()
}

// claim takes the lock as a dispatcher would: whoever had it is fenced.
func (r *rig) claim() {
	r.t.Helper()
	k := table.Key{PK: "SCOPE#acme", SK: "LOCK#orders"}
	if err := r.table.Write(r.t.Context(), table.Put(table.Item{Key: k, Data: []byte{1}}, table.Always)); err != nil {
		r.t.Fatal(err)
	}
	it, err := r.table.Get(r.t.Context(), k)
	if err != nil {
		r.t.Fatal(err)
	}
	r.lease = jobqueue.Lease{Scope: "acme", Category: "orders", Version: it.Version, Until: r.now().Add(time.Hour)}
}

func amount(s string) money.Bag {
	a := money.Amount{Value: decimal.RequireFromString(s), Currency: "EUR"}
	return money.Bag{Shop: a, Presentment: a}
}

func order(i int, at time.Time) orders.Order {
	return orders.Order{
		ID: strconv.Itoa(5000 + i), Name: fmt.Sprintf("#%d", 1001+i), Number: int64(1001 + i), CreatedAt: at, UpdatedAt: at, Confirmed: true,
		FinancialStatus: "PAID", Currency: "EUR", Total: amount("10"), CurrentTotal: amount("10"), ShippingTotal: amount("0"),
		Lines: []orders.Line{{ID: strconv.Itoa(i), Title: "Mug", SKU: "MUG", Quantity: 2, CurrentQuantity: 2, UnitPrice: amount("5")}},
	}
}

func (s *source) put(o orders.Order) { s.orders[o.ID] = o }

// change edits an order in Shopify, now.
func (r *rig) change(i int, f func(*orders.Order)) {
	o := r.source.orders[strconv.Itoa(5000+i)]
	f(&o)
	o.UpdatedAt = r.now().Truncate(time.Second)
	r.source.put(o)
}

// slice does one slice.
func (r *rig) slice(q jobqueue.Request) (jobqueue.Result, error) {
	q.Shop, q.Entry, q.Task, q.Run, q.Lease = "acme", "sync-orders", "sync-orders", "r1", r.lease
	if q.Deadline.IsZero() {
		q.Deadline = r.now().Add(10 * time.Minute)
	}
	return r.task.Definition().Run.Run(r.t.Context(), q)
}

// run does a whole run.
func (r *rig) run(parameters string) jobqueue.Result {
	r.t.Helper()
	var counts jobqueue.Counts
	q := jobqueue.Request{Parameters: json.RawMessage(parameters)}
	for range 1000 {
		res, err := r.slice(q)
		if err != nil {
			r.t.Fatal(err)
		}
		counts = counts.Add(res.Counts)
		if res.Counts = counts; res.Done {
			r.at = r.at.Add(time.Minute)
			return res
		}
		q.Checkpoint = res.Checkpoint
	}
	r.t.Fatal("the run does not end")
	return jobqueue.Result{}
}

func (r *rig) states() map[orders.State]int {
	r.t.Helper()
	r.at = r.at.Add(time.Hour) // beyond any lag
	vs, _, err := r.stage.List(r.t.Context(), "acme", "", "", 0)
	if err != nil {
		r.t.Fatal(err)
	}
	m := map[orders.State]int{}
	for _, v := range vs {
		m[v.State]++
	}
	return m
}

func (r *rig) view(name string) staging.View {
	r.t.Helper()
	r.at = r.at.Add(time.Hour)
	v, err := r.stage.Find(r.t.Context(), "acme", name)
	if err != nil {
		r.t.Fatal(err)
	}
	return v
}

// eachLag runs a test with an index that is right and with one that trails.
func eachLag(t *testing.T, f func(t *testing.T, lag time.Duration)) {
	t.Helper()
	for _, lag := range []time.Duration{0, 20 * time.Second} {
		t.Run("lag "+lag.String(), func(t *testing.T) { f(t, lag) })
	}
}

func TestImport(t *testing.T) {
	eachLag(t, func(t *testing.T, lag time.Duration) {
		t.Helper()
		r := newRig(t, lag, 35)
		res := r.run("")
		if res.Counts.Created != 35 || !slices.Equal(res.FollowUps, []string{"process-orders"}) {
			t.Errorf("result %+v", res)
		}
		if got := r.states(); got[orders.Ready] != 35 || len(got) != 1 {
			t.Errorf("states %v", got)
		}
		// Nothing new: the overlap is listed, and neither read nor written.
		read := r.source.details
		r.injector.Arm(0, faulty.Before, false)
		if res := r.run(""); res.Counts.Created+res.Counts.Updated != 0 || r.source.details != read || r.injector.Writes() != 0 {
			t.Errorf("second run %+v, %d details, %d writes; want nothing", res.Counts, r.source.details-read, r.injector.Writes())
		}
		r.change(3, func(o *orders.Order) { o.Tags = []string{"gift"} })
		if res := r.run(""); res.Counts.Updated != 1 || r.source.details != read+1 {
			t.Errorf("after a change %+v, %d details", res.Counts, r.source.details-read)
		}
	})
}

func TestLateIndexLosesNothing(t *testing.T) {
	r := newRig(t, 0, 10)
	late := order(20, r.now().Add(-4*time.Minute))
	r.source.put(late)
	r.source.hidden[late.ID] = r.now().Add(5 * time.Minute)
	r.source.put(order(21, r.now())) // newer, and listed at once
	r.run("")
	r.at = r.at.Add(6 * time.Minute)
	r.run("")
	if v := r.view("#1021"); v.State != orders.Ready {
		t.Errorf("the order that was listed late is %+v", v)
	}
}

func TestWindowsStayUnderTheLimit(t *testing.T) {
	r := newRig(t, 0, 60)
	r.task.MaxObjects = 20
	if res := r.run(""); res.Counts.Created != 60 {
		t.Errorf("created %d, want 60", res.Counts.Created)
	}
	if len(r.source.windows) < 4 {
		t.Errorf("%d windows for 60 orders of at most 19", len(r.source.windows))
	}
	for _, w := range r.source.windows {
		if n := len(r.source.changed(w)); n >= 20 {
			t.Errorf("window %v holds %d orders, at most 19 can be listed", w, n)
		}
	}
}

func TestSlicesOfOnePageMakeProgress(t *testing.T) {
	r := newRig(t, 0, 45)
	slicesDone := 0
	q := jobqueue.Request{MaxPages: 1}
	for done := false; !done; slicesDone++ {
		res, err := r.slice(q)
		if err != nil || slicesDone > 20 {
			t.Fatalf("slice %d: %v", slicesDone, err)
		}
		done, q.Checkpoint = res.Done, res.Checkpoint
	}
	if got := r.states(); got[orders.Ready] != 45 || slicesDone != 5 {
		t.Errorf("%v in %d slices, want 45 ready in 5", got, slicesDone)
	}
}

func TestFiltersJudgeAgain(t *testing.T) {
	eachLag(t, func(t *testing.T, lag time.Duration) {
		t.Helper()
		r := newRig(t, lag, 3)
		r.source.orders["5001"] = func(o orders.Order) orders.Order { o.FullyPaid = true; return o }(r.source.orders["5001"])
		r.run(`{"fullyPaid":true}`)
		if got := r.states(); got[orders.Filtered] != 2 || got[orders.Ready] != 1 {
			t.Fatalf("states %v, want two filtered", got)
		}
		if v := r.view("#1001"); v.Reason != "not fully paid" {
			t.Errorf("reason %q", v.Reason)
		}
		r.change(0, func(o *orders.Order) { o.FullyPaid = true })
		r.run(`{"fullyPaid":true}`)
		if v := r.view("#1001"); v.State != orders.Ready {
			t.Errorf("the order that was paid since is %s", v.State)
		}
		r.run(`{}`) // the merchant drops the filter
		if v := r.view("#1003"); v.State != orders.Ready {
			t.Errorf("without the filter the order is %s", v.State)
		}
	})
}

func TestUnreadableOrderStopsNobody(t *testing.T) {
	r := newRig(t, 0, 12)
	r.source.broken["5004"] = true
	res := r.run("")
	if res.Counts.Created != 11 || res.Counts.Failed != 1 {
		t.Errorf("counts %+v, want 11 created and one failed", res.Counts)
	}
	v := r.view("5004")
	if v.State != orders.Unread || v.Issue == nil || v.Issue.Reason != orders.OrderUnreadable {
		t.Errorf("the order is %+v", v)
	}
	delete(r.source.broken, "5004")
	r.run("")
	if v := r.view("#1005"); v.State != orders.Ready || v.Issue != nil {
		t.Errorf("once readable the order is %+v", v)
	}
	if is, err := r.stage.Issues.List(t.Context(), "acme"); err != nil || len(is) != 0 {
		t.Errorf("issues %v, %v; want none left", is, err)
	}
}

func TestByName(t *testing.T) {
	r := newRig(t, 0, 5)
	if res := r.run(`{"names":["#1002","#1004"],"fullyPaid":true}`); res.Counts.Created != 2 {
		t.Errorf("created %d, want the two named whatever the filter says", res.Counts.Created)
	}
	if c, err := r.stage.Cursor(t.Context(), "acme"); err != nil || !c.UpTo.IsZero() {
		t.Errorf("cursor %v, %v; want it where it was", c, err)
	}
	_, err := r.slice(jobqueue.Request{Parameters: json.RawMessage(`{"names":["#9"]}`)})
	if fault.KindOf(err) != fault.Rejected || !strings.Contains(err.Error(), "#9") {
		t.Errorf("unknown name: %v", err)
	}
}

func TestDryRunChangesNothing(t *testing.T) {
	r := newRig(t, 0, 5)
	r.injector.Arm(0, faulty.Before, false)
	res, err := r.slice(jobqueue.Request{DryRun: true, Parameters: json.RawMessage(`{"fromNumber":1003}`)})
	if err != nil || r.injector.Writes() != 0 || res.FollowUps != nil {
		t.Fatalf("%v, %d writes, follow-ups %v", err, r.injector.Writes(), res.FollowUps)
	}
	var ps []orders.Planned
	if err := json.Unmarshal(res.Report, &ps); err != nil || len(ps) != 5 || ps[0].State != orders.Filtered || ps[4].State != orders.Ready {
		t.Errorf("report %s, %v", res.Report, err)
	}
}

// load is the copy of an order.
func (r *rig) load(id string) orders.Order {
	r.t.Helper()
	os, err := r.stage.Load(r.t.Context(), []documents.Pending{{Shop: "acme", ID: id}})
	if err != nil {
		r.t.Fatal(err)
	}
	return os[0]
}

// process gives an order its document, as process-orders does.
func (r *rig) process(name string) {
	r.t.Helper()
	id := r.view(name).ID
	p, ok, err := r.stage.PendingByID(r.t.Context(), "acme", id)
	if err != nil || !ok {
		r.t.Fatalf("order %s does not wait: %v", name, err)
	}
	ps, err := r.stage.Save(r.t.Context(), r.jobs, r.lease, []documents.Outcome{{Pending: p, SentAt: r.now()}})
	if err != nil {
		r.t.Fatal(err)
	}
	link := &documents.Link{Type: "Order", ID: "guid", Number: "SO1", Total: amount("10").Shop}
	if _, err := r.stage.Save(r.t.Context(), r.jobs, r.lease, []documents.Outcome{{Pending: ps[0], Link: link}}); err != nil {
		r.t.Fatal(err)
	}
}

func TestChangesAfterProcessing(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*orders.Order)
		state  orders.State
		reason issue.Reason
	}{
		{"a tag", func(o *orders.Order) { o.Tags = []string{"x"} }, orders.Processed, ""},
		{"fulfilled", func(o *orders.Order) { o.FulfillmentStatus = "FULFILLED" }, orders.Processed, ""},
		{"paid", func(o *orders.Order) { o.FinancialStatus, o.FullyPaid = "PAID", true }, orders.Processed, ""},
		{"a note", func(o *orders.Order) { o.Note = "ring twice" }, orders.Processed, ""},
		{"ships from elsewhere", func(o *orders.Order) { o.Lines[0].Location = "7" }, orders.Processed, ""},
		{"fewer units", func(o *orders.Order) { o.Lines[0].CurrentQuantity = 1 }, orders.Conflict, orders.ChangedAfterProcessing},
		{"a discount", func(o *orders.Order) { o.Lines[0].Discounts = []money.Bag{amount("1")} }, orders.Conflict, orders.ChangedAfterProcessing},
		{"refunded with money", func(o *orders.Order) { o.Refunded = amount("3") }, orders.Conflict, orders.ChangedAfterProcessing},
		{"a tip", func(o *orders.Order) { o.Tip = amount("2") }, orders.Conflict, orders.ChangedAfterProcessing},
		{"another address", func(o *orders.Order) { o.Shipping = &orders.Address{City: "Köln"} }, orders.Conflict, orders.ChangedAfterProcessing},
		{"another e-mail", func(o *orders.Order) { o.Email = "new@example.com" }, orders.Conflict, orders.ChangedAfterProcessing},
		{"more units", func(o *orders.Order) { o.Lines = slices.Clone(o.Lines); o.Lines[0].CurrentQuantity = 3 }, orders.Conflict, orders.ChangedAfterProcessing},
		{"another line", func(o *orders.Order) { o.Lines = append(slices.Clone(o.Lines), orders.Line{ID: "99"}) }, orders.Conflict, orders.ChangedAfterProcessing},
		{"dearer shipping", func(o *orders.Order) { o.ShippingTotal = amount("4.90") }, orders.Conflict, orders.ChangedAfterProcessing},
		{"cancelled", func(o *orders.Order) { o.CancelledAt = start }, orders.Conflict, orders.CancelledAfterProcessing},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 2)
			r.run("")
			r.process("#1001")
			was := r.source.orders["5000"]
			was.Lines = slices.Clone(was.Lines)
			r.change(0, c.change)
			r.run("")
			v := r.view("#1001")
			if v.State != c.state || (v.Issue == nil) != (c.reason == "") || v.Issue != nil && v.Issue.Reason != c.reason || v.Document == nil {
				t.Fatalf("order is %s with %+v, want %s for %s", v.State, v.Issue, c.state, c.reason)
			}
			if c.state == orders.Processed {
				return
			}
			// Changed back, it is in order again by itself.
			r.change(0, func(o *orders.Order) { *o = was })
			r.run("")
			if v := r.view("#1001"); v.State != orders.Processed || v.Issue != nil {
				t.Errorf("changed back it is %s with %+v", v.State, v.Issue)
			}
		})
	}
}

func TestDecisions(t *testing.T) {
	conflict := func(t *testing.T) *rig {
		t.Helper()
		r := newRig(t, 0, 1)
		r.run("")
		r.process("#1001")
		r.change(0, func(o *orders.Order) { o.ShippingTotal = amount("4.90") })
		r.run("")
		return r
	}
	t.Run("a conflict is accepted", func(t *testing.T) {
		r := conflict(t)
		if v, err := r.stage.Decide(t.Context(), "acme", "#1001", staging.Accept); err != nil || v.State != orders.Processed {
			t.Fatal(v.State, err)
		}
		r.change(0, func(o *orders.Order) { o.Tags = []string{"x"} })
		r.run("")
		if v := r.view("#1001"); v.State != orders.Processed || v.Issue != nil {
			t.Errorf("afterwards it is %s with %+v", v.State, v.Issue)
		}
	})
	t.Run("a document is forgotten", func(t *testing.T) {
		r := conflict(t)
		if v, err := r.stage.Decide(t.Context(), "acme", "1001", staging.Unlink); err != nil || v.State != orders.Ready || v.Document != nil {
			t.Fatal(v, err)
		}
	})
	t.Run("a difference is accepted", func(t *testing.T) {
		r := newRig(t, 0, 1)
		r.run("")
		p, _, err := r.stage.PendingByID(t.Context(), "acme", "5000")
		if err != nil {
			t.Fatal(err)
		}
		i, total := documents.Explained.New(documents.TotalDiffers, "10 and 11"), amount("11").Shop
		i.Kind, i.Record, i.Name = "order", "5000", "#1001"
		if _, err := r.stage.Save(t.Context(), r.jobs, r.lease, []documents.Outcome{{Pending: p, Issue: &i, Differs: &total, Tried: "x"}}); err != nil {
			t.Fatal(err)
		}
		if v := r.view("#1001"); v.State != orders.Attention || v.Issue == nil {
			t.Fatalf("order %+v", v)
		}
		if _, err := r.stage.Decide(t.Context(), "acme", "#1001", staging.Accept); err != nil {
			t.Fatal(err)
		}
		if p, ok, err := r.stage.PendingByID(t.Context(), "acme", "5000"); err != nil || !ok || p.Accepted == nil || !p.Accepted.Value.Equal(total.Value) || p.AcceptedFor != documents.TotalDiffers {
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
		"more money back": {func(o *orders.Order) { o.Refunded = amount("3") }, true},
		"a refund":        {func(o *orders.Order) { o.Refunds = []orders.Refund{{ID: "1", Amount: amount("3")}} }, true},
		"a refund that is on its way": {func(o *orders.Order) {
			o.Transactions = append(slices.Clone(o.Transactions), orders.Transaction{ID: "9", Kind: "REFUND", Status: "PENDING", Amount: amount("3")})
		}, true},
		"a refund that failed": {func(o *orders.Order) {
			o.Transactions = append(slices.Clone(o.Transactions), orders.Transaction{ID: "9", Kind: "REFUND", Status: "FAILURE", Amount: amount("3")})
		}, false},
		"a payment": {func(o *orders.Order) {
			o.Transactions = append(slices.Clone(o.Transactions), orders.Transaction{ID: "9", Kind: "SALE", Status: "SUCCESS", Amount: amount("3")})
		}, false},
		"shipping, and a tip less": {func(o *orders.Order) { o.Tip = amount("-1") }, true},
		"another total":            {func(o *orders.Order) { o.CurrentTotal = amount("99") }, true},
	} {
		for _, accepted := range []bool{true, false} {
			t.Run(fmt.Sprintf("then %s, accepted %v", name, accepted), func(t *testing.T) {
				r := newRig(t, 0, 1)
				r.run("")
				p, _, err := r.stage.PendingByID(t.Context(), "acme", "5000")
				if err != nil {
					t.Fatal(err)
				}
				i, total := documents.Explained.New(documents.RefundBeforeProcessing, "money went back"), amount("11").Shop
				i.Kind, i.Record, i.Name = "order", "5000", "#1001"
				if _, err := r.stage.Save(t.Context(), r.jobs, r.lease, []documents.Outcome{{Pending: p, Issue: &i, Differs: &total, Tried: "x"}}); err != nil {
					t.Fatal(err)
				}
				if accepted {
					if _, err := r.stage.Decide(t.Context(), "acme", "#1001", staging.Accept); err != nil {
						t.Fatal(err)
					}
				}
				r.change(0, c.change)
				r.run("")
				if !accepted { // what it showed can be accepted no more, or still
					_, err := r.stage.Decide(t.Context(), "acme", "#1001", staging.Accept)
					if errors.Is(err, staging.ErrNotNow) != c.ends {
						t.Errorf("accepted afterwards: %v", err)
					}
					return
				}
				p, ok, err := r.stage.PendingByID(t.Context(), "acme", "5000")
				if err != nil || !ok || (p.Accepted == nil) != c.ends || (p.AcceptedFor == "") != c.ends {
					t.Errorf("pending %+v, %v", p, err)
				}
			})
		}
	}
	t.Run("what does not fit is refused", func(t *testing.T) {
		r := newRig(t, 0, 1)
		r.run("")
		for _, d := range []staging.Decision{staging.Accept, staging.Retry, staging.Unlink, "explode"} {
			if _, err := r.stage.Decide(t.Context(), "acme", "#1001", d); !errors.Is(err, staging.ErrNotNow) || !strings.Contains(err.Error(), "#1001 is ready") {
				t.Errorf("%s: %v", d, err)
			}
		}
		if _, err := r.stage.Decide(t.Context(), "acme", "#4711", staging.Accept); !errors.Is(err, staging.ErrNotFound) {
			t.Errorf("unknown order: %v", err)
		}
	})
}

// Our own write is known as such: it is looked at once more, for what somebody
// has changed in its second, changes nothing and costs nothing further. What
// somebody else has changed is never taken for it.
func TestOwnEcho(t *testing.T) {
	add := func(o *orders.Order) { o.Lines = append(slices.Clone(o.Lines), orders.Line{ID: "99"}) }
	ours := func(o *orders.Order) {
		o.Attributes = []orders.Attr{{Key: orders.DocumentAttribute, Value: "SO1"}}
	}
	for _, c := range []struct {
		name          string
		before, after func(*orders.Order) // what somebody else changes: before we read, and in the second of our write
		state         orders.State
	}{
		{"nobody else", nil, nil, orders.Processed},
		{"a line added before we read it", add, nil, orders.Conflict},
		{"a line added in the second of our write", nil, add, orders.Conflict},
		{"an address changed in the second of our write", nil, func(o *orders.Order) { o.Shipping = &orders.Address{City: "Bonn"} }, orders.Conflict},
		{"a tag in the second of our write", nil, func(o *orders.Order) { o.Tags = []string{"x"} }, orders.Processed},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 1)
			r.run("")
			r.process("#1001")
			if c.before != nil {
				r.at = r.at.Add(time.Minute)
				r.change(0, c.before)
			}
			before := r.source.orders["5000"].UpdatedAt
			r.at = r.at.Add(time.Minute)
			r.change(0, ours)
			todo, err := r.stage.Unwritten(t.Context(), "acme", 10)
			if err != nil || len(todo) != 1 || todo[0].Number != "SO1" || todo[0].Name != "#1001" {
				t.Fatalf("to write %+v, %v", todo, err)
			}
			todo[0].Before, todo[0].UpdatedAt = before, r.source.orders["5000"].UpdatedAt
			if err := r.stage.SaveWritten(t.Context(), r.jobs, r.lease, todo); err != nil {
				t.Fatal(err)
			}
			if c.after != nil {
				r.change(0, c.after)
			}
			r.at = r.at.Add(10 * time.Second)
			read := r.source.details
			res := r.run("")
			if v := r.view("#1001"); v.State != c.state || r.source.details != read+1 {
				t.Errorf("the order is %s after %d reads, want %s after one", v.State, r.source.details-read, c.state)
			}
			if c.before == nil && c.after == nil && (res.Counts.Unchanged != 1 || res.Counts.Updated != 0) {
				t.Errorf("our own write was imported: %+v", res.Counts)
			}
			read = r.source.details
			if r.run(""); r.source.details != read {
				t.Error("it is read again and again")
			}
			if todo, err := r.stage.Unwritten(t.Context(), "acme", 10); err != nil || len(todo) != 0 {
				t.Errorf("still to write %+v, %v", todo, err)
			}
		})
	}
}

func TestLargeCopies(t *testing.T) {
	r := newRig(t, 0, 1)
	long := func(n int) func(*orders.Order) {
		return func(o *orders.Order) {
			o.Lines = nil
			for i := range n {
				// Text that does not compress, so that the copy needs several items.
				o.Lines = append(o.Lines, orders.Line{ID: strconv.Itoa(i), Title: fmt.Sprintf("%x", noise(i, 800)), Quantity: 1, CurrentQuantity: 1, UnitPrice: amount("1")})
			}
		}
	}
	for _, n := range []int{500, 900, 3} {
		r.at = r.at.Add(time.Minute)
		r.change(0, long(n))
		r.run("")
		ps, _, err := r.stage.Pending(t.Context(), "acme", "", 10)
		if err != nil || len(ps) != 1 {
			t.Fatal(ps, err)
		}
		os, err := r.stage.Load(t.Context(), ps)
		if err != nil || len(os[0].Lines) != n {
			t.Fatalf("%d lines came back as %d, %v", n, len(os[0].Lines), err)
		}
	}
	p, err := r.table.Query(t.Context(), table.Query{PK: "SHOP#acme#ORD"})
	if err != nil || len(p.Items) != 2 {
		t.Errorf("%d items for a small copy, %v; want head and one part", len(p.Items), err)
	}
}

// noise is text that looks random and is always the same.
func noise(seed, n int) []byte {
	out := make([]byte, n)
	x := uint32(seed)*2654435761 + 1
	for i := range out {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		out[i] = byte(x)
	}
	return out
}

func TestEveryWriteFailsOnce(t *testing.T) {
	eachLag(t, func(t *testing.T, lag time.Duration) {
		t.Helper()
		clean := newRig(t, lag, 30)
		clean.injector.Arm(0, faulty.Before, false)
		clean.run("")
		points := clean.injector.Writes()
		if points < 3 {
			t.Fatalf("%d writes", points)
		}
		for n := 1; n <= points; n++ {
			for _, mode := range []faulty.Mode{faulty.Before, faulty.After, faulty.Late} {
				r := newRig(t, lag, 30)
				r.injector.Delay = 10 * time.Minute
				r.injector.Arm(n, mode, true)
				if _, err := r.slice(jobqueue.Request{}); err == nil {
					t.Errorf("write %d failed %s, and the run did not notice", n, mode)
				}
				// Whatever the cursor says is stored, is.
				r.injector.Revive()
				c, err := r.stage.Cursor(t.Context(), "acme")
				if err != nil {
					t.Fatal(err)
				}
				for id, o := range r.source.orders {
					ks, err := r.stage.Known(t.Context(), "acme", []string{id})
					if err != nil || ks[0].Version == 0 && !o.UpdatedAt.After(c.UpTo) {
						t.Errorf("write %d %s: the cursor passed order %s (%v)", n, mode, o.Name, err)
					}
				}
				r.open()
				r.run("")
				r.at = r.at.Add(time.Hour)
				r.injector.RunDue() // the write of the process that is gone comes to nothing
				if got := r.states(); got[orders.Ready] != 30 || len(got) != 1 {
					t.Errorf("write %d %s: states %v, want 30 ready", n, mode, got)
				}
			}
		}
	})
}

func TestPausedOwnerChangesNothing(t *testing.T) {
	r := newRig(t, 0, 5)
	old := r.lease
	r.claim()
	r.lease, old = old, r.lease
	if _, err := r.slice(jobqueue.Request{}); !errors.Is(err, jobqueue.ErrFenced) {
		t.Errorf("old owner: %v, want ErrFenced", err)
	}
	r.lease = old
	if got := r.states(); len(got) != 0 {
		t.Errorf("the old owner stored %v", got)
	}
}
