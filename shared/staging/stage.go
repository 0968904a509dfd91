package staging

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/record"
	"backroom/shared/table"
)

// Known implements orders.Stage.
func (s *Store) Known(ctx context.Context, shop string, ids []string) ([]orders.Known, error) {
	out := make([]orders.Known, len(ids))
	for i, id := range ids {
		h, err := s.head(ctx, shop, id)
		if err != nil {
			return nil, err
		}
		out[i] = h.known(id)
		if h.Link != nil && h.Facts.Print == nil && h.Parts.Count > 0 {
			o, err := s.load(ctx, shop, id, h)
			if err != nil {
				return nil, err
			}
			out[i].Facts = h.Facts.Completed(o)
		}
	}
	return out, nil
}

func (h head) known(id string) orders.Known {
	return orders.Known{
		ID: id, Version: h.Version, Name: h.Name, State: h.State, Reason: h.Reason, UpdatedAt: h.UpdatedAt, Hash: h.Hash, Facts: h.Facts,
		Pinned: !h.SentAt.IsZero(), Young: h.Young, Missed: h.Missed, Misses: h.Misses, RetryAt: h.RetryAt, Named: h.Named, Closed: h.Closed, Refunds: h.booked(), Returning: h.Returning || h.Unsettled,
	}
}

// Put implements orders.Stage.
func (s *Store) Put(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, shop string, os []orders.Staged, upTo time.Time) error {
	var ops []table.Op
	bytes := 0
	flush := func() error {
		if len(ops) == 0 {
			return nil
		}
		err := g.Write(ctx, l, ops...)
		ops, bytes = nil, 0
		return err
	}
	add := func(more ...table.Op) error {
		n := 0
		for _, op := range more {
			n += size(op)
		}
		// One operation of a transaction is the guard's.
		if len(ops)+len(more) > table.MaxTransactionOps-1 || bytes+n > table.MaxTransactionBytes-table.MaxItemBytes/4 {
			if err := flush(); err != nil {
				return err
			}
		}
		ops, bytes = append(ops, more...), bytes+n
		return nil
	}
	for _, o := range os {
		more, err := s.stage(ctx, shop, o)
		if err == nil {
			err = add(more...)
		}
		if err != nil {
			return fmt.Errorf("staging: order %s of %s: %w", o.Known.ID, shop, err)
		}
	}
	if !upTo.IsZero() {
		c, version, err := s.cursor(ctx, shop)
		if err != nil {
			return err
		}
		if c.Reach(upTo) {
			op, err := cursorOp(shop, c, version)
			if err == nil {
				err = add(op)
			}
			if err != nil {
				return err
			}
		}
	}
	return flush()
}

// stage is what storing one order takes; at most record.MaxParts + 6 operations
// and the parts of the copy that it replaces.
func (s *Store) stage(ctx context.Context, shop string, o orders.Staged) ([]table.Op, error) {
	id := o.Known.ID
	var h head
	if o.Known.Version > 0 {
		var err error
		if h, err = s.head(ctx, shop, id); err != nil {
			return nil, err
		}
		if h.Version != o.Known.Version {
			return nil, table.ErrConflict
		}
	}
	was := h
	h.seen(o)
	ops, err := s.marks(shop, id, was, o)
	if err != nil {
		return nil, err
	}
	if o.Order = h.stays(o.Order); o.Order != nil {
		parts, err := s.copied(ctx, shop, id, was, &h, o.Order)
		if errors.Is(err, table.ErrTooLarge) {
			return s.stage(ctx, shop, orders.SetAside(o.Known, err, s.Now()))
		}
		if err != nil {
			return nil, err
		}
		h.addMemos(*o.Order)
		ops = append(append(ops, parts...), h.mark(shop, id)...)
	}
	op, err := h.op(shop, id)
	if err != nil {
		return nil, err
	}
	ops = append(ops, op)
	if o.Issue != nil {
		i := *o.Issue
		i.Shop = shop
		op, err := s.Issues.Put(ctx, i)
		if err != nil {
			return nil, err
		}
		return append(ops, op), nil
	}
	if o.Clear {
		ops = append(ops, clear(shop, id))
	}
	return ops, nil
}

