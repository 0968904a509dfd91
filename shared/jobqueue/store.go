package jobqueue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"backroom/shared/record"
	"backroom/shared/table"
)

// schema of everything stored here: 1, since the first release.
const schema = 1

// Keys. Everything of a shop is under one PK, so that access can be limited to it.
//
//	SHOP#<shop>    ENTRY#<id>        job entry; written by people, and by runs only when something about it changes
//	SHOP#<shop>    RUN#<id>          run: accepted, set aside, or ended
//	                                 index 1: SHOP#<shop>#RUNS by time; index 2: ACCEPTED by time, while a message must bring it back
//	SHOP#<shop>    PARTS#<run>       checkpoint and report of a run in progress, where they are large
//	SHOP#<shop>    SLICE#<run>#<n>   a slice's outcome, where it is large
//	SCOPE#<scope>  LOCK#<category>   lock, run in progress and state of the entries; never deleted: the fence must survive
//	SCOPE#<scope>  BEAT#<category>   renewal of the lease, and progress
func entryKey(shop, id string) table.Key { return table.Key{PK: "SHOP#" + shop, SK: "ENTRY#" + id} }
func runKey(shop, id string) table.Key   { return table.Key{PK: "SHOP#" + shop, SK: "RUN#" + id} }
func partsKey(shop, run string) table.Key {
	return table.Key{PK: "SHOP#" + shop, SK: "PARTS#" + run}
}

func sliceKey(shop, run string, n int) table.Key {
	return table.Key{PK: "SHOP#" + shop, SK: fmt.Sprintf("SLICE#%s#%05d", run, n)}
}

func lockKey(scope, category string) table.Key {
	return table.Key{PK: "SCOPE#" + scope, SK: "LOCK#" + category}
}

func beatKey(scope, category string) table.Key {
	return table.Key{PK: "SCOPE#" + scope, SK: "BEAT#" + category}
}

const acceptedIndex = "ACCEPTED"

func runsIndex(shop string) string { return "SHOP#" + shop + "#RUNS" }

