package life_test

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/infra/system/world"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/orders"
	"backroom/shared/shipments"
)

var lives = flag.Int("lives", 30, "orders whose whole life is measured")

var begin = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// start has a job of a world run now, and all that follows from it.
func start(tb testing.TB, w *world.World, job string) {
	tb.Helper()
	if _, err := w.Jobs.Trigger(tb.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: job, Trigger: jobqueue.ByHand}); err != nil {
		tb.Fatal(err)
	}
	w.Step()
}

// shipAll posts what is left to ship of all orders of the company.
func shipAll(t *testing.T, w *world.World) {
	t.Helper()
	c := w.BC.Companies()[0]
	for _, d := range c.SalesOrders() {
		units := map[int]decimal.Decimal{}
		for _, l := range c.Lines(d.ID) {
			if l.LineType == "Item" {
				units[l.Sequence] = l.Quantity
			}
		}
		if err := c.Ship(d.Number, units); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCostOfALife prints what an order costs of Shopify's points and requests from its
// import until it is archived: the import, the document, the shipment, the archive, and what the
// import sees of that; with and without the document's number written to the order. No order is
// imported again for what was our own write.
func TestCostOfALife(t *testing.T) {
	for _, c := range []struct {
		name    string
		numbers bool
		most    float64 // points
	}{{"order_life", false, 26}, {"order_life_numbered", true, 36}} {
		n := float64(*lives)
		s := world.Plain(begin)
		s.Shop = data.Bulk(begin, *lives)
		s.Card.OrderAttributesToShop, s.Card.ArchiveProcessedOrders = c.numbers, true
		w := world.New(t, s)
		sh := w.Shopify.Shop("")
		w.Live(25 * time.Minute)
		imported := sh.Meter()
		shipAll(t, w)
		start(t, w, shipments.TaskName)
		sent := sh.Meter()
		w.Live(30 * time.Minute)
		all := sh.Meter()
		for _, o := range s.Shop.Orders {
			if got := sh.Order(o.ID); len(got.Fulfillments) != 1 || got.ClosedAt.IsZero() {
				t.Errorf("%s: %d fulfilments, archived at %v", o.Name, len(got.Fulfillments), got.ClosedAt)
			}
		}
		again := -len(s.Shop.Orders)
		for _, r := range w.Runs(orders.TaskName) {
			again += r.Counts.Created + r.Counts.Updated
		}
		points, requests := float64(all.Requested)/n, float64(all.Requests)/n
		fmt.Printf("shopify_points_per_%s %.2f points\n", c.name, points)
		fmt.Printf("shopify_requests_per_%s %.3f requests\n", c.name, requests)
		fmt.Printf("shopify_points_per_%s_imported %.2f points\n", c.name, float64(imported.Requested)/n)
		fmt.Printf("reimports_of_%s_by_own_writes %d orders\n", c.name, again)
		batches := reads(sh, "OrderBatch")
		fmt.Printf("whole_reads_of_%s %d requests\n", c.name, batches)
		if again != 0 {
			t.Errorf("%d orders were imported again", again)
		}
		if *lives >= 1000 && (points > c.most || requests > 0.3) {
			t.Errorf("%s: %.2f points and %.3f requests, want at most %v and 0.3", c.name, points, requests, c.most)
		}
		if shipped := float64(sent.Requested-imported.Requested) / n; !c.numbers {
			fmt.Printf("shopify_points_per_shipment %.2f points\n", shipped)
			if *lives >= 1000 && shipped > 15 {
				t.Errorf("a shipment costs %.2f points, more than 15", shipped)
			}
		}
	}
}

func reads(sh *shopify.Shop, op string) (n int) {
	for _, e := range sh.Log() {
		if e.Operation == op {
			n++
		}
	}
	return n
}
