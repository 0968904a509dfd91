package main

import (
	"context"

	"backroom/shared/api"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/staging"
)

// checked refuses names that nothing can have, with field and rule, before they
// become a key of the store or part of an address.
type checked struct{ backend }

// own reports whether b is an engine in this process.
func own(b backend) bool {
	if c, ok := b.(checked); ok {
		b = c.backend
	}
	_, ok := b.(*engine)
	return ok
}

func (c checked) Run(ctx context.Context, id string) (runView, error) {
	if err := api.CheckID("run", id); err != nil {
		return runView{}, err
	}
	return c.backend.Run(ctx, id)
}

func (c checked) Trigger(ctx context.Context, entry string, a ask) (runView, error) {
	if err := api.CheckID("job", entry); err != nil {
		return runView{}, err
	}
	return c.backend.Trigger(ctx, entry, a)
}

func (c checked) Cancel(ctx context.Context, run string) error {
	if err := api.CheckID("run", run); err != nil {
		return err
	}
	return c.backend.Cancel(ctx, run)
}

func (c checked) Retry(ctx context.Context, run string) (runView, error) {
	if err := api.CheckID("run", run); err != nil {
		return runView{}, err
	}
	return c.backend.Retry(ctx, run)
}

func (c checked) Form(ctx context.Context, entry string) (api.Form, error) {
	if err := api.CheckID("job", entry); err != nil {
		return api.Form{}, err
	}
	return c.backend.Form(ctx, entry)
}

func (c checked) Act(ctx context.Context, entry string, a jobs.Action, o api.ActionRequest) (api.JobChange, error) {
	if err := api.CheckID("job", entry); err != nil {
		return api.JobChange{}, err
	}
	return c.backend.Act(ctx, entry, a, o)
}

func (c checked) Order(ctx context.Context, name string) (staging.View, error) {
	if err := api.CheckName(name); err != nil {
		return staging.View{}, err
	}
	return c.backend.Order(ctx, name)
}

func (c checked) Decide(ctx context.Context, name string, d staging.Decision) (staging.View, error) {
	if err := api.CheckName(name); err != nil {
		return staging.View{}, err
	}
	return c.backend.Decide(ctx, name, d)
}

// mostListed is how many rows a command lists at most.
const mostListed = 10_000
