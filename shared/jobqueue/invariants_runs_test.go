package jobqueue

import (
	"context"
	"strings"
	"testing"
	"time"

	"backroom/shared/fault"
	"backroom/shared/faulty"
	"backroom/shared/schedule"
)

func TestI8MessageIsAcknowledgedWhenItsResultIsDurable(t *testing.T) {
	invariant(t, func(l *lab) error {
		l.settle(job("import", "orders", nil))
		for n := 1; n <= 4; n++ {
			in := &faulty.Injector{Now: l.now}
			d := l.dispatcher()
			d.Store.Table = faulty.Table{Inner: l.table, Injector: in}
			run := l.trigger("import")
			in.Arm(n, faulty.Before, false)
			_, _ = l.deliver(d) // its n-th write fails
			if got := l.run(run.ID); l.messages() == 0 && !got.Done() {
				return violated("write %d failed; the message is gone, and the run has not ended", n)
			}
			l.pass(5*time.Minute, 10*time.Second, nil)
			if got := l.run(run.ID); l.messages() != 0 || got.Outcome != Succeeded {
				return violated("write %d failed; later the run is %q, and there are %d messages", n, got.Outcome, l.messages())
			}
			in.Arm(1, faulty.Before, false)
			if _, err := d.Trigger(l.ctx, Ask{Shop: "acme", Entry: "import", Trigger: ByHand}); err == nil || l.messages() != 0 {
				return violated("a trigger that was not stored (%v) sent %d messages", err, l.messages())
			}
		}
		return nil
	}, without{"acknowledged before the write", flawAckEarly}, without{"sent before it is stored", flawSendFirst})
}

func TestI8MessageIsAcknowledgedWhenNothingIsToRun(t *testing.T) {
	invariant(t, func(l *lab) error {
		l.settle(job("import", "orders", nil), job("process", "orders", nil))
		l.during = func(Request) error { return violated("it ran") }
		held := l.trigger("import")
		_, err := l.d.Hold(l.ctx, "acme", "import", "stock-taking")
		must(err)
		void := l.trigger("process")
		must(l.d.Cancel(l.ctx, "acme", void.ID))
		slot := l.slot("process", l.now().Add(-time.Hour)) // of a time before it recurs
		must(l.queue.Send(l.ctx, slot.Group, "", slot.Body))
		must(l.queue.Send(l.ctx, "acme#orders", "", []byte("hello")))
		l.drain()
		if a, b := l.run(held.ID).Outcome, l.run(void.ID).Outcome; l.messages() != 0 || a != Skipped || b != Cancelled {
			return violated("%d messages are left; the held run is %q, the cancelled one %q", l.messages(), a, b)
		}
		// One that came very often is handed to a schedule, and goes on from there.
		l.during = nil
		run := l.trigger("process")
		m := l.receive()
		m.Receives = handOverAfter
		if !l.offer(l.d, m).Ack || l.run(run.ID).Done() {
			return violated("a message that came very often was not handed over")
		}
		must(l.queue.Delete(l.ctx, m.Receipt))
		if l.pass(2*time.Minute, 10*time.Second, nil); l.run(run.ID).Outcome != Succeeded {
			return violated("the run that was handed over is %q", l.run(run.ID).Outcome)
		}
		return nil
	}, without{"poison not acknowledged", flawPoison})
}

