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
	"time"

	"backroom/shared/api"
	"backroom/shared/api/client"
	"backroom/shared/issue"
	"backroom/shared/jobqueue/jobs"
	"backroom/shared/jobqueue/jobstore"
	"backroom/shared/orders"
	"backroom/shared/staging"
)

// remote is a running server.
type remote struct {
	Address string `json:"address"`
	Token   string `json:"token"`
	PID     int    `json:"pid"`

	Shop      string `json:"-"` // its code, as it answered
	simulated bool   // as it answered
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
	r.Shop, r.simulated = o.Shop, o.Simulated
	return r
}

// client calls the server.
func (r *remote) client() (*client.Client, error) {
	return client.NewClient("http://"+r.Address, client.WithRequestEditorFn(func(_ context.Context, req *http.Request) error {
		req.Header.Set("Authorization", "Bearer "+r.Token)
		return nil
	}))
}

// ask sends one request and reads its answer into out. A problem of the server
// is a refusal.
func (r *remote) ask(out any, send func(*client.Client) (*http.Response, error)) error {
	c, err := r.client()
	if err != nil {
		return err
	}
	resp, err := send(c)
	if err != nil {
		return fmt.Errorf("server at %s: %w", r.Address, err)
	}
	js, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return fmt.Errorf("server at %s: %w", r.Address, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		var p api.Problem
		if json.Unmarshal(js, &p) == nil && p.Detail != "" {
			return refusal{resp.StatusCode, p.Code, p.Detail}
		}
		return fmt.Errorf("server at %s: %s", r.Address, resp.Status)
	}
	return json.Unmarshal(js, out)
}

// refusal is an answer of the server that says what is wrong.
type refusal struct {
	status int
	code   api.ProblemCode
	text   string
}

func (r refusal) Error() string { return r.text }

// Is makes errors of the server those of an engine in this process.
func (r refusal) Is(target error) bool {
	switch target {
	case jobstore.ErrNotFound:
		return r.status == http.StatusNotFound
	case jobs.ErrRefused:
		return r.status == http.StatusConflict || r.code == api.ProblemCodeTooManyRuns
	case jobs.ErrBusy:
		return r.code == api.ProblemCodeTooManyRuns
	}
	return false
}

func (r *remote) Overview(ctx context.Context) (o overview, err error) {
	var l api.ShopList
	if err := r.ask(&l, func(c *client.Client) (*http.Response, error) { return c.ListShops(ctx, &api.ListShopsParams{}) }); err != nil {
		return o, err
	}
	if len(l.Shops) == 0 {
		return o, fmt.Errorf("server at %s: it has no shop", r.Address)
	}
	s := l.Shops[0]
	return overview{Shop: s.Code, Domain: s.Domain, Company: s.Company, Environment: s.Environment, Tenant: s.Tenant, Simulated: s.Simulated}, nil
}

func (r *remote) Card(ctx context.Context) (js json.RawMessage, err error) {
	return js, r.ask(&js, func(c *client.Client) (*http.Response, error) { return c.GetCard(ctx, r.Shop) })
}

// pageSize is how many rows are asked for at once.
const pageSize = 1000

// allPages reads a list from page on, page by page, until it has limit rows (0: all).
func allPages[V any](page string, limit int, read func(page string, limit int) (rows []V, next string, err error)) (all []V, next string, err error) {
	next = page
	for {
		size := pageSize
		if limit > 0 {
			size = min(size, limit-len(all))
		}
		rows, after, err := read(next, size)
		if err != nil {
			return nil, "", err
		}
		all, next = append(all, rows...), after
		if next == "" || limit > 0 && len(all) >= limit {
			return all, next, nil
		}
	}
}

func (r *remote) Jobs(ctx context.Context) ([]jobView, error) {
	js, _, err := allPages("", 0, func(page string, limit int) ([]jobView, string, error) {
		var l api.JobList
		err := r.ask(&l, func(c *client.Client) (*http.Response, error) {
			return c.ListJobs(ctx, r.Shop, &api.ListJobsParams{Page: page, Limit: new(limit)})
		})
		return l.Jobs, l.Next, err
	})
	return js, err
}

// runList is api.RunList with runs as the commands have them.
type runList struct {
	Runs []runView `json:"runs"`
	Next string    `json:"next"`
}

func (r *remote) Runs(ctx context.Context, page string, limit int) ([]runView, string, error) {
	return allPages(page, limit, func(page string, limit int) ([]runView, string, error) {
		var l runList
		err := r.ask(&l, func(c *client.Client) (*http.Response, error) {
			return c.ListRuns(ctx, r.Shop, &api.ListRunsParams{Page: page, Limit: new(limit)})
		})
		return l.Runs, l.Next, err
	})
}

func (r *remote) Run(ctx context.Context, id string) (v runView, err error) {
	return v, r.ask(&v, func(c *client.Client) (*http.Response, error) { return c.GetRun(ctx, r.Shop, id, &api.GetRunParams{}) })
}

func (r *remote) Trigger(ctx context.Context, entry string, a ask) (v runView, err error) {
	return v, r.ask(&v, func(c *client.Client) (*http.Response, error) {
		return c.RunJob(ctx, r.Shop, entry, &api.RunJobParams{Prefer: "wait=0"}, a) // the command follows the run itself
	})
}

func (r *remote) Cancel(ctx context.Context, run string) error {
	var v runView
	return r.ask(&v, func(c *client.Client) (*http.Response, error) { return c.CancelRun(ctx, r.Shop, run) })
}

