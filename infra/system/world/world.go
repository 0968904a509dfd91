// Package world builds whole worlds for tests: both simulators behind loopback
// addresses, the embedded engine with the registered tasks, and clocks that only
// a test moves. Shops and companies are plain data; what came of them is read
// back over HTTP, as any other client would.
package world

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/host"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	bc "backroom/shared/businesscentral"
	"backroom/shared/jobqueue"
	"backroom/shared/shop"
	shopifyclient "backroom/shared/shopify"
	"backroom/shared/sqlite"
	"backroom/shared/testclock"
	"backroom/shared/wiring"
)

// Setup is what a world is made of.
type Setup struct {
	Begin   time.Time
	Shop    *data.Data
	Company *businesscentral.Data
	Stock   []businesscentral.Stock // items of the company beside its own; nil: one for each variant
	// Card is the shop card. Its code, domain, connection and, where they are
	// empty, its currency and first import are filled in.
	Card shop.Shop
	// ShopifyAhead and BCAhead are by how much the clocks of the two sides are
	// ahead of the engine's; negative is behind.
	ShopifyAhead, BCAhead time.Duration
	IndexLag              time.Duration // of Shopify's lists
	// BC has the switches of the company's server; its clock, companies, tenant
	// and clients are filled in.
	BC businesscentral.Options
	// Every is the cadence of sync-orders; 0 is 10 minutes.
	Every time.Duration
}

// Code is the shop's code in every world.
const Code = "relation"

const (
	tenant      = "contoso.com"
	environment = "Production"
	client      = "backroom"
	secret      = "secret"
)

// World is a world at work. Not safe for concurrent use.
type World struct {
	*testclock.Clock

	Shopify *shopify.Server
	BC      *businesscentral.Server
	Card    shop.Shop
	Wired   wiring.Wired
	Jobs    *jobqueue.Dispatcher
	Asked   Operations // of the company, the test's own included

	tb         testing.TB
	setup      Setup
	shopifyURL string
	bcURL      string
	db         *sqlite.DB
	queue      *sqlite.Queue
	schedules  *sqlite.Schedules
	seq        int64
}

// New builds a world and connects its shop. It ends with the test.
func New(tb testing.TB, s Setup) *World {
	tb.Helper()
	w := &World{Clock: testclock.New(s.Begin), tb: tb, setup: s}
	w.simulate()
	w.engine()
	w.connect()
	return w
}

// simulate starts the two sides.
func (w *World) simulate() {
	w.tb.Helper()
	ahead := func(d time.Duration) func() time.Time { return func() time.Time { return w.Now().Add(d) } }
	var err error
	w.Shopify, err = shopify.New(shopify.Config{
		Now: ahead(w.setup.ShopifyAhead), Sleep: w.Wait, IndexLag: w.setup.IndexLag, Shops: []*data.Data{w.setup.Shop},
	})
	if err != nil {
		w.tb.Fatal(err)
	}
	o := w.setup.BC
	o.Now, o.Sleep, o.Companies = ahead(w.setup.BCAhead), w.Wait, []*businesscentral.Data{w.setup.Company}
	o.Tenant, o.Environment, o.Clients = tenant, environment, []businesscentral.Client{{ID: client, Secret: secret}}
	if w.BC, err = businesscentral.New(o); err != nil {
		w.tb.Fatal(err)
	}
	if w.setup.Stock == nil {
		w.setup.Stock = host.Stock(w.setup.Shop)
	}
	if err := w.BC.Companies()[0].AddItems(w.setup.Stock...); err != nil {
		w.tb.Fatal(err)
	}
	serve := func(h http.Handler) string {
		srv := httptest.NewServer(h)
		w.tb.Cleanup(srv.Close)
		return srv.URL
	}
	w.shopifyURL, w.bcURL = serve(w.Shopify), serve(w.Asked.Count(w.BC))
}

