package orderapi

import (
	"context"
	"encoding/json"

	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// CustomersThere implements orders.Source.
func (c *Client) CustomersThere(ctx context.Context, ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	if len(ids) == 0 {
		return out, nil
	}
	r, err := gql.CustomersThere(ctx, c.core.Read("CustomersThere"), wire.GIDs("Customer", ids))
	if err != nil {
		return nil, err
	}
	var nodes []*gql.LineRef // null where there is none
	if json.Unmarshal(r.Nodes, &nodes) != nil || len(nodes) != len(ids) {
		return nil, wire.Missing("CustomersThere", "an entry")
	}
	for i, id := range ids {
		out[id] = nodes[i] != nil && nodes[i].Id != ""
	}
	return out, nil
}
