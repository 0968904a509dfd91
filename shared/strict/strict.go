// Package strict reads JSON that somebody wrote by hand: nothing in it may be
// unknown, nothing may follow it. What releases store for each other is read
// with encoding/json instead, which lets the other one's fields pass.
package strict

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Decode reads one JSON value into v. An error begins with the place, "byte 12: ",
// and names the field that is not known or what it must be instead.
func Decode(js []byte, v any) error {
	if at := NotUTF8(js); at >= 0 {
		return fmt.Errorf("byte %d: is not UTF-8", at)
	}
	d := json.NewDecoder(bytes.NewReader(js))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		at, text := d.InputOffset(), strings.TrimPrefix(err.Error(), "json: ")
		if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			text = fmt.Sprintf("%s: is JSON %s, must be %s", cmp.Or(e.Field, "all"), e.Value, Kind(e.Type))
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			at, text = int64(len(js)), "ends too early"
		}
		return fmt.Errorf("byte %d: %s", at, text)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("byte %d: more than one JSON value", d.InputOffset())
	}
	return nil
}

// NotUTF8 is where the first byte is that is no UTF-8, -1 if there is none.
// encoding/json reads such bytes as another sign and passes them on in raw values.
func NotUTF8(text []byte) int {
	for at := 0; at < len(text); {
		r, n := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && n == 1 {
			return at
		}
		at += n
	}
	return -1
}

// Wrong is one field of a JSON object that cannot be read.
type Wrong struct {
	Field string // its JSON name
	Value string // as it was written, clipped; "" where the name is wrong
	Want  string
}

// Fields are the fields of a struct by their JSON names, those of embedded ones among them.
func Fields(t reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		if f.IsExported() && !f.Anonymous && name != "-" {
			out[name] = f.Type
		}
	}
	return out
}

// Check reads an object field by field, so that all that is wrong with it is
// known at once, ordered by name: fields that are none, values of another type.
func Check(object map[string]json.RawMessage, fields map[string]reflect.Type) (out []Wrong) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		t, ok := fields[name]
		if !ok {
			out = append(out, Wrong{Field: name, Want: known(fields)})
			continue
		}
		null := string(object[name]) == "null" && t.Kind() != reflect.Pointer
		if err := json.Unmarshal(object[name], reflect.New(t).Interface()); err != nil || null {
			out = append(out, Wrong{name, Clipped(object[name]), Kind(t)})
		}
	}
	return out
}

func known(fields map[string]reflect.Type) string {
	if len(fields) == 0 {
		return "left out: none is known"
	}
	return "one of " + strings.Join(slices.Sorted(maps.Keys(fields)), ", ")
}

// Clipped is JSON as messages show it.
func Clipped(js []byte) string {
	if len(js) > 80 {
		return strings.ToValidUTF8(string(js[:77]), "") + "…" // no half of a letter
	}
	return string(js)
}

// Kind is a type in words for people who write JSON.
func Kind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.String {
			return "a list of texts"
		}
		return "a list"
	case reflect.Struct, reflect.Map:
		if t == reflect.TypeFor[time.Time]() {
			return "a time in RFC 3339, such as 2026-11-23T08:00:00Z"
		}
		return "a JSON object"
	default:
		return "text"
	}
}
