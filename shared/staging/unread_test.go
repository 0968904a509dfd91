package staging_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/issue"
	"backroom/shared/orders"
)

// An order with an error of its own is set aside with an issue that names it;
// neighbours, and what comes later, go on.
func TestOneOrderThatCannotBeRead(t *testing.T) {
	internal := &fault.Error{Op: "shopify.OrderBatch", Kind: fault.Transient, Code: "INTERNAL_SERVER_ERROR", Err: errors.New("internal error (request 7f3a)")}
	denied := &fault.Error{Op: "shopify.OrderBatch", Kind: fault.Blocked, Code: "ACCESS_DENIED", Err: errors.New("denied (at nodes.2.customer) (request 7f3a)")}
	for reason, cause := range map[issue.Reason]error{orders.OrderUnreadable: internal, orders.OrderDenied: denied} {
		eachLag(t, func(t *testing.T, lag time.Duration) {
			t.Helper()
			r := newRig(t, lag, 6)
			r.source.failing = map[string]error{"5002": cause}
			r.run("")
			if got := r.states(); got[orders.Ready] != 5 || got[orders.Unread] != 1 {
				t.Errorf("states %v", got)
			}
			v := r.view("#1003")
			if v.State != orders.Unread || v.Issue == nil || v.Issue.Reason != reason || v.Issue.Name != "#1003" || v.Issue.Detail != cause.Error() {
				t.Fatalf("%+v with %+v", v, v.Issue)
			}
			later := order(7, r.now())
			r.source.put(later)
			r.run("")
			if v := r.view(later.Name); v.State != orders.Ready {
				t.Errorf("an order that comes later is %s", v.State)
			}
			delete(r.source.failing, "5002")
			r.at = r.at.Add(6 * time.Hour)
			r.run("")
			if v := r.view("#1003"); v.State != orders.Ready || v.Issue != nil {
				t.Errorf("once it can be read it is %s with %+v", v.State, v.Issue)
			}
		})
	}
}

// An order that cannot be read is tried at once, and then ever more seldom; a
// person who asks for it by name does not have to wait.
func TestUnreadOrdersAreTriedWithBackOff(t *testing.T) {
	r := newRig(t, 0, 2)
	r.source.failing = map[string]error{"5000": errors.New("internal error")}
	r.run("")
	was := r.source.details
	var tries int
	for end := r.now().Add(24 * time.Hour); r.now().Before(end); r.at = r.at.Add(9 * time.Minute) { // run takes one more
		r.run("")
		if r.source.details > was {
			tries++
		}
		was = r.source.details
	}
	if tries < 5 || tries > 12 {
		t.Errorf("%d tries in a day, want about 9", tries)
	}
	delete(r.source.failing, "5000")
	r.run(`{"names":["#1001"]}`)
	if v := r.view("#1001"); v.State != orders.Ready {
		t.Errorf("asked for by name it is %s", v.State)
	}
}

// The retry of those that could not be read must not stop an import.
func TestRetryDoesNotStopTheImport(t *testing.T) {
	r := newRig(t, 0, 1)
	r.source.failing = map[string]error{"5000": errors.New("internal error")}
	r.run("")
	r.source.whole = map[string]error{"5000": &fault.Error{Op: "shopify.OrderBatch", Kind: fault.Transient, Code: "HTTP_504", Err: errors.New("no answer in time")}}
	r.at = r.at.Add(time.Hour)
	r.source.put(order(1, r.now()))
	r.run("")
	if v := r.view("#1002"); v.State != orders.Ready {
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
				r.source.ahead, r.source.silent = ahead, silent
				there := func() time.Time { return r.now().Add(ahead).Truncate(time.Second) }
				r.source.put(order(0, there()))
				r.run("")
				// Changed in the same second, after it had been read.
				o := r.source.orders["5000"]
				o.Email = "new@example.com"
				r.source.put(o)
				r.run("")
				if got := r.load("5000").Email; got != "new@example.com" {
					t.Errorf("the copy has e-mail %q", got)
				}
				r.at = r.at.Add(2 * time.Minute)
				r.run("")
				was := r.source.details
				r.run("")
				if r.source.details != was {
					t.Error("it is read again and again")
				}
			})
		}
	}
}
