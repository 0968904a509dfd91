package inventory_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/fault"
	"backroom/shared/inventory"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
)

// tea is a world with one good, of which the company has 30 at one place and 4 at the
// other.
func tea(t *testing.T, settings ...string) *world {
	t.Helper()
	w := newWorld(t, settings...)
	w.good("1", "TEA", "", "")
	w.has("TEA", "", "MAIN", 20)
	w.has("TEA", "", "EAST", 10)
	w.has("TEA", "", "SHOP", 4)
	return w
}

const twoPlaces = `"stockLocations":[{"locationID":"71","codes":["MAIN","EAST"],"buffer":3},{"locationID":"72","codes":["SHOP"],"calculation":"projected"}]`

// What becomes of a good in one run, by what is said and what is there.
func TestFates(t *testing.T) {
	for _, tt := range []struct {
		name     string
		settings []string
		change   func(w *world)
		main     int
		store    int
		why      issue.Reason // of the variant
		place    string       // with an issue of its own
		whyPlace issue.Reason
	}{
		{name: "the sum of its locations", main: 30, store: 4},
		{name: "less what the company has sold", change: func(w *world) { w.row("TEA", "", "EAST").Sold = decimal.NewFromInt(7) }, main: 23, store: 4},
		{name: "less the location's buffer", settings: []string{twoPlaces}, main: 27, store: 4},
		{name: "with what comes", settings: []string{twoPlaces}, change: func(w *world) { w.row("TEA", "", "SHOP").Projected = decimal.NewFromInt(5) }, main: 27, store: 9},
		{name: "what comes counts where it is said to", change: func(w *world) { w.row("TEA", "", "SHOP").Projected = decimal.NewFromInt(5) }, main: 30, store: 4},
		{name: "less its own buffer", settings: []string{twoPlaces, `"stockBuffers":[{"itemNo":"tea","quantity":10},{"itemNo":"TEA","locationID":"72","quantity":1}]`}, main: 20, store: 3},
		{name: "a buffer of another", settings: []string{twoPlaces, `"stockBuffers":[{"itemNo":"CUP","quantity":10}]`}, main: 27, store: 4},
		{name: "a share of it", settings: []string{twoPlaces, `"stockShare":50`}, main: 13, store: 2},
		{name: "by the box", change: func(w *world) { w.goods[0].Unit = "BOX" }, main: 2, store: 0},
		{name: "by a unit that nobody knows", change: func(w *world) { w.goods[0].Unit = "PALLET" }, why: inventory.UnitUnknown},
		{name: "of a variant", change: func(w *world) {
			w.goods[0].Code = "RED"
			w.has("TEA", "RED", "MAIN", 6)
		}, main: 6, store: 0},
		{name: "parts of a unit", change: func(w *world) { w.row("TEA", "", "SHOP").Quantity = decimal.RequireFromString("3.99") }, main: 30, store: 3},
		{name: "less than nothing", change: func(w *world) { w.has("TEA", "", "SHOP", -5) }, main: 30, store: 0, why: inventory.Negative},
		{name: "more than Shopify takes", change: func(w *world) { w.has("TEA", "", "SHOP", 5_000_000_000) }, main: 30, store: 1_000_000_000},
		{name: "no item that stock is kept of", change: func(w *world) { delete(w.items, "TEA"); w.rows = nil }, why: inventory.ItemUnstocked},
		{name: "not tracked", change: func(w *world) { w.shopItems["91"].Tracked = false }},
		{name: "a bundle", change: func(w *world) { w.bundles["91"] = true }, why: inventory.BundleParent},
		{name: "gone from the shop", change: func(w *world) { w.shopItems["91"] = nil }, why: inventory.ItemGone},
		{name: "unreadable", change: func(w *world) { w.broken["91"] = errors.New("no") }, why: inventory.ItemUnread},
		{name: "not stocked at one place", change: func(w *world) { delete(w.shopItems["91"].Levels, store) }, main: 30, why: inventory.Unstocked},
		{name: "not stocked where there is nothing", change: func(w *world) { delete(w.shopItems["91"].Levels, store); w.has("TEA", "", "SHOP", 0) }, main: 30},
		{name: "an inactive level", change: func(w *world) { w.shopItems["91"].Levels[store] = inventory.Level{} }, main: 30, why: inventory.Unstocked},
		{name: "a service's location", change: func(w *world) {
			w.places[store] = inventory.ShopLocation{ID: store, Name: "3PL", Active: true, Service: true}
		}, main: 30, place: store, whyPlace: inventory.ServiceLocation},
		{name: "a location that is none", change: func(w *world) { delete(w.places, store) }, main: 30, place: store, whyPlace: inventory.LocationUnknown},
		{name: "a deactivated one", change: func(w *world) { w.places[store] = inventory.ShopLocation{ID: store, Name: "Old"} }, main: 30, place: store, whyPlace: inventory.LocationUnknown},
		{name: "an order that nobody knows", change: func(w *world) { w.setAvailable("1", main, 5); w.sell("1", main, 5) }, main: 25, store: 4},
		{name: "an order that waits", change: func(w *world) { w.sell("1", main, 5).imported = true }, main: 25, store: 4},
		{name: "an order with a document", change: func(w *world) { o := w.sell("1", main, 5); w.Advance(-time.Minute); w.book(o); w.Advance(time.Minute) }, main: 25, store: 4},
		{name: "an order that ships from nobody knows where", change: func(w *world) { w.sell("1", main, 3).location = "" }, main: 27, store: 1},
		{name: "oversold already", change: func(w *world) { w.has("TEA", "", "SHOP", 0); w.setAvailable("1", store, -2) }, main: 30, store: -2},
		{name: "a total for the whole company", settings: []string{`"stockLocations":[{"locationID":"71","codes":["*"]}]`}, change: func(w *world) { w.totals = true }, main: 34},
		{name: "a total for some of the locations", change: func(w *world) { w.totals = true }, place: main, whyPlace: inventory.CompanionMissing},
		{name: "a total of an item with variants", settings: []string{`"stockLocations":[{"locationID":"71","codes":["*"]}]`}, change: func(w *world) {
			w.totals = true
			w.items["TEA"] = inventory.Item{BaseUnit: "PCS", Variants: true}
		}, why: inventory.VariantsUntold},
		{name: "a total with lines by another unit", settings: []string{`"stockLocations":[{"locationID":"71","codes":["*"]}]`}, change: func(w *world) {
			w.totals = true
			w.items["TEA"] = inventory.Item{BaseUnit: "PCS", Unsure: true}
		}, why: inventory.UnitUnknown},
		{name: "all locations together", settings: []string{`"stockLocations":[{"locationID":"71","codes":["*"]}]`}, main: 34},
		{name: "no location is mapped", settings: []string{`"stockShare":50`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := tea(t, tt.settings...)
			if tt.change != nil {
				tt.change(w)
			}
			w.good("2", "CUP", "", "") // whatever becomes of the first one
			w.has("CUP", "", "MAIN", 8)
			w.run(t)
			if it := w.shopItems["91"]; it != nil && (w.available("1", main) != tt.main || w.available("1", store) != tt.store) {
				t.Errorf("%d and %d available, want %d and %d", w.available("1", main), w.available("1", store), tt.main, tt.store)
			}
			said := w.issues(t)
			if said["1"] != tt.why || tt.place != "" && said[tt.place] != tt.whyPlace {
				t.Errorf("said is %v", said)
			}
			buffered, other := len(tt.settings) > 0, w.available("2", main)
			if !buffered && !w.totals && other != 8 {
				t.Errorf("of another %d are available", other)
			}
		})
	}
}

