package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/table"
)

// act does one action as one transaction, decided from what it is conditional
// on. change makes the entry's new content and further writes. It gives the
// entry and its category as they are after that.
func (j *Client) act(ctx context.Context, shop, id string, a Action, change func(*jobqueue.Entry, jobqueue.Category) ([]table.Op, error)) (jobqueue.Entry, jobqueue.Category, error) {
	var last error
	for range jobstore.MaxTries {
		e, err := j.Store.Entry(ctx, shop, id)
		if err != nil {
			return e, jobqueue.Category{}, err
		}
		c, err := j.Store.Category(ctx, e)
		if err != nil {
			return e, c, err
		}
		if err := j.still(e, c, a); err != nil {
			return e, c, err
		}
		to, err := allowed(e, a, c, j.Store.Now())
		if err != nil {
			return e, c, err
		}
		if a == ToHold || a == ToReady || a == Restart {
			e.Status = to
		}
		ops, err := change(&e, c)
		if err != nil {
			return e, c, err
		}
		if a != ToDelete {
			ops = append(ops, j.Store.PutEntry(e))
		}
		last = j.Store.Table.Write(ctx, ops...)
		done, err := j.written(ctx, e, last, a == ToDelete)
		if err != nil {
			return e, c, err
		}
		if done {
			e.Version++
			return e, c, nil
		}
	}
	return jobqueue.Entry{}, jobqueue.Category{}, fmt.Errorf("%s: job entry %s of %s: %w", a, id, shop, jobstore.NotWritten(last))
}

// rearm has the schedules follow an action. It may fail: the sweep does it too.
func (j *Client) rearm(ctx context.Context, e jobqueue.Entry, h jobqueue.History) {
	if err := j.Arm(ctx, e, h); err != nil {
		j.Log.WarnContext(ctx, "schedule not changed yet; the sweep does it", "shop", e.Shop, "entry", e.ID, "err", err)
	}
}

// Hold keeps an entry from starting until somebody makes it ready. A run in
// process goes on to its end. The reason is shown to whoever meets it. Errors:
// ErrNotFound.
func (j *Client) Hold(ctx context.Context, shop, entry, reason string) (jobqueue.Entry, error) {
	e, c, err := j.act(ctx, shop, entry, ToHold, func(e *jobqueue.Entry, _ jobqueue.Category) ([]table.Op, error) {
		e.HoldReason = reason
		return nil, nil
	})
	if err == nil {
		j.rearm(ctx, e, c.History(e))
	}
	return e, err
}

// Release makes an entry ready that is on hold, in Error or finished: it runs
// at its next time, with all attempts. Errors: *Refusal, ErrNotFound.
func (j *Client) Release(ctx context.Context, shop, entry string) (jobqueue.Entry, error) {
	e, c, err := j.act(ctx, shop, entry, ToReady, func(e *jobqueue.Entry, c jobqueue.Category) ([]table.Op, error) {
		*e = fresh(*e).Rescheduled(c.History(*e), j.Store.Now())
		return nil, nil
	})
	if err == nil {
		j.rearm(ctx, e, c.History(e))
	}
	return e, err
}

// fresh is e without what stopped it.
func fresh(e jobqueue.Entry) jobqueue.Entry {
	e = e.Mended()
	e.HoldReason = ""
	return e
}

// Restart makes an entry ready and accepts one run of it, in one transaction, or
// joins the one that waits to start. An entry for one run ends with that run. Errors: *Refusal, ErrPaused, ErrNotFound.
func (j *Client) Restart(ctx context.Context, shop, entry string) (jobqueue.Run, error) {
	if p, ok, err := j.Store.PausedNow(ctx, shop); err != nil {
		return jobqueue.Run{}, err
	} else if ok {
		return jobqueue.Run{}, paused(Restart, shop, p)
	}
	var r jobqueue.Run
	e, c, err := j.act(ctx, shop, entry, Restart, func(e *jobqueue.Entry, _ jobqueue.Category) ([]table.Op, error) {
		*e = fresh(*e)
		waits, ok, err := j.Waiting(ctx, *e)
		if err != nil {
			return nil, err
		}
		if r = waits; !ok {
			r = j.Accepted(*e, jobqueue.ByHand, jobqueue.NewID(j.Store.Now(), j.Int64N))
		}
		r.Once, e.Queued = e.Once, r.ID
		return []table.Op{j.Store.PutRun(r, true)}, nil
	})
	if err != nil {
		return jobqueue.Run{}, err
	}
	r.Version++
	j.rearm(ctx, e, c.History(e))
	j.Send(ctx, e.Group(), r)
	return r, nil
}

