package paymentsapi

import (
	"context"
	"time"

	"backroom/shared/disputes"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// Disputes reads the disputes of a shop. Safe for concurrent use.
type Disputes struct{ core *shopify.Client }

var _ disputes.Source = (*Disputes)(nil)

// NewDisputes makes the disputes of c's shop.
func NewDisputes(c *shopify.Client) *Disputes { return &Disputes{core: c} }

// Disputes implements disputes.Source.
func (c *Disputes) Disputes(ctx context.Context, id string, from time.Time, page string) (ds []disputes.Dispute, end string, err error) {
	const op = "DisputesSince"
	q := "initiated_at:>='" + from.UTC().Format(time.RFC3339) + "'"
	if id != "" {
		q = "id:>=" + id
	}
	r, err := gql.DisputesSince(ctx, c.core.Read(op), q, after(page))
	if err != nil {
		return nil, "", err
	}
	for _, n := range r.Disputes.Nodes {
		d, err := disputeOf(n)
		if err != nil {
			return nil, "", err
		}
		ds = append(ds, d)
	}
	end, err = next(op, r.Disputes.PageInfo)
	return ds, end, err
}

// Again implements disputes.Source.
func (c *Disputes) Again(ctx context.Context, ids []string) (ds []disputes.Dispute, err error) {
	const op = "DisputesAgain"
	r, err := gql.DisputesAgain(ctx, c.core.Read(op), wire.GIDs("ShopifyPaymentsDispute", ids))
	if err != nil {
		return nil, err
	}
	if len(r.Nodes) != len(ids) {
		return nil, wire.Missing(op, "an entry")
	}
	for _, n := range r.Nodes {
		if n, ok := n.(*gql.DisputeNodeShopifyPaymentsDispute); ok {
			d, err := disputeOf(n.Dispute)
			if err != nil {
				return nil, err
			}
			ds = append(ds, d)
		}
	}
	return ds, nil
}

func disputeOf(n gql.Dispute) (d disputes.Dispute, err error) {
	d = disputes.Dispute{
		ID: wire.Tail(n.Id), Inquiry: n.Type == "INQUIRY", Status: n.Status, Reason: n.ReasonDetails.Reason, NetworkCode: text(n.ReasonDetails.NetworkReasonCode),
		InitiatedAt: n.InitiatedAt.UTC(), DueBy: timeOf(n.EvidenceDueBy), SentOn: timeOf(n.EvidenceSentOn), FinalizedOn: timeOf(n.FinalizedOn),
	}
	if o := n.Order; o != nil {
		d.Order, d.OrderName = wire.Tail(o.Id), o.Name
	}
	d.Amount.Currency, err = amounts("Disputes", []wire.Money{n.Amount}, &d.Amount.Value)
	return d, err
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
