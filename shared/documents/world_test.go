package documents

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/customers"
	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/shop"
	"backroom/shared/table"
)

const (
	leaseTime = 15 * time.Minute
	timeout   = 2 * time.Minute
)

// world is a shop, a company and a store on one virtual clock. Every write of
// the task goes through write, which can make one of them fail.
type world struct {
	t        *testing.T
	now      time.Time
	card     shop.Shop
	table    *memory.Table
	bc       *company
	shopify  *storefront
	fence    int64      // of the owner of the category
	cancel   bool       // the run is to stop
	late     []effectAt // under way
	timeout  time.Duration
	maxPages int
	deadline time.Duration // of a slice; 0: five minutes

	writes int    // made so far
	fail   plan   // of one of them
	pause  func() // called around every step, nil: nothing
}

type effectAt struct {
	at time.Time
	do func()
}

// plan says how write number n fails: before its effect, after it, with half
// of it, or with the effect minutes later. With dies the process ends there.
type plan struct {
	n    int
	when string
	dies bool
}

type died struct{}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 7, 2, 8, 0, 0, 0, time.UTC), card: card(), timeout: timeout}
	w.card.AutoCreateUnknownCustomers, w.card.CustomerImport = true, shop.WithOrderImport
	w.table = memory.NewTable(w.clock)
	w.bc = newCompany(w)
	w.shopify = &storefront{w: w, attributes: map[string]map[string]string{}}
	return w
}

func (w *world) clock() time.Time { return w.now }

// advance moves the clock, and lets happen what is due on the way.
func (w *world) advance(d time.Duration) {
	end := w.now.Add(d)
	for {
		next := -1
		for i, e := range w.late {
			if !e.at.After(end) && (next < 0 || e.at.Before(w.late[next].at)) {
				next = i
			}
		}
		if next < 0 {
			w.now = end
			return
		}
		e := w.late[next]
		w.late = slices.Delete(w.late, next, next+1)
		w.now = e.at
		e.do()
	}
}

func (w *world) step() {
	if f := w.pause; f != nil {
		f()
	}
}

// write makes one write. effect gets the share of it that happens, in halves;
// lost is what the caller is told when the answer does not come.
func (w *world) write(effect func(halves int) error, lost func(happened bool) error) error {
	w.writes++
	w.advance(time.Second)
	if w.writes != w.fail.n {
		return effect(2)
	}
	happened := true
	switch w.fail.when {
	case "before":
		happened = false
	case "after":
		_ = effect(2)
	case "half":
		_ = effect(1)
	case "late":
		w.late = append(w.late, effectAt{w.now.Add(15 * time.Minute), func() { _ = effect(2) }})
	}
	if w.fail.dies {
		panic(died{})
	}
	return lost(happened)
}

// Write implements jobqueue.Guard. A late write is still fenced.
func (w *world) Write(ctx context.Context, l jobqueue.Lease, ops ...table.Op) error {
	w.step()
	defer w.step()
	return w.write(func(halves int) error {
		if halves < 2 {
			return nil // transactions have no halves
		}
		if l.Fence != w.fence {
			return jobqueue.ErrFenced
		}
		return w.table.Write(ctx, ops...)
	}, func(happened bool) error {
		if happened {
			return table.ErrUnknown
		}
		return errors.New("store is down")
	})
}

// Renew implements jobqueue.Guard.
func (w *world) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	w.step()
	if l.Fence != w.fence {
		return l, false, jobqueue.ErrFenced
	}
	l.Until = w.now.Add(leaseTime)
	return l, w.cancel, nil
}

// Progress implements jobqueue.Guard.
func (w *world) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

// run makes one slice by a new owner, with a task that knows nothing of earlier ones.
func (w *world) run(ctx context.Context, mod func(*jobqueue.Request)) (res jobqueue.Result, err error) {
	w.fence++
	task := &Task{
		Card:    func(context.Context, string) (shop.Shop, error) { return w.card, nil },
		Target:  func(shop.Shop) (Target, error) { return w.bc, nil },
		Writer:  func(shop.Shop) (orders.Writer, error) { return w.shopify, nil },
		Staging: stage{w}, Links: &customers.Links{Table: w.table}, Guard: w, Now: w.clock, Timeout: w.timeout,
	}
	deadline := 5 * time.Minute
	if w.deadline > 0 {
		deadline = w.deadline
	}
	r := jobqueue.Request{
		Shop: "MAIN", Task: "process-orders", MaxPages: w.maxPages, Deadline: w.now.Add(deadline),
		Lease: jobqueue.Lease{Scope: "MAIN", Category: "ORDERS", Fence: w.fence, Until: w.now.Add(leaseTime)},
	}
	if mod != nil {
		mod(&r)
	}
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(died); !ok {
				panic(p)
			}
			err = errors.New("died")
		}
	}()
	return task.Run(ctx, r)
}

