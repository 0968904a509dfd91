// Package functions_test runs the functions together: messages, table,
// schedules and calls over the wire of an account in this process, tasks
// against both simulators.
package functions_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/shopspring/decimal"

	"backroom/functions/api/host"
	"backroom/infra/sim/businesscentral"
	simhost "backroom/infra/sim/host"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/awsfault/awswire"
	"backroom/shared/customers"
	"backroom/shared/customersync"
	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/lambdafn"
	"backroom/shared/lambdafn/lambdafntest"
	"backroom/shared/products"
	"backroom/shared/shop"
	"backroom/shared/sqs"
	"backroom/shared/testclock"
	"backroom/shared/wiring"
)

// shops leads to the simulators as host names lead to the real ones.
type shops struct {
	shopify, bc http.RoundTripper
	asked       *atomic.Int64 // how often either side was
}

func (s shops) RoundTrip(r *http.Request) (*http.Response, error) {
	s.asked.Add(1)
	if strings.HasSuffix(r.URL.Hostname(), ".myshopify.com") {
		return s.shopify.RoundTrip(r)
	}
	return s.bc.RoundTrip(r)
}

type world struct {
	*testclock.Clock
	tb         testing.TB
	account    *lambdafntest.Account
	shop       *data.Data
	bc         *businesscentral.Server
	storefront *shopify.Server
	dispatcher *dispatch.Dispatcher // the operator's: it makes entries and sweeps
	dispatch   lambda.Handler
	sweep      lambda.Handler
	api        lambda.Handler
	guards     map[string]*lambdafntest.Guard // by function
	asked      atomic.Int64                   // how often Shopify or Business Central was
	// script stands for both tasks in their functions; nil: they are themselves.
	script func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error)
}

const orderCount = 20

func newWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{Clock: testclock.New(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)), tb: tb, guards: map[string]*lambdafntest.Guard{}}
	w.shop = data.Bulk(w.Now(), orderCount)
	w.shop.Shop.Scopes = append(w.shop.Shop.Scopes, "write_customers")
	sim, err := shopify.New(shopify.Config{Now: w.Now, Shops: []*data.Data{w.shop}})
	if err != nil {
		tb.Fatal(err)
	}
	w.storefront = sim
	if w.bc, err = businesscentral.New(businesscentral.Options{Now: w.Now, Sleep: w.Wait}); err != nil {
		tb.Fatal(err)
	}
	if err := w.bc.Companies()[0].AddItems(simhost.Stock(w.shop)...); err != nil {
		tb.Fatal(err)
	}
	w.account = lambdafntest.New(w.Now)
	w.account.Apps = map[string]string{
		"SHOPIFY_CLIENT_ID": w.shop.Shop.ClientID, "SHOPIFY_CLIENT_SECRET": w.shop.Shop.ClientSecret,
		"BC_CLIENT_ID": "backroom", "BC_CLIENT_SECRET": "secret",
		"BC_BASE_URL": "https://bc.test/v2.0", "BC_TOKEN_URL": "https://bc.test/contoso.com/oauth2/v2.0/token",
	}
	tpl := readTemplate(tb)
	function := func(name string, env map[string]string) *lambdafn.Function {
		g := &lambdafntest.Guard{Role: name}
		if w.guards[name] = g; name != "operator" {
			g.Allows = tpl.allowed(tb, name)
			tb.Cleanup(func() {
				if refused := g.Refused(); len(refused) > 0 {
					tb.Errorf("the role of %s lacks %q", name, refused)
				}
			})
		}
		f, err := lambdafn.New(lambdafn.World{
			Lookup: lambdafntest.Lookup(env), AWS: g.Transport(w.account.Transport), Log: tb.Output(), Now: w.Now, Wait: w.Wait,
			Shops: shops{sim.Transport(), w.bc.Transport(), &w.asked}, Retry: awswire.Config(nil).Retryer,
		})
		if err != nil {
			tb.Fatal(err)
		}
		if err := f.Check(tb.Context()); err != nil { // as at its start
			tb.Fatal(err)
		}
		return f
	}
	operator := function("operator", w.account.Environment())
	wired := wiring.Tasks(operator.Options())
	if w.dispatcher, err = operator.Dispatcher(wired.Tasks); err != nil {
		tb.Fatal(err)
	}
	f := function("dispatch", w.account.Environment())
	d, err := f.Dispatcher(wiring.Tasks(f.Options()).Tasks)
	if err != nil {
		tb.Fatal(err)
	}
	w.dispatch = lambda.NewHandler((&sqs.Handler{Dispatcher: d, Queue: d.Jobs.Queue, Log: f.Log}).Handle)
	for _, reg := range wired.Tasks.All() {
		g := function(reg.Name, w.account.TaskEnvironment())
		h, err := g.Task(reg.Name, w.scripted(wiring.Tasks(g.Options())))
		if err != nil {
			tb.Fatal(err)
		}
		w.account.Functions.Functions[lambdafntest.TaskPrefix+reg.Name] = lambda.NewHandler(h)
	}
	s := function("sweep", w.account.Environment())
	sweep, err := s.Sweep(wiring.Tasks(s.Options()).Tasks, shop.Mending{Store: wiring.Tasks(s.Options()).Cards})
	if err != nil {
		tb.Fatal(err)
	}
	w.sweep = lambda.NewHandler(sweep)
	h, err := host.Handler(function("api", w.account.Environment()))
	if err != nil {
		tb.Fatal(err)
	}
	w.api = lambda.NewHandler(h)
	card := documents.Card{
		Shop:             shop.Shop{Code: "sample", Enabled: true, ConnectedAt: w.Now().AddDate(0, 0, -30), Domain: w.shop.Shop.Domain, Currency: "EUR", Company: shop.Company{ID: w.bc.Companies()[0].ID(), Tenant: "contoso.com", Environment: "Production", LCY: "EUR"}},
		CustomerSettings: customers.CustomerSettings{CustomerMapping: customers.ByEmailPhone, AutoCreateUnknownCustomers: true},
		DocumentSettings: documents.DocumentSettings{TaxCodes: []documents.TaxCodeMap{{Rate: decimal.RequireFromString("0.19"), Code: "VAT19"}}},
		ItemSettings:     products.ItemSettings{SKUMapping: products.SKUItemNo},
	}
	card.CustomerImport = customers.AllCustomers
	stored, err := card.Stored()
	if err == nil {
		stored, err = stored.With(customersync.Settings{CanUpdateShopifyCustomer: true})
	}
	if err == nil {
		err = wired.Cards.Put(tb.Context(), stored)
	}
	if err != nil {
		tb.Fatal(err)
	}
	if err := w.dispatcher.Jobs.Ensure(tb.Context(), card.Code, card.Code, w.Now().Add(time.Minute)); err != nil {
		tb.Fatal(err)
	}
	return w
}

