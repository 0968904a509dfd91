package emulators_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/shopspring/decimal"

	"backroom/infra/emulators"
	"backroom/infra/plan"
	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/host"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/lambdafn"
	"backroom/shared/lambdafn/lambdafntest"
	"backroom/shared/products"
	"backroom/shared/queue"
	"backroom/shared/scheduler/schedulertest"
	"backroom/shared/shop"
	"backroom/shared/sqs"
	"backroom/shared/wiring"
)

// account is an AWS account with everything deployed: DynamoDB Local, an SQS
// server, and stand-ins for Lambda, Scheduler and Secrets Manager, with the real
// programs as functions; and both simulators on the wire.
type account struct {
	t          *testing.T
	sqs        *emulators.Server
	queue      *sqs.Queue
	schedules  *schedulertest.Server
	lambda     *lambda
	shop       *data.Data
	bc         *businesscentral.Server
	dispatcher *dispatch.Dispatcher // the operator's: it makes entries, triggers and looks
	calls      map[string]*calls    // by function

	// onBC and onShopify are told of each request that was served, before it is answered.
	mu        sync.Mutex
	onBC      func(path string, body []byte)
	onShopify func()
}

// calls counts what a function asks for.
type calls struct {
	mu sync.Mutex
	items
}

// items counts those of the job queue.
type items struct{ read, written int }

// count notes reads and writes of the job queue's own items in a request of DynamoDB.
func (c *calls) count(op string, body []byte) {
	own := func(key map[string]map[string]string) bool {
		sk := key["sk"]["S"]
		return slices.ContainsFunc([]string{"ENTRY#", "RUN#", "SLICE#", "LOCK#"}, func(p string) bool { return strings.HasPrefix(sk, p) })
	}
	type keyed struct{ Key, Item map[string]map[string]string }
	var in struct {
		keyed

		TransactItems []map[string]keyed
	}
	if err := json.Unmarshal(body, &in); err != nil { //nolint:musttag // the service's own names
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch op {
	case "GetItem":
		if own(in.Key) {
			c.read++
		}
	case "PutItem", "UpdateItem", "DeleteItem":
		if own(in.Key) || own(in.Item) {
			c.written++
		}
	case "TransactWriteItems":
		for _, verbs := range in.TransactItems {
			for verb, k := range verbs {
				if verb != "ConditionCheck" && (own(k.Key) || own(k.Item)) {
					c.written++
				}
			}
		}
	}
}

func (c *calls) take() items {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.items
	c.items = items{}
	return n
}

const orderCount = 20

var programs struct {
	once sync.Once
	dir  string
	err  error
}

// build builds the functions' programs once, as they are deployed but for this
// machine and with its time zones: others would have all be compiled again.
func build(t *testing.T, names ...string) string {
	t.Helper()
	programs.once.Do(func() {
		if programs.dir, programs.err = os.MkdirTemp("", "backroom-functions"); programs.err != nil { //nolint:usetesting // outlives the test
			return
		}
		for _, name := range names {
			cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", "-s -w",
				"-o", filepath.Join(programs.dir, name), "../../functions/"+name)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Logf("%s", out)
				programs.err = err
				return
			}
		}
	})
	if programs.err != nil {
		t.Fatal(programs.err)
	}
	return programs.dir
}

func TestMain(m *testing.M) {
	code := m.Run()
	if programs.dir != "" {
		_ = os.RemoveAll(programs.dir)
	}
	os.Exit(code)
}

