package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"backroom/shared/api"
	"backroom/shared/faulty"
	"backroom/shared/jobqueue"
	"backroom/shared/link"
	"backroom/shared/table"
)

// TestNothingOfThatIsDone: what is wrong with a request is said in a problem, and
// nothing is changed or sent.
func TestNothingOfThatIsDone(t *testing.T) {
	r := newRig(t)
	r.stage()
	const at = "/v1/shops/acme"
	long := strings.Repeat("x", 5000)
	before := r.queue.Len()
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		code                     api.ProblemCode
		says                     string
	}{
		{"unknown field", "POST", at + "/jobs/sync-orders/runs", `{"speed":1}`, 400, "bad-body", "speed"},
		{"wrong type", "POST", at + "/jobs/sync-orders/runs", `{"dryRun":"yes"}`, 400, "bad-body", "dryRun"},
		{"no JSON", "POST", at + "/jobs/sync-orders/runs", `now!`, 400, "bad-body", "byte"},
		{"two values", "POST", at + "/jobs/sync-orders/runs", `{} {}`, 400, "bad-body", "more than one"},
		{"a list", "POST", at + "/jobs/sync-orders/runs", `[1]`, 400, "bad-body", "byte"},
		{"not UTF-8", "POST", at + "/jobs/sync-orders/runs", "{\"parameters\":{\"tags\":[\"\xff\"]}}", 400, "bad-body", "UTF-8"},
		{"unknown parameter", "POST", at + "/jobs/sync-orders/runs", `{"parameters":{"speed":9}}`, 400, "bad-body", "speed"},
		{"parameters no object", "POST", at + "/jobs/sync-orders/runs", `{"parameters":7}`, 400, "bad-body", "one JSON object"},
		{"too large", "POST", at + "/jobs/sync-orders/runs", `{"parameters":"` + strings.Repeat("x", api.MaxBody) + `"}`, 413, "body-too-large", "65536"},
		{"a body where none is", "POST", at + "/runs/r1/cancel", `{}`, 400, "bad-body", "takes none"},
		{"a body of a read", "GET", at + "/jobs", `{}`, 400, "bad-body", "takes none"},
		{"unknown job", "POST", at + "/jobs/sync-horses/runs", ``, 404, "not-found", "sync-horses"},
		{"job of 5,000 letters", "POST", at + "/jobs/" + long + "/runs", ``, 400, "bad-request", "1 to 40"},
		{"job of dots", "POST", at + "/jobs/%2e%2e/runs", ``, 400, "bad-request", "not dots alone"},
		{"job with a separator of keys", "GET", at + "/jobs/a%23b", ``, 400, "bad-request", "1 to 40"},
		{"unknown run", "GET", at + "/runs/nope", ``, 404, "not-found", "nope"},
		{"run of another shop", "GET", "/v1/shops/other/runs/nope", ``, 404, "not-found", "nope"},
		{"unknown shop", "GET", "/v1/shops/nobody/jobs", ``, 404, "not-found", "nobody"},
		{"unknown shop, a change", "PUT", "/v1/shops/nobody/pause", ``, 404, "not-found", "nobody"},
		{"unknown shop, a role", "PUT", "/v1/shops/nobody/roles/1", `{"role":"owner"}`, 404, "not-found", "nobody"},
		{"unknown shop, a job", "PUT", "/v1/shops/nobody/jobs/x", `{"task":"sync-orders"}`, 404, "not-found", "nobody"},
		{"a shop with a slash", "GET", "/v1/shops/acme%2Fx/jobs", ``, 400, "bad-request", `acme/x`},
		{"an empty shop", "GET", "/v1/shops//jobs", ``, 404, "no-route", "there is no"},
		{"a path to be cleaned", "GET", "/v1/shops/acme/../other/jobs", ``, 404, "no-route", "there is no"},
		{"a longer path", "GET", at + "/runs/r1/x", ``, 404, "no-route", "there is no"},
		{"a path with a slash at its end", "GET", at + "/jobs/", ``, 404, "no-route", "there is no"},
		{"another version", "GET", "/v2/shops/acme/jobs", ``, 404, "no-route", "/v2"},
		{"nothing", "GET", "/", ``, 404, "no-route", "there is no"},
		{"wrong method", "DELETE", at + "/jobs", ``, 405, "method", "GET"},
		{"a head of what is read", "HEAD", at + "/jobs", ``, 405, "method", ""},
		{"unknown order", "GET", at + "/orders/%239999", ``, 404, "not-found", "#9999"},
		{"order of 5,000 letters", "GET", at + "/orders/" + long, ``, 400, "bad-request", "255"},
		{"order that is not UTF-8", "GET", at + "/orders/%ff", ``, 400, "bad-request", "UTF-8"},
		{"a decision that does not fit", "POST", at + "/orders/1001/decisions", `{"decision":"accept"}`, 409, "refused", "cannot be decided"},
		{"a decision that is none", "POST", at + "/orders/1001/decisions", `{"decision":"burn"}`, 400, "bad-body", "accept, retry, unlink, amend, hold, release, done, dismiss or reopen"},
		{"no decision", "POST", at + "/orders/1001/decisions", ``, 400, "bad-body", "accept, retry, unlink, amend, hold, release, done, dismiss or reopen"},
		{"an action that is none", "POST", at + "/jobs/sync-orders/actions", `{"action":"explode"}`, 400, "bad-body", "hold, ready"},
		{"an action that does not fit", "POST", at + "/jobs/sync-orders/actions", `{"action":"ready"}`, 409, "refused", "runs by itself"},
		{"a long reason", "PUT", at + "/pause", `{"reason":"` + strings.Repeat("x", 251) + `"}`, 400, "bad-body", "250"},
		{"no pause", "DELETE", at + "/pause", ``, 409, "refused", "not paused"},
		{"a built-in job", "DELETE", at + "/jobs/sync-orders", ``, 409, "refused", "comes with its task"},
		{"a job under another id", "PUT", at + "/jobs/x", `{"id":"y","task":"sync-orders"}`, 400, "bad-body", "as the address says"},
		{"a job all wrong", "PUT", at + "/jobs/x", `{"task":"sync-orders","every":"-5m","zone":"Mars","colour":"red"}`, 400, "bad-body", "colour"},
		{"a setting that is none", "PATCH", at + "/card", `{"colour":"red"}`, 400, "bad-body", "colour"},
		{"another company", "PATCH", at + "/card", `{"company":{"id":"3fa85f64-5717-4562-b3fc-2c963f66afa8"}}`, 400, "bad-body", "company.id"},
		{"another shop's domain", "PATCH", at + "/card", `{"domain":"other.myshopify.com"}`, 400, "bad-body", "domain"},
		{"a card that is no object", "PATCH", at + "/card", `7`, 400, "bad-body", "card"},
		{"a mapping list that is none", "PUT", at + "/mappings/horses/1", `{}`, 404, "not-found", "variants"},
		{"a mapping with a field that is none", "PUT", at + "/mappings/variants/401", `{"horse":"x"}`, 400, "bad-body", "itemNo"},
		{"a mapping without its target", "PUT", at + "/mappings/variants/401", `{}`, 400, "bad-body", "itemNo"},
		{"a mapping of a key that is none", "PUT", at + "/mappings/variants/x", `{"itemNo":"1"}`, 400, "bad-body", "variants[0].variantID"},
		{"a mapping that is not there", "DELETE", at + "/mappings/variants/401", ``, 404, "not-found", "401"},
		{"a link of a kind that is none", "GET", at + "/links/horse", ``, 404, "not-found", "horse"},
		{"a link of an id that is none", "PUT", at + "/links/customer/x", `{"number":"C1"}`, 400, "bad-request", "numeric"},
		{"a link without number", "PUT", at + "/links/customer/1", `{}`, 400, "bad-body", "number"},
		{"a link with a long number", "PUT", at + "/links/customer/1", `{"number":"` + strings.Repeat("1", 21) + `"}`, 400, "bad-body", "20"},
		{"a link that is not there", "GET", at + "/links/customer/1", ``, 404, "not-found", "customer 1"},
		{"a user who is none", "PUT", at + "/roles/boss", `{"role":"owner"}`, 400, "bad-request", "numeric"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := r.do(call{method: c.method, path: c.path, body: c.body, bearer: "k9-of-the-host"})
			p := a.problem(t)
			if a.status != c.status || p.Code != c.code || p.Status != c.status || !strings.Contains(p.Detail, c.says) || p.Remedy == "" || p.Title == "" || p.Instance == "" {
				t.Errorf("%d %s, want %d %s with %q", a.status, a.body, c.status, c.code, c.says)
			}
			if (a.status == 405) != (a.header.Get("Allow") != "") {
				t.Errorf("Allow %q", a.header.Get("Allow"))
			}
		})
	}
	if n := r.queue.Len() - before; n != 0 {
		t.Errorf("%d messages were sent", n)
	}
	if ls := r.logged(); len(ls) != 0 {
		t.Errorf("runs %+v", ls)
	}
}

