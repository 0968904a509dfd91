package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"backroom/shared/fault"
	"backroom/shared/inventory"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/task/tasktest"
)

// faulted is a world in the hands of a suite. Each record is a variant with an item of
// its own, stocked at two places.
type faulted struct {
	*world
	kit *tasktest.Kit
	bad string // the inventory item that cannot be read
	n   int
}

func variantOf(i int) string { return fmt.Sprint(100 + i) }

func open(t *testing.T, k *tasktest.Kit, n, bad int) *faulted {
	t.Helper()
	f := &faulted{newWorld(t), k, "", n}
	f.Clock, f.table, f.guard, f.call = k.Clock, k.Table(), k.Guard(), k.Call
	if f.group = 0; n > 4 {
		f.group = 3
	}
	for i := range n {
		item := fmt.Sprint("I", i)
		f.good(variantOf(i), item, "", "")
		f.has(item, "", "MAIN", int64(10+i))
		f.has(item, "", "SHOP", int64(i+1))
		if i == bad {
			f.bad = "9" + variantOf(i)
			f.broken[f.bad] = errors.New("cannot be read")
		}
	}
	f.sell(variantOf(0), main, 2).imported = true
	f.sell(variantOf(1), main, 1).imported = true
	return f
}

func (f *faulted) Task() jobqueue.Task {
	f.table = f.kit.Table()
	return f.task()
}

func (f *faulted) Heal() { delete(f.broken, f.bad) }

func (f *faulted) Echo() {}

func (f *faulted) Holds() map[int][]string {
	h := map[int][]string{}
	for i := range f.n {
		for _, at := range []string{main, store} {
			h[i] = append(h[i], fmt.Sprintf("%d at %s", f.available(variantOf(i), at), at))
		}
	}
	is, err := (&issue.Store{Table: f.kit.Stored()}).List(context.Background(), tasktest.Shop)
	if err != nil {
		f.kit.T.Fatalf("%v", err)
	}
	for _, i := range is {
		h[tasktest.Common] = append(h[tasktest.Common], i.Record+" "+string(i.Reason))
	}
	return h
}

func TestTask(t *testing.T) {
	tasktest.Run(t, tasktest.Suite{
		Task: inventory.TaskName, Records: 4, Paged: 9, Idle: 1, Writes: 4, Stride: 1,
		Open: func(k *tasktest.Kit, n, bad int) tasktest.World { return open(t, k, n, bad) },
	})
}

var lostAnswer = &fault.Error{Op: "side", Kind: fault.Unknown, Err: errors.New("no answer")}

// truth is what is left of a good at a place: the stock without what anybody has sold
// and not shipped, whether the company knows of it or not. It knows nothing of how the
// task comes to it.
func (w *world) truth(variant, place string, other map[string]int) int {
	var g inventory.Good
	for _, o := range w.goods {
		if o.Variant == variant {
			g = o
		}
	}
	codes := map[string][]string{main: {"MAIN", "EAST"}, store: {"SHOP"}}[place]
	left := 0
	for _, code := range codes {
		left += int(w.row(g.Item, g.Code, code).Quantity.IntPart()) - other[g.Item+g.Code+code]
	}
	for _, o := range w.orders {
		for _, b := range w.goods {
			if b.Variant == o.variant && b.Item == g.Item && b.Code == g.Code && o.location == place && !o.shipped && !o.gone {
				left -= o.units * perOf(b)
			}
		}
	}
	if left < 0 {
		return 0
	}
	return left / perOf(g)
}

func perOf(g inventory.Good) int {
	if g.Unit == "BOX" {
		return 12
	}
	return 1
}

