package shopify_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/testclock"
)

const (
	domain  = "sample.myshopify.com"
	graphql = "/admin/api/2026-07/graphql.json"
)

// world is a simulated sample shop on a clock that only tests move.
type world struct {
	*shopify.Server
	*testclock.Clock

	shop  *shopify.Shop
	token string
	last  string // id of the bulk operation that was started last
}

// newWorld is the sample shop; change may alter the configuration.
func newWorld(t *testing.T, change ...func(*shopify.Config)) *world {
	t.Helper()
	w := &world{Clock: testclock.New(testclock.Monday)}
	cfg := shopify.Config{Now: w.Now, Sleep: w.Wait}
	for _, c := range change {
		c(&cfg)
	}
	if cfg.Shops == nil {
		cfg.Shops = []*data.Data{data.Sample(w.Now())}
	}
	s, err := shopify.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	w.Server, w.shop = s, s.Shop("")
	w.token = w.shop.IssueToken()
	return w
}

// call is a request; the zero value of a field is what a good client sends.
type call struct {
	method, host, path string
	header             string // "Name: value", several by |; "-Name" leaves one out
	body               string // replaces query and vars
	query, operation   string
	vars               map[string]any
}

// reply is an answer.
type reply struct {
	status int
	header http.Header
	text   string
	json   map[string]any
}

// send sends c and fails the test if no answer comes.
func (w *world) send(t *testing.T, c call) reply {
	t.Helper()
	r, err := w.try(t, c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (w *world) try(t *testing.T, c call) (reply, error) {
	t.Helper()
	body := c.body
	if body == "" {
		b, err := json.Marshal(map[string]any{"query": c.query, "variables": c.vars, "operationName": c.operation})
		if err != nil {
			t.Fatal(err)
		}
		body = string(b)
	}
	r, err := http.NewRequestWithContext(t.Context(), or(c.method, http.MethodPost), "https://"+or(c.host, domain)+or(c.path, graphql), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Shopify-Access-Token", w.token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	for h := range strings.SplitSeq(c.header, "|") {
		if name, ok := strings.CutPrefix(h, "-"); ok {
			r.Header.Del(name)
		} else if name, v, ok := strings.Cut(h, ": "); ok {
			r.Header.Set(name, v)
		}
	}
	resp, err := w.Transport().RoundTrip(r)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := reply{status: resp.StatusCode, header: resp.Header, text: string(b)}
	if json.Unmarshal(b, &out.json) != nil {
		out.json = nil
	}
	return out, nil
}

// ask runs a document that must succeed and answers its data.
func (w *world) ask(t *testing.T, query string, vars map[string]any) map[string]any {
	t.Helper()
	r := w.send(t, call{query: query, vars: vars})
	if r.status != http.StatusOK || r.json["errors"] != nil {
		t.Fatalf("%s: %d %.500s", query, r.status, r.text)
	}
	d, ok := r.json["data"].(map[string]any)
	if !ok {
		t.Fatalf("%s: no data in %.500s", query, r.text)
	}
	return d
}

// at follows names and indexes through JSON.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for i, p := range path {
		switch p := p.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				t.Fatalf("%v of %v: not an object but %v", p, path[:i], v)
			}
			v = m[p]
		case int:
			l, ok := v.([]any)
			if !ok || p >= len(l) {
				t.Fatalf("%v of %v: no such entry in %v", p, path[:i], v)
			}
			v = l[p]
		}
	}
	return v
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
