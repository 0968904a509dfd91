package customers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/shared/businesscentral/entity"
	"backroom/shared/fault"
	"backroom/shared/intent"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/shop"
)

// Target is the part of the BC company that customers need. Values are at most
// 100 a call; see documents.Target for the meaning of errors.
type Target interface {
	CreateCustomers(ctx context.Context, cs []entity.Customer) ([]intent.Created[entity.Customer], error)
	CustomersByNumber(ctx context.Context, numbers []string) ([]entity.Customer, error)
	CustomersByEmail(ctx context.Context, emails []string) ([]entity.Customer, error)
	Customers(ctx context.Context, each func(entity.Customer) error) error
}

// Naming gives names and codes of an address under the shop card.
type Naming struct {
	Name    func(shop.Shop, orders.Address) string
	County  func(shop.Shop, orders.Address) string
	Country func(shop.Shop, orders.Address) string
}

// Resolver finds and creates customers for one run of one shop. It remembers
// what it has read, so make a new one for each slice. Not safe for concurrent use.
type Resolver struct {
	Target  Target
	Links   *Links
	Guard   jobqueue.Guard
	Naming  Naming
	Now     func() time.Time
	Timeout time.Duration // of one BC request: no create starts unless the lease outlives it

	known   map[string]entity.Customer // by number, what this run has seen
	missing map[string]bool            // numbers that BC does not have
	all     *book                      // the whole customer table, read when needed
}

// Resolved is the customer of one order: a number, or the reason there is none.
type Resolved struct {
	Number string
	Reason issue.Reason
	Thing  string // what the reason is about
}

// Resolve answers for every order, by order id. With dry it creates and writes
// nothing; a customer that would be created is answered by its number. An error
// means that the run cannot go on; ErrFenced that the lease is lost.
func (r *Resolver) Resolve(ctx context.Context, lease jobqueue.Lease, card shop.Shop, os []orders.Order, dry bool) (map[string]Resolved, error) {
	out := make(map[string]Resolved, len(os))
	links := map[string]Resolved{} // by Shopify customer id
	var seek []seeking
	for _, o := range os {
		w := Want(card, o)
		switch w.Way {
		case Nothing:
			out[o.ID] = Resolved{Reason: issue.CustomerUnmapped, Thing: who(o)}
		case Fixed:
			out[o.ID] = Resolved{Number: w.Number}
		case ByLink:
			if _, ok := links[o.Customer.ID]; ok {
				continue
			}
			links[o.Customer.ID] = Resolved{}
			seek = append(seek, seeking{want: w, order: o})
		}
	}
	for chunk := range slices.Chunk(seek, 90) { // one guarded transaction writes a chunk's intents
		if err := r.resolveLinks(ctx, lease, card, chunk, links, dry); err != nil {
			return nil, err
		}
	}
	for _, o := range os {
		if _, ok := out[o.ID]; !ok {
			out[o.ID] = links[o.Customer.ID]
		}
	}
	return out, r.verify(ctx, out)
}

// seeking is one Shopify customer whose BC customer is looked for.
type seeking struct {
	want  Wanted
	order orders.Order
	link  Link
	found []string // numbers that fit
}

func (s seeking) email() string { return first(s.order.Customer.Email, s.order.Email) }

func (s seeking) phone() string {
	p := []string{s.order.Customer.Phone, s.order.Phone}
	for _, a := range []*orders.Address{s.order.Customer.Default, s.order.Shipping, s.order.Billing} {
		if a != nil {
			p = append(p, a.Phone)
		}
	}
	return first(p...)
}

