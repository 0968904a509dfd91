package shop

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"backroom/shared/record"
	"backroom/shared/table"
)

// Two codes of one pair of shop and company would import each order twice. The
// item PAIR#<domain>#<environment>/<company id>, CODE says whose the pair is; a
// card and its pair are written in one transaction. Cards that an earlier release
// has stored have no such item until they are connected again.

// ErrChanged means that a card was changed by somebody else since it was read.
var ErrChanged = errors.New("somebody else has changed the card meanwhile; nothing was written: repeat it")

// TakenError is the refusal of a card whose shop and company have another code.
type TakenError struct {
	Code, By string    // the refused code, and the one that has them
	Since    time.Time // when that one was disconnected; zero: it is connected
	Card     Shop      // the refused card
}

// Error says which code has them, and what to do.
func (e *TakenError) Error() string {
	if !e.Since.IsZero() {
		return fmt.Sprintf("code %q: %s was connected to company %s in %s before, by the code %q: connect it again by that code, so that what is known of its orders goes on",
			e.Code, e.Card.Domain, e.Card.Company.ID, e.Card.Company.Environment, e.By)
	}
	return fmt.Sprintf("code %q: %s is connected to company %s in %s already, by the code %q: two codes would import each order twice; name that code to change its card",
		e.Code, e.Card.Domain, e.Card.Company.ID, e.Card.Company.Environment, e.By)
}

// pair is what no two cards may share, "" of a card that is not connected. The
// tenant is left out, see [Company.Key].
func (s Shop) pair() string {
	if s.Domain == "" || s.Company.Key() == "" {
		return ""
	}
	return strings.ToLower(s.Domain) + "#" + s.Company.Key()
}

// owned is the content of a pair's item.
type owned struct {
	Code string `json:"code"`
}

func pairKey(pair string) table.Key { return table.Key{PK: "PAIR#" + pair, SK: "CODE"} }

// Held is a card as it was read, with its version, to be changed by [Store.Connect].
type Held struct {
	Card    Shop
	version int64 // 0: none is stored
}

// Stored reports whether there is a card of that code.
func (h Held) Stored() bool { return h.version > 0 }

// Hold reads the card of a shop for a change. Without one, Held is empty.
func (s *Store) Hold(ctx context.Context, code string) (Held, error) {
	c, version, err := s.read(ctx, code)
	if errors.Is(err, ErrNotFound) {
		return Held{}, nil
	}
	return Held{Card: c, version: version}, err
}

// connectTries bounds how often a write is tried that others are in the way of.
const connectTries = 5

// Connect stores c in place of was. A card that was changed since is ErrChanged,
// one whose shop and company another code has a [TakenError]; then nothing is written.
func (s *Store) Connect(ctx context.Context, was Held, c Shop) error {
	if err := s.Free(ctx, c); err != nil {
		return err
	}
	for range connectTries {
		ops, err := s.connecting(ctx, was, c)
		if err == nil {
			err = s.Table.Write(ctx, ops...)
		}
		if !errors.Is(err, table.ErrConflict) {
			return within(c.Code, err)
		}
		now, err := s.Hold(ctx, c.Code)
		if err == nil && now.version != was.version {
			err = ErrChanged
		}
		if err != nil {
			return within(c.Code, err)
		}
	}
	return within(c.Code, ErrChanged)
}

func within(code string, err error) error {
	if _, taken := errors.AsType[*TakenError](err); taken || err == nil {
		return err
	}
	return fmt.Errorf("shop %s: %w", code, err)
}

// connecting is what is written: the card, its name on the list, and whose the
// pair is from now on and was before.
func (s *Store) connecting(ctx context.Context, was Held, c Shop) ([]table.Op, error) {
	ops := append(c.listed(), record.Put(cardKey(c.Code), schema, c, table.AsRead(was.version)))
	if pair := c.pair(); pair != "" {
		op, err := s.take(ctx, pair, c)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	if old := was.Card.pair(); old != "" && old != c.pair() {
		by, version, err := s.ownerOf(ctx, old)
		if err != nil {
			return nil, err
		}
		if by == c.Code {
			ops = append(ops, table.Delete(pairKey(old), table.VersionIs(version)))
		}
	}
	return ops, nil
}

// take is the write that makes pair the code's of c. One that names a code whose
// card has gone elsewhere is nobody's.
func (s *Store) take(ctx context.Context, pair string, c Shop) (table.Op, error) {
	by, version, err := s.ownerOf(ctx, pair)
	if err != nil {
		return table.Op{}, err
	}
	if by != "" && by != c.Code {
		has, err := s.Get(ctx, by)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return table.Op{}, err
		}
		if err == nil && has.pair() == pair {
			return table.Op{}, &TakenError{Code: c.Code, By: by, Since: has.DisconnectedAt, Card: c}
		}
	}
	return record.Put(pairKey(pair), schema, owned{c.Code}, table.AsRead(version)), nil
}

func (s *Store) ownerOf(ctx context.Context, pair string) (code string, version int64, err error) {
	var o owned
	version, err = record.Get(ctx, s.Table, pairKey(pair), schema, &o)
	return o.Code, version, err
}

// Disconnect stores that the shop of was is disconnected, since at. It keeps its code,
// pair and settings: [Store.Connect] connects it again. One that is disconnected stays
// as it is. Errors: those of Connect.
func (s *Store) Disconnect(ctx context.Context, was Held, at time.Time) (Shop, error) {
	c := was.Card
	if !c.Connected() {
		return c, nil
	}
	c.DisconnectedAt = at.UTC()
	return c, s.Connect(ctx, was, c)
}

// Free refuses a card whose shop and company another code has, by a [TakenError].
// It looks through all cards, for those too that have no item of their pair.
func (s *Store) Free(ctx context.Context, c Shop) error {
	codes, err := s.Shops(ctx)
	if err != nil {
		return err
	}
	for _, code := range codes {
		if code == c.Code {
			continue
		}
		has, err := s.Get(ctx, code)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if has.pair() != "" && has.pair() == c.pair() {
			return &TakenError{Code: c.Code, By: code, Card: c}
		}
	}
	return nil
}
