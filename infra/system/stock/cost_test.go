package stock_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/inventory"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/listings"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/table"
)

var many = flag.Int("items", 2000, "items of which one has changed")

var begin = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

const warehouse = 61001

// unguarded writes without a lease: what sync-products would have stored.
type unguarded struct{ table.Table }

func (u unguarded) Write(ctx context.Context, _ jobqueue.Lease, ops ...jobqueue.TableOp) error {
	return u.Table.Write(ctx, ops...)
}

func (unguarded) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	return l, false, nil
}

func (unguarded) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

// perProduct is how many variants a product has.
const perProduct = 100

func number(i int) string { return fmt.Sprintf("I%05d", i) }

// newWorld is a shop of n variants, each linked with an item of which there are 10.
func newWorld(t *testing.T, n int, companion ...string) (*worlds.World, []*data.Variant) {
	t.Helper()
	s := worlds.Plain(begin)
	s.Shop.Orders, s.Shop.Products, s.Stock = nil, nil, []businesscentral.Stock{}
	s.Company.Items, s.Company.Variants = nil, nil // the company has these and no others
	var vs []*data.Variant
	for i := range n {
		v := &data.Variant{ID: int64(100_000 + i), Title: number(i), SKU: number(i), Tracked: true, Stock: map[int64]int{warehouse: 0}}
		if vs = append(vs, v); i%perProduct == 0 {
			s.Shop.Products = append(s.Shop.Products, &data.Product{ID: int64(1000 + i/perProduct), Title: "Goods", CreatedAt: begin, UpdatedAt: begin})
		}
		p := s.Shop.Products[len(s.Shop.Products)-1]
		p.Variants = append(p.Variants, v)
		s.Stock = append(s.Stock, businesscentral.Stock{Number: v.SKU, Description: "X", Stocks: []businesscentral.StockAt{{Location: "MAIN", Quantity: decimal.NewFromInt(10)}}})
	}
	s.BC.Companion = companion
	s.Engine = func(w *worlds.World) worlds.Engine {
		q := memory.NewQueue(w.Now)
		return worlds.Engine{Table: memory.NewTable(w.Now), Queue: q, Schedules: memory.NewSchedules(w.Now, q)}
	}
	w := worlds.New(t, s)
	setCard(t, w)
	w.Hold(orders.TaskName) // its own requests are not counted
	for _, p := range s.Shop.Products {
		l := listings.Listing{Shop: w.Card.Code, Product: fmt.Sprint(p.ID), Title: p.Title}
		for _, v := range p.Variants {
			l.Variants = append(l.Variants, listings.Variant{ID: fmt.Sprint(v.ID), InventoryItem: fmt.Sprint(v.ID), Item: v.SKU, Name: v.Title})
		}
		if _, err := (&listings.Store{Table: w.Table}).Put(t.Context(), unguarded{w.Table}, jobqueue.Lease{}, l); err != nil {
			t.Fatal(err)
		}
	}
	return w, vs
}

// setCard has the stock of the whole company sold from the warehouse.
func setCard(t *testing.T, w *worlds.World) {
	t.Helper()
	card, err := w.Wired.Cards.Get(t.Context(), w.Card.Code)
	if err == nil {
		card, err = card.With(inventory.Settings{StockLocations: []inventory.Place{{LocationID: fmt.Sprint(warehouse), Codes: []string{inventory.Whole}}}})
	}
	if err == nil {
		err = w.Wired.Cards.Put(t.Context(), card)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// spent is what a run of sync-inventory costs: requests to either side, and points.
func spent(t *testing.T, w *worlds.World, parameters string) (requests, points int) {
	t.Helper()
	sh := w.Shopify.Shop("")
	sh.ResetMeter()
	w.BC.ResetMeters()
	r := jobs.TriggerRequest{Shop: w.Card.Code, Entry: inventory.TaskName, Trigger: jobqueue.ByHand}
	if parameters != "" {
		r.Parameters = json.RawMessage(parameters)
	}
	if _, err := w.Jobs.Trigger(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	w.Step()
	if run := w.Runs(inventory.TaskName)[0]; run.Outcome != jobqueue.Succeeded {
		t.Fatalf("%s: %s", run.Outcome, run.Detail)
	}
	w.Advance(time.Minute)
	return sh.Meter().Requests + int(w.BC.Meters().Outer), sh.Meter().Charged
}

func adjust(t *testing.T, w *worlds.World, item string) {
	t.Helper()
	if err := w.BC.Companies()[0].Adjust(item, "", "MAIN", decimal.NewFromInt(-1)); err != nil {
		t.Fatal(err)
	}
}

// TestCostOfStock prints what stock costs, and holds it to the bars.
func TestCostOfStock(t *testing.T) {
	figure := func(name string, n, most int, unit string) {
		t.Helper()
		fmt.Printf("stock_%s %d %s\n", name, n, unit)
		if n > most {
			t.Errorf("%s: %d %s, at most %d", name, n, unit, most)
		}
	}
	const thousand = 1000
	w, vs := newWorld(t, thousand, "inventoryByLocation")
	spent(t, w, "")
	for i := 0; i < thousand; i += 10 {
		adjust(t, w, number(i))
	}
	requests, points := spent(t, w, `{"all":true}`)
	figure("1000_variants_10_percent_all_requests", requests, 10, "requests")
	figure("1000_variants_10_percent_all_points", points, 250, "points")
	for i := 0; i < thousand; i += 10 {
		adjust(t, w, number(i))
	}
	requests, points = spent(t, w, "")
	figure("1000_variants_10_percent_requests", requests, 10, "requests")
	figure("1000_variants_10_percent_points", points, 250, "points")
	for i, v := range vs {
		want := 10
		if i%10 == 0 {
			want = 8
		}
		if got, _ := w.Shopify.Shop("").Available(v.ID, warehouse); got != want {
			t.Fatalf("%s: %d available, want %d", v.SKU, got, want)
		}
	}
	requests, points = spent(t, w, "")
	figure("idle_requests", requests, 1, "requests")
	figure("idle_points", points, 0, "points")

	w, vs = newWorld(t, *many, "inventoryByLocation")
	spent(t, w, "")
	adjust(t, w, number(*many-1))
	requests, _ = spent(t, w, "")
	figure("one_of_many_requests", requests, 4, "requests")
	adjust(t, w, number(7))
	requests, _ = spent(t, w, `{"items":["`+number(7)+`"]}`)
	figure("one_item_asked_for_requests", requests, 4, "requests")
	for i, want := range map[int]int{7: 9, *many - 1: 9, 8: 10} {
		if got, _ := w.Shopify.Shop("").Available(vs[i].ID, warehouse); got != want {
			t.Errorf("%s: %d available, want %d", vs[i].SKU, got, want)
		}
	}
}

// Without the companion API the total is sent, less what is sold, and what API v2.0
// does not tell is left alone.
func TestStockByTotals(t *testing.T) {
	w, vs := newWorld(t, 3)
	if err := w.BC.Companies()[0].Adjust(number(1), "", "EAST", decimal.NewFromInt(5)); err != nil {
		t.Fatal(err)
	}
	spent(t, w, "")
	for i, want := range []int{10, 15, 10} {
		if got, _ := w.Shopify.Shop("").Available(vs[i].ID, warehouse); got != want {
			t.Errorf("%s: %d available, want %d", vs[i].SKU, got, want)
		}
	}
}
