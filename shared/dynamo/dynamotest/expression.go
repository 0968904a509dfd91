package dynamotest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// expressions evaluates the expressions of one request, and remembers which of
// its names and values they used: like the service it refuses the rest.
type expressions struct {
	names  map[string]string
	values item
	used   map[string]bool
}

var (
	existsTerm = regexp.MustCompile(`^attribute_(not_)?exists\((#\w+)\)$`)
	equalsTerm = regexp.MustCompile(`^(#\w+) = (:\w+)$`)
	beginsTerm = regexp.MustCompile(`^begins_with\((#\w+), (:\w+)\)$`)
	clause     = regexp.MustCompile(`(?:^| )(SET|REMOVE|ADD) `)
	addTerm    = regexp.MustCompile(`^(#\w+) (:\w+)$`)
)

func (x expressions) name(n string) (string, error) {
	x.used[n] = true
	if a, ok := x.names[n]; ok {
		return a, nil
	}
	return "", invalid("An expression attribute name used in the document path is not defined; attribute name: %s", n)
}

func (x expressions) value(v string) (value, error) {
	x.used[v] = true
	if a, ok := x.values[v]; ok {
		return a, nil
	}
	return value{}, invalid("An expression attribute value used in expression is not defined; attribute value: %s", v)
}

func (x expressions) both(n, v string) (string, value, error) {
	name, err := x.name(n)
	if err != nil {
		return "", value{}, err
	}
	val, err := x.value(v)
	return name, val, err
}

func (x expressions) unused() error {
	for n := range x.names {
		if !x.used[n] {
			return invalid("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", n)
		}
	}
	for v := range x.values {
		if !x.used[v] {
			return invalid("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", v)
		}
	}
	return nil
}

// condition is an OR of terms.
func (x expressions) condition(expr string, on item) (holds bool, err error) {
	for term := range strings.SplitSeq(expr, " OR ") {
		if m := existsTerm.FindStringSubmatch(term); m != nil {
			name, err := x.name(m[2])
			if err != nil {
				return false, err
			}
			_, has := on[name]
			holds = holds || has == (m[1] == "")
			continue
		}
		m := equalsTerm.FindStringSubmatch(term)
		if m == nil {
			return false, invalid("Invalid ConditionExpression: %s", term)
		}
		name, want, err := x.both(m[1], m[2])
		if err != nil {
			return false, err
		}
		has, ok := on[name]
		holds = holds || ok && same(has, want)
	}
	return holds, nil
}

func same(a, b value) bool {
	if a.N != nil && b.N != nil {
		return *a.N == *b.N
	}
	return a.S != nil && b.S != nil && *a.S == *b.S
}

func (x expressions) keyCondition(expr, pk, sk string) (func(item) bool, error) {
	first, second, two := strings.Cut(expr, " AND ")
	m := equalsTerm.FindStringSubmatch(first)
	if m == nil {
		return nil, invalid("Invalid KeyConditionExpression: %s", expr)
	}
	name, want, err := x.both(m[1], m[2])
	if err != nil {
		return nil, err
	}
	if name != pk || want.text() == "" {
		return nil, invalid("Query condition missed key schema element: %s", pk)
	}
	prefix := ""
	if two {
		m := beginsTerm.FindStringSubmatch(second)
		if m == nil {
			return nil, invalid("Invalid KeyConditionExpression: %s", second)
		}
		name, v, err := x.both(m[1], m[2])
		if err != nil {
			return nil, err
		}
		if prefix = v.text(); name != sk || prefix == "" {
			return nil, invalid("Query key condition not supported")
		}
	}
	return func(i item) bool {
		return i[pk].text() == want.text() && strings.HasPrefix(i[sk].text(), prefix)
	}, nil
}

// update applies SET a = :a, REMOVE b and ADD c :c to on.
func (x expressions) update(expr string, on item) error {
	at := clause.FindAllStringSubmatchIndex(expr, -1)
	if len(at) == 0 || at[0][0] != 0 {
		return invalid("Invalid UpdateExpression: %s", expr)
	}
	for i, m := range at {
		end := len(expr)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		for term := range strings.SplitSeq(expr[m[1]:end], ", ") {
			if err := x.updateTerm(expr[m[2]:m[3]], term, on); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x expressions) updateTerm(verb, term string, on item) error {
	pattern := map[string]*regexp.Regexp{"SET": equalsTerm, "ADD": addTerm}[verb]
	if pattern == nil {
		name, err := x.name(term)
		delete(on, name)
		return err
	}
	m := pattern.FindStringSubmatch(term)
	if m == nil {
		return invalid("Invalid UpdateExpression: %s", term)
	}
	name, v, err := x.both(m[1], m[2])
	if err != nil {
		return err
	}
	if name == "pk" || name == "sk" {
		return invalid("Cannot update attribute %s. This attribute is part of the key", name)
	}
	if verb == "SET" {
		on[name] = v
		return nil
	}
	sum, err := add(on[name], v)
	on[name] = sum
	return err
}

func add(a, b value) (value, error) {
	if b.N == nil {
		return a, invalid("Incorrect operand type for operator ADD")
	}
	n, err := strconv.ParseInt(*b.N, 10, 64)
	if err == nil && a.N != nil {
		var m int64
		m, err = strconv.ParseInt(*a.N, 10, 64)
		n += m
	}
	if err != nil {
		return a, invalid("%v", err)
	}
	s := fmt.Sprint(n)
	return value{N: &s}, nil
}
