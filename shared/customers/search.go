package customers

import (
	"context"
	"slices"
	"strings"

	"backroom/shared/businesscentral/entity"
	"backroom/shared/orders"
	"backroom/shared/shop"
)

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
