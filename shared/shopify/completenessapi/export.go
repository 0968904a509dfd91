package completenessapi

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"backroom/shared/completeness"
	"backroom/shared/fault"
	"backroom/shared/shopify/internal/gql"
)

// exported is what an export reads of each order: what OrderInTotals has.
const exported = `id name createdAt cancelledAt confirmed test displayFulfillmentStatus
totalPriceSet { ...Bag } totalTaxSet { ...Bag } currentTotalPriceSet { ...Bag } currentTotalTaxSet { ...Bag }
refunds { id totalRefundedSet { ...Bag } }`

// exportText is the bulk query of the orders that were placed in [from, to).
func exportText(from, to time.Time) string {
	return `query { orders(query: ` + strconv.Quote(placed(from, to)) + `) { edges { node { ` + exported + ` } } } }
fragment Bag on MoneyBag { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }`
}

// Rows implements completeness.Exports.
func (c *Client) Rows(ctx context.Context, e completeness.Export, f func(completeness.Order) error) error {
	const op = "BulkRows"
	return c.core.Lines(ctx, op, e.URL, func(line []byte) error {
		var row gql.OrderInTotals
		err := json.Unmarshal(line, &row)
		if err == nil && row.Id == "" {
			return nil // not an order
		}
		var o completeness.Order
		if err == nil {
			o, err = order(row)
		}
		if err != nil {
			return &fault.Error{Op: "shopify." + op, Kind: fault.Bug, Code: "UNEXPECTED_ANSWER", Err: err}
		}
		return f(o)
	})
}
