// Package insync keeps what is known of records of two sides beside their links: why one
// waits and until when, and what the other side was told of it. Tasks that keep such
// records in step have a [Store] each.
package insync

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/shared/clock"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/outbound"
	"backroom/shared/record"
	"backroom/shared/table"
)

// schema of everything stored here: 1, since the first release.
const schema = 1

// Side is where a record is of. Its text is part of keys.
type Side string

// The sides.
const (
	Arriving Side = "in"  // a record of the shop, by its id
	Leaving  Side = "out" // one of the company, by its number
)

// Record is what is known of a customer, or of a company of the shop, beside its link: why
// it waits, and what the shop was told of it.
type Record struct {
	record.Rest

	Shop    string `json:"-"`
	Part    string `json:"-"` // of its store
	Side    Side   `json:"-"`
	ID      string `json:"-"`
	Version int64  `json:"-"` // 0: not stored

	// Trouble is the reason of its issue, "" for none; it is tried again at NotBefore.
	Trouble   issue.Reason `json:"trouble,omitempty"`
	Tries     int          `json:"tries,omitempty"` // how often it was in this trouble in a row
	NotBefore time.Time    `json:"notBefore,omitzero"`
	// SeenAt is the time of the change at which it was looked at last.
	SeenAt time.Time `json:"seenAt,omitzero"`

	// Print is of the company's content that the shop has, Fields of its custom fields;
	// "" for nothing.
	Print  string `json:"print,omitempty"`
	Fields string `json:"fields,omitempty"`
	// Add says that it is to be added to the shop, and SentAt that something was sent
	// that is not known to have happened. SentThere is SentAt by the company's clock.
	Add       bool         `json:"add,omitempty"`
	SentAt    time.Time    `json:"sentAt,omitzero"`
	SentThere time.Time    `json:"sentThere,omitzero"`
	Unset     bool         `json:"unset,omitempty"` // custom fields are still to be set
	Log       outbound.Log `json:"log,omitempty"`
	// Other is the number of the company's customer that a customer of the shop was
	// linked with who is gone.
	Other string `json:"other,omitempty"`
}

// Open reports whether something is left to do.
func (r Record) Open() bool { return r.Trouble != "" || !r.SentAt.IsZero() || r.Add || r.Unset }

// The wait before a customer that is in trouble is looked at again: it doubles.
const (
	firstRetry = 10 * time.Minute
	lastRetry  = 6 * time.Hour
)

// Troubled is r with a reason to wait, to be tried again later than now.
func (r Record) Troubled(reason issue.Reason, now time.Time) Record {
	if r.Trouble != reason {
		r.Tries = 0
	}
	r.Trouble = reason
	r.NotBefore = now.Add(min(firstRetry<<min(r.Tries, 10), lastRetry))
	r.Tries++
	return r
}

// Settled is r with nothing left to do.
func (r Record) Settled() Record {
	r.Trouble, r.Tries, r.NotBefore, r.Add, r.Unset, r.SentAt, r.SentThere = "", 0, time.Time{}, false, false, time.Time{}, time.Time{}
	return r
}

// Waits reports whether r is to be left alone at now.
func (r Record) Waits(now time.Time) bool {
	return r.Open() && !r.NotBefore.IsZero() && !clock.Due(r.NotBefore, now, lastRetry)
}

// Store keeps the records of one task:
//
//	SHOP#<shop>#<part>   in#<Shopify id>    a record of the shop that waits; index 2 by when
//	SHOP#<shop>#<part>   out#<BC number>    what the shop was told of one; index 2 while something is left
//
// Safe for concurrent use.
type Store struct {
	Table table.Table
	Part  string // of keys; one for each task
}

// Key is where r is stored.
func (r Record) Key() table.Key {
	return table.Key{PK: "SHOP#" + r.Shop + "#" + r.Part, SK: string(r.Side) + "#" + r.ID}
}

func openKey(shop, part string, s Side) string { return "SHOP#" + shop + "#" + part + "#" + string(s) }

// Get reads a record; one that is not stored has Version 0. Errors: those of the table.
func (s *Store) Get(ctx context.Context, shop string, of Side, id string) (Record, error) {
	r := Record{Shop: shop, Part: s.Part, Side: of, ID: id}
	var err error
	if r.Version, err = record.Get(ctx, s.Table, r.Key(), schema, &r); err != nil {
		return r, fmt.Errorf("insync: %s %s of %s: %w", of, id, shop, err)
	}
	return r, nil
}

// Due lists the records with something left to do that may be tried at now, the longest
// waiting ones first, at most limit. Errors: those of the table.
func (s *Store) Due(ctx context.Context, shop string, of Side, now time.Time, limit int) (rs []Record, err error) {
	p, err := s.Table.Index(ctx, table.IndexQuery{N: 2, PK: openKey(shop, s.Part, of), Limit: limit})
	if err != nil {
		return nil, fmt.Errorf("insync: waiting ones of %s: %w", shop, err)
	}
	for _, it := range p.Items {
		_, id, _ := strings.Cut(it.SK, "#")
		r, err := s.Get(ctx, shop, of, id)
		if err != nil {
			return nil, err
		}
		if r.Version > 0 && r.Open() && !r.Waits(now) {
			rs = append(rs, r)
		}
	}
	return rs, nil
}

// Put stores records that are as they were read, several by one write, and counts their
// versions on. Errors: those of Op and of the guard.
func (s *Store) Put(ctx context.Context, g jobqueue.Guard, lease jobqueue.Lease, rs ...*Record) error {
	for part := range slices.Chunk(rs, table.MaxTransactionOps-1) {
		ops := make([]table.Op, len(part))
		for i, r := range part {
			var err error
			if ops[i], err = r.Op(); err != nil {
				return err
			}
		}
		if err := g.Write(ctx, lease, ops...); err != nil {
			return fmt.Errorf("insync: %w", err)
		}
		for _, r := range part {
			r.Version++
		}
	}
	return nil
}

// Op stores r, if it is as it was read; one about which nothing is known goes. It fails
// with an error for what cannot be encoded.
func (r Record) Op() (table.Op, error) {
	cond := table.AsRead(r.Version)
	if !r.Open() && r.Side == Arriving && r.Version > 0 {
		return table.Delete(r.Key(), cond), nil
	}
	data, err := record.Encode(schema, &r)
	if err != nil {
		return table.Op{}, err
	}
	it := table.Item{Key: r.Key(), Data: data}
	if r.Open() {
		it.Index2 = table.IndexKey{PK: openKey(r.Shop, r.Part, r.Side), SK: r.NotBefore.UTC().Format("2006-01-02T15:04:05Z") + "#" + r.ID}
	}
	return table.Put(it, cond), nil
}
