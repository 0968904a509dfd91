package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"backroom/infra/sim/host"
	"backroom/infra/system/world"
	"backroom/shared/api"
	"backroom/shared/config"
	"backroom/shared/jobqueue"
)

var measure = flag.String("measure", "", "short or long: print figures, one a line; empty skips the test")

func figure(name string, value float64, unit string) {
	fmt.Printf("%s %s %s\n", name, strconv.FormatFloat(value, 'f', -1, 64), unit)
}

func round(v float64, digits int) float64 {
	f, err := strconv.ParseFloat(strconv.FormatFloat(v, 'f', digits, 64), 64)
	if err != nil {
		return v
	}
	return f
}

// TestMeasure prints the figures of make bench. It asserts nothing about time.
func TestMeasure(t *testing.T) {
	switch *measure {
	case "":
		t.Skip("prints figures, some take minutes: make bench")
	case "short":
		costs(t)
		operations(t)
		latency(t)
		loaded(t, time.Minute)
		speed(t, 4000)
	case "long":
		speed(t, 10_000)
	default:
		t.Fatalf("-measure %q: must be short or long", *measure)
	}
}

// at opens an engine on the simulators that run at info.
func at(t *testing.T, info host.Info) *engine {
	t.Helper()
	s := settings{
		Config: config.Config{Data: t.TempDir(), Workers: 4, Every: 24 * time.Hour}, sims: &info, log: slog.New(slog.DiscardHandler),
		anchor: time.Now().Add(24 * time.Hour),
	}
	e, err := open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func work(t *testing.T, e *engine) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	stopped, err := e.start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return func() { cancel(); <-stopped }
}

// once runs a task through the queue to its end.
func once(t *testing.T, e *engine, task string, watch func(runView)) runView {
	t.Helper()
	r, err := e.desk.Trigger(t.Context(), task, ask{})
	if err != nil {
		t.Fatal(err)
	}
	for r.State != api.Ended {
		pause(t.Context(), 5*time.Millisecond)
		if r, err = e.desk.Run(t.Context(), r.ID); err != nil {
			t.Fatal(err)
		}
		if watch != nil {
			watch(r)
		}
	}
	if r.Outcome != jobqueue.Succeeded {
		t.Fatalf("%s: %s: %s", task, r.Outcome, r.Detail)
	}
	return r
}

// settled waits until no run is under way, follow-ups included.
func settled(t *testing.T, e *engine) {
	t.Helper()
	for {
		rs, _, err := e.desk.Runs(t.Context(), "", 20)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(rs, func(r runView) bool { return r.State != api.Ended }) {
			return
		}
		pause(t.Context(), 10*time.Millisecond)
	}
}

