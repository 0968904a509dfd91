package shopify

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"backroom/shared/memory"
	"backroom/shared/shopify/shoptest"
	"backroom/shared/table"
)

var t0 = shoptest.At("2026-07-01T10:00:00Z")

func TestBucketTake(t *testing.T) {
	b := Bucket{Max: 2000, Available: 500, Rate: 100, At: t0}
	tests := []struct {
		name  string
		b     Bucket
		after time.Duration
		cost  float64
		left  float64
		wait  time.Duration
		dear  bool
	}{
		{"enough above the reserve", b, 0, 300, 200, 0, false},
		{"the reserve is not touched", b, 0, 301, 500, 10 * time.Millisecond, false},
		{"refilled since", b, 3 * time.Second, 600, 200, 0, false},
		{"never above the size", b, time.Hour, 100, 1900, 0, false},
		{"never above what is not held", Bucket{Max: 2000, Available: 500, Rate: 100, At: t0, Held: 600}, time.Hour, 100, 1300, 0, false},
		{"a clock that went back refills nothing", b, -time.Hour, 301, 500, 10 * time.Millisecond, false},
		{"all but the reserve", Bucket{Max: 2000, Available: 2000, Rate: 100, At: t0}, 0, 1800, 200, 0, false},
		{"more than it ever holds", b, 0, 1801, 500, 0, true},
		{"restores nothing", Bucket{Max: 2000, Available: 500, At: t0}, 0, 400, 500, time.Minute, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			after, wait, err := tt.b.Take(t0.Add(tt.after), tt.cost)
			if after.Available != tt.left || wait != tt.wait || errors.Is(err, ErrTooDear) != tt.dear {
				t.Errorf("Take = %v left, wait %v, %v; want %v, %v, too dear %t", after.Available, wait, err, tt.left, tt.wait, tt.dear)
			}
		})
	}
}

// After the wait that Take asks for, the same Take succeeds, and a moment before it does not.
func TestBucketWaitIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := Bucket{
			Max: float64(rapid.IntRange(100, 20000).Draw(t, "max")), Rate: float64(rapid.IntRange(1, 1000).Draw(t, "rate")), At: t0,
		}
		b.Available = rapid.Float64Range(-500, b.Max).Draw(t, "available")
		cost := rapid.Float64Range(1, b.Max-reserve*b.Max).Draw(t, "cost")
		after, wait, err := b.Take(t0, cost)
		if err != nil {
			t.Fatal(err)
		}
		if wait == 0 {
			if after.Available < reserve*b.Max-1e-6 {
				t.Fatalf("%v left, the reserve is %v", after.Available, reserve*b.Max)
			}
			return
		}
		if _, w, _ := b.Take(t0.Add(wait), cost); w > time.Microsecond {
			t.Fatalf("after waiting %v another %v", wait, w)
		}
		if _, w, _ := b.Take(t0.Add(wait/2), cost); w == 0 && wait > time.Microsecond {
			t.Fatalf("half of %v was enough", wait)
		}
	})
}

// shopBucket is Shopify's own bucket: the truth that grants must respect.
type shopBucket struct {
	max, level, rate float64
	at               time.Time
}

func (s *shopBucket) advance(now time.Time) {
	s.level = min(s.max, s.level+s.rate*now.Sub(s.at).Seconds())
	s.at = now
}

// However many tasks take, spend, are cut off and come back, Shopify's bucket
// never runs below what is left for others, once its state is known.
func TestGrantsNeverOverdraw(t *testing.T) {
	open := map[string]func(now func() time.Time) Grants{
		"in process": func(func() time.Time) Grants { return &SharedGrants{} },
		"in table": func(now func() time.Time) Grants {
			return NewGrantsInTable(memory.NewTable(now), "my-shop.myshopify.com", "app")
		},
	}
	for name, open := range open {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				now := t0
				g := open(func() time.Time { return now })
				shop := &shopBucket{max: float64(rapid.SampledFrom([]int{1000, 2000, 4000, 20000}).Draw(rt, "max")), at: now}
				shop.level, shop.rate = shop.max, shop.max/20
				tasks := make([]*purse, rapid.IntRange(1, 4).Draw(rt, "tasks"))
				for i := range tasks {
					tasks[i] = newPurse(g, fmt.Sprint(i), func() time.Time { return now })
				}
				// One answer makes the state known, as it does for real.
				know := func(p *purse) {
					p.settle(-1, 0, 0, Status{Max: shop.max, Available: shop.level, Rate: shop.rate, At: now})
				}
				know(tasks[0])
				if _, _, err := tasks[0].take(t.Context(), 1); err != nil {
					rt.Fatal(err)
				}
				for range rapid.IntRange(1, 120).Draw(rt, "steps") {
					now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(rt, "ms")) * time.Millisecond)
					shop.advance(now)
					p := tasks[rapid.IntRange(0, len(tasks)-1).Draw(rt, "task")]
					cost := float64(rapid.IntRange(1, 900).Draw(rt, "cost"))
					wait, no, err := p.take(t.Context(), cost)
					if err != nil {
						rt.Fatal(err)
					}
					if wait > 0 {
						continue
					}
					if shop.level -= cost; shop.level < 0 {
						rt.Fatalf("overdrawn: %v points in the shop's bucket", shop.level)
					}
					actual := math.Floor(cost * rapid.Float64Range(0, 1).Draw(rt, "used"))
					shop.level = min(shop.max, shop.level+cost-actual)
					p.settle(no, cost, actual, Status{Max: shop.max, Available: shop.level, Rate: shop.rate, At: now})
				}
			})
		})
	}
}

