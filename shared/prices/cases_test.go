package prices_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/prices"
	"backroom/shared/shop"
	"backroom/shared/task/tasktest"
	"backroom/shared/testsize"
)

// Prices reach their variants whatever fails, one by one and in bulk.
func TestLaws(t *testing.T) {
	for name, n := range map[string]int{"by product": 4, "in bulk": 24} {
		t.Run(name, func(t *testing.T) {
			s := tasktest.Suite{
				Task: prices.TaskName, Records: n, Idle: 2, Writes: min(n, 2), Stride: testsize.Of(1, 2, 11), Calls: testsize.Of(1, 1, 7),
				Open: func(k *tasktest.Kit, n, bad int) tasktest.World {
					w := newWorld(k, n, prices.Settings{})
					if bad >= 0 {
						w.tag(bad).refused = true
					}
					return w
				},
			}
			if n < 20 {
				s.Paged = 7
			}
			tasktest.Run(t, s)
		})
	}
}

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func calm(t *testing.T, n int, set prices.Settings) *world {
	t.Helper()
	return newWorld(tasktest.Calm(t), n, set)
}

func (w *world) want(t *testing.T, when string, costs map[int]string, said ...string) {
	t.Helper()
	for _, i := range slices.Sorted(maps.Keys(costs)) {
		if got := w.tag(i).costs(); got != costs[i] {
			t.Errorf("%s: item %d costs %s, want %s", when, i, got, costs[i])
		}
	}
	if got := w.said(); !slices.Equal(got, said) {
		t.Errorf("%s it is said %q, want %q", when, got, said)
	}
}

// What cannot be a price is said by name and stops no other; once it is mended it is sent,
// and nothing is said any more.
func TestBadPrices(t *testing.T) {
	for _, tt := range []struct {
		name, said string
		bad, mend  func(*world)
		blank      string // costs while it is bad; "": 1
	}{
		{"1e9", "price-unusable: 1000000000 EUR", price("1000000000"), price("7"), ""},
		{"negative", "price-unusable: -1 EUR", price("-1"), price("7"), ""},
		{"none", "price-none", price("0"), price("7"), ""},
		{"three decimals", "price-rounded: 6.999 -> 7", price("6.999"), price("7"), "7"},
		{"refused", "price-refused: no such price", func(w *world) { price("7")(w); w.tag(1).refused = true }, (*world).Heal, ""},
		{"another currency in the shop", "price-currency-unknown", func(w *world) {
			for i := range w.book.Items {
				if i != 1 {
					w.line(i, prices.Line{Currency: "USD", Price: w.book.Items[i].Price})
				}
			}
			w.profile.Currency = "USD"
		}, func(w *world) { w.line(1, prices.Line{Currency: "USD", Price: dec("7")}) }, ""},
		{"no rate of tax", "price-tax-unknown", func(w *world) { price("7")(w); w.book.Items[1].IncludesTax = true }, func(w *world) {
			price("8.33")(w)
			w.setCard(prices.Settings{SendPrices: true, PriceTaxPercent: "19"})
		}, ""},
		{"a unit without a price", "price-unit-unknown", func(w *world) { w.goods[1].Unit = "BOX" }, func(w *world) { w.line(1, prices.Line{Unit: "BOX", Price: dec("7")}) }, ""},
		{"unreadable", "price-unread: not a number", func(w *world) {
			price("7")(w)
			w.tag(1).Err = &fault.Error{Op: "side", Kind: fault.Rejected, Merchant: "not a number", Err: errRefused}
		}, func(w *world) { w.tag(1).Err = nil }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := calm(t, 3, prices.Settings{})
			tt.bad(w)
			w.run(t, "")
			blank := tt.blank
			if blank == "" {
				blank = "1"
			}
			w.want(t, "while it is bad", map[int]string{0: "100", 1: blank, 2: "102"}, "8001 "+tt.said)
			w.run(t, "")
			w.want(t, "again", map[int]string{0: "100", 1: blank, 2: "102"}, "8001 "+tt.said)
			tt.mend(w)
			w.kit.Pass(time.Hour)
			w.run(t, "")
			w.want(t, "mended", map[int]string{0: "100", 1: "7", 2: "102"})
		})
	}
}

