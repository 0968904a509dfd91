package shop

import (
	"errors"
	"fmt"
	"reflect"
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

func (p Problem) Error() string { return fmt.Sprintf("%s %q: must be %s", p.Field, p.Value, p.Want) }

// Elsewhere is a field of the card that the host sets from somewhere else.
type Elsewhere struct {
	Field string // its JSON name, such as company.id
	By    string // what sets it, such as BC_COMPANY_ID
}

// Set brings JSON that a person has written into s. What it does not name keeps
// its value, null is the value of a new card, and a list that it names replaces
// the one of before as a whole. What is not a person's to set, fields of elsewhere
// among it, may be named as it is. If anything is wrong s stays as it was; the
// error joins all [Problem]s.
func (s *Shop) Set(js []byte, elsewhere ...Elsewhere) error {
	if _, err := strict.Object(js); err != nil {
		return err
	}
	next, unset := *s, New(s.Code, s.ConnectedAt)
	var r reading
	r.object("", js, reflect.ValueOf(&next).Elem(), reflect.ValueOf(unset))
	next.Domain = strings.ToLower(next.Domain)
	r.told(*s, &next, elsewhere)
	if err := errors.Join(append(r.problems, next.Check())...); err != nil {
		return err
	}
	*s = next
	return nil
}

// told refuses other values of what the connection says and of what is set
// elsewhere. A blank says nothing of them.
func (r *reading) told(was Shop, next *Shop, elsewhere []Elsewhere) {
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
			fixed = append(fixed, struct{ name, want string }{e.Field, fmt.Sprintf("%q, or left out: %s sets it", *t, e.By)})
		}
		if e.Field == "importFrom" && !next.ImportFrom.Equal(was.ImportFrom) {
			r.bad(e.Field, next.ImportFrom.Format(time.RFC3339Nano), fmt.Sprintf("%q, or left out: %s sets it", was.ImportFrom.Format(time.RFC3339Nano), e.By))
		}
	}
	for _, f := range fixed {
		t := after[f.name]
		if *t != "" && !strings.EqualFold(*t, *before[f.name]) {
			r.bad(f.name, clipped(*t), f.want)
		}
		*t = *before[f.name]
	}
	if next.Enabled != was.Enabled {
		r.bad("enabled", fmt.Sprint(next.Enabled), "left out: a shop's jobs are stopped by pausing it")
	}
	if !next.ConnectedAt.Equal(was.ConnectedAt) {
		r.bad("connectedAt", next.ConnectedAt.Format(time.RFC3339), "left out: importFrom says where the first import starts")
	}
}
