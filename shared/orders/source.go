package orders

import (
	"context"
	"time"

	"backroom/shared/cursor"
)

// Changed is one order that changed.
type Changed = cursor.Change

// ChangedPage is one page of changed orders, oldest change first.
type ChangedPage struct {
	Orders []Changed
	Next   string // "" on the last page
}

// Window is a half-open range of update times: From ≤ updatedAt < To. A zero
// To is open. With Placed it is of the times at which orders were placed. With
// Returning it has those orders alone of which a return is under way.
type Window struct {
	From, To  time.Time
	Placed    bool
	Returning bool
}

// Read is what reading orders by id gave.
type Read struct {
	// Orders are in the order of the ids. One that does not exist (any more) is absent.
	Orders []Order
	// Unread are those that exist and could not be read, each with its own error.
	Unread []Unreadable
}

// RefundsRead is what reading the refunds of orders gave: of each order by its id, or
// an error of its own. An order that does not exist any more is in neither.
type RefundsRead struct {
	Of     map[string]GivenBack
	Unread []Unreadable
}

// GivenBack is what was given back of an order as it was updated at a time.
type GivenBack struct {
	UpdatedAt time.Time
	Refunds   []Refund // without amounts
	Returns   []Return
	Hidden    []string // what the app may not read of them, "returns"
}

// Unreadable is an order that could not be read.
type Unreadable struct {
	ID   string
	Name string // "" if not even that is known
	Err  error
}

// Source is where orders come from. The Shopify adapter implements it; errors
// carry a fault.Kind, and are those of a whole call: what belongs to one order is
// in its answer.
type Source interface {
	Told
	Index
	Copies
}

// Told is what the source says of itself.
type Told interface {
	// Clock is the time at the source, at most what it is there now; zero before
	// the source has told it. Update times are of that clock.
	Clock() time.Time
	// Horizon is the time before which orders were placed that the app may not
	// read: they look as if they did not exist. Zero: there are none.
	Horizon(ctx context.Context) (time.Time, error)
}

// Index finds orders by a search index that trails by seconds to minutes.
type Index interface {
	// CountChanged is the number of orders in w, at most limit.
	CountChanged(ctx context.Context, w Window, limit int) (int, error)
	// Changed pages through the orders of w by the time that w is of.
	Changed(ctx context.Context, w Window, page string) (ChangedPage, error)
	// OrderByName finds the orders that a person calls name ("#1001").
	OrderByName(ctx context.Context, name string) ([]string, error)
}

// Copies reads orders from the database, as they are.
type Copies interface {
	// Orders reads orders by id, at most 100 ids.
	Orders(ctx context.Context, ids []string) (Read, error)
	// Glances reads orders by id, at most 250 ids, without lines, shipping lines and where
	// lines ship from: it is cheap. What cannot be read so is left out.
	Glances(ctx context.Context, ids []string) (Read, error)
	// CustomersThere tells which of these customers, at most 100, the shop has. One that was
	// merged into another is not there any more; one with orders cannot be deleted.
	CustomersThere(ctx context.Context, ids []string) (map[string]bool, error)
	// Refunds reads the details of what was given back of orders, and their returns.
	Refunds(ctx context.Context, os []Order) (RefundsRead, error)
}

// DocumentAttribute is the key of the custom attribute that the number of the
// BC document is written to. It is ours: what it says is no change of the order.
const DocumentAttribute = "BC Doc. No."

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
