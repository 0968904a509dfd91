package orderapi

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/Khan/genqlient/graphql"

	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/outbound"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

var _ documents.Archiver = (*Client)(nil)

const (
	closeOperation = "CloseManyOrders"
	closePoints    = 10 // of one orderClose
)

// closeDocument closes n orders in one request: CloseOrder n times, under the aliases
// and variables o0, o1 and so on.
func closeDocument(n int) string {
	var vars, body strings.Builder
	for i := range n {
		fmt.Fprintf(&vars, "$o%d: OrderCloseInput!, ", i)
		fmt.Fprintf(&body, "  o%d: orderClose(input: $o%d) { order { id closed updatedAt } userErrors { field message } }\n", i, i)
	}
	return "mutation " + closeOperation + "(" + strings.TrimSuffix(vars.String(), ", ") + ") {\n" + body.String() + "}"
}

// OpenOrders implements documents.Archiver.
func (c *Client) OpenOrders(ctx context.Context, ids []string) ([]documents.OpenOrder, error) {
	now, err := gql.OrdersToClose(ctx, c.core.Read("OrdersToClose"), wire.GIDs("Order", ids))
	if err != nil {
		return nil, err
	}
	if len(now.Nodes) != len(ids) {
		return nil, wire.Missing("OrdersToClose", "an entry")
	}
	out := make([]documents.OpenOrder, len(ids))
	for i, id := range ids {
		o, ok := now.Nodes[i].(*gql.OrdersToCloseNodesOrder)
		if out[i] = (documents.OpenOrder{ID: id, Missing: !ok}); ok {
			out[i].Closed, out[i].Edited, out[i].UpdatedAt = o.Closed, o.Edited, o.UpdatedAt.UTC()
			out[i].Finished = o.FullyPaid && o.CancelledAt == nil && orders.Settled(o.DisplayFulfillmentStatus, o.ReturnStatus)
		}
	}
	return out, nil
}

// Archive implements documents.Archiver.
func (c *Client) Archive(ctx context.Context, ids []string) ([]outbound.Created[time.Time], error) {
	if len(ids) == 0 || len(ids) > maxSets {
		return nil, &fault.Error{Op: "shopify.Archive", Kind: fault.Bug, Err: fmt.Errorf("%d orders, at most %d", len(ids), maxSets)}
	}
	inputs := map[string]gql.OrderCloseInput{}
	for i, id := range wire.GIDs("Order", ids) {
		inputs[fmt.Sprintf("o%d", i)] = gql.OrderCloseInput{Id: id}
	}
	result := map[string]*gql.OrderClosed{}
	x := c.core.Do(shopify.Call{Op: closeOperation, Write: true, PerRoot: true})
	req := &graphql.Request{OpName: closeOperation, Query: closeDocument(len(ids)), Variables: inputs}
	if err := c.core.Send(ctx, x, req, closePoints*float64(len(ids)), &result); err != nil {
		return nil, err
	}
	out := make([]outbound.Created[time.Time], len(ids))
	for i, id := range ids {
		alias := fmt.Sprintf("o%d", i)
		if err := closed(x, alias, id, result[alias]); err != nil {
			out[i].Err = err
			continue
		}
		out[i].Entity = result[alias].Order.UpdatedAt.UTC()
	}
	return out, nil
}

// closed judges one alias of the request.
func closed(x *shopify.Exchange, alias, id string, p *gql.OrderClosed) error {
	f := x.Root(alias)
	switch {
	case f != nil:
	case p == nil:
		f = x.Incomplete("no answer for it")
	case len(p.UserErrors) > 0:
		f = shopify.Refused("the order", p.UserErrors)
	case p.Order == nil || !p.Order.Closed:
		f = x.Incomplete("the closed order is missing from the answer")
	default:
		return nil
	}
	f.Op, f.Err = "shopify.Archive", fmt.Errorf("order %s: %w", id, f.Err)
	return f
}
