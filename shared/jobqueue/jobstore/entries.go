package jobstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"backroom/shared/jobqueue"
	"backroom/shared/record"
	"backroom/shared/table"
)

// Sharing lists the entries of other shops in e's scope, but for those of e's
// own category.
func (s *Store) Sharing(ctx context.Context, e jobqueue.Entry) (out []jobqueue.Entry, err error) {
	cs, err := s.Categories(ctx, []jobqueue.Entry{e})
	if err != nil {
		return nil, err
	}
	for _, group := range slices.Sorted(maps.Keys(cs)) {
		if group == e.Group() {
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(cs[group].Entries)) {
			shop, id, other := strings.Cut(key, "/")
			if !other || shop == e.Shop {
				continue
			}
			o, err := s.Entry(ctx, shop, id)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
	}
	return out, nil
}

// Entry reads a job entry, or ErrNotFound.
func (s *Store) Entry(ctx context.Context, shop, id string) (jobqueue.Entry, error) {
	e := jobqueue.Entry{Shop: shop, ID: id}
	v, err := s.get(ctx, entryKey(shop, id), &e)
	if err == nil && v == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return e, fmt.Errorf("jobqueue: entry %s of %s: %w", id, shop, err)
	}
	e.Version = v
	return e, nil
}

// History reads what the runs of e have left behind: the zero History if there
// were none.
func (s *Store) History(ctx context.Context, e jobqueue.Entry) (jobqueue.History, error) {
	c, err := s.Category(ctx, e)
	return c.History(e), err
}

// WithHistory reads a job entry and what its runs have left behind, or ErrNotFound.
func (s *Store) WithHistory(ctx context.Context, shop, id string) (jobqueue.Entry, jobqueue.History, error) {
	e, err := s.Entry(ctx, shop, id)
	if err != nil {
		return e, jobqueue.History{}, err
	}
	h, err := s.History(ctx, e)
	return e, h, err
}

// PutEntry stores e, which had the version that it was read with.
func (s *Store) PutEntry(e jobqueue.Entry) table.Op {
	return put(entryKey(e.Shop, e.ID), e.Version, e)
}

// SaveEntry stores an entry as it was read, or a new one (Version 0).
// Errors: table.ErrConflict when it has changed meanwhile.
func (s *Store) SaveEntry(ctx context.Context, e jobqueue.Entry) error {
	if err := s.Table.Write(ctx, s.PutEntry(e)); err != nil {
		return fmt.Errorf("jobqueue: entry %s of %s: %w", e.ID, e.Shop, err)
	}
	return nil
}

// Entries lists a shop's entries by id.
func (s *Store) Entries(ctx context.Context, shop string) ([]jobqueue.Entry, error) {
	var out []jobqueue.Entry
	for it, err := range table.All(ctx, s.Table, table.Query{PK: "SHOP#" + shop, Prefix: "ENTRY#"}) {
		if err != nil {
			return nil, fmt.Errorf("jobqueue: entries of %s: %w", shop, err)
		}
		e := jobqueue.Entry{Shop: shop, ID: it.SK[len("ENTRY#"):], Version: it.Version}
		if err := record.Decode(it.Data, schema, &e); err != nil {
			return nil, fmt.Errorf("jobqueue: entry %s of %s: %w", e.ID, shop, err)
		}
		out = append(out, e)
	}
	return out, nil
}
