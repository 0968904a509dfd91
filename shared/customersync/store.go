package customersync

import (
	"context"
	"fmt"
	"strings"
	"time"

	"backroom/shared/clock"
	"backroom/shared/issue"
	"backroom/shared/outbound"
	"backroom/shared/record"
	"backroom/shared/table"
)

// schema of everything stored here: 1, since the first release.
const schema = 1

// side is where a record is of. Its text is part of keys.
type side string

const (
	arriving side = "in"  // a customer of the shop, by its id
	leaving  side = "out" // one of the company, by its number
)

// Record is what is known of a customer beside its link: why it waits, and what the
// shop was told of it.
type Record struct {
	record.Rest

	Shop    string `json:"-"`
	Side    side   `json:"-"`
	ID      string `json:"-"`
	Version int64  `json:"-"` // 0: not stored

	// Trouble is the reason of its issue, "" for none; it is tried again at NotBefore.
	Trouble   issue.Reason `json:"trouble,omitempty"`
	Tries     int          `json:"tries,omitempty"`
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

// troubled is r with a reason to wait, to be tried again later than now.
func (r Record) troubled(reason issue.Reason, now time.Time) Record {
	if r.Trouble != reason {
		r.Tries = 0
	}
	r.Trouble = reason
	r.NotBefore = now.Add(min(firstRetry<<min(r.Tries, 10), lastRetry))
	r.Tries++
	return r
}

// settled is r with nothing left to do.
func (r Record) settled() Record {
	r.Trouble, r.Tries, r.NotBefore, r.Add, r.Unset, r.SentAt, r.SentThere = "", 0, time.Time{}, false, false, time.Time{}, time.Time{}
	return r
}

// waits reports whether r is to be left alone at now.
func (r Record) waits(now time.Time) bool {
	return r.Open() && !r.NotBefore.IsZero() && !clock.Due(r.NotBefore, now, lastRetry)
}

// Store keeps records. Safe for concurrent use.
type Store struct{ Table table.Table }

func (r Record) key() table.Key {
	return table.Key{PK: "SHOP#" + r.Shop + "#CUSTSYNC", SK: string(r.Side) + "#" + r.ID}
}

func openKey(shop string, s side) string { return "SHOP#" + shop + "#CUSTSYNC#" + string(s) }

func (s *Store) get(ctx context.Context, shop string, of side, id string) (Record, error) {
	r := Record{Shop: shop, Side: of, ID: id}
	var err error
	if r.Version, err = record.Get(ctx, s.Table, r.key(), schema, &r); err != nil {
		return r, fmt.Errorf("customersync: %s %s of %s: %w", of, id, shop, err)
	}
	return r, nil
}

// due lists the records with something left to do that may be tried at now, the longest
// waiting ones first, at most limit.
func (s *Store) due(ctx context.Context, shop string, of side, now time.Time, limit int) (rs []Record, err error) {
	p, err := s.Table.Index(ctx, table.IndexQuery{N: 2, PK: openKey(shop, of), Limit: limit})
	if err != nil {
		return nil, fmt.Errorf("customersync: waiting ones of %s: %w", shop, err)
	}
	for _, it := range p.Items {
		_, id, _ := strings.Cut(it.SK, "#")
		r, err := s.get(ctx, shop, of, id)
		if err != nil {
			return nil, err
		}
		if r.Version > 0 && r.Open() && !r.waits(now) {
			rs = append(rs, r)
		}
	}
	return rs, nil
}

// op stores r, if it is as it was read; one about which nothing is known goes.
func (r Record) op() (table.Op, error) {
	cond := table.AsRead(r.Version)
	if !r.Open() && r.Side == arriving && r.Version > 0 {
		return table.Delete(r.key(), cond), nil
	}
	data, err := record.Encode(schema, &r)
	if err != nil {
		return table.Op{}, err
	}
	it := table.Item{Key: r.key(), Data: data}
	if r.Open() {
		it.Index2 = table.IndexKey{PK: openKey(r.Shop, r.Side), SK: r.NotBefore.UTC().Format("2006-01-02T15:04:05Z") + "#" + r.ID}
	}
	return table.Put(it, cond), nil
}
