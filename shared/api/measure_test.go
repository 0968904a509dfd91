package api_test

import (
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"backroom/shared/api"
	"backroom/shared/faulty"
	"backroom/shared/identity"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/memory"
)

var load = flag.Duration("load", 0, "for how long to load the handler, and print figures; 0 skips it")

// TestLoad prints how long reads and run requests take of a handler over a table
// with 200 shops: 450 reads and 50 run requests a second, with tasks that end at
// once. It asserts nothing about time.
func TestLoad(t *testing.T) {
	if *load == 0 {
		t.Skip("prints figures: make bench")
	}
	r := &rig{tb: t, doc: theDocument(t)}
	h := realTime(t, r)
	codes := make([]string, 200)
	for i := range codes {
		codes[i] = fmt.Sprint("shop-", i)
		c := r.card(codes[i])
		if err := r.host.Cards.Put(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if err := r.host.Jobs.Client.Ensure(t.Context(), c.Code, c.Code, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	go r.dispatcher.Work(t.Context(), 8)
	var reads, requests took
	var wg sync.WaitGroup
	tick := time.NewTicker(2 * time.Millisecond) // 500 a second
	defer tick.Stop()
	end := time.After(*load)
	for n := 0; ; n++ {
		select {
		case <-end:
			wg.Wait()
			reads.print("api_read")
			requests.print("api_run_request")
			return
		case <-tick.C:
		}
		shop, write := codes[n%len(codes)], n%10 == 0
		wg.Go(func() {
			method, path, into := http.MethodGet, "/v1/shops/"+shop+[]string{"/jobs", "/runs", "/issues", "/card"}[n%4], &reads
			if write {
				method, path, into = http.MethodPost, "/v1/shops/"+shop+"/jobs/sync-orders/runs", &requests
			}
			req := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
			req.Header.Set("Authorization", "Bearer k9-of-the-host")
			w, began := httptest.NewRecorder(), time.Now()
			h.ServeHTTP(w, req)
			if w.Code >= 400 && !strings.Contains(w.Body.String(), "too-many-runs") {
				t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
			}
			into.add(time.Since(began))
		})
	}
}

// took are the durations of requests of one kind.
type took struct {
	mu  sync.Mutex
	all []time.Duration
}

func (d *took) add(v time.Duration) { d.mu.Lock(); defer d.mu.Unlock(); d.all = append(d.all, v) }

func (d *took) print(name string) {
	slices.Sort(d.all)
	for _, p := range []int{50, 99} {
		fmt.Printf("%s_p%d %.2f ms\n", name, p, float64(d.all[len(d.all)*p/100].Microseconds())/1000)
	}
	fmt.Printf("%s_count %d requests\n", name, len(d.all))
}

// realTime is the handler of a rig that goes by the real clock.
func realTime(t *testing.T, r *rig) http.Handler {
	t.Helper()
	now := time.Now
	q := memory.NewQueue(now)
	store := jobstore.New(memory.NewTable(now), now)
	tasks := jobqueue.NewRegistry(r.task("sync-orders", func() {}), r.task("process-orders", func() {}))
	log := slog.New(slog.DiscardHandler)
	d := dispatch.New(jobs.New(store, tasks, q, memory.NewSchedules(now, q), log), dispatch.NewExecutor(tasks, store, log))
	r.hostOf(d, faulty.Table{Inner: store.Table, Injector: &faulty.Injector{Now: now}}, now)
	r.host.Callers = &identity.Machine{Token: "k9-of-the-host"}
	return api.New(r.host)
}
