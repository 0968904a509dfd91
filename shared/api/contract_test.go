package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"backroom/shared/api"
)

// TestEveryOperation calls each operation so that it succeeds, in an order in
// which it can. Each status that the document names must be answered, and each answer is
// held to it.
func TestEveryOperation(t *testing.T) {
	r := newRig(t)
	r.stage()
	const at = "/v1/shops/acme"
	r.want(200, "GET", "/v1/health", "")
	r.want(200, "GET", "/v1/caller", "")
	r.want(200, "GET", "/v1/shops", "")
	r.want(200, "PUT", "/v1/pause", `{"reason":"moving house"}`)
	r.Advance(time.Second)
	r.want(200, "GET", "/v1/pause", "")
	r.want(200, "DELETE", "/v1/pause", "")
	r.want(200, "GET", at+"/cues", "")
	r.want(200, "GET", at+"/check", "")
	r.want(200, "GET", at+"/card", "")
	r.want(200, "PATCH", at+"/card", `{"tipAccount":"6810","allowBackgroundSyncs":true}`)
	r.want(200, "PUT", at+"/mappings/variants/401", `{"itemNo":"1000"}`)
	r.want(200, "GET", at+"/mappings", "")
	r.want(200, "DELETE", at+"/mappings/variants/401", "")
	r.want(200, "GET", at+"/links/customer", "")
	r.want(200, "GET", at+"/links/customer/7001", "")
	r.want(200, "PUT", at+"/links/customer/7001", `{"number":"C0002"}`)
	r.want(200, "DELETE", at+"/links/customer/7001", "")
	r.want(200, "GET", at+"/jobs", "")
	r.want(200, "GET", at+"/jobs/sync-orders", "")
	r.want(200, "PUT", at+"/jobs/nightly", `{"task":"sync-orders","every":"24h"}`)
	r.want(200, "DELETE", at+"/jobs/nightly", "")
	run := into[api.Run](t, r.want(202, "POST", at+"/jobs/sync-orders/runs", ""))
	r.want(200, "POST", at+"/runs/"+run.ID+"/cancel", "")
	r.work()
	r.want(202, "POST", at+"/runs/"+run.ID+"/retry", "")
	r.work()
	a := r.do(call{method: "POST", path: at + "/jobs/sync-orders/runs", body: `{"parameters":{"tags":["a"]}}`, bearer: "k9-of-the-host", header: map[string]string{"Prefer": "wait=5"}})
	if done := into[api.Run](t, a); a.status != 200 || done.State != api.Ended || a.header.Get("Preference-Applied") != "wait=5" {
		t.Errorf("waited: %d %s, %v", a.status, a.body, a.header)
	}
	r.want(200, "POST", at+"/jobs/sync-orders/actions", `{"action":"hold","reason":"stocktaking"}`)
	r.want(200, "POST", at+"/job-actions", `{"action":"ready","status":"on hold"}`)
	r.want(200, "POST", at+"/run-actions", `{"action":"retry","outcome":"cancelled"}`)
	r.want(200, "POST", at+"/release-failed", "")
	r.want(200, "PUT", at+"/pause", "")
	r.want(200, "GET", at+"/pause", "")
	r.want(200, "DELETE", at+"/pause", "")
	r.want(200, "GET", at+"/runs?outcome=succeeded,open&since=24h", "")
	tag := r.want(200, "GET", at+"/runs/"+run.ID, "").header.Get("ETag")
	if a := r.do(call{method: "GET", path: at + "/runs/" + run.ID, bearer: "k9-of-the-host", header: map[string]string{"If-None-Match": tag}}); a.status != 304 || len(a.body) > 0 {
		t.Errorf("nothing has changed: %d %s", a.status, a.body)
	}
	r.want(200, "GET", at+"/orders?state=attention", "")
	const differs = `{"decision":"accept","reason":"total-differs"`
	want := api.DecidedOrders{
		Count: 1, Orders: []string{"#1002"}, Amounts: []api.Amount{{Value: "11.9", Currency: "EUR"}}, Refused: []api.NotDecided{}, Changed: []string{}, Seen: []api.SeenOrder{},
	}
	would := into[api.DecidedOrders](t, r.want(200, "POST", at+"/decisions", differs+`,"dryRun":true}`))
	if seen := would.Seen; len(seen) != 1 || seen[0].ID != "5002" || seen[0].As == "" {
		t.Errorf("would be decided: %+v", would)
	}
	if would.Seen = want.Seen; !reflect.DeepEqual(would, want) {
		t.Errorf("would be decided: %+v", would)
	}
	if tried := into[api.TrailList](t, r.want(200, "GET", at+"/trail", "")); !slices.ContainsFunc(tried.Changes, func(c api.TrailEntry) bool { return c.Effect == "accept of 1 orders was tried; nothing was changed" }) {
		t.Errorf("the trail of a dry run: %+v", tried)
	}
	if did := into[api.DecidedOrders](t, r.want(200, "POST", at+"/decisions", differs+`}`)); !reflect.DeepEqual(did, want) {
		t.Errorf("decided: %+v", did)
	}
	if none := into[api.DecidedOrders](t, r.want(200, "POST", at+"/decisions", `{"decision":"retry","reason":"nobody"}`)); none.Count != 0 || none.Orders == nil {
		t.Errorf("of a reason that nothing has: %+v", none)
	}
	r.want(400, "POST", at+"/decisions", `{"decision":"unlink","reason":"total-differs"}`)
	r.want(400, "POST", at+"/decisions", `{"decision":"accept"}`)
	if d := into[api.OrderDetail](t, r.want(200, "GET", at+"/orders/%231002", "")); len(d.Order.Decisions) == 0 || d.Order.Decisions[0].Decision != "accept" {
		t.Errorf("after it: %+v", d.Order)
	}
	if l := into[api.OrderList](t, r.want(200, "GET", at+"/orders?document=so-1", "")); len(l.Orders) != 1 || l.Orders[0].Name != "#1001" {
		t.Errorf("of the document SO-1: %+v", l)
	}
	r.want(200, "POST", at+"/orders/%231001/decisions", `{"decision":"unlink"}`)
	r.want(200, "GET", at+"/orders/1001", "")
	r.want(200, "GET", at+"/issues", "")
	r.want(200, "GET", at+"/payouts", "")
	r.want(200, "GET", at+"/disputes", "")
	r.want(200, "GET", at+"/payouts/7001", "")
	r.want(200, "GET", at+"/payouts/7001/transactions", "")
	r.want(200, "GET", at+"/trail", "")
	if l := into[api.TrailList](t, r.want(200, "GET", "/v1/trail", "")); len(l.Changes) != 2 || l.Changes[0].Operation != "resumeAll" {
		t.Errorf("the trail of all shops is %+v", l)
	}
	r.want(200, "PUT", at+"/roles/1001", `{"role":"owner"}`)
	r.want(200, "PUT", at+"/roles/1002", `{"role":"viewer"}`)
	r.want(200, "GET", at+"/roles", "")
	r.want(200, "DELETE", at+"/roles/1002", "")

	r.want(200, "GET", at, "")
	r.want(200, "POST", at+"/privacy/find", `{"customer":"7001"}`)
	r.want(200, "POST", at+"/privacy/erase", `{"customer":"7001","confirm":true}`)
	r.want(200, "DELETE", at, "")
	r.work()
	r.want(200, "POST", at+"/privacy/erase-shop", `{"confirm":"acme"}`)

	for path, item := range r.doc.Paths.Map() {
		for method, op := range item.Operations() {
			for status := range op.Responses.Map() {
				n, err := strconv.Atoi(status)
				if err == nil && !r.doc.seen[op.OperationID+" "+http.StatusText(n)] {
					t.Errorf("%s %s: %s was never answered", method, path, status)
				}
			}
		}
	}
}

