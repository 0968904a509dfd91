package jobqueue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backroom/shared/schedule"
)

// Arm makes the schedules of an entry, read with what its runs left behind,
// what the entry says: a recurring one for a rule with slots; a single one for
// the next time of a chained rule or of an entry for one run.
func (d *Dispatcher) Arm(ctx context.Context, e Entry) error {
	body, err := encode(e.tick(schedule.TimePlaceholder))
	if err != nil {
		return err
	}
	want := schedule.Target{Group: e.Group(), Body: string(body)}
	if e.stranded() {
		return d.strand(ctx, e)
	}
	rec, grid := e.Grid()
	next, ok := e.NextRun()
	// An entry in Error keeps its schedule, for the day somebody starts it by hand.
	if off := e.Status == OnHold || e.Status == Finished || e.Status == Ready && !ok; off || !grid {
		if err := d.Schedules.Delete(ctx, e.ScheduleName()); err != nil || grid || !ok {
			return err
		}
		return d.armNext(ctx, e, next)
	}
	has, err := d.Schedules.Get(ctx, e.ScheduleName())
	switch {
	case err == nil && !has.Outdated && has.Target == want && sameRecurrence(has.Recurrence, rec):
		return nil // replacing it would forget a firing that is due
	case err != nil && !errors.Is(err, schedule.ErrNotFound):
		return err
	}
	return d.Schedules.Every(ctx, e.ScheduleName(), rec, want)
}

func sameRecurrence(a, b schedule.Recurrence) bool {
	zone := func(r schedule.Recurrence) string {
		if r.Zone == nil {
			return time.UTC.String()
		}
		return r.Zone.String()
	}
	return a.Rate == b.Rate && a.Cron == b.Cron && a.Anchor.Equal(b.Anchor) && zone(a) == zone(b)
}

// onceName is the name of the entry's schedule for one time.
func (e Entry) onceName(at time.Time) string {
	if e.Made == "" {
		return clip(fmt.Sprintf("%s.%s.at%d", e.Shop, e.ID, at.Unix()))
	}
	return clip(fmt.Sprintf("%s.%s.%s.at%d", e.Shop, e.ID, e.Made, at.Unix()))
}

// armNext arms one time, by a name that makes arming it twice the same as once.
func (d *Dispatcher) armNext(ctx context.Context, e Entry, at time.Time) error {
	now := d.Store.Now()
	if !e.Once && at.Before(now) && !e.Open(now) {
		// It was missed, and the window has closed since.
		next, ok := e.Next(now)
		switch {
		case !ok && e.Expiration.IsZero():
			return d.strand(ctx, e)
		case !ok:
			return nil
		}
		at = next
	}
	body, err := encode(e.tick(stamp(at)))
	if err != nil {
		return err
	}
	return d.Schedules.At(ctx, e.onceName(at), at, schedule.Target{Group: e.Group(), Body: string(body)})
}

// disarm deletes the schedule for the one next time that an entry had, unless
// that is next, the time it has now; a zero one: none. It may fail: the tick
// then finds no slot, and is refused in the log.
func (d *Dispatcher) disarm(ctx context.Context, was Entry, next time.Time) {
	old, ok := was.NextRun()
	if _, grid := was.Grid(); grid || !ok || old.Equal(next) {
		return
	}
	if err := d.Schedules.Delete(ctx, was.onceName(old)); err != nil {
		d.Log.WarnContext(ctx, "schedule not deleted", "shop", was.Shop, "entry", was.ID, "err", err)
	}
}

// stranded reports whether e should run again and again, without an end, and
// has no next time. Its rule was accepted with one: what follows from it has
// changed since, such as the rules of its time zone or this program.
func (e Entry) stranded() bool {
	if e.Status != Ready || !e.Recurs() || !e.Expiration.IsZero() || e.Chained() && e.LastStarted.After(e.LastChecked) {
		return false
	}
	_, ok := e.NextRun()
	return !ok
}

// strandedText is what a merchant is told.
const strandedText = "No next run follows from the schedule of this job: save it with another schedule, then make it ready. It is being looked at."

// strand puts an entry in Error that has no next run, so that somebody is
// called: nothing would ever run of it, and nothing fail. e was read with what
// its runs left behind. An entry that has changed since is left to whoever
// changed it, and to the next sweep.
func (d *Dispatcher) strand(ctx context.Context, e Entry) error {
	e.Status, e.LastError, e.Whose, e.Cause, e.FailingSince = Error, strandedText, "system", NoNextRun, d.Store.Now()
	op, err := d.Store.putEntry(e)
	if err == nil {
		err = d.Store.Table.Write(ctx, op)
	}
	if err != nil {
		return ignoreConflict(err)
	}
	d.Log.ErrorContext(ctx, "job entry without a next run", "shop", e.Shop, "entry", e.ID, "rule", e.Words(), "last", e.LastStarted)
	return nil
}
