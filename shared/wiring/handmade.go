package wiring

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/shop"
)

// HandMade finds the document of a number, which a person says is an order's: a
// sales order, else an invoice of the number, else one that the order of the number
// has been posted as. It reports false if the company has none. An error carries a
// fault.Kind.
func (w Wired) HandMade(ctx context.Context, card shop.Shop, number string) (orders.HandMade, bool, error) {
	bc, err := w.clients.company(card)
	if err != nil {
		return orders.HandMade{}, false, err
	}
	os, is, err := bc.DocumentsByNumber(ctx, number)
	if err != nil {
		return orders.HandMade{}, false, err
	}
	currency := func(c string) string { return cmp.Or(c, card.Company.LCY, card.Currency) }
	if len(os) > 0 {
		read, err := bc.ReadDocuments(ctx, []documents.Ref{{ID: os[0].ID}})
		if err == nil {
			err = read[0].Err
		}
		if err != nil {
			return orders.HandMade{}, false, err
		}
		got := read[0].Entity
		total := got.Total()
		total.Currency = currency(total.Currency)
		return orders.HandMade{Type: "Order", ID: got.ID, Number: got.Header.Number, External: got.Header.ExternalNumber, Total: total}, true, nil
	}
	slices.SortStableFunc(is, func(a, b documents.Invoice) int { // its own number comes before that of its order
		return cmp.Compare(other(a.Number, number), other(b.Number, number))
	})
	if len(is) == 0 {
		return orders.HandMade{}, false, nil
	}
	i := is[0]
	if i.Unreadable != nil {
		return orders.HandMade{}, false, &fault.Error{Op: "wiring.HandMade", Kind: fault.Bug, Err: fmt.Errorf("invoice %s: %w", i.Number, i.Unreadable)}
	}
	return orders.HandMade{Type: "Invoice", ID: i.ID, Number: i.Number, External: i.ExternalNumber, Total: money.Amount{Value: i.Total, Currency: currency(i.Currency)}}, true, nil
}

// other is 1 if two numbers are not the same, else 0.
func other(a, b string) int {
	if strings.EqualFold(a, b) {
		return 0
	}
	return 1
}
