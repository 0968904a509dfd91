package businesscentral

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

const (
	companyID = "7a1e6e4c-0000-4000-8000-00000000c001"
	orderID   = "5d2f0b1a-0000-4000-8000-00000000d001"
	testBase  = "https://bc.test/v2.0"
	testRoot  = testBase + "/contoso.com/Production/api/v2.0/"
)

// op is one operation as the fake sees it, alone or from a batch.
type op struct {
	Method, Path string // Path decoded, relative to the root, without options
	Query        url.Values
	Header       http.Header
	Body         string
}

// result is the fake's answer to an op. Status 0 leaves it out of the batch's answer.
type result struct {
	status int
	body   string
	header map[string]string
}

// fakeBC answers requests in process and checks what every request must have.
type fakeBC struct {
	t *testing.T
	// answer answers one operation.
	answer func(o op) result
	// outer, if set, may answer or fail a whole request instead.
	outer func(req *http.Request) (*http.Response, error)
	// took moves the clock for each operation.
	took func(o op) time.Duration

	mu      sync.Mutex
	now     time.Time
	ops     []op // in the order of arrival
	outers  int
	batches []int // operations of each batch
	waits   []time.Duration
}

func newFake(t *testing.T, answer func(o op) result) *fakeBC {
	t.Helper()
	return &fakeBC{t: t, answer: answer, now: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
}

// client is a client of the fake whose clock only the fake moves.
func (f *fakeBC) client(change ...func(*Config)) *Client {
	f.t.Helper()
	cfg := Config{
		BaseURL: testBase, Tenant: "contoso.com", Environment: "Production", CompanyID: companyID,
		Tokens: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "tok-1"}), HTTP: f,
		Now: f.clock, Wait: f.wait,
	}
	for _, c := range change {
		c(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

func (f *fakeBC) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fakeBC) wait(ctx context.Context, d time.Duration) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
	f.waits = append(f.waits, d)
	return ctx.Err()
}

func (f *fakeBC) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.outers
}

func (f *fakeBC) RoundTrip(req *http.Request) (*http.Response, error) {
	f.mu.Lock()
	f.outers++
	f.mu.Unlock()
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	h := req.Header
	if !strings.HasPrefix(h.Get("Authorization"), "Bearer tok-") || !strings.Contains(h.Get("Accept"), "application/json") || h.Get("Accept-Language") != "en-US" {
		f.t.Errorf("%s %s: headers %v", req.Method, req.URL.Path, h)
	}
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body = io.NopCloser(bytes.NewReader(raw))
	if f.outer != nil {
		if resp, err := f.outer(req); resp != nil || err != nil {
			return resp, err
		}
	}
	if req.URL.Path == "/v2.0/contoso.com/Production/api/v2.0/$batch" {
		return f.batch(req, raw)
	}
	r := f.one(op{Method: req.Method, Path: req.URL.Path, Query: req.URL.Query(), Header: h, Body: string(raw)})
	return response(r.status, r.body, r.header), nil
}

func (f *fakeBC) one(o op) result {
	write := o.Method == http.MethodPost || o.Method == http.MethodPatch
	if hasType := o.Header.Get("Content-Type") == "application/json"; write != hasType {
		f.t.Errorf("%s %s: content type %q", o.Method, o.Path, o.Header.Get("Content-Type"))
	}
	if o.Method == http.MethodPatch && o.Header.Get("If-Match") == "" {
		f.t.Errorf("PATCH %s without If-Match", o.Path)
	}
	o.Path = strings.TrimPrefix(o.Path, "/v2.0/contoso.com/Production/api/v2.0/")
	o.Path = strings.TrimPrefix(o.Path, "companies("+companyID+")/")
	f.mu.Lock()
	f.ops = append(f.ops, o)
	if f.took != nil {
		f.now = f.now.Add(f.took(o))
	}
	f.mu.Unlock()
	return f.answer(o)
}

func (f *fakeBC) batch(req *http.Request, raw []byte) (*http.Response, error) {
	if req.Method != http.MethodPost || req.Header.Get("Accept") != "application/json" || req.Header.Get("Prefer") != "odata.continue-on-error" {
		f.t.Errorf("%s $batch: headers %v", req.Method, req.Header)
	}
	var in struct {
		Requests []struct {
			ID      string            `json:"id"`
			Method  string            `json:"method"`
			URL     string            `json:"url"`
			Headers map[string]string `json:"headers"`
			Body    json.RawMessage   `json:"body"`
		} `json:"requests"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		f.t.Errorf("batch: %v in %s", err, raw)
	}
	if n := len(in.Requests); n == 0 || n > 100 {
		f.t.Errorf("batch of %d operations", n)
	}
	f.mu.Lock()
	f.batches = append(f.batches, len(in.Requests))
	f.mu.Unlock()
	type inner struct {
		ID      string            `json:"id"`
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers,omitempty"`
		Body    json.RawMessage   `json:"body,omitempty"`
	}
	var out struct {
		Responses []inner `json:"responses"`
	}
	for _, r := range in.Requests {
		u, err := url.Parse(r.URL)
		if err != nil || u.IsAbs() || strings.HasPrefix(r.URL, "/") {
			f.t.Errorf("operation %q is not relative to the root (%v)", r.URL, err)
			continue
		}
		h := http.Header{}
		for k, v := range r.Headers {
			h.Set(k, v)
		}
		if h.Get("Accept") != "application/json" || h.Get("Accept-Language") != "en-US" {
			f.t.Errorf("%s %s: operation headers %v", r.Method, r.URL, h)
		}
		res := f.one(op{Method: r.Method, Path: u.Path, Query: u.Query(), Header: h, Body: string(r.Body)})
		if res.status != 0 {
			out.Responses = append(out.Responses, inner{ID: r.ID, Status: res.status, Headers: res.header, Body: json.RawMessage(res.body)})
		}
	}
	slices.Reverse(out.Responses) // to be matched by id
	js, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return response(http.StatusOK, string(js), nil), nil
}

func response(status int, body string, header map[string]string) *http.Response {
	h := http.Header{}
	for k, v := range header {
		h.Set(k, v)
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

func rows(js ...string) result {
	return result{status: 200, body: `{"value":[` + strings.Join(js, ",") + `]}`}
}

func refusal(status int, code, text string) result {
	return result{status: status, body: errorBody(code, text)}
}

// quoted are the strings of a filter.
func quoted(filter string) []string {
	var vs []string
	for term := range strings.SplitSeq(filter, " or ") {
		_, v, _ := strings.Cut(term, " eq ")
		vs = append(vs, strings.ReplaceAll(strings.Trim(v, "'"), "''", "'"))
	}
	return vs
}

var errReset = errors.New("connection reset by peer")

func number(i int) string { return fmt.Sprintf("%d-%d", 1000+i, 450000000000+i) }