// Only what has moved is read and sent; once a day all is, since somebody may have
// changed the shop.
func TestOnlyWhatHasMoved(t *testing.T) {
	w := tea(t)
	for i := range 30 {
		w.good(fmt.Sprint(10+i), fmt.Sprint("I", i), "", "")
		w.has(fmt.Sprint("I", i), "", "MAIN", 5)
	}
	w.run(t)
	if len(w.sets) != 1 || len(w.sets[0].Changes) != 32 {
		t.Fatalf("%d batches at first: %v", len(w.sets), w.sets)
	}
	w.sets, w.reads = nil, 0
	w.has("I7", "", "MAIN", 4)
	if res := w.run(t); res.Counts.Read != 1 || res.Counts.Updated != 1 || w.reads != 1 || len(w.sets) != 1 || len(w.sets[0].Changes) != 1 {
		t.Errorf("%+v; %d reads, sent %v", res.Counts, w.reads, w.sets)
	}
	w.sets, w.reads = nil, 0
	w.setAvailable("10", main, 99)
	if w.run(t); len(w.sets) > 0 || w.reads > 0 {
		t.Errorf("%d reads when nothing has moved, sent %v", w.reads, w.sets)
	}
	if w.run(t, items("I0", "I1")); w.available("10", main) != 5 || w.reads != 1 {
		t.Errorf("asked for two items: %d, %d reads", w.available("10", main), w.reads)
	}
	w.setAvailable("10", main, 99)
	w.Advance(25 * time.Hour)
	if w.run(t); w.available("10", main) != 5 || w.reads != 2 {
		t.Errorf("the next day: %d, %d reads", w.available("10", main), w.reads)
	}
	w.setAvailable("11", main, 99)
	if w.run(t, all); w.available("11", main) != 5 {
		t.Errorf("asked for all: %d", w.available("11", main))
	}
}

