package shopify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"
	"github.com/vektah/gqlparser/v2/ast"
)

// object is a value with fields. field returns nil, a scalar (string, int,
// int64, bool, float64, decimal, time), an object, a list ([]object or
// []string), a *page, or an *Error, which makes the field null.
type object interface {
	typeName() string
	field(x *execution, name string, args map[string]any) any
}

// execution runs one operation against one shop.
type execution struct {
	*selector
	faulty

	shop   *Shop
	now    time.Time
	base   string // of addresses that the answer tells
	out    bytes.Buffer
	enc    *json.Encoder
	errors []*Error
	search []searchReport
	// current is the root field of a mutation that is running.
	current *selected
	// refusals are the user errors of the mutations that wrote nothing.
	refusals []userError
}

// searchReport is an entry of extensions.search.
type searchReport struct {
	Path     []any     `json:"path"`
	Query    string    `json:"query"`
	Parsed   any       `json:"parsed,omitempty"`
	Warnings []warning `json:"warnings"`
}

type warning struct {
	Field   string `json:"field"`
	Message string `json:"message"`
	Code    string `json:"code"`
}

// run writes the data of op to x.out and returns its actual cost.
func (x *execution) run(op *ast.OperationDefinition) float64 {
	root, obj := x.schema.Query, object(queryRoot{})
	if op.Operation == ast.Mutation {
		root, obj = x.schema.Mutation, mutationRoot{}
	}
	points, ok := x.object(op.SelectionSet, root, obj, nil)
	if !ok {
		x.out.Reset()
		x.out.WriteString("null")
	}
	return points
}

// object writes obj. Not ok means that a field which must not be null is, so
// that the whole object becomes null; the caller takes back what was written.
func (x *execution) object(sel ast.SelectionSet, def *ast.Definition, obj object, path []any) (points float64, ok bool) {
	defer x.enter(obj)()
	x.out.WriteByte('{')
	for i, f := range x.fields(sel, def) {
		if i > 0 {
			x.out.WriteByte(',')
		}
		x.out.WriteString(strconv.Quote(f.key))
		x.out.WriteByte(':')
		if f.def == nil {
			x.out.WriteString(strconv.Quote(def.Name))
			continue
		}
		here := append(slices.Clip(path), f.key)
		if def == x.schema.Mutation {
			x.current = f
		}
		back := x.step(f.name)
		v := x.resolve(f, obj)
		own, ok := x.value(f, f.def.Type, v, here)
		back()
		if !ok {
			return points, false
		}
		if p, isPayload := v.(payload); isPayload && len(p.refused) > 0 {
			x.refusals = append(x.refusals, p.refused...)
			own = 0 // a refused mutation costs its base price, whatever it shows
		}
		points += own + x.points(f, def)
	}
	x.out.WriteByte('}')
	return points, true
}

// points is the price of the field itself, without what is in it.
func (x *execution) points(f *selected, parent *ast.Definition) float64 {
	t := x.schema.Types[f.def.Type.Name()]
	if p, ok := fieldPoints[parent.Name+"."+f.name]; ok {
		return p
	}
	switch {
	case t.IsLeafType() || freeTypes[t.Name]:
		return 0
	case parent == x.schema.Mutation:
		if p, ok := mutationPoints[f.name]; ok {
			return p
		}
		return pointsMutation
	case isPayload(parent) && !isConnection(t):
		return 0
	case isConnection(t):
		return pointsConnection
	case t.Name == "Count" && parent == x.schema.Query:
		return pointsRootCount
	}
	return pointsObject
}

func isPayload(t *ast.Definition) bool {
	n := t.Name
	return len(n) > 7 && n[len(n)-7:] == "Payload"
}