// One task alone reaches the rate that the shop restores.
func TestGrantsReachTheRate(t *testing.T) {
	now := t0
	p := newPurse(&SharedGrants{}, "a", func() time.Time { return now })
	shop := &shopBucket{max: 2000, level: 2000, rate: 100, at: now}
	spent := 0.0
	for end := now.Add(10 * time.Minute); now.Before(end); {
		shop.advance(now)
		wait, no, err := p.take(t.Context(), 131)
		if err != nil {
			t.Fatal(err)
		}
		if wait > 0 {
			now = now.Add(wait)
			continue
		}
		spent += 131
		shop.level -= 131
		p.settle(no, 131, 131, Status{Max: shop.max, Available: shop.level, Rate: shop.rate, At: now})
	}
	if spent < 600*100*0.95 {
		t.Errorf("%v points in 10 minutes at 100 a second", spent)
	}
}

// A grant pays for many requests: the table is written once for them.
func TestGrantsAreCoarse(t *testing.T) {
	now := t0
	counted := &countingTable{Table: memory.NewTable(func() time.Time { return now })}
	p := newPurse(NewGrantsInTable(counted, "my-shop.myshopify.com", "app"), "a", func() time.Time { return now })
	const requests = 100
	for range requests {
		now = now.Add(150 * time.Millisecond)
		wait, no, err := p.take(t.Context(), 13)
		if err != nil || wait > 0 {
			t.Fatalf("wait %v, %v", wait, err)
		}
		p.settle(no, 13, 13, Status{Max: 2000, Available: 1900, Rate: 100, At: now})
	}
	if counted.writes > requests/10 {
		t.Errorf("%d writes for %d requests", counted.writes, requests)
	}
}

func TestGrantsInTableFaults(t *testing.T) {
	now := t0
	ask := Ask{Holder: "a", Now: now, Need: 100}
	boom := errors.New("boom")
	tests := []struct {
		name   string
		errs   []error // of the writes, in order
		writes int
		want   error
	}{
		{"another task wrote first", []error{table.ErrConflict, table.ErrConflict}, 3, nil},
		{"outcome unknown, points count as taken", []error{table.ErrUnknown}, 2, nil},
		{"always in conflict", []error{table.ErrConflict, table.ErrConflict, table.ErrConflict, table.ErrConflict, table.ErrConflict}, 5, table.ErrConflict},
		{"the store's own error", []error{boom}, 1, boom},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &countingTable{Table: memory.NewTable(func() time.Time { return now }), errs: tt.errs}
			g, err := NewGrantsInTable(c, "my-shop.myshopify.com", "app").Grant(t.Context(), ask)
			if !errors.Is(err, tt.want) || tt.want == nil && g.Points < 100 || c.writes != tt.writes {
				t.Errorf("%+v, %v after %d writes; want %v after %d", g, err, c.writes, tt.want, tt.writes)
			}
		})
	}
}

// What another program left in the item does not stop the work.
func TestGrantsInTableBadItem(t *testing.T) {
	tab := memory.NewTable(func() time.Time { return t0 })
	g := NewGrantsInTable(tab, "my-shop.myshopify.com", "app")
	if err := tab.Write(t.Context(), table.Put(table.Item{Key: g.account.Key, Data: []byte("?")}, table.Always)); err != nil {
		t.Fatal(err)
	}
	if got, err := g.Grant(t.Context(), Ask{Holder: "a", Now: t0, Need: 10}); err != nil || got.Points < 10 {
		t.Errorf("%+v, %v", got, err)
	}
}

// countingTable counts the writes and fails the first ones, without effect.
type countingTable struct {
	table.Table
	writes int
	errs   []error
}

func (c *countingTable) Write(ctx context.Context, ops ...table.Op) error {
	c.writes++
	if c.writes <= len(c.errs) {
		return c.errs[c.writes-1]
	}
	return c.Table.Write(ctx, ops...)
}
