package inventory_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/inventory"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/outbound"
	"backroom/shared/record"
	"backroom/shared/shop"
	"backroom/shared/table"
	"backroom/shared/task"
	"backroom/shared/testclock"
)

// The places of these worlds, and what stands behind them.
const (
	main  = "71" // MAIN and EAST
	store = "72" // SHOP
)

// order is one of the shop, with how far it is.
type order struct {
	id       string
	created  time.Time
	variant  string
	location string
	units    int
	imported bool
	booked   time.Time // when it got its document; zero: it has none
	shipped  bool
	gone     bool // cancelled, and put back
}

// world is a shop and a company as plain data, and the task between them.
type world struct {
	*testclock.Clock

	call  func(writes bool, do func() error) error // the way to the sides
	card  shop.Shop
	guard jobqueue.Guard
	table table.Table

	goods  []inventory.Good
	items  map[string]inventory.Item
	rows   []*inventory.Stock
	totals bool // the company tells totals only
	orders []*order

	shopItems map[string]*inventory.ShopItem
	places    map[string]inventory.ShopLocation
	broken    map[string]error // items that cannot be read
	bundles   map[string]bool
	keys      map[string]string // of batches that were answered: what was asked
	keyCode   string            // what the next batch is answered by
	sets      []inventory.Batch
	reads     int // requests for levels
	group     int // see inventory.Task
}

func newWorld(t *testing.T, settings ...string) *world {
	t.Helper()
	w := &world{
		Clock: testclock.New(testclock.Monday), items: map[string]inventory.Item{}, shopItems: map[string]*inventory.ShopItem{}, broken: map[string]error{},
		bundles: map[string]bool{}, keys: map[string]string{}, call: func(_ bool, do func() error) error { return do() },
		places: map[string]inventory.ShopLocation{main: {ID: main, Name: "Warehouse", Active: true}, store: {ID: store, Name: "Shop", Active: true}},
	}
	w.table = memory.NewTable(w.Now)
	w.guard = always{w}
	if len(settings) == 0 {
		settings = []string{`"stockLocations":[{"locationID":"71","codes":["MAIN","EAST"]},{"locationID":"72","codes":["SHOP"]}]`}
	}
	w.setCard(t, settings...)
	return w
}

func (w *world) setCard(t interface{ Fatalf(string, ...any) }, settings ...string) {
	js := `{"code":"acme","connectedAt":"2020-01-01T00:00:00Z"` + strings.Join(append([]string{""}, settings...), ",") + `}`
	data, err := record.Encode(1, json.RawMessage(js))
	if err == nil {
		w.card = shop.Shop{}
		err = record.Decode(data, 1, &w.card)
	}
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// always is a lease that nobody takes.
type always struct{ w *world }

func (a always) Write(ctx context.Context, _ jobqueue.Lease, ops ...jobqueue.TableOp) error {
	return a.w.table.Write(ctx, ops...)
}

func (a always) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	l.Until = a.w.Now().Add(15 * time.Minute)
	return l, false, nil
}

func (always) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

func (w *world) task() jobqueue.Task {
	t := &inventory.Task{
		Deps: task.Deps{
			Card:  func(context.Context, string) (shop.Shop, error) { return w.card, nil },
			Guard: w.guard, Now: w.Now, Timeout: time.Minute, Issues: &issue.Store{Table: w.table},
		},
		Table: w.table, Links: w, Orders: w, Group: w.group,
		Connect: func(shop.Shop) (inventory.Sides, error) {
			return inventory.Sides{Source: w, Target: w, Sales: w}, nil
		},
	}
	return t.Definition().Run
}

// run is a whole run.
func (w *world) run(t interface {
	Helper()
	Fatalf(string, ...any)
}, change ...func(*jobqueue.Request),
) jobqueue.Result {
	t.Helper()
	res, err := w.try(change...)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return res
}

func (w *world) try(change ...func(*jobqueue.Request)) (res jobqueue.Result, err error) {
	r := jobqueue.Request{Shop: "acme", Deadline: w.Now().Add(time.Hour), Lease: jobqueue.Lease{Until: w.Now().Add(15 * time.Minute)}}
	for _, c := range change {
		c(&r)
	}
	counts := jobqueue.Counts{}
	for range 100 {
		res, err = w.task().Run(context.Background(), r)
		counts = counts.Add(res.Counts)
		if res.Counts = counts; err != nil || res.Done {
			return res, err
		}
		r.Checkpoint = res.Checkpoint
	}
	return res, errors.New("it does not end")
}

func all(r *jobqueue.Request) { r.Parameters = json.RawMessage(`{"all":true}`) }

func items(numbers ...string) func(*jobqueue.Request) {
	js, _ := json.Marshal(map[string]any{"items": numbers})
	return func(r *jobqueue.Request) { r.Parameters = js }
}

