package staging

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"backroom/shared/record"
	"backroom/shared/table"
)

// Which order has the document of a number is kept beside the heads, by keys alone:
//
//	SHOP#<shop>#DOC  <number in upper case>#<order id>
//	SHOP#<shop>      DOCUMENTS, once those of earlier releases are there too
//
// An entry is written before or with the head that says the same, and may be left
// behind: the head decides.
func documentKey(shop, number, id string) table.Key {
	return table.Key{PK: "SHOP#" + shop + "#DOC", SK: documentPrefix(number) + id}
}

// documentPrefix is cut: BC's numbers have 20 characters, and a key has its limit.
func documentPrefix(number string) string {
	n := strings.ToUpper(strings.TrimSpace(number))
	return strings.ToValidUTF8(n[:min(len(n), 200)], "") + "#"
}

func documentsKey(shop string) table.Key { return table.Key{PK: "SHOP#" + shop, SK: "DOCUMENTS"} }

func documentOp(shop, number, id string) (table.Op, error) {
	data, err := record.Encode(schema, struct{}{})
	return table.Put(table.Item{Key: documentKey(shop, number, id), Data: data}, table.Always), err
}

// documents are the numbers of the documents of an order: ours, and the one that a
// person has made.
func (h head) documents() (numbers []string) {
	if h.Link != nil && h.Link.Number != "" {
		numbers = append(numbers, h.Link.Number)
	}
	if h.Closed != nil && h.Closed.Document != nil {
		numbers = append(numbers, h.Closed.Document.Number)
	}
	return numbers
}

// numbers are those of all that an order became: its documents, and the credit memos of
// its refunds, whose series may have numbers of other documents.
func (h head) numbers() []string {
	out := h.documents()
	for _, m := range h.Memos {
		if m.Number != "" {
			out = append(out, m.Number)
		}
	}
	return out
}

// OfDocument are the orders that have the document or the credit memo of a number, by
// id; upper and lower case are one. What earlier releases have stored is entered by the
// first call.
func (s *Store) OfDocument(ctx context.Context, shop, number string) ([]View, error) {
	return s.ofNumber(ctx, shop, number, head.numbers)
}

// ofNumber are the orders that have number among numbers.
func (s *Store) ofNumber(ctx context.Context, shop, number string, numbers func(head) []string) ([]View, error) {
	if strings.TrimSpace(number) == "" {
		return nil, nil
	}
	if err := s.enter(ctx, shop); err != nil {
		return nil, fmt.Errorf("staging: documents of %s: %w", shop, err)
	}
	var out []View
	prefix := documentPrefix(number)
	for it, err := range table.All(ctx, s.Table, table.Query{PK: documentKey(shop, number, "").PK, Prefix: prefix}) {
		if err != nil {
			return nil, fmt.Errorf("staging: document %.40q of %s: %w", number, shop, err)
		}
		id := strings.TrimPrefix(it.SK, prefix)
		h, err := s.head(ctx, shop, id)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(numbers(h), func(n string) bool { return documentPrefix(n) == prefix }) {
			continue
		}
		v, err := s.view(ctx, shop, id, h)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// enter makes entries of the documents that earlier releases have stored, once.
// Where it breaks off, the next call begins anew: entries may be written again.
func (s *Store) enter(ctx context.Context, shop string) error {
	switch _, err := s.Table.Get(ctx, documentsKey(shop)); {
	case err == nil:
		return nil
	case !errors.Is(err, table.ErrNotFound):
		return err
	}
	for q := (table.IndexQuery{N: 1, PK: listKey(shop, "ALL")}); ; {
		p, err := s.Table.Index(ctx, q)
		if err != nil {
			return err
		}
		var ops []table.Op
		for _, it := range p.Items {
			var h head
			if err := record.Decode(it.Data, schema, &h); err != nil {
				return fmt.Errorf("order %s: %w", it.SK, err)
			}
			for _, n := range h.numbers() {
				op, err := documentOp(shop, n, it.SK)
				if err != nil {
					return err
				}
				ops = append(ops, op)
			}
		}
		for part := range slices.Chunk(ops, table.MaxTransactionOps) {
			if err := s.Table.Write(ctx, part...); err != nil {
				return err
			}
		}
		if q.Page = p.Next; q.Page == "" {
			break
		}
	}
	data, err := record.Encode(schema, struct{}{})
	if err != nil {
		return err
	}
	return s.Table.Write(ctx, table.Put(table.Item{Key: documentsKey(shop), Data: data}, table.Always))
}
