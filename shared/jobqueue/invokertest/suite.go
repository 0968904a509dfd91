// Package invokertest is the contract suite of jobqueue.Invoker: every invoker
// passes it, every saboteur in its own tests fails it.
package invokertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backroom/shared/contract"
	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/table"
)

// Harness is an invoker of the tasks that it was opened with.
type Harness struct {
	Invoker jobqueue.Invoker
	Store   *jobstore.Store // where its outcomes become durable
	// Full lets every call find no room to run; nil: there is always room.
	Full func()
	// LoseAnswer lets the answer of the next call be lost; nil: none can be.
	LoseAnswer func()
}

// Open makes an invoker of tasks on an empty store.
type Open func(tasks *jobqueue.Registry) Harness

// Run checks the whole contract.
func Run(t *testing.T, open Open) {
	t.Helper()
	contract.Run(t, Cases, func(*testing.T) Open { return open })
}

// Cases are the promises of the contract.
var Cases = []contract.Case[Open]{
	{Name: "the task sees the whole request (I16)", Check: request},
	{Name: "the caller sees the whole result", Check: result},
	{Name: "the outcome is durable when it is answered (I4, I8)", Check: durable},
	{Name: "a failure keeps what the queue must know (I9, I10)", Check: failures},
	{Name: "an unclassified failure is transient", Check: unclassified},
	{Name: "a panic is a failure, durable like others", Check: panics},
	{Name: "a task that is not registered is a bug", Check: unregistered},
	{Name: "a lost lease is told, and stores nothing (I5)", Check: fenced},
	{Name: "throttled means that nothing ran (I9)", Check: full},
	{Name: "a lost answer does not run the task again (I4)", Check: lost},
	{Name: "calls at the same time keep their answers apart", Check: concurrent},
}

const name = "sync-things"

// fresh opens an invoker whose one task is run, and makes a request whose
// lease holds.
func fresh(t contract.T, open Open, run jobqueue.TaskFunc) (h Harness, r jobqueue.Request, runs *atomic.Int64) {
	t.Helper()
	runs = &atomic.Int64{}
	h = open(jobqueue.NewRegistry(jobqueue.Registration{Name: name, Task: jobqueue.TaskFunc(func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
		runs.Add(1)
		return run(ctx, r)
	})}))
	now := h.Store.Now().UTC()
	r = jobqueue.Request{
		Shop: "acme", Entry: "e1", Task: name, Run: "r1", Slice: 3, MaxPages: 7, DryRun: true, Deadline: now.Add(time.Minute),
		Parameters: json.RawMessage(`{"from":"<2026>","n":1}`), Checkpoint: json.RawMessage(`{"cursor":"å"}`),
		Lease: jobqueue.Lease{Scope: "acme", Category: "things", Owner: "o1", Fence: 5, Version: 1, Until: now.Add(jobqueue.LeaseTime)},
	}
	acquire(t.Context(), t, h, r)
	return h, r, runs
}

// acquire raises the version of the request's lock, which every write checks.
func acquire(ctx context.Context, t contract.T, h Harness, r jobqueue.Request) {
	t.Helper()
	k := table.Key{PK: "SCOPE#" + r.Lease.Scope, SK: "LOCK#" + r.Lease.Category}
	if err := h.Store.Table.Write(ctx, table.Put(table.Item{Key: k}, table.Always)); err != nil {
		t.Fatalf("lock: %v", err)
	}
}

// stored reports whether the slice's outcome is durable, by storing another,
// which a stored one refuses.
func stored(t contract.T, h Harness, r jobqueue.Request) bool {
	t.Helper()
	_, err := h.Store.EndSlice(t.Context(), r, jobqueue.Result{}, nil)
	if err != nil && !errors.Is(err, table.ErrConflict) {
		t.Fatalf("EndSlice: %v", err)
	}
	return err != nil
}

func wantRuns(t contract.T, runs *atomic.Int64, want int64) {
	t.Helper()
	if got := runs.Load(); got != want {
		t.Errorf("the task ran %d times, want %d", got, want)
	}
}

func same(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && string(x) == string(y)
}

func request(t contract.T, open Open) {
	var got jobqueue.Request
	h, r, runs := fresh(t, open, func(_ context.Context, r jobqueue.Request) (jobqueue.Result, error) {
		got = r
		return jobqueue.Result{Done: true}, nil
	})
	if _, err := h.Invoker.Invoke(t.Context(), r); err != nil {
		t.Errorf("Invoke: %v", err)
	}
	wantRuns(t, runs, 1)
	if !same(got, r) || !got.Deadline.Equal(r.Deadline) || !got.Lease.Until.Equal(r.Lease.Until) {
		t.Errorf("the task saw %+v, want %+v", got, r)
	}
}

func result(t contract.T, open Open) {
	want := jobqueue.Result{
		Checkpoint: json.RawMessage(`{"cursor":"<b>"}`), Counts: jobqueue.Counts{Read: 9, Created: 2, Failed: 1, Requests: 4, Points: 12},
		Progress: jobqueue.Progress{Done: 9, Total: 90, Note: "importing"}, FollowUps: []string{"process-things"}, Report: json.RawMessage(`[1,2]`),
	}
	h, r, _ := fresh(t, open, func(context.Context, jobqueue.Request) (jobqueue.Result, error) { return want, nil })
	got, err := h.Invoker.Invoke(t.Context(), r)
	// It may say under which version it is durable, and then it must be that.
	if got.Stored != 0 && got.Stored != r.Lease.Version+1 {
		t.Errorf("stored under version %d of the lock, which had %d", got.Stored, r.Lease.Version)
	}
	got.Stored = 0
	if err != nil || !same(got, want) {
		t.Errorf("answered %+v, %v; want %+v", got, err, want)
	}
}

