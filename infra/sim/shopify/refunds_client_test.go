package shopify_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/orders"
	"backroom/shared/testclock"
	"backroom/shared/usage"
	"backroom/shared/wiring"
)

// readBack reads an order with what was given back of it.
func readBack(t *testing.T, c *wiring.Storefront, id int64) orders.Order {
	t.Helper()
	read, err := c.Orders.Orders(t.Context(), []string{strconv.FormatInt(id, 10)})
	if err != nil || len(read.Orders) != 1 {
		t.Fatalf("%+v, %v", read, err)
	}
	o := read.Orders[0]
	back, err := c.Orders.Refunds(t.Context(), read.Orders)
	if err != nil || len(back.Unread) > 0 {
		t.Fatalf("%+v, %v", back, err)
	}
	return o.With(back.Of[o.ID])
}

// giveBack does something with a shipped order that gives back of it, and names it.
func giveBack(r *rand.Rand, s *shopify.Shop, o *data.Order) (what string, err error) {
	units := map[int64]int{}
	for _, l := range o.Lines {
		if n := l.Current(); n > 0 && (len(units) == 0 || r.IntN(2) == 0) {
			units[l.ID] = 1 + r.IntN(n)
		}
	}
	shipping := map[int64]data.Bag{}
	for _, l := range o.ShippingLines {
		if net := l.Net(); !l.Removed && net.Shop.IsPositive() && len(o.Refunds) == 0 {
			shipping[l.ID] = net
		}
	}
	if len(units) == 0 {
		return "", errors.New("nothing is left of it")
	}
	switch r.IntN(6) {
	case 0:
		_, err = s.RefundOrder(o.ID, data.Reversal{Units: units, RestockType: "NO_RESTOCK"})
		return "no restock", err
	case 1:
		_, err = s.RefundOrder(o.ID, data.Reversal{Units: units, Shipping: shipping, Status: "PENDING"})
		return "units and shipping, pending", err
	case 2:
		_, err = s.RefundOrder(o.ID, data.Reversal{Units: units, Worthless: true})
		return "units of no subtotal", err
	case 3:
		_, err = s.RefundOrder(o.ID, data.Reversal{Amount: &data.Bag{Shop: decimal.RequireFromString("1"), Presentment: decimal.RequireFromString("1")}})
		return "money alone", err
	}
	var out []*data.Line
	what = "a return"
	if r.IntN(2) == 0 {
		what = "an exchange"
		price := data.Bag{Shop: decimal.RequireFromString("7.50"), Presentment: decimal.RequireFromString("7.50")}
		out = []*data.Line{{Title: "Hat", Quantity: 1 + r.IntN(2), UnitPrice: price, RequiresShipping: true, Taxes: o.Lines[0].Taxes}}
	}
	if _, err = s.ReturnOrder(o.ID, shopify.Returning{Do: "open", Units: units, Exchange: out}); err != nil {
		return what, err
	}
	_, err = s.ReturnOrder(o.ID, shopify.Returning{Do: "process"})
	return what, err
}

// Undoing the refunds of an order gives the order that was there before them, to
// the cent, whatever they gave back.
func TestUndoneRefundsGiveTheOrderAsSold(t *testing.T) {
	w := newWorld(t, func(c *shopify.Config) {
		c.Shops, c.Rate = []*data.Data{data.RandomOf(11, testclock.Monday, 80, data.Kinds()...)}, 1e6
	})
	c := connect(t, w)
	seen := map[string]int{}
	for i, o := range w.shop.Orders() {
		r := rand.New(rand.NewPCG(7, uint64(i)))
		if _, err := w.shop.FulfilOrder(o.ID, shopify.Fulfilling{Do: "ship"}); err != nil || len(o.Refunds) > 0 || !o.CancelledAt.IsZero() {
			continue
		}
		before := readBack(t, c, o.ID)
		did := ""
		for range 1 + r.IntN(3) {
			w.Advance(time.Minute)
			if what, err := giveBack(r, w.shop, w.shop.Order(o.ID)); err == nil {
				did += what + "; "
				seen[what]++
			}
		}
		if did == "" {
			continue
		}
		after := readBack(t, c, o.ID)
		sold, ok := after.Sold(func(orders.Refund) bool { return true })
		reason, changes := orders.FactsOf(before).ConflictWith(orders.FactsOf(sold))
		if !ok || reason != "" {
			t.Errorf("%s after %s%v", o.Name, did, changes)
		}
		if reason, _ = orders.FactsOf(before).ConflictWith(orders.FactsOf(after)); reason == "" {
			t.Errorf("%s after %s shows no change as it is", o.Name, did)
		}
		if sold.CurrentTotal.Presentment.Value.Cmp(before.CurrentTotal.Presentment.Value) != 0 || len(sold.Refunds) > 0 {
			t.Errorf("%s after %s: %s, before it was %s", o.Name, did, sold.CurrentTotal.Presentment.Value, before.CurrentTotal.Presentment.Value)
		}
	}
	t.Log(seen)
	if len(seen) < 6 {
		t.Errorf("only %v was given back", seen)
	}
}

