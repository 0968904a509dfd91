package link

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"backroom/shared/clock"
	"backroom/shared/jobqueue"
	"backroom/shared/outbound"
	"backroom/shared/record"
	"backroom/shared/table"
)

// Store keeps links. Safe for concurrent use.
type Store struct{ Table table.Table }

// perWrite is how many links one transaction stores: each has up to two claims
// beside it.
const perWrite = (table.MaxTransactionOps - 1) / 3

func partition(shop string, kind Kind) string {
	if kind == Customer {
		return "SHOP#" + shop + "#CUST"
	}
	return "SHOP#" + shop + "#LINK#" + string(kind)
}

func (l Link) key() table.Key { return table.Key{PK: partition(l.Shop, l.Kind), SK: l.ID} }

// Get reads the link that l names by Shop, Kind and ID; one that is not stored
// is l with Version 0. Its Company is l's: it is not stored. Errors: those of the
// table.
func (s *Store) Get(ctx context.Context, l Link) (Link, error) {
	l = Link{Shop: l.Shop, Company: l.Company, Kind: l.Kind, ID: l.ID}
	it, err := s.Table.Get(ctx, l.key())
	if errors.Is(err, table.ErrNotFound) {
		return l, nil
	}
	if err == nil {
		err = decode(it, &l)
	}
	if err != nil {
		return l, fmt.Errorf("link.Get(%s %s): %w", l.Kind, l.ID, err)
	}
	return l, nil
}

func decode(it table.Item, l *Link) error {
	if err := record.Decode(it.Data, schema, l); err != nil {
		return err
	}
	l.Version, l.was = it.Version, l.Number
	return nil
}

// List reads links of a kind in the order of their Shopify ids as text, at most
// limit (0: as many as one page of the table has); next is the page that follows, ""
// after the last. Their Company is not filled in: it is the shop card's. Errors: those of
// the table; table.ErrInvalid for a page of something else.
func (s *Store) List(ctx context.Context, shop string, kind Kind, page string, limit int) (links []Link, next string, err error) {
	p, err := s.Table.Query(ctx, table.Query{PK: partition(shop, kind), Page: page, Limit: limit})
	if err != nil {
		return nil, "", fmt.Errorf("links of %s: %w", shop, err)
	}
	for _, it := range p.Items {
		l := Link{Shop: shop, Kind: kind, ID: it.SK}
		if err := decode(it, &l); err != nil {
			return nil, "", fmt.Errorf("link %s of %s: %w", it.SK, shop, err)
		}
		links = append(links, l)
	}
	return links, p.Next, nil
}

// Put stores links under the lease, each only if it is as it was read. It
// writes some at a time: after an error those before are stored, and of the rest
// nothing is, unless the error is table.ErrUnknown.
func (s *Store) Put(ctx context.Context, g jobqueue.Guard, lease jobqueue.Lease, links ...Link) error {
	for chunk := range slices.Chunk(links, perWrite) {
		ops, err := s.ops(ctx, chunk...)
		if err == nil {
			err = g.Write(ctx, lease, ops...)
		}
		if err != nil {
			return fmt.Errorf("link.Put: %w", err)
		}
	}
	return nil
}

// ops are the writes of links and of what they claim.
func (s *Store) ops(ctx context.Context, links ...Link) ([]table.Op, error) {
	c := claims{store: s, held: map[table.Key]Held{}, dirty: map[table.Key]bool{}}
	var out []table.Op
	for _, l := range links {
		if err := c.move(ctx, l); err != nil {
			return nil, err
		}
		out = append(out, record.Put(l.key(), schema, &l, table.AsRead(l.Version)))
	}
	return append(out, c.ops()...), nil
}

// UnderWayError refuses a person's word about a link while the create of a record
// may still take effect that was sent for it: the record would be nobody's, and the
// next run would make another. Nothing was written.
type UnderWayError struct {
	Link  Link
	Until time.Time // by this host's clock, then it may be said again
}

// Error is the refusal in a sentence.
func (e *UnderWayError) Error() string {
	return fmt.Sprintf("%s %s is just being made in Business Central for %s, and may appear there until %s: repeat it then",
		e.Link.Kind, e.Link.Number, e.Link.ID, e.Until.UTC().Format("15:04 MST"))
}

// Set is a person's word that the Shopify object of l belongs to the BC record
// of number (and recordID, if that is known). It needs no lease: a task that was
// at the same link meanwhile conflicts and reads it again. Errors: [UnderWayError];
// table.ErrConflict when the link was changed meanwhile, and nothing was written.
func (s *Store) Set(ctx context.Context, l Link, number, recordID, by string, now time.Time) (Link, error) {
	if number == "" {
		return l, fmt.Errorf("link of %s %s: a link leads to a number", l.Kind, l.ID)
	}
	return s.byHand(ctx, l, by, now, func(l Link) Link {
		l = l.To(number, ByHand, now)
		l.RecordID = recordID
		return l
	})
}

// Remove is a person's word that the Shopify object of l belongs to nothing
// (yet): the next run looks for it anew. What was there stays in the trail. Errors
// are those of Set.
func (s *Store) Remove(ctx context.Context, l Link, by string, now time.Time) (Link, error) {
	return s.byHand(ctx, l, by, now, func(l Link) Link {
		l = l.To("", Undone, now)
		l.Mark = ""
		return l
	})
}

func (s *Store) byHand(ctx context.Context, l Link, by string, now time.Time, change func(Link) Link) (Link, error) {
	l, err := s.Get(ctx, l)
	if err != nil {
		return l, err
	}
	if until := l.SentAt.Add(outbound.Settle); !l.SentAt.IsZero() && !clock.Due(until, now, outbound.Settle) {
		return l, &UnderWayError{Link: l, Until: until}
	}
	l = change(l)
	l.By, l.At = by, now
	ops, err := s.ops(ctx, l)
	if err == nil {
		err = s.Table.Write(ctx, ops...)
	}
	if err != nil {
		return l, fmt.Errorf("link of %s %s: %w", l.Kind, l.ID, err)
	}
	return l.Stored(), nil
}
