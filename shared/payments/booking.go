package payments

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/outbound"
)

// Stage is how far the booking of a payout is. Its text is stored.
type Stage string

// The stages; "" is that nothing was sent.
const (
	Creating Stage = "creating" // the batch was sent
	Made     Stage = "made"     // the batch is there
	Posting  Stage = "posting"  // its posting was sent
	Booked   Stage = "booked"   // the ledger has it
)

// Booking is a payout's way into the general ledger. It is stored with the payout;
// fields of an older item have working zero values.
type Booking struct {
	Stage Stage `json:"stage,omitempty"`
	// Lines are those last sent, Date is their posting date.
	Lines []Line `json:"lines,omitempty"`
	Date  string `json:"date,omitempty"`
	// SentAt is when Creating or Posting began, by this host's clock, SentThere by the
	// other side's.
	SentAt    time.Time `json:"sentAt,omitzero"`
	SentThere time.Time `json:"sentThere,omitzero"`
	// Movements is of how many movements what is booked consists.
	Movements int          `json:"movements,omitempty"`
	Log       outbound.Log `json:"log,omitempty"`

	// Trouble is the reason of the issue that it has, "" for none; it is tried again at
	// NotBefore.
	Trouble   string    `json:"trouble,omitempty"`
	NotBefore time.Time `json:"notBefore,omitzero"`
	Tries     int       `json:"tries,omitempty"`
}

// sent reports whether a request may still take effect that nobody has seen the outcome of.
func (b Booking) sent() bool { return b.Stage == Creating || b.Stage == Posting }

// stay is b without what was sent, at a stage that was reached.
func (b Booking) at(st Stage) Booking {
	b.Stage, b.SentAt, b.SentThere = st, time.Time{}, time.Time{}
	return b
}

// Number is the document number of a payout's entries, at most 20 characters: the id is
// never cut.
func Number(id string) string {
	for _, prefix := range []string{"PAYOUT-", "PO-"} {
		if len(prefix)+len(id) <= 20 {
			return prefix + id
		}
	}
	return id
}

// Batch is the general journal batch of a payout.
type Batch struct {
	Template string // "": Business Central's first general template
	Code     string // of 10 characters, without a digit at its end: posting would count it up
	Name     string // says whose it is
	Number   string // document number of all lines
	Date     string // posting date of all lines
	Lines    []Line
}

// batchOf is the batch of a payout of a shop.
func batchOf(shop, id, template, date string, lines []Line) Batch {
	sum := sha256.Sum256([]byte(shop + "/" + id))
	return Batch{
		Template: template, Code: "PO" + base32.StdEncoding.EncodeToString(sum[:])[:7] + "X", Name: fmt.Sprintf("Payout %s of %.60s", id, shop),
		Number: Number(id), Date: date, Lines: lines,
	}
}

// FirstLine is the number of a batch's first line; the others follow it.
const FirstLine = 10_001

// Found is a batch that is there.
type Found struct {
	ID, Mark string
	Name     string
	Lines    []FoundLine // without those that say nothing
	// Posted: it has a line without account and amount, as posting leaves one.
	Posted bool
}

// FoundLine is a line that is there.
type FoundLine struct {
	Line

	Number   int
	Document string
	Date     string
}

// Entry is an entry of the general ledger, in local currency: a debit is positive.
type Entry struct {
	Account string
	Amount  decimal.Decimal
}

// Look is what the other side has of a batch: its batch, if it is there, and the ledger
// entries of its document number.
type Look struct {
	Batch   *Found
	Entries []Entry
}

// Facts are those of a company that decide whether a journal can be booked.
type Facts struct {
	From, To string            // of posting dates, "" is open
	LCY      string            // local currency
	Banks    map[string]string // currency of each bank account, by its number
	Blocked  map[string]bool   // bank accounts that take no entries
}

// ErrNothing is in the chain of a refusal to post: the batch has no lines, or is gone.
var ErrNothing = errors.New("there is nothing to post")

// Journals are the general journals of a company. Errors carry a fault.Kind. Safe for
// concurrent use.
type Journals interface {
	outbound.Clocked
	Facts(ctx context.Context) (Facts, error)
	// Look reads batches by their template and code, and entries by document number. The
	// answers are in the order of bs.
	Look(ctx context.Context, bs []Batch) ([]Look, error)
	// Create makes each batch with all of its lines, or nothing of it.
	Create(ctx context.Context, bs []Batch) ([]outbound.Created[Found], error)
	// Post posts batches by their ids: each in one transaction.
	Post(ctx context.Context, ids []string) ([]outbound.Created[struct{}], error)
	// Delete deletes batches with their lines, under their marks. What of them is not
	// deleted is seen by the next look.
	Delete(ctx context.Context, fs []Found) error
}
