// Package memory holds adapters that keep everything in memory: for tests and
// simulations, where they are fast and their clock is the caller's.
package memory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"backroom/shared/table"
)

// Table is a table.Table in memory. Safe for concurrent use.
type Table struct {
	// IndexLag makes index reads answer as of that long ago, by the clock
	// given to NewTable. Set before use.
	IndexLag time.Duration

	now   func() time.Time
	mu    sync.Mutex
	items map[string]map[string]table.Item // by PK, then SK
	past  []change                         // within IndexLag, oldest first
}

// change is what an item was before a write.
type change struct {
	at  time.Time
	key table.Key
	was table.Item // Version 0: absent
}

var _ table.Table = (*Table)(nil)

// NewTable makes an empty table that reads the time from now.
func NewTable(now func() time.Time) *Table {
	return &Table{now: now, items: map[string]map[string]table.Item{}}
}

// Get implements table.Table.
func (t *Table) Get(_ context.Context, k table.Key) (table.Item, error) {
	if err := table.CheckKey(k); err != nil {
		return table.Item{}, fmt.Errorf("table.Get: %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	it, ok := t.items[k.PK][k.SK]
	if !ok {
		return table.Item{}, fmt.Errorf("table.Get(%s, %s): %w", k.PK, k.SK, table.ErrNotFound)
	}
	return clone(it), nil
}

// Query implements table.Table.
func (t *Table) Query(_ context.Context, q table.Query) (table.Page, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var hits []table.Item
	for sk, it := range t.items[q.PK] {
		if strings.HasPrefix(sk, q.Prefix) {
			hits = append(hits, it)
		}
	}
	return page(hits, 1, func(i table.Item) []string { return []string{i.SK} }, q.Reverse, q.Limit, q.Page)
}

// Index implements table.Table.
func (t *Table) Index(_ context.Context, q table.IndexQuery) (table.Page, error) {
	if q.N != 1 && q.N != 2 {
		return table.Page{}, fmt.Errorf("table.Index: index %d, want 1 or 2: %w", q.N, table.ErrInvalid)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.asOf(t.now().Add(-t.IndexLag))
	var hits []table.Item
	add := func(it table.Item) {
		if x := it.Index(q.N); x.PK == q.PK && x.PK != "" && strings.HasPrefix(x.SK, q.Prefix) {
			hits = append(hits, it)
		}
	}
	for _, part := range t.items {
		for _, it := range part {
			if _, changed := old[it.Key]; !changed {
				add(it)
			}
		}
	}
	for _, it := range old {
		if it.Version > 0 {
			add(it)
		}
	}
	return page(hits, 3, func(i table.Item) []string { return []string{i.Index(q.N).SK, i.PK, i.SK} }, q.Reverse, q.Limit, q.Page)
}

// asOf is what the items that changed since then were at that time.
func (t *Table) asOf(then time.Time) map[table.Key]table.Item {
	if t.IndexLag == 0 {
		return nil
	}
	n := 0
	for n < len(t.past) && !t.past[n].at.After(then) {
		n++
	}
	t.past = slices.Delete(t.past, 0, n)
	old := map[table.Key]table.Item{}
	for _, c := range t.past {
		if _, ok := old[c.key]; !ok {
			old[c.key] = c.was
		}
	}
	return old
}

// Write implements table.Table.
func (t *Table) Write(ctx context.Context, ops ...table.Op) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := table.CheckWrite(ops); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, op := range ops {
		if !op.Cond.Holds(t.items[op.Item.PK][op.Item.SK].Version) {
			return fmt.Errorf("table.Write: operation %d on %s, %s: %w", i, op.Item.PK, op.Item.SK, table.ErrConflict)
		}
	}
	for _, op := range ops {
		was := t.items[op.Item.PK][op.Item.SK]
		if t.IndexLag > 0 && op.Verb != table.VerbCheck {
			t.past = append(t.past, change{t.now(), op.Item.Key, was})
		}
		switch op.Verb {
		case table.VerbPut:
			it := clone(op.Item)
			it.Version = was.Version + 1
			it.Expires = it.Expires.Truncate(time.Second)
			if t.items[it.PK] == nil {
				t.items[it.PK] = map[string]table.Item{}
			}
			t.items[it.PK][it.SK] = it
		case table.VerbDelete:
			delete(t.items[op.Item.PK], op.Item.SK)
		case table.VerbCheck:
		}
	}
	return nil
}

// page orders hits by their position, n strings, and cuts out what follows the token.
func page(hits []table.Item, n int, pos func(table.Item) []string, reverse bool, limit int, token string) (table.Page, error) {
	slices.SortFunc(hits, func(a, b table.Item) int {
		c := slices.Compare(pos(a), pos(b))
		if reverse {
			return -c
		}
		return c
	})
	if token != "" {
		after, err := table.ParseToken(token, n)
		if err != nil {
			return table.Page{}, err
		}
		hits = slices.DeleteFunc(hits, func(i table.Item) bool {
			c := slices.Compare(pos(i), after)
			return !reverse && c <= 0 || reverse && c >= 0
		})
	}
	var p table.Page
	size := 0
	for _, it := range hits {
		size += it.Size()
		if limit > 0 && len(p.Items) == limit || size > table.MaxPageBytes && len(p.Items) > 0 {
			p.Next = table.Token(pos(p.Items[len(p.Items)-1])...)
			break
		}
		p.Items = append(p.Items, clone(it))
	}
	return p, nil
}

func clone(i table.Item) table.Item {
	i.Data = slices.Clone(i.Data)
	return i
}
