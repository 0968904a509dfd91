package shipments_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/shipments"
	"backroom/shared/task/tasktest"
)

// faulted is a world in the hands of a suite. Each record is a shipment of an order
// of its own; every third one is over two locations, and every second one tracked.
type faulted struct {
	*world
	kit *tasktest.Kit
	bad string // the order that is held
}

func idOf(i int) string { return fmt.Sprint(12345670000 + i) }

func open(t *testing.T, k *tasktest.Kit, n, bad int) *faulted {
	t.Helper()
	f := &faulted{newWorld(t), k, ""}
	f.Clock, f.table, f.guard = k.Clock, k.Table(), k.Guard()
	f.call = k.Call
	for i := range n {
		at := warehouse
		if i%3 == 0 {
			at = store
		}
		o := f.order(idOf(i), item{sku: "A", units: 6}, item{sku: "B", units: 3, at: at}) // more than is shipped: what comes twice shows
		number := f.ship(idOf(i), map[int]string{10000: "2", 20000: "1"})
		if i%2 == 0 {
			f.track(number, shipments.Parcel{Number: number, Agent: "UPS"})
		}
		if i == bad {
			f.bad = o.ID
			f.hold("ON_HOLD", false)
		}
	}
	return f
}

func (f *faulted) hold(status string, can bool) {
	for i := range f.orders[f.bad].ToShip {
		fo := &f.orders[f.bad].ToShip[i]
		fo.Status, fo.CanFulfil = status, can
	}
}

func (f *faulted) Task() jobqueue.Task {
	f.table = f.kit.Table()
	return f.task()
}

func (f *faulted) Heal() { f.hold("OPEN", true) }

func (f *faulted) Echo() {
	for _, o := range f.orders {
		o.UpdatedAt = f.Now()
	}
}

func (f *faulted) Holds() map[int][]string {
	h := map[int][]string{}
	for i := range len(f.orders) {
		o := f.orders[idOf(i)]
		for _, s := range o.Sent {
			h[i] = append(h[i], fmt.Sprintf("%v at %s of %v, cancelled %t", s.Units, s.Location, s.Parcels, s.Cancelled))
		}
		h[i] = append(h[i], f.mails[o.ID]...)
	}
	is, err := (&issue.Store{Table: f.kit.Stored()}).List(context.Background(), tasktest.Shop)
	if err != nil {
		f.kit.T.Fatalf("%v", err)
	}
	for _, i := range is {
		h[tasktest.Common] = append(h[tasktest.Common], i.Record+" "+string(i.Reason))
	}
	maps.DeleteFunc(h, func(_ int, what []string) bool { return len(what) == 0 })
	return h
}

func TestTask(t *testing.T) {
	tasktest.Run(t, tasktest.Suite{
		Task: shipments.TaskName, Records: 4, Paged: 2*shipments.MaxSendings + 3, Idle: 2, Writes: 6, Stride: 1,
		Open: func(k *tasktest.Kit, n, bad int) tasktest.World { return open(t, k, n, bad) },
	})
}

// Whatever is shipped, undone, held, shipped by hand and lost: at rest the units of
// each line that are shipped are those that are fulfilled, or an issue names the
// shipment; and no buyer is written to twice about the same goods.
func TestShippedIsFulfilled(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		w.order(one, item{sku: "A", units: 4}, item{sku: "B", units: 3, at: store}, item{sku: "A", units: 2})
		left := map[int]int{10000: 4, 20000: 3, 30000: 2}
		lose := 0 // the answer of so many writes
		w.call = func(writes bool, do func() error) error {
			err := do()
			if writes && lose > 0 {
				if lose--; err == nil {
					return lostAnswer
				}
			}
			return err
		}
		for range rapid.IntRange(1, 8).Draw(rt, "events") {
			switch rapid.SampledFrom([]string{"ship", "ship", "undo", "hold", "release", "lose", "run", "track"}).Draw(rt, "event") {
			case "ship":
				units := map[int]string{}
				for _, q := range slices.Sorted(maps.Keys(left)) {
					if n := rapid.IntRange(0, left[q]).Draw(rt, "units"); n > 0 {
						units[q], left[q] = fmt.Sprint(n), left[q]-n
					}
				}
				w.ship(one, units)
			case "undo":
				if len(w.ships) == 0 {
					continue
				}
				s := w.ships[rapid.IntRange(0, len(w.ships)-1).Draw(rt, "shipment")]
				for _, q := range slices.Sorted(maps.Keys(w.documents[one].Lines)) {
					if n := standing(s, q); n > 0 && rapid.Bool().Draw(rt, "line") {
						w.undo(s.Number, q)
						left[q] += n
					}
				}
			case "hold", "release":
				fos := w.orders[one].ToShip
				fo := &fos[rapid.IntRange(0, len(fos)-1).Draw(rt, "fulfilment order")]
				switch fo.Status {
				case "OPEN":
					fo.Status, fo.CanFulfil = "ON_HOLD", false
				case "ON_HOLD":
					fo.Status, fo.CanFulfil = "OPEN", true
				}
			case "lose":
				lose = rapid.IntRange(1, 2).Draw(rt, "answers")
			case "track":
				if len(w.ships) > 0 {
					w.track(w.ships[len(w.ships)-1].Number, shipments.Parcel{Number: "1Z", Agent: "UPS"})
				}
			case "run":
				w.run(t)
			}
		}
		lose = 0
		w.settle(t)
		judge(t, rt, w)
	})
}

// standing is what is left of a line of a shipment that was not taken back.
func standing(s shipments.Shipment, sequence int) int {
	n := decimal.Zero
	for _, l := range s.Lines {
		if l.Sequence == sequence || l.Sequence == sequence+5000 {
			n = n.Add(l.Quantity)
		}
	}
	return int(n.IntPart())
}

func judge(t *testing.T, rt *rapid.T, w *world) {
	t.Helper()
	shipped, sent := map[string]int{}, map[string]int{}
	for _, s := range w.ships {
		for q, line := range w.documents[one].Lines {
			shipped[line] += standing(s, q)
		}
	}
	for _, f := range w.orders[one].Sent {
		if !f.Cancelled {
			for line, n := range f.Units {
				sent[line] += n
			}
		}
	}
	is, err := (&issue.Store{Table: w.table}).List(t.Context(), "acme")
	if err != nil {
		rt.Fatal(err)
	}
	for _, line := range w.documents[one].Lines {
		if sent[line] > shipped[line] {
			rt.Errorf("line %s: %d shipped, %d fulfilled: %s", line, shipped[line], sent[line], w.fates(t, one))
		}
		if sent[line] < shipped[line] && len(is) == 0 {
			rt.Errorf("line %s: %d shipped, %d fulfilled, and nothing says why: %s", line, shipped[line], sent[line], w.fates(t, one))
		}
	}
	for _, i := range is {
		if i.Reason != shipments.OnHold {
			rt.Errorf("issue %s: %s; %s", i.Reason, i.Text, w.fates(t, one))
		}
	}
}
