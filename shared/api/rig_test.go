package api_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/shopspring/decimal"

	"backroom/shared/api"
	"backroom/shared/connect"
	"backroom/shared/documents"
	"backroom/shared/faulty"
	"backroom/shared/identity"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/link"
	"backroom/shared/memory"
	"backroom/shared/money"
	"backroom/shared/orders"
	"backroom/shared/privacy"
	"backroom/shared/queue"
	"backroom/shared/record"
	"backroom/shared/recurrence"
	"backroom/shared/shop"
	"backroom/shared/staging"
	"backroom/shared/table"
	"backroom/shared/testclock"
	"backroom/shared/usage"
)

// Apps and secrets of the tests.
const (
	app    = "our-app"
	secret = "our-secret"
	domain = "acme.myshopify.com"
)

// rig is a host in memory whose answers are all held to the document.
type rig struct {
	*testclock.Clock

	tb         testing.TB
	host       *api.Host
	dispatcher *dispatch.Dispatcher
	handler    http.Handler
	queue      *memory.Queue
	injector   *faulty.Injector
	doc        *document
	log        bytes.Buffer
	made       map[string]orders.HandMade // documents in BC by number
	bcDown     error
	told       bytes.Buffer // all answers, and all that was stored or sent
	forgotten  []string     // shops whose clients were dropped
}

func newRig(tb testing.TB) *rig {
	tb.Helper()
	r := &rig{tb: tb, Clock: testclock.New(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)), doc: theDocument(tb)}
	r.queue = memory.NewQueue(r.Now)
	r.injector = &faulty.Injector{Now: r.Now}
	r.open(faulty.Table{Inner: seeing{memory.NewTable(r.Now), r}, Injector: r.injector})
	card := r.card("acme")
	card.Domain, card.Company = domain, shop.Company{Tenant: "contoso.com", Environment: "Production", ID: "3fa85f64-5717-4562-b3fc-2c963f66afa6"}
	other := r.card("other")
	other.Domain, other.Company = "other.myshopify.com", shop.Company{Tenant: "contoso.com", Environment: "Production", ID: "3fa85f64-5717-4562-b3fc-2c963f66afa7"}
	for _, c := range []shop.Shop{card, other} {
		if err := r.host.Cards.Put(tb.Context(), c); err != nil {
			tb.Fatal(err)
		}
		if err := r.host.Jobs.Client.Ensure(tb.Context(), c.Code, c.Code, r.Now().Add(time.Hour)); err != nil {
			tb.Fatal(err)
		}
	}
	return r
}

func (r *rig) card(code string) shop.Shop {
	r.tb.Helper()
	card, err := documents.Sections.New(code, time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	if err != nil {
		r.tb.Fatal(err)
	}
	return card
}

// task is one that makes three records of three, and takes as long as work does.
func (r *rig) task(name string, work func()) jobqueue.Registration {
	return jobqueue.Registration{
		Name: name, Parameters: jobqueue.ParametersOf(struct {
			Tags []string `json:"tags,omitempty"`
		}{}, nil),
		Task: jobqueue.TaskFunc(func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
			work()
			return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Read: 3, Created: 3}}, nil
		}),
		Default: jobqueue.Entry{Description: name, Category: "orders", Rule: recurrence.Rule{Every: time.Hour}, MaxAttempts: 3, RerunDelay: time.Minute},
	}
}

// open makes a host on a table and the rig's queue, as a start of a process does.
func (r *rig) open(t faulty.Table) {
	store := jobstore.New(t, r.Now)
	log := slog.New(slog.NewJSONHandler(&r.log, nil))
	second := func() { r.Advance(time.Second) }
	tasks := jobqueue.NewRegistry(r.task("sync-orders", second), r.task("process-orders", second))
	client := jobs.New(store, tasks, faulty.Queue{Inner: hearing{r.queue, r}, Injector: r.injector}, memory.NewSchedules(r.Now, r.queue), log)
	r.hostOf(dispatch.New(client, dispatch.NewExecutor(tasks, store, log)), t, r.Now)
	r.host.Wait = r.wait
	r.handler = api.New(r.host)
}

