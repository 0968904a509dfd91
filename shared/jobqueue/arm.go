package jobqueue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backroom/shared/schedule"
)

// Arm makes the schedules of e, with history h, what the entry says: a recurring
// one for a rule with slots; a single one for the next time of a chained rule or of
// an entry for one run. Arming again what is armed changes nothing.
func (d *Dispatcher) Arm(ctx context.Context, e Entry, h History) error {
	body, err := encode(e.tick(schedule.TimePlaceholder))
	if err != nil {
		return err
	}
	want := schedule.Target{Group: e.Group(), Body: string(body)}
	if e.stranded(h) {
		return d.strand(ctx, e, h)
	}
	rec, grid := e.Grid()
	next, ok := e.NextRun(h)
	// An entry in Error keeps its schedule, for the day somebody starts it by hand.
	if off := e.Status == OnHold || e.Status == Finished || e.Status == Ready && !ok; off || !grid {
		if err := d.Schedules.Delete(ctx, e.ScheduleName()); err != nil || grid || !ok {
			return err
		}
		return d.armNext(ctx, e, h, next)
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
func (d *Dispatcher) armNext(ctx context.Context, e Entry, h History, at time.Time) error {
	now := d.Store.Now()
	if !e.Once && at.Before(now) && !e.Open(now) {
		// It was missed, and the window has closed since.
		next, ok := e.Next(now)
		switch {
		case !ok && e.Expiration.IsZero():
			return d.strand(ctx, e, h)
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
// that is next, the time that it has now (zero: it has none). A failure is logged
// alone: the tick then finds no slot, and is refused in the log.
func (d *Dispatcher) disarm(ctx context.Context, was Entry, h History, next time.Time) {
	old, ok := was.NextRun(h)
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
func (e Entry) stranded(h History) bool {
	if e.Status != Ready || !e.Recurs() || !e.Expiration.IsZero() || e.Chained() && h.Started.After(h.Ended) {
		return false
	}
	_, ok := e.NextRun(h)
	return !ok
}

// strandedText is what a merchant is told.
const strandedText = "No next run follows from the schedule of this job: save it with another schedule, then make it ready. It is being looked at."

// strand puts an entry in Error that has no next run, so that somebody is
// called: nothing would ever run of it, and nothing fail. An entry that has changed since is left to whoever
// changed it, and to the next sweep.
func (d *Dispatcher) strand(ctx context.Context, e Entry, h History) error {
	e.Status, e.LastError, e.Whose, e.Cause, e.FailingSince = Error, strandedText, "system", NoNextRun, d.Store.Now()
	op, err := d.Store.putEntry(e)
	if err == nil {
		err = d.Store.Table.Write(ctx, op)
	}
	if err != nil {
		return ignoreConflict(err)
	}
	d.Log.ErrorContext(ctx, "job entry without a next run", "shop", e.Shop, "entry", e.ID, "rule", e.Words(), "last", h.Started)
	return nil
}
