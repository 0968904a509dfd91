package jobqueue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"backroom/shared/fault"
	"backroom/shared/record"
	"backroom/shared/table"
)

// schema of everything stored here: 1, since the first release.
const schema = 1

// Keys. Everything of a shop is under one PK, so that access can be limited to it.
//
//	SHOP#<shop>      ENTRY#<id>        job entry
//	SHOP#<shop>      RUN#<id>          run; index 1: SHOP#<shop>#RUNS by time; index 2: ACCEPTED by time, until it starts
//	SHOP#<shop>      SLICE#<run>#<n>   a slice's outcome, written by the task's side
//	SCOPE#<scope>    LOCK#<category>   the category's lock and fence; never deleted: the fence must survive
//	SCOPE#<scope>    BEAT#<category>   renewal of the lease
func entryKey(shop, id string) table.Key { return table.Key{PK: "SHOP#" + shop, SK: "ENTRY#" + id} }
func runKey(shop, id string) table.Key   { return table.Key{PK: "SHOP#" + shop, SK: "RUN#" + id} }
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
}

var _ Guard = (*Store)(nil)

// ErrNotFound means that there is no such entry or run.
var ErrNotFound = errors.New("no such entry or run")

func (s *Store) get(ctx context.Context, k table.Key, v any) (int64, error) {
	it, err := s.Table.Get(ctx, k)
	if errors.Is(err, table.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return it.Version, record.Decode(it.Data, schema, v)
}

func put(k table.Key, version int64, v any, more ...func(*table.Item)) (table.Op, error) {
	data, err := record.Encode(schema, v)
	if err != nil {
		return table.Op{}, err
	}
	it := table.Item{Key: k, Data: data}
	for _, m := range more {
		m(&it)
	}
	if version == 0 {
		return table.Put(it, table.Absent), nil
	}
	return table.Put(it, table.VersionIs(version)), nil
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

// Run reads a run, or ErrNotFound.
func (s *Store) Run(ctx context.Context, shop, id string) (Run, error) {
	r := Run{Shop: shop, ID: id}
	v, err := s.get(ctx, runKey(shop, id), &r)
	if err == nil && v == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return r, fmt.Errorf("jobqueue: run %s of %s: %w", id, shop, err)
	}
	r.Version = v
	return r, nil
}

// Runs lists a shop's runs, newest first; the list may trail by moments.
func (s *Store) Runs(ctx context.Context, shop, page string, limit int) ([]Run, string, error) {
	p, err := s.Table.Index(ctx, table.IndexQuery{N: 1, PK: runsIndex(shop), Reverse: true, Limit: limit, Page: page})
	if err != nil {
		return nil, "", fmt.Errorf("jobqueue: runs of %s: %w", shop, err)
	}
	out, err := runs(p.Items)
	return out, p.Next, err
}

func runs(items []table.Item) ([]Run, error) {
	var out []Run
	for _, it := range items {
		r := Run{Shop: it.PK[len("SHOP#"):], ID: it.SK[len("RUN#"):], Version: it.Version}
		if err := record.Decode(it.Data, schema, &r); err != nil {
			return nil, fmt.Errorf("jobqueue: run %s: %w", r.ID, err)
		}
		out = append(out, r)
	}
	return out, nil
}

func (s *Store) putRun(r Run) (table.Op, error) {
	return put(runKey(r.Shop, r.ID), r.Version, r, func(it *table.Item) {
		at := r.Started
		if at.IsZero() {
			at = s.Now()
		}
		it.Index1 = table.IndexKey{PK: runsIndex(r.Shop), SK: sortable(at) + "#" + r.ID}
		if r.Started.IsZero() && !r.Done() {
			it.Index2 = table.IndexKey{PK: acceptedIndex, SK: sortable(r.Accepted) + "#" + r.ID}
		}
		if r.Done() {
			keep := s.Keep
			if keep == 0 {
				keep = 30 * 24 * time.Hour
			}
			it.Expires = r.Ended.Add(keep)
		}
	})
}

func (s *Store) category(ctx context.Context, e Entry) (c category, b beat, err error) {
	if c.Version, err = s.get(ctx, lockKey(e.Scope, e.Category), &c); err != nil {
		return c, b, err
	}
	if c.Owner != "" || c.Yields {
		b.Version, err = s.get(ctx, beatKey(e.Scope, e.Category), &b)
	}
	return c, b, err
}

// Holder says which run holds the entry's category, and since when; false if none does.
func (s *Store) Holder(ctx context.Context, e Entry) (shop, entry, run string, since time.Time, held bool, err error) {
	c, b, err := s.category(ctx, e)
	if err != nil {
		return "", "", "", time.Time{}, false, err
	}
	held = (c.Owner != "" || c.Yields) && s.Now().Before(until(c, b))
	return c.Shop, c.Entry, c.Run, c.Since, held, nil
}

func (s *Store) putCategory(e Entry, c category) (table.Op, error) {
	return put(lockKey(e.Scope, e.Category), c.Version, c)
}

// lease is the right that a claimed category gives to its owner.
func (e Entry) lease(c category) Lease {
	return Lease{Scope: e.Scope, Category: e.Category, Owner: c.Owner, Fence: c.Fence, Version: c.Version, Until: c.Until}
}

// Write implements Guard: the lock item's version changes with every
// acquisition, release and yield, and with nothing else.
func (s *Store) Write(ctx context.Context, l Lease, ops ...TableOp) error {
	all := append([]table.Op{table.Check(lockKey(l.Scope, l.Category), table.VersionIs(l.Version))}, ops...)
	err := s.Table.Write(ctx, all...)
	if !errors.Is(err, table.ErrConflict) {
		return err
	}
	// Whose condition was it? Only the lock's means that the lease is gone.
	it, getErr := s.Table.Get(ctx, lockKey(l.Scope, l.Category))
	if getErr == nil && it.Version != l.Version {
		return fmt.Errorf("jobqueue: category %s of %s: %w", l.Category, l.Scope, ErrFenced)
	}
	return err
}

// Renew implements Guard.
func (s *Store) Renew(ctx context.Context, l Lease) (Lease, bool, error) {
	var c category
	var b beat
	var err error
	if c.Version, err = s.get(ctx, lockKey(l.Scope, l.Category), &c); err != nil {
		return l, false, err
	}
	if c.Version != l.Version {
		return l, false, fmt.Errorf("jobqueue: category %s of %s: %w", l.Category, l.Scope, ErrFenced)
	}
	if b.Version, err = s.get(ctx, beatKey(l.Scope, l.Category), &b); err != nil {
		return l, false, err
	}
	r, err := s.Run(ctx, c.Shop, c.Run)
	if err != nil {
		return l, false, err
	}
	b.Fence, b.Until = l.Fence, s.Now().Add(LeaseTime)
	op, err := put(beatKey(l.Scope, l.Category), b.Version, b)
	if err != nil {
		return l, false, err
	}
	// A claimer of an expired lease rewrites the beat too, on the version it
	// saw: of a renewal and a takeover at the same moment, one loses.
	if err := s.Write(ctx, l, op); err != nil && !errors.Is(err, table.ErrConflict) {
		return l, false, err
	} else if err == nil {
		l.Until = b.Until
	}
	return l, r.Cancel, nil
}

// Progress implements Guard.
func (s *Store) Progress(_ context.Context, r Request, p Progress) {
	if s.OnProgress != nil {
		s.OnProgress(r, p)
	}
}

// sliceEnd is the durable outcome of a slice.
type sliceEnd struct {
	Result Result        `json:"result"`
	Kind   fault.Kind    `json:"kind,omitempty"` // "": no error
	Retry  time.Duration `json:"retry,omitempty"`
	Text   string        `json:"text,omitempty"`
	Say    string        `json:"say,omitempty"` // to the merchant
}

func endOf(res Result, err error) sliceEnd {
	end := sliceEnd{Result: res, Kind: fault.KindOf(err), Retry: fault.RetryAfter(err)}
	if err != nil {
		end.Text = err.Error()
		if e, ok := errors.AsType[*fault.Error](err); ok {
			end.Say = e.Merchant
		}
	}
	return end
}

// err is the slice's error again, for decisions.
func (e sliceEnd) err() error {
	if e.Kind == "" {
		return nil
	}
	return &fault.Error{Op: "slice", Kind: e.Kind, RetryAfter: e.Retry, Merchant: e.Say, Err: errors.New(e.Text)}
}

// SaveSlice makes the outcome of r's slice durable, under its lease: after
// that, a redelivery uses it instead of running the slice again.
func (s *Store) SaveSlice(ctx context.Context, r Request, res Result, failure error) error {
	op, err := put(sliceKey(r.Shop, r.Run, r.Slice), 0, endOf(res, failure), func(it *table.Item) {
		it.Expires = s.Now().Add(48 * time.Hour)
	})
	if err != nil {
		return err
	}
	return s.Write(ctx, r.Lease, op)
}

func (s *Store) sliceEnd(ctx context.Context, shop, run string, n int) (sliceEnd, bool, error) {
	var end sliceEnd
	v, err := s.get(ctx, sliceKey(shop, run, n), &end)
	return end, v > 0, err
}

// parameters are the trigger's own, else the entry's.
func parameters(e Entry, r Run) json.RawMessage {
	if len(r.Parameters) > 0 {
		return r.Parameters
	}
	return e.Parameters
}
