package orders_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/faulty"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
)

// rig is an import into a stage, with what these tests ask of it.
type rig struct{ *orderstest.Rig }

func newRig(t *testing.T, lag time.Duration, n int) *rig {
	t.Helper()
	return &rig{orderstest.New(t, lag, n)}
}

func TestImport(t *testing.T) {
	orderstest.EachLag(t, func(t *testing.T, lag time.Duration) {
		t.Helper()
		r := newRig(t, lag, 35)
		res := r.Run("")
		if res.Counts.Created != 35 || !slices.Equal(res.FollowUps, []string{"process-orders"}) {
			t.Errorf("result %+v", res)
		}
		if got := r.States(); got[orders.Ready] != 35 || len(got) != 1 {
			t.Errorf("states %v", got)
		}
		// Nothing new: the overlap is listed, and neither read nor written.
		read := r.Source.Details
		r.Injector.Arm(0, faulty.Before, false)
		if res := r.Run(""); res.Counts.Created+res.Counts.Updated != 0 || r.Source.Details != read || r.Injector.Writes() != 0 {
			t.Errorf("second run %+v, %d details, %d writes; want nothing", res.Counts, r.Source.Details-read, r.Injector.Writes())
		}
		r.Change(3, func(o *orders.Order) { o.Tags = []string{"gift"} })
		if res := r.Run(""); res.Counts.Updated != 1 || r.Source.Details != read+1 {
			t.Errorf("after a change %+v, %d details", res.Counts, r.Source.Details-read)
		}
	})
}

func TestLateIndexLosesNothing(t *testing.T) {
	r := newRig(t, 0, 10)
	late := orderstest.Order(20, r.Now().Add(-4*time.Minute))
	r.Source.Put(late)
	r.Source.Hidden[late.ID] = r.Now().Add(5 * time.Minute)
	r.Source.Put(orderstest.Order(21, r.Now())) // newer, and listed at once
	r.Run("")
	r.At = r.At.Add(6 * time.Minute)
	r.Run("")
	if v := r.View("#1021"); v.State != orders.Ready {
		t.Errorf("the order that was listed late is %+v", v)
	}
}

func TestWindowsStayUnderTheLimit(t *testing.T) {
	r := newRig(t, 0, 60)
	r.Import.MaxObjects = 20
	if res := r.Run(""); res.Counts.Created != 60 {
		t.Errorf("created %d, want 60", res.Counts.Created)
	}
	if len(r.Source.Windows) < 4 {
		t.Errorf("%d windows for 60 orders of at most 19", len(r.Source.Windows))
	}
	for _, w := range r.Source.Windows {
		if n := len(r.Source.Listed(w)); n >= 20 {
			t.Errorf("window %v holds %d orders, at most 19 can be listed", w, n)
		}
	}
}

func TestSlicesOfOnePageMakeProgress(t *testing.T) {
	r := newRig(t, 0, 45)
	slicesDone := 0
	q := jobqueue.Request{MaxPages: 1}
	for done := false; !done; slicesDone++ {
		res, err := r.Slice(q)
		if err != nil || slicesDone > 20 {
			t.Fatalf("slice %d: %v", slicesDone, err)
		}
		done, q.Checkpoint = res.Done, res.Checkpoint
	}
	if got := r.States(); got[orders.Ready] != 45 || slicesDone != 5 {
		t.Errorf("%v in %d slices, want 45 ready in 5", got, slicesDone)
	}
}

func TestFiltersJudgeAgain(t *testing.T) {
	orderstest.EachLag(t, func(t *testing.T, lag time.Duration) {
		t.Helper()
		r := newRig(t, lag, 3)
		r.Source.Sold["5001"] = func(o orders.Order) orders.Order { o.FullyPaid = true; return o }(r.Source.Sold["5001"])
		r.Run(`{"fullyPaid":true}`)
		if got := r.States(); got[orders.Filtered] != 2 || got[orders.Ready] != 1 {
			t.Fatalf("states %v, want two filtered", got)
		}
		if v := r.View("#1001"); v.Reason != "not fully paid" {
			t.Errorf("reason %q", v.Reason)
		}
		r.Change(0, func(o *orders.Order) { o.FullyPaid = true })
		r.Run(`{"fullyPaid":true}`)
		if v := r.View("#1001"); v.State != orders.Ready {
			t.Errorf("the order that was paid since is %s", v.State)
		}
		r.Run(`{}`) // the merchant drops the filter
		if v := r.View("#1003"); v.State != orders.Ready {
			t.Errorf("without the filter the order is %s", v.State)
		}
	})
}

func TestUnreadableOrderStopsNobody(t *testing.T) {
	r := newRig(t, 0, 12)
	r.Source.Broken["5004"] = true
	res := r.Run("")
	if res.Counts.Created != 11 || res.Counts.Failed != 1 {
		t.Errorf("counts %+v, want 11 created and one failed", res.Counts)
	}
	v := r.View("5004")
	if v.State != orders.Unread || v.Issue == nil || v.Issue.Reason != orders.OrderUnreadable {
		t.Errorf("the order is %+v", v)
	}
	delete(r.Source.Broken, "5004")
	r.Run("")
	if v := r.View("#1005"); v.State != orders.Ready || v.Issue != nil {
		t.Errorf("once readable the order is %+v", v)
	}
	if is, err := r.Stage.Issues.List(t.Context(), "acme"); err != nil || len(is) != 0 {
		t.Errorf("issues %v, %v; want none left", is, err)
	}
}

