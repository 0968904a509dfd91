package system_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/host"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/inventory"
	"backroom/shared/jobqueue"
	"backroom/shared/listings"
	"backroom/shared/memory"
	"backroom/shared/orders"
	"backroom/shared/shop"
	"backroom/shared/table"
	"backroom/shared/task/tasktest"
)

// stocks is a world in which stock is sent: its records are variants.
type stocks struct {
	*tasks

	variants []*data.Variant
}

// unguarded writes without a lease: what an earlier run would have stored.
type unguarded struct{ table.Table }

func (u unguarded) Write(ctx context.Context, _ jobqueue.Lease, ops ...jobqueue.TableOp) error {
	return u.Table.Write(ctx, ops...)
}

func (unguarded) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	return l, false, nil
}

func (unguarded) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

// warehouse is where the sample shop keeps its goods.
const warehouse = 61001

// openStocks is a world whose company has stock of n variants at MAIN. One order of the
// first is imported, and waits for its document.
func openStocks(t *testing.T, k *tasktest.Kit, n, bad int) *stocks {
	t.Helper()
	d := data.Bulk(k.Now(), 1)
	w := &stocks{tasks: &tasks{kit: k, name: inventory.TaskName, shop: d}}
	for _, p := range d.Products {
		for _, v := range p.Variants {
			v.Stock = map[int64]int{warehouse: 0}
			if len(w.variants) < n {
				w.variants = append(w.variants, v)
			}
		}
	}
	s := worlds.Plain(k.Now())
	s.Shop, s.Clock, s.Way = d, k.Clock, func(direct http.RoundTripper) http.RoundTripper { return k.Transport(direct, side) }
	s.Card.Code, s.Card.ImportFrom = tasktest.Shop, k.Now().AddDate(0, 0, -30)
	s.Stock = host.Stock(d)
	for i := range s.Stock {
		s.Stock[i].Stocks = []businesscentral.StockAt{{Location: "MAIN", Quantity: decimal.NewFromInt(int64(20 + i))}, {Location: "EAST", Quantity: decimal.NewFromInt(7)}}
	}
	s.BC.Companion = []string{"inventoryByLocation"}
	s.Engine = func(w *worlds.World) worlds.Engine {
		q := memory.NewQueue(w.Now)
		return worlds.Engine{Table: k.Stored(), Queue: q, Schedules: memory.NewSchedules(w.Now, q)}
	}
	w.World = worlds.New(t, s)
	sh := w.Shopify.Shop("")
	sh.SetScopes(append(slices.Clone(sh.Info().Scopes), "write_inventory"))
	w.list(d)
	w.setCard(inventory.Settings{StockLocations: []inventory.Place{{LocationID: fmt.Sprint(warehouse), Codes: []string{"MAIN"}}}})
	w.play(orders.TaskName)
	if bad >= 0 {
		fault := shopify.FieldFault{Field: "inventoryLevels", ID: fmt.Sprintf("gid://shopify/InventoryItem/%d", w.variants[bad].ID)}
		if err := sh.FailField(fault); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// list links the variants with the items of their SKUs, as sync-products does.
func (w *stocks) list(d *data.Data) {
	store := listings.Store{Table: w.kit.Stored()}
	for _, p := range d.Products {
		l := listings.Listing{Shop: tasktest.Shop, Product: fmt.Sprint(p.ID), Title: p.Title}
		for _, v := range p.Variants {
			if slices.Contains(w.variants, v) {
				l.Variants = append(l.Variants, listings.Variant{ID: fmt.Sprint(v.ID), InventoryItem: fmt.Sprint(v.ID), Item: v.SKU, Name: v.Title, How: listings.BySKU})
			}
		}
		if len(l.Variants) == 0 {
			continue
		}
		if _, err := store.Put(context.Background(), unguarded{w.kit.Stored()}, jobqueue.Lease{}, l); err != nil {
			w.kit.T.Fatalf("%v", err)
		}
	}
}

func (w *stocks) setCard(settings any) {
	ctx := context.Background()
	card, err := w.Wired.Cards.Get(ctx, tasktest.Shop)
	if err == nil {
		var next shop.Shop
		if next, err = card.With(settings); err == nil {
			err = w.Wired.Cards.Put(ctx, next)
		}
	}
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
}

// Heal implements tasktest.World.
func (w *stocks) Heal() { w.Shopify.Shop("").ClearFields() }

// Echo implements tasktest.World: what is set comes back to no task.
func (w *stocks) Echo() { w.Advance(time.Second) }

// Holds implements tasktest.World: what is available, and what is said.
func (w *stocks) Holds() map[int][]string {
	h := map[int][]string{}
	of := map[string]int{}
	for i, v := range w.variants {
		n, _ := w.Shopify.Shop("").Available(v.ID, warehouse)
		h[i], of[fmt.Sprint(v.ID)] = []string{fmt.Sprintf("%d available", n)}, i
	}
	is, err := w.Wired.Issues.List(w.kit.T.Context(), tasktest.Shop)
	if err != nil {
		w.kit.T.Fatalf("%v", err)
	}
	for _, i := range is {
		if i.Kind == "stock" {
			h[of[i.Record]] = append(h[of[i.Record]], string(i.Reason))
		}
	}
	return h
}
