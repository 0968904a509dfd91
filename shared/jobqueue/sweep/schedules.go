package sweep

import (
	"context"
	"errors"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/schedule"
)

// schedule has the entry's schedules be what the entry says.
func (s *Sweeper) schedule(ctx context.Context, e jobqueue.Entry, h jobqueue.History) (out Swept, err error) {
	for _, w := range wanted(e, h, s.jobs.Store.Now()) {
		has, err := s.jobs.Schedules.Get(ctx, w.Name)
		missing := errors.Is(err, schedule.ErrNotFound)
		switch {
		case err != nil && !missing:
			return out, err
		case missing && w.none || !missing && !w.none && !has.Outdated && (!w.At.IsZero() || has.Target == w.Target && jobqueue.SameRecurrence(has.Recurrence, w.Recurrence)):
			continue
		}
		if has.Outdated && !w.none && !w.At.IsZero() {
			// Arming leaves a one-time schedule as it is that is there already.
			if err := s.jobs.Schedules.Delete(ctx, w.Name); err != nil {
				return out, err
			}
		}
		if err := s.jobs.Arm(ctx, e, h); err != nil {
			return out, err
		}
		if missing {
			out.Armed++
		} else {
			out.Aligned++
		}
		return out, nil
	}
	return out, nil
}

// wantedSchedule is a schedule that should be, or should not be.
type wantedSchedule struct {
	schedule.Schedule

	none bool
}

// wanted are the schedules of e, with history h, at now, as arming makes them.
func wanted(e jobqueue.Entry, h jobqueue.History, now time.Time) []wantedSchedule {
	recurring := wantedSchedule{schedule.Schedule{Name: e.ScheduleName()}, true}
	rec, grid := e.Grid()
	next, ok := e.NextRun(h)
	switch {
	case e.Status == jobqueue.OnHold, e.Status == jobqueue.Finished, e.Status == jobqueue.Ready && !ok:
	case grid:
		recurring.none, recurring.Recurrence, recurring.Target = false, rec, e.Target(e.Tick(schedule.TimePlaceholder))
	case ok && next.After(now):
		return []wantedSchedule{recurring, {schedule.Schedule{Name: e.OnceName(next), At: next}, false}}
	}
	return []wantedSchedule{recurring}
}