// CancelEntry asks the entry's run in process to stop, or the one that waits
// to start, and gives the run's id. Errors: *Refusal, ErrNotFound.
func (j *Client) CancelEntry(ctx context.Context, shop, entry string) (string, error) {
	e, err := j.Store.Entry(ctx, shop, entry)
	if err != nil {
		return "", err
	}
	c, err := j.Store.Category(ctx, e)
	if err != nil {
		return "", err
	}
	if err := j.still(e, c, ToCancel); err != nil {
		return "", err
	}
	if _, err := allowed(e, ToCancel, c, j.Store.Now()); err != nil {
		return "", err
	}
	id := e.Queued
	if standing(e, ToCancel, c, j.Store.Now()) == jobqueue.InProcess {
		id = c.ID
	}
	return id, j.Cancel(ctx, shop, id)
}

// Delete removes an entry; its runs stay in the log, and accepted ones that
// have not started end as skipped. It is refused while a run of it is in
// process: the category that says so is checked in the same transaction. Errors:
// *Refusal, ErrNotFound.
func (j *Client) Delete(ctx context.Context, shop, entry string) error {
	e, c, err := j.act(ctx, shop, entry, ToDelete, func(e *jobqueue.Entry, c jobqueue.Category) ([]table.Op, error) {
		ops := []table.Op{jobstore.DeleteEntry(*e)}
		if c.Run != nil {
			// Writing it would fence the slice of somebody else's run.
			return append(ops, jobstore.CheckCategory(*e, c)), nil
		}
		return append(ops, j.Store.PutCategory(*e, c.Without(*e))), nil
	})
	if err != nil {
		return err
	}
	j.Disarm(ctx, e, c.History(e), time.Time{})
	if err := j.Schedules.Delete(ctx, e.ScheduleName()); err != nil {
		// Its next tick finds no entry, and ends it.
		j.Log.WarnContext(ctx, "schedule not deleted yet", "shop", shop, "entry", entry, "err", err)
	}
	return nil
}

// Retry accepts a run with the input of one that has ended without success,
// and names each in the other. Errors: ErrNotFound, ErrRefused, those of Trigger.
func (j *Client) Retry(ctx context.Context, shop, run string) (jobqueue.Run, error) {
	r, err := j.Store.Run(ctx, shop, run)
	if err == nil {
		err = retriable(r)
	}
	if err != nil {
		return jobqueue.Run{}, err
	}
	again, err := j.Trigger(ctx, TriggerRequest{Shop: shop, Entry: r.Entry, Trigger: jobqueue.ByHand, Parameters: r.Parameters, DryRun: r.DryRun, Repeats: r.ID})
	if err == nil {
		j.markRetried(ctx, shop, run, again.ID)
	}
	return again, err
}

// retriable reports by an ErrRefused that a run is none that may be repeated.
func retriable(r jobqueue.Run) error {
	why := ""
	switch r.Outcome {
	case jobqueue.Failed, jobqueue.Lost, jobqueue.Cancelled, jobqueue.Skipped:
		return nil
	case "":
		why = "has not ended: cancel it first, or wait"
	case jobqueue.Rejected:
		why = "was rejected, and has no input to repeat: run its job"
	case jobqueue.Succeeded, jobqueue.SucceededWithIssues:
		why = string(r.Outcome) + ": run its job again instead"
	}
	return &refused{ErrRefused, fmt.Sprintf("retry: run %s of %s %s", r.ID, r.Shop, why)}
}

// ReleaseFailed makes every entry of a shop ready that is in Error, each by a
// transaction of its own, and names them. Those that somebody else has changed
// meanwhile are left out.
func (j *Client) ReleaseFailed(ctx context.Context, shop string) ([]string, error) {
	es, err := j.Store.Entries(ctx, shop)
	if err != nil {
		return nil, err
	}
	var done []string
	var errs []error
	for _, e := range es {
		if e.Status != jobqueue.InError {
			continue
		}
		_, err := j.Release(ctx, shop, e.ID)
		if _, refused := errors.AsType[*Refusal](err); refused || errors.Is(err, jobstore.ErrNotFound) {
			continue
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		done = append(done, e.ID)
	}
	return done, errors.Join(errs...)
}

// written reports whether a write that changes e or deletes it, and ended with
// err, has taken effect; if not, it may be decided and tried anew.
func (j *Client) written(ctx context.Context, e jobqueue.Entry, err error, deletes bool) (bool, error) {
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, table.ErrConflict):
		return false, nil
	case !errors.Is(err, table.ErrUnknown):
		return false, err
	}
	stored, err := j.Store.Entry(ctx, e.Shop, e.ID)
	switch {
	case errors.Is(err, jobstore.ErrNotFound):
		return deletes, nil
	case err != nil:
		return false, err
	}
	x, errA := json.Marshal(stored)
	y, errB := json.Marshal(e)
	return !deletes && stored.Version == e.Version+1 && string(x) == string(y), errors.Join(errA, errB)
}
