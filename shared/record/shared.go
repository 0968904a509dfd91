package record

import (
	"context"
	"errors"
	"sync"
	"time"

	"backroom/shared/table"
)

// Shared is one value that several processes change, in an item of the table.
// Without a Table it is this process's alone: the zero Shared is ready. Safe for
// concurrent use.
type Shared[T any] struct {
	Table  table.Table
	Key    table.Key
	Schema int // of the stored value, from 1
	Tries  int // how often a change is tried that others are in the way of

	Here T // the value, without a Table

	mu sync.Mutex // guards Here
}

// Change replaces the value by what f makes of it, unless f answers false or an
// error, which Change answers too. f is asked again, with the error of the write
// before, about what is there then: after table.ErrConflict somebody else was first,
// after table.ErrUnknown the write may have been made. One of the two remains after
// the last try. What cannot be read is the zero value to f: what is shared so is not
// worth a stop. The item expires at expires; zero: never.
func (s *Shared[T]) Change(ctx context.Context, expires time.Time, f func(was T, before error) (next T, write bool, err error)) error {
	if s.Table == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		next, write, err := f(s.Here, nil)
		if err == nil && write {
			s.Here = next
		}
		return err
	}
	var before error
	for range s.Tries {
		was := new(T)
		version, err := Get(ctx, s.Table, s.Key, s.Schema, was)
		switch {
		case err != nil && version == 0:
			return err
		case err != nil:
			was = new(T)
		}
		next, write, err := f(*was, before)
		if err != nil || !write {
			return err
		}
		op := Put(s.Key, s.Schema, next, table.AsRead(version))
		op.Item.Expires = expires
		if before = s.Table.Write(ctx, op); !errors.Is(before, table.ErrConflict) && !errors.Is(before, table.ErrUnknown) {
			return before
		}
	}
	return before
}