// deploy makes an account whose table is in the DynamoDB at tables.
func deploy(t *testing.T, tables *emulators.Server) *account {
	t.Helper()
	server, err := emulators.SQS(t.Context())
	a := &account{t: t, sqs: started(t, server, err), calls: map[string]*calls{}}
	db := dynamodb.NewFromConfig(config(tables.URL))
	name := newTable(t, db)
	sc := awssqs.NewFromConfig(config(a.sqs.URL))
	out, err := sc.CreateQueue(t.Context(), &awssqs.CreateQueueInput{QueueName: aws.String("backroom-jobs.fifo"), Attributes: map[string]string{
		"FifoQueue": "true", "ContentBasedDeduplication": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId", "VisibilityTimeout": "900",
	}})
	if err != nil {
		t.Fatal(err)
	}
	a.queue = sqs.New(sc, *out.QueueUrl)
	a.schedules = schedulertest.New(time.Now, a.queue)
	a.lambda = &lambda{functions: map[string]*function{}}
	apps := a.simulators()
	dir := build(t, "api", "dispatch", "sync-orders", "process-orders")
	for _, fn := range []string{"operator", "api", "dispatch", "sync-orders", "process-orders"} {
		a.calls[fn] = &calls{}
		gateway := httptest.NewServer(guard(t, fn).Handler(a.services(tables.URL, a.calls[fn], apps)))
		t.Cleanup(gateway.Close)
		env := lambdafntest.New(time.Now).TaskEnvironment()
		env["BACKROOM_TABLE"], env["AWS_ENDPOINT_URL"] = name, gateway.URL
		if fn == "api" || fn == "dispatch" || fn == "operator" {
			maps.Copy(env, map[string]string{
				"BACKROOM_QUEUE_URL": *out.QueueUrl, "BACKROOM_QUEUE_ARN": schedulertest.QueueARN, "BACKROOM_SCHEDULE_GROUP": schedulertest.Group,
				"BACKROOM_SCHEDULE_ROLE": schedulertest.RoleARN, "BACKROOM_TASK_PREFIX": lambdafntest.TaskPrefix,
			})
		}
		if fn == "operator" {
			a.operator(env)
			continue
		}
		f := &function{t: t, name: fn, program: filepath.Join(dir, fn), env: env, timeout: 14 * time.Minute}
		t.Cleanup(f.stop)
		a.lambda.functions[lambdafntest.TaskPrefix+fn] = f
	}
	return a
}

// guard enforces the role that the plan gives a function; the operator may do everything.
func guard(t *testing.T, name string) *lambdafntest.Guard {
	t.Helper()
	g := &lambdafntest.Guard{Role: name}
	f, ok := plan.Deployed().Function(name)
	if !ok {
		return g
	}
	g.Allows = map[string]bool{}
	index := map[plan.Resource]string{plan.TableIndex1: " on index1", plan.TableIndex2: " on index2"}
	for _, r := range f.Rights {
		for _, a := range r.Actions {
			g.Allows[a+index[r.On]] = true
		}
	}
	t.Cleanup(func() {
		if refused := g.Refused(); len(refused) > 0 {
			t.Errorf("the role of %s lacks %q", name, refused)
		}
	})
	return g
}

// simulators starts both, and answers what the secret says of them.
func (a *account) simulators() map[string]string {
	t := a.t
	t.Helper()
	a.shop = data.Bulk(time.Now(), orderCount)
	sim, err := shopify.New(shopify.Config{Shops: []*data.Data{a.shop}})
	if err != nil {
		t.Fatal(err)
	}
	if a.bc, err = businesscentral.New(businesscentral.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := a.bc.Companies()[0].AddItems(host.Stock(a.shop)...); err != nil {
		t.Fatal(err)
	}
	shops := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sim.ServeHTTP(w, r)
		a.mu.Lock()
		f := a.onShopify
		a.mu.Unlock()
		if f != nil && strings.Contains(r.URL.Path, "graphql") {
			f()
		}
	}))
	t.Cleanup(shops.Close)
	companies := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		a.bc.ServeHTTP(w, r)
		a.mu.Lock()
		f := a.onBC
		a.mu.Unlock()
		if f != nil {
			f(r.URL.Path, body)
		}
	}))
	t.Cleanup(companies.Close)
	return map[string]string{
		"SHOPIFY_CLIENT_ID": a.shop.Shop.ClientID, "SHOPIFY_CLIENT_SECRET": a.shop.Shop.ClientSecret, "SHOPIFY_BASE_URL": shops.URL,
		"BC_CLIENT_ID": "backroom", "BC_CLIENT_SECRET": "secret", "BC_BASE_URL": companies.URL + "/v2.0",
		"BC_TOKEN_URL": companies.URL + "/contoso.com/oauth2/v2.0/token",
	}
}