func (r *remote) Orders(ctx context.Context, state orders.State, page string, limit int) ([]staging.View, string, error) {
	return allPages(page, limit, func(page string, limit int) (vs []staging.View, next string, err error) {
		var l api.OrderList
		err = r.ask(&l, func(c *client.Client) (*http.Response, error) {
			return c.ListOrders(ctx, r.Shop, &api.ListOrdersParams{State: api.OrderState(state), Page: page, Limit: new(limit)})
		})
		for _, o := range l.Orders {
			v, e := o.View()
			err = errors.Join(err, e)
			vs = append(vs, v)
		}
		return vs, l.Next, err
	})
}

func (r *remote) Order(ctx context.Context, name string) (staging.View, error) {
	var d api.OrderDetail
	if err := r.ask(&d, func(c *client.Client) (*http.Response, error) { return c.GetOrder(ctx, r.Shop, name) }); err != nil {
		return staging.View{}, err
	}
	return d.Order.View()
}

func (r *remote) Decide(ctx context.Context, name string, d staging.Decision) (staging.View, error) {
	var o api.Order
	if err := r.ask(&o, func(c *client.Client) (*http.Response, error) {
		return c.DecideOrder(ctx, r.Shop, name, api.OrderDecision{Decision: api.OrderDecisionDecision(d)})
	}); err != nil {
		return staging.View{}, err
	}
	return o.View()
}

func (r *remote) Form(ctx context.Context, entry string) (f api.Form, err error) {
	return f, r.ask(&f, func(c *client.Client) (*http.Response, error) { return c.GetJob(ctx, r.Shop, entry) })
}

func (r *remote) Save(ctx context.Context, form []byte) (s api.SavedJob, err error) {
	f, _, err := api.ParseForm(form) // what is wrong with it as a whole, and where
	if err != nil {
		return s, err
	}
	if f.ID == "" {
		return s, errNoID
	}
	return s, r.ask(&s, func(c *client.Client) (*http.Response, error) {
		return c.SaveJobWithBody(ctx, r.Shop, f.ID, "application/json", bytes.NewReader(form))
	})
}

var errNoID = errors.New("job entry: its id is missing")

func (r *remote) Act(ctx context.Context, entry string, a jobs.Action, o api.ActionRequest) (d api.JobChange, err error) {
	switch a {
	case jobs.ToDelete:
		return d, r.ask(&d, func(c *client.Client) (*http.Response, error) { return c.DeleteJob(ctx, r.Shop, entry) })
	case jobs.RunNow:
		v, err := r.Trigger(ctx, entry, ask{})
		return api.JobChange{Job: entry, Run: v.ID}, err
	default:
		return d, r.ask(&d, func(c *client.Client) (*http.Response, error) {
			return c.ActOnJob(ctx, r.Shop, entry, api.JobAction{Action: api.JobActionAction(a), Reason: o.Reason})
		})
	}
}

func (r *remote) ReleaseFailed(ctx context.Context) (f api.Released, err error) {
	return f, r.ask(&f, func(c *client.Client) (*http.Response, error) { return c.ReleaseFailed(ctx, r.Shop) })
}

func (r *remote) Retry(ctx context.Context, run string) (v runView, err error) {
	return v, r.ask(&v, func(c *client.Client) (*http.Response, error) { return c.RetryRun(ctx, r.Shop, run) })
}

func (r *remote) Pause(ctx context.Context, o api.ActionRequest) (p api.Pause, err error) {
	return p, r.ask(&p, func(c *client.Client) (*http.Response, error) {
		if o.Everything {
			return c.PauseAll(ctx, api.Reason{Reason: o.Reason})
		}
		return c.PauseShop(ctx, r.Shop, api.Reason{Reason: o.Reason})
	})
}

func (r *remote) Resume(ctx context.Context, o api.ActionRequest) (p api.Pause, err error) {
	return p, r.ask(&p, func(c *client.Client) (*http.Response, error) {
		if o.Everything {
			return c.ResumeAll(ctx)
		}
		return c.ResumeShop(ctx, r.Shop)
	})
}

func (r *remote) Paused(ctx context.Context) (p api.Pause, err error) {
	return p, r.ask(&p, func(c *client.Client) (*http.Response, error) { return c.GetPause(ctx, r.Shop) })
}

func (r *remote) Log(ctx context.Context, q url.Values) (l api.RunList, err error) {
	w, err := api.ParseLog(q, time.Now()) // what is wrong with it, before a server is asked
	if err != nil {
		return l, err
	}
	p := &api.ListRunsParams{Job: q.Get("entry"), Outcome: q.Get("outcome"), Notes: w.Notes, Since: q.Get("since"), Until: q.Get("until"), Limit: new(w.Limit), Page: w.Page}
	return l, r.ask(&l, func(c *client.Client) (*http.Response, error) { return c.ListRuns(ctx, r.Shop, p) })
}

func (r *remote) Issues(ctx context.Context) ([]issue.Issue, error) {
	is, _, err := allPages("", 0, func(page string, limit int) ([]issue.Issue, string, error) {
		var l api.IssueList
		err := r.ask(&l, func(c *client.Client) (*http.Response, error) {
			return c.ListIssues(ctx, r.Shop, &api.ListIssuesParams{Page: page, Limit: new(limit)})
		})
		return l.Issues, l.Next, err
	})
	return is, err
}