// marks are the operations by which an order is found by what is to be done about it.
func (s *Store) marks(shop, id string, was head, o orders.Staged) (ops []table.Op, err error) {
	add := func(op table.Op, failed error) {
		ops, err = append(ops, op), errors.Join(err, failed)
	}
	if o.Missed || was.Missed {
		add(noteMissed(shop, id, o.Missed))
	}
	if o.Amend {
		add(amendOp(shop, id))
	}
	if o.Archive && !was.archived() {
		add(archiveOp(shop, id, s.Now()))
	}
	return ops, err
}

// seen brings into h what an import says of an order, apart from its copy.
func (h *head) seen(o orders.Staged) {
	was := h.State
	h.State, h.Reason, h.Hash, h.UpdatedAt = o.State, o.Reason, o.Hash, o.UpdatedAt
	h.Young, h.Missed, h.Misses, h.RetryAt, h.Named = o.Young, o.Missed, o.Misses, o.RetryAt, o.Named
	if !o.ReadAt.IsZero() {
		h.ReadAt = o.ReadAt
	}
	switch {
	case h.State != orders.Conflict:
		h.settled()
	case o.Issue != nil: // another change: what was decided was about the one before
		h.Changes, h.Amend, h.Asked = o.Changes, o.Amend, false
	}
	if (h.Link != nil || h.Closed != nil) && !o.Facts.IsZero() {
		h.Facts = o.Facts
	}
	if h.Name == "" {
		h.Name = o.Known.Name
		if ns := numbers(h.Name); o.Order == nil && len(ns) > 0 && !strings.Contains(h.Name, o.Known.ID) {
			h.Number = ns[0] // so that a person finds it by the name
		}
	}
	if h.State == orders.Ready && (was == orders.Filtered || was == orders.Unread) {
		// The issue of an earlier try is gone, so that the try may be repeated.
		h.Tried, h.NotBefore = "", time.Time{}
	}
}

// noteMissed notes an order as one that is missed, or takes the note back.
func noteMissed(shop, id string, is bool) (table.Op, error) {
	if is {
		return missOp(shop, id)
	}
	return table.Delete(missKey(shop, id), table.Always), nil
}

// copied brings the new copy c into h, and gives the writes of its parts. What was
// decided about the order ends if c differs in anything that it was about. A copy
// that is too large to be stored is table.ErrTooLarge.
func (s *Store) copied(ctx context.Context, shop, id string, was head, h *head, c *orders.Order) ([]table.Op, error) {
	if !was.SentAt.IsZero() && was.Facts.IsZero() {
		// If the create took effect, the document is one of the old copy.
		old, err := s.load(ctx, shop, id, was)
		if err != nil {
			return nil, err
		}
		h.Facts = orders.FactsOf(h.made(old))
	}
	same, err := s.sameDecision(ctx, shop, id, was, *c)
	if err != nil {
		return nil, err
	}
	if !same {
		h.Differs, h.Accepted, h.AcceptedFor, h.Released, h.Tried, h.NotBefore = nil, nil, "", false, "", time.Time{}
	}
	h.Name, h.Number, h.CreatedAt, h.Total = c.Name, c.Number, c.CreatedAt, c.CurrentTotal.Shop
	data, err := record.Encode(schema, c)
	if err != nil {
		return nil, err
	}
	var parts []table.Item
	if parts, h.Parts, err = record.Split(headKey(shop, id), data); err != nil {
		return nil, err
	}
	var ops []table.Op
	for _, p := range parts {
		ops = append(ops, table.Put(p, table.Always))
	}
	for i := h.Parts.Count + 1; i <= was.Parts.Count; i++ {
		ops = append(ops, table.Delete(record.PartKey(headKey(shop, id), i), table.Always))
	}
	return ops, nil
}

// missOp marks an order as one to be read by the next import.
func missOp(shop, id string) (table.Op, error) {
	data, err := record.Encode(schema, struct{}{})
	mark := table.Item{Key: missKey(shop, id), Index2: table.IndexKey{PK: listKey(shop, missed), SK: id}, Data: data}
	return table.Put(mark, table.Always), err
}

