package staging

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"backroom/shared/orders"
	"backroom/shared/privacy"
	"backroom/shared/record"
	"backroom/shared/table"
)

// People finds and erases customers in orders: of an order that is settled the goods, the
// amounts and the document stay. It is a privacy.Keeper.
type People struct{ *Store }

var _ privacy.Keeper = People{}

// peopleAtOnce is how many items of orders are read at once.
const peopleAtOnce = 40

// Walk implements privacy.Keeper.
func (s People) Walk(ctx context.Context, j *privacy.Job, page string) (string, error) {
	p, err := s.Table.Query(ctx, table.Query{PK: headKey(j.Shop, "").PK, Limit: peopleAtOnce, Page: page})
	if err != nil {
		return "", err
	}
	for _, it := range p.Items {
		if strings.Contains(it.SK, "#") {
			continue // a part of a copy
		}
		for n := 0; ; n++ {
			err := s.person(ctx, j, it.SK)
			if err == nil {
				break
			}
			if !errors.Is(err, table.ErrConflict) || n == 5 {
				return "", fmt.Errorf("order %s: %w", it.SK, err)
			}
		}
	}
	return p.Next, nil
}

// person does what j does with one order.
func (s People) person(ctx context.Context, j *privacy.Job, id string) error {
	h, err := s.head(ctx, j.Shop, id)
	if err != nil || h.Version == 0 {
		return err
	}
	var o *orders.Order
	if h.Parts.Count > 0 {
		c, err := s.load(ctx, j.Shop, id, h)
		if err != nil {
			return err
		}
		o = &c
	}
	if !h.bought(j.Person, id, o) {
		return nil
	}
	switch j.Does {
	case privacy.Gathers:
		j.Person.HasOrdered(id)
		learn(j.Person, o)
		return nil
	case privacy.Finds:
		if has := personal(h, o); len(has) > 0 {
			j.Has(id, h.Name, has)
		}
		return nil
	case privacy.Erases:
	}
	return s.forget(ctx, j, id, h, o)
}

// bought reports whether an order is of a person.
func (h head) bought(p *privacy.Person, id string, o *orders.Order) bool {
	if p.HasOrder(id) || p.Is(h.Facts.Buyer(), nil, nil, "") || h.Facts.OfMail(p.Emails) {
		return true
	}
	if o == nil {
		return false
	}
	emails, tels, country, customer := []string{o.Email}, []string{o.Phone}, "", ""
	if o.Billing != nil {
		country = o.Billing.Country
	} else if o.Shipping != nil {
		country = o.Shipping.Country
	}
	if c := o.Customer; c != nil {
		customer, emails, tels = c.ID, append(emails, c.Email), append(tels, c.Phone)
	}
	return p.Is(customer, emails, tels, country)
}

// learn notes who a person is by an order of theirs. Only what the shop's customer has
// leads to other orders: the contact of an order may be another person's.
func learn(p *privacy.Person, o *orders.Order) {
	if o == nil {
		return
	}
	if c := o.Customer; c != nil {
		country := ""
		if c.Default != nil {
			country = c.Default.Country
		}
		if p.Is(c.ID, []string{c.Email}, []string{c.Phone}, country) {
			p.Known(c.ID, c.Email, c.Phone, country)
			p.Named(c.FirstName, c.LastName)
			address(p, c.Default)
		}
	}
	p.Written(o.Email, o.Phone)
	address(p, o.Shipping)
	address(p, o.Billing)
}

func address(p *privacy.Person, a *orders.Address) {
	if a != nil {
		p.Named(a.FirstName, a.LastName)
		p.Written(a.Address1, a.Address2, a.Phone)
	}
}

