package orders

import (
	"context"
	"time"
)

// Changed is one order that changed.
type Changed struct {
	ID        string
	UpdatedAt time.Time
}

// ChangedPage is one page of changed orders, oldest change first.
type ChangedPage struct {
	Orders []Changed
	Next   string // "" on the last page
}

// Window is a half-open range of update times: From ≤ updatedAt < To. A zero
// To is open.
type Window struct{ From, To time.Time }

// Source is where orders come from. The Shopify adapter implements it; errors
// carry a fault.Kind.
type Source interface {
	// CountChanged is the number of orders in w, at most limit.
	CountChanged(ctx context.Context, w Window, limit int) (int, error)
	// Changed pages through the orders of w by update time. It reads a search
	// index that trails by seconds to minutes.
	Changed(ctx context.Context, w Window, page string) (ChangedPage, error)
	// Orders reads orders by id from the database, at most 100 ids. One that
	// does not exist (any more) is absent from the answer.
	Orders(ctx context.Context, ids []string) ([]Order, error)
	// OrderByName finds the orders that a person calls name ("#1001").
	OrderByName(ctx context.Context, name string) ([]string, error)
}

// Spent is what a Source has used so far, for counts.
type Spent struct{ Requests, Points int }

// Attributes is one order's custom attributes to write.
type Attributes struct {
	OrderID string
	Set     []Attr // merged into what the order has
}

// Writer writes back to Shopify.
type Writer interface {
	// SetAttributes merges attributes into orders, reading them fresh first,
	// at most 50 orders. It answers the new update time and content of each order
	// written, so that our own echo can be recognised, and an error per order.
	SetAttributes(ctx context.Context, sets []Attributes) ([]Written, error)
}

// Written is the outcome for one order.
type Written struct {
	OrderID string
	// Before is the update time of what the write met: that of the fresh read
	// or, if somebody else has changed the order since, UpdatedAt.
	Before    time.Time
	UpdatedAt time.Time // after the write
	Err       error
}
