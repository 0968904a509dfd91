package metrics

import (
	"context"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/sweep"
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
		l.with(byTask, count(ShopifyCalls, used.Count().ShopifyRequests), count(BCCalls, used.Count().BCRequests))
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
			l.with([][]string{{Stage}, {Stage, Task}}, count(Throttles, 1))
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
func (e *Emitter) Swept(s sweep.Swept, took time.Duration, failed bool) {
	if e == nil {
		return
	}
	l := newLine("swept")
	l.fields["swept"] = s
	var failing, down, refused float64
	for _, ends := range s.Tasks {
		failing, down, refused = max(failing, ends.FailingPercent()), max(down, ends.DownPercent()), max(refused, ends.RefusedPercent())
	}
	l.with([][]string{{Stage}},
		flag(Sweeps, !failed || s.Shops > 0), seconds(SweepSeconds, took), flag(SweepProblems, failed), count(Mended, s.Mended()),
		count(LeasesExpiredInUse, s.Recorded+s.Revived+s.Lost), count(Shops, s.Shops), count(ShopsFailing, s.Failing),
		count(JobsInError, s.InError), count(JobsStranded, s.Stranded), count(OverdueNow, s.Late), count(StuckCategories, s.Stuck),
		percent(FailingPercent, failing), percent(DownPercent, down), percent(RefusedPercent, refused),
		count(FailingHour, s.FailingHour), count(FailingFourHours, s.FailingFourHours), count(AppRefused, s.AppRefused),
		count(DeadLetters, s.DeadLetters), count(UndeliveredSchedules, s.Undelivered))
	e.write(l)
}

func percent(name string, p float64) value { return value{name, "Percent", p} }
