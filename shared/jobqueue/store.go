package jobqueue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"backroom/shared/fault"
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
	flaws    flaws
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

// definition reads the entry's own item, without what its runs left behind.
func (s *Store) definition(ctx context.Context, shop, id string) (Entry, error) {
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

// Entry reads a job entry with what its runs left behind, or ErrNotFound.
func (s *Store) Entry(ctx context.Context, shop, id string) (Entry, error) {
	e, err := s.definition(ctx, shop, id)
	if err != nil {
		return e, err
	}
	c, err := s.lock(ctx, e)
	return e.merged(c), err
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

// definitions lists a shop's entries by id, without what their runs left behind.
func (s *Store) definitions(ctx context.Context, shop string) ([]Entry, error) {
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

// Entries lists a shop's entries by id, with what their runs left behind.
func (s *Store) Entries(ctx context.Context, shop string) ([]Entry, error) {
	es, err := s.definitions(ctx, shop)
	if err != nil {
		return nil, err
	}
	cs, err := s.categoriesOf(ctx, es)
	for i, e := range es {
		es[i] = e.merged(cs[e.Group()])
	}
	return es, err
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

// row reads the run's own item, which a run by schedule has only when it was
// set aside or has ended; ErrNotFound if there is none.
func (s *Store) row(ctx context.Context, shop, id string) (Run, error) {
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

// Run reads a run, in progress or not, or ErrNotFound. A run by schedule that
// found nothing to do is not kept.
func (s *Store) Run(ctx context.Context, shop, id string) (Run, error) {
	r, rowErr := s.row(ctx, shop, id)
	if rowErr != nil && !errors.Is(rowErr, ErrNotFound) || rowErr == nil && (r.Done() || r.Started.IsZero()) {
		return r, rowErr
	}
	going, err := s.Running(ctx, shop)
	if err != nil {
		return r, err
	}
	if i := slices.IndexFunc(going, func(g Run) bool { return g.ID == id }); i >= 0 {
		return going[i], nil
	}
	// It may have ended between the two looks.
	return s.row(ctx, shop, id)
}

// Running lists the runs of a shop that are in progress, with their progress.
func (s *Store) Running(ctx context.Context, shop string) ([]Run, error) {
	es, err := s.definitions(ctx, shop)
	if err != nil {
		return nil, err
	}
	cs, err := s.categoriesOf(ctx, es)
	if err != nil {
		return nil, err
	}
	var out []Run
	for _, e := range es {
		c, ok := cs[e.Group()]
		if !ok || c.Run == nil || c.Shop != shop {
			continue
		}
		delete(cs, e.Group())
		var b beat
		if _, err := s.get(ctx, beatKey(e.Scope, e.Category), &b); err != nil {
			return nil, err
		}
		out = append(out, c.progressed(b))
	}
	return out, nil
}

// Runs lists a shop's runs, newest first, those in progress on the first page;
// the list may trail by moments.
func (s *Store) Runs(ctx context.Context, shop, page string, limit int) ([]Run, string, error) {
	p, err := s.Table.Index(ctx, table.IndexQuery{N: 1, PK: runsIndex(shop), Reverse: true, Limit: limit, Page: page})
	if err != nil {
		return nil, "", fmt.Errorf("jobqueue: runs of %s: %w", shop, err)
	}
	out, err := runs(p.Items)
	if err != nil || page != "" {
		return out, p.Next, err
	}
	going, err := s.Running(ctx, shop)
	if err != nil {
		return nil, "", err
	}
	for _, g := range going {
		if i := slices.IndexFunc(out, func(r Run) bool { return r.ID == g.ID }); i >= 0 {
			if !out[i].Done() { // the index may trail, and so may this
				out[i] = g
			}
			continue
		}
		i, _ := slices.BinarySearchFunc(out, g, func(a, b Run) int { return b.Started.Compare(a.listed()) })
		out = slices.Insert(out, i, g)
	}
	return out, p.Next, nil
}

// listed is the time by which a run is listed.
func (r Run) listed() time.Time {
	if r.Started.IsZero() {
		return r.Accepted
	}
	return r.Started
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

// putRun stores a run's row. One that waits for a message, accepted or set
// aside, is in index 2, where the sweep finds it.
func (s *Store) putRun(r Run, waits bool) (table.Op, error) {
	return put(runKey(r.Shop, r.ID), r.Version, r, func(it *table.Item) {
		at := r.listed()
		if at.IsZero() {
			at = s.Now()
		}
		if !r.Quiet {
			it.Index1 = table.IndexKey{PK: runsIndex(r.Shop), SK: sortable(at) + "#" + r.ID}
		}
		if waits {
			it.Index2 = table.IndexKey{PK: acceptedIndex, SK: sortable(s.Now()) + "#" + r.ID}
		}
		if r.Done() {
			keep := s.Keep
			if keep == 0 {
				keep = 30 * 24 * time.Hour
			}
			if r.Quiet {
				keep = 24 * time.Hour // its message may come once more
			}
			it.Expires = r.Ended.Add(keep)
		}
	})
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
	return put(lockKey(e.Scope, e.Category), c.Version, c)
}

// Write implements Guard: the lock item's version changes with every
// acquisition, release and yield, and with nothing else.
func (s *Store) Write(ctx context.Context, l Lease, ops ...TableOp) error {
	all := append([]table.Op{table.Check(lockKey(l.Scope, l.Category), table.VersionIs(l.Version))}, ops...)
	if s.flaws.has(flawFence) {
		all = ops
	}
	err := s.Table.Write(ctx, all...)
	if !errors.Is(err, table.ErrConflict) {
		return err
	}
	// Whose condition was it? Only the lock's means that the lease is gone.
	it, getErr := s.Table.Get(ctx, lockKey(l.Scope, l.Category))
	if getErr == nil && it.Version != l.Version {
		return fenced(l)
	}
	return err
}

func fenced(l Lease) error {
	return fmt.Errorf("jobqueue: category %s of %s: %w", l.Category, l.Scope, ErrFenced)
}

// Renew implements Guard. It stores the progress that was shown since the last
// renewal.
func (s *Store) Renew(ctx context.Context, l Lease) (Lease, bool, error) {
	at := Entry{Scope: l.Scope, Category: l.Category}
	c, err := s.lock(ctx, at)
	if err != nil {
		return l, false, err
	}
	if (c.Version != l.Version || c.Run == nil) && !s.flaws.has(flawRenew) {
		return l, false, fenced(l)
	}
	e, err := s.definition(ctx, c.Shop, c.Run.Entry)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return l, false, err
	}
	b, err := s.beat(ctx, at)
	if err != nil {
		return l, false, err
	}
	if b.Fence != l.Fence {
		b.Progress = nil
	}
	b.Fence, b.Until = l.Fence, s.Now().Add(LeaseTime)
	if p, ok := s.progress.Load(l.Owner); ok {
		if p, ok := p.(Progress); ok {
			b.Progress = &p
		}
	}
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
	return l, e.Cancelling == c.ID && !s.flaws.has(flawCancel), nil
}

// Progress implements Guard.
func (s *Store) Progress(_ context.Context, r Request, p Progress) {
	s.progress.Store(r.Lease.Owner, p)
	if s.OnProgress != nil {
		s.OnProgress(r, p)
	}
}

// SaveSlice makes the outcome of r's slice durable, under its lease: after
// that, a redelivery uses it instead of running the slice again. No guarded
// write of the slice succeeds any more. Errors: ErrFenced; table.ErrConflict
// when the slice has an outcome already.
func (s *Store) SaveSlice(ctx context.Context, r Request, res Result, failure error) error {
	_, err := s.endSlice(ctx, r, res, failure)
	return err
}

// endSlice is SaveSlice, and answers the result with what has become of it. A
// run by schedule that found nothing to do ends with the same write.
func (s *Store) endSlice(ctx context.Context, r Request, res Result, failure error) (Result, error) {
	defer s.progress.Delete(r.Lease.Owner)
	at := Entry{Shop: r.Shop, ID: r.Entry, Scope: r.Lease.Scope, Category: r.Lease.Category}
	c := category{Version: r.Lease.Version}
	if len(r.Lease.Lock) > 0 {
		if err := record.Decode(r.Lease.Lock, schema, &c); err != nil {
			return res, err
		}
	} else if stored, err := s.lock(ctx, at); err != nil {
		return res, err
	} else if stored.Version != r.Lease.Version {
		return res, lateEnd(r, stored)
	} else {
		c = stored
	}
	end := endOf(r, res, failure)
	next, ops, err := s.endOps(at, c, end, r.Shop)
	if err != nil {
		return res, err
	}
	err = s.Table.Write(ctx, ops...)
	if errors.Is(err, table.ErrConflict) || errors.Is(err, table.ErrUnknown) {
		stored, readErr := s.lock(ctx, at)
		switch {
		case readErr != nil:
			return res, readErr
		case stored.Version == r.Lease.Version+1 && sameEnd(stored, next) && errors.Is(err, table.ErrUnknown):
			err = nil // it has worked
		case stored.Version != r.Lease.Version:
			return res, lateEnd(r, stored)
		}
	}
	if err != nil {
		return res, err
	}
	if next.End != nil && next.End.Kind != end.Kind {
		return res, nil // something else is stored than this answer says
	}
	res.Stored, res.Closed = r.Lease.Version+1, next.Run == nil && c.Run != nil
	return res, nil
}

// lateEnd says why an outcome came too late.
func lateEnd(r Request, c category) error {
	if c.End != nil && c.End.Run == r.Run && c.End.Slice == r.Slice {
		return fmt.Errorf("jobqueue: outcome of slice %d of run %s: %w", r.Slice, r.Run, table.ErrConflict)
	}
	return fenced(r.Lease)
}

// sameEnd reports whether a is what b would have stored.
func sameEnd(a, b category) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && string(x) == string(y)
}

// endOps are the writes that make a slice's outcome durable in c.
func (s *Store) endOps(at Entry, c category, end sliceEnd, shop string) (category, []table.Op, error) {
	if c.Run != nil && c.Row == 0 && closes(c.running(), end) {
		r := c.running()
		r.Outcome = Succeeded
		next := c.with(at, at.state(c).ended(r, false, true, s.Now())).free()
		op, err := s.putCategory(at, next)
		return next, []table.Op{op}, err
	}
	var ops []table.Op
	if large(end.Result.Checkpoint, end.Result.Report) {
		op, err := put(sliceKey(shop, end.Run, end.Slice), 0, end, func(it *table.Item) {
			it.Expires = s.Now().Add(14 * 24 * time.Hour)
		})
		op.Cond = table.Always // of an earlier start of this slice, whose lease is over
		switch {
		case err != nil:
			return c, nil, err
		case op.Item.Size() > table.MaxItemBytes:
			tooLarge := &fault.Error{Op: "jobqueue", Kind: fault.Bug, Code: "too large", Err: fmt.Errorf(
				"a checkpoint of %d bytes and a report of %d do not fit into an item", len(end.Result.Checkpoint), len(end.Result.Report))}
			c.End = &sliceEnd{Run: end.Run, Slice: end.Slice, Result: Result{Counts: end.Result.Counts}, Kind: tooLarge.Kind, Code: tooLarge.Code, Text: tooLarge.Error()}
			op, err := s.putCategory(at, c)
			return c, []table.Op{op}, err
		}
		ops = append(ops, op)
		end.Apart, end.Result.Checkpoint, end.Result.Report = true, nil, nil
	}
	c.End = &end
	op, err := s.putCategory(at, c)
	return c, append(ops, op), err
}

// sliceEnd is the outcome of the slice that c holds, and false if it has none.
func (s *Store) sliceEnd(ctx context.Context, c category) (sliceEnd, bool, error) {
	if c.Run == nil || c.End == nil || c.End.Run != c.ID || c.End.Slice != c.Run.Slice || s.flaws.has(flawOutcome) {
		return sliceEnd{}, false, nil
	}
	end := *c.End
	if end.Apart {
		if v, err := s.get(ctx, sliceKey(c.Shop, c.ID, c.Run.Slice), &end); err != nil || v == 0 {
			return end, false, errors.Join(err, fmt.Errorf("jobqueue: outcome of slice %d of run %s is gone", end.Slice, end.Run))
		}
		end.Apart = false
	}
	return end, true, nil
}

// whole gives a run back what is kept apart of it.
func (s *Store) whole(ctx context.Context, r Run) (Run, error) {
	if !r.Parted {
		return r, nil
	}
	var p parts
	if v, err := s.get(ctx, partsKey(r.Shop, r.ID), &p); err != nil || v == 0 {
		return r, errors.Join(err, fmt.Errorf("jobqueue: checkpoint of run %s of %s is gone", r.ID, r.Shop))
	}
	r.Checkpoint, r.Report, r.Parted = p.Checkpoint, p.Report, false
	return r, nil
}

// part takes from a run in progress what is too large for its category.
func (s *Store) part(r Run) (Run, []table.Op, error) {
	r.Parted = false
	if !large(r.Checkpoint, r.Report) {
		return r, nil, nil
	}
	expires := func(it *table.Item) { it.Expires = s.Now().Add(14 * 24 * time.Hour) }
	op, err := put(partsKey(r.Shop, r.ID), 0, parts{r.Checkpoint, r.Report}, expires)
	if err == nil && op.Item.Size() > table.MaxItemBytes {
		r = r.withoutReport()
		op, err = put(partsKey(r.Shop, r.ID), 0, parts{r.Checkpoint, nil}, expires)
	}
	op.Cond = table.Always
	r.Checkpoint, r.Report, r.Parted = nil, nil, true
	return r, []table.Op{op}, err
}
