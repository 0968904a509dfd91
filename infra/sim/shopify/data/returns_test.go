package data_test

import (
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/shopify/data"
)

// sent is four(), shipped two and two.
func sent() *data.Order {
	o := four()
	o.FulfillmentOrders[0].Status, o.FulfillmentOrders[0].Lines[0].Remaining = "CLOSED", 0
	for i := range int64(2) {
		o.Fulfillments = append(o.Fulfillments, &data.Fulfillment{ID: 20 + i, Status: "SUCCESS", Lines: []data.FulfillmentLine{{ID: 30 + i, Line: 11, Quantity: 2}}})
	}
	return o
}

func hat(price string) []*data.Line {
	return []*data.Line{{Title: "Hat", Variant: 8, Quantity: 1, UnitPrice: euros(price), RequiresShipping: true}}
}

func TestReturnIsProcessed(t *testing.T) {
	later := now.Add(time.Hour)
	for _, c := range []struct {
		name, exchange    string // what a hat that goes out costs; "" is none
		units             int
		refunded, worth   string
		current, current0 string // total, and units of the line
	}{
		{"a unit comes back", "", 1, "20", "20", "65", "3"},
		{"three do, over two shipments", "", 3, "60", "60", "25", "1"},
		{"one is exchanged for less", "15", 1, "5", "20", "80", "3"},
		{"one is exchanged for as much", "20", 1, "0", "20", "85", "3"},
		{"one is exchanged for more", "50", 1, "0", "20", "115", "3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, next := sent(), counter()
			was := o.UpdatedAt
			var out []*data.Line
			if c.exchange != "" {
				out = hat(c.exchange)
			}
			if err := o.OpenReturn(later, map[int64]int{11: c.units}, out, true, next); err != nil {
				t.Fatal(err)
			}
			if o.ReturnStatus != "RETURN_REQUESTED" || o.Returns[0].Reverse != nil {
				t.Errorf("requested: %s", o.ReturnStatus)
			}
			if err := o.MoveReturn(0, "approve", later, next); err != nil {
				t.Fatal(err)
			}
			if err := o.Dispose(0, 11, data.Disposition{Type: "RESTOCKED", Quantity: c.units, Location: 1}, next); err != nil {
				t.Fatal(err)
			}
			if !o.UpdatedAt.Equal(was) || o.ReturnStatus != "IN_PROGRESS" {
				t.Errorf("approving and disposing moved the update time to %s, status %s", o.UpdatedAt, o.ReturnStatus)
			}
			if err := o.ProcessReturn(0, data.Reversal{At: later}, 0, next); err != nil {
				t.Fatal(err)
			}
			f, sums := o.Refunds[0], o.Totals()
			if f.ReturnID != o.Returns[0].ID || f.Lines[0].RestockType != "RETURN" || !f.Lines[0].Subtotal.Shop.Equal(dec(c.worth)) || !sums.Refunded.Shop.Equal(dec(c.refunded)) {
				t.Errorf("refunded %s by %+v", sums.Refunded.Shop, f)
			}
			if !sums.CurrentPrice.Shop.Equal(dec(c.current)) || o.Line(11).Current() != int(dec(c.current0).IntPart()) || !o.UpdatedAt.Equal(later) {
				t.Errorf("left are %s and %d units, want %s and %s", sums.CurrentPrice.Shop, o.Line(11).Current(), c.current, c.current0)
			}
			if o.ReturnStatus != "IN_PROGRESS" {
				t.Errorf("processing closed it: %s", o.ReturnStatus)
			}
			if err := o.MoveReturn(0, "close", later, next); err != nil || o.ReturnStatus != "RETURNED" {
				t.Errorf("closed: %s, %v", o.ReturnStatus, err)
			}
		})
	}
}

func TestReturnRefused(t *testing.T) {
	open := func(o *data.Order, next func() int64) error {
		return o.OpenReturn(now, map[int64]int{11: 1}, nil, false, next)
	}
	for _, c := range []struct {
		name string
		do   func(o *data.Order, next func() int64) error
		want string
	}{
		{"more than was shipped", func(o *data.Order, next func() int64) error {
			return o.OpenReturn(now, map[int64]int{11: 5}, nil, false, next)
		}, "cannot be returned"},
		{"a line that is not there", func(o *data.Order, next func() int64) error {
			return o.OpenReturn(now, map[int64]int{99: 1}, nil, false, next)
		}, "cannot be returned"},
		{"nothing", func(o *data.Order, next func() int64) error { return o.OpenReturn(now, nil, nil, false, next) }, "needs a line"},
		{"of a cancelled order", func(o *data.Order, next func() int64) error {
			o.Cancel(now, "", false, next)
			return open(o, next)
		}, "cancelled"},
		{"units that another return has", func(o *data.Order, next func() int64) error {
			_ = o.OpenReturn(now, map[int64]int{11: 3}, nil, false, next)
			return o.OpenReturn(now, map[int64]int{11: 2}, nil, false, next)
		}, "cannot be returned"},
		{"declined once it is open", func(o *data.Order, next func() int64) error {
			_ = open(o, next)
			return o.MoveReturn(0, "decline", now, next)
		}, "INVALID_STATE"},
		{"cancelled once it is processed", func(o *data.Order, next func() int64) error {
			_ = open(o, next)
			_ = o.ProcessReturn(0, data.Reversal{At: now}, 0, next)
			return o.MoveReturn(0, "cancel", now, next)
		}, "INVALID_STATE"},
		{"processed twice", func(o *data.Order, next func() int64) error {
			_ = open(o, next)
			_ = o.ProcessReturn(0, data.Reversal{At: now}, 0, next)
			return o.ProcessReturn(0, data.Reversal{At: now, Units: map[int64]int{11: 1}}, 0, next)
		}, "more is processed"},
		{"processed before it is approved", func(o *data.Order, next func() int64) error {
			_ = o.OpenReturn(now, map[int64]int{11: 1}, nil, true, next)
			return o.ProcessReturn(0, data.Reversal{At: now}, 0, next)
		}, "not open"},
		{"more disposed of than came", func(o *data.Order, next func() int64) error {
			_ = open(o, next)
			return o.Dispose(0, 11, data.Disposition{Type: "MISSING", Quantity: 2}, next)
		}, "did not come back"},
		{"a custom line restocked", func(o *data.Order, next func() int64) error {
			o.Line(11).Variant = 0
			_ = open(o, next)
			return o.Dispose(0, 11, data.Disposition{Type: "RESTOCKED", Quantity: 1}, next)
		}, "cannot be restocked"},
		{"a transaction that is not pending", func(o *data.Order, _ func() int64) error { return o.SettleTransaction(0, "SUCCESS", now) }, "pending"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.do(sent(), counter()); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// A refund whose transaction is pending has given nothing back until it settles.
func TestPendingRefundSettles(t *testing.T) {
	for _, status := range []string{"SUCCESS", "FAILURE"} {
		o := sent()
		if err := o.GiveBack(data.Reversal{At: now, Units: map[int64]int{11: 1}, Status: "PENDING"}, counter()); err != nil {
			t.Fatal(err)
		}
		if !o.Totals().Refunded.IsZero() || o.FinancialStatus != "PAID" {
			t.Errorf("pending: %s given back, %s", o.Totals().Refunded.Shop, o.FinancialStatus)
		}
		if err := o.SettleTransaction(0, status, now); err != nil {
			t.Fatal(err)
		}
		if got := o.Totals().Refunded.IsZero(); got != (status == "FAILURE") {
			t.Errorf("%s: %s given back", status, o.Totals().Refunded.Shop)
		}
	}
}
