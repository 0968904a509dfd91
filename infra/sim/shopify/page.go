package shopify

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"sort"

	"github.com/vektah/gqlparser/v2/ast"
)

// item is an entry of a connection with what it is sorted by.
type item struct {
	obj object
	val string // compares as text
	id  int64
}

// page is a window of a connection.
type page struct {
	sort             string
	items            []item
	hasNext, hasPrev bool
}

// cursor is what Shopify's cursors look like once decoded. They are opaque to
// clients and bound to the sort key.
type cursor struct {
	Sort  string `json:"s"`
	Value string `json:"last_value"`
	ID    int64  `json:"last_id"`
}

func (p *page) cursor(i int) string {
	b, err := json.Marshal(cursor{p.sort, p.items[i].val, p.items[i].id})
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(b)
}

// paginate cuts items, which are sorted ascending, by a connection's
// arguments. It returns a *page or an *Error.
func paginate(args map[string]any, sortName string, items []item) any {
	if args[wholeConnection] == true {
		return &page{sort: sortName, items: items}
	}
	first, hasFirst := asInt(args["first"])
	last, hasLast := asInt(args["last"])
	switch {
	case !hasFirst && !hasLast:
		return fail(codeBadRequest, "you must provide one of first or last")
	case hasFirst && hasLast:
		return fail(codeBadRequest, "providing both first and last is not supported")
	case first < 0 || last < 0:
		return fail(codeBadRequest, "first and last must not be negative")
	case first > maxPage || last > maxPage:
		return fail(codeBadRequest, "the page size %d exceeds the maximum of %d", max(first, last), maxPage)
	}
	reverse := args["reverse"] == true
	if reverse {
		sortName += " DESC"
		items = slices.Clone(items)
		slices.Reverse(items)
	}
	// The sort is total, so a cursor has a place even if its entry is gone.
	position := func(c cursor, after bool) int {
		return sort.Search(len(items), func(i int) bool {
			d := compare(items[i], item{val: c.Value, id: c.ID})
			if reverse {
				d = -d
			}
			return d > 0 || d == 0 && !after
		})
	}
	from, to := 0, len(items)
	if s, ok := args["after"].(string); ok {
		c, err := readCursor(s, sortName)
		if err != nil {
			return err
		}
		from = position(c, true)
	}
	if s, ok := args["before"].(string); ok {
		c, err := readCursor(s, sortName)
		if err != nil {
			return err
		}
		to = max(from, position(c, false))
	}
	p := &page{sort: sortName}
	if hasFirst {
		p.hasPrev = from > 0
		end := min(from+first, to)
		p.hasNext = end < to || to < len(items)
		to = end
	} else {
		p.hasNext = to < len(items)
		start := max(to-last, from)
		p.hasPrev = start > from || from > 0
		from = start
	}
	// Nothing lies behind the 25,000th object of a connection, and nothing says so.
	if to >= paginationWindow {
		to = max(min(to, paginationWindow), min(from, paginationWindow))
		from, p.hasNext = min(from, to), false
	}
	p.items = items[from:to]
	return p
}

func compare(a, b item) int {
	switch {
	case a.val < b.val:
		return -1
	case a.val > b.val:
		return 1
	case a.id < b.id:
		return -1
	case a.id > b.id:
		return 1
	}
	return 0
}

func readCursor(s, sortName string) (cursor, *Error) {
	var c cursor
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(b, &c) != nil || c.Sort != sortName {
		return c, fail(codeBadRequest, "Invalid cursor for current pagination sort.")
	}
	return c, nil
}

// connect is paginate for entries in their natural order.
func connect[T any](args map[string]any, all []T, wrap func(T) object) any {
	items := make([]item, len(all))
	for i, e := range all {
		items[i] = item{obj: wrap(e), val: fmt.Sprintf("%08d", i), id: int64(i)}
	}
	return paginate(args, "POSITION", items)
}

// list wraps the entries of a plain list; its first argument, where it has
// one, cuts it and has no cursor.
func list[T any](args map[string]any, all []T, wrap func(T) object) []object {
	if n, ok := asInt(args["first"]); ok {
		all = all[:min(max(n, 0), len(all))]
	}
	out := make([]object, len(all))
	for i, e := range all {
		out[i] = wrap(e)
	}
	return out
}

// page writes a connection and returns what its entries cost.
func (x *execution) page(f *selected, def *ast.Definition, p *page, path []any) (float64, bool) {
	var points float64
	x.out.WriteByte('{')
	for i, c := range x.fields(f.sel, def) {
		if i > 0 {
			x.out.WriteByte(',')
		}
		fmt.Fprintf(&x.out, "%q:", c.key)
		here := append(slices.Clip(path), c.key)
		var v any
		switch {
		case c.def == nil:
			fmt.Fprintf(&x.out, "%q", def.Name)
			continue
		case c.name == "pageInfo":
			v = pageInfo{p}
		case c.name == "nodes":
			v = list(nil, p.items, func(i item) object { return i.obj })
		case c.name == "edges":
			n := -1
			v = list(nil, p.items, func(item) object { n++; return edge{p, n, x.schema.Types[c.def.Type.Name()].Name} })
		}
		back := x.step(c.name)
		own, ok := x.value(c, c.def.Type, v, here)
		back()
		if !ok {
			return points, false
		}
		switch c.name {
		case "nodes":
			own = weight(len(p.items)) * (1 + own)
		case "edges":
			own *= weight(len(p.items)) // the node's own point is in it
		}
		points += own
	}
	x.out.WriteByte('}')
	return points, true
}

type pageInfo struct{ p *page }

func (pageInfo) typeName() string { return "PageInfo" }

func (o pageInfo) field(_ *execution, name string, _ map[string]any) any {
	n := len(o.p.items)
	switch name {
	case "hasNextPage":
		return o.p.hasNext
	case "hasPreviousPage":
		return o.p.hasPrev
	case "startCursor":
		if n > 0 {
			return o.p.cursor(0)
		}
	case "endCursor":
		if n > 0 {
			return o.p.cursor(n - 1)
		}
	}
	return nil
}

type edge struct {
	p   *page
	i   int
	typ string
}

func (e edge) typeName() string { return e.typ }

func (e edge) field(_ *execution, name string, _ map[string]any) any {
	if name == "cursor" {
		return e.p.cursor(e.i)
	}
	return e.p.items[e.i].obj
}
