package system_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"backroom/infra/sim/shopify/data"
	"backroom/shared/documents"
	"backroom/shared/jobqueue/sweep"
)

var updateUnits = flag.Bool("update-units", false, "write what runs use to infra/cost/measured.json")

// TestUnitsOfRuns measures what runs of the job queue use, task and all, and
// compares it with what the cost model computes with. A run with n orders uses
// the first order's units and n-1 times those of each more.
func TestUnitsOfRuns(t *testing.T) {
	const many = 11
	w, _ := quiet(t)
	empty := spend(t, 0)
	first, all := spend(t, 1), spend(t, many)
	measured := map[string]map[string]float64{
		"sweepOfAShop":  sweepOfAShop(t, w).per(1),
		"emptyRun":      empty.per(1),
		"firstOrder":    first.minus(empty).per(1),
		"furtherOrder":  all.minus(first).per(many - 1),
		"orderSeenOnce": again(t, many).minus(empty).per(many),
	}
	js, err := json.MarshalIndent(measured, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", "cost", "measured.json")
	if *updateUnits {
		if err := os.WriteFile(path, append(js, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, what := range slices.Sorted(maps.Keys(measured)) {
			for _, unit := range slices.Sorted(maps.Keys(measured[what])) {
				if n := measured[what][unit]; n > 0 {
					fmt.Printf("%s_%s %.2f count\n", snake(what), snake(unit), n)
				}
			}
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytes.TrimSpace(kept), js) {
		t.Errorf("%s is not what runs use now; `go test ./infra/system -run TestUnitsOfRuns -update-units` writes:\n%s", path, js)
	}
}

// snake is the name of a figure as make bench prints it.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// sweepOfAShop is what a sweep uses for one shop more: what it reads once for all of
// them, the pauses and the runs that wait, is no shop's.
func sweepOfAShop(t *testing.T, w *world) units {
	t.Helper()
	of := func(shops ...string) units {
		before := w.units
		if _, err := sweep.New(w.Dispatcher, sweep.ShopList(shops)).Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		return w.units.minus(before)
	}
	of("sample") // the pauses are known from now on
	return of("sample", "sample").minus(of("sample"))
}

// cadence is that of sync-orders in these worlds.
const cadence = 10 * time.Minute

// quiet is a shop that has been connected for hours, its first import done.
func quiet(t *testing.T) (*world, []*data.Order) {
	t.Helper()
	d := data.Bulk(begin, 100)
	stock := d.Orders
	d.Orders = nil
	w := worldOf(t, 0, d, func(c *documents.Card) { c.OrderAttributesToShop = false })
	w.live(3*time.Hour, 3*time.Hour)
	return w, stock
}

// spend is what one run of sync-orders uses when n orders are new, and that of
// process-orders which follows.
func spend(t *testing.T, n int) units {
	t.Helper()
	w, stock := quiet(t)
	sell(t, w, stock[:n])
	before := w.units
	w.live(cadence-time.Minute, cadence-time.Minute)
	if got := len(w.BC.Companies()[0].SalesOrders()); got != n {
		t.Fatalf("%d documents of %d orders", got, n)
	}
	return w.units.minus(before)
}

// again is what the run after that uses, which lists the n orders once more.
func again(t *testing.T, n int) units {
	t.Helper()
	w, stock := quiet(t)
	sell(t, w, stock[:n])
	w.live(cadence-time.Minute, cadence-time.Minute)
	before := w.units
	w.live(cadence-time.Minute, cadence-time.Minute)
	return w.units.minus(before)
}

func sell(t *testing.T, w *world, os []*data.Order) {
	t.Helper()
	for _, o := range os {
		o.CreatedAt, o.UpdatedAt, o.ProcessedAt = time.Time{}, time.Time{}, time.Time{}
		if _, err := w.Shopify.Shop("").AddOrder(o); err != nil {
			t.Fatal(err)
		}
	}
	w.Advance(time.Minute) // past the second of the change
}
