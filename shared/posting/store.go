package posting

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/outbound"
	"backroom/shared/record"
	"backroom/shared/table"
)

// schema of stored postings: 1, since the first release.
const schema = 1

// Posting is a posting that is under way, or waits. It is stored.
type Posting struct {
	record.Rest

	Shop    string `json:"-"`
	Kind    Kind   `json:"-"`
	ID      string `json:"-"` // of the document, a guid
	Version int64  `json:"-"` // 0: not stored

	Number   string    `json:"number"` // of the draft
	External string    `json:"external,omitempty"`
	SentAt   time.Time `json:"sentAt,omitzero"` // of the intent; zero: there is none
	// SentThere is SentAt by the other side's clock.
	SentThere time.Time `json:"sentThere,omitzero"`
	// Before is how the document stood when the intent was stored, and Asked what was
	// to be posted of it.
	Before Stand `json:"before"`
	Asked  Stand `json:"asked"`
	// Meant is what the lines came to before the posting date was changed; nil: it was
	// not, or they came to the same.
	Meant     *decimal.Decimal `json:"meant,omitempty"`
	NotBefore time.Time        `json:"notBefore,omitzero"` // when it may be tried again
	Tries     int              `json:"tries,omitempty"`    // that were refused
	Log       outbound.Log     `json:"log,omitempty"`
}

// Stand is how much of a document was posted: the sums of its lines' quantities
// without their signs, which only grow. Of an invoice it says nothing.
type Stand struct {
	Shipped  decimal.Decimal `json:"shipped"`
	Invoiced decimal.Decimal `json:"invoiced"`
}

// standOf is how d stands.
func standOf(d Document) (s Stand) {
	for _, l := range d.Lines {
		s.Shipped, s.Invoiced = s.Shipped.Add(l.Shipped.Abs()), s.Invoiced.Add(l.Invoiced.Abs())
	}
	return s
}

func (s Stand) plus(o Stand) Stand {
	return Stand{s.Shipped.Add(o.Shipped), s.Invoiced.Add(o.Invoiced)}
}

func (s Stand) equal(o Stand) bool {
	return s.Shipped.Equal(o.Shipped) && s.Invoiced.Equal(o.Invoiced)
}

// Sent reports whether what was sent may still take effect.
func (p Posting) Sent() bool { return !p.SentAt.IsZero() }

// forgotten is p without its intent.
func (p Posting) forgotten() Posting {
	p.SentAt, p.SentThere, p.Before, p.Asked = time.Time{}, time.Time{}, Stand{}, Stand{}
	return p
}

func (p Posting) key() table.Key {
	return table.Key{PK: "SHOP#" + p.Shop + "#POST", SK: string(p.Kind) + "#" + p.ID}
}

func (p Posting) cond() table.Cond {
	if p.Version == 0 {
		return table.Absent
	}
	return table.VersionIs(p.Version)
}

// put stores p if it is as it was read.
func (p Posting) put() table.Op { return record.Put(p.key(), schema, &p, p.cond()) }

// drop removes p if it is as it was read.
func (p Posting) drop() table.Op { return table.Delete(p.key(), p.cond()) }

// Store keeps postings. Safe for concurrent use.
type Store struct{ Table table.Table }

// keptFor is how long it is kept how a document was posted.
const keptFor = 90 * 24 * time.Hour

// posted is the operation that keeps how p was posted, for people to read.
func (p Posting) posted(now time.Time) table.Op {
	k := table.Key{PK: "SHOP#" + p.Shop + "#POSTED", SK: p.key().SK + "#" + now.UTC().Format(time.RFC3339)}
	op := record.Put(k, schema, &p, table.Always)
	op.Item.Expires = now.Add(keptFor).Truncate(time.Second)
	return op
}

// Log is what has happened to the postings of a document in the last months, oldest
// first: those that are done, and the one that is under way or waits.
func (s *Store) Log(ctx context.Context, shop string, k Kind, id string) (l outbound.Log, err error) {
	p := Posting{Shop: shop, Kind: k, ID: id}
	done, err := s.read(ctx, table.Query{PK: p.key().PK + "ED", Prefix: p.key().SK + "#"}, shop, k)
	if err != nil {
		return nil, err
	}
	for _, d := range done {
		l = append(l, d.Log...)
	}
	if _, err := record.Get(ctx, s.Table, p.key(), schema, &p); err != nil {
		return nil, fmt.Errorf("posting of %s %s: %w", k, id, err)
	}
	return append(l, p.Log...), nil
}

// List reads all that is under way or waits of a kind.
func (s *Store) List(ctx context.Context, shop string, k Kind) ([]Posting, error) {
	return s.read(ctx, table.Query{PK: Posting{Shop: shop}.key().PK, Prefix: string(k) + "#"}, shop, k)
}

func (s *Store) read(ctx context.Context, q table.Query, shop string, k Kind) (out []Posting, err error) {
	for it, err := range table.All(ctx, s.Table, q) {
		if err != nil {
			return nil, fmt.Errorf("postings of %s: %w", shop, err)
		}
		p := Posting{Shop: shop, Kind: k, ID: strings.TrimPrefix(it.SK, string(k)+"#")}
		if err := record.Decode(it.Data, schema, &p); err != nil {
			return nil, fmt.Errorf("posting %s of %s: %w", it.SK, shop, err)
		}
		p.Version = it.Version
		out = append(out, p)
	}
	return out, nil
}

// UnderWay reports whether a document may just be posted: nothing about it is to be
// changed then. Who has stored first that it must stay as it is (see [Origin]), and
// asks then, is never surprised: a posting looks there once its intent is stored.
func (s *Store) UnderWay(ctx context.Context, shop string, k Kind, id string) (bool, error) {
	p := Posting{Shop: shop, Kind: k, ID: id}
	if _, err := record.Get(ctx, s.Table, p.key(), schema, &p); err != nil {
		return false, fmt.Errorf("posting of %s %s: %w", k, id, err)
	}
	return p.Sent(), nil
}
