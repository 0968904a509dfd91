package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"backroom/shared/jobapi"
	"backroom/shared/jobqueue"
)

// requests are those that the cloud's HTTP interface answers too.
func (e *engine) requests() *jobapi.Jobs { return &jobapi.Jobs{Dispatcher: e.jobs, Zone: e.Cards.Zone} }

func (e *engine) Form(ctx context.Context, entry string) (jobapi.Form, error) {
	return e.requests().Form(ctx, e.card.Code, entry)
}

func (e *engine) Save(ctx context.Context, form []byte) (jobapi.Saved, error) {
	return e.requests().Save(ctx, e.card.Code, form)
}

func (e *engine) Act(ctx context.Context, entry string, a jobqueue.Action, o jobapi.Order) (jobapi.Done, error) {
	return e.requests().Act(ctx, e.card.Code, entry, a, o)
}

func (e *engine) ReleaseFailed(ctx context.Context) (jobapi.Failed, error) {
	return e.requests().ReleaseFailed(ctx, e.card.Code)
}

func (e *engine) Retry(ctx context.Context, run string) (runView, error) {
	r, err := e.jobs.Retry(ctx, e.card.Code, run)
	return e.runView(r), err
}

func (e *engine) Pause(ctx context.Context, o jobapi.Order) (jobapi.Paused, error) {
	return e.requests().Pause(ctx, e.card.Code, o)
}

func (e *engine) Resume(ctx context.Context, o jobapi.Order) (jobapi.Paused, error) {
	return e.requests().Resume(ctx, e.card.Code, o)
}

func (e *engine) Paused(ctx context.Context) (jobapi.Paused, error) {
	return e.requests().Paused(ctx, e.card.Code)
}

func (e *engine) Log(ctx context.Context, q url.Values) (jobapi.Log, error) {
	return e.requests().Log(ctx, e.card.Code, q)
}

// steering adds what people do to jobs to the HTTP interface.
func steering(m *http.ServeMux, e backend) {
	handle(m, "GET /v1/log", func(r *http.Request) (any, error) { return e.Log(r.Context(), r.URL.Query()) })
	handle(m, "GET /v1/jobs/{id}", func(r *http.Request) (any, error) { return e.Form(r.Context(), r.PathValue("id")) })
	handle(m, "PUT /v1/jobs", func(r *http.Request) (any, error) {
		body, err := read(r)
		if err != nil {
			return nil, err
		}
		return e.Save(r.Context(), body)
	})
	ordered := func(f func(r *http.Request, o jobapi.Order) (any, error)) func(*http.Request) (any, error) {
		return func(r *http.Request) (any, error) {
			body, err := read(r)
			if err != nil {
				return nil, err
			}
			o, err := jobapi.ParseOrder(body)
			if err != nil {
				return nil, err
			}
			return f(r, o)
		}
	}
	handle(m, "POST /v1/jobs/{id}/{action}", ordered(func(r *http.Request, o jobapi.Order) (any, error) {
		return e.Act(r.Context(), r.PathValue("id"), jobqueue.Action(r.PathValue("action")), o)
	}))
	handle(m, "DELETE /v1/jobs/{id}", func(r *http.Request) (any, error) {
		return e.Act(r.Context(), r.PathValue("id"), jobqueue.ToDelete, jobapi.Order{})
	})
	handle(m, "POST /v1/failed-jobs/ready", func(r *http.Request) (any, error) { return e.ReleaseFailed(r.Context()) })
	handle(m, "POST /v1/runs/{id}/retry", func(r *http.Request) (any, error) { return e.Retry(r.Context(), r.PathValue("id")) })
	handle(m, "GET /v1/pause", func(r *http.Request) (any, error) { return e.Paused(r.Context()) })
	handle(m, "POST /v1/pause", ordered(func(r *http.Request, o jobapi.Order) (any, error) { return e.Pause(r.Context(), o) }))
	handle(m, "POST /v1/resume", ordered(func(r *http.Request, o jobapi.Order) (any, error) { return e.Resume(r.Context(), o) }))
}

func read(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, &jobapi.Refusal{Status: statusOfRead(err), Err: fmt.Errorf("body: %w", err)}
	}
	return body, nil
}
