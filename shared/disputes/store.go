package disputes

import (
	"context"
	"fmt"
	"strings"

	"backroom/shared/record"
	"backroom/shared/table"
)

// schema of everything stored here: 1, since the first release.
const schema = 1

// Store keeps disputes. Safe for concurrent use.
type Store struct{ Table table.Table }

func keyOf(shop, id string) table.Key {
	return table.Key{PK: "SHOP#" + shop + "#DISPUTE", SK: padded(id)}
}

func cursorKey(shop string) table.Key { return table.Key{PK: "SHOP#" + shop, SK: "CURSOR#disputes"} }

// cursor is how far the list was read.
type cursor struct {
	record.Rest

	Version int64 `json:"-"`

	Last     string `json:"last,omitempty"`     // the largest id that is stored
	OpenFrom string `json:"openFrom,omitempty"` // the oldest dispute that is open
}

func (s *Store) cursor(ctx context.Context, shop string) (c cursor, err error) {
	if c.Version, err = record.Get(ctx, s.Table, cursorKey(shop), schema, &c); err != nil {
		return c, fmt.Errorf("disputes: cursor of %s: %w", shop, err)
	}
	return c, nil
}

// Get reads a dispute; one that is not stored has Version 0. Errors: those of the table.
func (s *Store) Get(ctx context.Context, shop, id string) (Dispute, error) {
	d := Dispute{Shop: shop, ID: id}
	var err error
	if d.Version, err = record.Get(ctx, s.Table, keyOf(shop, id), schema, &d); err != nil {
		return d, fmt.Errorf("disputes: %s of %s: %w", id, shop, err)
	}
	return d, nil
}

// List is a page of disputes, the latest first, and the token of the next. Errors: those
// of the table.
func (s *Store) List(ctx context.Context, shop, page string, limit int) (ds []Dispute, next string, err error) {
	got, err := s.Table.Query(ctx, table.Query{PK: keyOf(shop, "").PK, Reverse: true, Limit: limit, Page: page})
	if err != nil {
		return nil, "", fmt.Errorf("disputes of %s: %w", shop, err)
	}
	for _, it := range got.Items {
		d, err := disputeOf(shop, it)
		if err != nil {
			return nil, "", err
		}
		ds = append(ds, d)
	}
	return ds, got.Next, nil
}

// open lists the open disputes from id from on, the oldest first.
func (s *Store) open(ctx context.Context, shop, from string) (ds []Dispute, err error) {
	for it, err := range table.All(ctx, s.Table, table.Query{PK: keyOf(shop, "").PK, Reverse: true}) {
		if err != nil {
			return nil, fmt.Errorf("disputes of %s: %w", shop, err)
		}
		if it.SK < padded(from) {
			break
		}
		d, err := disputeOf(shop, it)
		if err != nil {
			return nil, err
		}
		if d.Open() {
			ds = append([]Dispute{d}, ds...)
		}
	}
	return ds, nil
}

func disputeOf(shop string, it table.Item) (Dispute, error) {
	d := Dispute{Shop: shop, ID: strings.TrimLeft(it.SK, "0"), Version: it.Version}
	if err := record.Decode(it.Data, schema, &d); err != nil {
		return d, fmt.Errorf("disputes: %s of %s: %w", it.SK, shop, err)
	}
	return d, nil
}
