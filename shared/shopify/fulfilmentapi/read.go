package fulfilmentapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"backroom/shared/fault"
	"backroom/shared/shipments"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// Client fulfils orders of a shop. Safe for concurrent use.
type Client struct{ core *shopify.Client }

var _ shipments.Target = (*Client)(nil)

// New makes the fulfilments of c's shop.
func New(c *shopify.Client) *Client { return &Client{core: c} }

// maxSent is how many fulfilments of an order are read: Shopify pages that list not.
const maxSent = 250

// Orders implements shipments.Target. The ids are those of one request, all from the
// database.
func (c *Client) Orders(ctx context.Context, ids []string) (shipments.Read, error) {
	out := shipments.Read{Unread: map[string]error{}}
	if len(ids) == 0 {
		return out, nil
	}
	x := c.core.Do(shopify.Call{Op: "ShippableOrders", PerNode: true})
	r, err := gql.ShippableOrders(ctx, x, wire.GIDs("Order", ids))
	if err != nil {
		return out, err
	}
	if len(r.Nodes) != len(ids) {
		return out, wire.Missing("ShippableOrders", "an entry")
	}
	bad, _ := x.PerNode()
	for i, id := range ids {
		if bad[i] != nil {
			if fault.KindOf(bad[i]) == fault.Blocked {
				return out, bad[i] // a permission: so would every other
			}
			out.Unread[id] = bad[i]
			continue
		}
		o, ok := r.Nodes[i].(*gql.ShippableOrdersNodesOrder)
		if !ok {
			continue // it does not exist
		}
		got, err := c.whole(ctx, o.ShippableOrder)
		switch {
		case err == nil:
			out.Orders = append(out.Orders, got)
		case ctx.Err() != nil || !shopify.OfContent(err) && !errors.Is(err, errShape):
			return out, err
		default:
			out.Unread[id] = err
		}
	}
	return out, nil
}

// errShape means that an order cannot be read as it is now: it changes while its
// pages are read, or has more than can be.
var errShape = errors.New("the order cannot be read whole")

// whole is an order with the later pages of its lists.
func (c *Client) whole(ctx context.Context, o gql.ShippableOrder) (out shipments.Order, err error) {
	if len(o.Fulfillments) >= maxSent {
		return out, fmt.Errorf("order %s has %d fulfilments: %w", o.Name, len(o.Fulfillments), errShape)
	}
	out = shipments.Order{
		ID: wire.Tail(o.Id), Name: o.Name, UpdatedAt: o.UpdatedAt.UTC(), State: stateOf(o.OrderState), Cancelled: o.CancelledAt != nil,
	}
	seen := wire.Cursors{}
	page := o.FulfillmentOrders
	for {
		for _, f := range page.Nodes {
			fo, err := c.toShip(ctx, f)
			if err != nil {
				return out, err
			}
			out.ToShip = append(out.ToShip, fo)
		}
		after, err := seen.Next("OrderMoreShippable", page.PageInfo)
		if err != nil || after == nil {
			if err == nil {
				err = c.sent(ctx, o, &out)
			}
			return out, err
		}
		more, err := gql.OrderMoreShippable(ctx, c.core.Read("OrderMoreShippable"), o.Id, *after)
		if err != nil {
			return out, err
		}
		if more.Order == nil || !more.Order.UpdatedAt.Equal(o.UpdatedAt) {
			return out, fmt.Errorf("order %s changes while it is read: %w", o.Name, errShape)
		}
		page = more.Order.FulfillmentOrders
	}
}

// toShip is a fulfilment order with all of its lines.
func (c *Client) toShip(ctx context.Context, f gql.Shippable) (shipments.FulfilmentOrder, error) {
	out := shipments.FulfilmentOrder{ID: wire.Tail(f.Id), Status: f.Status, Request: f.RequestStatus}
	if f.FulfillAt != nil {
		out.FulfilAt = f.FulfillAt.UTC()
	}
	if f.DeliveryMethod != nil {
		out.Method = f.DeliveryMethod.MethodType
	}
	if l := f.AssignedLocation.Location; l != nil {
		out.Location, out.LocationName, out.Service = wire.Tail(l.Id), l.Name, l.IsFulfillmentService
	}
	for _, a := range f.SupportedActions {
		out.CanFulfil = out.CanFulfil || a.Action == "CREATE_FULFILLMENT"
	}
	for _, h := range f.FulfillmentHolds {
		out.Holds = append(out.Holds, h.Reason)
	}
	seen, page := wire.Cursors{}, f.LineItems
	for {
		for _, l := range page.Nodes {
			line := shipments.OpenLine{ID: wire.Tail(l.Id), Item: wire.Tail(l.LineItem.Id), Title: l.ProductTitle, Remaining: l.RemainingQuantity}
			if l.Sku != nil {
				line.SKU = *l.Sku
			}
			out.Lines = append(out.Lines, line)
		}
		after, err := seen.Next("FulfillmentOrderRest", page.PageInfo)
		if err != nil || after == nil {
			return out, err
		}
		more, err := gql.FulfillmentOrderRest(ctx, c.core.Read("FulfillmentOrderRest"), f.Id, *after)
		if err != nil {
			return out, err
		}
		if more.FulfillmentOrder == nil {
			return out, fmt.Errorf("fulfilment order %s is gone: %w", out.ID, errShape)
		}
		page = more.FulfillmentOrder.LineItems
	}
}

// sent reads the fulfilments into out.
func (c *Client) sent(ctx context.Context, o gql.ShippableOrder, out *shipments.Order) error {
	for _, f := range o.Fulfillments {
		s := shipments.Fulfilment{ID: wire.Tail(f.Id), Name: f.Name, Units: map[string]int{}}
		// One that the service has failed with ships nothing either.
		s.Cancelled = f.Status == "CANCELLED" || f.Status == "ERROR" || f.Status == "FAILURE"
		if f.Location != nil {
			s.Location = wire.Tail(f.Location.Id)
		}
		for _, t := range f.TrackingInfo {
			s.Parcels = append(s.Parcels, shipments.Tracking{Number: text(t.Number), Company: text(t.Company), URL: text(t.Url)})
		}
		seen, page := wire.Cursors{}, f.FulfillmentLineItems
		for {
			for _, l := range page.Nodes {
				if l.Quantity != nil {
					s.Units[wire.Tail(l.LineItem.Id)] += *l.Quantity
				}
			}
			after, err := seen.Next("FulfillmentMoreLines", page.PageInfo)
			if err != nil {
				return err
			}
			if after == nil {
				break
			}
			more, err := gql.FulfillmentMoreLines(ctx, c.core.Read("FulfillmentMoreLines"), f.Id, *after)
			if err != nil {
				return err
			}
			if more.Fulfillment == nil {
				return fmt.Errorf("fulfilment %s is gone: %w", s.ID, errShape)
			}
			page = more.Fulfillment.FulfillmentLineItems
		}
		out.Sent = append(out.Sent, s)
	}
	return nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// stateOf is a hash of what tells that somebody has changed an order. Its fulfilment
// status is left out: that is what we change.
func stateOf(s gql.OrderState) string {
	s.DisplayFulfillmentStatus = ""
	js, err := json.Marshal(s)
	if err != nil {
		return "" // cannot be: it was JSON
	}
	sum := sha256.Sum256(js)
	return hex.EncodeToString(sum[:8])
}
