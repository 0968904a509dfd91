package orders

import (
	"context"
	"errors"
	"slices"

	"backroom/shared/fault"
	"backroom/shared/money"
)

// errMoved is of an order that changed between two requests of one reading.
var errMoved = errors.New("the order changes while it is read")

// returned reports whether o may have refunds or returns to read about.
func (o Order) returned() bool {
	return len(o.Refunds) > 0 || o.ReturnStatus != "" && o.ReturnStatus != "NO_RETURN"
}

// refunds completes orders that were read by the details of what was given back of
// them, where the shop card wants those. Most orders have none and cost nothing.
func (s *importing) refunds(ctx context.Context, read Read) (Read, error) {
	var some []Order
	for _, o := range read.Orders {
		if o.returned() {
			some = append(some, o)
		}
	}
	if s.settings.RefundsAndReturns == "" || len(some) == 0 {
		return read, nil
	}
	got, err := s.source.Refunds(ctx, some)
	if err != nil {
		return read, err
	}
	all := read.Orders
	for _, u := range got.Unread {
		if i := slices.IndexFunc(all, func(o Order) bool { return o.ID == u.ID }); i >= 0 {
			u.Name = all[i].Name
		}
		read.Unread = append(read.Unread, u)
	}
	read.Orders = nil
	for _, o := range all {
		g, ok := got.Of[o.ID]
		switch {
		case !o.returned():
		case !ok && slices.ContainsFunc(got.Unread, func(u Unreadable) bool { return u.ID == o.ID }):
			continue
		case !ok || !g.UpdatedAt.Equal(o.UpdatedAt):
			read.Unread = append(read.Unread, Unreadable{ID: o.ID, Name: o.Name, Err: &fault.Error{Op: TaskName, Kind: fault.Transient, Code: "CHANGING", Err: errMoved}})
			continue
		default:
			o = o.With(g)
		}
		read.Orders = append(read.Orders, o)
	}
	return read, nil
}

// wentBack is the money that r has given back: what its transactions that succeeded come
// to. Shopify's own sum is of all transactions, by its description, so that it may hold
// what has failed; it counts where o does not have each of them.
func (o Order) wentBack(r Refund, sum money.Bag) money.Bag {
	if len(r.Transactions) == 0 {
		return sum
	}
	back, n := sum.Sub(sum), 0
	for _, t := range o.Transactions {
		if !slices.Contains(r.Transactions, t.ID) {
			continue
		}
		if n++; t.Kind == "REFUND" && t.Status == "SUCCESS" {
			back = back.Add(t.Amount)
		}
	}
	if n < len(r.Transactions) {
		return sum
	}
	return back
}

// With is o with the details of what was given back of it.
func (o Order) With(g GivenBack) Order {
	o.Returns, o.Hidden = g.Returns, append(slices.Clip(o.Hidden), g.Hidden...)
	o.Refunds = slices.Clone(o.Refunds)
	for i, r := range o.Refunds {
		if at := slices.IndexFunc(g.Refunds, func(d Refund) bool { return d.ID == r.ID }); at >= 0 {
			o.Refunds[i] = g.Refunds[at]
			o.Refunds[i].Amount, o.Refunds[i].Detailed = o.wentBack(g.Refunds[at], r.Amount), true
		}
	}
	return o
}
