package dispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
)

type admission int

const (
	start  admission = iota + 1
	resume           // it has started before
	skip             // recorded: somebody asked, and nothing runs
	drop             // nothing is recorded: there is nothing to do
	poison           // recorded: the message makes no sense
)

// admitAt decides whether a run that has not started may start at now.
func admitAt(e jobqueue.Entry, h jobqueue.History, r jobqueue.Run, m jobqueue.Message, now time.Time) (verdict admission, why string) {
	switch m.Trigger {
	case jobqueue.BySchedule:
		if e.Once && e.Expired(now) {
			return skip, "The job expired before it could start."
		}
		if !e.IsDue(h, m.ScheduledAt(), now) {
			return drop, ""
		}
	case jobqueue.ByRetry:
		if h.Last != m.Retry {
			return drop, ""
		}
	case jobqueue.ByHand, jobqueue.ByFollowUp, jobqueue.ByWebhook:
	}
	switch {
	case e.Status == jobqueue.OnHold:
		return skip, "The job is on hold" + jobqueue.Because(e.HoldReason) + "."
	case e.Status == jobqueue.Finished && m.Trigger != jobqueue.ByHand:
		return skip, "The job is finished."
	case e.Status == jobqueue.InError && m.Trigger != jobqueue.ByHand && !e.Resumes():
		return skip, "The job is in error; start it by hand once the cause is mended."
	case r.Cancel:
		return skip, "The run was cancelled before it started."
	}
	return start, ""
}

// load finds or makes the run that a message asks for, and decides what
// becomes of it. A run by schedule costs no read unless its slot is over.
func (d *Dispatcher) load(ctx context.Context, e jobqueue.Entry, c jobqueue.Category, m jobqueue.Message) (r jobqueue.Run, verdict admission, why string, err error) {
	id := m.RunID()
	if c.Run != nil && c.ID == id && c.Shop == m.Shop {
		return c.Running(), resume, "", nil
	}
	h, now := c.History(e), d.Jobs.Store.Now()
	if _, ok := d.Jobs.Tasks.Get(e.Task); !ok {
		return r, poison, fmt.Sprintf("job entry %s of %s: task %q is none of %s", e.ID, e.Shop, e.Task, d.Jobs.Tasks.Names()), nil
	}
	if e.IsAnother(m.Made) && m.Run == "" && m.Trigger == jobqueue.BySchedule {
		return r, drop, "", nil // of an entry of the same name that was deleted
	}
	if m.Run == "" && m.Trigger == jobqueue.BySchedule && m.Made == e.Made && m.ScheduledAt().After(h.CoveredUntil) {
		r = scheduled(e, h, m, now)
		verdict, why = admitAt(e, h, r, m, now)
		return r, verdict, why, nil
	}
	r, err = d.Jobs.Store.Row(ctx, m.Shop, id)
	switch {
	case err == nil && r.Entry != e.ID:
		return r, poison, fmt.Sprintf("run %s of %s is one of entry %s, not of %s", id, m.Shop, r.Entry, e.ID), nil
	case err == nil && r.Done():
		return r, drop, "", nil
	case err == nil && e.IsAnother(r.Made) && !r.Done():
		return r, skip, deletedText, nil
	case err == nil && !r.Started.IsZero():
		return r, resume, "", nil // it was set aside while its message was away
	case err == nil:
	case !errors.Is(err, jobstore.ErrNotFound):
		return r, 0, "", err
	case m.Run != "":
		// Accepted triggers are stored before they are sent.
		return r, poison, fmt.Sprintf("run %s of %s does not exist", id, m.Shop), nil
	case m.Trigger == jobqueue.ByRetry:
		var void bool
		if r, void, err = d.retry(ctx, e, m); err != nil || void {
			return r, drop, "", err
		}
	default:
		r = scheduled(e, h, m, now)
	}
	r.Recovers, r.Notify = e.Attempts > 0, e.NotifySuccess
	verdict, why = admitAt(e, h, r, m, now)
	return r, verdict, why, nil
}

// scheduled is the run of the slot that m tells of, for e with history h.
func scheduled(e jobqueue.Entry, h jobqueue.History, m jobqueue.Message, now time.Time) jobqueue.Run {
	return jobqueue.Run{
		Shop: m.Shop, ID: m.RunID(), Entry: e.ID, Made: m.Made, Task: e.Task, Trigger: m.Trigger, Scheduled: m.ScheduledAt(), Parameters: e.Input(),
		Coalesced: e.Coalesced(h, m.ScheduledAt(), now), Recovers: e.Attempts > 0, Once: e.Once, Notify: e.NotifySuccess,
	}
}

// retry is the run that repeats a failed one, with its parameters. It is void
// when that run did not fail after all: somebody cancelled it between the
// arming of its retry and its end.
func (d *Dispatcher) retry(ctx context.Context, e jobqueue.Entry, m jobqueue.Message) (r jobqueue.Run, void bool, err error) {
	r = jobqueue.Run{Shop: m.Shop, ID: m.RunID(), Entry: e.ID, Made: e.Made, Task: e.Task, Trigger: jobqueue.ByRetry, Scheduled: m.ScheduledAt(), Parameters: e.Input()}
	failed, err := d.Jobs.Store.Row(ctx, m.Shop, m.Retry)
	if errors.Is(err, jobstore.ErrNotFound) {
		return r, false, nil
	}
	r.Parameters, r.DryRun, r.Hop, r.Once = failed.Parameters, failed.DryRun, failed.Hop, endsOneShot(failed)
	return r, failed.Done() && failed.Outcome != jobqueue.Failed, err
}

// deletedText is what a merchant is told about a run whose entry is gone.
const deletedText = "The job was deleted."

// held is what becomes of a run that would start while its shop is paused. A
// slot or a retry leaves no trace: the sweep finds what is still due after the
// pause. What somebody has asked for is in the log as skipped.
func held(p jobstore.Pause, t jobqueue.Trigger) (verdict admission, why string) {
	switch t {
	case jobqueue.BySchedule, jobqueue.ByRetry:
		return drop, ""
	case jobqueue.ByHand, jobqueue.ByFollowUp, jobqueue.ByWebhook:
	}
	if p.All {
		return skip, "All jobs are paused" + jobqueue.Because(p.Reason) + "."
	}
	return skip, "The jobs of this shop are paused" + jobqueue.Because(p.Reason) + "."
}