// good links a variant with an item, stocked at both places with nothing available.
func (w *world) good(variant, item, code, unit string) {
	w.goods = append(w.goods, inventory.Good{Variant: variant, InventoryItem: "9" + variant, Item: item, Code: code, Unit: unit, Name: "Thing " + variant})
	if _, ok := w.items[item]; !ok {
		w.items[item] = inventory.Item{BaseUnit: "PCS", Units: map[string]decimal.Decimal{"BOX": decimal.NewFromInt(12), "PCS": decimal.NewFromInt(1)}}
	}
	w.shopItems["9"+variant] = &inventory.ShopItem{ID: "9" + variant, Tracked: true, Levels: map[string]inventory.Level{main: {Active: true}, store: {Active: true}}}
}

// row is the company's stock of an item at a location.
func (w *world) row(item, code, location string) *inventory.Stock {
	for _, r := range w.rows {
		if r.Item == item && r.Variant == code && r.Location == location {
			return r
		}
	}
	w.rows = append(w.rows, &inventory.Stock{Item: item, Variant: code, Location: location})
	return w.rows[len(w.rows)-1]
}

// has sets the company's stock.
func (w *world) has(item, code, location string, n int64) {
	r := w.row(item, code, location)
	r.Quantity = decimal.NewFromInt(n)
}

func (w *world) available(variant, place string) int {
	return w.shopItems["9"+variant].Levels[place].Available
}

func (w *world) setAvailable(variant, place string, n int) {
	l := w.shopItems["9"+variant].Levels[place]
	l.Available = n
	w.shopItems["9"+variant].Levels[place] = l
}

// sell places an order: the shop takes it off what is available.
func (w *world) sell(variant, place string, units int) *order {
	o := &order{id: fmt.Sprint(5000 + len(w.orders)), created: w.Now(), variant: variant, location: place, units: units}
	w.orders = append(w.orders, o)
	w.setAvailable(variant, place, w.available(variant, place)-units)
	return o
}

// cancel puts an order back that has no document.
func (w *world) cancel(o *order) {
	o.gone = true
	w.setAvailable(o.variant, o.location, w.available(o.variant, o.location)+o.units)
}

// base are the units of an order in base units, and where the company has them sold.
func (w *world) base(o *order) (*inventory.Stock, decimal.Decimal) {
	g := w.goods[slices.IndexFunc(w.goods, func(g inventory.Good) bool { return g.Variant == o.variant })]
	n := decimal.NewFromInt(int64(o.units))
	if g.Unit == "BOX" {
		n = n.Mul(decimal.NewFromInt(12))
	}
	return w.row(g.Item, g.Code, map[string]string{main: "MAIN", store: "SHOP"}[o.location]), n
}

func (w *world) book(o *order) {
	o.imported, o.booked = true, w.Now()
	r, n := w.base(o)
	r.Sold = r.Sold.Add(n)
}

func (w *world) ship(o *order) {
	o.shipped = true
	r, n := w.base(o)
	r.Sold, r.Quantity = r.Sold.Sub(n), r.Quantity.Sub(n)
}

// Goods implements inventory.Links.
func (w *world) Goods(_ context.Context, _ string, numbers []string) (gs []inventory.Good, _ error) {
	for _, g := range w.goods {
		if numbers == nil || slices.Contains(numbers, g.Item) {
			gs = append(gs, g)
		}
	}
	return gs, nil
}

// Stock implements inventory.Source.
func (w *world) Stock(_ context.Context, a inventory.Asked) (st inventory.Stocks, err error) {
	err = w.call(false, func() error {
		st = inventory.Stocks{Located: !w.totals, Items: map[string]inventory.Item{}}
		total := map[string]*inventory.Stock{}
		for number, it := range w.items {
			if a.Items == nil || slices.Contains(a.Items, number) {
				st.Items[number] = it
				total[number] = &inventory.Stock{Item: number}
			}
		}
		for _, r := range w.rows {
			switch t := total[r.Item]; {
			case t == nil:
			case w.totals:
				t.Quantity, t.Sold = t.Quantity.Add(r.Quantity), t.Sold.Add(r.Sold)
			default:
				row := *r
				row.Projected = row.Projected.Add(row.Quantity).Sub(row.Sold)
				st.Rows = append(st.Rows, row)
			}
		}
		for _, t := range total {
			if w.totals {
				st.Rows = append(st.Rows, *t)
			}
		}
		return nil
	})
	return st, err
}

// Unbooked implements inventory.Orders.
func (w *world) Unbooked(context.Context, string) (u inventory.Unbooked, _ error) {
	for _, o := range w.orders {
		if o.imported {
			u.UpTo = o.created
			if o.booked.IsZero() && !o.gone {
				u.Orders = append(u.Orders, o.id)
			}
		}
	}
	return u, nil
}

func (w *world) promise(o *order) inventory.Promise {
	return inventory.Promise{Order: o.id, Variant: o.variant, Location: o.location, Units: o.units}
}

