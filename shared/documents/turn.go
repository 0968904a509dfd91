package documents

import (
	"context"
	"time"

	"backroom/shared/customers"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/shop"
)

// Refunds books what was given back of orders that have their documents, as a part
// of process-orders.
type Refunds interface {
	// Book goes on at a page and notes where it is; it reports whether all is done.
	Book(ctx context.Context, t Turn, page *string) (done bool, err error)
	// Sections, Reasons and Kind, of its issues, are what it adds to the task's
	// definition.
	Sections() shop.Sections
	Reasons() issue.Catalogue
	Kind() string
}

// Turn is what a run gives [Refunds] of itself: its lease, its claim to the company,
// and what it knows of both sides.
type Turn struct {
	Card   Card
	Orders []string // ids that the run is limited to; none: all
	DryRun bool
	Lease  *jobqueue.Lease
	Counts *jobqueue.Counts
	Hold   func() outbound.Hold
	Over   func(room time.Duration) bool
	Step   func()
	Row    func(any)
	Issue  func(kind, record, name string, i issue.Issue) issue.Issue
	Clock  outbound.Clocked
	// Claimed makes sure that no other engine makes documents of the shop, Bound
	// reports whether that outlives a request, Doubt keeps the claim.
	Claimed func(context.Context) error
	Bound   func() bool
	Doubt   func()
	// Customers are who orders are booked on. References are what mapping needs to
	// know of what orders name.
	Customers  func(context.Context, []orders.Order) (map[string]customers.Resolved, error)
	References func(context.Context, Card, []orders.Order) (References, error)
}

func (s *slice) turn() Turn {
	return Turn{
		Card: s.card, Orders: s.Parameters.Orders, DryRun: s.Request.DryRun, Lease: &s.Request.Lease, Counts: &s.Counts,
		Hold: s.Hold, Over: s.Over, Step: s.Step, Row: s.Row, Issue: s.Issue, Clock: s.target.Clock,
		Claimed: s.claimed, Bound: func() bool { return s.claim.binds(s.Now(), s.Timeout) }, Doubt: func() { s.claim.doubt = true },
		Customers: func(ctx context.Context, os []orders.Order) (map[string]customers.Resolved, error) {
			return s.customers.Resolve(ctx, s.Request.Lease, s.card.customers(), os, s.Request.DryRun)
		},
		References: s.reader.load,
	}
}
