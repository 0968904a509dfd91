package jobqueuetest_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/table"
)

// countingTable counts the items that are read and written. A page counts its
// items, a miss counts as one; a check is counted as written, as it is billed.
type countingTable struct {
	table.Table

	mu            sync.Mutex
	reads, writes int
}

func (t *countingTable) add(reads, writes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reads += reads
	t.writes += writes
}

func (t *countingTable) take() (reads, writes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	reads, writes = t.reads, t.writes
	t.reads, t.writes = 0, 0
	return reads, writes
}

func (t *countingTable) Get(ctx context.Context, k table.Key) (table.Item, error) {
	t.add(1, 0)
	return t.Table.Get(ctx, k)
}

func (t *countingTable) Query(ctx context.Context, q table.Query) (table.Page, error) {
	p, err := t.Table.Query(ctx, q)
	t.add(max(len(p.Items), 1), 0)
	return p, err
}

func (t *countingTable) Index(ctx context.Context, q table.IndexQuery) (table.Page, error) {
	p, err := t.Table.Index(ctx, q)
	t.add(max(len(p.Items), 1), 0)
	return p, err
}

func (t *countingTable) Write(ctx context.Context, ops ...table.Op) error {
	t.add(0, len(ops))
	return t.Table.Write(ctx, ops...)
}

// TestItemsOfRuns holds what the queue itself reads and writes of a run to its
// bars; what a task reads and writes of its own is its own. make bench prints it.
func TestItemsOfRuns(t *testing.T) {
	created := jobqueue.Counts{Read: 3, Created: 3}
	var result func(jobqueue.Request) jobqueue.Result
	regs := []jobqueue.Registration{
		every(task("sync-orders", "orders", func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) { return result(q), nil }), 10*time.Minute),
		task("process-orders", "orders", done),
		task("sync-products", "products", done), task("sync-inventory", "inventory", done), task("sync-customers", "customers", done),
	}
	ends := func(res jobqueue.Result) func(jobqueue.Request) jobqueue.Result {
		res.Done = true
		return func(jobqueue.Request) jobqueue.Result { return res }
	}
	slices := func(n int) func(jobqueue.Request) jobqueue.Result {
		return func(q jobqueue.Request) jobqueue.Result {
			return jobqueue.Result{Done: q.Slice == n, Counts: created, Checkpoint: checkpoint(q.Slice)}
		}
	}
	slot := func(r *rig) { r.Advance(10 * time.Minute); r.tick() }
	hand := func(r *rig) { r.trigger("sync-orders") }
	for _, c := range []struct {
		name          string // of the figures, "" prints none
		what          string
		prepare       func(*rig)
		result        func(jobqueue.Request) jobqueue.Result
		reads, writes int // at most
	}{
		{"empty_run", "a slot with nothing to do", slot, ends(jobqueue.Result{}), 3, 2},
		{"", "a slot that only found what is unchanged", slot, ends(jobqueue.Result{Counts: jobqueue.Counts{Read: 9, Unchanged: 8, Skipped: 1}}), 3, 2},
		{"busy_run", "a slot with work and a follow-up", slot, ends(jobqueue.Result{Counts: created, FollowUps: []string{"process-orders"}}), 4, 8},
		{"manual_run", "a run by hand with work and a follow-up", hand, ends(jobqueue.Result{Counts: created, FollowUps: []string{"process-orders"}}), 4, 8},
		{"", "a run by hand with nothing to do", hand, ends(jobqueue.Result{}), 4, 8},
		{"", "the first slice of some", slot, slices(9), 4, 8},
		{"further_slice", "each further slice", func(r *rig) { slot(r); r.next() }, slices(9), 2, 4},
		{"", "the last slice of some", func(r *rig) { slot(r); r.next(); r.next() }, slices(3), 2, 4},
		{"coalesced_slot", "a slot that a later run has covered", func(r *rig) { slot(r); slot(r); r.next() }, ends(jobqueue.Result{Counts: created}), 3, 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			r := newRig(t, regs...)
			counting := &countingTable{Table: r.table}
			r.d = r.dispatcher(counting)
			result = c.result
			r.drain() // what newRig's schedule has due
			c.prepare(r)
			counting.take()
			r.next()
			reads, writes := counting.take()
			if reads > c.reads || writes > c.writes {
				t.Errorf("%d items read and %d written, at most %d and %d", reads, writes, c.reads, c.writes)
			}
			if c.name != "" && testing.Verbose() {
				fmt.Printf("%s_reads %d items\n%s_writes %d items\n", c.name, reads, c.name, writes)
			}
		})
	}
}

