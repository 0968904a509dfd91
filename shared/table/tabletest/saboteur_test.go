package tabletest_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"backroom/shared/contract"
	"backroom/shared/memory"
	"backroom/shared/table"
	"backroom/shared/table/tabletest"
)

// saboteur is a good table with one method spoilt.
type saboteur struct {
	table.Table
	write func(ctx context.Context, good table.Table, ops []table.Op) error
	get   func(ctx context.Context, good table.Table, k table.Key) (table.Item, error)
	query func(ctx context.Context, good table.Table, q table.Query) (table.Page, error)
	index func(ctx context.Context, good table.Table, q table.IndexQuery) (table.Page, error)
}

func (s saboteur) Write(ctx context.Context, ops ...table.Op) error {
	if s.write == nil {
		return s.Table.Write(ctx, ops...)
	}
	return s.write(ctx, s.Table, ops)
}

func (s saboteur) Get(ctx context.Context, k table.Key) (table.Item, error) {
	if s.get == nil {
		return s.Table.Get(ctx, k)
	}
	return s.get(ctx, s.Table, k)
}

func (s saboteur) Query(ctx context.Context, q table.Query) (table.Page, error) {
	if s.query == nil {
		return s.Table.Query(ctx, q)
	}
	return s.query(ctx, s.Table, q)
}

func (s saboteur) Index(ctx context.Context, q table.IndexQuery) (table.Page, error) {
	if s.index == nil {
		return s.Table.Index(ctx, q)
	}
	return s.index(ctx, s.Table, q)
}

func change(f func(table.Op) table.Op) func(context.Context, table.Table, []table.Op) error {
	return func(ctx context.Context, good table.Table, ops []table.Op) error {
		ops = slices.Clone(ops)
		for i := range ops {
			ops[i] = f(ops[i])
		}
		return good.Write(ctx, ops...)
	}
}

func TestEverySaboteurIsNoticed(t *testing.T) {
	tests := []struct {
		name string
		bad  saboteur
	}{
		{"condition ignored", saboteur{write: change(func(o table.Op) table.Op { o.Cond = table.Always; return o })}},
		{"absent ignored", saboteur{write: change(func(o table.Op) table.Op {
			if o.Cond.IsAbsent() {
				o.Cond = table.Always
			}
			return o
		})}},
		{"delete ignores its condition", saboteur{write: change(func(o table.Op) table.Op {
			if o.Verb == table.VerbDelete {
				o.Cond = table.Always
			}
			return o
		})}},
		{"an operation that could not be made is made", saboteur{write: change(func(o table.Op) table.Op { o.Err = nil; return o })}},
		{"check ignored", saboteur{write: change(func(o table.Op) table.Op {
			if o.Verb == table.VerbCheck {
				o.Cond = table.Always
			}
			return o
		})}},
		{"check writes", saboteur{write: change(func(o table.Op) table.Op {
			if o.Verb == table.VerbCheck {
				o.Verb = table.VerbPut
			}
			return o
		})}},
		{"half a transaction", saboteur{write: func(ctx context.Context, good table.Table, ops []table.Op) error {
			if err := table.CheckWrite(ops); err != nil {
				return err
			}
			for _, o := range ops {
				if err := good.Write(ctx, o); err != nil {
					return err
				}
			}
			return nil
		}}},
		{"expiry forgotten", saboteur{write: change(func(o table.Op) table.Op { o.Item.Expires = time.Time{}; return o })}},
		{"index not sparse", saboteur{write: change(func(o table.Op) table.Op {
			if o.Verb == table.VerbPut && o.Item.Index1.PK == "" {
				o.Item.Index1 = table.IndexKey{PK: "I", SK: "none"}
			}
			return o
		})}},
		{"second index is the first", saboteur{index: func(ctx context.Context, good table.Table, q table.IndexQuery) (table.Page, error) {
			q.N = min(q.N, 1)
			return good.Index(ctx, q)
		}}},
		{"version not raised", saboteur{get: func(ctx context.Context, good table.Table, k table.Key) (table.Item, error) {
			it, err := good.Get(ctx, k)
			it.Version = min(it.Version, 1)
			return it, err
		}}},
		{"missing item without error", saboteur{get: func(ctx context.Context, good table.Table, k table.Key) (table.Item, error) {
			it, err := good.Get(ctx, k)
			if errors.Is(err, table.ErrNotFound) {
				it, err = table.Item{Key: k}, nil
			}
			return it, err
		}}},
		{"wrong order", saboteur{query: func(ctx context.Context, good table.Table, q table.Query) (table.Page, error) {
			p, err := good.Query(ctx, q)
			slices.Reverse(p.Items)
			return p, err
		}}},
		{"limit ignored", saboteur{query: func(ctx context.Context, good table.Table, q table.Query) (table.Page, error) {
			q.Limit = 0
			return good.Query(ctx, q)
		}}},
		{"next page lost", saboteur{query: func(ctx context.Context, good table.Table, q table.Query) (table.Page, error) {
			p, err := good.Query(ctx, q)
			p.Next = ""
			return p, err
		}}},
		{"page token ignored", saboteur{query: func(ctx context.Context, good table.Table, q table.Query) (table.Page, error) {
			q.Page = ""
			return good.Query(ctx, q)
		}}},
		{"prefix ignored", saboteur{query: func(ctx context.Context, good table.Table, q table.Query) (table.Page, error) {
			q.Prefix = ""
			return good.Query(ctx, q)
		}}},
		{"index loses its page", saboteur{index: func(ctx context.Context, good table.Table, q table.IndexQuery) (table.Page, error) {
			p, err := good.Index(ctx, q)
			p.Next = ""
			return p, err
		}}},
	}
	var failed []string
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			failed = append(failed, contract.MustFail(t, tabletest.Cases, func(*testing.T) tabletest.Harness {
				tt.bad.Table = memory.NewTable(time.Now)
				return tabletest.Harness{Table: tt.bad}
			})...)
		})
	}
	contract.Sabotaged(t, tabletest.Cases, failed)
}

// A table that reads what was, or that takes items over the limits, cannot be
// had by wrapping one call; these keep state of their own.
func TestSaboteursWithMemory(t *testing.T) {
	t.Run("stale get", func(t *testing.T) {
		contract.MustFail(t, tabletest.Cases, func(*testing.T) tabletest.Harness {
			var mu sync.Mutex
			seen := map[table.Key]table.Item{}
			return tabletest.Harness{Table: saboteur{
				Table: memory.NewTable(time.Now),
				get: func(ctx context.Context, good table.Table, k table.Key) (table.Item, error) {
					mu.Lock()
					defer mu.Unlock()
					it, ok := seen[k]
					var err error
					if !ok {
						if it, err = good.Get(ctx, k); err == nil {
							seen[k] = it
						}
					}
					it.Data = bytes.Clone(it.Data)
					return it, err
				},
			}}
		})
	})
	t.Run("oversize accepted", func(t *testing.T) {
		contract.MustFail(t, tabletest.Cases, func(*testing.T) tabletest.Harness {
			return tabletest.Harness{Table: saboteur{
				Table: memory.NewTable(time.Now),
				write: func(ctx context.Context, good table.Table, ops []table.Op) error {
					for i := range ops {
						if n := len(ops[i].Item.Data); n > 300<<10 {
							ops[i].Item.Data = ops[i].Item.Data[:300<<10]
						}
					}
					return good.Write(ctx, ops...)
				},
			}}
		})
	})
}
