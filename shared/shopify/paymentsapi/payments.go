// Package paymentsapi reads payouts, movements of the balance and disputes of Shopify
// Payments.
package paymentsapi

import (
	"context"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/money"
	"backroom/shared/payments"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/gql"
	"backroom/shared/shopify/internal/wire"
)

// Client reads Shopify Payments of a shop. Safe for concurrent use.
type Client struct{ core *shopify.Client }

var _ payments.Source = (*Client)(nil)

// New makes the payments of c's shop.
func New(c *shopify.Client) *Client { return &Client{core: c} }

// query is s in Shopify's search syntax. field is the one of a time.
func query(s payments.Since, field string) string {
	switch {
	case s.Payout != "":
		return "payments_transfer_id:" + s.Payout
	case s.ID != "":
		return "id:>=" + s.ID
	}
	return field + ":>='" + s.From + "'"
}

const (
	issued    = "issued_at"
	processed = "processed_at"
)

// News implements payments.Source.
func (c *Client) News(ctx context.Context, payouts, balance payments.Since) (payments.News, bool, error) {
	const op = "PaymentsNews"
	var out payments.News
	r, err := gql.PaymentsNews(ctx, c.core.Read(op), query(payouts, issued), query(balance, processed))
	if err != nil || r.ShopifyPaymentsAccount == nil {
		return out, false, err
	}
	a := r.ShopifyPaymentsAccount
	if out.Payouts, err = payoutPage(op, a.Payouts); err != nil {
		return out, false, err
	}
	out.Balance, err = balancePage(op, a.BalanceTransactions)
	return out, err == nil, err
}

// Payouts implements payments.Source.
func (c *Client) Payouts(ctx context.Context, since payments.Since, page string) (payments.PayoutPage, error) {
	const op = "PayoutsMore"
	r, err := gql.PayoutsMore(ctx, c.core.Read(op), query(since, issued), after(page))
	if err != nil {
		return payments.PayoutPage{}, err
	}
	if r.ShopifyPaymentsAccount == nil {
		return payments.PayoutPage{}, wire.Missing(op, "the account")
	}
	return payoutPage(op, r.ShopifyPaymentsAccount.Payouts)
}

// Balance implements payments.Source.
func (c *Client) Balance(ctx context.Context, since payments.Since, page string) (payments.BalancePage, error) {
	const op = "BalanceMore"
	r, err := gql.BalanceMore(ctx, c.core.Read(op), query(since, processed), after(page))
	if err != nil {
		return payments.BalancePage{}, err
	}
	if r.ShopifyPaymentsAccount == nil {
		return payments.BalancePage{}, wire.Missing(op, "the account")
	}
	return balancePage(op, r.ShopifyPaymentsAccount.BalanceTransactions)
}

func after(page string) *string {
	if page == "" {
		return nil
	}
	return &page
}

// Again implements payments.Source.
func (c *Client) Again(ctx context.Context, payouts, movements []string) (ps []payments.Payout, ts []payments.Transaction, err error) {
	const op = "PaymentsAgain"
	ids := append(wire.GIDs("ShopifyPaymentsPayout", payouts), wire.GIDs("ShopifyPaymentsBalanceTransaction", movements)...)
	r, err := gql.PaymentsAgain(ctx, c.core.Read(op), ids)
	if err != nil {
		return nil, nil, err
	}
	if len(r.Nodes) != len(ids) {
		return nil, nil, wire.Missing(op, "an entry")
	}
	for _, n := range r.Nodes {
		switch n := n.(type) {
		case *gql.PaymentsNodeShopifyPaymentsPayout:
			p, err := payoutOf(n.Payout)
			if err != nil {
				return nil, nil, err
			}
			ps = append(ps, p)
		case *gql.PaymentsNodeShopifyPaymentsBalanceTransaction:
			t, err := movementOf(n.BalanceTransaction)
			if err != nil {
				return nil, nil, err
			}
			ts = append(ts, t)
		}
	}
	return ps, ts, nil
}

func payoutPage(op string, p gql.PayoutPage) (out payments.PayoutPage, err error) {
	for _, n := range p.Nodes {
		o, err := payoutOf(n)
		if err != nil {
			return out, err
		}
		out.Payouts = append(out.Payouts, o)
	}
	out.Next, err = next(op, p.PageInfo)
	return out, err
}

func balancePage(op string, p gql.BalancePage) (out payments.BalancePage, err error) {
	for _, n := range p.Nodes {
		t, err := movementOf(n)
		if err != nil {
			return out, err
		}
		out.Movements = append(out.Movements, t)
	}
	out.Next, err = next(op, p.PageInfo)
	return out, err
}

// next is the cursor of the page after, "" at the end.
func next(op string, i wire.PageInfo) (string, error) {
	c, err := wire.Cursors{}.Next(op, i)
	if err != nil || c == nil {
		return "", err
	}
	return *c, nil
}

// amounts reads amounts; all are of one currency.
func amounts(op string, from []wire.Money, to ...*decimal.Decimal) (currency string, err error) {
	for i, m := range from {
		if *to[i], err = money.Parse(m.Amount); err != nil {
			return "", &fault.Error{Op: "shopify." + op, Kind: fault.Bug, Err: err}
		}
		if currency = m.CurrencyCode; currency != from[0].CurrencyCode {
			return "*", nil // none that anybody has: it is not summed up
		}
	}
	return currency, nil
}

func payoutOf(n gql.Payout) (p payments.Payout, err error) {
	p = payments.Payout{ID: wire.Tail(n.Id), IssuedAt: n.IssuedAt.UTC(), Status: n.Status, Withdrawal: n.TransactionType == "WITHDRAWAL", Trace: text(n.ExternalTraceId)}
	p.Net.Currency, err = amounts("Payouts", []wire.Money{n.Net}, &p.Net.Value)
	return p, err
}

func movementOf(n gql.BalanceTransaction) (t payments.Transaction, err error) {
	t = payments.Transaction{
		ID: wire.Tail(n.Id), Type: n.Type, Test: n.Test, At: n.TransactionDate.UTC(), SourceID: text(n.SourceId), SourceType: text(n.SourceType),
		OrderTransaction: text(n.SourceOrderTransactionId), Reason: text(n.AdjustmentReason), Payout: wire.Tail(text(n.AssociatedPayout.Id)),
	}
	if o := n.AssociatedOrder; o != nil {
		t.Order, t.OrderName = wire.Tail(o.Id), o.Name
	}
	t.Currency, err = amounts("BalanceTransactions", []wire.Money{n.Amount, n.Fee, n.Net}, &t.Amount, &t.Fee, &t.Net)
	return t, err
}

func text[T ~string](s *T) string {
	if s == nil {
		return ""
	}
	return string(*s)
}
