package orderapi

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"backroom/shared/fault"
	"backroom/shared/orders"
	"backroom/shared/shopify"
	"backroom/shared/shopify/internal/wire"
	"backroom/shared/shopify/shoptest"
)

func idsUnread(list []orders.Unreadable) []string {
	var out []string
	for _, u := range list {
		out = append(out, u.ID)
	}
	return out
}

// What is wrong with one order is that order's: it never passes for one that does
// not exist, and its neighbours are there.
func TestErrorsInsideOneNode(t *testing.T) {
	for _, c := range []struct {
		name   string
		e      nodeError
		unread bool
		kind   fault.Kind
		hidden []string
		says   string
	}{
		{"a field failed", nodeError{error: internalError(), below: []any{"risk"}}, true, fault.Transient, nil, "req-1"},
		{"a field of a list failed", nodeError{error: internalError(), below: []any{"lineItems", "nodes", 0, "variant"}}, true, fault.Transient, nil, "req-1"},
		{"the order failed", nodeError{error: internalError(), null: true}, true, fault.Transient, nil, "req-1"},
		{"a field that must be there was denied", nodeError{error: denied("`read_customers`"), below: []any{"customer"}}, true, fault.Blocked, nil, "customer"},
		{"a company was denied", nodeError{error: denied("`read_companies`"), below: []any{"purchasingEntity", "company"}}, true, fault.Blocked, nil, "purchasingEntity"},
		{"a rule that we do not know", nodeError{error: shoptest.Obj{"message": "No.", "extensions": shoptest.Obj{"code": "SOMETHING_NEW"}}, below: []any{"note"}}, true, fault.Rejected, nil, "No."},
		{"without extensions", nodeError{error: shoptest.Obj{"message": "Broken."}, below: []any{"tags"}}, true, fault.Rejected, nil, "Broken."},
		{"terms denied", nodeError{error: denied("`read_payment_terms`"), below: []any{"paymentTerms"}}, false, "", []string{"paymentTerms"}, ""},
		{"inside of the terms", nodeError{error: denied("`read_payment_terms`"), below: []any{"paymentTerms", "paymentSchedules"}}, false, "", []string{"paymentTerms"}, ""},
		{"location denied", nodeError{error: denied("`read_locations`"), below: []any{"retailLocation"}}, false, "", []string{"retailLocation"}, ""},
		{"terms that failed", nodeError{error: internalError(), below: []any{"paymentTerms"}}, true, fault.Transient, nil, "req-1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			shop, ids := newOrderShop(t, 5, 1)
			shop.failing = map[string]nodeError{ids[2]: c.e}
			delete(shop.orders, wire.GID("Order", ids[4])) // that one does not exist
			f := shoptest.New(t)
			shop.serve(f)
			got, err := client(f, noWait).Orders(t.Context(), ids)
			if err != nil {
				t.Fatal(err)
			}
			want := slices.Clone(ids[:4])
			if c.unread {
				want = slices.Delete(want, 2, 3)
			}
			if !slices.Equal(idsOf(got.Orders), want) || len(f.Ops()) != 1 {
				t.Errorf("%v in %d requests, want %v in one", idsOf(got.Orders), len(f.Ops()), want)
			}
			for _, o := range got.Orders {
				if want := c.hidden; o.ID == ids[2] && !slices.Equal(o.Hidden, want) || o.ID != ids[2] && o.Hidden != nil {
					t.Errorf("order %s hides %v", o.ID, o.Hidden)
				}
			}
			if !c.unread {
				if len(got.Unread) != 0 {
					t.Errorf("unread %+v", got.Unread)
				}
				return
			}
			if len(got.Unread) != 1 || got.Unread[0].ID != ids[2] || fault.KindOf(got.Unread[0].Err) != c.kind || !strings.Contains(got.Unread[0].Err.Error(), c.says) {
				t.Fatalf("unread %+v, want %s for %q", got.Unread, ids[2], c.says)
			}
			if name := got.Unread[0].Name; (name == "") != c.e.null {
				t.Errorf("it is called %q", name)
			}
		})
	}
}

