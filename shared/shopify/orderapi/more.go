package orderapi

import (
	"context"

	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// rest reads the pages of an order's list that follow the first, which ends with
// info. ask reads the page after a cursor and keeps its rows.
func rest(op string, info wire.PageInfo, ask func(after string) (wire.PageInfo, error)) error {
	seen := wire.Cursors{}
	after, err := seen.Next("OrderBatch", info)
	for err == nil && after != nil {
		if info, err = ask(*after); err == nil {
			after, err = seen.Next(op, info)
		}
	}
	return err
}

// complete appends what did not fit into the first inner pages.
func (c *Client) complete(ctx context.Context, o *gql.OrderContent) error {
	for _, more := range []func(context.Context, *gql.OrderContent) error{c.moreLines, c.moreShipping, c.moreFulfillment} {
		if err := more(ctx, o); err != nil {
			return err
		}
	}
	for i := range o.FulfillmentOrders.Nodes {
		if err := c.moreFulfillmentLines(ctx, &o.FulfillmentOrders.Nodes[i]); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) moreLines(ctx context.Context, o *gql.OrderContent) error {
	return rest("OrderMoreLines", o.LineItems.PageInfo, func(after string) (info wire.PageInfo, err error) {
		r, err := gql.OrderMoreLines(ctx, c.core.Read("OrderMoreLines"), o.Id, after, c.extras.Bundles)
		if err == nil && (r.Order == nil || !r.Order.UpdatedAt.Equal(o.UpdatedAt)) {
			err = errMoved
		}
		if err == nil {
			o.LineItems.Nodes, info = append(o.LineItems.Nodes, r.Order.LineItems.Nodes...), r.Order.LineItems.PageInfo
		}
		return info, err
	})
}

func (c *Client) moreShipping(ctx context.Context, o *gql.OrderContent) error {
	return rest("OrderMoreShippingLines", o.ShippingLines.PageInfo, func(after string) (info wire.PageInfo, err error) {
		r, err := gql.OrderMoreShippingLines(ctx, c.core.Read("OrderMoreShippingLines"), o.Id, after)
		if err == nil && (r.Order == nil || !r.Order.UpdatedAt.Equal(o.UpdatedAt)) {
			err = errMoved
		}
		if err == nil {
			o.ShippingLines.Nodes, info = append(o.ShippingLines.Nodes, r.Order.ShippingLines.Nodes...), r.Order.ShippingLines.PageInfo
		}
		return info, err
	})
}

func (c *Client) moreFulfillment(ctx context.Context, o *gql.OrderContent) error {
	return rest("OrderMoreFulfillmentOrders", o.FulfillmentOrders.PageInfo, func(after string) (info wire.PageInfo, err error) {
		r, err := gql.OrderMoreFulfillmentOrders(ctx, c.core.Read("OrderMoreFulfillmentOrders"), o.Id, after)
		if err == nil && (r.Order == nil || !r.Order.UpdatedAt.Equal(o.UpdatedAt)) {
			err = errMoved
		}
		if err == nil {
			o.FulfillmentOrders.Nodes, info = append(o.FulfillmentOrders.Nodes, r.Order.FulfillmentOrders.Nodes...), r.Order.FulfillmentOrders.PageInfo
		}
		return info, err
	})
}

func (c *Client) moreFulfillmentLines(ctx context.Context, f *gql.OrderFulfillment) error {
	return rest("FulfillmentOrderMoreLines", f.LineItems.PageInfo, func(after string) (info wire.PageInfo, err error) {
		r, err := gql.FulfillmentOrderMoreLines(ctx, c.core.Read("FulfillmentOrderMoreLines"), f.Id, after)
		if err == nil && r.FulfillmentOrder == nil {
			err = errMoved
		}
		if err == nil {
			f.LineItems.Nodes, info = append(f.LineItems.Nodes, r.FulfillmentOrder.LineItems.Nodes...), r.FulfillmentOrder.LineItems.PageInfo
		}
		return info, err
	})
}