// TestItemsOfARenewal: what a renewal of the lease reads and writes, each
// RenewEvery of a slice that lasts. The figures above are without it.
func TestItemsOfARenewal(t *testing.T) {
	var counting *countingTable
	var r *rig
	reads, writes := 0, 0
	r = newRig(t, task("sync-orders", "orders", func(ctx context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		counting.take()
		_, _, err := r.d.Jobs.Store.Renew(ctx, q.Lease)
		reads, writes = counting.take()
		return jobqueue.Result{Done: true}, err
	}))
	counting = &countingTable{Table: r.table}
	r.d = r.dispatcher(counting)
	run := r.trigger("sync-orders")
	r.drain()
	if got := r.run(run.ID); got.Outcome != jobqueue.Succeeded || reads == 0 || reads > 3 || writes == 0 || writes > 2 {
		t.Errorf("%s, %d items read and %d written, at most 3 and 2", got.Outcome, reads, writes)
	}
	if testing.Verbose() {
		fmt.Printf("renewal_reads %d items\nrenewal_writes %d items\n", reads, writes)
	}
}

func TestEmptyRunLeavesNoRow(t *testing.T) {
	res := jobqueue.Result{Done: true}
	var fail error
	r := newRig(t, every(task("sync-orders", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) { return res, fail }), 10*time.Minute))
	slot := func() { r.Advance(10 * time.Minute); r.tick(); r.drain() }
	want := func(what string, rows, empty int) {
		t.Helper()
		if e := r.entry("sync-orders"); len(r.runs()) != rows || r.history(e.ID).Empty != empty || !r.history(e.ID).Ended.Equal(r.Now()) {
			t.Errorf("%s: %d rows, %d empty runs, last checked %v; want %d, %d, %v", what, len(r.runs()), r.history(e.ID).Empty, r.history(e.ID).Ended, rows, empty, r.Now())
		}
	}
	slot()
	want("one empty run", 0, 1)
	slot()
	want("another", 0, 2)
	res.Counts.Created = 1
	slot()
	want("a run with work", 1, 0)
	res.Counts = jobqueue.Counts{}
	slot()
	want("empty again", 1, 1)
	res.Counts.Failed = 1
	slot()
	want("a run with an issue", 2, 0)
	res.Counts, fail = jobqueue.Counts{}, errBroken
	slot()
	want("a run that failed", 3, 0)
	fail = nil
	slot()
	want("the run after that, which tells that it is over", 4, 1)
	run := r.trigger("sync-orders")
	r.drain()
	if got := r.run(run.ID); got.Outcome != jobqueue.Succeeded {
		t.Errorf("a run by hand that found nothing is %q: who asked wants to see it", got.Outcome)
	}
}

func TestLargeCheckpointAndReportAreKeptApart(t *testing.T) {
	big := checkpoint(string(make([]byte, 60<<10)))
	var seen []int
	r := newRig(t, task("sync-orders", "orders", func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		seen = append(seen, len(q.Checkpoint))
		return jobqueue.Result{Done: q.Slice == 3, Checkpoint: big, Report: big}, nil
	}))
	run := r.trigger("sync-orders")
	r.next()
	it, err := r.table.Get(t.Context(), table.Key{PK: "SCOPE#" + shop, SK: "LOCK#orders"})
	if err != nil || it.Size() > 2<<10 {
		t.Errorf("category of %d bytes, %v; want it small", it.Size(), err)
	}
	r.drain()
	if got := r.run(run.ID); got.Outcome != jobqueue.Succeeded || len(got.Report) != len(big) {
		t.Errorf("run is %q with a report of %d bytes, want %d", got.Outcome, len(got.Report), len(big))
	}
	if want := fmt.Sprint([]int{0, len(big), len(big)}); fmt.Sprint(seen) != want {
		t.Errorf("checkpoints of %v bytes, want %v", seen, want)
	}
}

