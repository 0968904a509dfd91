package customers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"backroom/shared/businesscentral/entity"
	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/link"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/shop"
)

// Number is the BC number of a customer we create: BC itself refuses a second one.
func Number(card shop.Shop, o orders.Order) string {
	return strings.ToUpper(first(card.CustomerNoPrefix, "S")) + o.Customer.ID
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

func (j *job) create(ctx context.Context, create []*seeking) error {
	if err := j.renew(ctx); err != nil {
		return err
	}
	now := j.Now()
	there, err := outbound.There(ctx, j.Target, now)
	if err != nil {
		return err
	}
	cs := make([]entity.Customer, len(create))
	for i, s := range create {
		cs[i] = j.customer(*s)
		s.link = s.link.Intends(cs[i].Number, now, there)
		s.link.Mark, s.link.Hash = mark(s.buyer.Email), hash(cs[i])
	}
	if err := j.put(ctx, create); err != nil {
		return err
	}
	// The time is taken again: what was written is old if this process slept.
	if !outbound.MaySend(j.Now(), j.lease.Until, j.Timeout) {
		return fmt.Errorf("customers: the lease does not outlive a request: %w", jobqueue.ErrFenced)
	}
	if !outbound.Fresh(now, j.Now()) {
		for _, s := range create {
			s.link = s.link.Forgotten()
		}
		if err := j.put(ctx, create); err != nil {
			return err
		}
		return &fault.Error{Op: "customers", Kind: fault.Transient, Err: errors.New("slept between an intent and its create")}
	}
	answers, callErr := j.Target.CreateCustomers(ctx, cs)
	stop := callErr
	var written []*seeking
	for i, s := range create {
		var got outbound.Created[entity.Customer]
		if got.Err = callErr; callErr == nil {
			got = answers[i]
		}
		if j.answered(s, got, callErr != nil) {
			written = append(written, s)
		}
		if callErr == nil && outbound.Kind(got.Err) == fault.Blocked {
			stop = got.Err // so would every other of this connection
		}
	}
	if err := j.put(ctx, written); err != nil {
		return err
	}
	if outbound.Kind(stop) == fault.Unknown {
		return nil // each is marked; the others of the run go on
	}
	return stop
}

// answered settles s by what became of its create, and reports whether its link
// is to be written. whole says that the call failed, not this create.
func (j *job) answered(s *seeking, got outbound.Created[entity.Customer], whole bool) bool {
	switch kind := outbound.Kind(got.Err); {
	case got.Err == nil:
		j.learn(got.Entity)
		s.link = s.link.To(got.Entity.Number, link.Created, j.Now())
		s.link.RecordID = got.Entity.ID
		s.link.Unsettled = len(differences(j.customer(*s), got.Entity)) > 0
		j.take(s)
		return true
	case kind == fault.Unknown || sameKey(got.Err):
		s.result = Resolved{Reason: issue.OutcomeUnknown, Thing: who(s.order)}
		return false
	case whole:
	case kind == fault.Rejected && !s.abroad && noSuchCode(got.Err) && j.customer(*s).Country != "":
		// The country may be of an order that waits for it, or of none: what is
		// ordered from elsewhere must not wait with it. A document says its own.
		s.abroad = true
	case kind == fault.Rejected:
		s.result = Resolved{Reason: issue.CustomerRefused, Thing: fmt.Sprintf("%s: %s", who(s.order), merchant(got.Err))}
	default: // not the customer's fault
		s.result = Resolved{Reason: issue.SystemFailure, Thing: who(s.order)}
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

func (j *job) renew(ctx context.Context) error {
	lease, cancelled, err := j.Guard.Renew(ctx, j.lease)
	if err != nil {
		return err
	}
	if cancelled {
		return context.Canceled
	}
	j.lease = lease
	return nil
}

// sameKey: BC has the number already, from a create whose answer was lost. The
// next run finds it by its number.
func sameKey(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Code == "Internal_EntityWithSameKeyExists"
}

// noSuchCode: BC lacks a code that was sent; of a customer's that is the country.
func noSuchCode(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Code == "Internal_InvalidTableRelation"
}

func merchant(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Merchant != "" {
		return e.Merchant
	}
	return err.Error()
}

// customer is the BC customer to create for a buyer. E-mail address and phone
// number are the buyer's own, or none. A currency is never set: it would be that
// of one order.
func (j *job) customer(s seeking) entity.Customer {
	o := s.order
	full := home(o)
	c := entity.Customer{
		Number:       Number(j.card, o),
		DisplayName:  first(j.Naming.Name(j.card, full), s.buyer.Email, "Shopify customer "+o.Customer.ID),
		Type:         "Person",
		AddressLine1: full.Address1, AddressLine2: full.Address2, City: full.City,
		State: j.Naming.County(j.card, full), Country: j.Naming.Country(j.card, full), PostalCode: full.Zip,
		PhoneNumber: entity.Phone(o.Customer.Phone), Email: strings.TrimSpace(o.Customer.Email),
	}
	if full.Company != "" {
		c.Type = "Company"
	}
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
