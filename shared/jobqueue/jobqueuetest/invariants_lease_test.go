package jobqueuetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"backroom/shared/faulty"
	"backroom/shared/jobqueue"
	"backroom/shared/queue"
)

func TestI1SlicesOfOneCategoryNeverOverlap(t *testing.T) {
	invariant(t, func(l *lab) error {
		busy := map[string]bool{}
		var twice, together bool
		work := func(_ context.Context, r jobqueue.Request) (jobqueue.Result, error) {
			delete(busy, r.Lease.Category)
			return jobqueue.Result{Done: true, Counts: jobqueue.Counts{Created: 1}}, nil
		}
		l.settle(job("import", "orders", work), job("process", "orders", work), job("stock", "stock", work))
		l.trigger("import")
		m := l.receive()
		process, stock := l.trigger("process"), l.trigger("stock")
		first := true
		l.during = func(r jobqueue.Request) error {
			twice = twice || busy[r.Lease.Category]
			busy[r.Lease.Category] = true
			together = together || len(busy) > 1
			if first {
				first = false
				l.offer(l.dispatcher(), l.message("stock", stock))
				l.offer(l.dispatcher(), l.message("process", process)) // as if no group blocked it
				l.Advance(jobqueue.LeaseTime - 5*time.Second)
				ahead := l.dispatcher()
				ahead.Jobs.Store.Now = func() time.Time { return l.Now().Add(8 * time.Second) }
				ahead.Jobs.Store.Skew = 10 * time.Second
				l.offer(ahead, l.message("process", process))
			}
			return nil
		}
		_, err := l.d.Handle(l.ctx, m)
		switch {
		case twice:
			return violated("two slices of one category at the same time")
		case !together:
			return violated("slices of different categories waited for each other")
		}
		must(err)
		l.drain()
		if got := l.run(process.ID).Outcome; got != jobqueue.Succeeded {
			return violated("the run that had to wait is %q", got)
		}
		return nil
	})
}

func TestI2FenceRisesAndNoWriteUnderALowerOneSucceeds(t *testing.T) {
	invariant(t, func(l *lab) error {
		l.settle(job("import", "orders", func(_ context.Context, r jobqueue.Request) (jobqueue.Result, error) {
			return jobqueue.Result{Done: r.Slice == 3, Counts: jobqueue.Counts{Created: 1}}, nil
		}))
		run := l.trigger("import")
		var all []jobqueue.Request
		var wrong error
		l.during = func(r jobqueue.Request) error {
			all = append(all, r)
			must(l.d.Jobs.Store.Write(l.ctx, r.Lease, cursor(r)))
			if len(all) == 1 {
				return errKilled
			}
			for _, old := range all[:len(all)-1] {
				if old.Lease.Fence >= r.Lease.Fence {
					wrong = violated("fence %d after %d", r.Lease.Fence, old.Lease.Fence)
				} else if err := l.d.Jobs.Store.Write(l.ctx, old.Lease, cursor(old)); !errors.Is(err, jobqueue.ErrFenced) {
					wrong = violated("a write under fence %d, while it is %d: %v", old.Lease.Fence, r.Lease.Fence, err)
				} else if err := SaveSlice(l.ctx, l.d.Jobs.Store, old, jobqueue.Result{Done: true}); !errors.Is(err, jobqueue.ErrFenced) {
					wrong = violated("an outcome under fence %d, while it is %d: %v", old.Lease.Fence, r.Lease.Fence, err)
				}
			}
			return nil
		}
		l.pass(5*time.Minute, 10*time.Second, func() bool { return wrong != nil })
		if wrong != nil {
			return wrong
		}
		if got := l.run(run.ID); got.Outcome != jobqueue.Succeeded || got.Counts.Created != 3 || len(all) != 4 {
			return violated("after %d starts the run is %q with %+v", len(all), got.Outcome, got.Counts)
		}
		it, err := l.table.Get(l.ctx, cursor(all[3]).Item.Key)
		must(err)
		if want := cursor(all[3]).Item.Data; !slices.Equal(it.Data, want) {
			return violated("the cursor is of %s, want %s", it.Data, want)
		}
		return nil
	})
}

