// Package receiptapi reads what was paid of a shop's orders, as package receipts asks for it.
package receiptapi

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/cursor"
	"backroom/shared/fault"
	"backroom/shared/money"
	"backroom/shared/receipts"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// Client reads payments of a shop's orders. Safe for concurrent use.
type Client struct{ core *shopify.Client }

var _ receipts.Source = (*Client)(nil)

// New makes the payments of c's shop.
func New(c *shopify.Client) *Client { return &Client{core: c} }

// Clock implements cursor.Feed.
func (c *Client) Clock() time.Time { return c.core.Clock() }

// Count implements cursor.Feed.
func (c *Client) Count(ctx context.Context, w cursor.Window, limit int) (int, error) {
	const op = "OrdersCount"
	q := wire.Between("updated_at", w.From, w.To)
	r, err := gql.OrdersCount(ctx, c.core.Read(op), &q, limit)
	if err != nil {
		return 0, err
	}
	if r.OrdersCount == nil {
		return 0, wire.Missing(op, "ordersCount")
	}
	return min(r.OrdersCount.Count, limit), nil
}

// Changed implements cursor.Feed with pages of 250.
func (c *Client) Changed(ctx context.Context, w cursor.Window, page string) (p cursor.Page, err error) {
	const op = "OrdersChanged"
	var after *string
	if page != "" {
		after = &page
	}
	q := wire.Between("updated_at", w.From, w.To)
	r, err := gql.OrdersChanged(ctx, c.core.Read(op), &q, "UPDATED_AT", after)
	if err != nil {
		return p, err
	}
	for _, n := range r.Orders.Nodes {
		p.Changes = append(p.Changes, cursor.Change{ID: wire.Tail(n.Id), UpdatedAt: n.UpdatedAt.UTC()})
	}
	next, err := wire.CursorsAfter(after).Next(op, r.Orders.PageInfo)
	if err == nil && next != nil {
		p.Next = *next
	}
	return p, err
}

// Payments implements receipts.Source.
func (c *Client) Payments(ctx context.Context, ids []string) (out []receipts.Order, err error) {
	const op = "OrderPayments"
	r, err := gql.OrderPayments(ctx, c.core.Read(op), wire.GIDs("Order", ids))
	if err != nil {
		return nil, err
	}
	if len(r.Nodes) != len(ids) {
		return nil, wire.Missing(op, "an entry")
	}
	for _, n := range r.Nodes {
		n, ok := n.(*gql.PaidNodeOrder)
		if !ok || n.Test {
			continue
		}
		o, err := orderOf(n.PaidOrder)
		if err != nil {
			return nil, &fault.Error{Op: "shopify." + op, Kind: fault.Bug, Err: err}
		}
		out = append(out, o)
	}
	return out, nil
}

// orderOf keeps the transactions that have moved money. What was given back as change
// counts like a refund.
func orderOf(n gql.PaidOrder) (receipts.Order, error) {
	o := receipts.Order{ID: wire.Tail(n.Id), Name: n.Name}
	for _, t := range n.Transactions {
		if t.Test || t.Status != "SUCCESS" {
			continue
		}
		amount, err := rounded(t.AmountSet, t.AmountRoundingSet)
		if err != nil {
			return o, err
		}
		p := receipts.Payment{ID: wire.Tail(t.Id), Amount: amount, At: t.CreatedAt.UTC()}
		if t.Gateway != nil {
			p.Gateway = *t.Gateway
		}
		if t.ProcessedAt != nil {
			p.At = t.ProcessedAt.UTC()
		}
		switch t.Kind {
		case "SALE", "CAPTURE":
			o.Payments = append(o.Payments, p)
		case "REFUND":
			if t.ParentTransaction != nil {
				p.Of = wire.Tail(t.ParentTransaction.Id)
			}
			o.Refunds, o.Returned = append(o.Refunds, p), add(o.Returned, amount)
		case "CHANGE":
			o.Returned = add(o.Returned, amount)
		}
	}
	for _, ps := range [][]receipts.Payment{o.Payments, o.Refunds} {
		slices.SortStableFunc(ps, func(a, b receipts.Payment) int {
			return cmp.Or(a.At.Compare(b.At), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
		})
	}
	return o, nil
}

// rounded is an amount with what it was rounded by.
func rounded(b wire.Bag, by *wire.Bag) (out money.Bag, err error) {
	if out, err = bag(b); err != nil || by == nil {
		return out, err
	}
	more, err := bag(*by)
	return add(out, more), err
}

func bag(b wire.Bag) (money.Bag, error) {
	shop, err := money.Parse(b.ShopMoney.Amount)
	if err != nil {
		return money.Bag{}, err
	}
	buyer, err := money.Parse(b.PresentmentMoney.Amount)
	return money.Bag{
		Shop:        money.Amount{Value: shop, Currency: b.ShopMoney.CurrencyCode},
		Presentment: money.Amount{Value: buyer, Currency: b.PresentmentMoney.CurrencyCode},
	}, err
}

func add(a, b money.Bag) money.Bag {
	sum := func(a, b money.Amount) money.Amount {
		return money.Amount{Value: decimal.Sum(a.Value, b.Value), Currency: cmp.Or(a.Currency, b.Currency)}
	}
	return money.Bag{Shop: sum(a.Shop, b.Shop), Presentment: sum(a.Presentment, b.Presentment)}
}
