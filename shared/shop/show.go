package shop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"
)

// notSet are the fields that no person sets: [Sections.Set] takes them as they are.
var notSet = []string{"enabled", "connectedAt", "disconnectedAt", "timeZone", "currency"}

// Show is a card as JSON that [Sections.Set] takes: every setting that a person may
// change, blank ones too, a line each. Set takes it back without a change. Settings
// of a newer release are left out, which leaves them as they are. It fails with an error
// for stored settings of another type.
func (ss Sections) Show(card Shop) ([]byte, error) {
	w, err := ss.whole(card)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprint(&b, "{")
	first := true
	for _, f := range w.fields() {
		if slices.Contains(notSet, f.name) {
			continue
		}
		if !first {
			fmt.Fprint(&b, ",")
		}
		first = false
		js, err := shownValue(f.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		fmt.Fprintf(&b, "%q:%s", f.name, js)
	}
	fmt.Fprint(&b, "}")
	var out bytes.Buffer
	err = json.Indent(&out, b.Bytes(), "", "  ")
	return out.Bytes(), err
}

func shownValue(v reflect.Value) ([]byte, error) {
	switch t := v.Interface().(type) {
	case Company:
		return plainJSON(map[string]string{"tenant": t.Tenant, "environment": t.Environment, "id": t.ID})
	case time.Time:
		if t.IsZero() {
			return []byte("null"), nil
		}
	}
	if v.Kind() == reflect.Slice && v.IsNil() {
		return []byte("[]"), nil
	}
	return plainJSON(v.Interface())
}

// plainJSON is v as people read it: & and < as themselves.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}
