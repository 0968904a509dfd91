package jobqueuetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/dispatch"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/table"
)

func TestTriggeredRunEndsAndIsAcknowledged(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", done))
	run := r.trigger("sync-orders")
	r.drain()
	got := r.run(run.ID)
	if got.Outcome != jobqueue.Succeeded || got.Counts.Read != 1 || got.Trigger != jobqueue.ByHand {
		t.Errorf("run = %+v, want succeeded by hand with one record read", got)
	}
	if n := r.queue.Len(); n != 0 {
		t.Errorf("%d messages left, want none", n)
	}
	if e := r.entry("sync-orders"); r.history(e.ID).Logged != run.ID || e.Queued != "" || e.Attempts != 0 {
		t.Errorf("entry = %+v", e)
	}
}

func TestScheduleKeepsItsGrid(t *testing.T) {
	var at []time.Time
	r := newRig(t)
	r.tasks = jobqueue.NewRegistry(every(task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		at = append(at, r.Now())
		r.Advance(7 * time.Minute) // longer than nothing, shorter than the cadence
		return jobqueue.Result{Done: true}, nil
	}), 30*time.Minute))
	r.d = r.dispatcher(r.table)
	first := r.Now().Add(time.Minute)
	if err := r.d.Jobs.Ensure(t.Context(), shop, shop, first); err != nil {
		t.Fatal(err)
	}
	r.pass(2 * time.Hour)
	if len(at) != 4 {
		t.Fatalf("%d runs in two hours, want 4", len(at))
	}
	for i, a := range at {
		if late := a.Sub(first.Add(time.Duration(i) * 30 * time.Minute)); late < 0 || late > 20*time.Second {
			t.Errorf("run %d started %v after its slot", i, late)
		}
	}
}

func TestBacklogBecomesOneRun(t *testing.T) {
	n := 0
	r := newRig(t)
	r.tasks = jobqueue.NewRegistry(every(task("sync-orders", "orders", func(ctx context.Context, _ jobqueue.Request) (jobqueue.Result, error) {
		if n++; n == 1 {
			// Five slots pass while it works, and the clock fires each of them.
			for range 5 {
				r.Advance(10 * time.Minute)
				if _, err := r.schedules.Tick(ctx); err != nil {
					t.Error(err)
				}
			}
		}
		return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}}, nil
	}), 10*time.Minute))
	r.d = r.dispatcher(r.table)
	if err := r.d.Jobs.Ensure(t.Context(), shop, shop, r.Now().Add(10*time.Minute)); err != nil {
		t.Fatal(err)
	}
	r.Advance(10 * time.Minute)
	if _, err := r.schedules.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.drain()
	if n != 2 {
		t.Errorf("%d runs for the first slot and a backlog of five, want 2", n)
	}
	if rs := r.runs(); len(rs) != 2 || rs[1].Coalesced != 4 {
		t.Errorf("the second run coalesced %d triggers, want 4", rs[len(rs)-1].Coalesced)
	}
}

// The first run of an entry stands for the slots that passed while it waited, too.
func TestBacklogBecomesTheFirstRun(t *testing.T) {
	r := newRig(t, every(task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}}, nil
	}), 10*time.Minute))
	r.Advance(time.Minute) // its first slot
	for range 4 {
		r.tick()
		r.Advance(10 * time.Minute)
	}
	r.drain()
	if rs := r.runs(); len(rs) != 1 || rs[0].Coalesced != 4 {
		t.Errorf("runs %+v, want one that stands for 4 further slots", rs)
	}
}

func TestContinueKeepsTheCategoryAndTheMessage(t *testing.T) {
	var order []string
	slow := task("sync-orders", "orders", func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		order = append(order, fmt.Sprintf("orders %d", q.Slice))
		return jobqueue.Result{Done: q.Slice == 3, Checkpoint: checkpoint(q.Slice), Counts: jobqueue.Counts{Read: 10}}, nil
	})
	other := task("process-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		order = append(order, "process")
		return jobqueue.Result{Done: true}, nil
	})
	r := newRig(t, slow, other)
	run := r.trigger("sync-orders")
	r.trigger("process-orders")
	r.drain()
	if got, want := fmt.Sprint(order), "[orders 1 orders 2 orders 3 process]"; got != want {
		t.Errorf("order = %s, want %s", got, want)
	}
	if got := r.run(run.ID); got.Counts.Read != 30 || got.Slice != 3 {
		t.Errorf("run = %+v, want 30 read in 3 slices", got)
	}
}