// services leads a function's requests to the services, as host names do.
func (a *account) services(tables string, c *calls, apps map[string]string) http.Handler {
	to := func(address string) http.Handler {
		u, err := url.Parse(address)
		if err != nil {
			a.t.Fatal(err)
		}
		return httputil.NewSingleHostReverseProxy(u)
	}
	rest := lambdafntest.New(time.Now)
	rest.Apps = apps
	dynamo, messages := to(tables), to(a.sqs.URL)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch service, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "."); {
		case service == "DynamoDB_20120810":
			body, _ := io.ReadAll(r.Body)
			c.count(op, body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			dynamo.ServeHTTP(w, r)
		case service == "AmazonSQS":
			messages.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, "/schedules/"):
			a.schedules.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, "/2015-03-31/functions/"):
			a.lambda.ServeHTTP(w, r)
		default:
			rest.Transport.Handler.ServeHTTP(w, r)
		}
	})
}

// operator connects the shop.
func (a *account) operator(env map[string]string) {
	t := a.t
	t.Helper()
	f, err := lambdafn.New(lambdafn.World{Lookup: lambdafntest.Lookup(env), Log: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	wired := wiring.Tasks(f.Options())
	if a.dispatcher, err = f.Dispatcher(wired.Tasks); err != nil {
		t.Fatal(err)
	}
	card := documents.Card{
		Shop:             shop.Shop{Code: "sample", Enabled: true, ConnectedAt: time.Now().AddDate(0, 0, -30), Domain: a.shop.Shop.Domain, Currency: "EUR", Company: shop.Company{ID: a.bc.Companies()[0].ID(), Tenant: "contoso.com", Environment: "Production", LCY: "EUR"}},
		CustomerSettings: customers.CustomerSettings{CustomerMapping: customers.ByEmailPhone, AutoCreateUnknownCustomers: true},
		DocumentSettings: documents.DocumentSettings{TaxCodes: []documents.TaxCodeMap{{Rate: decimal.RequireFromString("0.19"), Code: "VAT19"}}},
		ItemSettings:     products.ItemSettings{SKUMapping: products.SKUItemNo},
	}
	stored, err := card.Stored()
	if err == nil {
		err = wired.Cards.Put(t.Context(), stored)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// run lets schedules fire and messages be delivered until the test ends.
func (a *account) run() {
	t := a.t
	ctx := t.Context()
	var wg sync.WaitGroup
	t.Cleanup(wg.Wait)
	wg.Go(func() {
		for ctx.Err() == nil {
			if err := a.schedules.Tick(ctx); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
			sleep(ctx, 200*time.Millisecond)
		}
	})
	for range 4 { // the event source mapping, and how much it does at once
		wg.Go(func() {
			for ctx.Err() == nil {
				ms, err := a.queue.Receive(ctx, 1, 900*time.Second, time.Second)
				if err != nil && ctx.Err() == nil {
					t.Error(err)
				}
				for _, m := range ms {
					a.deliver(ctx, m)
				}
			}
		})
	}
}

// deliver does what the mapping does with a message.
func (a *account) deliver(ctx context.Context, m queue.Message) {
	js, err := json.Marshal(lambdafntest.Event(m))
	if err != nil {
		a.t.Error(err)
		return
	}
	ans := a.lambda.functions[lambdafntest.TaskPrefix+"dispatch"].invoke(js)
	var out events.SQSEventResponse
	if ans.failed {
		return // it comes back when its visibility is over
	}
	if err := json.Unmarshal(ans.payload, &out); err != nil {
		a.t.Errorf("the dispatcher answered %s: %v", ans.payload, err)
		return
	}
	if len(out.BatchItemFailures) == 0 {
		_ = a.queue.Delete(ctx, m.Receipt)
	}
}