// TestAllThatIsWrongIsSaidAtOnce: in the detail and field by field.
func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	r := newRig(t)
	p := r.do(call{method: "PUT", path: "/v1/shops/acme/jobs/x", body: `{"task":"sync-orders","every":"-5m","zone":"Mars","colour":"red"}`, bearer: "k9-of-the-host"}).problem(t)
	var names []string
	for _, f := range p.Fields {
		names = append(names, f.Field)
	}
	for _, want := range []string{"field", "every", "zone"} {
		if !slices.Contains(names, want) {
			t.Errorf("fields %q lack %q", names, want)
		}
	}
	p = r.do(call{method: "PATCH", path: "/v1/shops/acme/card", body: `{"tolerance":"much","taxMode":"none","colour":"red"}`, bearer: "k9-of-the-host"}).problem(t)
	if len(p.Fields) < 3 {
		t.Errorf("fields %+v", p.Fields)
	}
	p = r.do(call{method: "GET", path: "/v1/shops/acme/runs?limit=0&notes=yes&colour=red", bearer: "k9-of-the-host"}).problem(t)
	for _, want := range []string{"limit", "notes", "colour"} {
		if !strings.Contains(p.Detail, want) {
			t.Errorf("%q lacks %s", p.Detail, want)
		}
	}
}

