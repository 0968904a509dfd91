package orders

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
)

// Sold is o as if the refunds that undo picks had not been made: their units,
// shipping and duties are charged again, and what went out in exchange is not. It is
// what the document of an order says whose refunds have documents of their own.
//
// Records of units that an edit removed stay: they are no refunds. It reports false,
// and o, where a refund to undo was not read with its details.
func (o Order) Sold(undo func(Refund) bool) (Order, bool) {
	var undone, kept []Refund
	for _, r := range o.Refunds {
		switch {
		case o.Standing(r) == Removal || !undo(r):
			kept = append(kept, r)
		case !r.Detailed:
			return o, false
		default:
			undone = append(undone, r)
		}
	}
	if len(undone) == 0 {
		return o, true
	}
	s := sold{Order: o, was: o}
	s.Lines = slices.Clone(o.Lines)
	s.CurrentTaxLines = slices.Clone(o.CurrentTaxLines)
	for _, r := range undone {
		s.undo(r)
	}
	s.withoutExchanged(undone)
	s.settle()
	s.Refunds, s.RefundCount = kept, len(kept)
	s.Transactions = slices.DeleteFunc(slices.Clone(o.Transactions), func(t Transaction) bool {
		return slices.ContainsFunc(undone, func(r Refund) bool { return slices.Contains(r.Transactions, t.ID) })
	})
	return s.Order, true
}

// sold is an order on its way to what it was before refunds.
type sold struct {
	Order
	was      Order
	back     money.Bag // what the undone refunds had taken off the total
	backTax  money.Bag
	out      money.Bag // what was exchanged is worth
	outTax   money.Bag
	outTaxes []TaxLine
}

func (s *sold) undo(r Refund) {
	for _, l := range r.Lines {
		s.give(l.Subtotal, l.Tax)
		for i := range s.Lines {
			if line := &s.Lines[i]; line.ID == l.LineID {
				line.CurrentQuantity = min(line.CurrentQuantity+l.Quantity, max(line.Quantity, line.CurrentQuantity))
				line.fromPlacesSold()
				s.giveTaxes(SplitTax(l.Tax, line.TaxLines))
			}
		}
	}
	for _, l := range r.Shipping {
		s.give(l.Subtotal, l.Tax)
		for _, line := range s.ShippingLines {
			if line.ID == l.LineID {
				s.giveTaxes(SplitTax(l.Tax, line.TaxLines))
			}
		}
	}
	for _, d := range r.Duties {
		sum := d.Amount // where no duty is left, none is said to be
		if s.Duties != nil {
			sum = s.Duties.Add(sum)
		}
		s.Duties = &sum
		s.back = s.back.Add(d.Amount)
	}
	s.Refunded = s.Refunded.Sub(r.Amount)
}

// fromPlacesSold is where the units ship from that a line has again, if it is known of
// all of them.
func (l *Line) fromPlacesSold() {
	n := 0
	for _, at := range l.PlacesSold {
		n += at.Quantity
	}
	switch {
	case n == 0 || n != l.CurrentQuantity:
	case len(l.PlacesSold) == 1:
		l.Location, l.Places = l.PlacesSold[0].Location, nil
	default:
		l.Location, l.Places = "", l.PlacesSold
	}
}

func (s *sold) give(subtotal, tax money.Bag) {
	s.back, s.backTax = s.back.Add(subtotal), s.backTax.Add(tax)
	if !s.TaxesIncluded {
		s.back = s.back.Add(tax)
	}
}

// giveTaxes adds taxes to the order's current ones.
func (s *sold) giveTaxes(taxes []TaxLine) {
	for _, t := range taxes {
		i := slices.IndexFunc(s.CurrentTaxLines, t.same)
		if i < 0 {
			s.CurrentTaxLines = append(s.CurrentTaxLines, t)
			continue
		}
		s.CurrentTaxLines[i].Price = s.CurrentTaxLines[i].Price.Add(t.Price)
	}
}

func (t TaxLine) same(o TaxLine) bool {
	return t.Title == o.Title && t.ChannelLiable == o.ChannelLiable && t.Rate.Equal(o.Rate)
}

// withoutExchanged leaves out the lines that went out for what came back: they are
// in the documents of those refunds. What an edit has changed of such a line since is
// left: that is in none.
func (s *sold) withoutExchanged(undone []Refund) {
	s.Lines = slices.DeleteFunc(s.Lines, func(l Line) bool {
		for _, r := range undone {
			if ret := s.Return(r.ReturnID); ret != nil && slices.Contains(ret.Exchanged, l.ID) {
				out := ret.Out(l)
				s.without(out)
				return out.Quantity == l.Quantity && l.CurrentQuantity == l.Quantity
			}
		}
		return false
	})
	for i := range s.Lines {
		for _, r := range undone {
			if ret := s.Return(r.ReturnID); ret != nil && slices.Contains(ret.Exchanged, s.Lines[i].ID) {
				n := ret.Out(s.Lines[i]).Quantity
				s.Lines[i].Quantity -= n
				s.Lines[i].CurrentQuantity -= n
			}
		}
	}
}

