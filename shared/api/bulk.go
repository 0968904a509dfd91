package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"backroom/shared/identity"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
)

// mostActed is how many entries or runs one request acts on, and how many it may name.
// Each costs some writes and, on AWS, a schedule.
const mostActed = 50

// ActOnJobs implements POST /v1/shops/{shop}/job-actions.
func (s *server) ActOnJobs(ctx context.Context, q ActOnJobsRequestObject) (ActOnJobsResponseObject, error) {
	b, f, err := jobsFilter(q.Body)
	if err != nil {
		return nil, err
	}
	out := ActedJobs{Jobs: []JobChange{}, Refused: []NotActed{}, Changed: []string{}, Seen: []Seen{}}
	a := jobs.Action(b.Action)
	fits := seen(b.Jobs)
	if len(fits) == 0 {
		if fits, err = s.Jobs.Client.Matching(ctx, q.Shop, a, f); err != nil {
			return nil, err
		}
		c := listOf("job-actions", q.Shop, string(b.Action), string(b.Status), b.Task, b.Category, b.Job)
		if fits, out.Next, err = after(fits, c, b.Page); err != nil {
			return nil, err
		}
	}
	for _, x := range fits {
		if b.DryRun || x.Err != nil {
			out.would(x, s.say(ctx))
			continue
		}
		var done JobChange
		err := s.each(ctx, q.Shop, "actOnJob", "/jobs/"+url.PathEscape(x.ID)+"/actions", func(ctx context.Context) (effect string, err error) {
			one := *s.Jobs
			one.Client = s.Jobs.Client.As(x.As)
			done, err = one.Act(ctx, q.Shop, x.ID, a, ActionRequest{Reason: b.Reason})
			return done.effect(), err
		})
		if err == nil {
			out.Jobs = append(out.Jobs, done)
		}
		if err := s.say(ctx).sorted(err, x.ID, &out.Changed, &out.Refused); err != nil {
			return nil, fmt.Errorf("after %d jobs: %w", len(out.Jobs), err)
		}
	}
	out.Count = len(out.Jobs)
	return ActOnJobs200JSONResponse(out), noted(ctx, tried(fmt.Sprintf("%s of %d jobs", b.Action, out.Count), b.DryRun), nil)
}

// after is the part of fits, which are by id, that a page's token begins. A token is the
// last id before it: what was acted on may fit the filter no more.
func after(fits []jobs.Fit, c cursor, token string) (part []jobs.Fit, next string, err error) {
	last, err := c.page(token)
	if err != nil {
		return nil, "", err
	}
	for _, x := range fits {
		if x.ID > last {
			part = append(part, x)
		}
	}
	if len(part) > mostActed {
		part = part[:mostActed]
		next = c.token(part[mostActed-1].ID)
	}
	return part, next, nil
}

// would says of an entry what an action would do.
func (o *ActedJobs) would(x jobs.Fit, say sayer) {
	if x.Err != nil {
		o.Refused = append(o.Refused, NotActed{ID: x.ID, Detail: say.error(x.Err)})
		return
	}
	o.Jobs = append(o.Jobs, JobChange{Job: x.ID})
	o.Seen = append(o.Seen, Seen{ID: x.ID, As: x.As})
}

// effect is what an action has come to, for the trail.
func (c JobChange) effect() string {
	effect := string(c.Status)
	if c.Run != "" {
		effect += ", run " + c.Run
	}
	return effect
}

// jobsFilter is the filter of a body. All that is wrong with it is said at once.
func jobsFilter(b *JobsAction) (JobsAction, jobs.Filter, error) {
	if b == nil || !b.Action.Valid() {
		return JobsAction{}, jobs.Filter{}, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "action: must be hold, ready, restart or cancel")
	}
	f := jobs.Filter{Status: b.Status, Task: b.Task, Category: b.Category, Entry: b.Job}
	errs := []error{f.Check(), checkReason(b.Reason), named("jobs", b.Jobs, b.Page, f != jobs.Filter{})}
	if b.Reason != "" && b.Action != JobsActionActionHold {
		errs = append(errs, errors.New("reason: hold alone takes one"))
	}
	return *b, f, badBody(errs...)
}

