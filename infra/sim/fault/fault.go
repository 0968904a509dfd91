// Package fault makes a simulator misbehave on demand: late, refusing,
// dropping connections before or after the effect, or applying the effect long
// after the client gave up. It sits in front of a handler as middleware and
// works over HTTP and in process (see [Transport]). Everything is
// deterministic: a fault strikes by what is called and by how many such calls
// came before, never by chance.
package fault

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Mode says how a matched call goes wrong.
type Mode string

// The modes. "Lost" means that the client sees a broken connection and cannot
// tell whether the call took effect.
const (
	Latency     Mode = "latency"      // answered after Delay; the effect comes then too
	ErrorBefore Mode = "error-before" // Status answered, nothing happened
	ErrorAfter  Mode = "error-after"  // took effect, then Status answered
	LostBefore  Mode = "lost-before"  // connection dropped, nothing happened
	LostAfter   Mode = "lost-after"   // took effect, connection dropped
	Late        Mode = "late"         // connection dropped now, takes effect Delay later
	Throttle    Mode = "throttle"     // 429 with Retry-After, nothing happened
)

// Modes lists every mode, for tests that try each.
var Modes = []Mode{Latency, ErrorBefore, ErrorAfter, LostBefore, LostAfter, Late, Throttle}

// Call describes a request to the matcher.
type Call struct {
	Method    string `json:"method"`           // GET, POST, …
	Path      string `json:"path"`             // URL path
	Operation string `json:"operation"`        // what the simulator calls it, such as a GraphQL operation or an entity's action
	Writes    int    `json:"writes,omitempty"` // number of writes it holds: 0 for a read, more than 1 for a batch
}

// Rule is one fault. The zero value of a matching field matches everything.
type Rule struct {
	Mode Mode `json:"mode"`

	Method    string `json:"method,omitempty"`
	Path      string `json:"path,omitempty"`      // part of the path
	Operation string `json:"operation,omitempty"` // exact name
	Writes    bool   `json:"writes,omitempty"`    // calls that write only

	// Nth is the first matching call that is hit, counted from 1 since the rule
	// was added; 0 means 1.
	Nth int `json:"nth,omitempty"`
	// Write hits the call that holds this write, counted from 1 since the
	// injector was made or reset. It replaces Nth.
	Write int `json:"write,omitempty"`
	// Times is how many matching calls in a row are hit; 0 means 1, negative
	// means all from then on.
	Times int `json:"times,omitempty"`

	Status     int           `json:"status,omitempty"`     // for the error modes; 0 means 503
	Delay      time.Duration `json:"-"`                    // for Latency and Late; "delay": "90s" in JSON
	RetryAfter int           `json:"retryAfter,omitempty"` // seconds, for Throttle; 0 means 2
	Body       string        `json:"body,omitempty"`       // replaces the HTML that an edge answers; one that starts with { is sent as JSON

	seen, hit int
}

// Entry is one call as the injector saw it.
type Entry struct {
	At    time.Time `json:"at"`
	Call  Call      `json:"call"`
	Write int       `json:"write,omitempty"` // number of its first write
	Fault Mode      `json:"fault,omitempty"`
}

// Config of an [Injector]; every field has a working zero value.
type Config struct {
	// Now is the clock that late effects go by.
	Now func() time.Time
	// Sleep waits for Latency. The default is a timer, so it is virtual in a synctest bubble.
	Sleep func(ctx context.Context, d time.Duration) error
	// After runs f after d, so that a late effect comes without a further
	// request. Without it, effects that are due run before the next request
	// or by [Injector.RunDue].
	After func(d time.Duration, f func())
	// Describe tells what a request is. The default takes every method but GET,
	// HEAD and OPTIONS for one write.
	Describe func(r *http.Request, body []byte) Call
}

// Injector decides which calls go wrong. It is safe for concurrent use.
type Injector struct {
	cfg Config

	mu       sync.Mutex
	rules    []*Rule
	requests int
	writes   int
	log      []Entry
	pending  []pending
}

type pending struct {
	due time.Time
	run func(context.Context)
	as  Call
}

// maxLog bounds the memory of a simulator that runs for days.
const maxLog = 10_000

