package payments

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

// pending stands for the payout that movements are to get.
const pending = "PENDING"

// Store keeps payouts and movements. Safe for concurrent use.
type Store struct{ Table table.Table }

func payoutKey(shop, id string) table.Key {
	return table.Key{PK: "SHOP#" + shop + "#PAYOUT", SK: padded(id)}
}

func balanceKey(shop, payout, id string) table.Key {
	if payout == "" {
		payout = pending
	}
	return table.Key{PK: "SHOP#" + shop + "#BALANCE#" + payout, SK: padded(id)}
}

func cursorKey(shop string) table.Key { return table.Key{PK: "SHOP#" + shop, SK: "CURSOR#payments"} }

// cursor is how far Shopify's lists were read.
type cursor struct {
	record.Rest

	Version int64 `json:"-"`

	Payouts Since `json:"payouts"` // from where each list is read next
	Balance Since `json:"balance"`
	// Highest is the largest id of a movement that is stored.
	Highest string `json:"highest,omitempty"`
	// OpenFrom is the oldest payout that may have something left to do.
	OpenFrom string `json:"openFrom,omitempty"`
	// Turn is the pending movement up to which all were read again.
	Turn string `json:"turn,omitempty"`
	// BookFrom is the oldest payout that may be to be booked by a card that books those
	// issued since BookSince.
	BookFrom  string `json:"bookFrom,omitempty"`
	BookSince string `json:"bookSince,omitempty"`
}

func (c cursor) same(o cursor) bool {
	return c.Payouts == o.Payouts && c.Balance == o.Balance && c.Highest == o.Highest && c.OpenFrom == o.OpenFrom && c.Turn == o.Turn && c.BookFrom == o.BookFrom && c.BookSince == o.BookSince
}

func (s *Store) cursor(ctx context.Context, shop string) (c cursor, err error) {
	if c.Version, err = record.Get(ctx, s.Table, cursorKey(shop), schema, &c); err != nil {
		return c, fmt.Errorf("payments: cursor of %s: %w", shop, err)
	}
	return c, nil
}

// Get reads a payout; one that is not stored has Version 0. Errors: those of the table.
func (s *Store) Get(ctx context.Context, shop, id string) (Payout, error) {
	p := Payout{Shop: shop, ID: id}
	var err error
	if p.Version, err = record.Get(ctx, s.Table, payoutKey(shop, id), schema, &p); err != nil {
		return p, fmt.Errorf("payments: payout %s of %s: %w", id, shop, err)
	}
	return p, nil
}

// List is a page of payouts, the latest first, and the token of the next. Errors: those
// of the table.
func (s *Store) List(ctx context.Context, shop, page string, limit int) (ps []Payout, next string, err error) {
	got, err := s.Table.Query(ctx, table.Query{PK: payoutKey(shop, "").PK, Reverse: true, Limit: limit, Page: page})
	if err != nil {
		return nil, "", fmt.Errorf("payments: payouts of %s: %w", shop, err)
	}
	for _, it := range got.Items {
		p, err := payoutOf(shop, it)
		if err != nil {
			return nil, "", err
		}
		ps = append(ps, p)
	}
	return ps, got.Next, nil
}

func payoutOf(shop string, it table.Item) (Payout, error) {
	p := Payout{Shop: shop, ID: strings.TrimLeft(it.SK, "0"), Version: it.Version}
	if err := record.Decode(it.Data, schema, &p); err != nil {
		return p, fmt.Errorf("payments: payout %s of %s: %w", it.SK, shop, err)
	}
	return p, nil
}

// Since lists the payouts from id from on, the latest first. Errors: those of the table.
func (s *Store) since(ctx context.Context, shop, from string) (ps []Payout, err error) {
	for it, err := range table.All(ctx, s.Table, table.Query{PK: payoutKey(shop, "").PK, Reverse: true}) {
		if err != nil {
			return nil, fmt.Errorf("payments: payouts of %s: %w", shop, err)
		}
		if it.SK < padded(from) {
			break
		}
		p, err := payoutOf(shop, it)
		if err != nil {
			return nil, err
		}
		ps = append(ps, p)
	}
	return ps, nil
}

// Movements lists the movements of a payout, in the order of their ids; of payout ""
// those that are pending. Errors: those of the table.
func (s *Store) Movements(ctx context.Context, shop, payout string) (ts []Transaction, err error) {
	for it, err := range table.All(ctx, s.Table, table.Query{PK: balanceKey(shop, payout, "").PK}) {
		if err != nil {
			return nil, fmt.Errorf("payments: movements of %s: %w", shop, err)
		}
		t := Transaction{ID: strings.TrimLeft(it.SK, "0")}
		if err := record.Decode(it.Data, schema, &t); err != nil {
			return nil, fmt.Errorf("payments: movement %s of %s: %w", it.SK, shop, err)
		}
		ts = append(ts, t)
	}
	return ts, nil
}

// movement reads a movement where it would be stored; false: it is not there.
func (s *Store) movement(ctx context.Context, shop, payout, id string) (Transaction, bool, error) {
	t := Transaction{ID: id}
	n, err := record.Get(ctx, s.Table, balanceKey(shop, payout, id), schema, &t)
	if err != nil {
		return t, false, fmt.Errorf("payments: movement %s of %s: %w", id, shop, err)
	}
	return t, n > 0, nil
}

// op stores p, if it is as it was read.
func (p Payout) op() table.Op {
	return record.Put(payoutKey(p.Shop, p.ID), schema, &p, table.AsRead(p.Version))
}

// ops store t at its place; with a payout it is pending no more.
func (t Transaction) ops(shop string) []table.Op {
	ops := []table.Op{record.Put(balanceKey(shop, t.Payout, t.ID), schema, &t, table.Always)}
	if t.Payout != "" {
		ops = append(ops, table.Delete(balanceKey(shop, "", t.ID), table.Always))
	}
	return ops
}

// dated is a time as lists are asked by it.
func dated(t time.Time) string { return t.UTC().Format(time.RFC3339) }
