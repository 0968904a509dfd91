package link

import (
	"context"
	"slices"

	"backroom/shared/privacy"
	"backroom/shared/table"
)

// People finds and erases the links of customers. It is a privacy.Keeper.
type People struct {
	*Store
	// Company is the company in BC of a shop, as links have it.
	Company func(ctx context.Context, shop string) (string, error)
	// Mark is the mark of an e-mail address, see [Link].
	Mark func(email string) string
}

var (
	_ privacy.Keeper  = People{}
	_ privacy.Emptier = People{}
)

// Walk implements privacy.Keeper.
func (s People) Walk(ctx context.Context, j *privacy.Job, page string) (string, error) {
	ls, next, err := s.List(ctx, j.Shop, Customer, page, 50)
	if err != nil {
		return "", err
	}
	for _, l := range ls {
		marked := l.Mark != "" && slices.ContainsFunc(j.Person.Emails, func(e string) bool { return s.Mark(e) == l.Mark })
		if !marked && !j.Person.Is(l.ID, nil, nil, "") {
			continue
		}
		switch j.Does {
		case privacy.Gathers:
			j.Person.Known(l.ID, "", "", "")
			j.Person.Number(l.Number)
		case privacy.Finds:
			j.Has(l.ID, l.Number, map[string]string{"id in Shopify": l.ID, "number in Business Central": l.Number})
		case privacy.Erases:
			if !l.SentAt.IsZero() {
				j.Leaves(l.ID, l.Number, "Its customer is just being made in Business Central: repeat this in half an hour.")
				continue
			}
			if err := s.drop(ctx, l); err != nil {
				return "", err
			}
			j.Has(l.ID, l.Number, nil)
		}
	}
	return next, nil
}

// drop deletes a link, and what it claims.
func (s People) drop(ctx context.Context, l Link) error {
	company, err := s.Company(ctx, l.Shop)
	if err != nil {
		return err
	}
	l.Company = company
	c := claims{store: s.Store, held: map[table.Key]Held{}, dirty: map[table.Key]bool{}}
	number := l.Number
	l.Number = ""
	if l.was = number; number != "" {
		if err := c.move(ctx, l); err != nil {
			return err
		}
	}
	return s.Table.Write(ctx, append(c.ops(), table.Delete(l.key(), table.VersionIs(l.Version)))...)
}

// Empty implements privacy.Emptier: the claims of a shop's links are in its company.
func (s People) Empty(ctx context.Context, shop string) error {
	for {
		ls, next, err := s.List(ctx, shop, Customer, "", 50)
		if err != nil {
			return err
		}
		for _, l := range ls {
			if err := s.drop(ctx, l); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
	}
}