func price(p string) func(*world) { return func(w *world) { w.book.Items[1].Price = dec(p) } }

func (w *world) line(i int, l prices.Line) {
	l.Source, l.Item = prices.AllCustomers, number(i)
	w.book.Lines = append(w.book.Lines, l)
}

// A price that somebody changes in the shop is put back by the look at all, or stays and
// is said until the company's changes.
func TestEditedPrices(t *testing.T) {
	for _, keep := range []bool{false, true} {
		w := calm(t, 2, prices.Settings{KeepEditedPrices: keep})
		w.run(t, "")
		w.tag(1).Price = dec("55")
		w.run(t, "")
		w.want(t, "before the look", map[int]string{0: "100", 1: "55"})
		w.kit.Pass(24 * time.Hour)
		c := w.run(t, "")
		if !keep {
			if w.want(t, "put back", map[int]string{0: "100", 1: "101"}); c.Updated != 1 {
				t.Errorf("%+v", c)
			}
			continue
		}
		if w.want(t, "kept", map[int]string{0: "100", 1: "55"}, "8001 price-edited"); c.Failed != 0 {
			t.Errorf("%+v", c)
		}
		w.tag(1).Price = dec("56")
		w.run(t, `{"all":true}`)
		w.want(t, "changed again", map[int]string{1: "56"}, "8001 price-edited")
		w.tag(1).Price = dec("101")
		w.run(t, `{"items":["I001"]}`)
		w.want(t, "entered as it was", map[int]string{1: "101"})
		w.tag(1).Price = dec("57")
		w.run(t, `{"all":true}`)
		w.book.Items[1].Price = dec("200")
		w.run(t, "")
		w.want(t, "changed in the company", map[int]string{0: "100", 1: "200"})
	}
}

// Line discounts show the price before them; where the price lists are hidden, compare-at
// prices are the shop's.
func TestCompareAtPrices(t *testing.T) {
	w := calm(t, 2, prices.Settings{SendUnitCosts: true})
	w.book.Items[1].Cost = dec("60")
	w.tag(0).CompareAt = decimal.NewNullDecimal(dec("300"))
	w.line(1, prices.Line{Discount: dec("10"), To: "2026-11-30"})
	w.run(t, "")
	w.want(t, "in November", map[int]string{0: "100", 1: "90.9 instead of 101 for 60"})
	for w.kit.Now().Before(time.Date(2026, 11, 30, 22, 59, 0, 0, time.UTC)) {
		w.kit.Advance(time.Hour)
	}
	w.run(t, "")
	w.want(t, "in December, by the shop's clock", map[int]string{0: "100", 1: "101 for 60"})
	w.book.Lists = false
	w.tag(0).CompareAt = decimal.NewNullDecimal(dec("300"))
	w.book.Items[0].Price = dec("110")
	w.run(t, `{"all":true}`)
	w.want(t, "without lists", map[int]string{0: "110 instead of 300", 1: "101 for 60"})
}

// From 20 products on a bulk operation sends all; what it refuses is known by name, what
// it did not come to is sent by the next try. Where others have its place, products are
// changed one by one.
func TestManyPrices(t *testing.T) {
	w := calm(t, 40, prices.Settings{})
	w.tag(7).refused, w.tag(9).gone = true, true
	c := w.run(t, "")
	w.want(t, "in bulk", map[int]string{0: "100", 7: "1", 8: "108", 39: "139"}, "8007 price-refused: no such price")
	if c.Updated != 38 || c.Failed != 1 || w.asked["BeginChanges"] != 1 || w.asked["Change"] != 0 {
		t.Errorf("%+v, asked %v", c, w.asked)
	}
	w.Heal()
	w.kit.Pass(time.Hour)
	w.run(t, "")
	w.want(t, "healed", map[int]string{7: "107"})
	for i := range w.book.Items {
		w.book.Items[i].Price = dec("5")
	}
	w.fails = "INTERNAL_SERVER_ERROR"
	if _, err := w.Task().Run(t.Context(), w.kit.Request(prices.TaskName)); fault.KindOf(err) != fault.Transient {
		t.Errorf("a failed operation: %v", err)
	}
	w.run(t, "")
	w.want(t, "after a failed operation", map[int]string{0: "5", 20: "5", 39: "5"})
	if n := w.tag(0).written; n != 2 {
		t.Errorf("what was done by the failed one was written %d times, want 2", n)
	}
	for i := range w.book.Items {
		w.book.Items[i].Price = dec("6")
	}
	w.busy = true
	w.run(t, "")
	if w.want(t, "one by one", map[int]string{0: "6", 39: "6"}); w.asked["Change"] == 0 {
		t.Errorf("asked %v", w.asked)
	}
}