func TestCheckpointReachesTheNextSlice(t *testing.T) {
	var seen []string
	r := newRig(t, task("sync-orders", "orders", func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		seen = append(seen, string(q.Checkpoint))
		return jobqueue.Result{Done: q.Slice == 2, Checkpoint: checkpoint("page 2")}, nil
	}))
	r.trigger("sync-orders")
	r.drain()
	if got, want := fmt.Sprint(seen), `[ "page 2"]`; got != want {
		t.Errorf("checkpoints %s, want %s", got, want)
	}
}

func TestFailures(t *testing.T) {
	system := func(kind fault.Kind) error { return &fault.Error{Op: "x", Kind: kind, Err: errBroken} }
	for _, c := range []struct {
		name    string
		err     error
		counts  jobqueue.Counts
		runs    int // within a day
		outcome jobqueue.Outcome
		status  jobqueue.Status
	}{
		{"passing failure is tried maxAttempts times", errBroken, jobqueue.Counts{}, 3, jobqueue.Failed, jobqueue.InError},
		{"revoked token is not tried again", system(fault.Blocked), jobqueue.Counts{}, 1, jobqueue.Failed, jobqueue.InError},
		{"refused settings are not tried again", system(fault.Rejected), jobqueue.Counts{}, 1, jobqueue.Failed, jobqueue.InError},
		{"bug is not tried again", system(fault.Bug), jobqueue.Counts{}, 1, jobqueue.Failed, jobqueue.InError},
		{"records of a merchant's making never fail a run", nil, jobqueue.Counts{Read: 9, Failed: 9}, 1, jobqueue.SucceededWithIssues, jobqueue.Ready},
		{"every record failed on our side", nil, jobqueue.Counts{Read: 9, Failed: 9, SystemFailed: 9}, 3, jobqueue.Failed, jobqueue.InError},
		{"one record succeeded", nil, jobqueue.Counts{Read: 9, Created: 1, Failed: 8, SystemFailed: 8}, 1, jobqueue.SucceededWithIssues, jobqueue.Ready},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := 0
			r := newRig(t, task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
				n++
				return jobqueue.Result{Done: true, Counts: c.counts}, c.err
			}))
			r.trigger("sync-orders")
			r.drain()
			r.pass(24 * time.Hour)
			if n != c.runs {
				t.Errorf("%d runs, want %d", n, c.runs)
			}
			rs := r.runs()
			last := rs[len(rs)-1]
			if last.Outcome != c.outcome || (c.outcome == jobqueue.Failed) != (last.Merchant != "") {
				t.Errorf("last run %q, says %q", last.Outcome, last.Merchant)
			}
			if e := r.entry("sync-orders"); e.Status != c.status {
				t.Errorf("entry is %q, want %q", e.Status, c.status)
			}
		})
	}
}

func TestThrottleSpendsNoAttempt(t *testing.T) {
	n := 0
	r := newRig(t, task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		if n++; n <= 12 {
			return jobqueue.Result{}, &fault.Error{Op: "shopify", Kind: fault.Throttled, RetryAfter: 30 * time.Second, Err: errBroken}
		}
		return jobqueue.Result{Done: true}, nil
	}))
	run := r.trigger("sync-orders")
	r.drain()
	r.pass(10 * time.Minute)
	if got := r.run(run.ID); got.Outcome != jobqueue.Succeeded || n != 13 {
		t.Errorf("after %d slices the run is %q, want succeeded after 13", n, got.Outcome)
	}
	if e := r.entry("sync-orders"); e.Attempts != 0 {
		t.Errorf("%d attempts counted, want none", e.Attempts)
	}
}

func TestRetryIsVoidOnceALaterRunStarted(t *testing.T) {
	n := 0
	r := newRig(t, task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		if n++; n == 1 {
			return jobqueue.Result{}, errBroken
		}
		return jobqueue.Result{Done: true}, nil
	}))
	r.trigger("sync-orders")
	r.drain()
	r.trigger("sync-orders") // somebody presses the button before the retry
	r.drain()
	r.pass(time.Hour)
	if n != 2 {
		t.Errorf("%d runs, want 2: the failed one and the one by hand", n)
	}
}

