package api

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"backroom/shared/record"
	"backroom/shared/shop"
	"backroom/shared/table"
)

// setBy is who has set a row of a mapping list. Stored under PK SHOP#<shop>#MAPPED, SK
// <list>#<hash of its key>, after the card: the trail has what is missing here.
type setBy struct {
	Values map[string]string `json:"values"` // as they were set
	By     string            `json:"by"`
	At     time.Time         `json:"at"`
}

func setByKey(shop string, m Mapping) table.Key {
	return table.Key{PK: "SHOP#" + shop + "#MAPPED", SK: string(m.List) + "#" + hash([]byte(strings.ToLower(m.Key)))}
}

// mark remembers who has set a row that is on the card now.
func (s *server) mark(ctx context.Context, shop string, m Mapping) (Mapping, error) {
	m.By, m.At = stateOf(ctx).caller.Name, s.Now().UTC().Truncate(time.Second)
	return m, s.Table.Write(ctx, record.Put(setByKey(shop, m), schema, setBy{m.Values, m.By, m.At}, table.Always))
}

// rowsByKey are the rows of all mapping lists of a card, by their items' keys.
func (s *server) rowsByKey(card shop.Shop) (map[table.Key]Mapping, error) {
	out := map[table.Key]Mapping{}
	for list := range mappings {
		rows, err := s.rowsOf(card, list)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			m := mappingOf(list, r)
			out[setByKey(card.Code, m)] = m
		}
	}
	return out, nil
}

// markChanged remembers who has set the rows that a card has now and had not before, or otherwise.
func (s *server) markChanged(ctx context.Context, was map[table.Key]Mapping, card shop.Shop) error {
	now, err := s.rowsByKey(card)
	if err != nil {
		return err
	}
	by, at := stateOf(ctx).caller.Name, s.Now().UTC().Truncate(time.Second)
	var ops []table.Op
	for k, m := range now {
		if had, ok := was[k]; !ok || !maps.Equal(filled(had.Values), filled(m.Values)) {
			ops = append(ops, record.Put(k, schema, setBy{m.Values, by, at}, table.Always))
		}
	}
	for some := range slices.Chunk(ops, table.MaxTransactionOps) {
		if err := s.Table.Write(ctx, some...); err != nil {
			return err
		}
	}
	return nil
}

// marked is a row with who has set it, if it is as it was set.
func (s *server) marked(ctx context.Context, shop string, m Mapping) Mapping {
	var was setBy
	if _, err := record.Get(ctx, s.Table, setByKey(shop, m), schema, &was); err != nil {
		s.Log.WarnContext(ctx, "who has set a mapping cannot be read", "shop", shop, "err", err)
		return m
	}
	if maps.EqualFunc(filled(was.Values), filled(m.Values), strings.EqualFold) {
		m.By, m.At = was.By, was.At
	}
	return m
}

// filled are values without blank ones.
func filled(values map[string]string) map[string]string {
	out := maps.Clone(values)
	maps.DeleteFunc(out, func(_, v string) bool { return v == "" })
	return out
}