// New makes an injector without rules.
func New(cfg Config) *Injector {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Sleep == nil {
		cfg.Sleep = sleep
	}
	if cfg.Describe == nil {
		cfg.Describe = describe
	}
	return &Injector{cfg: cfg}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func describe(r *http.Request, _ []byte) Call {
	c := Call{Method: r.Method, Path: r.URL.Path, Operation: r.Method}
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions {
		c.Writes = 1
	}
	return c
}

// Add adds a rule. Rules are tried in the order they were added; the first
// that strikes decides.
func (i *Injector) Add(r Rule) {
	i.mu.Lock()
	defer i.mu.Unlock()
	r.seen, r.hit = 0, 0
	i.rules = append(i.rules, &r)
}

// FailWrite makes write number n (from 1, since the start) go wrong in mode.
// delay is for Latency and Late.
func (i *Injector) FailWrite(n int, mode Mode, delay time.Duration) {
	i.Add(Rule{Mode: mode, Write: n, Delay: delay})
}

// Clear removes all rules. Effects that are still to come stay.
func (i *Injector) Clear() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.rules = nil
}

// Reset removes rules and log and counts from 0 again. Effects that are
// still to come stay: a reset does not call back what was sent.
func (i *Injector) Reset() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.rules, i.log, i.requests, i.writes = nil, nil, 0, 0
}

// Writes is the number of writes so far, those that went wrong included.
func (i *Injector) Writes() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.writes
}

// Requests is the number of calls so far.
func (i *Injector) Requests() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.requests
}

// Log is what was called, oldest first; the last 10,000 calls.
func (i *Injector) Log() []Entry {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.log)
}

// Pending is the number of effects that are still to come.
func (i *Injector) Pending() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.pending)
}

// Decide counts call and returns the rule that strikes it, or nil. The
// middleware calls it; a simulator calls it itself for the inner requests of
// a batch.
func (i *Injector) Decide(call Call) *Rule {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.requests++
	first := i.writes + 1
	i.writes += call.Writes
	e := Entry{At: i.cfg.Now(), Call: call}
	if call.Writes > 0 {
		e.Write = first
	}
	var struck *Rule
	for _, r := range i.rules {
		if r.strikes(call, first) {
			c := *r
			struck, e.Fault = &c, r.Mode
			break
		}
	}
	if len(i.log) >= maxLog {
		i.log = slices.Delete(i.log, 0, maxLog/10)
	}
	i.log = append(i.log, e)
	return struck
}

func (r *Rule) strikes(c Call, firstWrite int) bool {
	if r.Method != "" && r.Method != c.Method || !strings.Contains(c.Path, r.Path) ||
		r.Operation != "" && r.Operation != c.Operation || r.Writes && c.Writes == 0 {
		return false
	}
	if r.Write > 0 {
		if firstWrite > r.Write || r.Write >= firstWrite+c.Writes {
			return false
		}
		return r.use()
	}
	r.seen++
	return r.seen >= max(r.Nth, 1) && r.use()
}

func (r *Rule) use() bool {
	if r.Times >= 0 && r.hit >= max(r.Times, 1) {
		return false
	}
	r.hit++
	return true
}

// Later queues an effect for d from now.
func (i *Injector) Later(d time.Duration, call Call, effect func(context.Context)) {
	i.mu.Lock()
	i.pending = append(i.pending, pending{due: i.cfg.Now().Add(d), run: effect, as: call})
	slices.SortStableFunc(i.pending, func(a, b pending) int { return a.due.Compare(b.due) })
	i.mu.Unlock()
	if i.cfg.After != nil {
		i.cfg.After(d, func() { i.RunDue() })
	}
}

// RunDue applies the effects whose time has come, in the order of their times,
// and returns how many. Call it after moving a virtual clock.
func (i *Injector) RunDue() int {
	for n := 0; ; n++ {
		i.mu.Lock()
		if len(i.pending) == 0 || i.pending[0].due.After(i.cfg.Now()) {
			i.mu.Unlock()
			return n
		}
		p := i.pending[0]
		i.pending = slices.Delete(i.pending, 0, 1)
		i.mu.Unlock()
		p.run(context.WithValue(context.Background(), timeKey{}, p.due))
	}
}

type timeKey struct{}

// At is the time at which a late effect takes place; ok is false for a call
// that is served at once. A simulator stamps with it instead of its clock.
func At(ctx context.Context) (t time.Time, ok bool) {
	t, ok = ctx.Value(timeKey{}).(time.Time)
	return t, ok
}
