package shop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/strict"
)

// reading brings JSON that a person has written into a card, field by field, so
// that all that cannot be read is known at once.
type reading struct{ problems []error }

func (r *reading) bad(field, value, want string) {
	r.problems = append(r.problems, Problem{field, value, want})
}

// field of a struct, by the name that it has in JSON.
type field struct {
	name  string
	value reflect.Value
}

func fieldsOf(v reflect.Value) (out []field) {
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && !f.Anonymous && name != "" && name != "-" {
			out = append(out, field{name, v.FieldByIndex(f.Index)})
		}
	}
	return out
}

// object brings the members of js into fields; at is their path, which ends in a
// full stop unless it is "". What null stands for is the same one of defaults.
func (r *reading) object(at string, js []byte, fields, defaults []field) {
	ms, err := strict.Object(js)
	if err != nil {
		r.bad(strings.TrimSuffix(at, "."), shown(js), "a JSON object")
		return
	}
	seen := map[string]bool{}
	for _, m := range ms {
		i := find(fields, m.Name)
		switch {
		case i < 0:
			r.unknown(at+m.Name, m, fields)
		case seen[fields[i].name]:
			r.bad(at+fields[i].name, shown(m.Value), "named once")
		default:
			f := fields[i]
			seen[f.name] = true
			r.value(at+f.name, m.Value, f.value, defaults[i].value)
		}
	}
	for _, f := range fields {
		if _, rate := reflect.TypeAssert[decimal.Decimal](f.value); rate && at != "" && !seen[f.name] {
			r.bad(at+f.name, "", "set") // 0 would be another rate
		}
	}
}

// find is the place of name, in letters of any case as encoding/json takes names; -1 if there is none.
func find(fields []field, name string) int {
	found := -1
	for i, f := range fields {
		if f.name == name {
			return i
		}
		if found < 0 && strings.EqualFold(f.name, name) {
			found = i
		}
	}
	return found
}

func (r *reading) unknown(at string, m strict.Member, fields []field) {
	if why, ok := beyondAPI(at); ok {
		r.bad(at, shown(m.Value), why)
		return
	}
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	r.bad(at, shown(m.Value), "left out: there is no setting of that name, the closest is "+strict.Closest(m.Name, names))
}

func (r *reading) value(at string, js json.RawMessage, v, unset reflect.Value) {
	if string(js) == "null" {
		v.Set(unset)
		return
	}
	switch v.Interface().(type) {
	case decimal.Decimal:
		r.decimal(at, js, v)
		return
	case time.Time:
		r.scalar(at, js, v)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		r.object(at+".", js, fieldsOf(v), fieldsOf(unset))
	case reflect.Slice:
		r.list(at, js, v)
	default:
		r.scalar(at, js, v)
	}
}

func (r *reading) scalar(at string, js json.RawMessage, v reflect.Value) {
	if err := json.Unmarshal(js, v.Addr().Interface()); err != nil {
		r.bad(at, shown(js), strict.Kind(v.Type()))
	}
}

// decimal: an exponent as large as JSON may have it is not written out.
func (r *reading) decimal(at string, js json.RawMessage, v reflect.Value) {
	var d decimal.Decimal
	if err := json.Unmarshal(js, &d); err != nil || d.Exponent() > 9 || d.Exponent() < -9 {
		r.bad(at, shown(js), "a number of at most nine decimals, such as 0.05")
		return
	}
	v.Set(reflect.ValueOf(d))
}

// list replaces the list of before as a whole: a row inherits nothing.
func (r *reading) list(at string, js json.RawMessage, v reflect.Value) {
	var rows []json.RawMessage
	if err := json.Unmarshal(js, &rows); err != nil {
		r.bad(at, shown(js), strict.Kind(v.Type()))
		return
	}
	if len(rows) == 0 {
		v.SetZero()
		return
	}
	out := reflect.MakeSlice(v.Type(), len(rows), len(rows))
	for i, row := range rows {
		path := fmt.Sprintf("%s[%d]", at, i)
		if string(row) == "null" {
			r.bad(path, "null", "set, or left out")
			continue
		}
		r.value(path, row, out.Index(i), reflect.Zero(v.Type().Elem()))
	}
	v.Set(out)
}

// shown is a value of JSON as a problem names it: a text without its quotes.
func shown(js []byte) string {
	var text string
	if json.Unmarshal(js, &text) == nil && string(js) != "null" {
		return clipped(text)
	}
	var b bytes.Buffer
	if json.Compact(&b, js) != nil {
		return strict.Clipped(js)
	}
	return strict.Clipped(b.Bytes())
}

// clipped is a text as a problem names it.
func clipped(s string) string {
	if rs := []rune(s); len(rs) > 80 {
		return string(rs[:79]) + "…"
	}
	return s
}