func TestI3RedeliveryUnderALiveLeaseStartsNothing(t *testing.T) {
	invariant(t, func(l *lab) error {
		l.settle(job("import", "orders", nil))
		run := l.trigger("import")
		m := l.receive()
		starts, ends := 0, 0
		l.during = func(r jobqueue.Request) error {
			if starts++; starts > 1 {
				return nil
			}
			again := func(m queue.Message) {
				if l.offer(l.dispatcher(), m).Ack {
					ends++
				}
			}
			again(m) // it is in flight
			l.Advance(jobqueue.HoldTime)
			again(l.receive()) // its visibility has ended
			renewed, _, err := l.d.Jobs.Store.Renew(l.ctx, r.Lease)
			if err != nil {
				return err
			}
			l.lease = &renewed
			l.Advance(jobqueue.LeaseTime - 5*time.Second)
			again(l.receive()) // the lease would have ended, and was renewed
			return nil
		}
		disp, err := l.d.Handle(l.ctx, m)
		if starts != 1 || ends != 0 {
			return violated("%d starts; %d of the redeliveries were acknowledged", starts, ends)
		}
		if must(err); !disp.Ack {
			return violated("the delivery was not acknowledged")
		}
		if got := l.run(run.ID); got.Outcome != jobqueue.Succeeded || got.Slice != 1 {
			return violated("the run is %q after %d slices", got.Outcome, got.Slice)
		}
		return nil
	})
}

func TestI4OutcomeOfADeadDispatchersTaskIsUsed(t *testing.T) {
	invariant(t, func(l *lab) error {
		ran := 0
		l.settle(job("import", "orders", func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
			ran++
			return created(ctx, r)
		}))
		l.after = func(jobqueue.Request) { panic(errDied) }
		run := l.trigger("import")
		l.drain()
		l.after = nil
		l.pass(jobqueue.HoldTime, 10*time.Second, nil)
		if got := l.run(run.ID); got.Outcome != jobqueue.Succeeded || got.Counts.Created != 1 {
			return violated("after the visibility the run is %q", got.Outcome)
		}
		if l.pass(jobqueue.LeaseTime, 10*time.Second, nil); ran != 1 {
			return violated("the task ran %d times", ran)
		}
		return nil
	})
}

func TestI4GroupIsServedAgainAfterADeath(t *testing.T) {
	invariant(t, func(l *lab) error {
		l.settle(job("import", "orders", nil))
		for _, death := range []struct {
			of     string
			how    func() error
			within time.Duration
		}{
			{"a task", func() error { return errKilled }, jobqueue.LeaseTime + time.Minute},
			{"a dispatcher with its task", func() error { panic(errDied) }, jobqueue.HoldTime + jobqueue.LeaseTime},
		} {
			dead := false
			var again time.Time
			l.during = func(jobqueue.Request) error {
				if !dead {
					dead = true
					return death.how()
				}
				again = l.Now()
				return nil
			}
			l.trigger("import")
			l.drain()
			at := l.Now()
			l.pass(time.Hour, 10*time.Second, func() bool { return !again.IsZero() })
			if wait := again.Sub(at); again.IsZero() || wait > death.within {
				return violated("the group is served %v after the death of %s, want %v at most", wait, death.of, death.within)
			}
			l.drain()
		}
		return nil
	})
}

func TestI5LateWritesOfAKilledTaskAreRefusedAndItsRunEndsAsLost(t *testing.T) {
	invariant(t, func(l *lab) error {
		l.settle(job("import", "orders", nil), job("process", "orders", nil))
		run := l.trigger("import")
		var old jobqueue.Request
		early := false
		l.during = func(r jobqueue.Request) error {
			old = r
			l.Advance(jobqueue.LeaseTime - 20*time.Second)
			_, _, err := l.d.Jobs.Store.Renew(l.ctx, r.Lease)
			must(err)
			l.Advance(time.Minute)
			l.sweep() // beyond the first lease, within the renewed one
			early = l.run(run.ID).Done()
			return errKilled
		}
		l.offer(l.d, l.receive())
		if early {
			return violated("the run was closed while its lease lived")
		}
		// Its message is lost, and those that the sweep sends come to nobody.
		must(l.queue.Delete(l.ctx, l.receive().Receipt))
		for range 70 {
			l.Advance(time.Minute)
			l.sweep()
		}
		if got := l.run(run.ID); got.Outcome != jobqueue.Lost || got.Merchant == "" || l.category("import").Run != nil {
			return violated("a run whose message is lost is %q after an hour", got.Outcome)
		}
		l.during = nil
		l.drain()
		var wrong error
		l.during = func(r jobqueue.Request) error { // somebody else has the category now
			must(l.d.Jobs.Store.Write(l.ctx, r.Lease, cursor(r)))
			_, _, err := l.d.Jobs.Store.Renew(l.ctx, old.Lease)
			for what, err := range map[string]error{
				"renewal": err,
				"write":   l.d.Jobs.Store.Write(l.ctx, old.Lease, cursor(old)),
				"outcome": SaveSlice(l.ctx, l.d.Jobs.Store, old, jobqueue.Result{Done: true}),
			} {
				if !errors.Is(err, jobqueue.ErrFenced) {
					wrong = violated("late %s of a killed task: %v", what, err)
				}
			}
			return nil
		}
		l.trigger("process")
		l.drain()
		if got := l.run(run.ID); wrong == nil && got.Outcome != jobqueue.Lost {
			return violated("the lost run became %q", got.Outcome)
		}
		return wrong
	})
}

