package emulators_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"backroom/infra/emulators"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/lambdafn/lambdafntest"
	"backroom/shared/table"
)

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// until waits for something to become true, at most d.
func (a *account) until(d time.Duration, what string, ok func() bool) {
	a.t.Helper()
	for end := time.Now().Add(d); !ok(); {
		if time.Now().After(end) || a.t.Context().Err() != nil {
			a.t.Fatalf("after %v: %s not yet", d, what)
		}
		sleep(a.t.Context(), 100*time.Millisecond)
	}
}

// connect gives the shop its job entries, the first slot soon, but not before
// its schedule is there, however slow the machine: then it would be the second.
func (a *account) connect() {
	a.t.Helper()
	a.connectAt(time.Now().Add(10 * time.Second))
}

// connectAt is connect with a first slot at that time.
func (a *account) connectAt(first time.Time) {
	a.t.Helper()
	if err := a.dispatcher.Jobs.Ensure(a.t.Context(), "sample", "sample", first); err != nil {
		a.t.Fatal(err)
	}
}

// ended are the runs of a task that have an outcome.
func (a *account) ended(task string) (out []jobqueue.Run) {
	a.t.Helper()
	p, err := a.dispatcher.Jobs.Store.Log(a.t.Context(), jobstore.LogQuery{Shop: "sample", Limit: 1000})
	if err != nil {
		a.t.Fatal(err)
	}
	for _, r := range p.Runs {
		if r.Task == task && r.Done() {
			out = append(out, r)
		}
	}
	return out
}

// synced waits until the follow-up has ended, and checks that every order has
// one document, which was made or, after a crash, found.
func (a *account) synced(d time.Duration) {
	a.t.Helper()
	a.until(d, "process-orders has ended", func() bool { return len(a.ended("process-orders")) > 0 })
	for _, task := range []string{"sync-orders", "process-orders"} {
		for _, r := range a.ended(task) {
			if r.Outcome != jobqueue.Succeeded || r.Counts.Created+r.Counts.Updated != orderCount {
				a.t.Errorf("%s ended %s with %+v: %s", task, r.Outcome, r.Counts, r.Detail)
			}
		}
	}
	got := map[string]int{}
	for _, o := range a.bc.Companies()[0].SalesOrders() {
		got[o.ExternalDocumentNumber]++
	}
	if len(got) != orderCount {
		a.t.Errorf("%d orders have a document, want %d", len(got), orderCount)
	}
	for number, n := range got {
		if n != 1 {
			a.t.Errorf("order %s has %d documents", number, n)
		}
	}
}

func (a *account) function(name string) *function {
	return a.lambda.functions[lambdafntest.TaskPrefix+name]
}