// hostOf makes the rig's host.
func (r *rig) hostOf(d *dispatch.Dispatcher, t table.Table, now func() time.Time) {
	r.dispatcher = d
	issues := &issue.Store{Table: t}
	staged := &staging.Store{Table: t, Issues: issues, Now: now}
	r.host = &api.Host{
		Jobs: &api.Jobs{Client: d.Jobs}, Table: t, Cards: &shop.Store{Table: t}, Sections: documents.Sections, Orders: staged, Issues: issues, Reasons: documents.Explained, Links: &link.Store{Table: t}, People: peopleOf(t, staged, now), Now: now, Log: d.Jobs.Log,
		Callers:  &both{machine: identity.Machine{Token: "k9-of-the-host"}, gateway: identity.Gateway{Sessions: &identity.Sessions{Now: now, Secret: func(a string) string { return map[string]string{app: secret}[a] }}}},
		CarryOut: func(context.Context, string) error { return nil },
		Check: func(context.Context, shop.Shop) (connect.Report, error) {
			return connect.Report{
				Sides:    []connect.Side{{Name: connect.Shopify, Answers: true}, {Name: connect.BusinessCentral, Text: "It refuses.", WayOut: "Correct it."}},
				Rights:   []connect.Right{{Side: connect.Shopify, Name: "read_orders", For: "orders", Tasks: []string{"sync-orders"}, Given: connect.Given}},
				Findings: []connect.Finding{{Weight: connect.Waits, Text: "Some orders wait.", WayOut: "Set tipAccount.", Settings: []string{"tipAccount"}}},
			}, nil
		},
		Forget: func(code string) { r.forgotten = append(r.forgotten, code) }, Remains: []string{"The secret."},
		HandMade: func(_ context.Context, _ shop.Shop, number string) (orders.HandMade, bool, error) {
			d, ok := r.made[number]
			return d, ok, r.bcDown
		},
		Used: func(string) usage.Count { return usage.Count{ShopifyRequests: 1} }, Origins: []string{"https://admin.shopify.com"},
		CoolDown: 30 * time.Second, MaxWait: 25 * time.Second,
	}
}

// wait lets the engine work, and moves the clock.
func (r *rig) wait(ctx context.Context, d time.Duration) error {
	r.work() //nolint:contextcheck // the engine goes on whatever becomes of a request
	return r.Wait(ctx, d)
}

// work handles all messages that are there.
func (r *rig) work() {
	r.tb.Helper()
	for {
		if some, err := r.dispatcher.Next(r.tb.Context(), 0); err != nil {
			r.tb.Fatal(err)
		} else if !some {
			return
		}
	}
}

// both are the callers of all hosts: the printed token is a person's, the rest
// the gateway's.
type both struct {
	machine identity.Machine
	gateway identity.Gateway
}

func (b *both) Caller(ctx context.Context, bearer string) (identity.Caller, error) {
	if bearer == b.machine.Token {
		return b.machine.Caller(ctx, bearer)
	}
	return b.gateway.Caller(ctx, bearer)
}

// token is a session token.
type token struct {
	app, secret, domain, user, id, alg string
	at                                 time.Time
}

func (r *rig) good(user, id string) token {
	return token{app: app, secret: secret, domain: domain, user: user, id: id, alg: "HS256", at: r.Now()}
}

