package companysync

import (
	"context"

	"backroom/shared/cursor"
	"backroom/shared/customers"
	"backroom/shared/outbound"
)

// How many companies are read by one request, and how many locations are asked for.
const (
	MaxRead  = 200
	MaxThere = 250
)

// Here is a company of the shop as it is now.
type Here struct {
	customers.Company

	Ordered bool // something was ever ordered for it
}

// Read is what reading companies of the shop gave.
type Read struct {
	// Companies are in the order of the ids. One that does not exist (any more) is absent.
	Companies []Here
	Unread    map[string]error // by id
}

// Source is the shop whose companies are read. Errors carry a fault.Kind.
type Source interface {
	// Feeds list companies that have changed, and those of which a location has; a
	// change has the company's id.
	Feeds() (companies, places cursor.Feed)
	// Companies reads companies by id, at most MaxRead, with all their locations.
	Companies(ctx context.Context, ids []string) (Read, error)
	// Places are those of the locations of ids, at most MaxThere, that exist.
	Places(ctx context.Context, ids []string) (map[string]bool, error)
}

// Company is the company whose customers are read and written. Errors carry a
// fault.Kind.
type Company interface {
	customers.Target
	customers.Tables
}

// Sides are what is kept in step.
type Sides struct {
	Shop    Source
	Company Company
	Clock   outbound.Clocked // of the company; nil: it does not tell the time
}
