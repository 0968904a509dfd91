package customers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/record"
	"backroom/shared/table"
)

// schema of stored links: 1, since the first release.
const schema = 1

// Link is the stored tie between a Shopify customer and a BC customer, or the
// intent to create one (SentAt is set until the outcome is known).
type Link struct {
	Shop    string    `json:"-"`
	ID      string    `json:"-"` // Shopify customer id
	Version int64     `json:"-"` // 0: not stored
	Number  string    `json:"number,omitempty"`
	SentAt  time.Time `json:"sentAt,omitzero"`
}

func (l Link) linked(number string) Link {
	l.Number, l.SentAt = number, time.Time{}
	return l
}

// stored is l after it was put.
func (l Link) stored() Link {
	l.Version++
	return l
}

// forgotten takes an intent back whose create certainly had no effect.
func (l Link) forgotten() Link {
	l.Number, l.SentAt = "", time.Time{}
	return l
}

// Links stores links. Safe for concurrent use.
type Links struct{ Table table.Table }

func linkKey(shop, id string) table.Key {
	return table.Key{PK: "SHOP#" + shop + "#CUST", SK: id}
}

// Get reads the link of a Shopify customer; one that is not stored has Version 0.
func (s *Links) Get(ctx context.Context, shop, id string) (Link, error) {
	l := Link{Shop: shop, ID: id}
	it, err := s.Table.Get(ctx, linkKey(shop, id))
	if errors.Is(err, table.ErrNotFound) {
		return l, nil
	}
	if err != nil {
		return l, fmt.Errorf("customers.Links.Get(%s): %w", id, err)
	}
	l.Version = it.Version
	if err := record.Decode(it.Data, schema, &l); err != nil {
		return l, fmt.Errorf("customers.Links.Get(%s): %w", id, err)
	}
	return l, nil
}

// Put stores links under the lease, each only if it is as it was read; at most
// 99. Nothing is written on an error, unless it is table.ErrUnknown.
func (s *Links) Put(ctx context.Context, g jobqueue.Guard, lease jobqueue.Lease, links ...Link) error {
	if len(links) == 0 {
		return nil
	}
	ops := make([]table.Op, len(links))
	for i, l := range links {
		data, err := record.Encode(schema, l)
		if err != nil {
			return err
		}
		cond := table.Absent
		if l.Version > 0 {
			cond = table.VersionIs(l.Version)
		}
		ops[i] = table.Put(table.Item{Key: linkKey(l.Shop, l.ID), Data: data}, cond)
	}
	if err := g.Write(ctx, lease, ops...); err != nil {
		return fmt.Errorf("customers.Links.Put: %w", err)
	}
	return nil
}
