package documents_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/documents"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
	"backroom/shared/products"
)

// lookingOffice is an office that looks at orders again which have waited. Its
// orders are imported, and an hour has passed.
func lookingOffice(t *testing.T, lag time.Duration, filters string) *office {
	t.Helper()
	o := newOffice(t, lag)
	o.docs.Look = o.Import.Look
	o.card.OrderAttributesToShop = false
	o.Claim()
	o.Run(filters)
	o.At = o.At.Add(time.Hour)
	o.Claim()
	return o
}

func (o *office) process() {
	o.T.Helper()
	if err := o.slices(o.documents); err != nil {
		o.T.Fatal(err)
	}
}

// salesOrders are the numbers that sales orders in the company have for id.
func (o *office) salesOrders(id string) int {
	o.T.Helper()
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
			so := o.Source.Sold["5000"]
			so.Lines = slices.Clone(so.Lines)
			f(&so)
			so.UpdatedAt = o.Now().Truncate(time.Second)
			o.Source.Put(so)
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
		{"deleted", "", func(o *office) { delete(o.Source.Sold, "5000") }, orders.Skipped, "not in Shopify any more"},
		{"cancelled", "", edit(func(o *orders.Order) { o.CancelledAt = orderstest.Start }), orders.Skipped, "cancelled"},
		{"another SKU", "", edit(func(o *orders.Order) { o.Lines[0].SKU = "NONE" }), orders.Attention, "item"},
		{"kept out by a filter now", `{"notTags":["hold"]}`, edit(func(o *orders.Order) { o.Tags = []string{"hold"} }), orders.Filtered, "hold"},
		{"cannot be read", "", func(o *office) { o.Source.Failing = map[string]error{"5000": errors.New("internal error")} }, orders.Unread, "could not be read"},
		{"too old for the app", "", func(o *office) {
			delete(o.Source.Sold, "5000")
			o.Source.Oldest = orderstest.Start
		}, orders.Attention, "too old"},
		{"gone, and the horizon is far", "", func(o *office) {
			delete(o.Source.Sold, "5000")
			o.Source.Oldest = orderstest.Start.AddDate(0, 0, -60)
		}, orders.Skipped, "not in Shopify any more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			orderstest.EachLag(t, func(t *testing.T, lag time.Duration) {
				t.Helper()
				o := lookingOffice(t, lag, c.filters)
				c.change(o)
				was := o.Source.Details
				o.process()
				v, err := o.Stage.Find(t.Context(), "acme", "5000")
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
				if n := o.Source.Details - was; n != sales {
					t.Errorf("%d orders were read, want each of %d once", n, sales)
				}
			})
		})
	}
}

// What has just been imported is believed.
func TestFreshOrdersAreNotLookedAt(t *testing.T) {
	o := newOffice(t, 0)
	o.docs.Look = o.Import.Look
	o.Claim()
	o.Run("")
	o.Claim()
	was := o.Source.Details
	o.process()
	if o.Source.Details != was {
		t.Errorf("%d orders were read anew", o.Source.Details-was)
	}
}

// An order that its issue or a decision belongs to keeps both when it is looked at.
func TestLookKeepsIssuesAndDecisions(t *testing.T) {
	o := lookingOffice(t, 0, "")
	o.process()
	before, ok, err := o.Stage.Issues.Get(t.Context(), "acme", "order", "5003")
	if err != nil || !ok || before.Reason != products.ItemUnmapped {
		t.Fatalf("%+v, %v", before, err)
	}
	o.At = o.At.Add(time.Hour)
	o.Claim()
	if _, err := o.Import.Look(t.Context(), o.card.Shop, o.Lease, []string{"5003"}); err != nil {
		t.Fatal(err)
	}
	after, ok, err := o.Stage.Issues.Get(t.Context(), "acme", "order", "5003")
	if err != nil || !ok || after.Reason != before.Reason || !after.FirstSeen.Equal(before.FirstSeen) {
		t.Errorf("%+v became %+v, %v", before, after, err)
	}
	if v := o.View("#1004"); v.State != orders.Attention {
		t.Errorf("it is %s", v.State)
	}
}

// An order whose create was sent and never came there, and which is gone since,
// is skipped as soon as it is certain that it has no document.
func TestGoneWhileItsCreateWasUnknown(t *testing.T) {
	o := lookingOffice(t, 0, "")
	p, ok, err := o.Stage.PendingByID(t.Context(), "acme", "5000")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, err := o.Stage.Save(t.Context(), o.Jobs, o.Lease, []documents.Outcome{{Pending: p, SentAt: o.Now()}}); err != nil {
		t.Fatal(err)
	}
	delete(o.Source.Sold, "5000")
	for _, want := range []orders.State{orders.Creating, orders.Skipped} {
		o.process()
		if v, err := o.Stage.Find(t.Context(), "acme", "5000"); err != nil || v.State != want {
			t.Errorf("it is %s, %v, want %s", v.State, err, want)
		}
		o.At = o.At.Add(time.Hour)
		o.Claim()
	}
	if n := o.salesOrders("5000"); n != 0 {
		t.Errorf("%d sales orders", n)
	}
}
