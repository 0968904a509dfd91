package staging

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"backroom/shared/documents"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/table"
)

func clear(shop, id string) table.Op { return issue.Clear(shop, "order", id) }

func (h head) pending(shop, id string) documents.Pending {
	return documents.Pending{
		Shop: shop, ID: id, Name: h.Name, Version: h.Version, SentAt: h.SentAt, SentThere: h.SentThere, Tried: h.Tried, NotBefore: h.NotBefore, Accepted: h.Accepted, Own: h.Own,
		AcceptedFor: h.AcceptedFor, ReadAt: h.ReadAt, Log: h.Log, Held: h.hold(), Released: h.Released, OnHold: h.OnHold,
	}
}

// Pending implements documents.Staging.
func (s *Store) Pending(ctx context.Context, shop, page string, limit int) (ps []documents.Pending, next string, err error) {
	next, err = s.each(ctx, shop, waiting, page, limit, func(id string, h head) error {
		ps = append(ps, h.pending(shop, id))
		return nil
	})
	return ps, next, err
}

// PendingByID implements documents.Staging.
func (s *Store) PendingByID(ctx context.Context, shop, id string) (documents.Pending, bool, error) {
	h, err := s.head(ctx, shop, id)
	return h.pending(shop, id), h.State.Waits() || h.State == orders.Held, err
}

