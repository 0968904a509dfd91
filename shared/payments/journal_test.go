package payments

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
)

// booked is a card with an account for each kind: "charge" on CHARGE-A, and banks of
// two currencies.
func booked() (s Settings) {
	for _, k := range Kinds {
		s.PayoutAccounts = append(s.PayoutAccounts, PayoutAccount{string(k), string(k) + "-a"})
	}
	s.PayoutBankAccounts = []PayoutBank{{"EUR", "giro"}, {"usd", "DOLLAR"}}
	return s
}

func TestJournal(t *testing.T) {
	one := decimal.RequireFromString
	move := func(typ, amount, fee string) Transaction {
		return Transaction{Type: typ, Amount: one(amount), Fee: one(fee), Net: one(amount).Sub(one(fee))}
	}
	line := func(account, text, amount, balancing string) Line {
		return Line{Account: account, Description: "Payout 7: " + text, Amount: one(amount), Balancing: balancing}
	}
	bank := func(amount string) Line {
		return Line{Bank: true, Account: "GIRO", Description: "Payout 7", Amount: one(amount)}
	}
	for _, c := range []struct {
		name, currency string
		change         func(*Settings)
		of             []Transaction
		lines          []Line
		lacks          []Lack
	}{
		{
			"charges and a refund", "EUR", nil,
			[]Transaction{move("REFUND", "-10", "0"), move("CHARGE", "100", "3"), move("CHARGE", "50", "1.5")},
			[]Line{line("CHARGE-A", "charge", "-150", ""), line("REFUND-A", "refund", "10", ""), line("FEE-A", "fee", "4.5", ""), bank("135.5")},
			nil,
		},
		{
			"a chargeback and its reversal come to nothing but fees", "EUR", nil,
			[]Transaction{move("DISPUTE_WITHDRAWAL", "-80", "15"), move("DISPUTE_REVERSAL", "80", "0")},
			[]Line{line("FEE-A", "fee", "15", ""), bank("-15")},
			nil,
		},
		{
			"a fee that is a movement", "EUR", nil,
			[]Transaction{move("CHARGEBACK_FEE", "-15", "0"), move("CHARGE", "20", "1")},
			[]Line{line("CHARGE-A", "charge", "-20", ""), line("FEE-A", "fee", "16", ""), bank("4")},
			nil,
		},
		{
			"another currency balances line by line", "USD", nil,
			[]Transaction{move("CHARGE", "100", "3")},
			[]Line{line("CHARGE-A", "charge", "-100", "DOLLAR"), line("FEE-A", "fee", "3", "DOLLAR")},
			nil,
		},
		{
			"an account of its own for a type", "EUR", func(s *Settings) {
				s.PayoutAccounts = append(s.PayoutAccounts, PayoutAccount{"shipping_label", "7000"})
			},
			[]Transaction{move("SHIPPING_LABEL", "-5", "0"), move("SHIPPING_LABEL_ADJUSTMENT", "-1", "0")},
			[]Line{line("SHIPPING-A", "shipping", "1", ""), line("7000", "shipping_label", "5", ""), bank("-6")},
			nil,
		},
		{"a type that nobody knows", "EUR", nil, []Transaction{move("MOON_TAX", "-5", "0")}, []Line{line("OTHER-A", "other", "5", ""), bank("-5")}, nil},
		{"nothing", "EUR", nil, nil, nil, nil},
		{"a kind without account", "EUR", func(s *Settings) { s.PayoutAccounts = s.PayoutAccounts[:1] }, []Transaction{move("CHARGE", "5", "1")}, nil, []Lack{{Kind: "fee"}}},
		{"a currency without bank account", "CHF", nil, []Transaction{move("CHARGE", "5", "0")}, nil, []Lack{{Currency: "CHF"}}},
	} {
		set := booked()
		if c.change != nil {
			c.change(&set)
		}
		lines, lacks := Journal(Payout{ID: "7", Net: money.Amount{Currency: c.currency}}, c.of, set, "EUR")
		if fmt.Sprint(lines) != fmt.Sprint(c.lines) || !reflect.DeepEqual(lacks, c.lacks) {
			t.Errorf("%s:\n%v, lacks %v, want\n%v, %v", c.name, lines, lacks, c.lines, c.lacks)
		}
	}
}

// Law: whatever a payout consists of, its journal balances to 0.00, and the bank gets
// its net to the cent. The oracle counts in cents, as whole numbers.
func TestJournalsBalance(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 3))
	names := []string{"CHARGE", "REFUND", "DISPUTE_WITHDRAWAL", "DISPUTE_REVERSAL", "RESERVED_FUNDS", "CHARGEBACK_FEE", "ADJUSTMENT", "SHIPPING_LABEL", "LENDING_CREDIT", "NEW_THING"}
	for n := range 2000 {
		currency := []string{"EUR", "USD"}[n%2]
		var ts []Transaction
		net := new(big.Int)
		for range r.IntN(265) {
			amount, fee := r.Int64N(2_000_00)-500_00, r.Int64N(10_00)
			net.Add(net, big.NewInt(amount-fee))
			ts = append(ts, Transaction{
				Type: names[r.IntN(len(names))], Amount: decimal.New(amount, -2), Fee: decimal.New(fee, -2), Net: decimal.New(amount-fee, -2),
			})
		}
		lines, lacks := Journal(Payout{ID: "7", Net: money.Amount{Currency: currency}}, ts, booked(), "EUR")
		sum, bank := new(big.Int), new(big.Int)
		for _, l := range lines {
			cents := l.Amount.Shift(2)
			if !cents.IsInteger() || cents.IsZero() {
				t.Fatalf("a line of %s", l.Amount)
			}
			switch {
			case l.Balancing != "": // its other half
				bank.Sub(bank, cents.BigInt())
			case l.Bank:
				bank.Add(bank, cents.BigInt())
				sum.Add(sum, cents.BigInt())
			default:
				sum.Add(sum, cents.BigInt())
			}
		}
		if len(lacks) > 0 || sum.Sign() != 0 || bank.Cmp(net) != 0 {
			t.Fatalf("%d movements in %s: off by %s, the bank gets %s of %s; lacks %v", len(ts), currency, sum, bank, net, lacks)
		}
	}
}
