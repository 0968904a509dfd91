package orderapi

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/Khan/genqlient/graphql"

	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// SetAttributes implements orders.Writer with two requests: the attributes as
// they are now, for Shopify replaces them as a whole, and one update of all
// orders that do not have them yet. Orders that do are answered without a write,
// so that repeating a call whose outcome is unknown is safe.
//
// The error is that of a whole request: after a fault of kind Unknown the orders
// may or may not have been written.
func (c *Client) SetAttributes(ctx context.Context, sets []orders.Attributes) ([]orders.Written, error) {
	if len(sets) == 0 {
		return nil, nil
	}
	ids := make([]string, len(sets))
	for i, s := range sets {
		if ids[i] = s.OrderID; slices.Contains(ids[:i], s.OrderID) {
			return nil, &fault.Error{Op: "shopify.SetAttributes", Kind: fault.Bug, Err: fmt.Errorf("order %s occurs twice", s.OrderID)}
		}
	}
	if len(sets) > maxSets {
		return nil, &fault.Error{Op: "shopify.SetAttributes", Kind: fault.Bug, Err: fmt.Errorf("%d orders, at most %d", len(sets), maxSets)}
	}
	now, err := gql.OrderAttributes(ctx, c.core.Read("OrderAttributes"), wire.GIDs("Order", ids))
	if err != nil {
		return nil, err
	}
	if len(now.Nodes) != len(ids) {
		return nil, wire.Missing("OrderAttributes", "an entry")
	}
	out := make([]orders.Written, len(sets))
	inputs := map[string]gql.OrderInput{} // by alias
	alias := make([]string, len(sets))
	read := make([]gql.OrderState, len(sets))
	for i, s := range sets {
		out[i].OrderID = s.OrderID
		o, ok := now.Nodes[i].(*gql.OrderAttributesNodesOrder)
		if !ok {
			out[i].Err = &fault.Error{Op: "shopify.SetAttributes", Kind: fault.Rejected, Code: "NOT_FOUND", Err: fmt.Errorf("order %s: %w", s.OrderID, shopify.ErrNotFound)}
			continue
		}
		out[i].Before, read[i] = o.UpdatedAt.UTC(), o.OrderState
		merged, changed := merge(attributes(o.CustomAttributes), s.Set)
		if !changed {
			out[i].UpdatedAt = o.UpdatedAt.UTC()
			continue
		}
		alias[i] = fmt.Sprintf("o%d", len(inputs))
		inputs[alias[i]] = gql.OrderInput{Id: o.Id, CustomAttributes: merged}
	}
	if len(inputs) == 0 {
		return out, nil
	}
	result := setResult{}
	x := c.core.Do(shopify.Call{Op: setOperation, Write: true, PerRoot: true})
	req := &graphql.Request{OpName: setOperation, Query: setDocument(len(inputs)), Variables: inputs}
	if err := c.core.Send(ctx, x, req, updatePoints*float64(len(inputs)), &result); err != nil {
		return nil, err
	}
	for i, s := range sets {
		if a := alias[i]; a != "" {
			if out[i].Err = outcome(x, a, s.OrderID, result[a]); out[i].Err != nil {
				continue
			}
			o := result[a].Order
			if out[i].UpdatedAt = o.UpdatedAt.UTC(); !reflect.DeepEqual(o.OrderState, read[i]) {
				out[i].Before = out[i].UpdatedAt // somebody else was in between
			}
		}
	}
	return out, nil
}

// outcome judges one alias of the update.
func outcome(x *shopify.Exchange, alias, orderID string, p *gql.OrderUpdated) error {
	f := x.Root(alias)
	switch {
	case f != nil:
	case p == nil:
		f = x.Incomplete("no answer for it")
	case len(p.UserErrors) > 0:
		f = shopify.Refused("the attributes of the order", p.UserErrors)
	case p.Order == nil:
		f = x.Incomplete("the updated order is missing from the answer")
	default:
		return nil
	}
	f.Op, f.Err = "shopify.SetAttributes", fmt.Errorf("order %s: %w", orderID, f.Err)
	return f
}

// merge is has with set written over it, and whether that differs from has. The
// order of keys stays; a key that occurs more than once keeps its first place.
func merge(has, set []orders.Attr) (merged []gql.AttributeInput, changed bool) {
	want := map[string]string{}
	for _, a := range set {
		want[a.Key] = a.Value
	}
	done := map[string]bool{}
	for _, a := range has {
		if v, ours := want[a.Key]; ours {
			if done[a.Key] || v != a.Value {
				changed = true
			}
			if done[a.Key] {
				continue
			}
			done[a.Key] = true
			a.Value = v
		}
		merged = append(merged, gql.AttributeInput{Key: a.Key, Value: a.Value})
	}
	for _, a := range set {
		if !done[a.Key] {
			done[a.Key], changed = true, true
			merged = append(merged, gql.AttributeInput{Key: a.Key, Value: want[a.Key]})
		}
	}
	return merged, changed
}
