package api_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"backroom/shared/api"
	"backroom/shared/money"
	"backroom/shared/orders"
)

// TestClosingAnOrder: what a person says of an order is checked before anything is
// stored, the document in BC among it, and each refusal says what to change.
func TestClosingAnOrder(t *testing.T) {
	r := newRig(t)
	r.stage()
	total := money.Amount{Value: decimal.RequireFromString("11.90"), Currency: "EUR"}
	r.made = map[string]orders.HandMade{
		"SO-7": {Type: "Order", ID: "h7", Number: "SO-7", External: "#1002-5002", Total: total},
		"SO-1": {Type: "Order", ID: "g", Number: "SO-1", Total: total},
	}
	const at = "/v1/shops/acme/orders/%231002"
	for _, c := range []struct {
		body   string
		status int
		code   api.ProblemCode
		says   string
	}{
		{`{"decision":"done"}`, 400, api.ProblemCodeBadBody, "needs the number"},
		{`{"decision":"dismiss","document":"SO-7"}`, 400, api.ProblemCodeBadBody, "no other decision takes one"},
		{`{"decision":"accept","because":"x"}`, 400, api.ProblemCodeBadBody, "because: accept takes none"},
		{`{"decision":"done","document":" SO-7"}`, 400, api.ProblemCodeBadBody, "must be a number"},
		{`{"decision":"done","document":"` + strings.Repeat("9", 21) + `"}`, 400, api.ProblemCodeBadBody, "document"},
		{`{"decision":"dismiss","because":"` + strings.Repeat("x", 251) + `"}`, 400, api.ProblemCodeBadBody, "because"},
		{`{"decision":"forget"}`, 400, api.ProblemCodeBadBody, "done, dismiss or reopen"},
		{`{"decision":"done","document":"SO-8"}`, 409, api.ProblemCodeRefused, "no sales order or invoice SO-8"},
		{`{"decision":"done","document":"SO-1"}`, 409, api.ProblemCodeRefused, "SO-1 is the document of order #1001"},
		{`{"decision":"reopen"}`, 409, api.ProblemCodeRefused, "#1002 is attention"},
	} {
		a := r.do(call{method: "POST", path: at + "/decisions", body: c.body, bearer: "k9-of-the-host"})
		if p := a.problem(t); a.status != c.status || p.Code != c.code || !strings.Contains(p.Detail, c.says) || p.Remedy == "" {
			t.Errorf("%s: %d %s", c.body, a.status, a.body)
		}
	}
	r.bcDown = errors.New("no answer")
	a := r.do(call{method: "POST", path: at + "/decisions", body: `{"decision":"done","document":"SO-7"}`, bearer: "k9-of-the-host"})
	if p := a.problem(t); a.status != 502 || p.Code != api.ProblemCodeUpstream {
		t.Errorf("BC does not answer: %d %s", a.status, a.body)
	}
	r.bcDown = nil
	if d := into[api.OrderDetail](t, r.want(200, "GET", at, "")); d.Order.State != api.OrderStateAttention || len(d.Order.Decisions) != 0 {
		t.Fatalf("after what was refused: %+v", d.Order)
	}
	r.Advance(time.Minute)
	o := into[api.Order](t, r.want(200, "POST", at+"/decisions", `{"decision":"done","document":"SO-7","because":"booked by hand"}`))
	if m := o.Closed.Document; o.State != api.OrderStateDone || m.Number != "SO-7" || !m.Ours || m.Total.Value != "11.9" || o.Closed.Because != "booked by hand" || o.Closed.By != "person local" {
		t.Errorf("%+v", o)
	}
	d := into[api.OrderDetail](t, r.want(200, "GET", at, ""))
	if last := d.History[len(d.History)-1]; last.What != "done" || last.By != "person local" || last.Says != "SO-7 booked by hand" {
		t.Errorf("it happened last: %+v", last)
	}
	if l := into[api.OrderList](t, r.want(200, "GET", "/v1/shops/acme/orders?state=done", "")); len(l.Orders) != 1 || l.Orders[0].Name != "#1002" {
		t.Errorf("done are %+v", l)
	}
	tr := into[api.TrailList](t, r.want(200, "GET", "/v1/shops/acme/trail", ""))
	if !slices.ContainsFunc(tr.Changes, func(c api.TrailEntry) bool { return c.Effect == "order #1002 is now done with Order SO-7" }) {
		t.Errorf("the trail: %+v", tr.Changes)
	}
	if o := into[api.Order](t, r.want(200, "POST", at+"/decisions", `{"decision":"reopen"}`)); o.State != api.OrderStateReady || o.Closed.State != "" {
		t.Errorf("reopened: %+v", o)
	}
}
