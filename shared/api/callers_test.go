package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"backroom/shared/api"
	"backroom/shared/identity"
)

// roleNames are the roles as x-role has them, from least to most.
var roleNames = []string{"viewer", "operator", "owner"}

// outcomes is the one outcome that each caller has of an operation, made from what
// the document says of it: the code of a problem, or "" for one that is let through.
func outcomes(role string, ofShop, changes bool) map[string]api.ProblemCode {
	out := map[string]api.ProblemCode{
		"none": "no-token", "no scheme": "no-token", "expired": "expired-token", "of tomorrow": "expired-token", "other app": "bad-token", "other secret": "bad-token",
		"unsigned": "bad-token", "garbage": "bad-token", "other shop": "", "replayed": "", "person": "", "operator by IAM": "",
	}
	if role == "anyone" {
		for name := range out {
			out[name] = ""
		}
	}
	for i, name := range roleNames {
		need := slices.Index(roleNames, role)
		if out[name] = ""; role == "host" || i < need {
			out[name] = "role"
		}
	}
	if role == "host" {
		out["other shop"], out["replayed"] = "role", "role"
	} else if role != "anyone" {
		if ofShop {
			out["other shop"] = "other-shop"
		}
		if changes {
			out["replayed"] = "replayed-token"
		}
	}
	return out
}

// TestEveryRouteForEveryCaller: a new route cannot be missed, as the table is made
// of the document's operations.
func TestEveryRouteForEveryCaller(t *testing.T) {
	r := newRig(t)
	r.stage()
	roles := &identity.Roles{Table: r.host.Table, Now: r.Now}
	for i, name := range roleNames {
		for _, user := range []string{fmt.Sprint(9001 + i)} {
			if _, err := roles.Set(t.Context(), "acme", user, identity.Role(name), "test"); err != nil {
				t.Fatal(err)
			}
		}
	}
	n := 0
	rows := 0
	for path, item := range r.doc.Paths.Map() {
		for method, op := range item.Operations() {
			role, ok := op.Extensions["x-role"].(string)
			if !ok {
				t.Errorf("%s %s has no x-role", method, path)
			}
			for who, want := range outcomes(role, strings.Contains(path, "{shop}"), method != http.MethodGet) {
				n++
				rows++
				c := r.as(who, n)
				c.method, c.path, c.body = method, values.Replace(path), bodyOf(op.OperationID)
				if who == "replayed" { // spent by another change before
					if a := r.do(call{method: "POST", path: "/v1/shops/acme/release-failed", bearer: c.bearer}); a.status != 200 {
						t.Fatalf("%d %s", a.status, a.body)
					}
				}
				a := r.do(c)
				var got api.ProblemCode
				if op.OperationID == "disconnectShop" && a.status == http.StatusOK {
					r.connectAgain("acme") // for the other callers
				}
				if a.status == http.StatusUnauthorized || a.status == http.StatusForbidden {
					got = a.problem(t).Code
				}
				if got != want || a.status >= 500 {
					t.Errorf("%s %s by %s: %d %q, want %q", method, path, who, a.status, got, want)
				}
				if (a.status == 401) != (a.header.Get("WWW-Authenticate") != "") {
					t.Errorf("%s %s by %s: %d with %v", method, path, who, a.status, a.header)
				}
			}
		}
	}
	if rows < 400 {
		t.Errorf("%d rows", rows)
	}
	// None of it has left a secret or a token anywhere.
	header, _, _ := strings.Cut(r.good("1", "x").String(), ".")
	for where, text := range map[string]string{"answers, table and queue": r.told.String(), "log": r.log.String()} {
		for _, hidden := range []string{secret, "their-secret", "k9-of-the-host", header + "."} {
			if strings.Contains(text, hidden) {
				t.Errorf("%s: %.8s… is in there", where, hidden)
			}
		}
	}
	for _, seen := range []string{"TOKEN#", "ROLE#9003", `"operation":"runJob"`, "urn:backroom:problem:role"} {
		if !strings.Contains(r.told.String(), seen) {
			t.Errorf("the rig has not seen %s", seen)
		}
	}
}