// sortable is a time whose text orders as time does.
func sortable(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// Store keeps entries, runs and categories. Safe for concurrent use.
type Store struct {
	Table table.Table
	Now   func() time.Time
	// Keep is how long ended runs are kept; 0 is 30 days.
	Keep time.Duration
	// Skew is how far the clocks of two owners may differ; 0 on one machine.
	Skew time.Duration
	// OnProgress is told how far runs are; nil: nobody.
	OnProgress func(Request, Progress)

	progress sync.Map // Progress by owner, until the next renewal
	pauses   pauses
}

var _ Guard = (*Store)(nil)

// ErrNotFound means that there is no such entry or run.
var ErrNotFound = errors.New("no such entry or run")

// get reads an item; version 0 if there is none. An item without data is the
// zero value.
func (s *Store) get(ctx context.Context, k table.Key, v any) (int64, error) {
	it, err := s.Table.Get(ctx, k)
	if errors.Is(err, table.ErrNotFound) {
		return 0, nil
	}
	if err != nil || len(it.Data) == 0 {
		return it.Version, err
	}
	return it.Version, record.Decode(it.Data, schema, v)
}

func put(k table.Key, version int64, v any, more ...func(*table.Item)) (table.Op, error) {
	data, err := record.Encode(schema, v)
	if err != nil {
		return table.Op{}, err
	}
	return putData(k, version, data, more...), nil
}

func putData(k table.Key, version int64, data []byte, more ...func(*table.Item)) table.Op {
	it := table.Item{Key: k, Data: data}
	for _, m := range more {
		m(&it)
	}
	if version == 0 {
		return table.Put(it, table.Absent)
	}
	return table.Put(it, table.VersionIs(version))
}

// versionIs is the condition that an item is as it was read; 0: it was not there.
func versionIs(version int64) table.Cond {
	if version == 0 {
		return table.Absent
	}
	return table.VersionIs(version)
}

// Entry reads a job entry, or ErrNotFound.
func (s *Store) Entry(ctx context.Context, shop, id string) (Entry, error) {
	e := Entry{Shop: shop, ID: id}
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
func (s *Store) History(ctx context.Context, e Entry) (History, error) {
	c, err := s.lock(ctx, e)
	return c.History(e), err
}

// WithHistory reads a job entry and what its runs have left behind, or ErrNotFound.
func (s *Store) WithHistory(ctx context.Context, shop, id string) (Entry, History, error) {
	e, err := s.Entry(ctx, shop, id)
	if err != nil {
		return e, History{}, err
	}
	h, err := s.History(ctx, e)
	return e, h, err
}

func (s *Store) putEntry(e Entry) (table.Op, error) { return put(entryKey(e.Shop, e.ID), e.Version, e) }

// SaveEntry stores an entry as it was read, or a new one (Version 0).
// Errors: table.ErrConflict when it has changed meanwhile.
func (s *Store) SaveEntry(ctx context.Context, e Entry) error {
	op, err := s.putEntry(e)
	if err == nil {
		err = s.Table.Write(ctx, op)
	}
	if err != nil {
		return fmt.Errorf("jobqueue: entry %s of %s: %w", e.ID, e.Shop, err)
	}
	return nil
}

// Entries lists a shop's entries by id.
func (s *Store) Entries(ctx context.Context, shop string) ([]Entry, error) {
	var out []Entry
	q := table.Query{PK: "SHOP#" + shop, Prefix: "ENTRY#"}
	for {
		p, err := s.Table.Query(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("jobqueue: entries of %s: %w", shop, err)
		}
		for _, it := range p.Items {
			e := Entry{Shop: shop, ID: it.SK[len("ENTRY#"):], Version: it.Version}
			if err := record.Decode(it.Data, schema, &e); err != nil {
				return nil, fmt.Errorf("jobqueue: entry %s of %s: %w", e.ID, shop, err)
			}
			out = append(out, e)
		}
		if q.Page = p.Next; q.Page == "" {
			return out, nil
		}
	}
}

// categoriesOf reads the categories of the entries' scopes, by group.
func (s *Store) categoriesOf(ctx context.Context, es []Entry) (map[string]category, error) {
	out := map[string]category{}
	var scopes []string
	for _, e := range es {
		if !slices.Contains(scopes, e.Scope) {
			scopes = append(scopes, e.Scope)
		}
	}
	for _, scope := range scopes {
		err := s.categories(ctx, scope, func(name string, c category) error {
			out[scope+"#"+name] = c
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// categories visits the categories of a scope by name.
func (s *Store) categories(ctx context.Context, scope string, visit func(name string, c category) error) error {
	q := table.Query{PK: "SCOPE#" + scope, Prefix: "LOCK#"}
	for {
		p, err := s.Table.Query(ctx, q)
		if err != nil {
			return fmt.Errorf("jobqueue: categories of %s: %w", scope, err)
		}
		for _, it := range p.Items {
			c := category{Version: it.Version}
			name := it.SK[len("LOCK#"):]
			if len(it.Data) > 0 {
				err = record.Decode(it.Data, schema, &c)
			}
			if err == nil {
				err = visit(name, c)
			}
			if err != nil {
				return fmt.Errorf("jobqueue: category %s of %s: %w", name, scope, err)
			}
		}
		if q.Page = p.Next; q.Page == "" {
			return nil
		}
	}
}

func (s *Store) lock(ctx context.Context, e Entry) (c category, err error) {
	c.Version, err = s.get(ctx, lockKey(e.Scope, e.Category), &c)
	if err != nil {
		err = fmt.Errorf("jobqueue: category %s of %s: %w", e.Category, e.Scope, err)
	}
	return c, err
}

func (s *Store) beat(ctx context.Context, e Entry) (b beat, err error) {
	b.Version, err = s.get(ctx, beatKey(e.Scope, e.Category), &b)
	return b, err
}

// Holder says which run holds the entry's category, and since when; false if none does.
func (s *Store) Holder(ctx context.Context, e Entry) (shop, entry, run string, since time.Time, held bool, err error) {
	c, err := s.lock(ctx, e)
	if err != nil || c.Run == nil {
		return "", "", "", time.Time{}, false, err
	}
	b, err := s.beat(ctx, e)
	if err != nil {
		return "", "", "", time.Time{}, false, err
	}
	return c.Shop, c.Run.Entry, c.ID, c.Run.Started, s.Now().Before(until(c, b)), nil
}

func (s *Store) putCategory(e Entry, c category) (op table.Op, err error) {
	c.At = s.Now().UTC().Truncate(time.Second)
	return put(lockKey(e.Scope, e.Category), c.Version, c)
}