func TestRunNowDuringARunQueuesOneMore(t *testing.T) {
	n := 0
	var r *rig
	r = newRig(t, task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		if n++; n == 1 {
			a, b := r.trigger("sync-orders"), r.trigger("sync-orders") //nolint:contextcheck // the rig has the test's
			if a.ID != b.ID {
				t.Errorf("two wishes gave runs %s and %s, want one", a.ID, b.ID)
			}
		}
		return jobqueue.Result{Done: true}, nil
	}))
	r.trigger("sync-orders")
	r.drain()
	if n != 2 {
		t.Errorf("%d runs, want 2", n)
	}
}

func TestFollowUps(t *testing.T) {
	var r *rig
	first := task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		r.Advance(time.Second)
		return jobqueue.Result{Done: true, FollowUps: []string{"process-orders"}}, nil
	})
	second := task("process-orders", "documents", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		r.Advance(time.Second)
		return jobqueue.Result{Done: true, FollowUps: []string{"sync-orders"}}, nil
	})
	r = newRig(t, first, second)
	r.trigger("sync-orders")
	r.drain()
	rs := r.runs()
	if want := 1 + jobqueue.MaxHops; len(rs) != want {
		t.Fatalf("%d runs, want %d: the chain is refused at hop %d", len(rs), want, jobqueue.MaxHops)
	}
	if rs[1].Task != "process-orders" || rs[1].Trigger != jobqueue.ByFollowUp || rs[1].Hop != 1 {
		t.Errorf("second run = %+v", rs[1])
	}
}

// TestAFollowUpNamedTwiceIsOne: the slice's end is still one transaction.
func TestAFollowUpNamedTwiceIsOne(t *testing.T) {
	r := newRig(t, task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		return jobqueue.Result{Done: true, FollowUps: []string{"process-orders", "process-orders"}, Counts: jobqueue.Counts{Created: 1}}, nil
	}), task("process-orders", "orders", created))
	run := r.trigger("sync-orders")
	r.drain()
	if rs := r.runs(); len(rs) != 2 || r.run(run.ID).Outcome != jobqueue.Succeeded || rs[1].Outcome != jobqueue.Succeeded {
		t.Errorf("%d runs, the first %q; want it and its follow-up succeeded", len(rs), r.run(run.ID).Outcome)
	}
}

func TestDryRunHasNoFollowUps(t *testing.T) {
	var dry []bool
	r := newRig(t,
		task("sync-orders", "orders", func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
			dry = append(dry, q.DryRun)
			return jobqueue.Result{Done: true, FollowUps: []string{"process-orders"}, Report: json.RawMessage(`{"would":"import 3"}`)}, nil
		}),
		task("process-orders", "documents", done))
	run, err := r.d.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: shop, Entry: "sync-orders", Trigger: jobqueue.ByHand, DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	r.drain()
	if fmt.Sprint(dry) != "[true]" || len(r.runs()) != 1 {
		t.Errorf("dry = %v, %d runs; want one dry run", dry, len(r.runs()))
	}
	if got := string(r.run(run.ID).Report); got != `{"would":"import 3"}` {
		t.Errorf("report = %s", got)
	}
}