// without takes a line that is in another document off what the order came to.
func (s *sold) without(l Line) {
	net, tax := l.worth()
	if s.out = s.out.Add(net); !s.TaxesIncluded {
		s.out = s.out.Add(tax)
	}
	s.outTax = s.outTax.Add(tax)
	s.outTaxes = append(s.outTaxes, l.TaxLines...)
}

// worth is what all units of a line come to, after discounts, and its taxes.
func (l Line) worth() (net, tax money.Bag) {
	n := decimal.NewFromInt(int64(l.Quantity))
	net = money.Bag{
		Shop:        money.Amount{Value: l.UnitPrice.Shop.Value.Mul(n), Currency: l.UnitPrice.Shop.Currency},
		Presentment: money.Amount{Value: l.UnitPrice.Presentment.Value.Mul(n), Currency: l.UnitPrice.Presentment.Currency},
	}.Sub(l.Discount())
	for _, t := range l.TaxLines {
		tax = tax.Add(t.Price)
	}
	return net, tax
}

// settle finds what the order came to. Where no unit is missing that is what
// Shopify says of the order as placed, whose cents are its own. Whether that holds
// exchanged lines is not documented: what adds up counts.
func (s *sold) settle() {
	current := s.was.CurrentTotal.Add(s.back).Sub(s.out)
	if slices.ContainsFunc(s.Lines, func(l Line) bool { return l.CurrentQuantity < l.Quantity }) {
		s.CurrentTotal, s.CurrentTax = current, s.was.CurrentTax.Add(s.backTax).Sub(s.outTax)
	} else {
		for _, total := range []money.Bag{current, s.was.Total.Sub(s.out), s.was.Total} {
			if s.CurrentTotal = total; s.itemised().Equal(total.Presentment.Value) {
				break
			}
		}
		s.CurrentTax, s.CurrentTaxLines = s.was.Tax.Sub(s.outTax), slices.Clone(s.was.TaxLines)
		s.CancelledAt, s.CancelReason = time.Time{}, "" // if it was cancelled, its refunds say so
	}
	for _, t := range s.outTaxes {
		if i := slices.IndexFunc(s.CurrentTaxLines, t.same); i >= 0 {
			s.CurrentTaxLines[i].Price = s.CurrentTaxLines[i].Price.Sub(t.Price)
		}
	}
}

// itemised is what the order's parts come to, in the buyer's currency.
func (s *sold) itemised() decimal.Decimal {
	var sum money.Bag
	add := func(net money.Bag, taxes []TaxLine) {
		sum = sum.Add(net)
		for _, t := range taxes {
			if !s.TaxesIncluded {
				sum = sum.Add(t.Price)
			}
		}
	}
	for _, l := range s.Lines {
		net, _ := l.worth()
		add(net, l.TaxLines)
	}
	for _, l := range s.ShippingLines {
		if !l.Removed {
			add(l.Price.Sub(l.Discount()), l.TaxLines)
		}
	}
	for _, f := range s.Fees {
		add(f.Price, f.TaxLines)
	}
	for _, d := range s.DutyLines {
		add(d.Price, d.TaxLines)
	}
	return sum.Add(s.Tip).Presentment.Value
}

// SplitTax is a tax that was given back in one sum, in parts as the taxes are that it
// was charged by. The parts make it up; without such taxes it is one of no rate.
func SplitTax(sum money.Bag, by []TaxLine) []TaxLine {
	if sum.Shop.Value.IsZero() && sum.Presentment.Value.IsZero() {
		return nil
	}
	if len(by) == 0 {
		return []TaxLine{{Title: "Tax", Price: sum}}
	}
	out := slices.Clone(by)
	shop, presentment := make([]decimal.Decimal, len(by)), make([]decimal.Decimal, len(by))
	for i, t := range by {
		shop[i], presentment[i] = t.Price.Shop.Value, t.Price.Presentment.Value
	}
	shop, presentment = proportional(sum.Shop, shop), proportional(sum.Presentment, presentment)
	for i := range out {
		out[i].Price = money.Bag{
			Shop: money.Amount{Value: shop[i], Currency: sum.Shop.Currency}, Presentment: money.Amount{Value: presentment[i], Currency: sum.Presentment.Currency},
		}
	}
	return out
}

// proportional cuts an amount by weights, to the minor unit; all of it goes to the
// first where there is nothing to go by.
func proportional(a money.Amount, weights []decimal.Decimal) []decimal.Decimal {
	all := decimal.Zero
	for _, w := range weights {
		all = all.Add(w)
	}
	out := make([]decimal.Decimal, len(weights))
	if all.IsZero() {
		out[0] = a.Value
		return out
	}
	upTo, done := decimal.Zero, decimal.Zero
	for i, w := range weights {
		upTo = upTo.Add(w)
		part := a.Value
		if i < len(weights)-1 {
			part = a.Value.Mul(upTo).DivRound(all, money.Digits(a.Currency))
		}
		out[i], done = part.Sub(done), part
	}
	return out
}