// drain runs slices until the run is done, and adds up their counts.
func (w *world) drain() (jobqueue.Counts, error) {
	var sum jobqueue.Counts
	var cp json.RawMessage
	for range 100 {
		res, err := w.run(w.t.Context(), func(r *jobqueue.Request) { r.Checkpoint = cp })
		if err != nil {
			return sum, err
		}
		sum = sum.Add(res.Counts)
		if cp = res.Checkpoint; res.Done {
			return sum, nil
		}
	}
	w.t.Fatal("a run of 100 slices is not done")
	return sum, nil
}

// must is drain for a run that has to end well.
func (w *world) must() jobqueue.Counts {
	w.t.Helper()
	c, err := w.drain()
	if err != nil {
		w.t.Fatalf("run: %v", err)
	}
	return c
}

// row is a staged order.
type row struct {
	Order     orders.Order  `json:"order"`
	State     string        `json:"state"` // "ready", "creating", "attention", "skipped", "processed"
	SentAt    time.Time     `json:"sentAt"`
	Tried     string        `json:"tried"`
	NotBefore time.Time     `json:"notBefore"`
	Accepted  *money.Amount `json:"accepted"`
	Differs   *money.Amount `json:"differs"`
	Link      *Link         `json:"link"`
	Issue     *issue.Issue  `json:"issue"`
	Written   bool          `json:"written"`
	Before    time.Time     `json:"before"` // of the write-back
	After     time.Time     `json:"after"`

	version int64
}

// result is the row in short.
func (r row) result() string {
	switch {
	case r.State == "processed":
		return fmt.Sprintf("%s %s", r.Link.Type, r.Link.Total.Value.StringFixed(2))
	case r.Issue != nil:
		return fmt.Sprintf("%s %s", r.State, r.Issue.Reason)
	}
	return r.State
}

func (w *world) put(os ...orders.Order) {
	w.t.Helper()
	for _, o := range os {
		r, _ := w.row(o.ID)
		r.Order = o
		if r.State == "" {
			r.State = "ready"
		}
		w.set(r)
	}
}

