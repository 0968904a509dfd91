// Package orderstest is a shop whose orders are imported into a stage, for tests of
// both.
package orderstest

import (
	"context"
	"crypto/sha256"
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
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/shop"
	"backroom/shared/staging"
	"backroom/shared/table"
	"backroom/shared/task"
)

// Start is when the tests begin.
var Start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// Source is a shop whose search index trails.
type Source struct {
	Sold      map[string]orders.Order
	Hidden    map[string]time.Time // the index does not know the last change before
	Was       map[string]time.Time // where the index has those meanwhile; absent: nowhere
	Broken    map[string]bool      // makes every answer unreadable
	Failing   map[string]error     // has an error of its own
	NoReturns error                // of lists of orders with returns; nil: they are listed
	Whole     map[string]error     // is the error of every answer with it
	Reading   func()               // called before orders are read
	Ahead     time.Duration        // of its clock, before ours
	Silent    bool                 // does not tell the time
	Oldest    time.Time            // what was placed before is hidden
	Loops     bool                 // its list repeats itself
	Merged    map[string]bool      // customers that were merged into others
	// Back is what was given back of orders, BackFails the errors of reading it.
	Back      map[string]orders.GivenBack
	BackFails map[string]error
	Now       func() time.Time
	Page      int
	Details   int // orders read in detail
	Asked     int // of these, about what was given back
	Glanced   int // orders read without their lists
	Windows   []orders.Window
}

// NewSource is a shop that has sold nothing yet. Its pages are of ten orders.
func NewSource(now func() time.Time) *Source {
	return &Source{
		Sold: map[string]orders.Order{}, Hidden: map[string]time.Time{}, Was: map[string]time.Time{}, Broken: map[string]bool{}, Failing: map[string]error{},
		Now: now, Page: 10,
	}
}

// Position is where the index has an order.
func (s *Source) Position(o orders.Order) (time.Time, bool) {
	if s.Now().Before(s.Hidden[o.ID]) {
		at, ok := s.Was[o.ID]
		return at, ok
	}
	return o.UpdatedAt, true
}

// Listed is what a list says: in the order of the index, with the update times
// of the database.
func (s *Source) Listed(w orders.Window) []orders.Changed {
	var out []orders.Changed
	for id, o := range s.Sold {
		at, ok := s.Position(o)
		if w.Placed {
			at = o.CreatedAt
		}
		if w.Returning && !o.Returning() {
			continue
		}
		if ok && !at.Before(w.From) && (w.To.IsZero() || at.Before(w.To)) {
			out = append(out, orders.Changed{ID: id, UpdatedAt: o.UpdatedAt})
		}
	}
	slices.SortFunc(out, func(a, b orders.Changed) int { return strings.Compare(s.token(a), s.token(b)) })
	return out
}

func (s *Source) token(c orders.Changed) string {
	at, _ := s.Position(s.Sold[c.ID])
	return at.UTC().Format(time.RFC3339) + "/" + c.ID
}

// CountChanged implements orders.Source.
func (s *Source) CountChanged(_ context.Context, w orders.Window, limit int) (int, error) {
	return min(len(s.Listed(w)), limit), nil
}

// Changed implements orders.Source.
func (s *Source) Changed(_ context.Context, w orders.Window, page string) (orders.ChangedPage, error) {
	if page == "" {
		s.Windows = append(s.Windows, w)
	}
	if w.Returning && s.NoReturns != nil {
		return orders.ChangedPage{}, s.NoReturns
	}
	var p orders.ChangedPage
	if s.Loops {
		p.Next = map[string]string{"": "a", "a": "b", "b": "c", "c": "a"}[page]
		return p, nil
	}
	for _, c := range s.Listed(w) {
		if s.token(c) <= page {
			continue
		}
		if len(p.Orders) == s.Page {
			p.Next = s.token(p.Orders[s.Page-1])
			break
		}
		p.Orders = append(p.Orders, c)
	}
	return p, nil
}

