package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Rest are the fields of a payload that this release does not know. A struct
// that embeds it gives back what a newer release has written when it is stored
// again, while both run and after a rollback. Only the struct's own level is
// kept, not what is inside its fields.
type Rest struct{ fields map[string]json.RawMessage }

func (r Rest) rest() map[string]json.RawMessage { return r.fields }

func (r *Rest) keep(fields map[string]json.RawMessage) { r.fields = fields }

// Fields are the values that r keeps, by their names; not to be changed.
func Fields(r Rest) map[string]json.RawMessage { return r.fields }

// RestOf keeps values by their names. Whoever embeds it has no field of such a name.
func RestOf(fields map[string]json.RawMessage) Rest { return Rest{fields} }

// keepRest notes in v, if it embeds Rest, the fields of js that v has no name for.
func keepRest(js []byte, v any) error {
	k, ok := v.(interface {
		keep(fields map[string]json.RawMessage)
	})
	if !ok {
		return nil
	}
	ours := names(reflect.TypeOf(v).Elem())
	if onlyKnown(js, ours) { // nearly always, and without taking js apart
		k.keep(nil)
		return nil
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(js, &all); err != nil {
		return err
	}
	for _, name := range ours {
		delete(all, name)
	}
	if len(all) == 0 {
		all = nil
	}
	k.keep(all)
	return nil
}

// onlyKnown reports whether each name of the object js, which is valid JSON, is
// one of ours. A name with an escape in it counts as none.
func onlyKnown(js []byte, ours []string) bool {
	depth := 0
	for i := 0; i < len(js); i++ {
		switch js[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			start := i + 1
			for i++; i < len(js) && js[i] != '"'; i++ {
				if js[i] == '\\' {
					i++
				}
			}
			if i >= len(js) {
				return false
			}
			text := js[start:i]
			if depth == 1 && isName(js[i+1:]) && !slices.ContainsFunc(ours, func(n string) bool { return n == string(text) }) {
				return false
			}
		}
	}
	return true
}

// isName reports whether the string before after is the name of a value.
func isName(after []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(after, " \t\r\n"), []byte(":"))
}

// withRest adds to js, which is v's, the fields that v keeps.
func withRest(js []byte, v any) ([]byte, error) {
	k, ok := v.(interface {
		rest() map[string]json.RawMessage
	})
	if !ok || len(k.rest()) == 0 {
		return js, nil
	}
	end := bytes.LastIndexByte(js, '}')
	if end < 1 {
		return nil, fmt.Errorf("%T is no JSON object", v)
	}
	out := bytes.NewBuffer(js[:end:end])
	for _, name := range slices.Sorted(maps.Keys(k.rest())) {
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		js, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		out.Write(js)
		out.WriteByte(':')
		out.Write(k.rest()[name])
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

var known sync.Map // []string by reflect.Type

// names are the JSON names of a struct's fields, those of embedded ones too.
func names(t reflect.Type) []string {
	if got, ok := known.Load(t); ok {
		if ns, ok := got.([]string); ok {
			return ns
		}
	}
	var ns []string
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || f.Anonymous && name == "" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		ns = append(ns, name)
	}
	known.Store(t, ns)
	return ns
}
