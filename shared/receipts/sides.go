package receipts

import (
	"context"

	"github.com/shopspring/decimal"

	"backroom/shared/cursor"
	"backroom/shared/outbound"
)

// MaxRead is how many orders are read at once.
const MaxRead = 100

// Source is where payments come from. Errors carry a fault.Kind.
type Source interface {
	cursor.Feed
	// Payments reads orders with their payments by their ids, [MaxRead] at most; one that
	// is gone is left out.
	Payments(ctx context.Context, ids []string) ([]Order, error)
}

// Document is what an order became in Business Central.
type Document struct {
	Invoice bool // a draft of an invoice, else a sales order
	ID      string
	Number  string // of the sales order
}

// Documents knows what orders became.
type Documents interface {
	// Document reports false for an order that has none.
	Document(ctx context.Context, shop, order string) (Document, bool, error)
}

// Invoice is a posted invoice that is in the ledger.
type Invoice struct {
	Document  string // id of the document that it came of
	Number    string
	Customer  string // number of who pays
	Currency  string // ISO
	Card      string // currency of that customer's card
	Date      string // of its posting
	Remaining decimal.Decimal
}

// Batch is a batch of the customer payment journal, which balances on an account, or of the
// general journal.
type Batch struct {
	Back    bool   // of the general journal
	Account string // number of the G/L account
	Code    string // of 10 characters, without a digit at its end: posting would count it up
	Name    string // says whose it is
	ID      string // "": there is none
}

// Suggestion is a line that is to be made.
type Suggestion struct {
	*Line

	Journal  string // id of the batch
	Customer string // number
	Order    string // name
	Gateway  string
}

// Seen is what is there of a line's document number.
type Seen struct{ Listed, Booked bool }

// Company is where payments are suggested. Errors carry a fault.Kind. Safe for concurrent use.
type Company interface {
	outbound.Clocked
	// Batches finds batches by their codes, in the order of bs; the name is that of the
	// batch that is there.
	Batches(ctx context.Context, bs []Batch) ([]Batch, error)
	// Make makes batches. One that is there already is an error of kind Rejected, as is
	// one whose account takes no entries.
	Make(ctx context.Context, bs []Batch) ([]outbound.Created[Batch], error)
	// Look looks for document numbers in the lines of batches and, after that, in the ledger.
	Look(ctx context.Context, bs []Batch, numbers []string) (map[string]Seen, error)
	// Invoices are the posted invoices that documents became.
	Invoices(ctx context.Context, ds []Document) ([]Invoice, error)
	// Suggest makes lines, each by an operation of its own.
	Suggest(ctx context.Context, ss []Suggestion) ([]outbound.Created[string], error)
}