func (r *Resolver) resolveLinks(ctx context.Context, lease jobqueue.Lease, card shop.Shop, seek []seeking, out map[string]Resolved, dry bool) error {
	open, err := r.unlinked(ctx, card, seek, out)
	if err != nil || len(open) == 0 {
		return err
	}
	if err := r.search(ctx, card, open); err != nil {
		return err
	}
	var create []*seeking
	var links []Link
	for _, s := range open {
		id := s.order.Customer.ID
		step := intent.Next(s.link.SentAt, len(s.found), r.Now())
		switch {
		case step == intent.Adopt:
			out[id] = Resolved{Number: s.found[0]}
			links = append(links, s.link.linked(s.found[0]))
		case step == intent.Ambiguous:
			out[id] = Resolved{Reason: issue.CustomerAmbiguous, Thing: fmt.Sprintf("%s (%s)", who(s.order), strings.Join(s.found, ", "))}
		case step == intent.Wait:
			out[id] = Resolved{Reason: issue.OutcomeUnknown, Thing: who(s.order)}
		case s.want.Create:
			create = append(create, s)
		case s.want.Number != "":
			out[id] = Resolved{Number: s.want.Number} // the default customer is not the customer's link
		default:
			out[id] = Resolved{Reason: issue.CustomerUnmapped, Thing: who(s.order)}
		}
	}
	if dry {
		for _, s := range create {
			number := Number(card, s.order)
			out[s.order.Customer.ID] = Resolved{Number: number}
			r.remember(entity.Customer{Number: number})
		}
		return nil
	}
	if err := r.Links.Put(ctx, r.Guard, lease, links...); err != nil {
		return err
	}
	for len(create) > 0 {
		size := len(create)
		if b, ok := r.Target.(interface{ CustomersPerBatch() int }); ok {
			size = max(b.CustomersPerBatch(), 1)
		}
		n := min(len(create), size)
		if err := r.create(ctx, lease, card, create[:n], out); err != nil {
			return err
		}
		create = create[n:]
	}
	return nil
}

// unlinked answers those whose link leads to a customer, and returns the
// others. A link to a customer that BC does not have any more counts for nothing.
func (r *Resolver) unlinked(ctx context.Context, card shop.Shop, seek []seeking, out map[string]Resolved) ([]*seeking, error) {
	var numbers []string
	for i := range seek {
		s := &seek[i]
		var err error
		if s.link, err = r.Links.Get(ctx, card.Code, s.order.Customer.ID); err != nil {
			return nil, err
		}
		if s.link.SentAt.IsZero() {
			numbers = append(numbers, s.link.Number)
		}
	}
	if err := r.read(ctx, numbers); err != nil {
		return nil, err
	}
	var open []*seeking
	for i := range seek {
		s := &seek[i]
		if s.link.SentAt.IsZero() && s.link.Number != "" && !r.missing[strings.ToUpper(s.link.Number)] {
			out[s.order.Customer.ID] = Resolved{Number: s.link.Number}
			continue
		}
		open = append(open, s)
	}
	return open, nil
}

// search fills found. A number derived from the Shopify id is always looked
// up: it is what an earlier create, forgotten or unanswered, has left behind.
func (r *Resolver) search(ctx context.Context, card shop.Shop, open []*seeking) error {
	var emails, numbers []string
	scan := false
	for _, s := range open {
		numbers = append(numbers, Number(card, s.order))
		if s.want.BillTo {
			scan = true
		} else if e := s.email(); e != "" {
			emails = append(emails, e)
		}
	}
	byNumber, err := r.Target.CustomersByNumber(ctx, numbers)
	if err != nil {
		return err
	}
	var byEmail []entity.Customer
	if len(emails) > 0 {
		if byEmail, err = r.Target.CustomersByEmail(ctx, emails); err != nil {
			return err
		}
	}
	r.remember(byNumber...)
	r.remember(byEmail...)
	for _, s := range open {
		own := Number(card, s.order)
		for _, c := range byNumber {
			if strings.EqualFold(c.Number, own) {
				s.found = []string{c.Number}
			}
		}
		if len(s.found) > 0 || s.want.BillTo {
			continue
		}
		for _, c := range byEmail {
			if SameEmail(c.Email, s.email()) && !slices.Contains(s.found, c.Number) {
				s.found = append(s.found, c.Number)
			}
		}
		scan = scan || len(s.found) == 0 && s.phone() != ""
	}
	if !scan {
		return nil
	}
	if err := r.readAll(ctx); err != nil {
		return err
	}
	for _, s := range open {
		if len(s.found) > 0 {
			continue
		}
		if s.want.BillTo {
			a := *s.order.Billing
			s.found = r.all.byAddress[addressKey(r.Naming.Name(card, a), r.Naming.County(card, a), r.Naming.Country(card, a), a)]
		} else {
			s.found = r.all.byPhone[phoneKey(s.phone())]
		}
	}
	return nil
}