// What is read of refunds is what was put in, long ones too, and costs nothing of
// orders that have none.
func TestRefundsAreRead(t *testing.T) {
	d := data.Bulk(testclock.Monday, 3)
	long := d.Orders[1]
	for i := range int64(130) {
		l := *long.Lines[0]
		l.ID, l.Quantity, l.Allocations, l.Taxes = 900_000+i, 1, nil, nil
		long.Lines = append(long.Lines, &l)
	}
	w := newWorld(t, func(c *shopify.Config) { c.Shops, c.Rate = []*data.Data{d}, 1e6 })
	c := connect(t, w)
	units := map[int64]int{}
	for _, l := range w.shop.Order(long.ID).Lines {
		units[l.ID] = 1
	}
	at := w.shop.Order(d.Orders[0].ID).FulfillmentOrders[0].Location
	if _, err := w.shop.RefundOrder(long.ID, data.Reversal{Units: units, Amount: &data.Bag{Shop: decimal.RequireFromString("3"), Presentment: decimal.RequireFromString("3")}}); err != nil {
		t.Fatal(err)
	}
	back := readBack(t, c, long.ID)
	r := back.Refunds[0]
	if len(r.Lines) != len(units) || !r.Detailed || len(r.Adjustments) != 1 || len(r.Transactions) != 1 || !r.Amount.Shop.Value.Equal(decimal.RequireFromString("3")) {
		t.Errorf("%d lines of %d, %d adjustments: %+v", len(r.Lines), len(units), len(r.Adjustments), r.Amount)
	}
	other := d.Orders[0]
	for _, do := range []shopify.Returning{
		{Do: "open", Units: map[int64]int{other.Lines[0].ID: 1}, Exchange: []*data.Line{{Title: "Hat", Quantity: 1, UnitPrice: data.Bag{Shop: decimal.RequireFromString("1"), Presentment: decimal.RequireFromString("1")}}}},
		{Do: "dispose", Line: other.Lines[0].ID, Type: "RESTOCKED", Quantity: 1, Location: at},
		{Do: "process"},
	} {
		if _, err := w.shop.FulfilOrder(other.ID, shopify.Fulfilling{Do: "ship"}); do.Do == "open" && err != nil {
			t.Fatal(err)
		}
		if _, err := w.shop.ReturnOrder(other.ID, do); err != nil {
			t.Fatal(err)
		}
	}
	got := readBack(t, c, other.ID)
	ret := got.Return(got.Refunds[0].ReturnID)
	want := fmt.Sprint([]orders.Disposition{{LineID: strconv.FormatInt(other.Lines[0].ID, 10), Type: "RESTOCKED", Quantity: 1, Location: strconv.FormatInt(at, 10)}})
	if ret == nil || ret.Status != "OPEN" || len(ret.Lines) != 1 || len(ret.Exchanged) != 1 || fmt.Sprint(ret.Disposed) != want || !got.Unsettled() {
		t.Errorf("%+v, want %s", ret, want)
	}
	w.shop.SetScopes([]string{"read_orders", "read_products", "read_customers", "read_locations"})
	if hidden := readBack(t, c, other.ID); len(hidden.Returns) != 0 || len(hidden.Hidden) == 0 {
		t.Errorf("without read_returns: %+v, hidden %v", hidden.Returns, hidden.Hidden)
	}
	ctx, used := usage.Begin(t.Context())
	if _, err := c.Orders.Refunds(ctx, nil); err != nil || used.Count().ShopifyRequests != 0 {
		t.Errorf("nothing to ask about took %d requests, %v", used.Count().ShopifyRequests, err)
	}
}

