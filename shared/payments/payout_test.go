package payments

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
)

func TestKindOf(t *testing.T) {
	for typ, want := range map[string]Kind{
		"CHARGE": Charge, "CHARGE_ADJUSTMENT": Charge, "REFUND": Refund, "REFUND_FAILURE": Refund, "REFUND_ADJUSTMENT": Refund,
		"CHARGEBACK_FEE": Fees, "CHARGEBACK_FEE_REFUND": Fees, "CHARGEBACK_HOLD": Dispute, "CHARGEBACK_PROTECTION_DEBIT": Dispute,
		"DISPUTE_WITHDRAWAL": Dispute, "DISPUTE_REVERSAL": Dispute, "RESERVED_FUNDS": Reserve, "RESERVED_FUNDS_REVERSAL": Reserve, "RISK_WITHDRAWAL": Reserve,
		"SHIPPING_LABEL": Shipping, "IMPORT_TAX_REFUND": Taxes, "CUSTOMS_DUTY": Taxes, "VAT_REFUND_CREDIT": Taxes,
		"LENDING_CREDIT": Lending, "ADVANCE_FUNDING": Lending, "TRANSFER_FAILURE": Transfer, "TRANSFER_CANCEL": Transfer, "BALANCE_TRANSFER_INBOUND": Transfer,
		"ADJUSTMENT": Adjustment, "ANOMALY_DEBIT": Adjustment, "SHOP_CASH_CREDIT": Other, "MARKETS_PRO_CREDIT": Other,
		"CHARGED_BY_THE_MOON": Other, "": Other,
	} {
		if got := KindOf(typ); got != want {
			t.Errorf("%s is %s, want %s", typ, got, want)
		}
	}
}

// A row of the table that fits no type of Shopify's is a slip of the pen.
func TestEveryRowOfKindsFitsAType(t *testing.T) {
	dir := os.Getenv("BACKROOM_SHARED")
	if dir == "" {
		t.Skip("BACKROOM_SHARED is not set: no schema of Shopify's")
	}
	b, err := os.ReadFile(filepath.Join(dir, "shopify", "schema-2026-07.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	_, enum, _ := strings.Cut(string(b), "enum ShopifyPaymentsTransactionType {")
	enum, _, _ = strings.Cut(enum, "\n}")
	all := regexp.MustCompile(`(?m)^  ([A-Z_]+)`).FindAllStringSubmatch(enum, -1)
	used := map[int]bool{}
	for _, m := range all {
		for i, row := range types {
			begin, open := strings.CutSuffix(row.of, "*")
			if m[1] == row.of || open && strings.HasPrefix(m[1], begin) {
				used[i] = true
				break
			}
		}
	}
	if len(all) < 100 {
		t.Errorf("%d types", len(all))
	}
	for i, row := range types {
		if !used[i] {
			t.Errorf("%s of %s fits nothing", row.of, row.kind)
		}
	}
}

func TestSums(t *testing.T) {
	one := decimal.RequireFromString
	move := func(typ, amount, fee string) Transaction {
		return Transaction{Type: typ, Currency: "EUR", Amount: one(amount), Fee: one(fee), Net: one(amount).Sub(one(fee))}
	}
	for _, c := range []struct {
		name       string
		net        string
		withdrawal bool
		of         []Transaction
		missing    string
		foreign    bool
	}{
		{"nothing", "0", false, nil, "0", false},
		{"all there", "92.5", false, []Transaction{move("CHARGE", "100", "2.5"), move("REFUND", "-5", "0")}, "0", false},
		{"a cent less", "92.51", false, []Transaction{move("CHARGE", "100", "2.5"), move("REFUND", "-5", "0")}, "0.01", false},
		{"nothing has come", "10", false, nil, "10", false},
		{"money that the bank gives, with its sign", "-5", true, []Transaction{move("REFUND", "-5", "0")}, "0", false},
		{"money that the bank gives, without", "5", true, []Transaction{move("REFUND", "-5", "0")}, "0", false},
		{"a deposit of the other sign", "5", false, []Transaction{move("REFUND", "-5", "0")}, "10", false},
		{"another currency", "10", false, []Transaction{move("CHARGE", "10", "0"), {ID: "9", Currency: "USD", Net: one("1")}}, "0", true},
	} {
		p := Payout{Net: money.Amount{Value: one(c.net), Currency: "EUR"}, Withdrawal: c.withdrawal}
		foreign := p.sums(c.of)
		if got := p.missing(); !got.Equal(one(c.missing)) || foreign != "" != c.foreign || p.Movements != len(c.of) {
			t.Errorf("%s: missing %s of %d, foreign %q", c.name, got, p.Movements, foreign)
		}
	}
}

// The next run begins at the first id that is young, so that one which a list shows
// late is not passed; without one at the last.
func TestMarks(t *testing.T) {
	for _, c := range []struct {
		name  string
		young []bool // of ids 1, 2, …
		want  Since
	}{
		{"an empty list", nil, Since{From: "then"}},
		{"all old", []bool{false, false, false}, Since{ID: "3"}},
		{"the last are young", []bool{false, true, true}, Since{ID: "2"}},
		{"an old one among young ones", []bool{true, false, true}, Since{ID: "1"}},
	} {
		var m mark
		for i, y := range c.young {
			m = m.after(string(rune('1'+i)), y)
		}
		if got := m.since(Since{From: "then"}); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	if !later("10", "9") || later("9", "10") || later("7", "7") || !later("1", "") {
		t.Error("ids are compared as text")
	}
}
