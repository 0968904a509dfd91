package system_test

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
	"backroom/shared/payments"
)

// A payout of 250 charges, 12 refunds, a chargeback and its reversal, all in its own
// currency, is complete, and its journal balances to 0.00.
func TestPayoutOfASale(t *testing.T) {
	w := newPayWorld(t)
	s := w.Shopify.Shop("")
	orders := s.Orders()
	p := s.AddPayout(&data.Payout{Status: "SCHEDULED", Currency: "EUR"})
	net := decimal.Zero
	add := func(typ, amount, fee string, order int) {
		b := &data.BalanceTransaction{Type: typ, Currency: "EUR", Amount: decimal.RequireFromString(amount), Fee: decimal.RequireFromString(fee), Payout: p.ID, Order: orders[order%len(orders)].ID}
		s.AddBalance(b)
		net = net.Add(b.Net())
	}
	for i := range 250 {
		add("CHARGE", fmt.Sprintf("%d.%02d", 10+i, i%100), fmt.Sprintf("0.%02d", 30+i%60), i)
	}
	for i := range 12 {
		add("REFUND", fmt.Sprintf("-%d.99", 5+i), "0", i)
	}
	add("DISPUTE_WITHDRAWAL", "-42.42", "15", 3)
	add("DISPUTE_REVERSAL", "42.42", "-15", 3)
	if err := s.UpdatePayout(p.ID, func(p *data.Payout) { p.Status, p.Net = "PAID", net }); err != nil {
		t.Fatal(err)
	}
	w.sync()
	id := fmt.Sprint(p.ID)
	got := w.payouts()[id]
	if !got.Complete() || got.Movements != 264 || len(w.reasons()) > 0 {
		t.Fatalf("%+v, %v", got, w.reasons())
	}
	ts, err := (&payments.Store{Table: w.Table}).Movements(t.Context(), w.Card.Code, id)
	if err != nil {
		t.Fatal(err)
	}
	lines, lacks := payments.Journal(got, ts, payments.Settings{
		PayoutAccounts:     []payments.PayoutAccount{{Kind: "charge", Account: "2340"}, {Kind: "refund", Account: "2341"}, {Kind: "fee", Account: "8710"}, {Kind: "dispute", Account: "2342"}},
		PayoutBankAccounts: []payments.PayoutBank{{Currency: "EUR", Account: "GIRO"}},
	}, "EUR")
	sum := decimal.Zero
	for _, l := range lines {
		sum = sum.Add(l.Amount)
	}
	// Charges, refunds, fees and the bank: the chargeback and its reversal are nothing.
	if len(lacks) > 0 || len(lines) != 4 || !sum.IsZero() || !lines[3].Bank || !lines[3].Amount.Equal(net) {
		t.Errorf("%v come to %s; lacks %v", lines, sum, lacks)
	}
}
