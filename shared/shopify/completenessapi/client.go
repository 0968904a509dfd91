package completenessapi

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
	"backroom/shared/completeness"
	"backroom/shared/fault"
	"backroom/shared/money"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// Client reads orders by their totals. Safe for concurrent use.
type Client struct{ core *shopify.Client }

var (
	_ completeness.Shop    = (*Client)(nil)
	_ completeness.Heads   = (*Client)(nil)
	_ completeness.Exports = (*Client)(nil)
)

// New makes a client of the orders of c's shop.
func New(c *shopify.Client) *Client { return &Client{core: c} }

// placed is the search for the orders that were placed in [from, to).
func placed(from, to time.Time) string {
	return "created_at:>='" + stamp(from) + "' created_at:<'" + stamp(to) + "'"
}

// stamp is the first whole second that is not before t: Shopify's have whole seconds.
func stamp(t time.Time) string {
	return t.UTC().Add(time.Second - time.Nanosecond).Truncate(time.Second).Format(time.RFC3339)
}

// Placed implements completeness.Shop.
func (c *Client) Placed(ctx context.Context, from, to time.Time, limit int) (int, error) {
	q := placed(from, to)
	r, err := gql.OrdersCount(ctx, c.core.Do(shopify.Call{Op: "OrdersCount", Long: true}), &q, limit)
	if err != nil {
		return 0, err
	}
	if r.OrdersCount == nil {
		return 0, wire.Missing("OrdersCount", "ordersCount")
	}
	return min(r.OrdersCount.Count, limit), nil
}

// Page implements completeness.Shop.
func (c *Client) Page(ctx context.Context, from, to time.Time, page string) (ids []string, next string, err error) {
	return c.page(ctx, placed(from, to), "CREATED_AT", page)
}

// Refunded implements completeness.Shop.
func (c *Client) Refunded(ctx context.Context, since time.Time, page string) (ids []string, next string, err error) {
	q := "updated_at:>='" + stamp(since) + "' created_at:<'" + stamp(since) + "' (financial_status:refunded OR financial_status:partially_refunded)"
	return c.page(ctx, q, "UPDATED_AT", page)
}

func (c *Client) page(ctx context.Context, query, sort, page string) (ids []string, next string, err error) {
	var after *string
	if page != "" {
		after = &page
	}
	r, err := gql.OrdersChanged(ctx, c.core.Do(shopify.Call{Op: "OrdersChanged", Long: true}), &query, sort, after)
	if err != nil {
		return nil, "", err
	}
	for _, n := range r.Orders.Nodes {
		ids = append(ids, wire.Tail(n.Id))
	}
	following, err := wire.CursorsAfter(after).Next("OrdersChanged", r.Orders.PageInfo)
	if err != nil || following == nil {
		return ids, "", err
	}
	return ids, *following, nil
}

// Orders implements completeness.Heads.
func (c *Client) Orders(ctx context.Context, ids []string) (out []completeness.Order, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	x := c.core.Do(shopify.Call{Op: "OrderTotals", Long: true, PerNode: true})
	r, err := gql.OrderTotals(ctx, x, wire.GIDs("Order", ids))
	if err != nil {
		return nil, err
	}
	if len(r.Nodes) != len(ids) {
		return nil, wire.Missing("OrderTotals", "an entry")
	}
	bad, _ := x.PerNode()
	for i, n := range r.Nodes {
		if bad[i] != nil {
			if fault.KindOf(bad[i]) == fault.Blocked {
				return nil, bad[i] // a permission: so would every other
			}
			out = append(out, completeness.Order{ID: ids[i]}) // agrees with nothing, and is looked at by itself
			continue
		}
		o, ok := n.(*gql.OrderTotalsNodesOrder)
		if !ok {
			continue // it does not exist
		}
		got, err := order(o.OrderInTotals)
		if err != nil {
			return nil, x.Unexpected(err)
		}
		out = append(out, got)
	}
	return out, nil
}

// Refunds implements completeness.Heads.
func (c *Client) Refunds(ctx context.Context, ids []string) (map[string]string, error) {
	of := map[string]string{}
	if len(ids) == 0 {
		return of, nil
	}
	r, err := gql.OrdersOfRefunds(ctx, c.core.Do(shopify.Call{Op: "OrdersOfRefunds", Long: true}), wire.GIDs("Refund", ids))
	if err != nil {
		return nil, err
	}
	for _, n := range r.Nodes {
		if refund, ok := n.(*gql.OrdersOfRefundsNodesRefund); ok {
			of[wire.Tail(refund.Id)] = wire.Tail(refund.Order.Id)
		}
	}
	return of, nil
}

