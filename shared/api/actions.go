package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
)

// ActionRequest is why an action is done, and on what.
type ActionRequest struct {
	Reason     string // of a hold or a pause
	Everything bool   // of a pause: all shops
}

// actions by their names in a path.
var actions = []jobs.Action{jobs.ToHold, jobs.ToReady, jobs.Restart, jobs.RunNow, jobs.ToCancel, jobs.ToDelete}

// Act does one action on a shop's entry. Errors: jobs.ErrRefused where the
// entry's status forbids it, in one sentence with the way out.
func (j *Jobs) Act(ctx context.Context, shop, entry string, a jobs.Action, o ActionRequest) (JobChange, error) {
	if err := errors.Join(CheckID("shop", shop), CheckID("job entry", entry)); err != nil {
		return JobChange{}, err
	}
	d, out := j.Client, JobChange{Job: entry}
	var e jobqueue.Entry
	var r jobqueue.Run
	var err error
	switch a {
	case jobs.ToHold:
		e, err = d.Hold(ctx, shop, entry, o.Reason)
		out.Status = e.Status
	case jobs.ToReady:
		e, err = d.Release(ctx, shop, entry)
		out.Status = e.Status
	case jobs.Restart:
		r, err = d.Restart(ctx, shop, entry)
		out.Status, out.Run = jobqueue.Ready, r.ID
	case jobs.ToCancel:
		if out.Run, err = d.CancelEntry(ctx, shop, entry); err == nil {
			e, err = d.Store.Entry(ctx, shop, entry)
		}
		out.Status = e.Status
	case jobs.ToDelete:
		// The default job of a task would be back at the next start.
		if _, builtIn := d.Tasks.Get(entry); builtIn {
			return JobChange{}, refuse(http.StatusConflict, "delete: job %s of %s comes with its task and stays: hold it, and it does not run", entry, shop)
		}
		err = d.Delete(ctx, shop, entry)
	case jobs.RunNow:
		r, err = d.Trigger(ctx, jobs.TriggerRequest{Shop: shop, Entry: entry, Trigger: jobqueue.ByHand})
		out.Run = r.ID
	default:
		var names []string
		for _, a := range actions {
			names = append(names, string(a))
		}
		err = refuse(http.StatusNotFound, "action %.40q: must be one of %s", a, strings.Join(names, ", "))
	}
	if err != nil {
		return JobChange{}, err
	}
	return out, nil
}

// Retry accepts a run with the input of one that failed.
func (j *Jobs) Retry(ctx context.Context, shop, run string) (Run, error) {
	if err := errors.Join(CheckID("shop", shop), CheckID("run", run)); err != nil {
		return Run{}, err
	}
	r, err := j.Client.Retry(ctx, shop, run)
	return j.view(r), err
}

// ReleaseFailed makes all entries of a shop ready that are in Error.
func (j *Jobs) ReleaseFailed(ctx context.Context, shop string) (Released, error) {
	ids, err := j.Client.ReleaseFailed(ctx, shop)
	if ids == nil {
		ids = []string{}
	}
	return Released{Ready: ids, Count: len(ids)}, err
}

// Pause pauses a shop, or everything.
func (j *Jobs) Pause(ctx context.Context, shop string, o ActionRequest) (Pause, error) {
	if err := j.Client.Store.Pause(ctx, scope(shop, o), o.Reason); err != nil {
		return Pause{}, err
	}
	return j.Paused(ctx, shop)
}

// Resume ends the pause of a shop, or that of everything. Errors:
// jobs.ErrRefused if there was none.
func (j *Jobs) Resume(ctx context.Context, shop string, o ActionRequest) (Pause, error) {
	was, err := j.Client.Store.Resume(ctx, scope(shop, o))
	if err != nil {
		return Pause{}, err
	}
	now, err := j.Paused(ctx, shop)
	switch {
	case err != nil || was:
		return now, err
	case now.Everything:
		return now, refuse(http.StatusConflict, "resume: shop %s is not paused by itself, everything is: resume everything", shop)
	case o.Everything:
		return now, refuse(http.StatusConflict, "resume: there is no pause of everything; a shop that is paused by itself is resumed by itself")
	}
	return now, refuse(http.StatusConflict, "resume: shop %s is not paused", shop)
}

// Paused says whether a shop is paused, by itself or with everything.
func (j *Jobs) Paused(ctx context.Context, shop string) (Pause, error) {
	p, ok, err := j.Client.Store.PausedNow(ctx, shop)
	if err != nil || !ok {
		return Pause{}, err
	}
	return Pause{Paused: true, Pause: p, Everything: p.All}, nil
}

func scope(shop string, o ActionRequest) string {
	if o.Everything {
		return jobstore.Everything
	}
	return shop
}