func TestByName(t *testing.T) {
	r := newRig(t, 0, 5)
	if res := r.Run(`{"names":["#1002","#1004"],"fullyPaid":true}`); res.Counts.Created != 2 {
		t.Errorf("created %d, want the two named whatever the filter says", res.Counts.Created)
	}
	if c, err := r.Stage.Cursor(t.Context(), "acme"); err != nil || !c.UpTo.IsZero() {
		t.Errorf("cursor %v, %v; want it where it was", c, err)
	}
	_, err := r.Slice(jobqueue.Request{Parameters: json.RawMessage(`{"names":["#9"]}`)})
	if fault.KindOf(err) != fault.Rejected || !strings.Contains(err.Error(), "#9") {
		t.Errorf("unknown name: %v", err)
	}
}

func TestDryRunChangesNothing(t *testing.T) {
	r := newRig(t, 0, 5)
	r.Injector.Arm(0, faulty.Before, false)
	res, err := r.Slice(jobqueue.Request{DryRun: true, Parameters: json.RawMessage(`{"fromNumber":1003}`)})
	if err != nil || r.Injector.Writes() != 0 || res.FollowUps != nil {
		t.Fatalf("%v, %d writes, follow-ups %v", err, r.Injector.Writes(), res.FollowUps)
	}
	var ps []orders.Planned
	if err := json.Unmarshal(res.Report, &ps); err != nil || len(ps) != 5 || ps[0].State != orders.Filtered || ps[4].State != orders.Ready {
		t.Errorf("report %s, %v", res.Report, err)
	}
}

func TestChangesAfterProcessing(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*orders.Order)
		state  orders.State
		reason issue.Reason
	}{
		{"a tag", func(o *orders.Order) { o.Tags = []string{"x"} }, orders.Processed, ""},
		{"fulfilled", func(o *orders.Order) { o.FulfillmentStatus = "FULFILLED" }, orders.Processed, ""},
		{"paid", func(o *orders.Order) { o.FinancialStatus, o.FullyPaid = "PAID", true }, orders.Processed, ""},
		{"a note", func(o *orders.Order) { o.Note = "ring twice" }, orders.Processed, ""},
		{"ships from elsewhere", func(o *orders.Order) { o.Lines[0].Location = "7" }, orders.Processed, ""},
		{"fewer units", func(o *orders.Order) { o.Lines[0].CurrentQuantity = 1 }, orders.Conflict, orders.ChangedAfterProcessing},
		{"a discount", func(o *orders.Order) { o.Lines[0].Discounts = []money.Bag{orderstest.Amount("1")} }, orders.Conflict, orders.ChangedAfterProcessing},
		{"refunded with money", func(o *orders.Order) { o.Refunded = orderstest.Amount("3") }, orders.Conflict, orders.ChangedAfterProcessing},
		{"a tip", func(o *orders.Order) { o.Tip = orderstest.Amount("2") }, orders.Conflict, orders.ChangedAfterProcessing},
		{"another address", func(o *orders.Order) { o.Shipping = &orders.Address{City: "Köln"} }, orders.Conflict, orders.ChangedAfterProcessing},
		{"another e-mail", func(o *orders.Order) { o.Email = "new@example.com" }, orders.Conflict, orders.ChangedAfterProcessing},
		{"more units", func(o *orders.Order) { o.Lines = slices.Clone(o.Lines); o.Lines[0].CurrentQuantity = 3 }, orders.Conflict, orders.ChangedAfterProcessing},
		{"another line", func(o *orders.Order) { o.Lines = append(slices.Clone(o.Lines), orders.Line{ID: "99"}) }, orders.Conflict, orders.ChangedAfterProcessing},
		{"dearer shipping", func(o *orders.Order) { o.ShippingTotal = orderstest.Amount("4.90") }, orders.Conflict, orders.ChangedAfterProcessing},
		{"cancelled", func(o *orders.Order) { o.CancelledAt = orderstest.Start }, orders.Conflict, orders.CancelledAfterProcessing},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 2)
			r.Run("")
			r.Process("#1001")
			was := r.Source.Sold["5000"]
			was.Lines = slices.Clone(was.Lines)
			r.Change(0, c.change)
			r.Run("")
			v := r.View("#1001")
			if v.State != c.state || (v.Issue == nil) != (c.reason == "") || v.Issue != nil && v.Issue.Reason != c.reason || v.Document == nil {
				t.Fatalf("order is %s with %+v, want %s for %s", v.State, v.Issue, c.state, c.reason)
			}
			if c.state == orders.Processed {
				return
			}
			// Changed back, it is in order again by itself.
			r.Change(0, func(o *orders.Order) { *o = was })
			r.Run("")
			if v := r.View("#1001"); v.State != orders.Processed || v.Issue != nil {
				t.Errorf("changed back it is %s with %+v", v.State, v.Issue)
			}
		})
	}
}
