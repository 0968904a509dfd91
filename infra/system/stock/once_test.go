package stock_test

import (
	"fmt"
	"testing"
	"time"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	worlds "backroom/infra/system/world"
	"backroom/shared/documents"
	"backroom/shared/inventory"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/listings"
	"backroom/shared/orders"
)

// trigger has a job run now, and all that follows from it.
func trigger(t *testing.T, w *worlds.World, job, parameters string) {
	t.Helper()
	r := jobs.TriggerRequest{Shop: w.Card.Code, Entry: job, Trigger: jobqueue.ByHand}
	if parameters != "" {
		r.Parameters = []byte(parameters)
	}
	if _, err := w.Jobs.Trigger(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	w.Step()
	w.Advance(time.Minute)
}

// An order is taken off once, whatever looks at the stock on its way: as it is placed,
// imported, booked, fulfilled before its goods are shipped in the company, and shipped.
func TestAnOrderIsTakenOffOnce(t *testing.T) {
	d := data.Bulk(begin, 1)
	o := d.Orders[0]
	d.Orders = nil
	s := worlds.Plain(begin)
	s.Shop = d
	s.BC.Companion = []string{"inventoryByLocation"}
	units := map[int64]int{}
	for _, f := range o.FulfillmentOrders {
		f.Location = warehouse
		for _, l := range f.Lines {
			units[o.Line(l.Line).Variant] += l.Remaining
		}
	}
	if len(units) == 0 {
		t.Fatal("the order ships nothing")
	}
	for _, p := range d.Products {
		for _, v := range p.Variants {
			v.Stock, v.Tracked = map[int64]int{warehouse: 0}, true
		}
	}
	w := worlds.New(t, s)
	setCard(t, w)
	w.Hold(orders.TaskName)
	for _, p := range d.Products {
		l := listings.Listing{Shop: w.Card.Code, Product: fmt.Sprint(p.ID), Title: p.Title}
		for _, v := range p.Variants {
			l.Variants = append(l.Variants, listings.Variant{ID: fmt.Sprint(v.ID), InventoryItem: fmt.Sprint(v.ID), Item: v.SKU, Name: v.Title})
		}
		if _, err := (&listings.Store{Table: w.Table}).Put(t.Context(), unguarded{w.Table}, jobqueue.Lease{}, l); err != nil {
			t.Fatal(err)
		}
	}
	sh := w.Shopify.Shop("")
	look := func(what string, sold bool) {
		t.Helper()
		for _, parameters := range []string{"", `{"all":true}`} {
			trigger(t, w, inventory.TaskName, parameters)
			for id, n := range units {
				want := 100
				if sold {
					want -= n
				}
				if got, _ := sh.Available(id, warehouse); got != want {
					t.Errorf("%s, looked at with %q: %d of variant %d are available, want %d", what, parameters, got, id, want)
				}
			}
		}
	}
	look("before", false)
	o.CreatedAt, o.UpdatedAt, o.ProcessedAt = time.Time{}, time.Time{}, time.Time{}
	if _, err := sh.AddOrder(o); err != nil {
		t.Fatal(err)
	}
	look("placed", true)
	w.Hold(documents.TaskName)
	w.Release(orders.TaskName)
	w.Step()
	w.Advance(time.Minute)
	if f := w.Fate(o); f.Document != "" {
		t.Fatalf("%+v", f)
	}
	look("imported", true)
	w.Release(documents.TaskName)
	w.Step()
	w.Advance(time.Minute)
	if f := w.Fate(o); f.Document == "" {
		t.Fatalf("%+v", f)
	}
	look("booked", true)
	if _, err := sh.FulfilOrder(o.ID, shopify.Fulfilling{Do: "ship"}); err != nil {
		t.Fatal(err)
	}
	look("fulfilled", true)
	c := w.BC.Companies()[0]
	for _, doc := range c.SalesOrders() {
		if err := c.Ship(doc.Number, nil); err != nil {
			t.Fatal(err)
		}
	}
	look("shipped", true)
}