// ActOnRuns implements POST /v1/shops/{shop}/run-actions.
func (s *server) ActOnRuns(ctx context.Context, q ActOnRunsRequestObject) (ActOnRunsResponseObject, error) {
	b, f, l, err := s.runsFilter(q.Body)
	if err != nil {
		return nil, err
	}
	l.Shop = q.Shop
	out := ActedRuns{Runs: []RunChange{}, Refused: []NotActed{}, Changed: []string{}, Seen: []Seen{}}
	fits := seen(b.Runs)
	if len(fits) == 0 {
		if fits, out.Next, err = s.matchingRuns(ctx, b, f, l); err != nil {
			return nil, err
		}
	}
	for _, x := range fits {
		if b.DryRun || x.Err != nil {
			out.would(x, s.say(ctx))
			continue
		}
		done := RunChange{Run: x.ID, Job: x.Entry}
		operation, path := string(b.Action)+"Run", "/runs/"+url.PathEscape(x.ID)+"/"+string(b.Action)
		err := s.each(ctx, q.Shop, operation, path, func(ctx context.Context) (string, error) { return s.actOnRun(ctx, q.Shop, b.Action, x.As, &done) })
		if err == nil {
			out.Runs = append(out.Runs, done)
		}
		if err := s.say(ctx).sorted(err, x.ID, &out.Changed, &out.Refused); err != nil {
			return nil, fmt.Errorf("after %d runs: %w", len(out.Runs), err)
		}
	}
	out.Count = len(out.Runs)
	return ActOnRuns200JSONResponse(out), noted(ctx, tried(fmt.Sprintf("%s of %d runs", b.Action, out.Count), b.DryRun), nil)
}

// would says of a run what an action would do.
func (o *ActedRuns) would(x jobs.Fit, say sayer) {
	if x.Err != nil {
		o.Refused = append(o.Refused, NotActed{ID: x.ID, Detail: say.error(x.Err)})
		return
	}
	o.Runs = append(o.Runs, RunChange{Run: x.ID, Job: x.Entry})
	o.Seen = append(o.Seen, Seen{ID: x.ID, As: x.As})
}

// actOnRun retries or cancels a run that is still what it was seen as.
func (s *server) actOnRun(ctx context.Context, shop string, a RunsActionAction, as string, c *RunChange) (effect string, err error) {
	d := s.Jobs.Client
	if err := d.RunIs(ctx, shop, c.Run, as); err != nil {
		return "", err
	}
	if r, err := d.Store.Run(ctx, shop, c.Run); err == nil {
		c.Job = r.Entry
	}
	if a == RunsActionActionCancel {
		return "asked to stop", d.Cancel(ctx, shop, c.Run)
	}
	r, err := d.Retry(ctx, shop, c.Run)
	c.By = r.ID
	return "run " + r.ID, err
}

// matchingRuns is the part of what a filter fits that the body's page begins.
func (s *server) matchingRuns(ctx context.Context, b RunsAction, f jobs.Filter, l jobstore.LogQuery) (fits []jobs.Fit, next string, err error) {
	c := listOf("run-actions", l.Shop, string(b.Action), b.Outcome, b.Job, b.Task, b.Category, b.Since, b.Until)
	if l.Page, err = c.page(b.Page); err != nil {
		return nil, "", err
	}
	p, err := s.Jobs.Client.Store.Log(ctx, l)
	if err != nil {
		return nil, "", orBadPage(b.Page, err)
	}
	fits, err = s.Jobs.Client.MatchingRuns(ctx, l.Shop, b.Action == RunsActionActionCancel, f, p.Runs)
	return fits, c.token(p.Next), err
}

