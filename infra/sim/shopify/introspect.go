package shopify

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// What the schema tells of itself: that part of the Admin API that is simulated.
// Introspection costs no points.

type schemaObj struct{}

func (schemaObj) typeName() string { return "__Schema" }

func (schemaObj) field(x *execution, name string, _ map[string]any) any {
	s := x.schema
	switch name {
	case "types":
		var out []object
		for _, n := range sortedKeys(s.Types) {
			out = append(out, typeObj{ast.NamedType(n, nil)})
		}
		return out
	case "queryType":
		return typeObj{ast.NamedType(s.Query.Name, nil)}
	case "mutationType":
		return typeObj{ast.NamedType(s.Mutation.Name, nil)}
	case "directives":
		return list(nil, sortedKeys(s.Directives), func(n string) object { return directiveObj{s.Directives[n]} })
	}
	return nil
}

// typeObj is a type as it is used: not null, a list, or a named one.
type typeObj struct{ t *ast.Type }

func (typeObj) typeName() string { return "__Type" }

func (o typeObj) field(x *execution, name string, args map[string]any) any {
	switch {
	case o.t.NonNull:
		inner := *o.t
		inner.NonNull = false
		return wrapped(name, "NON_NULL", &inner)
	case o.t.Elem != nil:
		return wrapped(name, "LIST", o.t.Elem)
	}
	d, old := x.schema.Types[o.t.NamedType], args["includeDeprecated"] == true
	switch name {
	case "kind":
		return string(d.Kind)
	case "name":
		return d.Name
	case "description":
		return str(d.Description)
	case "fields":
		if d.Kind != ast.Object && d.Kind != ast.Interface {
			return nil
		}
		return list(nil, visible(d.Fields, old), func(f *ast.FieldDefinition) object { return fieldObj{f} })
	case "interfaces":
		if d.Kind != ast.Object && d.Kind != ast.Interface {
			return nil
		}
		return list(nil, d.Interfaces, named)
	case "possibleTypes":
		if !d.IsAbstractType() {
			return nil
		}
		return list(nil, x.schema.GetPossibleTypes(d), func(p *ast.Definition) object { return named(p.Name) })
	case "enumValues":
		if d.Kind != ast.Enum {
			return nil
		}
		return list(nil, d.EnumValues, func(v *ast.EnumValueDefinition) object { return enumObj{v} })
	case "inputFields":
		if d.Kind != ast.InputObject {
			return nil
		}
		return list(nil, visible(d.Fields, old), func(f *ast.FieldDefinition) object {
			return inputObj{f.Name, f.Description, f.Type, f.DefaultValue, f.Directives}
		})
	case "isOneOf":
		return d.Directives.ForName("oneOf") != nil
	}
	return nil
}

func named(n string) object { return typeObj{ast.NamedType(n, nil)} }

func wrapped(name, kind string, inner *ast.Type) any {
	switch name {
	case "kind":
		return kind
	case "ofType":
		return typeObj{inner}
	}
	return nil
}

// visible leaves out the introspection's own fields, and deprecated ones.
func visible(fs ast.FieldList, old bool) []*ast.FieldDefinition {
	return slices.DeleteFunc(slices.Clone(fs), func(f *ast.FieldDefinition) bool {
		return strings.HasPrefix(f.Name, "__") || !old && f.Directives.ForName("deprecated") != nil
	})
}

// deprecation answers isDeprecated and deprecationReason.
func deprecation(ds ast.DirectiveList, name string) any {
	d := ds.ForName("deprecated")
	if name == "isDeprecated" {
		return d != nil
	}
	if d == nil || d.Arguments.ForName("reason") == nil {
		return nil
	}
	return d.Arguments.ForName("reason").Value.Raw
}

type fieldObj struct{ f *ast.FieldDefinition }

func (fieldObj) typeName() string { return "__Field" }

func (o fieldObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "name":
		return o.f.Name
	case "description":
		return str(o.f.Description)
	case "args":
		return inputs(o.f.Arguments)
	case "type":
		return typeObj{o.f.Type}
	}
	return deprecation(o.f.Directives, name)
}

func inputs(as ast.ArgumentDefinitionList) []object {
	return list(nil, as, func(a *ast.ArgumentDefinition) object {
		return inputObj{a.Name, a.Description, a.Type, a.DefaultValue, a.Directives}
	})
}

type inputObj struct {
	name, description string
	typ               *ast.Type
	value             *ast.Value
	directives        ast.DirectiveList
}

func (inputObj) typeName() string { return "__InputValue" }

func (o inputObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "name":
		return o.name
	case "description":
		return str(o.description)
	case "type":
		return typeObj{o.typ}
	case "defaultValue":
		if o.value == nil {
			return nil
		}
		return o.value.String()
	}
	return deprecation(o.directives, name)
}

type enumObj struct{ v *ast.EnumValueDefinition }

func (enumObj) typeName() string { return "__EnumValue" }

func (o enumObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "name":
		return o.v.Name
	case "description":
		return str(o.v.Description)
	}
	return deprecation(o.v.Directives, name)
}

type directiveObj struct{ d *ast.DirectiveDefinition }

func (directiveObj) typeName() string { return "__Directive" }

func (o directiveObj) field(_ *execution, name string, _ map[string]any) any {
	switch name {
	case "name":
		return o.d.Name
	case "description":
		return str(o.d.Description)
	case "isRepeatable":
		return o.d.IsRepeatable
	case "locations":
		var out []string
		for _, l := range o.d.Locations {
			out = append(out, string(l))
		}
		return out
	case "args":
		return inputs(o.d.Arguments)
	}
	return nil
}
