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
	r := reading{named: map[string]bool{}}
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
// elsewhere.
func (r *reading) told(was Shop, next *Shop, elsewhere []Elsewhere) {
	const reads = "left out: it is what the connection reads"
	for _, f := range []struct {
		name      string
		was, next string
		want      string
	}{
		{"code", was.Code, next.Code, "the code of this card, " + was.Code},
		{"enabled", fmt.Sprint(was.Enabled), fmt.Sprint(next.Enabled), "left out: a shop's jobs are stopped by pausing it"},
		{"connectedAt", was.ConnectedAt.UTC().Format(time.RFC3339Nano), next.ConnectedAt.UTC().Format(time.RFC3339Nano), "left out: importFrom says where the first import starts"},
		{"timeZone", was.TimeZone, next.TimeZone, reads},
		{"currency", was.Currency, next.Currency, reads},
		{"company.lcy", was.Company.LCY, next.Company.LCY, reads},
	} {
		if r.named[f.name] && f.was != f.next {
			r.bad(f.name, clipped(f.next), f.want)
		}
	}
	for _, e := range elsewhere {
		for _, f := range []struct{ name, was, next string }{
			{"domain", was.Domain, next.Domain},
			{"importFrom", was.ImportFrom.UTC().Format(time.RFC3339), next.ImportFrom.UTC().Format(time.RFC3339)},
			{"company.tenant", was.Company.Tenant, next.Company.Tenant},
			{"company.environment", was.Company.Environment, next.Company.Environment},
			{"company.id", was.Company.ID, next.Company.ID},
		} {
			if f.name == e.Field && r.named[f.name] && !strings.EqualFold(f.was, f.next) {
				r.bad(f.name, clipped(f.next), fmt.Sprintf("%q, or left out: %s sets it", f.was, e.By))
			}
		}
	}
}
