package data_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify/data"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func euros(s string) data.Bag { return data.Bag{Shop: dec(s), Presentment: dec(s)} }

// four is an order of 4 × 25.00 with a code of 20.00, taxes of 19 % included, and
// shipping of 5.00, paid.
func four() *data.Order {
	o := &data.Order{
		ID: 1, Name: "#1", Number: 1, CreatedAt: now, UpdatedAt: now, ClosedAt: now, Currency: "EUR", TaxesIncluded: true, FinancialStatus: "PAID",
		Discounts: []data.Discount{{Kind: "code", Title: "TWENTY", Target: "LINE_ITEM", Selection: "ALL", Method: "ACROSS", Amount: dec("20")}},
		Lines: []*data.Line{{
			ID: 11, Title: "Mug", Variant: 7, Quantity: 4, UnitPrice: euros("25"), Taxable: true, RequiresShipping: true,
			Allocations: []data.Allocation{{Amount: euros("20")}}, Taxes: []data.Tax{{Title: "VAT", Rate: dec("0.19"), Price: euros("12.77")}},
		}},
		ShippingLines:     []*data.ShippingLine{{ID: 12, Title: "Standard", Price: euros("5"), Taxes: []data.Tax{{Title: "VAT", Rate: dec("0.19"), Price: euros("0.80")}}}},
		FulfillmentOrders: []*data.FulfillmentOrder{{ID: 13, Status: "OPEN", Location: 1, Lines: []*data.FulfillmentOrderLine{{ID: 14, Line: 11, Total: 4, Remaining: 4}}}},
	}
	o.Transactions = []*data.Transaction{{ID: 15, Kind: "SALE", Status: "SUCCESS", Gateway: "cash", Amount: euros("85")}}
	return o
}

func counter() func() int64 {
	n := int64(100)
	return func() int64 { n++; return n }
}

func TestEdit(t *testing.T) {
	later := now.Add(time.Hour)
	extra := func() *data.Line {
		return &data.Line{Title: "Cap", Variant: 8, Quantity: 2, UnitPrice: euros("10"), Taxable: true, RequiresShipping: true, Taxes: []data.Tax{{Title: "VAT", Rate: dec("0.19")}}}
	}
	for _, c := range []struct {
		name                                         string
		edit                                         data.Edit
		status                                       string
		original, total, current, outstanding        string
		tax, currentTax                              string
		records, recorded, fulfilmentOrders, toShip0 int
	}{
		{"a unit removed", data.Edit{Quantities: map[int64]int{11: 3}}, "PAID", "85", "85", "65", "-20", "13.57", "10.38", 1, 1, 1, 3},
		{"a unit removed, no record", data.Edit{Quantities: map[int64]int{11: 3}, NoRecord: true}, "PAID", "85", "85", "65", "-20", "13.57", "10.38", 0, 0, 1, 3},
		{"all units removed", data.Edit{Quantities: map[int64]int{11: 0}, RestockType: "NO_RESTOCK"}, "PAID", "85", "85", "5", "-80", "13.57", "0.8", 1, 4, 1, 0},
		{"a line added", data.Edit{Add: []*data.Line{extra()}}, "PARTIALLY_PAID", "85", "105", "105", "20", "16.76", "16.76", 0, 0, 2, 4},
		{"two units more", data.Edit{Quantities: map[int64]int{11: 6}}, "PARTIALLY_PAID", "85", "135", "135", "50", "21.56", "21.56", 0, 0, 2, 6},
		{"a discount given", data.Edit{Discounts: []data.LineDiscount{{Line: 11, Title: "Sorry", Amount: euros("8")}}}, "PAID", "85", "77", "77", "-8", "12.3", "12.3", 0, 0, 1, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := four()
			c.edit.At = later
			if err := o.Edit(c.edit, counter()); err != nil {
				t.Fatal(err)
			}
			s := o.Totals()
			for name, x := range map[string]struct {
				got  data.Bag
				want string
			}{
				"original": {s.Original, c.original}, "total": {s.Price, c.total}, "current": {s.CurrentPrice, c.current}, "outstanding": {s.Outstanding, c.outstanding},
				"tax": {s.Tax, c.tax}, "current tax": {s.CurrentTax, c.currentTax},
			} {
				if !same(x.got, euros(x.want)) {
					t.Errorf("%s %s, want %s", name, x.got.Shop, x.want)
				}
			}
			units := 0
			for _, r := range o.Refunds {
				if len(r.Transactions) > 0 {
					t.Error("an edit moved money")
				}
				for _, l := range r.Lines {
					units += l.Quantity
				}
			}
			if len(o.Refunds) != c.records || units != c.recorded || len(o.FulfillmentOrders) != c.fulfilmentOrders || o.Open(11) != c.toShip0 {
				t.Errorf("%d records of %d units, %d fulfilment orders, %d to ship", len(o.Refunds), units, len(o.FulfillmentOrders), o.Open(11))
			}
			if !o.Edited || !o.ClosedAt.IsZero() || !o.UpdatedAt.Equal(later) || o.FinancialStatus != c.status || len(o.Transactions) != 1 {
				t.Errorf("edited %v, closed %v, updated %v, %s, %d transactions", o.Edited, o.ClosedAt, o.UpdatedAt, o.FinancialStatus, len(o.Transactions))
			}
		})
	}
}

func TestEditRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(*data.Order)
		edit   data.Edit
		want   string
	}{
		{"cancelled", func(o *data.Order) { o.CancelledAt = now }, data.Edit{Quantities: map[int64]int{11: 1}}, "cancelled"},
		{"no changes", nil, data.Edit{Quantities: map[int64]int{11: 4}}, "no changes"},
		{"unknown line", nil, data.Edit{Quantities: map[int64]int{9: 4}}, "no line 9"},
		{"below zero", nil, data.Edit{Quantities: map[int64]int{11: -1}}, "below 0"},
		{"shipped", func(o *data.Order) { o.FulfillmentOrders[0].Lines[0].Remaining = 1 }, data.Edit{Quantities: map[int64]int{11: 2}}, "shipped"},
		{"discount above the line", nil, data.Edit{Discounts: []data.LineDiscount{{Line: 11, Amount: euros("81")}}}, "does not fit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := four()
			if c.before != nil {
				c.before(o)
			}
			if err := o.Edit(c.edit, counter()); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if o.Edited || len(o.Refunds) > 0 || o.OriginalPrice != nil {
				t.Error("refused, but something was changed")
			}
		})
	}
}

// Whatever is taken off in whatever parts, the records make up what the totals lost.
func TestRecordsMakeUpWhatIsLost(t *testing.T) {
	edited := 0
	for seed := range uint64(20) {
		for _, o := range data.Random(seed, now, 60).Orders {
			l := o.Lines[len(o.Lines)-1]
			if o.Edited || len(o.Refunds) > 0 || !o.CancelledAt.IsZero() || l.Quantity < 2 || !l.RequiresShipping || o.Open(l.ID) < l.Quantity {
				continue
			}
			before, next := o.Totals(), counter()
			for n := l.Quantity - 1; n >= 0; n-- {
				if err := o.Edit(data.Edit{At: now, Quantities: map[int64]int{l.ID: n}}, next); err != nil {
					t.Fatal(err)
				}
			}
			var sub, tax data.Bag
			for _, r := range o.Refunds {
				for _, x := range r.Lines {
					sub, tax = sub.Add(x.Subtotal), tax.Add(x.Tax)
				}
			}
			after := o.Totals()
			if !same(before.CurrentSubtotal.Sub(after.CurrentSubtotal), sub) || !same(before.CurrentTax.Sub(after.CurrentTax), tax) || !same(before.Price, after.Price) || !same(before.Tax, after.Tax) {
				t.Errorf("seed %d, %s: records of %s and %s", seed, o.Name, sub.Shop, tax.Shop)
			}
			edited++
		}
	}
	if edited < 100 {
		t.Errorf("only %d orders edited", edited)
	}
}

func TestGiveBack(t *testing.T) {
	for _, c := range []struct {
		name              string
		r                 data.Reversal
		status, kind      string
		refunded, current string
		adjusted          string
	}{
		{"a unit", data.Reversal{Units: map[int64]int{11: 1}}, "PARTIALLY_REFUNDED", "CANCEL", "20", "65", ""},
		{"a unit and shipping", data.Reversal{Units: map[int64]int{11: 1}, Shipping: map[int64]data.Bag{12: euros("5")}, RestockType: "NO_RESTOCK"}, "PARTIALLY_REFUNDED", "NO_RESTOCK", "25", "60", ""},
		{"everything", data.Reversal{Units: map[int64]int{11: 4}, Shipping: map[int64]data.Bag{12: euros("5")}}, "REFUNDED", "CANCEL", "85", "0", ""},
		{"goodwill", data.Reversal{Amount: new(euros("7"))}, "PARTIALLY_REFUNDED", "", "7", "85", "7"},
		{"goods without money", data.Reversal{Units: map[int64]int{11: 2}, Amount: new(data.Bag)}, "PAID", "CANCEL", "0", "45", "-40"},
		{"not through yet", data.Reversal{Units: map[int64]int{11: 1}, Status: "PENDING"}, "PAID", "CANCEL", "0", "65", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := four()
			if err := o.GiveBack(c.r, counter()); err != nil {
				t.Fatal(err)
			}
			s, r := o.Totals(), o.Refunds[0]
			var tax data.Bag
			for _, x := range o.TaxLines(true) {
				tax = tax.Add(x.Price)
			}
			if !same(tax, s.CurrentTax) {
				t.Errorf("current tax lines make %s of %s", tax.Shop, s.CurrentTax.Shop)
			}
			if o.FinancialStatus != c.status || !same(s.Refunded, euros(c.refunded)) || !same(s.CurrentPrice, euros(c.current)) || !same(s.Price, euros("85")) {
				t.Errorf("%s, refunded %s, current %s of %s", o.FinancialStatus, s.Refunded.Shop, s.CurrentPrice.Shop, s.Price.Shop)
			}
			if c.kind != "" && r.Lines[0].RestockType != c.kind {
				t.Errorf("restock type %s", r.Lines[0].RestockType)
			}
			if c.adjusted == "" != (len(r.Adjustments) == 0) || c.adjusted != "" && !same(r.Adjustments[0].Amount, euros(c.adjusted)) {
				t.Errorf("adjustments %+v, want %q", r.Adjustments, c.adjusted)
			}
		})
	}
	if err := four().GiveBack(data.Reversal{Units: map[int64]int{11: 5}}, counter()); err == nil {
		t.Error("five of four units are given back")
	}
}