func TestRunThatWasSetAsideGoesOn(t *testing.T) {
	n := 0
	r := newRig(t, every(task("sync-orders", "orders", func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		n++
		return jobqueue.Result{Done: q.Slice == 2, Checkpoint: checkpoint("half"), Counts: jobqueue.Counts{Created: 1}}, nil
	}), time.Hour), task("process-orders", "orders", done))
	r.Advance(time.Minute)
	r.tick()
	m := r.receive()
	if disp, err := r.d.Handle(t.Context(), m); err != nil || disp.Ack {
		t.Fatal(disp, err)
	}
	// Its message is away for longer than the lease time, and another run gets in.
	other := r.trigger("process-orders")
	r.Advance(2 * jobqueue.LeaseTime)
	body := []byte(`{"v":1,"shop":"acme","entry":"process-orders","trigger":"manual","run":"` + other.ID + `"}`)
	if disp, err := r.d.Handle(t.Context(), messageOf(r, body)); err != nil || !disp.Ack {
		t.Fatal(disp, err)
	}
	r.drain()
	rs := r.runs()
	if len(rs) != 2 || n != 2 || rs[0].Outcome != jobqueue.Succeeded || rs[0].Counts.Created != 2 {
		t.Errorf("%d slices, runs %+v; want the first one to go on at its checkpoint", n, rs)
	}
}

func TestCancelARunInProgress(t *testing.T) {
	n := 0
	var r *rig
	r = newRig(t, every(task("sync-orders", "orders", func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) {
		n++
		if err := r.d.Jobs.Cancel(t.Context(), shop, q.Run); err != nil { //nolint:contextcheck // the test's
			t.Error(err)
		}
		_, cancelled, err := r.d.Jobs.Store.Renew(t.Context(), q.Lease) //nolint:contextcheck // the test's
		if err != nil || !cancelled {
			t.Errorf("renewal: cancelled %v, %v", cancelled, err)
		}
		return jobqueue.Result{Counts: jobqueue.Counts{Created: 1}}, nil // and goes on all the same
	}), time.Hour))
	r.Advance(time.Minute)
	r.tick()
	r.drain()
	rs := r.runs()
	if len(rs) != 1 || n != 1 || rs[0].Outcome != jobqueue.Cancelled || rs[0].Counts.Created != 1 {
		t.Errorf("%d slices, runs %+v; want one slice, cancelled", n, rs)
	}
}

func TestWhatFitsIntoNoItemDoesNotBlockTheGroup(t *testing.T) {
	noise := func(n int) json.RawMessage { // as dense as an identifier is: it does not compress below the limit
		b := make([]byte, n)
		if _, err := rand.NewChaCha8([32]byte{}).Read(b); err != nil {
			t.Fatal(err)
		}
		return checkpoint([]string{hex.EncodeToString(b)})
	}
	for _, c := range []struct {
		name    string
		result  func(q jobqueue.Request) jobqueue.Result
		outcome jobqueue.Outcome
		says    string
	}{
		{"a checkpoint", func(jobqueue.Request) jobqueue.Result { return jobqueue.Result{Checkpoint: noise(500 << 10)} }, jobqueue.Failed, "do not fit"},
		{"the reports of all slices", func(q jobqueue.Request) jobqueue.Result {
			return jobqueue.Result{Done: q.Slice == 4, Report: noise(300 << 10)}
		}, jobqueue.Succeeded, "too large to be kept"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, task("sync-orders", "orders", func(_ context.Context, q jobqueue.Request) (jobqueue.Result, error) { return c.result(q), nil }))
			run := r.trigger("sync-orders")
			r.drain()
			if got := r.run(run.ID); got.Outcome != c.outcome || !strings.Contains(got.Detail, c.says) || r.queue.Len() != 0 {
				t.Errorf("run is %q: %s; %d messages left", got.Outcome, got.Detail, r.queue.Len())
			}
		})
	}
}
