package jobqueuetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/faulty"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/schedule"
)

func TestI8MessageIsAcknowledgedWhenItsResultIsDurable(t *testing.T) {
	invariant(t, func(l *lab) error {
		l.settle(job("import", "orders", nil))
		for n := 1; n <= 4; n++ {
			in := &faulty.Injector{Now: l.Now}
			d := l.dispatcher()
			d.Jobs.Store.Table = faulty.Table{Inner: l.table, Injector: in}
			run := l.trigger("import")
			in.Arm(n, faulty.Before, false)
			_, _ = l.deliver(d) // its n-th write fails
			if got := l.run(run.ID); l.messages() == 0 && !got.Done() {
				return violated("write %d failed; the message is gone, and the run has not ended", n)
			}
			l.pass(5*time.Minute, 10*time.Second, nil)
			if got := l.run(run.ID); l.messages() != 0 || got.Outcome != jobqueue.Succeeded {
				return violated("write %d failed; later the run is %q, and there are %d messages", n, got.Outcome, l.messages())
			}
			in.Arm(1, faulty.Before, false)
			if _, err := d.Jobs.Trigger(l.ctx, jobs.TriggerRequest{Shop: "acme", Entry: "import", Trigger: jobqueue.ByHand}); err == nil || l.messages() != 0 {
				return violated("a trigger that was not stored (%v) sent %d messages", err, l.messages())
			}
		}
		return nil
	})
}

func TestI8MessageIsAcknowledgedWhenNothingIsToRun(t *testing.T) {
	invariant(t, func(l *lab) error {
		l.settle(job("import", "orders", nil), job("process", "orders", nil))
		l.during = func(jobqueue.Request) error { return violated("it ran") }
		held := l.trigger("import")
		_, err := l.d.Jobs.Hold(l.ctx, "acme", "import", "stock-taking")
		must(err)
		void := l.trigger("process")
		must(l.d.Jobs.Cancel(l.ctx, "acme", void.ID))
		slot := l.slot("process", l.Now().Add(-time.Hour)) // of a time before it recurs
		must(l.queue.Send(l.ctx, slot.Group, "", slot.Body))
		must(l.queue.Send(l.ctx, "acme#orders", "", []byte("hello")))
		l.drain()
		if a, b := l.run(held.ID).Outcome, l.run(void.ID).Outcome; l.messages() != 0 || a != jobqueue.Skipped || b != jobqueue.Cancelled {
			return violated("%d messages are left; the held run is %q, the cancelled one %q", l.messages(), a, b)
		}
		// One that came very often is handed to a schedule, and goes on from there.
		l.during = nil
		run := l.trigger("process")
		m := l.receive()
		m.Receives = 900
		if !l.offer(l.d, m).Ack || l.run(run.ID).Done() {
			return violated("a message that came very often was not handed over")
		}
		must(l.queue.Delete(l.ctx, m.Receipt))
		if l.pass(2*time.Minute, 10*time.Second, nil); l.run(run.ID).Outcome != jobqueue.Succeeded {
			return violated("the run that was handed over is %q", l.run(run.ID).Outcome)
		}
		return nil
	})
}

func TestI9AttemptsCountFailuresOfTheTaskOnly(t *testing.T) {
	invariant(t, func(l *lab) error {
		n, starts := 0, 0
		l.settle(job("import", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
			switch n++; {
			case n <= 3:
				return jobqueue.Result{}, &fault.Error{Op: "shopify", Kind: fault.Throttled, RetryAfter: 30 * time.Second, Err: errNo}
			case n == 4:
				return jobqueue.Result{Counts: jobqueue.Counts{Created: 1}}, nil
			case n == 5:
				return jobqueue.Result{}, errNo
			}
			return jobqueue.Result{Done: true}, nil
		}), job("process", "orders", nil))
		var wrong error
		l.during = func(r jobqueue.Request) error {
			switch starts++; starts {
			case 2:
				panic(errDied)
			case 4:
				return errKilled
			case 5:
				return &fault.Error{Op: "invoke", Kind: fault.Throttled, Err: errNo} // no room for the function
			}
			if e := l.entry("import"); e.Attempts != 0 && n < 5 {
				wrong = violated("slice %d counts %d attempts, and the task has not failed", r.Slice, e.Attempts)
			}
			return nil
		}
		run := l.trigger("import")
		l.pass(20*time.Minute, 5*time.Second, func() bool { return wrong != nil || l.run(run.ID).Done() })
		if wrong != nil {
			return wrong
		}
		if e, got := l.entry("import"), l.run(run.ID); got.Outcome != jobqueue.Failed || e.Attempts != 1 || n != 5 {
			return violated("the run is %q after %d slices, with %d attempts", got.Outcome, n, e.Attempts)
		}
		l.during = nil
		if l.pass(10*time.Minute, 10*time.Second, nil); l.entry("import").Attempts != 0 || n != 6 {
			return violated("after the repeat there are %d attempts", l.entry("import").Attempts)
		}
		return nil
	})
}