// A bulk operation whose run has died is waited for by the next, and what it did is not
// done again.
func TestBulkOperationOfADeadRun(t *testing.T) {
	w := calm(t, 30, prices.Settings{})
	w.takes = time.Hour
	if res, err := w.Task().Run(t.Context(), w.kit.Request(prices.TaskName)); err != nil || res.Done {
		t.Fatalf("done %v, %v", res.Done, err)
	}
	w.book.Items[3].Price = dec("33") // it changes while it runs
	w.run(t, "")
	for i := range w.goods {
		if n := w.tag(i).written; n != 1 && i != 3 {
			t.Errorf("item %d was written %d times", i, n)
		}
	}
	w.want(t, "after it", map[int]string{0: "100", 3: "33", 29: "129"})
}

// What was told to send nothing sends nothing, and forgets nothing of what it was said
// before; without the permission to see products nothing is taken as gone.
func TestNothingIsSent(t *testing.T) {
	w := calm(t, 2, prices.Settings{})
	w.book.Items[1].Price = dec("0")
	w.run(t, "")
	w.profile.Reads = false
	_, err := w.Task().Run(t.Context(), w.kit.Request(prices.TaskName))
	if fault.KindOf(err) != fault.Blocked || !strings.Contains(fault.Say(err), "read_products") {
		t.Errorf("%v: %s", err, fault.Say(err))
	}
	w.want(t, "without permission", map[int]string{0: "100", 1: "1"}, "8001 price-none")
	card, err := shop.Shop{Code: tasktest.Shop, Enabled: true, Company: shop.Company{LCY: "EUR"}}.With(prices.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	w.card = card
	w.book.Items[0].Price = dec("1000")
	w.run(t, "")
	w.want(t, "switched off", map[int]string{0: "100", 1: "1"})
}

// A trial changes nothing, and shows what would change.
func TestTrialOfPrices(t *testing.T) {
	w := calm(t, 3, prices.Settings{})
	r := w.kit.Request(prices.TaskName)
	r.DryRun = true
	res, err := w.Task().Run(t.Context(), r)
	var rows []json.RawMessage
	if e := json.Unmarshal(res.Report, &rows); err != nil || e != nil || !res.Done || len(rows) != 3 {
		t.Fatalf("%s, %v, %v", res.Report, err, e)
	}
	if row := string(rows[1]); !strings.Contains(row, `"item":"I001"`) || !strings.Contains(row, `"becomes":{"p":"101"}`) {
		t.Errorf("%s", row)
	}
	w.want(t, "after a trial", map[int]string{0: "1", 1: "1"})
}

// What was sent can be looked at: what the shop answered, when, and what was meant where
// the shop has something else.
func TestKnownPrices(t *testing.T) {
	w := calm(t, 3, prices.Settings{})
	w.tag(1).refused = true
	w.tag(2).Price = dec("102")
	known := func(i int) string {
		s, ok, err := (&prices.Known{Table: w.kit.Stored(), Shop: tasktest.Shop}).Of(t.Context(), w.goods[i].Variant)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%v %s, meant %s, %v", ok, s.Price, s.Meant, !s.At.IsZero())
	}
	if got := known(0); got != "false , meant , false" {
		t.Errorf("before: %s", got)
	}
	w.run(t, "")
	for i, want := range []string{"true 100, meant , true", "true 1, meant 101, false", "true 102, meant , false"} {
		if got := known(i); got != want {
			t.Errorf("%d: %s, want %s", i, got, want)
		}
	}
}
