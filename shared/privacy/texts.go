package privacy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"backroom/shared/record"
	"backroom/shared/table"
)

// EditJSON is a JSON value with the person taken out of all its texts; js itself where
// none tells who they are. Errors: those of js that is no JSON.
func (p *Person) EditJSON(js []byte) ([]byte, error) { return p.editJSON(js, p.Scrub) }

// EditData is [Person.EditJSON] for data in which a word may stand for anything: a lone name stays.
// Errors are the same.
func (p *Person) EditData(js []byte) ([]byte, error) { return p.editJSON(js, p.scrubData) }

func (p *Person) editJSON(js []byte, scrub func(string) string) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(js))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	v, changed := p.edit(v, scrub)
	if !changed {
		return js, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// nobody takes the place of a customer's id in a list: a job for one customer, without an id,
// would be one for all.
const nobody = "0"

func (p *Person) edit(v any, scrub func(string) string) (now any, changed bool) {
	switch v := v.(type) {
	case string:
		now := scrub(v)
		return now, now != v
	case []any:
		for i, x := range v {
			if id, ok := x.(string); ok && has(p.Customers, id) {
				v[i], changed = nobody, true
				continue
			}
			now, c := p.edit(x, scrub)
			v[i], changed = now, changed || c
		}
		return v, changed
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			if has(p.Customers, k) {
				changed = true // what is known of the customer of that id
				continue
			}
			now, c := p.edit(x, scrub)
			name := p.scrubData(k)
			out[name], changed = now, changed || c || name != k
		}
		return out, changed
	}
	return v, false
}

// texts is the keeper of kinds that have a person in their texts alone.
type texts struct {
	table table.Table
	kind  Kind
}

// pageSize is how many items are read at once.
const pageSize = 50

// Walk implements [Keeper]. Its pages have the number of the shape in front.
func (t texts) Walk(ctx context.Context, j *Job, page string) (string, error) {
	if j.Does == Gathers {
		return "", nil
	}
	at, page := cutPage(page)
	if at >= len(t.kind.At) {
		return "", nil
	}
	if pk, ok := t.kind.At[at].of(j.Shop); ok {
		p, err := t.table.Query(ctx, table.Query{PK: pk, Prefix: t.kind.At[at].prefix(), Limit: pageSize, Page: page})
		if err != nil {
			return "", err
		}
		for _, it := range p.Items {
			if err := Texts(ctx, t.table, j, it, it.SK); err != nil {
				return "", err
			}
		}
		if p.Next != "" {
			return fmt.Sprintf("%d %s", at, p.Next), nil
		}
	}
	if at++; at < len(t.kind.At) {
		return fmt.Sprintf("%d ", at), nil
	}
	return "", nil
}

func cutPage(page string) (at int, rest string) {
	before, rest, _ := strings.Cut(page, " ")
	at, _ = strconv.Atoi(before)
	return at, rest
}

// tries is how often an item is written that somebody else writes, too.
const tries = 5

// Texts looks at the texts of one item for the person, and, when j erases, takes them out.
// name is what people call the record. Errors: those of the table and of [record.Edit].
func Texts(ctx context.Context, t table.Table, j *Job, it table.Item, name string) error {
	for range tries {
		data, changed, err := record.Edit(it.Data, j.Person.EditJSON)
		if err != nil {
			return fmt.Errorf("%s %s: %w", it.PK, it.SK, err)
		}
		if !changed {
			return nil
		}
		if j.Does != Erases {
			j.Has(it.SK, name, map[string]string{"text": "it names the customer"})
			return nil
		}
		was := it.Version
		it.Data = data
		err = t.Write(ctx, table.Put(it, table.VersionIs(was)))
		if err == nil {
			j.Has(it.SK, name, nil)
			return nil
		}
		if !errors.Is(err, table.ErrConflict) {
			return err
		}
		if it, err = t.Get(ctx, it.Key); errors.Is(err, table.ErrNotFound) {
			return nil // it has gone meanwhile
		} else if err != nil {
			return err
		}
	}
	return fmt.Errorf("%s %s: %w", it.PK, it.SK, table.ErrConflict)
}