// A permission that every order lacks is the connection's.
func TestDeniedForEveryOrder(t *testing.T) {
	shop, ids := newOrderShop(t, 3, 1)
	shop.failing = map[string]nodeError{}
	for _, id := range ids {
		shop.failing[id] = nodeError{error: denied("`read_customers`"), below: []any{"customer"}}
	}
	f := shoptest.New(t)
	shop.serve(f)
	if got, err := client(f, noWait).Orders(t.Context(), ids); fault.KindOf(err) != fault.Blocked || !strings.Contains(err.(*fault.Error).Merchant, "read_customers") { //nolint:errorlint // it is what Orders answers
		t.Errorf("%+v, %v", got, err)
	}
}

// An order that spoils the whole answer is found; the others are read, and what
// the hunt costs is bounded.
func TestOneOrderSpoilsTheAnswer(t *testing.T) {
	refusal := func(code string) shoptest.Answer {
		return shoptest.Answer{Body: fmt.Sprintf(`{"errors":[{"message":"Internal error. Looks like something went wrong on our end.","extensions":{"code":%q,"requestId":"r"}}]}`, code), Header: map[string]string{"X-Request-Id": "req-9"}}
	}
	html := map[string]string{"Content-Type": "text/html", "X-Request-Id": "req-9"}
	failed := shoptest.Answer{Status: 500, Body: `{"errors":[{"message":"Internal Server Error"}]}`, Header: map[string]string{"X-Request-Id": "req-9"}}
	for _, c := range []struct {
		name   string
		answer shoptest.Answer
		whole  fault.Kind // of the error of the whole call; "": it is the order's own
	}{
		{"internal error", refusal("INTERNAL_SERVER_ERROR"), ""},
		{"time out", refusal("TIMEOUT"), ""},
		{"a code of tomorrow", refusal("SOMETHING_NEW"), ""},
		{"a refusal without extensions", shoptest.Answer{Body: `{"errors":[{"message":"no"}]}`, Header: map[string]string{"X-Request-Id": "req-9"}}, ""},
		{"data null", shoptest.Answer{Body: `{"data":null}`, Header: map[string]string{"X-Request-Id": "req-9"}}, ""},
		{"the API's own 500", failed, ""},
		{"throttled", shoptest.Throttled(147, 0), fault.Throttled},
		{"no token", shoptest.Answer{Status: 401, Body: `{"errors":"no"}`}, fault.Blocked},
		{"denied", refusal("ACCESS_DENIED"), fault.Blocked},
		{"frozen", shoptest.Answer{Status: 402, Body: `{"errors":"no"}`}, fault.Blocked},
		{"the edge's 502", shoptest.Answer{Status: 502, Header: html}, ""},
		{"the edge's 503", shoptest.Answer{Status: 503, Header: html}, ""},
		{"the edge's 500", shoptest.Answer{Status: 500, Header: html}, ""},
		{"the edge's page", shoptest.Answer{Header: html}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shop, ids := newOrderShop(t, 100, 1)
				shop.poison = map[string]shoptest.Answer{ids[33]: c.answer}
				f := shoptest.New(t)
				shop.serve(f)
				got, err := client(f, func(c *shopify.Config) { c.MaxWait = time.Minute }).Orders(t.Context(), ids)
				if c.whole != "" {
					if fault.KindOf(err) != c.whole || len(f.Ops()) > 3 {
						t.Errorf("%v after %d requests, want %s at once", err, len(f.Ops()), c.whole)
					}
					return
				}
				if err != nil || !slices.Equal(idsOf(got.Orders), slices.Delete(slices.Clone(ids), 33, 34)) || !slices.Equal(idsUnread(got.Unread), ids[33:34]) {
					t.Fatalf("read %v, unread %+v, %v", idsOf(got.Orders), got.Unread, err)
				}
				if !strings.Contains(got.Unread[0].Err.Error(), "req-9") {
					t.Errorf("%v does not name the request", got.Unread[0].Err)
				}
				if n := len(f.Ops()); n > 23 { // of which two ask whether others are answered
					t.Errorf("%d requests", n)
				}
			})
		})
	}
}

