package tasktest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"backroom/shared/contract"
	"backroom/shared/fault"
	"backroom/shared/faulty"
	"backroom/shared/jobqueue"
	"backroom/shared/memory"
	"backroom/shared/table"
	"backroom/shared/testclock"
)

// leaseTime is how long a lease lasts, sliceTime how long a slice may.
const (
	leaseTime = 15 * time.Minute
	sliceTime = 10 * time.Minute
)

// Kit is what a [World] is built on: clock, store, lease, and the way to the sides.
// The suite makes writes and calls fail in it. Not safe for concurrent use.
type Kit struct {
	*testclock.Clock

	T contract.T // who fails if a harness cannot go on

	suite    Suite
	stored   *memory.Table
	injector *faulty.Injector
	fence    int64 // of the present owner of the lease

	minutely []func()
	writes   int // made and tried, those of shared keys apart
	changes  int // of the table that have taken effect, those of shared keys apart
	calls    int // to the sides, refused ones included
	refuse   int // the number of the call that is refused as one too many; 0: none
	refused  int // so far
	until    time.Time
	step     func() // called around each step of the task; nil: nothing
}

// Calm is a kit in which nothing fails, for tests of a task beside the suite.
func Calm(t contract.T) *Kit { return newKit(t, Suite{}) }

func newKit(t contract.T, s Suite) *Kit {
	k := &Kit{Clock: testclock.New(testclock.Monday), T: t, suite: s}
	k.stored = memory.NewTable(k.Now)
	k.injector = &faulty.Injector{Now: k.Now, Delay: 15 * time.Minute}
	return k
}

// Minutely has f called each minute that passes: work of a side that comes by itself.
func (k *Kit) Minutely(f func()) { k.minutely = append(k.minutely, f) }

// Stored is the table without faults, for a harness to read and to prepare.
func (k *Kit) Stored() *memory.Table { return k.stored }

// Table is the task's table.
func (k *Kit) Table() table.Table { return tableOf{k.failing(effective{k.stored, k}), k} }

func (k *Kit) failing(t table.Table) table.Table { return faulty.Table{Inner: t, Injector: k.injector} }

func (k *Kit) stepped() {
	if f := k.step; f != nil {
		f()
	}
}

// tableOf counts writes, and is where its owner may fall asleep.
type tableOf struct {
	table.Table
	k *Kit
}

func (t tableOf) Write(ctx context.Context, ops ...table.Op) error {
	t.k.stepped()
	defer t.k.stepped()
	t.k.writes += t.k.own(ops)
	return t.Table.Write(ctx, ops...)
}

// own is 1 if any of a transaction's operations is on a key that is the task's own.
func (k *Kit) own(ops []table.Op) int {
	for _, op := range ops {
		if k.suite.Shared == nil || !k.suite.Shared(op.Item.Key) {
			return 1
		}
	}
	return 0
}

// effective counts what takes effect.
type effective struct {
	table.Table
	k *Kit
}

func (e effective) Write(ctx context.Context, ops ...table.Op) error {
	err := e.Table.Write(ctx, ops...)
	if err == nil {
		e.k.changes += e.k.own(ops)
	}
	return err
}

// Guard is the lease of the task's category.
func (k *Kit) Guard() jobqueue.Guard { return guard{k} }

type guard struct{ k *Kit }

// fenced is a table that takes writes of the lease's owner alone, when they take
// effect.
type fenced struct {
	table.Table
	k     *Kit
	fence int64
}

func (f fenced) Write(ctx context.Context, ops ...table.Op) error {
	if f.fence != f.k.fence {
		return jobqueue.ErrFenced
	}
	return f.Table.Write(ctx, ops...)
}

// Write implements jobqueue.Guard.
func (g guard) Write(ctx context.Context, l jobqueue.Lease, ops ...jobqueue.TableOp) error {
	if len(ops) > table.MaxTransactionOps-1 {
		return table.ErrTooLarge
	}
	return tableOf{g.k.failing(fenced{effective{g.k.stored, g.k}, g.k, l.Fence}), g.k}.Write(ctx, ops...)
}

// Renew implements jobqueue.Guard.
func (g guard) Renew(_ context.Context, l jobqueue.Lease) (jobqueue.Lease, bool, error) {
	g.k.stepped()
	if g.k.injector.Dead() {
		return l, false, faulty.ErrDead
	}
	if l.Fence != g.k.fence {
		return l, false, jobqueue.ErrFenced
	}
	l.Until = g.k.Now().Add(leaseTime)
	return l, false, nil
}

// Progress implements jobqueue.Guard.
func (guard) Progress(context.Context, jobqueue.Request, jobqueue.Progress) {}

