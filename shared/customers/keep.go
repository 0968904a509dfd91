package customers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/link"
	"backroom/shared/orders"
	"backroom/shared/outbound"
)

// Shopper is a customer of the shop as it is now.
type Shopper struct {
	orders.Customer

	UpdatedAt time.Time
}

// Doing is what was done, or in a dry run would be, about a customer of the shop.
type Doing string

// What may be done.
const (
	Nothing Doing = ""
	Make    Doing = "create"
	Join    Doing = "link" // found in BC
	Renew   Doing = "update"
)

// Kept is what came of a customer of the shop. Number is "" where there is none, and a
// reason may stand beside a number: what it says is missing of the customer.
type Kept struct {
	Resolved

	Did   Doing
	Parts []string // that were updated, as people call them
	// Left says that it was not looked at to the end: an error came before.
	Left bool
}

// Keep has each of cs stand in BC as the card says: by the law by which buyers of
// orders are found, with the same link. With update, customers that are linked follow
// what the shop has changed. Answers are in the order of cs. With dry nothing is
// written. Errors are those of Resolve; with one, what answers there are say what was done
// before it, and nothing of those that are Left.
func (r *Resolver) Keep(ctx context.Context, lease jobqueue.Lease, card Card, cs []Shopper, update, dry bool) ([]Kept, error) {
	j, err := r.begin(ctx, lease, card, dry)
	if err != nil {
		return nil, err
	}
	seek, at := make([]*seeking, len(cs)), make([]time.Time, len(cs))
	for i, c := range cs {
		seek[i], at[i] = shopper(card, c), c.UpdatedAt
	}
	return j.keep(ctx, seek, at, update)
}

// keep is Keep of seek, each as it is since at.
func (j *job) keep(ctx context.Context, seek []*seeking, at []time.Time, update bool) (out []Kept, err error) {
	out = make([]Kept, len(seek))
	var open []*seeking
	for _, s := range seek {
		if s.link, err = j.Links.Get(ctx, s.linkOf(j.card)); err != nil {
			return nil, err
		}
		s.was = s.link
	}
	if err := j.readFirms(ctx, seek); err != nil {
		return nil, err
	}
	for _, s := range seek {
		if j.still(s, update) && (s.firm == nil || !j.missing[strings.ToUpper(s.link.Number)]) {
			s.result = Resolved{Number: s.link.Number}
			continue
		}
		open = append(open, s)
	}
	open = byEmailFirst(open)
	for chunk := range slices.Chunk(open, perChunk) {
		if err := j.chunk(ctx, chunk); err != nil {
			return nil, err
		}
	}
	for i, s := range seek {
		out[i] = j.kept(s, slices.Contains(open, s))
	}
	for i, s := range seek {
		out[i].Left = update && slices.Contains(open, s) && out[i].Number != "" && out[i].Did != Make
	}
	for i, s := range seek {
		if !out[i].Left {
			continue
		}
		if found, here := j.known[strings.ToUpper(out[i].Number)]; here {
			if out[i], err = j.follow(ctx, s, found, out[i]); err != nil {
				break
			}
		}
		out[i].Left = false
	}
	if seen := j.seen(ctx, at, seek, out); err == nil {
		err = seen
	}
	return out, err
}

// readFirms reads the customers that companies among seek are linked with: their orders
// go by the link alone, so that one that BC does not have any more is looked for anew here.
func (j *job) readFirms(ctx context.Context, seek []*seeking) error {
	var numbers []string
	for _, s := range seek {
		if s.firm != nil && s.link.Linked() {
			numbers = append(numbers, s.link.Number)
		}
	}
	return j.read(ctx, numbers)
}

// shopper is c as the buyer of an order that says no more than c does.
func shopper(card Card, c Shopper) *seeking {
	o := orders.Order{ID: c.ID, Name: "of " + c.ID, Customer: &c.Customer, UpdatedAt: c.UpdatedAt}
	b := buyerOf(o)
	s := &seeking{order: o, buyer: b, want: wanted{Way: waySearch, Create: card.AutoCreateUnknownCustomers && known(c.Customer)}}
	if card.CustomerMapping == ByBillTo && c.Default != nil && c.Default.FirstName+c.Default.LastName != "" {
		s.order.Billing, s.want.BillTo = c.Default, true
	}
	return s
}

// known reports whether anything is known of c by which a person could tell who it is.
func known(c orders.Customer) bool {
	d := cmp.Or(c.Default, &orders.Address{})
	return c.FirstName+c.LastName+c.Email+c.Phone+d.FirstName+d.LastName+d.Company != ""
}

// byEmailFirst puts those with a stronger key before those with a weaker one alone, so
// that these see the customers of those.
func byEmailFirst(ss []*seeking) []*seeking {
	out := slices.Clone(ss)
	turn := func(b buyer) int {
		switch {
		case b.Tax != "":
			return 0
		case b.Email != "":
			return 1
		}
		return 2
	}
	slices.SortStableFunc(out, func(a, b *seeking) int { return turn(a.buyer) - turn(b.buyer) })
	return out
}

// still reports whether a link says that nothing is to be done: it is in order, and BC
// has what the shop says, or is not to follow it.
func (j *job) still(s *seeking, update bool) bool {
	l := s.link
	return l.Linked() && l.How != "" && !l.Unsettled && l.Mark == s.buyer.mark() && (!update || wrote(l.Hash, j.content(*s), s.parts))
}