func TestI9AttemptsCountFailuresOfTheTaskOnly(t *testing.T) {
	invariant(t, func(l *lab) error {
		n, starts := 0, 0
		l.settle(job("import", "orders", func(context.Context, Request) (Result, error) {
			switch n++; {
			case n <= 3:
				return Result{}, &fault.Error{Op: "shopify", Kind: fault.Throttled, RetryAfter: 30 * time.Second, Err: errNo}
			case n == 4:
				return Result{Counts: Counts{Created: 1}}, nil
			case n == 5:
				return Result{}, errNo
			}
			return Result{Done: true}, nil
		}), job("process", "orders", nil))
		var wrong error
		l.during = func(r Request) error {
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
		if e, got := l.entry("import"), l.run(run.ID); got.Outcome != Failed || e.Attempts != 1 || n != 5 {
			return violated("the run is %q after %d slices, with %d attempts", got.Outcome, n, e.Attempts)
		}
		l.during = nil
		if l.pass(10*time.Minute, 10*time.Second, nil); l.entry("import").Attempts != 0 || n != 6 {
			return violated("after the repeat there are %d attempts", l.entry("import").Attempts)
		}
		return nil
	}, without{"throttle counted as an attempt", flawThrottle})
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
		l.settle(job("import", "orders", func(context.Context, Request) (Result, error) {
			n++
			return Result{}, errNo
		}), job("process", "orders", nil))
		l.d.Schedules = &reluctant{Schedules: l.schedules}
		l.trigger("import")
		behind := l.trigger("process")
		// The first retry cannot be armed at once; the message comes back for that.
		for end := l.now().Add(40 * time.Minute); l.now().Before(end); {
			l.advance(20 * time.Second)
			_, err := l.schedules.Tick(l.ctx)
			must(err)
			for some := true; some && n <= 3; {
				some, _ = l.deliver(l.d)
			}
		}
		if e := l.entry("import"); n != 3 || e.Status != Error || e.Attempts != 3 {
			return violated("%d runs, then %s with %d attempts; want 3 runs and an error", n, e.Status, e.Attempts)
		}
		if got := l.run(behind.ID); got.Outcome != Succeeded {
			return violated("the next run of the category is %q", got.Outcome)
		}
		return nil
	}, without{"attempts without end", flawEndless}, without{"retry recorded and not armed", flawRetryUnarmed})
}

func TestI11PoisonEndsAtItsFirstDeliveryAndACrashingTaskAfterFive(t *testing.T) {
	invariant(t, func(l *lab) error {
		l.settle(job("import", "orders", nil), job("process", "orders", nil))
		must(l.queue.Send(l.ctx, "acme#orders", "", []byte(`{"v":1,"shop":"acme","entry":"sync-horses","trigger":"manual","run":"x"}`)))
		good := l.trigger("process")
		l.drain()
		rejected := func(r Run) bool { return r.Outcome == Rejected && strings.Contains(r.Detail, "sync-horses") }
		if rs := l.runs(); l.messages() != 0 || l.run(good.ID).Outcome != Succeeded || len(rs) != 2 || !rejected(rs[0]) && !rejected(rs[1]) {
			return violated("%d messages are left after one delivery each, the log has %d runs", l.messages(), len(rs))
		}
		starts := 0
		l.during = func(r Request) error {
			if r.Task == "import" {
				starts++
				return errKilled
			}
			return nil
		}
		run, behind := l.trigger("import"), l.trigger("process")
		l.pass(20*time.Minute, 20*time.Second, nil)
		if got := l.run(run.ID); starts != MaxStarts || got.Outcome != Failed || got.Merchant == "" || l.entry("import").Status != Error {
			return violated("a crashing task was started %d times; the run is %q, the entry %s", starts, got.Outcome, l.entry("import").Status)
		}
		if got := l.run(behind.ID); got.Outcome != Succeeded {
			return violated("the next run of the category is %q", got.Outcome)
		}
		return nil
	}, without{"poison not acknowledged", flawPoison}, without{"starts not counted", flawStarts})
}

func TestI12TwoSendsOfOneTriggerStartOneRun(t *testing.T) {
	invariant(t, func(l *lab) error {
		ran := map[string]int{}
		count := func(f TaskFunc) TaskFunc {
			return func(ctx context.Context, r Request) (Result, error) {
				ran[r.Task]++
				return f(ctx, r)
			}
		}
		check := job("check", "stock", count(nothing))
		check.Default.Every = 30 * time.Minute
		l.settle(job("import", "orders", count(created)), check)
		run := l.trigger("import")
		slot := l.slot("check", l.entry("check").EarliestStart)
		l.advance(time.Minute)
		for _, wait := range []time.Duration{0, 3 * time.Minute, 6 * time.Minute} { // within and beyond what the queue remembers
			l.advance(wait)
			must(l.d.Resend(l.ctx, run))
			must(l.queue.Send(l.ctx, slot.Group, "", slot.Body))
			if wait == 3*time.Minute && l.messages() != 0 {
				return violated("the queue took the same message again after %v", wait)
			}
			if l.drain(); ran["import"] != 1 || ran["check"] != 1 {
				return violated("sent again after %v: %v", wait, ran)
			}
		}
		return nil
	}, without{"run that has ended starts again", flawEndedAgain}, without{"a slot starts twice", flawSlotTwice})
}

