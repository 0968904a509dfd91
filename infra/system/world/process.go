package world

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"

	"backroom/infra/sim/fault"
	bc "backroom/shared/businesscentral"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/queue"
	"backroom/shared/schedule"
	"backroom/shared/shop"
	shopifyclient "backroom/shared/shopify"
	"backroom/shared/sqlite"
	"backroom/shared/table"
	"backroom/shared/wiring"
)

// Engine is what lasts beyond a process.
type Engine struct {
	Table     table.Table
	Queue     queue.Queue
	Schedules Schedules
}

// Schedules are schedules that fire when a test ticks them.
type Schedules interface {
	schedule.Schedules
	Tick(ctx context.Context) (int, error)
}

// Process is a program at work on an engine.
type Process struct {
	Wired wiring.Wired
	Jobs  *jobs.Client

	Dispatcher *dispatch.Dispatcher
}

// embedded is the embedded engine on a file of its own.
func (w *World) embedded() Engine {
	w.tb.Helper()
	db, err := sqlite.Open(w.tb.Context(), filepath.Join(w.tb.TempDir(), "world.db"), sqlite.WithNow(w.Host))
	if err != nil {
		w.tb.Fatal(err)
	}
	w.tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			w.tb.Error(err)
		}
	})
	q := db.Queue("jobs")
	return Engine{Table: db.Table(), Queue: q, Schedules: db.Schedules(q)}
}

// Open is a new process on an engine: nothing of earlier ones is left but what they
// stored.
func (w *World) Open(e Engine) Process {
	log := w.setup.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	store := jobstore.New(e.Table, w.Host)
	wired := w.Tasks(e.Table, store)
	client := jobs.New(store, wired.Tasks, e.Queue, e.Schedules, log)
	client.Random = w.random
	return Process{Wired: wired, Jobs: client, Dispatcher: dispatch.New(client, dispatch.NewExecutor(wired.Tasks, store, log))}
}

// Tasks are the registered tasks of a new process, under a guard of their leases.
func (w *World) Tasks(t table.Table, g jobqueue.Guard) wiring.Wired {
	return wiring.Tasks(wiring.Options{
		Table: t, Jobs: g, Now: w.Host, Wait: w.Wait, Every: w.setup.Every,
		Shopify: func(card shop.Shop) (shopifyclient.Config, error) {
			return shopifyclient.Config{
				Domain: card.Domain, Tokens: &tokens{w: w},
				HTTP: &http.Client{Transport: w.way(w.Shopify.Transport())},
			}, nil
		},
		BC: func(card shop.Shop) (bc.Config, error) {
			return bc.Config{
				BaseURL: bcURL + "/v2.0", Tenant: card.Company.Tenant, Environment: card.Company.Environment, CompanyID: card.Company.ID,
				ClientID: client, ClientSecret: secret, TokenURL: tokenURL, HTTP: w.way(w.bcTransport()),
			}, nil
		},
	})
}

func (w *World) way(direct http.RoundTripper) http.RoundTripper {
	if w.setup.Way == nil {
		return direct
	}
	return w.setup.Way(direct)
}

// bcTransport is a connection to the company, on which operations are counted.
func (w *World) bcTransport() http.RoundTripper { return fault.Transport(w.Asked.Count(w.BC), nil) }

// random is below n, and makes ids that differ, without chance.
func (w *World) random(n int64) int64 {
	w.seq++
	return w.seq % n
}
