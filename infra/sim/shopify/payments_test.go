package shopify_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
)

// paid is a world whose shop has two payouts and a movement that is pending.
func paid(t *testing.T, options ...func(*shopify.Config)) *world {
	t.Helper()
	w := newWorld(t, options...)
	one := decimal.RequireFromString
	a := w.shop.AddPayout(&data.Payout{Status: "PAID", Currency: "EUR", Net: one("87")})
	w.shop.AddPayout(&data.Payout{Status: "SCHEDULED", Currency: "EUR", Net: one("1"), Withdrawal: true})
	w.shop.AddBalance(
		&data.BalanceTransaction{Type: "CHARGE", Currency: "EUR", Amount: one("100"), Fee: one("3"), Payout: a.ID, Order: w.shop.Orders()[0].ID},
		&data.BalanceTransaction{Type: "REFUND", Currency: "EUR", Amount: one("-10"), Payout: a.ID},
		&data.BalanceTransaction{Type: "TRANSFER", Currency: "EUR", Amount: one("-87"), Payout: a.ID},
		&data.BalanceTransaction{Type: "CHARGE", Currency: "EUR", Amount: one("50"), Fee: one("1.5")},
	)
	return w
}

func TestPaymentsRefuse(t *testing.T) {
	scopes := func(without string) func(t *testing.T, w *world) {
		return func(_ *testing.T, w *world) {
			w.shop.SetScopes(slices.DeleteFunc(slices.Clone(w.shop.Info().Scopes), func(s string) bool { return s == without }))
		}
	}
	payouts := `{ shopifyPaymentsAccount { id payouts(first: 5%s) { nodes { id } } } }`
	for _, r := range []refusal{
		{"account without its scope", "3", scopes("read_shopify_payments_accounts"), doc(fmt.Sprintf(payouts, "")), 0, "ACCESS_DENIED", "Access denied for shopifyPaymentsAccount field. Required access: `read_shopify_payments_accounts`"},
		{"payouts without their scope", "3", scopes("read_shopify_payments_payouts"), doc(fmt.Sprintf(payouts, "")), 0, "ACCESS_DENIED", "Access denied for payouts field."},
		{"balance without the scope of payouts", "3", scopes("read_shopify_payments_payouts"), doc(`{ shopifyPaymentsAccount { balanceTransactions(first: 5) { nodes { id } } } }`), 0, "ACCESS_DENIED", "Access denied for balanceTransactions field."},
		{"disputes without their scope", "3", scopes("read_shopify_payments_disputes"), doc(`{ disputes(first: 5) { nodes { id } } }`), 0, "ACCESS_DENIED", "Access denied for disputes field."},
		{"payouts without a page size", "7", nil, doc(`{ shopifyPaymentsAccount { payouts { nodes { id } } } }`), 0, "BAD_REQUEST", "you must provide one of first or last"},
		{"time that is none", "5", nil, doc(fmt.Sprintf(payouts, `, query: "issued_at:>=yesterday"`)), 0, "BAD_REQUEST", "Invalid timestamp for query filter `issued_at`."},
		{"search field that payouts lack", "7", nil, doc(fmt.Sprintf(payouts, `, query: "payout_date:2026-01-01"`)), 0, "invalid_field", "Invalid search field for this query."},
		{"sort key of orders", "5", nil, doc(fmt.Sprintf(payouts, `, sortKey: UPDATED_AT`)), 0, "argumentLiteralsIncompatible", "Argument 'sortKey' on Field 'payouts' has an invalid value (UPDATED_AT)."},
	} {
		t.Run(r.name, func(t *testing.T) {
			w := paid(t)
			if r.before != nil {
				r.before(t, w)
			}
			got := w.send(t, r.call(w))
			if !slices.ContainsFunc(found(got), func(f [2]string) bool {
				return f[0] == r.code && len(f[1]) >= len(r.text) && f[1][:len(r.text)] == r.text
			}) {
				t.Errorf("%v, want %s %s", found(got), r.code, r.text)
			}
		})
	}
}

func TestPayoutsAndTheirBalance(t *testing.T) {
	w := paid(t)
	account := at(t, w.ask(t, `{ shopifyPaymentsAccount { payouts(first: 5, sortKey: ID) { nodes { id status transactionType net { amount } summary { chargesGross { amount } chargesFee { amount } refundsFeeGross { amount } } } }
		balanceTransactions(first: 5, hideTransfers: true, sortKey: ID) { nodes { type net { amount } associatedPayout { id status } } } } }`, nil), "shopifyPaymentsAccount")
	payouts := at(t, account, "payouts", "nodes").([]any)
	if len(payouts) != 2 || at(t, payouts[0], "summary", "chargesGross", "amount") != "100.0" || at(t, payouts[0], "summary", "chargesFee", "amount") != "3.0" ||
		at(t, payouts[0], "summary", "refundsFeeGross", "amount") != "-10.0" || at(t, payouts[1], "transactionType") != "WITHDRAWAL" {
		t.Errorf("%v", payouts)
	}
	balance := at(t, account, "balanceTransactions", "nodes").([]any)
	if len(balance) != 3 {
		t.Fatalf("with the transfer: %v", balance)
	}
	sum := decimal.Zero
	for _, b := range balance[:2] {
		sum = sum.Add(decimal.RequireFromString(at(t, b, "net", "amount").(string)))
	}
	if !sum.Equal(decimal.RequireFromString(at(t, payouts[0], "net", "amount").(string))) {
		t.Errorf("the movements of a payout are %s", sum)
	}
	if p := at(t, balance[2], "associatedPayout"); at(t, p, "id") != nil || at(t, p, "status") != "PENDING" {
		t.Errorf("pending: %v", p)
	}
}

// Lists with a query trail, ids are read from the database; a shop without Shopify
// Payments has no account, which is no refusal.
func TestPaymentsTrail(t *testing.T) {
	w := newWorld(t, func(c *shopify.Config) { c.IndexLag = time.Minute })
	if got := w.ask(t, `{ shopifyPaymentsAccount { id } }`, nil); at(t, got, "shopifyPaymentsAccount") != nil {
		t.Errorf("%v", got)
	}
	p := w.shop.AddPayout(&data.Payout{Status: "PAID", Currency: "EUR", Net: decimal.NewFromInt(1)})
	list := `{ shopifyPaymentsAccount { payouts(first: 5, query: "id:>0") { nodes { id } } } }`
	if n := at(t, w.ask(t, list, nil), "shopifyPaymentsAccount", "payouts", "nodes").([]any); len(n) != 0 {
		t.Errorf("listed at once: %v", n)
	}
	if n := at(t, w.ask(t, `query N($ids: [ID!]!) { nodes(ids: $ids) { id } }`, object{"ids": []any{gidOf("ShopifyPaymentsPayout", p.ID)}}), "nodes").([]any); n[0] == nil {
		t.Error("not read by its id")
	}
	w.Advance(time.Minute)
	if n := at(t, w.ask(t, list, nil), "shopifyPaymentsAccount", "payouts", "nodes").([]any); len(n) != 1 {
		t.Errorf("not listed after the lag: %v", n)
	}
}