// Load implements documents.Staging.
func (s *Store) Load(ctx context.Context, ps []documents.Pending) ([]orders.Order, error) {
	out := make([]orders.Order, len(ps))
	for i, p := range ps {
		h, err := s.head(ctx, p.Shop, p.ID)
		if err != nil {
			return nil, err
		}
		if out[i], err = s.load(ctx, p.Shop, p.ID, h); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Save implements documents.Staging.
func (s *Store) Save(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, os []documents.Outcome) ([]documents.Pending, error) {
	if len(os) == 0 {
		return nil, nil
	}
	var ops, entries []table.Op
	ps := make([]documents.Pending, len(os))
	for i, o := range os {
		p := o.Pending
		h, err := s.head(ctx, p.Shop, p.ID)
		if err != nil {
			return nil, err
		}
		if h.Version != p.Version {
			return nil, fmt.Errorf("staging: order %s of %s: %w", p.ID, p.Shop, table.ErrConflict)
		}
		h.Log = p.Log
		more, err := s.outcome(ctx, p.Shop, p.ID, &h, o)
		if err != nil {
			return nil, err
		}
		op, err := h.op(p.Shop, p.ID)
		if err != nil {
			return nil, err
		}
		ops = append(append(ops, op), more...)
		if o.Link != nil {
			if op, err = documentOp(p.Shop, o.Link.Number, p.ID); err != nil {
				return nil, err
			}
			entries = append(entries, op)
			if o.Archive {
				if op, err = archiveOp(p.Shop, p.ID, s.Now()); err != nil {
					return nil, err
				}
				entries = append(entries, op)
			}
		}
		h.Version++
		ps[i] = h.pending(p.Shop, p.ID)
	}
	if len(entries)+len(ops) > table.MaxTransactionOps-1 { // an entry alone does no harm
		if err := g.Write(ctx, l, entries...); err != nil {
			return nil, err
		}
		entries = nil
	}
	return ps, g.Write(ctx, l, append(entries, ops...)...)
}

var withoutDocument = []issue.Reason{documents.TestOrder, documents.Cancelled, documents.Unconfirmed, documents.NothingLeft, documents.OrderGone}

// outcome changes the head to what became of the order.
func (s *Store) outcome(ctx context.Context, shop, id string, h *head, o documents.Outcome) ([]table.Op, error) {
	if h.State == orders.Held {
		h.Reason = ""
	}
	switch {
	case o.Amended:
		return h.unlink(shop, id)
	case o.Issue != nil && h.State == orders.Conflict:
		return s.notAmended(ctx, shop, id, h, *o.Issue)
	case o.Held != nil:
		h.State, h.Reason, h.HoldUntil, h.Tried, h.NotBefore, h.Differs = orders.Held, o.Held.Why, o.Held.Until, "", time.Time{}, nil
		return []table.Op{clear(shop, id)}, nil
	case !o.SentAt.IsZero():
		h.State, h.SentAt, h.SentThere, h.Facts, h.Whole = orders.Creating, o.SentAt, o.SentThere, orders.Facts{}, o.Whole
		return nil, nil
	case o.Withdrawn:
		h.State, h.SentAt, h.SentThere, h.Facts = orders.Ready, time.Time{}, time.Time{}, orders.Facts{}
		return nil, nil
	case o.Link != nil:
		c, err := s.load(ctx, shop, id, *h)
		if err != nil {
			return nil, err
		}
		h.Whole = o.Whole
		if h.Facts.IsZero() {
			h.Facts = orders.FactsOf(h.made(c))
		}
		h.State, h.Reason, h.Link, h.Processed = orders.Processed, "", o.Link, s.Now()
		h.SentAt, h.SentThere, h.Tried, h.NotBefore, h.Differs, h.Own = time.Time{}, time.Time{}, "", time.Time{}, nil, ""
		reason, changes := h.Facts.Judge(c, func(r orders.Refund) bool { return o.Books || h.hasMemo(r) })
		if reason == "" {
			return []table.Op{clear(shop, id)}, nil
		}
		// It changed after its create was sent, and before that was known to have taken effect.
		h.State, h.Changes = orders.Conflict, changes
		i := orders.ConflictIssue(reason, id, h.Name, orders.Words(changes), s.Now())
		i.Shop = shop
		op, err := s.Issues.Put(ctx, i)
		return []table.Op{op}, err
	case o.Issue == nil:
		return nil, errors.New("staging: an outcome without content")
	case slices.Contains(withoutDocument, o.Issue.Reason) && !o.Unknown:
		h.State, h.Reason, h.SentAt, h.SentThere, h.Facts = orders.Skipped, o.Issue.Text, time.Time{}, time.Time{}, orders.Facts{}
		return []table.Op{clear(shop, id)}, nil
	}
	h.State, h.Tried, h.NotBefore, h.Differs, h.Meant, h.Own = orders.Attention, o.Tried, o.NotBefore, o.Differs, o.Meant, o.Own
	if o.Unknown {
		if !h.SentAt.IsZero() {
			h.State = orders.Creating
			if !o.SentThere.IsZero() {
				h.SentThere = o.SentThere
			}
		}
	} else {
		h.SentAt, h.SentThere, h.Facts = time.Time{}, time.Time{}, orders.Facts{}
	}
	i := *o.Issue
	i.Shop = shop
	op, err := s.Issues.Put(ctx, i)
	return []table.Op{op}, err
}

// Unwritten implements documents.Staging.
func (s *Store) Unwritten(ctx context.Context, shop string, limit int) ([]documents.Written, error) {
	var ws []documents.Written
	for page := ""; ; {
		next, err := s.each(ctx, shop, unwritten, page, limit, func(id string, h head) error {
			if documents.WriteAgain(h.WriteAfter, s.Now()) {
				ws = append(ws, documents.Written{Shop: shop, ID: id, Name: h.Name, Number: h.Link.Number})
			}
			return nil
		})
		if page = next; err != nil || page == "" || len(ws) > 0 {
			return ws, err
		}
	}
}

// SaveWritten implements documents.Staging.
func (s *Store) SaveWritten(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, ws []documents.Written) error {
	for part := range slices.Chunk(ws, (table.MaxTransactionOps-1)/2) {
		var ops []table.Op
		for _, w := range part {
			more, err := s.written(ctx, w)
			if err != nil {
				return err
			}
			ops = append(ops, more...)
		}
		if err := g.Write(ctx, l, ops...); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) written(ctx context.Context, w documents.Written) ([]table.Op, error) {
	h, err := s.head(ctx, w.Shop, w.ID)
	if err != nil {
		return nil, err
	}
	var ops []table.Op
	// The document may have been unlinked meanwhile: the next one's number is still to come.
	ours := h.Link != nil && h.Link.Number == w.Number
	switch {
	case w.Issue != nil && ours && h.State == orders.Processed && !h.Missed:
		op, err := s.Issues.Put(ctx, *w.Issue)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
		h.Refused, h.WriteAfter = true, w.NotBefore
	case w.Issue != nil: // another issue is the one to see
		h.WriteAfter = w.NotBefore
	default:
		if h.Refused && h.State == orders.Processed && !h.Missed {
			ops = append(ops, clear(w.Shop, w.ID))
		}
		h.Written, h.Refused, h.WriteAfter = h.Written || ours, false, time.Time{}
		// Only if nobody else has changed the order before our write is what it
		// is now what we know: then the change is our own echo. What somebody
		// changed in the second of our write has the same time, so that the
		// order is looked at once more.
		if !w.Before.After(h.UpdatedAt) && !w.UpdatedAt.Before(h.UpdatedAt) {
			h.UpdatedAt, h.Young = w.UpdatedAt, true
		}
	}
	op, err := h.op(w.Shop, w.ID)
	return append(ops, op), err
}