// as is a call of a caller; n makes its token another one.
func (r *rig) as(who string, n int) call {
	k := r.good("9003", fmt.Sprint("token-", n)) // the owner
	switch who {
	case "none":
		return call{}
	case "person":
		return call{bearer: "k9-of-the-host"}
	case "operator by IAM":
		return call{operator: "arn:aws:iam::123456789012:user/jo"}
	case "garbage":
		return call{bearer: "guess"}
	case "no scheme":
		return call{header: map[string]string{"Authorization": k.String()}}
	case "expired":
		k.at = k.at.Add(-2 * time.Minute)
	case "of tomorrow":
		k.at = k.at.Add(24 * time.Hour)
	case "other app":
		k.app = "their-app"
	case "other secret":
		k.secret = "their-secret"
	case "unsigned":
		k.alg = "none"
	case "other shop":
		k.domain = "other.myshopify.com"
	case "viewer", "operator", "owner":
		k.user = fmt.Sprint(9001 + slices.Index(roleNames, who))
	}
	return call{bearer: k.String()}
}

// bodyOf is a body that an operation takes and that changes as little as it can.
func bodyOf(op string) string {
	return map[string]string{
		"setCard": `{}`, "setMapping": `{"itemNo":"1000"}`, "setLink": `{"number":"C1"}`, "saveJob": `{"id":"sync-orders","task":"sync-orders"}`,
		"actOnJob": `{"action":"hold"}`, "decideOrder": `{"decision":"accept"}`, "decideOrders": `{"decision":"accept","reason":"no-such-reason"}`, "setRole": `{"role":"viewer"}`,
		"actOnJobs": `{"action":"hold","job":"none"}`, "actOnRuns": `{"action":"retry","job":"none"}`,
		"findCustomerData": `{"customer":"7"}`, "eraseCustomerData": `{"customer":"7","confirm":true}`, "eraseShop": `{"confirm":"none"}`,
	}[op]
}

// TestWhoHasWhichRole: while a shop has no owner each of its users is one; then the
// others look, until they are given a role. The last owner stays.
func TestWhoHasWhichRole(t *testing.T) {
	r := newRig(t)
	n := 0
	as := func(user, method, path, body string) reply {
		n++
		return r.do(call{method: method, path: "/v1/shops/acme" + path, body: body, bearer: r.good(user, fmt.Sprint(n)).String()})
	}
	for _, step := range []struct {
		user, method, path, body string
		want                     int
	}{
		{"1", "PUT", "/mappings/variants/401", `{"itemNo":"1000"}`, 200},
		{"1", "PUT", "/roles/2", `{"role":"viewer"}`, 200},
		{"2", "PUT", "/mappings/variants/401", `{"itemNo":"1000"}`, 403}, // it was said
		{"3", "PUT", "/mappings/variants/401", `{"itemNo":"1000"}`, 200}, // and of nobody else
		{"1", "PUT", "/roles/1", `{"role":"owner"}`, 200},
		{"3", "PUT", "/mappings/variants/401", `{"itemNo":"1000"}`, 403},
		{"3", "GET", "/mappings", "", 200},
		{"1", "PUT", "/roles/1", `{"role":"viewer"}`, 409},
		{"1", "DELETE", "/roles/1", "", 409},
		{"1", "PUT", "/roles/3", `{"role":"operator"}`, 200},
		{"3", "POST", "/jobs/sync-orders/runs", "", 202},
		{"3", "PATCH", "/card", "{}", 403},
		{"1", "PUT", "/roles/3", `{"role":"owner"}`, 200},
		{"3", "DELETE", "/roles/1", "", 200},
		{"1", "PATCH", "/card", "{}", 403},
		{"3", "DELETE", "/roles/1", "", 404},
		{"3", "PUT", "/roles/x", `{"role":"owner"}`, 400},
		{"3", "PUT", "/roles/5", `{"role":"king"}`, 400},
	} {
		if a := as(step.user, step.method, step.path, step.body); a.status != step.want {
			t.Errorf("%s %s by %s: %d %s, want %d", step.method, step.path, step.user, a.status, a.body, step.want)
		}
	}
	c := into[api.Caller](t, r.do(call{method: "GET", path: "/v1/caller", bearer: r.good("3", "who").String()}))
	if c.Kind != identity.Merchant || c.Name != "3" || c.Role != identity.Owner || c.Shop != "acme" {
		t.Errorf("caller %+v", c)
	}
	if l := into[api.ShopList](t, r.do(call{method: "GET", path: "/v1/shops", bearer: r.good("3", "which").String()})); len(l.Shops) != 1 || l.Shops[0].Code != "acme" {
		t.Errorf("shops %+v", l)
	}
	if l := into[api.ShopList](t, r.want(200, "GET", "/v1/shops", "")); len(l.Shops) != 2 {
		t.Errorf("shops of the host %+v", l)
	}
}

