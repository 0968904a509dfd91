package businesscentral

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// cronusCustomers is how many customers a CRONUS company has.
var cronusCustomers = len(Cronus("").Customers)

func TestRequestRate(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Limits.Requests = 10 })
	get := func() (int, string) {
		status, code, _ := w.raw(t, request{method: "GET", path: "paymentTerms"})
		return status, code
	}
	w.batch(t, "", "GET paymentTerms", "GET currencies", "GET accounts")
	for i := range 7 {
		w.clock.Advance(10 * time.Second)
		if status, _ := get(); status != 200 {
			t.Fatalf("request %d: %d", i, status)
		}
	}
	if status, code := get(); status != 429 || code != "Application_TooManyRequests" {
		t.Fatalf("%d %s, want 429: the batch counts as three", status, code)
	}
	// The batch leaves the window five minutes after it came, the first GET later.
	w.clock.Advance(4*time.Minute - 10*time.Second)
	for i := range 3 {
		if status, _ := get(); status != 200 {
			t.Fatalf("request %d after the wait: %d", i, status)
		}
	}
	if status, _ := get(); status != 429 {
		t.Errorf("%d, want 429", status)
	}
	if m := w.Meters(); m.Throttled != 2 || m.Batches != 1 || m.Inner != 15 || m.Outer != 13 {
		t.Errorf("meters %+v", m)
	}
}

// slow is a server in a synctest bubble on which a write takes a while.
func slow(t *testing.T, write time.Duration) *world {
	t.Helper()
	s, err := New(Options{Write: write})
	if err != nil {
		t.Fatal(err)
	}
	return &world{Server: s}
}

func TestConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := slow(t, 3*time.Minute)
		began := time.Now()
		var wg sync.WaitGroup
		var mu sync.Mutex
		got := map[string]int{}
		for i := range 101 {
			wg.Go(func() {
				status, _, _ := w.raw(t, request{method: "POST", path: "customers", body: fmt.Sprintf(`{"number":"N%d","displayName":"A"}`, i)})
				mu.Lock()
				defer mu.Unlock()
				got[fmt.Sprintf("%d after %v", status, time.Since(began))]++
			})
		}
		wg.Wait()
		want := map[string]int{"429 after 0s": 1, "201 after 3m0s": 5, "201 after 6m0s": 5, "201 after 9m0s": 5, "503 after 8m0s": 85}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v, want %v", got, want)
		}
		if n := len(w.Company("").Customers()); n != cronusCustomers+15 {
			t.Errorf("%d customers, want those of the 15 that got a place", n)
		}
	})
}

func TestRunTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := slow(t, 3*time.Minute)
		began := time.Now()
		op := func(i int) string {
			return fmt.Sprintf(`{"id":"%d","method":"POST","url":"companies(%s)/customers","headers":{"Content-Type":"application/json"},"body":{"displayName":"A"}}`, i, w.Company("").ID())
		}
		status, _, _ := w.raw(t, request{
			method: "POST", path: "/v2.0/contoso.com/Production/api/v2.0/$batch", body: `{"requests":[` + op(1) + "," + op(2) + "," + op(3) + `]}`,
		})
		if took := time.Since(began); status != http.StatusRequestTimeout || took != 8*time.Minute {
			t.Errorf("%d after %v, want 408 after 8 minutes", status, took)
		}
		if n := len(w.Company("").Customers()); n != cronusCustomers+2 {
			t.Errorf("%d customers, want the two of before the cut", n)
		}
	})
}

func TestGatewayTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := slow(t, 6*time.Minute)
		var wg sync.WaitGroup
		var mu sync.Mutex
		got := map[int]int{}
		for i := range 6 {
			wg.Go(func() {
				status, _, _ := w.raw(t, request{method: "POST", path: "customers", body: fmt.Sprintf(`{"number":"N%d","displayName":"A"}`, i)})
				mu.Lock()
				defer mu.Unlock()
				got[status]++
			})
		}
		wg.Wait()
		if got[201] != 5 || got[504] != 1 {
			t.Errorf("%v, want five that answer and one that the gateway gave up", got)
		}
		if n := len(w.Company("").Customers()); n != cronusCustomers+6 {
			t.Errorf("%d customers: what the gateway gave up finishes all the same", n)
		}
	})
}

// A client that gives up stops nothing: the effect comes when the work would
// have been done.
func TestClientGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := slow(t, 5*time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, "POST",
			"https://bc.test/v2.0/contoso.com/Production/api/v2.0/companies("+w.Company("").ID()+")/customers", strings.NewReader(`{"number":"LATE","displayName":"A"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+w.IssueToken("backroom"))
		r.Header.Set("Content-Type", "application/json")
		began := time.Now()
		if resp, err := w.Transport().RoundTrip(r); err == nil {
			resp.Body.Close()
			t.Fatal("answered")
		}
		if time.Since(began) != 100*time.Second || len(w.Company("").Customers()) != cronusCustomers {
			t.Fatalf("gave up after %v with %d customers", time.Since(began), len(w.Company("").Customers()))
		}
		time.Sleep(200 * time.Second)
		if w.RunDue() != 1 || len(w.Company("").Customers()) != cronusCustomers+1 {
			t.Error("the effect did not come")
		}
	})
}
