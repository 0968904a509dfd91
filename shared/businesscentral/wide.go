package businesscentral

import (
	"context"
	"slices"
	"sync/atomic"

	"backroom/shared/fault"
)

// wideFilter is how many values a filter of [Client.Searches] joins at most. BC names no
// limit, and a filter in a $batch is no part of a URL; what any BC takes is perFilter.
const wideFilter = 100

// Search finds the rows of a set whose field has one of values. Rows are few for each
// value: the address of a second page holds the whole filter.
type Search struct {
	Set    string
	Fields string // to read, as [Fields] gives them
	Field  string
	Values []string
}

// width is how many values a filter joins. The zero value is ready, and safe for
// concurrent use.
type width struct{ narrowed atomic.Int32 }

func (w *width) now() int {
	if n := int(w.narrowed.Load()); n > 0 {
		return n
	}
	return wideFilter
}

// Searches answers look-ups in as few operations as BC allows: filters of 100 values
// and, after one that it refused, of half as many, down to 25. What it took is kept for
// later calls. Answers are by look-up; errors are those of [Client.Read].
func (c *Client) Searches(ctx context.Context, op string, ls ...Search) ([][]Answer, error) {
	for size := c.filter.now(); ; size = max(size/2, perFilter) {
		var ops []Operation
		ends := make([]int, len(ls))
		for i, l := range ls {
			for chunk := range slices.Chunk(l.Values, size) {
				ops = append(ops, Operation{Method: "GET", Path: c.Path(l.Set, "$filter", AnyOf(l.Field, chunk), "$select", l.Fields)})
			}
			ends[i] = len(ops)
		}
		answers, err := c.Read(ctx, op, ops)
		if err == nil {
			out := make([][]Answer, len(ls))
			begin := 0
			for i, end := range ends {
				out[i], begin = answers[begin:end], end
			}
			return out, nil
		}
		if !c.narrows(ctx, ls, size, err) {
			return nil, err
		}
	}
}

// narrows reports whether look-ups that failed with err are tried again with shorter
// filters. What may pass by itself is not tried again now, but with shorter ones next time:
// a filter that is too long may look like that.
func (c *Client) narrows(ctx context.Context, ls []Search, size int, err error) bool {
	kind := fault.KindOf(err)
	long := slices.ContainsFunc(ls, func(l Search) bool { return len(l.Values) > perFilter })
	if ctx.Err() != nil || size <= perFilter || !long || kind == fault.Throttled {
		return false
	}
	c.filter.narrowed.Store(int32(max(size/2, perFilter))) //nolint:gosec // at most 100
	return kind != fault.Transient
}
