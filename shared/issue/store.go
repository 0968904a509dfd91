package issue

import (
	"context"
	"fmt"

	"backroom/shared/record"
	"backroom/shared/table"
)

// schema of stored issues: 1, since the first release.
const schema = 1

// Store reads the issues of shops; they are written in the transactions of
// those who find or settle them. Safe for concurrent use.
type Store struct{ Table table.Table }

// keyOf is where the issue of a record is stored: one a record.
func keyOf(shop, kind, rec string) table.Key {
	return table.Key{PK: "SHOP#" + shop + "#ISSUE", SK: kind + "#" + rec}
}

// Get reads the issue of a record, and reports false if it has none. Errors: those of
// the table.
func (s *Store) Get(ctx context.Context, shop, kind, rec string) (Issue, bool, error) {
	var i Issue
	version, err := record.Get(ctx, s.Table, keyOf(shop, kind, rec), schema, &i)
	if err != nil {
		return i, false, fmt.Errorf("issue of %s %s: %w", kind, rec, err)
	}
	return i, version > 0, nil
}

// List reads all issues of a shop, ordered by kind and record. One that cannot be
// read is an error, and none is left out.
func (s *Store) List(ctx context.Context, shop string) ([]Issue, error) {
	var out []Issue
	for it, err := range table.All(ctx, s.Table, table.Query{PK: "SHOP#" + shop + "#ISSUE"}) {
		if err != nil {
			return nil, fmt.Errorf("issues of %s: %w", shop, err)
		}
		var i Issue
		if err := record.Decode(it.Data, schema, &i); err != nil {
			return nil, fmt.Errorf("issue %s of %s: %w", it.SK, shop, err)
		}
		out = append(out, i)
	}
	return out, nil
}

// MaxCounted is how many issues of a shop are counted; so many stand for more.
const MaxCounted = 1000

// Counts is how many issues a shop has by kind of record and by reason, by one query
// whatever the size of the shop. More says that there are others. Errors: those of List.
func (s *Store) Counts(ctx context.Context, shop string) (kinds map[string]int, reasons map[Reason]int, more bool, err error) {
	kinds, reasons = map[string]int{}, map[Reason]int{}
	p, err := s.Table.Query(ctx, table.Query{PK: "SHOP#" + shop + "#ISSUE", Limit: MaxCounted})
	if err != nil {
		return nil, nil, false, fmt.Errorf("issues of %s: %w", shop, err)
	}
	for _, it := range p.Items {
		var i Issue
		if err := record.Decode(it.Data, schema, &i); err != nil {
			return nil, nil, false, fmt.Errorf("issue %s of %s: %w", it.SK, shop, err)
		}
		kinds[i.Kind]++
		reasons[i.Reason]++
	}
	return kinds, reasons, p.Next != "", nil
}

// Put is the operation that stores i, of which Shop, Kind, Record and times are set;
// one about the same record and reason, which it reads, is continued: first seen,
// and the attempts. Errors: those of that read.
func (s *Store) Put(ctx context.Context, i Issue) (table.Op, error) {
	had, ok, err := s.Get(ctx, i.Shop, i.Kind, i.Record)
	if err != nil {
		return table.Op{}, err
	}
	if ok && had.Reason == i.Reason {
		i.FirstSeen, i.Attempts = had.FirstSeen, had.Attempts+1
	}
	return record.Put(keyOf(i.Shop, i.Kind, i.Record), schema, i, table.Always), nil
}

// Clear is the operation that removes the issue of a record; it holds without one too.
func Clear(shop, kind, rec string) table.Op {
	return table.Delete(keyOf(shop, kind, rec), table.Always)
}
