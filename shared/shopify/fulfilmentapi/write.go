package fulfilmentapi

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/Khan/genqlient/graphql"

	"backroom/shared/fault"
	"backroom/shared/outbound"
	"backroom/shared/shipments"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// fulfilPoints is the cost of one fulfillmentCreate.
const fulfilPoints = 11

// fulfilOperation names the document that fulfilDocument makes.
const fulfilOperation = "CreateManyFulfillments"

// fulfilDocument creates n fulfilments in one request: CreateFulfillment n times,
// under the aliases and variables f0, f1 and so on.
func fulfilDocument(n int) string {
	var vars, body strings.Builder
	for i := range n {
		fmt.Fprintf(&vars, "$f%d: FulfillmentInput!, ", i)
		fmt.Fprintf(&body, "  f%d: fulfillmentCreate(fulfillment: $f%d) { fulfillment { id name order { id updatedAt ...OrderState } } userErrors { field message } }\n", i, i)
	}
	_, fragments, _ := strings.Cut(gql.CreateFulfillment_Operation, "\nfragment ")
	return "mutation " + fulfilOperation + "(" + strings.TrimSuffix(vars.String(), ", ") + ") {\n" + body.String() + "}\nfragment " + fragments
}

// Fulfil implements shipments.Target. A request that is refused as a whole for its
// content has made nothing: it is sent again in halves, so that the others go on.
func (c *Client) Fulfil(ctx context.Context, ss []shipments.Sending) ([]outbound.Created[shipments.Done], error) {
	const op = "shopify.Fulfil"
	if len(ss) > shipments.MaxSendings {
		return nil, &fault.Error{Op: op, Kind: fault.Bug, Err: fmt.Errorf("%d fulfilments, at most %d", len(ss), shipments.MaxSendings)}
	}
	out, err := c.fulfil(ctx, ss)
	if err == nil || !refused(err) {
		return out, err
	}
	if len(ss) == 1 {
		return []outbound.Created[shipments.Done]{{Err: err}}, nil
	}
	out = nil
	for _, half := range [][]shipments.Sending{ss[:len(ss)/2], ss[len(ss)/2:]} {
		got, err := c.Fulfil(ctx, half)
		if err != nil && out == nil {
			return nil, err // nothing was made of either half, or all is as unknown as this one
		}
		for i := range half {
			if err != nil {
				out = append(out, outbound.Created[shipments.Done]{Err: err})
				continue
			}
			out = append(out, got[i])
		}
	}
	return out, nil
}

// refused reports whether err says that nothing of a request was done, for what it
// says.
func refused(err error) bool {
	k := fault.KindOf(err)
	return k == fault.Rejected || k == fault.Bug
}

func (c *Client) fulfil(ctx context.Context, ss []shipments.Sending) ([]outbound.Created[shipments.Done], error) {
	inputs := map[string]gql.FulfillmentInput{}
	for i, s := range ss {
		inputs[alias(i)] = input(s)
	}
	var result map[string]*gql.FulfillmentMade
	x := c.core.Do(shopify.Call{Op: fulfilOperation, Write: true, PerRoot: true})
	req := &graphql.Request{OpName: fulfilOperation, Query: fulfilDocument(len(ss)), Variables: inputs}
	if err := c.core.Send(ctx, x, req, fulfilPoints*float64(len(ss)), &result); err != nil {
		return nil, err
	}
	out := make([]outbound.Created[shipments.Done], len(ss))
	for i := range ss {
		var errs []gql.UserError
		var made *gql.FulfillmentStamp
		p := result[alias(i)]
		if p != nil {
			errs, made = p.UserErrors, p.Fulfillment
		}
		out[i].Entity, out[i].Err = done(x, alias(i), p != nil, errs, made, "the fulfilment")
	}
	return out, nil
}

func alias(i int) string { return fmt.Sprintf("f%d", i) }

// done judges one root of a change: its own error, what Shopify refuses, or the
// fulfilment. what is it in a merchant's words.
func done(x *shopify.Exchange, root string, answered bool, errs []gql.UserError, made *gql.FulfillmentStamp, what string) (shipments.Done, error) {
	f := x.Root(root)
	switch {
	case f != nil:
	case !answered:
		f = x.Incomplete("no answer for it")
	case len(errs) > 0:
		f = shopify.Refused(what, errs)
	case made == nil || made.Id == "":
		f = x.Incomplete("the fulfilment is missing from the answer")
	default:
		return shipments.Done{ID: wire.Tail(made.Id), Name: made.Name, UpdatedAt: made.Order.UpdatedAt.UTC(), State: stateOf(made.Order.OrderState)}, nil
	}
	if f.Op == "" {
		f.Op = "shopify.Fulfil"
	}
	return shipments.Done{}, f
}

