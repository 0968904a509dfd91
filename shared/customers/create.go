package customers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"backroom/shared/businesscentral/entity"
	"backroom/shared/fault"
	"backroom/shared/intent"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/shop"
)

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
