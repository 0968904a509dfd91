package payments

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/bcapi"
)

// Line is a line of the general journal that a payout is booked by. It is stored.
type Line struct {
	// Bank says that Account is a bank account's number, else it is a G/L account's.
	Bank        bool            `json:"bank,omitempty"`
	Account     string          `json:"account"`
	Description string          `json:"description"`
	Amount      decimal.Decimal `json:"amount"` // a debit is positive
	// Balancing is the bank account that the line balances on by itself, "" for a line
	// that the others balance.
	Balancing string `json:"balancing,omitempty"`
}

// Lack is what the shop card lacks for a journal. One of both is set.
type Lack struct {
	Kind     string // of movements that have no account
	Currency string // that has no bank account
}

// feesOf is the name under which the fees of all movements are booked, beside movements
// that are fees.
const feesOf = string(Fees)

// Journal is what the movements ts of payout p are booked by: a line for each account,
// and what the bank gets. In local currency lcy the bank has one line, and all come to
// zero. In another one each line balances on the bank account by itself, since lines of
// G/L accounts are in local currency. With a lack there are no lines.
func Journal(p Payout, ts []Transaction, set Settings, lcy string) (lines []Line, lacks []Lack) {
	bank := set.bankOf(p.Net.Currency)
	if bank == "" {
		lacks = append(lacks, Lack{Currency: p.Net.Currency})
	}
	sums := map[string]decimal.Decimal{} // by the name that is booked
	var order []string
	add := func(name string, v decimal.Decimal) {
		if _, ok := sums[name]; !ok {
			order = append(order, name)
		}
		sums[name] = sums[name].Add(v)
	}
	moved := decimal.Zero
	for _, t := range ts {
		add(set.bookedAs(t.Type), t.Amount)
		add(feesOf, t.Fee.Neg())
		moved = moved.Add(t.Net)
	}
	slices.SortFunc(order, func(a, b string) int { return place(a) - place(b) })
	foreign := p.Net.Currency != lcy
	for _, name := range order {
		v := sums[name]
		if v.IsZero() {
			continue
		}
		account := set.accountOf(name)
		if account == "" {
			lacks = append(lacks, Lack{Kind: name})
		}
		l := Line{Account: account, Description: fmt.Sprintf("Payout %s: %s", p.ID, strings.ToLower(name)), Amount: v.Neg()}
		if foreign {
			l.Balancing = bank
		}
		lines = append(lines, l)
	}
	if len(lacks) > 0 {
		return nil, lacks
	}
	if !foreign && !moved.IsZero() {
		lines = append(lines, Line{Bank: true, Account: bank, Description: "Payout " + p.ID, Amount: moved})
	}
	return lines, nil
}

// place is where people read a name: kinds in their order, types of Shopify's after them.
func place(name string) int {
	if i := slices.Index(Kinds, Kind(name)); i >= 0 {
		return i
	}
	return len(Kinds)
}

// bookedAs is the name under which movements of a type are booked: the type itself where
// the card has an account for it, else its kind. A row for "charge" is of the kind, not
// of the type CHARGE.
func (s Settings) bookedAs(typ string) string {
	kind := string(KindOf(typ))
	if strings.EqualFold(typ, kind) || s.accountOf(typ) == "" {
		return kind
	}
	return typ
}

func (s Settings) accountOf(name string) string {
	for _, a := range s.PayoutAccounts {
		if strings.EqualFold(strings.TrimSpace(a.Kind), name) {
			return bcapi.Code(a.Account)
		}
	}
	return ""
}

func (s Settings) bankOf(currency string) string {
	for _, b := range s.PayoutBankAccounts {
		if strings.EqualFold(strings.TrimSpace(b.Currency), currency) {
			return bcapi.Code(b.Account)
		}
	}
	return ""
}
