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

// Store keeps shop cards. Safe for concurrent use.
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
// the shops reads a page of names and not all settings.
const listPK = "SHOPS"

// listed is the write that puts c on the list. Its index tells the shops of a
// domain, see [Store.OfDomain]; what an earlier release has listed has none.
func (s Shop) listed() table.Op {
	it := table.Item{Key: table.Key{PK: listPK, SK: s.Code}}
	if s.Domain != "" {
		it.Index1 = table.IndexKey{PK: domainIndex(s.Domain), SK: s.Code}
	}
	return table.Put(it, table.Always)
}

func domainIndex(domain string) string { return "DOMAIN#" + strings.ToLower(domain) }

// OfDomain lists the codes of the shops that a Shopify shop is connected as, in
// order. It may trail by moments, and leaves out shops whose card was stored last by an
// earlier release.
func (s *Store) OfDomain(ctx context.Context, domain string) ([]string, error) {
	var codes []string
	q := table.IndexQuery{N: 1, PK: domainIndex(domain)}
	for {
		p, err := s.Table.Index(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("shops of %s: %w", domain, err)
		}
		for _, it := range p.Items {
			codes = append(codes, it.SK)
		}
		if q.Page = p.Next; q.Page == "" {
			return codes, nil
		}
	}
}

// Put stores the card of a shop, whatever it was before and whoever else has its
// pair: for a table that holds one shop. See [Store.Connect] for others.
func (s *Store) Put(ctx context.Context, c Shop) error {
	if err := s.Table.Write(ctx, record.Put(cardKey(c.Code), schema, c, table.Always), c.listed()); err != nil {
		return fmt.Errorf("shop %s: %w", c.Code, err)
	}
	return nil
}

// Shops lists the codes of all connected shops in order.
func (s *Store) Shops(ctx context.Context) ([]string, error) {
	var codes []string
	q := table.Query{PK: listPK}
	for {
		p, err := s.Table.Query(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("list of shops: %w", err)
		}
		for _, it := range p.Items {
			codes = append(codes, it.SK)
		}
		if q.Page = p.Next; q.Page == "" {
			return codes, nil
		}
	}
}
