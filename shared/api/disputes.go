package api

import (
	"context"

	"backroom/shared/disputes"
)

// ListDisputes implements GET /v1/shops/{shop}/disputes.
func (s *server) ListDisputes(ctx context.Context, q ListDisputesRequestObject) (ListDisputesResponseObject, error) {
	c := listOf("disputes", q.Shop)
	page, err := c.page(q.Params.Page)
	if err != nil {
		return nil, err
	}
	ds, next, err := (&disputes.Store{Table: s.Table}).List(ctx, q.Shop, page, limitOf(q.Params.Limit))
	if err != nil {
		return nil, orBadPage(q.Params.Page, err)
	}
	out := DisputeList{Disputes: []Dispute{}, Next: c.token(next)}
	for _, d := range ds {
		v := Dispute{
			ID: d.ID, Kind: Chargeback, Status: d.Status, Amount: amountOf(d.Amount), Reason: d.Reason, NetworkCode: d.NetworkCode, Order: d.OrderName,
			InitiatedAt: d.InitiatedAt, DueBy: d.DueBy, SentOn: d.SentOn, FinalizedOn: d.FinalizedOn,
		}
		if d.Inquiry {
			v.Kind = Inquiry
		}
		i, ok, err := s.Issues.Get(ctx, q.Shop, disputes.IssueKind, d.ID)
		if err != nil {
			return nil, err
		}
		if ok {
			v.Issue = s.said(languageOf(ctx), i)
		}
		out.Disputes = append(out.Disputes, v)
	}
	return ListDisputes200JSONResponse(out), nil
}
