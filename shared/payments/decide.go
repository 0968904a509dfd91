package payments

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/issue"
	"backroom/shared/outbound"
)

// step is what is done next about a payout that is to be booked.
type step int

const (
	create step = iota + 1
	post
	remove // the batch, which is ours and not as it is meant any more
	finish // the ledger has it
	await  // what was sent may still take effect
	park   // somebody has to look at it
)

// next decides by what the other side has: the ledger first, since what is in it must
// never be posted again. there is now, by the other side's clock. A reason comes with park.
func next(b Booking, meant Batch, l Look, there time.Time) (step, issue.Reason) {
	if len(l.Entries) > 0 {
		if books(meant.Lines, l.Entries) || books(b.Lines, l.Entries) {
			return finish, ""
		}
		return park, BookedOtherwise
	}
	waits := b.sent() && outbound.Next(outbound.Sent(true, b.SentThere, there), 0, there) == outbound.Wait
	f := l.Batch
	switch {
	case f != nil && f.Name != meant.Name:
		return park, JournalTaken
	case waits && (f == nil || b.Stage == Posting):
		return await, ""
	case f == nil && b.Stage == Posting, f != nil && len(f.Lines) == 0 && f.Posted:
		return park, NotProved // what has become of its lines is not in the ledger
	case f == nil:
		return create, ""
	case f.holds(meant.Number, meant.Date, meant.Lines):
		return post, ""
	case len(f.Lines) == 0, f.holds(meant.Number, b.Date, b.Lines):
		return remove, ""
	}
	return park, JournalChanged
}

// holds reports whether the batch is as it was sent: nobody has changed, added or
// deleted a line.
func (f *Found) holds(number, date string, lines []Line) bool {
	return slices.EqualFunc(f.Lines, lines, func(a FoundLine, b Line) bool {
		return a.Document == number && a.Date == date && a.Bank == b.Bank && a.Account == b.Account && a.Balancing == b.Balancing && a.Amount.Equal(b.Amount)
	}) && !slices.ContainsFunc(f.Lines, func(l FoundLine) bool { return l.Number < FirstLine || l.Number >= FirstLine+len(lines) })
}

// books reports whether entries are what lines come to, summed up by account: a
// reversal, or another posting under the number, has entries too. What a bank account
// gets is on a G/L account that only its posting group tells: all of the others.
func books(lines []Line, es []Entry) bool {
	want, got := map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
	foreign := false
	for _, l := range lines {
		foreign = foreign || l.Balancing != ""
		if !l.Bank {
			want[l.Account] = want[l.Account].Add(l.Amount)
		}
	}
	total := decimal.Zero
	for _, e := range es {
		total = total.Add(e.Amount)
		if _, ok := want[e.Account]; ok {
			got[e.Account] = got[e.Account].Add(e.Amount)
		}
	}
	if len(lines) == 0 || !total.IsZero() {
		return false
	}
	rate, slack := decimal.NewFromInt(1), decimal.Zero
	if foreign { // entries are in local currency, by a rate that only the other side knows
		rate, slack = rateOf(want, got)
	}
	for account, w := range want {
		if got[account].Sub(w.Mul(rate)).Abs().GreaterThan(slack) || !w.IsZero() && got[account].Sign() != w.Sign() {
			return false
		}
	}
	return true
}

// rateOf is what one unit of want is in got, and by how much an account may differ for
// rounding.
func rateOf(want, got map[string]decimal.Decimal) (rate, slack decimal.Decimal) {
	of, is := decimal.Zero, decimal.Zero
	unit := decimal.NewFromInt(1)
	for account, w := range want {
		of, is = of.Add(w.Abs()), is.Add(got[account].Abs())
		if !got[account].IsInteger() {
			unit = decimal.New(1, -2)
		}
	}
	if of.IsZero() {
		return decimal.Zero, decimal.Zero
	}
	return is.Div(of), unit.Mul(decimal.NewFromInt(int64(len(want) + 1)))
}