// Units implements completeness.Heads.
func (c *Client) Units(ctx context.Context, ids []string) (map[string]completeness.Goods, error) {
	units := map[string]completeness.Goods{}
	if len(ids) == 0 {
		return units, nil
	}
	r, err := gql.OrdersFulfilled(ctx, c.core.Do(shopify.Call{Op: "OrdersFulfilled", Long: true}), wire.GIDs("Order", ids))
	if err != nil {
		return nil, err
	}
	for _, n := range r.Nodes {
		o, ok := n.(*gql.OrdersFulfilledNodesOrder)
		if !ok {
			continue
		}
		id := wire.Tail(o.Id)
		for _, f := range o.Fulfillments {
			if f.Status == "CANCELLED" || f.Status == "ERROR" || f.Status == "FAILURE" {
				continue
			}
			if units[id] == nil {
				units[id] = completeness.Goods{}
			}
			left := f.TotalQuantity // of lines beyond those that were read
			for _, l := range f.FulfillmentLineItems.Nodes {
				if l.Quantity == nil {
					continue
				}
				if left -= *l.Quantity; !l.LineItem.IsGiftCard {
					sku := ""
					if l.LineItem.Sku != nil {
						sku = bcapi.Code(*l.LineItem.Sku)
					}
					units[id][sku] = units[id][sku].Add(decimal.NewFromInt(int64(*l.Quantity)))
				}
			}
			if left != 0 {
				units[id][""] = units[id][""].Add(decimal.NewFromInt(int64(left)))
			}
		}
	}
	return units, nil
}

// order is an order by its totals.
func order(o gql.OrderInTotals) (completeness.Order, error) {
	c := converting{}
	out := completeness.Order{
		ID: wire.Tail(o.Id), Name: o.Name, CreatedAt: o.CreatedAt.UTC(), Test: o.Test, Unconfirmed: !o.Confirmed, Cancelled: o.CancelledAt != nil,
		Fulfilled: o.DisplayFulfillmentStatus == "FULFILLED",
	}
	out.Shop, out.Buyer = c.values(o.CurrentTotalPriceSet, o.CurrentTotalTaxSet)
	tax := wire.Bag{ShopMoney: wire.Money{Amount: "0", CurrencyCode: out.Shop.Currency}, PresentmentMoney: wire.Money{Amount: "0", CurrencyCode: out.Buyer.Currency}}
	if o.TotalTaxSet != nil {
		tax = *o.TotalTaxSet
	}
	out.Whole, out.WholeBuyer = c.values(o.TotalPriceSet, tax)
	for _, r := range o.Refunds {
		shop, buyer := c.values(r.TotalRefundedSet, r.TotalRefundedSet)
		out.Refunds = append(out.Refunds, completeness.Refund{ID: wire.Tail(r.Id), Amount: money.Bag{
			Shop: money.Amount{Value: shop.Total, Currency: shop.Currency}, Presentment: money.Amount{Value: buyer.Total, Currency: buyer.Currency},
		}})
	}
	return out, c.err
}

// converting keeps the first error.
type converting struct{ err error }

func (c *converting) values(total, tax wire.Bag) (shop, buyer completeness.Value) {
	return c.value(total.ShopMoney, tax.ShopMoney), c.value(total.PresentmentMoney, tax.PresentmentMoney)
}

func (c *converting) value(total, tax wire.Money) completeness.Value {
	v := completeness.Value{Currency: total.CurrencyCode}
	var err error
	if v.Total, err = money.Parse(total.Amount); err == nil {
		v.Tax, err = money.Parse(tax.Amount)
	}
	if err != nil && c.err == nil {
		c.err = err
	}
	return v
}

// busy is how long is waited for a place among the bulk operations.
const busy = time.Minute

// Begin implements completeness.Exports.
func (c *Client) Begin(ctx context.Context, from, to time.Time) (string, error) {
	const op = "shopify.RunBulk"
	r, err := gql.RunBulk(ctx, c.core.Do(shopify.Call{Op: "RunBulk", Long: true}), exportText(from, to))
	if err != nil {
		return "", err
	}
	run := r.BulkOperationRunQuery
	switch {
	case run == nil:
		return "", wire.Missing("RunBulk", "bulkOperationRunQuery")
	case len(run.UserErrors) > 0:
		u := run.UserErrors[0]
		f := &fault.Error{Op: op, Kind: fault.Bug, Err: fmt.Errorf("%s: %s", strings.Join(u.Field, "."), shopify.Clip(u.Message, 200))}
		if u.Code != nil {
			f.Code = *u.Code
		}
		if f.Code == "OPERATION_IN_PROGRESS" || f.Code == "LIMIT_REACHED" {
			f.Kind, f.RetryAfter = fault.Throttled, busy
		}
		return "", f
	case run.BulkOperation == nil:
		return "", wire.Missing("RunBulk", "bulkOperation")
	}
	return wire.Tail(run.BulkOperation.Id), nil
}

// Export implements completeness.Exports.
func (c *Client) Export(ctx context.Context, id string) (completeness.Export, error) {
	r, err := gql.BulkState(ctx, c.core.Do(shopify.Call{Op: "BulkState", Long: true}), wire.GID("BulkOperation", id))
	if err != nil {
		return completeness.Export{}, err
	}
	b := r.BulkOperation
	if b == nil {
		return completeness.Export{Failed: "UNKNOWN"}, nil
	}
	switch b.Status {
	case "COMPLETED":
		e := completeness.Export{Ended: true}
		if b.Url != nil {
			e.URL = *b.Url
		}
		return e, nil
	case "FAILED", "CANCELED", "CANCELING", "EXPIRED":
		e := completeness.Export{Failed: b.Status}
		if b.ErrorCode != nil {
			e.Failed = *b.ErrorCode
		}
		return e, nil
	}
	return completeness.Export{}, nil
}
