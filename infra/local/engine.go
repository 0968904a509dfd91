package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"backroom/infra/sim/host"
	"backroom/shared/config"
	"backroom/shared/connect"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/shop"
	"backroom/shared/sqlite"
	"backroom/shared/wiring"
)

// engine is the embedded engine of one shop: store, queue, clock, dispatcher
// and tasks in this process.
type engine struct {
	wiring.Wired

	db         *sqlite.DB
	queue      *sqlite.Queue
	schedules  *sqlite.Schedules
	jobs       *jobs.Client
	dispatcher *dispatch.Dispatcher
	card       shop.Shop
	anchor     time.Time         // when the schedules of a new shop start
	findings   []connect.Finding // of a new or changed card
	said       []string          // what the start has changed or left alone, for whoever started it
	log        *slog.Logger
	workers    int
	simulated  bool
	settings   settings
	desk       *desk // of this engine

	mu       sync.Mutex
	progress map[string]jobqueue.Progress // by run
	started  map[string]time.Time         // by run, first slice
}

// settings are the configuration together with the simulators that stand in
// for a missing connection.
type settings struct {
	config.Config

	sims *host.Info // nil: a real shop
	log  *slog.Logger
	// anchor is the earliest start of the schedules of a new shop; zero: the
	// next whole minute.
	anchor time.Time
	// reconnect has a disconnected shop connected again.
	reconnect bool
}

// file is where the shop's data is kept. What is kept of one simulated shop means
// nothing to another.
func (s settings) file() string {
	if s.sims != nil {
		return simulatedFile(s.Data, s.sims.Instance)
	}
	return realFile(s.Data)
}

// open opens the engine of a connection without starting it: enough to trigger.
func open(ctx context.Context, s settings) (*engine, error) {
	if err := private(s.Data); err != nil {
		return nil, fmt.Errorf("BACKROOM_DATA: %w", err)
	}
	var forgotten int
	if s.sims != nil {
		forgotten = forget(ctx, s)
	}
	e, err := openFile(ctx, s, s.file())
	if err != nil {
		return nil, err
	}
	_, others, err := belongs(ctx, e.db, s)
	if err != nil {
		return nil, errors.Join(err, e.close())
	}
	store := e.store(s)
	o := s.options(e.db.Table(), store)
	e.wire(store, o)
	if err := e.connect(ctx, s, o, others); err != nil {
		return nil, errors.Join(err, e.close())
	}
	e.tellOfSims(ctx, s, forgotten)
	if e.desk, err = e.inside(); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

// openFile opens a data file with its queue and its schedules.
func openFile(ctx context.Context, s settings, file string) (*engine, error) {
	watch := disk{log: s.log, now: time.Now}
	log := slog.New(withoutDisk{s.log.Handler()})
	db, err := sqlite.Open(ctx, file, sqlite.WithOnWrite(watch.seen))
	if err != nil {
		return nil, err
	}
	e := &engine{
		db: db, log: log, workers: s.Workers, settings: s, simulated: isSimulated(file),
		progress: map[string]jobqueue.Progress{}, started: map[string]time.Time{},
	}
	e.queue = db.Queue("jobs")
	e.schedules = db.Schedules(e.queue)
	return e, nil
}

func (e *engine) store(s settings) *jobstore.Store {
	store := jobstore.New(e.db.Table(), time.Now)
	store.Keep, store.OnProgress = s.KeepRuns, e.onProgress
	return store
}

// wire gives the engine its tasks and its dispatcher, on store.
func (e *engine) wire(store *jobstore.Store, o wiring.Options) {
	o.Jobs = store
	e.Wired = wiring.Tasks(o)
	e.jobs = jobs.New(store, e.Tasks, e.queue, e.schedules, e.log)
	e.dispatcher = dispatch.New(e.jobs, dispatch.NewExecutor(e.Tasks, store, e.log))
	e.dispatcher.OnStart, e.dispatcher.OnEnd = e.onStart, e.onEnd
}

// tellOfSims says whether the simulated shop is the one of before, and what of an
// earlier one is gone.
func (e *engine) tellOfSims(ctx context.Context, s settings, forgotten int) {
	switch {
	case s.sims == nil:
	case s.sims.Restored:
		e.say(ctx, "The simulated shop of the last start is back.")
	case forgotten > 0:
		why := "its simulators ended without being asked to"
		if s.sims.Lost != "" {
			why = "it could not be read: " + s.sims.Lost
		}
		e.say(ctx, "This is a new simulated shop. The one of before was not kept ("+why+"), and what was stored of it is thrown away.")
	}
}

// forget removes what was stored of simulated shops that are gone, and answers of
// how many that was.
func forget(ctx context.Context, s settings) (shops int) {
	old, err := filepath.Glob(filepath.Join(s.Data, simulatedPrefix+"*"))
	if err != nil {
		return 0
	}
	for _, f := range old {
		if strings.HasPrefix(f, s.file()) {
			continue
		}
		if err := os.Remove(f); err != nil {
			s.log.WarnContext(ctx, "old file not removed", "file", f, "err", err)
		} else if strings.HasSuffix(f, ".db") {
			shops++
		}
	}
	return shops
}

// first is when the schedules of a new shop start, at now. To read both sides may
// have lasted beyond the anchor: a slot that has passed is not made up for, so
// that the first one would be a whole cadence later.
func (s settings) first(now time.Time) time.Time {
	if s.anchor.IsZero() {
		return now.Truncate(time.Minute).Add(time.Minute)
	}
	// A slot is at a whole second. One that is cut off to that may be over before it
	// is stored, late in a second: one to two seconds are left.
	if soon := now.Truncate(time.Second).Add(2 * time.Second); s.anchor.Before(soon) {
		return soon
	}
	return s.anchor
}

// start lets the engine work until ctx ends. What its dead predecessor held is
// free at once: the file's lock says that there is no other.
func (e *engine) start(ctx context.Context) (stopped <-chan struct{}, err error) {
	if err := e.queue.ReleaseAll(ctx); err != nil {
		return nil, err
	}
	if err := e.jobs.Store.EndLeases(ctx, e.card.Code); err != nil {
		return nil, err
	}
	if err := e.mend(ctx); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { e.dispatcher.Work(ctx, e.workers) })
	wg.Go(func() {
		for ctx.Err() == nil {
			if err := e.schedules.Run(ctx); err != nil {
				e.log.ErrorContext(ctx, "schedules stopped; they start again", "err", err)
				pause(ctx, time.Second)
			}
		}
	})
	wg.Go(func() { e.sweep(ctx) })
	go func() { wg.Wait(); close(done) }()
	return done, nil
}

