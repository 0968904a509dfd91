package jobstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/record"
	"backroom/shared/table"
)

// Row reads the run's own item, which a run by schedule has only when it was
// set aside or has ended; ErrNotFound if there is none.
func (s *Store) Row(ctx context.Context, shop, id string) (jobqueue.Run, error) {
	r := jobqueue.Run{Shop: shop, ID: id}
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

// RowVersion is the version of the run's row as it is now; 0: it has none.
func (s *Store) RowVersion(ctx context.Context, r jobqueue.Run) (int64, error) {
	row, err := s.Row(ctx, r.Shop, r.ID)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return row.Version, err
}

// Run reads a run, in progress or not, or ErrNotFound. A run by schedule that
// found nothing to do is not kept.
func (s *Store) Run(ctx context.Context, shop, id string) (jobqueue.Run, error) {
	r, rowErr := s.Row(ctx, shop, id)
	if rowErr != nil && !errors.Is(rowErr, ErrNotFound) || rowErr == nil && (r.Done() || r.Started.IsZero()) {
		return r, rowErr
	}
	going, err := s.Running(ctx, shop)
	if err != nil {
		return r, err
	}
	if i := slices.IndexFunc(going, func(g jobqueue.Run) bool { return g.ID == id }); i >= 0 {
		return going[i], nil
	}
	// It may have ended between the two looks.
	return s.Row(ctx, shop, id)
}

// Running lists the runs of a shop that are in progress, with their progress.
func (s *Store) Running(ctx context.Context, shop string) ([]jobqueue.Run, error) {
	es, err := s.Entries(ctx, shop)
	if err != nil {
		return nil, err
	}
	cs, err := s.Categories(ctx, es)
	if err != nil {
		return nil, err
	}
	var out []jobqueue.Run
	for _, e := range es {
		c, ok := cs[e.Group()]
		if !ok || c.Run == nil || c.Shop != shop {
			continue
		}
		delete(cs, e.Group())
		var b jobqueue.Beat
		if _, err := s.get(ctx, beatKey(e.Scope, e.Category), &b); err != nil {
			return nil, err
		}
		out = append(out, progressed(c, b))
	}
	return out, nil
}

// listed is the time by which a run is listed.
func listed(r jobqueue.Run) time.Time {
	if r.Started.IsZero() {
		return r.Accepted
	}
	return r.Started
}

func runs(items []table.Item) ([]jobqueue.Run, error) {
	var out []jobqueue.Run
	for _, it := range items {
		r, err := decodeRun(it)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func decodeRun(it table.Item) (jobqueue.Run, error) {
	r := jobqueue.Run{Shop: it.PK[len("SHOP#"):], ID: it.SK[len("RUN#"):], Version: it.Version}
	if err := record.Decode(it.Data, schema, &r); err != nil {
		return r, fmt.Errorf("jobqueue: run %s: %w", r.ID, err)
	}
	return r, nil
}

// PutRun stores a run's row. One that waits for a message, accepted or set
// aside, is in index 2, where the sweep finds it.
func (s *Store) PutRun(r jobqueue.Run, waits bool) table.Op {
	op := put(runKey(r.Shop, r.ID), r.Version, r)
	at := listed(r)
	if at.IsZero() {
		at = s.Now()
	}
	if !r.Quiet {
		op.Item.Index1 = table.IndexKey{PK: runsIndex(r.Shop), SK: sortable(at) + "#" + r.ID}
	}
	if waits {
		op.Item.Index2 = table.IndexKey{PK: acceptedIndex, SK: sortable(s.Now()) + "#" + r.ID}
	}
	switch {
	case r.Done() && r.Quiet:
		op.Item.Expires = r.Ended.Add(24 * time.Hour) // its message may come once more
	case r.Done():
		op.Item.Expires = r.Ended.Add(cmp.Or(s.Keep, 30*24*time.Hour))
	}
	return op
}

// Waiter is a run that waits for a message: it was accepted and has not started,
// or it was set aside.
type Waiter struct {
	Run   jobqueue.Run
	Since time.Time
	Err   error // why its row cannot be read: Run has shop and id alone then
}

func waiterOf(it table.Item) Waiter {
	r, errRun := decodeRun(it)
	since, _, _ := strings.Cut(it.Index2.SK, "#")
	at, errAt := time.Parse(time.RFC3339, since)
	return Waiter{Run: r, Since: at, Err: errors.Join(errRun, errAt)}
}

// Waiters lists the runs of all shops that wait for a message, those that wait
// longest first, by pages. The list may trail by moments.
func (s *Store) Waiters(ctx context.Context, page string) (ws []Waiter, next string, err error) {
	p, err := s.Table.Index(ctx, table.IndexQuery{N: 2, PK: acceptedIndex, Page: page})
	if err != nil {
		return nil, "", fmt.Errorf("jobqueue: runs that wait: %w", err)
	}
	for _, it := range p.Items {
		ws = append(ws, waiterOf(it))
	}
	return ws, p.Next, nil
}

// Waiter is a run that waits for a message as it is now, and false if it waits no more.
func (s *Store) Waiter(ctx context.Context, shop, run string) (Waiter, bool, error) {
	it, err := s.Table.Get(ctx, runKey(shop, run))
	if errors.Is(err, table.ErrNotFound) || err == nil && it.Index2.PK != acceptedIndex {
		return Waiter{}, false, nil
	}
	if err != nil {
		return Waiter{}, false, err
	}
	w := waiterOf(it)
	return w, true, w.Err
}
