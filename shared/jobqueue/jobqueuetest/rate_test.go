package jobqueuetest_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/sqlite"
)

var rate = flag.Bool("rate", false, "measure how many entries one process starts in a second")

// TestRate prints how many slots of as many shops one process starts and ends
// in a second on the durable file, the queue being full. make bench runs it.
func TestRate(t *testing.T) {
	if !*rate {
		t.Skip("prints a figure, takes seconds: -rate")
	}
	const shops, workers = 2000, 16
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "rate.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	var started sync.WaitGroup
	tasks := jobqueue.NewRegistry(every(task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		started.Done()
		return jobqueue.Result{Done: true}, nil
	}), time.Hour))
	q, log := db.Queue("jobs"), slog.New(slog.DiscardHandler)
	store := jobstore.New(db.Table(), time.Now)
	d := dispatch.New(jobs.New(store, tasks, q, db.Schedules(q), log), dispatch.NewExecutor(tasks, store, log))
	at := time.Now().UTC().Truncate(time.Hour)
	for i := range shops {
		s := fmt.Sprintf("shop%d", i)
		if err := d.Jobs.Ensure(t.Context(), s, s, at); err != nil {
			t.Fatal(err)
		}
		body := fmt.Sprintf(`{"v":1,"shop":%q,"entry":"sync-orders","trigger":"schedule","at":%q}`, s, at.Format(time.RFC3339))
		if err := q.Send(t.Context(), s+"#orders", "", []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	started.Add(shops)
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	begin := time.Now()
	work.Go(func() { d.Work(ctx, workers) })
	started.Wait()
	fmt.Printf("entries_started_per_second %.0f entries/s\n", shops/time.Since(begin).Seconds())
	stop()
	work.Wait()
}
