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

// AnyOf is the filter that field equals one of values. BC takes or between
// conditions on one field only.
func AnyOf(field string, values []string) string {
	terms := make([]string, len(values))
	for i, v := range values {
		terms[i] = field + " eq '" + strings.ReplaceAll(v, "'", "''") + "'"
	}
	return strings.Join(terms, " or ")
}

// Path is the address of a set or record of the company with options, name after
// value, relative to the API.
func (c *Client) Path(set string, options ...string) string { return query(c.company+set, options...) }

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

// Fields is the $select of all that T holds, what it embeds included.
func Fields[T any]() string {
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || strings.HasPrefix(name, "@") || f.Type.Kind() == reflect.Slice {
			continue // an annotation, or lines: those are expanded
		}
		names = append(names, name)
	}
	return strings.Join(names, ",")
}

// Distinct is values in the form norm gives them, each once, without empty ones.
func Distinct(values []string, norm func(string) string) []string {
	seen := map[string]bool{}
	for _, v := range values {
		if n := norm(v); n != "" {
			seen[n] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// Page is a collection's answer.
type Page[T any] struct {
	Value    []T    `json:"value"`
	NextLink string `json:"@odata.nextLink"`
}

// Each calls f with each row of the collection at path, page after page, and ends
// with the error of f.
func Each[T any](ctx context.Context, c *Client, op, path string, f func(T) error) error {
	return each(ctx, c, op, c.root+path, f)
}

// Rest calls f with each row of the pages that a collection's nextLink begins.
func Rest[T any](ctx context.Context, c *Client, op, link string, f func(T) error) error {
	next, err := c.next(op, "", link)
	if err != nil {
		return err
	}
	return each(ctx, c, op, next, f)
}

func each[T any](ctx context.Context, c *Client, op, url string, f func(T) error) error {
	k := call{about: about{op: op}, header: map[string]string{"Prefer": preferPage}, ops: 1}
	seen := map[string]bool{}
	for url != "" {
		if seen[url] {
			return Bug(op, "the answer continues at a page that has been read")
		}
		seen[url] = true
		var p Page[T]
		k.url = url
		if err := c.get(ctx, k, &p); err != nil {
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

// Whole reads all rows of a collection, in pages as large as BC makes them. Errors are
// those of [Client.Get].
func Whole[T any](ctx context.Context, c *Client, r Request) (rows []T, err error) {
	err = WholeEach(ctx, c, r, func(row T) error {
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// WholeEach is [Whole] that calls f with each row and keeps no more than a page of them. It
// ends with the error of f.
func WholeEach[T any](ctx context.Context, c *Client, r Request, f func(T) error) error {
	var p Page[T]
	if err := c.Get(ctx, r, &p); err != nil {
		return err
	}
	seen := map[string]bool{}
	for {
		for _, row := range p.Value {
			if err := f(row); err != nil {
				return err
			}
		}
		if p.NextLink == "" {
			return nil
		}
		url, err := c.next(r.Op, "", p.NextLink)
		if err != nil {
			return err
		}
		if seen[url] {
			return Bug(r.Op, "the answer continues at a page that has been read")
		}
		seen[url], p = true, Page[T]{}
		if err := c.get(ctx, call{about: about{op: r.Op}, url: url, ops: 1}, &p); err != nil {
			return err
		}
	}
}

// next checks a nextLink. It is followed as it is, but only to BC itself: the
// token travels with it.
func (c *Client) next(op, current, link string) (string, error) {
	if link == "" {
		return "", nil
	}
	u, err := url.Parse(link)
	if err != nil || u.Scheme != c.base.Scheme || u.Host != c.base.Host || u.User != nil {
		return "", Bug(op, "the answer continues at another host than %s", c.base.Host)
	}
	if link == current {
		return "", Bug(op, "the answer's next page is the same page again")
	}
	return link, nil
}

// All is what noun makes of each row of the collection at path.
func All[T, N any](ctx context.Context, c *Client, op, path string, noun func(T) N) ([]N, error) {
	var vs []N
	err := Each(ctx, c, op, path, func(v T) error {
		vs = append(vs, noun(v))
		return nil
	})
	return vs, err
}

// Lookups are the GETs that find the records of a set whose field has one of values,
// 25 values each.
func Lookups[T any](c *Client, set, field string, values []string) []Operation {
	var ops []Operation
	for chunk := range slices.Chunk(values, perFilter) {
		ops = append(ops, Operation{Method: "GET", Path: c.Path(set, "$filter", AnyOf(field, chunk), "$select", Fields[T]())})
	}
	return ops
}

// Collect is what noun makes of each row of the pages that answers begin. Those that
// follow are read.
func Collect[T, N any](ctx context.Context, c *Client, op string, answers []Answer, noun func(T) N) ([]N, error) {
	var vs []N
	for _, a := range answers {
		var p Page[T]
		if err := decode(about{op: op}, a.Body, &p); err != nil {
			return nil, err
		}
		for _, v := range p.Value {
			vs = append(vs, noun(v))
		}
		if p.NextLink == "" {
			continue
		}
		next, err := c.next(op, "", p.NextLink)
		if err != nil {
			return nil, err
		}
		if err := each(ctx, c, op, next, func(v T) error { vs = append(vs, noun(v)); return nil }); err != nil {
			return nil, err
		}
	}
	return vs, nil
}

// Find looks values of field up in set, in as few requests as possible.
func Find[T, N any](ctx context.Context, c *Client, op, set, field string, values []string, noun func(T) N) ([]N, error) {
	answers, err := c.Read(ctx, op, Lookups[T](c, set, field, values))
	if err != nil {
		return nil, err
	}
	return Collect(ctx, c, op, answers, noun)
}
