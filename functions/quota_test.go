package functions_test

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/shopspring/decimal"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/host"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/awsfault/awswire"
	"backroom/shared/customers"
	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/lambdafn"
	"backroom/shared/lambdafn/lambdafntest"
	"backroom/shared/orders"
	"backroom/shared/products"
	"backroom/shared/shop"
	"backroom/shared/sqs"
	"backroom/shared/table"
	"backroom/shared/wiring"
)

const (
	ordersAShop = 60
	soldAtOnce  = 20
)

// busy is two shops, whose companies are in one environment, with an instance of
// each function for each shop. Its clock is that of a synctest bubble.
type busy struct {
	tb       testing.TB
	account  *lambdafntest.Account
	shopify  *shopify.Server
	bc       *businesscentral.Server
	shops    []*data.Data
	operator *dispatch.Dispatcher
	dispatch lambda.Handler
	stored   table.Table
	unsold   [][]*data.Order // by shop
}

// instances are the instances of a function, by shop.
type instances map[string]lambda.Handler

func (i instances) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var r struct {
		Shop string `json:"shop"`
	}
	if err := json.Unmarshal(payload, &r); err != nil {
		return nil, err
	}
	return i[r.Shop].Invoke(ctx, payload)
}

func newBusy(tb testing.TB) *busy {
	tb.Helper()
	b := &busy{tb: tb, account: lambdafntest.New(time.Now)}
	var companies []*businesscentral.Data
	for _, code := range []string{"one", "two"} {
		d := data.Bulk(time.Now(), ordersAShop)
		d.Shop.Domain = code + ".myshopify.com"
		b.unsold = append(b.unsold, d.Orders)
		d.Orders = nil
		b.shops = append(b.shops, d)
		companies = append(companies, businesscentral.Cronus(code))
	}
	var err error
	if b.shopify, err = shopify.New(shopify.Config{Now: time.Now, Shops: b.shops, Latency: 100 * time.Millisecond, Rate: 25, Max: 1000}); err != nil {
		tb.Fatal(err)
	}
	if b.bc, err = businesscentral.New(businesscentral.Options{
		Now: time.Now, Companies: companies, Overhead: 20 * time.Millisecond, Read: 2 * time.Millisecond, Write: 5 * time.Millisecond,
		Limits: businesscentral.Limits{Running: 4, Queued: 1},
	}); err != nil {
		tb.Fatal(err)
	}
	b.functions()
	for i, d := range b.shops {
		b.connect(d, b.bc.Companies()[i])
	}
	return b
}

// sell has buyers order in both shops, and the imports begin.
func (b *busy) sell() {
	b.tb.Helper()
	for i, d := range b.shops {
		n := min(soldAtOnce, len(b.unsold[i]))
		for _, o := range b.unsold[i][:n] {
			o.CreatedAt, o.UpdatedAt, o.ProcessedAt = time.Time{}, time.Time{}, time.Time{}
			if _, err := b.shopify.Shop(d.Shop.Domain).AddOrder(o); err != nil {
				b.tb.Fatal(err)
			}
		}
		b.unsold[i] = b.unsold[i][n:]
		code, _, _ := strings.Cut(d.Shop.Domain, ".")
		if _, err := b.operator.Jobs.Trigger(b.tb.Context(), jobs.TriggerRequest{Shop: code, Entry: "sync-orders", Trigger: jobqueue.ByHand}); err != nil {
			b.tb.Fatal(err)
		}
	}
}

// functions makes the programs, each with an environment of its own.
func (b *busy) functions() {
	b.account.Apps = map[string]string{
		"SHOPIFY_CLIENT_ID": b.shops[0].Shop.ClientID, "SHOPIFY_CLIENT_SECRET": b.shops[0].Shop.ClientSecret,
		"BC_CLIENT_ID": "backroom", "BC_CLIENT_SECRET": "secret",
		"BC_BASE_URL": "https://bc.test/v2.0", "BC_TOKEN_URL": "https://bc.test/contoso.com/oauth2/v2.0/token",
	}
	function := func(env map[string]string) *lambdafn.Function {
		f, err := lambdafn.New(lambdafn.World{
			Lookup: lambdafntest.Lookup(env), AWS: b.account.Transport, Log: io.Discard, Now: time.Now,
			Shops: shops{b.shopify.Transport(), b.bc.Transport(), new(atomic.Int64)}, Retry: awswire.Config(nil).Retryer,
		})
		if err != nil {
			b.tb.Fatal(err)
		}
		return f
	}
	f := function(b.account.Environment())
	b.stored = f.Table
	wired := wiring.Tasks(f.Options())
	d, err := f.Dispatcher(wired.Tasks)
	if err != nil {
		b.tb.Fatal(err)
	}
	b.operator = d
	b.dispatch = lambda.NewHandler((&sqs.Handler{Dispatcher: d, Queue: d.Jobs.Queue, Log: f.Log}).Handle)
	for _, reg := range wired.Tasks.All() {
		each := instances{}
		for _, code := range []string{"one", "two"} {
			g := function(b.account.TaskEnvironment())
			h, err := g.Task(reg.Name, wiring.Tasks(g.Options()))
			if err != nil {
				b.tb.Fatal(err)
			}
			each[code] = lambda.NewHandler(h)
		}
		b.account.Functions.Functions[lambdafntest.TaskPrefix+reg.Name] = each
	}
}