func (w *world) byID(id string) *order {
	return w.orders[slices.IndexFunc(w.orders, func(o *order) bool { return o.id == id })]
}

// Promises implements inventory.Orders.
func (w *world) Promises(_ context.Context, _ string, ids []string, before time.Time) (ps []inventory.Promise, missing []string, _ error) {
	for _, id := range ids {
		switch o := w.byID(id); {
		case !o.imported:
			missing = append(missing, id)
		case !o.gone && (o.booked.IsZero() || !o.booked.Before(before)):
			ps = append(ps, w.promise(o))
		}
	}
	return ps, missing, nil
}

// Placed implements inventory.Target.
func (w *world) Placed(_ context.Context, since time.Time) (ids []string, err error) {
	err = w.call(false, func() error {
		for _, o := range w.orders {
			if !o.created.Before(since) {
				ids = append(ids, o.id)
			}
		}
		return nil
	})
	return ids, err
}

// Sold implements inventory.Sales.
func (w *world) Sold(_ context.Context, ids []string) (ps []inventory.Promise, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = w.call(false, func() error {
		for _, id := range ids {
			if o := w.byID(id); !o.gone {
				ps = append(ps, w.promise(o))
			}
		}
		return nil
	})
	return ps, err
}

// Levels implements inventory.Target.
func (w *world) Levels(_ context.Context, ids, locations []string) (ls inventory.Levels, err error) {
	if len(ids)+len(locations) > inventory.MaxLevels {
		return ls, errors.New("too many ids")
	}
	err = w.call(false, func() error {
		w.reads++
		ls = inventory.Levels{Items: map[string]inventory.ShopItem{}, Locations: map[string]inventory.ShopLocation{}, Unread: map[string]error{}}
		for _, id := range ids {
			if e := w.broken[id]; e != nil {
				ls.Unread[id] = e
			} else if it := w.shopItems[id]; it != nil {
				c := *it
				c.Levels = maps.Clone(it.Levels)
				ls.Items[id] = c
			}
		}
		for _, id := range locations {
			if l, ok := w.places[id]; ok {
				ls.Locations[id] = l
			}
		}
		return nil
	})
	return ls, err
}

// Set implements inventory.Target, as Shopify does: all or nothing, once for a key.
func (w *world) Set(_ context.Context, b inventory.Batch) (out []outbound.Created[inventory.Change], err error) {
	refused := func(kind fault.Kind, code string) error {
		return &fault.Error{Op: "shop", Kind: kind, Code: code, Err: errors.New(code)}
	}
	var errs map[int]error
	err = w.call(true, func() error {
		errs = map[int]error{}
		asked := fmt.Sprint(b.Changes)
		if was, ok := w.keys[b.Key]; ok {
			if was != asked {
				return refused(fault.Transient, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")
			}
			return nil
		}
		if code := w.keyCode; code != "" {
			w.keyCode = ""
			if code == inventory.CodeBusy {
				return refused(fault.Unknown, code)
			}
			return refused(fault.Transient, code)
		}
		w.sets = append(w.sets, b)
		for i, c := range b.Changes {
			it := w.shopItems[c.Item]
			l, stocked := inventory.Level{}, false
			if it != nil {
				l, stocked = it.Levels[c.Location]
			}
			switch {
			case it == nil:
				errs[i] = refused(fault.Rejected, inventory.CodeItem)
			case w.bundles[c.Item]:
				errs[i] = refused(fault.Rejected, inventory.CodeBundle)
			case !w.places[c.Location].Active:
				errs[i] = refused(fault.Rejected, inventory.CodeLocation)
			case !stocked:
				errs[i] = refused(fault.Rejected, inventory.CodeUnstocked)
			case l.Available != c.From:
				errs[i] = refused(fault.Rejected, inventory.CodeStale)
			}
		}
		if len(errs) > 0 {
			return nil
		}
		for _, c := range b.Changes {
			l := w.shopItems[c.Item].Levels[c.Location]
			l.Available = c.Quantity
			w.shopItems[c.Item].Levels[c.Location] = l
		}
		w.keys[b.Key] = asked
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, c := range b.Changes {
		a := outbound.Created[inventory.Change]{Entity: c}
		if len(errs) > 0 {
			if a.Err = errs[i]; a.Err == nil {
				a.Err = refused(fault.Transient, inventory.CodeOthers)
			}
		}
		out = append(out, a)
	}
	return out, nil
}

// issues are the reasons that are said, by record.
func (w *world) issues(t *testing.T) map[string]issue.Reason {
	t.Helper()
	is, err := (&issue.Store{Table: w.table}).List(context.Background(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]issue.Reason{}
	for _, i := range is {
		out[i.Record] = i.Reason
		if i.Text == "" || strings.Contains(i.Text, "{}") || i.Name == "" {
			t.Errorf("%+v", i)
		}
	}
	return out
}
