package documents

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/shop"
	"backroom/shared/table"
)

// Orders wait for their gate, in whatever state they come to it, and get their
// document when it opens.
func TestGatesHoldDocuments(t *testing.T) {
	w := newWorld(t)
	o := placed("1")
	o.CreatedAt = w.now
	w.put(o)
	w.card.OrderGates = []orders.Gate{{Minutes: 30}}
	if c := w.must(); w.result("1") != "held: the first 30 minutes are not over" || c.Skipped != 1 || len(w.bc.orders) != 0 {
		t.Fatalf("%s, counts %+v, %d documents", w.result("1"), c, len(w.bc.orders))
	}
	writes := w.writes
	if w.must(); w.writes > writes+1 { // a run may note that all is judged
		t.Errorf("%d writes for an order that waits as before", w.writes-writes)
	}
	w.advance(30 * time.Minute)
	w.must()
	if !strings.HasPrefix(w.result("1"), "Order ") || len(w.bc.orders) != 1 {
		t.Errorf("%s, %d documents after the window", w.result("1"), len(w.bc.orders))
	}
}

// What is against the order by itself is said at once, and what may have its
// document, or was released, is not held.
func TestWhatNoGateHolds(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*world, *row)
		want   string // result begins so
	}{
		{"held", func(*world, *row) {}, "held: "},
		{"a refused try", func(_ *world, r *row) { r.State = "attention" }, "held: "},
		{"released", func(_ *world, r *row) { r.Released = true }, "Order "},
		{"put on hold", func(_ *world, r *row) { r.Order.Tags, r.OnHold = nil, true }, "held: a person"},
		{"released once, and put on hold", func(_ *world, r *row) { r.Released, r.OnHold = true, true }, "held: a person"},
		{"put on hold, and cancelled", func(w *world, r *row) { r.Order.CancelledAt, r.OnHold = w.now, true }, "skipped cancelled"},
		{"put on hold, and a create that settled", func(w *world, r *row) {
			r.State, r.OnHold, r.SentAt, r.SentThere = "creating", true, w.now.Add(-time.Hour), w.now.Add(-time.Hour)
		}, "Order "},
		{"a test order", func(_ *world, r *row) { r.Order.Test = true }, "skipped test-order"},
		{"cancelled", func(w *world, r *row) { r.Order.CancelledAt = w.now }, "skipped cancelled"},
		{"a create that settled", func(w *world, r *row) {
			r.State, r.SentAt, r.SentThere = "creating", w.now.Add(-time.Hour), w.now.Add(-time.Hour)
		}, "Order "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.card.OrderGates = []orders.Gate{{Tags: []string{"hold"}}}
			r := row{Order: placed("1"), State: "ready"}
			r.Order.Tags = []string{"hold"}
			tt.change(w, &r)
			w.set(r)
			if w.must(); !strings.HasPrefix(w.result("1"), tt.want) {
				t.Errorf("it is %q, want %q", w.result("1"), tt.want)
			}
		})
	}
}

// Held orders are judged anew when the gates change, and looked at in Shopify only
// when no gate holds them any more.
func TestOtherGatesFreeThem(t *testing.T) {
	w := newWorld(t)
	for i := 1; i <= 2; i++ {
		o := placed(fmt.Sprint(i))
		o.Tags = []string{fmt.Sprint("hold", i)}
		w.put(o)
	}
	w.card.OrderGates = []orders.Gate{{Tags: []string{"hold1", "hold2"}}}
	w.must()
	w.advance(24 * time.Hour)
	w.card.OrderGates = []orders.Gate{{Tags: []string{"hold2"}}}
	var looked []string
	docs := w.task(w.table, w, w.clock)
	docs.Look = func(ctx context.Context, _ shop.Shop, _ jobqueue.Lease, ids []string) (orders.Looked, error) {
		looked = append(looked, ids...)
		for _, id := range ids {
			r, err := w.read(ctx, id)
			if err != nil {
				return orders.Looked{}, err
			}
			r.ReadAt = w.clock()
			js, err := json.Marshal(r)
			if err == nil {
				err = w.table.Write(ctx, table.Put(table.Item{Key: rowKey(id), Data: js}, table.Always))
			}
			if err != nil {
				return orders.Looked{}, err
			}
		}
		return orders.Looked{}, nil
	}
	w.fence++
	res, err := docs.Definition().Run.Run(t.Context(), jobqueue.Request{
		Shop: "MAIN", Task: TaskName, Deadline: w.clock().Add(5 * time.Minute),
		Lease: jobqueue.Lease{Scope: "MAIN", Category: "ORDERS", Fence: w.fence, Until: w.clock().Add(leaseTime)},
	})
	if err != nil || !res.Done {
		t.Fatal(res, err)
	}
	if !strings.HasPrefix(w.result("1"), "Order ") || w.result("2") != "held: it has the tag hold2" {
		t.Errorf("they are %q and %q", w.result("1"), w.result("2"))
	}
	if strings.Join(looked, ",") != "1" {
		t.Errorf("looked at %q", looked)
	}
}