func (s *Store) cursor(ctx context.Context, shop string) (c orders.Cursor, version int64, err error) {
	if version, err = record.Get(ctx, s.Table, cursorKey(shop), schema, &c); err != nil {
		return c, 0, fmt.Errorf("staging: cursor of %s: %w", shop, err)
	}
	return c, version, nil
}

func cursorOp(shop string, c orders.Cursor, version int64) (table.Op, error) {
	data, err := record.Encode(schema, c)
	cond := table.Absent
	if version > 0 {
		cond = table.VersionIs(version)
	}
	return table.Put(table.Item{Key: cursorKey(shop), Data: data}, cond), err
}

// Cursor implements orders.Stage.
func (s *Store) Cursor(ctx context.Context, shop string) (orders.Cursor, error) {
	c, _, err := s.cursor(ctx, shop)
	return c, err
}

// Mark implements orders.Stage.
func (s *Store) Mark(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, shop string, change func(*orders.Cursor)) error {
	c, version, err := s.cursor(ctx, shop)
	if err != nil {
		return err
	}
	change(&c)
	op, err := cursorOp(shop, c, version)
	if err != nil {
		return err
	}
	return g.Write(ctx, l, op)
}

// Kept implements orders.Stage.
func (s *Store) Kept(ctx context.Context, shop string, ids []string) (map[string]orders.Order, error) {
	out := map[string]orders.Order{}
	for _, id := range ids {
		h, err := s.head(ctx, shop, id)
		if err != nil {
			return nil, err
		}
		if h.Version == 0 || h.Parts.Count == 0 {
			continue
		}
		if out[id], err = s.load(ctx, shop, id, h); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Filtered implements orders.Stage.
func (s *Store) Filtered(ctx context.Context, shop, page string, limit int) (ks []orders.Known, os []orders.Order, next string, err error) {
	next, err = s.each(ctx, shop, filtered, page, limit, func(id string, h head) error {
		o, err := s.load(ctx, shop, id, h)
		ks, os = append(ks, h.known(id)), append(os, o)
		return err
	})
	return ks, os, next, err
}

// Unread implements orders.Stage.
func (s *Store) Unread(ctx context.Context, shop string) ([]string, error) {
	var ids []string
	for it, err := range table.AllOfIndex(ctx, s.Table, table.IndexQuery{N: 2, PK: listKey(shop, missed)}) {
		if err != nil {
			return nil, fmt.Errorf("staging: unread orders of %s: %w", shop, err)
		}
		h, err := s.head(ctx, shop, it.SK)
		if err != nil {
			return nil, err
		}
		if h.Missed && orders.ReadAgain(h.RetryAt, s.Now()) {
			ids = append(ids, it.SK)
		}
	}
	return ids, nil
}

// Waiting implements orders.Stage.
func (s *Store) Waiting(ctx context.Context, shop string, numbers bool) (bool, error) {
	if some, err := s.some(ctx, shop, waiting); err != nil || some || !numbers {
		return some, err
	}
	return s.some(ctx, shop, unwritten)
}

// some reports whether a list has an order that something can be done about now.
func (s *Store) some(ctx context.Context, shop, list string) (bool, error) {
	found := false
	for page := ""; ; {
		next, err := s.each(ctx, shop, list, page, 10, func(_ string, h head) error {
			found = found || list != unwritten || documents.WriteAgain(h.WriteAfter, s.Now())
			return nil
		})
		if page = next; err != nil || found || page == "" {
			return found, err
		}
	}
}

// sameDecision reports whether what was found or decided about an order is about
// its new copy too.
func (s *Store) sameDecision(ctx context.Context, shop, id string, was head, now orders.Order) (bool, error) {
	if !was.Total.Value.Equal(now.CurrentTotal.Shop.Value) {
		return false, nil
	}
	if was.Differs == nil && was.Accepted == nil && !was.Released || was.Parts.Count == 0 {
		return true, nil
	}
	then, err := s.load(ctx, shop, id, was)
	return err == nil && orders.SameDecision(then, now), err
}
