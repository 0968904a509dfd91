package jobs

import (
	"context"
	"errors"
	"time"

	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/schedule"
)

// Arm makes the schedules of e, with history h, what the entry says: a recurring
// one for a rule with slots; a single one for the next time of a chained rule or of
// an entry for one run. Arming again what is armed changes nothing.
func (j *Client) Arm(ctx context.Context, e jobqueue.Entry, h jobqueue.History) error {
	want := e.Target(e.Tick(schedule.TimePlaceholder))
	if e.Stranded(h) {
		return j.Strand(ctx, e, h)
	}
	rec, grid := e.Grid()
	next, ok := e.NextRun(h)
	// An entry in Error keeps its schedule, for the day somebody starts it by hand.
	if off := e.Status == jobqueue.OnHold || e.Status == jobqueue.Finished || e.Status == jobqueue.Ready && !ok; off || !grid {
		if err := j.Schedules.Delete(ctx, e.ScheduleName()); err != nil || grid || !ok {
			return err
		}
		return j.armNext(ctx, e, h, next)
	}
	has, err := j.Schedules.Get(ctx, e.ScheduleName())
	switch {
	case err == nil && !has.Outdated && has.Target == want && jobqueue.SameRecurrence(has.Recurrence, rec):
		return nil // replacing it would forget a firing that is due
	case err != nil && !errors.Is(err, schedule.ErrNotFound):
		return err
	}
	return j.Schedules.Every(ctx, e.ScheduleName(), rec, want)
}

// armNext arms one time, by a name that makes arming it twice the same as once.
func (j *Client) armNext(ctx context.Context, e jobqueue.Entry, h jobqueue.History, at time.Time) error {
	now := j.Store.Now()
	if !e.Once && at.Before(now) && !e.Open(now) {
		// It was missed, and the window has closed since.
		next, ok := e.Next(now)
		switch {
		case !ok && e.Expiration.IsZero():
			return j.Strand(ctx, e, h)
		case !ok:
			return nil
		}
		at = next
	}
	return j.Schedules.At(ctx, e.OnceName(at), at, e.Target(e.Tick(jobqueue.Stamp(at))))
}

// Disarm deletes the schedule for the one next time that an entry had, unless
// that is next, the time that it has now (zero: it has none). A failure is logged
// alone: the tick then finds no slot, and is refused in the log.
func (j *Client) Disarm(ctx context.Context, was jobqueue.Entry, h jobqueue.History, next time.Time) {
	old, ok := was.NextRun(h)
	if _, grid := was.Grid(); grid || !ok || old.Equal(next) {
		return
	}
	if err := j.Schedules.Delete(ctx, was.OnceName(old)); err != nil {
		j.Log.WarnContext(ctx, "schedule not deleted", "shop", was.Shop, "entry", was.ID, "err", err)
	}
}

// strandedText is what a merchant is told.
const strandedText = "No next run follows from the schedule of this job: save it with another schedule, then make it ready. It is being looked at."

// Strand puts an entry in Error that has no next run, so that somebody is
// called: nothing would ever run of it, and nothing fail. An entry that has changed since is left to whoever
// changed it, and to the next sweep.
func (j *Client) Strand(ctx context.Context, e jobqueue.Entry, h jobqueue.History) error {
	e.Status, e.LastError, e.Whose, e.Cause, e.FailingSince = jobqueue.InError, strandedText, fault.System, jobqueue.NoNextRun, j.Store.Now()
	if err := j.Store.Table.Write(ctx, j.Store.PutEntry(e)); err != nil {
		return jobstore.IgnoreConflict(err)
	}
	j.Log.ErrorContext(ctx, "job entry without a next run", "shop", e.Shop, "entry", e.ID, "rule", e.Words(), "last", h.Started)
	return nil
}

// ArmRetry plans the repeat of a failed run, by a name that makes planning it
// twice the same as once.
func (j *Client) ArmRetry(ctx context.Context, e jobqueue.Entry, r jobqueue.Run) error {
	return j.Schedules.At(ctx, jobqueue.RetryName(e, r), r.RetryAt, e.Target(e.RetryOf(r)))
}

// EntryFor finds the shop's entry for task that a follow-up may start: the one
// that is named after it, as a new shop's are, or the first other.
func (j *Client) EntryFor(ctx context.Context, e jobqueue.Entry, task string) (jobqueue.Entry, bool, error) {
	may := func(f jobqueue.Entry) bool {
		return f.Task == task && f.ID != e.ID && f.Queued == "" && f.Status != jobqueue.OnHold && f.Status != jobqueue.Finished && (f.Status != jobqueue.InError || f.Resumes())
	}
	f, err := j.Store.Entry(ctx, e.Shop, task)
	if err == nil && f.Task == task {
		return f, may(f), nil
	}
	if err != nil && !errors.Is(err, jobstore.ErrNotFound) {
		return f, false, err
	}
	es, err := j.Store.Entries(ctx, e.Shop)
	for _, f := range es {
		if may(f) {
			return f, true, err
		}
	}
	return jobqueue.Entry{}, false, err
}
