package system_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/payments"
	"backroom/shared/task/tasktest"
)

// payouts is a world of payouts, in two currencies in turn: each of a charge, a refund, a
// fee, a chargeback and its reversal, in the list of pending ones a charge more. Of the bad
// one a transaction is missing.
type payouts struct {
	*tasks
	paid []*data.Payout
	lack *data.BalanceTransaction
}

func openPayments(t *testing.T, k *tasktest.Kit, n, bad int) *payouts {
	t.Helper()
	w := &payouts{tasks: openTasks(t, k, payments.TaskName, 1, -1)}
	s := w.Shopify.Shop("")
	one := decimal.RequireFromString
	at := k.Now().Add(-time.Hour)
	for i := range n {
		currency := []string{"EUR", "USD"}[i%2]
		p := s.AddPayout(&data.Payout{Status: "PAID", Currency: currency, Net: one("80").Add(decimal.NewFromInt(int64(i))), IssuedAt: at})
		w.paid = append(w.paid, p)
		for _, b := range []*data.BalanceTransaction{
			{Type: "CHARGE", Amount: one("103").Add(decimal.NewFromInt(int64(i))), Fee: one("3"), Order: w.shop.Orders[0].ID, Transaction: 7},
			{Type: "REFUND", Amount: one("-15")},
			{Type: "CHARGEBACK_FEE", Amount: decimal.Zero, Fee: one("5")},
			{Type: "DISPUTE_WITHDRAWAL", Amount: one("-42"), Fee: one("15")},
			{Type: "DISPUTE_REVERSAL", Amount: one("42"), Fee: one("-15")},
		} {
			b.Currency, b.Payout, b.At = currency, p.ID, at
			if i == bad && b.Type == "REFUND" {
				w.lack = b
				continue
			}
			s.AddBalance(b)
		}
	}
	s.AddBalance(&data.BalanceTransaction{Type: "CHARGE", Currency: "EUR", Amount: one("9"), At: at})
	return w
}

// postsPayouts are the card's settings by which payouts issued since a day are posted to
// the company CRONUS.
func postsPayouts(since time.Time) payments.Settings {
	return payments.Settings{
		PayoutAccounts: []payments.PayoutAccount{
			{Kind: "charge", Account: businesscentral.AccountGiftCard},
			{Kind: "refund", Account: businesscentral.AccountTip},
			{Kind: "dispute", Account: businesscentral.AccountSalesTax},
			{Kind: "fee", Account: businesscentral.AccountFee},
		},
		PayoutBankAccounts: []payments.PayoutBank{{Currency: "EUR", Account: "GIRO"}, {Currency: "USD", Account: "DOLLAR"}},
		PostPayoutsFrom:    since.Format(time.DateOnly),
	}
}

// ledgerOf are the sums of the ledger under a document number, by account; those that
// come to nothing are left out.
func ledgerOf(c *businesscentral.Company, number string) map[string]decimal.Decimal {
	sums := map[string]decimal.Decimal{}
	for _, e := range c.Entries() {
		if e.DocumentNo == number {
			sums[e.AccountNumber] = sums[e.AccountNumber].Add(e.Debit).Sub(e.Credit)
		}
	}
	maps.DeleteFunc(sums, func(_ string, s decimal.Decimal) bool { return s.IsZero() })
	return sums
}

// Heal implements tasktest.World: the missing transaction comes, late.
func (w *payouts) Heal() { w.Shopify.Shop("").AddBalance(w.lack) }

// Echo implements tasktest.World: nothing is written to either side.
func (w *payouts) Echo() {}

// Holds implements tasktest.World.
func (w *payouts) Holds() map[int][]string {
	h := map[int][]string{}
	ctx, s := w.kit.T.Context(), &payments.Store{Table: w.kit.Stored()}
	ps, _, err := s.List(ctx, tasktest.Shop, "", 0)
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
	of := map[string]int{}
	for i, p := range w.paid {
		of[fmt.Sprint(p.ID)] = i
	}
	for _, p := range ps {
		i := of[p.ID]
		h[i] = append(h[i], fmt.Sprintf("%s of %s is %s %s, moved %s by %d", p.Status, p.Net, p.State, p.Trouble, p.Moved, p.Movements))
		for _, sum := range p.Sums {
			h[i] = append(h[i], fmt.Sprintf("%d of %s: %s less %s", sum.Count, sum.Kind, sum.Gross, sum.Fee))
		}
		h[i] = append(h[i], fmt.Sprintf("booking is %s %s", p.Booking.Stage, p.Booking.Trouble))
		for account, sum := range ledgerOf(w.BC.Companies()[0], payments.Number(p.ID)) {
			h[i] = append(h[i], fmt.Sprintf("%s on %s", sum, account))
		}
		ts, err := s.Movements(ctx, tasktest.Shop, p.ID)
		if err != nil {
			w.kit.T.Fatalf("%v", err)
		}
		for _, t := range ts {
			h[i] = append(h[i], fmt.Sprintf("%s %s of order %q", t.Type, t.Net, t.OrderName))
		}
	}
	open, err := s.Movements(ctx, tasktest.Shop, "")
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
	for _, t := range open {
		h[tasktest.Common] = append(h[tasktest.Common], "pending "+t.Net.String())
	}
	for _, j := range w.BC.Companies()[0].Journals() {
		h[tasktest.Common] = append(h[tasktest.Common], fmt.Sprintf("batch %s of %d lines", j.DisplayName, len(j.Lines)))
	}
	is, err := w.Wired.Issues.List(ctx, tasktest.Shop)
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
	for _, i := range is {
		h[of[i.Record]] = append(h[of[i.Record]], string(i.Reason))
	}
	return h
}
