package shopify_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// introspection is what ordinary tools send before anything else.
const introspection = `query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name } types { ...FullType }
	directives { name description locations args { ...InputValue } } } }
fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
	inputFields { ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }`

// typeText is a type as the schema language writes it.
func typeText(t *testing.T, v any) string {
	t.Helper()
	switch at(t, v, "kind") {
	case "NON_NULL":
		return typeText(t, at(t, v, "ofType")) + "!"
	case "LIST":
		return "[" + typeText(t, at(t, v, "ofType")) + "]"
	}
	s, _ := at(t, v, "name").(string)
	return s
}

// names are the names of a list's entries, with the types of those that have one.
func names(t *testing.T, v any) (out []string) {
	t.Helper()
	list, _ := v.([]any)
	for _, e := range list {
		s, _ := at(t, e, "name").(string)
		if typ := at(t, e, "type"); typ != nil {
			s += ": " + typeText(t, typ)
		}
		if args := names(t, at(t, e, "args")); len(args) > 0 {
			s += " of " + strings.Join(args, ", ")
		}
		if d, ok := at(t, e, "defaultValue").(string); ok {
			s += " = " + d
		}
		out = append(out, s)
	}
	return out
}

// Tools read out of the answer the schema that documents are checked against.
func TestIntrospection(t *testing.T) {
	b, err := os.ReadFile("schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(b)})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	s := at(t, w.ask(t, introspection, nil), "__schema")
	if at(t, s, "queryType", "name") != "QueryRoot" || at(t, s, "mutationType", "name") != "Mutation" || at(t, s, "subscriptionType") != nil {
		t.Errorf("roots %v, %v", at(t, s, "queryType"), at(t, s, "mutationType"))
	}
	if ds := names(t, at(t, s, "directives")); !slices.Contains(ds, "idempotent of key: String!") {
		t.Errorf("directives %q", ds)
	}
	types, ok := at(t, s, "types").([]any)
	if !ok || len(types) != len(schema.Types) {
		t.Fatalf("%d types, want %d", len(types), len(schema.Types))
	}
	inputs := func(as ast.ArgumentDefinitionList) string {
		var out []string
		for _, a := range as {
			x := a.Name + ": " + a.Type.String()
			if a.DefaultValue != nil {
				x += " = " + a.DefaultValue.String()
			}
			out = append(out, x)
		}
		return strings.Join(out, ", ")
	}
	for _, v := range types {
		name, _ := at(t, v, "name").(string)
		d := schema.Types[name]
		if d == nil || at(t, v, "kind") != string(d.Kind) {
			t.Errorf("type %q is a %v", name, at(t, v, "kind"))
			continue
		}
		var want, values []string
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			x := f.Name + ": " + f.Type.String()
			if len(f.Arguments) > 0 {
				x += " of " + inputs(f.Arguments)
			}
			if f.DefaultValue != nil {
				x += " = " + f.DefaultValue.String()
			}
			want = append(want, x)
		}
		for _, e := range d.EnumValues {
			values = append(values, e.Name)
		}
		fields := "fields"
		if d.Kind == ast.InputObject {
			fields = "inputFields"
		}
		if got := names(t, at(t, v, fields)); !slices.Equal(got, want) {
			t.Errorf("%s has %q, want %q", name, got, want)
		}
		if got := names(t, at(t, v, "enumValues")); !slices.Equal(got, values) {
			t.Errorf("%s has the values %q, want %q", name, got, values)
		}
		if d.IsAbstractType() && len(names(t, at(t, v, "possibleTypes"))) != len(schema.GetPossibleTypes(d)) {
			t.Errorf("%s is %q", name, names(t, at(t, v, "possibleTypes")))
		}
	}
	one := w.ask(t, `{ __typename a: __type(name: "OrderIdentifierInput") { isOneOf __typename } b: __type(name: "Colour") { name } shop { __typename } }`, nil)
	if at(t, one, "__typename") != "QueryRoot" || at(t, one, "a", "isOneOf") != true || at(t, one, "b") != nil || at(t, one, "shop", "__typename") != "Shop" {
		t.Errorf("types one by one: %v", one)
	}
}