func TestI6EntryAndRunChangeInOneTransaction(t *testing.T) {
	invariant(t, func(l *lab) error {
		reg := job("import", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) { return jobqueue.Result{}, errNo })
		reg.Default.MaxAttempts = 1
		l.settle(reg)
		for _, mode := range []faulty.Mode{faulty.Before, faulty.After} {
			for n := 1; ; n++ {
				in := &faulty.Injector{Now: l.Now}
				d := l.dispatcher()
				d.Jobs.Store.Table, d.Jobs.Queue = faulty.Table{Inner: l.table, Injector: in}, faulty.Queue{Inner: l.queue, Injector: in}
				run := l.trigger("import")
				in.Arm(n, mode, true)
				_, _ = l.deliver(d) // dies at its n-th write
				if err := l.inStep("import", run.ID); err != nil {
					return fmt.Errorf("death at write %d, %s its effect: %w", n, mode, err)
				}
				if !in.Struck() && n < 4 {
					must(fmt.Errorf("only %d writes", n-1))
				}
				for range 5 { // the visibility, the rest of the lease, the sweep's period
					l.pass(time.Minute, 10*time.Second, nil)
					l.sweep()
				}
				if got := l.run(run.ID); got.Outcome != jobqueue.Failed || l.entry("import").Status != jobqueue.InError || l.category("import").Run != nil {
					return violated("death at write %d, %s its effect: the run is %q, its entry %s, five minutes later", n, mode, got.Outcome, l.entry("import").Status)
				}
				_, err := l.d.Jobs.Release(l.ctx, "acme", "import")
				must(err)
				if !in.Struck() {
					break
				}
			}
		}
		return nil
	})
}

// inStep reports where what is stored of a run, its category and its entry
// does not agree.
func (l *lab) inStep(entry, id string) error {
	r, err := l.d.Jobs.Store.Row(l.ctx, "acme", id)
	must(err)
	e, c := l.entry(entry), l.category(entry)
	held := c.Run != nil && c.ID == id
	switch {
	case !r.Started.IsZero() && !r.Done() && !held:
		return violated("the run has started, and its category is not held by it")
	case held && r.Done():
		return violated("the run is %q, and its category is held by it", r.Outcome)
	case e.Queued == id && !r.Started.IsZero():
		return violated("the run has started, and its entry waits for it")
	case (e.Status == jobqueue.InError) != (r.Outcome == jobqueue.Failed):
		return violated("the run is %q, and its entry %s", r.Outcome, e.Status)
	}
	return nil
}

// sends counts what goes through it.
type sends struct {
	queue.Queue
	n int
}

func (q *sends) Send(ctx context.Context, group, dedup string, body []byte) error {
	q.n++
	return q.Queue.Send(ctx, group, dedup, body)
}

func TestI7ContinueLetsNoOtherRunInAndSendsNothing(t *testing.T) {
	invariant(t, func(l *lab) error {
		var order []string
		work := func(slices int) jobqueue.TaskFunc {
			return func(_ context.Context, r jobqueue.Request) (jobqueue.Result, error) {
				order = append(order, fmt.Sprint(r.Task, r.Slice))
				return jobqueue.Result{Done: r.Slice == slices, Counts: jobqueue.Counts{Created: 1}}, nil
			}
		}
		urgent := job("urgent", "orders", work(1))
		urgent.Default.Priority = jobqueue.High
		l.settle(job("import", "orders", work(3)), urgent)
		l.trigger("urgent")
		l.drain() // by now it is known to be urgent
		run := l.trigger("import")
		q := &sends{Queue: l.queue}
		l.d.Jobs.Queue = q
		_, err := l.deliver(l.d)
		must(err)
		if q.n != 0 || l.messages() != 1 {
			return violated("to go on, the run sent %d messages; there are %d", q.n, l.messages())
		}
		other := l.trigger("urgent")
		l.offer(l.dispatcher(), l.message("urgent", other)) // as if no group blocked it
		l.drain()
		if got, want := fmt.Sprint(order), "[urgent1 import1 import2 import3 urgent1]"; got != want {
			return violated("order %s, want %s", got, want)
		}
		l.pass(2*time.Minute, 10*time.Second, nil)
		if got := l.run(run.ID); got.Outcome != jobqueue.Succeeded || got.Counts.Created != 3 || q.n != 1 {
			return violated("the run is %q with %+v, %d messages were sent", got.Outcome, got.Counts, q.n)
		}
		return nil
	})
}