// costs measures calls and points of 1,000 orders.
func costs(t *testing.T) {
	t.Helper()
	info := simulators(t, program(t), "--orders", "1000")
	e := at(t, info)
	defer work(t, e)()
	r := once(t, e, "sync-orders", nil)
	n := float64(r.Counts.Created)
	figure("import_points_per_order", round(float64(r.Counts.Points)/n, 3), "points")
	figure("import_requests_per_order", round(float64(r.Counts.Requests)/n, 4), "requests")
	settled(t, e)
	q, err := e.desk.Cues(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	done, _, err := e.desk.Orders(t.Context(), "processed", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	figure("create_bc_requests_per_order", round(float64(q.Used.BCRequests)/float64(len(done)), 4), "requests")
	figure("created_sales_orders", float64(len(done)), "orders")
}

// operations counts what the sample shop of make demo asks of sales orders and
// their lines, a document: look-ups, creates, what is mended, what is read again.
func operations(t *testing.T) {
	t.Helper()
	info := simulators(t, program(t))
	var asked world.Operations
	target, err := url.Parse(strings.TrimSuffix(info.BC, "/v2.0"))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(asked.Count(httputil.NewSingleHostReverseProxy(target)))
	defer proxy.Close()
	info.BC = proxy.URL + "/v2.0"
	e := at(t, info)
	defer work(t, e)()
	once(t, e, "sync-orders", nil)
	settled(t, e)
	done, _, err := e.desk.Orders(t.Context(), "processed", "", 0)
	if err != nil || len(done) == 0 {
		t.Fatalf("%d documents, %v", len(done), err)
	}
	figure("bc_operations_per_order", round(float64(asked.OnDocuments())/float64(len(done)), 3), "operations")
}

// latency measures from the trigger to the start of the task, idle.
func latency(t *testing.T) {
	t.Helper()
	info := simulators(t, program(t), "--orders", "10")
	e := at(t, info)
	started := make(chan time.Time, 1)
	e.dispatcher.OnStart = func(r jobqueue.Run) {
		if r.Task == "sync-orders" {
			started <- time.Now()
		}
	}
	defer work(t, e)()
	var all []time.Duration
	for range 100 {
		begin := time.Now()
		r, err := e.desk.Trigger(t.Context(), "sync-orders", ask{})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, (<-started).Sub(begin))
		for r.State != api.Ended {
			pause(t.Context(), 2*time.Millisecond)
			if r, err = e.desk.Run(t.Context(), r.ID); err != nil {
				t.Fatal(err)
			}
		}
		settled(t, e)
	}
	slices.Sort(all)
	figure("trigger_to_start_p95", round(float64(all[94].Microseconds())/1000, 2), "ms")
}

// speed measures the import of a Standard shop with round trips of 150 ms, its
// bucket drained to what is left for others, beside what the restore rate allows,
// and the memory of this process.
func speed(t *testing.T, orders int) {
	t.Helper()
	info := simulators(t, program(t), "--orders", strconv.Itoa(orders), "--latency", "150ms")
	rate := drain(t, info)
	e := at(t, info)
	// Processing would compete for the processor: it is measured by itself.
	hold(t, e, "process-orders")
	defer work(t, e)()
	var from, to time.Time
	var first, last int
	r := once(t, e, "sync-orders", func(r runView) {
		switch p := r.Progress; {
		case p == (api.Progress{}):
		case first == 0 && p.Done >= orders/10:
			first, from = p.Done, time.Now()
			last, to = first, from
		case p.Done > last:
			last, to = p.Done, time.Now()
		}
	})
	if minutes := to.Sub(from).Minutes(); minutes > 0 {
		figure("import_orders_per_minute", round(float64(last-first)/minutes, 0), "orders/min")
	}
	each := float64(r.Counts.Points) / float64(r.Counts.Created)
	figure("import_orders_per_minute_allowed", round(rate*60/each, 0), "orders/min")
	figure("engine_peak_memory_"+strconv.Itoa(orders)+"_orders", round(peak(t)/1024, 1), "MB")
}

// drain takes out of the shop's bucket all but the tenth that is left for others,
// and returns the points that are restored a second.
func drain(t *testing.T, info host.Info) (rate float64) {
	t.Helper()
	type states []struct {
		Throttle struct{ MaximumAvailable, RestoreRate float64 } `json:"throttleStatus"`
	}
	var s states
	control(t, http.MethodGet, info.Shopify+"/_sim/state", "", &s)
	full := s[0].Throttle.MaximumAvailable
	control(t, http.MethodPost, info.Shopify+"/_sim/shop", fmt.Sprintf(`{"drain":%.0f}`, full*0.9), nil)
	return s[0].Throttle.RestoreRate
}

// control asks a simulator's control API.
func control(t *testing.T, method, address, body string, out any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s", method, address, resp.Status)
	}
	if out != nil {
		if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
			t.Fatal(err)
		}
	}
}

func hold(t *testing.T, e *engine, entry string) {
	t.Helper()
	j, err := e.jobs.Store.Entry(t.Context(), e.card.Code, entry)
	if err != nil {
		t.Fatal(err)
	}
	j.Status = jobqueue.OnHold
	if err := e.jobs.Store.SaveEntry(t.Context(), j); err != nil {
		t.Fatal(err)
	}
}

// peak is VmHWM of this process in kB.
func peak(t *testing.T) float64 {
	t.Helper()
	f, err := os.Open(filepath.Join("/proc", "self", "status"))
	if err != nil {
		t.Skipf("no /proc here: %v", err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), "VmHWM:"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			if err != nil {
				t.Fatal(err)
			}
			return kb
		}
	}
	t.Fatal("no VmHWM")
	return 0
}
