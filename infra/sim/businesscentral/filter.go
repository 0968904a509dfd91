package businesscentral

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// condition is a compiled $filter.
type condition func(row) bool

// filter parses $filter. What BC refuses is refused: or between conditions on
// different fields, fields the page computes, in and nested functions below
// schema version 2.1. Lambda operators are ignored, as BC does.
type filter struct {
	schema *schema
	text   string
	at     int
	newer  bool // $schemaversion=2.1
	noCase bool // tolower and toupper are refused
	most   int  // conditions that or may join; 0: any number
}

// node is a condition and the fields it is about.
type node struct {
	test   condition
	fields []string
	equals map[string]bool // for text: the values of an or-chain of eq, all on one field
	prop   *prop
}

func wrongFilter(format string, args ...any) *apiError {
	return refuse(400, codeBadURL, "The filter is not valid: "+format, args...)
}

func (f *filter) parse() (condition, error) {
	n, err := f.or()
	if err != nil {
		return nil, err
	}
	if f.space(); f.at < len(f.text) {
		return nil, wrongFilter("syntax error at position %d in '%s'.", f.at, f.text)
	}
	return n.test, nil
}

func (f *filter) space() {
	for f.at < len(f.text) && f.text[f.at] == ' ' {
		f.at++
	}
}

// word takes a keyword with a blank or parenthesis behind it.
func (f *filter) word(w string) bool {
	f.space()
	rest := f.text[f.at:]
	if !strings.HasPrefix(rest, w) || len(rest) > len(w) && rest[len(w)] != ' ' && rest[len(w)] != '(' {
		return false
	}
	f.at += len(w)
	return true
}

func (f *filter) sign(c byte) bool {
	f.space()
	if f.at < len(f.text) && f.text[f.at] == c {
		f.at++
		return true
	}
	return false
}

func (f *filter) or() (node, error) {
	n, err := f.and()
	for joined := 2; err == nil && f.word("or"); joined++ {
		if f.most > 0 && joined > f.most {
			return n, refuse(400, codeBadURL, "The filter is not valid: the node count limit of %d has been exceeded.", f.most).in("1.5")
		}
		var m node
		if m, err = f.and(); err != nil {
			break
		}
		fields := slices.Compact(slices.Sorted(slices.Values(slices.Concat(n.fields, m.fields))))
		if len(fields) > 1 {
			return n, refuse(400, codeBadRequest, "The 'OR' operator is not supported on distinct fields on an OData filter.").in("1.5")
		}
		if n.equals != nil && m.equals != nil {
			for v := range m.equals {
				n.equals[v] = true
			}
			continue
		}
		a, b := n.test, m.test
		n = node{test: func(r row) bool { return a(r) || b(r) }, fields: fields}
	}
	return n, err
}

func (f *filter) and() (node, error) {
	n, err := f.unary()
	for err == nil && f.word("and") {
		var m node
		if m, err = f.unary(); err != nil {
			break
		}
		a, b := n.test, m.test
		n = node{test: func(r row) bool { return a(r) && b(r) }, fields: slices.Concat(n.fields, m.fields)}
	}
	return n, err
}

func (f *filter) unary() (node, error) {
	if f.word("not") {
		n, err := f.unary()
		if err != nil {
			return n, err
		}
		inner := n.test
		return node{test: func(r row) bool { return !inner(r) }, fields: n.fields}, nil
	}
	if f.sign('(') {
		n, err := f.or()
		if err == nil && !f.sign(')') {
			err = wrongFilter("a parenthesis is not closed.")
		}
		return n, err
	}
	return f.comparison()
}

// value is the left side of a comparison: a field or a function of one.
type value struct {
	*prop
	of func(row) any
}

func (f *filter) name() string {
	f.space()
	start := f.at
	for f.at < len(f.text) && !strings.ContainsRune(" (),/'", rune(f.text[f.at])) {
		f.at++
	}
	return f.text[start:f.at]
}

