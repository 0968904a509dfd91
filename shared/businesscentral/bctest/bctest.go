// Package bctest answers as Business Central would, in process, for the tests of its
// clients. It checks what every request must have; the answers are the test's.
package bctest

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

	"backroom/shared/businesscentral"
)

// The company that a client is made for, an id of an order, and the addresses of the
// API.
const (
	CompanyID = "7a1e6e4c-0000-4000-8000-00000000c001"
	OrderID   = "5d2f0b1a-0000-4000-8000-00000000d001"
	Base      = "https://bc.test/v2.0"
	Root      = Base + "/contoso.com/Production/api/v2.0/"
)

// Op is one operation as the fake sees it, alone or from a batch.
type Op struct {
	Method, Path string // Path decoded, relative to the root, without options
	Query        url.Values
	Header       http.Header
	Body         string
}

// Result is the fake's answer to an Op. Status 0 leaves it out of the batch's answer.
type Result struct {
	Status int
	Body   string
	Header map[string]string
}

// Fake answers requests in process and checks what every request must have.
type Fake struct {
	t *testing.T
	// Answer answers one operation.
	Answer func(o Op) Result
	// Outer, if set, may answer or fail a whole request instead.
	Outer func(req *http.Request) (*http.Response, error)
	// Took moves the clock for each operation.
	Took func(o Op) time.Duration

	mu     sync.Mutex
	now    time.Time
	outers int

	Ops     []Op  // in the order of arrival
	Batches []int // operations of each batch
	Waits   []time.Duration
}

// Pass moves the clock.
func (f *Fake) Pass(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

// New is a fake that answers each operation so.
func New(t *testing.T, answer func(o Op) Result) *Fake {
	t.Helper()
	return &Fake{t: t, Answer: answer, now: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
}

// Client is a client of the fake whose clock only the fake moves.
func (f *Fake) Client(change ...func(*businesscentral.Config)) *businesscentral.Client {
	f.t.Helper()
	cfg := businesscentral.Config{
		BaseURL: Base, Tenant: "contoso.com", Environment: "Production", CompanyID: CompanyID,
		Tokens: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "tok-1"}), HTTP: f,
		Now: f.Clock, Wait: f.wait,
	}
	for _, c := range change {
		c(&cfg)
	}
	c, err := businesscentral.New(cfg)
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

// Clock is the time of the fake and its clients.
func (f *Fake) Clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *Fake) wait(ctx context.Context, d time.Duration) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
	f.Waits = append(f.Waits, d)
	return ctx.Err()
}

// Count is how many requests have come, a batch as one.
func (f *Fake) Count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.outers
}

// apis is where the environment has its APIs.
const apis = "/v2.0/contoso.com/Production/api/"

// RoundTrip implements http.RoundTripper.
func (f *Fake) RoundTrip(req *http.Request) (*http.Response, error) {
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
	if f.Outer != nil {
		if resp, err := f.Outer(req); resp != nil || err != nil {
			return resp, err
		}
	}
	if req.URL.Path == apis+"v2.0/$batch" || req.URL.Path == apis+businesscentral.CompanionGroup+"/$batch" {
		return f.batch(req, raw)
	}
	r := f.one(Op{Method: req.Method, Path: req.URL.Path, Query: req.URL.Query(), Header: h, Body: string(raw)})
	return Response(r.Status, r.Body, r.Header), nil
}

func (f *Fake) one(o Op) Result {
	write := o.Method == http.MethodPost || o.Method == http.MethodPatch
	stream := strings.HasSuffix(o.Path, "Content") && o.Header.Get("Content-Type") == "application/octet-stream"
	if hasType := o.Header.Get("Content-Type") == "application/json"; write != hasType && !stream {
		f.t.Errorf("%s %s: content type %q", o.Method, o.Path, o.Header.Get("Content-Type"))
	}
	if o.Method == http.MethodPatch && o.Header.Get("If-Match") == "" {
		f.t.Errorf("PATCH %s without If-Match", o.Path)
	}
	o.Path = strings.TrimPrefix(o.Path, apis+"v2.0/")
	o.Path = strings.TrimPrefix(o.Path, "companies("+CompanyID+")/")
	f.mu.Lock()
	f.Ops = append(f.Ops, o)
	if f.Took != nil {
		f.now = f.now.Add(f.Took(o))
	}
	f.mu.Unlock()
	return f.Answer(o)
}

func (f *Fake) batch(req *http.Request, raw []byte) (*http.Response, error) {
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
	f.Batches = append(f.Batches, len(in.Requests))
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
		res := f.one(Op{Method: r.Method, Path: u.Path, Query: u.Query(), Header: h, Body: string(r.Body)})
		if res.Status != 0 {
			out.Responses = append(out.Responses, inner{ID: r.ID, Status: res.Status, Headers: res.Header, Body: json.RawMessage(res.Body)})
		}
	}
	slices.Reverse(out.Responses) // to be matched by id
	js, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return Response(http.StatusOK, string(js), nil), nil
}

// Response is an answer as net/http gives it.
func Response(status int, body string, header map[string]string) *http.Response {
	h := http.Header{}
	for k, v := range header {
		h.Set(k, v)
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

// Rows are the answer of a set.
func Rows(js ...string) Result {
	return Result{Status: 200, Body: `{"value":[` + strings.Join(js, ",") + `]}`}
}

// Refusal is an answer that says no.
func Refusal(status int, code, text string) Result {
	return Result{Status: status, Body: ErrorBody(code, text)}
}

// Quoted are the strings of a filter.
func Quoted(filter string) []string {
	var vs []string
	for term := range strings.SplitSeq(filter, " or ") {
		_, v, _ := strings.Cut(term, " eq ")
		vs = append(vs, strings.ReplaceAll(strings.Trim(v, "'"), "''", "'"))
	}
	return vs
}

// ErrReset is how a connection ends.
var ErrReset = errors.New("connection reset by peer")

// Number is the external number of the i-th order.
func Number(i int) string { return fmt.Sprintf("%d-%d", 1000+i, 450000000000+i) }

// ErrorBody is BC's refusal in JSON.
func ErrorBody(code, text string) string {
	return fmt.Sprintf(`{"error":{"code":%q,"message":"%s  CorrelationId:  1b0c6f0e-0000-4000-8000-00000000beef."}}`, code, text)
}
