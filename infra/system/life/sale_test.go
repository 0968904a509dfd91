package life_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/fault"
	"backroom/infra/sim/host"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/infra/system/world"
	bc "backroom/shared/businesscentral"
	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/memory"
	"backroom/shared/shipments"
	"backroom/shared/shop"
	shopifyclient "backroom/shared/shopify"
	"backroom/shared/wiring"
)

var saleOrders = flag.Int("sale", 300, "orders that are placed in a sale, a thousand a minute")

const (
	perMinute    = 1000                   // orders of a sale
	roundTrip    = 150 * time.Millisecond // to Shopify
	patched      = 10                     // of so many orders one needs a PATCH
	rarePostCode = "99998"
)

// sale is a shop that sells and an engine at work, all by the clock of a synctest bubble.
type sale struct {
	t       *testing.T
	shopify *shopify.Server
	bc      *businesscentral.Server
	card    documents.Card
	jobs    *jobs.Client
	asked   world.Operations
	first   time.Time // order
	work    sync.WaitGroup
}

// open starts both sides, and a process that starts the import every minute. Standard is
// what the simulator's shop is: 100 points a second, 2,000 at once.
func openSale(t *testing.T, ctx context.Context) *sale {
	t.Helper()
	s := &sale{t: t}
	setup := world.Plain(time.Now())
	shop, company := data.Bulk(time.Now(), 0), setup.Company
	// Of what has this post code Business Central replaces city and country.
	company.PostCodes = append(company.PostCodes, businesscentral.PostCode{Code: rarePostCode, City: "Anderswo", Country: "AT"})
	var err error
	if s.shopify, err = shopify.New(shopify.Config{Now: time.Now, Latency: roundTrip, Shops: []*data.Data{shop}}); err != nil {
		t.Fatal(err)
	}
	if s.bc, err = businesscentral.New(businesscentral.Options{
		Now: time.Now, Companies: []*businesscentral.Data{company}, Overhead: 100 * time.Millisecond, Read: 5 * time.Millisecond, Write: 30 * time.Millisecond,
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.bc.Companies()[0].AddItems(host.Stock(shop)...); err != nil { //nolint:contextcheck // a person adds them
		t.Fatal(err)
	}
	s.card = setup.Card
	s.card.CustomerMapping, s.card.DefaultCustomerNo = "default", "WEB" // what customers take is not what is measured
	s.card.Enabled, s.card.Domain, s.card.Currency, s.card.TimeZone, s.card.Code = true, shop.Shop.Domain, shop.Shop.Currency, shop.Shop.Timezone, "sale"
	s.card.ConnectedAt, s.card.ImportFrom = time.Now(), time.Now()
	s.connect(ctx)
	return s
}

func (s *sale) connect(ctx context.Context) {
	s.t.Helper()
	s.card.Company = shop.Company{ID: s.bc.Companies()[0].ID(), Tenant: "contoso.com", Environment: "Production", LCY: "EUR"}
	table, queue := memory.NewTable(time.Now), memory.NewQueue(time.Now)
	schedules := memory.NewSchedules(time.Now, queue)
	log := slog.New(slog.DiscardHandler)
	store := jobstore.New(table, time.Now)
	wired := wiring.Tasks(wiring.Options{
		Table: table, Jobs: store, Now: time.Now, Every: time.Minute,
		Shopify: func(card shop.Shop) (shopifyclient.Config, error) {
			token := shopifyclient.StaticToken{Secret: shopifyclient.Secret(s.shopify.Shop("").IssueToken())}
			return shopifyclient.Config{Domain: card.Domain, Tokens: token, HTTP: &http.Client{Transport: s.shopify.Transport()}}, nil
		},
		BC: func(card shop.Shop) (bc.Config, error) {
			return bc.Config{
				BaseURL: "https://bc.test/v2.0", Tenant: card.Company.Tenant, Environment: card.Company.Environment, CompanyID: card.Company.ID,
				ClientID: "backroom", ClientSecret: "secret", TokenURL: "https://bc.test/contoso.com/oauth2/v2.0/token", HTTP: fault.Transport(s.asked.Count(s.bc), nil),
			}, nil
		},
	})
	s.jobs = jobs.New(store, wired.Tasks, queue, schedules, log)
	stored, err := s.card.Stored()
	if err == nil {
		err = wired.Cards.Put(ctx, stored)
	}
	if err == nil {
		err = s.jobs.Ensure(ctx, s.card.Code, s.card.Company.ID, time.Now())
	}
	if err != nil {
		s.t.Fatal(err)
	}
	d := dispatch.New(s.jobs, dispatch.NewExecutor(wired.Tasks, store, log))
	for range 4 {
		s.work.Go(func() {
			for ctx.Err() == nil {
				if _, err := d.Next(ctx, time.Second); err != nil && ctx.Err() == nil {
					s.t.Error(err)
					return
				}
			}
		})
	}
	s.work.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			if _, err := schedules.Tick(ctx); err != nil && ctx.Err() == nil {
				s.t.Error(err)
			}
			if n%60 == 0 {
				if _, err := sweep.New(d, sweep.ShopList{s.card.Code}).Sweep(ctx); err != nil && ctx.Err() == nil {
					s.t.Error(err)
				}
			}
			time.Sleep(time.Second)
		}
	})
}

