package staging_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/faulty"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/staging"
)

// lived is a shop some time after its first import: a filter is dropped, orders
// have changed, one of them after its document was made, one cannot be read.
func lived(t *testing.T, lag time.Duration) *rig {
	t.Helper()
	r := newRig(t, lag, 14)
	for i := range 14 {
		if i%2 == 0 {
			r.source.orders[fmt.Sprint(5000+i)] = func(o orders.Order) orders.Order { o.FullyPaid = true; return o }(r.source.orders[fmt.Sprint(5000+i)])
		}
	}
	r.source.broken["5006"] = true
	r.run(`{"fullyPaid":true}`)
	r.process("#1001")
	r.process("#1003")
	r.change(0, func(o *orders.Order) { o.Lines = append(slices.Clone(o.Lines), orders.Line{ID: "99"}) })
	r.change(1, func(o *orders.Order) { o.FullyPaid = true })
	r.change(2, func(o *orders.Order) { o.Tags = []string{"x"} })
	r.touch(20, 0)
	delete(r.source.broken, "5006")
	r.source.broken["5004"] = true
	r.change(4, func(o *orders.Order) { o.Tags = []string{"x"} })
	r.at = r.at.Add(time.Minute)
	return r
}

// picture is all that people see of the orders.
func (r *rig) picture() string {
	r.t.Helper()
	r.at = r.at.Add(time.Hour)
	vs, _, err := r.stage.List(r.t.Context(), "acme", "", "", 0)
	if err != nil {
		r.t.Fatal(err)
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
	for _, o := range r.behind() {
		fmt.Fprintf(&b, "%s is behind; ", o.Name)
	}
	is, err := r.stage.Issues.List(r.t.Context(), "acme")
	if err != nil {
		r.t.Fatal(err)
	}
	fmt.Fprintf(&b, "%d issues", len(is))
	return b.String()
}

func TestEveryWriteOfALaterRunFailsOnce(t *testing.T) {
	eachLag(t, func(t *testing.T, lag time.Duration) {
		t.Helper()
		clean := lived(t, lag)
		clean.injector.Arm(0, faulty.Before, false)
		clean.run("")
		points := clean.injector.Writes()
		clean.run("")
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
				r.injector.Delay = 10 * time.Minute
				r.injector.Arm(n, mode, true)
				if _, err := r.slice(jobqueue.Request{}); err == nil {
					t.Errorf("write %d failed %s, and the run did not notice", n, mode)
				}
				r.injector.Revive()
				r.open()
				r.run("")
				r.at = r.at.Add(time.Hour)
				r.injector.RunDue()
				r.run("")
				if got := r.picture(); got != want {
					t.Errorf("write %d %s:\n%s\nwant\n%s", n, mode, got, want)
				}
			}
		}
	})
}

// A decision whose answer is lost may be made again, or is refused; the order
// is never in between.
func TestDecisionFailsOnce(t *testing.T) {
	for _, mode := range []faulty.Mode{faulty.Before, faulty.After, faulty.Late} {
		r := lived(t, 0)
		r.run("")
		r.injector.Delay = time.Minute
		r.injector.Arm(1, mode, false)
		if _, err := r.stage.Decide(t.Context(), "acme", "#1001", staging.Unlink); err == nil {
			t.Fatalf("%s: the decision did not notice", mode)
		}
		r.at = r.at.Add(time.Hour)
		r.injector.RunDue()
		v := r.view("#1001")
		want := orders.Conflict
		if mode != faulty.Before {
			want = orders.Ready
		}
		if v.State != want || (v.Document == nil) != (want == orders.Ready) || (v.Issue == nil) != (want == orders.Ready) {
			t.Errorf("%s: the order is %s with %+v and %+v", mode, v.State, v.Document, v.Issue)
		}
	}
}