// A shop that fails for every order is not searched order by order.
func TestOutageIsNotSearched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := shoptest.New(t)
		f.On["OrderBatch"] = shoptest.InTurn(shoptest.Answer{Body: `{"errors":[{"message":"Internal error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`})
		_, ids := newOrderShop(t, 100, 1)
		_, err := client(f, func(c *shopify.Config) { c.MaxWait = time.Minute }).Orders(t.Context(), ids)
		if fault.KindOf(err) != fault.Transient || len(f.Ops()) > 50 {
			t.Errorf("%v after %d requests", err, len(f.Ops()))
		}
	})
}

// An outage of the edge costs the request, its second try, and the question
// whether others are answered.
func TestOutageOfTheEdgeIsNotSearched(t *testing.T) {
	for _, n := range []int{1, 2, 100} {
		synctest.Test(t, func(t *testing.T) {
			f := shoptest.New(t)
			f.On["OrderBatch"] = shoptest.InTurn(shoptest.Answer{Status: 502, Header: map[string]string{"Content-Type": "text/html"}})
			_, ids := newOrderShop(t, n, 1)
			got, err := client(f, func(c *shopify.Config) { c.MaxWait = time.Minute }).Orders(t.Context(), ids)
			if fault.KindOf(err) != fault.Transient || len(got.Unread) > 0 || len(f.Ops()) != 4 {
				t.Errorf("%d orders: %v after %d requests", n, err, len(f.Ops()))
			}
		})
	}
}

// One that begins while an order is searched is no order's fault.
func TestEdgeThatFailsLaterBlamesNobody(t *testing.T) {
	for n := 2; n <= 24; n++ { // one order spoils the answer, and after n requests the edge fails for all
		synctest.Test(t, func(t *testing.T) {
			shop, ids := newOrderShop(t, 50, 1)
			down := shoptest.Answer{Status: 502, Header: map[string]string{"Content-Type": "text/html"}}
			shop.poison = map[string]shoptest.Answer{ids[0]: down}
			f := shoptest.New(t)
			shop.serve(f)
			up := f.On["OrderBatch"]
			f.On["OrderBatch"] = func(r shoptest.Request) shoptest.Answer {
				if len(f.Ops()) > n {
					return down
				}
				return up(r)
			}
			got, err := client(f, func(c *shopify.Config) { c.MaxWait = time.Minute }).Orders(t.Context(), ids)
			if fault.KindOf(err) != fault.Transient && err != nil || slices.ContainsFunc(idsUnread(got.Unread), func(id string) bool { return id != ids[0] }) {
				t.Errorf("after %d requests: unread %v, %v", n, idsUnread(got.Unread), err)
			}
			if n <= 8 && (err == nil || len(got.Unread) > 0) {
				t.Errorf("after %d requests: unread %v, %v", n, idsUnread(got.Unread), err)
			}
		})
	}
}

// The only order that was asked for is blamed too, when others are answered.
func TestEdgeFailsForTheOnlyOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shop, ids := newOrderShop(t, 1, 1)
		shop.poison = map[string]shoptest.Answer{ids[0]: {Status: 503, Header: map[string]string{"Content-Type": "text/html"}}}
		f := shoptest.New(t)
		shop.serve(f)
		got, err := client(f, func(c *shopify.Config) { c.MaxWait = time.Minute }).Orders(t.Context(), ids)
		if err != nil || !slices.Equal(idsUnread(got.Unread), ids) {
			t.Errorf("unread %v, %v", idsUnread(got.Unread), err)
		}
	})
}

