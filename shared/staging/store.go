// Package staging keeps staged orders: what the import has found, until it has
// its document, and what became of it. It is the import's Stage and the
// processing's Staging, over one table.
package staging

import (
	"context"
	"fmt"
	"strings"
	"time"

	"backroom/shared/creditmemos"
	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/record"
	"backroom/shared/table"
)

// schema of everything stored here: 1, since the first release.
const schema = 1

// Keys. An order is a head and, beside it, the parts of its copy: states
// change often, copies seldom.
//
//	SHOP#<shop>#ORD   <id>        head; index 1: all orders by number; index 2: one list per thing left to do
//	SHOP#<shop>#ORD   <id>#p<n>   copy of the order
//	SHOP#<shop>#DOC   …           see documentKey
//	SHOP#<shop>#MISS  <id>        mark of an order of which something could not be read; on a list of index 2
//	SHOP#<shop>#BACK  <id>        mark of an order with refunds; index 1: one that may change unnoticed; index 2: one whose refunds wait
//	SHOP#<shop>#ARCHIVE <id>      see archiveKey
//	SHOP#<shop>#AMEND <id>        mark of an order whose document may have to be amended; on a list of index 2
//	SHOP#<shop>       CURSOR#orders
func headKey(shop, id string) table.Key { return table.Key{PK: "SHOP#" + shop + "#ORD", SK: id} }

func missKey(shop, id string) table.Key { return table.Key{PK: "SHOP#" + shop + "#MISS", SK: id} }

func amendKey(shop, id string) table.Key { return table.Key{PK: "SHOP#" + shop + "#AMEND", SK: id} }

func cursorKey(shop string) table.Key { return table.Key{PK: "SHOP#" + shop, SK: "CURSOR#orders"} }

// The lists of index 2.
const (
	waiting    = "WAITING"
	filtered   = "FILTERED"
	held       = "HELD" // in the order of the times at which they are judged again
	unread     = "UNREAD"
	missed     = "MISS"
	amending   = "AMEND" // marks of orders in conflict whose document is to be amended
	conflicts  = "CONFLICT"
	skipped    = "SKIPPED"
	unwritten  = "UNWRITTEN"
	refunded   = "REFUNDED" // a refund waits for its credit memo
	unsettled  = "UNSETTLED"
	processed  = "PROCESSED" // with a copy, which is dropped one day
	archivings = "ARCHIVE"   // marks of orders that are to be archived, by when
	done       = "DONE"
	dismissed  = "DISMISSED"
)

func listKey(shop, list string) string { return "SHOP#" + shop + "#ORD#" + list }

