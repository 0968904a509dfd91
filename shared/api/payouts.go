package api

import (
	"cmp"
	"context"
	"net/http"

	"backroom/shared/money"
	"backroom/shared/payments"
	"backroom/shared/shop"
)

func (s *server) payments() *payments.Store { return &payments.Store{Table: s.Table} }

// payoutOf is a payout with its issue.
func (s *server) payoutOf(ctx context.Context, p payments.Payout) (Payout, error) {
	out := Payout{
		ID: p.ID, IssuedAt: p.IssuedAt, Status: p.Status, Kind: Deposit, Trace: p.Trace, Net: amountOf(p.Net),
		Moved: amountOf(money.Amount{Value: p.Moved, Currency: p.Net.Currency}), Transactions: p.Movements, Complete: p.Complete(),
	}
	if p.Withdrawal {
		out.Kind = Withdrawal
	}
	i, ok, err := s.Issues.Get(ctx, p.Shop, payments.IssueKind, p.ID)
	if ok {
		out.Issue = s.said(languageOf(ctx), i)
	}
	return out, err
}

// ListPayouts implements GET /v1/shops/{shop}/payouts.
func (s *server) ListPayouts(ctx context.Context, q ListPayoutsRequestObject) (ListPayoutsResponseObject, error) {
	c := listOf("payouts", q.Shop)
	page, err := c.page(q.Params.Page)
	if err != nil {
		return nil, err
	}
	ps, next, err := s.payments().List(ctx, q.Shop, page, limitOf(q.Params.Limit))
	if err != nil {
		return nil, orBadPage(q.Params.Page, err)
	}
	out := PayoutList{Payouts: []Payout{}, Next: c.token(next)}
	for _, p := range ps {
		v, err := s.payoutOf(ctx, p)
		if err != nil {
			return nil, err
		}
		out.Payouts = append(out.Payouts, v)
	}
	return ListPayouts200JSONResponse(out), nil
}

// payout is the one with an id; one that is not stored is not found.
func (s *server) payout(ctx context.Context, shop, id string) (payments.Payout, error) {
	if !shopifyID.MatchString(id) {
		return payments.Payout{}, refuse(http.StatusBadRequest, "id %.40q: must be the numeric id in Shopify", id)
	}
	p, err := s.payments().Get(ctx, shop, id)
	if err == nil && p.Version == 0 {
		err = refuse(http.StatusNotFound, "payout %s: it was not read yet, or Shopify has none of this id", id)
	}
	return p, err
}

// GetPayout implements GET /v1/shops/{shop}/payouts/{id}.
func (s *server) GetPayout(ctx context.Context, q GetPayoutRequestObject) (GetPayoutResponseObject, error) {
	p, err := s.payout(ctx, q.Shop, q.ID)
	if err != nil {
		return nil, err
	}
	out := PayoutDetail{Sums: []PayoutSum{}, Journal: []JournalLine{}, Lacks: []string{}}
	for _, sum := range p.Sums {
		out.Sums = append(out.Sums, PayoutSum{Kind: PayoutSumKind(sum.Kind), Count: sum.Count, Gross: sum.Gross.String(), Fee: sum.Fee.String()})
	}
	if err := s.journal(ctx, p, &out); err != nil {
		return nil, err
	}
	out.Payout, err = s.payoutOf(ctx, p)
	return GetPayout200JSONResponse(out), err
}

// journal adds what a payout that is complete is to be booked by.
func (s *server) journal(ctx context.Context, p payments.Payout, out *PayoutDetail) error {
	card, err := s.Cards.Get(ctx, p.Shop)
	if err != nil || !p.Complete() {
		return err
	}
	set, err := shop.Of[payments.Settings](card)
	if err != nil {
		return err
	}
	ts, err := s.payments().Movements(ctx, p.Shop, p.ID)
	if err != nil {
		return err
	}
	lines, lacks := payments.Journal(p, ts, set, cmp.Or(card.Company.LCY, card.Currency))
	for _, l := range lines {
		out.Journal = append(out.Journal, JournalLine{Account: l.Account, Bank: l.Bank, Description: l.Description, Amount: l.Amount.String(), Balancing: l.Balancing})
	}
	for _, l := range lacks {
		out.Lacks = append(out.Lacks, cmp.Or(l.Kind, l.Currency))
	}
	return nil
}

// ListBalanceTransactions implements GET /v1/shops/{shop}/payouts/{id}/transactions.
func (s *server) ListBalanceTransactions(ctx context.Context, q ListBalanceTransactionsRequestObject) (ListBalanceTransactionsResponseObject, error) {
	ts, err := s.payments().Movements(ctx, q.Shop, q.ID)
	if err != nil {
		return nil, err
	}
	rows, next, err := slice(ts, listOf("payout", q.Shop, q.ID), q.Params.Page, q.Params.Limit)
	if err == nil && len(ts) == 0 {
		_, err = s.payout(ctx, q.Shop, q.ID)
	}
	out := BalanceTransactionList{Transactions: []BalanceTransaction{}, Next: next}
	for _, t := range rows {
		out.Transactions = append(out.Transactions, BalanceTransaction{
			ID: t.ID, Type: t.Type, At: t.At, Currency: t.Currency, Amount: t.Amount.String(), Fee: t.Fee.String(), Net: t.Net.String(), Order: t.OrderName,
		})
	}
	return ListBalanceTransactions200JSONResponse(out), err
}
