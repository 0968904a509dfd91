package wiring

import (
	"context"
	"errors"
	"strings"

	"backroom/shared/bcapi"
	"backroom/shared/documents"
	"backroom/shared/receipts"
	"backroom/shared/shop"
	"backroom/shared/staging"
)

// receipts are the sides between which payments of orders are brought.
func (c *clients) receipts(card shop.Shop) (receipts.Sides, error) {
	from, err := c.shop(card)
	to, bcErr := c.company(card)
	if err := errors.Join(err, bcErr); err != nil {
		return receipts.Sides{}, err
	}
	set, err := shop.Of[documents.DocumentSettings](card)
	return receipts.Sides{Source: from.Receipts, Company: to.Receipts, ISO: func(code string) string {
		for _, m := range set.Currencies {
			if bcapi.Code(m.To) == bcapi.Code(code) {
				return strings.ToUpper(m.From)
			}
		}
		return bcapi.Code(code)
	}}, err
}

// invoiced knows by the staged orders what they became.
type invoiced struct{ staged *staging.Store }

// Document implements receipts.Documents.
func (i invoiced) Document(ctx context.Context, shop, order string) (receipts.Document, bool, error) {
	v, ok, err := i.staged.ByID(ctx, shop, order)
	switch {
	case err != nil || !ok:
	case v.Document != nil:
		return receipts.Document{Invoice: v.Document.Type == "Invoice", ID: v.Document.ID, Number: v.Document.Number}, true, nil
	case v.Closed != nil && v.Closed.Document != nil: // a person has made it
		d := v.Closed.Document
		return receipts.Document{Invoice: d.Type == "Invoice", ID: d.ID, Number: d.Number}, true, nil
	}
	return receipts.Document{}, false, err
}