// runsFilter is the filter of a body, of entries and of the log. All that is wrong with
// it is said at once.
func (s *server) runsFilter(b *RunsAction) (RunsAction, jobs.Filter, jobstore.LogQuery, error) {
	if b == nil || !b.Action.Valid() {
		return RunsAction{}, jobs.Filter{}, jobstore.LogQuery{}, refuseAs(http.StatusBadRequest, ProblemCodeBadBody, "action: must be retry or cancel")
	}
	f := jobs.Filter{Task: b.Task, Category: b.Category, Entry: b.Job}
	l, wrong := ParseLog(url.Values{"outcome": {b.Outcome}, "since": {b.Since}, "until": {b.Until}}, s.Now())
	l.Limit = mostActed
	cancels := b.Action == RunsActionActionCancel
	errs := []error{wrong, f.Check(), named("runs", b.Runs, b.Page, f != jobs.Filter{} || b.Outcome != "" || b.Since != "" || b.Until != "")}
	if b.Outcome != "" && cancels && len(l.Outcomes) > 0 {
		errs = append(errs, errors.New("outcome: a run that has one cannot be cancelled"))
	}
	if l.Open = cancels; !cancels && len(l.Outcomes) == 0 {
		l.Outcomes = []jobqueue.Outcome{jobqueue.Failed, jobqueue.Lost}
	}
	return *b, f, l, badBody(errs...)
}

// each does one of many actions, with a row of the trail of its own.
func (s *server) each(ctx context.Context, shop, operation, path string, act func(context.Context) (string, error)) error {
	by := stateOf(ctx)
	c, err := s.trail().Begin(ctx, shop, by.request+"#"+path, identity.Change{Kind: by.caller.Kind, By: by.caller.Name, Operation: operation, Path: "/v1/shops/" + url.PathEscape(shop) + path})
	if err != nil {
		return err
	}
	effect, err := act(ctx)
	status := http.StatusOK
	if err != nil {
		status, _, _ = classify(err)
		effect = err.Error()
	}
	if end := s.trail().End(context.WithoutCancel(ctx), c, status, effect); end != nil {
		s.Log.WarnContext(ctx, "the effect of a change is not in the trail", "operation", operation, "request", by.request, "err", end)
	}
	return err
}

// sorted puts an error about one of many where the answer has it; another one is given back.
func (say sayer) sorted(err error, id string, changed *[]string, refused *[]NotActed) error {
	switch {
	case err == nil:
	case errors.Is(err, jobs.ErrChanged), errors.Is(err, jobstore.ErrNotFound):
		*changed = append(*changed, id)
	default:
		if status, _, _ := classify(err); status >= http.StatusInternalServerError {
			return err
		}
		*refused = append(*refused, NotActed{ID: id, Detail: say.error(err)})
	}
	return nil
}

// seen are what an earlier answer has shown.
func seen(ss []Seen) (out []jobs.Fit) {
	for _, x := range ss {
		out = append(out, jobs.Fit{ID: x.ID, As: x.As})
	}
	return out
}

// named says what is wrong with what a body names one by one, and with naming nothing.
func named(what string, ss []Seen, page string, filters bool) error {
	var errs []error
	switch {
	case len(ss) > 2*mostActed:
		errs = append(errs, fmt.Errorf("%s: %d, and %d at most", what, len(ss), 2*mostActed))
	case len(ss) > 0 && (filters || page != ""):
		errs = append(errs, fmt.Errorf("%s: they take the place of a filter and a page", what))
	case len(ss) == 0 && !filters:
		errs = append(errs, errors.New("no filter: name what it is about"))
	}
	for _, x := range ss {
		if CheckID(what, x.ID) != nil || x.As == "" {
			errs = append(errs, fmt.Errorf("%s: %.60q: must be those of an earlier answer", what, x.ID))
		}
	}
	return errors.Join(errs...)
}

func badBody(errs ...error) error {
	if err := errors.Join(errs...); err != nil {
		return &Refusal{Status: http.StatusBadRequest, Code: ProblemCodeBadBody, Err: err}
	}
	return nil
}

// tried is the effect of an action on many.
func tried(effect string, dry bool) string {
	if dry {
		effect += " was tried; nothing was changed"
	}
	return effect
}
