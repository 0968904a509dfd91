package creditmemos

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/sales"
)

// ledger is what of an order is not yet given back when it comes to one of its
// refunds: the units of each line, what was found of returned ones, and what went
// out in exchange.
type ledger struct {
	units     map[string]int                  // by line
	disposed  map[string][]orders.Disposition // by return
	exchanged map[string][]string             // by return: order lines
	loose     money.Bag                       // money that the refunds before had given beside their lines
}

// ledgerAt is what is left before the refund of an id, of those that have documents
// of their own, oldest first, by facts of the order's.
func ledgerAt(o orders.Order, f orders.Facts, id string) ledger {
	l := ledger{units: map[string]int{}, disposed: map[string][]orders.Disposition{}, exchanged: map[string][]string{}}
	for _, line := range o.Lines {
		l.units[line.ID] = line.Quantity
	}
	for _, r := range o.Returns {
		l.disposed[r.ID], l.exchanged[r.ID] = slices.Clone(r.Disposed), slices.Clone(r.Exchanged)
	}
	for _, r := range dueOf(o, f) {
		if r.ID == id {
			break
		}
		worth := money.Bag{}
		for _, line := range linesOf(o, r, l) {
			l.take(line.LineID, line.Quantity)
			l.restocked(r.ReturnID, line.LineID, line.Quantity)
			worth = worth.Add(inclusive(o, line.Subtotal, line.Tax))
		}
		for _, s := range r.Shipping {
			worth = worth.Add(inclusive(o, s.Subtotal, s.Tax))
		}
		for _, id := range l.sent(f, r) {
			worth = worth.Sub(worthOf(o, r.ReturnID, id))
		}
		if more := r.Amount.Sub(worth); more.Shop.Value.IsPositive() {
			l.loose = l.loose.Add(more)
		}
	}
	return l
}

// take uses up units of a line.
func (l ledger) take(line string, n int) { l.units[line] -= min(n, l.units[line]) }

// exchange uses up what went out for a return.
func (l ledger) exchange(ret string) []string {
	ids := l.exchanged[ret]
	delete(l.exchanged, ret)
	return ids
}

// sent uses up what went out with a refund: what its credit memo has, where that is
// noted; else all that is left of its return.
func (l ledger) sent(f orders.Facts, r orders.Refund) []string {
	ids, ok := f.Sent(r.ID)
	if !ok {
		return l.exchange(r.ReturnID)
	}
	l.exchanged[r.ReturnID] = slices.DeleteFunc(l.exchanged[r.ReturnID], func(id string) bool { return slices.Contains(ids, id) })
	return ids
}

// lot is units of a refunded line that are booked alike: taken back at a place, or not.
type lot struct {
	units    int
	restock  bool
	location string
}

// restocked uses up what was found of n units of a line in a return. Of units that
// nobody has looked at it answers nothing.
func (l ledger) restocked(ret, line string, n int) (lots []lot) {
	ds := l.disposed[ret]
	for i := range ds {
		if d := &ds[i]; d.LineID == line && n > 0 && d.Quantity > 0 {
			part := min(n, d.Quantity)
			d.Quantity, n = d.Quantity-part, n-part
			lots = join(lots, lot{part, d.Type == "RESTOCKED", d.Location})
		}
	}
	return lots
}

// lotsOf is how units of a refunded line are booked: by what was found of them where
// they came back, else by what the refund says.
func (l ledger) lotsOf(r orders.Refund, line orders.RefundLine) []lot {
	lots := l.restocked(r.ReturnID, line.LineID, line.Quantity)
	left := line.Quantity
	for _, x := range lots {
		left -= x.units
	}
	if left > 0 {
		back := line.RestockType == "RETURN" || line.RestockType == "LEGACY_RESTOCK"
		if len(lots) > 0 { // of the others of its return somebody has said what became of them
			back = back && line.Restocked
		}
		lots = join(lots, lot{left, back, line.Location})
	}
	return lots
}

// join adds units to those that are booked alike. Where units are that are not taken
// back does not matter.
func join(lots []lot, x lot) []lot {
	if !x.restock {
		x.location = ""
	}
	for i := range lots {
		if lots[i].restock == x.restock && lots[i].location == x.location {
			lots[i].units += x.units
			return lots
		}
	}
	return append(lots, x)
}

// linesOf are the lines of a refund. One of a return that has none of its own gives
// back what came back, as far as that was not given back before.
func linesOf(o orders.Order, r orders.Refund, l ledger) []orders.RefundLine {
	ret := o.Return(r.ReturnID)
	if len(r.Lines) > 0 || ret == nil {
		return r.Lines
	}
	var out []orders.RefundLine
	left := map[string]int{}
	for _, x := range ret.Lines {
		i := slices.IndexFunc(o.Lines, func(line orders.Line) bool { return line.ID == x.LineID })
		if i < 0 {
			continue
		}
		line := o.Lines[i]
		if _, seen := left[line.ID]; !seen {
			left[line.ID] = l.units[line.ID]
		}
		n := min(x.Quantity, left[line.ID])
		if left[line.ID] -= n; n == 0 {
			continue
		}
		out = append(out, orders.RefundLine{
			LineID: line.ID, Quantity: n, RestockType: "RETURN",
			Subtotal: part(line.UnitPrice, line.Discount(), n, line.Quantity), Tax: taxOf(line, n),
		})
	}
	return out
}

// part is what n of a line's units come to after their share of its discount.
func part(unit, discount money.Bag, n, of int) money.Bag {
	one := func(u, d money.Amount) money.Amount {
		digits := money.Digits(u.Currency)
		return money.Amount{Value: u.Value.Mul(decimal.NewFromInt(int64(n))).Sub(sales.Part(d.Value, n, of, digits)).Round(digits), Currency: u.Currency}
	}
	return money.Bag{Shop: one(unit.Shop, discount.Shop), Presentment: one(unit.Presentment, discount.Presentment)}
}

func taxOf(l orders.Line, n int) (sum money.Bag) {
	for _, t := range l.TaxLines {
		sum = sum.Add(money.Bag{
			Shop:        money.Amount{Value: sales.Part(t.Price.Shop.Value, n, l.Quantity, money.Digits(t.Price.Shop.Currency)), Currency: t.Price.Shop.Currency},
			Presentment: money.Amount{Value: sales.Part(t.Price.Presentment.Value, n, l.Quantity, money.Digits(t.Price.Presentment.Currency)), Currency: t.Price.Presentment.Currency},
		})
	}
	return sum
}

// inclusive is an amount with its tax.
func inclusive(o orders.Order, subtotal, tax money.Bag) money.Bag {
	if o.TaxesIncluded {
		return subtotal
	}
	return subtotal.Add(tax)
}

// worthOf is what a line of o that went out for a return came to, taxes included.
func worthOf(o orders.Order, ret, id string) (sum money.Bag) {
	for _, l := range o.Lines {
		if l.ID == id {
			l = o.Return(ret).Out(l)
			sum = sum.Add(inclusive(o, part(l.UnitPrice, l.Discount(), l.Quantity, l.Quantity), taxOf(l, l.Quantity)))
		}
	}
	return sum
}

// dueOf are the refunds of o that have documents of their own, by facts of the
// order's, oldest first.
func dueOf(o orders.Order, f orders.Facts) []orders.Refund {
	var out []orders.Refund
	for _, r := range o.Refunds {
		if o.Standing(r) != orders.Removal && f.Counts(r.ID) {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b orders.Refund) int {
		if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
			return c
		}
		if c := len(a.ID) - len(b.ID); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}
