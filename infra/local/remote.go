package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"backroom/shared/issue"
	"backroom/shared/jobapi"
	"backroom/shared/jobqueue"
	"backroom/shared/orders"
	"backroom/shared/staging"
)

// remote is a running server.
type remote struct {
	Address string `json:"address"`
	Token   string `json:"token"`
	PID     int    `json:"pid"`

	simulated bool // as it answered
}

func serverFile(data string) string { return filepath.Join(data, "server.json") }

// announce lets commands of the same user find the server.
func (r *remote) announce(data string) error {
	js, err := json.Marshal(r)
	if err == nil {
		_ = os.Remove(serverFile(data)) // whose mode would stay
		err = os.WriteFile(serverFile(data), js, 0o600)
	}
	if err != nil {
		return fmt.Errorf("BACKROOM_DATA: %w", err)
	}
	return nil
}

// find gives the server that runs on this data, nil if there is none.
func find(ctx context.Context, data string) *remote {
	js, err := os.ReadFile(serverFile(data))
	if err != nil {
		return nil
	}
	r := &remote{}
	if err := json.Unmarshal(js, r); err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	o, err := r.Overview(ctx)
	if err != nil {
		return nil
	}
	r.simulated = o.Simulated
	return r
}

func (r *remote) call(ctx context.Context, method, path string, in, out any) error {
	_, err := r.ask(ctx, method, path, in, out)
	return err
}

// page reads a page of a list, and the name of the one after it.
func (r *remote) page(ctx context.Context, path string, q url.Values, out any) (next string, err error) {
	h, err := r.ask(ctx, http.MethodGet, path+"?"+q.Encode(), nil, out)
	if err != nil {
		return "", err
	}
	return nextPage(h.Get("Link")), nil
}

func (r *remote) ask(ctx context.Context, method, path string, in, out any) (http.Header, error) {
	var body io.Reader = http.NoBody
	if in != nil {
		js, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(js)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+r.Address+path, body) //nolint:gosec // the address that our own server wrote
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+r.Token)
	resp, err := http.DefaultClient.Do(req) //nolint:gosec // see above
	if err != nil {
		return nil, fmt.Errorf("server at %s: %w", r.Address, err)
	}
	js, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, fmt.Errorf("server at %s: %w", r.Address, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		var problem struct {
			Error string `json:"error"`
		}
		if json.Unmarshal(js, &problem) == nil && problem.Error != "" {
			return nil, refusal{resp.StatusCode, problem.Error}
		}
		return nil, fmt.Errorf("server at %s: %s", r.Address, resp.Status)
	}
	return resp.Header, json.Unmarshal(js, out)
}

// refusal is an answer of the server that says what is wrong.
type refusal struct {
	status int
	text   string
}

func (r refusal) Error() string { return r.text }

// Is makes errors of the server those of an engine in this process.
func (r refusal) Is(target error) bool {
	switch target {
	case jobqueue.ErrNotFound:
		return r.status == http.StatusNotFound
	case jobqueue.ErrRefused:
		return r.status == http.StatusConflict || r.status == http.StatusTooManyRequests
	case jobqueue.ErrBusy:
		return r.status == http.StatusTooManyRequests
	}
	return false
}

func (r *remote) Overview(ctx context.Context) (o overview, err error) {
	return o, r.call(ctx, http.MethodGet, "/v1/overview", nil, &o)
}

func (r *remote) Card(ctx context.Context) (js json.RawMessage, err error) {
	return js, r.call(ctx, http.MethodGet, "/v1/shop", nil, &js)
}

func (r *remote) Jobs(ctx context.Context) (js []jobView, err error) {
	return js, r.call(ctx, http.MethodGet, "/v1/jobs", nil, &js)
}

func (r *remote) Runs(ctx context.Context, page string, limit int) (rs []runView, next string, err error) {
	next, err = r.page(ctx, "/v1/runs", url.Values{"page": {page}, "limit": {strconv.Itoa(limit)}}, &rs)
	return rs, next, err
}