// input is a fulfilment as Shopify wants it: parts by their fulfilment orders.
func input(s shipments.Sending) gql.FulfillmentInput {
	in := gql.FulfillmentInput{NotifyCustomer: &s.Notify, TrackingInfo: tracking(s.Parcels)}
	for _, p := range s.Parts {
		id := wire.GID("FulfillmentOrder", p.FulfilmentOrder)
		n := len(in.LineItemsByFulfillmentOrder)
		if n == 0 || in.LineItemsByFulfillmentOrder[n-1].FulfillmentOrderId != id {
			in.LineItemsByFulfillmentOrder = append(in.LineItemsByFulfillmentOrder, gql.FulfillmentOrderLineItemsInput{FulfillmentOrderId: id})
			n++
		}
		g := &in.LineItemsByFulfillmentOrder[n-1]
		g.FulfillmentOrderLineItems = append(g.FulfillmentOrderLineItems, gql.FulfillmentOrderLineItemInput{
			Id: wire.GID("FulfillmentOrderLineItem", p.Line), Quantity: p.Units,
		})
	}
	return in
}

// tracking is what Shopify is told of parcels, nil for none. Addresses go by their
// places, so that they are sent for all or for none: Shopify makes those of carriers
// that it knows.
func tracking(ps []shipments.Tracking) *gql.FulfillmentTrackingInput {
	if len(ps) == 0 {
		return nil
	}
	in := &gql.FulfillmentTrackingInput{}
	if company := ps[0].Company; company != "" {
		in.Company = &company
	}
	all := true
	for _, p := range ps {
		in.Numbers = append(in.Numbers, p.Number)
		all = all && p.URL != ""
	}
	for _, p := range ps {
		if all {
			in.Urls = append(in.Urls, p.URL)
		}
	}
	return in
}

// Cancel implements shipments.Target.
func (c *Client) Cancel(ctx context.Context, fulfilment string) (shipments.Done, error) {
	x := c.core.Do(shopify.Call{Op: "CancelFulfillment", Write: true, PerRoot: true})
	r, err := gql.CancelFulfillment(ctx, x, wire.GID("Fulfillment", fulfilment))
	if err != nil {
		return shipments.Done{}, err
	}
	if p := r.FulfillmentCancel; p != nil {
		return done(x, "fulfillmentCancel", true, p.UserErrors, p.Fulfillment, "the cancellation")
	}
	return done(x, "fulfillmentCancel", false, nil, nil, "")
}

// Track implements shipments.Target.
func (c *Client) Track(ctx context.Context, fulfilment string, parcels []shipments.Tracking, notify bool) (shipments.Done, error) {
	in := tracking(parcels)
	if in == nil {
		return shipments.Done{}, &fault.Error{Op: "shopify.Track", Kind: fault.Bug, Err: errors.New("no parcel")}
	}
	x := c.core.Do(shopify.Call{Op: "TrackFulfillment", Write: true, PerRoot: true})
	r, err := gql.TrackFulfillment(ctx, x, wire.GID("Fulfillment", fulfilment), *in, notify)
	if err != nil {
		return shipments.Done{}, err
	}
	if p := r.FulfillmentTrackingInfoUpdate; p != nil {
		return done(x, "fulfillmentTrackingInfoUpdate", true, p.UserErrors, p.Fulfillment, "the tracking number")
	}
	return done(x, "fulfillmentTrackingInfoUpdate", false, nil, nil, "")
}

// Ready implements shipments.Target. Its answer does not tell the order's time.
func (c *Client) Ready(ctx context.Context, fulfilmentOrder string) (shipments.Done, error) {
	x := c.core.Do(shopify.Call{Op: "PrepareForPickup", Write: true, PerRoot: true})
	r, err := gql.PrepareForPickup(ctx, x, gql.FulfillmentOrderLineItemsPreparedForPickupInput{
		LineItemsByFulfillmentOrder: []gql.PreparedFulfillmentOrderLineItemsInput{{FulfillmentOrderId: wire.GID("FulfillmentOrder", fulfilmentOrder)}},
	})
	if err != nil {
		return shipments.Done{}, err
	}
	p := r.FulfillmentOrderLineItemsPreparedForPickup
	if p == nil {
		return done(x, "fulfillmentOrderLineItemsPreparedForPickup", false, nil, nil, "")
	}
	var errs []gql.UserError
	for _, e := range p.UserErrors {
		errs = append(errs, gql.UserError{Field: e.Field, Message: e.Message})
	}
	if len(errs) > 0 || x.Root("fulfillmentOrderLineItemsPreparedForPickup") != nil {
		return done(x, "fulfillmentOrderLineItemsPreparedForPickup", true, errs, nil, "the readiness for pickup")
	}
	return shipments.Done{ID: fulfilmentOrder}, nil
}
