// Package world builds whole worlds for tests: both simulators, an engine with the
// registered tasks, and clocks that only a test moves. Shops and companies are plain
// data; what came of them is read back over HTTP, as any other client would.
package world

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"backroom/infra/sim/businesscentral"
	"backroom/infra/sim/host"
	"backroom/infra/sim/shopify"
	"backroom/infra/sim/shopify/data"
	"backroom/shared/creditmemos"
	"backroom/shared/documents"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/shop"
	"backroom/shared/testclock"
)

// Setup is what a world is made of.
type Setup struct {
	Begin   time.Time
	Shop    *data.Data
	Company *businesscentral.Data
	Stock   []businesscentral.Stock // items of the company beside its own; nil: one for each variant
	// Card is the shop card. Its domain and connection and, where they are empty, its
	// code, currency and first import are filled in.
	Card documents.Card
	// CreditMemos are the card's settings of them.
	CreditMemos creditmemos.Settings
	// Settings are those of the card's other sections.
	Settings []any
	// Clock is the world's; nil: one that stands at Begin.
	Clock *testclock.Clock
	// Engine opens what lasts beyond a process; nil: the embedded engine, on a file.
	Engine func(*World) Engine
	// Connected says that the engine knows the shop already, or that it is to have no
	// jobs: no card and no entries are stored.
	Connected bool
	// Way is what the connections of processes to either side go through; nil: they
	// are direct.
	Way func(http.RoundTripper) http.RoundTripper
	// ShopifyAhead and BCAhead are by how much the clocks of the two sides are
	// ahead of the engine's; negative is behind.
	ShopifyAhead, BCAhead time.Duration
	IndexLag              time.Duration // of Shopify's lists
	// BC has the switches of the company's server; its clock, companies, tenant
	// and clients are filled in.
	BC businesscentral.Options
	// Every is the cadence of sync-orders; 0 is 10 minutes.
	Every time.Duration
	// Log is what processes write to; nil: nothing.
	Log *slog.Logger
}

// Code is the shop's code where its card says none.
const Code = "relation"

const (
	tenant      = "contoso.com"
	environment = "Production"
	client      = "backroom"
	secret      = "secret"
	bcURL       = "https://bc.test"
	tokenURL    = bcURL + "/" + tenant + "/oauth2/v2.0/token"
)

// World is a world at work. Not safe for concurrent use.
type World struct {
	*testclock.Clock

	Shopify *shopify.Server
	BC      *businesscentral.Server
	Card    documents.Card
	Asked   Operations // of the company, the test's own included
	// Ahead is how far the clock of the processes' host is ahead of the simulators'.
	Ahead time.Duration

	Engine
	Process // the present one

	tb    testing.TB
	setup Setup
	seq   int64
}

// New builds a world, and connects its shop. It ends with the test.
func New(tb testing.TB, s Setup) *World {
	tb.Helper()
	w := &World{Clock: s.Clock, tb: tb, setup: s}
	if w.Clock == nil {
		w.Clock = testclock.New(s.Begin)
	}
	w.simulate()
	if s.Engine == nil {
		w.Engine = w.embedded()
	} else {
		w.Engine = s.Engine(w)
	}
	w.card()
	w.Process = w.Open(w.Engine)
	if !s.Connected {
		w.connect()
	}
	return w
}

// Host is the clock of the processes' host.
func (w *World) Host() time.Time { return w.Now().Add(w.Ahead) }

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
}

// card completes the shop's card.
func (w *World) card() {
	d, c := w.setup.Shop.Shop, w.setup.Card
	c.Enabled, c.Domain, c.Currency, c.TimeZone, c.Code = true, d.Domain, cmp.Or(c.Currency, d.Currency), d.Timezone, cmp.Or(c.Code, Code)
	c.Company = shop.Company{
		ID: w.BC.Companies()[0].ID(), Tenant: tenant, Environment: environment, LCY: w.setup.Company.Setup.LocalCurrencyCode,
	}
	if c.ConnectedAt.IsZero() {
		c.ConnectedAt = w.Now()
	}
	if c.ImportFrom.IsZero() {
		c.ImportFrom = c.ConnectedAt.AddDate(0, 0, -60)
	}
	w.Card = c
}

// connect stores the card and gives the shop its job entries.
func (w *World) connect() {
	w.tb.Helper()
	stored, err := w.Card.Stored()
	if err == nil && w.setup.CreditMemos != (creditmemos.Settings{}) {
		stored, err = stored.With(w.setup.CreditMemos)
	}
	if err == nil {
		stored, err = stored.With(w.setup.Settings...)
	}
	if err == nil {
		err = w.Wired.Cards.Put(w.tb.Context(), stored)
	}
	if err != nil {
		w.tb.Fatal(err)
	}
	if err := w.Jobs.Ensure(w.tb.Context(), w.Card.Code, w.Card.Company.ID, w.Now().Add(time.Minute)); err != nil {
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
	if _, err := w.Schedules.Tick(ctx); err != nil {
		w.tb.Fatal(err)
	}
	w.work(ctx)
	sweep := sweep.New(w.Dispatcher, sweep.ShopList{w.Card.Code})
	if _, err := sweep.Sweep(ctx); err != nil {
		w.tb.Fatal(err)
	}
}

// work takes messages until there are none.
func (w *World) work(ctx context.Context) {
	for {
		some, err := w.Dispatcher.Next(ctx, 0)
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
	if _, err := w.Jobs.Hold(w.tb.Context(), w.Card.Code, job, "held by the test"); err != nil {
		w.tb.Fatal(err)
	}
}

// Release lets a held job start again, and has it run now.
func (w *World) Release(job string) {
	w.tb.Helper()
	if _, err := w.Jobs.Release(w.tb.Context(), w.Card.Code, job); err != nil {
		w.tb.Fatal(err)
	}
	if _, err := w.Jobs.Trigger(w.tb.Context(), jobs.TriggerRequest{Shop: w.Card.Code, Entry: job, Trigger: jobqueue.ByHand}); err != nil {
		w.tb.Fatal(err)
	}
}

// Runs are the ended runs of a job, newest first.
func (w *World) Runs(job string) []jobqueue.Run {
	w.tb.Helper()
	log, err := w.Jobs.Store.Log(w.tb.Context(), jobstore.LogQuery{Shop: w.Card.Code, Limit: 1000})
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
