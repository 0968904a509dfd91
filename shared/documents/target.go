// Package documents turns imported orders into Business Central sales
// documents, each exactly once.
package documents

import (
	"context"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/customers"
	"backroom/shared/outbound"
	"backroom/shared/products"
	"backroom/shared/sales"
)

// Created is the outcome of one create of a batch.
type Created[T any] = outbound.Created[T]

// Change is one thing to put right in a document that exists: its header, or
// some of its lines.
type Change struct {
	Meant sales.Document
	Found sales.Found
	// Header: the header's fields are written, all that may be; Discount: the
	// header's discount is fixed at 0 as well.
	Header, Discount bool
	// Lines are sequences of lines that both have and whose quantity, price and
	// discount are written; of those in Taxed the tax code too. At most 40.
	Lines, Taxed []int
	// Anew are sequences of lines of one tax group that are emptied, all of them,
	// and then written as Lines are, in this order: BC then carries the cents of
	// the group from each to the next. At most 40.
	Anew []int
	// Add are sequences of lines to append, in this order. At most 40.
	Add []int
}

// Ref names a document that exists.
type Ref struct {
	ID   string // guid
	Kind sales.Kind
}

func refOf(f sales.Found) Ref { return Ref{ID: f.ID, Kind: f.Header.Kind} }

// Invoice is what a posted order has become, one that was made of an order, or a
// draft by hand.
type Invoice struct {
	ID, Number, ExternalNumber string
	Mark                       string // its version
	// Draft: it is not posted, and nobody has released it. One that is no draft need not
	// be posted.
	Draft              bool
	OrderNumber        string // "" when it was made as an invoice
	Customer, Currency string
	Total              decimal.Decimal
	// Unreadable is why Total is not known, nil when it is.
	Unreadable error
}

// Target is the BC company that documents go to, by what uses it. Errors carry a
// fault.Kind, whole-call errors included. After a whole-call error of kind Unknown
// every create or change of the call is unknown.
type Target struct {
	Documents Documents
	Customers customers.Target
	Items     products.Items
	Tables    Tables
	Claims    Claimer          // nil: engines do not exclude each other in it
	Clock     outbound.Clocked // nil: it does not tell the time
}

// Documents are the sales documents of a BC company.
type Documents interface {
	// CreateDocuments creates each, by its kind, with its lines, at most 100, in
	// one $batch with continue-on-error. Answers are in the order of the
	// arguments, with lines; an operation the answer does not mention is Unknown.
	// An answer that cannot be read is Unknown: the document is there.
	CreateDocuments(ctx context.Context, docs []sales.Document) ([]Created[sales.Found], error)
	// FindDocuments finds sales orders, without their lines, and drafts and posted
	// invoices, by external document number: at most 200 numbers, 25 a GET, all
	// GETs in one $batch.
	FindDocuments(ctx context.Context, externalNumbers []string) ([]sales.Found, []Invoice, error)
	// ReadDocuments reads documents with their lines, at most 100, in one $batch.
	ReadDocuments(ctx context.Context, refs []Ref) ([]Created[sales.Found], error)
	// ChangeDocuments makes at most 100 changes, each under the mark of what was
	// found. The answer is the document as it then is: after a change of the
	// header's fields alone the change's own answer with the lines as they were,
	// otherwise read anew. With an error of kind Rejected or Transient, answers hold
	// the document too if it could be read (an id is there). A line to append whose
	// sequence exists already counts as added.
	ChangeDocuments(ctx context.Context, changes []Change) ([]Created[sales.Found], error)
	// DeleteDocument deletes a document under the mark of what was found: a draft of
	// which nothing is shipped or posted. Anything else is Rejected, an invoice beside
	// which another has its external number too; one that has
	// changed since is Transient. What is gone already is success.
	DeleteDocument(ctx context.Context, f sales.Found) error
}

// Tables are small tables of a BC company, read whole, in pages, and kept by the
// caller for a run.
type Tables interface {
	Accounts(ctx context.Context) ([]bcapi.Account, error)
	References(ctx context.Context, set bcapi.Set) ([]bcapi.Reference, error)
}