func (f *filter) field(name string) (value, error) {
	p := f.schema.byName[name]
	if p == nil {
		return value{}, refuse(400, codeBadRequest, "Could not find a property named '%s' on type 'Microsoft.NAV.%s'.", name, f.schema.entity)
	}
	if p.computed {
		return value{}, wrongFilter("the field '%s' is computed and cannot be filtered.", name)
	}
	return value{p, func(r row) any { return p.value(r) }}, nil
}

func (f *filter) literal(p *prop) (any, error) {
	f.space()
	if f.sign('\'') {
		var b strings.Builder
		for {
			if f.at >= len(f.text) {
				return nil, wrongFilter("a text is not closed.")
			}
			c := f.text[f.at]
			f.at++
			if c != '\'' {
				b.WriteByte(c)
				continue
			}
			if f.at >= len(f.text) || f.text[f.at] != '\'' {
				break
			}
			b.WriteByte('\'')
			f.at++
		}
		if p.kind != kindText && p.kind != kindCode && p.kind != kindEnum {
			return nil, wrongFilter("'%s' is %s and cannot be compared with a text.", p.name, edm[p.kind])
		}
		if p.kind == kindEnum {
			return p.decode(quoteJSON(b.String()))
		}
		return b.String(), nil // not normalised: a code is compared as it is stored
	}
	start := f.at
	for f.at < len(f.text) && !strings.ContainsRune(" ,)", rune(f.text[f.at])) {
		f.at++
	}
	raw := f.text[start:f.at]
	switch p.kind {
	case kindText, kindCode, kindEnum:
		return nil, wrongFilter("the text compared with '%s' must be in quotes.", p.name)
	case kindGUID, kindDate, kindTime:
		v, err := p.decode(quoteJSON(raw))
		if err != nil {
			return nil, wrongFilter("'%s' is no value of '%s'.", raw, p.name)
		}
		return v, nil
	default:
		v, err := p.decode(json.RawMessage(raw))
		if err != nil || raw == "null" {
			return nil, wrongFilter("'%s' is no value of '%s'.", raw, p.name)
		}
		return v, nil
	}
}

func (f *filter) comparison() (node, error) {
	name := f.name()
	if strings.HasPrefix(f.text[f.at:], "/") { // nav/any(…): silently ignored
		return f.lambda()
	}
	if slices.Contains([]string{"startswith", "endswith", "contains"}, name) {
		return f.matching(name)
	}
	left, err := f.left(name)
	if err != nil {
		return node{}, err
	}
	op := f.name()
	if op == "in" {
		return f.in(left)
	}
	accept := map[string]func(int) bool{
		"eq": func(c int) bool { return c == 0 }, "ne": func(c int) bool { return c != 0 }, "gt": func(c int) bool { return c > 0 },
		"ge": func(c int) bool { return c >= 0 }, "lt": func(c int) bool { return c < 0 }, "le": func(c int) bool { return c <= 0 },
	}[op]
	if accept == nil {
		return node{}, wrongFilter("'%s' is not an operator.", op)
	}
	right, err := f.literal(left.prop)
	if err != nil {
		return node{}, err
	}
	n := node{prop: left.prop, fields: []string{left.name}}
	if text, ok := right.(string); ok && op == "eq" {
		n.equals = map[string]bool{text: true}
		n.test = func(r row) bool {
			s, ok := left.of(r).(string)
			return ok && n.equals[blankOf(left.prop, s)]
		}
		return n, nil
	}
	n.test = func(r row) bool { return accept(compare(left.prop, left.of(r), right)) }
	return n, nil
}