// head is what is stored of an order beside its copy.
type head struct {
	record.Rest // of a newer release

	Name      string       `json:"name"`
	Number    int64        `json:"number,omitempty"`
	CreatedAt time.Time    `json:"createdAt,omitzero"`
	UpdatedAt time.Time    `json:"updatedAt,omitzero"` // of the copy, or of our own write after it
	Total     money.Amount `json:"total"`
	State     orders.State `json:"state"`
	Reason    string       `json:"reason,omitempty"` // of filtered, held and skipped, in words
	Hash      string       `json:"hash,omitempty"`
	Parts     record.Parts `json:"parts"`

	SentAt    time.Time     `json:"sentAt,omitzero"`
	SentThere time.Time     `json:"sentThere,omitzero"` // see documents.Pending
	Tried     string        `json:"tried,omitempty"`
	NotBefore time.Time     `json:"notBefore,omitzero"`
	Differs   *money.Amount `json:"differs,omitempty"` // BC's total that was not Shopify's
	// Meant is the total that Differs was compared with; nil in what earlier releases
	// have stored, and where no totals were compared.
	Meant    *money.Amount `json:"meant,omitempty"`
	Accepted *money.Amount `json:"accepted,omitempty"` // the same, once a person has accepted it
	// AcceptedFor is the reason that the person was shown; "" in what 0.1.0 has stored.
	AcceptedFor issue.Reason `json:"acceptedFor,omitempty"`
	Own         string       `json:"own,omitempty"` // see documents.Pending
	Log         outbound.Log `json:"log,omitempty"` // of its creates
	// Decisions are what people have decided, oldest first, the last ones of many.
	Decisions []Decided `json:"decisions,omitempty"`

	Link  *documents.Link `json:"link,omitempty"`
	Facts orders.Facts    `json:"facts"` // of the copy that became the document, or may have, or was closed
	// Closed: a person has handled it; nil in what earlier releases have stored.
	Closed *orders.Closed `json:"closed,omitempty"`
	// Processed is when it got its document.
	Processed time.Time `json:"processed,omitzero"`
	// HoldUntil is when a held order is judged again; zero: when it changes.
	HoldUntil time.Time `json:"holdUntil,omitzero"`
	Released  bool      `json:"released,omitempty"` // see documents.Pending
	OnHold    bool      `json:"onHold,omitempty"`   // see documents.Pending; false in what earlier releases have stored
	// Changes are what an order in conflict has changed in since its document was made. Amend: it
	// is to be amended, if it can be; Asked: a person has said so.
	Changes []orders.Difference `json:"changes,omitempty"`
	Amend   bool                `json:"amend,omitempty"`
	Asked   bool                `json:"asked,omitempty"`
	Written bool                `json:"written,omitempty"`
	// Refused: Shopify has not taken the number, which its issue says; it is sent
	// again at WriteAfter.
	Refused    bool      `json:"refused,omitempty"`
	WriteAfter time.Time `json:"writeAfter,omitzero"`
	Young      bool      `json:"young,omitempty"`  // see orders.Known
	Missed     bool      `json:"missed,omitempty"` // see orders.Known
	Misses     int       `json:"misses,omitempty"` // see orders.Known
	RetryAt    time.Time `json:"retryAt,omitzero"` // see orders.Known
	ReadAt     time.Time `json:"readAt,omitzero"`  // when Shopify last said what the order is
	Named      bool      `json:"named,omitempty"`  // see orders.Known

	// Whole: the document, or the create of it that is under way, is of the order as it
	// was sold.
	Whole bool `json:"whole,omitempty"`
	// Memos are of all refunds that were read with their details, the oldest first.
	Memos []creditmemos.Memo `json:"memos,omitempty"`
	// Archiving is the order's way into Shopify's archive; nil: there is none yet.
	Archiving *archiving `json:"archiving,omitempty"`
	// Unsettled: something about them may change unnoticed. Marked: they have a mark.
	Unsettled bool `json:"unsettled,omitempty"`
	// Returning: by the copy a return is under way.
	Returning bool `json:"returning,omitempty"`
	Marked    bool `json:"marked,omitempty"`
	// Erased: who bought it was erased; it is not stored again while the order is settled. false in
	// what earlier releases have stored.
	Erased bool `json:"erased,omitempty"`

	Version int64 `json:"-"`
}

// Store keeps staged orders. Safe for concurrent use.
type Store struct {
	Table  table.Table
	Issues *issue.Store
	Now    func() time.Time
}

var (
	_ orders.Stage        = (*Store)(nil)
	_ documents.Staging   = (*Store)(nil)
	_ creditmemos.Staging = (*Store)(nil)
	_ documents.Archives  = (*Store)(nil)
)

func (s *Store) head(ctx context.Context, shop, id string) (head, error) {
	var h head
	var err error
	if h.Version, err = record.Get(ctx, s.Table, headKey(shop, id), schema, &h); err != nil {
		return h, fmt.Errorf("staging: order %s of %s: %w", id, shop, err)
	}
	return h, nil
}

// list is the list that an order is on, "" for none.
func (h head) list() string {
	switch {
	case h.State != orders.Processed:
		return listOf(h.State)
	case h.Parts.Count == 0:
		return ""
	case !h.Written && h.Link != nil && h.Link.Type == "Order":
		return unwritten
	}
	return processed
}

