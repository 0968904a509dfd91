package customersync

import (
	"context"
	"fmt"
	"strings"

	"backroom/shared/clock"
	"backroom/shared/cursor"
	"backroom/shared/customers"
	"backroom/shared/fault"
	"backroom/shared/insync"
	"backroom/shared/issue"
	"backroom/shared/link"
)

// minGone linked customers, none of which is there, are no merchant's work: the shop is
// another one, or does not show them.
const minGone = 25

// gone looks once a day which of the linked customers the shop still has: one that was
// merged into another leaves its link to that one, of one that was deleted it goes.
func (s *slice) gone(ctx context.Context) (bool, error) {
	at := &s.Checkpoint
	m, err := s.Marks.Get(ctx, s.Request.Shop, marksThere)
	if err != nil {
		return false, err
	}
	if at.Links == "" && !m.SweptAt.IsZero() && !clock.Due(m.SweptAt.Add(checkEvery), s.Now(), checkEvery) || s.Request.DryRun {
		return true, nil
	}
	ls, next, err := s.Links.List(ctx, s.Request.Shop, link.Customer, at.Links, MaxThere)
	if err != nil {
		return false, err
	}
	var missing []link.Link
	if missing, err = s.missing(ctx, ls); err != nil {
		return false, err
	}
	if err := s.part(ctx, missing); err != nil {
		return false, err
	}
	if at.Links = next; next != "" {
		return false, nil
	}
	now := s.Now()
	return true, s.Marks.Change(ctx, s.Guard, s.Request.Lease, s.Request.Shop, marksThere, func(m *cursor.Stored) { m.SweptAt = now })
}

// missing are those of ls that lead somewhere and whose customer the shop has not.
func (s *slice) missing(ctx context.Context, ls []link.Link) ([]link.Link, error) {
	var ids []string
	for _, l := range ls {
		if l.Linked() && strings.Trim(l.ID, "0123456789") == "" { // others are of orders without a customer
			ids = append(ids, l.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	there, err := s.Shop.There(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []link.Link
	for _, l := range ls {
		if is, asked := there[l.ID]; asked && !is && l.Linked() {
			l.Company = s.Card.Company.Key()
			out = append(out, l)
		}
	}
	if len(out) == len(ids) && len(ids) >= minGone {
		return nil, &fault.Error{Op: TaskName, Kind: fault.Transient, Err: fmt.Errorf("of %d linked customers the shop has none", len(ids))}
	}
	return out, nil
}

// part ends links whose customers of the shop are gone.
func (s *slice) part(ctx context.Context, missing []link.Link) error {
	if len(missing) == 0 {
		return nil
	}
	numbers := make([]string, len(missing))
	for i, l := range missing {
		numbers[i] = l.Number
	}
	cs, err := s.Company.CustomersByNumber(ctx, numbers)
	if err != nil {
		return err
	}
	of := map[string]customers.Customer{}
	for _, c := range cs {
		of[strings.ToUpper(c.Number)] = c
	}
	for _, l := range missing {
		if err := s.partOne(ctx, l, of[strings.ToUpper(l.Number)]); err != nil {
			return err
		}
	}
	return nil
}

// partOne ends one link. c is the company's customer, without a number if there is none.
func (s *slice) partOne(ctx context.Context, l link.Link, c customers.Customer) error {
	into, err := s.survivor(ctx, c)
	if err != nil {
		return err
	}
	old := l.To("", link.Gone, s.Now())
	old.Mark, old.SeenAt = "", l.SeenAt
	writes := []link.Link{old}
	two := false
	switch {
	case into.ID == "" || into.ID == l.ID:
	case into.Linked() && strings.EqualFold(into.Number, l.Number):
	case into.Linked() || !into.SentAt.IsZero():
		two = into.Linked()
	default: // whoever it was merged into has nobody in the company yet
		joined := into.To(l.Number, link.ByEmail, s.Now())
		joined.RecordID, joined.Mark = l.RecordID, l.Mark
		writes = append(writes, joined)
	}
	if two {
		r, err := s.Store.Get(ctx, s.Request.Shop, insync.Arriving, l.ID)
		if err != nil {
			return err
		}
		r.Other = l.Number
		part := issue.Part{Reason: Merged, Things: []string{l.Number + " and " + into.Number}}
		if err := s.trouble(ctx, &r, "Shopify customer "+l.ID, "", part); err != nil {
			return err
		}
	}
	for _, w := range writes { // each claims a number of its own
		if err := s.Links.Put(ctx, s.Guard, s.Request.Lease, w); err != nil {
			return err
		}
	}
	return nil
}

// survivor is the link of the customer of the shop that has an e-mail address of c, with
// no ID if there is none.
func (s *slice) survivor(ctx context.Context, c customers.Customer) (link.Link, error) {
	for _, m := range c.Mailboxes() {
		found, err := s.Shop.Find(ctx, []Contact{{Email: m}})
		if err != nil {
			return link.Link{}, err
		}
		if id := found[0].ByEmail; id != "" {
			ls, err := s.links(ctx, []string{id})
			return ls[id], err
		}
	}
	return link.Link{}, nil
}

// stillTwo looks whether the company still has two customers where the shop has one.
func (s *slice) stillTwo(ctx context.Context, r *insync.Record) error {
	cs, err := s.Company.CustomersByNumber(ctx, []string{r.Other})
	if err != nil {
		return err
	}
	if len(cs) == 0 || customers.Blocked(cs[0]) {
		return s.settle(ctx, r, "")
	}
	into, err := s.survivor(ctx, cs[0])
	if err != nil {
		return err
	}
	if into.ID == "" || strings.EqualFold(into.Number, r.Other) {
		return s.settle(ctx, r, "")
	}
	return s.trouble(ctx, r, "Shopify customer "+r.ID, "", issue.Part{Reason: Merged, Things: []string{r.Other + " and " + into.Number}})
}