// personal is what an order has of its buyer, by the words for it.
func personal(h head, o *orders.Order) map[string]string {
	has := map[string]string{}
	put := func(word string, values ...string) {
		if text := strings.Join(slices.DeleteFunc(values, func(v string) bool { return v == "" }), ", "); text != "" {
			has[word] = text
		}
	}
	put("customer", h.Facts.Buyer())
	if o == nil {
		return has
	}
	put("e-mail", o.Email)
	put("phone", o.Phone)
	put("note", o.Note)
	var attributes []string
	for _, a := range o.Attributes {
		attributes = append(attributes, a.Key+": "+a.Value)
	}
	put("attributes", attributes...)
	if c := o.Customer; c != nil {
		put("customer", c.ID, strings.TrimSpace(c.FirstName+" "+c.LastName), c.Email, c.Phone, c.Note)
		put("customer's address", line(c.Default)...)
	}
	put("shipping address", line(o.Shipping)...)
	put("billing address", line(o.Billing)...)
	return has
}

// line are the parts of an address; those of one that says nothing of a person are none.
func line(a *orders.Address) []string {
	if a == nil || *a == (orders.Address{Country: a.Country, Province: a.Province, ProvinceCode: a.ProvinceCode}) {
		return nil
	}
	return []string{strings.TrimSpace(a.FirstName + " " + a.LastName), a.Company, a.Address1, a.Address2, strings.TrimSpace(a.Zip + " " + a.City), a.Province, a.Country, a.Phone}
}

// unsettledWhy says why the buyer of an order is still needed, "" if not.
func (h head) unsettledWhy() string {
	switch {
	case h.State == orders.Conflict:
		return "It has changed since its document was made: settle the conflict, and repeat this."
	case h.State == orders.Skipped:
	case h.Link == nil && h.Closed == nil:
		return "It has no document yet: have it processed, or close it (orders done, orders dismiss), and repeat this."
	case h.refundWaits():
		return "A refund of it has no credit memo yet: have it made, and repeat this."
	}
	if !h.SentAt.IsZero() {
		return "Its document is just being made: repeat this in half an hour."
	}
	return ""
}

// forget takes the buyer out of an order.
func (s People) forget(ctx context.Context, j *privacy.Job, id string, h head, o *orders.Order) error {
	if why := h.unsettledWhy(); why != "" {
		j.Leaves(id, h.Name, why)
		return nil
	}
	was := h
	var ops []table.Op
	if o != nil {
		if h.Link != nil || h.Closed != nil {
			h.Facts = h.Facts.Completed(*o)
		}
		bare := o.WithoutPerson()
		data, err := record.Encode(schema, &bare)
		if err == nil {
			data, _, err = record.Edit(data, j.Person.EditData)
		}
		if err != nil {
			return err
		}
		var parts []table.Item
		if parts, h.Parts, err = record.Split(headKey(j.Shop, id), data); err != nil {
			return err
		}
		for _, p := range parts {
			ops = append(ops, table.Put(p, table.Always))
		}
		for i := h.Parts.Count + 1; i <= was.Parts.Count; i++ {
			ops = append(ops, table.Delete(record.PartKey(headKey(j.Shop, id), i), table.Always))
		}
	}
	h.Facts, h.Erased = h.Facts.WithoutPerson(), true
	op, err := h.op(j.Shop, id)
	if err != nil {
		return err
	}
	if op.Item.Data, _, err = record.Edit(op.Item.Data, j.Person.EditJSON); err != nil {
		return err
	}
	if same, err := s.already(ctx, was, op, h.Parts); err != nil || same {
		return err
	}
	if err := s.Table.Write(ctx, append(ops, op)...); err != nil {
		return err
	}
	j.Has(id, h.Name, nil)
	return nil
}

// already reports whether the order is stored so.
func (s People) already(ctx context.Context, was head, op table.Op, parts record.Parts) (bool, error) {
	if !was.Erased || was.Parts != parts {
		return false, nil
	}
	it, err := s.Table.Get(ctx, op.Item.Key)
	return err == nil && string(it.Data) == string(op.Item.Data), err
}

// stays takes the buyer out of a copy that is read of an order whose buyer was erased. One that
// somebody has to see to again is an order like others.
func (h *head) stays(o *orders.Order) *orders.Order {
	if !h.Erased {
		return o
	}
	after := *h
	if o != nil {
		after.addMemos(*o)
	}
	if after.unsettledWhy() != "" {
		h.Erased = false
		return o
	}
	h.Facts = h.Facts.WithoutPerson()
	if o == nil {
		return nil
	}
	bare := o.WithoutPerson()
	return &bare
}
