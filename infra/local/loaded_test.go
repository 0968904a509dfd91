package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// loaded measures what 100 reads and 5 run requests a second take of the host with
// its one shop, over HTTP and while the runs are done. It asserts nothing about time.
func loaded(t *testing.T, d time.Duration) {
	t.Helper()
	e := at(t, simulators(t, program(t), "--orders", "200"))
	defer work(t, e)()
	once(t, e, "sync-orders", nil)
	settled(t, e)
	made, _, err := e.desk.Orders(t.Context(), "processed", "", 1)
	if err != nil || len(made) == 0 {
		t.Fatalf("%d orders, %v", len(made), err)
	}
	s := serving(t, e)
	shop := s.URL + "/v1/shops/" + e.card.Code
	paths := []string{"/jobs", "/runs", "/issues", "/card", "/orders", "/orders/" + url.PathEscape(made[0].Name), "/cues"}
	var reads, requests took
	var all sync.WaitGroup
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	end := time.After(d)
	for n := 0; ; n++ {
		select {
		case <-end:
			all.Wait()
			reads.print("embedded_read")
			requests.print("embedded_run_request")
			return
		case <-tick.C:
		}
		all.Go(func() { reads.ask(t, http.MethodGet, shop+paths[n%len(paths)]) })
		if n%20 == 0 {
			all.Go(func() { requests.ask(t, http.MethodPost, shop+"/jobs/sync-orders/runs") })
		}
	}
}

// callers keeps as many connections as there are requests at a time.
var callers = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}

// took are the durations of requests of one kind. Safe for concurrent use.
type took struct {
	mu  sync.Mutex
	all []time.Duration
}

// ask sends a request, and notes how long its answer took to be read.
func (d *took) ask(t *testing.T, method, address string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, http.NoBody)
	if err != nil {
		t.Error(err)
		return
	}
	req.Header.Set("Authorization", "Bearer "+token)
	began := time.Now()
	resp, err := callers.Do(req)
	if err != nil {
		t.Error(err)
		return
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || resp.StatusCode >= 400 && !strings.Contains(string(body), "too-many-runs") {
		t.Errorf("%s %s: %s %s, %v", method, address, resp.Status, body, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = append(d.all, time.Since(began))
}

func (d *took) print(name string) {
	slices.Sort(d.all)
	for _, p := range []int{50, 99} {
		figure(fmt.Sprintf("%s_p%d", name, p), round(float64(d.all[len(d.all)*p/100].Microseconds())/1000, 2), "ms")
	}
	figure(name+"_count", float64(len(d.all)), "requests")
}
