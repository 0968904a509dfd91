package customersync

import (
	"context"
	"time"

	"backroom/shared/cursor"
	"backroom/shared/customers"
	"backroom/shared/orders"
	"backroom/shared/outbound"
)

// MaxRead is how many customers are read by one request, MaxWrites how many are written.
const (
	MaxRead   = 100
	MaxThere  = 250
	MaxWrites = 25
)

// Person is a customer of the shop as it is now.
type Person struct {
	customers.Shopper

	// AddressID is that of the default address, as the shop writes it; "" if there is
	// none. Several: there are others, which a change of all would remove.
	AddressID string
	Several   bool
}

// Read is what reading customers of the shop gave.
type Read struct {
	// People are in the order of the ids. One that does not exist (any more) is absent.
	People []Person
	Unread map[string]error // by id
}

// Source is the shop whose customers are read. Errors carry a fault.Kind.
type Source interface {
	cursor.Feed
	// People reads customers by id, at most MaxRead.
	People(ctx context.Context, ids []string) (Read, error)
	// There are those of ids, at most MaxThere, that exist.
	There(ctx context.Context, ids []string) (map[string]bool, error)
	// Find looks each of contacts up, at most MaxWrites, in the database.
	Find(ctx context.Context, contacts []Contact) ([]Found, error)
}

// Contact is what a customer is known by in the shop: two there never share either.
type Contact struct {
	Email string // in lower case; "" if there is none
	Phone string // E.164
}

// Found are the ids of the customers that have a contact's e-mail address and phone
// number, "" for nobody.
type Found struct{ ByEmail, ByPhone string }

// Change is what is to be changed of a customer of the shop, or one to be created: nil
// leaves a field.
type Change struct {
	ID                                string // "": to be created
	FirstName, LastName, Email, Phone *string
	TaxExempt                         *bool
	Address                           *orders.Address // the default one
	AddressID                         string          // of the one to change; "": Address becomes the only one
}

// Metafield is a custom field of a customer of the shop.
type Metafield struct{ Owner, Namespace, Key, Type, Value string }

// Written is what the shop answers.
type Written struct {
	ID        string
	UpdatedAt time.Time
}

// Writer writes customers of the shop. Errors carry a fault.Kind; after one of kind
// Unknown each change of the call is unknown.
type Writer interface {
	// Write makes changes, at most MaxWrites. Answers are in the order of the arguments;
	// of one that is refused the address, or what is not the address, may have been
	// written where others are to stay. An e-mail address or phone number that somebody else
	// has is an error that Taken knows.
	Write(ctx context.Context, cs []Change) ([]outbound.Created[Written], error)
	// SetMetafields sets custom fields, at most MaxWrites, all of an owner or none;
	// it answers an error for each, nil if it was set.
	SetMetafields(ctx context.Context, ms []Metafield) ([]error, error)
	// Taken reports whether err says that somebody else has the e-mail address or the
	// phone number.
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
	Clock   outbound.Clocked // of the company; nil: it does not tell the time
}