func TestI12RetryIsVoidOnceALaterRunHasStarted(t *testing.T) {
	invariant(t, func(l *lab) error {
		n := 0
		l.settle(job("import", "orders", func(context.Context, Request) (Result, error) {
			if n++; n == 1 {
				return Result{}, errNo
			}
			return Result{Done: true}, nil
		}))
		l.trigger("import")
		l.drain()
		l.trigger("import") // by hand, before the retry
		l.drain()
		if l.pass(10*time.Minute, 20*time.Second, nil); n != 2 || l.messages() != 0 {
			return violated("%d runs, %d messages; the retry repeats what a later run has done", n, l.messages())
		}
		return nil
	}, without{"retry repeats what a later run has overtaken", flawRetryStale})
}

func TestI13RunNowDuringARunQueuesOneMore(t *testing.T) {
	invariant(t, func(l *lab) error {
		n := 0
		l.settle(job("import", "orders", nil))
		l.during = func(Request) error {
			if n++; n == 1 {
				for range 3 {
					l.trigger("import")
				}
			}
			return nil
		}
		l.trigger("import")
		if l.drain(); n != 2 {
			return violated("three wishes during a run led to %d more", n-1)
		}
		return nil
	}, without{"wishes do not join", flawCoalesce})
}

func TestI14NothingStartsOnHoldAndNothingIsStoredUp(t *testing.T) {
	invariant(t, func(l *lab) error {
		n := 0
		reg := job("import", "orders", func(ctx context.Context, r Request) (Result, error) {
			n++
			return created(ctx, r)
		})
		reg.Default.Every = 10 * time.Minute
		l.settle(reg)
		run, slot := l.trigger("import"), l.slot("import", l.entry("import").EarliestStart)
		_, err := l.d.Hold(l.ctx, "acme", "import", "stock-taking")
		must(err)
		l.advance(time.Minute)
		must(l.queue.Send(l.ctx, slot.Group, "", slot.Body)) // on its way already
		l.pass(25*time.Minute, time.Minute, nil)
		if got := l.run(run.ID); n != 0 || got.Outcome != Skipped || !strings.Contains(got.Merchant, "stock-taking") {
			return violated("%d slices on hold; the trigger is %q: %s", n, got.Outcome, got.Merchant)
		}
		_, err = l.d.Release(l.ctx, "acme", "import")
		must(err)
		if l.drain(); n != 0 || l.messages() != 0 {
			return violated("%d slices of what was held", n)
		}
		if l.pass(10*time.Minute, time.Minute, nil); n != 1 {
			return violated("%d runs in the ten minutes after the hold, want 1", n)
		}
		return nil
	}, without{"runs on hold", flawHold})
}

func TestI14CancellationTakesEffectAtTheNextHeartbeat(t *testing.T) {
	invariant(t, func(l *lab) error {
		var stopped time.Duration // after its start, by the clock of the heartbeat
		l.settle(job("import", "orders", func(ctx context.Context, _ Request) (Result, error) {
			began := time.Now()
			late := time.NewTimer(10 * time.Minute)
			defer late.Stop()
			select {
			case <-ctx.Done():
			case <-late.C:
			}
			stopped = time.Since(began)
			return Result{Checkpoint: []byte(`1`)}, ctx.Err()
		}), job("process", "orders", nil))
		run := l.trigger("import")
		l.during = func(Request) error { return l.d.Cancel(l.ctx, "acme", run.ID) }
		_, err := l.deliver(l.d)
		must(err)
		if l.during = nil; stopped > RenewEvery {
			return violated("a slice was told of its cancellation after %v", stopped)
		}
		if got, e := l.run(run.ID), l.entry("import"); got.Outcome != Cancelled || e.Attempts != 0 || e.Status != Ready || l.messages() != 0 {
			return violated("the run is %q, the entry %s with %d attempts", got.Outcome, e.Status, e.Attempts)
		}
		// Before it starts, nothing of it does.
		void := l.trigger("process")
		must(l.d.Cancel(l.ctx, "acme", void.ID))
		l.during = func(Request) error { return errNo }
		if l.drain(); l.run(void.ID).Outcome != Cancelled {
			return violated("a run that was cancelled before its start is %q", l.run(void.ID).Outcome)
		}
		return nil
	}, without{"cancellation not told", flawCancel})
}