// sell places orders, a thousand a minute; of one of ten Business Central changes the country,
// so that it has to be patched.
func (s *sale) sell(orders []*data.Order) {
	s.t.Helper()
	s.first = time.Now()
	for i, o := range orders {
		if to := s.first.Add(time.Duration(i) * time.Minute / perMinute); to.After(time.Now()) {
			time.Sleep(time.Until(to))
		}
		o.CreatedAt, o.UpdatedAt, o.ProcessedAt = time.Time{}, time.Time{}, time.Time{}
		if i%patched == 0 {
			to := *o.Shipping
			to.Zip = rarePostCode
			o.Shipping = &to
		}
		if _, err := s.shopify.Shop("").AddOrder(o); err != nil {
			s.t.Fatal(err)
		}
	}
}

// begins has another task run, and is how long it takes to start.
func (s *sale) begins(ctx context.Context, job string) time.Duration {
	s.t.Helper()
	r, err := s.jobs.Trigger(ctx, jobs.TriggerRequest{Shop: s.card.Code, Entry: job, Trigger: jobqueue.ByHand})
	if err != nil {
		s.t.Fatal(err)
	}
	for asked := time.Now(); time.Since(asked) < time.Hour; time.Sleep(time.Second) {
		if got, err := s.jobs.Store.Run(ctx, s.card.Code, r.ID); err == nil && !got.Started.IsZero() {
			return got.Started.Sub(asked)
		}
	}
	return time.Hour
}

// TestSale: orders come in faster than Business Central takes them. The last document is
// there soon after the last order, none is there twice, and another task's run starts
// meanwhile.
func TestSale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := *saleOrders
		ctx, cancel := context.WithCancel(t.Context())
		s := openSale(t, ctx)
		defer s.work.Wait()
		defer cancel()
		orders := data.Bulk(time.Now(), n).Orders
		starts := make(chan time.Duration, 1)
		go func() {
			time.Sleep(time.Duration(n) * time.Minute / perMinute / 2)
			starts <- s.begins(ctx, shipments.TaskName)
		}()
		s.sell(orders)
		company := s.bc.Companies()[0]
		for len(company.SalesOrders()) < n && time.Since(s.first) < 2*time.Hour {
			time.Sleep(time.Second)
		}
		last := time.Since(s.first)
		time.Sleep(25 * time.Minute)
		of := map[string]int{}
		twice := 0
		for _, d := range company.SalesOrders() {
			if of[d.ExternalDocumentNumber]++; of[d.ExternalDocumentNumber] > 1 {
				twice++
			}
		}
		waited := <-starts
		m := s.bc.Meters()
		fmt.Printf("sale_orders %d orders\n", n)
		fmt.Printf("sale_last_document %.1f minutes\n", last.Minutes())
		fmt.Printf("sale_doubled %d orders\n", twice)
		fmt.Printf("sale_other_task_starts %.1f seconds\n", waited.Seconds())
		fmt.Printf("sale_bc_operations_per_order %.3f operations\n", float64(m.Inner)/float64(n))
		if len(of) != n || twice > 0 {
			t.Errorf("%d orders have a document, %d of %d twice", len(of), twice, n)
		}
		if allowed := time.Duration(n)*time.Minute/perMinute + 3*time.Minute; last > allowed || waited > time.Minute {
			t.Errorf("the last document is there after %v, want %v; another task starts after %v, want a minute", last, allowed, waited)
		}
		if share := float64(s.asked.By()["PATCH salesOrders"]) / float64(n); share < 0.9/patched {
			t.Errorf("%.2f of the orders were patched: the sale is easier than it should be", share)
		}
		for what, n := range s.asked.By() {
			t.Logf("%6d %s", n, what)
		}
		for _, r := range s.ended(ctx) {
			t.Log(r)
		}
	})
}

// ended are the runs in short.
func (s *sale) ended(ctx context.Context) (out []string) {
	log, err := s.jobs.Store.Log(ctx, jobstore.LogQuery{Shop: s.card.Code, Limit: 1000})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, r := range slices.Backward(log.Runs) {
		if c := r.Counts; c.Created+c.Updated+c.Failed > 0 || r.Outcome != jobqueue.Succeeded {
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %v to %v: %d created, %d failed, %d points %s", r.Task, r.Outcome, r.Started.Sub(s.first).Round(time.Second), r.Ended.Sub(s.first).Round(time.Second), c.Created, c.Failed, c.Points, r.Detail)))
		}
	}
	return out
}
