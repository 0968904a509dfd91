// Package table is the contract of the store that everything durable lives in.
//
// It is shaped after DynamoDB and keeps DynamoDB's limits on every adapter, so
// that code which works on one machine also works there. Adapters live in
// packages named after what they adapt; tabletest holds the suite that each of
// them passes.
package table

import (
	"context"
	"errors"
	"time"
)

// The limits, DynamoDB's own, in bytes and operations. Adapters refuse more with [ErrTooLarge].
const (
	// DynamoDB counts the names of attributes too: 256 bytes of its 400 KB an
	// item, and 100 times that of its 4 MB, are left for them.
	MaxItemBytes        = 400<<10 - 256   // key, index keys and data of one item
	MaxTransactionBytes = 4<<20 - 100*256 // sum over the items of one Write
	MaxPageBytes        = 1 << 20         // a page ends before it passes this
	MaxTransactionOps   = 100             // operations of one Write
	maxKeyBytes         = 1024            // SK and index SK; a PK may have 2048
)

var (
	// ErrNotFound is Get's answer for a key that holds nothing.
	ErrNotFound = errors.New("no such item")
	// ErrConflict means that a condition did not hold, or that another
	// transaction was at the same item: nothing was written.
	ErrConflict = errors.New("condition not met, nothing written")
	// ErrUnknown means that the write may or may not have taken effect. Read
	// before repeating, or repeat only what is safe to repeat.
	ErrUnknown = errors.New("outcome unknown, may be written")
	// ErrTooLarge means that a limit above was passed: nothing was written.
	ErrTooLarge = errors.New("over the table's size limits")
)

// Key addresses one item. Both parts are non-empty UTF-8; items of one PK are
// ordered by the bytes of SK.
type Key struct{ PK, SK string }

// IndexKey places an item in a secondary index; the zero value leaves it out
// (a sparse index).
type IndexKey struct{ PK, SK string }

// Item is one stored item.
type Item struct {
	Key
	// Version counts the writes of this item from 1. The table sets it: Put
	// ignores the field and stores the earlier version + 1. A deleted and
	// re-created item starts at 1 again.
	Version int64
	Index1  IndexKey
	Index2  IndexKey
	// Expires is when the table may drop the item by itself, in whole seconds;
	// zero means never. Dropping is late on purpose (days on DynamoDB): readers
	// that care compare the time themselves.
	Expires time.Time
	Data    []byte
}

// Cond is the condition of one operation.
type Cond struct {
	kind    condKind
	version int64
}

type condKind int

const (
	condNone condKind = iota
	condAbsent
	condVersion
)

// Always holds.
var Always = Cond{}

// Absent holds when no item is stored under the key.
var Absent = Cond{kind: condAbsent}

// VersionIs holds when the stored item has version n (n ≥ 1).
func VersionIs(n int64) Cond { return Cond{kind: condVersion, version: n} }

// IsAbsent reports whether c is [Absent].
func (c Cond) IsAbsent() bool { return c.kind == condAbsent }

// Version is the version c asks for, and false if it asks for none.
func (c Cond) Version() (int64, bool) { return c.version, c.kind == condVersion }

// Holds decides c for a key that holds version current, 0 meaning nothing.
func (c Cond) Holds(current int64) bool {
	switch c.kind {
	case condAbsent:
		return current == 0
	case condVersion:
		return current == c.version
	case condNone:
	}
	return true
}

// Op is one operation of a Write: make it with [Put], [Delete] or [Check].
type Op struct {
	Verb Verb
	Item Item // only Key for Delete and Check
	Cond Cond
	// Err is why it could not be made, such as content that cannot be encoded: a
	// Write with it answers Err, and nothing is written.
	Err error
}

// Verb says what an Op does.
type Verb int

const (
	VerbPut Verb = iota + 1
	VerbDelete
	VerbCheck
)

// Put stores the whole item if c holds.
func Put(i Item, c Cond) Op { return Op{Verb: VerbPut, Item: i, Cond: c} }

// Delete removes the item if c holds; deleting what is not there succeeds.
func Delete(k Key, c Cond) Op { return Op{Verb: VerbDelete, Item: Item{Key: k}, Cond: c} }

// Check writes nothing but makes the others depend on c.
func Check(k Key, c Cond) Op { return Op{Verb: VerbCheck, Item: Item{Key: k}, Cond: c} }

// AsRead is the condition that an item is as it was read: with that version, or,
// with 0, not there.
func AsRead(version int64) Cond {
	if version == 0 {
		return Absent
	}
	return VersionIs(version)
}

// Query asks for the items of one PK whose SK begins with Prefix, in the order
// of SK.
type Query struct {
	PK      string
	Prefix  string // "" for all
	Reverse bool   // largest SK first
	Limit   int    // at most this many items a page; 0: as many as fit
	Page    string // the Next of the page before; "" for the first
}

// IndexQuery asks for the items whose index key N (1 or 2) has the PK and
// whose index SK begins with Prefix, ordered by index SK, then by PK and SK of the item.
type IndexQuery struct {
	N       int // 1 or 2
	PK      string
	Prefix  string
	Reverse bool
	Limit   int // of items a page; 0: as many as fit
	Page    string
}

// Page is part of an answer. Next is "" on the last one; an empty page with a
// Next is possible.
type Page struct {
	Items []Item
	Next  string
}

// Table is the store. All methods are safe for concurrent use.
//
// Any error other than the sentinels above is the adapter's own: after a read
// it means nothing, after a Write it means that nothing was written; an adapter
// that cannot know says [ErrUnknown].
type Table interface {
	// Get reads the latest committed state of the key, or ErrNotFound.
	Get(ctx context.Context, k Key) (Item, error)
	// Query reads the latest committed state; items written while pages are
	// walked may be seen or not. Errors: ErrInvalid for a Page of another query.
	Query(ctx context.Context, q Query) (Page, error)
	// Index may trail the writes by seconds, and may still show what is gone.
	// Whoever acts on a hit reads the item again with Get. Errors are those of Query.
	Index(ctx context.Context, q IndexQuery) (Page, error)
	// Write applies all operations or none. Each key occurs once; at most
	// MaxTransactionOps. Errors: ErrConflict when a condition fails, ErrTooLarge,
	// ErrInvalid (nothing was written), ErrUnknown (it may be).
	Write(ctx context.Context, ops ...Op) error
}
