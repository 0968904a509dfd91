package staging_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/documents"
	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/products"
)

// lookingOffice is an office that looks at orders again which have waited. Its
// orders are imported, and an hour has passed.
func lookingOffice(t *testing.T, lag time.Duration, filters string) *office {
	t.Helper()
	o := newOffice(t, lag)
	o.docs.Look = o.task.Look
	o.card.OrderAttributesToShop = false
	o.claim()
	o.run(filters)
	o.at = o.at.Add(time.Hour)
	o.claim()
	return o
}

func (o *office) process() {
	o.t.Helper()
	if err := o.slices(o.documents); err != nil {
		o.t.Fatal(err)
	}
}

// salesOrders are the numbers that sales orders in the company have for id.
func (o *office) salesOrders(id string) int {
	o.t.Helper()
	n := 0
	for _, s := range o.bc.Companies()[0].SalesOrders() {
		if strings.HasSuffix(s.ExternalDocumentNumber, "-"+id) {
			n++
		}
	}
	return n
}

func TestOrdersThatWaitedAreLookedAtOnceMore(t *testing.T) {
	edit := func(f func(*orders.Order)) func(*office) {
		return func(o *office) {
			so := o.source.orders["5000"]
			so.Lines = slices.Clone(so.Lines)
			f(&so)
			so.UpdatedAt = o.now().Truncate(time.Second)
			o.source.put(so)
		}
	}
	for _, c := range []struct {
		name    string
		filters string
		change  func(*office)
		state   orders.State
		says    string // the reason of the state, or of the issue
	}{
		{"unchanged", "", func(*office) {}, orders.Processed, ""},
		{"deleted", "", func(o *office) { delete(o.source.orders, "5000") }, orders.Skipped, "not in Shopify any more"},
		{"cancelled", "", edit(func(o *orders.Order) { o.CancelledAt = start }), orders.Skipped, "cancelled"},
		{"another SKU", "", edit(func(o *orders.Order) { o.Lines[0].SKU = "NONE" }), orders.Attention, "item"},
		{"kept out by a filter now", `{"notTags":["hold"]}`, edit(func(o *orders.Order) { o.Tags = []string{"hold"} }), orders.Filtered, "hold"},
		{"cannot be read", "", func(o *office) { o.source.failing = map[string]error{"5000": errors.New("internal error")} }, orders.Unread, "could not be read"},
		{"too old for the app", "", func(o *office) {
			delete(o.source.orders, "5000")
			o.source.horizon = start
		}, orders.Attention, "too old"},
		{"gone, and the horizon is far", "", func(o *office) {
			delete(o.source.orders, "5000")
			o.source.horizon = start.AddDate(0, 0, -60)
		}, orders.Skipped, "not in Shopify any more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			eachLag(t, func(t *testing.T, lag time.Duration) {
				t.Helper()
				o := lookingOffice(t, lag, c.filters)
				c.change(o)
				was := o.source.details
				o.process()
				v, err := o.stage.Find(t.Context(), "acme", "5000")
				says := v.Reason
				if v.Issue != nil {
					says += v.Issue.Text
				}
				if err != nil || v.State != c.state || !strings.Contains(says, c.says) {
					t.Errorf("the order is %s: %q, %v, want %s: %q", v.State, says, err, c.state, c.says)
				}
				want := 0
				if c.state == orders.Processed {
					want = 1
				}
				if n := o.salesOrders("5000"); n != want {
					t.Errorf("%d sales orders, want %d", n, want)
				}
				if n := o.source.details - was; n != sales {
					t.Errorf("%d orders were read, want each of %d once", n, sales)
				}
			})
		})
	}
}

// What has just been imported is believed.
func TestFreshOrdersAreNotLookedAt(t *testing.T) {
	o := newOffice(t, 0)
	o.docs.Look = o.task.Look
	o.claim()
	o.run("")
	o.claim()
	was := o.source.details
	o.process()
	if o.source.details != was {
		t.Errorf("%d orders were read anew", o.source.details-was)
	}
}

// An order that its issue or a decision belongs to keeps both when it is looked at.
func TestLookKeepsIssuesAndDecisions(t *testing.T) {
	o := lookingOffice(t, 0, "")
	o.process()
	before, ok, err := o.stage.Issues.Get(t.Context(), "acme", "order", "5003")
	if err != nil || !ok || before.Reason != products.ItemUnmapped {
		t.Fatalf("%+v, %v", before, err)
	}
	o.at = o.at.Add(time.Hour)
	o.claim()
	if _, err := o.task.Look(t.Context(), o.card.Shop, o.lease, []string{"5003"}); err != nil {
		t.Fatal(err)
	}
	after, ok, err := o.stage.Issues.Get(t.Context(), "acme", "order", "5003")
	if err != nil || !ok || after.Reason != before.Reason || !after.FirstSeen.Equal(before.FirstSeen) {
		t.Errorf("%+v became %+v, %v", before, after, err)
	}
	if v := o.view("#1004"); v.State != orders.Attention {
		t.Errorf("it is %s", v.State)
	}
}

// An order whose create was sent and never came there, and which is gone since,
// is skipped as soon as it is certain that it has no document.
func TestGoneWhileItsCreateWasUnknown(t *testing.T) {
	o := lookingOffice(t, 0, "")
	p, ok, err := o.stage.PendingByID(t.Context(), "acme", "5000")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, err := o.stage.Save(t.Context(), o.jobs, o.lease, []documents.Outcome{{Pending: p, SentAt: o.now()}}); err != nil {
		t.Fatal(err)
	}
	delete(o.source.orders, "5000")
	for _, want := range []orders.State{orders.Creating, orders.Skipped} {
		o.process()
		if v, err := o.stage.Find(t.Context(), "acme", "5000"); err != nil || v.State != want {
			t.Errorf("it is %s, %v, want %s", v.State, err, want)
		}
		o.at = o.at.Add(time.Hour)
		o.claim()
	}
	if n := o.salesOrders("5000"); n != 0 {
		t.Errorf("%d sales orders", n)
	}
}

func TestListThatRepeatsItself(t *testing.T) {
	r := newRig(t, 0, 3)
	r.source.loops = true
	var q jobqueue.Request
	for n := range 50 {
		res, err := r.slice(q)
		if err != nil {
			if fault.KindOf(err) != fault.Transient {
				t.Errorf("%v", err)
			}
			return
		}
		if res.Done {
			t.Fatalf("done after %d slices", n)
		}
		q.Checkpoint = res.Checkpoint
	}
	t.Error("the list is walked for ever")
}