// An order that is placed while stock is being sent makes what was read stale: the
// pair is read again, and the others go out.
func TestStaleIsReadAgain(t *testing.T) {
	w := tea(t)
	w.good("2", "CUP", "", "")
	w.has("CUP", "", "MAIN", 8)
	w.setAvailable("1", main, 50)
	sold := false
	w.call = func(writes bool, do func() error) error {
		if writes && !sold {
			sold = true
			w.sell("1", main, 5)
		}
		return do()
	}
	w.run(t)
	if w.available("1", main) != 25 || w.available("2", main) != 8 || len(w.sets) != 3 {
		t.Errorf("%d and %d after %d batches", w.available("1", main), w.available("2", main), len(w.sets))
	}
	if w.sets[0].Key == w.sets[1].Key || w.sets[1].Key == w.sets[2].Key {
		t.Error("another batch has the same key")
	}
}

// A batch whose answer was lost is sent again as it was, under the same key, whatever
// has changed meanwhile; then what differs now is sent.
func TestLostBatch(t *testing.T) {
	for _, arrived := range []bool{true, false} {
		w := tea(t)
		lost := 2
		w.call = func(writes bool, do func() error) error {
			if !writes || lost == 0 {
				return do()
			}
			if lost--; arrived {
				_ = do()
			}
			return lostAnswer
		}
		if _, err := w.try(); fault.KindOf(err) != fault.Transient {
			t.Fatalf("arrived %t: %v", arrived, err)
		}
		w.has("TEA", "", "MAIN", 11)
		w.Advance(time.Minute)
		w.run(t)
		if w.available("1", main) != 21 || len(w.issues(t)) > 0 {
			t.Errorf("arrived %t: %d available", arrived, w.available("1", main))
		}
		if len(w.keys) != 2 || len(w.sets) != 2 || w.sets[0].Changes[0].Quantity != 30 || w.sets[1].Changes[0].From != 30 {
			t.Errorf("arrived %t: %d keys, %+v", arrived, len(w.keys), w.sets)
		}
	}
}

// A key that Shopify has forgotten is not used again.
func TestLostBatchOfYesterday(t *testing.T) {
	w := tea(t)
	lost := 2
	w.call = func(writes bool, do func() error) error {
		if writes && lost > 0 {
			lost--
			return lostAnswer
		}
		return do()
	}
	_, _ = w.try()
	w.Advance(24 * time.Hour)
	w.has("TEA", "", "MAIN", 11)
	if w.run(t); w.available("1", main) != 21 || len(w.sets) != 1 {
		t.Errorf("%d available, %+v", w.available("1", main), w.sets)
	}
}

