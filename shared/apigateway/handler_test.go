package apigateway_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"backroom/shared/apigateway"
	"backroom/shared/jobapi"
	"backroom/shared/jobqueue"
	"backroom/shared/lambdafn"
	"backroom/shared/lambdafn/lambdafntest"
	"backroom/shared/table"
	"backroom/shared/wiring"
)

type world struct {
	*apigateway.Handler

	account *lambdafntest.Account
	jobs    *jobqueue.Dispatcher
	log     bytes.Buffer
}

func newWorld(t *testing.T) *world {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }
	w := &world{account: lambdafntest.New(now)}
	f, err := lambdafn.New(lambdafn.World{Lookup: lambdafntest.Lookup(w.account.Environment()), AWS: w.account.Transport, Log: t.Output(), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if w.jobs, err = f.Dispatcher(wiring.Tasks(f.Options()).Tasks); err != nil {
		t.Fatal(err)
	}
	if err := w.jobs.Ensure(t.Context(), "acme", "acme", now()); err != nil {
		t.Fatal(err)
	}
	w.Handler = &apigateway.Handler{Jobs: &jobapi.Jobs{Dispatcher: w.jobs}, Log: slog.New(slog.NewJSONHandler(&w.log, nil))}
	return w
}

func (w *world) ask(t *testing.T, r events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, map[string]any) {
	t.Helper()
	out, err := w.Handle(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	var body map[string]any
	if out.Body != "" {
		if err := json.Unmarshal([]byte(out.Body), &body); err != nil {
			t.Fatalf("body %q: %v", out.Body, err)
		}
	}
	return out, body
}

func request(method, path, body string) events.APIGatewayV2HTTPRequest {
	return events.APIGatewayV2HTTPRequest{
		RawPath: path, Body: body,
		RequestContext: events.APIGatewayV2HTTPRequestContext{HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: method}},
	}
}

func trigger(shop, entry, body string) events.APIGatewayV2HTTPRequest {
	return request("POST", "/v1/shops/"+url.PathEscape(shop)+"/jobs/"+url.PathEscape(entry)+"/runs", body)
}

func run(shop, id string) events.APIGatewayV2HTTPRequest {
	return request("GET", "/v1/shops/"+url.PathEscape(shop)+"/runs/"+url.PathEscape(id), "")
}

// TestRunsBeyondTheBoundAreRefused, with the way out.
func TestRunsBeyondTheBoundAreRefused(t *testing.T) {
	w := newWorld(t)
	for i := range jobqueue.MaxWaiting {
		if out, _ := w.ask(t, trigger("acme", "sync-orders", `{"dryRun":true}`)); out.StatusCode != 202 {
			t.Fatalf("run %d: %+v", i+1, out)
		}
	}
	out, body := w.ask(t, trigger("acme", "sync-orders", `{"dryRun":true}`))
	if text, _ := body["error"].(string); out.StatusCode != 429 || !strings.Contains(text, "wait until") {
		t.Errorf("answered %d, %v", out.StatusCode, body)
	}
}

func TestRunNow(t *testing.T) {
	w := newWorld(t)
	out, body := w.ask(t, trigger("acme", "sync-orders", ""))
	id, _ := body["id"].(string)
	if out.StatusCode != 202 || body["state"] != "accepted" || body["shop"] != "acme" || out.Headers["Location"] != "/v1/shops/acme/runs/"+id || id == "" {
		t.Fatalf("answered %+v", out)
	}
	if again, _ := w.ask(t, trigger("acme", "sync-orders", " \n")); again.Headers["Location"] != out.Headers["Location"] {
		t.Errorf("a second wish for the same is another run: %v", again.Headers)
	}
	dry := trigger("acme", "sync-orders", base64.StdEncoding.EncodeToString([]byte(`{"dryRun":true}`)))
	dry.IsBase64Encoded = true
	if _, body := w.ask(t, dry); body["dryRun"] != true || body["id"] == id {
		t.Errorf("dry run: %v", body)
	}
	out, body = w.ask(t, run("acme", id))
	if out.StatusCode != 200 || body["id"] != id || body["task"] != "sync-orders" || out.Headers["ETag"] == "" {
		t.Fatalf("answered %+v", out)
	}
	same := run("acme", id)
	same.Headers = map[string]string{"if-none-match": out.Headers["ETag"]}
	if out, _ := w.ask(t, same); out.StatusCode != 304 || out.Body != "" {
		t.Errorf("nothing has changed: %+v", out)
	}
}

func TestRefusals(t *testing.T) {
	long := strings.Repeat("x", 100)
	broken := trigger("acme", "sync-orders", "%%%")
	broken.IsBase64Encoded = true
	tests := []struct {
		name   string
		ask    events.APIGatewayV2HTTPRequest
		status int
		want   string
	}{
		{"wrong method", request("DELETE", "/v1/shops/acme/runs/r1", ""), 404, "there are"},
		{"no path", events.APIGatewayV2HTTPRequest{}, 404, "there is no"},
		{"longer path", request("GET", "/v1/shops/acme/runs/r1/x", ""), 404, "there is no"},
		{"other version", request("GET", "/v2/shops/acme/runs/r1", ""), 404, "there is no"},
		{"empty part", request("GET", "/v1/shops//runs/r1", ""), 400, `shop ""`},
		{"broken escape", request("GET", "/v1/shops/%zz/runs/r1", ""), 400, `shop "%zz"`},
		{"slash in a part", trigger("acme/x", "sync-orders", ""), 400, `shop "acme/x"`},
		{"shop with a separator of keys", trigger("acme#x", "sync-orders", ""), 400, `shop "acme#x"`},
		{"long entry", trigger("acme", long, ""), 400, "job entry"},
		{"both wrong", trigger("a b", "c d", ""), 400, "job entry"},
		{"no such shop", trigger("other", "sync-orders", ""), 404, "other"},
		{"no such entry", trigger("acme", "sync-nothing", ""), 404, "sync-nothing"},
		{"no such run", run("acme", "0000000000000000"), 404, "0000000000000000"},
		{"run of another shop", run("other", "0000000000000000"), 404, "other"},
		{"body is no JSON", trigger("acme", "sync-orders", "now!"), 400, "body, byte"},
		{"body is a list", trigger("acme", "sync-orders", "[1]"), 400, "body, byte"},
		{"two values", trigger("acme", "sync-orders", "{} {}"), 400, "more than one"},
		{"text after it", trigger("acme", "sync-orders", "{} ]"), 400, "more than one"},
		{"unknown field", trigger("acme", "sync-orders", `{"dryrun":true,"force":1}`), 400, "force"},
		{"wrong type", trigger("acme", "sync-orders", `{"dryRun":"yes"}`), 400, "dryRun"},
		{"unknown parameter", trigger("acme", "sync-orders", `{"parameters":{"speed":9}}`), 400, "speed"},
		{"parameters are no object", trigger("acme", "sync-orders", `{"parameters":7}`), 400, "one JSON object"},
		{"bad base64", broken, 400, "base64"},
		{"too large", trigger("acme", "sync-orders", `{"parameters":"`+strings.Repeat("x", jobapi.MaxBody)+`"}`), 413, "at most"},
	}
	w := newWorld(t)
	before := w.account.Queue.Queue.Len() // the first run of a job that starts now
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, body := w.ask(t, tt.ask)
			text, _ := body["error"].(string)
			if out.StatusCode != tt.status || !strings.Contains(text, tt.want) || out.Headers["Content-Type"] == "" || len(body) != 1 {
				t.Errorf("answered %d %v, want %d with %q", out.StatusCode, body, tt.status, tt.want)
			}
		})
	}
	if n := w.account.Queue.Queue.Len() - before; n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