func (r *remote) Run(ctx context.Context, id string) (v runView, err error) {
	return v, r.call(ctx, http.MethodGet, "/v1/runs/"+url.PathEscape(id), nil, &v)
}

func (r *remote) Trigger(ctx context.Context, entry string, a ask) (v runView, err error) {
	return v, r.call(ctx, http.MethodPost, "/v1/jobs/"+url.PathEscape(entry)+"/runs", a, &v)
}

func (r *remote) Cancel(ctx context.Context, run string) error {
	var v runView
	return r.call(ctx, http.MethodPost, "/v1/runs/"+url.PathEscape(run)+"/cancel", nil, &v)
}

func (r *remote) Orders(ctx context.Context, state orders.State, page string, limit int) (vs []staging.View, next string, err error) {
	q := url.Values{"state": {string(state)}, "page": {page}, "limit": {strconv.Itoa(limit)}}
	next, err = r.page(ctx, "/v1/orders", q, &vs)
	return vs, next, err
}

func (r *remote) Order(ctx context.Context, name string) (v staging.View, err error) {
	return v, r.call(ctx, http.MethodGet, "/v1/orders/"+url.PathEscape(name), nil, &v)
}

func (r *remote) Decide(ctx context.Context, name string, d staging.Decision) (v staging.View, err error) {
	return v, r.call(ctx, http.MethodPost, "/v1/orders/"+url.PathEscape(name)+"/"+url.PathEscape(string(d)), nil, &v)
}

func (r *remote) Form(ctx context.Context, entry string) (f jobapi.Form, err error) {
	return f, r.call(ctx, http.MethodGet, "/v1/jobs/"+url.PathEscape(entry), nil, &f)
}

func (r *remote) Save(ctx context.Context, form []byte) (s jobapi.Saved, err error) {
	if !json.Valid(form) {
		_, _, err := jobapi.ParseForm(form) // what is wrong with it, and where
		return s, err
	}
	return s, r.call(ctx, http.MethodPut, "/v1/jobs", json.RawMessage(form), &s)
}

func (r *remote) Act(ctx context.Context, entry string, a jobqueue.Action, o jobapi.Order) (d jobapi.Done, err error) {
	return d, r.call(ctx, http.MethodPost, "/v1/jobs/"+url.PathEscape(entry)+"/"+url.PathEscape(string(a)), o, &d)
}

func (r *remote) ReleaseFailed(ctx context.Context) (f jobapi.Failed, err error) {
	return f, r.call(ctx, http.MethodPost, "/v1/failed-jobs/ready", nil, &f)
}

func (r *remote) Retry(ctx context.Context, run string) (v runView, err error) {
	return v, r.call(ctx, http.MethodPost, "/v1/runs/"+url.PathEscape(run)+"/retry", nil, &v)
}

func (r *remote) Pause(ctx context.Context, o jobapi.Order) (p jobapi.Paused, err error) {
	return p, r.call(ctx, http.MethodPost, "/v1/pause", o, &p)
}

func (r *remote) Resume(ctx context.Context, o jobapi.Order) (p jobapi.Paused, err error) {
	return p, r.call(ctx, http.MethodPost, "/v1/resume", o, &p)
}

func (r *remote) Paused(ctx context.Context) (p jobapi.Paused, err error) {
	return p, r.call(ctx, http.MethodGet, "/v1/pause", nil, &p)
}

func (r *remote) Log(ctx context.Context, q url.Values) (l jobapi.Log, err error) {
	return l, r.call(ctx, http.MethodGet, "/v1/log?"+q.Encode(), nil, &l)
}

func (r *remote) Issues(ctx context.Context) (is []issue.Issue, err error) {
	return is, r.call(ctx, http.MethodGet, "/v1/issues", nil, &is)
}
