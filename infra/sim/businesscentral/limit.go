package businesscentral

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Limits are BC's, per app registration.
type Limits struct {
	Requests     int           // in Window, operations inside a batch counted; default 6,000
	Window       time.Duration // default 5 minutes, sliding
	Running      int           // at once, default 5
	Queued       int           // default 95
	QueueTime    time.Duration // default 8 minutes
	RunTime      time.Duration // default 8 minutes
	GatewayTime  time.Duration // default 10 minutes
	NoRetryAfter bool          // BC promises none on 429
}

func (l Limits) withDefaults() Limits {
	or := func(p *int, d int) {
		if *p == 0 {
			*p = d
		}
	}
	orTime := func(p *time.Duration, d time.Duration) {
		if *p == 0 {
			*p = d
		}
	}
	or(&l.Requests, 6000)
	or(&l.Running, 5)
	or(&l.Queued, 95)
	orTime(&l.Window, 5*time.Minute)
	orTime(&l.QueueTime, 8*time.Minute)
	orTime(&l.RunTime, 8*time.Minute)
	orTime(&l.GatewayTime, 10*time.Minute)
	return l
}

// gate keeps one app within the limits.
type gate struct {
	mu      sync.Mutex
	spent   []spending // in Window
	sum     int
	running int
	queue   []*waiter
}

type spending struct {
	at time.Time
	n  int
}

type waiter struct{ admit context.CancelFunc }

func (s *Server) gate(client string) *gate {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gates[client] == nil {
		s.gates[client] = &gate{}
	}
	return s.gates[client]
}

func tooMany(actual, maximum, retry int) *apiError {
	e := refuse(http.StatusTooManyRequests, "Application_TooManyRequests", "Too many requests reached. Actual (%d). Maximum (%d).", actual, maximum)
	e.retryAfter = retry
	return e
}

// spend counts n operations or refuses them.
func (g *gate) spend(now time.Time, l Limits, n int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	gone := 0
	for _, p := range g.spent {
		if now.Sub(p.at) < l.Window {
			break
		}
		g.sum -= p.n
		gone++
	}
	g.spent = g.spent[gone:]
	if g.sum+n <= l.Requests {
		g.spent, g.sum = append(g.spent, spending{now, n}), g.sum+n
		return nil
	}
	retry, free := 1, l.Requests-g.sum
	for _, p := range g.spent {
		if free += p.n; free >= n {
			retry = int(p.at.Add(l.Window).Sub(now)/time.Second) + 1
			break
		}
	}
	if l.NoRetryAfter {
		retry = 0
	}
	return tooMany(g.sum+n, l.Requests, retry)
}

// enter waits for a place among the running requests. leave gives it back.
func (g *gate) enter(ctx context.Context, l Limits, sleep func(context.Context, time.Duration) error) error {
	g.mu.Lock()
	if g.running < l.Running {
		g.running++
		g.mu.Unlock()
		return nil
	}
	if len(g.queue) >= l.Queued {
		n := g.running + len(g.queue) + 1
		g.mu.Unlock()
		retry := 5
		if l.NoRetryAfter {
			retry = 0
		}
		return tooMany(n, l.Running+l.Queued, retry)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &waiter{cancel}
	g.queue = append(g.queue, w)
	g.mu.Unlock()
	_ = sleep(ctx, l.QueueTime) // cut short when it is its turn
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, q := range g.queue {
		if q == w { // still there
			g.queue = append(g.queue[:i:i], g.queue[i+1:]...)
			return refuse(http.StatusServiceUnavailable, "Unknown", "The request waited too long in the queue.")
		}
	}
	return nil // the place was handed over
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.queue) == 0 {
		g.running--
		return
	}
	w := g.queue[0]
	g.queue = g.queue[1:]
	w.admit()
}

// Meters are what the API was asked for so far. What a fault kept from it is
// not counted, a 429 is.
type Meters struct {
	Outer     int64 `json:"outer"`     // HTTP requests
	Inner     int64 `json:"inner"`     // operations: those of a batch, one for any other request
	Writes    int64 `json:"writes"`    // operations other than GET
	Batches   int64 `json:"batches"`   // requests that were a batch
	Refused   int64 `json:"refused"`   // operations answered with 4xx or 5xx
	Throttled int64 `json:"throttled"` // requests answered with 429
	Tokens    int64 `json:"tokens"`    // token requests
}

type meters struct{ outer, inner, writes, batches, refused, throttled, tokens atomic.Int64 }

// Meters are the counters since the start or the last [Server.ResetMeters].
func (s *Server) Meters() Meters {
	m := &s.meters
	return Meters{m.outer.Load(), m.inner.Load(), m.writes.Load(), m.batches.Load(), m.refused.Load(), m.throttled.Load(), m.tokens.Load()}
}

// ResetMeters counts from 0 again. The limits' own count goes on.
func (s *Server) ResetMeters() {
	m := &s.meters
	for _, c := range []*atomic.Int64{&m.outer, &m.inner, &m.writes, &m.batches, &m.refused, &m.throttled, &m.tokens} {
		c.Store(0)
	}
}
