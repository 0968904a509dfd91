package shop

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"backroom/shared/record"
	"backroom/shared/table"
)

// schema of stored shop cards: 1, since the first release.
const schema = 1

// ErrNotFound means that no shop of that code is connected.
var ErrNotFound = errors.New("no such shop is connected")

// Store keeps shop cards. Safe for concurrent use. Errors of its methods, beside those
// that they name, are those of the table.
type Store struct{ Table table.Table }

func cardKey(code string) table.Key { return table.Key{PK: "SHOP#" + code, SK: "CARD"} }

// Zone is the time zone of a shop's card, "" (UTC) if it has none.
func (s *Store) Zone(ctx context.Context, code string) (string, error) {
	c, err := s.Get(ctx, code)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return c.TimeZone, err
}

// Get reads the card of a shop, or ErrNotFound.
func (s *Store) Get(ctx context.Context, code string) (Shop, error) {
	c, _, err := s.read(ctx, code)
	return c, err
}

func (s *Store) read(ctx context.Context, code string) (c Shop, version int64, err error) {
	version, err = record.Get(ctx, s.Table, cardKey(code), schema, &c)
	if err == nil && version == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return c, 0, fmt.Errorf("shop %s: %w", code, err)
	}
	return c, version, nil
}

// listPK is where the codes of all shops are, apart from the cards: who walks
// the shops reads a page of names and not all settings. Those that were disconnected
// are at pastPK.
const (
	listPK = "SHOPS"
	pastPK = "SHOPS#DISCONNECTED"
)

// listed are the writes that put c on its list. An index tells the connected shops of
// a domain, see [Store.OfDomain]; what an earlier release has listed has none.
func (s Shop) listed() []table.Op {
	it := table.Item{Key: table.Key{PK: listPK, SK: s.Code}}
	if s.Domain != "" {
		it.Index1 = table.IndexKey{PK: domainIndex(s.Domain), SK: s.Code}
	}
	past := table.Key{PK: pastPK, SK: s.Code}
	if s.Connected() {
		return []table.Op{table.Put(it, table.Always), table.Delete(past, table.Always)}
	}
	return []table.Op{table.Put(table.Item{Key: past}, table.Always), table.Delete(it.Key, table.Always)}
}

func domainIndex(domain string) string { return "DOMAIN#" + strings.ToLower(domain) }

// OfDomain lists the codes of the shops that a Shopify shop is connected as, in
// order. It may trail by moments, and leaves out shops that an earlier release has listed
// until a sweep has listed them again, see [Mending].
func (s *Store) OfDomain(ctx context.Context, domain string) ([]string, error) {
	var codes []string
	for it, err := range table.AllOfIndex(ctx, s.Table, table.IndexQuery{N: 1, PK: domainIndex(domain)}) {
		if err != nil {
			return nil, fmt.Errorf("shops of %s: %w", domain, err)
		}
		codes = append(codes, it.SK)
	}
	return codes, nil
}

// Put stores the card of a shop, whatever it was before and whoever else has its
// pair: for a table that holds one shop. See [Store.Connect] for others.
func (s *Store) Put(ctx context.Context, c Shop) error {
	if err := s.Table.Write(ctx, append(c.listed(), record.Put(cardKey(c.Code), schema, c, table.Always))...); err != nil {
		return fmt.Errorf("shop %s: %w", c.Code, err)
	}
	return nil
}

// Shops lists the codes of all connected shops in order.
func (s *Store) Shops(ctx context.Context) ([]string, error) { return s.codes(ctx, listPK) }

// Disconnected lists the codes of the shops that were disconnected, in order.
func (s *Store) Disconnected(ctx context.Context) ([]string, error) { return s.codes(ctx, pastPK) }

func (s *Store) codes(ctx context.Context, list string) ([]string, error) {
	its, err := s.items(ctx, list)
	var codes []string
	for _, it := range its {
		codes = append(codes, it.SK)
	}
	return codes, err
}

func (s *Store) items(ctx context.Context, list string) (its []table.Item, err error) {
	for it, err := range table.All(ctx, s.Table, table.Query{PK: list}) {
		if err != nil {
			return nil, fmt.Errorf("list of shops: %w", err)
		}
		its = append(its, it)
	}
	return its, nil
}

// Mending is the store of a sweep: it lists the connected shops as the store does, and
// gives those that an earlier release has listed the index of their domain.
type Mending struct{ *Store }

// Shops lists the codes of all connected shops in order. Errors: those of the table.
func (m Mending) Shops(ctx context.Context) ([]string, error) {
	its, err := m.items(ctx, listPK)
	var codes []string
	for _, it := range its {
		codes = append(codes, it.SK)
		if it.Index1 == (table.IndexKey{}) {
			err = errors.Join(err, m.relist(ctx, it))
		}
	}
	return codes, err
}

// relist gives a shop on the list its index, unless somebody else changes it there.
func (m Mending) relist(ctx context.Context, it table.Item) error {
	c, err := m.Get(ctx, it.SK)
	if errors.Is(err, ErrNotFound) || err == nil && c.Domain == "" {
		return nil
	}
	if err != nil {
		return err
	}
	it.Index1 = table.IndexKey{PK: domainIndex(c.Domain), SK: it.SK}
	if err := m.Table.Write(ctx, table.Put(it, table.VersionIs(it.Version))); err != nil && !errors.Is(err, table.ErrConflict) {
		return fmt.Errorf("list of shops: %s: %w", it.SK, err)
	}
	return nil
}