// Clock is the source's: apart from ours, and in whole seconds as it is told.
func (s *Source) Clock() time.Time {
	if s.Silent {
		return time.Time{}
	}
	return s.Now().Add(s.Ahead).Truncate(time.Second)
}

// Refunds implements orders.Source by what Back says.
func (s *Source) Refunds(_ context.Context, os []orders.Order) (orders.RefundsRead, error) {
	out := orders.RefundsRead{Of: map[string]orders.GivenBack{}}
	s.Asked += len(os)
	for _, o := range os {
		if err := s.BackFails[o.ID]; err != nil {
			out.Unread = append(out.Unread, orders.Unreadable{ID: o.ID, Err: err})
			continue
		}
		g := s.Back[o.ID]
		if g.UpdatedAt.IsZero() {
			g.UpdatedAt = o.UpdatedAt
		}
		out.Of[o.ID] = g
	}
	return out, nil
}

// CustomersThere implements orders.Source.
func (s *Source) CustomersThere(_ context.Context, ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = !s.Merged[id]
	}
	return out, nil
}

// Glances implements orders.Source.
func (s *Source) Glances(_ context.Context, ids []string) (orders.Read, error) {
	var out orders.Read
	for _, id := range ids {
		if s.Whole[id] != nil {
			return out, s.Whole[id]
		}
		if o, ok := s.Sold[id]; ok && !s.Broken[id] && s.Failing[id] == nil {
			s.Glanced++
			o.Lines, o.ShippingLines, o.DutyLines = nil, nil, nil
			out.Orders = append(out.Orders, o)
		}
	}
	return out, nil
}

// Orders implements orders.Source.
func (s *Source) Orders(_ context.Context, ids []string) (orders.Read, error) {
	if s.Reading != nil {
		s.Reading()
	}
	var out orders.Read
	for _, id := range ids {
		if err := s.Whole[id]; err != nil {
			return out, err
		}
		if s.Broken[id] {
			return out, &fault.Error{Op: "shopify.Orders", Kind: fault.Bug, Err: errors.New("amount is no number")}
		}
	}
	for _, id := range ids {
		s.Details++
		if err := s.Failing[id]; err != nil {
			out.Unread = append(out.Unread, orders.Unreadable{ID: id, Name: s.Sold[id].Name, Err: err})
		} else if o, ok := s.Sold[id]; ok {
			out.Orders = append(out.Orders, o)
		}
	}
	return out, nil
}

// Horizon implements orders.Source.
func (s *Source) Horizon(context.Context) (time.Time, error) { return s.Oldest, nil }

// OrderByName implements orders.Source.
func (s *Source) OrderByName(_ context.Context, name string) ([]string, error) {
	for id, o := range s.Sold {
		if o.Name == name {
			return []string{id}, nil
		}
	}
	return nil, nil
}

// Rig is an import into a stage, on a clock of its own.
type Rig struct {
	T        *testing.T
	At       time.Time
	Source   *Source
	Table    *memory.Table
	Injector *faulty.Injector
	Stage    *staging.Store
	Import   *orders.Import
	Jobs     *jobstore.Store
	Lease    jobqueue.Lease
	Settings orders.OrderSettings // of the card
}

// Now is the host's clock.
func (r *Rig) Now() time.Time { return r.At }

// New is a rig of n orders, an hour before Start and later, a minute apart. Index reads
// of its table trail by lag.
func New(t *testing.T, lag time.Duration, n int) *Rig {
	t.Helper()
	r := &Rig{T: t, At: Start}
	r.Source = NewSource(r.Now)
	for i := range n {
		r.Source.Put(Order(i, Start.Add(-time.Hour+time.Duration(i)*time.Minute)))
	}
	r.Table = memory.NewTable(r.Now)
	r.Table.IndexLag = lag
	r.Injector = &faulty.Injector{Now: r.Now}
	r.Open()
	return r
}

