package documents

import (
	"context"
	"time"

	"backroom/shared/customers"
	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/link"
	"backroom/shared/orders"
	"backroom/shared/shop"
	"backroom/shared/task"
)

// Task is process-orders. One Task serves all shops, and is safe for concurrent
// use for different ones.
type Task struct {
	task.Deps

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
	// Numbers remembers which companies' number series take no number of ours; nil:
	// that is found out anew in each run.
	Numbers *Numbers
	// Engine is what this program's data is called in the company, where it excludes
	// other engines; nil: it excludes nobody.
	Engine *Engine
	// Wanted notes companies of the shop that orders wait for; nil: nobody asks.
	Wanted func(ctx context.Context, lease jobqueue.Lease, shop string, companies []string) error
	// Archives are the orders that are to be archived in Shopify, by what Archiver gives;
	// nil: none are.
	Archives Archives
	Archiver func(shop.Shop) (Archiver, error)
	// Refunds books what was given back, once the orders of a run have their
	// documents; nil: nobody does.
	Refunds Refunds
}

// Parameters of a run.
type Parameters struct {
	// Orders limits the run to these Shopify ids; empty: all that wait.
	Orders []string `json:"orders,omitempty"`
}

// pageSize is how many orders are worked on together: their external numbers, two of
// each, are a few GETs in one $batch.
const pageSize = 100

// createSize is how many creates share one request when the target has no opinion.
const createSize = 50

type checkpoint struct {
	Page string `json:"page,omitempty"`
	Next int    `json:"next,omitempty"` // position in Parameters.Orders
	// Held is the page of held orders that are judged again; Judged: all are.
	Held   string `json:"held,omitempty"`
	Judged bool   `json:"judged,omitempty"`
	// Amending is the page of documents that are amended; Amended: all are.
	Amending string `json:"amending,omitempty"`
	Amended  bool   `json:"amended,omitempty"`
	// Writing: all orders are walked, what is left is to write back.
	Writing bool `json:"writing,omitempty"`
	// Booked: what was given back is booked, too; BookPage is where that is.
	Booked   bool   `json:"booked,omitempty"`
	BookPage string `json:"bookPage,omitempty"`
}

// run is the work of one slice.
func (t *Task) run(ctx context.Context, sl *task.Slice[Parameters, checkpoint], target Target) (done bool, err error) {
	card, err := CardOf(sl.Card)
	if err != nil {
		return false, err
	}
	s := &slice{Task: t, Slice: sl, card: card, target: target, reader: reader{target: target}, customers: t.resolver(target)}
	done, err = s.walk(ctx, s.Parameters, &sl.Checkpoint)
	if done || err != nil && fault.KindOf(err) != fault.Throttled {
		s.release(ctx)
	}
	s.show(ctx)
	return done, err
}

func (t *Task) resolver(target Target) *customers.Resolver {
	return &customers.Resolver{
		Target: target.Customers, Clock: target.Clock, Links: t.Links, Guard: t.Guard, Now: t.Now, Timeout: t.Timeout, Wanted: t.Wanted,
	}
}

// slice is the work of one invocation.
type slice struct {
	*Task
	*task.Slice[Parameters, checkpoint]
	card      Card
	target    Target
	reader    reader
	customers *customers.Resolver
	dates     dates
	claim     claim
	automatic automatic
	bases     bases
	there     time.Time // the clock by which intents are judged, as of this page
	// missing are orders that Shopify does not have or show; what was placed
	// before horizon it may only not show.
	missing map[string]bool
	horizon time.Time
	full    int // documents in the report of a dry run
}

// Planned is one document of a dry run.
type Planned struct {
	Order    string           `json:"order"`
	Document *PlannedDocument `json:"document,omitempty"`
	Total    string           `json:"total,omitempty"`
	Held     string           `json:"held,omitempty"` // why it waits
	Problems []issue.Issue    `json:"problems,omitempty"`
}

// walk works through pages of pending orders until there are no more, or the
// slice's time is over, and reports which.
func (s *slice) walk(ctx context.Context, p Parameters, cp *checkpoint) (done bool, err error) {
	if len(p.Orders) == 0 && !cp.Writing {
		if done, err := s.amend(ctx, cp); err != nil || !done {
			return false, err
		}
		if done, err := s.due(ctx, cp); err != nil || !done {
			return false, err
		}
	}
	for !cp.Writing {
		if s.Over(s.Timeout) {
			return false, nil
		}
		s.Step()
		ps, next, err := s.page(ctx, p, cp)
		if err != nil {
			return false, err
		}
		if err := s.batch(ctx, ps); err != nil {
			return false, err
		}
		s.show(ctx)
		cp.Page, cp.Writing = next, next == "" && cp.Next >= len(p.Orders)
	}
	if s.Refunds != nil && !cp.Booked {
		if cp.Booked, err = s.Refunds.Book(ctx, s.turn(), &cp.BookPage); err != nil || !cp.Booked {
			return false, err
		}
		s.show(ctx)
	}
	if done, err := s.writeBack(ctx); err != nil || !done {
		return false, err
	}
	return s.archive(ctx)
}

// show says how far the run is.
func (s *slice) show(ctx context.Context) {
	s.Progress(ctx, jobqueue.Progress{Done: s.Counts.Read, Note: "creating sales orders"})
}

func (s *slice) page(ctx context.Context, p Parameters, cp *checkpoint) ([]Pending, string, error) {
	if len(p.Orders) == 0 {
		return s.Staging.Pending(ctx, s.Request.Shop, cp.Page, pageSize)
	}
	var ps []Pending
	for ; cp.Next < len(p.Orders) && len(ps) < pageSize; cp.Next++ {
		one, ok, err := s.Staging.PendingByID(ctx, s.Request.Shop, p.Orders[cp.Next])
		if err != nil {
			return nil, "", err
		}
		if ok {
			ps = append(ps, one)
		}
	}
	return ps, "", nil
}
