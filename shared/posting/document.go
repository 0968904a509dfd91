package posting

import (
	"context"
	"errors"

	"github.com/shopspring/decimal"

	"backroom/shared/outbound"
)

// Kind is what is posted. Its text is stored.
type Kind string

// The kinds.
const (
	Order   Kind = "order"
	Invoice Kind = "invoice"
)

// Status is how far a document is, as BC shows it. [Released] proves nothing: a
// draft that a person has released shows it, an order after a part was posted, and a
// posted invoice that is not paid.
type Status string

// The statuses that a decision goes by. Any other is one of posted documents alone.
const (
	Draft    Status = "Draft"
	InReview Status = "In_x0020_Review"
	Released Status = "Open"
)

// Document is a sales order or invoice as BC has it.
type Document struct {
	ID, Mark       string // guid, ETag
	Number         string
	ExternalNumber string
	Date           string // of the document, 2026-03-01
	PostingDate    string // "" for none
	Customer       string // number of who buys
	Name           string // of the customer
	Currency       string // code
	Status         Status
	Total          decimal.Decimal // as the header has it, which may trail
	Lines          []Line          // nil where they were not asked for
}

// Line is a line of a document. The quantities beside Quantity are an order's.
type Line struct {
	ID, Mark string
	Sequence int
	Quantity decimal.Decimal
	Gross    decimal.Decimal // with tax, as it will be booked

	Shipped, Invoiced decimal.Decimal // so far
	Ship, Invoice     decimal.Decimal // of the next posting
}

// gross is what the lines come to with tax.
func (d Document) gross() (sum decimal.Decimal) {
	for _, l := range d.Lines {
		sum = sum.Add(l.Gross)
	}
	return sum
}

// Look is what is found of a document.
type Look struct {
	Document
	Gone bool // there is none of its id
	Err  error
	// Invoices are posted ones: those of an order, or what the invoice itself has
	// become. Looked for only where a proof is asked for.
	Invoices []Invoiced
}

// Invoiced is a posted invoice.
type Invoiced struct {
	Number string
	Booked bool // the ledger has entries of it
}

// booked names those that the ledger has.
func (l Look) booked() (numbers []string) {
	for _, i := range l.Invoices {
		if i.Booked {
			numbers = append(numbers, i.Number)
		}
	}
	return numbers
}

// Change is what is to be set in a document before it is posted.
type Change struct {
	Document
	Date  string         // the posting date; "": it stays
	Lines []LineQuantity // at most [MaxLines]
}

// LineQuantity is what is to be posted of a line. Ship is written before Invoice,
// which it resets; nil: it stays.
type LineQuantity struct {
	ID, Mark      string
	Ship, Invoice *decimal.Decimal
}

// MaxLines is how many quantities of a document can be set at a time.
const MaxLines = 40

// Range is what posting dates the company's ledger takes; "" is open. The dates of a
// single user, which the API does not show, win over it.
type Range struct{ From, To string }

// Has reports whether a date is in the range.
func (r Range) Has(date string) bool {
	return (r.From == "" || date >= r.From) && (r.To == "" || date <= r.To)
}

// ErrNotDraft is in the chain of a refusal that says that a document is no draft any
// more: it is posted, or gone.
var ErrNotDraft = errors.New("there is no such draft any more")

// Query limits a list of documents that are not posted. Released are those that BC
// shows as [Released]; of invoices the posted ones that are not paid are among them.
type Query struct {
	Drafts, Released bool
	From, To         string // of the document's date; "": open
}

// Target is a company in BC. Errors carry a fault.Kind, whole-call errors included.
// After a whole-call error of kind Unknown each of the call is unknown. Safe for
// concurrent use.
type Target interface {
	// List lists documents without their lines, in any order.
	List(ctx context.Context, k Kind, q Query) ([]Document, error)
	// Look reads documents as they are now, with their lines, in the order of ds. With
	// proof it looks for what they have become as well.
	Look(ctx context.Context, k Kind, ds []Document, proof bool) ([]Look, error)
	// Change sets what is to be posted, and answers the documents as they then are.
	Change(ctx context.Context, k Kind, cs []Change) ([]outbound.Created[Document], error)
	// Post posts documents by one request, one after the other.
	Post(ctx context.Context, k Kind, ds []Document) ([]outbound.Created[struct{}], error)
	// PerBatch is how many a call of Post should hold now.
	PerBatch() int
	// Range reads the ledger's posting dates.
	Range(ctx context.Context) (Range, error)
	outbound.Clocked
}

// Origin is the order of the shop that a document was made of.
type Origin struct {
	Order string // as people call it; "" if it is of none
	Waits string // why the document must stay as it is, in a few words; "": it need not
}

// Origins knows the shop's orders.
type Origins interface {
	// Origin is that of the document with such an id and external number.
	Origin(ctx context.Context, shop, id, external string) (Origin, error)
}
