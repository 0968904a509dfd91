package staging

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backroom/shared/clock"
	"backroom/shared/creditmemos"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/record"
	"backroom/shared/table"
)

const (
	// rereadAfter is how long an order whose returns or refunds are under way is
	// believed: they change without its update time.
	rereadAfter = time.Hour
	// rereadMost is how many of them one import reads again.
	rereadMost = 100
)

func backKey(shop, id string) table.Key { return table.Key{PK: "SHOP#" + shop + "#BACK", SK: id} }

// made is c as the document of h is made of it.
func (h head) made(c orders.Order) orders.Order {
	if !h.Whole {
		return c
	}
	v, _ := c.Sold(func(orders.Refund) bool { return true })
	return v
}

func (h head) hasMemo(r orders.Refund) bool { return slices.Contains(h.booked(), r.ID) }

// booked are the refunds that have their credit memos.
func (h head) booked() (ids []string) {
	for _, m := range h.Memos {
		if m.State == creditmemos.Booked {
			ids = append(ids, m.Refund)
		}
	}
	return ids
}

// addMemos notes the refunds of a new copy. One that is not in it any more keeps what
// is noted of it.
func (h *head) addMemos(o orders.Order) {
	h.Memos = slices.Clone(h.Memos)
	for _, r := range o.Refunds {
		known := slices.ContainsFunc(h.Memos, func(m creditmemos.Memo) bool { return m.Refund == r.ID })
		if r.Detailed && !known && o.Standing(r) != orders.Removal {
			h.Memos = append(h.Memos, creditmemos.Memo{Refund: r.ID})
		}
	}
	h.Unsettled, h.Returning = o.Unsettled(), o.Returning()
}

func (h head) refundWaits() bool {
	return slices.ContainsFunc(h.Memos, func(m creditmemos.Memo) bool { return m.State == creditmemos.Waiting })
}

// mark is the operation by which an order with refunds is found, or not any more.
func (h *head) mark(shop, id string) []table.Op {
	it := table.Item{Key: backKey(shop, id)}
	if h.Unsettled {
		it.Index1 = table.IndexKey{PK: listKey(shop, unsettled), SK: id}
	}
	if h.refundWaits() {
		it.Index2 = table.IndexKey{PK: listKey(shop, refunded), SK: id}
	}
	had := h.Marked
	if h.Marked = h.Unsettled || h.refundWaits(); !h.Marked {
		if had {
			return []table.Op{table.Delete(it.Key, table.Always)}
		}
		return nil
	}
	data, err := record.Encode(schema, struct{}{})
	if err != nil {
		return nil // an empty struct can be encoded
	}
	it.Data = data
	return []table.Op{table.Put(it, table.Always)}
}

// Unsettled implements orders.Stage.
func (s *Store) Unsettled(ctx context.Context, shop string) ([]string, error) {
	var ids []string
	for it, err := range table.AllOfIndex(ctx, s.Table, table.IndexQuery{N: 1, PK: listKey(shop, unsettled)}) {
		if err != nil {
			return nil, fmt.Errorf("staging: unsettled orders of %s: %w", shop, err)
		}
		h, err := s.head(ctx, shop, it.SK)
		if err != nil {
			return nil, err
		}
		if h.Unsettled && clock.Due(h.ReadAt.Add(rereadAfter), s.Now(), rereadAfter) {
			ids = append(ids, it.SK)
		}
		if len(ids) >= rereadMost {
			break
		}
	}
	return ids, nil
}

// RefundsWait implements orders.Stage.
func (s *Store) RefundsWait(ctx context.Context, shop string) (bool, error) {
	for page := ""; ; {
		ps, next, err := s.Refunded(ctx, shop, page, 20)
		if page = next; err != nil || len(ps) > 0 || page == "" {
			return len(ps) > 0, err
		}
	}
}

// Refunded implements creditmemos.Staging.
func (s *Store) Refunded(ctx context.Context, shop, page string, limit int) (ps []creditmemos.Pending, next string, err error) {
	p, err := s.Table.Index(ctx, table.IndexQuery{N: 2, PK: listKey(shop, refunded), Limit: limit, Page: page})
	if err != nil {
		return nil, "", fmt.Errorf("staging: refunded orders of %s: %w", shop, err)
	}
	for _, it := range p.Items {
		h, err := s.head(ctx, shop, it.SK)
		if err != nil {
			return nil, "", err
		}
		wants := h.State == orders.Processed && h.refundWaits() || h.State == orders.Conflict && h.unsaid()
		if wants && h.Link != nil && h.Parts.Count > 0 {
			ps = append(ps, h.refunds(shop, it.SK))
		}
	}
	return ps, p.Next, nil
}

