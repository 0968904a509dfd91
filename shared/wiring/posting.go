package wiring

import (
	"context"
	"fmt"
	"strings"

	"backroom/shared/documents"
	"backroom/shared/orders"
	"backroom/shared/posting"
	"backroom/shared/shop"
	"backroom/shared/staging"
)

// posting is the company of a shop as postings see it.
func (c *clients) posting(card shop.Shop) (posting.Target, error) {
	bc, err := c.company(card)
	if err != nil {
		return nil, err
	}
	return bc.Posting, nil
}

// origins knows by the staged orders what a document was made of.
type origins struct{ staged *staging.Store }

// Origin implements posting.Origins. A document is an order's if the order says so:
// its external number alone, which anybody may write, is no more than where to look.
func (o origins) Origin(ctx context.Context, shop, id, external string) (posting.Origin, error) {
	order := external[strings.LastIndexByte(external, '-')+1:]
	if order == "" || len(order) > 20 || strings.Trim(order, "0123456789") != "" {
		return posting.Origin{}, nil
	}
	v, ok, err := o.staged.ByID(ctx, shop, order)
	if err != nil || !ok || v.Document == nil || v.Document.ID != id {
		return posting.Origin{}, err
	}
	return posting.Origin{Order: v.Name, Waits: waits(v)}, nil
}

// waits is why the document of an order is not to be posted now. An order whose number
// Shopify has not taken does not keep it.
func waits(v staging.View) string {
	switch {
	case v.State != orders.Processed:
		return fmt.Sprintf("the order %s is in state %s", v.Name, v.State)
	case v.Issue != nil && v.Issue.Reason != documents.NumberRefused && v.Issue.Reason != documents.NumberDenied:
		return "the order has an issue: " + v.Issue.Text
	}
	return ""
}