// scripted are the tasks, each of which does as the script says once there is one.
func (w *world) scripted(wired wiring.Wired) wiring.Wired {
	var regs []jobqueue.Registration
	for _, reg := range wired.Tasks.All() {
		real := reg.Task
		reg.Task = jobqueue.TaskFunc(func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
			if w.script != nil {
				return w.script(ctx, r)
			}
			return real.Run(ctx, r)
		})
		regs = append(regs, reg)
	}
	wired.Tasks = jobqueue.NewRegistry(regs...)
	return wired
}

// live lets time pass; schedules fire and messages are delivered.
func (w *world) live(d time.Duration) {
	w.tb.Helper()
	for end := w.Now().Add(d); w.Now().Before(end); w.Advance(30 * time.Second) {
		if err := w.account.Schedules.Tick(w.tb.Context()); err != nil {
			w.tb.Fatal(err)
		}
		for range 100 {
			some, err := w.account.Deliver(w.tb.Context(), w.dispatch)
			if err != nil {
				w.tb.Fatal(err)
			}
			if !some {
				break
			}
		}
		if _, err := w.sweep.Invoke(w.tb.Context(), []byte("{}")); err != nil {
			w.tb.Fatal(err)
		}
	}
}

func (w *world) check() {
	w.tb.Helper()
	got := map[string]int{}
	for _, o := range w.bc.Companies()[0].SalesOrders() {
		got[o.ExternalDocumentNumber]++
	}
	if len(got) != orderCount {
		w.tb.Errorf("%d orders have a document, want %d", len(got), orderCount)
	}
	for number, n := range got {
		if n > 1 {
			w.tb.Errorf("order %s has %d documents", number, n)
		}
	}
}

func TestAWholeSyncThroughTheFunctions(t *testing.T) {
	for _, lag := range []time.Duration{0, 20 * time.Second} {
		t.Run(fmt.Sprintf("indexes trail by %v", lag), func(t *testing.T) { wholeSync(t, lag) })
	}
}

