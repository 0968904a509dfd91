package businesscentral

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/shopspring/decimal"
)

// kind is the type of a property.
type kind int

const (
	kindText kind = iota
	kindCode      // upper-cased and trimmed
	kindGUID
	kindDecimal
	kindInt
	kindBool
	kindDate
	kindTime
	kindEnum
)

// edm are the kinds' names in $metadata and error texts.
var edm = map[kind]string{
	kindText: "Edm.String", kindCode: "Edm.String", kindGUID: "Edm.Guid", kindDecimal: "Edm.Decimal", kindInt: "Edm.Int32",
	kindBool: "Edm.Boolean", kindDate: "Edm.Date", kindTime: "Edm.DateTimeOffset", kindEnum: "Edm.String",
}

// Blank values as BC shows them.
const (
	zeroGUID  = "00000000-0000-0000-0000-000000000000"
	zeroDate  = "0001-01-01"
	blankEnum = "_x0020_"
)

// prop is a property of an entity, read from the tag bc of a struct field:
// a kind (text:100, code:20, enum:A|B, dec, …) and options.
type prop struct {
	name     string
	kind     kind
	max      int // UTF-16 units; 0 is no limit
	members  []string
	ro       bool // read-only
	insert   bool // can be set when the record is created only
	computed bool // worked out by the page: no filter, no order
	place    int  // in the order in which the page registers its fields
	index    []int
}

type schema struct {
	entity string
	props  []*prop
	byName map[string]*prop
}

// schemaOf reads the tags of T as far as they hold for set. Options: ro,
// insert, computed, only=<set>, not=<set>, ro=<set>; the tag - hides a field from the API.
func schemaOf[T any](entity, set string) *schema {
	s := &schema{entity: entity, byName: map[string]*prop{}}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		tag := f.Tag.Get("bc")
		if f.Anonymous || tag == "" || tag == "-" {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		p := &prop{name: name, index: f.Index}
		parts := strings.Split(tag, ",")
		p.setKind(parts[0])
		var only []string
		elsewhere := false
		for _, o := range parts[1:] {
			switch what, arg, _ := strings.Cut(o, "="); what {
			case "ro":
				p.ro = p.ro || arg == "" || arg == set
			case "insert":
				p.insert = true
			case "computed":
				p.computed = true
			case "only":
				only = append(only, arg)
			case "not":
				elsewhere = elsewhere || arg == set
			}
		}
		if !elsewhere && (only == nil || slices.Contains(only, set)) {
			p.place = len(s.props)
			s.props = append(s.props, p)
			s.byName[name] = p
		}
	}
	return s
}

func (p *prop) setKind(s string) {
	name, arg, _ := strings.Cut(s, ":")
	p.kind = map[string]kind{
		"text": kindText, "code": kindCode, "guid": kindGUID, "dec": kindDecimal, "int": kindInt,
		"bool": kindBool, "date": kindDate, "time": kindTime, "enum": kindEnum,
	}[name]
	if p.kind == kindEnum {
		p.members = strings.Split(arg, "|")
		return
	}
	p.max, _ = strconv.Atoi(arg) // no length: no limit
}

// value is the property's value in r: string, decimal.Decimal, int, bool or time.Time.
func (p *prop) value(r row) any {
	return reflect.ValueOf(r).Elem().FieldByIndex(p.index).Interface()
}

func (p *prop) set(r row, v any) {
	reflect.ValueOf(r).Elem().FieldByIndex(p.index).Set(reflect.ValueOf(v))
}

// same reports whether v is what r holds: BC does not validate it again.
func (p *prop) same(r row, v any) bool {
	old := p.value(r)
	if d, ok := old.(decimal.Decimal); ok {
		n, isDecimal := v.(decimal.Decimal)
		return isDecimal && d.Equal(n)
	}
	return old == v
}

var guidPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// decode reads a JSON value of the property's type. null is the blank value.
func (p *prop) decode(raw json.RawMessage) (any, error) {
	wrong := func() error {
		return badRequest("Cannot convert a value to target type '%s' of property '%s'.", edm[p.kind], p.name)
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, badRequest("The value of property '%s' is not JSON.", p.name)
	}
	text, isText := v.(string)
	number, isNumber := v.(json.Number)
	blank := v == nil
	switch p.kind {
	case kindText, kindCode:
		if !isText && !blank {
			return nil, wrong()
		}
		if p.kind == kindCode {
			text = strings.ToUpper(strings.TrimSpace(text))
		}
		return text, nil
	case kindGUID:
		if blank {
			return zeroGUID, nil
		}
		if !isText {
			return nil, wrong()
		}
		if !guidPattern.MatchString(text) {
			return nil, wrong()
		}
		return strings.ToLower(text), nil
	case kindDecimal, kindInt:
		if blank {
			number, isNumber = "0", true
		}
		if n, ok := p.number(number); ok && isNumber { // digits in quotes are text
			return n, nil
		}
		return nil, wrong()
	case kindBool:
		b, ok := v.(bool)
		if !ok && !blank {
			return nil, wrong()
		}
		return b, nil
	case kindDate:
		if blank {
			return zeroDate, nil
		}
		if _, err := time.Parse(time.DateOnly, text); !isText || err != nil {
			return nil, wrong()
		}
		return text, nil
	case kindTime:
		t, err := time.Parse(time.RFC3339, text)
		if !isText || err != nil {
			return nil, wrong()
		}
		return t.UTC(), nil
	case kindEnum:
		if !isText || !slices.Contains(p.members, text) {
			return nil, badRequest("'%v' is not a member of the enum of property '%s'; its members are %s.", v, p.name, strings.Join(p.members, ", ")).in("1.5")
		}
		return text, nil
	}
	return nil, wrong()
}

