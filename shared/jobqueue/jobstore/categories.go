package jobstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/record"
	"backroom/shared/table"
)

// Categories reads the categories of the entries' scopes, by group.
func (s *Store) Categories(ctx context.Context, es []jobqueue.Entry) (map[string]jobqueue.Category, error) {
	out := map[string]jobqueue.Category{}
	var scopes []string
	for _, e := range es {
		if !slices.Contains(scopes, e.Scope) {
			scopes = append(scopes, e.Scope)
		}
	}
	for _, scope := range scopes {
		err := s.categories(ctx, scope, func(name string, c jobqueue.Category) error {
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
func (s *Store) categories(ctx context.Context, scope string, visit func(name string, c jobqueue.Category) error) error {
	for it, err := range table.All(ctx, s.Table, table.Query{PK: "SCOPE#" + scope, Prefix: "LOCK#"}) {
		if err != nil {
			return fmt.Errorf("jobqueue: categories of %s: %w", scope, err)
		}
		c := jobqueue.Category{Version: it.Version}
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
	return nil
}

// Category reads the category of e; the zero Category if no run of it ever started.
func (s *Store) Category(ctx context.Context, e jobqueue.Entry) (c jobqueue.Category, err error) {
	c.Version, err = s.get(ctx, lockKey(e.Scope, e.Category), &c)
	if err != nil {
		err = fmt.Errorf("jobqueue: category %s of %s: %w", e.Category, e.Scope, err)
	}
	return c, err
}

// Beat reads the renewal of the lease of the category of e; the zero Beat if there was none.
func (s *Store) Beat(ctx context.Context, e jobqueue.Entry) (b jobqueue.Beat, err error) {
	b.Version, err = s.get(ctx, beatKey(e.Scope, e.Category), &b)
	return b, err
}

// PutBeat stores the renewal of e's category, which had that version.
func (s *Store) PutBeat(e jobqueue.Entry, version int64, b jobqueue.Beat) table.Op {
	return put(beatKey(e.Scope, e.Category), version, b)
}

// EncodeCategory is c as it is stored, for the lease of its slice. Errors: those of
// record.Encode.
func EncodeCategory(c jobqueue.Category) ([]byte, error) { return record.Encode(schema, c) }

// PutCategory stores the category of e, which had c's version.
func (s *Store) PutCategory(e jobqueue.Entry, c jobqueue.Category) table.Op {
	c.At = s.Now().UTC().Truncate(time.Second)
	return put(lockKey(e.Scope, e.Category), c.Version, c)
}

// EndLeases ends every lease of the scopes: for a process that starts up as
// the only one, and knows that its predecessor is dead. Runs go on at their
// checkpoints, and what their dead slices may still send is refused.
func (s *Store) EndLeases(ctx context.Context, scopes ...string) error {
	for _, scope := range scopes {
		err := s.categories(ctx, scope, func(name string, c jobqueue.Category) error {
			if c.Run == nil {
				return nil
			}
			c.Until = s.Now().Add(-time.Nanosecond)
			c.Fence++ // the beat of the old fence counts no more
			return s.Table.Write(ctx, s.PutCategory(jobqueue.Entry{Scope: scope, Category: name}, c))
		})
		if err != nil {
			return err
		}
	}
	return nil
}