// What Shopify says of a key: still under way is asked again, failed is read anew.
func TestKeyTrouble(t *testing.T) {
	for code, once := range map[string]bool{inventory.CodeBusy: true, inventory.CodeFailed: false, "SERVICE_UNAVAILABLE": false} {
		w := tea(t)
		w.keyCode = code
		_, err := w.try()
		if (err == nil) != once {
			t.Errorf("%s: %v", code, err)
		}
		w.Advance(time.Minute)
		if w.run(t); w.available("1", main) != 30 {
			t.Errorf("%s: %d available", code, w.available("1", main))
		}
	}
}

// What is refused is tried again after a while, and its issue goes when it is mended;
// nothing of it is sent meanwhile.
func TestRefusedIsMended(t *testing.T) {
	w := tea(t)
	w.bundles["91"] = true
	if res := w.run(t); res.Counts.Failed != 1 || w.issues(t)["1"] != inventory.BundleParent {
		t.Fatalf("%+v %v", res.Counts, w.issues(t))
	}
	w.bundles["91"], w.reads = false, 0
	w.Advance(time.Minute)
	if res := w.run(t); res.Counts.Failed != 1 || w.reads > 0 {
		t.Errorf("a minute later: %+v, %d reads", res.Counts, w.reads)
	}
	w.Advance(time.Hour)
	if w.run(t); w.available("1", main) != 30 || len(w.issues(t)) > 0 {
		t.Errorf("an hour later %d, %v", w.available("1", main), w.issues(t))
	}
	w.places[store] = inventory.ShopLocation{ID: store, Name: "Shop", Active: true, Service: true}
	w.run(t, all)
	if w.issues(t)[store] != inventory.ServiceLocation {
		t.Errorf("said is %v", w.issues(t))
	}
	w.setCard(t, `"stockLocations":[{"locationID":"71","codes":["MAIN","EAST"]}]`)
	if w.run(t); len(w.issues(t)) > 0 {
		t.Errorf("a location that is mapped no more: %v", w.issues(t))
	}
}

// A dry run says what it would send and why it would not, and sends nothing.
func TestDryRun(t *testing.T) {
	w := tea(t)
	w.good("2", "CUP", "", "")
	w.has("CUP", "", "MAIN", 8)
	w.bundles["91"] = true
	w.shopItems["92"].Levels = map[string]inventory.Level{}
	res := w.run(t, func(r *jobqueue.Request) { r.DryRun = true })
	var rows []struct {
		Variant  string `json:"variant"`
		Location string `json:"location"`
		Reason   string `json:"reason"`
		From     int    `json:"from"`
		To       int    `json:"to"`
	}
	if err := json.Unmarshal(res.Report, &rows); err != nil || len(rows) != 3 || len(w.sets) > 0 || len(w.issues(t)) > 0 {
		t.Fatalf("%v: %s", err, res.Report)
	}
	if r := rows[0]; r.Variant != "1" || r.Location != main || r.To != 30 || r.From != 0 {
		t.Errorf("%+v", r)
	}
	if r := rows[2]; r.Variant != "2" || r.Reason != string(inventory.Unstocked) {
		t.Errorf("%+v", r)
	}
}

func TestParameters(t *testing.T) {
	for js, want := range map[string]bool{
		`{}`: true, `{"items":["1000"]}`: true, `{"all":true}`: true, `{"items":[""]}`: false, `{"all":true,"items":["1"]}`: false,
		`{"items":[` + strings.Repeat(`"1",`, 1000) + `"1"]}`: false,
	} {
		var p inventory.Parameters
		if err := json.Unmarshal([]byte(js), &p); err != nil {
			t.Fatal(err)
		}
		if err := p.Check(); (err == nil) != want {
			t.Errorf("%.40s: %v", js, err)
		}
	}
}
