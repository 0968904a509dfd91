package shop

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"backroom/shared/strict"
)

// Problem is a setting of the card that cannot be.
type Problem struct {
	Field string // its JSON name, with the row of a list: taxCodes[2].rate
	Value string
	Want  string // what it must be
}

// Error names field, value and what is allowed.
func (p Problem) Error() string { return fmt.Sprintf("%s %q: must be %s", p.Field, p.Value, p.Want) }

// Elsewhere is a field of the card that the host sets from somewhere else.
type Elsewhere struct {
	Field string // its JSON name, such as company.id
	By    string // what sets it, such as BC_COMPANY_ID
}

// Set brings JSON that a person has written into card. What it does not name keeps
// its value, null is the value of a new card, and a list that it names replaces
// the one of before as a whole. What is not a person's to set, fields of elsewhere
// among it, may be named as it is. If anything is wrong the card stays as it was; the
// error joins all [Problem]s.
func (ss Sections) Set(card *Shop, js []byte, elsewhere ...Elsewhere) error {
	if _, err := strict.Object(js); err != nil {
		return err
	}
	was, err := ss.whole(*card)
	if err != nil {
		return err
	}
	next, err := ss.whole(*card)
	if err != nil {
		return err
	}
	fresh, err := ss.New(card.Code, card.ConnectedAt)
	if err != nil {
		return err
	}
	unset, err := ss.whole(fresh)
	if err != nil {
		return err
	}
	var r reading
	r.object("", js, next.fields(), unset.fields())
	next.card.Domain = strings.ToLower(next.card.Domain)
	r.connection(was.card, &next.card, elsewhere)
	r.elsewhere(was.fields(), next.fields(), elsewhere)
	if err := errors.Join(append(r.problems, ss.check(next))...); err != nil {
		return err
	}
	joined, err := next.joined()
	if err == nil {
		*card = joined
	}
	return err
}

// connection refuses other values of what the connection says and of what of it is
// set elsewhere. A blank says nothing of them.
func (r *reading) connection(was Shop, next *Shop, elsewhere []Elsewhere) {
	const reads = "left out: it is what the connection reads"
	texts := func(s *Shop) map[string]*string {
		return map[string]*string{
			"code": &s.Code, "timeZone": &s.TimeZone, "currency": &s.Currency, "domain": &s.Domain,
			"company.lcy": &s.Company.LCY, "company.tenant": &s.Company.Tenant, "company.environment": &s.Company.Environment, "company.id": &s.Company.ID,
		}
	}
	before, after := texts(&was), texts(next)
	fixed := []struct{ name, want string }{
		{"code", "the code of this card, " + was.Code},
		{"timeZone", reads},
		{"currency", reads},
		{"company.lcy", reads},
	}
	for _, e := range elsewhere {
		if t := before[e.Field]; t != nil {
			fixed = append(fixed, struct{ name, want string }{e.Field, e.want(*t)})
		}
	}
	for _, f := range fixed {
		t := after[f.name]
		if *t != "" && !strings.EqualFold(*t, *before[f.name]) {
			r.bad(f.name, clipped(*t), f.want)
		}
		*t = *before[f.name]
	}
	if !next.DisconnectedAt.Equal(was.DisconnectedAt) {
		r.bad("disconnectedAt", next.DisconnectedAt.Format(time.RFC3339), "left out: a shop is disconnected by shops disconnect")
	}
	if next.Enabled != was.Enabled {
		r.bad("enabled", fmt.Sprint(next.Enabled), "left out: a shop's jobs are stopped by pausing it")
	}
	if !next.ConnectedAt.Equal(was.ConnectedAt) {
		r.bad("connectedAt", next.ConnectedAt.Format(time.RFC3339), "left out: importFrom says where the first import starts")
	}
}

func (e Elsewhere) want(value string) string {
	return fmt.Sprintf("%q, or left out: %s sets it", value, e.By)
}

// elsewhere refuses another value of a setting that is set elsewhere.
func (r *reading) elsewhere(was, next []field, elsewhere []Elsewhere) {
	for _, e := range elsewhere {
		i := slices.IndexFunc(next, func(f field) bool { return f.name == e.Field })
		if i < 0 {
			continue // a part of the connection
		}
		if before, after := inWords(was[i].value), inWords(next[i].value); before != after {
			r.bad(e.Field, after, e.want(before))
		}
	}
}

// inWords is a value as a problem names it, the same for the same value.
func inWords(v reflect.Value) string {
	if t, ok := reflect.TypeAssert[time.Time](v); ok {
		return t.UTC().Format(time.RFC3339Nano)
	}
	js, err := json.Marshal(v.Interface())
	if err != nil {
		return err.Error()
	}
	return shown(js)
}
