package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"backroom/shared/shop"
)

// keyed is a mapping list of the shop card: by the field that is a row's key, and
// the rest of its fields.
type keyed struct {
	key    string
	values []string
}

var mappings = map[MappingName]keyed{
	Variants:         {"variantID", []string{"itemNo", "variantCode", "uom"}},
	Locations:        {"locationID", []string{"name", "code"}},
	ShipmentMethods:  {"title", []string{"code", "account"}},
	PaymentTerms:     {"type", []string{"name", "code"}},
	CountryCustomers: {"country", []string{"customerNo"}},
	Countries:        {"from", []string{"to"}},
	Currencies:       {"from", []string{"to"}},
	TaxCodes:         {"rate", []string{"code"}},
}

// rowsOf are the rows of a list of the card, as texts by field.
func (s *server) rowsOf(card shop.Shop, list MappingName) ([]map[string]string, error) {
	shown, err := s.Sections.Show(card)
	if err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(shown, &all); err != nil {
		return nil, err
	}
	var rows []map[string]any
	if err := json.Unmarshal(all[string(list)], &rows); err != nil {
		return nil, fmt.Errorf("%s: %w", list, err)
	}
	out := make([]map[string]string, len(rows))
	for i, r := range rows {
		out[i] = map[string]string{}
		for k, v := range r {
			out[i][k] = fmt.Sprint(v)
		}
	}
	return out, nil
}

func mappingOf(list MappingName, row map[string]string) Mapping {
	row = maps.Clone(row)
	m := Mapping{List: list, Key: row[mappings[list].key], Values: row}
	delete(row, mappings[list].key)
	return m
}

// ListMappings implements GET /v1/shops/{shop}/mappings.
func (s *server) ListMappings(ctx context.Context, q ListMappingsRequestObject) (ListMappingsResponseObject, error) {
	card, err := s.Cards.Get(ctx, q.Shop)
	if err != nil {
		return nil, err
	}
	lists := slices.Sorted(maps.Keys(mappings))
	if q.Params.List != "" {
		if !q.Params.List.Valid() {
			return nil, refuseAs(http.StatusBadRequest, ProblemCodeBadQuery, "list %.40q: must be one of %s", q.Params.List, listNames())
		}
		lists = []MappingName{q.Params.List}
	}
	var all []Mapping
	for _, l := range lists {
		rows, err := s.rowsOf(card, l)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			all = append(all, s.marked(ctx, q.Shop, mappingOf(l, r)))
		}
	}
	rows, next, err := slice(all, listOf("mappings", q.Shop, string(q.Params.List)), q.Params.Page, q.Params.Limit)
	return ListMappings200JSONResponse{Mappings: rows, Next: next}, err
}

func listNames() string {
	var names []string
	for _, l := range slices.Sorted(maps.Keys(mappings)) {
		names = append(names, string(l))
	}
	return strings.Join(names, ", ")
}

// SetMapping implements PUT /v1/shops/{shop}/mappings/{list}/{key}.
func (s *server) SetMapping(ctx context.Context, q SetMappingRequestObject) (SetMappingResponseObject, error) {
	values := map[string]string{}
	if q.Body != nil {
		values = *q.Body
	}
	k, ok := mappings[q.List]
	if !ok {
		return nil, refuse(http.StatusNotFound, "mapping list %.40q: must be one of %s", q.List, listNames())
	}
	for name := range values {
		if !slices.Contains(k.values, name) {
			return nil, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "%.40q: a row of %s has %s", name, q.List, strings.Join(k.values, ", "))
		}
	}
	row := maps.Clone(values)
	row[k.key] = q.Key
	_, err := s.changeRows(ctx, q.Shop, q.List, func(rows []map[string]string) ([]map[string]string, error) {
		for i, r := range rows {
			if strings.EqualFold(r[k.key], q.Key) {
				rows[i] = row
				return rows, nil
			}
		}
		return append(rows, row), nil
	})
	m := mappingOf(q.List, row)
	if err == nil {
		m, err = s.mark(ctx, q.Shop, m)
	}
	return SetMapping200JSONResponse(m), noted(ctx, "set", err)
}

// RemoveMapping implements DELETE /v1/shops/{shop}/mappings/{list}/{key}.
func (s *server) RemoveMapping(ctx context.Context, q RemoveMappingRequestObject) (RemoveMappingResponseObject, error) {
	k, ok := mappings[q.List]
	if !ok {
		return nil, refuse(http.StatusNotFound, "mapping list %.40q: must be one of %s", q.List, listNames())
	}
	var was map[string]string
	_, err := s.changeRows(ctx, q.Shop, q.List, func(rows []map[string]string) ([]map[string]string, error) {
		i := slices.IndexFunc(rows, func(r map[string]string) bool { return strings.EqualFold(r[k.key], q.Key) })
		if i < 0 {
			return nil, refuse(http.StatusNotFound, "mapping %s %.60q: there is no such row", q.List, q.Key)
		}
		was = rows[i]
		return slices.Delete(rows, i, i+1), nil
	})
	return RemoveMapping200JSONResponse(mappingOf(q.List, was)), noted(ctx, "removed", err)
}

// changeRows changes one list of a card, which takes it as any other change of it.
func (s *server) changeRows(ctx context.Context, code string, list MappingName, change func([]map[string]string) ([]map[string]string, error)) (shop.Shop, error) {
	return s.changeCard(ctx, code, func(c *shop.Shop) error {
		rows, err := s.rowsOf(*c, list)
		if err != nil {
			return err
		}
		if rows, err = change(rows); err != nil {
			return err
		}
		if rows == nil {
			rows = []map[string]string{}
		}
		js, err := json.Marshal(map[MappingName]any{list: rows})
		if err != nil {
			return err
		}
		return s.Sections.Set(c, js)
	})
}