func (x *execution) value(f *selected, t *ast.Type, v any, path []any) (float64, bool) {
	if t.NonNull {
		inner := *t
		inner.NonNull = false
		start := x.out.Len()
		points, ok := x.value(f, &inner, v, path)
		if !ok || string(x.out.Bytes()[start:]) == "null" {
			if ok && len(x.errors) == 0 {
				x.fail(f, path, fail(codeInternal, "Cannot return null for non-nullable field %s", f.name))
			}
			x.out.Truncate(start)
			return points, false
		}
		return points, true
	}
	if o, isObject := v.(object); isObject {
		if w, struck := x.strikeObject(f, o); struck {
			v = w
		}
	}
	var e *Error
	if err, isErr := v.(error); isErr && errors.As(err, &e) {
		x.fail(f, path, e)
		v = nil
	}
	switch v := v.(type) {
	case nil:
		x.out.WriteString("null")
		return 0, true
	case []object:
		return x.list(f, t, len(v), func(i int) any { return nilable(v[i]) }, path), true
	case []string:
		return x.list(f, t, len(v), func(i int) any { return v[i] }, path), true
	case *page:
		start := x.out.Len()
		points, ok := x.page(f, x.schema.Types[t.NamedType], v, path)
		return x.settle(start, points, ok), true
	case object:
		start := x.out.Len()
		points, ok := x.object(f.sel, x.schema.Types[v.typeName()], v, path)
		return x.settle(start, points, ok), true
	}
	x.scalar(v)
	return 0, true
}

// scalar writes a value without fields.
func (x *execution) scalar(v any) {
	switch v := v.(type) {
	case time.Time:
		if v.IsZero() {
			x.out.WriteString("null")
		} else {
			x.out.WriteString(v.UTC().Truncate(time.Second).Format(`"2006-01-02T15:04:05Z"`))
		}
	case decimal.Decimal:
		x.out.WriteString(strconv.Quote(amount(v)))
	case string:
		x.text(v)
	case bool:
		x.out.WriteString(strconv.FormatBool(v))
	case int:
		x.out.WriteString(strconv.Itoa(v))
	case int64: // UnsignedInt64 travels as text
		x.out.WriteString(strconv.Quote(strconv.FormatInt(v, 10)))
	default:
		b, err := marshal(v)
		if err != nil {
			b = []byte("null")
		}
		x.out.Write(b)
	}
}

func (x *execution) settle(start int, points float64, ok bool) float64 {
	if !ok {
		x.out.Truncate(start)
		x.out.WriteString("null")
	}
	return points
}

func (x *execution) list(f *selected, t *ast.Type, n int, at func(int) any, path []any) float64 {
	start := x.out.Len()
	x.out.WriteByte('[')
	var dearest float64
	for i := range n {
		if i > 0 {
			x.out.WriteByte(',')
		}
		points, ok := x.value(f, t.Elem, at(i), append(slices.Clip(path), i))
		dearest = max(dearest, points)
		if !ok {
			x.out.Truncate(start)
			x.out.WriteString("null")
			return dearest
		}
	}
	x.out.WriteByte(']')
	return dearest
}

func (x *execution) fail(f *selected, path []any, e *Error) {
	c := *e
	c.Extensions = maps.Clone(e.Extensions)
	if c.Path == nil {
		c.Path = path
	}
	if c.Locations == nil {
		c.Locations = at(f.node.Position)
	}
	x.errors = append(x.errors, &c)
}

// text writes a JSON string.
func (x *execution) text(s string) {
	if x.enc == nil {
		x.enc = json.NewEncoder(&x.out)
		x.enc.SetEscapeHTML(false)
	}
	if err := x.enc.Encode(s); err == nil {
		x.out.Truncate(x.out.Len() - 1) // the encoder's newline
	}
}

// amount writes a decimal as Shopify does: at least one digit after the point.
func amount(d decimal.Decimal) string {
	if d.IsInteger() {
		return d.StringFixed(1)
	}
	return d.String()
}

// marshal is json.Marshal without escaping of HTML.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("writing JSON: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

func nilable(o object) any {
	if o == nil {
		return nil
	}
	return o
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
