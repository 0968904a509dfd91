// Package jobapi is what the HTTP interfaces of all hosts have in common: what
// a request may say, what an answer shows, and which status an error has. How a
// request comes in is the host's.
package jobapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"backroom/shared/jobqueue"
	"backroom/shared/strict"
	"backroom/shared/table"
)

// MaxBody bounds what a request may send, in bytes.
const MaxBody = 64 << 10

// Ask is the body of a wish for one run. An empty body asks for a plain run.
type Ask struct {
	// Parameters replace the entry's own for this run.
	Parameters json.RawMessage `json:"parameters,omitempty"`
	DryRun     bool            `json:"dryRun,omitempty"`
}

// Run is a run as a person sees it.
type Run struct {
	ID    string `json:"id"`
	Shop  string `json:"shop"`
	State string `json:"state"` // "accepted", "running" or "ended"
	jobqueue.Run
}

// View is r as a person sees it.
func View(r jobqueue.Run) Run {
	v := Run{ID: r.ID, Shop: r.Shop, State: "running", Run: r}
	switch {
	case r.Done():
		v.State = "ended"
	case r.Started.IsZero():
		v.State = "accepted"
	}
	return v
}

// Refusal is an error whose status is known.
type Refusal struct {
	Status int
	Err    error
}

func (r *Refusal) Error() string { return r.Err.Error() }

// Unwrap is the refused request's error.
func (r *Refusal) Unwrap() error { return r.Err }

func refuse(status int, format string, args ...any) error {
	return &Refusal{status, fmt.Errorf(format, args...)}
}

// ParseAsk reads a body: one JSON value and nothing that is not known.
func ParseAsk(body []byte) (Ask, error) {
	var a Ask
	if len(body) > MaxBody {
		return a, refuse(http.StatusRequestEntityTooLarge, "body: %d bytes, %d at most", len(body), MaxBody)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return a, nil
	}
	if err := strict.Decode(body, &a); err != nil {
		return a, refuse(http.StatusBadRequest, "body, %w; want {\"parameters\": {…}, \"dryRun\": true or false}", err)
	}
	return a, nil
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

// Status is the HTTP status of an error, 200 of none. What a request cannot
// help is 500, and its text is not for who asked.
func Status(err error) int {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.Status
	}
	switch {
	case err == nil:
		return http.StatusOK
	case len(jobqueue.Problems(err)) > 0:
		return http.StatusBadRequest
	case errors.Is(err, jobqueue.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, jobqueue.ErrBusy):
		return http.StatusTooManyRequests
	case errors.Is(err, jobqueue.ErrRefused), errors.Is(err, table.ErrConflict):
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}

// Jobs are the requests on job entries and runs. Safe for concurrent use.
type Jobs struct {
	Dispatcher *jobqueue.Dispatcher
	// Zone is a shop's time zone, which its entries have unless they say another;
	// nil: UTC.
	Zone func(ctx context.Context, shop string) (string, error)
}

// Trigger accepts one run of a shop's entry.
func (j *Jobs) Trigger(ctx context.Context, shop, entry string, body []byte) (Run, error) {
	if err := errors.Join(CheckID("shop", shop), CheckID("job entry", entry)); err != nil {
		return Run{}, err
	}
	a, err := ParseAsk(body)
	if err != nil {
		return Run{}, err
	}
	r, err := j.Dispatcher.Trigger(ctx, jobqueue.Ask{Shop: shop, Entry: entry, Trigger: jobqueue.ByHand, Parameters: a.Parameters, DryRun: a.DryRun})
	return View(r), err
}

// Run answers how a run of a shop goes.
func (j *Jobs) Run(ctx context.Context, shop, run string) (Run, error) {
	if err := errors.Join(CheckID("shop", shop), CheckID("run", run)); err != nil {
		return Run{}, err
	}
	r, err := j.Dispatcher.Store.Run(ctx, shop, run)
	return View(r), err
}
