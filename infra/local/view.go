package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"backroom/shared/issue"
	"backroom/shared/jobapi"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/staging"
)

// backend is what the commands work on: an engine in this process, or a
// running server.
type backend interface {
	Overview(ctx context.Context) (overview, error)
	Jobs(ctx context.Context) ([]jobView, error)
	Runs(ctx context.Context, limit int) ([]runView, error)
	Run(ctx context.Context, id string) (runView, error)
	Trigger(ctx context.Context, entry string, a ask) (runView, error)
	Cancel(ctx context.Context, run string) error
	Orders(ctx context.Context, state orders.State, limit int) ([]staging.View, error)
	Order(ctx context.Context, name string) (staging.View, error)
	Decide(ctx context.Context, name string, d staging.Decision) (staging.View, error)
	Issues(ctx context.Context) ([]issue.Issue, error)

	// Form and Save read and write a job entry as people do.
	Form(ctx context.Context, entry string) (jobapi.Form, error)
	Save(ctx context.Context, form []byte) (jobapi.Saved, error)
	Act(ctx context.Context, entry string, a jobqueue.Action, o jobapi.Order) (jobapi.Done, error)
	ReleaseFailed(ctx context.Context) (jobapi.Failed, error)
	Retry(ctx context.Context, run string) (runView, error)
	Pause(ctx context.Context, o jobapi.Order) (jobapi.Paused, error)
	Resume(ctx context.Context, o jobapi.Order) (jobapi.Paused, error)
	Paused(ctx context.Context) (jobapi.Paused, error)
	Log(ctx context.Context, q url.Values) (jobapi.Log, error)
}

// overview is the shop and what its clients have used since the start.
type overview struct {
	Shop            string `json:"shop"`
	Domain          string `json:"domain"`
	Company         string `json:"company"`
	Environment     string `json:"environment"`
	Simulated       bool   `json:"simulated"`
	ShopifyRequests int    `json:"shopifyRequests"`
	ShopifyPoints   int    `json:"shopifyPoints"`
	BCRequests      int    `json:"bcRequests"`
	BCOperations    int    `json:"bcOperations"`
}

// jobView is a job entry as a person sees it.
type jobView struct {
	ID          string           `json:"id"`
	Description string           `json:"description"`
	Status      jobqueue.Status  `json:"status"`
	Why         string           `json:"why,omitempty"` // it waits, is on hold or in error
	Category    string           `json:"category"`
	Every       string           `json:"every,omitempty"`
	Next        time.Time        `json:"next,omitzero"`
	LastRun     string           `json:"lastRun,omitempty"`
	LastStarted time.Time        `json:"lastStarted,omitzero"`
	LastOutcome jobqueue.Outcome `json:"lastOutcome,omitempty"`
	Attempts    int              `json:"attempts,omitempty"`
	MaxAttempts int              `json:"maxAttempts"`
}

// runView is a run as a person sees it.
type runView struct {
	ID       string             `json:"id"`
	Version  int64              `json:"-"`
	State    string             `json:"state"` // "accepted", "running" or "ended"
	Progress *jobqueue.Progress `json:"progress,omitempty"`
	jobqueue.Run
}

// ask is a wish for one run.
type ask = jobapi.Ask

func (e *engine) Overview(context.Context) (overview, error) {
	o := overview{Shop: e.card.Code, Domain: e.card.Domain, Company: e.card.Company.ID, Environment: e.card.Company.Environment, Simulated: e.simulated}
	o.ShopifyRequests, o.ShopifyPoints, o.BCRequests, o.BCOperations = e.Spent(e.card.Code)
	return o, nil
}

