package customers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/outbound"
)

// difference is one field of a created customer that BC has otherwise.
type difference struct{ field, meant, found string }

// differences compares a customer as it was sent with what BC has made of it:
// name, address, phone number and e-mail address are the buyer's, and a blank is a
// value. BC fills in from its post code table and from a customer template.
func differences(meant, found Customer) []difference {
	var out []difference
	for _, f := range []difference{
		{"name", meant.DisplayName, found.DisplayName},
		{"address", meant.AddressLine1, found.AddressLine1},
		{"address 2", meant.AddressLine2, found.AddressLine2},
		{"country", meant.Country, found.Country},
		{"post code", meant.PostalCode, found.PostalCode},
		{"city", meant.City, found.City},
		{"state", meant.State, found.State},
		{"phone", meant.PhoneNumber, found.PhoneNumber},
		{"e-mail", meant.Email, found.Email},
	} {
		own := meant.HasAddress() || !slices.Contains(address, f.field)
		if own && strings.TrimSpace(f.meant) != strings.TrimSpace(f.found) {
			out = append(out, f)
		}
	}
	return out
}

// address are the fields of one: of a buyer without any address they are BC's, by
// its template.
var address = []string{"address", "address 2", "country", "post code", "city", "state"}

// correction is what to send so that found becomes as it was meant. The parts of
// the address go together: BC blanks one when another is set.
func correction(meant, found Customer) (Change, bool) {
	var c Change
	where := false
	for _, d := range differences(meant, found) {
		switch d.field {
		case "name":
			c.DisplayName = &meant.DisplayName
		case "phone":
			c.PhoneNumber = &meant.PhoneNumber
		case "e-mail":
			c.Email = &meant.Email
		default:
			where = true
		}
	}
	if where {
		c.AddressLine1, c.AddressLine2 = &meant.AddressLine1, &meant.AddressLine2
		c.Country, c.PostalCode, c.City, c.State = &meant.Country, &meant.PostalCode, &meant.City, &meant.State
	}
	return c, c != (Change{})
}

// mend brings customers that were created, now or by an earlier run that did not
// come so far, to what was meant. Others are never touched. One that BC refuses
// to correct is said once and left as it is.
func (j *job) mend(ctx context.Context, seek []*seeking) error {
	var done []*seeking
	for _, s := range seek {
		if j.dry || !s.link.Linked() || !s.link.Unsettled {
			continue
		}
		got, err := j.correct(ctx, *s)
		switch kind := outbound.Kind(err); {
		case errors.Is(err, jobqueue.ErrFenced), errors.Is(err, context.Canceled), kind == fault.Blocked:
			return err
		case kind == fault.Rejected:
			s.result = Resolved{Reason: CustomerDiffers, Thing: fmt.Sprintf("%s: %s", s.link.Number, fault.Say(err))}
		case err != nil:
			continue // it stays unsettled, and the next run that meets it tries again
		default:
			if ds := differences(j.customer(*s), got); len(ds) > 0 {
				s.result = Resolved{Reason: CustomerDiffers, Thing: s.link.Number + ": " + said(ds)}
			}
		}
		s.link.Unsettled = false
		done = append(done, s)
	}
	return j.put(ctx, done)
}

// correct changes what differs at the customer of s, and gives it as it is then.
func (j *job) correct(ctx context.Context, s seeking) (Customer, error) {
	if err := j.hold().Renew(ctx); err != nil {
		return Customer{}, err
	}
	if err := j.hold().Held(); err != nil {
		return Customer{}, err
	}
	meant := j.customer(s)
	change := func(found Customer) (Change, bool) { return correction(meant, found) }
	got, err := j.Target.UpdateCustomer(ctx, s.link.RecordID, change)
	if err == nil && len(differences(meant, got)) > 0 {
		// The first change of a post code may bring a city from BC's table; the
		// second leaves the post code as it is.
		got, err = j.Target.UpdateCustomer(ctx, s.link.RecordID, change)
	}
	return got, err
}

// said names what differs.
func said(ds []difference) string {
	var parts []string
	for _, d := range ds {
		parts = append(parts, fmt.Sprintf("%s %q instead of %q", d.field, d.found, d.meant))
	}
	return strings.Join(parts, ", ")
}

// hash is of what is written to a customer. It is stored: the text that it is of is
// that of the first release, whose customer had other fields at both ends.
func hash(c Customer) string {
	text := fmt.Appendf(nil, "%q", []string{
		"", "", c.Number, c.DisplayName, c.Type, c.AddressLine1, c.AddressLine2, c.Country, c.PostalCode, c.City, c.State, c.PhoneNumber, c.Email, "", "", "",
	})
	text[0], text[len(text)-1] = '{', '}'
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}
