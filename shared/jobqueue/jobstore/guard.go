package jobstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/record"
	"backroom/shared/table"
)

// Write implements Guard: the lock item's version changes with every
// acquisition, release and yield, and with nothing else.
func (s *Store) Write(ctx context.Context, l jobqueue.Lease, ops ...jobqueue.TableOp) error {
	all := append([]table.Op{table.Check(lockKey(l.Scope, l.Category), table.VersionIs(l.Version))}, ops...)
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

func fenced(l jobqueue.Lease) error {
	return fmt.Errorf("jobqueue: category %s of %s: %w", l.Category, l.Scope, jobqueue.ErrFenced)
}

// Renew implements Guard. It stores the progress that was shown since the last
// renewal.
func (s *Store) Renew(ctx context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	at := jobqueue.Entry{Scope: l.Scope, Category: l.Category}
	c, err := s.Category(ctx, at)
	if err != nil {
		return l, false, err
	}
	if c.Version != l.Version || c.Run == nil {
		return l, false, fenced(l)
	}
	e, err := s.Entry(ctx, c.Shop, c.Run.Entry)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return l, false, err
	}
	b, err := s.Beat(ctx, at)
	if err != nil {
		return l, false, err
	}
	if b.Fence != l.Fence {
		b.Progress, b.Right = nil, false
	}
	b.Fence, b.Until = l.Fence, s.Now().Add(jobqueue.LeaseTime)
	if p, ok := s.progress.Load(l.Owner); ok {
		if p, ok := p.(jobqueue.Progress); ok {
			b.Progress = &p
		}
	}
	// A claimer of an expired lease rewrites the beat too, on the version it
	// saw: of a renewal and a takeover at the same moment, one loses.
	if err := s.Write(ctx, l, s.PutBeat(at, b.Version, b)); err != nil && !errors.Is(err, table.ErrConflict) {
		return l, false, err
	} else if err == nil {
		l.Until = b.Until
	}
	return l, e.Cancelling == c.ID, nil
}

// Progress implements Guard.
func (s *Store) Progress(_ context.Context, r jobqueue.Request, p jobqueue.Progress) {
	s.progress.Store(r.Lease.Owner, p)
	if s.OnProgress != nil {
		s.OnProgress(r, p)
	}
}

