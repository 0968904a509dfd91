package orderapi

import (
	"context"
	"encoding/json"
	"fmt"

	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// maxGlances is how many orders are glanced at together: their answers are small.
const maxGlances = 250

// Glances implements orders.Source. What does not fit is left out: the orders are read.
func (c *Client) Glances(ctx context.Context, ids []string) (orders.Read, error) {
	var out orders.Read
	if len(ids) > maxGlances {
		return out, &fault.Error{Op: "shopify.Glances", Kind: fault.Bug, Err: fmt.Errorf("%d ids, at most %d", len(ids), maxGlances)}
	}
	if len(ids) == 0 {
		return out, nil
	}
	x := c.core.Do(shopify.Call{Op: "OrderGlances", Optional: optionalFields, PerNode: true, Split: true})
	r, err := gql.OrderGlances(ctx, x, wire.GIDs("Order", ids), c.extras.Staff)
	if err != nil {
		return out, err
	}
	nodes, err := nodesOf(r.Nodes, len(ids))
	if err != nil {
		return out, err
	}
	bad, hidden := x.PerNode()
	for i := range nodes {
		var content gql.OrderContent
		if bad[i] != nil || json.Unmarshal(nodes[i], &content) != nil || content.Id == "" {
			continue
		}
		o, err := convert(&content)
		if err != nil {
			continue
		}
		o.Hidden = hidden[i]
		out.Orders = append(out.Orders, o)
	}
	return out, nil
}