func TestMessagesThatMakeNoSense(t *testing.T) {
	for _, c := range []struct{ name, body string }{
		{"no JSON", `hello`},
		{"newer version", `{"v":2,"shop":"acme","entry":"sync-orders","trigger":"manual","run":"x"}`},
		{"a newer form", `{"v":2,"shop":"acme","entry":"sync-orders","trigger":"manual","run":"x","colour":"red"}`},
		{"unknown entry", `{"v":1,"shop":"acme","entry":"sync-horses","trigger":"manual","run":"x"}`},
		{"run that was never accepted", `{"v":1,"shop":"acme","entry":"sync-orders","trigger":"manual","run":"x"}`},
		{"schedule without time", `{"v":1,"shop":"acme","entry":"sync-orders","trigger":"schedule","at":"<aws.scheduler.scheduled-time>"}`},
		{"key of somebody else", `{"v":1,"shop":"a#b","entry":"sync-orders","trigger":"manual","run":"x"}`},
		{"two values", `{"v":1,"shop":"acme","entry":"sync-orders","trigger":"manual","run":"x"} {}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := 0
			r := newRig(t, task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
				n++
				return jobqueue.Result{Done: true}, nil
			}))
			if err := r.queue.Send(t.Context(), "acme#orders", "", []byte(c.body)); err != nil {
				t.Fatal(err)
			}
			r.trigger("sync-orders") // behind it in the same group
			r.drain()
			if n != 1 || r.queue.Len() != 0 {
				t.Errorf("%d runs, %d messages left; want the good message alone to run", n, r.queue.Len())
			}
			p, err := r.table.Query(t.Context(), table.Query{PK: "SHOP#acme", Prefix: "RUN#rejected-"})
			q, err2 := r.table.Query(t.Context(), table.Query{PK: "SHOP#-", Prefix: "RUN#rejected-"})
			if err := errors.Join(err, err2); err != nil || len(p.Items)+len(q.Items) != 1 {
				t.Errorf("%d rejected runs (%v), want 1", len(p.Items)+len(q.Items), err)
			}
		})
	}
}

func TestEntryOnHold(t *testing.T) {
	n := 0
	r := newRig(t, every(task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		n++
		return jobqueue.Result{Done: true}, nil
	}), 10*time.Minute))
	run := r.trigger("sync-orders")
	e := r.entry("sync-orders")
	e.Status, e.HoldReason = jobqueue.OnHold, "stock-taking"
	if err := r.d.Jobs.Store.SaveEntry(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	r.pass(time.Hour)
	if n != 0 {
		t.Errorf("%d slices of an entry on hold", n)
	}
	if got := r.run(run.ID); got.Outcome != jobqueue.Skipped || got.Merchant != "The job is on hold: stock-taking." {
		t.Errorf("accepted run is %q, says %q", got.Outcome, got.Merchant)
	}
	_, err := r.d.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: shop, Entry: "sync-orders", Trigger: jobqueue.ByHand})
	if !errors.Is(err, jobs.ErrOnHold) {
		t.Errorf("trigger = %v, want ErrOnHold", err)
	}
}

func TestTwoCategoriesOverlapAndOneNeverDoes(t *testing.T) {
	var mu sync.Mutex
	running, most := map[string]int{}, map[string]int{}
	both := make(chan struct{})
	var arrived sync.WaitGroup
	arrived.Add(2)
	go func() { arrived.Wait(); close(both) }()
	first := map[string]*sync.Once{"a": {}, "b": {}}
	work := func(category string) jobqueue.TaskFunc {
		return func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
			mu.Lock()
			running[category]++
			most[category] = max(most[category], running[category])
			mu.Unlock()
			first[category].Do(func() { arrived.Done(); <-both }) // only overlapping categories get past this
			mu.Lock()
			running[category]--
			mu.Unlock()
			return jobqueue.Result{Done: true}, nil
		}
	}
	r := newRig(t, task("a1", "a", work("a")), task("a2", "a", work("a")), task("b1", "b", work("b")))
	for range 3 {
		for _, e := range []string{"a1", "a2", "b1"} {
			if _, err := r.d.Jobs.Trigger(t.Context(), jobs.TriggerRequest{Shop: shop, Entry: e, Trigger: jobqueue.ByHand, Parameters: json.RawMessage(`{}`)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	for _, d := range []*dispatch.Dispatcher{r.d, r.dispatcher(r.table)} {
		go d.Work(ctx, 4)
	}
	for deadline := time.After(20 * time.Second); r.queue.Len() > 0; {
		select {
		case <-deadline:
			t.Fatal("messages are left")
		case <-time.After(time.Millisecond):
		}
	}
	stop()
	if most["a"] != 1 || most["b"] != 1 {
		t.Errorf("at most %v at a time, want 1 of each category", most)
	}
}

func TestCancelBeforeTheStart(t *testing.T) {
	n := 0
	r := newRig(t, task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		n++
		return jobqueue.Result{Done: true}, nil
	}))
	run := r.trigger("sync-orders")
	if err := r.d.Jobs.Cancel(t.Context(), shop, run.ID); err != nil {
		t.Fatal(err)
	}
	r.drain()
	if got := r.run(run.ID); got.Outcome != jobqueue.Cancelled || n != 0 {
		t.Errorf("run is %q after %d slices, want cancelled after none", got.Outcome, n)
	}
}

func TestAcceptedRunIsSentAgainUntilItStarts(t *testing.T) {
	n := 0
	r := newRig(t, task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
		n++
		return jobqueue.Result{Done: true}, nil
	}))
	run := r.trigger("sync-orders")
	// The message gets lost.
	ms, err := r.queue.Receive(t.Context(), 1, time.Minute, 0)
	if err != nil || len(ms) != 1 {
		t.Fatal(ms, err)
	}
	if err := r.queue.Delete(t.Context(), ms[0].Receipt); err != nil {
		t.Fatal(err)
	}
	r.Advance(8*time.Minute + 30*time.Second) // beyond the queue's memory of what it has seen
	if swept, err := r.sweeper().Sweep(t.Context()); err != nil || swept.Resent != 1 || swept.Mended() != 1 {
		t.Fatalf("sweep %+v, %v; want one run sent again", swept, err)
	}
	r.drain()
	if got := r.run(run.ID); got.Outcome != jobqueue.Succeeded || n != 1 {
		t.Errorf("run is %q after %d slices", got.Outcome, n)
	}
	if swept, err := r.sweeper().Sweep(t.Context()); err != nil || swept.Mended() != 0 {
		t.Errorf("second sweep %+v, %v; want nothing", swept, err)
	}
}

func TestReportsOfSlicesGrow(t *testing.T) {
	for _, c := range []struct{ name, first, second, want string }{
		{"lists", `[1,2]`, `[3]`, `[1,2,3]`},
		{"an empty list", `[]`, `[3]`, `[3]`},
		{"the second has none", `[1]`, ``, `[1]`},
		{"no lists", `{"a":1}`, `{"b":2}`, `{"b":2}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, task("sync-orders", "orders", func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
				return jobqueue.Result{Done: q.Slice == 2, Report: json.RawMessage([]string{c.first, c.second}[q.Slice-1]), RowsLeft: len([]string{c.first, c.second}[q.Slice-1])}, nil
			}))
			run := r.trigger("sync-orders")
			r.drain()
			if got := string(r.run(run.ID).Report); got != c.want {
				t.Errorf("report %s, want %s", got, c.want)
			}
			if left := r.run(run.ID).RowsLeft; left != len(c.first)+len(c.second) {
				t.Errorf("%d rows are left out", left)
			}
		})
	}
}

