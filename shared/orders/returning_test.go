package orders_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
)

// returning has a return of each of these orders begin, which moves nothing.
func returning(r *rig, status string, from, to int) {
	if r.Source.Back == nil {
		r.Source.Back = map[string]orders.GivenBack{}
	}
	for i := from; i < to; i++ {
		o := r.Source.Sold[strconv.Itoa(5000+i)]
		o.ReturnStatus = status
		r.Source.Put(o)
		r.Source.Back[o.ID] = orders.GivenBack{Returns: []orders.Return{{ID: "7", Name: o.Name + "-R1", Status: map[string]string{"IN_PROGRESS": "OPEN", "RETURNED": "CLOSED"}[status]}}}
	}
}

// listed is how often returns that are under way were listed.
func listed(r *rig) (n int) {
	for _, w := range r.Source.Windows {
		if w.Returning {
			n++
		}
	}
	return n
}

// Orders whose returns begin are looked for once an hour, those alone that are imported,
// and read once; from then on they are read each hour until the return is over.
func TestReturnsThatBegin(t *testing.T) {
	for _, handling := range []orders.RefundHandling{"", orders.ImportRefunds} {
		t.Run(string(handling), func(t *testing.T) {
			r := newRig(t, 0, 30)
			r.Settings.RefundsAndReturns = handling
			r.Run("")
			old := orderstest.Order(99, r.Now().Add(-1000*time.Hour)) // placed before the import's time
			r.Source.Put(old)
			returning(r, "IN_PROGRESS", 0, 12)
			returning(r, "IN_PROGRESS", 99, 100)
			var read, looks []int
			for i := range 9 {
				if i == 6 {
					returning(r, "RETURNED", 0, 12)
				}
				r.Source.Details, r.Source.Windows = 0, nil
				r.At = r.At.Add(29 * time.Minute)
				r.Run("")
				read, looks = append(read, r.Source.Details), append(looks, listed(r))
			}
			got := fmt.Sprint(read, looks, r.Load("5003").Return("7"))
			want := "[0 12 0 12 0 12 0 12 0] [0 1 0 1 0 1 0 1 0] &{7 #1004-R1 CLOSED [] [] map[] []}"
			if handling == "" {
				want = "[0 0 0 0 0 0 0 0 0] [0 0 0 0 0 0 0 0 0] <nil>"
			}
			if got != want {
				t.Errorf("read and listed %s, want %s", got, want)
			}
			if v, err := r.Stage.Known(t.Context(), "acme", []string{old.ID}); err != nil || v[0].Version != 0 {
				t.Errorf("an order that is not wanted is imported: %+v, %v", v, err)
			}
		})
	}
}

// More than are read together are read by the runs that follow, and none twice.
func TestManyReturnsBegin(t *testing.T) {
	r := newRig(t, 0, 0)
	for i := range 230 {
		r.Source.Put(orderstest.Order(i, r.Now().Add(-2*time.Hour)))
	}
	r.Settings.RefundsAndReturns = orders.ImportRefunds
	r.Run("")
	returning(r, "IN_PROGRESS", 0, 230)
	r.At = r.At.Add(time.Hour)
	var read []int
	for range 4 {
		r.Source.Details = 0
		r.Run("")
		read = append(read, r.Source.Details)
	}
	if got := fmt.Sprint(read); got != "[100 100 30 0]" {
		t.Errorf("read %s", got)
	}
}

// A dry run tells of them, and leaves them to the next run.
func TestReturnsThatBeginInADryRun(t *testing.T) {
	r := newRig(t, 0, 3)
	r.Settings.RefundsAndReturns = orders.ImportRefunds
	r.Run("")
	returning(r, "IN_PROGRESS", 0, 1)
	r.At = r.At.Add(time.Hour)
	dry, err := r.Slice(jobqueue.Request{DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	r.Source.Details = 0
	if r.Run(""); r.Source.Details != 1 || dry.Counts.Updated != 1 {
		t.Errorf("%+v, then read %d", dry.Counts, r.Source.Details)
	}
}

// Where the shop does not list them the other orders are imported, and the run says so;
// what may pass is tried again.
func TestReturnsThatAreNotListed(t *testing.T) {
	for _, tt := range []struct {
		kind fault.Kind
		goes bool
	}{{fault.Blocked, true}, {fault.Rejected, true}, {fault.Bug, true}, {fault.Transient, false}} {
		r := newRig(t, 0, 3)
		r.Settings.RefundsAndReturns = orders.ImportRefunds
		r.Source.NoReturns = &fault.Error{Op: "shopify", Kind: tt.kind, Err: errors.New("no")}
		res, err := r.Slice(jobqueue.Request{})
		if (err == nil) != tt.goes || tt.goes && (!res.Done || !strings.Contains(res.Progress.Note, "returns that have begun are not listed") || res.Counts.Created != 3) {
			t.Errorf("%s: %+v, %v", tt.kind, res, err)
		}
		r.Source.NoReturns = nil
		returning(r, "IN_PROGRESS", 0, 1)
		r.At = r.At.Add(61 * time.Minute)
		if r.Run(""); r.Load("5000").Return("7") == nil {
			t.Errorf("%s: it is not found later", tt.kind)
		}
	}
}
