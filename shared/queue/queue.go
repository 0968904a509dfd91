// Package queue is the contract of the message queue: SQS FIFO's behaviour.
//
// While a message of a group is in flight (received, not deleted, visibility
// not over), no other message of the group is delivered; groups are
// independent. Delivery is at least once. queuetest holds the suite.
package queue

import (
	"context"
	"errors"
	"time"
)

// The limits, SQS's own. A message is MaxBodyBytes long at most, a group and a
// deduplication id maxIDRunes, and one Receive gives MaxReceive messages at most.
const (
	MaxBodyBytes  = 1 << 20
	maxIDRunes    = 128            // group and deduplication id
	MaxVisibility = 12 * time.Hour // since the receive, extensions included
	DedupWindow   = 5 * time.Minute
	MaxReceive    = 10
)

var (
	// ErrStaleReceipt means that the visibility of that receive has ended (the
	// message may have been delivered again) or that the message is gone. The
	// call had no effect.
	ErrStaleReceipt = errors.New("receipt is no longer valid")
	// ErrInvalid means that an argument is outside the limits: nothing was sent.
	ErrInvalid = errors.New("outside the queue's limits")
	// ErrUnknown means that the call may or may not have taken effect.
	ErrUnknown = errors.New("outcome unknown")
)

// Message is one delivery.
type Message struct {
	ID       string // the same on every delivery
	Group    string
	Body     []byte
	Receipt  string    // valid for this delivery only
	Receives int       // deliveries so far, this one included
	Sent     time.Time // by the queue's clock
}

// Queue is a FIFO queue. All methods are safe for concurrent use.
type Queue interface {
	// Send appends a message to group. dedup names the logical message: a
	// second send with the same group and dedup within DedupWindow succeeds and
	// does nothing, also after the first was received and deleted. An empty
	// dedup stands for a hash of the body. Errors: ErrInvalid; ErrUnknown, after which
	// the same Send may be repeated.
	Send(ctx context.Context, group, dedup string, body []byte) error
	// Receive gives at most max (1 to MaxReceive) messages, and hides them for
	// visibility. It waits up to wait (0: not at all) for the first one and
	// returns none, without error, when none came. Errors: ErrInvalid; ctx's.
	Receive(ctx context.Context, maxMessages int, visibility, wait time.Duration) ([]Message, error)
	// Extend sets the visibility to d from now. d = 0 gives the message back at
	// once, at the head of its group. Errors: ErrStaleReceipt; ErrInvalid when
	// the total since the receive would pass MaxVisibility.
	Extend(ctx context.Context, receipt string, d time.Duration) error
	// Delete ends the message. Errors: ErrStaleReceipt.
	Delete(ctx context.Context, receipt string) error
}

// Counter is a queue that knows, roughly, how many messages wait for a
// receiver. It may count those behind a message in flight too. Safe for concurrent use.
type Counter interface {
	Waiting(ctx context.Context) (int, error)
}
