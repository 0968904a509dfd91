package shopify

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// problem is why a variable does not fit.
type problem struct {
	Path        []any  `json:"path"`
	Explanation string `json:"explanation"`
}

var (
	gidPattern     = regexp.MustCompile(`^gid://shopify/([A-Za-z]+)/([0-9]+)(\?.*)?$`)
	decimalPattern = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
)

// variables checks the given values against the operation's declarations and
// returns them with defaults. Values that nobody declared are ignored.
func variables(schema *ast.Schema, op *ast.OperationDefinition, given map[string]any) (map[string]any, []*Error) {
	out := map[string]any{}
	var errs []*Error
	for _, d := range op.VariableDefinitions {
		v, ok := given[d.Variable]
		if !ok && d.DefaultValue != nil {
			if def, err := d.DefaultValue.Value(nil); err == nil {
				v, ok = def, true
			}
		}
		if !ok && !d.Type.NonNull {
			continue
		}
		c := coercer{schema: schema}
		out[d.Variable] = c.value(d.Type, v, nil)
		if len(c.problems) == 0 {
			continue
		}
		var why []string
		for _, p := range c.problems {
			path := make([]string, len(p.Path))
			for i, e := range p.Path {
				path[i] = fmt.Sprint(e)
			}
			if len(path) > 0 {
				why = append(why, fmt.Sprintf("%s (%s)", strings.Join(path, "."), p.Explanation))
			}
		}
		e := fail(codeVariable, "Variable $%s of type %s was provided invalid value", d.Variable, d.Type)
		if len(why) > 0 {
			e.Message += " for " + strings.Join(why, ", ")
		}
		e.Locations = at(d.Position)
		e.Extensions["value"] = v
		e.Extensions["problems"] = c.problems
		errs = append(errs, e)
	}
	return out, errs
}

type coercer struct {
	schema   *ast.Schema
	problems []problem
}

func (c *coercer) bad(path []any, format string, args ...any) any {
	c.problems = append(c.problems, problem{append([]any{}, path...), fmt.Sprintf(format, args...)})
	return nil
}

func (c *coercer) value(t *ast.Type, v any, path []any) any {
	if v == nil {
		if t.NonNull {
			return c.bad(path, "Expected value to not be null")
		}
		return nil
	}
	if t.Elem != nil {
		l, ok := v.([]any)
		if !ok {
			return []any{c.value(t.Elem, v, path)}
		}
		out := make([]any, len(l))
		for i, e := range l {
			out[i] = c.value(t.Elem, e, append(path, i))
		}
		return out
	}
	def := c.schema.Types[t.NamedType]
	switch def.Kind {
	case ast.InputObject:
		return c.object(def, v, path)
	case ast.Enum:
		if s, ok := v.(string); ok && def.EnumValues.ForName(s) != nil {
			return s
		}
		names := make([]string, len(def.EnumValues))
		for i, e := range def.EnumValues {
			names[i] = e.Name
		}
		return c.bad(path, "Expected %q to be one of: %s", fmt.Sprint(v), strings.Join(names, ", "))
	default:
		s, why := scalar(def.Name, v)
		if why != "" {
			return c.bad(path, "%s", why)
		}
		return s
	}
}

func (c *coercer) object(def *ast.Definition, v any, path []any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return c.bad(path, "Expected %s to be a key-value object", asJSON(v))
	}
	if why := notOne(def, len(m)); why != "" {
		return c.bad(path, "%s", why)
	}
	out := map[string]any{}
	for _, name := range sortedKeys(m) {
		f := def.Fields.ForName(name)
		if f == nil {
			c.bad(append(path, name), "Field is not defined on %s", def.Name)
			continue
		}
		out[name] = c.value(f.Type, m[name], append(path, name))
	}
	for _, f := range def.Fields {
		if _, given := m[f.Name]; given {
			continue
		}
		if f.DefaultValue != nil {
			if dv, err := f.DefaultValue.Value(nil); err == nil {
				out[f.Name] = dv
			}
		} else if f.Type.NonNull {
			c.bad(append(path, f.Name), "Expected value to not be null")
		}
	}
	return out
}

// notOne is why n fields are the wrong number for an input that wants exactly
// one of its own.
func notOne(def *ast.Definition, n int) string {
	if def.Directives.ForName("oneOf") == nil || n == 1 {
		return ""
	}
	return fmt.Sprintf("'%s' requires exactly one argument, but %d were provided.", def.Name, n)
}

// scalar checks one value; why says what is wrong with it.
func scalar(name string, v any) (out any, why string) {
	cannot := func() (any, string) { return nil, fmt.Sprintf("Could not coerce value %s to %s", asJSON(v), name) }
	switch name {
	case "Int":
		if n, ok := asInt(v); ok && n == int(int32(n)) { //nolint:gosec // the conversion is the check
			return n, ""
		}
		return cannot()
	case "Float":
		if n, ok := v.(json.Number); ok {
			f, err := n.Float64()
			if err == nil {
				return f, ""
			}
		}
		return cannot()
	case "Boolean":
		if b, ok := v.(bool); ok {
			return b, ""
		}
		return cannot()
	case "ID":
		s, ok := v.(string)
		if n, isNumber := v.(json.Number); isNumber {
			s, ok = n.String(), true
		}
		if !ok {
			return cannot()
		}
		if !gidPattern.MatchString(s) {
			return nil, fmt.Sprintf("Invalid global id '%s'", s)
		}
		return s, ""
	case "BigInt", "Decimal", "Money", "UnsignedInt64":
		s := fmt.Sprint(v)
		if _, isBool := v.(bool); isBool || !decimalPattern.MatchString(s) {
			return cannot()
		}
		return s, ""
	}
	s, ok := v.(string)
	if !ok {
		return cannot()
	}
	switch name {
	case "DateTime":
		if _, err := time.Parse(time.RFC3339, s); err != nil {
			return cannot()
		}
	case "URL":
		if !strings.Contains(s, "://") {
			return nil, fmt.Sprintf("Invalid url '%s', missing scheme", s)
		}
	}
	return s, ""
}

// literals checks the scalars of a document of which the validator looks at the
// form alone, or takes any: ids, times, amounts, whole numbers that are too large.
func literals(schema *ast.Schema, ps places) []*Error {
	var errs []*Error
	for _, p := range ps {
		if p.arg == nil || p.arg.typ == nil || p.arg.typ.Elem != nil {
			continue
		}
		def, v := schema.Types[p.arg.typ.NamedType], p.arg.value
		if def == nil || def.Kind != ast.Scalar || v.Kind == ast.Variable || v.Kind == ast.NullValue {
			continue
		}
		e := literal(def.Name, p.arg)
		if e != nil {
			e.Locations, e.Path = []location{p.at}, p.path
			errs = append(errs, e)
		}
	}
	return errs
}

func literal(typ string, a *argument) *Error {
	var v any
	switch a.value.Kind {
	case ast.StringValue, ast.BlockValue:
		v = a.value.Raw
	case ast.IntValue, ast.FloatValue:
		v = json.Number(a.value.Raw)
	case ast.BooleanValue:
		v = a.value.Raw == "true"
	default:
		return a.invalid()
	}
	_, why := scalar(typ, v)
	_, text := v.(string)
	switch {
	case why == "":
		return nil
	case typ == "ID" || text && typ != "Int":
		e := fail(codeLiterals, "%s", why)
		e.Extensions["typeName"] = "CoercionError"
		return e
	}
	return a.invalid()
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}