// content is what the shop says of s: its customer, without a name where the shop knows
// none.
func (j *job) content(s seeking) Customer {
	c := j.customer(s)
	switch {
	case s.firm != nil:
		c.PaymentTermsID = s.firm.terms // those of a template are for new ones
		if s.firm.place {
			c.DisplayName, c.Email = "", ""
		}
	case j.card.Name(home(s.order)) == "":
		c.DisplayName = ""
	}
	return c
}

// kept is what came of one, after BC was asked about it.
func (j *job) kept(s *seeking, asked bool) Kept {
	k := Kept{Resolved: s.result}
	switch {
	case k.Reason == CustomerUnmapped && s.firm == nil && j.card.AutoCreateUnknownCustomers:
		k.Reason = CustomerEmpty
	case k.Number == "" || !asked:
	case s.made || j.dry && !s.link.SentAt.IsZero():
		k.Did = Make
	case !s.was.Linked() || !strings.EqualFold(s.was.Number, k.Number):
		k.Did = Join
	}
	if s.abroad {
		k.Resolved = Resolved{Number: k.Number, Reason: cmp.Or(k.Reason, CountryUnknown), Thing: cmp.Or(k.Thing, j.country(s)+" of "+s.who())}
	}
	return k
}

// country is what BC would have to call the country of s's address.
func (j *job) country(s *seeking) string { return j.card.Country(s.home()) }

// follow brings to BC what the shop has changed of a customer.
// One that stands for several customers of the shop follows none of them, and says so of
// each that it would have followed.
func (j *job) follow(ctx context.Context, s *seeking, found Customer, k Kept) (Kept, error) {
	others, err := j.claims(ctx, s.link, found.Number)
	if err != nil {
		return k, err
	}
	meant := j.content(*s)
	s.wrote = &meant
	remembered, old := s.link.Hash, s.was.Mark
	change := func(found Customer) (Change, bool) {
		c, says := update(remembered, old, meant, found, iso(j.card, found.Country), s.parts)
		if len(k.Parts) == 0 {
			k.Parts = says
		}
		return c, len(says) > 0
	}
	if len(others) > 0 {
		if _, any := change(found); any && (s.firm == nil || !s.firm.place) { // places of a company share its customer
			k.Parts, k.Resolved = nil, Resolved{Number: k.Number, Reason: CustomerOfSeveral, Thing: k.Number}
		}
		return k, nil
	}
	if _, any := change(found); !any || j.dry {
		if any && k.Did == Nothing {
			k.Did = Renew
		}
		return k, nil
	}
	err = j.patch(ctx, found.ID, change)
	if outbound.Kind(err) == fault.Rejected && noSuchCode(err) && meant.Country != "" {
		// The rest does not wait for a country that BC lacks.
		k.Resolved = Resolved{Number: k.Number, Reason: CountryUnknown, Thing: meant.Country + " of " + s.who()}
		meant.AddressLine1, meant.AddressLine2, meant.City, meant.State, meant.PostalCode, meant.Country = "", "", "", "", "", ""
		err = j.patch(ctx, found.ID, change)
	}
	switch kind := outbound.Kind(err); {
	case err == nil:
		if k.Did == Nothing && len(k.Parts) > 0 {
			k.Did = Renew
		}
	case kind == fault.Rejected:
		k.Resolved = Resolved{Number: k.Number, Reason: CustomerUnsent, Thing: fmt.Sprintf("%s: %s", k.Number, fault.Say(err))}
	case errors.Is(err, jobqueue.ErrFenced), errors.Is(err, context.Canceled), kind == fault.Blocked, kind == fault.Throttled:
		return k, err
	case kind == fault.Unknown:
		k.Resolved = Resolved{Number: k.Number, Reason: outbound.OutcomeUnknown, Thing: s.who()}
	default:
		k.Resolved = Resolved{Number: k.Number, Reason: issue.SystemFailure, Thing: s.who()}
	}
	return k, nil
}

// patch changes a customer, a second time if BC has put something of its own in place
// of a part: its post code table does that once.
func (j *job) patch(ctx context.Context, id string, change func(Customer) (Change, bool)) error {
	if err := j.hold().Renew(ctx); err != nil {
		return err
	}
	if err := j.hold().Held(); err != nil {
		return err
	}
	now, err := j.Target.UpdateCustomer(ctx, id, change)
	if err != nil {
		return err
	}
	if _, any := change(now); any {
		if now, err = j.Target.UpdateCustomer(ctx, id, change); err != nil {
			return err
		}
	}
	j.remember(now)
	return nil
}

// seen stores what was looked at, and what was written of it. What is missing of a
// customer is looked at again.
func (j *job) seen(ctx context.Context, at []time.Time, seek []*seeking, out []Kept) error {
	if j.dry {
		return nil
	}
	var links []link.Link
	for i, s := range seek {
		if out[i].Left {
			continue
		}
		l := s.link
		if reason := out[i].Reason; l.Linked() && (reason == "" || reason == CountryUnknown) {
			if s.made {
				c := j.content(*s)
				s.wrote = &c
			}
			if s.wrote != nil {
				l.Hash, l.Mark = prints(s.parts(*s.wrote)), s.buyer.mark()
			}
			if reason == "" {
				l.SeenAt = at[i]
			}
		}
		if !l.SeenAt.Equal(s.link.SeenAt) || l.Hash != s.link.Hash || l.Mark != s.link.Mark {
			links = append(links, l)
		}
	}
	return j.Links.Put(ctx, j.Guard, j.lease, links...)
}
