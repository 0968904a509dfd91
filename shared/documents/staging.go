package documents

import (
	"context"
	"time"

	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/sales"
)

// Pending is a staged order that wants a document: imported and not filtered,
// with a create whose outcome is unknown, or with an issue to try again.
type Pending struct {
	Shop    string
	ID      string // numeric Shopify id
	Name    string
	Version int64     // of the stored head; Save writes only if it is unchanged
	SentAt  time.Time // of the last create whose outcome is not known; zero if none
	// SentThere is the same by the other side's clock, or when that create was first
	// looked for; zero: neither is known.
	SentThere time.Time
	// Tried is the fingerprint of the last try that BC refused, or whose total
	// differed: the same try is not repeated before NotBefore.
	Tried     string
	NotBefore time.Time
	ReadAt    time.Time // when Shopify last said what the order is; zero: not known
	// Accepted is the BC total that a person has accepted in spite of a difference.
	Accepted *money.Amount
	// AcceptedFor is why the order waited when that was accepted; "" when it is
	// not known.
	AcceptedFor issue.Reason
	// Own is the id of a document that a create of this order has made and that
	// stays although it is not yet what was meant; "" if there is none.
	Own string
	// Held is why a gate of the card holds it, zero if none does.
	Held orders.Hold
	// Released: a person has said that no gate holds it. OnHold: a person has said that
	// it waits until it is released.
	Released, OnHold bool
	// Link is the document that is to be amended; Asked: a person has said so.
	Link  *Link
	Asked bool
	// Log is what has happened to its creates, to be stored with the next outcome.
	Log outbound.Log
}

// agreed reports whether a person has agreed to a difference. Who lets a document
// be made of what is left of a refunded order has been shown none.
func (p Pending) agreed() bool {
	return p.Accepted != nil && p.AcceptedFor != RefundBeforeProcessing
}

// linkTypes are what a link says of the kinds.
var linkTypes = map[sales.Kind]string{sales.Order: "Order", sales.Invoice: "Invoice"}

// ref names the document.
func (l Link) ref() Ref {
	if l.Type == linkTypes[sales.Invoice] {
		return Ref{ID: l.ID, Kind: sales.Invoice}
	}
	return Ref{ID: l.ID}
}

// Link ties a Shopify order to its BC document.
type Link struct {
	Type   string         `json:"type"` // "Order", "Invoice"
	ID     string         `json:"id"`   // BC guid
	Number string         `json:"number"`
	Total  money.Amount   `json:"total"`
	Mark   string         `json:"mark,omitempty"`  // of its versions and those of its lines when it was linked
	Lines  map[int]string `json:"lines,omitempty"` // line sequence to Shopify line item
	// Objects are the numbers of the items that lines were made with, by sequence; nil:
	// an earlier release made the link.
	Objects map[int]string `json:"objects,omitempty"`
}

// Outcome is what became of a pending order. Exactly one of SentAt, Link,
// Issue, Held, Amended and Withdrawn is set.
type Outcome struct {
	Pending   Pending
	SentAt    time.Time     // a create is about to be sent
	Whole     bool          // with SentAt or Link: the document is of the order as sold, refunds are booked apart
	Archive   bool          // with Link: the order is to be archived in Shopify
	Books     bool          // with Link: refunds to come get documents of their own
	SentThere time.Time     // with SentAt: by the other side's clock. With Unknown: see Pending
	Withdrawn bool          // the create certainly had no effect and may be repeated
	Link      *Link         // it has its document
	Issue     *issue.Issue  // it needs attention
	Held      *orders.Hold  // a gate of the card holds it
	Amended   bool          // its document is gone, and is to be made anew
	Unknown   bool          // with Issue: the intent stays
	Differs   *money.Amount // with Issue: the BC total, which a person may accept
	Meant     *money.Amount // with Differs: the total that was meant; nil where no totals were compared
	Tried     string        // with Issue: fingerprint of the refused try
	Own       string        // with Issue: see Pending.Own
	NotBefore time.Time     // with Issue: when the same try may be repeated
}

// Staging is where imported orders wait for their document.
type Staging interface {
	// Pending pages through them, oldest first; the walk may trail writes.
	Pending(ctx context.Context, shop, page string, limit int) ([]Pending, string, error)
	// PendingByID reads one, and reports false if it wants no document (any more).
	PendingByID(ctx context.Context, shop, id string) (Pending, bool, error)
	// Held pages through the held orders whose time has come, and through all that
	// other gates than these have held.
	Held(ctx context.Context, shop, gates, page string, limit int) ([]Pending, string, error)
	// Judged notes that all held orders have been judged by gates.
	Judged(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, shop, gates string) error
	// Amending pages through the orders in conflict whose document is to be amended.
	Amending(ctx context.Context, shop, page string, limit int) ([]Pending, string, error)
	// Load reads the order copies, in the order of the arguments.
	Load(ctx context.Context, ps []Pending) ([]orders.Order, error)
	// Save stores outcomes under the lease, all or none of at most 45, and
	// returns what is then stored. An outcome whose order has changed
	// meanwhile makes it fail with table.ErrConflict.
	Save(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, os []Outcome) ([]Pending, error)
	// Unwritten lists processed orders whose BC number is not yet in Shopify, and
	// may be sent now.
	Unwritten(ctx context.Context, shop string, limit int) ([]Written, error)
	// SaveWritten records own writes to Shopify, so that they are known as echoes,
	// and those that Shopify has not taken.
	SaveWritten(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, ws []Written) error
}

// Written is one number to write, or written, back to Shopify.
type Written struct {
	Shop, ID  string
	Name      string    // of the order
	Number    string    // of the BC document
	Before    time.Time // the order's update time before the write
	UpdatedAt time.Time // the order's, after the write
	// Issue says why the number is not in Shopify; it is sent again at NotBefore.
	// Nil: it is written, and an issue that said so is over.
	Issue     *issue.Issue
	NotBefore time.Time
}
