package orders_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
)

// stored are the names of the orders that are stored, by state.
func stored(t *testing.T, r *rig) map[string]orders.State {
	t.Helper()
	vs, _, err := r.Stage.List(t.Context(), "acme", "", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]orders.State{}
	for _, v := range vs {
		out[v.Name] = v.State
	}
	return out
}

func within(from, to time.Time) string {
	js, err := json.Marshal(orders.Parameters{PlacedFrom: from, PlacedTo: to})
	if err != nil {
		panic(err)
	}
	return string(js)
}

// Orders of a range are imported whatever the filters say and however long ago
// they have changed, exactly those, with the cursor where it was.
func TestRangeOfOrders(t *testing.T) {
	for _, most := range []int{0, 4} { // of a window, which is halved then
		r := newRig(t, 0, 30) // a minute apart
		r.Import.MaxObjects = most
		began := orderstest.Start.Add(-time.Hour)
		for i := range 30 { // archived, and changed before the import begins
			r.Change(i, func(o *orders.Order) { o.ClosedAt = began })
			o := r.Source.Sold[strconv.Itoa(5000+i)]
			o.UpdatedAt = orderstest.Start.Add(-48 * time.Hour)
			r.Source.Put(o)
		}
		r.Run(`{"fullyPaid":true}`)
		if got := stored(t, r); len(got) > 0 {
			t.Fatalf("imported are %v", got)
		}
		cursor := r.Cursor()
		r.Run(within(began.Add(5*time.Minute), began.Add(20*time.Minute)))
		want := map[string]orders.State{}
		for i := 5; i < 20; i++ {
			want[fmt.Sprintf("#%d", 1001+i)] = orders.Ready
		}
		if got := stored(t, r); !maps.Equal(got, want) {
			t.Errorf("windows of %d: imported are %v, want %v", most, got, want)
		}
		if c := r.Cursor(); !c.UpTo.Equal(cursor.UpTo) || c.Filters != cursor.Filters {
			t.Errorf("the cursor has moved from %+v to %+v", cursor, c)
		}
	}
}

// A dry run counts, reads no order and stores nothing; what is known as it is, is
// not read by the run either.
func TestRangeIsCounted(t *testing.T) {
	r := newRig(t, 0, 12)
	r.Run("")
	r.Process("#1001")
	r.Process("#1002")
	for i := 12; i < 15; i++ {
		o := orderstest.Order(i, orderstest.Start.Add(-time.Hour+time.Duration(i)*time.Minute))
		o.UpdatedAt = orderstest.Start.Add(-48 * time.Hour)
		r.Source.Put(o)
	}
	read := r.Source.Details
	res, err := r.Slice(jobqueue.Request{Parameters: json.RawMessage(within(orderstest.Start.Add(-time.Hour), time.Time{})), DryRun: true})
	if err != nil || !res.Done {
		t.Fatal(res, err)
	}
	var rows []orders.Planned
	if err := json.Unmarshal(res.Report, &rows); err != nil || len(rows) != 1 || *rows[0].Found != (orders.Found{Found: 15, New: 3, Documented: 2}) {
		t.Errorf("reported is %s, %v", res.Report, err)
	}
	if r.Source.Details != read || len(stored(t, r)) != 12 {
		t.Errorf("%d orders were read, %d are stored", r.Source.Details-read, len(stored(t, r)))
	}
	r.At = r.At.Add(time.Hour)
	r.Run(within(orderstest.Start.Add(-time.Hour), time.Time{}))
	if n := r.Source.Details - read; n != 3 || len(stored(t, r)) != 15 {
		t.Errorf("%d orders were read for 3 new ones, %d are stored", n, len(stored(t, r)))
	}
}

// What was asked for is kept in by no filter, then and later.
func TestDemandedIsNotFiltered(t *testing.T) {
	r := newRig(t, 0, 2)
	r.Run(`{"fullyPaid":true}`)
	r.Run(`{"ids":["5000"]}`)
	r.At = r.At.Add(time.Hour)
	r.Change(0, func(o *orders.Order) { o.Note = "later" })
	r.Run(`{"fullyPaid":true}`)
	if got := stored(t, r); got["#1001"] != orders.Ready || got["#1002"] != orders.Filtered {
		t.Errorf("they are %v", got)
	}
}

// What cannot be found is said, and the others are imported.
func TestDemandForWhatIsNotThere(t *testing.T) {
	r := newRig(t, 0, 2)
	_, err := r.Slice(jobqueue.Request{Parameters: json.RawMessage(`{"ids":["5000","77"],"names":["#1002","#7"]}`)})
	if fault.KindOf(err) != fault.Rejected || !strings.Contains(err.Error(), "#7") || !strings.Contains(err.Error(), "77") {
		t.Errorf("%v, want the two that are not there", err)
	}
	if got := slices.Sorted(maps.Keys(stored(t, r))); !slices.Equal(got, []string{"#1001", "#1002"}) {
		t.Errorf("imported are %q", got)
	}
	r.Source.Oldest = orderstest.Start.Add(-24 * time.Hour)
	_, err = r.Slice(jobqueue.Request{Parameters: json.RawMessage(within(orderstest.Start.Add(-48*time.Hour), time.Time{}))})
	if fault.KindOf(err) != fault.Rejected {
		t.Errorf("%v for a range that the app does not see", err)
	}
}

func TestWrongDemands(t *testing.T) {
	for js, says := range map[string]string{
		`{"ids":["#1001"]}`:                   `ids "#1001"`,
		`{"ids":[""]}`:                        `ids ""`,
		`{"placedTo":"2026-07-01T00:00:00Z"}`: "with placedFrom",
		`{"placedFrom":"2026-07-01T00:00:00Z","placedTo":"2026-07-01T00:00:00Z"}`: "after placedFrom",
	} {
		if _, err := parse([]byte(js)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %s", js, err, says)
		}
	}
}
