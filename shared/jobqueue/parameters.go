package jobqueue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"backroom/shared/recurrence"
)

// Problem is one thing that is wrong with an entry, a rule or a parameter:
// field, value and what is allowed. Errors of saving and triggering hold one
// for each, joined.
type Problem = recurrence.Problem

func joined(what string, ps []Problem) error {
	var errs []error
	for _, p := range ps {
		errs = append(errs, fmt.Errorf("%s: %w", what, p))
	}
	return errors.Join(errs...)
}

// Problems are all the Problems in an error, none if it is of another kind.
func Problems(err error) (ps []Problem) {
	switch e := err.(type) { //nolint:errorlint // this walks the tree itself
	case nil:
	case Problem:
		ps = append(ps, e)
	case interface{ Unwrap() []error }:
		for _, u := range e.Unwrap() {
			ps = append(ps, Problems(u)...)
		}
	default:
		return Problems(errors.Unwrap(err))
	}
	return ps
}

// Schema is what parameters a task takes: a struct, whose JSON is the
// parameters. The zero Schema takes none.
type Schema struct {
	defaults json.RawMessage
	fields   map[string]reflect.Type // by JSON name
	check    func(json.RawMessage) error
}

// ParametersOf is the schema of parameters of type P, a struct. What is left
// out is as in defaults. check may refuse what the types allow; nil: nothing more.
func ParametersOf[P any](defaults P, check func(json.RawMessage) error) Schema {
	s := Schema{fields: map[string]reflect.Type{}, check: check}
	for f := range fieldsOf(reflect.TypeFor[P]()) {
		s.fields[f.name] = f.of
	}
	js, err := json.Marshal(defaults)
	if err != nil {
		panic(fmt.Sprintf("jobqueue.ParametersOf: %v", err)) // a type that JSON cannot hold: no program with it starts
	}
	s.defaults = js
	return s
}

type field struct {
	name string
	of   reflect.Type
}

func fieldsOf(t reflect.Type) func(func(field) bool) {
	return func(yield func(field) bool) {
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" {
				name = f.Name
			}
			if f.IsExported() && !f.Anonymous && name != "-" && !yield(field{name, f.Type}) {
				return
			}
		}
	}
}

// Names are the parameters' names in order.
func (s Schema) Names() []string { return slices.Sorted(maps.Keys(s.fields)) }

// Fill is given over the defaults, and all that is wrong with it.
func (s Schema) Fill(given json.RawMessage) (json.RawMessage, []Problem) {
	has := map[string]json.RawMessage{}
	d := json.NewDecoder(bytes.NewReader(given))
	if len(bytes.TrimSpace(given)) > 0 {
		err := d.Decode(&has)
		if _, more := d.Token(); err != nil || !errors.Is(more, io.EOF) {
			return nil, []Problem{{Field: "parameters", Value: clipped(given), Want: "one JSON object"}}
		}
	}
	var ps []Problem
	all := map[string]json.RawMessage{}
	if len(s.defaults) > 0 {
		if err := json.Unmarshal(s.defaults, &all); err != nil {
			return nil, []Problem{{Field: "parameters", Value: clipped(s.defaults), Want: "one JSON object"}}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(has)) {
		t, ok := s.fields[name]
		if !ok {
			ps = append(ps, Problem{Field: "parameter", Value: name, Want: s.known()})
			continue
		}
		if err := json.Unmarshal(has[name], reflect.New(t).Interface()); err != nil {
			ps = append(ps, Problem{Field: "parameter " + name, Value: clipped(has[name]), Want: kindOf(t)})
		}
		all[name] = has[name]
	}
	js, err := json.Marshal(all)
	if err != nil || len(ps) > 0 {
		return nil, ps
	}
	if s.check != nil {
		ps = append(ps, wrong(s.check(js), js)...)
	}
	return js, ps
}

// wrong are the problems in a check's error; another error is one by itself.
func wrong(err error, js json.RawMessage) []Problem {
	if ps := Problems(err); err == nil || len(ps) > 0 {
		return ps
	}
	return []Problem{{Field: "parameters", Value: clipped(js), Want: "what the task takes; " + err.Error()}}
}

func (s Schema) known() string {
	if len(s.fields) == 0 {
		return "left out: the task takes none"
	}
	return "one of " + strings.Join(s.Names(), ", ")
}

// kindOf names a type for people who write JSON.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list of which each is " + kindOf(t.Elem())
	case reflect.Struct:
		if t.PkgPath() == "time" {
			return "a time in RFC 3339, such as 2026-11-23T08:00:00Z"
		}
		return "a JSON object"
	case reflect.String:
		return "a text"
	default:
		return "a " + t.String()
	}
}

func clipped(js []byte) string {
	if len(js) > 80 {
		return string(js[:77]) + "…"
	}
	return string(js)
}