// reluctant refuses the first one-time schedule.
type reluctant struct {
	schedule.Schedules
	asked int
}

func (s *reluctant) At(ctx context.Context, name string, at time.Time, t schedule.Target) error {
	if s.asked++; s.asked == 1 {
		return errNo
	}
	return s.Schedules.At(ctx, name, at, t)
}

func TestI10FailingEntryEndsInErrorAfterItsAttempts(t *testing.T) {
	invariant(t, func(l *lab) error {
		n := 0
		l.settle(job("import", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
			n++
			return jobqueue.Result{}, errNo
		}), job("process", "orders", nil))
		l.d.Jobs.Schedules = &reluctant{Schedules: l.schedules}
		l.trigger("import")
		behind := l.trigger("process")
		// The first retry cannot be armed at once; the message comes back for that.
		for end := l.Now().Add(40 * time.Minute); l.Now().Before(end); {
			l.Advance(20 * time.Second)
			_, err := l.schedules.Tick(l.ctx)
			must(err)
			for some := true; some && n <= 3; {
				some, _ = l.deliver(l.d)
			}
		}
		if e := l.entry("import"); n != 3 || e.Status != jobqueue.InError || e.Attempts != 3 {
			return violated("%d runs, then %s with %d attempts; want 3 runs and an error", n, e.Status, e.Attempts)
		}
		if got := l.run(behind.ID); got.Outcome != jobqueue.Succeeded {
			return violated("the next run of the category is %q", got.Outcome)
		}
		return nil
	})
}

func TestI11PoisonEndsAtItsFirstDeliveryAndACrashingTaskAfterFive(t *testing.T) {
	invariant(t, func(l *lab) error {
		l.settle(job("import", "orders", nil), job("process", "orders", nil))
		must(l.queue.Send(l.ctx, "acme#orders", "", []byte(`{"v":1,"shop":"acme","entry":"sync-horses","trigger":"manual","run":"x"}`)))
		good := l.trigger("process")
		l.drain()
		rejected := func(r jobqueue.Run) bool {
			return r.Outcome == jobqueue.Rejected && strings.Contains(r.Detail, "sync-horses")
		}
		if rs := l.runs(); l.messages() != 0 || l.run(good.ID).Outcome != jobqueue.Succeeded || len(rs) != 2 || !rejected(rs[0]) && !rejected(rs[1]) {
			return violated("%d messages are left after one delivery each, the log has %d runs", l.messages(), len(rs))
		}
		starts := 0
		l.during = func(r jobqueue.Request) error {
			if r.Task == "import" {
				starts++
				return errKilled
			}
			return nil
		}
		run, behind := l.trigger("import"), l.trigger("process")
		l.pass(20*time.Minute, 20*time.Second, nil)
		if got := l.run(run.ID); starts != jobqueue.MaxStarts || got.Outcome != jobqueue.Failed || got.Merchant == "" || l.entry("import").Status != jobqueue.InError {
			return violated("a crashing task was started %d times; the run is %q, the entry %s", starts, got.Outcome, l.entry("import").Status)
		}
		if got := l.run(behind.ID); got.Outcome != jobqueue.Succeeded {
			return violated("the next run of the category is %q", got.Outcome)
		}
		return nil
	})
}

func TestI12TwoSendsOfOneTriggerStartOneRun(t *testing.T) {
	invariant(t, func(l *lab) error {
		ran := map[string]int{}
		count := func(f jobqueue.TaskFunc) jobqueue.TaskFunc {
			return func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
				ran[r.Task]++
				return f(ctx, r)
			}
		}
		check := job("check", "stock", count(nothing))
		check.Default.Every = 30 * time.Minute
		l.settle(job("import", "orders", count(created)), check)
		run := l.trigger("import")
		slot := l.slot("check", l.entry("check").EarliestStart)
		l.Advance(time.Minute)
		for _, wait := range []time.Duration{0, 3 * time.Minute, 6 * time.Minute} { // within and beyond what the queue remembers
			l.Advance(wait)
			must(l.d.Jobs.Resend(l.ctx, run))
			must(l.queue.Send(l.ctx, slot.Group, "", slot.Body))
			if wait == 3*time.Minute && l.messages() != 0 {
				return violated("the queue took the same message again after %v", wait)
			}
			if l.drain(); ran["import"] != 1 || ran["check"] != 1 {
				return violated("sent again after %v: %v", wait, ran)
			}
		}
		return nil
	})
}

func TestI12RetryIsVoidOnceALaterRunHasStarted(t *testing.T) {
	invariant(t, func(l *lab) error {
		n := 0
		l.settle(job("import", "orders", func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
			if n++; n == 1 {
				return jobqueue.Result{}, errNo
			}
			return jobqueue.Result{Done: true}, nil
		}))
		l.trigger("import")
		l.drain()
		l.trigger("import") // by hand, before the retry
		l.drain()
		if l.pass(10*time.Minute, 20*time.Second, nil); n != 2 || l.messages() != 0 {
			return violated("%d runs, %d messages; the retry repeats what a later run has done", n, l.messages())
		}
		return nil
	})
}
