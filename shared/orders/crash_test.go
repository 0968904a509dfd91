package orders_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/faulty"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
)

// picture is all that people see of the orders.
func (r *rig) picture() string {
	r.T.Helper()
	r.At = r.At.Add(time.Hour)
	vs, _, err := r.Stage.List(r.T.Context(), "acme", "", "", 0)
	if err != nil {
		r.T.Fatal(err)
	}
	var b strings.Builder
	for _, v := range vs {
		fmt.Fprintf(&b, "%s %s %s", v.Name, v.State, v.Reason)
		if v.Issue != nil {
			fmt.Fprintf(&b, " %s", v.Issue.Reason)
		}
		if v.Document != nil {
			fmt.Fprintf(&b, " %s", v.Document.Number)
		}
		b.WriteString("; ")
	}
	for _, o := range r.Behind() {
		fmt.Fprintf(&b, "%s is behind; ", o.Name)
	}
	is, err := r.Stage.Issues.List(r.T.Context(), "acme")
	if err != nil {
		r.T.Fatal(err)
	}
	fmt.Fprintf(&b, "%d issues", len(is))
	return b.String()
}

func TestEveryWriteOfALaterRunFailsOnce(t *testing.T) {
	orderstest.EachLag(t, func(t *testing.T, lag time.Duration) {
		t.Helper()
		clean := lived(t, lag)
		clean.Injector.Arm(0, faulty.Before, false)
		clean.Run("")
		points := clean.Injector.Writes()
		clean.Run("")
		want := clean.picture()
		for _, s := range []string{"#1001 conflict  changed-after-processing SO1", "#1002 ready", "#1003 processed", "#1007 ready", "#1021 ready", "#1005 is behind"} {
			if !strings.Contains(want, s) {
				t.Fatalf("undisturbed: %s; want it to have %q", want, s)
			}
		}
		if points < 4 {
			t.Fatalf("%d writes", points)
		}
		for n := 1; n <= points; n++ {
			for _, mode := range []faulty.Mode{faulty.Before, faulty.After, faulty.Late} {
				r := lived(t, lag)
				r.Injector.Delay = 10 * time.Minute
				r.Injector.Arm(n, mode, true)
				if _, err := r.Slice(jobqueue.Request{}); err == nil {
					t.Errorf("write %d failed %s, and the run did not notice", n, mode)
				}
				r.Injector.Revive()
				r.Open()
				r.Run("")
				r.At = r.At.Add(time.Hour)
				r.Injector.RunDue()
				r.Run("")
				if got := r.picture(); got != want {
					t.Errorf("write %d %s:\n%s\nwant\n%s", n, mode, got, want)
				}
			}
		}
	})
}

// lived is a shop some time after its first import: a filter is dropped, orders
// have changed, one of them after its document was made, one cannot be read.
func lived(t *testing.T, lag time.Duration) *rig {
	t.Helper()
	r := newRig(t, lag, 14)
	for i := range 14 {
		if i%2 == 0 {
			r.Source.Sold[fmt.Sprint(5000+i)] = func(o orders.Order) orders.Order { o.FullyPaid = true; return o }(r.Source.Sold[fmt.Sprint(5000+i)])
		}
	}
	r.Source.Broken["5006"] = true
	r.Run(`{"fullyPaid":true}`)
	r.Process("#1001")
	r.Process("#1003")
	r.Change(0, func(o *orders.Order) { o.Lines = append(slices.Clone(o.Lines), orders.Line{ID: "99"}) })
	r.Change(1, func(o *orders.Order) { o.FullyPaid = true })
	r.Change(2, func(o *orders.Order) { o.Tags = []string{"x"} })
	r.Touch(20, 0)
	delete(r.Source.Broken, "5006")
	r.Source.Broken["5004"] = true
	r.Change(4, func(o *orders.Order) { o.Tags = []string{"x"} })
	r.At = r.At.Add(time.Minute)
	return r
}
