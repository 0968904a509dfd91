package shopify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"backroom/shared/shopify/internal/gql"
)

// request is what the fake received.
type request struct {
	Op        string          `json:"operationName"`
	Query     string          `json:"query"`
	Variables json.RawMessage `json:"variables"`
}

// vars decodes the variables.
func (r request) vars(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(r.Variables, &v); err != nil {
		t.Fatalf("%s: variables %s: %v", r.Op, r.Variables, err)
	}
	return v
}

// answer is what the fake sends.
type answer struct {
	status int // 0: 200
	header map[string]string
	body   string
	err    error // in its place
}

// fake answers by operation and fails the test on anything it was not told of.
type fake struct {
	t     *testing.T
	token string // expected; "" any
	on    map[string]func(request) answer

	mu   sync.Mutex
	sent []request
}

func newFake(t *testing.T) *fake {
	t.Helper()
	return &fake{t: t, on: map[string]func(request) answer{}}
}

// documents are the texts that may be sent.
var documents = map[string]string{
	"FulfillmentOrderMoreLines": gql.FulfillmentOrderMoreLines_Operation, "Locations": gql.Locations_Operation,
	"OrderAttributes": gql.OrderAttributes_Operation, "OrderBatch": gql.OrderBatch_Operation, "OrderByName": gql.OrderByName_Operation,
	"OrderMoreFulfillmentOrders": gql.OrderMoreFulfillmentOrders_Operation, "OrderMoreLines": gql.OrderMoreLines_Operation,
	"OrderMoreShippingLines": gql.OrderMoreShippingLines_Operation, "OrderPage": gql.OrderPage_Operation,
	"OrdersChanged": gql.OrdersChanged_Operation, "OrdersCount": gql.OrdersCount_Operation,
	"SetOrderAttributes": gql.SetOrderAttributes_Operation, "ShopInfo": gql.ShopInfo_Operation,
}

func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if r.Method != http.MethodPost || r.URL.String() != "https://my-shop.myshopify.com/admin/api/2026-07/graphql.json" {
		f.t.Errorf("%s %s, want POST to the API", r.Method, r.URL)
	}
	if got := r.Header.Get("Content-Type"); got != "application/json" {
		f.t.Errorf("Content-Type %q", got)
	}
	if got := r.Header.Get("X-Shopify-Access-Token"); got == "" || f.token != "" && got != f.token {
		f.t.Errorf("X-Shopify-Access-Token %q, want %q", got, f.token)
	}
	var req request
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&req); err != nil {
		f.t.Errorf("body %.200s: %v", body, err)
	}
	if want := documents[req.Op]; req.Op != setOperation && req.Query != want {
		f.t.Errorf("%s: document differs from the committed one:\n%s", req.Op, req.Query)
	}
	f.mu.Lock()
	f.sent = append(f.sent, req)
	f.mu.Unlock()
	h := f.on[req.Op]
	if h == nil {
		f.t.Errorf("unexpected operation %q", req.Op)
		return nil, fmt.Errorf("unexpected operation %q", req.Op)
	}
	a := h(req)
	if a.err != nil {
		return nil, a.err
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	resp := &http.Response{StatusCode: a.status, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, Body: io.NopCloser(bytes.NewReader([]byte(a.body)))}
	for k, v := range a.header {
		resp.Header.Set(k, v)
	}
	return resp, nil
}

// ops is what has been sent, in order.
func (f *fake) ops() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for _, r := range f.sent {
		out = append(out, r.Op)
	}
	return out
}

// client is a Client on the fake; change alters its configuration.
func (f *fake) client(change ...func(*Config)) *Client {
	f.t.Helper()
	cfg := Config{
		Domain: "my-shop.myshopify.com", Tokens: StaticToken{NewSecret("shpat_test")}, HTTP: &http.Client{Transport: f},
		Log: slog.New(slog.NewTextHandler(f.t.Output(), nil)),
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

// ok is an answer with data and a full bucket.
func ok(requested, actual int, data any) answer {
	js, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	return answer{body: fmt.Sprintf(`{"data":%s,"extensions":{"cost":{"requestedQueryCost":%d,"actualQueryCost":%d,"throttleStatus":{"maximumAvailable":2000,"currentlyAvailable":%d,"restoreRate":100}}}}`,
		js, requested, actual, 2000-actual)}
}

// throttled is Shopify's own refusal.
func throttled(requested, available int) answer {
	return answer{body: fmt.Sprintf(`{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED","documentation":"https://shopify.dev/api/usage/rate-limits"}}],`+
		`"extensions":{"cost":{"requestedQueryCost":%d,"actualQueryCost":null,"throttleStatus":{"maximumAvailable":2000,"currentlyAvailable":%d,"restoreRate":100}}}}`, requested, available)}
}

// obj is a JSON object.
type obj = map[string]any

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}