// engine opens the embedded engine on a file of its own.
func (w *World) engine() {
	w.tb.Helper()
	db, err := sqlite.Open(w.tb.Context(), filepath.Join(w.tb.TempDir(), "world.db"), sqlite.WithNow(w.Now))
	if err != nil {
		w.tb.Fatal(err)
	}
	w.tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			w.tb.Error(err)
		}
	})
	w.db = db
	w.queue = db.Queue("jobs")
	w.schedules = db.Schedules(w.queue)
	log := slog.New(slog.DiscardHandler)
	store := &jobqueue.Store{Table: db.Table(), Now: w.Now}
	transport := &http.Transport{MaxIdleConnsPerHost: 8}
	w.tb.Cleanup(transport.CloseIdleConnections)
	w.Wired = wiring.Tasks(wiring.Options{
		Table: db.Table(), Jobs: store, Now: w.Now, Wait: w.Wait, Every: w.setup.Every,
		Shopify: func(card shop.Shop) (shopifyclient.Config, error) {
			token := w.Shopify.Shop("").IssueToken()
			return shopifyclient.Config{
				Domain: card.Domain, BaseURL: w.shopifyURL, Tokens: shopifyclient.StaticToken{Secret: shopifyclient.NewSecret(token)},
				HTTP: &http.Client{Transport: transport},
			}, nil
		},
		BC: func(card shop.Shop) (bc.Config, error) {
			return bc.Config{
				BaseURL: w.bcURL + "/v2.0", Tenant: card.Company.Tenant, Environment: card.Company.Environment, CompanyID: card.Company.ID,
				ClientID: client, ClientSecret: secret, TokenURL: w.tokenURL(), HTTP: transport,
			}, nil
		},
	})
	w.Jobs = &jobqueue.Dispatcher{
		Store: store, Tasks: w.Wired.Tasks, Queue: w.queue, Schedules: w.schedules, Log: log,
		Invoker: &jobqueue.Executor{Tasks: w.Wired.Tasks, Store: store, Log: log},
		Random:  w.random,
	}
}

// random is below n, and makes ids that differ, without chance.
func (w *World) random(n int64) int64 {
	w.seq++
	return w.seq % n
}

func (w *World) tokenURL() string { return w.bcURL + "/" + tenant + "/oauth2/v2.0/token" }

// connect stores the card and gives the shop its job entries.
func (w *World) connect() {
	w.tb.Helper()
	card := w.setup.Card
	card.Code, card.Enabled, card.Domain = Code, true, w.setup.Shop.Shop.Domain
	card.Currency, card.TimeZone = w.setup.Shop.Shop.Currency, w.setup.Shop.Shop.Timezone
	card.Company = shop.Company{
		ID: w.BC.Companies()[0].ID(), Tenant: tenant, Environment: environment, LCY: w.setup.Company.Setup.LocalCurrencyCode,
	}
	if card.ConnectedAt.IsZero() {
		card.ConnectedAt = w.Now()
	}
	if card.ImportFrom.IsZero() {
		card.ImportFrom = card.ConnectedAt.AddDate(0, 0, -60)
	}
	if err := w.Wired.Cards.Put(w.tb.Context(), card); err != nil {
		w.tb.Fatal(err)
	}
	w.Card = card
	if err := w.Jobs.Ensure(w.tb.Context(), Code, Code, w.Now().Add(time.Minute)); err != nil {
		w.tb.Fatal(err)
	}
}

// Live lets d pass, minute by minute, with all the work that falls due.
func (w *World) Live(d time.Duration) {
	w.tb.Helper()
	for end := w.Now().Add(d); w.Now().Before(end); w.Advance(time.Minute) {
		w.Step()
	}
}

// Step does the work that is due now. No time passes but what clients wait.
func (w *World) Step() {
	w.tb.Helper()
	ctx := w.tb.Context()
	w.BC.RunDue()
	if _, err := w.schedules.Tick(ctx); err != nil {
		w.tb.Fatal(err)
	}
	w.work(ctx)
	sweep := jobqueue.Sweeper{Jobs: w.Jobs, Shops: jobqueue.ShopList{Code}}
	if _, err := sweep.Sweep(ctx); err != nil {
		w.tb.Fatal(err)
	}
}

// work takes messages until there are none.
func (w *World) work(ctx context.Context) {
	for {
		some, err := w.Jobs.Next(ctx, 0)
		if err != nil && !errors.Is(err, context.Canceled) {
			w.tb.Fatal(err)
		}
		if !some {
			return
		}
	}
}

// Hold keeps a job from starting until it is released.
func (w *World) Hold(job string) {
	w.tb.Helper()
	if _, err := w.Jobs.Hold(w.tb.Context(), Code, job, "held by the test"); err != nil {
		w.tb.Fatal(err)
	}
}

// Release lets a held job start again, and has it run now.
func (w *World) Release(job string) {
	w.tb.Helper()
	if _, err := w.Jobs.Release(w.tb.Context(), Code, job); err != nil {
		w.tb.Fatal(err)
	}
	if _, err := w.Jobs.Trigger(w.tb.Context(), jobqueue.Ask{Shop: Code, Entry: job, Trigger: jobqueue.ByHand}); err != nil {
		w.tb.Fatal(err)
	}
}

// Runs are the ended runs of a job, newest first.
func (w *World) Runs(job string) []jobqueue.Run {
	w.tb.Helper()
	log, err := w.Jobs.Store.Log(w.tb.Context(), jobqueue.LogQuery{Shop: Code, Limit: 1000})
	if err != nil {
		w.tb.Fatal(err)
	}
	var out []jobqueue.Run
	for _, r := range log.Runs {
		if r.Task == job {
			out = append(out, r)
		}
	}
	return out
}