// However many returns an order has, all of them are read: those that are over too.
func TestManyReturnsAreRead(t *testing.T) {
	const n = 12
	d := data.Bulk(testclock.Monday, 1)
	o := d.Orders[0]
	o.Lines[0].Quantity = n
	for _, f := range o.FulfillmentOrders {
		for _, l := range f.Lines {
			if l.Line == o.Lines[0].ID {
				l.Total, l.Remaining = n, n
			}
		}
	}
	o.Transactions[0].Amount, o.Transactions = o.Totals().Price, o.Transactions[:1]
	w := newWorld(t, func(c *shopify.Config) { c.Shops, c.Rate = []*data.Data{d}, 1e6 })
	c := connect(t, w)
	if _, err := w.shop.FulfilOrder(o.ID, shopify.Fulfilling{Do: "ship"}); err != nil {
		t.Fatal(err)
	}
	for range n {
		for _, do := range []shopify.Returning{{Do: "open", Units: map[int64]int{o.Lines[0].ID: 1}}, {Do: "process"}, {Do: "close"}} {
			if _, err := w.shop.ReturnOrder(o.ID, do); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := readBack(t, c, o.ID)
	for _, r := range got.Refunds {
		if ret := got.Return(r.ReturnID); ret == nil || len(ret.Lines) != 1 {
			t.Errorf("return %s of refund %s: %+v", r.ReturnID, r.ID, ret)
		}
	}
	if len(got.Returns) != n || len(got.Refunds) != n {
		t.Errorf("%d returns and %d refunds, want %d of each", len(got.Returns), len(got.Refunds), n)
	}
}

// However long a return is, it is read whole: its lines, what goes out for it, and what
// came back of each of its parcels.
func TestLongReturnIsRead(t *testing.T) {
	const n, parcels = 60, 4
	d := data.Bulk(testclock.Monday, 1)
	o := d.Orders[0]
	f := o.FulfillmentOrders[0]
	for i := range int64(n) {
		l := *o.Lines[0]
		l.ID, l.Quantity, l.Allocations, l.Taxes = 900_000+i, parcels, nil, nil
		o.Lines = append(o.Lines, &l)
		x := *f.Lines[0]
		x.ID, x.Line, x.Total, x.Remaining = 910_000+i, l.ID, parcels, parcels
		f.Lines = append(f.Lines, &x)
	}
	w := newWorld(t, func(c *shopify.Config) { c.Shops, c.Rate = []*data.Data{d}, 1e6 })
	c := connect(t, w)
	one, all := map[int64]int{}, map[int64]int{}
	for i := range int64(n) {
		one[900_000+i], all[900_000+i] = 1, parcels
	}
	for range parcels {
		if _, err := w.shop.FulfilOrder(o.ID, shopify.Fulfilling{Do: "ship", Units: one}); err != nil {
			t.Fatal(err)
		}
	}
	var out []*data.Line
	for i := range 30 {
		out = append(out, &data.Line{Title: fmt.Sprint("Hat ", i), Quantity: 1, UnitPrice: data.Bag{Shop: decimal.NewFromInt(1), Presentment: decimal.NewFromInt(1)}})
	}
	steps := []shopify.Returning{{Do: "open", Units: all, Exchange: out}}
	for line := range all {
		steps = append(steps, shopify.Returning{Do: "dispose", Line: line, Type: "RESTOCKED", Quantity: parcels, Location: f.Location})
	}
	for _, do := range append(steps, shopify.Returning{Do: "process"}) {
		if _, err := w.shop.ReturnOrder(o.ID, do); err != nil {
			t.Fatal(err)
		}
	}
	rs := readBack(t, c, o.ID).Returns
	if len(rs) != 1 || len(rs[0].Exchanged) != len(out) || len(rs[0].Units) != len(out) {
		t.Fatalf("%d returns, %d lines go out", len(rs), len(rs[0].Exchanged))
	}
	back, disposed := map[string]int{}, map[string]int{}
	for _, l := range rs[0].Lines {
		back[l.LineID] += l.Quantity
	}
	for _, x := range rs[0].Disposed {
		disposed[x.LineID] += x.Quantity
	}
	want := map[string]int{}
	for line, units := range all {
		want[strconv.FormatInt(line, 10)] = units
	}
	if !maps.Equal(back, want) || !maps.Equal(disposed, want) {
		t.Errorf("came back %v, and was disposed of %v", back, disposed)
	}
}
