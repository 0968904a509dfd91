package prices_test

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/issue"
	"backroom/shared/prices"
	"backroom/shared/shop"
	"backroom/shared/task"
	"backroom/shared/task/tasktest"
)

var manyVariants = flag.Int("variants", 5_000, "variants of TestMemoryOfManyPrices")

// crowd is a shop and a company of n variants, three a product, each an item of its own.
// They are made as they are asked for, so that nothing but the task holds them.
type crowd struct {
	n    int
	kit  *tasktest.Kit
	full bool  // the shop has the prices that are meant
	from int   // the first variant of the bulk operation that changes
	wide []int // how many variants each of its products has

	base, peak uint64
}

func (c *crowd) look() {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	c.peak = max(c.peak, m.HeapAlloc)
}

func (c *crowd) good(i int) prices.Good {
	return prices.Good{Product: strconv.Itoa(7_000_000_000_000 + i/3), Variant: strconv.Itoa(40_000_000_000_000 + i), Item: fmt.Sprintf("ITEM-%06d", i), Name: fmt.Sprintf("A product of a name (Colour %d)", i%3)}
}

func (c *crowd) price(i int) decimal.Decimal { return decimal.New(int64(1000+i%5000), -2) }

// Priced implements prices.Links.
func (c *crowd) Priced(context.Context, string, []string) (out []prices.Good, err error) {
	for i := range c.n {
		out = append(out, c.good(i))
	}
	return out, nil
}

// Book implements prices.Company: an item has a line of a price list.
func (c *crowd) Book(_ context.Context, _ []string, line func(prices.Line), item func(prices.Item, bool)) error {
	for i := range c.n {
		line(prices.Line{Source: prices.AllCustomers, Item: fmt.Sprintf("ITEM-%06d", i), Price: c.price(i)})
	}
	c.look()
	for i := range c.n {
		item(prices.Item{Number: fmt.Sprintf("ITEM-%06d", i), Base: "PCS", Price: decimal.NewFromInt(1), Cost: decimal.New(int64(500+i%500), -2)}, true)
	}
	c.look()
	return nil
}

func (c *crowd) Profile(context.Context) (prices.Profile, error) {
	c.look()
	return prices.Profile{Currency: "EUR", TimeZone: "Europe/Berlin", Reads: true}, nil
}

func (c *crowd) Shown(context.Context, []string) ([]prices.Shown, error) { return nil, nil }

func (c *crowd) Change(context.Context, prices.Changes) (prices.Answered, error) {
	return prices.Answered{}, nil
}

func (c *crowd) BeginShown(context.Context) (string, error) { return "shown", nil }

func (c *crowd) BeginChanges(_ context.Context, cs []prices.Changes) (string, error) {
	c.look()
	c.wide = nil
	first, err := strconv.Atoi(cs[0].Changes[0].Variant)
	for _, p := range cs {
		c.wide = append(c.wide, len(p.Changes))
	}
	c.from = first - 40_000_000_000_000
	return "changes", err
}

func (c *crowd) Bulk(context.Context, string) (prices.Bulk, error) {
	return prices.Bulk{Ended: true, URL: "x"}, nil
}

func (c *crowd) shown(i int, p decimal.Decimal) prices.Shown {
	return prices.Shown{Variant: strconv.Itoa(40_000_000_000_000 + i), Price: p, Cost: decimal.NewNullDecimal(decimal.New(499, -2))}
}

func (c *crowd) AllShown(_ context.Context, _ prices.Bulk, f func(prices.Shown) error) error {
	for i := range c.n {
		p := decimal.NewFromInt(1)
		if c.full {
			p = c.price(i)
		}
		if err := f(c.shown(i, p)); err != nil {
			return err
		}
		if i == c.n/2 || i == c.n-1 {
			c.look()
		}
	}
	return nil
}

func (c *crowd) AllChanged(_ context.Context, _ prices.Bulk, f func(int, prices.RowAnswer) error) error {
	at := c.from
	for line, n := range c.wide {
		var r prices.RowAnswer
		for range n {
			s := c.shown(at, c.price(at))
			s.Cost = decimal.NewNullDecimal(decimal.New(int64(500+at%500), -2))
			r.Shown = append(r.Shown, s)
			at++
		}
		if err := f(line, r); err != nil {
			return err
		}
		if line == len(c.wide)-1 {
			c.look()
		}
	}
	return nil
}

func (c *crowd) Pause(_ context.Context, d time.Duration) error {
	c.kit.Advance(d)
	return nil
}

// A run holds what it needs of all prices of a shop: 100,000 variants in at most 128 MB,
// when all of them are sent, and when none is.
func TestMemoryOfManyPrices(t *testing.T) {
	k := tasktest.Calm(t)
	c := &crowd{n: *manyVariants, kit: k}
	card, err := shop.Shop{Code: tasktest.Shop, Enabled: true, ConnectedAt: k.Now(), Company: shop.Company{LCY: "EUR"}}.With(prices.Settings{SendPrices: true, SendUnitCosts: true})
	if err != nil {
		t.Fatal(err)
	}
	run := (&prices.Task{
		Deps: task.Deps{
			Card:  func(context.Context, string) (shop.Shop, error) { return card, nil },
			Guard: k.Guard(), Now: k.Now, Timeout: time.Minute, Issues: &issue.Store{Table: k.Table()},
		},
		Table: k.Table(), Links: c,
		Connect: func(shop.Shop) (prices.Sides, error) { return prices.Sides{Company: c, Shop: c}, nil },
	}).Definition().Run
	for _, what := range []string{"changed", "unchanged"} {
		c.peak, c.base = 0, 0
		c.look()
		c.base, c.peak = c.peak, 0
		r := k.Request(prices.TaskName)
		res, err := run.Run(t.Context(), r)
		if err != nil || !res.Done {
			t.Fatalf("%+v, %v", res, err)
		}
		c.look()
		mb := (float64(c.peak) - float64(c.base)) / (1 << 20)
		fmt.Printf("prices_%s_%d_variants %.0f MB\n", what, c.n, mb)
		if want := map[bool]int{true: c.n}[what == "changed"]; res.Counts.Updated != want {
			t.Errorf("%s: %+v", what, res.Counts)
		}
		if limit := float64(c.n) * 128 / 100_000; mb > limit {
			t.Errorf("%s: %.1f MB for %d variants, at most %.1f", what, mb, c.n, limit)
		}
		k.Pass(time.Hour)
		c.full = true
	}
}
