package shopify

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A query is a tree of terms. Syntax errors are forgiven, as Shopify does:
// what cannot be read matches nothing.
type queryNode struct {
	op       string // and, or, not, term
	children []*queryNode
	term     term
}

type term struct {
	field, cmp, value string // field "" is free text; cmp is one of : > >= < <=
	// rest is what follows a second colon in a value without quotes. Only a time
	// is read with it.
	rest string
}

// parseQuery reads Shopify's search syntax. nil is the empty query.
func parseQuery(s string) *queryNode {
	p := &queryParser{tokens: tokenize(s)}
	if len(p.tokens) == 0 {
		return nil
	}
	return p.or()
}

type token struct {
	text   string
	quoted bool
	kind   byte // 'w' word or term, '(' or ')'
	term   term
}

// tokenize splits at blanks and parentheses. A bare word ends at its second
// colon: values with a colon must be quoted.
func tokenize(s string) []token {
	var out []token
	r := []rune(s)
	for i := 0; i < len(r); {
		switch c := r[i]; c {
		case ' ', '\t', '\n', '\r':
			i++
		case '(', ')':
			out = append(out, token{kind: byte(c), text: string(c)})
			i++
		default:
			var t token
			t, i = readTerm(r, i)
			out = append(out, t)
		}
	}
	return out
}

func readTerm(r []rune, i int) (token, int) {
	word, wasQuoted, i := readWord(r, i)
	t := token{kind: 'w', text: word, quoted: wasQuoted, term: term{cmp: ":", value: word}}
	if wasQuoted || i >= len(r) || r[i] != ':' {
		return t, i
	}
	i++
	t.term.field = strings.ToLower(word)
	for i < len(r) && r[i] == ' ' {
		i++
	}
	for _, cmp := range []string{">=", "<=", ">", "<"} {
		if strings.HasPrefix(string(r[i:min(i+2, len(r))]), cmp) {
			t.term.cmp, i = cmp, i+len(cmp)
			break
		}
	}
	t.term.value, _, i = readWord(r, i)
	for i < len(r) && r[i] != ' ' && r[i] != ')' {
		t.term.rest += string(r[i])
		i++
	}
	return t, i
}

// readWord reads a quoted phrase or a bare word.
func readWord(r []rune, i int) (string, bool, int) {
	var b strings.Builder
	if i < len(r) && (r[i] == '\'' || r[i] == '"') {
		q := r[i]
		for i++; i < len(r) && r[i] != q; i++ {
			if r[i] == '\\' && i+1 < len(r) {
				i++
			}
			b.WriteRune(r[i])
		}
		return b.String(), true, min(i+1, len(r))
	}
	for ; i < len(r) && !strings.ContainsRune(" \t\r\n():", r[i]); i++ {
		if r[i] == '\\' && i+1 < len(r) {
			i++
		}
		b.WriteRune(r[i])
	}
	return b.String(), false, i
}

type queryParser struct {
	tokens []token
	i      int
}

func (p *queryParser) peek(word string) bool {
	return p.i < len(p.tokens) && !p.tokens[p.i].quoted && p.tokens[p.i].text == word
}

func (p *queryParser) or() *queryNode {
	n := p.and()
	for p.peek("OR") {
		p.i++
		n = &queryNode{op: "or", children: []*queryNode{n, p.and()}}
	}
	return n
}

func (p *queryParser) and() *queryNode {
	n := &queryNode{op: "and"}
	for p.i < len(p.tokens) && !p.peek("OR") && !p.peek(")") {
		if p.peek("AND") {
			p.i++
			continue
		}
		n.children = append(n.children, p.unary())
	}
	return n
}

func (p *queryParser) unary() *queryNode {
	t := p.tokens[p.i]
	switch {
	case p.peek("NOT"):
		p.i++
		if p.i == len(p.tokens) {
			return &queryNode{op: "or"}
		}
		return &queryNode{op: "not", children: []*queryNode{p.unary()}}
	case p.peek("("):
		p.i++
		n := p.or()
		if p.peek(")") {
			p.i++
			return n
		}
		return &queryNode{op: "or"} // never closed: matches nothing
	case p.peek(")"):
		p.i++
		return &queryNode{op: "and"}
	}
	p.i++
	if name, ok := strings.CutPrefix(t.text, "-"); ok && !t.quoted && len(name) > 0 {
		t.term.field = strings.TrimPrefix(t.term.field, "-")
		if t.term.field == "" {
			t.term.value = name
		}
		return &queryNode{op: "not", children: []*queryNode{{op: "term", term: t.term}}}
	}
	return &queryNode{op: "term", term: t.term}
}

// searchField says how entries of type T are found by one field.
type searchField[T any] struct {
	time  func(T) time.Time
	id    func(T) int64
	text  func(T) []string
	enum  []string // the values that text may have, in lower case
	exact func(T, string) bool
}

// filter keeps the entries that match. Terms that are not understood are left
// out of the query and only warned of: it fails open.
func filter[T any](c clock, fields map[string]searchField[T], free func(T) []string, query string, all []T) ([]T, []warning, *Error) {
	n := parseQuery(query)
	if n == nil {
		return all, nil, nil
	}
	var warnings []warning
	var bad *Error
	var compile func(*queryNode) func(T) bool // nil: ignored
	compile = func(n *queryNode) func(T) bool {
		if n.op == "term" {
			m, w, err := compileTerm(c, fields, free, n.term)
			if w != nil {
				warnings = append(warnings, *w)
			}
			if err != nil && bad == nil {
				bad = err
			}
			return m
		}
		var kids []func(T) bool
		for _, c := range n.children {
			if k := compile(c); k != nil {
				kids = append(kids, k)
			}
		}
		if len(kids) == 0 && len(n.children) > 0 {
			return nil
		}
		switch n.op {
		case "not":
			return func(e T) bool { return !kids[0](e) }
		case "or":
			return func(e T) bool { return slices.ContainsFunc(kids, func(k func(T) bool) bool { return k(e) }) }
		}
		return func(e T) bool { return !slices.ContainsFunc(kids, func(k func(T) bool) bool { return !k(e) }) }
	}
	match := compile(n)
	if bad != nil || match == nil {
		return all, warnings, bad
	}
	var out []T
	for _, e := range all {
		if match(e) {
			out = append(out, e)
		}
	}
	return out, warnings, nil
}