// TestRunTimeout: no slice may work beyond the run's time, and a run that has
// not ended by then fails, and is repeated from its beginning.
func TestRunTimeout(t *testing.T) {
	var r *rig
	var beyond []time.Duration
	slow, began := true, time.Time{}
	g := task("sync-orders", "orders", func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		if q.Slice == 1 {
			began = r.Now()
		}
		if over := q.Deadline.Sub(began.Add(25 * time.Minute)); over > 0 {
			beyond = append(beyond, over)
		}
		if q.Slice == 1 && len(q.Checkpoint) > 0 {
			t.Errorf("begins at checkpoint %s", q.Checkpoint)
		}
		if !slow {
			return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}}, nil
		}
		r.Advance(q.Deadline.Sub(r.Now()))
		return jobqueue.Result{Checkpoint: checkpoint(q.Slice)}, nil
	})
	g.Default.RunTimeout = 25 * time.Minute
	r = newRig(t, g)
	run := r.trigger("sync-orders")
	r.drain()
	got := r.run(run.ID)
	if got.Outcome != jobqueue.Failed || got.Slice < 3 || !strings.Contains(got.Detail, "25m0s") || got.Merchant == "" || r.entry("sync-orders").Attempts != 1 {
		t.Errorf("%s after %d slices: %s %s", got.Outcome, got.Slice, got.Merchant, got.Detail)
	}
	if len(beyond) > 0 {
		t.Errorf("slices with deadlines beyond the run's time: %v", beyond)
	}
	slow = false
	r.pass(10 * time.Minute)
	if rs := r.runs(); len(rs) != 2 || rs[1].Outcome != jobqueue.Succeeded || rs[1].Trigger != jobqueue.ByRetry {
		t.Errorf("runs %+v", rs)
	}
}
