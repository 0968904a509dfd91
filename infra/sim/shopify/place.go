package shopify

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// place is a spot in a document, as the path of an error names it: the
// operation or fragment first, then fields by alias or name, then arguments.
type place struct {
	at   location
	path []any
	arg  *argument // the value that stands here, if one does
}

// argument is a value in a document with where it was given.
type argument struct {
	name  string
	owner string // "Field" or "InputObject"
	of    string // its name
	typ   *ast.Type
	value *ast.Value
}

// places are all spots of a document, in its order within each definition.
type places []place

func placesOf(schema *ast.Schema, doc *ast.QueryDocument) places {
	var ps places
	for _, op := range doc.Operations {
		root := []any{rootName(op)}
		ps.add(op.Position, root, nil)
		for _, v := range op.VariableDefinitions {
			ps.add(v.Position, root, nil)
			if v.DefaultValue != nil {
				ps.value(schema, root, argument{v.Variable, "Variable", v.Variable, v.Type, v.DefaultValue})
			}
		}
		ps.selections(schema, root, op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		root := []any{"fragment " + f.Name}
		ps.add(f.Position, root, nil)
		ps.selections(schema, root, f.SelectionSet)
	}
	return ps
}

func rootName(op *ast.OperationDefinition) string {
	if op.Name == "" {
		return string(op.Operation)
	}
	return string(op.Operation) + " " + op.Name
}

func (ps *places) add(p *ast.Position, path []any, arg *argument) {
	if p != nil {
		*ps = append(*ps, place{location{p.Line, p.Column}, path, arg})
	}
}

func (ps *places) selections(schema *ast.Schema, path []any, sel ast.SelectionSet) {
	for _, s := range sel {
		switch s := s.(type) {
		case *ast.Field:
			here := append(slices.Clip(path), s.Alias)
			ps.add(s.Position, here, nil)
			for _, a := range s.Arguments {
				there := append(slices.Clip(here), a.Name)
				ps.add(a.Position, there, nil)
				arg := argument{name: a.Name, owner: "Field", of: s.Name, value: a.Value}
				if s.Definition != nil {
					if d := s.Definition.Arguments.ForName(a.Name); d != nil {
						arg.typ = d.Type
					}
				}
				ps.value(schema, there, arg)
			}
			ps.directives(here, s.Directives)
			ps.selections(schema, here, s.SelectionSet)
		case *ast.InlineFragment:
			here := append(slices.Clip(path), "... on "+s.TypeCondition)
			ps.add(s.Position, here, nil)
			ps.directives(here, s.Directives)
			ps.selections(schema, here, s.SelectionSet)
		case *ast.FragmentSpread:
			here := append(slices.Clip(path), "... "+s.Name)
			ps.add(s.Position, here, nil)
			ps.directives(here, s.Directives)
		}
	}
}

func (ps *places) directives(path []any, ds ast.DirectiveList) {
	for _, d := range ds {
		ps.add(d.Position, path, nil)
	}
}

// value adds a value and what is in it.
func (ps *places) value(schema *ast.Schema, path []any, a argument) {
	ps.add(a.value.Position, path, &a)
	var inner *ast.Type
	var def *ast.Definition
	if a.typ != nil {
		if inner = a.typ.Elem; inner == nil {
			def = schema.Types[a.typ.NamedType]
		}
	}
	for i, c := range a.value.Children {
		if a.value.Kind == ast.ListValue { // an entry is reported as the list's
			e := a
			e.typ, e.value = inner, c.Value
			ps.value(schema, append(slices.Clip(path), i), e)
			continue
		}
		f := argument{name: c.Name, owner: "InputObject", value: c.Value}
		if def != nil {
			f.of = def.Name
			if d := def.Fields.ForName(c.Name); d != nil {
				f.typ = d.Type
			}
		}
		there := append(slices.Clip(path), c.Name)
		ps.add(c.Position, there, nil)
		ps.value(schema, there, f)
	}
}

// find is the place of a node: the last of those that begin there, which is the
// innermost one, or the last before it.
func (ps places) find(at location) place {
	var best place
	for _, p := range ps {
		if p.at.Line < at.Line || p.at.Line == at.Line && p.at.Column <= at.Column {
			if p.at.Line > best.at.Line || p.at.Line == best.at.Line && p.at.Column >= best.at.Column {
				best = p
			}
		}
	}
	return best
}

// invalid is the error of a value that does not fit its argument.
func (a *argument) invalid() *Error {
	text := a.value.String()
	e := fail(codeLiterals, "Argument '%s' on %s '%s' has an invalid value (%s).", a.name, a.owner, a.of, text)
	if a.typ != nil {
		e.Message += fmt.Sprintf(" Expected type '%s'.", a.typ)
	}
	e.Extensions["typeName"], e.Extensions["argumentName"] = a.owner, a.name
	return e
}

// locate gives an error of the validator its path, and the words of Shopify
// where they need the argument that the value was given for.
func (ps places) locate(e *Error, argument string) *Error {
	if len(e.Locations) == 0 {
		return e
	}
	p := ps.find(e.Locations[0])
	if e.Extensions["code"] == codeLiterals && p.arg != nil {
		where := e.Locations
		e = p.arg.invalid()
		e.Locations = where
	}
	e.Path = p.path
	if n := len(e.Path); argument != "" && (n == 0 || e.Path[n-1] != any(argument)) {
		e.Path = append(slices.Clip(e.Path), argument)
	}
	return e
}