// Number is the BC number of a customer we create: BC itself refuses a second one.
func Number(card shop.Shop, o orders.Order) string {
	return strings.ToUpper(first(card.CustomerNoPrefix, "S")) + o.Customer.ID
}

func (r *Resolver) create(ctx context.Context, lease jobqueue.Lease, card shop.Shop, create []*seeking, out map[string]Resolved) error {
	if len(create) == 0 {
		return nil
	}
	lease, cancelled, err := r.Guard.Renew(ctx, lease)
	if err != nil {
		return err
	}
	if cancelled {
		return context.Canceled
	}
	now := r.Now()
	cs := make([]entity.Customer, len(create))
	intents := make([]Link, len(create))
	for i, s := range create {
		cs[i] = r.customer(card, *s)
		s.link.Number, s.link.SentAt = cs[i].Number, now
		intents[i] = s.link
	}
	if err := r.Links.Put(ctx, r.Guard, lease, intents...); err != nil {
		return err
	}
	// The time is taken again: what was written is old if this process slept.
	if !intent.MaySend(r.Now(), lease.Until, r.Timeout) {
		return fmt.Errorf("customers: the lease does not outlive a request: %w", jobqueue.ErrFenced)
	}
	if !intent.Fresh(now, r.Now()) {
		back := make([]Link, len(create))
		for i, s := range create {
			back[i] = s.link.stored().forgotten()
		}
		if err := r.Links.Put(ctx, r.Guard, lease, back...); err != nil {
			return err
		}
		return &fault.Error{Op: "customers", Kind: fault.Transient, Err: errors.New("slept between an intent and its create")}
	}
	answers, callErr := r.Target.CreateCustomers(ctx, cs)
	stop := callErr
	var links []Link
	for i, s := range create {
		id := s.order.Customer.ID
		err := callErr
		if err == nil {
			err = answers[i].Err
		}
		stored := s.link.stored()
		switch kind := intent.Kind(err); {
		case err == nil:
			r.remember(answers[i].Entity)
			out[id] = Resolved{Number: answers[i].Entity.Number}
			links = append(links, stored.linked(answers[i].Entity.Number))
		case kind == fault.Unknown || sameKey(err):
			out[id] = Resolved{Reason: issue.OutcomeUnknown, Thing: who(s.order)}
		case callErr != nil:
			links = append(links, stored.forgotten())
		case kind == fault.Rejected:
			out[id] = Resolved{Reason: issue.CustomerRefused, Thing: fmt.Sprintf("%s: %s", who(s.order), merchant(err))}
			links = append(links, stored.forgotten())
		default: // not the customer's fault
			out[id] = Resolved{Reason: issue.SystemFailure, Thing: who(s.order)}
			links = append(links, stored.forgotten())
			if kind == fault.Blocked {
				stop = err // so would every other of this connection
			}
		}
	}
	if err := r.Links.Put(ctx, r.Guard, lease, links...); err != nil {
		return err
	}
	if intent.Kind(stop) == fault.Unknown {
		return nil // each is marked; the others of the run go on
	}
	return stop
}

// sameKey: BC has the number already, from a create whose answer was lost. The
// next run finds it by its number.
func sameKey(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Code == "Internal_EntityWithSameKeyExists"
}

func merchant(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Merchant != "" {
		return e.Merchant
	}
	return err.Error()
}

