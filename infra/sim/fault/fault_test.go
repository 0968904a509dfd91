package fault_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"backroom/infra/sim/fault"
)

// counter is a server whose only effect is to count POSTs.
type counter struct {
	mu      sync.Mutex
	effects int
	at      []time.Time
}

func (c *counter) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.effects
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.Method == http.MethodPost {
		c.effects++
		if t, ok := fault.At(r.Context()); ok {
			c.at = append(c.at, t)
		}
	}
	fmt.Fprint(w, "ok")
}

func request(t *testing.T, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func do(t *testing.T, rt http.RoundTripper, method string) (int, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://sim.test/things", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}

func TestModes(t *testing.T) {
	for _, tc := range []struct {
		mode      fault.Mode
		status    int
		lost      bool
		effects   int // right after the call
		eventual  int // when an hour has passed
		retryMust bool
	}{
		{mode: fault.Latency, status: 200, effects: 1, eventual: 1},
		{mode: fault.ErrorBefore, status: 503},
		{mode: fault.ErrorAfter, status: 503, effects: 1, eventual: 1},
		{mode: fault.LostBefore, lost: true},
		{mode: fault.LostAfter, lost: true, effects: 1, eventual: 1},
		{mode: fault.Late, lost: true, eventual: 1},
		{mode: fault.Throttle, status: 429},
	} {
		t.Run(string(tc.mode), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &counter{}
				inj := fault.New(fault.Config{})
				rt := fault.Transport(c, inj)
				inj.FailWrite(1, tc.mode, 5*time.Minute)
				status, err := do(t, rt, http.MethodPost)
				if errors.Is(err, fault.ErrLost) != tc.lost || status != tc.status {
					t.Fatalf("status %d, error %v; want %d, lost %v", status, err, tc.status, tc.lost)
				}
				if c.count() != tc.effects {
					t.Fatalf("%d effects at once, want %d", c.count(), tc.effects)
				}
				time.Sleep(time.Hour)
				if _, err := do(t, rt, http.MethodGet); err != nil {
					t.Fatal(err)
				}
				if c.count() != tc.eventual {
					t.Fatalf("%d effects in the end, want %d", c.count(), tc.eventual)
				}
				if inj.Writes() != 1 || inj.Requests() != 2 {
					t.Fatalf("%d writes in %d requests", inj.Writes(), inj.Requests())
				}
			})
		})
	}
}

func TestLateEffectKnowsItsTime(t *testing.T) {
	now := time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)
	start := now
	c := &counter{}
	inj := fault.New(fault.Config{Now: func() time.Time { return now }})
	rt := fault.Transport(c, inj)
	inj.FailWrite(1, fault.Late, 7*time.Minute)
	inj.FailWrite(2, fault.Late, 3*time.Minute)
	for range 2 {
		if _, err := do(t, rt, http.MethodPost); !errors.Is(err, fault.ErrLost) {
			t.Fatalf("error %v", err)
		}
	}
	if n := inj.RunDue(); n != 0 || inj.Pending() != 2 {
		t.Fatalf("%d effects before their time, %d pending", n, inj.Pending())
	}
	now = now.Add(time.Hour)
	if n := inj.RunDue(); n != 2 {
		t.Fatalf("%d effects", n)
	}
	if !c.at[0].Equal(start.Add(3*time.Minute)) || !c.at[1].Equal(start.Add(7*time.Minute)) {
		t.Fatalf("effects at %v", c.at)
	}
}

func TestClientTimeoutDoesNotCallBackTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counter{}
		inj := fault.New(fault.Config{After: func(d time.Duration, f func()) { time.AfterFunc(d, f) }})
		inj.Add(fault.Rule{Mode: fault.Latency, Delay: time.Minute})
		cl := &http.Client{Transport: fault.Transport(c, inj), Timeout: 10 * time.Second}
		if _, err := cl.Do(request(t, "http://sim.test/x", "")); err == nil { //nolint:bodyclose // there is no answer
			t.Fatal("no time-out")
		}
		if c.count() != 0 {
			t.Fatal("effect came early")
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if c.count() != 1 {
			t.Fatalf("%d effects, want the one that the client gave up on", c.count())
		}
	})
}

func TestMatching(t *testing.T) {
	post := fault.Call{Method: "POST", Path: "/a/orders", Operation: "create", Writes: 1}
	get := fault.Call{Method: "GET", Path: "/a/orders", Operation: "list"}
	batch := fault.Call{Method: "POST", Path: "/a/$batch", Operation: "batch", Writes: 5}
	for _, tc := range []struct {
		name  string
		rule  fault.Rule
		calls []fault.Call
		hits  string
	}{
		{"first match only by default", fault.Rule{}, []fault.Call{get, get}, "x."},
		{"second match", fault.Rule{Nth: 2}, []fault.Call{get, get, get}, ".x."},
		{"two in a row", fault.Rule{Nth: 2, Times: 2}, []fault.Call{get, get, get, get}, ".xx."},
		{"always", fault.Rule{Times: -1}, []fault.Call{get, get, get}, "xxx"},
		{"by operation", fault.Rule{Operation: "create"}, []fault.Call{get, batch, post}, "..x"},
		{"by method", fault.Rule{Method: "POST"}, []fault.Call{get, post}, ".x"},
		{"by part of the path", fault.Rule{Path: "$batch"}, []fault.Call{post, batch}, ".x"},
		{"writes only", fault.Rule{Writes: true}, []fault.Call{get, post}, ".x"},
		{"write number inside a batch", fault.Rule{Write: 4}, []fault.Call{get, post, batch, post}, "..x."},
		{"write number after a batch", fault.Rule{Write: 7}, []fault.Call{post, batch, get, post}, "...x"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inj := fault.New(fault.Config{})
			inj.Add(tc.rule)
			got := ""
			for _, c := range tc.calls {
				if inj.Decide(c) != nil {
					got += "x"
				} else {
					got += "."
				}
			}
			if got != tc.hits {
				t.Fatalf("hits %s, want %s", got, tc.hits)
			}
		})
	}
}

func TestOverHTTP(t *testing.T) {
	inj := fault.New(fault.Config{})
	c := &counter{}
	mux := http.NewServeMux()
	mux.Handle("/_sim/faults", inj)
	mux.Handle("/", inj.Middleware(c))
	srv := httptest.NewServer(mux)
	defer srv.Close()
	resp, err := srv.Client().Do(request(t, srv.URL+"/_sim/faults", `{"mode":"lost-after","writes":true,"delay":"90s"}`))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || resp.StatusCode != 200 || !strings.Contains(string(body), `"delay":"1m30s"`) {
		t.Fatalf("%d %s %v", resp.StatusCode, body, err)
	}
	if _, err := srv.Client().Do(request(t, srv.URL, "")); err == nil { //nolint:bodyclose // dropped
		t.Fatal("the answer was not lost")
	}
	if c.count() != 1 {
		t.Fatalf("%d effects", c.count())
	}
	resp, err = srv.Client().Do(request(t, srv.URL+"/_sim/faults", `{"mode":"sideways"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Fatalf("unknown mode: %d", resp.StatusCode)
	}
}
