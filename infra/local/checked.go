package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"backroom/shared/jobapi"
	"backroom/shared/jobqueue"
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

// maxName bounds an order's name, in bytes: Shopify's have a prefix and a suffix
// of 20 characters at most.
const maxName = 255

func checkName(name string) error {
	if name != "" && len(name) <= maxName && strings.Trim(name, ".") != "" && strings.ToValidUTF8(name, "") == name {
		return nil
	}
	if len(name) > 60 {
		name = strings.ToValidUTF8(name[:60], "") + "…"
	}
	return &jobapi.Refusal{Status: http.StatusBadRequest, Err: fmt.Errorf("order %q: must be a name such as #1042, of at most %d bytes in UTF-8", name, maxName)}
}

func (c checked) Run(ctx context.Context, id string) (runView, error) {
	if err := jobapi.CheckID("run", id); err != nil {
		return runView{}, err
	}
	return c.backend.Run(ctx, id)
}

func (c checked) Trigger(ctx context.Context, entry string, a ask) (runView, error) {
	if err := jobapi.CheckID("job", entry); err != nil {
		return runView{}, err
	}
	return c.backend.Trigger(ctx, entry, a)
}

func (c checked) Cancel(ctx context.Context, run string) error {
	if err := jobapi.CheckID("run", run); err != nil {
		return err
	}
	return c.backend.Cancel(ctx, run)
}

func (c checked) Retry(ctx context.Context, run string) (runView, error) {
	if err := jobapi.CheckID("run", run); err != nil {
		return runView{}, err
	}
	return c.backend.Retry(ctx, run)
}

func (c checked) Form(ctx context.Context, entry string) (jobapi.Form, error) {
	if err := jobapi.CheckID("job", entry); err != nil {
		return jobapi.Form{}, err
	}
	return c.backend.Form(ctx, entry)
}

func (c checked) Act(ctx context.Context, entry string, a jobqueue.Action, o jobapi.Order) (jobapi.Done, error) {
	if err := jobapi.CheckID("job", entry); err != nil {
		return jobapi.Done{}, err
	}
	return c.backend.Act(ctx, entry, a, o)
}

func (c checked) Order(ctx context.Context, name string) (staging.View, error) {
	if err := checkName(name); err != nil {
		return staging.View{}, err
	}
	return c.backend.Order(ctx, name)
}

func (c checked) Decide(ctx context.Context, name string, d staging.Decision) (staging.View, error) {
	if err := checkName(name); err != nil {
		return staging.View{}, err
	}
	return c.backend.Decide(ctx, name, d)
}