func (r *Resolver) customer(card shop.Shop, s seeking) entity.Customer {
	a := s.order.Customer.Default
	for _, alt := range []*orders.Address{s.order.Billing, s.order.Shipping} {
		if a == nil {
			a = alt
		}
	}
	if a == nil {
		a = &orders.Address{}
	}
	full := *a
	full.FirstName = first(full.FirstName, s.order.Customer.FirstName)
	full.LastName = first(full.LastName, s.order.Customer.LastName)
	c := entity.Customer{
		Number:       Number(card, s.order),
		DisplayName:  first(r.Naming.Name(card, full), s.email(), "Shopify customer "+s.order.Customer.ID),
		Type:         "Person",
		AddressLine1: full.Address1, AddressLine2: full.Address2, City: full.City,
		State: r.Naming.County(card, full), Country: r.Naming.Country(card, full), PostalCode: full.Zip,
		PhoneNumber: entity.Phone(s.phone()), Email: s.email(),
	}
	if full.Company != "" {
		c.Type = "Company"
	}
	c.Fit()
	return c
}

// verify turns numbers that BC does not have, or that are blocked, into reasons.
func (r *Resolver) verify(ctx context.Context, out map[string]Resolved) error {
	var ask []string
	for _, res := range out {
		ask = append(ask, res.Number)
	}
	if err := r.read(ctx, ask); err != nil {
		return err
	}
	for id, res := range out {
		n := strings.ToUpper(res.Number)
		switch {
		case n == "":
		case r.missing[n]:
			out[id] = Resolved{Reason: issue.CustomerUnmapped, Thing: "customer number " + res.Number}
		case Blocked(r.known[n]):
			out[id] = Resolved{Reason: issue.CustomerBlocked, Thing: res.Number}
		}
	}
	return nil
}

// read reads the customers of numbers, as far as this run has not seen them.
func (r *Resolver) read(ctx context.Context, numbers []string) error {
	var ask []string
	for _, n := range numbers {
		n = strings.ToUpper(n)
		if _, ok := r.known[n]; n != "" && !ok && !r.missing[n] && !slices.Contains(ask, n) {
			ask = append(ask, n)
		}
	}
	slices.Sort(ask)
	for chunk := range slices.Chunk(ask, 100) {
		cs, err := r.Target.CustomersByNumber(ctx, chunk)
		if err != nil {
			return err
		}
		r.remember(cs...)
		for _, n := range chunk {
			if _, ok := r.known[n]; !ok {
				if r.missing == nil {
					r.missing = map[string]bool{}
				}
				r.missing[n] = true
			}
		}
	}
	return nil
}

func (r *Resolver) remember(cs ...entity.Customer) {
	if r.known == nil {
		r.known = map[string]entity.Customer{}
	}
	for _, c := range cs {
		delete(r.missing, strings.ToUpper(c.Number))
		r.known[strings.ToUpper(c.Number)] = entity.Customer{Number: c.Number, Blocked: c.Blocked}
	}
}

// book is an index over the whole customer table: numbers by phone and address.
type book struct{ byPhone, byAddress map[string][]string }

func (r *Resolver) readAll(ctx context.Context) error {
	if r.all != nil {
		return nil
	}
	b := &book{byPhone: map[string][]string{}, byAddress: map[string][]string{}}
	err := r.Target.Customers(ctx, func(c entity.Customer) error {
		if k := phoneKey(c.PhoneNumber); k != "" {
			b.byPhone[k] = append(b.byPhone[k], c.Number)
		}
		k := addressKey(c.DisplayName, c.State, c.Country, orders.Address{Address1: c.AddressLine1, Address2: c.AddressLine2, Zip: c.PostalCode, City: c.City})
		b.byAddress[k] = append(b.byAddress[k], c.Number)
		return nil
	})
	if err != nil {
		return err
	}
	r.all = b
	return nil
}

// who is what a person calls the order's customer, without contact data.
func who(o orders.Order) string {
	if o.Customer == nil {
		return "order " + o.Name + " has no customer"
	}
	return first(strings.TrimSpace(o.Customer.FirstName+" "+o.Customer.LastName), "Shopify customer "+o.Customer.ID)
}

func first(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}