// EndSlice makes the outcome of r's slice durable, under its lease, and answers
// the result with what has become of it: after that, a redelivery uses it instead
// of running the slice again. No guarded write of the slice succeeds any more. A
// run by schedule that found nothing to do ends with the same write. Errors:
// ErrFenced; table.ErrConflict when the slice has an outcome already.
func (s *Store) EndSlice(ctx context.Context, r jobqueue.Request, res jobqueue.Result, failure error) (jobqueue.Result, error) {
	defer s.progress.Delete(r.Lease.Owner)
	at := jobqueue.Entry{Shop: r.Shop, ID: r.Entry, Scope: r.Lease.Scope, Category: r.Lease.Category}
	c := jobqueue.Category{Version: r.Lease.Version}
	if len(r.Lease.Lock) > 0 {
		if err := record.Decode(r.Lease.Lock, schema, &c); err != nil {
			return res, err
		}
	} else if stored, err := s.Category(ctx, at); err != nil {
		return res, err
	} else if stored.Version != r.Lease.Version {
		return res, lateEnd(r, stored)
	} else {
		c = stored
	}
	end := jobqueue.EndOf(r, res, failure)
	next, ops := s.endOps(at, c, end, r.Shop)
	err := s.Table.Write(ctx, ops...)
	if errors.Is(err, table.ErrConflict) || errors.Is(err, table.ErrUnknown) {
		stored, readErr := s.Category(ctx, at)
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
func lateEnd(r jobqueue.Request, c jobqueue.Category) error {
	if c.End != nil && c.End.Run == r.Run && c.End.Slice == r.Slice {
		return fmt.Errorf("jobqueue: outcome of slice %d of run %s: %w", r.Slice, r.Run, table.ErrConflict)
	}
	return fenced(r.Lease)
}

// sameEnd reports whether a is what b would have stored.
func sameEnd(a, b jobqueue.Category) bool {
	a.At, b.At = time.Time{}, time.Time{}
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && string(x) == string(y)
}

// endOps are the writes that make a slice's outcome durable in c.
func (s *Store) endOps(at jobqueue.Entry, c jobqueue.Category, end jobqueue.SliceEnd, shop string) (jobqueue.Category, []table.Op) {
	if c.Run != nil && c.Row == 0 && jobqueue.ClosesItself(c.Running(), end) {
		r := c.Running()
		r.Outcome = jobqueue.Succeeded
		next := c.With(at, c.History(at).AfterRun(r, false, true, s.Now())).Free()
		return next, []table.Op{s.PutCategory(at, next)}
	}
	var ops []table.Op
	if large(end.Result.Checkpoint, end.Result.Report) {
		// One may be there of an earlier start of this slice, whose lease is over.
		op := s.putApart(sliceKey(shop, end.Run, end.Slice), end)
		if op.Item.Size() > table.MaxItemBytes {
			tooLarge := &fault.Error{Op: "jobqueue", Kind: fault.Bug, Code: "too large", Err: fmt.Errorf(
				"a checkpoint of %d bytes and a report of %d do not fit into an item", len(end.Result.Checkpoint), len(end.Result.Report))}
			c.End = &jobqueue.SliceEnd{Run: end.Run, Slice: end.Slice, Result: jobqueue.Result{Counts: end.Result.Counts}, Kind: tooLarge.Kind, Code: tooLarge.Code, Text: tooLarge.Error()}
			return c, []table.Op{s.PutCategory(at, c)}
		}
		ops = append(ops, op)
		end.Apart, end.Result.Checkpoint, end.Result.Report = true, nil, nil
	}
	c.End = &end
	return c, append(ops, s.PutCategory(at, c))
}

// putApart stores what is too large for the category of a run in progress; nobody
// deletes it, it expires.
func (s *Store) putApart(k table.Key, v any) table.Op {
	op := record.Put(k, schema, v, table.Always)
	op.Item.Expires = s.Now().Add(14 * 24 * time.Hour)
	return op
}

// SliceEnd is the outcome of the slice that c holds, and false if it has none.
func (s *Store) SliceEnd(ctx context.Context, c jobqueue.Category) (jobqueue.SliceEnd, bool, error) {
	if c.Run == nil || c.End == nil || c.End.Run != c.ID || c.End.Slice != c.Run.Slice {
		return jobqueue.SliceEnd{}, false, nil
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

// inlineBytes is how much of checkpoint and report the category holds: it is
// written some times a slice, and billed by size.
const inlineBytes = 8 << 10

func large(checkpoint, report json.RawMessage) bool { return len(checkpoint)+len(report) > inlineBytes }

// parts are what is too large for the category.
type parts struct {
	Checkpoint json.RawMessage `json:"checkpoint,omitempty"`
	Report     json.RawMessage `json:"report,omitempty"`
}

// Whole gives a run back what is kept apart of it.
func (s *Store) Whole(ctx context.Context, r jobqueue.Run) (jobqueue.Run, error) {
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

// Part takes from a run in progress what is too large for its category.
func (s *Store) Part(r jobqueue.Run) (jobqueue.Run, []table.Op) {
	r.Parted = false
	if !large(r.Checkpoint, r.Report) {
		return r, nil
	}
	op := s.putApart(partsKey(r.Shop, r.ID), parts{r.Checkpoint, r.Report})
	if op.Item.Size() > table.MaxItemBytes {
		r = r.WithoutReport()
		op = s.putApart(partsKey(r.Shop, r.ID), parts{r.Checkpoint, nil})
	}
	r.Checkpoint, r.Report, r.Parted = nil, nil, true
	return r, []table.Op{op}
}