// TestDeployedProduct runs the functions' own programs: a schedule's message
// goes in, sales orders come out, and whatever dies on the way, each order has
// one. The deaths take a lease's time, two minutes, side by side.
func TestDeployedProduct(t *testing.T) {
	s, err := emulators.DynamoDB(t.Context())
	tables := started(t, s, err)
	const lease = jobqueue.LeaseTime + time.Minute
	t.Run("group", func(t *testing.T) { // ends when its parallel parts have
		t.Run("schedule in, sales orders out", func(t *testing.T) {
			t.Parallel()
			a := deploy(t, tables)
			a.run()
			a.connect()
			a.synced(time.Minute)
			a.emptyRun()
		})
		t.Run("a merchant's token in, sales orders out", func(t *testing.T) {
			t.Parallel()
			merchant(t, deploy(t, tables))
		})
		t.Run("a task's process is killed", func(t *testing.T) {
			t.Parallel()
			a := deploy(t, tables)
			a.onFirstCreate(func() { a.function("process-orders").signal(syscall.SIGKILL) })
			a.run()
			a.connect()
			a.synced(lease)
			if n := a.function("process-orders").times(); n != 2 {
				t.Errorf("process-orders ran %d times, want one that died and one that went on", n)
			}
		})
		t.Run("a task runs out of time", func(t *testing.T) {
			t.Parallel()
			a := deploy(t, tables)
			a.function("process-orders").timeout = 20 * time.Second
			a.onFirstCreate(func() { a.function("process-orders").signal(syscall.SIGSTOP) })
			a.run()
			a.connect()
			a.synced(lease)
		})
		t.Run("a dispatcher is killed while its task runs", func(t *testing.T) {
			t.Parallel()
			a := deploy(t, tables)
			var once sync.Once
			a.lambda.invoked = func(name string) {
				if strings.HasSuffix(name, "sync-orders") {
					once.Do(func() { a.function("dispatch").signal(syscall.SIGKILL) })
				}
			}
			a.run()
			a.connect()
			a.until(30*time.Second, "sync-orders was called", func() bool { return a.function("sync-orders").times() == 1 })
			a.until(30*time.Second, "its orders are there", func() bool { return a.staged() == orderCount })
			sleep(t.Context(), 2*time.Second) // its outcome is stored
			// The message shows again when the dispatcher's hold is over, not the queue's 15 minutes.
			if err := a.sqs.Advance(jobqueue.HoldTime); err != nil {
				t.Fatal(err)
			}
			a.synced(time.Minute)
			if n := a.function("sync-orders").times(); n != 1 {
				t.Errorf("sync-orders ran %d times: its stored outcome was not used", n)
			}
		})
		t.Run("a message is delivered again while its task runs", func(t *testing.T) {
			t.Parallel()
			a := deploy(t, tables)
			held, release := make(chan struct{}), make(chan struct{})
			var once sync.Once
			a.mu.Lock()
			a.onShopify = func() {
				once.Do(func() {
					close(held)
					<-release
				})
			}
			a.mu.Unlock()
			a.run()
			a.connect()
			<-held
			dispatched := a.function("dispatch").times()
			if err := a.sqs.Advance(jobqueue.HoldTime + time.Second); err != nil {
				t.Fatal(err)
			}
			a.until(30*time.Second, "the message came again", func() bool { return a.function("dispatch").times() > dispatched })
			sleep(t.Context(), 2*time.Second)
			if n := a.function("sync-orders").times(); n != 1 {
				t.Errorf("%d slices run at once", n)
			}
			close(release)
			a.synced(lease)
		})
	})
}

// onFirstCreate calls f when BC has made documents, before it has answered.
func (a *account) onFirstCreate(f func()) {
	var once sync.Once
	a.mu.Lock()
	defer a.mu.Unlock()
	a.onBC = func(path string, body []byte) {
		if strings.HasSuffix(path, "$batch") && bytes.Contains(body, []byte("salesOrderLines")) && bytes.Contains(body, []byte(`"POST"`)) {
			once.Do(f)
		}
	}
}

// emptyRun fires sync-orders' next slot, which finds nothing to do, and holds
// the job queue's items that are read and written to their bar.
func (a *account) emptyRun() {
	a.t.Helper()
	e, err := a.dispatcher.Jobs.Store.Entry(a.t.Context(), "sample", "sync-orders")
	if err != nil {
		a.t.Fatal(err)
	}
	for _, c := range a.calls {
		c.take()
	}
	body := fmt.Sprintf(`{"v":1,"shop":"sample","entry":"sync-orders","trigger":"schedule","at":%q}`, e.EarliestStart.Add(e.Every).Format(time.RFC3339))
	if err := a.queue.Send(a.t.Context(), e.Group(), "", []byte(body)); err != nil {
		a.t.Fatal(err)
	}
	ran := a.function("sync-orders").times()
	a.until(time.Minute, "the empty run began", func() bool { return a.function("sync-orders").times() > ran })
	sleep(a.t.Context(), 3*time.Second) // and ended
	var sum items
	for _, fn := range []string{"dispatch", "sync-orders"} {
		n := a.calls[fn].take()
		sum.read, sum.written = sum.read+n.read, sum.written+n.written
	}
	fmt.Printf("aws_empty_run_items_read %d items\naws_empty_run_items_written %d items\n", sum.read, sum.written)
	if sum.read > 3 || sum.written > 2 || sum.read == 0 || sum.written == 0 {
		a.t.Errorf("an empty run reads %d items and writes %d, at most 3 and 2", sum.read, sum.written)
	}
}

// staged is the number of orders that are in the table.
func (a *account) staged() int {
	a.t.Helper()
	r := a.ended("sync-orders")
	if len(r) > 0 {
		return orderCount
	}
	q, err := a.dispatcher.Jobs.Store.Table.Query(a.t.Context(), table.Query{PK: "SHOP#sample#ORD"})
	if err != nil {
		a.t.Fatal(err)
	}
	n := 0
	for _, it := range q.Items {
		if !strings.Contains(it.SK, "#") {
			n++
		}
	}
	return n
}
