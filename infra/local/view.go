package main

import (
	"context"
	"errors"
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
	es, err := e.jobs.Store.Entries(ctx, e.card.Code)
	if err != nil {
		return nil, err
	}
	out := make([]jobView, 0, len(es))
	for _, j := range es {
		v := jobView{
			ID: j.ID, Description: j.Description, Status: j.Status, Category: j.Category, LastRun: j.LastRun, LastStarted: j.LastStarted,
			LastOutcome: j.LastOutcome, Attempts: j.Attempts, MaxAttempts: j.MaxAttempts,
		}
		if j.Every > 0 {
			v.Every, v.Next = j.Every.String(), next(j, time.Now())
		}
		switch j.Status {
		case jobqueue.Error:
			v.Why = j.LastError
		case jobqueue.OnHold:
			v.Why = j.HoldReason
		case jobqueue.Ready, jobqueue.InProcess, jobqueue.Waiting, jobqueue.Finished:
		}
		shop, entry, run, since, held, err := e.jobs.Store.Holder(ctx, j)
		if err != nil {
			return nil, err
		}
		switch {
		case held && shop == j.Shop && entry == j.ID:
			v.Status, v.Why = jobqueue.InProcess, "run "+run
		case held && j.Queued != "":
			v.Status = jobqueue.Waiting
			v.Why = "for run " + run + " of " + entry + ", which has category " + j.Category + " since " + since.Local().Format(time.TimeOnly)
		}
		out = append(out, v)
	}
	return out, nil
}

// next is the first slot of the grid after now.
func next(j jobqueue.Entry, now time.Time) time.Time {
	if now.Before(j.EarliestStart) {
		return j.EarliestStart
	}
	past := now.Sub(j.EarliestStart)
	return j.EarliestStart.Add(past - past%j.Every + j.Every)
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