// Open is a new process on the same table.
func (r *Rig) Open() {
	tb := faulty.Table{Inner: r.Table, Injector: r.Injector}
	r.Stage = &staging.Store{Table: tb, Issues: &issue.Store{Table: tb}, Now: r.Now}
	r.Jobs = jobstore.New(tb, r.Now)
	r.Import = &orders.Import{
		Deps: task.Deps{
			Card: func(context.Context, string) (shop.Shop, error) {
				return shop.Shop{Code: "acme", ConnectedAt: Start.Add(-24 * time.Hour)}.With(r.Settings)
			},
			Guard: r.Jobs, Now: r.Now, Issues: r.Stage.Issues,
		},
		Source: func(shop.Shop) (orders.Source, error) { return r.Source, nil },
		Stage:  r.Stage, Next: documents.TaskName,
	}
	r.Claim()
}

// Claim takes the lock as a dispatcher would: whoever had it is fenced.
func (r *Rig) Claim() {
	r.T.Helper()
	k := table.Key{PK: "SCOPE#acme", SK: "LOCK#orders"}
	if err := r.Table.Write(r.T.Context(), table.Put(table.Item{Key: k, Data: []byte{1}}, table.Always)); err != nil {
		r.T.Fatal(err)
	}
	it, err := r.Table.Get(r.T.Context(), k)
	if err != nil {
		r.T.Fatal(err)
	}
	r.Lease = jobqueue.Lease{Scope: "acme", Category: "orders", Version: it.Version, Until: r.Now().Add(time.Hour)}
}

// Amount is a sum in euros.
func Amount(s string) money.Bag {
	a := money.Amount{Value: decimal.RequireFromString(s), Currency: "EUR"}
	return money.Bag{Shop: a, Presentment: a}
}

// Order is order i, placed and changed last at a time.
func Order(i int, at time.Time) orders.Order {
	return orders.Order{
		ID: strconv.Itoa(5000 + i), Name: fmt.Sprintf("#%d", 1001+i), Number: int64(1001 + i), CreatedAt: at, UpdatedAt: at, Confirmed: true,
		FinancialStatus: "PAID", Currency: "EUR", Total: Amount("10"), CurrentTotal: Amount("10"), ShippingTotal: Amount("0"),
		Lines: []orders.Line{{ID: strconv.Itoa(i), Title: "Mug", SKU: "MUG", Quantity: 2, CurrentQuantity: 2, UnitPrice: Amount("5")}},
	}
}

// Put has the shop hold an order.
func (s *Source) Put(o orders.Order) { s.Sold[o.ID] = o }

// Change edits an order in Shopify, now.
func (r *Rig) Change(i int, f func(*orders.Order)) {
	o := r.Source.Sold[strconv.Itoa(5000+i)]
	f(&o)
	o.UpdatedAt = r.Now().Truncate(time.Second)
	r.Source.Put(o)
}

// Slice does one slice.
func (r *Rig) Slice(q jobqueue.Request) (jobqueue.Result, error) {
	q.Shop, q.Entry, q.Task, q.Run, q.Lease = "acme", orders.TaskName, orders.TaskName, "r1", r.Lease
	if q.Deadline.IsZero() {
		q.Deadline = r.Now().Add(10 * time.Minute)
	}
	return r.Import.Definition().Run.Run(r.T.Context(), q)
}

// Run does a whole run.
func (r *Rig) Run(parameters string) jobqueue.Result {
	r.T.Helper()
	var counts jobqueue.Counts
	q := jobqueue.Request{Parameters: json.RawMessage(parameters)}
	for range 1000 {
		res, err := r.Slice(q)
		if err != nil {
			r.T.Fatal(err)
		}
		counts = counts.Add(res.Counts)
		if res.Counts = counts; res.Done {
			r.At = r.At.Add(time.Minute)
			return res
		}
		q.Checkpoint = res.Checkpoint
	}
	r.T.Fatal("the run does not end")
	return jobqueue.Result{}
}

