package oracle

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
)

// Memo is a credit memo as BC shows it.
type Memo struct {
	ExternalDocumentNumber string         `json:"externalDocumentNumber"`
	CurrencyCode           string         `json:"currencyCode"`
	CustomerNumber         string         `json:"customerNumber"`
	Lines                  []DocumentLine `json:"salesCreditMemoLines"`
}

// paid is the money that a refund gave back.
func paid(o *data.Order, r *data.Refund) (b data.Bag) {
	for _, t := range o.Transactions {
		for _, id := range r.Transactions {
			if t.ID == id && t.Kind == "REFUND" && t.Status == "SUCCESS" {
				b = b.Add(t.Amount)
			}
		}
	}
	return b
}

// sold is o without the refunds that gave money back.
func sold(o *data.Order) *data.Order {
	c, err := data.Clone(o)
	if err != nil {
		panic(err)
	}
	c.Refunds, c.Transactions = nil, nil
	gone := map[int64]bool{}
	for _, r := range o.Refunds {
		if paid(o, r).IsZero() {
			c.Refunds = append(c.Refunds, r)
			continue
		}
		for _, l := range r.Lines {
			c.Line(l.Line).Removed -= l.Quantity
		}
		for _, id := range r.Transactions {
			gone[id] = true
		}
	}
	for _, t := range o.Transactions {
		if !gone[t.ID] {
			c.Transactions = append(c.Transactions, t)
		}
	}
	return c
}

// overpaid is what was received of an order that edits made cheaper, beyond what it
// comes to now without its refunds; 0 where no edit did.
func (w *World) overpaid(o *data.Order) decimal.Decimal {
	s := sold(o)
	if len(s.Refunds) == 0 && !s.Edited {
		return decimal.Zero
	}
	return w.in(s.Totals().Received).Sub(w.total(s))
}

// own is the part of a tax that the channel does not owe.
func (w *World) own(taxes []data.Tax, sum decimal.Decimal) decimal.Decimal {
	var mine, all decimal.Decimal
	for _, t := range taxes {
		all = all.Add(w.in(t.Price))
		if !t.ChannelLiable {
			mine = mine.Add(w.in(t.Price))
		}
	}
	if all.IsZero() {
		return sum
	}
	return sum.Mul(mine).Div(all)
}

// dutyTax is what of a duty's own taxes is given back with a part of it, and how many
// those are.
func (w *World) dutyTax(o *data.Order, d data.RefundDuty) (sum decimal.Decimal, n int) {
	for _, l := range o.Lines {
		if l.Duty == nil || l.Duty.ID != d.Duty || w.in(l.Duty.Price).IsZero() {
			continue
		}
		for _, t := range l.Duty.Taxes {
			if !t.ChannelLiable {
				sum, n = sum.Add(w.in(t.Price).Mul(w.in(d.Amount)).Div(w.in(l.Duty.Price))), n+1
			}
		}
	}
	return sum, n
}

// comesBack: units come back, so that a credit memo takes them into stock even if they
// have cost nothing.
func comesBack(r *data.Refund) bool {
	for _, l := range r.Lines {
		if l.RestockType == "RETURN" {
			return true
		}
	}
	return false
}

// JudgeMemos says what is wrong with the credit memos of an order that has its
// document: there is one for each refund that gave money back, which comes to that
// money, and together they bear the taxes of what was given back, to a minor unit each
// tax. ids are those that the shop has given o's refunds, explained those that an issue
// names.
func (w *World) JudgeMemos(o *data.Order, ids []int64, d *Document, f *Found, explained map[string]bool) (wrong []string) {
	for i, r := range o.Refunds {
		id := ids[i]
		var mine []Memo
		for _, m := range f.Memos {
			if strings.HasSuffix(m.ExternalDocumentNumber, fmt.Sprintf("-R%d", id)) {
				mine = append(mine, m)
			}
		}
		want := w.in(paid(o, r))
		if over := w.overpaid(o); len(r.Lines) == 0 && over.IsPositive() {
			want = decimal.Max(decimal.Zero, want.Sub(over)) // what an edit had made cheaper is paid back
		}
		switch {
		case want.IsZero() && len(mine) == 0, len(mine) == 0 && explained[fmt.Sprint(id)]:
			continue
		case len(mine) != 1 || want.IsZero() && !comesBack(r):
			wrong = append(wrong, fmt.Sprintf("refund %d of %s has %d credit memos", id, want, len(mine)))
			continue
		}
		var gross, tax, due decimal.Decimal
		rates := 0
		for _, l := range mine[0].Lines {
			gross, tax = gross.Add(l.NetAmountIncludingTax), tax.Add(l.NetTaxAmount)
		}
		for _, l := range r.Lines {
			due = due.Add(w.own(o.Line(l.Line).Taxes, w.in(l.Tax)))
			rates += len(o.Line(l.Line).Taxes)
		}
		for _, d := range r.Duties {
			tax, n := w.dutyTax(o, d)
			due, rates = due.Add(tax), rates+n
		}
		slack := w.slack(w.currency(o)).Mul(decimal.NewFromInt(int64(max(rates, 1))))
		allowed := slack
		if w.Rules.SalesTax {
			due, allowed = decimal.Zero, decimal.Zero
		} else if w.Rules.Rounding != "" {
			allowed = decimal.Zero
		}
		if gross.Sub(want).Abs().GreaterThan(allowed) {
			wrong = append(wrong, fmt.Sprintf("credit memo of refund %d comes to %s, the refund to %s", id, gross, want))
		}
		if tax.Sub(due).Abs().GreaterThan(slack) && !w.Rules.SalesTax {
			wrong = append(wrong, fmt.Sprintf("credit memo of refund %d bears %s of tax, the refund %s", id, tax, due))
		}
		if mine[0].CurrencyCode != d.CurrencyCode || mine[0].CustomerNumber != d.CustomerNumber {
			wrong = append(wrong, fmt.Sprintf("credit memo of refund %d is for %s in %s, the document for %s in %s", id, mine[0].CustomerNumber, mine[0].CurrencyCode, d.CustomerNumber, d.CurrencyCode))
		}
	}
	return wrong
}
