package shop

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"backroom/shared/record"
)

// Section is the settings of one domain. They stand on the card beside those of the
// others, by the JSON names of their struct, which no other section has. Sections are
// values that nobody changes, safe for concurrent use.
type Section struct {
	Title string // what they are about: "Items"
	Docs  []Setting

	fresh any // the settings of a new card, a struct
	check func(c *Checker, settings reflect.Value)
}

// Setting is what is said to people of one setting, or of several.
type Setting struct {
	Names []string
	Does  string // in Markdown
	New   string // on a new card; "" is blank, off or 0
	// Theirs is how a new card of Business Central's own connector has it: "" is as
	// New, "-" is that it has no such setting.
	Theirs string
}

// SectionOf is the section of settings S, a struct of which each field has a JSON
// name. A new card has fresh; check, which may be nil, reports what cannot be.
func SectionOf[S any](title string, fresh S, check func(*Checker, S), docs ...Setting) Section {
	s := Section{Title: title, Docs: docs, fresh: fresh, check: func(*Checker, reflect.Value) {}}
	if check != nil {
		s.check = func(c *Checker, v reflect.Value) {
			if settings, ok := reflect.TypeAssert[S](v); ok {
				check(c, settings)
			}
		}
	}
	return s
}

// Names are the JSON names of the section's settings, in order.
func (s Section) Names() (names []string) {
	for _, f := range fieldsOf(s.blank()) {
		names = append(names, f.name)
	}
	return names
}

// blank is a new struct of the section's settings, which can be set.
func (s Section) blank() reflect.Value { return reflect.New(reflect.TypeOf(s.fresh)).Elem() }

// of is a struct with what the card has of the section's settings.
func (s Section) of(card Shop) (reflect.Value, error) {
	v := s.blank()
	return v, decode(card, v)
}

// Of reads the settings S of a card, as its section has them. One that the card
// does not have is its zero value. It fails with an error for a value of another type.
func Of[S any](card Shop) (S, error) {
	var s S
	err := decode(card, reflect.ValueOf(&s).Elem())
	return s, err
}

func decode(card Shop, v reflect.Value) error {
	stored := record.Fields(card.Rest)
	var errs []error
	for _, f := range fieldsOf(v) {
		if js, ok := stored[f.name]; ok {
			if err := json.Unmarshal(js, f.value.Addr().Interface()); err != nil {
				errs = append(errs, fmt.Errorf("shop %s: %s: %w", card.Code, f.name, err))
			}
		}
	}
	return errors.Join(errs...)
}

// With is the card with these structs of settings in place of what it has of them.
// It fails with an error for what JSON cannot say.
func (s Shop) With(settings ...any) (Shop, error) {
	stored := maps.Clone(record.Fields(s.Rest))
	if stored == nil {
		stored = map[string]json.RawMessage{}
	}
	for _, set := range settings {
		js, err := json.Marshal(set)
		said := map[string]json.RawMessage{}
		if err == nil {
			err = json.Unmarshal(js, &said)
		}
		if err != nil {
			return s, fmt.Errorf("shop %s: %w", s.Code, err)
		}
		v := reflect.New(reflect.TypeOf(set)).Elem()
		for _, f := range fieldsOf(v) {
			delete(stored, f.name) // blank, if the settings leave it out
		}
		maps.Copy(stored, said)
	}
	s.Rest = record.RestOf(stored)
	return s, nil
}

// Change changes the settings S of a card. Errors: those of [Of] and [Shop.With], and
// the card is then as it was.
func Change[S any](card *Shop, change func(*S)) error {
	s, err := Of[S](*card)
	if err != nil {
		return err
	}
	change(&s)
	next, err := card.With(s)
	if err == nil {
		*card = next
	}
	return err
}

// Sections are all settings that a program knows. No name is in two of them.
type Sections []Section

// New is the card of a shop that is connected now: the defaults of the sections.
// What differs from a field's zero value is set here, once, when the card is made.
// A stored card keeps what it says, so a later default changes no shop. Errors: those of
// [Shop.With].
func (ss Sections) New(code string, now time.Time) (Shop, error) {
	s := Shop{Code: code, Enabled: true, ConnectedAt: now.UTC()}
	var fresh []any
	for _, section := range ss {
		fresh = append(fresh, section.fresh)
	}
	return s.With(fresh...)
}

// whole is a card with its settings read: a struct for each section.
type whole struct {
	card     Shop
	settings []reflect.Value
}

func (ss Sections) whole(card Shop) (whole, error) {
	w := whole{card: card}
	var errs []error
	for _, section := range ss {
		v, err := section.of(card)
		w.settings, errs = append(w.settings, v), append(errs, err)
	}
	return w, errors.Join(errs...)
}

// fields are those of the connection and of all sections. What is set in them is
// set in w.
func (w *whole) fields() []field {
	all := fieldsOf(reflect.ValueOf(&w.card).Elem())
	for _, v := range w.settings {
		all = append(all, fieldsOf(v)...)
	}
	return all
}

// joined is the card with its settings.
func (w *whole) joined() (Shop, error) {
	var settings []any
	for _, v := range w.settings {
		settings = append(settings, v.Interface())
	}
	return w.card.With(settings...)
}

// check reports all that cannot be, [Problem]s joined.
func (ss Sections) check(w whole) error {
	c := Checker{}
	c.connection(w.card)
	for i, section := range ss {
		section.check(&c, w.settings[i])
	}
	return errors.Join(c.problems...)
}

// Names are the JSON names of all settings, sorted.
func (ss Sections) Names() (names []string) {
	for _, s := range ss {
		names = append(names, s.Names()...)
	}
	slices.Sort(names)
	return names
}
