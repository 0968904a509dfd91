package staging

import (
	"context"
	"fmt"
	"time"

	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/record"
	"backroom/shared/table"
)

// amendOp marks an order as one whose document may have to be amended. The head says
// whether it has.
func amendOp(shop, id string) (table.Op, error) {
	data, err := record.Encode(schema, struct{}{})
	mark := table.Item{Key: amendKey(shop, id), Index2: table.IndexKey{PK: listKey(shop, amending), SK: id}, Data: data}
	return table.Put(mark, table.Always), err
}

// settled forgets what an order in conflict had changed in.
func (h *head) settled() { h.Changes, h.Amend, h.Asked = nil, false, false }

// unlink forgets the document of an order, so that it is made anew.
func (h *head) unlink(shop, id string) ([]table.Op, error) {
	h.State, h.Link, h.Facts, h.Written, h.Refused, h.WriteAfter = orders.Ready, nil, orders.Facts{}, false, false, time.Time{}
	h.Tried, h.NotBefore, h.Accepted, h.Differs = "", time.Time{}, nil, nil
	h.settled()
	ops := append(h.freed(shop), clear(shop, id), table.Delete(amendKey(shop, id), table.Always))
	if h.Parts.Count > 0 {
		return ops, nil
	}
	// Its copy has been dropped: the next import reads it anew.
	h.State, h.Missed, h.Hash = orders.Unread, true, ""
	op, err := missOp(shop, id)
	return append(ops, op), err
}

// notAmended keeps an order in conflict, with why its document was not amended.
func (s *Store) notAmended(ctx context.Context, shop, id string, h *head, i issue.Issue) ([]table.Op, error) {
	h.Amend, h.Asked = false, false
	i.Shop = shop
	op, err := s.Issues.Put(ctx, i)
	return []table.Op{op, table.Delete(amendKey(shop, id), table.Always)}, err
}

// Amending implements documents.Staging.
func (s *Store) Amending(ctx context.Context, shop, page string, limit int) (ps []documents.Pending, next string, err error) {
	p, err := s.Table.Index(ctx, table.IndexQuery{N: 2, PK: listKey(shop, amending), Limit: limit, Page: page})
	if err != nil {
		return nil, "", fmt.Errorf("staging: orders of %s to amend: %w", shop, err)
	}
	for _, it := range p.Items {
		h, err := s.head(ctx, shop, it.SK)
		if err != nil {
			return nil, "", err
		}
		if h.State == orders.Conflict && h.Amend && h.Link != nil {
			one := h.pending(shop, it.SK)
			one.Link, one.Asked = h.Link, h.Asked
			ps = append(ps, one)
		}
	}
	return ps, p.Next, nil
}
