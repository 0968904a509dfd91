package customers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/link"
	"backroom/shared/orders"
	"backroom/shared/outbound"
)

// numberOf is the BC number of a customer we create: BC itself refuses a second one.
func numberOf(card Card, o orders.Order) string {
	return strings.ToUpper(cmp.Or(card.CustomerNoPrefix, "S")) + o.Customer.ID
}

func (j *job) createAll(ctx context.Context, create []*seeking) error {
	for len(create) > 0 {
		size := len(create)
		if b, ok := j.Target.(interface{ CustomersPerBatch() int }); ok {
			size = max(b.CustomersPerBatch(), 1)
		}
		n := min(len(create), size)
		now := create[:n]
		before := slices.Clone(now)
		before = slices.DeleteFunc(before, func(s *seeking) bool { return s.abroad })
		if err := j.create(ctx, now); err != nil {
			return err
		}
		create = create[n:]
		for _, s := range before {
			if s.abroad { // once more, without the country
				create = append(create, s)
			}
		}
	}
	return nil
}

// creation is how the customers of a job are made.
type creation struct{ *job }

func (j *job) create(ctx context.Context, create []*seeking) error {
	return outbound.Creates[*seeking, Customer]{Hold: j.hold(), Records: creation{j}, Clock: j.Clock, Name: func(c Customer) string { return "customer " + c.Number }}.Create(ctx, create)
}

// Intend implements outbound.Records.
func (j creation) Intend(ctx context.Context, ss []*seeking, i outbound.Intent) ([]*seeking, error) {
	for _, s := range ss {
		c := j.customer(*s)
		s.link = s.link.Intends(c.Number, i.At, i.There)
		s.link.Log = s.link.Log.With(i.Event())
		s.link.Mark, s.link.Hash = s.buyer.mark(), hash(c)
	}
	return ss, j.put(ctx, ss)
}

// Send implements outbound.Records.
func (j creation) Send(ctx context.Context, ss []*seeking) ([]outbound.Created[Customer], error) {
	cs := make([]Customer, len(ss))
	for i, s := range ss {
		cs[i] = j.customer(*s)
	}
	return j.Target.CreateCustomers(ctx, cs)
}

// Withdraw implements outbound.Records.
func (j creation) Withdraw(ctx context.Context, ss []*seeking) error {
	for _, s := range ss {
		s.link = s.link.Forgotten()
		s.link.Log = s.link.Log.With(outbound.Event{At: j.Now(), Did: outbound.DidWithdraw})
	}
	return j.put(ctx, ss)
}

// Answered implements outbound.Records.
func (j creation) Answered(ctx context.Context, as []answer) error {
	var written []*seeking
	for _, a := range as {
		a.Item.link.Log = a.Item.link.Log.With(a.Log...)
		if j.answered(a) {
			written = append(written, a.Item)
		}
	}
	return j.put(ctx, written)
}

type answer = outbound.Answer[*seeking, Customer]

// answered settles a buyer by what became of the create, and reports whether the
// link is to be written.
func (j *job) answered(a answer) bool {
	s := a.Item
	rejected := !a.Whole && outbound.Kind(a.Err) == fault.Rejected
	switch {
	case a.Verdict == outbound.Made:
		j.learn(a.Entity)
		s.link = s.link.To(a.Entity.Number, link.Created, j.Now())
		s.link.RecordID = a.Entity.ID
		s.link.Unsettled = len(differences(j.customer(*s), a.Entity)) > 0
		s.made = true
		j.take(s)
		return true
	case a.Verdict == outbound.Lost, a.Verdict == outbound.Taken: // the next run finds it by its number
		s.result = Resolved{Reason: outbound.OutcomeUnknown, Thing: s.who()}
		return false
	case a.Whole:
	case rejected && noSuchCode(a.Err) && j.customer(*s).Country != "":
		// The country may be of an order that waits for it, or of none: what is
		// ordered from elsewhere must not wait with it. A document says its own.
		s.abroad = true
	case rejected:
		s.result = Resolved{Reason: CustomerRefused, Thing: fmt.Sprintf("%s: %s", s.who(), fault.Say(a.Err))}
	default: // not the customer's fault
		s.result = Resolved{Reason: issue.SystemFailure, Thing: s.who()}
	}
	s.link = s.link.Forgotten()
	return true
}

// put stores the links of ss.
func (j *job) put(ctx context.Context, ss []*seeking) error {
	links := make([]link.Link, len(ss))
	for i, s := range ss {
		links[i] = s.link
	}
	if err := j.Links.Put(ctx, j.Guard, j.lease, links...); err != nil {
		return err
	}
	for _, s := range ss {
		s.link = s.link.Stored()
	}
	return nil
}

// hold is how the job makes sure of its lease.
func (j *job) hold() outbound.Hold {
	return outbound.Hold{Op: "customers", Guard: j.Guard, Lease: &j.lease, Now: j.Now, Timeout: j.Timeout}
}

// noSuchCode: BC lacks a code that was sent; of a customer's that is the country.
func noSuchCode(err error) bool {
	return fault.Of(err).Code == bcapi.CodeNoRelation
}

// number is the BC number of the customer that is created for s.
func (s seeking) number(card Card) string {
	if s.firm != nil && s.firm.place {
		return companyNumber(card, s.firm.location.ID) // none is made: it is nobody's
	}
	if s.firm != nil {
		return companyNumber(card, s.firm.ID)
	}
	return numberOf(card, s.order)
}

// customer is the BC customer to create for a buyer. E-mail address and phone
// number are the buyer's own, or none. A currency is never set: it would be that
// of one order.
func (j *job) customer(s seeking) Customer {
	o := s.order
	full := home(o)
	if s.firm != nil {
		return j.firmCustomer(s)
	}
	c := Customer{
		Number:       s.number(j.card),
		DisplayName:  cmp.Or(j.card.Name(full), s.buyer.Email, "Shopify customer "+o.Customer.ID),
		Type:         "Person",
		AddressLine1: full.Address1, AddressLine2: full.Address2, City: full.City,
		State: j.card.County(full), Country: j.card.Country(full), PostalCode: full.Zip,
		PhoneNumber: bcapi.Phone(o.Customer.Phone), Email: strings.TrimSpace(o.Customer.Email),
	}
	if full.Company != "" {
		c.Type = "Company"
	}
	j.fill(&c, full.Country, o)
	if s.abroad {
		c.Country = ""
	}
	c.Fit()
	return c
}

// home is the buyer's own address under their own name. Of an address that an
// order gives only for somebody else's parcel, the country alone is taken: by it
// BC chooses the customer's template.
func home(o orders.Order) orders.Address {
	first, last := o.Customer.FirstName, o.Customer.LastName
	own := func(a orders.Address) orders.Address {
		if first != "" || last != "" {
			a.FirstName, a.LastName = first, last
		}
		return a
	}
	switch {
	case o.Customer.Default != nil:
		return own(*o.Customer.Default)
	case o.Billing != nil:
		return own(*o.Billing)
	case o.Shipping == nil:
		return own(orders.Address{})
	}
	if a := *o.Shipping; own(a).FirstName == a.FirstName && own(a).LastName == a.LastName {
		return a
	}
	return own(orders.Address{Country: o.Shipping.Country})
}
