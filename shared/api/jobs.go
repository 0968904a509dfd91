package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
)

// MaxBody bounds what a request may send, in bytes.
const MaxBody = 64 << 10

// runOf is r as a person sees it.
func runOf(r jobqueue.Run) Run {
	v := Run{
		ID: r.ID, Shop: r.Shop, State: Running, Entry: r.Entry, Task: r.Task, Trigger: r.Trigger, Scheduled: r.Scheduled, Accepted: r.Accepted, Started: r.Started,
		Ended: r.Ended, Outcome: r.Outcome, Counts: r.Counts, Progress: r.Progress, Parameters: r.Parameters, DryRun: r.DryRun, Repeats: r.Repeats, RetriedBy: r.RetriedBy, Slice: r.Slice,
		Coalesced: r.Coalesced, Cancel: r.Cancel, ErrorKind: string(r.ErrorKind), Merchant: r.Merchant, Note: r.Note, Detail: r.Detail, Whose: RunWhose(r.Whose),
		RetryAt: r.RetryAt, Report: r.Report, RowsLeft: r.RowsLeft,
	}
	switch {
	case r.Done():
		v.State = Ended
	case r.Started.IsZero():
		v.State = Accepted
	}
	return v
}

// view is r as a person sees it, with how far it is.
func (j *Jobs) view(r jobqueue.Run) Run {
	v := runOf(r)
	if j.Progress != nil && !r.Done() {
		if p, ok := j.Progress(r.ID); ok {
			v.Progress = p
		}
	}
	return v
}

// CheckID says what is wrong with part of a path.
func CheckID(what, value string) error {
	if jobqueue.IsID(value) {
		return nil
	}
	if len(value) > 60 {
		value = strings.ToValidUTF8(value[:60], "") + "…"
	}
	return refuse(http.StatusBadRequest, "%s %q: must be %s", what, value, jobqueue.WantID)
}

// Jobs are the requests on job entries and runs. Safe for concurrent use.
type Jobs struct {
	Client *jobs.Client
	// Zone is a shop's time zone, which its entries have unless they say another;
	// nil: UTC.
	Zone func(ctx context.Context, shop string) (string, error)
	// Progress is how far a run of this process is; nil: as far as is stored.
	Progress func(run string) (jobqueue.Progress, bool)
}

// Run answers how a run of a shop goes.
func (j *Jobs) Run(ctx context.Context, shop, run string) (Run, error) {
	if err := errors.Join(CheckID("shop", shop), CheckID("run", run)); err != nil {
		return Run{}, err
	}
	r, err := j.Client.Store.Run(ctx, shop, run)
	return j.view(r), err
}

// Trigger accepts one run of a shop's entry, by hand.
func (j *Jobs) Trigger(ctx context.Context, shop, entry string, a RunRequest) (Run, error) {
	if err := errors.Join(CheckID("shop", shop), CheckID("job entry", entry)); err != nil {
		return Run{}, err
	}
	r, err := j.Client.Trigger(ctx, jobs.TriggerRequest{Shop: shop, Entry: entry, Trigger: jobqueue.ByHand, Parameters: a.Parameters, DryRun: a.DryRun})
	return j.view(r), err
}