func (e *engine) Jobs(ctx context.Context) ([]jobView, error) {
	js, err := e.jobs.Store.Jobs(ctx, e.card.Code)
	if err != nil {
		return nil, err
	}
	out := make([]jobView, 0, len(js))
	for _, j := range js {
		v := jobView{
			ID: j.ID, Description: j.Description, Status: j.State, Why: j.Why, Category: j.Category, Every: j.Formula, Next: j.NextAt,
			LastRun: j.LastRun, LastStarted: j.LastStarted, LastOutcome: j.LastOutcome, Attempts: j.Attempts, MaxAttempts: j.MaxAttempts,
		}
		switch {
		case j.Every > 0:
			v.Every = j.Every.String()
		case j.Once:
			v.Every = "once"
		}
		switch w := j.WaitsFor; {
		case j.Running != nil:
			v.Why = "run " + j.Running.ID + pace(*j.Running, e.jobs.Store.Now())
		case w != nil:
			v.Why = "for run " + w.Run + " of " + w.Entry + ", which has category " + w.Category + " since " + w.Since.Local().Format(time.TimeOnly)
		}
		out = append(out, v)
	}
	return out, nil
}

// pace says how far a run is, as far as that is known.
func pace(r jobqueue.Run, now time.Time) string {
	p := r.Progress
	if p.Done == 0 {
		return ""
	}
	text := fmt.Sprintf(", %d done", p.Done)
	if p.Total > 0 {
		text = fmt.Sprintf(", %d of %d", p.Done, p.Total)
	}
	if _, left := r.Pace(now); left > 0 {
		text += fmt.Sprintf(", about %v left", left)
	}
	return text
}

func (e *engine) runView(r jobqueue.Run) runView {
	v := runView{ID: r.ID, Run: r, State: "running"}
	e.mu.Lock()
	defer e.mu.Unlock()
	if p, ok := e.progress[r.ID]; ok {
		v.Progress = &p
	}
	switch {
	case r.Done():
		v.State, v.Progress = "ended", nil
	case r.Started.IsZero():
		v.State = "accepted"
	}
	return v
}

func (e *engine) Runs(ctx context.Context, limit int) ([]runView, error) {
	rs, _, err := e.jobs.Store.Runs(ctx, e.card.Code, "", limit)
	out := make([]runView, len(rs))
	for i, r := range rs {
		out[i] = e.runView(r)
	}
	return out, err
}

func (e *engine) Run(ctx context.Context, id string) (runView, error) {
	r, err := e.jobs.Store.Run(ctx, e.card.Code, id)
	return e.runView(r), err
}

func (e *engine) Trigger(ctx context.Context, entry string, a ask) (runView, error) {
	r, err := e.jobs.Trigger(ctx, jobqueue.Ask{Shop: e.card.Code, Entry: entry, Trigger: jobqueue.ByHand, Parameters: a.Parameters, DryRun: a.DryRun})
	return e.runView(r), err
}

func (e *engine) Cancel(ctx context.Context, run string) error {
	return e.jobs.Cancel(ctx, e.card.Code, run)
}

func (e *engine) Orders(ctx context.Context, state orders.State, limit int) ([]staging.View, error) {
	vs, _, err := e.Wired.Orders.List(ctx, e.card.Code, state, "", limit)
	if limit > 0 && len(vs) > limit {
		vs = vs[:limit]
	}
	return vs, err
}

func (e *engine) Order(ctx context.Context, name string) (staging.View, error) {
	return e.Wired.Orders.Find(ctx, e.card.Code, name)
}

func (e *engine) Decide(ctx context.Context, name string, d staging.Decision) (staging.View, error) {
	v, err := e.Wired.Orders.Decide(ctx, e.card.Code, name, d)
	if err != nil || !v.State.Waits() {
		return v, err
	}
	// The next run of process-orders carries it out: let it be now.
	if _, err := e.Trigger(ctx, "process-orders", ask{}); err != nil && !errors.Is(err, jobqueue.ErrOnHold) {
		return v, err
	}
	return v, nil
}

func (e *engine) Issues(ctx context.Context) ([]issue.Issue, error) {
	return e.Wired.Issues.List(ctx, e.card.Code)
}
