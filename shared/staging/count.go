package staging

import (
	"context"
	"fmt"

	"backroom/shared/orders"
	"backroom/shared/record"
	"backroom/shared/table"
)

// maxTotal is how many orders are counted for the total of a list: so many are read by
// one query of some hundred KB.
const maxTotal = 1000

// Total is how many orders of a shop [Store.List] gives for a state, "" for all of
// them. more: the count broke off, and there are at least so many. It may trail by
// moments.
func (s *Store) Total(ctx context.Context, shop string, state orders.State) (n int, more bool, err error) {
	q := table.IndexQuery{N: 1, PK: listKey(shop, "ALL"), Reverse: true}
	if l := listOf(state); l != "" {
		q.N, q.PK = 2, listKey(shop, l)
	}
	shared := state == orders.Processed || q.PK == listKey(shop, waiting) // with other states
	for seen := 0; ; {
		q.Limit = maxTotal - seen
		p, err := s.Table.Index(ctx, q)
		if err != nil {
			return n, false, fmt.Errorf("staging: how many orders of %s: %w", shop, err)
		}
		seen += len(p.Items)
		for _, it := range p.Items {
			var h struct {
				State orders.State `json:"state"`
			}
			if shared {
				if err := record.Decode(it.Data, schema, &h); err != nil {
					return n, false, fmt.Errorf("staging: order %s of %s: %w", it.SK, shop, err)
				}
			}
			if !shared || h.State == state {
				n++
			}
		}
		if q.Page = p.Next; q.Page == "" || seen >= maxTotal {
			return n, q.Page != "", nil
		}
	}
}
