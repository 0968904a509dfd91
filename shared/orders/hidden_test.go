package orders_test

import (
	"strings"
	"testing"
	"time"

	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
)

// shopIssues are the issues of the shop as a whole.
func (r *rig) shopIssues() []issue.Issue {
	r.T.Helper()
	all, err := r.Stage.Issues.List(r.T.Context(), "acme")
	if err != nil {
		r.T.Fatal(err)
	}
	var out []issue.Issue
	for _, i := range all {
		if i.Kind == "shop" {
			out = append(out, i)
		}
	}
	return out
}

// What the app may not read of orders is said once, since when, until it may.
func TestHiddenFields(t *testing.T) {
	r := newRig(t, 0, 2)
	hide := func(fields ...string) {
		for i := range 2 {
			r.At = r.At.Add(time.Second)
			r.Change(i, func(o *orders.Order) { o.Hidden = fields })
		}
		r.At = r.At.Add(time.Minute)
	}
	hide("paymentTerms")
	res := r.Run("")
	is := r.shopIssues()
	if len(is) != 1 || is[0].Reason != orders.FieldHidden || !strings.Contains(is[0].Text, "payment terms since 2026-11-23") || !strings.Contains(is[0].Text, "read_payment_terms") {
		t.Fatalf("%+v", is)
	}
	if res.Counts.Failed != 1 || !strings.Contains(res.Progress.Note, "payment terms") {
		t.Errorf("the run says %+v, %q", res.Counts, res.Progress.Note)
	}
	if got := r.States(); got[orders.Ready] != 2 {
		t.Errorf("states %v: orders are imported with what is readable", got)
	}
	r.At = r.At.Add(48 * time.Hour)
	hide("attribution", "paymentTerms")
	if res = r.Run(""); res.Counts.Failed != 1 {
		t.Errorf("said again: %+v", res.Counts)
	}
	if is = r.shopIssues(); len(is) != 2 || !strings.Contains(is[1].Text, "since 2026-11-23") || is[1].Attempts != 1 {
		t.Errorf("%+v", is)
	}
	r.Run("") // reads nothing, and knows nothing
	if is = r.shopIssues(); len(is) != 2 {
		t.Errorf("%+v", is)
	}
	hide()
	r.Run("")
	if is = r.shopIssues(); len(is) != 0 {
		t.Errorf("issues that stay: %+v", is)
	}
}

// Orders that the first import cannot see are said, and imported when they can be.
func TestHiddenOrders(t *testing.T) {
	r := newRig(t, 0, 1)
	old := orderstest.Order(7, orderstest.Start.AddDate(0, 0, -100))
	r.Source.Oldest = orderstest.Start.AddDate(0, 0, -60)
	from := `{"from":"2026-07-26T08:00:00Z"}`
	res := r.Run(from)
	is := r.shopIssues()
	if len(is) != 1 || is[0].Reason != orders.OrdersHidden || !strings.Contains(is[0].Text, "from 2026-07-26 to 2026-09-24") {
		t.Fatalf("%+v", is)
	}
	if res.Counts.Failed != 1 || !strings.Contains(res.Progress.Note, "2026-07-26") {
		t.Errorf("the run says %+v, %q", res.Counts, res.Progress.Note)
	}
	r.At = r.At.Add(25 * time.Hour)
	if res = r.Run(from); res.Counts.Failed != 0 || len(r.shopIssues()) != 1 {
		t.Errorf("said again: %+v", res.Counts)
	}
	// Now the app may read all orders.
	r.Source.Oldest = time.Time{}
	r.Source.Put(old)
	r.At = r.At.Add(25 * time.Hour)
	r.Run(from)
	if v := r.View(old.Name); v.State != orders.Ready {
		t.Errorf("an order of before is %s", v.State)
	}
	if is = r.shopIssues(); len(is) != 0 {
		t.Errorf("issues that stay: %+v", is)
	}
}

// Where the import starts within what every app sees, nobody asks.
func TestNothingHidden(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Source.Oldest = orderstest.Start.AddDate(0, 0, -60)
	r.Run(`{"from":"2026-11-01T00:00:00Z"}`)
	r.At = r.At.AddDate(0, 0, 90) // by now it is long ago, and all has been seen in time
	r.Run(`{"from":"2026-11-01T00:00:00Z"}`)
	if is := r.shopIssues(); len(is) != 0 {
		t.Errorf("%+v", is)
	}
	if _, err := r.Slice(jobqueue.Request{DryRun: true}); err != nil {
		t.Error(err)
	}
}
