package api_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/api"
)

// TestFiltersAreChecked: all that is wrong with a wish about many orders is said at
// once, and nothing is decided.
func TestFiltersAreChecked(t *testing.T) {
	r := newRig(t)
	r.stage()
	const at = "/v1/shops/acme/decisions"
	for body, says := range map[string][]string{
		`{"decision":"accept"}`:                          {"no filter"},
		`{"decision":"unlink","reason":"total-differs"}`: {"must be accept, retry, hold, release, dismiss or reopen"},
		`{"decision":"accept","upTo":"-1","placedFrom":"soon","placedBefore":"then","state":"lost"}`:                {"upTo", "placedFrom", "placedBefore", "lost"},
		`{"decision":"accept","upTo":"five","name":"*"}`:                                                            {"must be an amount such as 0.05"},
		`{"decision":"retry","name":"*","because":"x"}`:                                                             {"because"},
		`{"decision":"retry","name":"*","orders":[{"id":"5002","as":"x"}]}`:                                         {"take the place of a filter"},
		`{"decision":"retry","orders":[{"id":"../x","as":"x"}]}`:                                                    {"must be those of an earlier answer"},
		`{"decision":"retry","orders":[{"id":"5002","as":""}]}`:                                                     {"must be those of an earlier answer"},
		`{"decision":"retry","orders":[` + strings.Repeat(`{"id":"5002","as":"x"},`, 500) + `{"id":"1","as":"x"}]}`: {"500 at most"},
		`{"decision":"retry","name":"*","page":"AAAA"}`:                                                             {"page"},
	} {
		a := r.do(call{method: "POST", path: at, body: body, bearer: "k9-of-the-host"})
		p := a.problem(t)
		for _, s := range says {
			if a.status != 400 || !strings.Contains(p.Detail, s) {
				t.Errorf("%.80s: %d %s, want %q", body, a.status, a.body, s)
			}
		}
	}
	if d := into[api.OrderDetail](t, r.want(200, "GET", "/v1/shops/acme/orders/1002", "")); len(d.Order.Decisions) != 0 {
		t.Errorf("decided: %+v", d.Order.Decisions)
	}
}

// TestWhatWasSeenIsDecidedAbout: of the orders of a dry run those are decided about
// that are still as they were; the others are named, and no other order is.
func TestWhatWasSeenIsDecidedAbout(t *testing.T) {
	r := newRig(t)
	r.stage()
	carried := 0
	r.host.CarryOut = carrying(&carried)
	const at = "/v1/shops/acme/decisions"
	would := into[api.DecidedOrders](t, r.want(200, "POST", at, `{"decision":"accept","reason":"total-differs","upTo":"0.01","dryRun":true}`))
	if would.Count != 1 || carried != 0 {
		t.Fatalf("%+v, carried out %d times", would, carried)
	}
	body := func(seen []api.SeenOrder) string {
		js, err := json.Marshal(api.OrdersDecision{Decision: "accept", Orders: seen})
		if err != nil {
			t.Fatal(err)
		}
		return string(js)
	}
	changed := slices.Clone(would.Seen)
	changed[0].As = "something else"
	did := into[api.DecidedOrders](t, r.want(200, "POST", at, body(append(changed, api.SeenOrder{ID: "9", As: "x"}))))
	if did.Count != 0 || len(did.Changed) != 1 || did.Changed[0] != "#1002" || len(did.Refused) != 1 || carried != 0 {
		t.Errorf("changed since: %+v, carried out %d times", did, carried)
	}
	did = into[api.DecidedOrders](t, r.want(200, "POST", at, body(would.Seen)))
	if did.Count != 1 || did.Amounts[0].Value != "11.9" || carried != 1 {
		t.Errorf("as it was: %+v, carried out %d times", did, carried)
	}
	again := into[api.DecidedOrders](t, r.want(200, "POST", at, body(would.Seen)))
	if again.Count != 0 || len(again.Changed) != 1 {
		t.Errorf("once more: %+v", again)
	}
}

// TestDismissedByAFilter: all that fit are closed with one reason, each with its trail.
func TestDismissedByAFilter(t *testing.T) {
	r := newRig(t)
	r.stage()
	r.Advance(time.Minute)
	did := into[api.DecidedOrders](t, r.want(200, "POST", "/v1/shops/acme/decisions", `{"decision":"dismiss","name":"#100*","because":"of the trial"}`))
	if did.Count != 1 || did.Orders[0] != "#1002" { // #1001 has its document
		t.Fatalf("%+v", did)
	}
	d := into[api.OrderDetail](t, r.want(200, "GET", "/v1/shops/acme/orders/1002", ""))
	if d.Order.State != api.OrderStateDismissed || d.Order.Closed.Because != "of the trial" || d.Order.Decisions[0].By != "person local" {
		t.Errorf("%+v", d.Order)
	}
}

// carrying counts how often decisions are carried out.
func carrying(n *int) func(context.Context, string) error {
	return func(context.Context, string) error {
		*n++
		return nil
	}
}

// TestTotalsOfLists: a first page says how many rows its list has, however few it shows.
func TestTotalsOfLists(t *testing.T) {
	r := newRig(t)
	r.stage()
	for range 3 {
		r.want(202, "POST", "/v1/shops/acme/jobs/sync-orders/runs", `{"dryRun":true}`)
	}
	for path, want := range map[string]int{"orders?": 2, "orders?state=attention&": 1, "orders?state=held&": 0, "runs?": 3, "runs?job=process-orders&": 0, "runs?outcome=open&": 3} {
		for _, limit := range []string{"1", "50"} {
			l := into[struct {
				Total int
				More  bool
				Next  string
			}](t, r.want(200, "GET", "/v1/shops/acme/"+path+"limit="+limit, ""))
			if l.Total != want || l.More {
				t.Errorf("%slimit=%s: %+v, want %d", path, limit, l, want)
			}
		}
	}
}
