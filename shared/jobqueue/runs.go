package jobqueue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"backroom/shared/record"
	"backroom/shared/table"
)

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

// rowVersion is the version of the run's row as it is now; 0: it has none.
func (s *Store) rowVersion(ctx context.Context, r Run) (int64, error) {
	row, err := s.row(ctx, r.Shop, r.ID)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return row.Version, err
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
	es, err := s.Entries(ctx, shop)
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
