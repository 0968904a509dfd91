package customers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"backroom/shared/businesscentral/entity"
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

// own reports whether what was found is the customer that we create for it.
func (s seeking) own(card shop.Shop) bool {
	return len(s.found) == 1 && strings.EqualFold(s.found[0], Number(card, s.order))
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
		found := s.found
		if intent.Next(s.link.SentAt, 0, r.Now()) == intent.Wait && !s.own(card) {
			found = nil // who else fits does not count while our own create may still arrive
		}
		step := intent.Next(s.link.SentAt, len(found), r.Now())
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
