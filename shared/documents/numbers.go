package documents

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backroom/shared/bcapi"
	"backroom/shared/record"
	"backroom/shared/sales"
	"backroom/shared/table"
)

// askAgain is how long the refusal of a number by a series is believed. Then a
// number is sent once more: the series may have been changed, and API v2.0 does
// not show it.
const askAgain = 7 * 24 * time.Hour

// numbersSchema of what is stored about a company's number series.
const numbersSchema = 1

// Numbers remembers of each company whether the number series of sales orders
// takes numbers that are not its own. Safe for concurrent use.
type Numbers struct{ Table table.Table }

// series is what is stored of the number series of one kind of document.
type series struct {
	record.Rest

	// ForbiddenAt is when it last refused a number.
	ForbiddenAt time.Time `json:"forbiddenAt,omitzero"`
}

// seriesOfOrders is what the number series of sales orders is stored under: the set
// of the API, as for every kind of document.
const seriesOfOrders = "salesOrders"

// numbersKey is where that is stored for the documents of a set in a company.
func numbersKey(set, shop, company string) table.Key {
	if company == "" {
		company = "of " + shop
	}
	return table.Key{PK: "COMPANY#" + company + "#SERIES", SK: set}
}

// Forbidden reads whether the series of a set's documents has refused a number not
// long before now.
func (n *Numbers) Forbidden(ctx context.Context, set, shop, company string, now time.Time) (bool, error) {
	var s series
	version, err := record.Get(ctx, n.Table, numbersKey(set, shop, company), numbersSchema, &s)
	if err != nil {
		return false, fmt.Errorf("number series of %s: %w", company, err)
	}
	age := now.Sub(s.ForbiddenAt)
	return version > 0 && age >= 0 && age < askAgain, nil
}

// RefusedAt is the operation that stores a refusal of such a series.
func RefusedAt(set, shop, company string, now time.Time) table.Op {
	return record.Put(numbersKey(set, shop, company), numbersSchema, series{ForbiddenAt: now}, table.Always)
}

// automatic is what one slice knows of the number series.
type automatic struct {
	known bool
	only  bool // it takes no number but its own
}

// askNumbers finds out what is known of the number series.
func (s *slice) askNumbers(ctx context.Context) (err error) {
	if s.automatic.known || s.Numbers == nil {
		return nil
	}
	s.automatic.known = true
	s.automatic.only, err = s.Numbers.Forbidden(ctx, seriesOfOrders, s.Request.Shop, s.card.Company.Key(), s.Now())
	return err
}

// numbered is w's document as it is sent: its number is the order's id, unless
// the shop card gives it another or the series takes none. BC then refuses a
// second document while the first one is there, whoever sends it. An invoice has none
// of its own: its number is free again once it is posted, and to delete a second draft
// under it leads the posted one's id astray.
func (s *slice) numbered(w work) sales.Document {
	d := w.doc
	if d.Number == "" && !s.automatic.only && d.Kind == sales.Order {
		d.Number = w.order.ID
	}
	return d
}

// unnumbered reports whether w was refused for a number that this program had
// chosen by itself.
func (w work) unnumbered(err error) bool {
	return w.doc.Number == "" && w.doc.Kind == sales.Order && errors.Is(err, bcapi.ErrNumberForbidden)
}

// withoutNumbers remembers that the series takes no number, and answers ws to be
// made again without one; nothing was made of them.
func (s *slice) withoutNumbers(ctx context.Context, ws []work) (again []work, err error) {
	if len(ws) == 0 {
		return nil, nil
	}
	first := !s.automatic.only
	s.automatic.only = true
	if first && s.Numbers != nil {
		if err := s.Guard.Write(ctx, s.Request.Lease, RefusedAt(seriesOfOrders, s.Request.Shop, s.card.Company.Key(), s.Now())); err != nil {
			return nil, err
		}
	}
	back := make([]Outcome, len(ws))
	for i, w := range ws {
		back[i] = Outcome{Pending: w.pending, Withdrawn: true}
	}
	stored, err := s.save(ctx, back)
	if err != nil {
		return nil, err
	}
	for i, w := range ws {
		if stored[i].ID == "" {
			continue // changed meanwhile: the next run sees it as it is then
		}
		w.pending = stored[i]
		again = append(again, w)
	}
	return again, nil
}