func durable(t contract.T, open Open) {
	h, r, runs := fresh(t, open, func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{Done: true}, nil
	})
	if _, err := h.Invoker.Invoke(t.Context(), r); err != nil {
		t.Errorf("Invoke: %v", err)
	}
	if !stored(t, h, r) {
		t.Errorf("answered, and nothing is stored")
	}
	wantRuns(t, runs, 1)
}

func failures(t contract.T, open Open) {
	for _, kind := range []fault.Kind{fault.Transient, fault.Throttled, fault.Rejected, fault.Blocked, fault.Unknown, fault.Bug} {
		want := &fault.Error{Op: "shopify.Orders", Kind: kind, Code: "SOME_CODE", RetryAfter: 90 * time.Second, Merchant: "Connect the shop again.", Err: errors.New("no")}
		h, r, runs := fresh(t, open, func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
			return jobqueue.Result{Counts: jobqueue.Counts{Read: 3}}, fmt.Errorf("page 2: %w", want)
		})
		_, err := h.Invoker.Invoke(t.Context(), r)
		got, ok := errors.AsType[*fault.Error](err)
		if !ok || got.Kind != kind || got.Code != want.Code || got.RetryAfter != want.RetryAfter || got.Merchant != want.Merchant {
			t.Errorf("%s: the caller sees %#v", kind, err)
		}
		if !stored(t, h, r) {
			t.Errorf("%s: the failure is not stored", kind)
		}
		wantRuns(t, runs, 1)
	}
}

func unclassified(t contract.T, open Open) {
	h, r, runs := fresh(t, open, func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{}, errors.New("something")
	})
	if _, err := h.Invoker.Invoke(t.Context(), r); fault.KindOf(err) != fault.Transient {
		t.Errorf("the caller sees %v of kind %q", err, fault.KindOf(err))
	}
	wantRuns(t, runs, 1)
}

func panics(t contract.T, open Open) {
	h, r, runs := fresh(t, open, func(context.Context, jobqueue.Request) (jobqueue.Result, error) { panic("bad record") })
	if _, err := h.Invoker.Invoke(t.Context(), r); fault.KindOf(err) != fault.Bug {
		t.Errorf("the caller sees %v of kind %q", err, fault.KindOf(err))
	}
	if !stored(t, h, r) {
		t.Errorf("the failure is not stored")
	}
	wantRuns(t, runs, 1)
}

func unregistered(t contract.T, open Open) {
	h, r, runs := fresh(t, open, func(context.Context, jobqueue.Request) (jobqueue.Result, error) { return jobqueue.Result{}, nil })
	r.Task = "sync-nothing"
	_, err := h.Invoker.Invoke(t.Context(), r)
	if k := fault.KindOf(err); err == nil || k == fault.Throttled {
		t.Errorf("the caller sees %v of kind %q", err, k)
	}
	wantRuns(t, runs, 0)
}

func fenced(t contract.T, open Open) {
	var h Harness
	var steal jobqueue.Request
	h, r, _ := fresh(t, open, func(ctx context.Context, _ jobqueue.Request) (jobqueue.Result, error) {
		acquire(ctx, t, h, steal) // while it works, somebody else takes the category
		return jobqueue.Result{Done: true}, nil
	})
	steal = r
	if _, err := h.Invoker.Invoke(t.Context(), r); !errors.Is(err, jobqueue.ErrFenced) {
		t.Errorf("the caller sees %v, want ErrFenced", err)
	}
	r.Lease.Version++
	if stored(t, h, r) {
		t.Errorf("an outcome is stored without the lease")
	}
}

func full(t contract.T, open Open) {
	h, r, runs := fresh(t, open, func(context.Context, jobqueue.Request) (jobqueue.Result, error) { return jobqueue.Result{}, nil })
	if h.Full == nil {
		return
	}
	h.Full()
	if _, err := h.Invoker.Invoke(t.Context(), r); fault.KindOf(err) != fault.Throttled || fault.RetryAfter(err) <= 0 {
		t.Errorf("the caller sees %v of kind %q after %v", err, fault.KindOf(err), fault.RetryAfter(err))
	}
	wantRuns(t, runs, 0)
	if stored(t, h, r) {
		t.Errorf("an outcome is stored of what never ran")
	}
}

func lost(t contract.T, open Open) {
	h, r, runs := fresh(t, open, func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{Done: true}, nil
	})
	if h.LoseAnswer == nil {
		return
	}
	h.LoseAnswer()
	if _, err := h.Invoker.Invoke(t.Context(), r); err == nil || fault.KindOf(err) == fault.Throttled {
		t.Errorf("the caller sees %v of kind %q", err, fault.KindOf(err))
	}
	wantRuns(t, runs, 1)
	if !stored(t, h, r) {
		t.Errorf("the outcome is not stored")
	}
}

func concurrent(t contract.T, open Open) {
	const n = 8
	var together sync.WaitGroup
	together.Add(n)
	h, r, _ := fresh(t, open, func(_ context.Context, r jobqueue.Request) (jobqueue.Result, error) {
		together.Done()
		together.Wait()
		return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Read: r.Slice}}, nil
	})
	got := make([]int, n)
	want := make([]int, n)
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		want[i] = i + 10
		wg.Go(func() {
			r := r
			r.Slice = i + 10
			r.Lease.Category = fmt.Sprintf("things-%d", i)
			acquire(t.Context(), t, h, r)
			res, err := h.Invoker.Invoke(t.Context(), r)
			got[i], errs[i] = res.Counts.Read, err
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil || !slices.Equal(got, want) {
		t.Errorf("answered %v, %v; want %v", got, err, want)
	}
}
