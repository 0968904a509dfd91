package jobs

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobstore"
)

// ErrChanged means that what a person has seen is not so any more: nothing was done.
var ErrChanged = errors.New("it has changed since it was seen")

// Filter is which entries, or whose runs, an action is about. The zero value of a
// field asks for all.
type Filter struct {
	Status   jobqueue.Status // of entries, as a person sees it: In Process and Waiting too
	Task     string
	Category string
	Entry    string // an id, with * for any characters
}

// Check says what is wrong with a filter: an error for a person that names each field, all joined; nil if nothing is.
func (f Filter) Check() error {
	var errs []error
	if f.Status != "" && !slices.Contains(Statuses, f.Status) {
		errs = append(errs, fmt.Errorf("status %.40q: must be one of %s", f.Status, statusNames()))
	}
	if _, err := path.Match(f.Entry, ""); err != nil || len(f.Entry) > 40 {
		errs = append(errs, fmt.Errorf("job %.60q: must be an id, with * for any characters", f.Entry))
	}
	return errors.Join(errs...)
}

// Statuses are those that a person sees, in the order of an entry's life.
var Statuses = []jobqueue.Status{jobqueue.Ready, jobqueue.InProcess, jobqueue.Waiting, jobqueue.OnHold, jobqueue.InError, jobqueue.Finished}

func statusNames() (text string) {
	for i, s := range Statuses {
		if i > 0 {
			text += ", "
		}
		text += string(s)
	}
	return text
}

// fits reports whether an entry is asked for, whatever its status.
func (f Filter) fits(e jobqueue.Entry) bool {
	ok, err := path.Match(f.Entry, e.ID)
	return (f.Entry == "" || ok && err == nil) && (f.Task == "" || e.Task == f.Task) && (f.Category == "" || e.Category == f.Category)
}

// Fit is an entry or a run that an action is about.
type Fit struct {
	ID, Entry string
	As        string // a mark of what it is; of the same mark the same action is meant
	Err       error  // why the action cannot be done now; nil: it can
}

// Matching lists the entries of a shop that fit f, by id, as they are for an action.
func (j *Client) Matching(ctx context.Context, shop string, a Action, f Filter) ([]Fit, error) {
	views, err := j.Store.Jobs(ctx, shop)
	if err != nil {
		return nil, err
	}
	var es []jobqueue.Entry
	for _, v := range views {
		if f.fits(v.Entry) && (f.Status == "" || v.State == f.Status) {
			es = append(es, v.Entry)
		}
	}
	cs, err := j.Store.Categories(ctx, es)
	if err != nil {
		return nil, err
	}
	p, pause, err := j.Store.PausedNow(ctx, shop)
	if err != nil {
		return nil, err
	}
	out := make([]Fit, len(es))
	for i, e := range es {
		c := cs[e.Group()]
		_, err := allowed(e, a, c, j.Store.Now())
		if pause && a == Restart {
			err = paused(a, shop, p)
		}
		out[i] = Fit{ID: e.ID, Entry: e.ID, As: mark(e, c, a), Err: err}
	}
	return out, nil
}

// mark is what an action on an entry is decided by: what a person has set and, to
// cancel, the run.
func mark(e jobqueue.Entry, c jobqueue.Category, a Action) string {
	if a != ToCancel {
		return fmt.Sprintf("%s|%s|%s", e.Made, e.Status, e.HoldReason)
	}
	if c.Run != nil && c.Shop == e.Shop && c.Run.Entry == e.ID {
		return "run " + c.ID
	}
	return "run " + e.Queued
}

// As is a client whose actions on entries are done only if the entry still has the
// mark that Matching gave for that action, and end with ErrChanged if not.
func (j Client) As(as string) *Client {
	j.as = as
	return &j
}

// still reports by an error that an entry is not what it was seen as.
func (j *Client) still(e jobqueue.Entry, c jobqueue.Category, a Action) error {
	if j.as != "" && j.as != mark(e, c, a) {
		return fmt.Errorf("%s: job %s of %s: %w", a, e.ID, e.Shop, ErrChanged)
	}
	return nil
}

// MatchingRuns gives of runs of a shop those whose entries fit f and that may be
// cancelled or else retried, as far as their kind allows: what has ended is not
// cancelled, what succeeded or was tried again is not tried again.
func (j *Client) MatchingRuns(ctx context.Context, shop string, cancel bool, f Filter, rs []jobqueue.Run) ([]Fit, error) {
	es, err := j.Store.Entries(ctx, shop)
	if err != nil {
		return nil, err
	}
	byID := map[string]jobqueue.Entry{}
	for _, e := range es {
		byID[e.ID] = e
	}
	var out []Fit
	for _, r := range rs {
		e, there := byID[r.Entry]
		if !there {
			e = jobqueue.Entry{ID: r.Entry, Task: r.Task}
		}
		if !f.fits(e) || cancel == r.Done() || !cancel && (r.RetriedBy != "" || retriable(r) != nil) {
			continue
		}
		fit := Fit{ID: r.ID, Entry: r.Entry, As: markOfRun(r)}
		switch {
		case cancel:
		case !there:
			fit.Err = &refused{ErrRefused, fmt.Sprintf("retry: run %s of %s: its job %s is gone", r.ID, shop, r.Entry)}
		case e.Status == jobqueue.OnHold:
			_, fit.Err = allowed(e, RunNow, jobqueue.Category{}, j.Store.Now())
		}
		out = append(out, fit)
	}
	return out, nil
}

// markOfRun is what it depends on whether a run is cancelled or retried.
func markOfRun(r jobqueue.Run) string {
	if !r.Done() {
		return "open"
	}
	return string(r.Outcome) + "|" + r.RetriedBy
}

// RunIs reports by an ErrChanged that a run is not what it was seen as.
func (j *Client) RunIs(ctx context.Context, shop, run, as string) error {
	r, err := j.Store.Run(ctx, shop, run)
	if err == nil && markOfRun(r) != as {
		err = fmt.Errorf("run %s of %s: %w", run, shop, ErrChanged)
	}
	return err
}

// markRetried names in a run the one that repeats it, so that it is not retried once
// more by a filter. It is tried once: without it the run is offered again.
func (j *Client) markRetried(ctx context.Context, shop, run, by string) {
	r, err := j.Store.Row(ctx, shop, run)
	if err == nil && r.RetriedBy != by {
		r.RetriedBy = by
		err = j.Store.Table.Write(ctx, j.Store.PutRun(r, false))
	}
	if err != nil && !errors.Is(err, jobstore.ErrNotFound) {
		j.Log.WarnContext(ctx, "a run that is tried again does not say so", "shop", shop, "run", run, "err", err)
	}
}
