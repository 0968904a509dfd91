package shopify

import (
	"encoding/json"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// selected is one field of a selection with all its sub-selections merged.
type selected struct {
	key, name string
	def       *ast.FieldDefinition // nil for __typename
	node      *ast.Field           // first place where it stands
	sel       ast.SelectionSet
	args      map[string]any // as executed; nil until asked for
}

// selector flattens selections under one set of variables. It remembers what
// it did, because a page selects the same fields for each of its entries.
type selector struct {
	schema *ast.Schema
	vars   map[string]any
	seen   map[selectionKey][]*selected
}

type selectionKey struct {
	first *ast.Selection
	n     int
	typ   string
}

func newSelector(schema *ast.Schema, vars map[string]any) *selector {
	return &selector{schema: schema, vars: vars, seen: map[selectionKey][]*selected{}}
}

// fields are those that apply to the object type t, in the order of the
// document, without what @skip and @include leave out.
func (s *selector) fields(sel ast.SelectionSet, t *ast.Definition) []*selected {
	if len(sel) == 0 {
		return nil
	}
	key := selectionKey{&sel[0], len(sel), t.Name}
	if out, ok := s.seen[key]; ok {
		return out
	}
	var out []*selected
	byKey := map[string]*selected{}
	var walk func(ast.SelectionSet)
	walk = func(sel ast.SelectionSet) {
		for _, x := range sel {
			switch x := x.(type) {
			case *ast.Field:
				if !s.included(x.Directives) {
					continue
				}
				if f, ok := byKey[x.Alias]; ok {
					f.sel = append(slices.Clip(f.sel), x.SelectionSet...)
					continue
				}
				f := &selected{key: x.Alias, name: x.Name, def: t.Fields.ForName(x.Name), node: x, sel: x.SelectionSet}
				byKey[x.Alias] = f
				out = append(out, f)
			case *ast.InlineFragment:
				if s.included(x.Directives) && s.applies(x.TypeCondition, t) {
					walk(x.SelectionSet)
				}
			case *ast.FragmentSpread:
				if s.included(x.Directives) && x.Definition != nil && s.applies(x.Definition.TypeCondition, t) {
					walk(x.Definition.SelectionSet)
				}
			}
		}
	}
	walk(sel)
	s.seen[key] = out
	return out
}

func (s *selector) included(ds ast.DirectiveList) bool {
	for _, d := range ds {
		a := d.Arguments.ForName("if")
		if a == nil {
			continue
		}
		v, err := a.Value.Value(s.vars)
		if err == nil && (d.Name == "skip" && v == true || d.Name == "include" && v == false) {
			return false
		}
	}
	return true
}

func (s *selector) applies(condition string, t *ast.Definition) bool {
	if condition == "" || condition == t.Name {
		return true
	}
	c := s.schema.Types[condition]
	if c == nil || !c.IsAbstractType() {
		return false
	}
	for _, p := range s.schema.GetPossibleTypes(c) {
		if p.Name == t.Name {
			return true
		}
	}
	return false
}

// arg is the value given for an argument, or nil.
func (s *selector) arg(f *selected, name string) any {
	a := f.node.Arguments.ForName(name)
	if a == nil {
		return nil
	}
	v, err := a.Value.Value(s.vars)
	if err != nil {
		return nil
	}
	return v
}

// arguments are all values with the schema's defaults. What was not given and
// has no default is absent, which differs from null.
func (s *selector) arguments(f *selected) map[string]any {
	if f.args != nil {
		return f.args
	}
	f.args = map[string]any{}
	for _, d := range f.def.Arguments {
		a := f.node.Arguments.ForName(d.Name)
		given := a != nil
		if given && a.Value.Kind == ast.Variable {
			_, given = s.vars[a.Value.Raw]
		}
		switch {
		case given:
			if v, err := a.Value.Value(s.vars); err == nil {
				f.args[d.Name] = v
			}
		case d.DefaultValue != nil:
			if v, err := d.DefaultValue.Value(nil); err == nil {
				f.args[d.Name] = v
			}
		}
	}
	return f.args
}

func asInt(v any) (int, bool) {
	switch v := v.(type) {
	case int:
		return v, true
	case int64:
		return int(v), true
	case float64:
		return int(v), v == float64(int(v))
	case json.Number:
		n, err := v.Int64()
		return int(n), err == nil
	}
	return 0, false
}

func asList(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

func asMap(v any) map[string]any {
	m, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	return m
}

func asString(v any) string {
	s, ok := v.(string)
	if !ok {
		return ""
	}
	return s
}