// TestTheTrailTellsWhoDidWhat, refusals too, and what a request that nobody may
// make has not done.
func TestTheTrailTellsWhoDidWhat(t *testing.T) {
	r := newRig(t)
	r.do(call{method: "PUT", path: "/v1/shops/acme/pause", body: `{"reason":"x"}`, bearer: r.good("1", "a").String()})
	r.Advance(time.Second)
	r.do(call{method: "POST", path: "/v1/shops/acme/jobs/sync-orders/runs", operator: "arn:jo"})
	r.Advance(time.Second)
	r.do(call{method: "DELETE", path: "/v1/shops/acme/pause", bearer: "k9-of-the-host"})
	r.do(call{method: "DELETE", path: "/v1/shops/acme/pause", bearer: "guess"})
	l := into[api.TrailList](t, r.want(200, "GET", "/v1/shops/acme/trail", "")).Changes
	if len(l) != 3 {
		t.Fatalf("trail %+v", l)
	}
	for i, want := range []api.TrailEntry{
		{Kind: identity.Person, By: "local", Operation: "resumeShop", Path: "/v1/shops/acme/pause", Status: 200, Effect: "resumed"},
		{Kind: identity.Operator, By: "arn:jo", Operation: "runJob", Path: "/v1/shops/acme/jobs/sync-orders/runs", Status: 409},
		{Kind: identity.Merchant, By: "1", Operation: "pauseShop", Path: "/v1/shops/acme/pause", Status: 200, Effect: "paused"},
	} {
		got := l[i]
		if got.Kind != want.Kind || got.By != want.By || got.Operation != want.Operation || got.Path != want.Path || got.Status != want.Status || want.Effect != "" && got.Effect != want.Effect || got.Effect == "" || got.At.IsZero() {
			t.Errorf("change %d is %+v, want %+v", i, got, want)
		}
	}
}

// TestRatesAreOfEachShop: one shop's requests do not use up another's, and the
// answer says when to come again.
func TestRatesAreOfEachShop(t *testing.T) {
	r := newRig(t)
	r.host.Limits = &identity.Limits{Reads: identity.Rate{PerSecond: 1, Burst: 3}, Changes: identity.Rate{PerSecond: 0.1, Burst: 1}, Now: r.Now}
	n := 0
	ask := func(domain, shop, method, path string) reply {
		n++
		k := r.good("1", fmt.Sprint(n))
		k.domain = domain
		return r.do(call{method: method, path: "/v1/shops/" + shop + path, bearer: k.String()})
	}
	for i := range 4 {
		a := ask(domain, "acme", "GET", "/jobs")
		if (a.status == http.StatusTooManyRequests) != (i == 3) {
			t.Errorf("request %d: %d", i, a.status)
		}
		if i == 3 && (a.header.Get("Retry-After") != "1" || a.problem(t).Code != api.ProblemCodeTooManyRequests) {
			t.Errorf("%s %v", a.body, a.header)
		}
	}
	if a := ask("other.myshopify.com", "other", "GET", "/jobs"); a.status != 200 {
		t.Errorf("another shop: %d", a.status)
	}
	if a := ask(domain, "acme", "POST", "/release-failed"); a.status != 200 {
		t.Errorf("a change: %d %s", a.status, a.body)
	}
	if a := ask(domain, "acme", "POST", "/release-failed"); a.status != 429 || a.header.Get("Retry-After") != "10" {
		t.Errorf("a second change: %d %v", a.status, a.header)
	}
	if a := r.do(call{method: "GET", path: "/v1/shops/acme/jobs", bearer: "k9-of-the-host"}); a.status != 200 {
		t.Errorf("the host's own people: %d", a.status)
	}
	r.Advance(10 * time.Second)
	if a := ask(domain, "acme", "POST", "/release-failed"); a.status != 200 {
		t.Errorf("later: %d", a.status)
	}
}

// TestPagesThatMayCall: the embedded admin alone.
func TestPagesThatMayCall(t *testing.T) {
	r := newRig(t)
	for origin, may := range map[string]bool{"https://admin.shopify.com": true, "https://evil.example": false, "null": false, "": false, "https://admin.shopify.com.evil.example": false} {
		a := r.do(call{method: "OPTIONS", path: "/v1/shops/acme/jobs", header: map[string]string{"Origin": origin}})
		if (a.status == 204) != may || (a.header.Get("Access-Control-Allow-Origin") == origin && origin != "") != may || !may && a.status != 403 {
			t.Errorf("may %q: %d %v", origin, a.status, a.header)
		}
		a = r.do(call{method: "GET", path: "/v1/health", header: map[string]string{"Origin": origin}})
		if (a.header.Get("Access-Control-Allow-Origin") != "") != may || a.header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("answer to %q: %v", origin, a.header)
		}
	}
}
