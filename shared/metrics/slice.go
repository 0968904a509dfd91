package metrics

import (
	"context"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/usage"
)

// Tasks is inner, which runs tasks in this process, with what each slice used.
func (e *Emitter) Tasks(inner jobqueue.Invoker) jobqueue.Invoker {
	if e == nil {
		return inner
	}
	return invoker(func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
		ctx, used := usage.Begin(ctx)
		res, err := inner.Invoke(ctx, r)
		l := newLine("slice ended")
		l.fields["shop"], l.fields["run"], l.fields["slice"], l.fields[Task] = r.Shop, r.Run, r.Slice, r.Task
		l.with([]string{Stage, Task}, count(ShopifyCalls, used.Count().ShopifyRequests), count(BCCalls, used.Count().BCRequests))
		e.write(l)
		return res, err
	})
}

// Throttled is inner, which leads to the tasks' functions, with the slices that
// were sent away: by Lambda, or by one of the two APIs.
func (e *Emitter) Throttled(inner jobqueue.Invoker) jobqueue.Invoker {
	if e == nil {
		return inner
	}
	return invoker(func(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
		res, err := inner.Invoke(ctx, r)
		if err != nil && fault.KindOf(err) == fault.Throttled {
			l := newLine("slice sent away")
			l.fields["shop"], l.fields["run"], l.fields["slice"], l.fields[Task] = r.Shop, r.Run, r.Slice, r.Task
			l.with([]string{Stage, Task}, count(Throttles, 1))
			e.write(l)
		}
		return res, err
	})
}

type invoker func(context.Context, jobqueue.Request) (jobqueue.Result, error)

func (f invoker) Invoke(ctx context.Context, r jobqueue.Request) (jobqueue.Result, error) {
	return f(ctx, r)
}

// Swept tells what a sweep saw and mended, how long it took, and whether a part
// of it failed.
func (e *Emitter) Swept(s jobqueue.Swept, took time.Duration, failed bool) {
	if e == nil {
		return
	}
	l := newLine("swept")
	l.fields["swept"] = s
	share := 0.0
	if s.Shops > 0 {
		share = 100 * float64(s.Failing) / float64(s.Shops)
	}
	l.with([]string{Stage},
		count(Sweeps, 1), seconds(SweepSeconds, took), flag(SweepProblems, failed), count(Mended, s.Mended()),
		count(LeasesExpiredInUse, s.Recorded+s.Revived+s.Lost), count(OverdueJobs, s.Overdue), count(JobsInError, s.InError),
		count(Shops, s.Shops), count(ShopsFailing, s.Failing), value{ShopsFailingShare, "Percent", share})
	e.write(l)
}
