package businesscentral

import (
	"context"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

const (
	perFilter  = 25                       // values joined by or in one filter
	preferPage = "odata.maxpagesize=2000" // rows of a page
)

// anyOf is the filter that field equals one of values. BC takes or between
// conditions on one field only.
func anyOf(field string, values []string) string {
	terms := make([]string, len(values))
	for i, v := range values {
		terms[i] = field + " eq '" + strings.ReplaceAll(v, "'", "''") + "'"
	}
	return strings.Join(terms, " or ")
}

// query is an address with options, in the order of the pairs. Values are
// escaped; blanks become %20, since BC reads a + as itself in places.
func query(path string, pairs ...string) string {
	var b strings.Builder
	b.WriteString(path)
	for i := 0; i+1 < len(pairs); i += 2 {
		if i == 0 {
			b.WriteByte('?')
		} else {
			b.WriteByte('&')
		}
		b.WriteString(pairs[i] + "=" + escape(pairs[i+1]))
	}
	return b.String()
}

// escape leaves readable what BC's documentation shows readable.
func escape(v string) string {
	return strings.NewReplacer("+", "%20", "%2C", ",", "%28", "(", "%29", ")", "%24", "$", "%27", "'").Replace(url.QueryEscape(v))
}

// fields is the $select of all that T holds.
func fields[T any]() string {
	var names []string
	for f := range reflect.TypeFor[T]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || strings.HasPrefix(name, "@") || f.Type.Kind() == reflect.Slice {
			continue // an annotation, or lines: those are expanded
		}
		names = append(names, name)
	}
	return strings.Join(names, ",")
}

// distinct is values in the form norm gives them, each once, without empty ones.
func distinct(values []string, norm func(string) string) []string {
	seen := map[string]bool{}
	for _, v := range values {
		if n := norm(v); n != "" {
			seen[n] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// page is a collection's answer.
type page[T any] struct {
	Value    []T    `json:"value"`
	NextLink string `json:"@odata.nextLink"`
}

// each reads the collection at url to its end, page after page.
func each[T any](ctx context.Context, c *Client, op, url string, f func(T) error) error {
	a := about{op: op}
	header := map[string]string{"Prefer": preferPage}
	seen := map[string]bool{}
	for url != "" {
		if seen[url] {
			return ours(op, "the answer continues at a page that has been read")
		}
		seen[url] = true
		var p page[T]
		if err := c.get(ctx, a, url, header, &p); err != nil {
			return err
		}
		for _, v := range p.Value {
			if err := f(v); err != nil {
				return err
			}
		}
		next, err := c.next(op, url, p.NextLink)
		if err != nil {
			return err
		}
		url = next
	}
	return nil
}

// next checks a nextLink. It is followed as it is, but only to BC itself: the
// token travels with it.
func (c *Client) next(op, current, link string) (string, error) {
	if link == "" {
		return "", nil
	}
	u, err := url.Parse(link)
	if err != nil || u.Scheme != c.base.Scheme || u.Host != c.base.Host || u.User != nil {
		return "", ours(op, "the answer continues at another host than %s", c.base.Host)
	}
	if link == current {
		return "", ours(op, "the answer's next page is the same page again")
	}
	return link, nil
}

// all is each into a slice.
func all[T any](ctx context.Context, c *Client, op, url string) ([]T, error) {
	var vs []T
	err := each(ctx, c, op, url, func(v T) error {
		vs = append(vs, v)
		return nil
	})
	return vs, err
}

// search is a lookup of records whose field has one of some values.
type search struct {
	set, field, sel string
	values          []string
}

// operations are its GETs, 25 values each.
func (s search) operations(company string) []operation {
	var ops []operation
	for chunk := range slices.Chunk(s.values, perFilter) {
		ops = append(ops, operation{
			Method: "GET",
			URL:    query(company+s.set, "$filter", anyOf(s.field, chunk), "$select", s.sel),
		})
	}
	return ops
}

// collect decodes the pages that answers begin, and reads those that follow.
func collect[T any](ctx context.Context, c *Client, op string, answers []answer) ([]T, error) {
	var vs []T
	for _, a := range answers {
		var p page[T]
		if err := decode(about{op: op}, a.body, &p); err != nil {
			return nil, err
		}
		vs = append(vs, p.Value...)
		if p.NextLink == "" {
			continue
		}
		next, err := c.next(op, "", p.NextLink)
		if err != nil {
			return nil, err
		}
		more, err := all[T](ctx, c, op, next)
		if err != nil {
			return nil, err
		}
		vs = append(vs, more...)
	}
	return vs, nil
}

// find looks values of field up in set, in as few requests as possible.
func find[T any](ctx context.Context, c *Client, op, set, field string, values []string) ([]T, error) {
	answers, err := c.readBatch(ctx, op, search{set: set, field: field, sel: fields[T](), values: values}.operations(c.company))
	if err != nil {
		return nil, err
	}
	return collect[T](ctx, c, op, answers)
}