// Whatever is sold, imported, booked, shipped, cancelled, counted and lost, and
// whenever stock is sent: what is promised to open orders is counted once. Nothing
// more is offered than is left, and at rest just that.
func TestPromisedIsCountedOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		w.good("1", "TEA", "", "")
		w.good("2", "TEA", "", "BOX")
		w.good("3", "CUP", "RED", "")
		other := map[string]int{} // sold by others than the shop
		w.has("TEA", "", "MAIN", 60)
		w.has("CUP", "RED", "EAST", 9)
		w.has("CUP", "RED", "SHOP", 4)
		lose, busy := 0, false
		pick := func(fits func(*order) bool) *order {
			var os []*order
			for _, o := range w.orders {
				if !o.gone && fits(o) {
					os = append(os, o)
				}
			}
			if len(os) == 0 {
				return nil
			}
			return rapid.SampledFrom(os).Draw(rt, "order")
		}
		// moves are what may happen while stock is being sent, too.
		moves := func(what string) {
			switch what {
			case "sell":
				v := rapid.SampledFrom([]string{"1", "2", "3"}).Draw(rt, "variant")
				at := rapid.SampledFrom([]string{main, store}).Draw(rt, "place")
				if n := w.available(v, at); n > 0 {
					w.sell(v, at, rapid.IntRange(1, n).Draw(rt, "units"))
				}
			case "import":
				for _, o := range w.orders { // in their order, as the import does
					o.imported = true
				}
			case "book":
				if o := pick(func(o *order) bool { return o.imported && o.booked.IsZero() }); o != nil {
					w.book(o)
				}
			case "ship":
				if o := pick(func(o *order) bool { return !o.booked.IsZero() && !o.shipped }); o != nil {
					w.ship(o)
				}
			case "cancel":
				if o := pick(func(o *order) bool { return o.booked.IsZero() }); o != nil {
					w.cancel(o)
				}
			}
		}
		w.call = func(writes bool, do func() error) error {
			if busy && rapid.IntRange(0, 3).Draw(rt, "meanwhile") == 0 {
				moves(rapid.SampledFrom([]string{"sell", "book", "import"}).Draw(rt, "move"))
			}
			err := do()
			if writes && lose > 0 {
				if lose--; err == nil {
					return lostAnswer
				}
			}
			return err
		}
		for range rapid.IntRange(1, 14).Draw(rt, "events") {
			w.Advance(time.Minute)
			switch what := rapid.SampledFrom([]string{"sell", "sell", "import", "book", "ship", "cancel", "count", "other", "lose", "edit", "run", "run"}).Draw(rt, "event"); what {
			case "count":
				w.has("TEA", "", "MAIN", int64(rapid.IntRange(-3, 80).Draw(rt, "stock")))
			case "other":
				r := w.row("CUP", "RED", "EAST")
				r.Sold, other["CUPREDEAST"] = r.Sold.Add(decimal.NewFromInt(1)), other["CUPREDEAST"]+1
			case "lose":
				lose = rapid.IntRange(1, 2).Draw(rt, "answers")
			case "edit":
				w.setAvailable("3", store, rapid.IntRange(0, 20).Draw(rt, "by hand"))
			case "run":
				busy = rapid.Bool().Draw(rt, "busy")
				_, err := w.try() // whether it fails is its own affair
				if !busy && err == nil && w.available("3", main) != w.truth("3", main, other) {
					rt.Fatalf("after a run %d of 3 are available, %d are left", w.available("3", main), w.truth("3", main, other))
				}
				busy = false
			default:
				moves(what)
			}
		}
		lose = 0
		w.run(rt)
		w.Advance(time.Minute)
		w.run(rt, all)
		for _, g := range w.goods {
			for _, at := range []string{main, store} {
				got, want := w.available(g.Variant, at), w.truth(g.Variant, at, other)
				if got != want && (want > 0 || got > 0) {
					rt.Fatalf("%s at %s: %d available, %d are left", g.Name, at, got, want)
				}
			}
		}
		// Without a look at everything nothing more is offered either, whatever comes in
		// between, once the orders are imported.
		w.Advance(time.Minute)
		busy = true
		_, _ = w.try()
		busy = false
		w.Advance(time.Minute)
		moves("import")
		w.run(rt)
		for _, g := range w.goods {
			for _, at := range []string{main, store} {
				if got, want := w.available(g.Variant, at), w.truth(g.Variant, at, other); got > want {
					rt.Fatalf("%s at %s in the end: %d available, %d are left", g.Name, at, got, want)
				}
			}
		}
	})
}
