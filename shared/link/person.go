package link

import (
	"context"
	"slices"
	"strings"

	"backroom/shared/privacy"
	"backroom/shared/record"
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
func (s People) Empty(ctx context.Context, shop string) error { return s.empty(ctx, shop, Customer) }

func (s People) empty(ctx context.Context, shop string, kind Kind) error {
	for {
		ls, next, err := s.List(ctx, shop, kind, "", 50)
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

// Firms finds and erases what the links of companies and of their locations know of people:
// digests of their e-mail addresses and telephone numbers. It is a privacy.Keeper.
type Firms struct {
	People
	// Digest is what Hash has of an e-mail address in small letters, or of a telephone
	// number as E.164, between points.
	Digest func(text string) string
}

var (
	_ privacy.Keeper  = Firms{}
	_ privacy.Emptier = Firms{}
)

// Walk implements privacy.Keeper: a page is of companies, then of locations.
func (s Firms) Walk(ctx context.Context, j *privacy.Job, page string) (string, error) {
	kind := Company
	if rest, ok := strings.CutPrefix(page, string(Location)+"|"); ok {
		kind, page = Location, rest
	}
	ls, next, err := s.List(ctx, j.Shop, kind, page, 50)
	if err != nil {
		return "", err
	}
	for _, l := range ls {
		hash, had := s.without(j.Person, l.Hash)
		if !had {
			continue
		}
		switch j.Does {
		case privacy.Gathers:
		case privacy.Finds:
			j.Has(l.ID, l.Number, map[string]string{"digests": "of the e-mail address or telephone number"})
		case privacy.Erases:
			l.Hash = hash
			if err := s.Table.Write(ctx, record.Put(l.key(), schema, &l, table.AsRead(l.Version))); err != nil {
				return "", err
			}
			j.Has(l.ID, l.Number, nil)
		}
	}
	switch {
	case kind == Company && next == "":
		return string(Location) + "|", nil
	case kind == Location && next != "":
		return string(Location) + "|" + next, nil
	}
	return next, nil
}

// without is a hash with nothing where it has digests of the person, and whether it has any.
func (s Firms) without(p *privacy.Person, hash string) (string, bool) {
	parts, had := strings.Split(hash, "."), false
	for _, known := range slices.Concat(p.Emails, p.Phones) {
		for i, d := range parts {
			if d == s.Digest(known) {
				parts[i], had = "", true
			}
		}
	}
	return strings.Join(parts, "."), had
}

// Empty implements privacy.Emptier.
func (s Firms) Empty(ctx context.Context, shop string) error {
	for _, kind := range []Kind{Company, Location} {
		if err := s.empty(ctx, shop, kind); err != nil {
			return err
		}
	}
	return nil
}
