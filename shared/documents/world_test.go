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
	"backroom/shared/link"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/shop"
	"backroom/shared/table"
	"backroom/shared/task"
	"backroom/shared/task/tasktest"
)

const (
	leaseTime = 15 * time.Minute
	timeout   = 2 * time.Minute
)

// world is a shop, a company and a store on one virtual clock. Every write of
// the task goes through write, which can make one of them fail.
type world struct {
	t        *testing.T
	now      time.Time     // the company's clock
	ahead    time.Duration // the host's is ahead by so much
	card     Card
	table    *memory.Table
	bc       *company
	shopify  *storefront
	engine   *Engine    // nil: it excludes nobody
	fence    int64      // of the owner of the category
	cancel   bool       // the run is to stop
	late     []effectAt // under way
	timeout  time.Duration
	maxPages int
	deadline time.Duration // of a slice; 0: five minutes

	gates string // by which the held orders were judged last

	kit *tasktest.Kit // makes writes fail in place of fail; nil: none

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
	w.card.AutoCreateUnknownCustomers, w.card.CustomerImport = true, customers.WithOrderImport
	w.table = memory.NewTable(w.clock)
	w.bc = newCompany(w)
	w.shopify = &storefront{w: w, attributes: map[string]map[string]string{}}
	return w
}

func (w *world) clock() time.Time { return w.now.Add(w.ahead) }

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
	if w.kit != nil {
		half := func() error { w.now = w.kit.Now(); return effect(1) }
		return w.kit.Write(func() error { w.now = w.kit.Now(); return effect(2) }, half)
	}
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
	l.Until = w.clock().Add(leaseTime)
	return l, w.cancel, nil
}

// Progress implements jobqueue.Guard.
func (w *world) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

// task is the task of a new process.
func (w *world) task(t table.Table, g jobqueue.Guard, now func() time.Time) *Task {
	return &Task{
		Deps: task.Deps{
			Card:  func(context.Context, string) (shop.Shop, error) { return w.card.Stored() },
			Guard: g, Now: now, Timeout: w.timeout, Issues: &issue.Store{Table: t},
		},
		Target:  func(shop.Shop) (Target, error) { return w.bc.target(), nil },
		Writer:  func(shop.Shop) (orders.Writer, error) { return w.shopify, nil },
		Staging: stage{w}, Links: &link.Store{Table: t}, Numbers: &Numbers{Table: t}, Engine: w.engine,
	}
}

// run makes one slice by a new owner, with a task that knows nothing of earlier ones.
func (w *world) run(ctx context.Context, mod func(*jobqueue.Request)) (res jobqueue.Result, err error) {
	w.fence++
	docs := w.task(w.table, w, w.clock)
	deadline := 5 * time.Minute
	if w.deadline > 0 {
		deadline = w.deadline
	}
	r := jobqueue.Request{
		Shop: "MAIN", Task: "process-orders", MaxPages: w.maxPages, Deadline: w.clock().Add(deadline),
		Lease: jobqueue.Lease{Scope: "MAIN", Category: "ORDERS", Fence: w.fence, Until: w.clock().Add(leaseTime)},
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
	return docs.Definition().Run.Run(ctx, r)
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