// Nothing is left of a cancelled order but what was paid for it, unless that was
// given back or was never taken.
func TestCancel(t *testing.T) {
	for _, c := range []struct {
		name     string
		before   func(*data.Order)
		refund   bool
		status   string
		received string
		refunded string
		kinds    string
	}{
		{"paid, kept", nil, false, "PAID", "85", "0", "SALE"},
		{"paid, given back", nil, true, "REFUNDED", "85", "85", "SALE REFUND"},
		{"refunded in part before", func(o *data.Order) {
			if err := o.GiveBack(data.Reversal{At: now, Units: map[int64]int{11: 1}, Shipping: map[int64]data.Bag{12: euros("2")}}, counter()); err != nil {
				panic(err)
			}
		}, true, "REFUNDED", "85", "85", "SALE REFUND REFUND"},
		{"authorised", func(o *data.Order) { o.Transactions[0].Kind, o.FinancialStatus = "AUTHORIZATION", "AUTHORIZED" }, false, "VOIDED", "0", "0", "AUTHORIZATION VOID"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, at := four(), now.Add(time.Hour)
			if c.before != nil {
				c.before(o)
			}
			o.Cancel(at, "", c.refund, counter())
			s := o.Totals()
			for name, b := range map[string]data.Bag{"subtotal": s.CurrentSubtotal, "shipping": s.CurrentShipping, "tax": s.CurrentTax, "price": s.CurrentPrice, "outstanding": s.Outstanding} {
				if !b.IsZero() {
					t.Errorf("current %s %s", name, b.Shop)
				}
			}
			if !same(s.Price, euros("85")) || !same(s.Received, euros(c.received)) || !same(s.Refunded, euros(c.refunded)) || o.FinancialStatus != c.status {
				t.Errorf("%s: total %s, received %s, refunded %s", o.FinancialStatus, s.Price.Shop, s.Received.Shop, s.Refunded.Shop)
			}
			var kinds []string
			for _, x := range o.Transactions {
				kinds = append(kinds, x.Kind)
			}
			if strings.Join(kinds, " ") != c.kinds || !o.CancelledAt.Equal(at) || !o.ClosedAt.Equal(at) || o.Lines[0].Current() != 0 || o.Open(11) != 0 || o.FulfillmentOrders[0].Status != "CLOSED" {
				t.Errorf("transactions %q, order %+v", kinds, o)
			}
		})
	}
}

// What is added to an order that was shipped is still to ship; what is taken away is not.
func TestStatusFollowsTheUnits(t *testing.T) {
	for _, c := range []struct {
		name    string
		shipped int // of 4
		do      func(o *data.Order, next func() int64) error
		want    string
	}{
		{"a unit added to a shipped order", 4, func(o *data.Order, next func() int64) error {
			return o.Edit(data.Edit{At: now, Quantities: map[int64]int{11: 5}}, next)
		}, "PARTIALLY_FULFILLED"},
		{"the rest edited away", 3, func(o *data.Order, next func() int64) error {
			return o.Edit(data.Edit{At: now, Quantities: map[int64]int{11: 3}}, next)
		}, "FULFILLED"},
		{"the rest refunded", 3, func(o *data.Order, next func() int64) error {
			return o.GiveBack(data.Reversal{At: now, Units: map[int64]int{11: 1}}, next)
		}, "FULFILLED"},
		{"a part of the rest refunded", 2, func(o *data.Order, next func() int64) error {
			return o.GiveBack(data.Reversal{At: now, Units: map[int64]int{11: 1}}, next)
		}, "PARTIALLY_FULFILLED"},
		{"all refunded, nothing shipped", 0, func(o *data.Order, next func() int64) error {
			return o.GiveBack(data.Reversal{At: now, Units: map[int64]int{11: 4}}, next)
		}, "UNFULFILLED"},
	} {
		o, next := four(), counter()
		o.FulfillmentStatus = "UNFULFILLED"
		if c.shipped > 0 {
			f := o.FulfillmentOrders[0]
			o.Ship(now, []data.Part{{From: f, Line: f.Lines[0], Units: c.shipped}}, next)
		}
		if err := c.do(o, next); err != nil || o.FulfillmentStatus != c.want {
			t.Errorf("%s: %s, %v; want %s", c.name, o.FulfillmentStatus, err, c.want)
		}
	}
}
