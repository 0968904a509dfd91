package orderapi

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// optionalOfRefunds may be denied without harm: where a unit came back to is not
// told then, and returns are not there.
var optionalOfRefunds = []string{"returns", "return", "location"}

// errTooMuch is of an order with more in one refund than is read, beside its lines: it
// is a person's to look at.
var errTooMuch = errors.New("the order has more in one refund than is read")

// Refunds implements orders.Source: details of the orders with refunds, in one
// request, and of those with returns, in another.
func (c *Client) Refunds(ctx context.Context, os []orders.Order) (orders.RefundsRead, error) {
	out := orders.RefundsRead{Of: map[string]orders.GivenBack{}}
	var ids, returned []string
	for _, o := range os {
		ids = append(ids, o.ID)
		if o.ReturnStatus != "" && o.ReturnStatus != "NO_RETURN" {
			returned = append(returned, o.ID)
		}
	}
	for part := range slices.Chunk(ids, maxOrders) {
		if err := c.refunds(ctx, part, &out); err != nil {
			return out, err
		}
	}
	for id, g := range out.Of { // whatever the status says
		if !slices.Contains(returned, id) && slices.ContainsFunc(g.Refunds, func(r orders.Refund) bool { return r.ReturnID != "" }) {
			returned = append(returned, id)
		}
	}
	slices.Sort(returned)
	for part := range slices.Chunk(returned, maxOrders) {
		if err := c.returns(ctx, part, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

// asking reads the same of several orders. A node is nil for an order that there is none.
type asking[N any] struct {
	client *Client
	ask    func(context.Context, *shopify.Exchange, []string) ([]*N, error)
	take   func(id string, node N, hidden []string) error
}

// each gives take what could be read. What cannot is added to out. An order that
// spoils the whole answer is found by halving.
func (a asking[N]) each(ctx context.Context, ids []string, out *orders.RefundsRead) error {
	x := a.client.core.Do(shopify.Call{Optional: optionalOfRefunds, PerNode: true, Split: true})
	nodes, err := a.ask(ctx, x, wire.GIDs("Order", ids))
	own := err != nil && ctx.Err() == nil && (shopify.TooHeavy(err) || shopify.OfContent(err))
	switch {
	case own && len(ids) > 1:
		for _, half := range [][]string{ids[:len(ids)/2], ids[len(ids)/2:]} {
			if err := a.each(ctx, half, out); err != nil {
				return err
			}
		}
		return nil
	case own:
		fail(out, ids[0], err)
		return nil
	case err != nil:
		return err
	case len(nodes) != len(ids):
		return &fault.Error{Op: "shopify.Refunds", Kind: fault.Bug, Code: "UNEXPECTED_ANSWER", Err: fmt.Errorf("%d nodes for %d ids", len(nodes), len(ids))}
	}
	bad, hidden := x.PerNode()
	if err := allDenied(bad, len(ids)); err != nil {
		return err
	}
	for i, id := range ids {
		err := bad[i]
		if err == nil && nodes[i] != nil {
			err = a.take(id, *nodes[i], hidden[i])
		}
		switch {
		case err != nil && ctx.Err() != nil:
			return err
		case err != nil:
			fail(out, id, err)
		}
	}
	return nil
}

func fail(out *orders.RefundsRead, id string, err error) {
	delete(out.Of, id)
	out.Unread = append(out.Unread, orders.Unreadable{ID: id, Err: err})
}

func (c *Client) refunds(ctx context.Context, ids []string, out *orders.RefundsRead) error {
	ask := func(ctx context.Context, x *shopify.Exchange, gids []string) ([]*gql.RefundsNode, error) {
		r, err := gql.OrderRefunds(ctx, x, gids)
		if err != nil {
			return nil, err
		}
		return r.Nodes, nil
	}
	return asking[gql.RefundsNode]{c, ask, func(id string, node gql.RefundsNode, _ []string) error {
		o, ok := node.(*gql.RefundsNodeOrder)
		if !ok {
			return nil
		}
		g := orders.GivenBack{UpdatedAt: o.UpdatedAt.UTC()}
		for i := range o.Refunds {
			r := &o.Refunds[i]
			if r.RefundShippingLines.PageInfo.HasNextPage || r.OrderAdjustments.PageInfo.HasNextPage || r.Transactions.PageInfo.HasNextPage {
				return unexpected(id, errTooMuch)
			}
			if err := c.moreRefundLines(ctx, r); err != nil {
				return err
			}
			one, err := refund(r)
			if err != nil {
				return unexpected(id, err)
			}
			g.Refunds = append(g.Refunds, one)
		}
		out.Of[id] = g
		return nil
	}}.each(ctx, ids, out)
}

func unexpected(id string, err error) error {
	return &fault.Error{Op: "shopify.Refunds", Kind: fault.Bug, Code: "UNEXPECTED_ANSWER", Err: fmt.Errorf("order %s: %w", id, err)}
}

func (c *Client) moreRefundLines(ctx context.Context, r *gql.RefundContent) error {
	return rest("RefundMoreLines", r.RefundLineItems.PageInfo, func(after string) (info wire.PageInfo, err error) {
		more, err := gql.RefundMoreLines(ctx, c.core.Read("RefundMoreLines"), r.Id, after)
		if err == nil && more.Refund == nil {
			err = errMoved
		}
		if err == nil {
			r.RefundLineItems.Nodes, info = append(r.RefundLineItems.Nodes, more.Refund.RefundLineItems.Nodes...), more.Refund.RefundLineItems.PageInfo
		}
		return info, err
	})
}

// refund converts a refund whose pages are complete.
func refund(r *gql.RefundContent) (orders.Refund, error) {
	var c converter
	out := orders.Refund{ID: wire.Tail(r.Id), CreatedAt: asUTC(r.CreatedAt)}
	if r.Return != nil {
		out.ReturnID = wire.Tail(r.Return.Id)
	}
	for i := range r.RefundLineItems.Nodes {
		l := &r.RefundLineItems.Nodes[i]
		line := orders.RefundLine{
			LineID: wire.Tail(l.LineItem.Id), Quantity: l.Quantity, RestockType: l.RestockType, Restocked: l.Restocked,
			Subtotal: c.bag(&l.SubtotalSet), Tax: c.bag(&l.TotalTaxSet),
		}
		if l.Location != nil {
			line.Location = wire.Tail(l.Location.Id)
		}
		out.Lines = append(out.Lines, line)
	}
	for _, s := range r.RefundShippingLines.Nodes {
		out.Shipping = append(out.Shipping, orders.RefundShipping{
			LineID: wire.Tail(text(s.ShippingLine.Id)), Title: s.ShippingLine.Title, Subtotal: c.bag(&s.SubtotalAmountSet), Tax: c.bag(&s.TaxAmountSet),
		})
	}
	for _, d := range r.Duties {
		duty := orders.RefundDuty{Amount: c.bag(&d.AmountSet)}
		if d.OriginalDuty != nil {
			duty.Price, duty.TaxLines = c.bag(&d.OriginalDuty.Price), c.taxes(d.OriginalDuty.TaxLines)
		}
		out.Duties = append(out.Duties, duty)
	}
	for _, a := range r.OrderAdjustments.Nodes {
		out.Adjustments = append(out.Adjustments, orders.Adjustment{Reason: text(a.Reason), Amount: c.bag(&a.AmountSet), Tax: c.bag(&a.TaxAmountSet)})
	}
	for _, t := range r.Transactions.Nodes {
		out.Transactions = append(out.Transactions, wire.Tail(t.Id))
	}
	return out, c.err
}

func (c *Client) returns(ctx context.Context, ids []string, out *orders.RefundsRead) error {
	ask := func(ctx context.Context, x *shopify.Exchange, gids []string) ([]*gql.ReturnsNode, error) {
		r, err := gql.OrderReturns(ctx, x, gids)
		if err != nil {
			return nil, err
		}
		return r.Nodes, nil
	}
	return asking[gql.ReturnsNode]{c, ask, func(id string, node gql.ReturnsNode, hidden []string) error {
		g, known := out.Of[id]
		o, ok := node.(*gql.ReturnsNodeOrder)
		if !ok || !known {
			return nil // it has failed already, or is gone
		}
		if !g.UpdatedAt.Equal(o.UpdatedAt) {
			g.UpdatedAt = o.UpdatedAt.UTC() // of neither: it is read again
		}
		if err := c.moreReturns(ctx, o); err != nil {
			return err
		}
		for i := range o.Returns.Nodes {
			if err := c.wholeReturn(ctx, &o.Returns.Nodes[i]); err != nil {
				return err
			}
			g.Returns = append(g.Returns, returnOf(&o.Returns.Nodes[i]))
		}
		if slices.Contains(hidden, "returns") {
			g.Hidden = []string{"returns"}
		}
		out.Of[id] = g
		return nil
	}}.each(ctx, ids, out)
}

func (c *Client) moreReturns(ctx context.Context, o *gql.ReturnsNodeOrder) error {
	return rest("OrderMoreReturns", o.Returns.PageInfo, func(after string) (info wire.PageInfo, err error) {
		more, err := gql.OrderMoreReturns(ctx, c.core.Read("OrderMoreReturns"), o.Id, after)
		if err == nil && more.Order == nil {
			err = errMoved
		}
		if err == nil {
			o.Returns.Nodes, info = append(o.Returns.Nodes, more.Order.Returns.Nodes...), more.Order.Returns.PageInfo
		}
		return info, err
	})
}

// returnOf converts a return whose pages are complete.
func returnOf(r *gql.ReturnContent) orders.Return {
	out := orders.Return{ID: wire.Tail(r.Id), Name: r.Name, Status: r.Status}
	for _, l := range r.ReturnLineItems.Nodes {
		line := orders.ReturnLine{Quantity: l.Quantity}
		if l.FulfillmentLineItem != nil {
			line.LineID = wire.Tail(l.FulfillmentLineItem.LineItem.ID)
		}
		out.Lines = append(out.Lines, line)
	}
	for _, e := range r.ExchangeLineItems.Nodes {
		for _, l := range e.LineItems {
			out.Exchanged = append(out.Exchanged, wire.Tail(l.Id))
			if len(e.LineItems) == 1 { // else nobody tells which went out with how many
				if out.Units == nil {
					out.Units = map[string]int{}
				}
				out.Units[wire.Tail(l.Id)] = e.Quantity
			}
		}
	}
	for _, f := range r.ReverseFulfillmentOrders.Nodes {
		for _, l := range f.LineItems.Nodes {
			if l.FulfillmentLineItem == nil {
				continue
			}
			for _, d := range l.Dispositions {
				one := orders.Disposition{LineID: wire.Tail(l.FulfillmentLineItem.LineItem.Id), Type: d.Type, Quantity: d.Quantity}
				if d.Location != nil {
					one.Location = wire.Tail(d.Location.Id)
				}
				out.Disposed = append(out.Disposed, one)
			}
		}
	}
	return out
}