// connect stores the card of a shop and gives it a job for each task, which do not
// wait for each other.
func (b *busy) connect(d *data.Data, c *businesscentral.Company) {
	ctx := b.tb.Context()
	if err := c.AddItems(host.Stock(d)...); err != nil {
		b.tb.Fatal(err)
	}
	code, _, _ := strings.Cut(d.Shop.Domain, ".")
	card := documents.Card{
		Shop:             shop.Shop{Code: code, Enabled: true, ConnectedAt: time.Now().AddDate(0, 0, -30), Domain: d.Shop.Domain, Currency: "EUR", Company: shop.Company{ID: c.ID(), Tenant: "contoso.com", Environment: "Production", LCY: "EUR"}},
		CustomerSettings: customers.CustomerSettings{CustomerMapping: customers.ByEmailPhone, AutoCreateUnknownCustomers: true},
		DocumentSettings: documents.DocumentSettings{TaxCodes: []documents.TaxCodeMap{{Rate: decimal.RequireFromString("0.19"), Code: "VAT19"}}},
		OrderSettings:    orders.OrderSettings{OrderAttributesToShop: true},
		ItemSettings:     products.ItemSettings{SKUMapping: products.SKUItemNo},
	}
	stored, err := card.Stored()
	if err == nil {
		err = (&shop.Store{Table: b.stored}).Put(ctx, stored)
	}
	if err != nil {
		b.tb.Fatal(err)
	}
	for _, reg := range b.operator.Jobs.Tasks.All() {
		e := reg.Default
		e.Shop, e.ID, e.Task, e.Scope = code, reg.Name, reg.Name, code+"-"+reg.Name
		e.Status, e.EarliestStart = jobqueue.Ready, time.Now().Add(time.Minute)
		if _, err := b.operator.Jobs.Save(ctx, e); err != nil {
			b.tb.Fatal(err)
		}
	}
}

func (b *busy) documents() (n int) {
	for _, c := range b.bc.Companies() {
		n += len(c.SalesOrders())
	}
	return n
}

// run lets orders come in every two seconds, schedules fire and messages be
// delivered, six at a time, until every order has its document.
func (b *busy) run(atMost time.Duration) {
	b.tb.Helper()
	ctx, cancel := context.WithCancel(b.tb.Context())
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for ctx.Err() == nil {
				some, err := b.account.Deliver(context.WithoutCancel(ctx), b.dispatch)
				if err != nil {
					b.tb.Error(err)
				}
				if !some {
					time.Sleep(time.Second)
				}
			}
		})
	}
	for end := time.Now().Add(atMost); time.Now().Before(end) && b.documents() < 2*ordersAShop; time.Sleep(2 * time.Second) {
		b.sell()
		if err := b.account.Schedules.Tick(ctx); err != nil {
			b.tb.Error(err)
		}
	}
	cancel()
	wg.Wait()
	if n := b.documents(); n != 2*ordersAShop {
		b.tb.Fatalf("%d documents, want %d", n, 2*ordersAShop)
	}
}

// Two tasks of a shop that run at the same time, and two shops of one environment,
// each in instances of their own, draw on one item for each quota, and neither
// side refuses a request. (How well it is shared is shown under load, in infra/system.)
func TestOneBudgetForEachQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBusy(t)
		b.run(time.Hour)
		if sh, bc := b.shopify.Meter(), b.bc.Meters(); sh.Throttled > 0 || bc.Throttled > 0 {
			t.Errorf("throttled: %d of %d requests by Shopify, %d of %d by Business Central; want none", sh.Throttled, sh.Requests, bc.Throttled, bc.Outer)
		}
		for _, pk := range []string{"SHOPIFY#one.myshopify.com", "SHOPIFY#two.myshopify.com", `BCBUDGET#"contoso.com" "production" "backroom"`} {
			p, err := b.stored.Query(t.Context(), table.Query{PK: pk})
			if err != nil || len(p.Items) != 1 {
				t.Errorf("%s: %d items, %v; want one that all draw on", pk, len(p.Items), err)
			}
		}
	})
}
