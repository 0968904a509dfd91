package shipments

import (
	"context"
	"fmt"
	"strings"
	"time"

	"backroom/shared/record"
	"backroom/shared/table"
)

// schema of everything stored here: 1, since the first release.
const schema = 1

// Store keeps what has become of shipments. Safe for concurrent use.
//
//	SHOP#<shop>#SHIP   <order id>#<shipment number>   a shipment; index 2: those with something left to do, by when
//	SHOP#<shop>        CURSOR#shipments
type Store struct{ Table table.Table }

func keyOf(shop, order, number string) table.Key {
	return table.Key{PK: "SHOP#" + shop + "#SHIP", SK: order + "#" + number}
}

func openKey(shop string) string { return "SHOP#" + shop + "#SHIP#OPEN" }

func cursorKey(shop string) table.Key { return table.Key{PK: "SHOP#" + shop, SK: "CURSOR#shipments"} }

// cursor is up to when shipments were handled, by the company's clock.
type cursor struct {
	record.Rest

	Version int64 `json:"-"`

	UpTo time.Time `json:"upTo,omitzero"`
	// Undone are the ids of the lines that take others back, as of the last run.
	Undone []string `json:"undone,omitempty"`
	// Whole is when all such lines were read, not only young ones.
	Whole time.Time `json:"whole,omitzero"`
}

func (s *Store) cursor(ctx context.Context, shop string) (c cursor, err error) {
	if c.Version, err = record.Get(ctx, s.Table, cursorKey(shop), schema, &c); err != nil {
		return c, fmt.Errorf("shipments: cursor of %s: %w", shop, err)
	}
	return c, nil
}

func (c cursor) op(shop string) table.Op {
	return record.Put(cursorKey(shop), schema, c, table.Always)
}

// Get reads what has become of a shipment; one that is not stored has Version 0.
func (s *Store) Get(ctx context.Context, shop, order, number string) (Record, error) {
	r := Record{Shop: shop, Order: order, Number: number}
	var err error
	if r.Version, err = record.Get(ctx, s.Table, keyOf(shop, order, number), schema, &r); err != nil {
		return r, fmt.Errorf("shipments: %s of %s: %w", number, shop, err)
	}
	return r, nil
}

// Of lists the shipments of an order.
func (s *Store) Of(ctx context.Context, shop, order string) (rs []Record, err error) {
	for it, err := range table.All(ctx, s.Table, table.Query{PK: keyOf(shop, "", "").PK, Prefix: order + "#"}) {
		if err != nil {
			return nil, fmt.Errorf("shipments: order %s of %s: %w", order, shop, err)
		}
		r := Record{Shop: shop, Order: order, Number: it.SK[len(order)+1:], Version: it.Version}
		if err := record.Decode(it.Data, schema, &r); err != nil {
			return nil, fmt.Errorf("shipments: %s of %s: %w", it.SK, shop, err)
		}
		rs = append(rs, r)
	}
	return rs, nil
}

// due lists shipments with something left to do that may be tried at now, the longest
// waiting ones first. Whoever waits for later stands behind them.
func (s *Store) due(ctx context.Context, shop string, now time.Time, limit int) (rs []Record, err error) {
	p, err := s.Table.Index(ctx, table.IndexQuery{N: 2, PK: openKey(shop), Limit: limit})
	if err != nil {
		return nil, fmt.Errorf("shipments: open ones of %s: %w", shop, err)
	}
	for _, it := range p.Items {
		order, number, _ := strings.Cut(it.SK, "#")
		r, err := s.Get(ctx, shop, order, number)
		if err != nil {
			return nil, err
		}
		if r.Version > 0 && r.State == Open && !r.NotBefore.After(now) {
			rs = append(rs, r)
		}
	}
	return rs, nil
}

// MaxCounted is how many shipments are counted; so many stand for more.
const MaxCounted = 100

// Open is how many posted shipments have something left to do, by one query whatever
// the size of the shop. It may trail by moments.
func (s *Store) Open(ctx context.Context, shop string) (int, error) {
	p, err := s.Table.Index(ctx, table.IndexQuery{N: 2, PK: openKey(shop), Limit: MaxCounted})
	if err != nil {
		return 0, fmt.Errorf("shipments: open ones of %s: %w", shop, err)
	}
	return len(p.Items), nil
}

// op stores r, if it is as it was read.
func (r Record) op() (table.Op, error) {
	data, err := record.Encode(schema, &r)
	if err != nil {
		return table.Op{}, err
	}
	it := table.Item{Key: keyOf(r.Shop, r.Order, r.Number), Data: data}
	if r.State == Open {
		it.Index2 = table.IndexKey{PK: openKey(r.Shop), SK: r.NotBefore.UTC().Format("2006-01-02T15:04:05Z") + "#" + r.Order + "#" + r.Number}
	}
	cond := table.Absent
	if r.Version > 0 {
		cond = table.VersionIs(r.Version)
	}
	return table.Put(it, cond), nil
}
