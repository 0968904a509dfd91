package companysync

import (
	"context"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/customers"
	"backroom/shared/orders"
	"backroom/shared/outbound"
)

// How many companies are read by one request, and how many locations are asked for.
const (
	MaxRead  = 200
	MaxThere = 250
	// MaxWrites is how many companies are written, or looked up, by one request.
	MaxWrites = 25
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
	// ByExternalID are the ids of the companies that have external ids, at most MaxWrites;
	// the index trails what was just made.
	ByExternalID(ctx context.Context, external []string) (map[string]string, error)
	// Templates are the payment terms that a location may have, with their ids.
	Templates(ctx context.Context) (map[customers.Terms]string, error)
}

// Change is what is to be changed of a company of the shop, or one to be created: nil
// leaves a field.
type Change struct {
	ID, LocationID string // "": to be created
	ExternalID     string // of one that is created
	Contact        string // e-mail address of the main contact of one that is created; "" for none

	Name, Phone, TaxID *string
	Terms              *string         // id of a template
	Address            *orders.Address // where bills go, and with Ships parcels too
	Ships              bool
}

// Written is what the shop answers.
type Written struct {
	ID        string
	UpdatedAt time.Time // zero: of no company of its own
}

// Writer writes companies of the shop. Errors carry a fault.Kind; after one of kind
// Unknown each change of the call is unknown.
type Writer interface {
	// Write makes changes, at most MaxWrites. Answers are in the order of the arguments;
	// of one that is refused some of what was to change may have been written. An
	// external id or an e-mail address that somebody else has is an error that Taken knows.
	Write(ctx context.Context, cs []Change) ([]outbound.Created[Written], error)
	// Join makes a customer of the shop the main contact of a company, who may order at
	// its location.
	Join(ctx context.Context, company, location, customer string) error
	Taken(err error) bool
}

// Company is the company whose customers are read and written. Errors carry a
// fault.Kind.
type Company interface {
	customers.Target
	customers.Tables
	// CustomersChanged are those that have changed since from, by BC's clock, in the
	// order of these times, at most limit.
	CustomersChanged(ctx context.Context, from time.Time, limit int) ([]customers.Customer, error)
}

// Sides are what is kept in step.
type Sides struct {
	Shop    Source
	Writer  Writer
	Company Company
	// People are the ids of the customers of the shop with e-mail addresses, at most
	// MaxWrites, "" for nobody.
	People func(ctx context.Context, emails []string) ([]string, error)
	Clock  outbound.Clocked // of the company; nil: it does not tell the time
}