// listOf is the list that all orders in state st are on, "" for none.
func listOf(st orders.State) string {
	switch st {
	case orders.Ready, orders.Creating, orders.Attention:
		return waiting
	case orders.Filtered:
		return filtered
	case orders.Held:
		return held
	case orders.Unread:
		return unread
	case orders.Conflict:
		return conflicts
	case orders.Skipped:
		return skipped
	case orders.Done:
		return done
	case orders.Dismissed:
		return dismissed
	case orders.Processed:
	}
	return ""
}

// The places on the list of orders that a person has closed begin with one of
// these: those without a copy come apart from those whose copy is to be dropped one
// day. The second is what a year begins with.
const (
	bareFirst   = "0#"
	copiedFirst = "2"
)

// place is what is in front of an order's place on its list.
func (h head) place() string {
	if h.Closed != nil && h.State != orders.Conflict && h.Parts.Count == 0 {
		return bareFirst
	}
	return ""
}

func sortable(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (h head) op(shop, id string) (table.Op, error) {
	data, err := record.Encode(schema, h)
	if err != nil {
		return table.Op{}, err
	}
	it := table.Item{Key: headKey(shop, id), Data: data}
	it.Index1 = table.IndexKey{PK: listKey(shop, "ALL"), SK: fmt.Sprintf("%012d#%s", h.Number, id)}
	if l := h.list(); l != "" {
		it.Index2 = table.IndexKey{PK: listKey(shop, l), SK: h.place() + sortable(h.at()) + "#" + id}
	}
	if h.Version == 0 {
		return table.Put(it, table.Absent), nil
	}
	return table.Put(it, table.VersionIs(h.Version)), nil
}

func (h head) copyKeys(shop, id string) []table.Key {
	keys := make([]table.Key, h.Parts.Count)
	for i := range keys {
		keys[i] = record.PartKey(headKey(shop, id), i+1)
	}
	return keys
}

func (s *Store) load(ctx context.Context, shop, id string, h head) (orders.Order, error) {
	var o orders.Order
	items := make([]table.Item, 0, h.Parts.Count)
	for _, k := range h.copyKeys(shop, id) {
		it, err := s.Table.Get(ctx, k)
		if err != nil {
			return o, fmt.Errorf("staging: copy of order %s of %s: %w", id, shop, err)
		}
		items = append(items, it)
	}
	data, err := record.Join(h.Parts, items)
	if err == nil {
		err = record.Decode(data, schema, &o)
	}
	if err != nil {
		return o, fmt.Errorf("staging: copy of order %s of %s: %w", id, shop, err)
	}
	return o, nil
}

// each walks one list of index 2 from page on, reading every hit again: the
// index may trail.
func (s *Store) each(ctx context.Context, shop, list, page string, limit int, f func(id string, h head) error) (next string, err error) {
	return s.eachOf(ctx, shop, list, "", page, limit, f)
}

// eachOf is each of the orders whose place begins with prefix.
func (s *Store) eachOf(ctx context.Context, shop, list, prefix, page string, limit int, f func(id string, h head) error) (next string, err error) {
	p, err := s.Table.Index(ctx, table.IndexQuery{N: 2, PK: listKey(shop, list), Prefix: prefix, Limit: limit, Page: page})
	if err != nil {
		return "", fmt.Errorf("staging: %s orders of %s: %w", strings.ToLower(list), shop, err)
	}
	for _, it := range p.Items {
		h, err := s.head(ctx, shop, it.SK)
		if err != nil {
			return "", err
		}
		if h.list() != list {
			continue
		}
		if err := f(it.SK, h); err != nil {
			return "", err
		}
	}
	return p.Next, nil
}

// size is about how much of a transaction an operation takes.
func size(op table.Op) int { return op.Item.Size() }
