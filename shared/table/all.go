package table

import (
	"context"
	"iter"
)

// All walks over the items that q asks for, from its page on, in their order; q.Limit
// is how many are read at once. An error is the last that comes.
func All(ctx context.Context, t Table, q Query) iter.Seq2[Item, error] {
	return walk(q.Page, func(page string) (Page, error) {
		q.Page = page
		return t.Query(ctx, q)
	})
}

// AllOfIndex is [All] for an index.
func AllOfIndex(ctx context.Context, t Table, q IndexQuery) iter.Seq2[Item, error] {
	return walk(q.Page, func(page string) (Page, error) {
		q.Page = page
		return t.Index(ctx, q)
	})
}

func walk(from string, read func(page string) (Page, error)) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for {
			p, err := read(from)
			if err != nil {
				yield(Item{}, err)
				return
			}
			for _, it := range p.Items {
				if !yield(it, nil) {
					return
				}
			}
			if from = p.Next; from == "" {
				return
			}
		}
	}
}
