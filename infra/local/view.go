package main

import (
	"context"
	"encoding/json"
	"net/url"

	"backroom/shared/api"
	"backroom/shared/issue"
	"backroom/shared/jobqueue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/orders"
	"backroom/shared/staging"
)

// backend is what the commands work on: an engine in this process, or a
// running server.
type backend interface {
	Overview(ctx context.Context) (overview, error)
	// Card is the shop card as BACKROOM_SHOP_FILE takes it.
	Card(ctx context.Context) (json.RawMessage, error)
	Jobs(ctx context.Context) ([]jobView, error)
	// Runs and Orders are a page of at most limit (0: all), newest first. next, if
	// there are more, is the page after it.
	Runs(ctx context.Context, page string, limit int) (rs []runView, next string, err error)
	Run(ctx context.Context, id string) (runView, error)
	Trigger(ctx context.Context, entry string, a ask) (runView, error)
	Cancel(ctx context.Context, run string) error
	Orders(ctx context.Context, state orders.State, page string, limit int) (vs []staging.View, next string, err error)
	Order(ctx context.Context, name string) (staging.View, error)
	Decide(ctx context.Context, name string, d staging.Decision) (staging.View, error)
	Issues(ctx context.Context) ([]issue.Issue, error)

	// Form and Save read and write a job entry as people do.
	Form(ctx context.Context, entry string) (api.Form, error)
	Save(ctx context.Context, form []byte) (api.SavedJob, error)
	Act(ctx context.Context, entry string, a jobs.Action, o api.ActionRequest) (api.JobChange, error)
	ReleaseFailed(ctx context.Context) (api.Released, error)
	Retry(ctx context.Context, run string) (runView, error)
	Pause(ctx context.Context, o api.ActionRequest) (api.Pause, error)
	Resume(ctx context.Context, o api.ActionRequest) (api.Pause, error)
	Paused(ctx context.Context) (api.Pause, error)
	Log(ctx context.Context, q url.Values) (api.RunList, error)
}

// overview is the shop and what its clients have used since the start.
type overview struct {
	Shop            string `json:"shop"`
	Domain          string `json:"domain"`
	Company         string `json:"company"`
	Environment     string `json:"environment"`
	Tenant          string `json:"tenant"`
	Simulated       bool   `json:"simulated"`
	ShopifyRequests int    `json:"shopifyRequests"`
	ShopifyPoints   int    `json:"shopifyPoints"`
	BCRequests      int    `json:"bcRequests"`
	BCOperations    int    `json:"bcOperations"`
}

// jobView is a job entry as a person sees it.
type jobView = api.Job

// runView is a run as a person sees it.
type runView struct {
	ID       string             `json:"id"`
	Version  int64              `json:"-"`
	State    string             `json:"state"` // "accepted", "running" or "ended"
	Progress *jobqueue.Progress `json:"progress,omitempty"`
	jobqueue.Run
}

// ask is a wish for one run.
type ask = api.RunRequest

func (e *engine) Overview(context.Context) (overview, error) {
	o := overview{Shop: e.card.Code, Domain: e.card.Domain, Company: e.card.Company.ID, Environment: e.card.Company.Environment, Tenant: e.card.Company.Tenant, Simulated: e.simulated}
	used := e.Used(e.card.Code)
	o.ShopifyRequests, o.ShopifyPoints, o.BCRequests, o.BCOperations = used.ShopifyRequests, used.ShopifyPoints, used.BCRequests, used.BCOperations
	return o, nil
}

func (e *engine) Jobs(ctx context.Context) ([]jobView, error) {
	return e.requests().List(ctx, e.card.Code)
}

// progressOf is how far a run of this process is.
func (e *engine) progressOf(run string) (jobqueue.Progress, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p, ok := e.progress[run]
	return p, ok
}

func (e *engine) runView(r jobqueue.Run) runView {
	v := runView{ID: r.ID, Run: r, State: "running"}
	if p, ok := e.progressOf(r.ID); ok {
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

func (e *engine) Runs(ctx context.Context, page string, limit int) ([]runView, string, error) {
	rs, next, err := e.jobs.Store.Runs(ctx, e.card.Code, page, limit)
	out := make([]runView, len(rs))
	for i, r := range rs {
		out[i] = e.runView(r)
	}
	return out, next, err
}

func (e *engine) Run(ctx context.Context, id string) (runView, error) {
	r, err := e.jobs.Store.Run(ctx, e.card.Code, id)
	return e.runView(r), err
}

func (e *engine) Trigger(ctx context.Context, entry string, a ask) (runView, error) {
	r, err := e.jobs.Trigger(ctx, jobs.TriggerRequest{Shop: e.card.Code, Entry: entry, Trigger: jobqueue.ByHand, Parameters: a.Parameters, DryRun: a.DryRun})
	return e.runView(r), err
}

func (e *engine) Cancel(ctx context.Context, run string) error {
	return e.jobs.Cancel(ctx, e.card.Code, run)
}

func (e *engine) Orders(ctx context.Context, state orders.State, page string, limit int) ([]staging.View, string, error) {
	vs, next, err := e.Wired.Orders.List(ctx, e.card.Code, state, page, limit)
	if err != nil || next == "" {
		return vs, "", err
	}
	// States share lists: what follows may be of another one.
	further, _, err := e.Wired.Orders.List(ctx, e.card.Code, state, next, 1)
	if len(further) == 0 {
		next = ""
	}
	return vs, next, err
}

func (e *engine) Order(ctx context.Context, name string) (staging.View, error) {
	return e.Wired.Orders.Find(ctx, e.card.Code, name)
}

func (e *engine) Decide(ctx context.Context, name string, d staging.Decision) (staging.View, error) {
	return e.DecideBy(ctx, e.jobs, e.card.Code, name, "person local", d)
}

func (e *engine) Issues(ctx context.Context) ([]issue.Issue, error) {
	return e.Wired.Issues.List(ctx, e.card.Code)
}