func TestI15BacklogBecomesOneRun(t *testing.T) {
	invariant(t, func(l *lab) error {
		n := 0
		reg := job("import", "orders", nothing)
		reg.Default.Every = 10 * time.Minute
		l.settle(reg)
		l.during = func(Request) error {
			if n++; n == 1 {
				for range 5 { // slots pass while it works, and their messages pile up
					l.advance(10 * time.Minute)
					_, err := l.schedules.Tick(l.ctx)
					must(err)
				}
			}
			return nil
		}
		l.advance(time.Minute)
		_, err := l.schedules.Tick(l.ctx)
		must(err)
		if l.drain(); n != 2 || l.messages() != 0 {
			return violated("a backlog of five led to %d runs; %d messages are left", n-1, l.messages())
		}
		if l.pass(10*time.Minute, time.Minute, nil); n != 3 {
			return violated("after the backlog, %d runs in one interval", n-2)
		}
		return nil
	}, without{"a slot starts twice", flawSlotTwice})
}

func TestI16SoftStopComesBeforeTheHardTimeout(t *testing.T) {
	invariant(t, func(l *lab) error {
		const hard = 14 * time.Minute // of a task's function
		const step = 10 * time.Second
		left, longest, slices := 40*time.Minute, time.Duration(0), 0
		l.settle(job("import", "orders", func(ctx context.Context, r Request) (Result, error) {
			began := l.now()
			for slices++; left > 0 && !l.now().Add(step).After(r.Deadline); left -= step {
				l.advance(step)
				if _, _, err := l.d.Store.Renew(ctx, r.Lease); err != nil {
					return Result{}, err
				}
			}
			longest = max(longest, l.now().Sub(began))
			return Result{Done: left <= 0, Checkpoint: []byte(`"so far"`), Counts: Counts{Created: 1}}, nil
		}))
		run := l.trigger("import")
		l.drain()
		if longest >= hard {
			return violated("a slice worked for %v, and its process would have been killed after %v", longest, hard)
		}
		if got := l.run(run.ID); got.Outcome != Succeeded || slices < 4 || got.Counts.Created != slices {
			return violated("the run is %q after %d slices with %+v", got.Outcome, slices, got.Counts)
		}
		return nil
	}, without{"no soft stop", flawNoDeadline})
}

func TestI18ChainOfFollowUpsEndsAtTheLimitAndLosesNoRun(t *testing.T) {
	invariant(t, func(l *lab) error {
		next := func(task string) TaskFunc {
			return func(context.Context, Request) (Result, error) {
				l.advance(time.Second)
				return Result{Done: true, FollowUps: []string{task}, Counts: Counts{Created: 1}}, nil
			}
		}
		l.settle(job("import", "orders", next("process")), job("process", "documents", next("import")))
		l.trigger("import")
		l.drain()
		rs := l.runs()
		if len(rs) != 1+MaxHops {
			return violated("%d runs of a chain without end, want %d", len(rs), 1+MaxHops)
		}
		for i, r := range rs {
			if r.Outcome != Succeeded || r.Hop != MaxHops-i {
				return violated("run %d before the last is %q at hop %d", i, r.Outcome, r.Hop)
			}
		}
		if l.messages() != 0 {
			return violated("%d messages are left", l.messages())
		}
		return nil
	}, without{"follow-ups without end", flawHops})
}