// States counts the orders in each state, an hour later.
func (r *Rig) States() map[orders.State]int {
	r.T.Helper()
	r.At = r.At.Add(time.Hour) // beyond any lag
	vs, _, err := r.Stage.List(r.T.Context(), "acme", "", "", 0)
	if err != nil {
		r.T.Fatal(err)
	}
	m := map[orders.State]int{}
	for _, v := range vs {
		m[v.State]++
	}
	return m
}

// View is an order as people are told of it, an hour later.
func (r *Rig) View(name string) staging.View {
	r.T.Helper()
	r.At = r.At.Add(time.Hour)
	v, err := r.Stage.Find(r.T.Context(), "acme", name)
	if err != nil {
		r.T.Fatal(err)
	}
	return v
}

// EachLag runs a test with an index that is right and with one that trails.
func EachLag(t *testing.T, f func(t *testing.T, lag time.Duration)) {
	t.Helper()
	for _, lag := range []time.Duration{0, 20 * time.Second} {
		t.Run("lag "+lag.String(), func(t *testing.T) { f(t, lag) })
	}
}

// Load is the copy of an order.
func (r *Rig) Load(id string) orders.Order {
	r.T.Helper()
	os, err := r.Stage.Load(r.T.Context(), []documents.Pending{{Shop: "acme", ID: id}})
	if err != nil {
		r.T.Fatal(err)
	}
	return os[0]
}

// Process gives an order its document, as process-orders does.
func (r *Rig) Process(name string) {
	r.T.Helper()
	id := r.View(name).ID
	p, ok, err := r.Stage.PendingByID(r.T.Context(), "acme", id)
	if err != nil || !ok {
		r.T.Fatalf("order %s does not wait: %v", name, err)
	}
	ps, err := r.Stage.Save(r.T.Context(), r.Jobs, r.Lease, []documents.Outcome{{Pending: p, SentAt: r.Now()}})
	if err != nil {
		r.T.Fatal(err)
	}
	link := &documents.Link{Type: "Order", ID: "guid", Number: "SO1", Total: Amount("10").Shop}
	if _, err := r.Stage.Save(r.T.Context(), r.Jobs, r.Lease, []documents.Outcome{{Pending: ps[0], Link: link}}); err != nil {
		r.T.Fatal(err)
	}
}

// Noise is text that looks random and is always the same.
func Noise(seed, n int) []byte {
	var out []byte
	for i := 0; len(out) < n; i++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d of %d", i, seed))
		out = append(out, sum[:]...)
	}
	return out[:n]
}

// Touch changes order i now; the index knows of it only after lag.
func (r *Rig) Touch(i int, lag time.Duration) {
	id := strconv.Itoa(5000 + i)
	o, known := r.Source.Sold[id]
	if !known {
		o = Order(i, r.Now().Truncate(time.Second))
	} else if at, ok := r.Source.Position(o); ok {
		r.Source.Was[id] = at
	}
	o.Note = fmt.Sprintf("changed at %v", r.Now())
	o.UpdatedAt = r.Now().Truncate(time.Second)
	r.Source.Put(o)
	r.Source.Hidden[id] = r.Now().Add(lag)
}

// Behind lists the orders whose stored copy is not what Shopify has.
func (r *Rig) Behind() []orders.Order {
	r.T.Helper()
	var out []orders.Order
	for id, o := range r.Source.Sold {
		want, err := o.Hash()
		if err != nil {
			r.T.Fatal(err)
		}
		ks, err := r.Stage.Known(r.T.Context(), "acme", []string{id})
		if err != nil {
			r.T.Fatal(err)
		}
		if ks[0].Hash != want {
			out = append(out, o)
		}
	}
	return out
}

// Cursor is how far the import has come.
func (r *Rig) Cursor() orders.Cursor {
	r.T.Helper()
	c, err := r.Stage.Cursor(r.T.Context(), "acme")
	if err != nil {
		r.T.Fatal(err)
	}
	return c
}