func (k token) String() string {
	js, err := json.Marshal(map[string]any{
		"iss": "https://" + k.domain + "/admin", "dest": "https://" + k.domain, "aud": k.app, "sub": k.user, "jti": k.id, "sid": "s",
		"iat": k.at.Unix(), "nbf": k.at.Unix(), "exp": k.at.Add(time.Minute).Unix(),
	})
	if err != nil {
		panic(err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"`+k.alg+`","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(js)
	if k.alg == "none" {
		return text + "."
	}
	m := hmac.New(sha256.New, []byte(k.secret))
	m.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// call is one request, and what is sent with it.
type call struct {
	method, path, body, bearer string
	operator                   string // an ARN that IAM has let through
	header                     map[string]string
}

// reply is an answer that fits the document.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (a reply) problem(tb testing.TB) api.Problem {
	tb.Helper()
	var p api.Problem
	if err := json.Unmarshal(a.body, &p); err != nil || a.header.Get("Content-Type") != "application/problem+json" {
		tb.Fatalf("%d %s is no problem: %v", a.status, a.body, err)
	}
	return p
}

func into[V any](tb testing.TB, a reply) (v V) {
	tb.Helper()
	if err := json.Unmarshal(a.body, &v); err != nil {
		tb.Fatalf("%s: %v", a.body, err)
	}
	return v
}

// do sends a call, and holds the answer to the document.
func (r *rig) do(c call) reply {
	r.tb.Helper()
	req := httptest.NewRequestWithContext(r.tb.Context(), c.method, "http://api.test/", strings.NewReader(c.body))
	var err error
	if req.URL, err = url.Parse("http://api.test" + c.path); err != nil {
		r.tb.Fatal(err)
	}
	if c.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	if c.operator != "" {
		req = req.WithContext(identity.WithOperator(req.Context(), c.operator))
	}
	for k, v := range c.header {
		req.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, req)
	a := reply{status: w.Code, header: w.Header(), body: w.Body.Bytes()}
	r.doc.hold(r.tb, c, req, a)
	fmt.Fprintln(&r.told, a.header, string(a.body))
	return a
}

// want sends a call of the person, and wants a status.
func (r *rig) want(status int, method, path, body string) reply {
	r.tb.Helper()
	a := r.do(call{method: method, path: path, body: body, bearer: "k9-of-the-host"})
	if a.status != status {
		r.tb.Fatalf("%s %s %s: %d %s, want %d", method, path, body, a.status, a.body, status)
	}
	return a
}

// document is the document, and which answers of it were seen.
type document struct {
	*openapi3.T

	router routers.Router
	mu     sync.Mutex
	seen   map[string]bool // "getRun 200"
}

var (
	documentOnce sync.Once
	documentRead *document
	documentErr  error
)

func theDocument(tb testing.TB) *document {
	tb.Helper()
	documentOnce.Do(func() {
		t, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
		if err == nil {
			err = t.Validate(context.Background())
		}
		if err == nil {
			t.Servers = openapi3.Servers{{URL: "http://api.test"}}
			for _, s := range t.Components.Schemas {
				shut(s.Value)
			}
			documentRead = &document{T: t, seen: map[string]bool{}}
			documentRead.router, err = legacy.NewRouter(t)
		}
		documentErr = err
	})
	if documentErr != nil {
		tb.Fatal(documentErr)
	}
	return documentRead
}

// shut makes a field that the document does not name an error.
func shut(s *openapi3.Schema) {
	if s.Type.Is("object") && s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil {
		no := false
		s.AdditionalProperties.Has = &no
	}
}

// methods are those that HTTP defines.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodTrace, http.MethodConnect, http.MethodOptions,
}

// hold fails where an answer is not what the document says.
func (d *document) hold(tb testing.TB, c call, req *http.Request, a reply) {
	tb.Helper()
	for _, name := range []string{"X-Content-Type-Options", "Cache-Control", "Content-Security-Policy", "Referrer-Policy", "Strict-Transport-Security"} {
		if a.header.Get(name) == "" {
			tb.Errorf("%s %s: %d without %s", c.method, c.path, a.status, name)
		}
	}
	if c.method == http.MethodOptions {
		return
	}
	var route *routers.Route
	var values map[string]string
	err := routers.ErrMethodNotAllowed
	if slices.Contains(methods, req.Method) { // the router panics at any other
		route, values, err = d.router.FindRoute(req)
	}
	if err != nil {
		if p := (reply{a.status, a.header, a.body}).problem(tb); a.status != http.StatusNotFound && a.status != http.StatusMethodNotAllowed || p.Status != a.status {
			tb.Errorf("%s %s, which the document does not have: %d %s", c.method, c.path, a.status, a.body)
		}
		return
	}
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: values, Route: route},
		Status:                 a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	if err := openapi3filter.ValidateResponse(context.Background(), in); err != nil {
		tb.Errorf("%s %s: %d %s\nis not what the document says: %v", c.method, c.path, a.status, a.body, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen[route.Operation.OperationID+" "+http.StatusText(a.status)] = true
}

// stage stores two orders: one that has its document, one that needs somebody.
func (r *rig) stage() {
	r.tb.Helper()
	bag := func(v string) money.Bag {
		a := money.Amount{Value: decimal.RequireFromString(v), Currency: "EUR"}
		return money.Bag{Shop: a, Presentment: a}
	}
	tax := []orders.TaxLine{{Title: "VAT", Rate: decimal.RequireFromString("0.19"), Price: bag("1.90")}}
	var staged []orders.Staged
	for i, id := range []string{"5001", "5002"} {
		o := orders.Order{
			ID: id, Name: "#100" + id[3:], Number: int64(1001 + i), CreatedAt: r.Now().Add(-time.Hour), UpdatedAt: r.Now().Add(-time.Minute), Currency: "EUR", PresentmentCurrency: "EUR",
			Confirmed: true, Email: "a@example.com", Total: bag("11.90"), CurrentTotal: bag("11.90"), Tax: bag("1.90"), TaxLines: tax,
			Billing: &orders.Address{City: "Kiel", Country: "DE"}, Shipping: &orders.Address{City: "Kiel", Country: "DE"}, Customer: &orders.Customer{ID: "7001"},
			Lines:         []orders.Line{{ID: "1", Title: "Mug", SKU: "MUG", Quantity: 1, CurrentQuantity: 1, UnitPrice: bag("10"), TaxLines: tax}},
			ShippingLines: []orders.ShippingLine{{ID: "2", Title: "DHL", Price: bag("0")}},
		}
		hash, err := o.Hash()
		if err != nil {
			r.tb.Fatal(err)
		}
		staged = append(staged, orders.Staged{Known: orders.Known{ID: id}, State: orders.Ready, Order: &o, UpdatedAt: o.UpdatedAt, Hash: hash, ReadAt: r.Now()})
	}
	r.payout()
	r.dispute()
	g := unguarded{r.host.Table}
	if err := r.host.Orders.Put(r.tb.Context(), g, jobqueue.Lease{}, "acme", staged, r.Now()); err != nil {
		r.tb.Fatal(err)
	}
	ps, _, err := r.host.Orders.Pending(r.tb.Context(), "acme", "", 10)
	if err != nil || len(ps) != 2 {
		r.tb.Fatal(ps, err)
	}
	differs := money.Amount{Value: decimal.RequireFromString("11.91"), Currency: "EUR"}
	meant := bag("11.90").Shop
	i := issue.Issue{Shop: "acme", Kind: "order", Record: "5002", Name: "#1002", Reason: "total-differs", Text: "The totals differ.", WayOut: "Accept it.", FirstSeen: r.Now(), LastSeen: r.Now(), Attempts: 1}
	for _, p := range ps {
		out := documents.Outcome{Pending: p, Issue: &i, Differs: &differs, Meant: &meant}
		if p.ID == "5001" {
			out = documents.Outcome{Pending: p, Link: &documents.Link{Type: "Order", ID: "g", Number: "SO-1", Total: bag("11.90").Shop, Lines: map[int]string{10000: "1"}}}
		}
		if _, err := r.host.Orders.Save(r.tb.Context(), g, jobqueue.Lease{}, []documents.Outcome{out}); err != nil {
			r.tb.Fatal(err)
		}
	}
	l := link.Link{Shop: "acme", Company: "production/3fa85f64-5717-4562-b3fc-2c963f66afa6", Kind: link.Customer, ID: "7001"}
	if _, err := r.host.Links.Set(r.tb.Context(), l, "C0001", "", "test", r.Now()); err != nil {
		r.tb.Fatal(err)
	}
}

// seeing is a table that shows the rig what is written.
type seeing struct {
	table.Table

	r *rig
}

func (s seeing) Write(ctx context.Context, ops ...table.Op) error {
	for _, op := range ops {
		var js json.RawMessage
		if len(op.Item.Data) > 0 {
			if err := record.Decode(op.Item.Data, 1, &js); err != nil {
				return err
			}
		}
		fmt.Fprintln(&s.r.told, op.Item.Key, op.Item.Index1, op.Item.Index2, string(js))
	}
	return s.Table.Write(ctx, ops...)
}

// hearing is a queue that shows the rig what is sent.
type hearing struct {
	queue.Queue

	r *rig
}

func (h hearing) Send(ctx context.Context, group, dedup string, body []byte) error {
	fmt.Fprintln(&h.r.told, group, dedup, string(body))
	return h.Queue.Send(ctx, group, dedup, body)
}

// unguarded writes without a lease.
type unguarded struct{ table.Table }

func (u unguarded) Write(ctx context.Context, _ jobqueue.Lease, ops ...table.Op) error {
	return u.Table.Write(ctx, ops...)
}

func (unguarded) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	return l, false, nil
}

func (unguarded) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

// peopleOf finds and erases in orders, roles and cards.
func peopleOf(t table.Table, staged *staging.Store, now func() time.Time) *privacy.Desk {
	return &privacy.Desk{Table: t, Now: now, Kinds: []privacy.Kind{
		{Name: "orders", At: []privacy.Shape{{PK: "SHOP#{shop}#ORD", SK: "{order}"}}, Keeper: staging.People{Store: staged}},
		{Name: "trail", At: []privacy.Shape{{PK: "SHOP#{shop}#TRAIL", SK: "{time}#{request}"}}, Holds: "ids in addresses", Spares: func(table.Item) bool { return true }},
		{Name: "shop card", At: []privacy.Shape{{PK: "SHOP#{shop}", SK: "CARD"}, {PK: "SHOPS#DISCONNECTED", SK: "{shop}"}}},
	}}
}
