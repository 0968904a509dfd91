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
	"reflect"
	"strings"
)

// Decode reads one JSON value into v. An error begins with the place, "byte 12: ",
// and names the field that is not known or what it must be instead.
func Decode(js []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(js))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		at, text := d.InputOffset(), strings.TrimPrefix(err.Error(), "json: ")
		if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			text = fmt.Sprintf("%s: is JSON %s, must be %s", cmp.Or(e.Field, "all"), e.Value, kind(e.Type))
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

// kind is a type in words.
func kind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		if t.Elem().Kind() == reflect.String {
			return "a list of texts"
		}
		return "a list"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Struct, reflect.Map:
		return "a JSON object"
	default:
		return "text"
	}
}