// TestALinkThatIsJustBeingMade is nobody's to change.
func TestALinkThatIsJustBeingMade(t *testing.T) {
	r := newRig(t)
	l := link.Link{Shop: "acme", Company: "production/3fa85f64-5717-4562-b3fc-2c963f66afa6", Kind: link.Customer, ID: "7002"}
	if err := r.host.Links.Put(t.Context(), unguarded{r.host.Table}, jobqueue.Lease{}, l.Intends("S7002", r.Now(), r.Now())); err != nil {
		t.Fatal(err)
	}
	for _, c := range []call{
		{method: "PUT", path: "/v1/shops/acme/links/customer/7002", body: `{"number":"C1"}`, bearer: "k9-of-the-host"},
		{method: "DELETE", path: "/v1/shops/acme/links/customer/7002", bearer: "k9-of-the-host"},
	} {
		if a := r.do(c); a.status != 409 || a.problem(t).Code != api.ProblemCodeRefused {
			t.Errorf("%s: %d %s", c.method, a.status, a.body)
		}
	}
}

// TestTooManyWaitingRuns are refused, with the way out.
func TestTooManyWaitingRuns(t *testing.T) {
	r := newRig(t)
	for range 20 {
		r.want(202, "POST", runs, `{"dryRun":true}`)
	}
	a := r.do(call{method: "POST", path: runs, body: `{"dryRun":true}`, bearer: "k9-of-the-host"})
	if p := a.problem(t); a.status != 429 || p.Code != api.ProblemCodeTooManyRuns || a.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", a.status, a.body)
	}
}

type broken struct{ table.Table }

func (broken) Get(context.Context, table.Key) (table.Item, error) {
	return table.Item{}, errors.New("dial tcp 10.0.0.7: refused")
}

// TestOurOwnFaultsAreNotTold: they are in the log, under the id that the answer names.
func TestOurOwnFaultsAreNotTold(t *testing.T) {
	r := newRig(t)
	r.open(faulty.Table{Inner: broken{r.host.Table}, Injector: r.injector})
	for _, path := range []string{"/v1/health", "/v1/shops/acme/card", "/v1/shops/acme/runs/r1"} {
		a := r.do(call{method: "GET", path: path, bearer: "k9-of-the-host"})
		p := a.problem(t)
		if a.status != 500 || strings.Contains(string(a.body), "10.0.0.7") || p.Instance == "" || !strings.Contains(r.log.String(), p.Instance) || !strings.Contains(r.log.String(), "10.0.0.7") {
			t.Errorf("%s: %d %s\nlog %s", path, a.status, a.body, r.log.String())
		}
	}
}

// FuzzRequest: whatever is asked, the answer is one of the document, and no fault
// of ours.
func FuzzRequest(f *testing.F) {
	for _, s := range [][4]string{
		{"GET", "shops/acme/runs", "limit=1&page=AAAA", ""},
		{"POST", "shops/acme/jobs/sync-orders/runs", "", `{"parameters":{"tags":["a"]},"dryRun":true}`},
		{"PATCH", "shops/acme/card", "", `{"tolerance":"0.05","variants":[{"variantID":"1","itemNo":"2"}]}`},
		{"PUT", "shops/acme/jobs/x", "", `{"task":"sync-orders","every":"5m","weekdays":["mon"]}`},
		{"PUT", "shops/acme/mappings/taxCodes/0.19", "", `{"code":"VAT19"}`},
		{"GET", "shops/acme/orders/%231001", "", ""},
		{"POST", "shops/acme/orders/1001/decisions", "", `{"decision":"retry"}`},
	} {
		f.Add(s[0], s[1], s[2], s[3])
		f.Add("EGT", s[1], s[2], s[3])
	}
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		u := &url.URL{Path: "/v1/" + path, RawPath: "/v1/" + path, RawQuery: query}
		if p, err := url.PathUnescape(u.RawPath); err == nil {
			u.Path = p
		}
		if _, err := http.NewRequestWithContext(t.Context(), method, u.String(), http.NoBody); err != nil || method == http.MethodOptions || method == http.MethodConnect {
			t.Skip("no request of HTTP, or one that the host answers before the interface")
		}
		if _, err := url.Parse(u.String()); err != nil {
			t.Skip("no address")
		}
		r := newRig(t)
		r.stage()
		if a := r.do(call{method: method, path: u.String(), body: body, bearer: "k9-of-the-host"}); a.status >= 500 {
			t.Errorf("%s %s %s: %d %s\n%s", method, u, body, a.status, a.body, r.log.String())
		}
	})
}
