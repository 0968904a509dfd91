package receipts

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/issue"
	"backroom/shared/outbound"
)

// lack is why a payment is not suggested, and of what.
type lack struct {
	reason issue.Reason
	thing  string
}

// planned is a line with whom it is of.
type planned struct {
	*Line

	customer, gateway string
}

// plan is which lines an order lacks, and what is against others. Each payment pays the
// invoices one after the other, up to what each has left beside the lines that wait in a
// batch, or that a person has deleted, and never more than was paid and not given back. day
// is the date of a payment.
func plan(o *Order, is []Invoice, set Settings, day func(time.Time) string) (ls []planned, lacks []lack) {
	add := func(reason issue.Reason, thing string) {
		if l := (lack{reason, thing}); !slices.Contains(lacks, l) {
			lacks = append(lacks, l)
		}
	}
	all := slices.Clone(o.Lines)
	for _, i := range is {
		room := i.Remaining
		for _, l := range all {
			if l.Invoice == i.Number && l.Stage != Booked && !l.Back {
				room = room.Sub(l.Amount)
			}
		}
		left, ok := o.left(all, i.Currency)
		if !ok && room.IsPositive() {
			add(CurrencyDiffers, i.Number)
		}
		for _, p := range o.Payments {
			v, _ := in(p.Amount, i.Currency)
			for _, l := range all {
				if l.Payment == p.ID {
					v = v.Sub(l.Amount)
				}
			}
			part := decimal.Min(v, room, left)
			account, number := set.accountOf(p.Gateway), free(p.ID, all)
			switch {
			case !part.IsPositive() || number == "":
				continue
			case i.Card != i.Currency:
				add(CardDiffers, i.Customer)
				continue
			case account == "":
				add(GatewayUnmapped, p.Gateway)
				continue
			}
			l := &Line{
				Payment: p.ID, Number: number, Account: account, Invoice: i.Number, Amount: part, Currency: i.Currency, Date: max(day(p.At), i.Date), Stage: Creating,
			}
			room, left = room.Sub(part), left.Sub(part)
			all, ls = append(all, l), append(ls, planned{l, i.Customer, p.Gateway})
		}
	}
	if len(is) > 0 {
		ls = append(ls, o.planBack(is[len(is)-1], all, set, day, add)...)
	}
	return ls, lacks
}

// planBack is which lines of refunds an order lacks: what was given back after it was
// suggested. The customer is that of invoice i.
func (o *Order) planBack(i Invoice, all []*Line, set Settings, day func(time.Time) string, lacks func(issue.Reason, string)) (ls []planned) {
	over, _ := o.over(all, i.Currency)
	for _, r := range o.Refunds {
		v, _ := in(r.Amount, i.Currency)
		for _, l := range all {
			if l.Payment == r.ID {
				v = v.Sub(l.Amount)
			}
		}
		part := decimal.Min(v, over)
		account, number := set.accountOf(r.Gateway), free(r.ID, all)
		switch {
		case !part.IsPositive() || number == "":
		case i.Card != i.Currency:
			lacks(CardDiffers, i.Customer)
		case account == "":
			lacks(GatewayUnmapped, r.Gateway)
		default:
			over = over.Sub(part)
			ls = append(ls, planned{&Line{
				Payment: r.ID, Back: true, Number: number, Account: account, Invoice: i.Number, Amount: part, Currency: i.Currency, Date: day(r.At), Stage: Creating,
			}, i.Customer, r.Gateway})
		}
	}
	return ls
}

// over is by how much what is in lines is more than what was paid and not given back, in a
// currency. What a person has deleted is in none.
func (o *Order) over(all []*Line, currency string) (sum decimal.Decimal, ok bool) {
	left, ok := o.left(nil, currency)
	for _, l := range all {
		switch {
		case l.Back:
			left = left.Add(l.Amount)
		case l.Stage != Gone:
			left = left.Sub(l.Amount)
		}
	}
	return left.Neg(), ok
}

// free is the first document number of a payment that no line of ls has, "" if all are
// taken. Lines that were refused, or did not come, leave gaps: they are not counted.
func free(payment string, ls []*Line) string {
	for n := range maxParts {
		number := Number(payment, n)
		if !slices.ContainsFunc(ls, func(l *Line) bool { return l.Number == number }) {
			return number
		}
	}
	return ""
}

// maxParts is how many invoices one payment is spread over.
const maxParts = len(letters)

// left is what was paid, not given back, and is in no line, in a currency; false: Shopify
// does not say it in that one.
func (o *Order) left(ls []*Line, currency string) (sum decimal.Decimal, ok bool) {
	ok = true
	for _, p := range o.Payments {
		v, said := in(p.Amount, currency)
		sum, ok = sum.Add(v), ok && said
	}
	back, said := in(o.Returned, currency)
	if sum, ok = sum.Sub(back), ok && said; !ok {
		return decimal.Zero, false
	}
	for _, l := range ls {
		if l.Back {
			sum = sum.Add(l.Amount)
		} else {
			sum = sum.Sub(l.Amount)
		}
	}
	return sum, true
}

// settled reports whether nothing is left to do about an order.
func (o *Order) settled() bool { return !o.waits() && o.lined() }

// lined reports whether all that was paid and not given back is in lines.
func (o *Order) lined() bool {
	currency := ""
	if len(o.Lines) > 0 {
		currency = o.Lines[0].Currency
	} else if len(o.Payments) > 0 {
		currency = o.Payments[0].Amount.Shop.Currency
	}
	left, ok := o.left(o.Lines, currency)
	return ok && !left.IsPositive() && !o.owes(currency)
}

// owes reports whether a refund is to be suggested.
func (o *Order) owes(currency string) bool {
	over, ok := o.over(o.Lines, currency)
	if !ok || !over.IsPositive() {
		return false
	}
	for _, r := range o.Refunds {
		v, _ := in(r.Amount, currency)
		for _, l := range o.Lines {
			if l.Payment == r.ID {
				v = v.Sub(l.Amount)
			}
		}
		if v.IsPositive() {
			return true
		}
	}
	return false
}

// step is what a look makes of a line.
type step int

const (
	keep   step = iota + 1 // it waits for a person
	booked                 // the ledger has it
	await                  // it may still come
	forget                 // it did not come: it may be suggested again
	gone                   // a person has deleted it
)

// next decides about a line that may be in its batch. The ledger comes first: what is in
// it is never suggested again. there is now, by the other side's clock.
func next(l *Line, seen Seen, there time.Time) step {
	switch {
	case seen.Booked:
		return booked
	case seen.Listed:
		return keep
	case l.Stage == Suggested:
		return gone
	case outbound.Next(outbound.Sent(true, l.SentThere, there), 0, there) == outbound.Wait:
		return await
	}
	return forget
}