func (e *engine) sweep(ctx context.Context) {
	for {
		pause(ctx, time.Minute)
		if ctx.Err() != nil {
			return
		}
		if err := e.mend(ctx); err != nil {
			e.log.ErrorContext(ctx, "sweep", "err", err)
		}
		if _, err := e.db.Table().Purge(ctx); err != nil {
			e.log.ErrorContext(ctx, "purge", "err", err)
		}
	}
}

// mend sweeps once, and says what it has mended.
func (e *engine) mend(ctx context.Context) error {
	s := sweep.New(e.dispatcher, sweep.ShopList{e.card.Code})
	swept, err := s.Sweep(ctx)
	if swept.Mended() > 0 {
		e.log.InfoContext(ctx, "sweep", "shop", e.card.Code, "mended", swept)
	}
	return err
}

func (e *engine) close() error { return e.db.Close() }

func (e *engine) onProgress(r jobqueue.Request, p jobqueue.Progress) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.progress[r.Run] = p
}

func (e *engine) onStart(r jobqueue.Run) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.started[r.ID]; !ok {
		e.started[r.ID] = time.Now()
	}
	e.log.Debug("slice starts", "run", r.ID, "task", r.Task, "slice", r.Slice)
}

func (e *engine) onEnd(r jobqueue.Run) {
	e.mu.Lock()
	delete(e.progress, r.ID)
	delete(e.started, r.ID)
	e.mu.Unlock()
	level := slog.LevelInfo
	switch r.Outcome {
	case jobqueue.Failed, jobqueue.Lost, jobqueue.Rejected:
		level = slog.LevelError
	case jobqueue.Succeeded, jobqueue.SucceededWithIssues, jobqueue.Cancelled, jobqueue.Skipped:
	}
	e.log.Log(context.Background(), level, "run ended", "task", r.Task, "run", r.ID, "outcome", string(r.Outcome), "read", r.Counts.Read, "created", r.Counts.Created,
		"failed", r.Counts.Failed, "err", r.Detail, "note", r.Note)
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