func TestOnHold(t *testing.T) {
	w := newWorld(t)
	e, err := w.jobs.Store.Entry(t.Context(), "acme", "sync-orders")
	if err != nil {
		t.Fatal(err)
	}
	e.Status, e.HoldReason = jobqueue.OnHold, "stocktaking"
	if _, err := w.jobs.Save(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if out, body := w.ask(t, trigger("acme", "sync-orders", "")); out.StatusCode != 409 || !strings.Contains(body["error"].(string), "stocktaking") {
		t.Errorf("answered %+v", out)
	}
}

type brokenTable struct{ table.Table }

func (brokenTable) Get(context.Context, table.Key) (table.Item, error) {
	return table.Item{}, errors.New("dial tcp 10.0.0.7: refused")
}

// What goes wrong on our side is logged and not told.
func TestOurOwnFaultsAreNotTold(t *testing.T) {
	w := newWorld(t)
	w.jobs.Store.Table = brokenTable{}
	r := run("acme", "0000000000000000")
	r.RequestContext.RequestID = "request-1"
	out, body := w.ask(t, r)
	if out.StatusCode != 500 || strings.Contains(out.Body, "10.0.0.7") || !strings.Contains(body["error"].(string), "request-1") {
		t.Errorf("answered %+v", out)
	}
	if !strings.Contains(w.log.String(), "10.0.0.7") {
		t.Errorf("log %s", w.log.String())
	}
}