func compileTerm[T any](c clock, fields map[string]searchField[T], free func(T) []string, t term) (func(T) bool, *warning, *Error) {
	if t.field == "" {
		return func(e T) bool { return matchText(free(e), t.value) }, nil, nil
	}
	f, ok := fields[t.field]
	switch {
	case !ok:
		return nil, &warning{t.field, "Invalid search field for this query.", "invalid_field"}, nil
	case t.value == "*" && t.cmp == ":" && f.exact == nil:
		return f.exists, nil, nil
	case f.time != nil:
		return compileTime(c, f.time, t)
	case f.id != nil:
		id, err := strconv.ParseInt(t.value, 10, 64)
		if err != nil { // a gid, for instance: finds nothing
			return func(T) bool { return false }, &warning{t.field, "Invalid value for this field.", "invalid_value"}, nil //nolint:nilerr // a warning, not an error
		}
		return func(e T) bool {
			v := f.id(e)
			return holds(t.cmp, compareInt(v, id))
		}, nil, nil
	case f.exact != nil:
		return func(e T) bool { return f.exact(e, strings.ToLower(t.value)) }, nil, nil
	case f.enum != nil:
		values := strings.Split(strings.ToLower(t.value), ",")
		for _, v := range values {
			if !slices.Contains(f.enum, strings.TrimSpace(v)) {
				return func(T) bool { return false }, &warning{t.field, "Input `" + t.value + "` is not an accepted value.", "invalid_value"}, nil
			}
		}
		return func(e T) bool {
			return slices.ContainsFunc(values, func(v string) bool { return matchText(f.text(e), strings.TrimSpace(v)) })
		}, nil, nil
	}
	return func(e T) bool { return matchText(f.text(e), t.value) }, nil, nil
}

func compareInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func holds(cmp string, d int) bool {
	switch cmp {
	case ">":
		return d > 0
	case ">=":
		return d >= 0
	case "<":
		return d < 0
	case "<=":
		return d <= 0
	}
	return d == 0
}

// matchText compares without regard to case; * at the end matches any rest.
func matchText(have []string, want string) bool {
	want = strings.ToLower(want)
	prefix, open := strings.CutSuffix(want, "*")
	return slices.ContainsFunc(have, func(h string) bool {
		h = strings.ToLower(h)
		if h == "" {
			return false
		}
		return h == want || open && strings.HasPrefix(h, prefix)
	})
}

// exists tells whether an entry has any value of the field.
func (f searchField[T]) exists(e T) bool {
	switch {
	case f.time != nil:
		return !f.time(e).IsZero()
	case f.id != nil:
		return f.id(e) != 0
	}
	return slices.ContainsFunc(f.text(e), func(s string) bool { return s != "" })
}

// clock is what a search needs to read times.
type clock struct {
	now  time.Time
	zone *time.Location // the shop's
}

func (x *execution) clock() clock { return clock{x.now, x.shop.zone} }

// codeUnquoted is the warning of a time without quotes. That there is one is
// documented, its code is not.
const codeUnquoted = "unquoted_value"

// compileTime compares a field with the beginning of the time that a term names:
// now, a year, a month, a day, or a time of day. Equal to one of the first three
// is all that lies in it. What names no zone is in the shop's, and so is a time
// of day without quotes, whatever zone it names.
func compileTime[T any](c clock, of func(T) time.Time, t term) (func(T) bool, *warning, *Error) {
	from, until, ok := c.parse(t.value+t.rest, t.rest != "")
	if !ok {
		return nil, nil, fail(codeBadRequest, "Invalid timestamp for query filter `%s`.", t.field)
	}
	var w *warning
	if t.rest != "" {
		w = &warning{t.field, "The value is not quoted: it is read in the time zone of the shop.", codeUnquoted}
	}
	if t.cmp == ":" {
		return func(e T) bool { v := of(e); return !v.Before(from) && v.Before(until) }, w, nil
	}
	return func(e T) bool { v := of(e); return !v.IsZero() && holds(t.cmp, v.Compare(from)) }, w, nil
}

// parse reads a time and when what it names ends.
func (c clock) parse(s string, unquoted bool) (from, until time.Time, ok bool) {
	if strings.EqualFold(s, "now") {
		return c.now, c.now.Add(time.Second), true
	}
	if unquoted { // its zone is not looked at
		s = strings.TrimSuffix(s, "Z")
		if n := len("2006-01-02T15:04:05"); len(s) > n {
			s = s[:n]
		}
	} else if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, t.Add(time.Second), true
	}
	for _, l := range []struct {
		layout              string
		years, months, days int
	}{{"2006-01-02T15:04:05", 0, 0, 0}, {"2006-01-02 15:04:05", 0, 0, 0}, {time.DateOnly, 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
		t, err := time.ParseInLocation(l.layout, s, c.zone)
		if err != nil {
			continue
		}
		if until = t.AddDate(l.years, l.months, l.days); until.Equal(t) {
			until = t.Add(time.Second)
		}
		return t, until, true
	}
	return time.Time{}, time.Time{}, false
}
