package businesscentral

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"backroom/infra/sim/fault"
)

// table holds the rows of a set. A row is never changed in place: a reader
// outside the lock may still hold it.
type table struct {
	rows     map[string]row
	keys     map[string]string // primary key to id
	children map[string]map[string]bool
}

func newTable() *table {
	return &table{rows: map[string]row{}, keys: map[string]string{}, children: map[string]map[string]bool{}}
}

func (t *table) add(r row) {
	id := r.base().ID
	t.rows[id], t.keys[keyOf(r)] = r, id
	if p := parentOf(r); p != "" {
		if t.children[p] == nil {
			t.children[p] = map[string]bool{}
		}
		t.children[p][id] = true
	}
}

func (t *table) remove(r row) {
	id := r.base().ID
	delete(t.rows, id)
	if t.keys[keyOf(r)] == id {
		delete(t.keys, keyOf(r))
	}
	if p := parentOf(r); p != "" {
		delete(t.children[p], id)
		if len(t.children[p]) == 0 {
			delete(t.children, p)
		}
	}
}

// byKey is the row with a primary key, nil if there is none.
func (t *table) byKey(key string) row { return t.rows[t.keys[key]] }

// of are the rows of a parent in the order of their keys.
func (t *table) of(parent string) []row {
	ids := slices.Collect(maps.Keys(t.children[parent]))
	rows := make([]row, len(ids))
	for i, id := range ids {
		rows[i] = t.rows[id]
	}
	slices.SortFunc(rows, byKeyOrder)
	return rows
}

func byKeyOrder(a, b row) int {
	ka, kb := keyOf(a), keyOf(b)
	switch {
	case ka < kb:
		return -1
	case ka > kb:
		return 1
	}
	return 0
}

// tx is a database transaction: what it did can be undone. The company's lock
// is held as long as it lives.
type tx struct {
	*Company
	now   time.Time
	undo  []func()
	rated []*SalesLine // worked out again for a new exchange rate
}

// begin starts a transaction. A late effect is stamped with its own time.
func (c *Company) begin(ctx context.Context) *tx {
	now, late := fault.At(ctx)
	if !late {
		now = c.srv.o.Now()
	}
	return &tx{Company: c, now: now.UTC()}
}

func (t *tx) rollback() {
	for _, f := range slices.Backward(t.undo) {
		f()
	}
	t.undo = nil
}

// commit makes permanent what was done so far.
func (t *tx) commit() { t.undo = nil }

// put stores r as it is, with a new stamp and a new ETag.
func (t *tx) put(set string, r row) {
	b := r.base()
	t.rev++
	b.Modified, b.Rev = t.now.Truncate(time.Millisecond), t.rev
	tab := t.tables[set]
	old := tab.rows[b.ID]
	if old != nil {
		tab.remove(old)
	}
	tab.add(r)
	t.undo = append(t.undo, func() {
		tab.remove(r)
		if old != nil {
			tab.add(old)
		}
	})
}

func (t *tx) drop(set string, r row) {
	tab := t.tables[set]
	tab.remove(r)
	t.undo = append(t.undo, func() { tab.add(r) })
}

// clone is a copy that may be changed.
func clone[R row](r R) R {
	v := reflect.New(reflect.TypeOf(r).Elem())
	v.Elem().Set(reflect.ValueOf(r).Elem())
	c, ok := reflect.TypeAssert[R](v)
	if !ok {
		return r
	}
	return c
}

// lookup is the row of a set with a key, of the type it has there.
func lookup[P row](c *Company, set, key string) (P, bool) {
	p, ok := c.tables[set].byKey(key).(P)
	return p, ok
}

// byID is the row of a set with an id.
func byID[P row](c *Company, set, id string) (P, bool) {
	p, ok := c.tables[set].rows[id].(P)
	return p, ok
}