// Side is how a side that speaks HTTP tells its calls from each other.
type Side struct {
	// Free reports whether a request is none of the API's calls, such as one for a
	// token: it is passed on. Nil: none is.
	Free func(*http.Request) bool
	// Writes reports whether a request changes anything.
	Writes func(r *http.Request, body []byte) bool
	// Halve is the body of half of what a request asks for, see [faulty.Transport].
	Halve func(r *http.Request, body []byte) []byte
	// TooMany is the side's answer to a request that is one too many now.
	TooMany func(r *http.Request, wait time.Duration) *http.Response
}

// Transport is the task's way to a side.
func (k *Kit) Transport(inner http.RoundTripper, s Side) http.RoundTripper {
	failing := faulty.Transport{Inner: inner, Injector: k.injector, Writes: s.Writes, Halve: s.Halve}
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if s.Free != nil && s.Free(r) {
			return failing.RoundTrip(r)
		}
		defer k.stepped()
		if wait := k.tooMany(); wait > 0 {
			return s.TooMany(r, wait), nil
		}
		body, err := content(r)
		if err != nil {
			return nil, err
		}
		if s.Writes(r, body) {
			k.writes++
		}
		return failing.RoundTrip(r)
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// content reads the body of r, and puts it back.
func content(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	err = errors.Join(err, r.Body.Close())
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, err
}

// tooMany counts a call. It answers for how long the side refuses it, 0: not at all.
func (k *Kit) tooMany() time.Duration {
	if k.calls++; k.calls == k.refuse {
		k.until = k.Now().Add(2 * time.Minute)
	}
	wait := k.until.Sub(k.Now())
	if wait > 0 {
		k.refused++
	}
	return max(wait, 0)
}

// Call is the task's way to a side that is a value in the test: do has the effect of
// a call. A lost answer is an error of kind fault.Unknown, a refusal one of kind
// fault.Throttled.
func (k *Kit) Call(writes bool, do func() error) error {
	if writes {
		return k.Write(do, nil)
	}
	defer k.stepped()
	if err := k.counted(); err != nil {
		return err
	}
	if k.injector.Dead() {
		return faulty.ErrDead
	}
	return do()
}

// Write is Call for a write, of which half may take effect; nil: it has no halves.
func (k *Kit) Write(do, half func() error) error {
	defer k.stepped()
	if err := k.counted(); err != nil {
		return err
	}
	k.writes++
	return k.injector.Write(do, half, &fault.Error{Op: "side", Kind: fault.Unknown, Err: errors.New("no answer")})
}

// counted is the error of a call that is refused.
func (k *Kit) counted() error {
	if wait := k.tooMany(); wait > 0 {
		return &fault.Error{Op: "side", Kind: fault.Throttled, RetryAfter: wait, Err: errors.New("too many requests")}
	}
	return nil
}

// Pass lets time pass, minute by minute, with what comes late.
func (k *Kit) Pass(d time.Duration) {
	for end := k.Now().Add(d); k.Now().Before(end); {
		k.Advance(min(time.Minute, end.Sub(k.Now())))
		k.injector.RunDue()
		for _, f := range k.minutely {
			f()
		}
	}
}

// Request is that of a slice, by a new owner of the lease.
func (k *Kit) Request(task string) jobqueue.Request {
	k.fence++
	return jobqueue.Request{
		Shop: Shop, Entry: task, Task: task, Run: fmt.Sprintf("run%d", k.fence), Slice: 1, Deadline: k.Now().Add(sliceTime),
		Lease: jobqueue.Lease{Scope: Shop, Category: "any", Owner: fmt.Sprint(k.fence), Fence: k.fence, Version: k.fence, Until: k.Now().Add(leaseTime)},
	}
}

// Play is a run of another task, with nothing that goes wrong: for a harness whose
// task works on what that one makes.
func (k *Kit) Play(name string, t jobqueue.Task) {
	k.T.Helper()
	r := k.Request(name)
	for range 1000 {
		res, err := invoke(k.T.Context(), t, r)
		if err != nil {
			k.T.Fatalf("%s: %v", name, err)
		}
		if res.Done {
			return
		}
		next := k.Request(name)
		next.Run, next.Slice, next.Checkpoint = r.Run, r.Slice+1, res.Checkpoint
		r = next
	}
	k.T.Fatalf("%s: the run does not end", name)
}

// invoke plays one slice. Request and result go through JSON, as on the way to a
// function.
func invoke(ctx context.Context, t jobqueue.Task, r jobqueue.Request) (res jobqueue.Result, err error) {
	var asked jobqueue.Request
	if err := copied(r, &asked); err != nil {
		return res, err
	}
	got, failed := t.Run(ctx, asked)
	return res, errors.Join(failed, copied(got, &res))
}

func copied(from, to any) error {
	js, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(js, to)
}
