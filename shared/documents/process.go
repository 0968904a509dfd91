package documents

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"backroom/shared/customers"
	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/link"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/shop"
	"backroom/shared/strict"
	"backroom/shared/usage"
)

// Task is process-orders. One Task serves all shops; Run is safe for
// concurrent use for different shops.
type Task struct {
	Card    func(ctx context.Context, shop string) (shop.Shop, error)
	Target  func(shop.Shop) (Target, error)
	Writer  func(shop.Shop) (orders.Writer, error)
	Staging Staging
	// Look reads waiting orders from Shopify once more, stores what has become of
	// them, and says what is missing there. Nil: what is staged is believed.
	Look func(ctx context.Context, card shop.Shop, l jobqueue.Lease, ids []string) (orders.Looked, error)
	// Cadence is how often orders are imported: what was read longer ago is looked
	// at before its document is made. 0: ten minutes.
	Cadence time.Duration
	Links   *link.Store
	Guard   jobqueue.Guard
	Now     func() time.Time
	// Timeout is the longest that one request to BC is waited for. No create
	// starts unless the lease outlives it.
	Timeout time.Duration
	// Issues is where facts about a company are said once; nil: they are found
	// out anew in each run, and not said.
	Issues *issue.Store
	// Numbers remembers which companies' number series take no number of ours; nil:
	// that is found out anew in each run.
	Numbers *Numbers
	// Engine is what this program's data is called in the company, where it excludes
	// other engines; nil: it excludes nobody.
	Engine *Engine
}

var _ jobqueue.Task = (*Task)(nil)

// Parameters of a run.
type Parameters struct {
	// Orders limits the run to these Shopify ids; empty: all that wait.
	Orders []string `json:"orders,omitempty"`
}

// pageSize is how many orders are worked on together: 100 external numbers are
// four GETs of 25, one $batch.
const pageSize = 100

// createSize is how many creates share one request when the target has no opinion.
const createSize = 50

type checkpoint struct {
	Page string `json:"page,omitempty"`
	Next int    `json:"next,omitempty"` // position in Parameters.Orders
	// Writing: all orders are walked, what is left is to write back.
	Writing bool `json:"writing,omitempty"`
}

// Run implements jobqueue.Task.
func (t *Task) Run(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	var p Parameters
	if len(r.Parameters) > 0 {
		if err := strict.Decode(r.Parameters, &p); err != nil {
			return jobqueue.Result{}, &fault.Error{Op: "process-orders", Kind: fault.Rejected, Err: fmt.Errorf("parameters: %w", err)}
		}
	}
	var cp checkpoint
	if len(r.Checkpoint) > 0 {
		if err := json.Unmarshal(r.Checkpoint, &cp); err != nil {
			return jobqueue.Result{}, &fault.Error{Op: "process-orders", Kind: fault.Bug, Err: fmt.Errorf("checkpoint: %w", err)}
		}
	}
	card, err := t.Card(ctx, r.Shop)
	if err != nil {
		return jobqueue.Result{}, err
	}
	target, err := t.Target(card)
	if err != nil {
		return jobqueue.Result{}, err
	}
	s := &slice{
		Task: t, request: r, card: card, target: target,
		reader:    reader{target: target},
		customers: t.resolver(target),
	}
	ctx, used := usage.Begin(ctx)
	done, err := s.walk(ctx, p, &cp)
	if done || err != nil && fault.KindOf(err) != fault.Throttled {
		s.release(ctx)
	}
	s.counts.Requests, s.counts.Points = used.Count().Requests(), used.Count().ShopifyPoints
	if err != nil {
		// What is done is done: a slice that was only throttled goes on here.
		res := jobqueue.Result{Counts: s.counts}
		var e error
		if res.Checkpoint, e = json.Marshal(cp); e != nil {
			return res, errors.Join(err, e)
		}
		return res, err
	}
	res := jobqueue.Result{Done: done, Counts: s.counts, Progress: jobqueue.Progress{Done: s.counts.Read, Note: "creating sales orders"}}
	if !done {
		if res.Checkpoint, err = json.Marshal(cp); err != nil {
			return jobqueue.Result{}, err
		}
	}
	if r.DryRun {
		if res.Report, err = json.Marshal(s.report); err != nil {
			return jobqueue.Result{}, err
		}
	}
	return res, nil
}

func (t *Task) resolver(target Target) *customers.Resolver {
	return &customers.Resolver{
		Target: target.Customers, Clock: target.Clock, Links: t.Links, Guard: t.Guard, Now: t.Now, Timeout: t.Timeout,
		Naming: customers.Naming{Name: Name, County: County, Country: Country},
	}
}

// slice is the work of one invocation.
type slice struct {
	*Task
	request   jobqueue.Request
	card      shop.Shop
	target    Target
	reader    reader
	customers *customers.Resolver
	counts    jobqueue.Counts
	dates     dates
	claim     claim
	automatic automatic
	there     time.Time // the clock by which intents are judged, as of this page
	steps     int       // pages and batches of write-backs so far
	// missing are orders that Shopify does not have or show; what was placed
	// before horizon it may only not show.
	missing map[string]bool
	horizon time.Time
	report  []Planned
}

// Planned is one document of a dry run.
type Planned struct {
	Order    string           `json:"order"`
	Document *PlannedDocument `json:"document,omitempty"`
	Total    string           `json:"total,omitempty"`
	Problems []issue.Issue    `json:"problems,omitempty"`
}

// walk works through pages of pending orders until there are no more, or the
// slice's time is over, and reports which.
func (s *slice) walk(ctx context.Context, p Parameters, cp *checkpoint) (done bool, err error) {
	for !cp.Writing {
		if s.over() || s.request.MaxPages > 0 && s.steps >= s.request.MaxPages {
			return false, nil
		}
		s.steps++
		ps, next, err := s.page(ctx, p, cp)
		if err != nil {
			return false, err
		}
		if err := s.batch(ctx, ps); err != nil {
			return false, err
		}
		s.Guard.Progress(ctx, s.request, jobqueue.Progress{Done: s.counts.Read, Note: "creating sales orders"})
		cp.Page, cp.Writing = next, next == "" && cp.Next >= len(p.Orders)
	}
	return s.writeBack(ctx)
}

// over reports whether the slice has no time for another step. The first one
// is always made, so that every slice gets on. A step may take several
// requests; the soft stop leaves room for all.
func (s *slice) over() bool {
	return s.steps > 0 && s.Now().Add(s.Timeout).After(s.request.Deadline)
}

// hold is how the slice makes sure of its lease.
func (s *slice) hold() outbound.Hold {
	return outbound.Hold{Op: "process-orders", Guard: s.Guard, Lease: &s.request.Lease, Now: s.Now, Timeout: s.Timeout}
}

func (s *slice) page(ctx context.Context, p Parameters, cp *checkpoint) ([]Pending, string, error) {
	if len(p.Orders) == 0 {
		return s.Staging.Pending(ctx, s.request.Shop, cp.Page, pageSize)
	}
	var ps []Pending
	for ; cp.Next < len(p.Orders) && len(ps) < pageSize; cp.Next++ {
		one, ok, err := s.Staging.PendingByID(ctx, s.request.Shop, p.Orders[cp.Next])
		if err != nil {
			return nil, "", err
		}
		if ok {
			ps = append(ps, one)
		}
	}
	return ps, "", nil
}
