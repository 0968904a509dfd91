package orderapi

import (
	"context"

	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// wholeReturn appends what of a return did not fit into the first pages: its lines, what
// goes out for it, and the reverse orders with theirs.
func (c *Client) wholeReturn(ctx context.Context, r *gql.ReturnContent) error {
	for _, more := range []func(context.Context, *gql.ReturnContent) error{c.moreReturnLines, c.moreExchanges, c.moreReverse} {
		if err := more(ctx, r); err != nil {
			return err
		}
	}
	for i := range r.ReverseFulfillmentOrders.Nodes {
		if err := c.moreReverseLines(ctx, &r.ReverseFulfillmentOrders.Nodes[i]); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) moreReturnLines(ctx context.Context, r *gql.ReturnContent) error {
	const op = "ReturnMoreLines"
	return rest(op, r.ReturnLineItems.PageInfo, func(after string) (wire.PageInfo, error) {
		more, err := gql.ReturnMoreLines(ctx, c.core.Read(op), r.Id, after)
		if err == nil && more.Return == nil {
			err = errMoved
		}
		if err != nil {
			return wire.PageInfo{}, err
		}
		r.ReturnLineItems.Nodes = append(r.ReturnLineItems.Nodes, more.Return.ReturnLineItems.Nodes...)
		return more.Return.ReturnLineItems.PageInfo, nil
	})
}

func (c *Client) moreExchanges(ctx context.Context, r *gql.ReturnContent) error {
	const op = "ReturnMoreExchanges"
	return rest(op, r.ExchangeLineItems.PageInfo, func(after string) (wire.PageInfo, error) {
		more, err := gql.ReturnMoreExchanges(ctx, c.core.Read(op), r.Id, after)
		if err == nil && more.Return == nil {
			err = errMoved
		}
		if err != nil {
			return wire.PageInfo{}, err
		}
		r.ExchangeLineItems.Nodes = append(r.ExchangeLineItems.Nodes, more.Return.ExchangeLineItems.Nodes...)
		return more.Return.ExchangeLineItems.PageInfo, nil
	})
}

func (c *Client) moreReverse(ctx context.Context, r *gql.ReturnContent) error {
	const op = "ReturnMoreReverse"
	return rest(op, r.ReverseFulfillmentOrders.PageInfo, func(after string) (wire.PageInfo, error) {
		more, err := gql.ReturnMoreReverse(ctx, c.core.Read(op), r.Id, after)
		if err == nil && more.Return == nil {
			err = errMoved
		}
		if err != nil {
			return wire.PageInfo{}, err
		}
		r.ReverseFulfillmentOrders.Nodes = append(r.ReverseFulfillmentOrders.Nodes, more.Return.ReverseFulfillmentOrders.Nodes...)
		return more.Return.ReverseFulfillmentOrders.PageInfo, nil
	})
}

func (c *Client) moreReverseLines(ctx context.Context, f *gql.ReverseOrder) error {
	const op = "ReverseMoreLines"
	return rest(op, f.LineItems.PageInfo, func(after string) (wire.PageInfo, error) {
		more, err := gql.ReverseMoreLines(ctx, c.core.Read(op), f.Id, after)
		if err == nil && more.ReverseFulfillmentOrder == nil {
			err = errMoved
		}
		if err != nil {
			return wire.PageInfo{}, err
		}
		f.LineItems.Nodes = append(f.LineItems.Nodes, more.ReverseFulfillmentOrder.LineItems.Nodes...)
		return more.ReverseFulfillmentOrder.LineItems.PageInfo, nil
	})
}