func (w *world) set(r row) {
	w.t.Helper()
	js, err := json.Marshal(r)
	if err == nil {
		err = w.table.Write(w.t.Context(), table.Put(table.Item{Key: rowKey(r.Order.ID), Data: js}, table.Always))
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) row(id string) (row, error) { return w.read(w.t.Context(), id) }

func (w *world) read(ctx context.Context, id string) (row, error) {
	var r row
	it, err := w.table.Get(ctx, rowKey(id))
	if err != nil {
		return r, err
	}
	err = json.Unmarshal(it.Data, &r)
	r.version = it.Version
	return r, err
}

func (w *world) result(id string) string {
	r, err := w.row(id)
	if err != nil {
		return err.Error()
	}
	return r.result()
}

func rowKey(id string) table.Key { return table.Key{PK: "STAGE", SK: id} }

// stage is a Staging over the world's table.
type stage struct{ *world }

func (r row) pending() Pending {
	return Pending{
		Shop: "MAIN", ID: r.Order.ID, Name: r.Order.Name, Version: r.version, SentAt: r.SentAt, Tried: r.Tried,
		NotBefore: r.NotBefore, Accepted: r.Accepted,
	}
}

func (r row) waits() bool {
	return r.State == "ready" || r.State == "creating" || r.State == "attention"
}

func (s stage) each(ctx context.Context, page string, limit int, f func(row)) (string, error) {
	p, err := s.table.Query(ctx, table.Query{PK: "STAGE", Limit: limit, Page: page})
	for _, it := range p.Items {
		r := row{version: it.Version}
		if err := json.Unmarshal(it.Data, &r); err != nil {
			return "", err
		}
		f(r)
	}
	return p.Next, err
}

func (s stage) Pending(ctx context.Context, _, page string, limit int) (ps []Pending, next string, err error) {
	s.step()
	next, err = s.each(ctx, page, limit, func(r row) {
		if r.waits() {
			ps = append(ps, r.pending())
		}
	})
	return ps, next, err
}

func (s stage) PendingByID(ctx context.Context, _, id string) (Pending, bool, error) {
	r, err := s.read(ctx, id)
	if errors.Is(err, table.ErrNotFound) {
		return Pending{}, false, nil
	}
	return r.pending(), r.waits(), err
}

func (s stage) Load(ctx context.Context, ps []Pending) ([]orders.Order, error) {
	var os []orders.Order
	for _, p := range ps {
		r, err := s.read(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		os = append(os, r.Order)
	}
	return os, nil
}

func (s stage) Save(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, os []Outcome) ([]Pending, error) {
	if len(os) == 0 || len(os) > 45 {
		return nil, fmt.Errorf("%d outcomes in one transaction", len(os))
	}
	var ops []table.Op
	var ps []Pending
	for _, o := range os {
		r, err := s.read(ctx, o.Pending.ID)
		if err != nil {
			return nil, err
		}
		r.become(o)
		js, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		ops = append(ops, table.Put(table.Item{Key: rowKey(o.Pending.ID), Data: js}, table.VersionIs(o.Pending.Version)))
		r.version = o.Pending.Version + 1
		ps = append(ps, r.pending())
	}
	return ps, g.Write(ctx, l, ops...)
}

func (r *row) become(o Outcome) {
	switch {
	case !o.SentAt.IsZero():
		r.State, r.SentAt = "creating", o.SentAt
	case o.Withdrawn:
		r.State, r.SentAt = "ready", time.Time{}
	case o.Link != nil:
		r.State, r.Link, r.Issue, r.SentAt, r.Differs = "processed", o.Link, nil, time.Time{}, nil
	case slices.Contains([]issue.Reason{issue.TestOrder, issue.Cancelled, issue.Unconfirmed}, o.Issue.Reason):
		r.State, r.Issue, r.SentAt = "skipped", o.Issue, time.Time{}
	default:
		r.State, r.Issue, r.Differs, r.Tried, r.NotBefore = "attention", o.Issue, o.Differs, o.Tried, o.NotBefore
		if !o.Unknown {
			r.SentAt = time.Time{}
		}
	}
}

func (s stage) Unwritten(ctx context.Context, _ string, limit int) (ws []Written, err error) {
	defer s.step()
	for page := ""; ; {
		page, err = s.each(ctx, page, 100, func(r row) {
			if r.State == "processed" && !r.Written && len(ws) < limit {
				ws = append(ws, Written{Shop: "MAIN", ID: r.Order.ID, Number: r.Link.Number})
			}
		})
		if err != nil || page == "" {
			return ws, err
		}
	}
}

func (s stage) SaveWritten(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, ws []Written) error {
	var ops []table.Op
	for _, one := range ws {
		r, err := s.read(ctx, one.ID)
		if err != nil {
			return err
		}
		r.Written, r.Before, r.After = true, one.Before, one.UpdatedAt
		js, err := json.Marshal(r)
		if err != nil {
			return err
		}
		ops = append(ops, table.Put(table.Item{Key: rowKey(one.ID), Data: js}, table.VersionIs(r.version)))
	}
	return g.Write(ctx, l, ops...)
}

// storefront is Shopify, as far as it is written to.
type storefront struct {
	w          *world
	attributes map[string]map[string]string // by order id
	requests   []int                        // orders of each
	gone       string                       // id of an order that Shopify does not have any more
}

func (s *storefront) SetAttributes(_ context.Context, sets []orders.Attributes) (out []orders.Written, err error) {
	if len(sets) == 0 || len(sets) > 50 {
		return nil, fmt.Errorf("%d orders in one request", len(sets))
	}
	s.requests = append(s.requests, len(sets))
	err = s.w.write(func(halves int) error {
		out = nil
		for _, set := range sets[:len(sets)*halves/2] {
			a := orders.Written{OrderID: set.OrderID, Before: s.w.now, UpdatedAt: s.w.now.Add(time.Second)}
			if set.OrderID == s.gone {
				out = append(out, orders.Written{OrderID: set.OrderID, Err: refusal("NOT_FOUND", "no such order")})
				continue
			}
			if s.attributes[set.OrderID] == nil {
				s.attributes[set.OrderID] = map[string]string{}
			}
			for _, attr := range set.Set {
				s.attributes[set.OrderID][attr.Key] = attr.Value
			}
			out = append(out, a)
		}
		return nil
	}, unanswered)
	return out, err
}

func unanswered(bool) error {
	return &fault.Error{Op: "fake", Kind: fault.Unknown, Err: errors.New("no answer")}
}

func refusal(code, text string) error {
	return &fault.Error{Op: "fake", Kind: fault.Rejected, Code: code, Merchant: text, Err: errors.New(strings.ToLower(text))}
}
