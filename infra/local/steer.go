package main

import (
	"context"
	"net/url"

	"backroom/shared/api"
	"backroom/shared/jobqueue/jobs"
)

// requests are those that the cloud's HTTP interface answers too.
func (e *engine) requests() *api.Jobs {
	return &api.Jobs{Client: e.jobs, Zone: e.Cards.Zone, Progress: e.progressOf}
}

func (e *engine) Form(ctx context.Context, entry string) (api.Form, error) {
	return e.requests().Form(ctx, e.card.Code, entry)
}

func (e *engine) Save(ctx context.Context, form []byte) (api.SavedJob, error) {
	return e.requests().Save(ctx, e.card.Code, form)
}

func (e *engine) Act(ctx context.Context, entry string, a jobs.Action, o api.ActionRequest) (api.JobChange, error) {
	return e.requests().Act(ctx, e.card.Code, entry, a, o)
}

func (e *engine) ReleaseFailed(ctx context.Context) (api.Released, error) {
	return e.requests().ReleaseFailed(ctx, e.card.Code)
}

func (e *engine) Retry(ctx context.Context, run string) (runView, error) {
	r, err := e.jobs.Retry(ctx, e.card.Code, run)
	return e.runView(r), err
}

func (e *engine) Pause(ctx context.Context, o api.ActionRequest) (api.Pause, error) {
	return e.requests().Pause(ctx, e.card.Code, o)
}

func (e *engine) Resume(ctx context.Context, o api.ActionRequest) (api.Pause, error) {
	return e.requests().Resume(ctx, e.card.Code, o)
}

func (e *engine) Paused(ctx context.Context) (api.Pause, error) {
	return e.requests().Paused(ctx, e.card.Code)
}

func (e *engine) Log(ctx context.Context, q url.Values) (api.RunList, error) {
	return e.requests().Log(ctx, e.card.Code, q)
}
