package jobqueue

import (
	"context"
	"errors"
	"fmt"
	"time"
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
func admitAt(e Entry, h History, r Run, m Message, now time.Time) (verdict admission, why string) {
	switch m.Trigger {
	case BySchedule:
		if e.Once && e.Expired(now) {
			return skip, "The job expired before it could start."
		}
		if !e.isSlot(h, m.scheduled(), now) {
			return drop, ""
		}
	case ByRetry:
		if h.Last != m.Retry {
			return drop, ""
		}
	case ByHand, ByFollowUp, ByWebhook:
	}
	switch {
	case e.Status == OnHold:
		return skip, "The job is on hold" + because(e.HoldReason) + "."
	case e.Status == Finished && m.Trigger != ByHand:
		return skip, "The job is finished."
	case e.Status == Error && m.Trigger != ByHand && !e.resumes():
		return skip, "The job is in error; start it by hand once the cause is mended."
	case r.Cancel:
		return skip, "The run was cancelled before it started."
	}
	return start, ""
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

// load finds or makes the run that a message asks for, and decides what
// becomes of it. A run by schedule costs no read unless its slot is over.
func (d *Dispatcher) load(ctx context.Context, e Entry, c category, m Message) (r Run, verdict admission, why string, err error) {
	id := m.RunID()
	if c.Run != nil && c.ID == id && c.Shop == m.Shop {
		return c.running(), resume, "", nil
	}
	h, now := c.History(e), d.Store.Now()
	if _, ok := d.Tasks.Get(e.Task); !ok {
		return r, poison, fmt.Sprintf("job entry %s of %s: task %q is none of %s", e.ID, e.Shop, e.Task, d.Tasks.names()), nil
	}
	if e.another(m.Made) && m.Run == "" && m.Trigger == BySchedule {
		return r, drop, "", nil // of an entry of the same name that was deleted
	}
	if m.Run == "" && m.Trigger == BySchedule && m.Made == e.Made && m.scheduled().After(h.CoveredUntil) {
		r = scheduled(e, h, m, now)
		verdict, why = admitAt(e, h, r, m, now)
		return r, verdict, why, nil
	}
	r, err = d.Store.row(ctx, m.Shop, id)
	switch {
	case err == nil && r.Entry != e.ID:
		return r, poison, fmt.Sprintf("run %s of %s is one of entry %s, not of %s", id, m.Shop, r.Entry, e.ID), nil
	case err == nil && r.Done():
		return r, drop, "", nil
	case err == nil && e.another(r.Made) && !r.Done():
		return r, skip, deletedText, nil
	case err == nil && !r.Started.IsZero():
		return r, resume, "", nil // it was set aside while its message was away
	case err == nil:
	case !errors.Is(err, ErrNotFound):
		return r, 0, "", err
	case m.Run != "":
		// Accepted triggers are stored before they are sent.
		return r, poison, fmt.Sprintf("run %s of %s does not exist", id, m.Shop), nil
	case m.Trigger == ByRetry:
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
func scheduled(e Entry, h History, m Message, now time.Time) Run {
	return Run{
		Shop: m.Shop, ID: m.RunID(), Entry: e.ID, Made: m.Made, Task: e.Task, Trigger: m.Trigger, Scheduled: m.scheduled(), Parameters: e.input(),
		Coalesced: e.coalesced(h, m.scheduled(), now), Recovers: e.Attempts > 0, Once: e.Once, Notify: e.NotifySuccess,
	}
}

// retry is the run that repeats a failed one, with its parameters. It is void
// when that run did not fail after all: somebody cancelled it between the
// arming of its retry and its end.
func (d *Dispatcher) retry(ctx context.Context, e Entry, m Message) (r Run, void bool, err error) {
	r = Run{Shop: m.Shop, ID: m.RunID(), Entry: e.ID, Made: e.Made, Task: e.Task, Trigger: ByRetry, Scheduled: m.scheduled(), Parameters: e.input()}
	failed, err := d.Store.row(ctx, m.Shop, m.Retry)
	if errors.Is(err, ErrNotFound) {
		return r, false, nil
	}
	r.Parameters, r.DryRun, r.Hop, r.Once = failed.Parameters, failed.DryRun, failed.Hop, failed.last()
	return r, failed.Done() && failed.Outcome != Failed, err
}
