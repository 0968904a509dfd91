package jobqueuetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"backroom/shared/jobqueue"
)

func TestI13RunNowDuringARunQueuesOneMore(t *testing.T) {
	invariant(t, func(l *lab) error {
		n := 0
		l.settle(job("import", "orders", nil))
		l.during = func(jobqueue.Request) error {
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
	})
}

func TestI14NothingStartsOnHoldAndNothingIsStoredUp(t *testing.T) {
	invariant(t, func(l *lab) error {
		n := 0
		reg := job("import", "orders", func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
			n++
			return created(ctx, r)
		})
		reg.Default.Every = 10 * time.Minute
		l.settle(reg)
		run, slot := l.trigger("import"), l.slot("import", l.entry("import").EarliestStart)
		_, err := l.d.Jobs.Hold(l.ctx, "acme", "import", "stock-taking")
		must(err)
		l.Advance(time.Minute)
		must(l.queue.Send(l.ctx, slot.Group, "", slot.Body)) // on its way already
		l.pass(25*time.Minute, time.Minute, nil)
		if got := l.run(run.ID); n != 0 || got.Outcome != jobqueue.Skipped || !strings.Contains(got.Merchant, "stock-taking") {
			return violated("%d slices on hold; the trigger is %q: %s", n, got.Outcome, got.Merchant)
		}
		_, err = l.d.Jobs.Release(l.ctx, "acme", "import")
		must(err)
		if l.drain(); n != 0 || l.messages() != 0 {
			return violated("%d slices of what was held", n)
		}
		if l.pass(10*time.Minute, time.Minute, nil); n != 1 {
			return violated("%d runs in the ten minutes after the hold, want 1", n)
		}
		return nil
	})
}

func TestI14CancellationTakesEffectAtTheNextHeartbeat(t *testing.T) {
	invariant(t, func(l *lab) error {
		var stopped time.Duration // after its start, by the clock of the heartbeat
		l.settle(job("import", "orders", func(ctx context.Context, _ jobqueue.Request) (jobqueue.Result, error) {
			began := time.Now()
			late := time.NewTimer(10 * time.Minute)
			defer late.Stop()
			select {
			case <-ctx.Done():
			case <-late.C:
			}
			stopped = time.Since(began)
			return jobqueue.Result{Checkpoint: []byte(`1`)}, ctx.Err()
		}), job("process", "orders", nil))
		run := l.trigger("import")
		l.during = func(jobqueue.Request) error { return l.d.Jobs.Cancel(l.ctx, "acme", run.ID) }
		_, err := l.deliver(l.d)
		must(err)
		if l.during = nil; stopped > jobqueue.RenewEvery {
			return violated("a slice was told of its cancellation after %v", stopped)
		}
		if got, e := l.run(run.ID), l.entry("import"); got.Outcome != jobqueue.Cancelled || e.Attempts != 0 || e.Status != jobqueue.Ready || l.messages() != 0 {
			return violated("the run is %q, the entry %s with %d attempts", got.Outcome, e.Status, e.Attempts)
		}
		// Before it starts, nothing of it does.
		void := l.trigger("process")
		must(l.d.Jobs.Cancel(l.ctx, "acme", void.ID))
		l.during = func(jobqueue.Request) error { return errNo }
		if l.drain(); l.run(void.ID).Outcome != jobqueue.Cancelled {
			return violated("a run that was cancelled before its start is %q", l.run(void.ID).Outcome)
		}
		return nil
	})
}

func TestI15BacklogBecomesOneRun(t *testing.T) {
	invariant(t, func(l *lab) error {
		n := 0
		reg := job("import", "orders", nothing)
		reg.Default.Every = 10 * time.Minute
		l.settle(reg)
		l.during = func(jobqueue.Request) error {
			if n++; n == 1 {
				for range 5 { // slots pass while it works, and their messages pile up
					l.Advance(10 * time.Minute)
					_, err := l.schedules.Tick(l.ctx)
					must(err)
				}
			}
			return nil
		}
		l.Advance(time.Minute)
		_, err := l.schedules.Tick(l.ctx)
		must(err)
		if l.drain(); n != 2 || l.messages() != 0 {
			return violated("a backlog of five led to %d runs; %d messages are left", n-1, l.messages())
		}
		if l.pass(10*time.Minute, time.Minute, nil); n != 3 {
			return violated("after the backlog, %d runs in one interval", n-2)
		}
		return nil
	})
}

func TestI16SoftStopComesBeforeTheHardTimeout(t *testing.T) {
	invariant(t, func(l *lab) error {
		const hard = 14 * time.Minute // of a task's function
		const step = 10 * time.Second
		left, longest, slices := 40*time.Minute, time.Duration(0), 0
		l.settle(job("import", "orders", func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
			began := l.Now()
			for slices++; left > 0 && !l.Now().Add(step).After(r.Deadline); left -= step {
				l.Advance(step)
				if _, _, err := l.d.Jobs.Store.Renew(ctx, r.Lease); err != nil {
					return jobqueue.Result{}, err
				}
			}
			longest = max(longest, l.Now().Sub(began))
			return jobqueue.Result{Done: left <= 0, Checkpoint: []byte(`"so far"`), Counts: jobqueue.Counts{Created: 1}}, nil
		}))
		run := l.trigger("import")
		l.drain()
		if longest >= hard {
			return violated("a slice worked for %v, and its process would have been killed after %v", longest, hard)
		}
		if got := l.run(run.ID); got.Outcome != jobqueue.Succeeded || slices < 4 || got.Counts.Created != slices {
			return violated("the run is %q after %d slices with %+v", got.Outcome, slices, got.Counts)
		}
		return nil
	})
}

func TestI18ChainOfFollowUpsEndsAtTheLimitAndLosesNoRun(t *testing.T) {
	invariant(t, func(l *lab) error {
		next := func(task string) jobqueue.TaskFunc {
			return func(context.Context, jobqueue.Request) (jobqueue.Result, error) {
				l.Advance(time.Second)
				return jobqueue.Result{Done: true, FollowUps: []string{task}, Counts: jobqueue.Counts{Created: 1}}, nil
			}
		}
		l.settle(job("import", "orders", next("process")), job("process", "documents", next("import")))
		l.trigger("import")
		l.drain()
		rs := l.runs()
		if len(rs) != 1+jobqueue.MaxHops {
			return violated("%d runs of a chain without end, want %d", len(rs), 1+jobqueue.MaxHops)
		}
		for i, r := range rs {
			if r.Outcome != jobqueue.Succeeded || r.Hop != jobqueue.MaxHops-i {
				return violated("run %d before the last is %q at hop %d", i, r.Outcome, r.Hop)
			}
		}
		if l.messages() != 0 {
			return violated("%d messages are left", l.messages())
		}
		return nil
	})
}
