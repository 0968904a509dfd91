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
	"backroom/shared/strict"
)

// Problem is one thing that is wrong with an entry, a rule or a parameter:
// field, value and what is allowed. Errors of saving and triggering hold one
// for each, joined.
type Problem = recurrence.Problem

// JoinProblems is the error of what is wrong with something; nil if nothing is.
func JoinProblems(what string, ps []Problem) error {
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
	s := Schema{fields: strict.Fields(reflect.TypeFor[P]()), check: check}
	js, err := json.Marshal(defaults)
	if err != nil {
		panic(fmt.Sprintf("jobqueue.ParametersOf: %v", err)) // a type that JSON cannot hold: no program with it starts
	}
	s.defaults = js
	return s
}

// Names are the parameters' names in order.
func (s Schema) Names() []string { return slices.Sorted(maps.Keys(s.fields)) }

// Kind is what a parameter may be, in a person's words: "a list of texts".
func (s Schema) Kind(name string) string { return strict.Kind(s.fields[name]) }

// Fill is given over the defaults, and all that is wrong with it.
func (s Schema) Fill(given json.RawMessage) (json.RawMessage, []Problem) {
	if at := strict.NotUTF8(given); at >= 0 {
		return nil, []Problem{{Field: "parameters", Value: strings.ToValidUTF8(strict.Clipped(given), "?"), Want: fmt.Sprintf("UTF-8; byte %d is none", at)}}
	}
	has := map[string]json.RawMessage{}
	d := json.NewDecoder(bytes.NewReader(given))
	if len(bytes.TrimSpace(given)) > 0 {
		err := d.Decode(&has)
		if _, more := d.Token(); err != nil || !errors.Is(more, io.EOF) {
			return nil, []Problem{{Field: "parameters", Value: strict.Clipped(given), Want: "one JSON object"}}
		}
	}
	var ps []Problem
	all := map[string]json.RawMessage{}
	if len(s.defaults) > 0 {
		if err := json.Unmarshal(s.defaults, &all); err != nil {
			return nil, []Problem{{Field: "parameters", Value: strict.Clipped(s.defaults), Want: "one JSON object"}}
		}
	}
	for _, w := range strict.Check(has, s.fields) {
		p := Problem{Field: "parameter " + w.Field, Value: w.Value, Want: w.Want}
		if _, ok := s.fields[w.Field]; !ok {
			p.Field, p.Value = "parameter", w.Field
		}
		ps = append(ps, p)
	}
	maps.Copy(all, has)
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
	return []Problem{{Field: "parameters", Value: strict.Clipped(js), Want: "what the task takes; " + err.Error()}}
}
