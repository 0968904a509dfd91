package creditmemos

import (
	"context"
	"time"

	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/outbound"
)

// State of a refund's credit memo. It is stored: never renamed.
type State string

// The states; "" waits.
const (
	Waiting State = ""
	Booked  State = "booked"  // it has its credit memo
	Nothing State = "nothing" // it gets none: the order's document is without it, or no money and no goods moved
)

// Memo is what is stored of a refund on its way to a credit memo, beside its order.
type Memo struct {
	Refund    string        `json:"refund"` // Shopify's id
	State     State         `json:"state,omitempty"`
	SentAt    time.Time     `json:"sentAt,omitzero"`    // of the last create whose outcome is not known; zero if none
	SentThere time.Time     `json:"sentThere,omitzero"` // the same by the other side's clock
	Tried     string        `json:"tried,omitempty"`    // fingerprint of the last try that came to nothing
	NotBefore time.Time     `json:"notBefore,omitzero"` // when that try may be repeated
	Own       string        `json:"own,omitempty"`      // id of a draft of ours that is not what was meant
	ID        string        `json:"id,omitempty"`       // of the credit memo, once Booked
	Number    string        `json:"number,omitempty"`
	Total     *money.Amount `json:"total,omitempty"`
	Log       outbound.Log  `json:"log,omitempty"`
}

// InConflict is what Tried is of a refund whose order is in conflict, once that is said.
const InConflict = "in conflict"

// Pending is an order that has its document, and refunds that wait for theirs.
type Pending struct {
	Conflict       bool // the order is in conflict: its refunds wait until that is settled
	Shop, ID, Name string
	Version        int64        // of what is stored: a save under another one is table.ErrConflict
	Currency       string       // of the order's document, by ISO code
	Facts          orders.Facts // of what the document was made of
	Memos          []Memo       // of all refunds, the oldest first
}

// Outcome is a pending order to store, with what is said about a refund of it.
type Outcome struct {
	Pending Pending
	// Refund is whose issue is stored, or taken back if it is nil; "" leaves issues.
	Refund string
	Issue  *issue.Issue
	Late   bool // the order is to be judged again, by what the memo has of an exchange
}

// Staging is where orders with refunds wait.
type Staging interface {
	// Refunded pages through orders with refunds that wait, those in conflict until that
	// is said; the walk may trail writes.
	Refunded(ctx context.Context, shop, page string, limit int) ([]Pending, string, error)
	// Copies are the copies of the orders, in the order of the arguments.
	Copies(ctx context.Context, ps []Pending) ([]orders.Order, error)
	// SaveMemos stores outcomes of different orders under the lease, all or none of at
	// most 30, and answers what is then stored.
	SaveMemos(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, os []Outcome) ([]Pending, error)
}