// TestAnOrderWithAllThatIsKnown: lines, addresses, taxes, what is missing, and
// what happened in time order, with who decided.
func TestAnOrderWithAllThatIsKnown(t *testing.T) {
	r := newRig(t)
	r.stage()
	r.Advance(time.Minute)
	r.want(200, "POST", "/v1/shops/acme/orders/%231002/decisions", `{"decision":"accept"}`)
	d := into[api.OrderDetail](t, r.want(200, "GET", "/v1/shops/acme/orders/%231002", ""))
	if c := d.Copy; len(c.Lines) != 1 || c.Lines[0].UnitPrice.Shop != (api.Amount{Value: "10", Currency: "EUR"}) || c.Lines[0].TaxLines[0].Rate != "0.19" || c.Billing.City != "Kiel" || c.Total.Presentment.Value != "11.9" {
		t.Errorf("copy %+v", c)
	}
	var whats []string
	for _, e := range d.History {
		whats = append(whats, e.What)
	}
	if want := []string{"placed", "read", "accept"}; !slices.Equal(whats, want) {
		t.Errorf("history %v, want %v", whats, want)
	}
	if last := d.History[len(d.History)-1]; last.By != "person local" || !last.At.Equal(r.Now().UTC()) {
		t.Errorf("the decision is %+v", last)
	}
	if d.Order.State != api.OrderStateReady || len(d.Order.Decisions) != 1 {
		t.Errorf("order %+v", d.Order)
	}
}