// Two that spoil answers, one that fails by itself and one too slow do not hide
// each other.
func TestManyKindsOfFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shop, ids := newOrderShop(t, 60, 1)
		bad := shoptest.Answer{Body: `{"errors":[{"message":"Internal error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`}
		shop.poison = map[string]shoptest.Answer{ids[0]: bad, ids[1]: bad, ids[41]: {Status: 504, Header: map[string]string{"Content-Type": "text/html"}}}
		shop.failing = map[string]nodeError{ids[20]: {error: internalError(), null: true}}
		f := shoptest.New(t)
		shop.serve(f)
		got, err := client(f, func(c *shopify.Config) { c.MaxWait = time.Minute }).Orders(t.Context(), ids)
		if want := []string{ids[0], ids[1], ids[20], ids[41]}; err != nil || !slices.Equal(idsUnread(got.Unread), want) || len(got.Orders) != 56 {
			t.Errorf("unread %v, %d read, %v, want unread %v", idsUnread(got.Unread), len(got.Orders), err, want)
		}
	})
}

func TestAnswersOfAnotherShape(t *testing.T) {
	one := asJSON(anOrder("1", 1))
	for name, c := range map[string]struct {
		nodes  string
		unread []string
	}{
		"fewer entries than ids":   {"[]", []string{"1"}},
		"an entry of another type": {"[" + strings.Replace(one, `"number":1001`, `"number":"many"`, 1) + "]", []string{"1"}},
		"an amount that is none":   {"[" + strings.Replace(one, `"amount":"12.5"`, `"amount":"lots"`, 1) + "]", []string{"1"}},
	} {
		f := shoptest.New(t)
		f.On["OrderBatch"] = shoptest.InTurn(shoptest.Answer{Body: `{"data":{"nodes":` + c.nodes + `}}`})
		got, err := client(f, noWait).Orders(t.Context(), []string{"1"})
		if err != nil || !slices.Equal(idsUnread(got.Unread), c.unread) || len(got.Orders) != 0 || fault.KindOf(got.Unread[0].Err) != fault.Bug {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// The clock is what the shop's answers say, at most; ours may be ahead or behind.
func TestClockIsTheShops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := shoptest.New(t)
		c := client(f, noWait)
		if at := c.Clock(); !at.IsZero() {
			t.Errorf("before any answer it is %v there", at)
		}
		for _, ahead := range []time.Duration{0, 6 * time.Second, -time.Hour} {
			there := time.Now().Add(ahead)
			a := shoptest.OK(13, 2, shoptest.Obj{"ordersCount": shoptest.Obj{"count": 1, "precision": "EXACT"}})
			a.Header = map[string]string{"Date": there.UTC().Format(http.TimeFormat)}
			f.On["OrdersCount"] = shoptest.InTurn(a)
			if _, err := c.CountChanged(t.Context(), orders.Window{}, 10); err != nil {
				t.Fatal(err)
			}
			time.Sleep(90 * time.Second)
			if at := c.Clock(); at.After(there.Add(90*time.Second)) || at.Before(there.Add(89*time.Second)) {
				t.Errorf("it is %v there, want the second before %v", at, there.Add(90*time.Second))
			}
		}
		// An answer without the time, or one that cannot be read, changes nothing.
		was := c.Clock()
		a := shoptest.OK(13, 2, shoptest.Obj{"ordersCount": shoptest.Obj{"count": 1, "precision": "EXACT"}})
		a.Header = map[string]string{"Date": "yesterday"}
		f.On["OrdersCount"] = shoptest.InTurn(a)
		if _, err := c.CountChanged(t.Context(), orders.Window{}, 10); err != nil || !c.Clock().Equal(was) {
			t.Errorf("it is %v there, was %v, %v", c.Clock(), was, err)
		}
	})
}