// unsaid reports whether of a refund of an order in conflict it is still to be said that
// it waits for that.
func (h head) unsaid() bool {
	return slices.ContainsFunc(h.Memos, func(m creditmemos.Memo) bool {
		return m.State == creditmemos.Waiting && m.Tried != creditmemos.InConflict && m.SentAt.IsZero() && h.Facts.Counts(m.Refund)
	})
}

// freed takes back what is said of refunds that have waited for a conflict.
func (h *head) freed(shop string) (ops []table.Op) {
	h.Memos = slices.Clone(h.Memos)
	for i, m := range h.Memos {
		if m.Tried == creditmemos.InConflict {
			h.Memos[i].Tried = ""
			ops = append(ops, issue.Clear(shop, creditmemos.Kind, m.Refund))
		}
	}
	return ops
}

func (h head) refunds(shop, id string) creditmemos.Pending {
	return creditmemos.Pending{Conflict: h.State == orders.Conflict, Shop: shop, ID: id, Name: h.Name, Version: h.Version, Currency: h.Link.Total.Currency, Facts: h.Facts, Memos: slices.Clone(h.Memos)}
}

// Copies implements creditmemos.Staging.
func (s *Store) Copies(ctx context.Context, ps []creditmemos.Pending) ([]orders.Order, error) {
	out := make([]orders.Order, len(ps))
	for i, p := range ps {
		h, err := s.head(ctx, p.Shop, p.ID)
		if err == nil {
			out[i], err = s.load(ctx, p.Shop, p.ID, h)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SaveMemos implements creditmemos.Staging.
func (s *Store) SaveMemos(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, os []creditmemos.Outcome) ([]creditmemos.Pending, error) {
	if len(os) == 0 {
		return nil, nil
	}
	var ops []table.Op
	ps := make([]creditmemos.Pending, len(os))
	for i, o := range os {
		p := o.Pending
		h, err := s.head(ctx, p.Shop, p.ID)
		if err != nil {
			return nil, err
		}
		if h.Version != p.Version || h.Link == nil {
			return nil, fmt.Errorf("staging: order %s of %s: %w", p.ID, p.Shop, table.ErrConflict)
		}
		for _, m := range p.Memos { // of what gets none, nothing is said any more
			if m.State == creditmemos.Nothing && m.Tried == creditmemos.InConflict && m.Refund != o.Refund {
				ops = append(ops, issue.Clear(p.Shop, creditmemos.Kind, m.Refund))
			}
		}
		had := h.numbers()
		h.Memos, h.Facts = p.Memos, p.Facts
		ops = append(ops, h.mark(p.Shop, p.ID)...)
		for _, n := range h.numbers() {
			if slices.Contains(had, n) {
				continue
			}
			op, err := documentOp(p.Shop, n, p.ID)
			if err != nil {
				return nil, err
			}
			ops = append(ops, op)
		}
		if o.Late {
			late, err := s.late(ctx, p, &h)
			if err != nil {
				return nil, err
			}
			ops = append(ops, late...)
		}
		op, err := h.op(p.Shop, p.ID)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
		switch {
		case o.Issue != nil:
			i := *o.Issue
			i.Shop = p.Shop
			op, err := s.Issues.Put(ctx, i)
			if err != nil {
				return nil, err
			}
			ops = append(ops, op)
		case o.Refund != "":
			ops = append(ops, issue.Clear(p.Shop, creditmemos.Kind, o.Refund))
		}
		h.Version++
		ps[i] = h.refunds(p.Shop, p.ID)
	}
	return ps, g.Write(ctx, l, ops...)
}

// late judges an order again by what a memo of its has.
func (s *Store) late(ctx context.Context, p creditmemos.Pending, h *head) ([]table.Op, error) {
	c, err := s.load(ctx, p.Shop, p.ID, *h)
	if err != nil {
		return nil, err
	}
	reason, changes := h.Facts.Judge(c, func(orders.Refund) bool { return true })
	if reason == "" {
		return nil, nil
	}
	h.State, h.Changes = orders.Conflict, changes
	i := orders.ConflictIssue(reason, p.ID, h.Name, orders.Words(changes), s.Now())
	i.Shop = p.Shop
	op, err := s.Issues.Put(ctx, i)
	return []table.Op{op}, err
}