func wholeSync(t *testing.T, lag time.Duration) {
	t.Helper()
	w := newWorld(t)
	w.account.Table.IndexLag = lag
	w.live(12 * time.Minute)
	w.check()
	log, err := w.dispatcher.Jobs.Store.Log(t.Context(), jobstore.LogQuery{Shop: "sample", Limit: 1000})
	if err != nil || len(log.Runs) < 2 { // later runs found nothing to do
		t.Fatalf("%d runs, %v", len(log.Runs), err)
	}
	for _, r := range log.Runs {
		if r.Outcome != jobqueue.Succeeded {
			t.Errorf("run %s of %s ended %q: %s", r.ID, r.Task, r.Outcome, r.Detail)
		}
	}
	if n := w.account.Queue.Queue.Len(); n != 0 {
		t.Errorf("%d messages are left", n)
	}
}

// One request of each operation in turn goes wrong: every order still becomes
// one document.
func TestAWholeSyncUnderFaultsOfTheServices(t *testing.T) {
	walked := 0
	for _, op := range []string{"PutItem", "UpdateItem", "TransactWriteItems", "GetItem", "Query", "SendMessage", "ChangeMessageVisibility", "POST"} {
		for _, fault := range []awswire.Fault{awswire.Before, awswire.After, awswire.Lost, awswire.Busy} {
			for _, nth := range []int{1, 4} {
				if walked++; walked%stride != 0 {
					continue
				}
				w := newWorld(t)
				seen := 0
				w.account.Transport.Fault = func(o string, _ int) awswire.Fault {
					if !strings.HasPrefix(o, op) {
						return awswire.None
					}
					if seen++; seen != nth {
						return awswire.None
					}
					return fault
				}
				w.live(40 * time.Minute)
				w.check()
				if t.Failed() {
					t.Fatalf("%s, request %d, fault %d", op, nth, fault)
				}
			}
		}
	}
}

// A function for which Lambda has no room costs nothing but time.
func TestNoRoomForFunctions(t *testing.T) {
	w := newWorld(t)
	w.account.Functions.Full.Store(true)
	w.live(5 * time.Minute)
	e, err := w.dispatcher.Jobs.Store.Entry(t.Context(), "sample", "sync-orders")
	if err != nil || e.Attempts != 0 || e.Status != jobqueue.Ready {
		t.Errorf("after 5 minutes without room the entry is %+v, %v", e, err)
	}
	w.account.Functions.Full.Store(false)
	w.live(12 * time.Minute)
	w.check()
}

// A dispatcher that dies after its task has ended: the message shows again
// within the hold time, not after the queue's 15 minutes, and what the task
// has stored is used, not done again.
func TestDispatcherDiesWhileItsTaskRuns(t *testing.T) {
	w := newWorld(t)
	const invoke = "POST /2015-03-31/functions/backroom-sync-orders/invocations"
	called, dead := false, true
	w.guards["dispatch"].Dead = func(action string) bool {
		if called {
			return dead
		}
		called = action == "lambda:InvokeFunction"
		return false
	}
	w.Advance(time.Minute)
	if err := w.account.Schedules.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	deliver := func() bool {
		some, err := w.account.Deliver(t.Context(), w.dispatch)
		if err != nil {
			t.Fatal(err)
		}
		return some
	}
	if !deliver() || w.account.Transport.Calls(invoke) != 1 {
		t.Fatalf("the task was called %d times", w.account.Transport.Calls(invoke))
	}
	dead = false
	w.Advance(jobqueue.HoldTime - time.Second)
	if deliver() {
		t.Error("the message shows before the hold time is over")
	}
	w.Advance(time.Second)
	if !deliver() || w.account.Transport.Calls(invoke) != 1 {
		t.Errorf("after the hold time the task was called %d times, want 1", w.account.Transport.Calls(invoke))
	}
	log, err := w.dispatcher.Jobs.Store.Log(t.Context(), jobstore.LogQuery{Shop: "sample", Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	ended := 0
	for _, r := range log.Runs {
		if r.Task == "sync-orders" && r.Outcome == jobqueue.Succeeded && r.Counts.Created == orderCount {
			ended++
		}
	}
	if ended != 1 {
		t.Errorf("runs: %+v", log.Runs)
	}
	w.live(12 * time.Minute)
	w.check()
}
