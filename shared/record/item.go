package record

import (
	"context"
	"errors"

	"backroom/shared/table"
)

// Get reads the item at k into v, and answers the item's version; 0: there is none,
// and v is as it was. Errors: those of the table and of [Decode].
func Get(ctx context.Context, t table.Table, k table.Key, schema int, v any) (version int64, err error) {
	it, err := t.Get(ctx, k)
	if errors.Is(err, table.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return it.Version, Decode(it.Data, schema, v)
}

// Put is the operation that stores v at k, in an item without indexes. What [Encode]
// refuses comes with the write, as the operation's Err.
func Put(k table.Key, schema int, v any, c table.Cond) table.Op {
	data, err := Encode(schema, v)
	op := table.Put(table.Item{Key: k, Data: data}, c)
	op.Err = err
	return op
}