// number is a JSON number as a decimal, or as an int of 32 bits.
func (p *prop) number(raw json.Number) (v any, ok bool) {
	n, err := decimal.NewFromString(string(raw))
	// The exponent first: a number of a few characters can have millions of digits.
	if err != nil || n.Exponent() > 18 || n.Exponent() < -28 || n.Abs().GreaterThan(decimal.New(1, 18)) {
		return nil, false
	}
	if p.kind == kindDecimal {
		return n, true
	}
	if !n.IsInteger() || n.Abs().GreaterThan(decimal.NewFromInt(1<<31-1)) {
		return nil, false
	}
	return int(n.IntPart()), true
}

// checkLength is the field length, in UTF-16 units as BC counts.
func (p *prop) checkLength(v any) error {
	text, ok := v.(string)
	if !ok || p.max == 0 {
		return nil
	}
	if n := len(utf16.Encode([]rune(text))); n > p.max {
		return refuse(400, codeTooLong, "The length of the string is %d, but it must be less than or equal to %d characters. Value: %s", n, p.max, text)
	}
	return nil
}

// encode is the JSON form.
func (p *prop) encode(r row) json.RawMessage {
	switch v := p.value(r).(type) {
	case decimal.Decimal:
		return json.RawMessage(v.String())
	case time.Time:
		return quoteJSON(formatTime(v))
	case string:
		switch {
		case v != "":
		case p.kind == kindGUID:
			v = zeroGUID
		case p.kind == kindDate:
			v = zeroDate
		case p.kind == kindEnum:
			v = blankEnum
		}
		return quoteJSON(v)
	default:
		return json.RawMessage(fmt.Sprint(v)) // int, bool
	}
}

func formatTime(t time.Time) string {
	if t.IsZero() {
		return "0001-01-01T00:00:00Z"
	}
	return t.UTC().Format("2006-01-02T15:04:05.999Z07:00")
}

func quoteJSON(s string) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always has a JSON form
	return bytes.TrimSpace(b.Bytes())
}

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name string
	raw  json.RawMessage
}

func (o *object) add(name string, raw json.RawMessage) { *o = append(*o, member{name, raw}) }

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, quoteJSON(m.name)...), ':'), m.raw...)
	}
	return append(b, '}'), nil
}

// array joins raw values.
func array[T ~[]byte](vs []T) json.RawMessage {
	b := []byte{'['}
	for i, v := range vs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, v...)
	}
	return append(b, ']')
}

var errNotObject = errors.New("not a JSON object")

// parseObject reads an object with its members in order.
func parseObject(body []byte) (object, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errNotObject
	}
	o, seen := object{}, map[string]bool{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, errNotObject
		}
		if seen[name] {
			return nil, fmt.Errorf("the property '%s' occurs twice", name)
		}
		seen[name] = true
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, errNotObject
		}
		o.add(name, raw)
	}
	if _, err := d.Token(); err != nil {
		return nil, errNotObject
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errNotObject
	}
	return o, nil
}

// input is a checked body: changes in the order of the JSON.
type input struct {
	changes  []change
	children map[string][]input // by navigation property
	creating bool               // a POST
}

type change struct {
	*prop
	v any
}

func (in input) has(names ...string) bool {
	return slices.ContainsFunc(in.changes, func(c change) bool { return slices.Contains(names, c.name) })
}

// recreating are the fields of a document from which BC makes its lines anew.
var recreating = []string{
	"customerId", "customerNumber", "billToCustomerId", "billToCustomerNumber", "currencyId", "currencyCode", "pricesIncludeTax",
}

// bind checks a body against a set before any of BC's logic runs.
func (st *set) bind(body []byte, creating bool) (input, error) {
	o, err := parseObject(body)
	if err != nil {
		return input{}, badRequest("The request body is not valid: %s.", err)
	}
	in := input{children: map[string][]input{}, creating: creating}
	for _, m := range o {
		if strings.Contains(m.name, "@") {
			continue // an annotation
		}
		if n, ok := st.navs[m.name]; ok && n.deep {
			if !creating {
				return input{}, badRequest("A PATCH changes a single record: '%s' is not possible.", m.name).in("1.5")
			}
			var raws []json.RawMessage
			if err := json.Unmarshal(m.raw, &raws); err != nil {
				return input{}, badRequest("The value of property '%s' must be an array.", m.name)
			}
			for _, raw := range raws {
				child, err := sets[n.set].bind(raw, true)
				if err != nil {
					return input{}, err
				}
				in.children[m.name] = append(in.children[m.name], child)
			}
			continue
		}
		p := st.schema.byName[m.name]
		if p == nil {
			return input{}, badRequest("The property '%s' does not exist on type 'Microsoft.NAV.%s'. Make sure to only use property names that are defined by the type.", m.name, st.schema.entity)
		}
		v, err := p.decode(m.raw)
		if err != nil {
			return input{}, err
		}
		if len(in.children) > 0 && slices.Contains(recreating, m.name) {
			return input{}, dialog("The property '%s' must come before the lines: it would create them anew.", m.name)
		}
		if p.ro || p.insert && !creating {
			return input{}, refuse(400, codeReadOnly, "The control '%s' is read-only.", m.name)
		}
		in.changes = append(in.changes, change{p, v})
	}
	return in, nil
}