func (f *filter) left(name string) (value, error) {
	if name != "tolower" && name != "toupper" && name != "substring" {
		return f.field(name)
	}
	if !f.sign('(') {
		return value{}, wrongFilter("'%s' needs an argument.", name)
	}
	inner := f.name()
	if f.at < len(f.text) && f.text[f.at] == '(' && !f.newer {
		return value{}, wrongFilter("nested functions need schema version 2.1.")
	}
	if name != "substring" && f.noCase {
		return value{}, refuse(400, codeUnimplemented, "The function '%s' is not implemented.", name)
	}
	v, err := f.left(inner)
	if err != nil {
		return v, err
	}
	if v.kind != kindText && v.kind != kindCode {
		return v, wrongFilter("'%s' needs a text.", name)
	}
	get := v.of
	change := strings.ToLower
	if name == "toupper" {
		change = strings.ToUpper
	}
	if name == "substring" {
		from := 0
		if f.sign(',') {
			n, err := f.literal(&prop{name: "substring", kind: kindInt})
			if err != nil {
				return v, err
			}
			from, _ = n.(int)
		}
		change = func(s string) string { return s[min(max(from, 0), len(s)):] }
	}
	if !f.sign(')') {
		return v, wrongFilter("a parenthesis is not closed.")
	}
	v.of = func(r row) any {
		s, _ := get(r).(string)
		return change(s)
	}
	return v, nil
}

func (f *filter) matching(name string) (node, error) {
	test := map[string]func(string, string) bool{"startswith": strings.HasPrefix, "endswith": strings.HasSuffix, "contains": strings.Contains}[name]
	if !f.sign('(') {
		return node{}, wrongFilter("'%s' needs arguments.", name)
	}
	v, err := f.left(f.name())
	if err != nil {
		return node{}, err
	}
	if !f.sign(',') {
		return node{}, wrongFilter("'%s' needs two arguments.", name)
	}
	arg, err := f.literal(v.prop)
	if err != nil {
		return node{}, err
	}
	want, ok := arg.(string)
	if !ok || !f.sign(')') {
		return node{}, wrongFilter("'%s' needs a text.", name)
	}
	return node{fields: []string{v.name}, test: func(r row) bool {
		s, _ := v.of(r).(string)
		return test(s, want)
	}}, nil
}

func (f *filter) in(v value) (node, error) {
	if !f.newer {
		return node{}, wrongFilter("the operator 'in' needs schema version 2.1.")
	}
	if !f.sign('(') {
		return node{}, wrongFilter("'in' needs a list.")
	}
	var list []any
	for {
		x, err := f.literal(v.prop)
		if err != nil {
			return node{}, err
		}
		list = append(list, x)
		if f.sign(')') {
			break
		}
		if !f.sign(',') {
			return node{}, wrongFilter("a list is not closed.")
		}
	}
	return node{fields: []string{v.name}, test: func(r row) bool {
		return slices.ContainsFunc(list, func(x any) bool { return compare(v.prop, v.of(r), x) == 0 })
	}}, nil
}

func (f *filter) lambda() (node, error) {
	f.at++
	if op := f.name(); op != "any" && op != "all" {
		return node{}, wrongFilter("'/%s' is not possible.", op)
	}
	depth := 0
	for f.at < len(f.text) {
		c := f.text[f.at]
		f.at++
		if c == '(' {
			depth++
		}
		if c == ')' {
			if depth--; depth == 0 {
				return node{test: func(row) bool { return true }}, nil
			}
		}
	}
	return node{}, wrongFilter("a parenthesis is not closed.")
}

// blankOf is a stored text as the API shows it.
func blankOf(p *prop, s string) string {
	if s != "" {
		return s
	}
	switch p.kind {
	case kindGUID:
		return zeroGUID
	case kindDate:
		return zeroDate
	case kindEnum:
		return blankEnum
	default:
		return s
	}
}

// compare orders two values of a property.
func compare(p *prop, a, b any) int {
	switch a := a.(type) {
	case string:
		b, _ := b.(string)
		return strings.Compare(blankOf(p, a), blankOf(p, b))
	case decimal.Decimal:
		b, _ := b.(decimal.Decimal)
		return a.Cmp(b)
	case int:
		b, _ := b.(int)
		return a - b
	case time.Time:
		b, _ := b.(time.Time)
		return a.Compare(b)
	case bool:
		b, _ := b.(bool)
		switch {
		case a == b:
			return 0
		case b:
			return -1
		}
		return 1
	}
	return 0
}
