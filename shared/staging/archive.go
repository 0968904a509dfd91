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
	"backroom/shared/outbound"
	"backroom/shared/record"
	"backroom/shared/table"
)

// An order that is to be archived in Shopify has a mark; its head says whether it is:
//
//	SHOP#<shop>#ARCHIVE <id>   index 2: by the time at which it is looked at
func archiveKey(shop, id string) table.Key { return table.Key{PK: "SHOP#" + shop + "#ARCHIVE", SK: id} }

// archiving is what is stored of an order's way into the archive.
type archiving struct {
	SentAt    time.Time    `json:"sentAt,omitzero"` // of the request whose outcome is not known
	SentThere time.Time    `json:"sentThere,omitzero"`
	Before    time.Time    `json:"before,omitzero"`   // the order's update time when it was sent
	Done      bool         `json:"done,omitempty"`    // never again
	Refused   bool         `json:"refused,omitempty"` // the order's issue says so
	Log       outbound.Log `json:"log,omitempty"`
}

// archiveOp marks an order as one to look at for the archive at a time.
func archiveOp(shop, id string, at time.Time) (table.Op, error) {
	data, err := record.Encode(schema, struct{}{})
	mark := table.Item{Key: archiveKey(shop, id), Index2: table.IndexKey{PK: listKey(shop, archivings), SK: sortable(at) + "#" + id}, Data: data}
	return table.Put(mark, table.Always), err
}

// fit reports whether an order has its document and needs nobody.
func (h head) fit() bool {
	return h.State == orders.Processed && h.Link != nil && !h.Missed && !h.Refused && !h.Unsettled && !h.refundWaits() && h.Parts.Count > 0
}

// Archivings implements documents.Archives.
func (s *Store) Archivings(ctx context.Context, shop string, limit int) (as []documents.Archiving, err error) {
	now := sortable(s.Now())
	p, err := s.Table.Index(ctx, table.IndexQuery{N: 2, PK: listKey(shop, archivings), Limit: limit})
	if err != nil {
		return nil, fmt.Errorf("staging: orders of %s to archive: %w", shop, err)
	}
	for _, it := range p.Items {
		if at, _, _ := strings.Cut(it.Index2.SK, "#"); at > now {
			break
		}
		// The index may trail: what was looked at a moment ago is not looked at again.
		switch mark, err := s.Table.Get(ctx, it.Key); {
		case errors.Is(err, table.ErrNotFound) || err == nil && mark.Index2.SK > it.Index2.SK:
			continue
		case err != nil:
			return nil, fmt.Errorf("staging: order %s of %s: %w", it.SK, shop, err)
		}
		h, err := s.head(ctx, shop, it.SK)
		if err != nil {
			return nil, err
		}
		a := h.archiving(shop, it.SK)
		if h.Link != nil && h.Parts.Count > 0 {
			if a.Order, err = s.load(ctx, shop, it.SK, h); err != nil {
				return nil, err
			}
			a.Link = *h.Link
			a.Fit = h.fit() && a.Order.Finished()
			a.Waits = !h.fit() && a.Order.Finished()
			a.Refund = h.refundWaits()
		}
		as = append(as, a)
	}
	return as, nil
}

func (h head) archiving(shop, id string) documents.Archiving {
	a := documents.Archiving{Shop: shop, ID: id, Name: h.Name, Version: h.Version}
	if r := h.Archiving; r != nil {
		a.Done, a.SentAt, a.SentThere, a.Before, a.Log = r.Done, r.SentAt, r.SentThere, r.Before, r.Log
	}
	return a
}

// SaveArchiving implements documents.Archives.
func (s *Store) SaveArchiving(ctx context.Context, g jobqueue.Guard, l jobqueue.Lease, as []documents.Archiving) ([]documents.Archiving, error) {
	var out []documents.Archiving
	for _, a := range as {
		ops, h, err := s.archived(ctx, a)
		if err == nil {
			err = g.Write(ctx, l, ops...)
		}
		switch {
		case errors.Is(err, table.ErrConflict):
			continue
		case err != nil:
			return nil, err
		}
		a.Version = h.Version + 1
		out = append(out, a)
	}
	return out, nil
}

// archived is what storing one takes, and the head before it.
func (s *Store) archived(ctx context.Context, a documents.Archiving) ([]table.Op, head, error) {
	h, err := s.head(ctx, a.Shop, a.ID)
	if err != nil {
		return nil, h, err
	}
	if h.Version != a.Version {
		return nil, h, table.ErrConflict
	}
	was := archiving{}
	if h.Archiving != nil {
		was = *h.Archiving
	}
	h.Archiving = &archiving{SentAt: a.SentAt, SentThere: a.SentThere, Before: a.Before, Done: a.Done, Log: a.Log, Refused: was.Refused && !a.Done}
	var ops []table.Op
	switch {
	case a.Issue != nil && h.fit(): // another issue is the one to see
		op, err := s.Issues.Put(ctx, *a.Issue)
		if err != nil {
			return nil, h, err
		}
		ops, h.Archiving.Refused = append(ops, op), true
	case a.Done && was.Refused && h.fit():
		ops = append(ops, clear(a.Shop, a.ID))
	}
	if !a.UpdatedAt.IsZero() && !a.Before.After(h.UpdatedAt) && !a.UpdatedAt.Before(h.UpdatedAt) {
		h.UpdatedAt, h.Young = a.UpdatedAt, true // our own echo
	}
	mark := table.Delete(archiveKey(a.Shop, a.ID), table.Always)
	if !a.Next.IsZero() && !a.Done {
		if mark, err = archiveOp(a.Shop, a.ID, a.Next); err != nil {
			return nil, h, err
		}
	}
	op, err := h.op(a.Shop, a.ID)
	return append(ops, mark, op), h, err
}

// archived reports whether nothing more is to be done about it.
func (h head) archived() bool { return h.Archiving != nil && h.Archiving.Done }

// ArchivesWait implements orders.Stage.
func (s *Store) ArchivesWait(ctx context.Context, shop string) (bool, error) {
	p, err := s.Table.Index(ctx, table.IndexQuery{N: 2, PK: listKey(shop, archivings), Limit: 1})
	if err != nil || len(p.Items) == 0 {
		return false, err
	}
	at, _, _ := strings.Cut(p.Items[0].Index2.SK, "#")
	return at <= sortable(s.Now()), nil
}