// values fill the places of a path.
var values = strings.NewReplacer("{shop}", "acme", "{job}", "sync-orders", "{run}", "0000000000000000", "{order}", "1001", "{user}", "1001", "{list}", "variants", "{key}", "401", "{kind}", "customer", "{id}", "7001")

// TestQueriesThatNobodyNamed: every operation refuses a parameter that it does not
// name, one that comes twice, and a value of another form.
func TestQueriesThatNobodyNamed(t *testing.T) {
	r := newRig(t)
	for path, item := range r.doc.Paths.Map() {
		for method, op := range item.Operations() {
			path := values.Replace(path)
			bad := []string{"?colour=red", "?Limit=1", "?limit=1&limit=2", "?a;b", "?%zz"}
			for _, p := range op.Parameters {
				if p.Value.In != "query" {
					continue
				}
				switch s := p.Value.Schema.Value; {
				case s.Type.Is("integer"):
					bad = append(bad, "?"+p.Value.Name+"=0", "?"+p.Value.Name+"=1001", "?"+p.Value.Name+"=many", "?"+p.Value.Name+"=")
				case s.Type.Is("boolean"):
					bad = append(bad, "?"+p.Value.Name+"=yes")
				case len(s.Enum) > 0:
					bad = append(bad, "?"+p.Value.Name+"=other")
				}
				if p.Value.Name == "page" {
					bad = append(bad, "?page=x", "?page=AAAAAAAAAAAA", "?page="+strings.Repeat("x", 5000))
				}
			}
			for _, q := range bad {
				a := r.do(call{method: method, path: path + q, bearer: "k9-of-the-host"})
				if p := a.problem(t); a.status != 400 || p.Code != api.ProblemCodeBadQuery {
					if op.OperationID == "getHealth" && a.status == 400 {
						continue
					}
					t.Errorf("%s %s%s: %d %s", method, path, q, a.status, a.body)
				}
			}
		}
	}
}

// TestListsGoOnWhereTheyEnded: every list that takes a page gives all of its rows
// once, and takes no page of another list.
func TestListsGoOnWhereTheyEnded(t *testing.T) {
	r := newRig(t)
	r.stage()
	for i := range 5 {
		r.want(200, "PUT", "/v1/pause", "")
		r.want(200, "DELETE", "/v1/pause", "")
		r.want(200, "PUT", fmt.Sprintf("/v1/shops/acme/mappings/variants/%d", 401+i), `{"itemNo":"1000"}`)
		r.want(200, "PUT", fmt.Sprintf("/v1/shops/acme/links/customer/%d", 8001+i), `{"number":"C1"}`)
		r.want(200, "PUT", fmt.Sprintf("/v1/shops/acme/roles/%d", 1001+i), `{"role":"owner"}`)
		r.want(202, "POST", "/v1/shops/acme/jobs/sync-orders/runs", `{"dryRun":true}`)
	}
	var tokens []string
	lists := 0
	for path, item := range r.doc.Paths.Map() {
		op := item.Get
		if op == nil || op.Parameters.GetByInAndName("query", "page") == nil {
			continue
		}
		lists++
		at := values.Replace(path)
		all := rowsOf(t, r.want(200, "GET", at+"?limit=1000", ""))
		var paged []string
		for page := ""; ; {
			a := r.want(200, "GET", at+"?limit=1&page="+page, "")
			rows := rowsOf(t, a)
			if len(rows) > 1 {
				t.Fatalf("%s: %d rows", path, len(rows))
			}
			paged = append(paged, rows...)
			if page = into[struct{ Next string }](t, a).Next; page == "" {
				break
			}
			tokens = append(tokens, op.OperationID+" "+page)
		}
		if len(all) < 1 || !slices.Equal(all, paged) {
			t.Errorf("%s: %d rows, page by page %d", path, len(all), len(paged))
		}
		for _, k := range tokens {
			if of, page, _ := strings.Cut(k, " "); of != op.OperationID {
				if a := r.do(call{method: "GET", path: at + "?page=" + page, bearer: "k9-of-the-host"}); a.status != 400 {
					t.Errorf("%s takes a page of %s: %d", path, of, a.status)
				}
			}
		}
	}
	if lists < 10 {
		t.Errorf("%d lists", lists)
	}
}

// rowsOf are the rows of a page as JSON.
func rowsOf(t *testing.T, a reply) (out []string) {
	t.Helper()
	for name, v := range into[map[string]json.RawMessage](t, a) {
		var rows []json.RawMessage
		if name != "next" && json.Unmarshal(v, &rows) == nil {
			for _, row := range rows {
				out = append(out, string(row))
			}
		}
	}
	return out
}
