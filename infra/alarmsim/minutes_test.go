package alarmsim_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"backroom/infra/alarmsim"
	"backroom/infra/plan"
	"backroom/shared/jobqueue/sweep"
	"backroom/shared/sqs/sqstest"
)

// watched is a task's function, which publishes what Lambda does.
type watched struct {
	inner lambda.Handler
	w     *world
	name  string
}

// Invoke implements lambda.Handler.
func (f watched) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	f.w.called = true
	if f.w.kills == f.name && bytes.Contains(payload, []byte(`"shop":"ill-`)) {
		f.w.first = cmp.Or(f.w.first, f.w.Now())
		f.w.lambda(f.name).Ended(f.w.rec, f.w.Now(), f.w.Now(), true)
		return nil, errors.New("Runtime exited with error: signal: killed")
	}
	out, err := f.inner.Invoke(ctx, payload)
	f.w.lambda(f.name).Ended(f.w.rec, f.w.Now(), f.w.Now(), err != nil)
	return out, err
}

// sweep does what a schedule has the sweep's function do.
func (w *world) sweep() {
	w.tb.Helper()
	if w.wellEach == 1 && w.illEach == 1 {
		if _, err := w.sweeps[false].Invoke(w.tb.Context(), []byte("{}")); err != nil {
			w.tb.Fatal(err)
		}
		return
	}
	w.many.Shops = sweep.ShopList(w.ills)
	ill, errA := w.many.Sweep(w.tb.Context())
	w.many.Shops = sweep.ShopList(w.wells)
	well, errB := w.many.Sweep(w.tb.Context())
	w.emitter.Metrics.Swept(times(ill, w.illEach).Add(times(well, w.wellEach)), time.Second, errors.Join(errA, errB) != nil)
}

// times is the sum of so many sweeps that saw the same.
func times(s sweep.Swept, n int) (out sweep.Swept) {
	for ; n > 0; n, s = n/2, s.Add(s) {
		if n%2 == 1 {
			out = out.Add(s)
		}
	}
	return out
}

// minute is one minute of the stage.
func (w *world) minute() {
	w.tb.Helper()
	ctx, now := w.tb.Context(), w.Now()
	if w.nothing {
		w.Advance(time.Minute)
		return
	}
	if w.noSchedules {
		if now.Minute()%2 == 0 {
			alarmsim.Scheduled(w.rec, now, w.names.group, true, w.dropped, w.dropped)
		}
	} else if err := w.account.Schedules.Tick(ctx); err != nil {
		w.tb.Fatal(err)
	}
	sent := w.account.Queue.Queue.Len()
	done := 0
	for range 300 {
		if !w.deliver(ctx, now) {
			break
		}
		done++
		if w.sliced { // it takes the rest of the minute
			break
		}
	}
	w.sliced = false
	w.swept(now)
	left := w.account.Queue.Queue.Len()
	if w.stop() || len(w.taken) > 0 && !w.given {
		w.trouble = now
	}
	w.waits += time.Minute
	if left == 0 || left < sent || w.called {
		w.waits, w.called = 0, false
	}
	if now.Sub(w.trouble) > plan.QueueVisibility+10*time.Minute { // what happened before is over
		w.blocked = max(w.blocked, w.waits)
	}
	doubled := 0
	if w.doubles {
		sent, doubled = sent+200, 100
	}
	w.queues[0].Minute(w.rec, now, alarmsim.QueueMinute{Visible: left, Sent: sent, Deduplicated: doubled, Received: done, Deleted: max(sent-left, 0), Oldest: w.waits})
	w.account.Queue.SetDead(sqstest.DeadURL, w.deadLetters)
	w.account.Queue.SetDead(sqstest.DeadSchedulesURL, w.deadSchedules)
	w.queues[1].Minute(w.rec, now, alarmsim.QueueMinute{Visible: w.deadLetters})
	w.queues[2].Minute(w.rec, now, alarmsim.QueueMinute{Visible: w.deadSchedules})
	if w.throttled > 0 {
		alarmsim.TableThrottled(w.rec, now, w.names.table, w.index, w.throttled, w.throttled)
	}
	w.others(now)
	w.Advance(time.Minute)
}

// others publishes what comes from no shop.
func (w *world) others(now time.Time) {
	for _, f := range plan.Deployed().Functions {
		if w.badLines {
			w.wroteBadly = true
			_, _ = log{w, f.LogGroup(stageName)}.Write([]byte(`{"_aws":{"CloudWatchMetrics":[]}}`))
		}
		if w.slow {
			w.lambda(f.Name).Ended(w.rec, now, now.Add(f.Timeout-10*time.Second), false)
		}
		for range 5 {
			if w.noRoom {
				w.lambda(f.Name).Throttled(w.rec, now)
			}
		}
	}
	w.account.Functions.Full.Store(w.noRoom)
	if w.loops {
		w.lambda("dispatch").Dropped(w.rec, now)
	}
	for i := range 20 {
		status := 200
		if i < w.apiFails || w.apiDies {
			status = 500
		}
		alarmsim.Answered(w.rec, now, w.names.api, status)
		w.lambda("api").Ended(w.rec, now, now, w.apiDies)
	}
}

// deliver does what the mapping does with the next message, and publishes what
// Lambda does; it reports whether there was one.
func (w *world) deliver(ctx context.Context, now time.Time) bool {
	w.tb.Helper()
	if w.loses && !w.first.IsZero() {
		w.drop(ctx)
	}
	if w.noDelivery {
		return false
	}
	if w.dispatchDies || w.dispatchHangs {
		ms, err := w.account.Queue.Queue.Receive(ctx, 1, plan.QueueVisibility, 0)
		if err != nil || len(ms) == 0 {
			return false
		}
		ended := now
		if w.dispatchHangs {
			ended = now.Add(plan.DispatchTimeout)
		}
		w.lambda("dispatch").Ended(w.rec, now, ended, true)
		return true
	}
	some, err := w.account.Deliver(ctx, w.dispatch)
	if err != nil {
		w.tb.Fatal(err)
	}
	if some {
		w.lambda("dispatch").Ended(w.rec, now, now, false)
	}
	return some
}

// swept calls the sweep, as far as it is called and lives.
func (w *world) swept(now time.Time) {
	w.tb.Helper()
	switch {
	case w.noSweep:
	case w.sweepDies:
		w.lambda("sweep").Ended(w.rec, now, now, true)
	case w.sweepHangs:
		w.lambda("sweep").Ended(w.rec, now, now.Add(plan.SweepTimeout), true)
	default:
		w.sweep()
		w.lambda("sweep").Ended(w.rec, now, now, false)
	}
}

// nextSlot is when the next import of any shop is due.
func (w *world) nextSlot() time.Time {
	var next time.Time
	for _, a := range w.anchors {
		slot := a.Add(w.Now().Sub(a).Truncate(w.every))
		if slot.Before(w.Now()) {
			slot = slot.Add(w.every)
		}
		if next.IsZero() || slot.Before(next) {
			next = slot
		}
	}
	return next
}

// live lets time pass.
func (w *world) live(d time.Duration) {
	w.tb.Helper()
	for end := w.Now().Add(d); w.Now().Before(end); {
		w.minute()
	}
}
