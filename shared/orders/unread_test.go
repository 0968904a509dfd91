package orders_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/orders"
	"backroom/shared/orders/orderstest"
)

// An order with an error of its own is set aside with an issue that names it;
// neighbours, and what comes later, go on.
func TestOneOrderThatCannotBeRead(t *testing.T) {
	internal := &fault.Error{Op: "shopify.OrderBatch", Kind: fault.Transient, Code: "INTERNAL_SERVER_ERROR", Err: errors.New("internal error (request 7f3a)")}
	denied := &fault.Error{Op: "shopify.OrderBatch", Kind: fault.Blocked, Code: "ACCESS_DENIED", Err: errors.New("denied (at nodes.2.customer) (request 7f3a)")}
	for reason, cause := range map[issue.Reason]error{orders.OrderUnreadable: internal, orders.OrderDenied: denied} {
		orderstest.EachLag(t, func(t *testing.T, lag time.Duration) {
			t.Helper()
			r := newRig(t, lag, 6)
			r.Source.Failing = map[string]error{"5002": cause}
			r.Run("")
			if got := r.States(); got[orders.Ready] != 5 || got[orders.Unread] != 1 {
				t.Errorf("states %v", got)
			}
			v := r.View("#1003")
			if v.State != orders.Unread || v.Issue == nil || v.Issue.Reason != reason || v.Issue.Name != "#1003" || v.Issue.Detail != cause.Error() {
				t.Fatalf("%+v with %+v", v, v.Issue)
			}
			later := orderstest.Order(7, r.Now())
			r.Source.Put(later)
			r.Run("")
			if v := r.View(later.Name); v.State != orders.Ready {
				t.Errorf("an order that comes later is %s", v.State)
			}
			delete(r.Source.Failing, "5002")
			r.At = r.At.Add(6 * time.Hour)
			r.Run("")
			if v := r.View("#1003"); v.State != orders.Ready || v.Issue != nil {
				t.Errorf("once it can be read it is %s with %+v", v.State, v.Issue)
			}
		})
	}
}

// An order that cannot be read is tried at once, and then ever more seldom; a
// person who asks for it by name does not have to wait.
func TestUnreadOrdersAreTriedWithBackOff(t *testing.T) {
	r := newRig(t, 0, 2)
	r.Source.Failing = map[string]error{"5000": errors.New("internal error")}
	r.Run("")
	was := r.Source.Details
	var tries int
	for end := r.Now().Add(24 * time.Hour); r.Now().Before(end); r.At = r.At.Add(9 * time.Minute) { // run takes one more
		r.Run("")
		if r.Source.Details > was {
			tries++
		}
		was = r.Source.Details
	}
	if tries < 5 || tries > 12 {
		t.Errorf("%d tries in a day, want about 9", tries)
	}
	delete(r.Source.Failing, "5000")
	r.Run(`{"names":["#1001"]}`)
	if v := r.View("#1001"); v.State != orders.Ready {
		t.Errorf("asked for by name it is %s", v.State)
	}
}

// The retry of those that could not be read must not stop an import.
func TestRetryDoesNotStopTheImport(t *testing.T) {
	r := newRig(t, 0, 1)
	r.Source.Failing = map[string]error{"5000": errors.New("internal error")}
	r.Run("")
	r.Source.Whole = map[string]error{"5000": &fault.Error{Op: "shopify.OrderBatch", Kind: fault.Transient, Code: "HTTP_504", Err: errors.New("no answer in time")}}
	r.At = r.At.Add(time.Hour)
	r.Source.Put(orderstest.Order(1, r.Now()))
	r.Run("")
	if v := r.View("#1002"); v.State != orders.Ready {
		t.Errorf("the order after it is %s", v.State)
	}
}

// unknown is how far the clock of a source may be apart that does not tell the time.
const unknown = time.Minute

// Whatever the clocks say, a change in the second of the last read is seen: the
// next import looks once more, and only once.
func TestChangeInTheSecondOfTheReadWithClocksApart(t *testing.T) {
	for _, ahead := range []time.Duration{0, 6 * time.Second, -6 * time.Second, time.Hour, -time.Hour} {
		for _, silent := range []bool{false, true} {
			t.Run(fmt.Sprintf("ahead %v, silent %t", ahead, silent), func(t *testing.T) {
				if silent && ahead.Abs() > unknown {
					t.Skip("such a source has to tell the time")
				}
				r := newRig(t, 0, 0)
				r.Source.Ahead, r.Source.Silent = ahead, silent
				there := func() time.Time { return r.Now().Add(ahead).Truncate(time.Second) }
				r.Source.Put(orderstest.Order(0, there()))
				r.Run("")
				// Changed in the same second, after it had been read.
				o := r.Source.Sold["5000"]
				o.Email = "new@example.com"
				r.Source.Put(o)
				r.Run("")
				if got := r.Load("5000").Email; got != "new@example.com" {
					t.Errorf("the copy has e-mail %q", got)
				}
				r.At = r.At.Add(2 * time.Minute)
				r.Run("")
				was := r.Source.Details
				r.Run("")
				if r.Source.Details != was {
					t.Error("it is read again and again")
				}
			})
		}
	}
}
